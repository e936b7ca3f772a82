# ruff: noqa: F811
"""Taking back what was entered wrongly: with a reason, without deleting anything, and with the truth owed again."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.desk import Desk, desk  # noqa: F401
from tests.factories import (
    MadeCase,
    a_case,
    a_trial,
    a_victim,
    a_witness,
    at,
    attempted,
    entered,
    moved,
    open_duties,
    said,
    told_everything,
)
from tests.reading import text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, ParticipantGiven
from witness_care.cases.models import Defendant, Hearing, Offence
from witness_care.cases.service import register_case
from witness_care.cases.undoing import CannotBeUndoneError, preview, undo
from witness_care.casework import rebuild
from witness_care.casework.models import JournalEvent, UndoneEntry
from witness_care.checks.every import check
from witness_care.contacts import service as contacts
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.people.document import PersonGiven
from witness_care.people.models import Participant, Person
from workflows import values
from workflows.events import ContactOutcome, CpsNotRequired, TrialVacated
from workflows.tasks import DATES_TO_AVOID, is_task

pytestmark = pytest.mark.feature("C5")
LEAH = "Leah Jones"


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:
    return desk.as_("olivia")


@pytest.fixture
def officer(desk: Desk) -> Actor:
    return Actor(kind=USER, id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    """Somebody who was told of a trial on 7 December."""
    made = a_case(a_victim(LEAH), now="2026-11-10 09:00")
    a_trial(made, "2026-12-07 10:00", now="2026-11-12 10:00")
    told_everything(made[LEAH], now="2026-11-13 11:00", by=desk.cast.olivia)
    return made


def trial_of(case: MadeCase) -> Hearing:
    return session().scalars(sa.select(Hearing).where(Hearing.case_id == case.id)).one()


def owed(participant: str) -> list[str]:
    return [duty.topic for duty in open_duties(participant) if not is_task(duty.topic)]


def nothing_differs() -> bool:
    return list(rebuild.differences()) == []


def test_an_entry_is_undone_by_form_and_the_journal_shows_both(
    olivia: FlaskClient,
    desk: Desk,
    case: MadeCase,
) -> None:
    entry = entered(case, TrialVacated(hearing=trial_of(case).id), now="2026-11-30 09:00", by=desk.cast.olivia)
    assert owed(case[LEAH]) == [values.WHEN_WHERE]

    page = text_of(olivia.get(f"/entries/{entry}/undo"))
    assert "Trial: cancelled by the court (vacated)" in page
    assert "Leah Jones: “tell them the trial is off” will not be owed any more" in page

    answer = olivia.post(f"/entries/{entry}/undo", data={"reason": "That was another case."})

    assert answer.status_code == 303
    assert owed(case[LEAH]) == []
    assert trial_of(case).status == "live"
    words = text_of(olivia.get(f"/cases/{case.urn}"))
    assert "Trial: cancelled by the court (vacated)" in words
    assert "Undone Monday 30 November 2026 at 9:42am by Olivia: That was another case." in words
    assert "An earlier entry was undone" in words
    assert nothing_differs()


def test_who_was_told_the_wrong_thing_is_owed_the_truth(desk: Desk, case: MadeCase, officer: Actor) -> None:
    entry = entered(case, TrialVacated(hearing=trial_of(case).id), now="2026-11-27 09:00", by=desk.cast.olivia)
    told_everything(case[LEAH], now="2026-11-27 11:00", by=desk.cast.olivia)

    undo(entry, "Another case.", actor=officer, now=at("2026-11-30 09:42"))

    [duty] = [duty for duty in open_duties(case[LEAH]) if duty.topic == values.WHEN_WHERE]
    assert duty.value["state"] == "on"
    assert duty.told_value["state"] == "off"
    assert duty.clock_start == at("2026-11-30 09:42")
    assert nothing_differs()


def test_a_death_that_was_entered_for_the_wrong_person_is_undone_in_all_their_cases(
    desk: Desk,
    officer: Actor,
) -> None:
    first = a_case(a_victim(LEAH, person_id="leah"), now="2026-11-10 09:00")
    person = session().scalars(sa.select(Participant.person_id).where(Participant.id == first[LEAH])).one()
    second = a_case(a_victim(LEAH, person_id=person), now="2026-11-11 09:00")
    for made in (first, second):
        a_trial(made, "2026-12-07 10:00", now="2026-11-12 10:00")
    died = ParticipantGiven(id=first[LEAH], person=PersonGiven(deceased_on=at("2026-11-28 10:00").date()))
    register_case(CaseGiven(urn=first.urn, participants=(died,)), actor=officer, now=at("2026-11-29 10:00"))
    assert owed(first[LEAH]) == owed(second[LEAH]) == []
    query = sa.select(JournalEvent.id).where(JournalEvent.kind == "ParticipantDied", JournalEvent.case_id == first.id)

    undo(session().scalars(query).one(), "Another Leah Jones.", actor=officer, now=at("2026-11-30 09:42"))

    assert owed(first[LEAH]) == owed(second[LEAH]) == [values.WHEN_WHERE]
    assert session().scalar(sa.select(Person.deceased_on).where(Person.id == person)) is None
    assert {row.clock_start for row in open_duties(first[LEAH]) if row.topic == values.WHEN_WHERE} == {
        at("2026-11-12 10:00")
    }
    assert nothing_differs()


def test_a_person_who_was_taken_off_by_mistake_is_on_the_case_again(desk: Desk, case: MadeCase, officer: Actor) -> None:
    gone = ParticipantGiven(id=case[LEAH], remove=True, remove_reason="added_in_error")
    register_case(CaseGiven(urn=case.urn, participants=(gone,)), actor=officer, now=at("2026-11-29 10:00"))
    query = sa.select(JournalEvent.id).where(JournalEvent.kind == "ParticipantLeft")

    undo(session().scalars(query).one(), "The wrong line.", actor=officer, now=at("2026-11-30 09:42"))

    assert session().scalar(sa.select(Participant.left_at).where(Participant.id == case[LEAH])) is None
    assert [duty.topic for duty in open_duties(case[LEAH])] == [values.KEEP_IN_TOUCH]
    assert nothing_differs()


def test_a_requirement_entered_for_the_wrong_person_is_undone(desk: Desk, officer: Actor) -> None:
    case = a_case(a_witness("Nadia Ahmed", required=True), now="2026-11-10 09:00")
    a_trial(case, "2026-12-07 10:00", now="2026-11-12 10:00")
    told_everything(case["Nadia Ahmed"], now="2026-11-13 11:00", by=desk.cast.olivia)
    entry = entered(case, CpsNotRequired(participant=case["Nadia Ahmed"]), now="2026-11-30 09:00", by=desk.cast.olivia)

    undo(entry, "Another witness.", actor=officer, now=at("2026-11-30 09:42"))

    row = session().execute(sa.select(Participant.required, Participant.attendance)).one()
    assert tuple(row) == (True, "warned")
    assert owed(case["Nadia Ahmed"]) == []
    assert nothing_differs()


def test_what_a_supervisor_ended_only_a_supervisor_takes_back(desk: Desk, officer: Actor) -> None:
    case = a_case(a_victim(LEAH), now="2026-11-10 09:00")
    a_trial(case, "2026-12-07 10:00", now="2026-11-12 10:00")
    attempted(case[LEAH], ContactOutcome.NO_ANSWER, now="2026-11-13 10:00", by=desk.cast.olivia)
    [duty] = [duty for duty in open_duties(case[LEAH]) if duty.topic == values.WHEN_WHERE]
    contacts.end_duty(duty.id, "attempts_exhausted", actor=f"user:{desk.cast.sam}", now=at("2026-11-20 10:00"))
    assert owed(case[LEAH]) == []
    entry = session().scalars(sa.select(JournalEvent.id).where(JournalEvent.kind == "DutyClosedByPerson")).one()

    assert "Only a supervisor takes this back" in text_of(desk.as_("olivia").get(f"/entries/{entry}/undo"))
    assert desk.as_("olivia").post(f"/entries/{entry}/undo", data={"reason": "x"}).status_code == 409
    assert desk.as_("sam").post(f"/entries/{entry}/undo", data={"reason": "She rang back."}).status_code == 303

    [again] = [duty for duty in open_duties(case[LEAH]) if duty.topic == values.WHEN_WHERE]
    assert (again.clock_start, again.due_at) == (duty.clock_start, duty.due_at)
    closed = session().scalars(sa.select(Duty.closed_reason).where(Duty.id == duty.id)).one()
    assert closed == "attempts_exhausted", "the row that was ended stays ended"
    assert nothing_differs()


def test_an_entry_is_undone_once(olivia: FlaskClient, desk: Desk, case: MadeCase) -> None:
    entry = entered(case, TrialVacated(hearing=trial_of(case).id), now="2026-11-30 09:00", by=desk.cast.olivia)

    assert olivia.post(f"/entries/{entry}/undo", data={"reason": "First."}).status_code == 303
    second = olivia.post(f"/entries/{entry}/undo", data={"reason": "Second."})

    assert second.status_code == 409
    assert "It was undone before" in text_of(second)
    kept = session().scalars(sa.select(UndoneEntry)).one()
    assert kept.reason.open(kept.id) == "First."


def test_what_a_court_said_is_not_undone_by_hand(
    olivia: FlaskClient,
    desk: Desk,
    case: MadeCase,
    officer: Actor,
) -> None:
    said(case, TrialVacated(hearing=trial_of(case).id), now="2026-11-30 09:00")
    query = sa.select(JournalEvent.id).where(JournalEvent.kind == "TrialVacated")
    entry = session().scalars(query).one()

    assert "This entry is not undone" in text_of(olivia.get(f"/entries/{entry}/undo"))
    with pytest.raises(CannotBeUndoneError):
        undo(entry, "x", actor=officer, now=at("2026-11-30 09:42"))


def test_a_reason_is_needed(olivia: FlaskClient, desk: Desk, case: MadeCase) -> None:
    entry = entered(case, TrialVacated(hearing=trial_of(case).id), now="2026-11-30 09:00", by=desk.cast.olivia)

    answer = olivia.post(f"/entries/{entry}/undo", data={"reason": " "})

    assert answer.status_code == 400
    assert "Say why it is wrong" in text_of(answer)
    assert trial_of(case).status == "vacated"


def test_a_preview_writes_nothing(desk: Desk, case: MadeCase, officer: Actor) -> None:
    entry = entered(case, TrialVacated(hearing=trial_of(case).id), now="2026-11-30 09:00", by=desk.cast.olivia)
    counts = sa.select(
        *(
            sa.select(sa.func.count()).select_from(table).scalar_subquery().label(table.__tablename__)
            for table in (JournalEvent, Duty, UndoneEntry, Hearing)
        )
    )
    before = tuple(session().execute(counts).one())

    trial = preview(entry, actor=officer, now=at("2026-11-30 09:42"))

    ends = {(each.what, each.topic) for each in trial.differences}
    assert ends == {("ends", values.WHEN_WHERE), ("ends", DATES_TO_AVOID)}
    assert tuple(session().execute(counts).one()) == before
    assert trial_of(case).status == "vacated"


@pytest.mark.proves("SEC-04")
def test_an_entry_of_another_unit_is_not_there(desk: Desk, case: MadeCase) -> None:
    entry = entered(case, TrialVacated(hearing=trial_of(case).id), now="2026-11-30 09:00", by=desk.cast.olivia)

    assert desk.as_("noor").get(f"/entries/{entry}/undo").status_code == 404
    assert desk.as_("noor").post(f"/entries/{entry}/undo", data={"reason": "x"}).status_code == 404


def changed(case: MadeCase, officer: Actor, *, now: str, **change: Any) -> str:
    """An officer changes somebody's part in the case; gives the entry."""
    given = CaseGiven(urn=case.urn, participants=(ParticipantGiven(id=case[LEAH], **change),))
    register_case(given, actor=officer, now=at(now))
    last = sa.select(JournalEvent.id).where(
        JournalEvent.kind == "ParticipantRecorded", JournalEvent.actor.like("user:%")
    )
    return session().scalars(last).one()


