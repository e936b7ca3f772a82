"""The one write path: whatever changes a case goes through `apply`, in one transaction with its cause.

Lock the cases in id order, keep the events in the journal, let the pure core decide, write what follows. The number of
statements does not depend on how many people are in a case or how many events come at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from witness_care import reachability
from witness_care.casework import projection
from witness_care.casework.bulk import insert_rows
from witness_care.casework.journal import event_of, journal_row
from witness_care.casework.models import JournalEvent
from witness_care.casework.rules import AS_SHIPPED, edition_column, rules_for_unit
from witness_care.database import is_writing, session
from workflows import snapshot as snapshots
from workflows.decide import decide, needs_refold, refold
from workflows.decision import Decision
from workflows.entitlement import Rules
from workflows.events import CaseEvent, Fact, OptedOut, ParticipantDied, ParticipantLeft
from workflows.snapshot import Snapshot

REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedCase:
    """A case that this transaction may change: its row is locked until the commit. `stored` is its state as read."""

    id: str
    unit_id: str
    officer_id: str | None
    snapshot: Snapshot
    stored: Any
    rules: Rules


def apply(events: Sequence[CaseEvent], *, actor: str, now: datetime) -> dict[str, str]:
    """Make these events part of their cases, and write everything that follows.

    Runs inside the caller's `database.writing()`, which commits. `actor` is who acts ("user:<id>", "client:<id>",
    "feed:<name>", "system:<job>"), `now` (UTC) when this is written; what happened when is in each event. Gives, for
    each event id: "changed", "no-change", "stale", or "repeat" for one that the journal already holds. Raises
    LookupError for an event of a case that is not there.
    """
    if not is_writing():
        raise RuntimeError("Expected apply() inside database.writing(); no unit of work is open. Open one first.")
    if not events:
        return {}
    connection = session().connection()
    cases = lock_cases(connection, {event.case_id for event in events})
    new_ids = set(
        insert_rows(
            connection,
            JournalEvent.__table__,
            [journal_row(event, cases[event.case_id].unit_id, actor=actor, now=now) for event in events],
            key=("case_id", "message_id", "part", "ordinal"),
            returning="id",
        )
    )
    outcomes = {event.id: REPEAT for event in events if event.row_id not in new_ids}
    by_case: dict[str, list[CaseEvent]] = {}
    for event in sorted((event for event in events if event.row_id in new_ids), key=lambda event: event.fold_key):
        by_case.setdefault(event.case_id, []).append(event)
    late = [case for case, theirs in by_case.items() if needs_refold(cases[case].snapshot, theirs)]
    journals = read_journals(connection, late)
    stepped: list[tuple[LockedCase, Decision]] = []
    refolded: list[tuple[LockedCase, Decision]] = []
    for case_id, theirs in by_case.items():
        case = cases[case_id]
        if case_id in journals:
            decision = refold(case_id, journals[case_id], case.rules)
            refolded.append((case, decision))
        else:
            decision = decide(case.snapshot, theirs, case.rules)
            stepped.append((case, decision))
        outcomes |= {event.id: decision.outcomes[event.id] for event in theirs}
    projection.write(connection, stepped, refolded, now=now)
    for event in events:
        _note_who_is_left_alone(event.what)
    return outcomes


def _note_who_is_left_alone(fact: Fact) -> None:
    """Let whoever keeps messages know, before the commit, that some must not leave any more."""
    if isinstance(fact, ParticipantDied):
        reachability.participant_died(fact.participant)
    elif isinstance(fact, ParticipantLeft):
        reachability.participant_left(fact.participant)
    elif isinstance(fact, OptedOut):
        reachability.opted_out(fact.participant, fact.topics)


def lock_cases(connection: sa.Connection, case_ids: Iterable[str]) -> dict[str, LockedCase]:
    """Lock the cases in id order, so that two batches cannot wait for each other."""
    wanted = sorted(case_ids)
    rows = connection.execute(_cases_to_lock(), {"wanted": wanted}).all()
    found = {
        row.id: LockedCase(
            id=row.id,
            unit_id=row.unit_id,
            officer_id=row.officer_id,
            snapshot=snapshots.load(row.state) if row.state else Snapshot(case=row.id),
            stored=row.state or {},
            rules=rules_for_unit(row.settings, row.edition or AS_SHIPPED),
        )
        for row in rows
    }
    missing = [case for case in wanted if case not in found]
    if missing:
        raise LookupError(f"Expected {len(wanted)} cases, found {len(found)}. Register the case first: {missing[0]}.")
    return found


@cache
def _cases_to_lock() -> sa.Select[Any]:
    from witness_care.accounts.models import Unit
    from witness_care.cases.models import CourtCase

    return (
        sa.select(
            *(CourtCase.id, CourtCase.unit_id, CourtCase.officer_id, CourtCase.state, Unit.settings),
            edition_column().label("edition"),
        )
        .join(Unit, Unit.id == CourtCase.unit_id)
        .where(CourtCase.id.in_(sa.bindparam("wanted", expanding=True)))
        .order_by(CourtCase.id)
        .with_for_update(of=CourtCase)
    )


def read_journals(connection: sa.Connection, case_ids: Sequence[str]) -> dict[str, list[CaseEvent]]:
    """Read whole journals, one statement for all; a case without events has no entry."""
    if not case_ids:
        return {}
    table: Any = JournalEvent.__table__
    journals: dict[str, list[CaseEvent]] = {}
    for row in connection.execute(sa.select(table).where(table.c.case_id.in_(case_ids))).mappings():
        journals.setdefault(row["case_id"], []).append(event_of(row))
    return journals
