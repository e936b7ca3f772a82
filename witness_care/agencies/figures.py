"""Counts how long answers take: for each agency, and for the unit itself where others ask us."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.agencies.models import Agency, AgencyQuery, Direction
from witness_care.agencies.words import ANSWERED
from witness_care.calendars import unit_calendar
from workflows.working_days import days_later, instant_of, months_later, working_days_between

ENOUGH_FOR_A_SHARE = 10  # of fewer answers a percentage says more than there is


@dataclass(frozen=True, slots=True)
class Period:
    """The London days from `first` to `last`, both counted."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        return instant_of(self.first, time(0))

    @property
    def ends_before(self) -> datetime:
        return instant_of(days_later(self.last, 1), time(0))


def _months_up_to(months: int) -> Callable[[date], Period]:
    return lambda today: Period(days_later(months_later(today, -months), 1), today)


def _last_month(today: date) -> Period:
    ends = days_later(today.replace(day=1), -1)
    return Period(ends.replace(day=1), ends)


def _last_quarter(today: date) -> Period:
    this_quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return Period(months_later(this_quarter, -3), days_later(this_quarter, -1))


# key in the address: its words, and which days they mean on a London date; the first is shown unless another is chosen
PERIODS: Mapping[str, tuple[str, Callable[[date], Period]]] = MappingProxyType(
    {
        "3-months": ("Three months up to today", _months_up_to(3)),
        "month": ("One month up to today", _months_up_to(1)),
        "12-months": ("Twelve months up to today", _months_up_to(12)),
        "last-month": ("Last calendar month", _last_month),
        "last-quarter": ("Last quarter", _last_quarter),
    }
)
USUAL = next(iter(PERIODS))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """How one agency answers us, or how we answer it. `open`, `late` and `oldest_days` stand as of now.

    `days` are the working days that each answer of the period took, the shortest first.
    """

    agency: Agency
    open: int
    late: int
    oldest_days: int
    days: tuple[int, ...]
    in_time: int
    not_answered: int

    @property
    def answered(self) -> int:
        return len(self.days)

    @property
    def median_days(self) -> float | None:
        return median(self.days) if self.days else None

    @property
    def longest_days(self) -> int | None:
        return max(self.days, default=None)

    @property
    def share_in_time(self) -> int | None:
        """Per cent, rounded; None of so few answers that it would mislead."""
        return round(100 * self.in_time / self.answered) if self.answered >= ENOUGH_FOR_A_SHARE else None


def figures(
    session: Session, actor: Actor, period: Period, now: datetime
) -> Mapping[Direction, Sequence[AnswerFigures]]:
    """Give the figures of the actor's units by who asks, the agencies in the order of their list. Two statements."""
    standing = {(row.agency, row.direction): row for row in session.execute(_standing(actor, period, now))}
    answers: dict[tuple[Agency, Direction], list[sa.Row]] = {}
    for row in session.execute(_answers(actor, period)):
        answers.setdefault((row.agency, row.direction), []).append(row)
    return {
        direction: [
            _of_one(agency, standing.get((agency, direction)), answers.get((agency, direction), ()), now)
            for agency in Agency
            if (agency, direction) in standing or (agency, direction) in answers
        ]
        for direction in Direction
    }


def _of_one(agency: Agency, standing: sa.Row | None, answers: Iterable[sa.Row], now: datetime) -> AnswerFigures:
    calendar = unit_calendar()
    oldest = standing.oldest if standing and standing.open else None
    return AnswerFigures(
        agency=agency,
        open=standing.open if standing else 0,
        late=standing.late if standing else 0,
        oldest_days=working_days_between(oldest, now, calendar) if oldest else 0,
        days=tuple(sorted(working_days_between(row.asked_at, row.answered_at, calendar) for row in answers)),
        in_time=sum(row.answered_at <= row.due_at for row in answers),
        not_answered=standing.not_answered if standing else 0,
    )


def _standing(actor: Actor, period: Period, now: datetime) -> sa.Select:
    """What is open now, and what was closed in the period without an answer."""
    is_open = AgencyQuery.closed_at.is_(None)
    given_up = sa.and_(AgencyQuery.closed_reason != ANSWERED, *_within(AgencyQuery.closed_at, period))

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((sa.and_(*conditions), AgencyQuery.id)))

    return (
        scope.agency_queries(actor)
        .where(sa.or_(is_open, given_up))
        .with_only_columns(
            AgencyQuery.agency,
            AgencyQuery.direction,
            count(is_open).label("open"),
            count(is_open, AgencyQuery.due_at < now).label("late"),
            count(given_up).label("not_answered"),
            sa.func.min(sa.case((is_open, AgencyQuery.asked_at))).label("oldest"),
            maintain_column_froms=True,
        )
        .group_by(AgencyQuery.agency, AgencyQuery.direction)
    )


def _answers(actor: Actor, period: Period) -> sa.Select:
    columns = (AgencyQuery.agency, AgencyQuery.direction, AgencyQuery.asked_at, AgencyQuery.answered_at)
    return (
        scope.agency_queries(actor)
        .where(AgencyQuery.closed_reason == ANSWERED, *_within(AgencyQuery.answered_at, period))
        .with_only_columns(*columns, AgencyQuery.due_at)
    )


def _within(instant: InstrumentedAttribute[datetime | None], period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return (instant >= period.starts_at, instant < period.ends_before)
