"""Changes of how somebody at risk is reached: a second person confirms or rejects each (security.md SEC-26, ADR 34)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.database import writing
from witness_care.people import risk, service
from witness_care.people.document import ContactPointGiven, PersonGiven
from witness_care.people.models import ContactPoint, Participant, Person, SafetyChange
from witness_care.sealing import Plain

MOST_SHOWN = 200
COLUMNS = (
    *(SafetyChange.id, SafetyChange.person_id, SafetyChange.contact_point_id, SafetyChange.kind),
    *(SafetyChange.wanted, SafetyChange.widens, SafetyChange.proposed_by, SafetyChange.proposed_at),
    *(SafetyChange.state, SafetyChange.sealed_value, SafetyChange.reaches),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One change that waits, and who it is about: as they stand in one case that the reader may see."""

    row: Any
    participant: Any

    def is_own(self, actor: Actor) -> bool:
        return bool(self.row.proposed_by == actor.reference)


class OwnProposalError(Exception):
    """Whoever proposed a change does not decide on it."""


class DecidedMeanwhileError(Exception):
    """Somebody else decided on it, or another change took its place."""


def waiting(session: Session, actor: Actor) -> tuple[Waits, ...]:
    """Give the changes that wait of people this actor may see, oldest first."""
    seen = scope.participants(actor).with_only_columns(Participant.person_id)
    query = (
        sa.select(*COLUMNS)
        .where(SafetyChange.state == risk.WAITING, SafetyChange.person_id.in_(seen))
        .order_by(SafetyChange.proposed_at, SafetyChange.id)
        .limit(MOST_SHOWN)
    )
    rows = session.execute(query).all()
    people = _participants(session, actor, [row.person_id for row in rows])
    return tuple(Waits(row=row, participant=people[row.person_id]) for row in rows if row.person_id in people)


def count(session: Session, actor: Actor) -> int:
    seen = scope.participants(actor).with_only_columns(Participant.person_id)
    query = sa.select(sa.func.count()).where(SafetyChange.state == risk.WAITING, SafetyChange.person_id.in_(seen))
    return session.scalar(query) or 0


def one(session: Session, actor: Actor, change_id: str) -> Waits | None:
    """Read one change, decided or not; None when it is not there, or about nobody the actor may see."""
    row = session.execute(sa.select(*COLUMNS).where(SafetyChange.id == change_id)).first()
    people = _participants(session, actor, [row.person_id]) if row is not None else {}
    return Waits(row=row, participant=people[row.person_id]) if row is not None and people else None


def decide(change_id: str, *, confirmed: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Confirm a change, which makes it so, or reject it, which leaves all as it was; `reason` is kept sealed.

    Raises OwnProposalError for whoever proposed it, and DecidedMeanwhileError when it does not wait any more.
    """
    with writing() as session:
        # The person first, as every writer of theirs does: two could wait for each other otherwise.
        whose = session.scalar(sa.select(SafetyChange.person_id).where(SafetyChange.id == change_id))
        service.lock_people(session, [whose] if whose else [])
        locked = sa.select(SafetyChange.id).where(SafetyChange.id == change_id).with_for_update()
        session.execute(locked)
        found = one(session, actor, change_id)
        if found is None:
            raise LookupError("Expected a change about somebody of this actor's units; there is none by this id.")
        if found.row.state != risk.WAITING:
            raise DecidedMeanwhileError
        if found.is_own(actor):
            raise OwnProposalError
        session.execute(
            sa.update(SafetyChange)
            .where(SafetyChange.id == change_id)
            .values(
                state=risk.CONFIRMED if confirmed else risk.REJECTED,
                decided_by=actor.reference,
                decided_at=now,
                reason=Plain(reason.strip(), change_id) if reason.strip() else None,
            )
        )
        if confirmed:
            _make_it_so(session, found, actor, now)
        who = found.participant
        subject = (who.id, ledger.category_of_role(who.role))
        ledger.note(Category.ALTERATION, case_id=who.case_id, subjects=[subject], fields="safe_contact")


def _make_it_so(session: Session, found: Waits, actor: Actor, now: datetime) -> None:
    """Write the change through the one path there is, which also compares it with what defendants were seen with."""
    row = found.row
    held = service.load_people(session, [row.person_id])
    unit_id = held.persons[row.person_id].unit_id
    changes = service.work_out_changes(
        {row.person_id: _said(row)}, held, unit_id=unit_id, now=now, by=actor.reference, confirmed=True
    )
    service.save(session, changes)
    cases = session.scalars(sa.select(Participant.case_id).where(Participant.person_id == row.person_id)).all()
    service.mark_shared_points(session, cases, now)


def _said(row: Any) -> PersonGiven:
    """Give a change as a document would say it. That somebody is no longer at risk is said by its being confirmed."""
    if row.reaches in (risk.PERSON, risk.RISK):
        return PersonGiven(**row.wanted)
    said = ContactPointGiven(
        kind=row.kind,
        value=row.sealed_value.open(row.id) if row.sealed_value is not None else "",
        point_id=row.contact_point_id or "",
        allowed=row.wanted.get("allowed"),
        voicemail=row.wanted.get("voicemail"),
        may_identify_us=row.wanted.get("may_identify_us"),
        windows=tuple(row.wanted["windows"]) if "windows" in row.wanted else None,
        confirmed=True,
    )
    return PersonGiven(contact_points=(said,))


def held_answers(session: Session, contact_point_id: str | None) -> Any:
    """Give what is held of the way that a change is about; None for a new one."""
    if contact_point_id is None:
        return None
    columns = (ContactPoint.allowed, ContactPoint.voicemail, ContactPoint.may_identify_us, ContactPoint.windows)
    return session.execute(sa.select(*columns).where(ContactPoint.id == contact_point_id)).first()


def _participants(session: Session, actor: Actor, person_ids: Sequence[str]) -> dict[str, Any]:
    """Give each person as they stand in one case: one in which they still are, if there is one."""
    if not person_ids:
        return {}
    query = (
        scope.participants(actor)
        .where(Participant.person_id.in_(sorted(set(person_ids))))
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.person_id, Participant.role, Person.name, CourtCase.urn)
        )
        .order_by(Participant.left_at.is_not(None).desc(), Participant.id)
    )
    return {row.person_id: row for row in session.execute(query)}
