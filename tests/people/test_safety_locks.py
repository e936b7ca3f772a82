"""In which order what concerns somebody's safety is locked: cases in the order of their ids, then people."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim
from witness_care import clock
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.cases.document import ParticipantGiven
from witness_care.cases.models import CourtCase, DefendantEndpoint
from witness_care.cases.service import change_participant
from witness_care.columns import new_id
from witness_care.database import session, writing
from witness_care.people import safety_changes
from witness_care.people import service as people
from witness_care.people.document import ContactPointGiven, PersonGiven
from witness_care.people.endpoints import blind_index_of
from witness_care.people.models import Participant, Person, SafetyChange

pytestmark = [pytest.mark.postgres_only, pytest.mark.feature("B4")]

LEAH = "Leah Jones"
Statements = Callable[[], list[str]]
NEW_WAY = ContactPointGiven(kind="mobile", value="07700 900456", allowed="yes")


def an_actor(desk: Desk, role: Role = Role.OFFICER) -> Actor:
    who = desk.cast.olivia if role is Role.OFFICER else desk.cast.sam
    return Actor(kind="user", id=who, role=role, unit_ids=(desk.cast.unit,))


def say(desk: Desk, case: MadeCase, person: PersonGiven) -> None:
    change_participant(case.urn, ParticipantGiven(id=case[LEAH], person=person), actor=an_actor(desk), now=clock.now())


def place(statements: list[str], pattern: str) -> int:
    """Where the first statement stands that fits; past the end when there is none."""
    fits = (number for number, text in enumerate(statements) if re.search(pattern, " ".join(text.split())))
    return next(fits, len(statements))


LOCKS_PERSON = r"FROM person WHERE .* FOR UPDATE"


def test_who_only_changes_a_number_locks_the_person_before_it_is_read(desk: Desk, statements: Statements):
    case = a_case(a_victim(LEAH))
    statements()
    say(desk, case, PersonGiven(contact_points=(NEW_WAY,)))
    sent = statements()
    assert place(sent, LOCKS_PERSON) < place(sent, "FROM contact_point") < len(sent)


def test_a_number_shared_with_a_defendant_is_marked_under_the_lock_of_whose_it_is(desk: Desk, statements: Statements):
    case = a_case(a_victim(LEAH))
    say(desk, case, PersonGiven(contact_points=(NEW_WAY,)))
    with writing() as writer:
        writer.add(
            DefendantEndpoint(
                id=new_id(),
                case_id=case.id,
                defendant_id=next(iter(case.defendants.values())),
                external_id="d1",
                kind="phone",
                blind_index=blind_index_of("mobile", NEW_WAY.value),
                seen_at=clock.now(),
            )
        )
    statements()
    with writing() as writer:
        assert people.mark_shared_points(writer, [case.id], clock.now())
    sent = statements()
    assert place(sent, LOCKS_PERSON) < place(sent, "^UPDATE contact_point") < len(sent)


def test_a_second_person_decides_under_the_lock_of_the_person(desk: Desk, statements: Statements):
    case = a_case(a_victim(LEAH, enhanced=True, enhanced_basis=("DOMESTIC_ABUSE",)))
    say(desk, case, PersonGiven(contact_points=(NEW_WAY,)))
    change = session().scalars(sa.select(SafetyChange.id)).one()
    session().rollback()
    statements()
    safety_changes.decide(change, confirmed=True, reason="", actor=an_actor(desk, Role.SUPERVISOR), now=clock.now())
    sent = statements()
    assert place(sent, LOCKS_PERSON) < place(sent, "FROM safety_change .* FOR UPDATE") < len(sent)


def test_a_death_locks_every_case_of_the_person_in_order_before_the_person(desk: Desk, statements: Statements):
    first = a_case(a_victim(LEAH))
    whose = session().scalars(sa.select(Participant.person_id).where(Participant.id == first[LEAH])).one()
    second = a_case(a_victim(LEAH, person_id=whose))
    session().rollback()
    statements()

    say(desk, first, PersonGiven(deceased_on=date(2026, 11, 29)))

    sent = statements()
    every_case = r"FROM court_case WHERE court_case.id IN \(SELECT .*participant.* ORDER BY court_case.id FOR UPDATE"
    assert place(sent, every_case) <= place(sent, "FROM court_case .* FOR UPDATE") < place(sent, LOCKS_PERSON)
    session().rollback()
    died = session().scalars(sa.select(Participant.journey).where(Participant.id == second[LEAH])).all()
    assert died


def test_a_death_waits_for_no_message_that_is_being_claimed_in_another_case(desk: Desk):
    """Whoever claims locks the case and then the person: neither waits for the other for ever."""
    first = a_case(a_victim(LEAH))
    whose = session().scalars(sa.select(Participant.person_id).where(Participant.id == first[LEAH])).one()
    second = a_case(a_victim(LEAH, person_id=whose))
    session().rollback()
    holds, failed = threading.Event(), []

    def claim() -> None:
        try:
            with desk.app.app_context(), writing() as writer:
                writer.execute(sa.select(CourtCase.id).where(CourtCase.id == second.id).with_for_update())
                holds.set()
                time.sleep(0.5)
                writer.execute(sa.select(Person.id).where(Person.id == whose).with_for_update())
        except Exception as problem:
            failed.append(problem)

    claiming = threading.Thread(target=claim)
    claiming.start()
    holds.wait()
    say(desk, first, PersonGiven(deceased_on=date(2026, 11, 29)))
    claiming.join()

    assert not failed
