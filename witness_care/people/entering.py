"""Enters what an officer says of one person: under the lock of their case, once for each form, and logged.

What is asked section by section, and what is said of dates, support and the like, all comes in by this way.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent, UndoneEntry
from witness_care.columns import new_id
from witness_care.people.models import Participant
from witness_care.sealing import Plain
from workflows.events import CaseEvent, Fact

MOST_ENTRIES = 20
Note = TypeVar("Note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The person an entry is about, their case locked until the commit. `case` is its row."""

    participant_id: str
    role: str
    case: sa.Row

    @property
    def case_id(self) -> str:
        return str(self.case.id)

    @property
    def unit_id(self) -> str:
        return str(self.case.unit_id)


def message_of(namespace: uuid.UUID, participant_id: str, submission: str) -> str:
    """Name an entry by the form it came with: sent twice, the form is one entry. `namespace` is that of its kind."""
    return str(uuid.uuid5(namespace, f"{participant_id}|{submission}"))


def lock(session: Session, actor: Actor, participant_id: str) -> Whose:
    """Lock the case of a person. Raises LookupError when they are not there for this actor."""
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .with_only_columns(Participant.id, Participant.case_id, Participant.role)
    ).first()
    if row is None:
        raise LookupError("Expected a participant of this actor's units; there is none by this id.")
    case = session.execute(sa.select(CourtCase.__table__).where(CourtCase.id == row.case_id).with_for_update()).one()
    return Whose(participant_id=row.id, role=row.role, case=case)


def is_entered(session: Session, message_id: str) -> bool:
    """Say whether the form was sent before."""
    return session.scalar(sa.select(JournalEvent.id).where(JournalEvent.message_id == message_id).limit(1)) is not None


def enter(
    whose: Whose,
    fact: Fact,
    message_id: str,
    *,
    about: str,
    received_at: datetime,
    occurred_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Make a fact part of the case. `about` is the group of fields for the personal-data log; times are UTC."""
    event = CaseEvent(
        id=new_id(),
        case_id=whose.case_id,
        what=fact,
        received_at=received_at,
        occurred_at=occurred_at or received_at,
        context="officer",
        message_id=message_id,
        actor=actor.reference,
        source="web",
    )
    apply([event], actor=actor.reference, now=now)
    subject = (whose.participant_id, ledger.category_of_role(whose.role))
    ledger.note(Category.ALTERATION, case_id=whose.case_id, subjects=[subject], fields=about)


def keep_note(
    session: Session,
    model: type[Any],
    whose: Whose,
    text: str,
    message_id: str,
    *,
    actor: Actor,
    now: datetime,
    **more: Any,
) -> None:
    """Keep, sealed, what was written beside an entry; nothing where nothing was written. `more` are its own columns."""
    if not text:
        return
    made = new_id()
    session.add(
        model(
            id=made,
            case_id=whose.case_id,
            unit_id=whose.unit_id,
            participant_id=whose.participant_id,
            message_id=message_id,
            text=Plain(text, made),
            written_by=actor.reference,
            written_at=now,
            **more,
        )
    )
    session.flush()


def entries(session: Session, kinds: Sequence[str], case_id: str, participant_id: str) -> Sequence[sa.Row]:
    """Give what was entered of these kinds about one person, the newest first, and whether it was undone."""
    undone = sa.exists().where(
        UndoneEntry.case_id == JournalEvent.case_id, UndoneEntry.message_id == JournalEvent.message_id
    )
    return session.execute(
        sa.select(
            *(JournalEvent.id, JournalEvent.kind, JournalEvent.payload, JournalEvent.received_at, JournalEvent.actor),
            JournalEvent.message_id,
            undone.label("is_undone"),
        )
        .where(
            JournalEvent.case_id == case_id,
            JournalEvent.kind.in_(kinds),
            JournalEvent.payload["participant"].as_string() == participant_id,
        )
        .order_by(JournalEvent.received_at.desc(), JournalEvent.id)
        .limit(MOST_ENTRIES)
    ).all()


def notes_of(
    session: Session, model: type[Note], messages: Iterable[str], unit_id: str
) -> Mapping[str, Sequence[Note]]:
    """Give what was written down beside each of these entries, still sealed, in the order of its sections."""
    wanted = sorted(set(messages))
    table: Any = model
    if not wanted:
        return {}
    query = sa.select(table).where(table.message_id.in_(wanted), table.unit_id == unit_id).order_by(table.section)
    found: dict[str, list[Note]] = {}
    for note in session.scalars(query):
        found.setdefault(note.message_id, []).append(note)
    return found
