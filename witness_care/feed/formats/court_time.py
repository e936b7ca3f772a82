"""Turns a sitting instant into the day and time at court, and says which dates nobody should believe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import MINYEAR, date, datetime, time

from workflows.events import HearingDay
from workflows.working_days import days_later, local_time, london_date

EARLIEST_SITTING, LATEST_SITTING = time(7), time(20)
FIVE_YEARS_OF_DAYS = 5 * 365 + 1
FIRST_BELIEVABLE_DAY = date(1990, 1, 1)


def hearing_day(sitting: datetime, *, cancelled: bool = False) -> HearingDay:
    """Give the London day and time of a sitting.

    A time with stray seconds, or outside 07:00 to 20:00, is a machine's and not a court's: None, "to be confirmed"
    (feeds.md section 14).
    """
    # A system's empty date, year 1 at midnight, lies before all that London's clock reaches. Nobody believes the day.
    local = sitting if sitting.year == MINYEAR else local_time(sitting)
    at = local.time()
    is_a_courts_time = not at.second and not at.microsecond and EARLIEST_SITTING <= at <= LATEST_SITTING
    return HearingDay(on=local.date(), at=at if is_a_courts_time else None, cancelled=cancelled)


def one_sitting_a_day(days: Iterable[HearingDay]) -> tuple[HearingDay, ...]:
    """Keep one sitting of each day: a standing one before a cancelled one, then the earliest known time."""
    best: dict[date, HearingDay] = {}
    for day in days:
        held = best.get(day.on)
        if held is None or _order(day) < _order(held):
            best[day.on] = day
    return tuple(best.values())


def is_suspicious(days: Sequence[date], received_at: datetime) -> bool:
    """Say whether a day lies over 5 years ahead of receipt or before 1990, or the days are out of order."""
    latest = days_later(london_date(received_at), FIVE_YEARS_OF_DAYS)
    return list(days) != sorted(days) or any(not FIRST_BELIEVABLE_DAY <= day <= latest for day in days)


def _order(day: HearingDay) -> tuple[bool, time]:
    return day.cancelled, day.at or time.max
