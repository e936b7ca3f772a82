"""Fresh, migrated databases for tests: one is migrated per back end and run, every other is a copy, or emptied."""

import fcntl
import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from tests.emptying import is_emptied, shape, sweep
from tests.postgres import NAME_PREFIX, Keeper, Server, server_in

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
BACK_ENDS = (SQLITE, POSTGRESQL)

TEMPLATE = f"{NAME_PREFIX}_template"


# After this many tests the space of deleted rows is given back.
SWEEP_EVERY = 25


@dataclass(slots=True, kw_only=True)
class Reusable:
    """A migrated PostgreSQL database that one test after another may use."""

    name: str
    url: str
    shape: str
    times: int = 0


class Databases:
    """Makes databases for one process of a test run; `shared` is a folder that all processes of the run see."""

    def __init__(self, shared: Path, worker: str, keeper: Keeper | None = None) -> None:
        self._shared = shared
        self._worker = worker
        self._keeper = keeper
        self._numbers = itertools.count(1)
        self._server: Server | None = None
        self._idle: list[Reusable] = []

    @contextmanager
    def fresh(self, back_end: str, *, migrated: bool = True) -> Iterator[str]:
        """The address of a database that nobody else uses, removed afterwards; with tables unless told otherwise."""
        name = f"{NAME_PREFIX}_{self._worker}_{next(self._numbers)}"
        made = self._fresh_sqlite if back_end == SQLITE else self._fresh_postgresql
        with made(name, migrated=migrated) as url:
            yield url

    @contextmanager
    def _fresh_sqlite(self, name: str, *, migrated: bool) -> Iterator[str]:
        folder = self._shared / name
        folder.mkdir()
        database = folder / "witness-care.db"
        if migrated:
            shutil.copyfile(self._sqlite_template(), database)
        try:
            yield f"sqlite:///{database}"
        finally:
            shutil.rmtree(folder)

    @contextmanager
    def _fresh_postgresql(self, name: str, *, migrated: bool) -> Iterator[str]:
        server = self.server()
        if migrated:
            used = self._idle.pop() if self._idle else self._copy_of_template(server, name)
            try:
                yield used.url
            finally:
                self._keep_or_drop(server, used)
            return
        server.drop(name)  # left behind, perhaps, by a run that was killed on a server that is not ours
        try:
            yield server.create(name)
        finally:
            server.drop(name)

    def _copy_of_template(self, server: Server, name: str) -> Reusable:
        template = self._postgresql_template(server)
        server.drop(name)
        url = server.create(name, template=template)
        return Reusable(name=name, url=url, shape=shape(url))

    def _keep_or_drop(self, server: Server, used: Reusable) -> None:
        used.times += 1
        if not is_emptied(used.url, expected_shape=used.shape):
            server.drop(used.name)
            return
        if used.times % SWEEP_EVERY == 0:
            sweep(used.url)
        self._idle.append(used)

    def close(self) -> None:
        """Remove the databases kept for further tests."""
        while self._idle:
            self.server().drop(self._idle.pop().name)

    def server(self) -> Server:
        """The PostgreSQL server of this run, started now if it was not needed before."""
        if self._server is None:
            if self._keeper:
                self._keeper.start()
            self._server = server_in(self._shared)
        return self._server

    def _sqlite_template(self) -> Path:
        template = self._shared / "template.db"
        with self._first_comes(SQLITE) as is_first:
            if is_first:
                migrate(f"sqlite:///{template}", instance=self._shared)
        return template

    def _postgresql_template(self, server: Server) -> str:
        with self._first_comes(POSTGRESQL) as is_first:
            if is_first:
                server.drop(TEMPLATE)
                migrate(server.create(TEMPLATE), instance=self._shared)
        return TEMPLATE

    @contextmanager
    def _first_comes(self, what: str) -> Iterator[bool]:
        """Whether this process is the first of the run to come here and finish; the others wait for it."""
        done = self._shared / f"{what}.migrated"
        if done.exists():
            yield False
            return
        with (self._shared / f"{what}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield not done.exists()
            done.touch()


def migrate(url: str, *, instance: Path) -> None:
    """Bring an empty database to the newest tables, in the way an installation does."""
    from flask_migrate import upgrade

    app = application_on(url, instance=instance)
    with app.app_context():
        upgrade()
    let_go(app)


class TranslatedTemplates(BytecodeCache):
    """Keeps what each template was translated into, for the next application of this process.

    Every test has an application of its own; to translate every template anew took half the time of a page's test.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = TranslatedTemplates()


class RememberedRule(Rule):
    """An address of the application whose builder is compiled once a process, not anew for every application.

    A builder depends on the text of the address and what it fills in by itself, and on nothing of the application: it
    is bound to its rule afterwards. Compiling them was more than half of what building an application costs.
    """

    _kept: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        filled_in = tuple(sorted((self.defaults or {}).items()))
        key = (self.rule, tuple(self._trace), filled_in, append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


def application_on(url: str, *, instance: Path) -> Flask:
    """The application on a database of a test; `let_go` ends it."""
    from witness_care import create_app

    Flask.url_rule_class = RememberedRule
    app = create_app({"TESTING": True, "DATABASE_URL": url, "WC_INSTANCE": instance})
    app.jinja_env.bytecode_cache = _TEMPLATES
    return app


def let_go(app: Flask) -> None:
    """Close every connection, so that the database can be removed, or its file copied whole."""
    from witness_care.extensions import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()
