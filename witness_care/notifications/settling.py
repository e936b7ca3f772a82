"""Finds out what became of messages: of those nobody can tell about, of those a provider took, and of a dead worker's.

Only two empty answers of a healthy list permit that a message is sent again by itself; any doubt goes to a person
within 15 minutes (reliability.md section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from witness_care import database
from witness_care.database import writing
from witness_care.notifications import channels, outcomes, steps
from witness_care.notifications.channels import Found, NoAnswer, Sought
from witness_care.notifications.models import OutboxMessage
from witness_care.notifications.sending import ACTOR, BATCH, locked_try, worker_id
from witness_care.structured_log import describe, log
from workflows.outbox import Outbox

BETWEEN_QUESTIONS = timedelta(seconds=60)
EMPTY_ANSWERS = 2
MOST_TRIES = 3  # a provider that loses a message three times is a matter for a person
DOUBT_ENDS = timedelta(minutes=13)  # a minute's sweep before and after still keeps within 15 minutes
POLL_AFTER, POLL_EVERY = timedelta(hours=1), timedelta(hours=1)
NEVER_SAID = timedelta(hours=72)
STUCK = timedelta(minutes=5)


def mark_dead_workers(now: datetime) -> int:
    """Take what a worker that is gone was sending as "cannot tell"; never as not sent.

    Only whoever holds the leader's lock runs this, so any other worker's message is of one that holds it no more. A
    stopped worker keeps the lock, and so its messages. Of our own, what hangs for minutes is asked about too.
    """
    others = sa.or_(OutboxMessage.worker != worker_id(), OutboxMessage.claimed_at < now - STUCK)
    gone = _ids(OutboxMessage.state == Outbox.SENDING.value, others)
    for message_id in gone:
        with writing() as session:
            message = locked_try(session, message_id)
            if message is not None:
                steps.move(session, message, "lost_sight", actor=ACTOR, now=now, reason="worker_died")
    return len(gone)


def ask_about_unknown(now: datetime) -> int:
    """Ask providers about messages nobody can tell of, by our reference; gives how many were asked about."""
    since = sa.func.coalesce(OutboxMessage.asked_at, OutboxMessage.claimed_at)
    asked = _ids(OutboxMessage.state == Outbox.UNKNOWN.value, since <= now - BETWEEN_QUESTIONS)
    for message_id in asked:
        read = sa.select(OutboxMessage.attempt, OutboxMessage.provider).where(OutboxMessage.id == message_id)
        row = database.session().execute(read).first()
        database.session().close()
        if row is not None:
            provider = channels.provider_named(row.provider or "")
            sought: Sought = _asked_of(message_id, provider.find, message_id) if provider else NoAnswer()
            _settle_unknown(message_id, row.attempt, sought, now)
    return len(asked)


def _asked_of(message_id: str, ask: Callable[[str], Any], what: str) -> Any:
    """Ask a provider; an answer that cannot be read is none, and must not keep the other messages waiting."""
    try:
        return ask(what)
    except Exception as error:
        log.error("provider_not_understood", message=message_id, **describe(error))
        return NoAnswer()


def _settle_unknown(message_id: str, attempt: int, sought: Sought, now: datetime) -> None:
    with writing() as session:
        message = locked_try(session, message_id, attempt)
        if message is None or message.state != Outbox.UNKNOWN:
            return
        if isinstance(sought, Found):
            provider = message.provider or ""
            outcomes.taken(session, message, provider, sought.provider_id, sought.status, actor=ACTOR, now=now)
            return
        empty = message.empty_answers + (0 if isinstance(sought, NoAnswer) else 1)
        if empty >= EMPTY_ANSWERS and attempt < MOST_TRIES:
            again: dict[str, Any] = {"next_try_at": now, "empty_answers": empty, "asked_at": now}
            steps.move(session, message, "not_taken", actor=ACTOR, now=now, reason="not_taken", **again)
        elif empty >= EMPTY_ANSWERS or message.claimed_at is None or now - message.claimed_at >= DOUBT_ENDS:
            steps.move(session, message, "gave_up", actor=ACTOR, now=now, reason="no_answer", asked_at=now)
        else:
            _asked(session, message_id, now, empty_answers=empty)


def poll_accepted(now: datetime) -> int:
    """Ask what became of messages taken over an hour ago, so that a lost receipt does not matter."""
    late = sa.and_(
        OutboxMessage.accepted_at <= now - POLL_AFTER,
        sa.or_(OutboxMessage.asked_at.is_(None), OutboxMessage.asked_at <= now - POLL_EVERY),
    )
    polled = _ids(OutboxMessage.state == Outbox.ACCEPTED.value, late)
    for message_id in polled:
        columns = (OutboxMessage.attempt, OutboxMessage.provider, OutboxMessage.provider_id)
        row = database.session().execute(sa.select(*columns).where(OutboxMessage.id == message_id)).first()
        database.session().close()
        if row is not None:
            provider = channels.provider_named(row.provider or "")
            status = _asked_of(message_id, provider.status, row.provider_id) if provider and row.provider_id else ""
            says_more = provider is None or provider.reports
            _settle_accepted(message_id, row.attempt, status if isinstance(status, str) else "", now, says_more)
    return len(polled)


def _settle_accepted(message_id: str, attempt: int, status: str, now: datetime, says_more: bool) -> None:
    with writing() as session:
        message = locked_try(session, message_id, attempt)
        if message is None or message.state != Outbox.ACCEPTED:
            return
        if outcomes.settle(session, message, status, actor=ACTOR, now=now) is not Outbox.ACCEPTED:
            return
        if says_more and message.accepted_at is not None and now - message.accepted_at >= NEVER_SAID:
            steps.move(session, message, "gave_up", actor=ACTOR, now=now, reason="no_receipt", asked_at=now)
        else:
            _asked(session, message_id, now)


def _asked(session: Any, message_id: str, now: datetime, **values: Any) -> None:
    which = OutboxMessage.id == message_id
    session.execute(
        sa.update(OutboxMessage).where(which).values(asked_at=now, **values), execution_options=steps.NO_SYNC
    )


def _ids(*which: Any) -> Sequence[str]:
    session = database.session()
    found = session.scalars(sa.select(OutboxMessage.id).where(*which).order_by(OutboxMessage.id).limit(BATCH)).all()
    session.rollback()
    return found
