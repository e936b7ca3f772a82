"""Says what an act would change, by doing it on the real path and taking it all back: nothing is written.

For "what follows if I do this?" before somebody decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import database
from witness_care.contacts.models import Duty

OPENS, ENDS, CHANGES = "opens", "ends", "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What would become of one duty: it opens, it ends, or its value or due time changes. Times are UTC."""

    what: str
    case_id: str
    participant_id: str
    topic: str
    subject: str
    value: Mapping[str, Any]
    told_value: Mapping[str, Any] | None
    due_at: datetime

    def changed(self) -> Difference:
        """Give the same as a change: it was owed before, under another id of the case or the person."""
        return replace(self, what=CHANGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an act would change. `answer` is what it gave back."""

    answer: Any
    differences: tuple[Difference, ...]


def try_out(act: Callable[[], tuple[Any, Collection[str]]]) -> Trial:
    """Do something inside a unit of work, see what it changed in the cases it names, and undo all of it.

    `act` gives its answer and the ids of the cases it touched. What it raises comes out; nothing is written then
    either. Not inside another unit of work, which would be undone as well.
    """
    if database.is_writing():
        raise RuntimeError(
            "Expected try_out() outside a unit of work; one is open and would be undone. Close it first."
        )
    seen: list[Any] = []
    try:
        with database.writing() as session:
            answer, case_ids = act()
            session.flush()
            seen = [answer, frozenset(case_ids), _open_duties(session, case_ids)]
            raise _EnoughSeen
    except _EnoughSeen:
        database.session().expire_all()
    answer, case_ids, after = seen
    before = _open_duties(database.session(), case_ids)
    return Trial(answer=answer, differences=tuple(_differences(before, after)))


class _EnoughSeen(Exception):
    """Undoes the unit of work."""


Key = tuple[str, str, str, str]


def _open_duties(session: Session, case_ids: Collection[str]) -> dict[Key, Any]:
    columns = ("case_id", "participant_id", "topic", "subject", "value", "value_hash", "told_value", "due_at")
    query = sa.select(*(getattr(Duty, name) for name in columns)).where(
        Duty.case_id.in_(sorted(case_ids)), Duty.closed_at.is_(None)
    )
    rows = session.execute(query.order_by(Duty.priority, Duty.due_at, Duty.id))
    return {(row.case_id, row.participant_id, row.topic, row.subject): row for row in rows}


def _differences(before: Mapping[Key, Any], after: Mapping[Key, Any]) -> list[Difference]:
    opens = [_difference(OPENS, row) for key, row in after.items() if key not in before]
    ends = [_difference(ENDS, row) for key, row in before.items() if key not in after]
    changed = [
        _difference(CHANGES, row)
        for key, row in after.items()
        if key in before and (row.value_hash, row.due_at) != (before[key].value_hash, before[key].due_at)
    ]
    return [*opens, *changed, *ends]


def _difference(what: str, row: Any) -> Difference:
    return Difference(
        what=what,
        case_id=row.case_id,
        participant_id=row.participant_id,
        topic=row.topic,
        subject=row.subject,
        value=row.value,
        told_value=row.told_value,
        due_at=row.due_at,
    )
