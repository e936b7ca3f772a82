"""The calendar of a unit: the published bank holidays, and the unit's own hours."""

from datetime import date, time

import pytest

from witness_care.calendars import bank_holidays, unit_calendar
from workflows.working_days import is_working_day


def test_the_calendar_holds_the_bank_holidays_of_england_and_wales():
    assert bank_holidays()[date(2026, 12, 25)] == "Christmas Day"
    assert bank_holidays()[date(2026, 12, 28)] == "Boxing Day (substitute day)"
    assert bank_holidays()[date(2026, 4, 6)] == "Easter Monday"  # no bank holiday in Scotland
    assert date(2026, 3, 17) not in bank_holidays()  # one in Northern Ireland only


def test_a_unit_without_settings_works_nine_to_five_and_counts_strictly():
    calendar = unit_calendar()
    assert (calendar.working_day_starts, calendar.working_day_ends) == (time(9), time(17))
    assert calendar.out_of_hours == "strict"
    assert (calendar.first_year, calendar.last_year >= 2028) == (2012, True)
    assert not is_working_day(date(2026, 8, 31), calendar)


def test_a_unit_sets_its_own_hours_and_other_settings_are_ignored():
    calendar = unit_calendar({"working_day_ends": "16:30", "out_of_hours": "lenient", "assignment": "by court"})
    assert (calendar.working_day_ends, calendar.out_of_hours) == (time(16, 30), "lenient")


def test_a_wrong_hour_is_refused_and_says_what_was_expected():
    with pytest.raises(ValueError, match="working_day_ends: expected a time such as \"17:00\", received '5pm'"):
        unit_calendar({"working_day_ends": "5pm"})
