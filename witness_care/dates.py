"""Says every date and time on every page in one way, in London time: "Thursday 3 December 2026 at 10am".

The functions here are the Jinja filters of all pages. Tables use the short forms; a relative word ("today", "late")
stands only beside a date.
"""

from __future__ import annotations

from datetime import date, datetime, time

from witness_care.calendars import unit_calendar
from workflows import working_days

DATE_OR_INSTANT = date | datetime
HOUR_SECONDS = 3600
LATE = "Late"


def full_date(when: DATE_OR_INSTANT) -> str:
    """ "Thursday 3 December 2026"."""
    return working_days.day_in_words(day_of(when))


def day_range(first: date, last: date) -> str:
    """ "Monday 14 December 2026 to Friday 18 December 2026", or the one day."""
    return full_date(first) if first == last else f"{full_date(first)} to {full_date(last)}"


def full_time(instant: datetime) -> str:
    """ "Thursday 3 December 2026 at 10am"."""
    return working_days.instant_in_words(instant)


def short_date(when: DATE_OR_INSTANT, now: datetime | None = None) -> str:
    """ "Thu 3 Dec"; with the year when `now` lies in another one, so that no table is ambiguous."""
    day = day_of(when)
    text = f"{working_days.DAY_NAMES[day.weekday()][:3]} {day.day} {working_days.MONTH_NAMES[day.month - 1][:3]}"
    return text if now is None or day.year == working_days.london_date(now).year else f"{text} {day.year}"


def short_time(instant: datetime, now: datetime | None = None) -> str:
    """ "Thu 3 Dec, 10am"."""
    return f"{short_date(instant, now)}, {clock_time(instant)}"


def clock_time(when: datetime | time) -> str:
    """ "10:30am", "midday". An instant is read in London."""
    return working_days.time_in_words(when if isinstance(when, time) else working_days.local_time(when).time())


def time_range(starts: time, ends: time) -> str:
    """ "10am to 2pm"."""
    return f"{clock_time(starts)} to {clock_time(ends)}"


def iso_date(when: DATE_OR_INSTANT) -> str:
    """The machine-readable date of a `<time>` element, as it is in London."""
    return day_of(when).isoformat()


def day_of(when: DATE_OR_INSTANT) -> date:
    return working_days.london_date(when) if isinstance(when, datetime) else when


def is_today(when: DATE_OR_INSTANT, now: datetime) -> bool:
    return day_of(when) == working_days.london_date(now)


def today_or_short(instant: datetime, now: datetime) -> str:
    """ "today, Mon 30 Nov, 5pm" or "Fri 27 Nov, 5pm"."""
    text = short_time(instant, now)
    return f"today, {text}" if is_today(instant, now) else text


def lateness(due_at: datetime, now: datetime) -> str:
    """How a due time stands, in words that blame nobody: "1 working day late", "Due today", "Due tomorrow".

    Empty when it is due on a later day: the date beside it says enough.
    """
    if due_at < now:
        return _late(working_days.working_days_between(due_at, now, unit_calendar()))
    days = (day_of(due_at) - day_of(now)).days
    return {0: "Due today", 1: "Due tomorrow"}.get(days, "")


def _late(working_days_late: int) -> str:
    if not working_days_late:
        return LATE
    return f"{working_days_late} working day{'' if working_days_late == 1 else 's'} late"


def hours_until(starts_at: datetime, now: datetime) -> str:
    """ "in 4 hours", "in 20 minutes"; empty when it has begun or is more than a day away."""
    seconds = (starts_at - now).total_seconds()
    if not 0 < seconds <= 24 * HOUR_SECONDS:
        return ""
    count, unit = (
        (round(seconds / HOUR_SECONDS), "hour") if seconds >= HOUR_SECONDS else (round(seconds / 60), "minute")
    )
    return f"in {count} {unit}{'' if count == 1 else 's'}"


FILTERS = {
    function.__name__: function
    for function in (
        full_date,
        full_time,
        short_date,
        short_time,
        clock_time,
        iso_date,
        today_or_short,
        lateness,
        hours_until,
    )
}
