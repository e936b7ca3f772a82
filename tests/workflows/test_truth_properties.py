"""Truth is kept in registers: whatever order messages come in, the same one stands."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.random_cases import court, either, messages_of, of_defendants
from tests.workflows.test_decide_properties import RULES, examples
from workflows import charges, events, truth
from workflows.events import CaseEvent, DateKind, HearingDay, When

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def moved(version: int, *, to: date, minute: int) -> CaseEvent:
    """One version of the court's listing. `minute` is when its source says it happened, which must not matter."""
    when = When(kind=DateKind.FIXED, days=(HearingDay(to, time(10)),))
    return CaseEvent(
        id=f"event-{version}",
        case_id="case",
        what=events.HearingMoved(hearing="trial-1", when=when),
        received_at=MONDAY,
        occurred_at=MONDAY + timedelta(minutes=minute),
        context="listing",
        stream="trial-1",
        version=version,
        message_id=f"message-{version}",
        actor="test",
    )


def check_that_the_highest_version_stands() -> None:
    @examples(100)
    @given(
        st.lists(st.integers(1, 9), min_size=2, max_size=5, unique=True),
        st.lists(st.integers(0, 600), min_size=5, max_size=5),
    )
    def whatever_the_order_of_arrival(versions: list[int], minutes: list[int]) -> None:
        registers: truth.Registers = {}
        for version, minute in zip(versions, minutes, strict=False):
            truth.take_in(registers, moved(version, to=date(2026, 4, version), minute=minute))
        assert truth.hearing(registers, "trial-1").days[0].on == date(2026, 4, max(versions))

    whatever_the_order_of_arrival()


def test_the_highest_version_stands_whatever_the_order_of_arrival():
    check_that_the_highest_version_stands()


def test_a_version_compared_off_by_one_is_found(monkeypatch):
    def two_versions_count_as_one(statement):
        return ((statement.version or 0) // 2, statement.occurred_at, statement.message_id)

    monkeypatch.setattr(truth, "_rank_in_slot", two_versions_count_as_one)
    with pytest.raises(AssertionError):
        check_that_the_highest_version_stands()


def test_a_version_that_is_not_compared_at_all_is_found(monkeypatch):
    monkeypatch.setattr(truth, "_rank_in_slot", lambda statement: (0, statement.occurred_at, statement.message_id))
    with pytest.raises(AssertionError):
        check_that_the_highest_version_stands()


@examples(60)
@given(st.lists(either(court, court, of_defendants), min_size=4, max_size=14), st.integers(0, 1000))
def test_what_stands_does_not_depend_on_the_order_in_which_it_came(story, seed):
    messages = messages_of(story, RULES)[1:]
    in_order, shuffled = {}, {}
    for message in messages:
        for event in message:
            truth.take_in(in_order, event)
    random.Random(seed).shuffle(messages)
    for message in messages:
        for event in message:
            truth.take_in(shuffled, event)
    assert in_order.keys() == shuffled.keys()
    for key in in_order:
        assert truth.standing(in_order, key) == truth.standing(shuffled, key)
    assert charges.offences(in_order) == charges.offences(shuffled)
    assert charges.said_of_defendants(in_order) == charges.said_of_defendants(shuffled)
    assert charges.measures(in_order) == charges.measures(shuffled)
