"""Says where to find what was once in a case: in cases split off it, and in cases these are part of by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.models import CourtCase


@dataclass(frozen=True, slots=True)
class Kin:
    """Every case that was split off another, or is part of another: few of a unit's cases are."""

    rows: Mapping[str, sa.Row] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session) -> Kin:
        return cls({row.id: row for row in session.execute(cls.query())})

    @staticmethod
    def query() -> sa.Select[str, str, str | None, str | None]:
        """Ask for them, by two partial indexes: id, urn, split_from, merged_into."""
        columns = (CourtCase.id, CourtCase.urn, CourtCase.split_from, CourtCase.merged_into)
        either = sa.or_(CourtCase.split_from.is_not(None), CourtCase.merged_into.is_not(None))
        return sa.select(*columns).where(either)

    def by_urn(self, urns: Collection[str]) -> set[str]:
        """Give those of them that have, or had, one of these numbers of their own."""
        return {row.id for row in self.rows.values() if row.urn in urns}

    def of(self, cases: Collection[str]) -> set[str]:
        """Give the cases that now have what was split off these ones, or off what is part of them."""
        here = self._with_parts(cases)
        found: set[str] = set()
        next_ones: Sequence[str] = self._split_off(here)
        while next_ones:
            standing = {self._standing(each) for each in next_ones} - found - set(cases)
            found |= standing
            further = self._split_off(self._with_parts({*standing, *next_ones}))
            next_ones = [each for each in further if each not in here]
            here |= set(next_ones)
        return found

    def _split_off(self, cases: Collection[str]) -> list[str]:
        return [row.id for row in self.rows.values() if row.split_from in cases]

    def _with_parts(self, cases: Collection[str]) -> set[str]:
        """Give these cases and all that are part of them."""
        found, more = set(cases), set(cases)
        while more:
            more = {row.id for row in self.rows.values() if row.merged_into in more} - found
            found |= more
        return found

    def _standing(self, case_id: str) -> str:
        """Give the case that a case is part of now, or itself."""
        row = self.rows.get(case_id)
        while row is not None and row.merged_into:
            case_id = row.merged_into
            row = self.rows.get(case_id)
        return case_id
