"""Takes a file on, shows what importing it would do, imports it, and keeps which rows were refused.

What the file says is sealed while it waits, and gone once it is imported, or after a day (ADR 22).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import database, sealing
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.casework import dry_run
from witness_care.columns import new_id
from witness_care.cutover import columns, csv_file
from witness_care.cutover.columns import Kind, Line
from witness_care.cutover.csv_file import Refusal
from witness_care.cutover.models import ImportFile, ImportRefusal
from witness_care.cutover.taking_in import ADDED, CHANGED, UNCHANGED, TakenIn, take_in
from witness_care.sealing import Plain

KEPT = timedelta(hours=24)
STOPPED_AFTER = timedelta(minutes=5)  # an import that has not ended by then was interrupted, and may be begun again


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What importing a file does, or would do: how many rows became what, the refused ones, and what would be owed.

    `duties` counts, by what becomes of them ("opens", "changes", "ends") and topic. After the import it is empty.
    """

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]
    cases: int
    duties: Mapping[tuple[str, str], int]

    @property
    def goes_in(self) -> int:
        return self.added + self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...]
    rows: int
    keys: Mapping[int, str]  # by line: a keyed hash of whom and what the row is about, "" where it does not say


def kind_of(content: bytes) -> Kind:
    """Tell by its columns what a file holds. Raises FileRefusedError."""
    return columns.guess_kind(csv_file.header_of(content))


def take_on(
    session: Session,
    content: bytes,
    kind: Kind,
    *,
    unit_id: str,
    actor: Actor,
    now: datetime,
    most: int = csv_file.MOST_ROWS,
) -> str:
    """Keep a file until somebody confirms its import; gives the id. Raises FileRefusedError.

    Runs inside the caller's unit of work. Files that nobody confirmed within a day go at this moment too.
    """
    rows = _rows_in(content, kind, most)
    forget_old(session, now)
    import_id = new_id()
    session.add(
        ImportFile(
            id=import_id,
            unit_id=unit_id,
            kind=kind.value,
            made_by=actor.reference,
            made_at=now,
            body=Plain(content, import_id),
            rows=rows,
        )
    )
    ledger.note("collection", fields="import file", row_count=rows)
    return import_id


def preview(kept: Any, *, actor: Actor, now: datetime) -> Seen:
    """Say what importing would do, by doing it on the real path and taking it all back."""
    return try_out(_content(kept), Kind(kept.kind), unit_id=kept.unit_id, actor=actor, now=now)


def try_out(content: bytes, kind: Kind, *, unit_id: str, actor: Actor, now: datetime) -> Seen:
    """Say what importing this would do; nothing is written. Raises FileRefusedError."""
    read = _read(content, kind)

    def act() -> tuple[TakenIn, Collection[str]]:
        taken = take_in(kind, read.lines, unit_id=unit_id, actor=actor, import_id=new_id(), now=now)
        return taken, taken.case_ids

    trial = dry_run.try_out(act)
    duties = Counter((each.what, each.topic) for each in trial.differences)
    return _seen(read, trial.answer, duties)


def confirm(kept: Any, *, actor: Actor, now: datetime) -> Seen | None:
    """Import a file that waits. None when it was imported before, or somebody is importing it just now."""
    if not _begin(kept.id, now):
        return None
    content = _content(kept)
    return _import(content, Kind(kept.kind), kept.id, unit_id=kept.unit_id, actor=actor, now=now)


def import_now(content: bytes, kind: Kind, *, unit_id: str, actor: Actor, now: datetime) -> Seen:
    """Import a file without keeping it, as the command does. Raises FileRefusedError."""
    with database.writing() as session:
        import_id = take_on(session, content, kind, unit_id=unit_id, actor=actor, now=now)
    _begin(import_id, now)
    return _import(content, kind, import_id, unit_id=unit_id, actor=actor, now=now)


def settle(session: Session, import_id: str, *, by: str, now: datetime) -> int:
    """Somebody says that the refused rows of an import are dealt with; gives how many were open."""
    done = session.execute(
        sa.update(ImportRefusal)
        .where(ImportRefusal.import_id == import_id, ImportRefusal.settled_at.is_(None))
        .values(settled_at=now, settled_by=by)
        .returning(ImportRefusal.id)
    )
    return len(done.all())


