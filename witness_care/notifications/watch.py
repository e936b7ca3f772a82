"""Says which messages should have moved on by now: a message that did not leave is seen within minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.notifications.models import OUR_FAULT, OutboxMessage
from workflows.outbox import Outbox

READY_FOR = timedelta(minutes=5)
DOUBT_FOR = timedelta(minutes=15)


def problems(session: Session, now: datetime) -> Iterator[str]:
    """Give a sentence for each thing that is wrong, with how many messages it is about. One statement."""
    ready = sa.and_(
        OutboxMessage.state.in_((Outbox.READY.value, Outbox.HELD.value)), OutboxMessage.next_try_at < now - READY_FOR
    )
    stuck = sa.and_(OutboxMessage.state == Outbox.SENDING.value, OutboxMessage.claimed_at < now - READY_FOR)
    doubtful = sa.and_(OutboxMessage.state == Outbox.UNKNOWN.value, OutboxMessage.claimed_at < now - DOUBT_FOR)
    unowned = sa.and_(OutboxMessage.state == Outbox.ESCALATED.value, OutboxMessage.owner_id.is_(None))
    tripped = sa.and_(
        OutboxMessage.state.in_((Outbox.READY.value, Outbox.HELD.value)), OutboxMessage.reason == OUR_FAULT
    )
    watched = {
        "{n} cannot be sent because of an error of the service. Look at the log.": tripped,
        "{n} should have left over 5 minutes ago. Look at the worker.": ready,
        "{n} hangs while it is being sent. Look at the worker.": stuck,
        "{n} has been in doubt for over 15 minutes. Look at the provider.": doubtful,
        "{n} in doubt waits for somebody to decide. Open the list of messages.": unowned,
    }
    counts = session.execute(
        sa.select(
            *(sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0) for which in watched.values())
        ).where(OutboxMessage.state.in_([state.value for state in WATCHED]))
    ).one()
    for words, count in zip(watched, counts, strict=True):
        if count:
            yield words.format(n=f"{count} message{'s' if count > 1 else ''}")


WATCHED = (Outbox.READY, Outbox.HELD, Outbox.SENDING, Outbox.UNKNOWN, Outbox.ESCALATED)
