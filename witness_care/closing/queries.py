"""What the pages of the last talk read: the history of one, those that wait in a unit, and what a unit heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.cases.models import CourtCase
from witness_care.closing.models import ClosingNote
from witness_care.contacts.models import Duty
from witness_care.people import entering
from witness_care.people.models import Participant, Person
from workflows import closing

KINDS = tuple(kind.__name__ for kind in closing.FACTS)


def entries(session: Session, case_id: str, participant_id: str) -> Sequence[sa.Row]:
    """Give what was entered about one person's last talk, the newest first, and whether it was undone."""
    return entering.entries(session, KINDS, case_id, participant_id)


def notes_of(session: Session, messages: Iterable[str], unit_id: str) -> Mapping[str, Sequence[ClosingNote]]:
    """Give what was written down with each of these entries, still sealed."""
    return entering.notes_of(session, ClosingNote, messages, unit_id)


def is_owed(session: Session, actor: Actor, participant_id: str) -> bool:
    """Say whether the last talk is to be had with one person."""
    row = _waiting(actor).where(Participant.id == participant_id).with_only_columns(Duty.id).order_by(None)
    return session.execute(row.limit(1)).first() is not None


# --- a unit's lists -----------------------------------------------------------------------------------------------


def _waiting(actor: Actor) -> sa.Select:
    return (
        _of_the_unit(actor)
        .join(
            Duty, sa.and_(Duty.participant_id == Participant.id, Duty.topic == closing.TOPIC, Duty.closed_at.is_(None))
        )
        .where(Participant.left_at.is_(None))
    )


def _of_the_unit(actor: Actor) -> sa.Select:
    return (
        scope.participants(actor)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
    )


def waiting_page(session: Session, actor: Actor, *, after: str | None, before: str | None) -> paging.Page:
    """One page of the last talks that are to be had in a unit, the one that was due first at the top."""
    query = _waiting(actor).with_only_columns(
        *(Duty.id, Duty.due_at, Duty.value, Participant.id.label("participant_id"), Participant.case_id),
        *(Participant.role, Participant.closing, Person.name, CourtCase.urn, AppUser.display_name.label("officer")),
    )
    return paging.page(session, query, order=(Duty.due_at, Duty.id), after=after, before=before)


def waiting_counts(session: Session, actor: Actor, now: datetime) -> tuple[int, int]:
    """Count a unit's last talks that are to be had, and how many of them are late."""
    count, late = sa.func.count(), sa.func.count(sa.case((Duty.due_at < now, Duty.id)))
    rows = _waiting(actor).order_by(None).with_only_columns(count, late, maintain_column_froms=True)
    row = session.execute(rows).one()
    return row[0], row[1]


def heard(session: Session, actor: Actor, *, since: datetime) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Count each answer of the talks that changed since then (UTC), and how those talks were ended."""
    rows = session.scalars(
        scope.participants(actor)
        .where(Participant.closing_at >= since)
        .with_only_columns(Participant.closing)
        .order_by(None)
    )
    answers: Counter[tuple[str, str]] = Counter()
    ended: Counter[str] = Counter()
    for talk in rows:
        answers.update((talk or {}).get("answers", {}).items())
        ended[(talk or {}).get("how", "")] += 1
    return answers, ended


def answered_page(
    session: Session,
    actor: Actor,
    question: str,
    answer: str,
    *,
    since: datetime,
    after: str | None,
    before: str | None,
) -> paging.Page:
    """One page of those who gave one answer, the first to be asked at the top."""
    stored: Any = Participant.closing
    query = (
        _of_the_unit(actor)
        .where(Participant.closing_at >= since, stored["answers"][question].as_string() == answer)
        .with_only_columns(
            *(Participant.id, Participant.id.label("participant_id"), Participant.case_id, Participant.role),
            *(Participant.closing_at, Person.name, CourtCase.urn, AppUser.display_name.label("officer")),
        )
    )
    return paging.page(session, query, order=(Participant.closing_at, Participant.id), after=after, before=before)
