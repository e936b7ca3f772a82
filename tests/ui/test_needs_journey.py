"""An officer asks what somebody needs, section by section: without JavaScript, and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Site

pytestmark = [pytest.mark.ui, pytest.mark.feature("P1", "D1")]


def test_a_section_is_asked_and_the_next_one_follows_without_javascript(own_site: Site):
    page, watch = own_site.page_of("olivia", javascript=False)
    page.goto("/participants/{person}".format(**own_site.world.ids))
    page.get_by_role("link", name="Ask what they need").click()
    page.get_by_role("button", name="Start asking").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Language and reading")
    for question in page.get_by_role("group").all():
        question.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Health and how they take part")
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_role("link", name="Answer at least one question")).to_be_visible()
    assert not watch.faults


def test_a_section_is_asked_by_keyboard_alone(own_site: Site):
    page, watch = own_site.page_of("olivia")
    page.goto("/participants/{person}/needs/wishes".format(**own_site.world.ids))
    page.get_by_label("Not asked", exact=True).focus()
    page.keyboard.press("ArrowUp")  # from "Not asked" to "They would not say"
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("No", exact=True)).to_be_checked()
    for _ in range(3):  # what to record, save and go on, save and come back later
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="What they said is saved.")).to_be_visible()
    assert not watch.faults
