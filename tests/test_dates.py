"""Dates and times as every page says them, in London time, whatever the hour or the season."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from witness_care import dates


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2026-12-03 10:00", "Thursday 3 December 2026 at 10am"),
        ("2026-12-03 12:00", "Thursday 3 December 2026 at midday"),
        ("2026-07-01 23:30", "Thursday 2 July 2026 at 12:30am"),  # half past midnight in summer time
        ("2026-10-25 00:30", "Sunday 25 October 2026 at 1:30am"),  # the hour that comes twice
        ("2026-10-25 01:30", "Sunday 25 October 2026 at 1:30am"),
        ("2026-03-29 00:59", "Sunday 29 March 2026 at 12:59am"),  # just before the hour that is skipped
        ("2026-03-29 01:00", "Sunday 29 March 2026 at 2am"),
    ],
)
def test_an_instant_is_said_in_london_time(instant: str, words: str):
    assert dates.full_time(utc(instant)) == words


def test_a_table_says_a_date_in_short_and_names_a_year_that_is_not_this_one():
    now = utc("2026-11-30 09:42")

    assert dates.short_date(date(2026, 12, 3), now) == "Thu 3 Dec"
    assert dates.short_date(date(2027, 2, 1), now) == "Mon 1 Feb 2027"
    assert dates.short_time(utc("2026-12-03 10:30"), now) == "Thu 3 Dec, 10:30am"


@pytest.mark.parametrize(
    ("due", "now", "words"),
    [
        ("2026-11-27 17:00", "2026-11-27 17:30", "Late"),  # the same evening: no working day has gone by
        ("2026-11-27 17:00", "2026-11-28 12:00", "Late"),
        ("2026-11-27 17:00", "2026-11-30 09:00", "1 working day late"),
        ("2026-11-27 17:00", "2026-12-01 09:00", "2 working days late"),
        ("2026-12-24 17:00", "2026-12-29 09:00", "1 working day late"),  # Christmas and the substitute day do not count
        ("2026-11-30 17:00", "2026-11-30 09:00", "Due today"),
        ("2026-07-02 16:00", "2026-07-01 23:30", "Due today"),  # it is already the 2nd in London
        ("2026-12-01 17:00", "2026-11-30 09:00", "Due tomorrow"),
        ("2026-12-02 17:00", "2026-11-30 09:00", ""),
    ],
)
def test_lateness_is_counted_in_working_days_and_blames_nobody(due: str, now: str, words: str):
    assert dates.lateness(utc(due), utc(now)) == words


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ("2026-11-30 14:00", "in 4 hours"),
        ("2026-11-30 10:42", "in 1 hour"),
        ("2026-11-30 10:01", "in 19 minutes"),
        ("2026-11-30 09:00", ""),
        ("2026-12-02 10:00", ""),
    ],
)
def test_a_hearing_that_is_close_says_how_close(starts: str, words: str):
    assert dates.hours_until(utc(starts), utc("2026-11-30 09:42")) == words


def test_a_window_of_hours_reads_naturally():
    assert dates.time_range(time(10), time(14, 30)) == "10am to 2:30pm"


def test_a_relative_word_stands_beside_its_date():
    now = utc("2026-11-30 09:42")

    assert dates.today_or_short(utc("2026-11-30 08:00"), now) == "today, Mon 30 Nov, 8am"
    assert dates.today_or_short(utc("2026-11-27 08:00"), now) == "Fri 27 Nov, 8am"
