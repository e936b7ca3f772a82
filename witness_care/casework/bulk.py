"""Writes many rows with one statement, the same on SQLite and PostgreSQL, whatever the number of rows.

SQLAlchemy hands a list of rows to the driver one by one; here the rows travel as one JSON document.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from witness_care.columns import Instant

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
    statement = _insertion(
        connection.dialect.name, table, tuple(rows[0]), tuple(key), tuple(update), count=count, returning=returning
    )
    result = connection.exec_driver_sql(statement, (_document(connection, table, rows),))
    return list(result.scalars()) if returning else []


def update_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row], *, key: str = "id") -> None:
    """Replace the named columns of the rows with these keys. Nothing to update is no statement."""
    if not rows:
        return
    statement = _replacement(connection.dialect.name, table, tuple(rows[0]), key)
    connection.exec_driver_sql(statement, (_document(connection, table, rows),))


def delete_rows(connection: sa.Connection, table: sa.Table, column: str, values: Sequence[str]) -> None:
    """Delete the rows that have one of these texts in a column. No values is no statement."""
    if values:
        connection.exec_driver_sql(_deletion(connection.dialect.name, table, column), (_ENCODER.encode(list(values)),))


@contextmanager
def sent_together(connection: sa.Connection) -> Iterator[None]:
    """Let PostgreSQL work on each statement while the next is put together; at the end all of them are done.

    For statements whose answer nobody reads. One that fails raises what it would have raised alone, at the latest at
    the end, and none after it is done. SQLite has no server to wait for.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    failures = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except failures as failure:
        lost = connection.dialect.is_disconnect(failure, driver, None)
        if lost:
            connection.invalidate(failure)
        raise sa.exc.DBAPIError.instance(
            "statements sent together",
            None,
            failure,
            failures,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from failure


# --- the statements: the same few again and again, so each is put together once ----------------------------------


@cache
def _insertion(
    dialect: str,
    table: sa.Table,
    names: tuple[str, ...],
    key: tuple[str, ...],
    update: tuple[str, ...],
    *,
    count: str,
    returning: str,
) -> str:
    columns = ", ".join(_quoted(name) for name in names)
    conflict = _on_conflict(table, key, update, count) if key else ""
    back = f" RETURNING {_quoted(returning)}" if returning else ""
    return f"INSERT INTO {table.name} ({columns}) {_select(dialect, table, names)}{conflict}{back}"


@cache
def _replacement(dialect: str, table: sa.Table, names: tuple[str, ...], key: str) -> str:
    assignments = ", ".join(f"{_quoted(name)} = new_row.{_quoted(name)}" for name in names if name != key)
    source = _select(dialect, table, names, named=True)
    return (
        f"UPDATE {table.name} SET {assignments} FROM ({source}) AS new_row "  # noqa: S608
        f"WHERE {table.name}.{_quoted(key)} = new_row.{_quoted(key)}"
    )


@cache
def _deletion(dialect: str, table: sa.Table, column: str) -> str:
    given = "jsonb_array_elements_text(CAST(%s AS jsonb))" if dialect == "postgresql" else "json_each(?)"
    return f"DELETE FROM {table.name} WHERE {_quoted(column)} IN (SELECT value FROM {given})"  # noqa: S608


def _on_conflict(table: sa.Table, key: Sequence[str], update: Sequence[str], count: str) -> str:
    target = ", ".join(_quoted(name) for name in key)
    if not update:
        return f" ON CONFLICT ({target}) DO NOTHING"
    changes = [f"{_quoted(name)} = excluded.{_quoted(name)}" for name in update]
    if count:
        changes.append(f"{_quoted(count)} = {table.name}.{_quoted(count)} + 1")
    return f" ON CONFLICT ({target}) DO UPDATE SET {', '.join(changes)}"


def _select(dialect: str, table: sa.Table, names: Sequence[str], *, named: bool = False) -> str:
    if dialect == "postgresql":
        types = ", ".join(f"{_quoted(name)} {_type_in_postgresql(table.c[name])}" for name in names)
        picked = ", ".join(f"x.{_quoted(name)}" for name in names)
        return f"SELECT {picked} FROM jsonb_to_recordset(CAST(%s AS jsonb)) AS x({types})"  # noqa: S608
    alias = (lambda name: f" AS {_quoted(name)}") if named else (lambda _: "")
    picked = ", ".join(f"json_extract(value, '$.{name}'){alias(name)}" for name in names)
    # "WHERE true" keeps SQLite from reading ON CONFLICT as part of a join.
    return f"SELECT {picked} FROM json_each(?) WHERE true"  # noqa: S608


def _type_in_postgresql(column: sa.Column[Any]) -> str:
    return column.type.compile(postgresql.dialect())


# --- the rows as one document --------------------------------------------------------------------------------------

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def _document(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> str:
    converters = [(name, _converter(connection.dialect, table.c[name])) for name in rows[0]]
    as_it_is = [name for name, convert in converters if convert is None]
    converted = [(name, convert) for name, convert in converters if convert is not None]
    documents = []
    for row in rows:
        document = {name: row[name] for name in as_it_is}
        for name, convert in converted:
            document[name] = None if row[name] is None else convert(row[name])
        documents.append(document)
    return _ENCODER.encode(documents)


Convert = Callable[[Any], Any]

_CONVERTERS: dict[tuple[str, sa.Column[Any]], Convert | None] = {}


def _converter(dialect: sa.Dialect, column: sa.Column[Any]) -> Convert | None:
    """Give what makes a value of this column one that JSON can hold; None when it is one as it is."""
    known = (dialect.name, column)
    if known not in _CONVERTERS:
        _CONVERTERS[known] = _make_converter(dialect, column)
    return _CONVERTERS[known]


def _make_converter(dialect: sa.Dialect, column: sa.Column[Any]) -> Convert | None:
    if isinstance(column.type, sa.JSON):
        return None
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    is_a_time = isinstance(column.type, Instant | sa.Date | sa.Time | sa.DateTime)
    if process is None:
        return _in_iso_form if is_a_time else None
    if isinstance(column.type, Instant) and dialect.name == "postgresql":
        return lambda value: (value if getattr(value, "tzinfo", None) is UTC else process(value)).isoformat()
    return lambda value: _in_iso_form(process(value))


def _in_iso_form(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def _quoted(name: str) -> str:
    if not name.isidentifier():
        raise ValueError(f"Expected the name of a column, received {name!r}.")
    return f'"{name}"'
