# ruff: noqa: F811
"""Defendants get a case of their own, by a supervisor with a reason; nothing that is owed is lost, and it is undone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cases.documents import a_document
from tests.cases.test_merge import FEED, nothing_is_wrong, owed, sam  # noqa: F401
from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import MadeCase, _police, a_case, a_trial, a_victim, a_witness, at, moved, said, told_everything
from tests.feed import payloads
from tests.reading import text_of
from witness_care.accounts.current import Actor
from witness_care.cases import merging, splitting
from witness_care.cases.document import ParticipantGiven
from witness_care.cases.models import CaseCombination, CourtCase, Defendant, Hearing, Offence
from witness_care.cases.service import change_participant
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.people.models import Participant
from workflows import values
from workflows.events import PleaRecorded
from workflows.tasks import is_task

LEAH, NADIA, OWEN = "Leah Jones", "Nadia Ahmed", "Owen Price"
NEW = "77CD7654326"
OLD = "99AB1234526"
ADA, BO = "Ada Stone", "Bo Lee"


def two_defendants(desk: Desk) -> MadeCase:
    """Leah concerns everybody, and is told of the trial of both; Nadia is a witness whom nobody has told anything."""
    case = a_case(a_victim(LEAH), a_witness(NADIA, required=True), now="2026-11-09 09:00", defendants=(ADA, BO))
    a_trial(case, "2027-01-11 10:00", now="2026-11-10 10:00")
    told_everything(case[LEAH], now="2026-11-11 11:00", by=desk.cast.olivia)
    return case


def the_split() -> str:
    query = sa.select(CaseCombination.id).where(CaseCombination.kind == "split", CaseCombination.undone_at.is_(None))
    return session().scalars(query).one()


def split(case: MadeCase, *who: str, sam: Actor, now: str = "2026-11-30 09:00") -> str:
    chosen = [case.defendants[name] for name in who]
    splitting.split(case.urn, chosen, NEW, "The indictment was severed.", actor=sam, now=at(now))
    return session().scalars(sa.select(CourtCase.id).where(CourtCase.urn == NEW)).one()


def owed_to_person(participant: str) -> set[tuple[str, str, Any]]:
    """What is open to a person in all their cases: topic, value, due."""
    person = session().scalars(sa.select(Participant.person_id).where(Participant.id == participant)).one()
    query = sa.select(Duty).join(Participant, Participant.id == Duty.participant_id)
    found = session().scalars(query.where(Participant.person_id == person, Duty.closed_at.is_(None)))
    return {(duty.topic, duty.value_hash, duty.due_at) for duty in found}


def test_nothing_is_lost_and_nothing_told_is_owed_again(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)
    before = {name: owed_to_person(case[name]) for name in (LEAH, NADIA)}
    assert owed(case[NADIA]) != []

    new = split(case, BO, sam=sam)

    assert {name: owed_to_person(case[name]) for name in (LEAH, NADIA)} == before
    assert owed(case[LEAH]) == []
    in_new = session().scalars(sa.select(Participant).where(Participant.case_id == new)).all()
    assert len(in_new) == 2, "both people are in both cases"
    assert {
        len(session().scalars(sa.select(Hearing).where(Hearing.case_id == each)).all()) for each in (case.id, new)
    } == {1}
    assert nothing_is_wrong()


def test_news_after_a_split_reaches_whom_it_concerns(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)
    new = split(case, BO, sam=sam)
    trial = session().scalars(sa.select(Hearing.id).where(Hearing.case_id == case.id)).one()

    moved(case, trial, "2027-02-01 10:00", now="2026-12-01 10:00")

    assert [topic for topic, _ in owed(case[LEAH])] == [values.WHEN_WHERE]
    leah = session().scalars(sa.select(Participant.person_id).where(Participant.id == case[LEAH])).one()
    there = (
        session()
        .scalars(sa.select(Participant.id).where(Participant.case_id == new, Participant.person_id == leah))
        .one()
    )
    assert owed(there) == [], "the trial of the other defendant did not move"
    assert nothing_is_wrong("2026-12-01 12:00")


def test_a_split_that_is_taken_back_keeps_what_came_meanwhile(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)
    before = owed_to_person(case[NADIA])
    new = split(case, BO, sam=sam)
    trial = session().scalars(sa.select(Hearing.id).where(Hearing.case_id == new)).one()
    there = MadeCase(id=new, urn=NEW, people={}, defendants={})
    moved(there, trial, "2027-02-01 10:00", now="2026-12-01 10:00")

    splitting.take_back(the_split(), "The court joined them again.", actor=sam, now=at("2026-12-01 11:00"))

    assert session().scalars(sa.select(CourtCase.merged_into).where(CourtCase.id == new)).one() == case.id
    assert {topic for topic, _ in owed(case[NADIA])} == {topic for topic, _, _ in before if not is_task(topic)}
    assert [topic for topic, _ in owed(case[LEAH])] == [values.WHEN_WHERE], "she knows the date before the move"
    assert nothing_is_wrong("2026-12-01 12:00")
    with pytest.raises(merging.CannotBeMergedError):
        splitting.take_back(
            session().scalars(sa.select(CaseCombination.id).where(CaseCombination.kind == "split")).one(),
            "Again.",
            actor=sam,
            now=at("2026-12-01 12:00"),
        )


def test_a_split_taken_back_at_once_owes_what_was_owed(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)
    before = {name: owed_to_person(case[name]) for name in (LEAH, NADIA)}
    split(case, BO, sam=sam)

    splitting.take_back(the_split(), "A mistake.", actor=sam, now=at("2026-11-30 10:00"))

    assert {name: owed_to_person(case[name]) for name in (LEAH, NADIA)} == before
    assert nothing_is_wrong()
    merge = session().scalars(sa.select(CaseCombination.id).where(CaseCombination.kind == "merge")).one()
    merging.take_apart(merge, "It was right.", actor=sam, now=at("2026-11-30 11:00"))
    assert {name: owed_to_person(case[name]) for name in (LEAH, NADIA)} == before
    assert the_split()
    assert nothing_is_wrong()


def test_looking_at_a_split_changes_nothing(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)

    preview = splitting.preview(case.urn, [case.defendants[BO]], NEW, actor=sam, now=at("2026-11-30 09:00"))

    assert (preview.going, set(preview.in_both), preview.differences) == ((), {case[LEAH], case[NADIA]}, ())
    assert session().scalars(sa.select(CaseCombination)).all() == []


def test_a_split_needs_somebody_who_goes_somebody_who_stays_and_a_free_number(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)
    for chosen, urn in (((), NEW), ((ADA, BO), NEW), ((BO,), case.urn)):
        with pytest.raises(splitting.CannotBeSplitError):
            ids = [case.defendants[name] for name in chosen]
            splitting.split(case.urn, ids, urn, "No.", actor=sam, now=at("2026-11-30 09:00"))


def a_split_document(desk: Desk, sam: Actor) -> tuple[FlaskClient, dict[str, str], dict[str, Any]]:
    """A case that a program sent, whose first defendant was given a case of their own since."""
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=("cases:read", "cases:write", FEED))
    program = desk.app.test_client()
    document = a_document(identifiers=[{"namespace": "cp", "id": payloads.CASE}])
    document["defendants"][0]["identifiers"] = [{"namespace": "cp", "id": payloads.DEFENDANT}]
    document["defendants"][0]["offences"][0]["identifiers"] = [{"namespace": "cp", "id": payloads.OFFENCE}]
    document["defendants"].append({"id": "other", "name": "Cy Low", "offences": [{"id": "other-1", "title": "Theft"}]})
    made = program.put(f"/api/v1/cases/{OLD}", json=document, headers=key)
    assert made.status_code in (200, 201), made.text
    read = program.get(f"/api/v1/cases/{OLD}", headers=key).json
    goes = next(each["id"] for each in read["defendants"] if each["name"] != "Cy Low")
    splitting.split(OLD, [goes], NEW, "Severed.", actor=sam, now=at("2026-11-30 09:00"))
    return program, key, document


def test_a_court_message_under_the_old_number_finds_the_defendant_where_they_are_now(desk: Desk, sam: Actor) -> None:
    program, key, _ = a_split_document(desk, sam)

    answer = program.post(
        "/api/v1/feeds/common-platform/messages", json=payloads.confirmed("2027-01-11T10:00:00Z"), headers=key
    )

    assert (answer.status_code, answer.json["state"]) == (202, "applied"), answer.text
    new, old = (program.get(f"/api/v1/cases/{urn}", headers=key).json for urn in (NEW, OLD))
    assert (len(new["hearings"]), old["hearings"]) == (1, [])
    assert [each["name"] for each in old["defendants"]] == ["Cy Low"]
    assert nothing_is_wrong()


def test_a_program_that_sends_who_went_under_the_old_number_is_told_the_new_one(desk: Desk, sam: Actor) -> None:
    program, key, document = a_split_document(desk, sam)
    without = document | {"defendants": document["defendants"][1:], "identifiers": []}
    of_the_new = document | {"defendants": document["defendants"][:1], "identifiers": []}

    again = program.put(f"/api/v1/cases/{OLD}", json=document, headers=key)
    people = program.put(f"/api/v1/cases/{OLD}", json=without, headers=key)
    there = program.put(f"/api/v1/cases/{NEW}", json=of_the_new, headers=key)

    for answer, where in ((again, "/defendants/0"), (people, "/participants/0")):
        assert (answer.status_code, answer.json["where"]) == (422, where), answer.text
        assert NEW in answer.json["do"]
    assert there.status_code == 200, there.text
    defendants = [program.get(f"/api/v1/cases/{urn}", headers=key).json["defendants"] for urn in (OLD, NEW)]
    assert [len(each) for each in defendants] == [1, 1]
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_who_left_before_a_split_has_left_still_when_it_is_taken_back(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)
    gone = ParticipantGiven(id=case[LEAH], remove=True)
    change_participant(case.urn, gone, actor=_police(), now=at("2026-11-29 09:00"))
    split(case, BO, sam=sam)

    splitting.take_back(the_split(), "A mistake.", actor=sam, now=at("2026-11-30 10:00"))

    assert owed_to_person(case[LEAH]) == set()
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_one_of_two_splits_is_taken_back_when_somebody_of_both_went_with_the_other(desk: Desk, sam: Actor) -> None:
    """Leah stood in the old case and the first new one, and went from the old case to the second."""
    leah = a_victim(LEAH, defendants=(ADA, BO))
    case = a_case(leah, a_witness(NADIA), now="2026-11-09 09:00", defendants=(ADA, BO, "Cy Low"))
    a_trial(case, "2027-01-11 10:00", now="2026-11-10 10:00")
    split(case, BO, sam=sam)
    first = the_split()
    before = owed_to_person(case[LEAH])
    second = [case.defendants[ADA]]
    splitting.split(case.urn, second, "77CD7654426", "Severed.", actor=sam, now=at("2026-11-30 10:00"))

    splitting.take_back(first, "Joined again.", actor=sam, now=at("2026-11-30 11:00"))

    assert owed_to_person(case[LEAH]) == before
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_a_split_of_which_a_case_is_part_of_a_third_is_not_taken_back(desk: Desk, sam: Actor) -> None:
    """Its number means the third case now, of which nothing was ever split off."""
    case = two_defendants(desk)
    third = a_case(a_victim(OWEN), now="2026-11-09 09:00", defendants=("Cy Low",))
    split(case, BO, sam=sam)
    merging.merge(third.urn, NEW, "One incident.", actor=sam, now=at("2026-11-30 10:00"))

    with pytest.raises(merging.CannotBeMergedError):
        splitting.take_back(the_split(), "Joined again.", actor=sam, now=at("2026-11-30 11:00"))

    page = desk.as_("sam").get(f"/splits/{the_split()}/undo")
    assert page.status_code == 409
    assert merging.LATER_FIRST in text_of(page)


def test_a_program_is_told_the_number_also_of_a_case_that_was_split_again(desk: Desk, sam: Actor) -> None:
    program, key, document = a_split_document(desk, sam)
    more = {"defendants": [{"id": "third", "name": "Di Lane", "offences": []}]}
    assert program.put(f"/api/v1/cases/{NEW}", json=more, headers=key).status_code == 200
    goes = session().scalars(sa.select(Defendant.id).where(Defendant.name == "Dexter Marrowby")).all()
    splitting.split(NEW, goes, "77CD7654426", "Severed again.", actor=sam, now=at("2026-11-30 09:30"))

    again = program.put(f"/api/v1/cases/{OLD}", json=document | {"identifiers": []}, headers=key)

    assert (again.status_code, again.json["where"]) == (422, "/defendants/0"), again.text
    assert "77CD7654426" in again.json["do"]


@pytest.mark.sqlite_only
def test_a_plea_in_a_hearing_nobody_described_takes_the_hearing_with_it(desk: Desk, sam: Actor) -> None:
    case = two_defendants(desk)
    offence = session().scalars(sa.select(Offence.id).where(Offence.defendant_id == case.defendants[BO])).one()
    plea = PleaRecorded(defendant=case.defendants[BO], offence=offence, plea="guilty", hearing="unheard", on=None)
    said(case, plea, now="2026-11-12 10:00")

    new = split(case, BO, sam=sam)

    assert session().scalars(sa.select(Hearing.case_id).where(Hearing.id == "unheard")).all() == [new]
    assert nothing_is_wrong()