def forget_old(session: Session, now: datetime) -> int:
    """Take away files that nobody confirmed within a day; gives how many those were."""
    old = sa.delete(ImportFile).where(ImportFile.done_at.is_(None), ImportFile.made_at < now - KEPT)
    return len(session.execute(old.returning(ImportFile.id)).all())


# --- one import ----------------------------------------------------------------------------------------------------


def _read(content: bytes, kind: Kind) -> _Read:
    found = csv_file.read(content, known=columns.names_of(kind), needed=columns.needed_of(kind))
    read = [columns.line_of(kind, row) for row in found.rows]
    return _Read(
        lines=tuple(line for line in read if isinstance(line, Line)),
        refused=(*found.refused, *(line for line in read if isinstance(line, Refusal))),
        rows=len(found.rows) + len(found.refused),
        keys={row.line: _key(kind, row.cells) for row in found.rows},
    )


def _rows_in(content: bytes, kind: Kind, most: int) -> int:
    found = csv_file.read(content, known=columns.names_of(kind), needed=columns.needed_of(kind), most=most)
    return len(found.rows) + len(found.refused)


def _key(kind: Kind, cells: Mapping[str, str]) -> str:
    """Recognise a row that was refused when it comes again, mended."""
    about = columns.about(kind, cells)
    return sealing.trace_of("import-row", "|".join((kind.value, *about))) if about else ""


def _content(kept: Any) -> bytes:
    ledger.note("consultation", fields="import file", row_count=kept.rows)
    content: bytes = kept.body.open_bytes(kept.id)
    return content


def _begin(import_id: str, now: datetime) -> bool:
    """Claim the import: pressed twice, it is done once."""
    free = sa.or_(ImportFile.started_at.is_(None), ImportFile.started_at < now - STOPPED_AFTER)
    with database.writing() as session:
        claimed = session.execute(
            sa.update(ImportFile)
            .where(ImportFile.id == import_id, ImportFile.done_at.is_(None), free)
            .values(started_at=now)
            .returning(ImportFile.id)
        )
        return claimed.first() is not None


def _import(content: bytes, kind: Kind, import_id: str, *, unit_id: str, actor: Actor, now: datetime) -> Seen:
    read = _read(content, kind)
    taken = take_in(kind, read.lines, unit_id=unit_id, actor=actor, import_id=import_id, now=now)
    seen = _seen(read, taken, {})
    with database.writing() as session:
        session.execute(
            sa.update(ImportFile)
            .where(ImportFile.id == import_id)
            .values(
                body=None,
                done_at=now,
                added=seen.added,
                changed=seen.changed,
                unchanged=seen.unchanged,
                refused=len(seen.refused),
            )
        )
        _keep_refusals(session, read.keys, seen.refused, import_id, unit_id, now)
    return seen


def _seen(read: _Read, taken: TakenIn, duties: Mapping[tuple[str, str], int]) -> Seen:
    return Seen(
        rows=read.rows,
        added=taken.count(ADDED),
        changed=taken.count(CHANGED),
        unchanged=taken.count(UNCHANGED),
        refused=tuple(sorted((*read.refused, *taken.refused), key=lambda refusal: refusal.line)),
        cases=len(taken.case_ids),
        duties=duties,
    )


def _keep_refusals(
    session: Session,
    keys: Mapping[int, str],
    refused: Collection[Refusal],
    import_id: str,
    unit_id: str,
    now: datetime,
) -> None:
    """Keep the rows that were refused; whatever of earlier imports this file said again is settled by it."""
    session.execute(
        sa.update(ImportRefusal)
        .where(
            ImportRefusal.unit_id == unit_id,
            ImportRefusal.settled_at.is_(None),
            ImportRefusal.row_key.in_(sorted(set(keys.values()) - {""})),
        )
        .values(settled_at=now, settled_by=f"import:{import_id}")
    )
    rows = [
        {
            "id": new_id(),
            "import_id": import_id,
            "unit_id": unit_id,
            "line": refusal.line,
            "column_name": refusal.column,
            "expected": refusal.expected[:500],
            "advice": refusal.do[:500],
            "row_key": keys.get(refusal.line, ""),
            "settled_at": None,
            "settled_by": None,
        }
        for refusal in refused
    ]
    if rows:
        session.execute(sa.insert(ImportRefusal), rows)
