# ruff: noqa: F811
"""Two cases become one, and one two again, by a supervisor with a reason; nobody is lost and nobody is told twice."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.cases.documents import a_document
from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import (
    MadeCase,
    _police,
    a_case,
    a_trial,
    a_victim,
    a_witness,
    at,
    moved,
    open_duties,
    told_everything,
    vacated,
)
from tests.feed import payloads
from tests.reading import text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases import merging
from witness_care.cases.document import ParticipantGiven
from witness_care.cases.models import CaseCombination, CourtCase
from witness_care.cases.service import change_participant, record_participant
from witness_care.casework import rebuild
from witness_care.checks.every import check
from witness_care.contacts import service as contacts
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.people.models import Participant, Person
from workflows import values
from workflows.tasks import is_task

FEED = "feed:common-platform"
LEAH, NADIA, OWEN = "Leah Jones", "Nadia Ahmed", "Owen Price"


@pytest.fixture
def sam(desk: Desk) -> Actor:
    return Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))


def owed(participant: str) -> list[tuple[str, Any]]:
    return [(duty.topic, duty.due_at) for duty in open_duties(participant) if not is_task(duty.topic)]


def state_of(case: MadeCase) -> str:
    return session().scalars(sa.select(CourtCase.state_hash).where(CourtCase.id == case.id)).one()


def nothing_is_wrong(now: str = "2026-12-01 09:00") -> bool:
    session().expire_all()
    assert list(rebuild.differences()) == []
    assert list(check(at(now))) == []
    return True


def the_merge() -> str:
    return session().scalars(sa.select(CaseCombination.id).where(CaseCombination.undone_at.is_(None))).one()


def two_cases(desk: Desk) -> tuple[MadeCase, MadeCase]:
    """Two cases with a trial each; Leah is in the first, Nadia and Owen in the second, nobody was told anything."""
    first = a_case(a_victim(LEAH), now="2026-11-09 09:00")
    second = a_case(
        a_witness(NADIA, required=True), a_victim(OWEN, enhanced=True), now="2026-11-10 09:00", defendants=("Bo Lee",)
    )
    a_trial(first, "2026-12-14 10:00", now="2026-11-11 10:00")
    a_trial(second, "2027-01-11 10:00", now="2026-11-12 10:00")
    return first, second


def test_people_keep_what_they_are_owed_and_by_when(desk: Desk, sam: Actor) -> None:
    first, second = two_cases(desk)
    before = {name: owed(case[name]) for case, name in ((first, LEAH), (second, NADIA), (second, OWEN))}
    rows = {duty.id for name in (NADIA, OWEN) for duty in open_duties(second[name])}
    per_case = {duty.id for duty in open_duties(second[NADIA]) if duty.topic == values.ATTENDANCE}

    merging.merge(first.urn, second.urn, "One incident, charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    assert {name: owed(case[name]) for case, name in ((first, LEAH), (second, NADIA), (second, OWEN))} == before
    still = {duty.id for name in (NADIA, OWEN) for duty in open_duties(second[name])}
    assert still >= rows - per_case, "the same rows stay open, but for the one that speaks of a whole case"
    assert {duty.closed_reason for duty in session().scalars(sa.select(Duty).where(Duty.id.in_(per_case)))} == {"moved"}
    assert {duty.case_id for duty in session().scalars(sa.select(Duty))} == {first.id}
    assert nothing_is_wrong()


def test_a_merge_that_is_undone_leaves_both_as_they_were(desk: Desk, sam: Actor) -> None:
    first, second = two_cases(desk)
    told_everything(second[NADIA], now="2026-11-13 11:00", by=desk.cast.olivia)
    before = state_of(first), state_of(second)
    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))
    assert state_of(first) != before[0]

    merging.take_apart(the_merge(), "They are two incidents.", actor=sam, now=at("2026-11-30 10:00"))

    session().expire_all()
    assert (state_of(first), state_of(second)) == before
    assert owed(second[NADIA]) == []
    assert nothing_is_wrong()


# --- a person who is in both --------------------------------------------------------------------------------------


def one_person_in_two_cases(desk: Desk) -> tuple[MadeCase, MadeCase]:
    """Leah is a witness whom the CPS does not need in one case, and a victim with enhanced rights in the other."""
    first = a_case(a_witness(LEAH, person_id="leah"), now="2026-11-09 09:00")
    person = session().scalars(sa.select(Participant.person_id).where(Participant.id == first[LEAH])).one()
    second = a_case(a_victim(LEAH, enhanced=True, person_id=person), now="2026-11-10 09:00", defendants=("Bo Lee",))
    return first, second


def test_a_person_in_both_becomes_one_with_the_stricter_of_both_records(desk: Desk, sam: Actor) -> None:
    first, second = one_person_in_two_cases(desk)
    a_trial(second, "2027-01-11 10:00", now="2026-11-12 10:00")
    [before] = owed(second[LEAH])

    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    row = session().get(Participant, first[LEAH], populate_existing=True)
    assert (row.role, row.enhanced) == ("both", "yes")
    assert owed(first[LEAH]) == [before], "the first clock, and the shorter time"
    assert owed(second[LEAH]) == [], "nobody is owed one thing twice"
    assert set(session().scalars(sa.select(Duty.closed_reason).where(Duty.participant_id == second[LEAH]))) == {"moved"}
    assert nothing_is_wrong()

    merging.take_apart(the_merge(), "Two incidents.", actor=sam, now=at("2026-11-30 10:00"))

    row = session().get(Participant, first[LEAH], populate_existing=True)
    assert (row.role, row.enhanced) == ("witness", "no")
    assert (owed(first[LEAH]), owed(second[LEAH])) == ([], [before])
    assert nothing_is_wrong()


def test_what_either_was_told_counts_and_goes_back_where_it_belongs(desk: Desk, sam: Actor) -> None:
    first, second = one_person_in_two_cases(desk)
    trial = a_trial(second, "2027-01-11 10:00", now="2026-11-12 10:00")
    told_everything(second[LEAH], now="2026-11-13 11:00", by=desk.cast.olivia)

    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))
    assert owed(first[LEAH]) == [], "she was told in the other case"

    moved(first, trial, "2027-02-01 10:00", now="2026-11-30 10:00")
    assert [topic for topic, _ in owed(first[LEAH])] == [values.WHEN_WHERE]
    told_everything(first[LEAH], now="2026-11-30 11:00", by=desk.cast.olivia)
    vacated(first, trial, now="2026-11-30 12:00")

    merging.take_apart(the_merge(), "Two incidents.", actor=sam, now=at("2026-11-30 13:00"))

    [duty] = [duty for duty in open_duties(second[LEAH]) if duty.topic == values.WHEN_WHERE]
    assert duty.told_value["hearings"][0]["days"] == [["2027-02-01", "10:00"]], "the date she was told meanwhile"
    assert (duty.value["state"], duty.clock_start) == ("off", at("2026-11-30 12:00"))
    assert owed(first[LEAH]) == []
    assert nothing_is_wrong()


def test_one_trial_entered_in_both_cases_is_told_once(desk: Desk, sam: Actor) -> None:
    first, second = one_person_in_two_cases(desk)
    for case in (first, second):
        a_trial(case, "2027-01-11 10:00", now="2026-11-12 10:00")
    told_everything(second[LEAH], now="2026-11-13 11:00", by=desk.cast.olivia)

    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    assert owed(first[LEAH]) == []
    assert nothing_is_wrong()


def test_a_hearing_of_both_cases_concerns_the_people_of_both(desk: Desk, sam: Actor) -> None:
    first = a_case(a_victim(LEAH), now="2026-11-09 09:00")
    second = a_case(a_victim(OWEN), now="2026-11-10 09:00", defendants=("Bo Lee",))
    trial = a_trial(first, "2027-01-11 10:00", now="2026-11-11 10:00")
    a_trial(second, "2027-01-11 10:00", now="2026-11-12 10:00")
    for case, name in ((first, LEAH), (second, OWEN)):
        told_everything(case[name], now="2026-11-13 11:00", by=desk.cast.olivia)

    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))
    assert (owed(first[LEAH]), owed(second[OWEN])) == ([], [])
    moved(first, trial, "2027-02-01 10:00", now="2026-11-30 10:00")

    assert [topic for topic, _ in owed(first[LEAH])] == [values.WHEN_WHERE]
    assert [topic for topic, _ in owed(second[OWEN])] == [values.WHEN_WHERE]
    assert nothing_is_wrong()


# --- by form, and by number ---------------------------------------------------------------------------------------


def test_a_supervisor_sees_what_follows_and_merges_by_form(desk: Desk) -> None:
    first, second = two_cases(desk)
    browser = desk.as_("sam")

    page = text_of(browser.get(f"/cases/{first.urn}/merge?with={second.urn}"))
    assert f"What follows when case {second.urn} becomes part of it" in page
    assert "Nothing that is owed changes" in page
    assert session().scalars(sa.select(CaseCombination)).all() == [], "looking changes nothing"
    answer = browser.post(f"/cases/{first.urn}/merge", data={"urn": second.urn, "reason": "Charged twice."})

    assert answer.status_code == 303
    words = text_of(browser.get(f"/cases/{first.urn}"))
    assert f"Case {second.urn} is part of this one" in words
    assert f"Case {second.urn}: Charged twice." in words
    led = browser.get(f"/cases/{second.urn}")
    assert (led.status_code, led.location) == (302, f"/cases/{first.urn}")
    assert "is part of this one" not in text_of(browser.get("/unit"))

    answer = browser.post(f"/merges/{the_merge()}/undo", data={"reason": "Two incidents."})
    assert answer.status_code == 303
    for case in (first, second):
        words = text_of(browser.get(f"/cases/{case.urn}"))
        assert "Two merged cases were taken apart" in words
        assert "Two incidents." in words
    assert browser.get(f"/cases/{second.urn}").status_code == 200


def test_an_officer_does_not_merge(desk: Desk) -> None:
    first, second = two_cases(desk)
    olivia = desk.as_("olivia")

    assert olivia.get(f"/cases/{first.urn}/merge").status_code == 403
    assert olivia.post(f"/cases/{first.urn}/merge", data={"urn": second.urn, "reason": "x"}).status_code == 403


@pytest.mark.sqlite_only
@pytest.mark.parametrize("other", ["ours", "of another unit", "not there", "nonsense"])
def test_what_cannot_be_merged_is_refused_with_words(desk: Desk, other: str) -> None:
    case = a_case(a_victim(LEAH), now="2026-11-09 09:00")
    urns = {
        "ours": case.urn,
        "of another unit": a_case(a_victim(OWEN), unit="WSX", officer=None, now="2026-11-09 09:00").urn,
        "not there": "99ZZ0000001",
        "nonsense": "!",
    }
    answer = desk.as_("sam").post(f"/cases/{case.urn}/merge", data={"urn": urns[other], "reason": "One case."})

    assert answer.status_code == 400
    expected = {"ours": "This is the same case", "nonsense": "Enter the URN as 5 to 20"}
    assert expected.get(other, "no case with this URN in your unit") in text_of(answer)
    assert session().scalars(sa.select(CaseCombination)).all() == []


def test_a_later_merge_is_taken_apart_first(desk: Desk, sam: Actor) -> None:
    first, second = two_cases(desk)
    third = a_case(a_victim("Tom Baker"), now="2026-11-10 09:00", defendants=("Cy Low",))
    merging.merge(first.urn, second.urn, "One.", actor=sam, now=at("2026-11-30 09:00"))
    earlier = the_merge()
    merging.merge(third.urn, second.urn, "All one.", actor=sam, now=at("2026-11-30 09:10"))
    later = session().scalars(sa.select(CaseCombination.id).where(CaseCombination.id != earlier)).one()
    assert nothing_is_wrong()

    with pytest.raises((LookupError, merging.CannotBeMergedError)):
        merging.take_apart(earlier, "No.", actor=sam, now=at("2026-11-30 09:20"))
    merging.take_apart(later, "Not all.", actor=sam, now=at("2026-11-30 09:30"))
    merging.take_apart(earlier, "None.", actor=sam, now=at("2026-11-30 09:40"))

    assert nothing_is_wrong()
    assert {duty.case_id for duty in open_duties(second[OWEN])} == {second.id}


def test_a_talk_that_counts_in_both_cases_is_corrected_in_both(desk: Desk, sam: Actor) -> None:
    first, second = one_person_in_two_cases(desk)
    trial = a_trial(second, "2027-01-11 10:00", now="2026-11-12 10:00")
    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))
    contact = told_everything(first[LEAH], now="2026-11-30 11:00", by=desk.cast.olivia)
    merging.take_apart(the_merge(), "Two incidents.", actor=sam, now=at("2026-11-30 12:00"))
    assert owed(second[LEAH]) == [], f"she was told of {trial} while the cases were one"

    contacts.correct_contact(contact, "Another Leah.", actor=sam.reference, now=at("2026-11-30 13:00"))

    [(topic, _)] = owed(second[LEAH])
    assert topic == values.WHEN_WHERE
    assert nothing_is_wrong()


def test_programs_and_courts_that_know_the_merged_case_reach_the_one_that_stays(desk: Desk, sam: Actor) -> None:
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=("cases:read", "cases:write", "contacts:write", FEED))
    program = desk.app.test_client()
    document = a_document(identifiers=[{"namespace": "cp", "id": payloads.CASE}])
    document["defendants"][0]["identifiers"] = [{"namespace": "cp", "id": payloads.DEFENDANT}]
    document["defendants"][0]["offences"][0]["identifiers"] = [{"namespace": "cp", "id": payloads.OFFENCE}]
    program.put("/api/v1/cases/99AB1234526", json=document, headers=key)
    put = program.get("/api/v1/cases/99AB1234526", headers=key).json
    first = a_case(a_witness(LEAH), now="2026-11-09 09:00", defendants=("Bo Lee",))
    merging.merge(first.urn, "99AB1234526", "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    answer = program.post(
        "/api/v1/feeds/common-platform/messages", json=payloads.confirmed("2027-01-11T10:00:00Z"), headers=key
    )
    assert (answer.status_code, answer.json["state"]) == (202, "applied"), answer.text
    read = program.get("/api/v1/cases/99AB1234526", headers=key).json
    assert (read["id"], read["urn"]) == (first.id, first.urn)
    assert [each["id"] for each in put["participants"]] != []
    assert {each["id"] for each in put["participants"]} < {each["id"] for each in read["participants"]}
    assert len(read["hearings"]) == 1
    assert [topic for topic, _ in owed(first[LEAH])] == [], "a hearing of other defendants is no business of hers"
    again = program.put("/api/v1/cases/99AB1234526", json=document, headers=key)
    assert (again.status_code, again.json["state"]) == (200, "unchanged"), again.text
    assert nothing_is_wrong()

    merging.take_apart(the_merge(), "Two incidents.", actor=sam, now=at("2026-11-30 12:00"))

    read = program.get("/api/v1/cases/99AB1234526", headers=key).json
    assert (read["id"], len(read["hearings"])) == (put["id"], 1), "the hearing went with the case it is about"
    assert program.get(f"/api/v1/cases/{first.urn}", headers=key).json["hearings"] == []
    assert nothing_is_wrong()


def test_who_was_in_both_cases_is_found_under_either_id(desk: Desk, sam: Actor) -> None:
    first, second = one_person_in_two_cases(desk)
    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    led = desk.as_("olivia").get(f"/participants/{second[LEAH]}")

    assert (led.status_code, led.location) == (302, f"/participants/{first[LEAH]}")
    assert desk.as_("noor").get(f"/participants/{second[LEAH]}").status_code == 404


@pytest.mark.sqlite_only
def test_an_id_that_both_cases_gave_to_somebody_is_refused_under_the_merged_number(desk: Desk, sam: Actor) -> None:
    """A program counts its people anew in every case; nobody is to get the name and telephone of another "P1"."""
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=("cases:read", "cases:write"))
    program = desk.app.test_client()
    for urn, name in (("99AB1234526", "Ines Stays"), ("99AB1234626", "Gus Goes")):
        document = a_document(identifiers=[], participants=[])
        document["defendants"][0] |= {"identifiers": [], "offences": []}
        document["participants"] = [{"id": "P1", "role": "victim", "person": {"id": name, "name": name}}]
        assert program.put(f"/api/v1/cases/{urn}", json=document, headers=key).status_code == 201
    merging.merge("99AB1234526", "99AB1234626", "One incident.", actor=sam, now=at("2026-11-30 09:00"))
    assert nothing_is_wrong()
    changed = {"participants": [{"id": "P1", "person": {"language": "Welsh"}}]}

    refused = program.put("/api/v1/cases/99AB1234626", json=changed, headers=key)

    assert (refused.status_code, refused.json["where"]) == (422, "/participants/0"), refused.text
    assert "99AB1234526" in refused.json["do"]
    taken = program.put("/api/v1/cases/99AB1234526", json=changed, headers=key)
    assert taken.status_code == 200, taken.text
    spoken = {person.name: person.language for person in session().scalars(sa.select(Person))}
    assert spoken == {"Ines Stays": "Welsh", "Gus Goes": "English"}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("where", ["in the case that stays", "in the case that goes", "in both"])
def test_somebody_who_left_one_of_the_cases_is_there_and_who_left_both_is_not(
    desk: Desk, sam: Actor, where: str
) -> None:
    first, second = one_person_in_two_cases(desk)
    left = {"in the case that stays": [first], "in the case that goes": [second], "in both": [first, second]}[where]
    for case in left:
        gone = ParticipantGiven(id=case[LEAH], remove=True)
        change_participant(case.urn, gone, actor=_police(), now=at("2026-11-29 09:00"))
    before = state_of(first), state_of(second)

    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    row = session().get(Participant, first[LEAH], populate_existing=True)
    assert (row.left_at is None) is (where != "in both")
    assert nothing_is_wrong()

    merging.take_apart(the_merge(), "Two incidents.", actor=sam, now=at("2026-11-30 10:00"))

    session().expire_all()
    assert (state_of(first), state_of(second)) == before
    assert nothing_is_wrong()


def test_who_came_while_two_cases_were_one_and_concerns_both_is_in_both(desk: Desk, sam: Actor) -> None:
    first = a_case(a_victim(LEAH), now="2026-11-09 09:00", defendants=("Al Stone",))
    second = a_case(a_victim(OWEN), now="2026-11-10 09:00", defendants=("Bo Lee",))
    merging.merge(first.urn, second.urn, "One incident.", actor=sam, now=at("2026-11-30 09:00"))
    both = (*first.defendants.values(), *second.defendants.values())
    came = ParticipantGiven(id="new", role="victim", person=a_victim(NADIA).person, defendants=both)
    record_participant(first.urn, came, actor=_police(), now=at("2026-11-30 09:10"))
    a_trial(first, "2027-01-11 10:00", now="2026-11-30 09:20")
    before = {(name, due) for name, *_, due in owed_by_name()}

    merging.take_apart(the_merge(), "Two incidents.", actor=sam, now=at("2026-11-30 10:00"))

    # The trial named nobody, so it stays with the case that stayed.
    assert {(name, urn) for name, urn, _ in owed_by_name()} == {(LEAH, first.urn), (NADIA, first.urn)}
    moved(
        second, a_trial(second, "2027-02-01 10:00", now="2026-11-30 11:00"), "2027-02-08 10:00", now="2026-11-30 12:00"
    )
    assert (NADIA, second.urn) in {(name, urn) for name, urn, _ in owed_by_name()}
    assert {name for name, _ in before} == {LEAH, NADIA, OWEN}
    assert nothing_is_wrong()


def owed_by_name() -> list[Any]:
    """What is to be told of dates: name, number of the case, due."""
    query = sa.select(Person.name, CourtCase.urn, Duty.due_at).select_from(Duty)
    query = query.join(Participant, Participant.id == Duty.participant_id)
    query = query.join(Person, Person.id == Participant.person_id).join(CourtCase, CourtCase.id == Duty.case_id)
    return list(session().execute(query.where(Duty.closed_at.is_(None), Duty.topic == values.WHEN_WHERE)))
