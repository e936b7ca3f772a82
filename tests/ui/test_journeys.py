"""What officers do most, from the first page to the result: with and without JavaScript, and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.factories import MadeCase, at, moved, open_duties
from tests.ui.conftest import Site
from tests.ui.gates import accessibility_faults
from witness_care import database
from witness_care.accounts.current import SYSTEM
from witness_care.cases.models import CourtCase
from witness_care.cases.service import record_court_fact
from witness_care.contacts.models import Contact, Duty
from workflows import events, needs_pack, tasks

pytestmark = [pytest.mark.ui, pytest.mark.feature("P1")]

MOST_INTERACTIONS, MOST_KEYS = 3, 12


def contact_of(site: Site, page: Page) -> Contact:
    """The contact that the page says was just saved."""
    saved = re.search(r"saved=([0-9a-f-]+)", page.url)
    assert saved is not None
    with site.world.app.app_context():
        return database.session().get_one(Contact, saved[1])


@pytest.mark.feature("F3")
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_contact_is_recorded_in_three_interactions_from_my_day(own_site: Site, javascript: bool):
    page, watch = own_site.page_of("olivia", javascript=javascript)
    page.goto("/my-day")
    interactions: list[Callable[[], None]] = [
        page.get_by_role("link", name="Record contact with Leah Jones").first.click,
        page.get_by_label("Spoke, and told them what is ticked").check,
        page.get_by_role("button", name="Save and go to next").click,
    ]

    for interaction in interactions:
        interaction()

    assert len(interactions) <= MOST_INTERACTIONS
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Leah Jones: spoke with them.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Record contact with")
    assert contact_of(own_site, page).outcome == "reached"
    assert not watch.faults


def test_a_contact_is_recorded_by_keyboard_alone_with_few_keys(own_site: Site):
    page, watch = own_site.page_of("olivia")
    page.goto("/participants/{person}/contacts/new?duty={duty}".format(**own_site.world.ids))
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        page.keyboard.press(key)

    press("Tab")
    press("Enter")  # skip to the content
    while keys < MOST_KEYS and page.evaluate("document.activeElement.name") != "outcome":
        press("Tab")
    press("Space")
    press("Enter")  # in a form, Enter presses its first button: "Save and go to next"

    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Record contact with")
    assert contact_of(own_site, page).outcome == "reached"
    assert keys <= MOST_KEYS
    assert not watch.faults


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_focus_is_on_the_result_after_saving(own_site: Site, javascript: bool):
    page, _ = own_site.page_of("olivia", javascript=javascript)
    page.goto("/participants/{person}/contacts/new".format(**own_site.world.ids))
    page.get_by_label("No answer").check()
    page.get_by_role("button", name="Save and stay").click()

    assert page.url.endswith("#result")
    expect(page.locator("#result")).to_be_in_viewport()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_what_rarely_happens_is_folded_away_and_in_reach(own_site: Site, javascript: bool):
    page, _ = own_site.page_of("olivia", javascript=javascript)
    page.goto("/participants/{person}/contacts/new".format(**own_site.world.ids))
    page.get_by_text("Something else happened").first.click()
    page.get_by_label("Wrong number, or somebody else answered").check()
    page.get_by_role("button", name="Save and stay").click()

    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert contact_of(own_site, page).outcome == "wrong_number"


@pytest.mark.feature("J4")
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_trial_that_moves_during_the_call_is_asked_about_and_nothing_is_lost(own_site: Site, javascript: bool):
    world = own_site.world
    page, watch = own_site.page_of("olivia", javascript=javascript)
    page.goto("/participants/{waiting}/contacts/new?duty={waiting_duty}".format(**world.ids))
    with world.app.app_context():
        case = MadeCase(id="", urn=world["moved_urn"])
        moved(case, world["moved_hearing"], "2026-12-16 10:00", now="2026-11-30 09:41")
    page.get_by_label("Spoke, and told them what is ticked").check()
    page.get_by_label("Note (optional)").fill("She will bring her sister")
    page.get_by_role("button", name="Save and stay").click()

    expect(page.get_by_role("heading", name="This changed while you were talking")).to_be_visible()
    expect(page.get_by_text("Monday 14 December 2026")).to_be_visible()
    expect(page.get_by_text("Wednesday 16 December 2026")).to_be_visible()
    if javascript:
        assert not accessibility_faults(page)
    page.get_by_role("button", name="I told them what was on my screen").click()

    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    contact = contact_of(own_site, page)
    with world.app.app_context():
        assert contact.note.open(contact.id) == "She will bring her sister"
        owed = next(duty for duty in open_duties(world["waiting"]) if duty.topic == "hearing.when_where")
        assert owed.value["hearings"][0]["days"] == [["2026-12-16", "10:00"]]
    assert not watch.faults


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_wrong_contact_is_corrected_from_the_page_that_says_it_was_saved(own_site: Site, javascript: bool):
    page, _ = own_site.page_of("olivia", javascript=javascript)
    page.goto("/participants/{waiting}/contacts/new?duty={waiting_duty}".format(**own_site.world.ids))
    page.get_by_label("Spoke, and told them what is ticked").check()
    page.get_by_role("button", name="Save and go to next").click()
    page.get_by_role("link", name="Correct this").first.click()
    page.get_by_label("What was wrong?").fill("It was her sister")
    page.get_by_role("button", name="Mark as wrong").click()

    expect(page.get_by_text("What that contact told them is owed again.")).to_be_visible()
    with own_site.world.app.app_context():
        assert "hearing.when_where" in {duty.topic for duty in open_duties(own_site.world["waiting"])}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_why_is_answered_without_leaving_the_list(own_site: Site, javascript: bool):
    page, _ = own_site.page_of("olivia", javascript=javascript)
    page.goto("/my-day")
    row = page.get_by_role("row").filter(has_text="Priya Okonkwo")
    row.get_by_text("Why").first.click()

    expect(row.get_by_text("They have: Trial, Wed 2 Dec, 10am.")).to_be_visible()


@pytest.mark.feature("J2")
def test_the_whole_day_can_be_worked_through_from_one_contact_to_the_next(own_site: Site):
    everybody_was_asked_what_they_need(own_site)
    page, _ = own_site.page_of("olivia")
    page.goto("/my-day")
    page.get_by_role("link", name="Record contact with").first.click()
    for _ in range(40):
        if not page.get_by_label("They contacted us").count():
            break
        page.get_by_label("They contacted us").check()
        for tick in page.get_by_role("checkbox").all():
            tick.check()
        page.get_by_role("button", name="Save and go to next").click()

    expect(page.get_by_role("heading", name="My day")).to_be_visible()
    with own_site.world.app.app_context():
        overdue = database.session().query(Duty).filter(Duty.closed_at.is_(None), Duty.due_at < at("2026-11-30 09:42"))
        assert overdue.filter(Duty.officer_id == own_site.world.cast.olivia).count() == 0


def everybody_was_asked_what_they_need(site: Site) -> None:
    """Answer every question of every assessment that is owed: that has pages of its own, and no tick in a contact."""
    answers = tuple(
        events.NeedSaid(question=each.key, answer=events.Said.NO) for each in needs_pack.shipped().questions
    )
    with site.world.app.app_context():
        session = database.session()
        owed = sa.select(Duty.participant_id, CourtCase.urn).join(CourtCase, CourtCase.id == Duty.case_id)
        found = session.execute(owed.where(Duty.topic == tasks.NEEDS, Duty.closed_at.is_(None))).all()
        session.rollback()
        for row in found:
            asked = events.NeedsAsked(participant=row.participant_id, answers=answers)
            record_court_fact(row.urn, [asked], actor=SYSTEM, now=at("2026-11-30 09:41"))
