"""The regular jobs: what each does, and how often. A job is a sweep that may run twice, or stop half way, unharmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from witness_care import database
from witness_care.calendars import bank_holidays
from witness_care.cases.models import Hearing
from workflows.working_days import london_date

MINUTE = 60
OCTOBER = 10


class NextYearUnknownError(Exception):
    """From October on the bank holidays of the next year must be known, or due times would be provisional."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`run` gets the present instant (UTC) and gives how much it did. `words` say what it is for."""

    name: str
    words: str
    interval_seconds: int
    run: Callable[[datetime], int]


def read_what_waits(now: datetime) -> int:
    """Read messages that are stored but were not read, because the database was busy or the process died."""
    from witness_care.feed import replay

    return replay.interpret_waiting(now)


def try_parked_again(now: datetime) -> int:
    """Try again what is parked: the case or person may be known by now."""
    from witness_care.feed import replay

    return replay.retry_parked(now)


def count_missing_results(now: datetime) -> int:
    """Count the hearings whose result the court owes. Being late is a query; this only shows that someone looks."""
    overdue = sa.select(sa.func.count()).select_from(Hearing).where(Hearing.result_due_at < now)
    return database.session().scalar(overdue) or 0


def forget_old_files(now: datetime) -> int:
    """Take away files of people that nobody confirmed within a day; gives how many."""
    from witness_care.cutover import service

    with database.writing() as session:
        return service.forget_old(session, now)


def review_concerns(now: datetime) -> int:
    """Count the engagement concerns again that time alone has changed, a chunk a unit of work; gives how many."""
    from witness_care.engagement import service

    return service.review_all_due(now)


def tell_journals(now: datetime) -> int:
    """Tell the journals of cases of before an upgrade what only their rows hold; gives how many cases."""
    from witness_care.referrals import backfill

    return backfill.journal_rows(now)


def send_messages(now: datetime) -> int:
    """Send what is ready to leave, and what has waited for its hour; gives how many messages were taken up."""
    from witness_care.notifications import sending

    return sending.send_waiting(now)


def mark_dead_workers(now: datetime) -> int:
    """Take what a program was sending when it ended as messages nobody can tell about."""
    from witness_care.notifications import settling

    return settling.mark_dead_workers(now)


def ask_about_messages(now: datetime) -> int:
    """Ask providers about messages of which nobody can tell whether they went."""
    from witness_care.notifications import settling

    return settling.ask_about_unknown(now)


def poll_messages(now: datetime) -> int:
    """Ask what became of messages whose receipt has not come."""
    from witness_care.notifications import settling

    return settling.poll_accepted(now)


def forget_link_tokens(now: datetime) -> int:
    """Take away what is left of one-time links that are out of time; gives of how many."""
    from witness_care.links import service

    return service.forget_tokens(now)


def check_calendar(now: datetime) -> int:
    """Check that the bank holidays of the next year are known, from 1 October on."""
    if not knows_enough_years(now):
        raise NextYearUnknownError
    return len(bank_holidays())


def knows_enough_years(now: datetime) -> bool:
    today = london_date(now)
    needed = today.year + 1 if today.month >= OCTOBER else today.year
    return any(day.year == needed for day in bank_holidays())


JOBS = (
    Job(name="inbox", words="reads stored messages", interval_seconds=MINUTE, run=read_what_waits),
    Job(name="parked", words="tries parked messages again", interval_seconds=10 * MINUTE, run=try_parked_again),
    Job(name="results", words="counts results a court owes", interval_seconds=15 * MINUTE, run=count_missing_results),
    Job(name="imports", words="takes away files nobody confirmed", interval_seconds=60 * MINUTE, run=forget_old_files),
    Job(name="concerns", words="counts engagement concerns", interval_seconds=15 * MINUTE, run=review_concerns),
    Job(name="journals", words="tells journals what only rows hold", interval_seconds=MINUTE, run=tell_journals),
    Job(name="messages", words="sends messages", interval_seconds=MINUTE, run=send_messages),
    Job(name="dead_workers", words="finds messages cut off", interval_seconds=MINUTE, run=mark_dead_workers),
    Job(name="unknowns", words="asks about messages in doubt", interval_seconds=MINUTE, run=ask_about_messages),
    Job(name="receipts", words="asks what became of messages", interval_seconds=15 * MINUTE, run=poll_messages),
    Job(
        name="links", words="takes away what is left of old links", interval_seconds=60 * MINUTE, run=forget_link_tokens
    ),
    Job(name="calendar", words="checks next year's bank holidays", interval_seconds=1440 * MINUTE, run=check_calendar),
)
