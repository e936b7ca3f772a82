"""Says which open duties another pack would change, by folding the cases under it. Nothing is written.

Both sides are folds of the same journals: what differs, differs by the rules alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Unit
from witness_care.calendars import unit_calendar
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import read_journals
from witness_care.casework.rules import rules_for_unit
from witness_care.contacts.models import Duty
from workflows.decide import refold
from workflows.duty_rows import DutyRecord
from workflows.entitlement import Rules
from workflows.rulebook import Rulebook

MOST_CASES = 100
MOST_SHOWN = 50
AT_ONCE = 25

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One open duty under the rules of now and under the others; None where it would not be there. Times are UTC."""

    case_id: str
    urn: str
    participant_id: str
    topic: str
    before_rule: str | None
    before_due: datetime | None
    after_rule: str | None
    after_due: datetime | None
    duty_id: str | None = None

    @property
    def what(self) -> str:
        if self.before_due is None:
            return "would be owed"
        if self.after_due is None:
            return "would not be owed"
        if self.after_due == self.before_due:
            return "same time, another rule"
        return "due earlier" if self.after_due < self.before_due else "due later"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What another rulebook would change in the cases looked at; `cases` is how many have something open."""

    changed: tuple[Changed, ...]
    looked_at: int
    cases: int
    only_numbers: bool = False

    @property
    def counts(self) -> Sequence[tuple[str, str, str, int]]:
        """How many change from which rule to which, and how: without anybody in it."""
        counted = Counter((each.before_rule or "", each.after_rule or "", each.what) for each in self.changed)
        return [(*key, count) for key, count in sorted(counted.items())]

    @property
    def shown(self) -> tuple[Changed, ...]:
        return () if self.only_numbers else self.changed[:MOST_SHOWN]


def what_if(session: Session, actor: Actor, book: Rulebook, *, most: int = MOST_CASES) -> WhatIf:
    """Fold the first cases of this actor with something open, under the rules in force and under `book`."""
    waiting = scope.cases(actor).where(
        CourtCase.id.in_(sa.select(Duty.case_id).where(Duty.closed_at.is_(None)).distinct())
    )
    total = session.scalar(waiting.with_only_columns(sa.func.count(CourtCase.id))) or 0
    rows = session.execute(
        waiting.join(Unit, Unit.id == CourtCase.unit_id)
        .with_only_columns(CourtCase.id, CourtCase.urn, Unit.settings, maintain_column_froms=True)
        .order_by(CourtCase.id)
        .limit(most)
    ).all()
    found: list[tuple[Key, Changed]] = []
    for start in range(0, len(rows), AT_ONCE):
        found += _of(session, rows[start : start + AT_ONCE], book)
    ids = _duty_ids(session, {each.case_id for _, each in found})
    changed = tuple(replace(each, duty_id=ids.get((each.case_id, *key))) for key, each in found)
    return WhatIf(changed=changed, looked_at=len(rows), cases=total)


def _of(session: Session, rows: Sequence[Any], book: Rulebook) -> Iterator[tuple[Key, Changed]]:
    journals = read_journals(session.connection(), [row.id for row in rows])
    for row in rows:
        now, then = rules_for_unit(row.settings), Rules(book, unit_calendar(row.settings))
        journal = journals.get(row.id, [])
        before, after = (_open(refold(row.id, journal, rules).duties) for rules in (now, then))
        for key in sorted(before.keys() | after.keys()):
            one, other = before.get(key), after.get(key)
            if _stands(one) != _stands(other):
                yield key, _change(row, key, one, other)


def _open(duties: Mapping[str, DutyRecord]) -> dict[Key, DutyRecord]:
    return {(duty.participant, duty.topic, duty.subject): duty for duty in duties.values() if duty.closed_at is None}


def _stands(duty: DutyRecord | None) -> tuple[str, datetime] | None:
    return (duty.rule, duty.due_at) if duty else None


def _change(row: Any, key: Key, before: DutyRecord | None, after: DutyRecord | None) -> Changed:
    return Changed(
        case_id=row.id,
        urn=row.urn,
        participant_id=key[0],
        topic=key[1],
        before_rule=before.rule if before else None,
        before_due=before.due_at if before else None,
        after_rule=after.rule if after else None,
        after_due=after.due_at if after else None,
    )


def _duty_ids(session: Session, case_ids: set[str]) -> dict[tuple[str, ...], str]:
    """Name the stored rows of what is open, for links to their pages."""
    query = sa.select(Duty.id, Duty.case_id, Duty.participant_id, Duty.topic, Duty.subject).where(
        Duty.case_id.in_(sorted(case_ids)), Duty.closed_at.is_(None)
    )
    return {(row.case_id, row.participant_id, row.topic, row.subject): row.id for row in session.execute(query)}
