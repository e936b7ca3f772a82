"""Says what a hearing is, when, where and how it stands, from its row, in the words of every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from witness_care import dates, wording
from workflows.events import DateKind
from workflows.truth import HearingStatus

OFF = tuple(status.value for status in HearingStatus if status.is_off)


def name(row: Any) -> str:
    """Say which hearing: the court's own name for it, else its class."""
    return row.hearing_type or wording.sentence(wording.label(wording.HEARING_CLASSES, row.hearing_class))


def names(rows: Sequence[Any]) -> dict[str, str]:
    """Name the hearings of a case by id; where two have the same name, with the date each has now."""
    found = Counter(name(row) for row in rows)
    return {row.id: name(row) if found[name(row)] == 1 else _dated(row) for row in rows}


def _dated(row: Any) -> str:
    return f"{name(row)} ({f'now {day(row)}' if row.starts_at else 'no date'})"


def day(row: Any, now: datetime | None = None) -> str:
    """Say the first day in few words, and a week as a week: "Mon 18 Jan", "in the week of 18 January 2027"."""
    return short_day(row.date_kind, row.starts_at, row.weeks, now)


def short_day(date_kind: str | None, starts_at: datetime | None, weeks: int | None, now: datetime | None = None) -> str:
    """Say when a hearing starts without its time, which may not be known; a week never as a day."""
    if starts_at is None:
        return "no date"
    if date_kind == DateKind.WEEK_COMMENCING:
        return wording.in_the_week_of(dates.day_of(starts_at), weeks or 1)
    return dates.short_date(starts_at, now)


def when(row: Any, days: Sequence[Any] = ()) -> str:
    """Say when, with each day that stands; an unknown time is "to be confirmed", never 10am."""
    if row.date_kind == DateKind.WEEK_COMMENCING and row.week_commencing:
        return wording.sentence(wording.in_the_week_of(row.week_commencing, row.weeks))
    standing = [day for day in days if not day.cancelled]
    if not standing:
        return dates.full_date(row.starts_at) if row.starts_at and not days else "No date"
    first = standing[0]
    at = f" at {dates.clock_time(first.at_time)}" if first.at_time else ", time to be confirmed"
    more = f", {len(standing)} days to {dates.full_date(standing[-1].on_date)}" if len(standing) > 1 else ""
    return f"{dates.full_date(first.on_date)}{at}{more}"


def where(row: Any) -> str:
    return ", ".join(part for part in (row.court, row.room) if part) or "Court to be confirmed"


def status(row: Any, now: datetime) -> str:
    """Say how it stands: listed, off and why, or over."""
    if row.status in (HearingStatus.VACATED, HearingStatus.ADJOURNED):
        how = "Cancelled by the court (vacated)" if row.status == HearingStatus.VACATED else "Adjourned"
        if not row.reason and getattr(row, "adjournment_note", None) is not None:
            return f"{how}. The court's note says why"
        return f"{how}. Reason: {wording.reason(row.reason)}"
    if row.status == HearingStatus.LIVE and row.result_due_at and row.result_due_at < now:
        return "The day has passed; the court's result is overdue"
    if row.status == HearingStatus.LIVE and row.starts_at and row.starts_at < now:
        return "Under way or over; no result yet"
    words = wording.sentence(wording.label(wording.HEARING_STATUS, row.status))
    return f"{words}. Reason: {wording.reason(row.reason)}" if row.reason else words


def is_off(row: Any) -> bool:
    return row.status in OFF
