"""Writes down each run of a regular job, so that a clock that stopped is seen by everybody who looks."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.jobs.models import Heartbeat

MISSED_INTERVALS = 2


def begin(session: Session, job: str, interval_seconds: int, now: datetime) -> None:
    """Note that a job starts (UTC). Runs inside the caller's unit of work."""
    row = session.get(Heartbeat, job)
    if row is None:
        row = Heartbeat(job=job, interval_seconds=interval_seconds, started_at=now, count=0)
        session.add(row)
    row.interval_seconds, row.started_at, row.ended_at, row.error = interval_seconds, now, None, None


def end(session: Session, job: str, *, count: int, error: str | None, now: datetime) -> None:
    """Note how a job ended: how much it did, or the class of what went wrong."""
    session.execute(sa.update(Heartbeat).where(Heartbeat.job == job).values(ended_at=now, count=count, error=error))


def overdue(row: Heartbeat, now: datetime) -> bool:
    """Say whether a job has not started again within two of its intervals."""
    return now - row.started_at > timedelta(seconds=row.interval_seconds * MISSED_INTERVALS)


def all_of(session: Session) -> dict[str, Heartbeat]:
    return {row.job: row for row in session.scalars(sa.select(Heartbeat).order_by(Heartbeat.job))}
