"""What the pages of needs read: the history of one assessment, and which of a unit are late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.cases.models import CourtCase
from witness_care.contacts.models import Duty
from witness_care.needs.models import NeedNote
from witness_care.people import entering
from witness_care.people.models import Participant, Person
from workflows import needs

KINDS = tuple(kind.__name__ for kind in needs.FACTS)


def entries(session: Session, case_id: str, participant_id: str) -> Sequence[sa.Row]:
    """Give what was entered about one person's needs, the newest first, and whether it was undone."""
    return entering.entries(session, KINDS, case_id, participant_id)


def notes_of(session: Session, messages: Iterable[str], unit_id: str) -> Mapping[str, Sequence[NeedNote]]:
    """Give what was written down with each of these entries, still sealed."""
    return entering.notes_of(session, NeedNote, messages, unit_id)


# --- a unit's list ------------------------------------------------------------------------------------------------


def _open(actor: Actor, now: datetime) -> sa.Select:
    """The assessments that are to be asked now; one that is to be asked in some months is not among them."""
    return (
        scope.participants(actor)
        .join(Duty, sa.and_(Duty.participant_id == Participant.id, Duty.topic == needs.TOPIC, Duty.closed_at.is_(None)))
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(Duty.clock_start <= now, Participant.left_at.is_(None))
    )


def is_owed(session: Session, actor: Actor, participant_id: str, now: datetime) -> bool:
    """Say whether one person is to be asked now."""
    row = _open(actor, now).where(Participant.id == participant_id).with_only_columns(Duty.id).order_by(None)
    return session.execute(row.limit(1)).first() is not None


def unit_page(session: Session, actor: Actor, now: datetime, *, after: str | None, before: str | None) -> paging.Page:
    """One page of a unit's assessments that are not complete, the one that was due first at the top."""
    query = _open(actor, now).with_only_columns(
        *(Duty.id, Duty.due_at, Duty.clock_start, Duty.value, Participant.id.label("participant_id")),
        *(Participant.case_id, Participant.role, Participant.needs_asked, Person.name, CourtCase.urn),
        AppUser.display_name.label("officer"),
    )
    return paging.page(session, query, order=(Duty.due_at, Duty.id), after=after, before=before)


def unit_counts(session: Session, actor: Actor, now: datetime) -> tuple[int, int]:
    """Count a unit's assessments that are not complete, and how many of them are late."""
    rows = _open(actor, now).order_by(None)
    count, late = sa.func.count(), sa.func.count(sa.case((Duty.due_at < now, Duty.id)))
    row = session.execute(rows.with_only_columns(count, late, maintain_column_froms=True)).one()
    return row[0], row[1]
