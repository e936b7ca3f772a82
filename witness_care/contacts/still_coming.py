"""Finds who was told to come to court and has not heard that it is off, or on another day: nobody travels in vain."""

from __future__ import annotations

from collections.abc import Sequence
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
from workflows.engagement_facts import is_within
from workflows.working_days import days_later, instant_of, london_date

STAY_AWAY_RULE = "WC-DEWARN"
NOT_REACHED = ("attempts_exhausted", "declined")
LOOKED_BACK_DAYS = 28


@dataclass(frozen=True, slots=True)
class Lately:
    """Of news to stay away: how often it was told, how many seconds after we heard of it, and who never heard it."""

    told: int
    half_within: float | None
    longest: float | None
    not_reached: int


def page(
    session: Session, actor: Actor, found: Sequence[sa.Row], *, now: datetime, after: str | None, before: str | None
) -> queries.Queue:
    """One page of what `find` found, in the one order of every queue: the nearest court day on top."""
    query = queries.with_person(scope.duties(actor).where(Duty.id.in_([row.id for row in found])))
    page = paging.page(session, query, order=queries.ORDER, after=after, before=before, rows=queries.ROWS_OF_A_PAGE)
    return queries.Queue(rows=queries.queue_rows(session, page.rows, now), before=page.before, after=page.after)


def count(found: Sequence[sa.Row]) -> int:
    """How many people there are to stop."""
    return len({row.participant_id for row in found})


def lately(session: Session, actor: Actor, now: datetime) -> Lately:
    """What became of the news of the last four weeks that somebody need not come."""
    ended = scope.duties(actor).where(
        Duty.closed_at >= instant_of(days_later(london_date(now), -LOOKED_BACK_DAYS), time(0)),
        Duty.closed_reason.in_(("done", *NOT_REACHED)),
        Duty.topic.in_((values.ATTENDANCE, values.WHEN_WHERE)),
    )
    columns = (Duty.participant_id, Duty.rules, Duty.clock_start, Duty.closed_at, Duty.closed_reason)
    rows = [
        row
        for row in session.execute(ended.with_only_columns(*columns))
        if any(key.partition("@")[0] == STAY_AWAY_RULE for key in row.rules)
    ]
    took = [(row.closed_at - row.clock_start).total_seconds() for row in rows if row.closed_reason == "done"]
    not_reached = {row.participant_id for row in rows if row.closed_reason != "done"}
    return Lately(
        told=len(took),
        half_within=median(took) if took else None,
        longest=max(took, default=None),
        not_reached=len(not_reached),
    )


def find(session: Session, actor: Actor) -> list[sa.Row]:
    """Open news that would save somebody a journey: they were told to come to a trial, and not on those days now.

    Each row has its `id`, `participant_id` and `officer_id`. Another hour, another way of giving evidence and a day
    inside the week they know of send nobody home.
    """
    told_required = sa.and_(
        Duty.topic == values.ATTENDANCE, _says_required(Duty.told_value), sa.not_(_says_required(Duty.value))
    )
    told_a_trial = sa.and_(
        Duty.topic == values.WHEN_WHERE,
        Duty.told_value["state"].as_string() == "on",
        Duty.told_value["class"].as_string() == "trial",
        _were_told_to_come(),
    )
    query = scope.duties(actor).where(Duty.closed_at.is_(None), sa.or_(told_required, told_a_trial))
    columns = (Duty.id, Duty.participant_id, Duty.officer_id, Duty.topic, Duty.value, Duty.told_value)
    rows = session.execute(query.with_only_columns(*columns)).all()
    return [row for row in rows if row.topic == values.ATTENDANCE or is_a_journey_in_vain(row.told_value, row.value)]


def is_a_journey_in_vain(told: Any, value: Any) -> bool:
    """Say whether somebody who believes what they were told of a trial would come on a day, or to a court, for nothing.

    What another system told in a form that is not ours is taken for something that brings them there.
    """
    if value.get("state") != "on":
        return True
    then, now = _places(told), _places(value)
    if then is None or now is None:
        return not is_within(value, told)
    days = {day for day, _ in now}
    return any(day not in days or (court and (day, court) not in now) for day, court in then)


def _places(value: Any) -> set[tuple[str, str]] | None:
    """Give each day with its court; None where no day is known yet, or the form is not ours."""
    try:
        found = {(day[0], hearing["court"]) for hearing in value["hearings"] for day in hearing.get("days", ())}
    except (IndexError, KeyError, TypeError):
        return None
    return found or None


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
