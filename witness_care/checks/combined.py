"""Says which cases were ever merged or split, and what may still lie in a case that is part of another now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from witness_care.cases.models import CaseCombination
from witness_care.casework.models import JournalEvent
from witness_care.checks.findings import CHUNK, rows


@dataclass(frozen=True, slots=True)
class Combined:
    """Every case that was ever part of another.

    `group` has one name for all cases that were ever one; `left` what a merge left in the case that is no more.
    """

    group: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Combined:
        group: dict[str, str] = {}
        left: dict[str, frozenset[str]] = {}
        for row in rows(sa.select(CaseCombination.__table__).order_by(CaseCombination.done_at)):
            one, other = (group.get(case, case) for case in (row["case_id"], row["other_case_id"]))
            group |= {case: one for case, name in group.items() if name == other}
            group |= {row["case_id"]: one, row["other_case_id"]: one}
            if row["undone_at"] is None and row["kind"] == "merge":
                left[row["other_case_id"]] = frozenset(row["moved"]["same"])
        return cls(group, left)

    def together(self, one: str, other: str) -> bool:
        """Say whether two cases were ever one, so that a row of the one may name an entry of the other."""
        return one == other or (one in self.group and self.group[one] == self.group.get(other))

    def unfounded(self, naming: Mapping[str, tuple[str, str]]) -> list[str]:
        """Give the rows whose entry is in no journal of their case or one it was combined with.

        `naming` has, by row, its case and the entry it names. A copy of an entry counts as the entry.
        """
        wanted = sorted({event for _, event in naming.values()})
        where: dict[str, set[str]] = {}
        for first in range(0, len(wanted), CHUNK):
            some = wanted[first : first + CHUNK]
            for column in (JournalEvent.id, JournalEvent.carried_from):
                query: Any = sa.select(column.label("event"), JournalEvent.case_id).where(column.in_(some))
                for row in rows(query):
                    where.setdefault(row["event"], set()).add(row["case_id"])
        return [
            row
            for row, (case_id, event) in naming.items()
            if not any(self.together(case_id, other) for other in where.get(event, ()))
        ]
