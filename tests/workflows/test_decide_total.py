"""Whatever arrives is folded: no fact, in any order and however odd, makes a decision fail."""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.case_play import CasePlay
from tests.workflows.test_decide_properties import RULES, examples
from workflows import events, values
from workflows.events import CaseEvent

WORDS = ["", "one", "two", "trial-1", "trial-2", "guilty", "not_guilty", "attendance", "case", *values.TOLD_TOPICS]
MOMENTS = st.integers(0, 16 * 365 * 24).map(lambda hours: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([*WORDS, "on", "off", "2026-03-09"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["state", "class", "hearings", "days", "week", "kind", "required", "offences"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
SIMPLE = {
    str: st.sampled_from(WORDS),
    int: st.integers(0, 4),
    bool: st.booleans(),
    date: st.dates(date(2019, 1, 1), date(2035, 1, 1)),
    time: st.times(),
    datetime: MOMENTS,
    Any: ANYTHING,
    type(None): st.none(),
}


def anything_like(kind: Any) -> st.SearchStrategy[Any]:
    """Draw a value of a type, as the fields of the facts are declared."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(anything_like(argument) for argument in arguments))
    if origin is tuple and arguments[-1] is not Ellipsis:
        return st.tuples(*(anything_like(argument) for argument in arguments))
    if origin is tuple:
        return st.lists(anything_like(arguments[0]), max_size=3).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert is_dataclass(kind), kind
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: anything_like(hints[field.name]) for field in fields(kind)})


odd_tellings = st.builds(
    events.ContactMade,
    participant=st.sampled_from(["one", "two"]),
    contact=st.sampled_from(WORDS),
    at=MOMENTS,
    outcome=st.just(events.ContactOutcome.REACHED),
    told=st.lists(
        st.builds(
            events.Telling,
            topic=st.sampled_from(values.TOLD_TOPICS),
            subject=st.sampled_from(["trial-1", "case"]),
            value=ANYTHING,
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
facts = st.one_of(*(anything_like(kind) for kind in events.KINDS.values()))
people = st.builds(
    events.ParticipantRecorded,
    participant=st.sampled_from(["one", "two"]),
    role=st.sampled_from(events.Role),
    witness_kind=st.sampled_from(events.WitnessKind),
    enhanced=st.sampled_from(events.Answer),
)


@st.composite
def journals(draw: Any) -> list[tuple[CaseEvent, ...]]:
    said = [draw(people), *draw(st.lists(facts | facts | people | odd_tellings, min_size=3, max_size=12))]
    return [
        (
            CaseEvent(
                id=f"event-{n}",
                case_id="case",
                what=what,
                received_at=draw(MOMENTS),
                occurred_at=draw(MOMENTS),
                context=draw(st.sampled_from(["listing", "hearing", "officer"])),
                message_id=f"message-{n}",
                actor="test",
                stream=draw(st.sampled_from(["", "trial-1"])),
                version=draw(st.none() | st.integers(0, 3)),
                registration=draw(st.booleans()),
            ),
        )
        for n, what in enumerate(said)
    ]


@examples(100)
@given(journals())
def test_no_fact_in_any_order_makes_a_decision_fail(journal):
    play = CasePlay(rules=RULES, case="case").play(journal)
    assert play.state_hash == CasePlay(rules=RULES, case="case").play(reversed(journal)).state_hash


@examples(40)
@given(facts)
def test_every_fact_comes_back_from_the_journal_as_it_was(fact):
    event_kind = type(fact).__name__
    assert events.fact_from(event_kind, events.payload_of(fact)) == fact


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "on",
        {"state": "on", "class": "trial", "hearings": 3},
        {"state": "on", "class": "trial", "hearings": ["tomorrow"]},
        {"state": "on", "class": "trial", "hearings": [{"kind": "week_commencing"}]},
        {"state": "on", "class": "trial", "hearings": [{"days": [["2026-03-09", "25:00"]]}]},
    ],
)
@pytest.mark.parametrize(("topic", "subject"), [(values.WHEN_WHERE, "trial-1"), (values.ATTENDANCE, "case")])
def test_what_another_system_says_was_told_may_have_any_form(topic, subject, odd):
    when = events.When(kind=events.DateKind.FIXED, days=(events.HearingDay(date(2026, 4, 1)),))
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    said = [
        events.DefendantCharged(defendant="defendant", offences=("offence",)),
        events.ParticipantRecorded(participant="one", role=events.Role.BOTH),
        events.CpsRequires(participant="one"),
        events.HearingConfirmed(
            hearing="trial-1", when=when, about=events.About(hearing_class=events.HearingClass.TRIAL)
        ),
        events.ToldCarriedOver(
            participant="one", at=at, told=(events.Telling(topic=topic, subject=subject, value=odd),)
        ),
        events.TrialVacated(hearing="trial-1"),
        events.PersonConfirmed(participant="one"),
    ]
    play = CasePlay(rules=RULES, case="case")
    for n, what in enumerate(said):
        event = CaseEvent(
            id=f"event-{n}",
            case_id="case",
            what=what,
            received_at=at + timedelta(hours=n),
            occurred_at=at + timedelta(hours=n),
            context="unit",
            message_id=f"message-{n}",
            actor="test",
        )
        assert play.deliver((event,)) == ["changed"]
