"""Are written messages whole: sent once, never out of sight, and never after it was known to be unsafe?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from witness_care.checks.findings import Finding, finding, rows
from witness_care.notifications.models import OutboxKey, OutboxMessage, OutboxStep
from witness_care.people.models import ContactPoint
from workflows.outbox import IN_THE_WAY, Outbox

# A fact carries the time at which it was begun to be written down; a claim may come in between.
WRITING_DOWN = timedelta(minutes=1)


def nobody_is_told_twice_by_message(now: datetime) -> Iterator[Finding]:
    """I6: at most one message that was taken and did not fail, for each piece of news, value and channel."""
    taken = OutboxMessage.state.in_((Outbox.ACCEPTED.value, Outbox.DELIVERED.value))
    columns = (OutboxMessage.id, OutboxMessage.case_id, OutboxMessage.participant_id, OutboxMessage.channel)
    query = sa.select(*columns, OutboxMessage.telling).where(taken)
    whose, seen = "", set[tuple[str, ...]]()
    for row in rows(query.order_by(OutboxMessage.participant_id, OutboxMessage.created_at, OutboxMessage.id)):
        if row["participant_id"] != whose:
            whose, seen = row["participant_id"], set()
        told = {(row["channel"], news["topic"], news["subject"], news["value_hash"]) for news in row["telling"]}
        if told & seen:
            yield finding("I6", row["case_id"], row["id"], "The same news was sent to them twice in the same way.")
        seen |= told


def no_message_sits_unseen(now: datetime) -> Iterator[Finding]:
    """I7: what is to leave has a time to leave, what left was claimed, and the steps lead to where each one stands."""
    to_leave = OutboxMessage.state.in_((Outbox.READY.value, Outbox.HELD.value))
    gone = OutboxMessage.state.in_((Outbox.SENDING.value, Outbox.UNKNOWN.value))
    last = OutboxStep.__table__.alias("last")
    stands = (
        sa.select(last.c.to_state)
        .where(last.c.outbox_id == OutboxMessage.id)
        .order_by(last.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    way = OutboxMessage.state.in_([state.value for state in IN_THE_WAY])
    crossed = sa.exists().where(OutboxKey.outbox_id == OutboxMessage.id, OutboxKey.waiting != way)
    for which, words in (
        (sa.and_(to_leave, OutboxMessage.next_try_at.is_(None)), "A message is to leave, and never will."),
        (sa.and_(gone, OutboxMessage.claimed_at.is_(None)), "A message is being sent, and nobody took it up."),
        (sa.or_(stands.is_(None), stands != OutboxMessage.state), "The steps of a message lead to another state."),
        (crossed, "A message stands in the way of its news although it is over, or does not while it waits."),
    ):
        query = sa.select(OutboxMessage.id, OutboxMessage.case_id).where(which).order_by(OutboxMessage.id)
        for row in rows(query):
            yield finding("I7", row["case_id"], row["id"], words)


def nothing_was_claimed_against_the_record(now: datetime) -> Iterator[Finding]:
    """I8: no message was taken up by a way that was known to be unsafe, or was withdrawn."""
    query: sa.Select[Any] = (
        sa.select(OutboxMessage.id, OutboxMessage.case_id, OutboxMessage.claimed_at)
        .add_columns(ContactPoint.unsafe_since, ContactPoint.withdrawn_at)
        .join(ContactPoint, ContactPoint.id == OutboxMessage.contact_point_id)
        .where(
            OutboxMessage.claimed_at.is_not(None),
            sa.or_(
                ContactPoint.unsafe_since < OutboxMessage.claimed_at,
                ContactPoint.withdrawn_at < OutboxMessage.claimed_at,
            ),
        )
    )
    for row in rows(query.order_by(OutboxMessage.id)):
        since = min(each for each in (row["unsafe_since"], row["withdrawn_at"]) if each is not None)
        if row["claimed_at"] - since > WRITING_DOWN:
            words = "A message was taken up by a way that was known not to be safe."
            yield finding("I8", row["case_id"], row["id"], words)
