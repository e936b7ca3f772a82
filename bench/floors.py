"""The floor of every measure: raw psycopg and bare SQL that leave the very same rows, and decide nothing.

The floor of an event is told which rows to write: the service has done the event first, and took it back (`rehearse`
in `product.py`). It reads the case with its lock, as any program must, writes each row that changed, and commits.
After each round the rows it left are compared with those the service would have left; see `bench/rounds.py`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from datetime import time as time_of_day
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.rows import dict_row

from witness_care.cases.models import CourtCase, Defendant, Hearing, HearingDay, HearingLink
from witness_care.casework.models import JournalEvent, Transition
from witness_care.contacts.models import Duty, DutyHistory
from witness_care.people.models import Participant

# Every table that an event may write in, parents first.
TABLES: tuple[sa.Table, ...] = tuple(
    model.__table__
    for model in (
        *(JournalEvent, Transition, Duty, DutyHistory, Hearing, HearingDay, HearingLink, Participant, Defendant),
        CourtCase,
    )
)
Row = dict[str, Any]
Key = tuple[Any, ...]
Stored = dict[str, dict[Key, Row]]  # table -> key -> row


def rows_of(cursor: psycopg.Cursor[Any], case: str) -> Stored:
    """Read every row of a case that an event may write."""
    found: Stored = {}
    for table in TABLES:
        of_case = "id" if table.name == "court_case" else "case_id"
        rows = cursor.execute(f"SELECT * FROM {table.name} WHERE {of_case} = %s", (case,)).fetchall()
        keys = [column.name for column in table.primary_key]
        found[table.name] = {tuple(row[name] for name in keys): row for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Changes:
    """What one event writes: new rows, and the columns that differ of rows that were there."""

    added: dict[str, list[Row]] = field(default_factory=dict)
    changed: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(len(rows) for group in (self.added, self.changed) for rows in group.values())


def changes_between(before: Stored, after: Stored) -> Changes:
    found = Changes()
    for table in TABLES:
        was, now = before[table.name], after[table.name]
        if was.keys() - now.keys():
            raise ValueError(f"Expected an event to remove nothing, but {table.name} has fewer rows.")
        if new := [row for key, row in now.items() if key not in was]:
            found.added[table.name] = new
        differing = {key: row for key, row in now.items() if key in was and row != was[key]}
        if differing:
            names = {name for key, row in differing.items() for name in row if row[name] != was[key][name]}
            names |= {column.name for column in table.primary_key}
            found.changed[table.name] = [{name: row[name] for name in sorted(names)} for row in differing.values()]
    return found


def write_event(connection: psycopg.Connection[Any], case: str, changes: Changes) -> float:
    """Lock and read the case, write these rows with one statement a table, commit; give the seconds it took."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_id, officer_id, state FROM court_case WHERE id = %s FOR UPDATE", (case,))
        cursor.fetchone()
        for table in TABLES:
            if rows := changes.added.get(table.name):
                cursor.execute(_insert(table, tuple(rows[0])), (_document(rows),))
            if rows := changes.changed.get(table.name):
                cursor.execute(_update(table, tuple(rows[0])), (_document(rows),))
    connection.commit()
    return time.perf_counter() - began


def write_events(connection: psycopg.Connection[Any], chunk: Mapping[str, Changes]) -> float:
    """The same for the events of one chunk in many cases: one lock, one statement a table and kind, one commit."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id, officer_id, state FROM court_case WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            (sorted(chunk),),
        )
        cursor.fetchall()
        for table in TABLES:
            added = [row for changes in chunk.values() for row in changes.added.get(table.name, ())]
            if added:
                cursor.execute(_insert(table, tuple(added[0])), (_document(added),))
            # Cases differ in which columns change: each set of columns is a statement of its own.
            kinds: dict[tuple[str, ...], list[Row]] = {}
            for changes in chunk.values():
                for row in changes.changed.get(table.name, ()):
                    kinds.setdefault(tuple(row), []).append(row)
            for names, rows in kinds.items():
                cursor.execute(_update(table, names), (_document(rows),))
    connection.commit()
    return time.perf_counter() - began


def find_message(connection: psycopg.Connection[Any], feed: str, client: str, message: str) -> float:
    """The floor of a duplicate: one SELECT by its key."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, content_sha256, message_type, state FROM feed_message "
            "WHERE feed = %s AND client_id = %s AND message_id = %s",
            (feed, client, message),
        )
        cursor.fetchone()
    connection.commit()
    return time.perf_counter() - began


def read_page(connection: psycopg.Connection[Any], statements: Sequence[tuple[str, Any]]) -> float:
    """The floor of a page: its own SQL, its rows fetched as plain tuples, nothing made of them."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)
            cursor.fetchall()
    connection.commit()
    return time.perf_counter() - began


def connect(url: str) -> psycopg.Connection[Any]:
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address)


def reader(connection: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    return connection.cursor(row_factory=dict_row)


# --- the statements -------------------------------------------------------------------------------------------------

_STATEMENTS: dict[tuple[str, str, tuple[str, ...]], str] = {}


def _insert(table: sa.Table, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return _once(
        "insert",
        table,
        names,
        lambda: f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {_given(table, names)}",
    )


def _update(table: sa.Table, names: tuple[str, ...]) -> str:
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f'"{name}" = new."{name}"' for name in names if name not in keys)
    same = " AND ".join(f'{table.name}."{name}" = new."{name}"' for name in keys)
    return _once(
        "update",
        table,
        names,
        lambda: f"UPDATE {table.name} SET {changes} FROM {_given(table, names, 'new')} WHERE {same}",
    )


def _once(kind: str, table: sa.Table, names: tuple[str, ...], make: Any) -> str:
    key = (kind, table.name, names)
    if key not in _STATEMENTS:
        _STATEMENTS[key] = make()
    return _STATEMENTS[key]


def _given(table: sa.Table, names: tuple[str, ...], alias: str = "given") -> str:
    dialect = sa.dialects.postgresql.dialect()
    types = ", ".join(f'"{name}" {table.c[name].type.compile(dialect)}' for name in names)
    return f"jsonb_to_recordset(%s::jsonb) AS {alias}({types})"


def _document(rows: Sequence[Row]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, date | time_of_day):
        return value.isoformat()
    raise TypeError(f"Expected a value of a row, received {type(value).__name__}.")