def test_a_victim_recorded_as_a_witness_is_a_victim_again_with_the_first_clock(
    desk: Desk, case: MadeCase, officer: Actor
) -> None:
    moved(case, trial_of(case).id, "2026-12-09 10:00", now="2026-11-26 10:00")
    entry = changed(case, officer, now="2026-11-27 10:00", role="witness")
    assert owed(case[LEAH]) == []

    undo(entry, "She is the victim.", actor=officer, now=at("2026-11-30 09:42"))

    assert session().scalar(sa.select(Participant.role).where(Participant.id == case[LEAH])) == "victim"
    [duty] = [duty for duty in open_duties(case[LEAH]) if duty.topic == values.WHEN_WHERE]
    assert duty.clock_start == at("2026-11-26 10:00")
    assert nothing_differs()
    assert nothing_is_damaged()


def test_whoever_was_added_by_mistake_is_taken_off(desk: Desk, case: MadeCase, officer: Actor) -> None:
    added = register_case(
        CaseGiven(urn=case.urn, participants=(a_victim("Wrong Person"),)), actor=officer, now=at("2026-11-27 10:00")
    )
    wrong = added.participants["Wrong Person"]
    assert owed(wrong) == [values.WHEN_WHERE]
    entry = entry_by(officer, "ParticipantRecorded")

    undo(entry, "It was for another case.", actor=officer, now=at("2026-11-30 09:42"))

    row = session().execute(sa.select(Participant.journey, Participant.left_at).where(Participant.id == wrong)).one()
    assert tuple(row) == ("closed", at("2026-11-30 09:42"))
    assert owed(wrong) == []
    assert nothing_differs()
    assert nothing_is_damaged()


