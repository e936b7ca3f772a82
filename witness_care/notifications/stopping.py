"""Stops what waits for somebody, in the very transaction that records why they must be left alone.

Called just before each commit. Unless somebody's death, opt-out, leaving or record changed in this unit of work, it
asks the database nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from witness_care import clock, database, reachability
from witness_care.contacts.models import Duty
from witness_care.notifications import carried, steps
from witness_care.notifications.answers import WAS_LEAVING
from witness_care.notifications.models import OutboxMessage
from witness_care.people.models import ContactPoint, Person
from witness_care.reachability import Noted
from workflows.outbox import WAITING_TO_LEAVE, Outbox

ACTOR = "system:safe-contact"
MAY_STILL_LEAVE = (*WAITING_TO_LEAVE, Outbox.SENDING)


def init_app(app: Flask) -> None:
    database.before_commit(app, _look)
    database.when_undone(app, _forget)


def stop_for(session: Session, person_ids: Iterable[str], reason: str, now: datetime) -> int:
    """Cancel everything that waits for these persons; gives how many."""
    return sum(_stop(session, message, reason, now) for message in _waiting(session, persons=person_ids))


def _look() -> None:
    noted = reachability.take()
    if noted:
        session = database.session()
        session.flush()
        _stop_noted(session, noted, clock.now())


def _forget() -> None:
    reachability.take()


def _stop_noted(session: Session, noted: Noted, now: datetime) -> None:
    participants = noted.died | noted.left | {participant for participant, _ in noted.opted_out}
    for message in _waiting(session, persons=noted.persons, participants=participants):
        reason = _why(session, message, noted)
        if reason and message.state == Outbox.SENDING:
            _say_it_was_leaving(session, message, now)
        elif reason:
            _stop(session, message, reason, now)
    carried.withdraw_noted(session, noted, participants, now)


def _say_it_was_leaving(session: Session, message: Any, now: datetime) -> None:
    """Nothing stops what a worker has in its hands; whoever looks at the message must see that it came too late."""
    here = message.state
    steps.keep_step(session, message.id, here, here, actor=ACTOR, now=now, reason=WAS_LEAVING, attempt=message.attempt)


def _why(session: Session, message: Any, noted: Noted) -> str:
    """Say why this message may not leave any more; empty when it may."""
    if message.deceased_on is not None or message.participant_id in noted.died:
        return "died"
    if message.participant_id in noted.left:
        return "left"
    if message.unsafe_since is not None:
        return "unsafe"
    if message.withdrawn_at is not None:
        return "withdrawn"
    if message.link_id and carried.is_unwanted(message.participant_id, noted):
        return "opted_out"
    unwanted = [news for news in message.telling if (message.participant_id, news["topic"]) in noted.opted_out]
    return "opted_out" if any(not _still_owed(session, message.participant_id, news) for news in unwanted) else ""


def _still_owed(session: Session, participant_id: str, news: Any) -> bool:
    """What the rules carve out of an opt-out stays owed, and is still sent."""
    query = sa.select(Duty.id).where(
        Duty.participant_id == participant_id,
        Duty.topic == news["topic"],
        Duty.subject == news["subject"],
        Duty.closed_at.is_(None),
    )
    return session.scalar(query) is not None


def _waiting(session: Session, persons: Iterable[str] = (), participants: Iterable[str] = ()) -> list[Any]:
    columns = (OutboxMessage.id, OutboxMessage.state, OutboxMessage.attempt, OutboxMessage.participant_id)
    query = (
        sa.select(*columns, OutboxMessage.telling, OutboxMessage.link_id, Person.deceased_on)
        .add_columns(ContactPoint.unsafe_since, ContactPoint.withdrawn_at)
        .join(Person, Person.id == OutboxMessage.person_id)
        .outerjoin(ContactPoint, ContactPoint.id == OutboxMessage.contact_point_id)
        .where(
            sa.or_(
                OutboxMessage.person_id.in_(sorted(persons)), OutboxMessage.participant_id.in_(sorted(participants))
            ),
            OutboxMessage.state.in_([state.value for state in MAY_STILL_LEAVE]),
        )
        .order_by(OutboxMessage.id)
        .with_for_update(of=OutboxMessage)
    )
    return list(session.execute(query))


def _stop(session: Session, message: Any, reason: str, now: datetime) -> bool:
    return steps.move(session, message, "cancelled", actor=ACTOR, now=now, reason=reason) is not None
