"""Handing contacts and cases to another officer: frozen selection, one confirm, and a way back for a day."""

import re
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import email_of
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_victim, at, introduced, moved, open_duties, told_everything
from tests.reading import text_of
from witness_care import clock
from witness_care.accounts import service as accounts
from witness_care.accounts.models import Role
from witness_care.cases.models import CourtCase
from witness_care.casework import assignment
from witness_care.columns import new_id
from witness_care.contacts.models import Duty, DutyHistory
from witness_care.database import session, writing
from workflows.snapshot import load as load_snapshot

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def sam(desk: Desk) -> FlaskClient:
    return desk.as_("sam")


@pytest.fixture
def priya(desk: Desk) -> str:
    """A second officer of the unit."""
    with writing():
        return accounts.create_user(
            sign_in_name=email_of("Priya"),
            display_name="Priya",
            password="harbour mist ladder seven",
            role=Role.OFFICER,
            unit_ids=[desk.cast.unit],
            now=clock.now(),
        )


def late(name: str, **more: object) -> MadeCase:
    case = a_case(a_victim(name), now="2026-11-20 09:00", **more)
    a_trial(case, "2027-02-01 10:00", now="2026-11-23 11:00")
    return case


def duty_of(case: MadeCase, name: str) -> Duty:
    return next(duty for duty in open_duties(case[name]) if duty.topic == "hearing.when_where")


def holder(duty_id: str) -> str | None:
    return session().scalar(sa.select(Duty.officer_id).where(Duty.id == duty_id))


def case_holder(case: MadeCase) -> str | None:
    return session().scalar(sa.select(CourtCase.officer_id).where(CourtCase.id == case.id))


def chosen(client: FlaskClient, *ids: str, **fields: str) -> str:
    """Select, and give the address of the page that asks to confirm."""
    answer = client.post("/unit/reassign", data={"selected": list(ids), "what": "selected", **fields})
    assert answer.status_code == 303
    return str(answer.location)


def words_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.text[:3000]
    return text_of(response)


@pytest.mark.feature("J3")
def test_a_selected_contact_goes_to_another_officer(sam: FlaskClient, priya: str) -> None:
    case = late("Leah Jones")
    duty = duty_of(case, "Leah Jones").id

    address = chosen(sam, duty)
    assert "Nothing has changed yet" in words_of(sam, address)
    answer = sam.post(address, data={"officer": priya, "what": "these"})

    assert answer.status_code == 303
    assert holder(duty) == priya
    assert case_holder(case) != priya, "only the contact was given away"
    assert "1 of 1 contact reassigned" in words_of(sam, address)


@pytest.mark.both_databases
def test_whole_cases_take_what_is_open_and_what_is_owed_later_along(sam: FlaskClient, priya: str) -> None:
    case = late("Leah Jones")
    trial = session().scalar(sa.select(Duty.hearing_id).where(Duty.id == duty_of(case, "Leah Jones").id))
    address = chosen(sam, duty_of(case, "Leah Jones").id)

    sam.post(address, data={"officer": priya, "what": "cases"})
    told_everything(case["Leah Jones"], now="2026-11-30 09:50", by=priya)
    moved(case, trial, "2027-02-08 10:00", now="2026-11-30 10:00")

    assert case_holder(case) == priya
    assert {duty.officer_id for duty in open_duties(case["Leah Jones"])} == {priya}
    assert "went along" in words_of(sam, address)


def test_a_further_change_of_the_case_does_not_take_a_reassigned_contact_back(sam: FlaskClient, priya: str) -> None:
    case = late("Leah Jones")
    duty = duty_of(case, "Leah Jones")
    trial = duty.hearing_id
    sam.post(chosen(sam, duty.id), data={"officer": priya, "what": "these"})

    moved(case, trial, "2027-02-08 10:00", now="2026-11-30 10:00")

    assert duty_of(case, "Leah Jones").officer_id == priya


def test_all_in_the_view_are_frozen_when_they_are_posted(sam: FlaskClient, priya: str, desk: Desk) -> None:
    first, second = late("Ann First"), late("Bea Second", officer=None)
    answer = sam.post("/unit/reassign", data={"what": "all", "due": "late", "officer": desk.cast.olivia})
    third = late("Cal Third")

    sam.post(answer.location, data={"officer": priya, "what": "these"})

    assert duty_of(first, "Ann First").officer_id == priya
    assert duty_of(second, "Bea Second").officer_id is None, "it was not in the view"
    assert duty_of(third, "Cal Third").officer_id == desk.cast.olivia, "it came after the selection"


