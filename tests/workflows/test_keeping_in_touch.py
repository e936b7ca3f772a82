"""When we next speak with somebody: from which talk it is counted, for whom, and how the duty before ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.workflows.standing import JOINED, at, case, person, spoken
from tests.workflows.test_decide_properties import RULES
from workflows.attendance import Attendance
from workflows.duty_rows import Account, Cause
from workflows.events import (
    Answer,
    CaseEvent,
    ContactCorrected,
    ContactOutcome,
    CpsNotRequired,
    CpsRequires,
    Role,
    TrialStarted,
    WitnessKind,
)
from workflows.journey import Journey
from workflows.keeping_in_touch import settle_keeping_in_touch
from workflows.proceedings import Proceedings
from workflows.snapshot import Topic, Topics

KEY = ("p", "task.keep_in_touch", "task.keep_in_touch")
CALLED = {"requirements": {"p": CpsRequires(participant="p")}}
NOT_CALLED = {"requirements": {"p": CpsNotRequired(participant="p")}}
CONCLUDED = {"proceedings": {"d1": Proceedings.CONCLUDED}}
WITNESS, VICTIM = person(Role.WITNESS), person(Role.VICTIM)


def settled(who, account=None, *, stands=None, when=JOINED, closes=(), what=None) -> Account:
    """Settle the talks of a person after one message, on top of the account as it was."""
    account = account or Account(topics=Topics({}), records={}, changes=[])
    event = CaseEvent(
        id=f"event-{len(account.changes)}-{when.isoformat()}", case_id="case", what=what or TrialStarted(hearing="h"),
        received_at=when, occurred_at=when, context="officer", message_id="m", actor="user:olivia",
    )  # fmt: skip
    settle_keeping_in_touch(account, "p", who, case(**stands or {}), RULES, Cause(event=event, closes=closes))
    return account


def rows(account: Account) -> list[tuple[datetime, datetime, str | None]]:
    """Give each row in the order of its clock: when its clock started, when it is due, and why it closed."""
    found = sorted(account.records.values(), key=lambda record: record.opened_at)
    return [(record.clock_start, record.due_at, record.closed_reason) for record in found]


FOUR_WEEKS, TWO_WEEKS = at(30, 16), at(16, 17)  # 5pm in London, summer time having begun on the 29th


@pytest.mark.parametrize(
    ("who", "stands", "owed"),
    [
        pytest.param(VICTIM, {}, True, id="a victim"),
        pytest.param(VICTIM, NOT_CALLED, True, id="a victim who is not called"),
        pytest.param(person(Role.BOTH), NOT_CALLED, True, id="victim and witness, not called"),
        pytest.param(WITNESS, {}, True, id="a witness, and nobody knows yet whether they are called"),
        pytest.param(WITNESS, CALLED, True, id="a witness who is called"),
        pytest.param(WITNESS, NOT_CALLED, False, id="a witness who is not called"),
        pytest.param(WITNESS, CALLED | CONCLUDED, False, id="a witness who was called, and it is over"),
        pytest.param(person(Role.WITNESS, witness_kind=WitnessKind.POLICE), {}, False, id="a police officer"),
        pytest.param(person(witness_kind=WitnessKind.EXPERT), {}, False, id="an expert"),
        pytest.param(person(journey=Journey.OUTCOME), {}, False, id="the outcome is there"),
        pytest.param(person(journey=Journey.CLOSED), {}, False, id="closed"),
        pytest.param(person(journey=Journey.TRIAL, attendance=Attendance.REQUIRED), {}, True, id="during the trial"),
        pytest.param(person(died=True), {}, False, id="died"),
        pytest.param(person(left="moved"), {}, False, id="left"),
        pytest.param(person(opted_out=("task.keep_in_touch",)), {}, False, id="opted out of it"),
        pytest.param(person(opted_out=("hearing.when_where",)), {}, True, id="opted out of something else"),
    ],
)
def test_with_whom_we_keep_in_touch(who, stands, owed):
    account = settled(who, stands=stands)

    assert rows(account) == ([(JOINED, FOUR_WEEKS, None)] if owed else [])
    assert (KEY in account.topics) is owed


def test_the_row_says_by_which_rule_and_how_often():
    (record,) = settled(VICTIM).records.values()

    assert (record.participant, record.topic, record.subject) == KEY
    assert (record.rule, record.rules) == ("PREF-FREQ@local_policy", ("PREF-FREQ@local_policy",))
    assert (record.value, record.hearing, record.priority) == ({"every_days": 28}, None, 1)
    assert record.explanation == (
        "Counted from Monday 2 March 2026 at 9am: day 0 is Monday 2 March 2026",
        "28 calendar days later, every day counted, is Monday 30 March 2026",
        "Due Monday 30 March 2026 at 5pm",
    )


@pytest.mark.parametrize("enhanced", [Answer.YES, Answer.NOT_ASKED])
def test_somebody_with_enhanced_rights_is_spoken_with_twice_as_often(enhanced):
    (record,) = settled(person(enhanced=enhanced)).records.values()

    assert (record.due_at, record.value) == (TWO_WEEKS, {"every_days": 14})


@pytest.mark.parametrize(
    ("contacts", "clock"),
    [
        ((), JOINED),
        ((spoken(at(4)),), at(4)),
        ((spoken(at(5)), spoken(at(4))), at(5)),
        ((spoken(at(4)), spoken(at(5), ContactOutcome.VOICEMAIL)), at(4)),
        ((spoken(at(4)), spoken(at(5), void=True)), at(4)),
        ((spoken(JOINED - timedelta(days=9)),), JOINED - timedelta(days=9)),  # taken over: that talk counts
    ],
)
def test_it_is_counted_from_the_last_talk_and_else_from_the_joining(contacts, clock):
    ((started, _, closed),) = rows(settled(person(contacts=contacts), when=at(6)))

    assert (started, closed) == (clock, None)


def test_a_talk_ends_the_duty_and_the_next_one_is_counted_from_it():
    account = settled(VICTIM)
    settled(person(contacts=(spoken(at(9)),)), account, when=at(9))

    assert rows(account) == [(JOINED, FOUR_WEEKS, "done"), (at(9), at(2, 16, month=4), None)]
    done = next(record for record in account.records.values() if record.closed_reason)
    assert (done.met, done.value, done.closed_by) == (True, {"every_days": 28}, "user:olivia")


def test_a_second_message_about_something_else_changes_nothing():
    account = settled(VICTIM)
    settled(VICTIM, account, when=at(5))

    assert rows(account) == [(JOINED, FOUR_WEEKS, None)]
    assert [change.action for change in account.changes] == ["opened"]


def test_a_clock_that_moves_on_since_a_talk_was_corrected_is_no_talk():
    early = person(contacts=(spoken(JOINED - timedelta(days=3)),))
    account = settled(early)
    corrected = ContactCorrected(participant="p", contact="c")
    settled(VICTIM, account, when=at(5), what=corrected)

    assert rows(account) == [(JOINED - timedelta(days=3), at(27, 17), "corrected"), (JOINED, FOUR_WEEKS, None)]


def test_a_talk_that_never_was_puts_the_clock_back_on_the_same_row():
    account = settled(person(contacts=(spoken(at(9)),)), when=at(9))
    settled(VICTIM, account, when=at(10))

    assert rows(account) == [(JOINED, FOUR_WEEKS, None)]
    assert [change.action for change in account.changes] == ["opened", "updated"]


@pytest.mark.parametrize(
    ("changed", "stands", "why"),
    [
        ({"died": True}, {}, "deceased"),
        ({"left": "moved"}, {}, "not_owed"),
        ({"opted_out": ("task.keep_in_touch",)}, {}, "opted_out"),
        ({"journey": Journey.OUTCOME}, {}, "not_owed"),
        ({"opted_out": ("task.keep_in_touch",), "died": True}, {}, "deceased"),
    ],
)
def test_what_is_open_ends_with_the_reason_when_it_is_no_longer_owed(changed, stands, why):
    account = settled(VICTIM)
    settled(replace(VICTIM, **changed), account, stands=stands, when=at(5))

    assert rows(account) == [(JOINED, FOUR_WEEKS, why)]
    assert account.topics[KEY] == Topic()


def test_it_is_owed_again_when_the_reason_is_gone():
    account = settled(WITNESS)
    settled(WITNESS, account, stands=NOT_CALLED, when=at(5))
    settled(WITNESS, account, stands=CALLED, when=at(6))

    assert rows(account) == [(JOINED, FOUR_WEEKS, "not_owed"), (JOINED, FOUR_WEEKS, None)]


def test_enhanced_rights_shorten_what_is_open_and_taken_away_do_not_lengthen_it():
    account = settled(VICTIM)
    settled(replace(VICTIM, enhanced=Answer.YES), account, when=at(4))
    assert rows(account) == [(JOINED, TWO_WEEKS, None)]

    settled(VICTIM, account, when=at(5))
    assert rows(account) == [(JOINED, TWO_WEEKS, None)]

    settled(replace(VICTIM, contacts=(spoken(at(6)),)), account, when=at(6))  # the next one has the longer time
    assert rows(account)[1] == (at(6), at(2, 16, month=4), None)


def test_a_duty_that_a_person_ended_comes_again_an_interval_later():
    account = settled(VICTIM)
    settled(VICTIM, account, when=at(9), closes=((KEY, "declined"),))

    assert rows(account) == [(JOINED, FOUR_WEEKS, "declined"), (at(9), at(2, 16, month=4), None)]

    settled(person(contacts=(spoken(at(8)),)), account, when=at(10))  # typed in late: it was before the duty was ended
    assert rows(account)[1] == (at(9), at(2, 16, month=4), None)

    settled(person(contacts=(spoken(at(11)),)), account, when=at(11))
    assert rows(account)[1][2] == "done"
    assert rows(account)[2][0] == at(11)


def test_a_person_ends_only_the_duty_they_named():
    account = settled(VICTIM)
    settled(VICTIM, account, when=at(9), closes=((("p", "hearing.when_where", "t"), "declined"),))

    assert rows(account) == [(JOINED, FOUR_WEEKS, None)]


def test_ending_what_is_not_open_does_nothing():
    account = settled(WITNESS, stands=NOT_CALLED, closes=((KEY, "declined"),))

    assert (account.records, account.topics) == ({}, {})
