"""The one write path: what one message writes, in how many statements, and what it never does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.casework.world import a_small_case, applied, at, open_duty, statements_of
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent, Transition
from witness_care.contacts.models import Duty, DutyHistory, Told
from witness_care.database import session, writing
from witness_care.people.models import Participant

MOST_STATEMENTS = 20


@pytest.fixture(autouse=True)
def _inside_the_application(app: Flask):
    with app.app_context():
        yield


def test_a_listed_trial_is_owed_to_every_witness_who_is_required():
    case = a_small_case(witnesses=3)

    outcome = applied(case.listed("2026-03-09", "2026-01-12 10:00"))

    assert set(outcome.values()) == {"changed"}
    for witness in case.witnesses:
        duty = open_duty(witness, "hearing.when_where")
        assert duty.rule == "WC-ATTEND@local_policy"
        assert duty.due_at == at("2026-01-13 17:00")
        assert duty.value["hearings"][0]["days"] == [["2026-03-09", "10:00"]]
        assert any("working day 1" in sentence for sentence in duty.explanation)


@pytest.mark.feature("E3")
def test_a_trial_moved_twice_leaves_one_duty_with_the_latest_date_and_the_first_clock():
    case = a_small_case(witnesses=1)
    applied(case.listed("2026-03-09", "2026-01-12 10:00"))
    first = open_duty(case.witnesses[0], "hearing.when_where")
    opened_as, due_at = first.id, first.due_at

    applied(case.listed("2026-03-16", "2026-02-02 09:10"))
    applied(case.listed("2026-03-23", "2026-02-02 15:40"))

    duty = open_duty(case.witnesses[0], "hearing.when_where")
    assert (duty.id, duty.due_at) == (opened_as, due_at)
    assert duty.value["hearings"][0]["days"] == [["2026-03-23", "10:00"]]
    assert duty.row_version == 2
    lines = session().scalars(sa.select(DutyHistory.action).where(DutyHistory.duty_id == duty.id)).all()
    assert sorted(lines) == ["opened", "updated", "updated"]


def test_one_event_takes_as_many_statements_for_a_hundred_people_as_for_three(app: Flask, record_property):
    counts = {}
    for size in (3, 100):
        case = a_small_case(f"case-of-{size}", witnesses=size)
        applied(case.listed("2026-03-09", "2026-01-12 10:00"))
        moved = case.listed("2026-03-16", "2026-01-13 10:00")
        counts[size] = len(statements_of(app, lambda moved=moved: applied(moved)))
    record_property("statements for one event", counts[3])
    print(f"One moved hearing takes {counts[3]} statements for 3 people and {counts[100]} for 100.")

    assert counts[3] == counts[100] <= MOST_STATEMENTS


def test_a_batch_for_many_cases_takes_as_many_statements_as_one_event(app: Flask):
    cases = [a_small_case(f"case-{number}", witnesses=2) for number in range(20)]
    one = len(statements_of(app, lambda: applied(cases[0].listed("2026-03-09", "2026-01-12 10:00"))))

    batch = [case.listed("2026-03-09", "2026-01-12 10:00") for case in cases[1:]]

    assert len(statements_of(app, lambda: applied(*batch))) == one


def test_an_event_that_the_journal_holds_is_a_repeat_and_changes_nothing():
    case = a_small_case(witnesses=1)
    moved = case.listed("2026-03-09", "2026-01-12 10:00")
    applied(moved)
    before = session().scalars(sa.select(Duty.row_version)).all()

    again = applied(moved)

    assert set(again.values()) == {"repeat"}
    assert session().scalars(sa.select(Duty.row_version)).all() == before


def test_a_failure_after_applying_leaves_nothing_behind():
    case = a_small_case(witnesses=1)
    moved = case.listed("2026-03-09", "2026-01-12 10:00")

    with pytest.raises(ZeroDivisionError), writing():
        apply([moved], actor="feed:common-platform", now=at("2026-01-12 10:00"))
        raise ZeroDivisionError

    assert session().get(JournalEvent, moved.id) is None
    assert session().scalar(sa.select(sa.func.count()).where(Duty.topic == "hearing.when_where")) == 0


def test_applying_outside_a_unit_of_work_is_refused():
    case = a_small_case(witnesses=1)

    with pytest.raises(RuntimeError, match="Open one first"):
        apply([case.listed("2026-03-09", "2026-01-12 10:00")], actor="feed:x", now=at("2026-01-12 10:00"))


def test_an_event_of_a_case_that_is_not_there_is_refused_in_words():
    case = a_small_case(witnesses=1)
    case.id = "nowhere"

    with pytest.raises(LookupError, match="Register the case first"):
        applied(case.listed("2026-03-09", "2026-01-12 10:00"))


def test_telling_a_required_witness_the_date_closes_the_date_and_the_requirement():
    case = a_small_case(witnesses=2)
    witness = case.witnesses[0]
    applied(case.listed("2026-03-09", "2026-01-12 10:00"))

    case.tell(witness, "2026-01-13 11:00")

    closed = session().execute(
        sa.select(Duty.topic, Duty.closed_reason, Duty.closed_by).where(
            Duty.participant_id == witness, Duty.closed_at.is_not(None), Duty.topic != "task.keep_in_touch"
        )
    )
    assert sorted(tuple(row) for row in closed) == [
        ("attendance", "done", "feed:common-platform"),
        ("hearing.when_where", "done", "feed:common-platform"),
    ]
    assert session().scalar(sa.select(sa.func.count()).select_from(Told).where(Told.participant_id == witness)) == 2
    assert session().get(Participant, witness).attendance == "warned"
    assert session().get(Participant, case.witnesses[1]).attendance == "required"


def test_a_message_that_comes_late_gives_the_clock_it_would_have_given_in_time():
    case = a_small_case(witnesses=1)
    applied(case.listed("2026-03-16", "2026-01-20 10:00", version=3))

    applied(case.listed("2026-03-09", "2026-01-12 10:00", version=2))

    duty = open_duty(case.witnesses[0], "hearing.when_where")
    assert duty.clock_start == at("2026-01-12 10:00")
    assert duty.value["hearings"][0]["days"] == [["2026-03-16", "10:00"]]


def test_a_duty_that_was_done_stays_done_when_an_older_message_turns_up():
    case = a_small_case(witnesses=1)
    witness = case.witnesses[0]
    applied(case.listed("2026-03-16", "2026-01-20 10:00", version=3))
    case.tell(witness, "2026-01-20 11:00")
    done = (
        session()
        .scalars(sa.select(Duty.id).where(Duty.topic == "hearing.when_where", Duty.closed_reason == "done"))
        .one()
    )

    applied(case.listed("2026-03-09", "2026-01-12 10:00", version=2))

    row = session().get(Duty, done, populate_existing=True)
    assert row.closed_reason == "done"
    still_open = sa.select(Duty.id).where(Duty.topic == "hearing.when_where", Duty.closed_at.is_(None))
    assert session().scalars(still_open).all() == []


def test_every_move_of_a_machine_is_kept_with_the_event_that_caused_it():
    case = a_small_case(witnesses=1)
    listed = case.listed("2026-03-09", "2026-01-12 10:00")

    applied(listed)

    moves = session().execute(
        sa.select(Transition.machine, Transition.from_state, Transition.to_state).where(
            Transition.event_id == listed.id
        )
    )
    assert sorted(tuple(row) for row in moves) == [
        ("journey", "charge", "listing"),
        ("proceedings", "charged", "trial_listed"),
    ]
