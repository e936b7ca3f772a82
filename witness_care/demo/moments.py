"""Places the made-up world in time: working days before and after today, in court and office hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from witness_care.calendars import unit_calendar
from workflows.working_days import days_later, instant_of, london_date, next_working_day, previous_working_day

MORNING = time(10, 0)


@dataclass(frozen=True, slots=True)
class Moments:
    """`now` (UTC) is the moment the world is made for: nothing in it happens later."""

    now: datetime

    @property
    def today(self) -> date:
        return london_date(self.now)

    def workday(self, offset: int) -> date:
        """Give the working day this many before (negative) or after (positive) today; 0 is today or the one before."""
        calendar = unit_calendar()
        day = next_working_day(previous_working_day(self.today, calendar), calendar)
        if day > self.today:
            day = previous_working_day(self.today, calendar)
        step = next_working_day if offset > 0 else previous_working_day
        for _ in range(abs(offset)):
            day = step(day, calendar)
        return day

    def before(self, workdays: int, hour: int = 10, minute: int = 0) -> datetime:
        """Give an office hour some working days ago; never later than now."""
        return min(instant_of(self.workday(-workdays), time(hour, minute)), self.minutes_ago(1))

    def minutes_ago(self, minutes: int) -> datetime:
        return self.now - timedelta(minutes=minutes)

    def after(self, workdays: int, days: int = 1, at: time = MORNING) -> tuple[tuple[date, time], ...]:
        """Give the days of a hearing that starts so many working days from today."""
        return tuple((self.workday(workdays + extra), at) for extra in range(days))

    def ago(self, workdays: int, days: int = 1, at: time = MORNING) -> tuple[tuple[date, time], ...]:
        """Give the days of a hearing that started so many working days ago."""
        return tuple((self.workday(-workdays + extra), at) for extra in range(days))

    def week(self, workdays: int) -> date:
        """Give the Monday of the week in which that working day lies."""
        day = self.workday(workdays)
        return days_later(day, -day.weekday())