def test_a_defendant_who_was_taken_off_by_mistake_is_charged_again(desk: Desk, case: MadeCase, officer: Actor) -> None:
    [defendant] = case.defendants.values()
    gone = DefendantGiven(id=defendant, remove=True)
    register_case(CaseGiven(urn=case.urn, defendants=(gone,)), actor=officer, now=at("2026-11-27 10:00"))
    entry = session().scalars(sa.select(JournalEvent.id).where(JournalEvent.kind == "DefendantRemoved")).one()

    undo(entry, "The other case.", actor=officer, now=at("2026-11-30 09:42"))

    assert session().scalar(sa.select(Defendant.removed_at)) is None
    assert session().scalars(sa.select(Offence.removed_at)).all() == [None]
    assert nothing_differs()
    assert nothing_is_damaged()


def test_a_charge_that_was_entered_for_the_wrong_defendant_is_gone(desk: Desk, case: MadeCase, officer: Actor) -> None:
    [defendant] = case.defendants.values()
    charge = DefendantGiven(id=defendant, offences=(OffenceGiven(id="wrong", title="Arson"),))
    register_case(CaseGiven(urn=case.urn, defendants=(charge,)), actor=officer, now=at("2026-11-27 10:00"))
    entry = entry_by(officer, "DefendantCharged")

    undo(entry, "The other defendant.", actor=officer, now=at("2026-11-30 09:42"))

    left = session().execute(sa.select(Offence.title, Offence.removed_at.is_not(None)).order_by(Offence.title)).all()
    assert [tuple(row) for row in left] == [("Arson", True), ("Theft", False)]
    assert nothing_differs()
    assert nothing_is_damaged()


def entry_by(officer: Actor, kind: str) -> str:
    query = sa.select(JournalEvent.id).where(JournalEvent.actor == officer.reference, JournalEvent.kind == kind)
    return session().scalars(query).one()


def nothing_is_damaged() -> bool:
    return list(check(at("2026-11-30 09:45"))) == []
