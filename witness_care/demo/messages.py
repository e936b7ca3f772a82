"""Writes messages to some of the made-up people, so that one stands in every state that a page can show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from witness_care import clock, database
from witness_care.accounts.models import AppUser
from witness_care.cases.models import CourtCase
from witness_care.columns import new_id
from witness_care.notifications import queue, sending, steps
from witness_care.notifications.models import MessageTemplate, OutboxMessage
from witness_care.notifications.queue import Drafted, NewMessage
from witness_care.people.models import ContactPoint, Participant, Person
from workflows.working_days import days_later, london_date, start_of_hearing

WRITTEN_BY = "olivia@eastmere.example"
TEMPLATE = "please_ring"
# What becomes of each text, in the order in which they are written: the events of the machine after "sent".
BECOMES = {
    "draft": (),
    "cancelled": (),
    "held": (),
    "delivered": (),
    "failed": (("claimed", ""), ("taken", ""), ("failed", "permanent-failure")),
    "escalated": (("claimed", ""), ("lost_sight", "no_answer"), ("gave_up", "no_answer")),
    "accepted": (("claimed", ""), ("taken", "")),
}


def write_messages(app: Flask) -> None:
    """Write them by Olivia's hand, through the same gate and the same steps as any other."""
    with app.app_context():
        now = clock.now()
        actor = database.session().scalar(sa.select(AppUser.id).where(AppUser.sign_in_name == WRITTEN_BY))
        by = f"user:{actor}"
        texts = _drafts("text", "mobile", "yes", by, now)
        made = dict(zip(BECOMES, texts, strict=False))
        for state, message_id in made.items():
            _let_become(state, message_id, by, now)
        sending.send_waiting(now)
        for state, message_id in made.items():
            _follow(message_id, BECOMES[state], now)
        # Whoever wrote it looks after the one in doubt: nothing in the demonstration waits for nobody.
        if in_doubt := made.get("escalated"):
            queue.deal_with(in_doubt, actor=by, owner_id=actor, now=now)
        next(_drafts("letter", "address", "yes", by, now), None)
        next(_drafts("text", "mobile", "not_asked", by, now), None)


def _let_become(state: str, message_id: str, by: str, now: datetime) -> None:
    if state == "cancelled":
        queue.cancel(message_id, actor=by, now=now)
    elif state == "held":
        tomorrow = start_of_hearing(days_later(london_date(now), 1))
        queue.send(message_id, seen_hashes=(), send_at=tomorrow, actor=by, now=now)
    elif state == "delivered":
        queue.send(message_id, seen_hashes=(), actor=by, now=now)


def _follow(message_id: str, events: tuple[tuple[str, str], ...], now: datetime) -> None:
    """Take one through the steps that a provider would have taken it through."""
    if not events:
        return
    with database.writing() as session:
        for event, reason in (("sent", ""), *events):
            message = session.execute(sa.select(OutboxMessage).where(OutboxMessage.id == message_id)).scalar_one()
            session.refresh(message)
            steps.move(session, message, event, actor="system", now=now, reason=reason)


def _drafts(channel: str, kind: str, allowed: str, by: str, now: datetime) -> Iterator[str]:
    """Draft one message after another, each to somebody else of Olivia's, for as long as they are asked for."""
    session = database.session()
    template = session.scalars(
        sa.select(MessageTemplate.id).where(
            MessageTemplate.key == TEMPLATE, MessageTemplate.channel == channel, MessageTemplate.state == "approved"
        )
    ).one()
    for row in _people(kind, allowed, by):
        answer = queue.draft(
            NewMessage(
                participant_id=row.id,
                contact_point_id=row.point,
                channel=channel,
                template_id=template,
                topics=(),
                token=new_id(),
            ),
            actor=by,
            now=now,
        )
        if isinstance(answer, Drafted) or (allowed != "yes" and answer.id):
            yield answer.id


def _people(kind: str, allowed: str, by: str) -> list[Any]:
    query = (
        sa.select(Participant.id, ContactPoint.id.label("point"))
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .where(
            CourtCase.officer_id == by.removeprefix("user:"),
            Participant.left_at.is_(None),
            Person.deceased_on.is_(None),
            Person.language == "English",
            ContactPoint.kind == kind,
            ContactPoint.allowed == allowed,
            ContactPoint.withdrawn_at.is_(None),
        )
        .order_by(Person.name, Participant.id)
    )
    return list(database.session().execute(query))
