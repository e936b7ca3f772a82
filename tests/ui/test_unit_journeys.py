"""What supervisors do most, and how anybody is found, from the first page to the result; also without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import at
from tests.ui.conftest import Site

pytestmark = [pytest.mark.ui, pytest.mark.feature("P1")]

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])


@pytest.mark.feature("J3")
@BOTH
def test_all_of_an_absent_officers_work_moves_in_five_interactions_and_back(own_site: Site, javascript: bool):
    page, watch = own_site.page_of("sam", javascript=javascript)
    page.goto("/unit")

    # 1 the officer's number, 2 all of it, 3 who takes over, 4 confirm
    page.get_by_role("link", name="open: Olivia").click()
    page.get_by_role("button", name="Reassign all").click()
    page.get_by_label("Sam (").check()
    page.get_by_role("button", name="Reassign").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("contacts reassigned")
    page.goto("/unit")
    expect(page.get_by_role("link", name="open: Olivia")).to_have_count(0)
    page.go_back()
    page.get_by_role("button", name="Undo this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The reassignment was undone")
    page.goto("/unit")
    expect(page.get_by_role("link", name="open: Olivia")).to_be_visible()
    assert not watch.faults


@BOTH
def test_one_contact_is_ticked_and_handed_over(own_site: Site, javascript: bool):
    page, watch = own_site.page_of("sam", javascript=javascript)
    page.goto("/unit/overdue")
    page.get_by_label("Select Sid Silent: Tell them the trial date").check()
    if javascript:
        expect(page.get_by_text("1 selected")).to_be_visible()

    page.get_by_role("button", name="Reassign selected").click()
    page.get_by_role("button", name="Reassign 1 contact").click()
    expect(page.get_by_role("link", name="Choose who takes over")).to_be_visible()
    page.get_by_label("Sam (").check()
    page.get_by_role("button", name="Reassign 1 contact").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 1 contact reassigned")
    assert not watch.faults


@BOTH
def test_anybody_is_found_from_any_page_in_two_interactions(busy: Site, javascript: bool):
    page, watch = busy.page_of("olivia", javascript=javascript)
    page.goto("/help")

    page.get_by_role("searchbox").fill("featherston")
    page.get_by_role("button", name="Search").click()

    expect(page.get_by_role("link", name="Margaret Featherstonehaugh-Cholmondeley", exact=True)).to_be_visible()
    assert "featherston" not in page.url.casefold()
    assert not watch.faults


@BOTH
def test_a_trial_heard_to_be_cancelled_shows_at_once_who_is_to_be_told(own_site: Site, javascript: bool):
    own_site.world.app.config["CLOCK"] = lambda: at("2026-11-30 09:50")
    page, watch = own_site.page_of("olivia", javascript=javascript)
    page.goto("/hearings/{moved_hearing}".format(**own_site.world.ids))
    page.get_by_role("link", name="Enter what you heard from the court").click()
    page.get_by_label("The trial is cancelled (vacated)").check()
    page.get_by_role("button", name="Save what you heard").click()

    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    expect(page.get_by_text("Cancelled by the court (vacated). Reason: no reason given yet").first).to_be_visible()
    expect(page.get_by_text("2 people are still to be told.")).to_be_visible()
    assert not watch.faults


def test_a_wide_list_scrolls_by_keyboard_in_a_region_of_its_own(busy: Site):
    page, _ = busy.page_of("sam")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/unit/overdue")
    region = page.get_by_role("region", name="Overdue contacts")

    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.wc-scroll-region').scrollLeft > 0")
