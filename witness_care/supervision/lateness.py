"""Sorts late contacts into bands of working days late, as instants that a query can compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from workflows import working_days
from workflows.working_days import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Contacts due from `since` (inclusive; None: however long ago) until `until` (exclusive), both UTC."""

    key: str
    words: str
    since: datetime | None
    until: datetime


# key, words, and the highest number of working days late that still belongs to the band
_BANDS = (
    ("today", "Due today, time has passed", 0),
    ("1", "1 working day late", 1),
    ("2-5", "2 to 5 working days late", 5),
    ("6-10", "6 to 10 working days late", 10),
)
_OLDEST = ("more", "More than 10 working days late")
KEYS = tuple(key for key, _, _ in _BANDS) + (_OLDEST[0],)


def bands(now: datetime, calendar: Calendar) -> tuple[Band, ...]:
    """Give the bands, the least late first. Together they hold everything due before `now` exactly once."""
    found = []
    until, day, counted = now, _latest_working_day(working_days.london_date(now), calendar), 0
    for key, words, most in _BANDS:
        while counted < most:
            day, counted = working_days.previous_working_day(day, calendar), counted + 1
        since = min(working_days.instant_of(day, time(0)), until)
        found.append(Band(key=key, words=words, since=since, until=until))
        until = since
    key, words = _OLDEST
    return (*found, Band(key=key, words=words, since=None, until=until))


def _latest_working_day(day: date, calendar: Calendar) -> date:
    if working_days.is_working_day(day, calendar):
        return day
    return working_days.previous_working_day(day, calendar)
