"""Any order of processing, any repetition and any batches leave a case in one state (figure G5).

Stories have people who join late and requirements that come after the facts. The journal says when each message was
received; what is shuffled is only the order in which we process them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests import figures
from tests.workflows.case_play import CasePlay
from tests.workflows.random_cases import (
    CASE,
    Message,
    court,
    court_messages,
    either,
    of_defendants,
    with_late_joiners,
    with_undoing,
    written,
)
from tests.workflows.test_decide_properties import RULES
from workflows import truth
from workflows.events import CaseEvent

EXAMPLES = figures.size(usual=500, proof=10_000)
ORDERS_OF_EACH = figures.size(usual=1, proof=10)
PARTS = figures.size(usual=4, proof=20)  # so that the processes of a run can share them


def any_order_leaves_one_state(*, examples: int, part: int) -> int:
    """Try so many stories, the same ones in every run; give how many orders were tried."""
    tried = 0

    @seed(part)
    @settings(max_examples=examples, database=None, phases=[Phase.generate])
    @given(with_late_joiners | with_late_joiners | with_undoing, st.integers(0, 2**32))
    def one_state(story: Any, number: int) -> None:
        nonlocal tried
        messages, in_order = written(story, RULES)
        for each in range(ORDERS_OF_EACH):
            other = CasePlay(rules=RULES, case=CASE)
            for batch in shuffled(messages, random.Random(f"{number} {each}")):
                other.deliver([event for message in batch for event in message])
            assert other.state_hash == in_order.state_hash, "The state hash depends on the order of processing."
            assert other.snapshot == in_order.snapshot, "The state depends on the order of processing."
            tried += 1

    one_state()
    return tried


def shuffled(messages: Sequence[Message], chance: random.Random) -> Iterator[list[Message]]:
    """The messages in another order, some of them again, a few at a time."""
    waiting = [*messages, *chance.choices(messages, k=3)]
    chance.shuffle(waiting)
    while waiting:
        count = chance.choice([1, 2, 5, len(waiting)])
        yield waiting[:count]
        waiting = waiting[count:]


@pytest.mark.figure("G5")
@pytest.mark.feature("A4")
@pytest.mark.parametrize("part", range(PARTS))
def test_any_order_repetition_and_batches_leave_one_state(part: int):
    tried = any_order_leaves_one_state(examples=EXAMPLES // PARTS, part=part)
    assert tried >= EXAMPLES // PARTS * ORDERS_OF_EACH
    figures.reached("G5", "in the pure core", examples=EXAMPLES // PARTS, orders=tried)


def what_stands_is_the_same_in_any_order(*, examples: int) -> None:
    """Take what courts said straight into the registers, in two orders: a refold sorts, and so cannot show this."""

    @seed(2)
    @settings(max_examples=examples, database=None, phases=[Phase.generate])
    @given(st.lists(either(court, court, of_defendants), min_size=4, max_size=14), st.integers(0, 2**32))
    def same_truth(story: Any, number: int) -> None:
        said = [event for message in court_messages(story) for event in message]
        again = [*said, *said[:2]]
        random.Random(number).shuffle(again)
        in_order, shuffled_order = taken_in(said), taken_in(again)
        assert in_order.keys() == shuffled_order.keys()
        for key in in_order:
            stands = truth.standing(in_order, key)
            assert stands == truth.standing(shuffled_order, key), "What stands depends on the order in which it came."

    same_truth()


def taken_in(said: Sequence[CaseEvent]) -> truth.Registers:
    registers: truth.Registers = {}
    for event in said:
        truth.take_in(registers, event)
    return registers


@pytest.mark.figure("G5")
def test_what_stands_is_the_same_in_any_order():
    what_stands_is_the_same_in_any_order(examples=EXAMPLES)
    figures.reached("G5", "what stands of what courts said", examples=EXAMPLES)


def test_a_version_that_must_be_two_higher_to_stand_is_found(monkeypatch):
    honest = truth._put

    def off_by_one(registers: truth.Registers, key: str, new: Any) -> str:
        for rival in registers.get(key, ()):
            if rival.slot == new.slot and new.version is not None and new.version <= (rival.version or 0) + 1:
                return truth.STALE
        return honest(registers, key, new)

    monkeypatch.setattr(truth, "_put", off_by_one)
    with pytest.raises(AssertionError, match="depends on the order"):
        what_stands_is_the_same_in_any_order(examples=EXAMPLES)


def test_a_lower_version_that_is_taken_for_the_newer_is_found(monkeypatch):
    honest = truth._put

    def the_last_to_come_stands(registers: truth.Registers, key: str, new: Any) -> str:
        registers[key] = tuple(held for held in registers.get(key, ()) if held.slot != new.slot)
        return honest(registers, key, new)

    monkeypatch.setattr(truth, "_put", the_last_to_come_stands)
    with pytest.raises(AssertionError, match="highest version"):
        the_highest_version_stands(examples=EXAMPLES)


def the_highest_version_stands(*, examples: int) -> None:
    """In every story, what stands inside a slot is the highest version that was said."""

    @seed(1)
    @settings(max_examples=examples, database=None, phases=[Phase.generate])
    @given(with_late_joiners)
    def highest(story: Any) -> None:
        messages, play = written(story, RULES)
        said: dict[tuple[str, str], int] = {}
        for event in (event for message in messages for event in message if event.version is not None):
            for key, _, group in truth._statements(event.what):
                place = (key, "/".join((event.context, event.stream, group)))
                said[place] = max(said.get(place, 0), event.version)
        for key, statements in play.snapshot.registers.items():
            for held in statements:
                if held.version is not None:
                    assert held.version == said[key, held.slot], "The highest version should stand."

    highest()


def test_the_highest_version_stands_in_every_story():
    the_highest_version_stands(examples=50)
