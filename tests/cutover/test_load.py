"""A unit that moves over owes nobody what they know already; without that knowledge, exactly what the rules say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cutover.moving_unit import PLEA, TRIAL, MovingCase, moving_cases
from tests.desk import Desk
from tests.factories import at
from witness_care import database
from witness_care.accounts.current import CLIENT, Actor
from witness_care.cases.models import CourtCase, Identifier, Offence
from witness_care.cases.schemas import CaseSchema
from witness_care.cases.service import Registered, record_court_fact, register_case
from witness_care.columns import new_id
from witness_care.contacts.models import Contact, Duty
from witness_care.people.models import Participant
from workflows import values
from workflows.tasks import is_task

# Told cases and untold ones. The flood that must not come is that of a whole unit's told cases.
TOLD = {"sqlite": 150, "postgresql": 10}
UNTOLD = {"sqlite": 40, "postgresql": 10}
LOADED, HEARD = "2026-11-30 09:42", "2026-11-30 09:45"


def a_program(desk: Desk) -> Actor:
    scopes = frozenset({"cases:write"})
    return Actor(kind=CLIENT, id="old-system", unit_ids=(desk.cast.unit,), scopes=scopes)


def loaded(desk: Desk, case: MovingCase, *, with_told: bool) -> tuple[Registered, dict[str, str]]:
    """Send a case as the other system would, then all that its court has said; gives our ids of the hearings."""
    schema = CaseSchema()
    given = schema.given(case.urn, schema.load(case.document(with_told=with_told)))
    with database.writing() as session:
        made = register_case(given, actor=a_program(desk), now=at(LOADED))
        known = sa.select(Identifier.value, Identifier.target_id).where(
            Identifier.case_id == made.case_id, Identifier.kind == "hearing"
        )
        by_name = {row.value: row.target_id for row in session.execute(known)}
        hearings = {kind: by_name.get(f"{case.urn} {kind}", new_id()) for kind in (TRIAL, PLEA)}
        offence = session.scalars(sa.select(Offence.id).where(Offence.case_id == made.case_id)).one()
        facts = case.facts(hearings, made.defendants["d1"], offence)
        if facts:
            record_court_fact(case.urn, facts, actor=a_program(desk), now=at(HEARD))
    return made, hearings


def open_now(case_ids: list[str]) -> set[tuple[str, str, str]]:
    rows = database.session().execute(
        sa.select(Duty.participant_id, Duty.topic, Duty.subject).where(
            Duty.case_id.in_(case_ids), Duty.closed_at.is_(None)
        )
    )
    return {(row.participant_id, row.topic, row.subject) for row in rows}


@pytest.mark.long
@pytest.mark.feature("A6")
def test_a_hundred_and_fifty_told_cases_owe_nothing_and_untold_ones_exactly_what_the_rules_say(
    desk: Desk, back_end: str
):
    wanted, in_touch, ids = set(), set(), {True: [], False: []}
    for with_told, number, prefix in ((True, TOLD[back_end], "42TT"), (False, UNTOLD[back_end], "42UU")):
        for case in moving_cases(number, prefix):
            made, hearings = loaded(desk, case, with_told=with_told)
            ids[with_told].append(made.case_id)
            subjects = {"attendance": made.case_id, "verdict": made.defendants["d1"]}
            topics = ("hearing.when_where", "hearing.outcome")
            subjects |= {f"{topic} {kind}": row for topic in topics for kind, row in hearings.items()}
            for one in case.people:
                participant = made.participants[one.id]
                if case.keeps_in_touch(one):
                    in_touch.add(participant)
                if not with_told:
                    wanted |= {(participant, owed.split()[0], subjects[owed]) for owed in case.owed(one)}

    told, untold = open_now(ids[True]), open_now(ids[False])

    assert {each for each in told if not is_task(each[1])} == set()
    assert {each for each in untold if not is_task(each[1])} == wanted
    assert {each[0] for each in told | untold if each[1] == values.KEEP_IN_TOUCH} == in_touch
    assert len(wanted) > UNTOLD[back_end], "Too little would have been owed, so little was proved."
    contacts = database.session().scalar(sa.select(sa.func.count(Contact.id)))
    people = database.session().scalar(
        sa.select(sa.func.count(Participant.id)).where(Participant.case_id.in_(ids[True]))
    )
    assert contacts == 2 * (people or 0)
    assert desk.app.test_cli_runner().invoke(args=["fsck"]).exit_code == 0


def test_keeping_in_touch_counts_from_the_last_time_the_old_unit_spoke_with_them(desk: Desk):
    [case] = moving_cases(1, "42TT")
    made, _ = loaded(desk, case, with_told=True)

    victim = made.participants["p0"]
    duty = (
        database.session()
        .execute(
            sa.select(Duty.clock_start, Duty.due_at).where(
                Duty.participant_id == victim, Duty.topic == values.KEEP_IN_TOUCH
            )
        )
        .one()
    )
    spoke = at("2026-11-24 10:00")
    assert duty.clock_start == spoke
    assert duty.due_at == at("2026-12-22 17:00"), "28 days from the talk, not from the load"
    standing = (
        database.session()
        .execute(sa.select(Participant.last_two_way_at, Participant.missed_in_a_row).where(Participant.id == victim))
        .one()
    )
    assert tuple(standing) == (spoke, 0)


def test_the_same_load_again_doubles_neither_a_contact_nor_a_telling(desk: Desk):
    [case] = moving_cases(1, "42TT")
    loaded(desk, case, with_told=True)
    schema = CaseSchema()
    before = journal_and_contacts()

    again = register_case(
        schema.given(case.urn, schema.load(case.document(with_told=True))),
        actor=a_program(desk),
        now=at("2026-11-30 10:00"),
    )

    assert again.facts == ()
    assert journal_and_contacts() == before


def journal_and_contacts() -> tuple[int, int, str]:
    from witness_care.casework.models import JournalEvent

    session = database.session()
    session.rollback()
    return (
        session.scalar(sa.select(sa.func.count(JournalEvent.id))) or 0,
        session.scalar(sa.select(sa.func.count(Contact.id))) or 0,
        session.scalars(sa.select(CourtCase.state_hash)).one(),
    )
