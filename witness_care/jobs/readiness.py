"""Says whether the service can be relied on now: database, tables, clock, court updates. Each answer is in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.exc

from witness_care import config, dates
from witness_care.calendars import unit_calendar
from witness_care.database import session
from witness_care.feed.models import FeedMessage
from witness_care.jobs import heartbeats
from witness_care.jobs.regular import JOBS
from witness_care.notifications import watch
from workflows.working_days import working_days_between

HEAD_FILE = config.REPOSITORY / "migrations" / "head.txt"
QUIET_WORKING_DAYS = 1  # a court that says nothing for longer is asked about (feeds.md section 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One answer: `words` say what is wrong and what to do, or that all is well."""

    name: str
    ok: bool
    words: str


def readiness(now: datetime) -> tuple[Check, ...]:
    """Ask everything. When the database does not answer, nothing else is asked."""
    database = _asked("database", _database)
    if not database.ok:
        return (database,)
    checks = [database, _asked("tables", _tables)]
    if checks[-1].ok:
        checks += [_asked("clock", lambda: _clock(now)), _asked("court_updates", lambda: _court_updates(now))]
        checks.append(_asked("messages", lambda: _messages(now)))
    return tuple(checks)


def _asked(name: str, ask: Callable[[], str]) -> Check:
    """Turn what a check says into an answer: nothing is good, a sentence is what is wrong."""
    try:
        words = ask()
    except sqlalchemy.exc.SQLAlchemyError:
        session().rollback()
        words = "The database does not answer. Start it, or check DATABASE_URL."
    return Check(name=name, ok=not words, words=words or "All is well.")


def _database() -> str:
    session().execute(sa.select(1))
    return ""


def _tables() -> str:
    expected = HEAD_FILE.read_text(encoding="utf-8").strip()
    if not sa.inspect(session().connection()).has_table("alembic_version"):
        return f"Expected tables of revision {expected}; there are none. Run: flask --app wsgi db upgrade."
    found = session().execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or "none"
    if found != expected:
        return f"Expected tables of revision {expected}; found {found}. Run: flask --app wsgi db upgrade."
    return ""


def _clock(now: datetime) -> str:
    """Say which regular jobs have not run when they should have, or failed."""
    rows = heartbeats.all_of(session())
    if not rows:
        return "No regular job has run yet. Start the worker: flask --app wsgi worker."
    problems = []
    for job in JOBS:
        row = rows.get(job.name)
        if row is None or heartbeats.overdue(row, now):
            last = f"last ran {dates.full_time(row.started_at)}" if row else "has never run"
            problems.append(f"The job that {job.words} {last}.")
        elif row.error:
            problems.append(f"The job that {job.words} failed ({row.error}).")
    return " ".join([*problems, "Look at the worker's log."]) if problems else ""


def _messages(now: datetime) -> str:
    """Say which messages to people should have moved on by now."""
    return " ".join(watch.problems(session(), now))


def _court_updates(now: datetime) -> str:
    """Say since when no court update was accepted. A service that never had one is new, not silent."""
    last = session().scalar(sa.select(sa.func.max(FeedMessage.received_at)).where(FeedMessage.state != "rejected"))
    if last is None or working_days_between(last, now, unit_calendar()) <= QUIET_WORKING_DAYS:
        return ""
    return f"Court updates last came {dates.full_time(last)}. Dates may be out of date: ask whoever runs the feed."