def test_work_is_shared_out_case_by_case(sam: FlaskClient, priya: str, desk: Desk) -> None:
    cases = [late(f"Person {number}", officer=None) for number in range(6)]
    ids = [duty_of(case, f"Person {number}").id for number, case in enumerate(cases)]

    sam.post(chosen(sam, *ids), data={"officer": "share", "what": "these"})

    held = [holder(duty_id) for duty_id in ids]
    assert {held.count(officer) for officer in set(held)} == {2}, "Olivia, Priya and Sam get two each"


@pytest.mark.both_databases
def test_an_undo_within_a_day_gives_back_what_is_still_as_it_was_left(sam: FlaskClient, priya: str, desk: Desk) -> None:
    kept, told = late("Ann Kept"), late("Bea Told")
    ids = [duty_of(kept, "Ann Kept").id, duty_of(told, "Bea Told").id]
    address = chosen(sam, *ids)
    sam.post(address, data={"officer": priya, "what": "cases"})
    told_everything(told["Bea Told"], now="2026-11-30 10:00", by=priya)

    desk.clock("2026-12-01 09:41")
    sam = desk.as_("sam")
    sam.post(f"{address}/undo")

    assert holder(ids[0]) == desk.cast.olivia
    assert case_holder(kept) == desk.cast.olivia
    assert holder(ids[1]) == priya, "who told her stays on record"
    words = words_of(sam, address)
    assert "The reassignment was undone" in words
    assert "Undo this" not in words


def test_after_a_day_it_is_too_late_to_undo(sam: FlaskClient, priya: str, desk: Desk) -> None:
    case = late("Ann Kept")
    duty = duty_of(case, "Ann Kept").id
    address = chosen(sam, duty)
    sam.post(address, data={"officer": priya, "what": "these"})

    desk.clock("2026-12-01 09:43")
    sam = desk.as_("sam")
    sam.post(f"{address}/undo")

    assert holder(duty) == priya
    assert "Undo this" not in words_of(sam, address)


def test_confirming_twice_changes_nothing_the_second_time(sam: FlaskClient, priya: str, desk: Desk) -> None:
    case = late("Ann Kept")
    duty = duty_of(case, "Ann Kept").id
    address = chosen(sam, duty)
    sam.post(address, data={"officer": priya, "what": "these"})

    sam.post(address, data={"officer": desk.cast.olivia, "what": "these"})

    assert holder(duty) == priya


@pytest.mark.both_databases
def test_a_decision_made_meanwhile_stands(sam: FlaskClient, priya: str, desk: Desk) -> None:
    case = late("Ann Kept")
    duty = duty_of(case, "Ann Kept").id
    slow, quick = chosen(sam, duty), chosen(sam, duty)
    sam.post(quick, data={"officer": priya, "what": "these"})

    sam.post(slow, data={"officer": desk.cast.sam, "what": "these"})

    assert holder(duty) == priya
    assert "it changed hands after you selected it" in words_of(sam, slow)


def test_who_moved_it_stays_in_the_contacts_history(sam: FlaskClient, priya: str) -> None:
    case = late("Ann Kept")
    duty = duty_of(case, "Ann Kept").id
    address = chosen(sam, duty)
    sam.post(address, data={"officer": priya, "what": "these"})

    history = session().execute(
        sa.select(DutyHistory.action, DutyHistory.event_id).where(
            DutyHistory.duty_id == duty, DutyHistory.action == "reassigned"
        )
    )

    assert [row.event_id for row in history] == [address.rsplit("/", 1)[1]]


def test_no_officer_chosen_keeps_the_page_with_the_error_first(sam: FlaskClient, priya: str) -> None:
    address = chosen(sam, duty_of(late("Ann Kept"), "Ann Kept").id)

    answer = sam.post(address, data={"what": "cases"})

    assert answer.status_code == 400
    assert "<title>Error: Reassign" in " ".join(answer.text.split())
    assert "Choose who takes over" in answer.text
    assert re.search(r'value="cases"\s+checked', answer.text), "what was chosen is kept"


def test_an_officer_of_another_unit_cannot_be_chosen(sam: FlaskClient, desk: Desk) -> None:
    address = chosen(sam, duty_of(late("Ann Kept"), "Ann Kept").id)

    assert sam.post(address, data={"officer": desk.cast.noor, "what": "these"}).status_code == 400


def test_a_contact_of_another_unit_cannot_be_selected(sam: FlaskClient, desk: Desk) -> None:
    theirs = a_case(a_victim("Not Ours"), now="2026-11-20 09:00", unit="WSX", officer=None)
    a_trial(theirs, "2027-02-01 10:00", now="2026-11-23 11:00")
    duty = duty_of(theirs, "Not Ours").id

    answer = sam.post("/unit/reassign", data={"selected": duty, "what": "selected"})

    assert "nothing=1" in answer.location
    assert "Nothing was selected" in words_of(sam, answer.location)


