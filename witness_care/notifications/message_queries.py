"""Reads messages for the officers' and supervisors' pages: lists, one message with its steps, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.cases.models import CourtCase
from witness_care.notifications.models import LETTER, MessageTemplate, OutboxMessage, OutboxStep
from witness_care.people.models import ContactPoint, Participant, Person
from workflows.outbox import Outbox

ROWS = 25
FAILED, APPROVE, WAITING, SENT = "failed", "approve", "waiting", "sent"
OVERRIDES, BLOCKED, ESCALATED = "overrides", "blocked", "escalated"

M = OutboxMessage
UNSETTLED = M.dealt_with_at.is_(None)


def _of_state(*states: Outbox) -> sa.ColumnElement[bool]:
    return M.state.in_([state.value for state in states])


TO_APPROVE = sa.and_(_of_state(Outbox.DRAFT), M.channel == LETTER, M.approved_by.is_(None))
LISTS: Mapping[str, sa.ColumnElement[bool]] = MappingProxyType(
    {
        FAILED: sa.and_(_of_state(Outbox.FAILED, Outbox.ESCALATED, Outbox.BLOCKED), UNSETTLED),
        APPROVE: TO_APPROVE,
        WAITING: _of_state(Outbox.DRAFT, Outbox.READY, Outbox.HELD, Outbox.SENDING, Outbox.UNKNOWN),
        SENT: _of_state(Outbox.ACCEPTED, Outbox.DELIVERED),
        OVERRIDES: M.override_reason.is_not(None),
        BLOCKED: sa.and_(_of_state(Outbox.BLOCKED), UNSETTLED),
        ESCALATED: _of_state(Outbox.ESCALATED),
    }
)
COLUMNS = (
    *(M.id, M.unit_id, M.case_id, M.participant_id, M.person_id, M.contact_point_id, M.channel, M.template_id),
    *(M.languages, M.telling, M.due_at, M.state, M.reason, M.not_before, M.sealed_text, M.accepted_at),
    *(M.delivered_at, M.overridden, M.override_reason, M.created_at, M.created_by, M.sent_by, M.approved_by),
    *(M.approved_at, M.dealt_with_at, M.submission_token, M.link_id),
    MessageTemplate.title,
    MessageTemplate.version,
    MessageTemplate.neutral,
    Participant.role,
    Person.name,
    CourtCase.urn,
    CourtCase.officer_id,
    ContactPoint.kind,
)


def within(actor: Actor) -> sa.Select:
    """The messages of the actor's units, each with its template, person and case."""
    return (
        sa.select(*COLUMNS)
        .join(MessageTemplate, MessageTemplate.id == M.template_id)
        .join(Participant, Participant.id == M.participant_id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == M.case_id)
        .outerjoin(ContactPoint, ContactPoint.id == M.contact_point_id)
        .where(scope.within(actor, M.unit_id))
    )


def page(
    session: Session, actor: Actor, which: str, *, mine: bool, after: str | None, before: str | None
) -> paging.Page:
    """One page of a list, the newest first. `mine`: of the actor's own cases, or by the actor's own hand."""
    query = _restrict(within(actor).where(LISTS[which]), actor, which, mine=mine)
    return paging.page(
        session, query, order=(M.created_at, M.id), descending=True, after=after, before=before, rows=ROWS
    )


def counts(session: Session, actor: Actor, lists: Sequence[str], *, mine: bool) -> dict[str, int]:
    """How many messages stand on each of these lists, in one statement."""
    columns = [
        sa.func.coalesce(sa.func.sum(sa.case((_mine(actor, which, mine=mine) & LISTS[which], 1), else_=0)), 0).label(
            which
        )
        for which in lists
    ]
    query = sa.select(*columns).join(CourtCase, CourtCase.id == M.case_id).where(scope.within(actor, M.unit_id))
    return dict(session.execute(query).one()._mapping)


def one(session: Session, actor: Actor, message_id: str) -> sa.Row | None:
    """One message; None when there is none, or not theirs to see."""
    return session.execute(within(actor).where(M.id == message_id)).first()


def of_person(session: Session, actor: Actor, participant_id: str) -> Sequence[sa.Row]:
    """The messages to one person in one case, the newest first; at most a hundred."""
    query = within(actor).where(M.participant_id == participant_id)
    return session.execute(query.order_by(M.created_at.desc(), M.id).limit(100)).all()


def of_run(session: Session, actor: Actor, hearing_run: str) -> Sequence[sa.Row]:
    """The messages that one "tell all" made, by name of the person."""
    query = within(actor).where(M.submission_token.startswith(f"{hearing_run}:", autoescape=True))
    return session.execute(query.order_by(Person.name, M.id)).all()


def steps(session: Session, message_ids: Sequence[str]) -> dict[str, list[sa.Row]]:
    """The steps of each of these messages, oldest first."""
    columns = (OutboxStep.outbox_id, OutboxStep.at, OutboxStep.actor, OutboxStep.from_state, OutboxStep.to_state)
    query = sa.select(*columns, OutboxStep.reason).where(OutboxStep.outbox_id.in_(message_ids))
    found: dict[str, list[sa.Row]] = {each: [] for each in message_ids}
    for row in session.execute(query.order_by(OutboxStep.at, OutboxStep.id)):
        found[row.outbox_id].append(row)
    return found


def names(session: Session, actors: Sequence[str | None]) -> dict[str, str]:
    """Name the officers among those who did something, by how they are referred to."""
    ids = {actor.removeprefix("user:") for actor in actors if actor and actor.startswith("user:")}
    found = session.execute(sa.select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(sorted(ids))))
    return {f"user:{row.id}": row.display_name for row in found}


def _restrict(query: sa.Select, actor: Actor, which: str, *, mine: bool) -> sa.Select:
    return query.where(_mine(actor, which, mine=mine))


def _mine(actor: Actor, which: str, *, mine: bool) -> sa.ColumnElement[bool]:
    # A letter is approved by somebody else than whoever drafted it, so it stands on everybody else's list.
    if which == APPROVE:
        return M.created_by != actor.reference
    if not mine:
        return sa.true()
    return sa.or_(CourtCase.officer_id == actor.id, M.created_by == actor.reference)


def any_row(row: Any) -> tuple[str, str, str]:
    """Name whose message it is, for the personal-data log."""
    return (row.case_id, row.participant_id, row.role)
