"""Fields that take exactly what they say."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from witness_care.schemas import AwareInstant, FeedSchema, PlainDate, SafeString, StrictSchema, WholeNumber, YesNo


class Form(StrictSchema):
    text = SafeString(longest=5)
    note = SafeString(longest=50, lines=True, blank=True)
    number = WholeNumber(least=1, most=9)
    yes = YesNo()
    at = AwareInstant()
    on = PlainDate()


class Part(FeedSchema):
    known = SafeString()


class Message(FeedSchema):
    part = fields.Nested(Part)


@pytest.mark.parametrize(
    ("given_value", "read"),
    [
        ({"text": " Ann "}, {"text": "Ann"}),
        ({"text": "e\u0301"}, {"text": "é"}),
        ({"note": "one\r\ntwo\tthree"}, {"note": "one\ntwo\tthree"}),
        ({"note": "  "}, {"note": ""}),
        ({"number": 9}, {"number": 9}),
        ({"yes": False}, {"yes": False}),
        ({"at": "2026-06-01T10:00:00+01:00"}, {"at": datetime(2026, 6, 1, 9, tzinfo=UTC)}),
        ({"on": "2026-03-09"}, {"on": date(2026, 3, 9)}),
    ],
)
def test_what_is_right_is_read(given_value: dict[str, Any], read: dict[str, Any]) -> None:
    assert Form().load(given_value) == read


@pytest.mark.proves("SEC-22")
@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "too long"},
        {"text": ""},
        {"text": "a\x00"},
        {"text": "a\nb"},
        {"text": "\x1b[31m"},
        {"text": "\ud800"},
        {"text": 4},
        {"text": None},
        {"note": "a\x00"},
        {"number": "7"},
        {"number": 7.0},
        {"number": True},
        {"number": 0},
        {"number": 10**400},
        {"yes": "yes"},
        {"yes": 1},
        {"at": "2026-06-01T10:00:00"},
        {"at": "2026-06-01"},
        {"at": 1_780_000_000},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"on": "2026-W10-1"},
        {"on": "20260309"},
        {"on": "2026-03-09T10:00:00Z"},
        {"on": "2026-02-30"},
        {"unknown": 1},
    ],
)
def test_what_is_not_exactly_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Form().load(wrong)


@pytest.mark.proves("SEC-22")
@given(
    st.dictionaries(
        st.sampled_from(sorted(Form().fields)),
        st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists),
    )
)
def test_whatever_is_sent_is_read_or_refused_and_never_fails_otherwise(anything: dict[str, Any]) -> None:
    with suppress(ValidationError):
        Form().load(anything)


def test_a_feed_leaves_out_what_it_does_not_know_at_every_level() -> None:
    assert Message().load({"part": {"known": "a", "new": 1}, "newer": 2}) == {"part": {"known": "a"}}
