"""Finds who was told to come to court and has not heard that it is off, or on another day: nobody travels in vain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.contacts import queries
from witness_care.contacts.models import Duty, Told
from workflows import values
from workflows.working_days import days_later, instant_of, london_date

STAY_AWAY_RULE = "WC-DEWARN"
LOOKED_BACK_DAYS = 28
MINE, UNIT = "mine", "unit"


@dataclass(frozen=True, slots=True)
class TimeToReach:
    """Of the people told to stay away lately: how many, and how many seconds that took from when we heard."""

    told: int
    half_within: float | None
    longest: float | None


def page(
    session: Session, actor: Actor, *, whose: str, now: datetime, after: str | None, before: str | None
) -> queries.Queue:
    """One page of those whom somebody has to stop, in the one order of every queue: the nearest court day on top."""
    query = queries.with_person(_expected(actor, whose))
    found = paging.page(session, query, order=queries.ORDER, after=after, before=before, rows=queries.ROWS_OF_A_PAGE)
    return queries.Queue(rows=queries.queue_rows(session, found.rows, now), before=found.before, after=found.after)


def count(session: Session, actor: Actor, whose: str) -> int:
    """How many pieces of such news are open."""
    return session.execute(_expected(actor, whose).with_only_columns(sa.func.count())).scalar_one()


def time_to_reach(session: Session, actor: Actor, now: datetime) -> TimeToReach:
    """How long it took to tell those who were told in the last four weeks that they need not come."""
    reached = scope.duties(actor).where(
        Duty.closed_at >= instant_of(days_later(london_date(now), -LOOKED_BACK_DAYS), time(0)),
        Duty.closed_reason == "done",
        Duty.topic.in_((values.ATTENDANCE, values.WHEN_WHERE)),
    )
    took = [
        (row.closed_at - row.clock_start).total_seconds()
        for row in session.execute(reached.with_only_columns(Duty.rules, Duty.clock_start, Duty.closed_at))
        if any(key.partition("@")[0] == STAY_AWAY_RULE for key in row.rules)
    ]
    return TimeToReach(told=len(took), half_within=median(took) if took else None, longest=max(took, default=None))


def _expected(actor: Actor, whose: str) -> sa.Select:
    """Open news for people who believe they are to come: told that they are required, and told that or a date.

    Somebody who was told that they need not come, or who never heard of the trial, makes no journey.
    """
    told_required = sa.and_(Duty.topic == values.ATTENDANCE, _says_required(Duty.told_value))
    told_a_date = sa.and_(
        Duty.topic == values.WHEN_WHERE, Duty.told_value["state"].as_string() == "on", _were_told_to_come()
    )
    query = scope.duties(actor).where(Duty.closed_at.is_(None), sa.or_(told_required, told_a_date))
    return query.where(Duty.officer_id == actor.id) if whose == MINE else query


def _were_told_to_come() -> sa.ColumnElement[bool]:
    """Whether the last that stands of what they were told of their attendance is that they are required."""
    later = aliased(Told)
    told = sa.select(Told.id).where(
        Told.participant_id == Duty.participant_id,
        Told.topic == values.ATTENDANCE,
        Told.void.is_(False),
        _says_required(Told.value),
        ~sa.select(later.id)
        .where(
            later.participant_id == Told.participant_id,
            later.topic == Told.topic,
            later.void.is_(False),
            later.told_at > Told.told_at,
        )
        .exists(),
    )
    return told.exists()


def _says_required(value: Any) -> sa.ColumnElement[bool]:
    required: sa.ColumnElement[bool] = value["required"].as_boolean()
    return required.is_(True)
