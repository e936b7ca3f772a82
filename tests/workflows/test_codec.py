"""What the core stores comes back exactly, and only what can be stored is accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.test_decide_properties import examples
from workflows import codec, events
from workflows.events import Answer, DateKind, HearingDay, ResultKind, When

MOMENT = datetime(2026, 7, 1, 23, 30, 5, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """One field of every kind that a stored class may have."""

    word: str
    moment: datetime
    day: date
    at: time | None = None
    answer: Answer = Answer.NOT_ASKED
    days: tuple[HearingDay, ...] = ()
    pair: tuple[bool, int] = (True, 0)
    said: events.TrialVacated | events.TrialUnvacated | None = None
    by_name: dict[str, int] = field(default_factory=dict)
    anything: Any = None


FULL = Sample(
    word="dewarn",
    moment=MOMENT,
    day=date(2026, 3, 9),
    at=time(10, 30),
    answer=Answer.YES,
    days=(HearingDay(date(2026, 3, 9)), HearingDay(date(2026, 3, 10), time(14), cancelled=True)),
    pair=(False, 7),
    said=events.TrialVacated(hearing="trial-1", reason="no-court-time"),
    by_name={"one": 1},
    anything={"state": "on", "hearings": [None, True, 2]},
)
SMALL = Sample(word="", moment=MOMENT, day=date(2026, 3, 9))


@pytest.mark.parametrize("sample", [FULL, SMALL])
def test_what_is_stored_comes_back_as_it_was(sample):
    assert codec.from_json(Sample, codec.to_json(sample)) == sample


def test_what_equals_its_default_is_left_out():
    assert codec.to_json(SMALL) == {"word": "", "moment": "2026-07-01T23:30:05.123456+00:00", "day": "2026-03-09"}


def test_a_word_that_this_version_does_not_know_is_no_hindrance_and_a_missing_one_takes_its_default():
    stored = codec.to_json(SMALL) | {"from_a_later_version": 1}
    assert codec.from_json(Sample, stored) == SMALL


def test_an_instant_is_stored_in_utc_whatever_its_zone():
    paris = Sample(word="", moment=MOMENT.astimezone(timezone(timedelta(hours=2))), day=date(2026, 3, 9))
    assert codec.to_json(paris)["moment"] == "2026-07-01T23:30:05.123456+00:00"


def test_which_of_several_facts_it_was_is_stored_with_it():
    assert codec.to_json(FULL)["said"] == {"is": "TrialVacated", "hearing": "trial-1", "reason": "no-court-time"}


def test_a_value_that_cannot_be_stored_is_refused_when_its_class_is_first_used():
    @dataclass(frozen=True)
    class Unstorable:
        seen: frozenset[str]

    with pytest.raises(TypeError, match="cannot be stored: expected a dataclass of simple values"):
        codec.to_json(Unstorable(seen=frozenset()))


def test_a_dict_with_other_than_text_keys_is_refused():
    @dataclass(frozen=True)
    class Numbered:
        by_number: dict[int, str]

    with pytest.raises(TypeError, match="text keys"):
        codec.to_json(Numbered(by_number={}))


def test_an_unknown_kind_of_fact_is_refused_by_name():
    with pytest.raises(KeyError, match="TrialPostponed"):
        events.fact_from("TrialPostponed", {})


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@examples(50)
@given(plain)
def test_the_hash_of_a_value_does_not_depend_on_the_order_of_its_keys(value):
    assert codec.value_hash(_turned_round(value)) == codec.value_hash(value)
    assert len(codec.value_hash(value)) == 32


def _turned_round(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned_round(inner) for key, inner in reversed(value.items())}
    return [_turned_round(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"required": True}, {"required": False}),
        ({"required": True, "days": [1]}, {"required": True, "days": [2]}),
        ({"days": [["2026-03-09", "10:00"]]}, {"days": [["2026-03-09", None]]}),
        ({"offences": {}}, {"offences": {"robbery": "guilty"}}),
    ],
)
def test_different_values_have_different_hashes(one, other):
    assert codec.value_hash(one) != codec.value_hash(other)


def test_a_fact_of_results_comes_back_with_its_results():
    share = events.ResultsShared(
        hearing="trial-1",
        day=date(2026, 3, 9),
        shared_at=MOMENT,
        results=(
            events.OffenceResult(
                defendant="defendant", offence="offence", kind=ResultKind.CUSTODY, length="11 M", final=True
            ),
        ),
    )
    assert events.fact_from("ResultsShared", events.payload_of(share)) == share


def test_a_week_and_a_date_to_be_fixed_come_back():
    for when in (When(kind=DateKind.TO_BE_FIXED, removed=True), When(kind=DateKind.WEEK_COMMENCING, weeks=2)):
        moved = events.HearingMoved(hearing="trial-1", when=when)
        assert events.fact_from("HearingMoved", events.payload_of(moved)) == moved
