"""A refusal names the place, what belongs there and what came, and repeats nobody's details."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError, fields

from witness_care.problems import described, first_problem
from witness_care.schemas import AwareInstant, SafeString, StrictSchema, WholeNumber, YesNo


class Point(StrictSchema):
    value = SafeString(required=True)
    at = AwareInstant()
    allowed = YesNo()
    days = fields.List(WholeNumber(least=1, most=9))


class Form(StrictSchema):
    points = fields.List(fields.Nested(Point))


@pytest.mark.parametrize(
    ("point", "where", "expected", "received"),
    [
        ({}, "/points/0/value", "a value here", "nothing"),
        ({"value": None}, "/points/0/value", "a value here, not null", "nothing"),
        ({"value": ["07700 900123"]}, "/points/0/value", "text", "a list"),
        ({"value": "x", "phone": "07700900123"}, "/points/0/phone", "no field of this name", "text of 11 characters"),
        ({"value": "x", "allowed": 1}, "/points/0/allowed", "true or false", "1"),
        ({"value": "x", "days": [1, {}]}, "/points/0/days/1", "a whole number", "an object"),
        (
            {"value": "x", "at": "2026-03-09"},
            "/points/0/at",
            "a date and time with an offset, for example 2026-03-09T10:00:00Z",
            "text of 10 characters",
        ),
        ("07700 900123", "/points/0", "an object", "text of 12 characters"),
    ],
)
def test_it_says_where_what_belongs_there_and_what_came(point: Any, where: str, expected: str, received: str) -> None:
    body = {"points": [point]}
    with pytest.raises(ValidationError) as refused:
        Form().load(body)

    problem = first_problem(refused.value.normalized_messages(), body)

    assert (problem.where, problem.expected, described(problem.value)) == (where, expected, received)


def test_a_date_from_a_court_is_repeated_as_it_came_and_words_are_not() -> None:
    assert described("2026-03-09T10:00:00Z", telling=True) == "2026-03-09T10:00:00Z"
    assert described("Ann Example", telling=True) == "text of 11 characters"
