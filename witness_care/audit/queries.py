"""Reads the personal-data log. Whoever calls these has been admitted as an auditor, and notes that they read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from witness_care import database
from witness_care.audit.models import Category, PersonalDataEntry

MOST_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader of the log looks for; what is None does not limit."""

    category: Category | None = None
    case_id: str | None = None
    actor_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(wanted: Wanted, *, before_seq: int | None = None, rows: int = MOST_ROWS) -> list[PersonalDataEntry]:
    """The newest rows first; `before_seq` is the last row of the page before."""
    query = sa.select(PersonalDataEntry).where(*_conditions(wanted))
    if before_seq is not None:
        query = query.where(PersonalDataEntry.seq < before_seq)
    query = query.order_by(PersonalDataEntry.seq.desc()).limit(min(rows, MOST_ROWS))
    return list(database.session().scalars(query))


def about(participant_id: str, *, in_cases: list[str]) -> list[PersonalDataEntry]:
    """Every row that names this participant, oldest first; the cases they stand in keep the search short."""
    query = sa.select(PersonalDataEntry).where(PersonalDataEntry.case_id.in_(in_cases)).order_by(PersonalDataEntry.seq)
    return [row for row in database.session().scalars(query) if names(row, participant_id)]


def names(row: PersonalDataEntry, participant_id: str) -> bool:
    """Whether a row of the log concerns this participant."""
    return any(subject["participant"] == participant_id for subject in row.subjects)


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    equal = {"category": wanted.category, "case_id": wanted.case_id, "actor_id": wanted.actor_id}
    conditions = [getattr(PersonalDataEntry, name) == value for name, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(PersonalDataEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(PersonalDataEntry.at < wanted.until)
    return conditions
