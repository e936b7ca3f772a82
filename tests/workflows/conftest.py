"""A calendar written by hand, so that the rules are tested against dates anyone can check."""

from datetime import date

import pytest

from workflows.working_days import Calendar

BANK_HOLIDAYS = {
    date(2026, 1, 1): "New Year's Day",
    date(2026, 4, 3): "Good Friday",
    date(2026, 4, 6): "Easter Monday",
    date(2026, 5, 4): "Early May bank holiday",
    date(2026, 5, 25): "Spring bank holiday",
    date(2026, 8, 31): "Summer bank holiday",
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "Boxing Day (substitute day)",
    date(2027, 1, 1): "New Year's Day",
    date(2027, 3, 26): "Good Friday",
    date(2027, 3, 29): "Easter Monday",
    date(2027, 5, 3): "Early May bank holiday",
    date(2027, 5, 31): "Spring bank holiday",
    date(2027, 8, 30): "Summer bank holiday",
    date(2027, 12, 27): "Christmas Day (substitute day)",
    date(2027, 12, 28): "Boxing Day (substitute day)",
}


@pytest.fixture
def calendar() -> Calendar:
    return Calendar(bank_holidays=BANK_HOLIDAYS, first_year=2026, last_year=2027)


@pytest.fixture
def lenient_calendar() -> Calendar:
    return Calendar(bank_holidays=BANK_HOLIDAYS, first_year=2026, last_year=2027, out_of_hours="lenient")
