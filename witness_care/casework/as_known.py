"""A case as it was known at a moment: the fold of what had been received by then (core.md section 1, rule 3).

The fold runs in order of receipt, so leaving out what came later gives exactly the state of that moment. What waited
unmatched counts from when it was received, as its time limits do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.models import Unit
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import LockedCase, read_journals
from witness_care.casework.bulk import Row
from witness_care.casework.projection import hearing_row
from witness_care.casework.rules import AS_SHIPPED, edition_column, rules_for_unit
from workflows.decide import case_truth, refold
from workflows.duty_rows import DutyRecord
from workflows.snapshot import Snapshot, Topic
from workflows.values import CaseTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class AsKnown:
    """What was known at `at` (UTC). `entries` counts what had been received; `hearings` are rows by id."""

    at: datetime
    entries: int
    last_received_at: datetime | None
    snapshot: Snapshot
    truth: CaseTruth
    hearings: dict[str, Row]
    duties: tuple[DutyRecord, ...]

    def duties_of(self, participant_id: str) -> list[DutyRecord]:
        """What was owed to one person, in the one order of every queue (core.md rule 21)."""
        theirs = (duty for duty in self.duties if duty.participant == participant_id)
        return sorted(theirs, key=lambda duty: (duty.priority, duty.due_at, duty.id))

    def told(self, participant_id: str) -> dict[tuple[str, str], Topic]:
        """What one person had been told, by topic and subject."""
        topics = self.snapshot.topics.items()
        return {key[1:]: topic for key, topic in topics if key[0] == participant_id and topic.last_told is not None}


def as_known(session: Session, case_id: str, *, at: tuple[datetime, ...]) -> tuple[AsKnown, ...]:
    """Fold what had been received by each of these moments (UTC), in two statements; the case must be there."""
    row = session.execute(
        sa.select(
            *(CourtCase.id, CourtCase.unit_id, CourtCase.officer_id, Unit.settings), edition_column().label("edition")
        )
        .join(Unit, Unit.id == CourtCase.unit_id)
        .where(CourtCase.id == case_id)
    ).one()
    case = LockedCase(
        id=row.id,
        unit_id=row.unit_id,
        officer_id=row.officer_id,
        snapshot=Snapshot(case=row.id),
        stored={},
        rules=rules_for_unit(row.settings, row.edition or AS_SHIPPED),
    )
    journal = read_journals(session.connection(), [case_id]).get(case_id, [])
    found = []
    for moment in at:
        received = [event for event in journal if event.received_at <= moment]
        decision = refold(case_id, received, case.rules)
        look = case_truth(decision.snapshot)
        found.append(
            AsKnown(
                at=moment,
                entries=len(received),
                last_received_at=max((event.received_at for event in received), default=None),
                snapshot=decision.snapshot,
                truth=look,
                hearings={each.id: hearing_row(case, each, look) for each in look.hearings.values()},
                duties=tuple(duty for duty in decision.duties.values() if duty.closed_at is None),
            )
        )
    return tuple(found)
