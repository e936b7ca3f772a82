"""Runs migrations on the database of the application, one at a time, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from witness_care.columns import Instant, SealedColumn
from witness_care.database import WRITES, Base

ONE_AT_A_TIME = 5_019_771  # the number of the lock that two deployments would both ask for


def run() -> None:
    engine = current_app.extensions["sqlalchemy"].engine
    with engine.connect().execution_options(**{WRITES: True}) as connection, _prepared(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transactional_ddl=True,
            transaction_per_migration=True,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            render_item=_without_our_types,
            process_revision_directives=_number,
        )
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def _prepared(connection: sa.Connection) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        with _without_foreign_keys(connection):
            yield
    else:
        with _alone(connection):
            yield


@contextmanager
def _without_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    """On SQLite a changed table is built anew and the old one dropped; with keys on, its children would go too.

    The switch works only outside a transaction, hence the driver's own connection.
    """
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"Expected every foreign key to hold after the migration; {len(broken)} rows break one.")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """On PostgreSQL wait for another deployment's migration, then give up soon where a table is locked."""
    _at_once(connection, "SET lock_timeout = 0", "SET statement_timeout = 0")
    _at_once(connection, f"SELECT pg_advisory_lock({ONE_AT_A_TIME})", "SET lock_timeout = '5s'")
    try:
        yield
    finally:
        connection.rollback()
        _at_once(
            connection, f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})", "RESET lock_timeout", "RESET statement_timeout"
        )


def _at_once(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.commit()


def _number(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Number a new migration. Name it in head.txt too, so that two branches that both add one conflict visibly."""
    head = context.script.get_current_head()
    if directives:
        directives[0].rev_id = f"{int(head or 0) + 1:04}"


def _without_our_types(kind: str, thing: Any, _context: Any) -> str | bool:
    """Write our column types as what they are in the database: a migration must not change when the code does."""
    if kind != "type":
        return False
    if isinstance(thing, Instant):
        return 'sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")'
    return "sa.LargeBinary()" if isinstance(thing, SealedColumn) else False


run()
