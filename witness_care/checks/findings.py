"""What a check finds, and how it reads: a chunk of rows at a time, so that memory does not grow with the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from witness_care.database import session

CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken invariant: which, in which case, at which row, in words."""

    invariant: str
    case_id: str
    row: str
    words: str


def finding(invariant: str, case_id: str | None, row: str, words: str) -> Finding:
    return Finding(invariant=invariant, case_id=case_id or "", row=row, words=words)


def rows(statement: sa.Select) -> Iterator[Any]:
    """Read rows a chunk at a time, as mappings of their columns."""
    yield from session().connection().execute(statement, execution_options={"yield_per": CHUNK}).mappings()
