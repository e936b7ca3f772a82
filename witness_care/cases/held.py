"""Reads what is held about one case before a submission changes it, in a number of statements that never grows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.identifiers import has_urn
from witness_care.cases.models import CourtCase, Defendant, Offence
from witness_care.people.models import Participant
from workflows import truth
from workflows.snapshot import Snapshot, Stated
from workflows.snapshot import load as load_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCase:
    """A case as it stands. For a new case everything but its ids is empty."""

    id: str
    urn: str
    unit_id: str
    officer_id: str | None
    is_new: bool
    snapshot: Snapshot
    defendants: Mapping[str, Any] = field(default_factory=dict)
    offences: Mapping[str, Any] = field(default_factory=dict)
    participants: Mapping[str, Any] = field(default_factory=dict)

    def said(self, key: str) -> Stated | None:
        """Give what now stands of a fact; `key` names a register, such as "charged:<id>" or "recorded:<id>"."""
        statement = truth.standing(self.snapshot.registers, key)
        return statement.said if statement else None

    def offences_against(self, defendant_id: str) -> tuple[str, ...]:
        return tuple(
            offence.id
            for offence in self.offences.values()
            if offence.defendant_id == defendant_id and offence.removed_at is None
        )


def find_case(session: Session, urn: str) -> Any | None:
    """Read and lock the row of a case by any number it ever had; None when there is none."""
    return session.execute(
        sa.select(CourtCase.id, CourtCase.urn, CourtCase.unit_id, CourtCase.officer_id, CourtCase.state)
        .where(has_urn(urn), CourtCase.merged_into.is_(None))
        .with_for_update()
    ).first()


def find_cases(session: Session, urns: Collection[str], unit_id: str) -> dict[str, Any]:
    """Read and lock the rows of those of these cases that the unit holds, by URN, in the order of their ids."""
    rows = session.execute(
        sa.select(CourtCase.id, CourtCase.urn, CourtCase.unit_id, CourtCase.officer_id, CourtCase.state)
        .where(CourtCase.urn.in_(urns), CourtCase.unit_id == unit_id)
        .order_by(CourtCase.id)
        .with_for_update()
    )
    return {row.urn: row for row in rows}


def load_case(session: Session, row: Any) -> HeldCase:
    """Read the rest of a case that is there: three statements."""
    return load_cases(session, [row])[0]


def load_cases(session: Session, rows: Sequence[Any]) -> list[HeldCase]:
    """Read the rest of cases that are there: three statements, however many there are."""
    ids = [row.id for row in rows]
    defendants = session.execute(
        sa.select(
            Defendant.id,
            Defendant.case_id,
            Defendant.name,
            Defendant.date_of_birth,
            Defendant.arrest_summons_number,
            Defendant.removed_at,
        )
        .where(Defendant.case_id.in_(ids))
        .order_by(Defendant.id)
    )
    offences = session.execute(
        sa.select(
            Offence.id,
            Offence.case_id,
            Offence.defendant_id,
            Offence.cjs_code,
            Offence.title,
            Offence.charged_on,
            Offence.removed_at,
        )
        .where(Offence.case_id.in_(ids))
        .order_by(Offence.id)
    )
    participants = session.execute(
        sa.select(
            Participant.id,
            Participant.case_id,
            Participant.person_id,
            Participant.role,
            Participant.witness_kind,
            Participant.victim_kind,
            Participant.enhanced,
            Participant.enhanced_basis,
            Participant.left_at,
        )
        .where(Participant.case_id.in_(ids))
        .order_by(Participant.id)
    )
    by_case = [_by_case(found) for found in (defendants, offences, participants)]
    return [_held(row, *(found.get(row.id, {}) for found in by_case)) for row in rows]


def _by_case(rows: Iterable[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, {})[row.id] = row
    return found


def _held(
    row: Any, defendants: Mapping[str, Any], offences: Mapping[str, Any], participants: Mapping[str, Any]
) -> HeldCase:
    return HeldCase(
        id=row.id,
        urn=row.urn,
        unit_id=row.unit_id,
        officer_id=row.officer_id,
        is_new=False,
        snapshot=load_snapshot(row.state) if row.state else Snapshot(case=row.id),
        defendants=defendants,
        offences=offences,
        participants=participants,
    )
