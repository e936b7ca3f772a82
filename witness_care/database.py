"""The database: how a transaction reads, how it writes, and what every connection must be told first.

A request reads until somebody opens `writing()`. A reading transaction refuses to write, and never becomes a writing
one: on SQLite such an upgrade fails at once, whatever the busy timeout says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import DeclarativeBase, Session

from witness_care.faultpoints import Work, faultpoint

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

WRITES = "writes"  # the execution option of a connection whose transaction may write


class Base(DeclarativeBase):
    """Every table derives from this one; relationships, where there are any, say lazy="raise"."""

    metadata = sa.MetaData(naming_convention=NAMES)
    __table__: ClassVar[sa.Table]


def init_app(app: Flask) -> None:
    """Tell every engine of this application how its connections and transactions begin."""
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "begin", _begin_postgresql)
        if app.config["PRODUCTION"]:
            sa.event.listen(engine, "connect", _refuse_a_commit_that_may_be_lost)
    app.extensions["before_commit"] = []
    app.extensions["when_undone"] = []
    app.after_request(_refuse_unsaved_work)


def session() -> Session:
    """The session of this request or job. It reads, unless `writing()` is open."""
    return current_app.extensions["sqlalchemy"].session()


def is_cut_off(error: BaseException) -> bool:
    """Say whether the database could not be reached, or ended the connection: nothing of the unit of work was kept.

    PostgreSQL says "internal error" when it ends a connection that stood still for too long (reliability.md 6). What is
    asked of that connection afterwards waits for a rollback.
    """
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(
        error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError | sa.exc.PendingRollbackError
    )


@contextmanager
def writing(work: Work | None = None) -> Iterator[Session]:
    """One unit of work: open a transaction that writes, commit it once, undo all of it on an error.

    Opened inside another, it joins that one, and the outer one commits. What was read before it is read again, now
    under the lock: rows that were loaded earlier in the request are refreshed when they are next used. `work` names it
    for the tests that kill the process before and after the commit (reliability.md section 8).
    """
    current = session()
    if current.info.get(WRITES):
        yield current
        return
    if current.new or current.dirty or current.deleted:
        raise RuntimeError("Expected no changes outside writing(); some are waiting. Make them inside it.")
    current.rollback()
    current.info[WRITES] = True
    try:
        current.connection(execution_options={WRITES: True})
        yield current
        for act in current_app.extensions["before_commit"]:
            act()
        if work:
            faultpoint(work.before)
        current.commit()
    except BaseException:
        current.rollback()
        for act in current_app.extensions["when_undone"]:
            act()
        raise
    finally:
        current.info.pop(WRITES, None)
    if work:
        faultpoint(work.after)


@contextmanager
def snapshot() -> Iterator[Session]:
    """Read everything as it stands at one moment, however long it takes and whatever others commit meanwhile."""
    current = session()
    current.rollback()
    if current.get_bind().dialect.name == "postgresql":
        current.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield current
    finally:
        current.rollback()


def is_writing() -> bool:
    """Whether a unit of work is open in this request or job."""
    return bool(session().info.get(WRITES))


def before_commit(app: Flask, act: Callable[[], None]) -> None:
    """Have `act` called inside every unit of work, just before it commits; what it raises undoes the work."""
    app.extensions["before_commit"].append(act)


def when_undone(app: Flask, act: Callable[[], None]) -> None:
    """Have `act` called after a unit of work was undone."""
    app.extensions["when_undone"].append(act)


def engine_options(url: sa.URL, *, threads: int, statement_timeout_seconds: int) -> dict[str, Any]:
    """How to connect: SQLite waits for its one writer; PostgreSQL never waits longer than a request may last."""
    if url.get_backend_name() == "sqlite":
        return {
            "hide_parameters": True,
            "connect_args": {"isolation_level": None, "timeout": 10, "check_same_thread": False},
        }
    limits = {
        "statement_timeout": f"{statement_timeout_seconds}s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "15s",
        "timezone": "UTC",
    }
    return {
        "hide_parameters": True,
        "connect_args": {
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
            "connect_timeout": 5,
        },
        "pool_size": threads + 2,
        "max_overflow": 0,
        "pool_timeout": 5,
        "pool_pre_ping": True,
    }


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _refuse_a_commit_that_may_be_lost(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        setting = cursor.execute("SHOW synchronous_commit").fetchone()[0]
    connection.rollback()
    if setting == "off":
        connection.close()
        raise RuntimeError(
            "Expected synchronous_commit to be on; it is off. An acknowledged message could be lost: switch it on."
        )


def _refuse_unsaved_work(response: Any) -> Any:
    """Nobody may be told "saved" while a change still waits in the session, where it would vanish without a word."""
    current = session()
    if response.status_code < 400 and (current.new or current.dirty or current.deleted):
        raise RuntimeError("Expected every change to be made inside writing(); some were left in the session.")
    return response
