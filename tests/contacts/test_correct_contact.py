"""Correcting a contact: nothing is deleted, and what it told is owed again on its first clock."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.factories import a_case, a_trial, a_victim, at, open_duties, told_everything
from tests.reading import text_of
from witness_care.contacts.models import Contact
from witness_care.database import session


@pytest.fixture
def told(desk: Desk) -> tuple[str, str]:
    """Leah was told of a trial on Friday; gives her id and the contact's."""
    case = a_case(a_victim("Leah Jones"))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")
    return case["Leah Jones"], told_everything(case["Leah Jones"], now="2026-11-27 11:00", by=desk.cast.olivia)


@pytest.mark.feature("C5")
def test_a_wrong_contact_is_marked_and_what_it_told_is_owed_on_its_first_clock(desk: Desk, told: tuple[str, str]):
    leah, contact_id = told
    browser = desk.as_("olivia")

    answer = browser.post(f"/contacts/{contact_id}/correct", data={"reason": "I spoke with her sister"})

    assert answer.status_code == 303
    assert "What that contact told them is owed again." in text_of(browser.get(answer.location))
    owed = next(duty for duty in open_duties(leah) if duty.topic == "hearing.when_where")
    assert owed.clock_start == at("2026-11-27 10:00")
    contact = session().get_one(Contact, contact_id)
    assert contact.correction_reason.open(contact_id) == "I spoke with her sister"
    assert contact.corrected_by == f"user:{desk.cast.olivia}"


def test_the_history_keeps_both_the_contact_and_its_correction(desk: Desk, told: tuple[str, str]):
    leah, contact_id = told
    browser = desk.as_("olivia")
    browser.post(f"/contacts/{contact_id}/correct", data={"reason": "I spoke with her sister"})

    page = text_of(browser.get(f"/participants/{leah}/contacts"))

    assert "Spoke with them: in person" in page
    assert "Corrected Monday 30 November 2026 at 9:42am: I spoke with her sister" in page


def test_a_correction_needs_a_reason(desk: Desk, told: tuple[str, str]):
    _, contact_id = told

    answer = desk.as_("olivia").post(f"/contacts/{contact_id}/correct", data={"reason": " "})

    assert answer.status_code == 400
    assert "<title>Error: Correct a contact" in answer.text
    assert "Say what was wrong" in text_of(answer)
    assert session().get_one(Contact, contact_id).corrected_at is None


def test_a_second_correction_changes_nothing(desk: Desk, told: tuple[str, str]):
    _, contact_id = told
    browser = desk.as_("olivia")

    browser.post(f"/contacts/{contact_id}/correct", data={"reason": "I spoke with her sister"})
    browser.post(f"/contacts/{contact_id}/correct", data={"reason": "It was her mother"})

    contact = session().get_one(Contact, contact_id)
    assert contact.correction_reason.open(contact_id) == "I spoke with her sister"


@pytest.mark.feature("N1")
def test_noor_cannot_see_or_correct_a_contact_of_olivias_unit(desk: Desk, told: tuple[str, str]):
    _, contact_id = told
    noor = desk.as_("noor")

    assert noor.get(f"/contacts/{contact_id}/correct").status_code == 404
    assert noor.post(f"/contacts/{contact_id}/correct", data={"reason": "mine"}).status_code == 404
