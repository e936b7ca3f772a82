"""Writes many rows with one statement, the same on SQLite and PostgreSQL, whatever the number of rows.

SQLAlchemy hands a list of rows to the driver one by one; here the rows travel as one JSON document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

Row = dict[str, Any]


def insert_rows(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Row],
    *,
    key: Sequence[str] = (),
    update: Sequence[str] = (),
    count: str = "",
    returning: str = "",
) -> list[Any]:
    """Insert rows, which must all have the same columns; give the `returning` column of those written.

    With `key`, a row that is there already is left alone, or has its `update` columns replaced and its `count` column
    raised by one. Rows are taken in order. Nothing to insert is no statement.
    """
    if not rows:
        return []
    columns = [table.c[name] for name in rows[0]]
    names = ", ".join(_quoted(column.name) for column in columns)
    conflict = _on_conflict(table, key, update, count) if key else ""
    back = f" RETURNING {_quoted(returning)}" if returning else ""
    statement = f"INSERT INTO {table.name} ({names}) {_select(connection, columns)}{conflict}{back}"
    result = connection.execute(sa.text(statement), {"rows": _document(connection, columns, rows)})
    return list(result.scalars()) if returning else []


def update_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row], *, key: str = "id") -> None:
    """Replace the named columns of the rows with these keys. Nothing to update is no statement."""
    if not rows:
        return
    columns = [table.c[name] for name in rows[0]]
    assignments = ", ".join(f"{_quoted(name)} = new_row.{_quoted(name)}" for name in rows[0] if name != key)
    source = _select(connection, columns, named=True)
    statement = (
        f"UPDATE {table.name} SET {assignments} FROM ({source}) AS new_row "  # noqa: S608
        f"WHERE {table.name}.{_quoted(key)} = new_row.{_quoted(key)}"
    )
    connection.execute(sa.text(statement), {"rows": _document(connection, columns, rows)})


def _on_conflict(table: sa.Table, key: Sequence[str], update: Sequence[str], count: str) -> str:
    target = ", ".join(_quoted(name) for name in key)
    if not update:
        return f" ON CONFLICT ({target}) DO NOTHING"
    changes = [f"{_quoted(name)} = excluded.{_quoted(name)}" for name in update]
    if count:
        changes.append(f"{_quoted(count)} = {table.name}.{_quoted(count)} + 1")
    return f" ON CONFLICT ({target}) DO UPDATE SET {', '.join(changes)}"


def _select(connection: sa.Connection, columns: Iterable[sa.Column[Any]], *, named: bool = False) -> str:
    if connection.dialect.name == "postgresql":
        types = ", ".join(f"{_quoted(each.name)} {each.type.compile(connection.dialect)}" for each in columns)
        picked = ", ".join(f"x.{_quoted(each.name)}" for each in columns)
        return f"SELECT {picked} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x({types})"  # noqa: S608
    alias = (lambda name: f" AS {_quoted(name)}") if named else (lambda _: "")
    picked = ", ".join(f"json_extract(value, '$.{each.name}'){alias(each.name)}" for each in columns)
    # "WHERE true" keeps SQLite from reading ON CONFLICT as part of a join.
    return f"SELECT {picked} FROM json_each(:rows) WHERE true"  # noqa: S608


def _document(connection: sa.Connection, columns: Sequence[sa.Column[Any]], rows: Sequence[Row]) -> str:
    processors = {column.name: _to_json_value(connection, column) for column in columns}
    return json.dumps(
        [{name: processors[name](value) for name, value in row.items()} for row in rows], ensure_ascii=False
    )


def _to_json_value(connection: sa.Connection, column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return lambda value: value
    process = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)

    def convert(value: Any) -> Any:
        bound = process(value) if process is not None and value is not None else value
        return bound.isoformat() if isinstance(bound, datetime | date | time) else bound

    return convert


def _quoted(name: str) -> str:
    if not name.isidentifier():
        raise ValueError(f"Expected the name of a column, received {name!r}.")
    return f'"{name}"'
