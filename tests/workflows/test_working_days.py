"""Due times by hand: every example of the rules, both clock changes, and the words that explain them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from workflows.working_days import (
    Calendar,
    day_in_words,
    due_time,
    instant_of,
    is_working_day,
    local_time,
    london_date,
    next_working_day,
    previous_working_day,
    start_of_hearing,
    time_in_words,
    unduly_lenient_sentence_date,
    why_not_working,
    working_days_between,
)

NAIVE = datetime(2026, 1, 5, 10)  # noqa: DTZ001 - what must be refused


def london(text: str) -> datetime:
    """A wall-clock time in London, or an instant when the text ends in Z."""
    stamp = datetime.fromisoformat(text)
    return stamp if stamp.tzinfo else instant_of(stamp.date(), stamp.time())


# received, days, due when strict, due when lenient: the table of the domain rules, section 2.
EXAMPLES = [
    ("2026-11-24T10:00", 1, "2026-11-25T17:00", "2026-11-25T17:00"),
    ("2026-11-24T10:00", 5, "2026-12-01T17:00", "2026-12-01T17:00"),
    ("2026-11-27T16:55", 1, "2026-11-30T17:00", "2026-11-30T17:00"),
    ("2026-11-27T18:30", 1, "2026-11-30T17:00", "2026-12-01T17:00"),
    ("2026-11-28T10:00", 1, "2026-11-30T17:00", "2026-12-01T17:00"),
    ("2026-12-23T15:00", 5, "2027-01-04T17:00", "2027-01-04T17:00"),
    ("2026-12-24T16:00", 1, "2026-12-29T17:00", "2026-12-29T17:00"),
    ("2026-12-25T09:00", 1, "2026-12-29T17:00", "2026-12-30T17:00"),
    ("2026-12-31T09:00", 1, "2027-01-04T17:00", "2027-01-04T17:00"),
    ("2026-04-02T16:55", 1, "2026-04-07T17:00", "2026-04-07T17:00"),
    ("2027-03-25T11:00", 1, "2027-03-30T16:00Z", "2027-03-30T16:00Z"),
    ("2027-03-25T11:00", 5, "2027-04-05T17:00", "2027-04-05T17:00"),
    ("2027-03-27T23:30Z", 1, "2027-03-30T17:00", "2027-03-31T17:00"),
    ("2026-07-01T23:30Z", 1, "2026-07-03T16:00Z", "2026-07-03T16:00Z"),
    ("2026-10-24T23:30Z", 1, "2026-10-26T17:00Z", "2026-10-27T17:00Z"),
    ("2026-10-25T01:30Z", 1, "2026-10-26T17:00Z", "2026-10-27T17:00Z"),
    ("2027-12-24T10:00", 1, "2027-12-29T17:00", "2027-12-29T17:00"),
    # The watchdog on a hearing of Friday 18 December without a result; Victim Contact Scheme after two sentences.
    ("2026-12-18T10:00", 5, "2026-12-29T17:00", "2026-12-29T17:00"),
    ("2026-12-18T10:00", 10, "2027-01-06T17:00", "2027-01-06T17:00"),
    ("2027-03-19T10:00", 10, "2027-04-06T17:00", "2027-04-06T17:00"),
]


@pytest.mark.feature("E2")
@pytest.mark.parametrize(("received", "days", "strict", "lenient"), EXAMPLES)
def test_every_example_of_the_rules_is_due_at_the_stated_time(
    received, days, strict, lenient, calendar, lenient_calendar
):
    assert due_time(london(received), days, calendar).at == london(strict)
    assert due_time(london(received), days, lenient_calendar).at == london(lenient)


# received, hearing, due, whether the hearing's cap set it.
CAPPED_EXAMPLES = [
    ("2026-11-27T16:55", "2026-11-30T10:00", "2026-11-27T17:00", True),
    ("2026-11-27T10:00", "2026-11-30T14:00", "2026-11-30T12:00", True),
    ("2026-11-30T09:30", "2026-11-30T10:00", "2026-11-30T09:30", True),
    ("2026-11-24T10:00", "2026-12-09T10:00", "2026-11-25T17:00", False),
    # 2 hours before 11:00 and before 19:00 are the first and the last minute of a working day.
    ("2026-11-23T10:00", "2026-11-24T11:00", "2026-11-24T09:00", True),
    ("2026-11-23T10:00", "2026-11-24T19:00", "2026-11-24T17:00", True),
    ("2026-11-23T10:00", "2026-11-24T10:59", "2026-11-23T17:00", True),
    ("2026-11-23T10:00", "2026-11-24T19:30", "2026-11-24T17:00", True),
    # A Saturday court, and the first court day after Christmas.
    ("2026-11-27T10:00", "2026-11-28T14:00", "2026-11-27T17:00", True),
    ("2026-12-24T10:00", "2026-12-29T10:00", "2026-12-24T17:00", True),
]


@pytest.mark.feature("E2")
@pytest.mark.parametrize(("received", "hearing", "due", "capped"), CAPPED_EXAMPLES)
def test_a_coming_hearing_caps_the_due_time_two_hours_before_within_working_hours(
    received, hearing, due, capped, calendar
):
    answer = due_time(london(received), 1, calendar, hearing_start=london(hearing))
    assert answer.at == london(due)
    assert (answer.capped, answer.urgent) == (capped, capped)


def test_the_clock_of_a_second_move_never_beats_the_first(calendar):
    first = due_time(london("2026-11-23T11:00"), 1, calendar)
    second = due_time(london("2026-11-24T09:00"), 1, calendar)
    assert min(first.at, second.at) == london("2026-11-24T17:00")


ZERO_DAY_EXAMPLES = [
    ("2026-11-27T10:00", "2026-11-27T17:00", "2026-11-27T17:00"),
    ("2026-11-27T17:00", "2026-11-27T17:00", "2026-11-27T17:00"),
    ("2026-11-27T17:30", "2026-11-27T17:30", "2026-11-30T17:00"),
    ("2026-11-28T10:00", "2026-11-28T10:00", "2026-11-30T17:00"),
    ("2026-12-25T10:00", "2026-12-25T10:00", "2026-12-29T17:00"),
]


@pytest.mark.parametrize(("received", "strict", "lenient"), ZERO_DAY_EXAMPLES)
def test_no_days_allowed_means_the_end_of_day_0_or_at_once(received, strict, lenient, calendar, lenient_calendar):
    assert due_time(london(received), 0, calendar).at == london(strict)
    assert due_time(london(received), 0, lenient_calendar).at == london(lenient)


def test_a_duty_due_at_once_before_a_hearing_is_urgent(calendar):
    answer = due_time(london("2026-11-29T18:00"), 0, calendar, hearing_start=london("2026-11-30T10:00"))
    assert answer.at == london("2026-11-29T18:00")
    assert answer.urgent


CALENDAR_DAY_EXAMPLES = [
    ("2026-11-04T10:00", 14, "2026-11-18T17:00"),
    ("2026-11-04T20:00", 28, "2026-12-02T17:00"),
    ("2026-11-28T10:00", 28, "2026-12-24T17:00"),  # Boxing Day is a Saturday: back to Christmas Eve
    ("2026-11-27T10:00", 1, "2026-11-30T17:00"),  # back would be the day of the talk itself
    ("2026-11-27T10:00", 0, "2026-11-27T17:00"),
    ("2026-11-27T19:00", 0, "2026-11-27T19:00"),
]


@pytest.mark.parametrize(("received", "days", "due"), CALENDAR_DAY_EXAMPLES)
def test_calendar_days_end_on_the_last_working_day_within_the_promise(received, days, due, calendar, lenient_calendar):
    assert due_time(london(received), days, calendar, basis="calendar_days").at == london(due)
    assert due_time(london(received), days, lenient_calendar, basis="calendar_days").at == london(due)


def test_a_calendar_day_interval_names_the_days_it_moved_over(calendar):
    answer = due_time(london("2026-11-28T10:00"), 28, calendar, basis="calendar_days")
    assert answer.working == (
        "Received Saturday 28 November 2026 at 10am: day 0 is Saturday 28 November 2026",
        "28 calendar days later, every day counted, is Saturday 26 December 2026",
        "Saturday 26 December 2026 is a weekend day",
        "Friday 25 December 2026 is Christmas Day",
        "The last working day before that is Thursday 24 December 2026",
        "Due Thursday 24 December 2026 at 5pm",
    )


@pytest.mark.parametrize(
    ("sentenced", "last"),
    [
        ("2026-11-27", "2026-12-24T17:00"),
        ("2026-09-25", "2026-10-23T16:00Z"),
        ("2027-02-26", "2027-03-25T17:00"),
        ("2027-03-01", "2027-03-25T17:00"),
    ],
)
def test_the_unduly_lenient_sentence_date_is_the_last_working_day_within_28_days(sentenced, last, calendar):
    assert unduly_lenient_sentence_date(date.fromisoformat(sentenced), calendar) == london(last)


@pytest.mark.feature("E2")
def test_the_explanation_names_day_0_each_skipped_day_and_each_counted_day(calendar):
    assert due_time(london("2026-12-24T16:00"), 1, calendar).working == (
        "Received Thursday 24 December 2026 at 4pm: day 0 is Thursday 24 December 2026, whatever the hour (strict)",
        "Friday 25 December 2026 is Christmas Day",
        "Saturday 26 December 2026 is a weekend day",
        "Sunday 27 December 2026 is a weekend day",
        "Monday 28 December 2026 is Boxing Day (substitute day)",
        "Tuesday 29 December 2026 is working day 1",
        "Due Tuesday 29 December 2026 at 5pm",
    )


def test_the_explanation_of_a_lenient_calendar_says_why_day_0_moved(lenient_calendar):
    evening = due_time(london("2026-11-27T18:30"), 1, lenient_calendar).working
    assert evening[0] == "Received Friday 27 November 2026 at 6:30pm, after 5pm"
    assert "Day 0 is the next working day, Monday 30 November 2026 (lenient)" in evening
    christmas = due_time(london("2026-12-25T09:00"), 1, lenient_calendar).working
    assert christmas[1:5] == (
        "Friday 25 December 2026 is Christmas Day",
        "Saturday 26 December 2026 is a weekend day",
        "Sunday 27 December 2026 is a weekend day",
        "Monday 28 December 2026 is Boxing Day (substitute day)",
    )


def test_the_explanation_of_a_cap_names_the_hearing_and_the_days_it_moved_over(calendar):
    answer = due_time(london("2026-11-27T16:55"), 1, calendar, hearing_start=london("2026-11-30T10:00"))
    assert answer.working[-6:] == (
        "The hearing starts Monday 30 November 2026 at 10am: "
        "tell them at least 2 hours before, by Monday 30 November 2026 at 8am",
        "That is outside working hours",
        "Sunday 29 November 2026 is a weekend day",
        "Saturday 28 November 2026 is a weekend day",
        "The last end of a working day is Friday 27 November 2026 at 5pm",
        "Due Friday 27 November 2026 at 5pm",
    )


def test_a_cap_on_a_day_off_names_that_day(calendar):
    answer = due_time(london("2026-12-23T10:00"), 5, calendar, hearing_start=london("2026-12-28T14:00"))
    assert answer.at == london("2026-12-24T17:00")
    assert [line for line in answer.working if line.endswith("is Boxing Day (substitute day)")]
    assert "Friday 25 December 2026 is Christmas Day" in answer.working[-6:]


def test_a_cap_before_receipt_says_due_at_once(calendar):
    answer = due_time(london("2026-11-30T09:30"), 1, calendar, hearing_start=london("2026-11-30T10:00"))
    assert "That had passed at receipt: due at once" in answer.working


def test_a_due_time_beyond_the_known_bank_holidays_is_provisional_and_says_so(calendar):
    known = due_time(london("2027-12-29T10:00"), 1, calendar)
    assert not known.provisional
    unknown = due_time(london("2027-12-30T10:00"), 5, calendar)
    assert unknown.provisional
    assert "provisional" in unknown.working[-1]
    assert due_time(london("2025-12-30T10:00"), 1, calendar).provisional


def test_a_cap_inside_the_known_years_makes_the_due_time_firm(calendar):
    answer = due_time(london("2027-12-30T10:00"), 5, calendar, hearing_start=london("2027-12-31T14:00"))
    assert answer.at == london("2027-12-31T12:00")
    assert not answer.provisional


def test_a_unit_that_closes_earlier_has_its_own_end_of_day(calendar):
    early = replace(calendar, working_day_ends=time(16, 30))
    assert due_time(london("2026-11-24T10:00"), 1, early).at == london("2026-11-25T16:30")


def test_instants_leave_in_utc_and_the_clock_start_is_kept(calendar):
    received = local_time(london("2026-07-01T12:00"))
    answer = due_time(received, 1, calendar)
    assert answer.clock_start == received
    assert (answer.at.tzinfo, answer.clock_start.tzinfo) == (UTC, UTC)


def test_a_london_hour_that_the_spring_change_skips_moves_forward():
    assert instant_of(date(2027, 3, 28), time(1, 30)) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert local_time(instant_of(date(2027, 3, 28), time(1, 30))).time() == time(2, 30)


def test_a_london_hour_that_the_autumn_change_repeats_is_the_first_of_the_two():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant_of(date(2026, 10, 25), time(1, 30)) == first
    assert instant_of(date(2026, 10, 25), time(1, 30, fold=1)) == first


def test_the_london_date_is_not_the_utc_date_in_summer_evenings():
    assert london_date(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)
    assert london_date(datetime(2026, 12, 1, 23, 30, tzinfo=UTC)) == date(2026, 12, 1)


def test_a_hearing_without_a_time_counts_as_ten_in_the_morning():
    assert start_of_hearing(date(2026, 7, 1)) == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert start_of_hearing(date(2026, 7, 1), time(14)) == datetime(2026, 7, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "now", "late"),
    [
        ("2026-11-27T17:00", "2026-11-27T18:00", 0),
        ("2026-11-27T17:00", "2026-11-29T18:00", 0),
        ("2026-11-27T17:00", "2026-11-30T09:00", 1),
        ("2026-12-24T17:00", "2026-12-31T09:00", 3),
        ("2026-12-24T17:00", "2026-12-01T09:00", 0),
    ],
)
def test_lateness_counts_working_days_after_the_due_day(due, now, late, calendar):
    assert working_days_between(london(due), london(now), calendar) == late


def test_the_working_days_beside_christmas(calendar):
    assert next_working_day(date(2026, 12, 24), calendar) == date(2026, 12, 29)
    assert previous_working_day(date(2026, 12, 29), calendar) == date(2026, 12, 24)
    assert not is_working_day(date(2026, 12, 28), calendar)
    assert is_working_day(date(2026, 12, 29), calendar)


def test_times_and_days_read_as_officers_write_them():
    assert day_in_words(date(2026, 3, 9)) == "Monday 9 March 2026"
    times = [time(0), time(0, 30), time(9), time(11, 5), time(12), time(12, 30), time(17)]
    words = ["midnight", "12:30am", "9am", "11:05am", "midday", "12:30pm", "5pm"]
    assert [time_in_words(at) for at in times] == words


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda calendar: due_time(NAIVE, 1, calendar), "naive"),
        (lambda calendar: london_date(NAIVE), "naive"),
        (lambda calendar: due_time(london("2026-01-05T10:00"), -1, calendar), "0 or more days"),
        (lambda calendar: due_time(london("2026-01-05T10:00"), 1, calendar, basis="weeks"), "working_days"),
        (lambda calendar: why_not_working(date(2026, 1, 5), calendar), "a working day"),
        (lambda calendar: replace(calendar, out_of_hours="sometimes"), "strict"),
        (lambda calendar: replace(calendar, working_day_ends=time(8)), "starts before it ends"),
        (lambda calendar: Calendar(bank_holidays={}, first_year=2027, last_year=2026), "first_year"),
    ],
)
def test_a_wrong_question_is_refused_and_says_what_was_expected(call, expected, calendar):
    with pytest.raises(ValueError, match=expected):
        call(calendar)
