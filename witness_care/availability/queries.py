"""What the pages of availability read: what was written down, and who is needed at a hearing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.availability.models import AvailabilityNote
from witness_care.people.models import Participant, Person


def notes_of(session: Session, messages: Iterable[str], unit_id: str) -> Mapping[str, AvailabilityNote]:
    """Give what was written down with each of these entries, still sealed."""
    wanted = sorted({each for each in messages if each})
    if not wanted:
        return {}
    query = sa.select(AvailabilityNote).where(
        AvailabilityNote.message_id.in_(wanted), AvailabilityNote.unit_id == unit_id
    )
    return {note.message_id: note for note in session.scalars(query)}


def people_of(session: Session, scoped_case_id: str) -> Sequence[sa.Row]:
    """Give the living people of a case by name. The caller has made sure they may see the case."""
    return session.execute(
        sa.select(
            *(Participant.id, Participant.role, Participant.witness_kind, Participant.victim_kind),
            *(Participant.unit_id, Person.name),
        )
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.case_id == scoped_case_id, Participant.left_at.is_(None), Person.deceased_on.is_(None))
        .order_by(Person.name, Participant.id)
    ).all()
