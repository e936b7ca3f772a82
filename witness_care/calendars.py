"""Fills the calendar of working days with the bank holidays of England and Wales and a unit's own hours."""

from collections.abc import Mapping
from datetime import date, time
from functools import cache
from types import MappingProxyType

from govuk_bank_holidays.bank_holidays import BankHolidays

from workflows.working_days import STRICT, Calendar

HOURS = ("working_day_starts", "working_day_ends")


@cache
def bank_holidays() -> Mapping[date, str]:
    """The bank holidays of England and Wales as published on gov.uk, from the copy that is installed with us.

    Nothing is fetched. The division is always named: without one, only days common to the whole United Kingdom
    would count.
    """
    published = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return MappingProxyType({entry["date"]: _name(entry["title"], entry["notes"]) for entry in published})


def unit_calendar(settings: Mapping[str, str] | None = None) -> Calendar:
    """The calendar of one unit. Its settings may hold `working_day_starts`, `working_day_ends` ("17:00", London)
    and `out_of_hours` ("strict" or "lenient"); what is missing takes the usual value. Other settings are ignored.
    """
    settings = settings or {}
    years = {day.year for day in bank_holidays()}
    hours = {name: _time_of_day(name, settings[name]) for name in HOURS if name in settings}
    return Calendar(
        bank_holidays=bank_holidays(),
        first_year=min(years),
        last_year=max(years),
        out_of_hours=settings.get("out_of_hours", STRICT),
        **hours,
    )


def _name(title: str, notes: str) -> str:
    # A substitute day says so, or "28 December is Boxing Day" reads like a mistake.
    return f"{title} ({notes.lower()})" if notes else title


def _time_of_day(name: str, text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f'Unit setting {name}: expected a time such as "17:00", received {text!r}. Correct the setting.'
        ) from None
