"""Suggests that somebody who was a victim before is persistently targeted. A person decides; nothing is taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.document import ParticipantGiven
from witness_care.cases.models import CourtCase
from witness_care.cases.service import change_participant
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people.models import DeclinedSuggestion, Participant
from witness_care.sealing import Plain
from workflows.events import Answer

GROUND = "PERSISTENT_TARGET"  # as the grounds of enhanced rights name it (domain.md section 3)
VICTIMS = ("victim", "both")
ENOUGH_CASES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A victim of two cases or more. `others` are the other ones; `declined` is the last no, with its reason."""

    participant_id: str
    case_id: str
    unit_id: str
    urn: str
    role: str
    enhanced: str
    basis: tuple[str, ...]
    others: tuple[Any, ...]
    declined: DeclinedSuggestion | None

    @property
    def cases(self) -> int:
        return len(self.others) + 1

    @property
    def is_confirmed(self) -> bool:
        return GROUND in self.basis

    @property
    def is_suggested(self) -> bool:
        """Whether somebody is to decide: not decided yet, or another case has come since a no."""
        return not self.is_confirmed and (self.declined is None or self.declined.cases < self.cases)


def repeat_of(session: Session, actor: Actor, participant_id: str, others: Iterable[Any]) -> Repeat | None:
    """Say whether this victim was one in other cases too; `others` are the person's other cases that may be seen.

    None for whoever is a victim once, without asking the database.
    """
    before = tuple(row for row in others if row.role in VICTIMS)
    if len(before) + 1 < ENOUGH_CASES:
        return None
    row = session.execute(
        scope.participants(actor)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .where(Participant.id == participant_id, Participant.role.in_(VICTIMS))
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.unit_id, Participant.role, Participant.enhanced),
            *(Participant.enhanced_basis, CourtCase.urn),
        )
    ).first()
    if row is None:
        return None
    said_no = sa.select(DeclinedSuggestion).where(
        DeclinedSuggestion.participant_id == participant_id, DeclinedSuggestion.ground == GROUND
    )
    newest = said_no.order_by(DeclinedSuggestion.declined_at.desc(), DeclinedSuggestion.id).limit(1)
    return Repeat(
        participant_id=row.id,
        case_id=row.case_id,
        unit_id=row.unit_id,
        urn=row.urn,
        role=row.role,
        enhanced=row.enhanced,
        basis=tuple(row.enhanced_basis or ()),
        others=before,
        declined=session.scalars(newest).first(),
    )


def confirm(repeat: Repeat, *, actor: Actor, now: datetime) -> None:
    """Add the ground, and with it enhanced rights in this case. Grounds that were there stay."""
    grounds: Sequence[str] = sorted({*repeat.basis, GROUND})
    given = ParticipantGiven(id=repeat.participant_id, enhanced=Answer.YES.value, enhanced_basis=tuple(grounds))
    change_participant(repeat.urn, given, actor=actor, now=now)


def decline(repeat: Repeat, reason: str, *, actor: Actor, now: datetime) -> None:
    """Remember that somebody said no, and why. It is suggested again when the person is a victim once more."""
    made = new_id()
    with writing() as session:
        session.add(
            DeclinedSuggestion(
                id=made,
                case_id=repeat.case_id,
                unit_id=repeat.unit_id,
                participant_id=repeat.participant_id,
                ground=GROUND,
                cases=repeat.cases,
                reason=Plain(reason.strip(), made),
                declined_by=actor.reference,
                declined_at=now,
            )
        )
        session.flush()
        subject = (repeat.participant_id, ledger.category_of_role(repeat.role))
        ledger.note(Category.ALTERATION, case_id=repeat.case_id, subjects=[subject], fields="enhanced rights")
