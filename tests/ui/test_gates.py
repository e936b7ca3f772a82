"""Every page in every state: no accessibility fault, no sideways scrolling, light, and a clean console."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.ui.conftest import Site
from tests.ui.gates import Weight, accessibility_faults, clipped_faults, focus_faults, sideways_faults
from tests.ui.registry import ERROR_PAGES, SCREENS, Screen

pytestmark = [pytest.mark.ui, pytest.mark.feature("P1")]

PHONE, NARROW = {"width": 390, "height": 844}, {"width": 320, "height": 256}
WITH_ERRORS = [screen for screen in SCREENS if screen.refused]
WITH_EMPTY = [screen for screen in SCREENS if screen.empty]


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_full_page_holds_at_every_width(screen: Screen, busy: Site):
    page, watch = busy.page_of(screen.who)
    weight = Weight(page)
    opened(page, screen.full(busy.world))
    weight.stop()

    faults = {"1280": accessibility_faults(page), "weight": weight.faults(), "console": list(watch.faults)}
    for width, size in (("390", PHONE), ("320", NARROW)):
        page.set_viewport_size(size)
        faults[width] = accessibility_faults(page) + sideways_faults(page)
    faults["text spacing"] = clipped_faults(page)

    assert not {where: what for where, what in faults.items() if what}


@pytest.mark.parametrize("screen", WITH_EMPTY, ids=str)
def test_an_empty_page_holds_and_says_what_to_do_next(screen: Screen, new: Site):
    page, watch = new.page_of(screen.who)
    opened(page, screen.empty(new.world))

    assert not accessibility_faults(page)
    assert not watch.faults
    page.set_viewport_size(NARROW)
    assert not sideways_faults(page)
    assert page.locator("main a[href], main button, main input").count(), "An empty page should offer a next step."


@pytest.mark.parametrize("screen", WITH_ERRORS, ids=str)
def test_a_refused_form_holds_and_leads_to_each_mistake(screen: Screen, busy: Site):
    page, watch = busy.page_of(screen.who)
    opened(page, screen.full(busy.world))
    screen.refused(page)

    assert not accessibility_faults(page)
    assert not watch.faults
    if screen.endpoint == "people.safe_word":
        return
    assert page.title().startswith("Error: ")
    links = page.locator(".govuk-error-summary__list a")
    assert links.count()
    for number in range(links.count()):
        target = links.nth(number).get_attribute("href")
        assert page.locator(f"[id='{target[1:]}']").count() == 1, f"{target} should be on the page"


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_page_works_without_javascript(screen: Screen, busy: Site):
    page, _ = busy.page_of(screen.who, javascript=False)
    opened(page, screen.full(busy.world))

    assert page.locator("h1").is_visible()
    hidden = [
        control
        for control in page.locator("main :is(input:not([type=hidden]), textarea, select)").all()
        if _unreachable(control)
    ]
    assert not hidden, "Without JavaScript every field should be in reach."


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_the_tab_key_reaches_everything_and_its_place_is_seen(screen: Screen, busy: Site):
    page, _ = busy.page_of(screen.who)
    opened(page, screen.full(busy.world))

    assert not focus_faults(page)


@pytest.mark.proves("SEC-04")
@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_no_name_is_in_a_title_or_an_address(screen: Screen, busy: Site):
    page = busy.read(screen.who, screen.full(busy.world))
    names = re.compile(r"leah|jones|nadia|ahmed|margaret|priya|baker|lighthouse", re.IGNORECASE)

    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    addresses = re.findall(r'\b(?:href|action|src)="([^"]*)"', page)

    assert title is not None
    assert not names.search(title[1])
    assert not [address for address in addresses if names.search(address)]


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_page_carries_no_branding_of_gov_uk(screen: Screen, busy: Site):
    page = busy.read(screen.who, screen.full(busy.world))

    frame = re.sub(r"<main\b.*?</main>", "", page, flags=re.DOTALL)

    assert "GOV.UK" not in frame
    assert not re.search(r"crown|crest|govuk-icon|opengraph", frame, re.IGNORECASE)


@pytest.mark.parametrize(("status", "address"), ERROR_PAGES.items(), ids=str)
def test_an_error_page_says_what_to_do(status: int, address: str, busy: Site):
    page, watch = busy.page_of("olivia")
    answer = page.goto(address)

    assert answer is not None
    assert answer.status == status
    assert not accessibility_faults(page)
    assert not watch.faults
    assert page.locator("main a").count()


def opened(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address} answered {answer.status}"
    assert answer.headers["cache-control"] == "no-store"


def _unreachable(control) -> bool:
    """Whether a field is not shown and in no part that a click unfolds."""
    return control.evaluate("e => !e.closest('details') && !e.getClientRects().length")
