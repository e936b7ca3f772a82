"""Proves that every case is what its journal says, and mends a case that is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from witness_care.accounts.models import Unit
from witness_care.cases.models import CourtCase
from witness_care.casework import projection
from witness_care.casework.apply import LockedCase, lock_cases, read_journals
from witness_care.casework.rules import AS_SHIPPED, edition_column, rules_for_unit
from witness_care.database import session
from workflows import snapshot as snapshots
from workflows.decide import refold, state_hash
from workflows.decision import Decision
from workflows.snapshot import Snapshot

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A case whose stored state is not the fold of its journal."""

    case_id: str
    stored: str
    rebuilt: str


def cases(*, after: str = "", for_update: bool = False) -> Iterator[LockedCase]:
    """Give every case in id order, a batch a statement, so that memory does not grow with their number."""
    while True:
        chosen = (
            sa.select(
                *(CourtCase.id, CourtCase.unit_id, CourtCase.officer_id, CourtCase.state, Unit.settings),
                edition_column().label("edition"),
            )
            .join(Unit, Unit.id == CourtCase.unit_id)
            .where(CourtCase.id > after)
            .order_by(CourtCase.id)
            .limit(BATCH)
        )
        rows = session().execute(chosen.with_for_update(of=CourtCase) if for_update else chosen).all()
        for row in rows:
            yield LockedCase(
                id=row.id,
                unit_id=row.unit_id,
                officer_id=row.officer_id,
                snapshot=snapshots.load(row.state) if row.state else Snapshot(case=row.id),
                stored=row.state or {},
                rules=rules_for_unit(row.settings, row.edition or AS_SHIPPED),
            )
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def differences() -> Iterator[Difference]:
    """Fold every journal from nothing, and give each case whose state hash is another than the stored one."""
    for case, decision in _refolds(for_update=False):
        stored, rebuilt = state_hash(case.snapshot), state_hash(decision.snapshot)
        if stored != rebuilt:
            yield Difference(case_id=case.id, stored=stored, rebuilt=rebuilt)


def rebuild(*, now: datetime) -> int:
    """Write every case anew from its journal, inside the caller's unit of work; give the number of cases."""
    connection = session().connection()
    count = 0
    for case, decision in _refolds(for_update=True):
        projection.write(connection, [], [(case, decision)], now=now)
        count += 1
    return count


def rebuild_some(case_ids: Sequence[str], *, now: datetime) -> None:
    """Write these cases anew from their journals, inside the caller's unit of work."""
    connection = session().connection()
    journals = read_journals(connection, case_ids)
    refolds = [
        (case, refold(case.id, journals.get(case.id, []), case.rules))
        for case in lock_cases(connection, case_ids).values()
    ]
    projection.write(connection, [], refolds, now=now)


def _refolds(*, for_update: bool) -> Iterator[tuple[LockedCase, Decision]]:
    for case in cases(for_update=for_update):
        journal = read_journals(session().connection(), [case.id]).get(case.id, [])
        yield case, refold(case.id, journal, case.rules)
