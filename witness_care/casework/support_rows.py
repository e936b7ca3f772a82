"""Writes the rows of support and of visits to the court that a decision changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from witness_care.casework.bulk import Row, delete_rows, insert_rows
from witness_care.support.models import Support
from workflows import supporting
from workflows.decision import Decision
from workflows.snapshot import Person, Snapshot

if TYPE_CHECKING:
    from witness_care.casework.apply import LockedCase

VISIT = supporting.VISIT_MACHINE


def write(connection: sa.Connection, decided: Sequence[tuple[LockedCase, Decision]]) -> None:
    """Bring the rows of each case in line with its people; nothing that did not change is written."""
    rows: list[Row] = []
    gone: set[str] = set()
    for case, decision in decided:
        held, now = case.snapshot.people, decision.snapshot.people
        gone |= _ids(held) - _ids(now)
        rows += support_rows(case, decision.snapshot, unlike=held)
    delete_rows(connection, Support.__table__, "id", sorted(gone))
    update = [name for name in (rows[0] if rows else {}) if name != "id"]
    insert_rows(connection, Support.__table__, rows, key=("id",), update=update)


def support_rows(case: LockedCase, snapshot: Snapshot, *, unlike: Mapping[str, Person] | None = None) -> Iterator[Row]:
    """Give the rows of a case's people; with `unlike`, of those only of whom something else was said there."""
    for participant, person in sorted(snapshot.people.items()):
        was = unlike.get(participant) if unlike is not None else None
        if was is None or was.support != person.support or was.visit != person.visit:
            yield from _rows_of(case, participant, person)


def _rows_of(case: LockedCase, participant: str, person: Person) -> Iterator[Row]:
    whose = {"case_id": case.id, "unit_id": case.unit_id, "participant_id": participant}
    for each in person.support:
        yield {
            "id": supporting.support_id(participant, each.kind, each.service),
            **whose,
            "kind": each.kind,
            "service": each.service,
            "state": each.state.value,
            "since": each.since,
            "on_date": None,
        }
    if person.visit is not None:
        yield {
            "id": supporting.support_id(participant, VISIT, ""),
            **whose,
            "kind": VISIT,
            "service": "",
            "state": person.visit.state.value,
            "since": person.visit.since,
            "on_date": person.visit.on,
        }


def _ids(people: Mapping[str, Person]) -> set[str]:
    found = {
        supporting.support_id(participant, each.kind, each.service)
        for participant, person in people.items()
        for each in person.support
    }
    return found | {
        supporting.support_id(participant, VISIT, "")
        for participant, person in people.items()
        if person.visit is not None
    }
