"""How a due time is explained, whole and in order, so that an officer can check it by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from tests.workflows.conftest import BANK_HOLIDAYS
from workflows.working_days import (
    Calendar,
    due_time,
    instant_of,
    local_time,
    months_later,
    unduly_lenient_sentence_date,
    why_not_working,
    working_day_after,
    working_day_before,
)

STRICT = Calendar(bank_holidays=BANK_HOLIDAYS, first_year=2026, last_year=2027)
LENIENT = replace(STRICT, out_of_hours="lenient")
NAIVE = datetime(2026, 1, 5, 10)  # noqa: DTZ001 - what must be refused


def london(text: str) -> datetime:
    stamp = datetime.fromisoformat(text)
    return instant_of(stamp.date(), stamp.time())


# What is asked, and each line of the answer.
EXPLAINED = {
    "no day, in hours": (
        {"received": "2026-11-27T17:00", "days": 0},
        "Received Friday 27 November 2026 at 5pm: day 0 is Friday 27 November 2026, whatever the hour (strict)",
        "No day is allowed: due at the end of day 0",
        "Due Friday 27 November 2026 at 5pm",
    ),
    "no day, after hours": (
        {"received": "2026-11-27T17:30", "days": 0},
        "Received Friday 27 November 2026 at 5:30pm: day 0 is Friday 27 November 2026, whatever the hour (strict)",
        "The working day ended at 5pm",
        "No day is allowed: due at once",
        "Due Friday 27 November 2026 at 5:30pm",
    ),
    "no day, on a day off": (
        {"received": "2026-12-25T10:00", "days": 0},
        "Received Friday 25 December 2026 at 10am: day 0 is Friday 25 December 2026, whatever the hour (strict)",
        "Friday 25 December 2026 is Christmas Day",
        "No day is allowed: due at once",
        "Due Friday 25 December 2026 at 10am",
    ),
    "in working hours, lenient": (
        {"received": "2026-11-27T17:00", "days": 1, "calendar": LENIENT},
        "Received Friday 27 November 2026 at 5pm, in working hours: day 0 is Friday 27 November 2026 (lenient)",
        "Saturday 28 November 2026 is a weekend day",
        "Sunday 29 November 2026 is a weekend day",
        "Monday 30 November 2026 is working day 1",
        "Due Monday 30 November 2026 at 5pm",
    ),
    "after hours, lenient": (
        {"received": "2026-11-27T18:30", "days": 1, "calendar": LENIENT},
        "Received Friday 27 November 2026 at 6:30pm, after 5pm",
        "Saturday 28 November 2026 is a weekend day",
        "Sunday 29 November 2026 is a weekend day",
        "Day 0 is the next working day, Monday 30 November 2026 (lenient)",
        "Tuesday 1 December 2026 is working day 1",
        "Due Tuesday 1 December 2026 at 5pm",
    ),
    "on a day off, lenient": (
        {"received": "2026-12-25T09:00", "days": 1, "calendar": LENIENT},
        "Received Friday 25 December 2026 at 9am",
        "Friday 25 December 2026 is Christmas Day",
        "Saturday 26 December 2026 is a weekend day",
        "Sunday 27 December 2026 is a weekend day",
        "Monday 28 December 2026 is Boxing Day (substitute day)",
        "Day 0 is the next working day, Tuesday 29 December 2026 (lenient)",
        "Wednesday 30 December 2026 is working day 1",
        "Due Wednesday 30 December 2026 at 5pm",
    ),
    "two working days, over a weekend": (
        {"received": "2026-11-26T10:00", "days": 2},
        "Received Thursday 26 November 2026 at 10am: day 0 is Thursday 26 November 2026, whatever the hour (strict)",
        "Friday 27 November 2026 is working day 1",
        "Saturday 28 November 2026 is a weekend day",
        "Sunday 29 November 2026 is a weekend day",
        "Monday 30 November 2026 is working day 2",
        "Due Monday 30 November 2026 at 5pm",
    ),
    "a cap within working hours": (
        {"received": "2026-11-23T10:00", "days": 1, "hearing": "2026-11-24T11:00"},
        "Received Monday 23 November 2026 at 10am: day 0 is Monday 23 November 2026, whatever the hour (strict)",
        "Tuesday 24 November 2026 is working day 1",
        "The hearing starts Tuesday 24 November 2026 at 11am: "
        "tell them at least 2 hours before, by Tuesday 24 November 2026 at 9am",
        "Due Tuesday 24 November 2026 at 9am",
    ),
    "a cap at the end": (
        {"received": "2026-11-23T10:00", "days": 1, "hearing": "2026-11-24T19:00"},
        "Received Monday 23 November 2026 at 10am: day 0 is Monday 23 November 2026, whatever the hour (strict)",
        "Tuesday 24 November 2026 is working day 1",
        "The hearing starts Tuesday 24 November 2026 at 7pm: "
        "tell them at least 2 hours before, by Tuesday 24 November 2026 at 5pm",
        "Due Tuesday 24 November 2026 at 5pm",
    ),
    "a cap after hours": (
        {"received": "2026-11-23T10:00", "days": 2, "hearing": "2026-11-24T19:30"},
        "Received Monday 23 November 2026 at 10am: day 0 is Monday 23 November 2026, whatever the hour (strict)",
        "Tuesday 24 November 2026 is working day 1",
        "Wednesday 25 November 2026 is working day 2",
        "The hearing starts Tuesday 24 November 2026 at 7:30pm: "
        "tell them at least 2 hours before, by Tuesday 24 November 2026 at 5:30pm",
        "That is outside working hours",
        "The last end of a working day is Tuesday 24 November 2026 at 5pm",
        "Due Tuesday 24 November 2026 at 5pm",
    ),
    "a cap before hours": (
        {"received": "2026-11-24T10:00", "days": 1, "hearing": "2026-11-25T10:59"},
        "Received Tuesday 24 November 2026 at 10am: day 0 is Tuesday 24 November 2026, whatever the hour (strict)",
        "Wednesday 25 November 2026 is working day 1",
        "The hearing starts Wednesday 25 November 2026 at 10:59am: "
        "tell them at least 2 hours before, by Wednesday 25 November 2026 at 8:59am",
        "That is outside working hours",
        "The last end of a working day is Tuesday 24 November 2026 at 5pm",
        "Due Tuesday 24 November 2026 at 5pm",
    ),
    "a cap on a day off": (
        {"received": "2026-12-23T10:00", "days": 5, "hearing": "2026-12-28T14:00"},
        "Received Wednesday 23 December 2026 at 10am: day 0 is Wednesday 23 December 2026, whatever the hour (strict)",
        "Thursday 24 December 2026 is working day 1",
        "Friday 25 December 2026 is Christmas Day",
        "Saturday 26 December 2026 is a weekend day",
        "Sunday 27 December 2026 is a weekend day",
        "Monday 28 December 2026 is Boxing Day (substitute day)",
        "Tuesday 29 December 2026 is working day 2",
        "Wednesday 30 December 2026 is working day 3",
        "Thursday 31 December 2026 is working day 4",
        "Friday 1 January 2027 is New Year's Day",
        "Saturday 2 January 2027 is a weekend day",
        "Sunday 3 January 2027 is a weekend day",
        "Monday 4 January 2027 is working day 5",
        "The hearing starts Monday 28 December 2026 at 2pm: "
        "tell them at least 2 hours before, by Monday 28 December 2026 at midday",
        "Monday 28 December 2026 is Boxing Day (substitute day)",
        "Sunday 27 December 2026 is a weekend day",
        "Saturday 26 December 2026 is a weekend day",
        "Friday 25 December 2026 is Christmas Day",
        "The last end of a working day is Thursday 24 December 2026 at 5pm",
        "Due Thursday 24 December 2026 at 5pm",
    ),
    "a cap that had passed": (
        {"received": "2026-11-30T09:30", "days": 1, "hearing": "2026-11-30T10:00"},
        "Received Monday 30 November 2026 at 9:30am: day 0 is Monday 30 November 2026, whatever the hour (strict)",
        "Tuesday 1 December 2026 is working day 1",
        "The hearing starts Monday 30 November 2026 at 10am: "
        "tell them at least 2 hours before, by Monday 30 November 2026 at 8am",
        "That is outside working hours",
        "Sunday 29 November 2026 is a weekend day",
        "Saturday 28 November 2026 is a weekend day",
        "The last end of a working day is Friday 27 November 2026 at 5pm",
        "That had passed at receipt: due at once",
        "Due Monday 30 November 2026 at 9:30am",
    ),
    "a cap at receipt": (
        {"received": "2026-11-30T10:00", "days": 1, "hearing": "2026-11-30T12:00"},
        "Received Monday 30 November 2026 at 10am: day 0 is Monday 30 November 2026, whatever the hour (strict)",
        "Tuesday 1 December 2026 is working day 1",
        "The hearing starts Monday 30 November 2026 at midday: "
        "tell them at least 2 hours before, by Monday 30 November 2026 at 10am",
        "Due Monday 30 November 2026 at 10am",
    ),
    "calendar days, on a working day": (
        {"received": "2026-11-04T10:00", "days": 14, "basis": "calendar_days"},
        "Received Wednesday 4 November 2026 at 10am: day 0 is Wednesday 4 November 2026",
        "14 calendar days later, every day counted, is Wednesday 18 November 2026",
        "Due Wednesday 18 November 2026 at 5pm",
    ),
    "calendar days, back": (
        {"received": "2026-11-05T10:00", "days": 16, "basis": "calendar_days"},
        "Received Thursday 5 November 2026 at 10am: day 0 is Thursday 5 November 2026",
        "16 calendar days later, every day counted, is Saturday 21 November 2026",
        "Saturday 21 November 2026 is a weekend day",
        "The last working day before that is Friday 20 November 2026",
        "Due Friday 20 November 2026 at 5pm",
    ),
    "calendar days, forward": (
        {"received": "2026-11-28T10:00", "days": 1, "basis": "calendar_days"},
        "Received Saturday 28 November 2026 at 10am: day 0 is Saturday 28 November 2026",
        "1 calendar day later, every day counted, is Sunday 29 November 2026",
        "Sunday 29 November 2026 is a weekend day",
        "The next working day is Monday 30 November 2026",
        "Due Monday 30 November 2026 at 5pm",
    ),
    "provisional": (
        {"received": "2027-12-30T10:00", "days": 2},
        "Received Thursday 30 December 2027 at 10am: day 0 is Thursday 30 December 2027, whatever the hour (strict)",
        "Friday 31 December 2027 is working day 1",
        "Saturday 1 January 2028 is a weekend day",
        "Sunday 2 January 2028 is a weekend day",
        "Monday 3 January 2028 is working day 2",
        "Due Monday 3 January 2028 at 5pm",
        "Bank holidays are known from 2026 to 2027 only: this due time is provisional",
    ),
}


@pytest.mark.feature("E2")
@pytest.mark.parametrize("case", EXPLAINED)
def test_a_due_time_is_explained_line_by_line(case):
    asked, *lines = EXPLAINED[case]
    hearing = london(asked["hearing"]) if "hearing" in asked else None
    basis = asked.get("basis", "working_days")

    answer = due_time(
        london(asked["received"]), asked["days"], asked.get("calendar", STRICT), basis=basis, hearing_start=hearing
    )

    assert list(answer.working) == lines


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-05T10:00", 16, "2026-11-20T17:00"),  # a Saturday: back to Friday, not to Thursday
        ("2026-11-28T10:00", 1, "2026-11-30T17:00"),  # a Sunday, and back would be before the talk itself
        ("2026-12-24T10:00", 1, "2026-12-29T17:00"),  # Christmas Day: back would be the day of the talk
        ("2026-12-23T10:00", 2, "2026-12-24T17:00"),
    ],
)
def test_an_interval_in_calendar_days_moves_to_the_very_next_working_day(received, days, due):
    assert due_time(london(received), days, STRICT, basis="calendar_days").at == london(due)


@pytest.mark.parametrize(
    ("received", "hearing", "capped", "due"),
    [
        ("2026-11-23T10:00", "2026-11-24T19:00", True, "2026-11-24T17:00"),  # the cap is the very limit
        ("2026-11-23T10:00", "2026-11-25T11:00", False, "2026-11-24T17:00"),
        ("2026-11-23T10:00", "2026-11-24T18:59", True, "2026-11-24T16:59"),
        ("2026-11-30T10:00", "2026-11-30T11:59", True, "2026-11-30T10:00"),  # a minute too late to be in time
    ],
)
def test_the_earlier_of_limit_and_cap_counts_and_a_tie_is_the_caps(received, hearing, capped, due):
    answer = due_time(london(received), 1, STRICT, hearing_start=london(hearing))

    assert (answer.capped, answer.urgent, answer.at) == (capped, capped, london(due))


@pytest.mark.parametrize(
    ("received", "days", "provisional"),
    [
        ("2026-01-01T10:00", 1, False),
        ("2025-12-31T23:59", 1, True),
        ("2027-12-30T10:00", 1, False),
        ("2027-12-31T10:00", 1, True),
        ("2027-12-31T10:00", 0, False),
    ],
)
def test_a_due_time_is_provisional_from_the_first_day_that_nobody_knows(received, days, provisional):
    assert due_time(london(received), days, STRICT).provisional is provisional


def test_a_promise_that_falls_past_the_known_years_is_provisional_though_it_is_due_within_them():
    answer = due_time(london("2027-12-03T10:00"), 29, STRICT, basis="calendar_days")  # a Saturday, 1 January 2028

    assert (answer.at, answer.provisional) == (london("2027-12-31T17:00"), True)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-11-15", 1, "2026-12-15"),
        ("2026-11-15", 2, "2027-01-15"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-01-10", 0, "2026-01-10"),
        ("2026-03-31", 23, "2028-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, later):
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_a_time_of_day_is_londons_whatever_zone_it_carries():
    assert instant_of(date(2026, 7, 1), time(10, tzinfo=UTC)) == datetime(2026, 7, 1, 9, tzinfo=UTC)


def test_the_last_day_to_ask_about_a_sentence_is_a_working_day_itself_where_it_can_be():
    assert unduly_lenient_sentence_date(date(2026, 10, 30), STRICT) == london("2026-11-27T17:00")


@pytest.mark.parametrize(
    ("day", "days", "before", "after"),
    [
        ("2026-11-25", 0, "2026-11-25", "2026-11-25"),
        ("2026-11-25", 1, "2026-11-24", "2026-11-26"),
        ("2026-11-25", 3, "2026-11-20", "2026-11-30"),
        ("2026-12-26", 0, "2026-12-24", "2026-12-26"),
        ("2026-12-26", 1, "2026-12-23", "2026-12-29"),
        ("2026-12-26", 2, "2026-12-22", "2026-12-30"),
    ],
)
def test_so_many_working_days_before_and_after_a_day(day, days, before, after):
    assert working_day_before(date.fromisoformat(day), days, STRICT) == date.fromisoformat(before)
    assert working_day_after(date.fromisoformat(day), days, STRICT) == date.fromisoformat(after)


REFUSED = {
    'Calendar.out_of_hours: expected "strict" or "lenient", received \'sometimes\'. Correct the unit\'s setting.': (
        lambda: replace(STRICT, out_of_hours="sometimes")
    ),
    "Calendar: expected a working day that starts before it ends, received 17:00:00 to 17:00:00. "
    "Correct the unit's working hours.": lambda: replace(STRICT, working_day_starts=time(17)),
    "Calendar: expected first_year up to last_year, received 2028 to 2027. Load the bank holidays again.": (
        lambda: replace(STRICT, first_year=2028)
    ),
    "Expected 0 or more days, received -1. Correct the rule pack.": (
        lambda: due_time(london("2026-01-05T10:00"), -1, STRICT)
    ),
    'Expected "working_days" or "calendar_days", received \'weeks\'. Correct the rule pack.': (
        lambda: due_time(london("2026-01-05T10:00"), 1, STRICT, basis="weeks")
    ),
    "Expected a day that does not count, received 2026-01-05, a working day. Ask is_working_day first.": (
        lambda: why_not_working(date(2026, 1, 5), STRICT)
    ),
    "instant: expected a datetime with a zone, received a naive one. Give the instant in UTC.": (
        lambda: local_time(NAIVE)
    ),
    "received_at: expected a datetime with a zone, received a naive one. Give the instant in UTC.": (
        lambda: due_time(NAIVE, 1, STRICT)
    ),
    "hearing_start: expected a datetime with a zone, received a naive one. Give the instant in UTC.": (
        lambda: due_time(london("2026-01-05T10:00"), 1, STRICT, hearing_start=NAIVE)
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_wrong_question_hears_what_was_expected_what_came_and_what_to_do(said):
    with pytest.raises(ValueError, match=re.escape(said) + r"\Z"):
        REFUSED[said]()


def test_a_calendar_may_know_one_year_only():
    assert replace(STRICT, first_year=2027).last_year == 2027
