"""Fresh, migrated databases for tests: one is migrated per back end and run, every other is a copy, or emptied."""

import fcntl
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.applications import application_on, let_go
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
        self._idle_folders: list[Path] = []

    @contextmanager
    def fresh(self, back_end: str, *, migrated: bool = True) -> Iterator[str]:
        """The address of a database that nobody else uses, removed afterwards; with tables unless told otherwise."""
        name = f"{NAME_PREFIX}_{self._worker}_{next(self._numbers)}"
        made = self._fresh_sqlite if back_end == SQLITE else self._fresh_postgresql
        with made(name, migrated=migrated) as url:
            yield url

    @contextmanager
    def _fresh_sqlite(self, name: str, *, migrated: bool) -> Iterator[str]:
        """A file of its own in a folder that one test after another may use, so that its address comes again."""
        folder = self._idle_folders.pop() if self._idle_folders else self._shared / name
        folder.mkdir()
        database = folder / "witness-care.db"
        if migrated:
            shutil.copyfile(self._sqlite_template(), database)
        try:
            yield f"sqlite:///{database}"
        finally:
            shutil.rmtree(folder)
            self._idle_folders.append(folder)

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
