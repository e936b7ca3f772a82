"""`flask serve`: the web server and the worker start together and end together."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from witness_care import config

WAIT_SECONDS = 240
LISTENS = "0A"  # as the kernel writes the state of a socket


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@contextmanager
def started(command: Sequence[str], *, on: str, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A command that serves until it is told to stop, on the database `on`; what it prints is in `folder`/serve.log."""
    environment = os.environ | {"DATABASE_URL": on, "WC_INSTANCE": str(folder), "PORT": str(port)}
    with (folder / "serve.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=config.REPOSITORY, env=environment, stdout=log, stderr=log)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
        running.wait(timeout=WAIT_SECONDS)


@pytest.fixture
def serving(database_url: str, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with started(command, on=database_url, folder=tmp_path, port=port) as running:
        yield running


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def children_of(pid: int) -> list[int]:
    """The processes this one started, and those they started."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(grandchild for child in found for grandchild in children_of(child))]


def is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def listening_on(port: int) -> set[str]:
    """The addresses on which somebody listens on this port, of both kinds."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, number = local.partition(":")
            if state == LISTENS and int(number, 16) == port:
                whole = bytes.fromhex(address)[::-1]
                found.add(".".join(str(part) for part in whole) if len(whole) == 4 else address)
    return found


def until_it_serves(running: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    """Wait until it has printed that it can be opened, which it does once it answers."""
    end = time.monotonic() + WAIT_SECONDS
    while f"answers on http://127.0.0.1:{port} " not in (folder / "serve.log").read_text():
        assert running.poll() is None, "It ended before it answered."
        assert time.monotonic() < end, f"Expected an answer within {WAIT_SECONDS} seconds."
        time.sleep(0.2)
    assert answers(port)


@pytest.mark.long
@pytest.mark.feature("Q2")
@pytest.mark.sqlite_only
def test_make_run_alone_ends_at_a_sign_in_page_with_cases_to_look_at(
    empty_database_url: str, tmp_path: Path, port: int
) -> None:
    with started(["make", "run"], on=empty_database_url, folder=tmp_path, port=port) as running:
        until_it_serves(running, tmp_path, port)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()

    assert answer.status == http.client.OK
    assert "<h1" in page
    assert "Sign in" in page
    printed = (tmp_path / "serve.log").read_text()
    assert "olivia@eastmere.example" in printed
    assert "curl" in printed
    steps = ("Setting up", "Bringing the database up to date", "Making a world", "Starting on this machine only")
    assert sorted(printed.index(step) for step in steps) == [printed.index(step) for step in steps]


@pytest.mark.sqlite_only
def test_both_processes_start_for_this_machine_only_and_end_when_it_is_asked_to_stop(
    serving: subprocess.Popen[bytes], port: int, tmp_path: Path
) -> None:
    until_it_serves(serving, tmp_path, port)
    started = children_of(serving.pid)
    assert len(started) >= 2
    assert listening_on(port) == {"127.0.0.1"}

    serving.send_signal(signal.SIGINT)

    assert serving.wait(timeout=WAIT_SECONDS) == 0
    assert not [pid for pid in started if is_running(pid)]
    assert not answers(port)


@pytest.mark.sqlite_only
def test_when_the_worker_dies_the_web_server_does_not_go_on_without_a_clock(
    serving: subprocess.Popen[bytes], port: int, tmp_path: Path
) -> None:
    until_it_serves(serving, tmp_path, port)
    worker = next(
        pid for pid in children_of(serving.pid) if "worker" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    )

    os.kill(worker, signal.SIGKILL)

    assert serving.wait(timeout=WAIT_SECONDS) == 1
    assert not answers(port)
