"""What the pages of links read: the link a person has, and the replies that wait for an officer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.availability import service as availability
from witness_care.cases.models import CourtCase
from witness_care.links.models import MOST_WRONG, LinkReply, OneTimeLink
from witness_care.people.models import Participant, Person
from workflows.snapshot import AvailabilityStanding


def links_of(session: Session, scoped_participant_id: str) -> Sequence[OneTimeLink]:
    """Give the last links of one person, the newest first. The caller has made sure they may see the person."""
    query = sa.select(OneTimeLink).where(OneTimeLink.participant_id == scoped_participant_id)
    return session.scalars(query.order_by(OneTimeLink.made_at.desc(), OneTimeLink.id).limit(5)).all()


def waiting(actor: Actor) -> sa.Select:
    """The replies that nobody has dealt with: an officer's own cases, for a supervisor the whole unit's."""
    query = (
        scope.participants(actor)
        .join(LinkReply, LinkReply.participant_id == Participant.id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .join(Person, Person.id == Participant.person_id)
        .where(LinkReply.dealt_at.is_(None))
    )
    return query.where(CourtCase.officer_id == actor.id) if actor.role is Role.OFFICER else query


def waiting_page(session: Session, actor: Actor, *, after: str | None, before: str | None) -> paging.Page:
    """One page of those replies, the oldest first."""
    query = waiting(actor).with_only_columns(
        *(LinkReply.id, LinkReply.received_at, Participant.id.label("participant_id"), Participant.case_id),
        *(Participant.role, Person.name, CourtCase.urn),
    )
    return paging.page(session, query, order=(LinkReply.received_at, LinkReply.id), after=after, before=before)


def count_waiting(session: Session, actor: Actor) -> int:
    """Count them."""
    rows = waiting(actor).order_by(None).with_only_columns(sa.func.count(), maintain_column_froms=True)
    return session.scalar(rows) or 0


def reply(session: Session, actor: Actor, reply_id: str) -> LinkReply | None:
    """Give one reply to the actor's units; None when there is none."""
    theirs = scope.participants(actor).with_only_columns(Participant.id).order_by(None)
    found = sa.select(LinkReply).where(LinkReply.id == reply_id, LinkReply.participant_id.in_(theirs))
    return session.scalars(found).first()


def availability_of(session: Session, scoped_case_id: str, participant_id: str) -> AvailabilityStanding | None:
    """Give what is known of when somebody cannot come. The caller has made sure they may see the case."""
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == scoped_case_id))
    person = availability.person_of(state, participant_id)
    return person.availability if person else None


def is_open(link: OneTimeLink, now: datetime) -> bool:
    """Say whether a link may still be used, as far as the link itself says."""
    is_open = link.used_at is None and link.withdrawn_at is None and link.attempts < MOST_WRONG
    return is_open and now < link.expires_at