def test_another_supervisors_hand_over_is_not_found(sam: FlaskClient, desk: Desk) -> None:
    address = chosen(sam, duty_of(late("Ann Kept"), "Ann Kept").id)
    with writing():
        other = accounts.create_user(
            sign_in_name=email_of("Sue"),
            display_name="Sue",
            password="harbour mist ladder seven",
            role=Role.SUPERVISOR,
            unit_ids=[desk.cast.unit],
            now=clock.now(),
        )
    from tests.cast import signed_in

    assert signed_in(desk.app, other).get(address).status_code == 404


@pytest.mark.feature("M3")
def test_a_case_without_an_officer_waits_with_its_age_until_it_is_allocated(sam: FlaskClient, priya: str) -> None:
    case = late("Nick Nobody", officer=None)
    words = words_of(sam, "/unit/unallocated")
    assert "Cases without an officer: 1" in words
    assert "Fri 20 Nov, 9am" in words

    sam.post(chosen(sam, case.id, kind="case"), data={"officer": priya, "what": "cases"})

    assert case_holder(case) == priya
    assert {duty.officer_id for duty in open_duties(case["Nick Nobody"])} == {priya}
    assert "Every case has an officer" in words_of(sam, "/unit/unallocated")


def test_the_age_of_a_case_without_an_officer_counts_from_when_it_was_left_without_one(
    sam: FlaskClient, priya: str, desk: Desk
) -> None:
    sent_late = a_case(a_victim("Ann"), now="2026-11-20 09:00", officer="Priya")
    never_held = a_case(a_victim("Ben"), now="2026-11-24 09:00", officer=None)

    with writing():
        assignment.give_cases({sent_late.id: None}, cause=new_id(), actor="user:somebody", now=at("2026-11-26 15:00"))
    words = words_of(sam, "/unit/unallocated")
    assert f"{sent_late.urn} Waiting since Thu 26 Nov, 3pm" in words
    assert words.index(never_held.urn) < words.index(sent_late.urn)

    address = chosen(sam, never_held.id, kind="case")
    sam.post(address, data={"officer": priya, "what": "cases"})
    assert never_held.urn not in words_of(sam, "/unit/unallocated")
    sam.post(f"{address}/undo")
    assert f"{never_held.urn} Waiting since Tue 24 Nov, 9am" in words_of(sam, "/unit/unallocated")


@pytest.mark.feature("H1")
def test_a_case_that_goes_to_another_officer_is_said_in_it_and_not_when_it_is_given_back(
    sam: FlaskClient, priya: str, desk: Desk
) -> None:
    case = late("Nick Nobody")
    desk.clock("2026-11-26 10:00")
    address = chosen(sam, case.id, kind="case")
    sam.post(address, data={"officer": priya, "what": "cases"})
    desk.clock("2026-11-26 11:00")
    assert officer_changes(case, "Nick Nobody") == [at("2026-11-26 10:00")]
    assert "Nick Nobody: another officer looks after them" in words_of(desk.as_("olivia"), f"/cases/{case.urn}")

    sam.post(f"{address}/undo")
    assert officer_changes(case, "Nick Nobody") == []
    words = words_of(desk.as_("olivia"), f"/cases/{case.urn}")
    assert "Nick Nobody: their former officer looks after them again" in words


def test_a_case_that_waited_for_an_officer_did_not_change_hands(sam: FlaskClient, priya: str, desk: Desk) -> None:
    case = late("Nick Nobody", officer=None)
    sam.post(chosen(sam, case.id, kind="case"), data={"officer": priya, "what": "cases"})
    assert officer_changes(case, "Nick Nobody") == []


def officer_changes(case: MadeCase, name: str) -> list[datetime]:
    state = session().scalar(sa.select(CourtCase.state).where(CourtCase.id == case.id))
    return list(load_snapshot(state).people[case[name]].officer_changes)


@pytest.mark.both_databases
def test_a_hundred_contacts_of_an_absent_officer_move_in_few_steps(sam: FlaskClient, priya: str, desk: Desk) -> None:
    for number in range(10):
        people = [a_victim(f"Person {number} {index}") for index in range(10)]
        case = introduced(a_case(*people, now="2026-11-20 09:00"), now="2026-11-20 09:01")
        a_trial(case, "2027-02-01 10:00", now="2026-11-23 11:00")

    # 1 the officer's list, 2 "Reassign all", 3 the officer and the confirmation
    answer = sam.post("/unit/reassign", data={"what": "all", "due": "late", "officer": desk.cast.olivia})
    sam.post(answer.location, data={"officer": priya, "what": "these"})

    assert "100 of 100 contacts reassigned" in words_of(sam, answer.location)
