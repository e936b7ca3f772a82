"""Finds our rows by the names others give them, and gives a new row its first names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.document import OtherId
from witness_care.cases.models import CourtCase, Identifier
from witness_care.columns import new_id

COURT = "cp"  # the Common Platform's ids
URN, ASN = "urn", "asn"  # namespaces of names that are nobody's own
CASE, DEFENDANT, OFFENCE, HEARING, PARTICIPANT, PERSON = (
    "case",
    "defendant",
    "offence",
    "hearing",
    "participant",
    "person",
)
NO_CASE = ""  # a person is not of one case


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where names come from: a part of a court message, or a person's match of one; else neither."""

    message: str | None = None
    part: int = 0
    match: str | None = None


class IdBook:
    """The names known for one case, and those that this submission adds.

    `namespace` is the caller's own; "" when the caller is somebody at a screen, who only ever names our ids. `origin`
    says which part of which court message, or which match, the names come from that it learns. A name that came from
    one of those, and is given by somebody else now, is `confirmed`: it stays when a match is taken back.
    """

    def __init__(
        self, *, case_id: str, namespace: str, rows: Collection[Any], ours: Iterable[tuple[str, str]], now: datetime
    ) -> None:
        self.case_id = case_id
        self.namespace = namespace
        self.now = now
        self.origin = Origin()
        self.new_rows: list[dict[str, Any]] = []
        self.confirmed: list[str] = []
        self._from_courts = {
            (row.namespace, row.kind, row.value): row.id
            for row in rows
            if getattr(row, "taught_by", None) or getattr(row, "match_id", None)
        }
        self._known = {(row.namespace, row.kind, row.value): row.target_id for row in rows}
        self._ours = set(ours)

    def find(self, kind: str, name: str) -> str | None:
        """Give our id of what the caller (or the court) calls `name`; None when nobody has named it so."""
        return (
            self._known.get((self.namespace, kind, name))
            or (name if (kind, name) in self._ours else None)
            or self._known.get((COURT, kind, name))
        )

    def find_or_make(self, kind: str, name: str, others: Iterable[OtherId] = ()) -> str:
        """Give our id of what the caller calls `name`, and a court may have spoken of before by one of `others`."""
        found = self.find(kind, name)
        if found:
            return found
        spoken_of = (self._known.get((other.namespace, kind, other.id)) for other in others)
        made = next((known for known in spoken_of if known and (kind, known) not in self._ours), None) or new_id()
        if self.namespace:
            self.learn(kind, made, [OtherId(self.namespace, name)])
        else:
            self._known[(self.namespace, kind, name)] = made
        self._ours.add((kind, made))
        return made

    def hearing(self, name: str) -> str:
        """Give our id of a hearing, known or not: the court's later message about it finds the same."""
        found = self.find(HEARING, name)
        if found:
            return found
        made = new_id()
        self.learn(HEARING, made, [OtherId(COURT, name)])
        return made

    def learn(self, kind: str, target_id: str, names: Iterable[OtherId]) -> None:
        """Add names of a row. A name that is already given to another row of the case stays with that row."""
        for name in names:
            key = (name.namespace, kind, name.id)
            if not name.id or key in self._known:
                if self.origin == Origin() and key in self._from_courts and self._known[key] == target_id:
                    self.confirmed.append(self._from_courts.pop(key))
                continue
            self._known[key] = target_id
            self.new_rows.append(
                {
                    "id": new_id(),
                    "namespace": name.namespace,
                    "kind": kind,
                    "value": name.id,
                    "case_id": NO_CASE if kind == PERSON else self.case_id,
                    "target_id": target_id,
                    "created_at": self.now,
                    "taught_by": self.origin.message,
                    "taught_part": self.origin.part,
                    "match_id": self.origin.match,
                }
            )

    def belongs_elsewhere(self, kind: str, target_id: str, names: Iterable[OtherId]) -> OtherId | None:
        """Give the first of `names` that already means another row of this case; None when all are free or ours."""
        for name in names:
            if self._known.get((name.namespace, kind, name.id), target_id) != target_id:
                return name
        return None


def names_of_case(session: Session, case_id: str, namespace: str, person_names: Iterable[str]) -> list[Any]:
    """Read every name of a case's rows, and the caller's names of these persons, in one statement."""
    return names_of_cases(session, [case_id], namespace, person_names)


def names_of_cases(
    session: Session, case_ids: Collection[str], namespace: str, person_names: Iterable[str]
) -> list[Any]:
    """Read every name of these cases' rows, and the caller's names of these persons, in one statement."""
    of_the_case = Identifier.case_id.in_(case_ids)
    of_people = sa.and_(
        Identifier.namespace == namespace,
        Identifier.kind == PERSON,
        Identifier.case_id == NO_CASE,
        Identifier.value.in_(list(person_names)),
    )
    columns = (
        *(Identifier.id, Identifier.namespace, Identifier.kind, Identifier.value, Identifier.target_id),
        *(Identifier.case_id, Identifier.taught_by, Identifier.match_id),
    )
    return list(session.execute(sa.select(*columns).where(of_the_case | of_people)))


def has_urn(urn: str) -> sa.ColumnElement[bool]:
    """The condition on a case that this is its number, or was: one that was corrected, or of a case merged into it."""
    now = sa.select(CourtCase.id).where(CourtCase.urn == urn, CourtCase.merged_into.is_(None))
    before = sa.select(Identifier.target_id).where(
        Identifier.namespace == URN, Identifier.kind == CASE, Identifier.value == urn
    )
    return CourtCase.id.in_(now.union_all(before))


def cases_named(session: Session, names: Iterable[OtherId]) -> dict[OtherId, str]:
    """Give the case that each of these names means; a name that nobody has used yet is left out."""
    wanted = [(name.namespace, name.id) for name in names]
    if not wanted:
        return {}
    found = session.execute(
        sa.select(Identifier.namespace, Identifier.value, Identifier.target_id).where(
            Identifier.kind == CASE, sa.tuple_(Identifier.namespace, Identifier.value).in_(wanted)
        )
    )
    return {OtherId(row.namespace, row.value): row.target_id for row in found}
