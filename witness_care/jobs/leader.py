"""Lets one worker process lead: it holds a lock that falls by itself when the process dies, and never by age.

PostgreSQL: an advisory lock on a connection of its own. SQLite: a lock on a file beside the database.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
from flask import Flask

ADVISORY_LOCK = 0x5743_4C4F_434B  # "WCLOCK": one per database
LOCK_SUFFIX = ".worker-lock"


class LeaderLock(Protocol):
    """One process holds it at a time."""

    def take(self) -> bool:
        """Take the lock if it is free; say whether this process holds it now."""

    def is_held(self) -> bool:
        """Ask again whether this process still holds it: a lost connection loses it."""

    def release(self) -> None: ...


def leader_lock(app: Flask) -> LeaderLock:
    """Give the lock that belongs to the application's database."""
    url = sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "postgresql":
        return AdvisoryLock(url)
    return FileLock(Path(str(url.database) + LOCK_SUFFIX))


class FileLock:
    """A lock on a file, which the system drops when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> bool:
        if self._file is not None:
            return True
        opened = self.path.open("a", encoding="utf-8")
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            opened.close()
            return False
        self._file = opened
        return True

    def is_held(self) -> bool:
        """A file that was replaced under the lock locks nothing any more."""
        if self._file is None:
            return False
        try:
            return os.fstat(self._file.fileno()).st_ino == self.path.stat().st_ino
        except OSError:
            return False

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class AdvisoryLock:
    """A session lock of PostgreSQL on a connection that does nothing else."""

    def __init__(self, url: sa.URL) -> None:
        self._engine = sa.create_engine(
            url,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"connect_timeout": 5},
        )
        self._connection: sa.Connection | None = None

    def take(self) -> bool:
        if self._connection is not None:
            return self.is_held()
        connection = self._engine.connect()
        try:
            taken = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(ADVISORY_LOCK))))
        except sa.exc.DBAPIError:
            connection.close()
            return False
        if taken:
            self._connection = connection
        else:
            connection.close()
        return taken

    def is_held(self) -> bool:
        """Ask over the very connection: while it answers, its session and so its lock live."""
        if self._connection is None:
            return False
        try:
            self._connection.scalar(sa.select(1))
        except sa.exc.DBAPIError:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
            return False
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
