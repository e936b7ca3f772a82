"""The contacts made in a way that the safe-contact gate objects to, for the supervisor to look at (SEC-24)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.contacts.models import Contact
from witness_care.database import writing
from witness_care.people.models import ContactPoint, Participant, Person
from witness_care.sealing import Plain
from workflows.working_days import days_later, instant_of, london_date

ORDER = (Contact.recorded_at, Contact.id)
DAYS_SHOWN = 90
MOST_SHARED = 50


def _to_look_at(actor: Actor) -> sa.Select:
    return (
        scope.participants(actor)
        .join(Contact, Contact.participant_id == Participant.id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .where(
            sa.or_(Contact.safety_incident, Contact.override_reason.is_not(None)),
            Contact.safety_seen_at.is_(None),
            Contact.corrected_at.is_(None),
        )
        .with_only_columns(
            *(Contact.id, Contact.participant_id, Contact.case_id, Contact.channel, Contact.outcome),
            *(Contact.recorded_at, Contact.recorded_by, Contact.happened_at, Contact.override_reason),
            *(Participant.role, Person.name, CourtCase.urn),
        )
    )


def waiting(session: Session, actor: Actor, *, after: str | None, before: str | None) -> paging.Page:
    """One page of what nobody has looked at yet, oldest first."""
    return paging.page(session, _to_look_at(actor), order=ORDER, after=after, before=before)


def count(session: Session, actor: Actor) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(_to_look_at(actor).subquery())) or 0


def one(session: Session, actor: Actor, contact_id: str) -> Any:
    """Read one that waits; None when there is none by this id, or somebody has looked at it."""
    return session.execute(_to_look_at(actor).where(Contact.id == contact_id)).first()


def looked_at(contact_id: str, note: str, *, actor: Actor, now: datetime) -> bool:
    """Keep that a supervisor looked at it, with what they found, sealed. False: it does not wait any more."""
    with writing() as session:
        row = one(session, actor, contact_id)
        if row is None:
            return False
        session.execute(
            sa.update(Contact)
            .where(Contact.id == contact_id, Contact.safety_seen_at.is_(None))
            .values(
                safety_seen_at=now, safety_seen_by=actor.reference, safety_seen_note=Plain(note.strip(), contact_id)
            )
        )
        subject = (row.participant_id, ledger.category_of_role(row.role))
        ledger.note(Category.ALTERATION, case_id=row.case_id, subjects=[subject], fields="contact")
        return True


def shared(session: Session, actor: Actor, now: datetime) -> Sequence[Any]:
    """Give who was lately found to share a number or address with a defendant, newest first (SEC-25)."""
    query = (
        scope.participants(actor)
        .join(ContactPoint, ContactPoint.person_id == Participant.person_id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .where(
            ContactPoint.unsafe_because == "shared",
            ContactPoint.unsafe_since >= instant_of(days_later(london_date(now), -DAYS_SHOWN), time.min),
            ContactPoint.withdrawn_at.is_(None),
        )
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.role, Person.name, CourtCase.urn),
            *(ContactPoint.kind, ContactPoint.unsafe_since),
        )
        .order_by(ContactPoint.unsafe_since.desc(), ContactPoint.id, Participant.id)
        .limit(MOST_SHARED)
    )
    return session.execute(query).all()
