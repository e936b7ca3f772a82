"""The worker as real processes: one leads, another takes over when it is killed, and nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cases.documents import URN, a_document
from tests.cast import a_key, cast_of
from tests.feed.payloads import CASE, listed
from witness_care import config, database
from witness_care.casework.models import JournalEvent
from witness_care.feed import replay
from witness_care.feed.models import FeedPart
from witness_care.jobs.leader import leader_lock
from witness_care.jobs.models import Heartbeat
from witness_care.jobs.regular import JOBS

STARTS_WITHIN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Process:
    """One worker; its log is what it wrote to standard error."""

    running: subprocess.Popen[bytes]
    log: Path

    @property
    def leads(self) -> bool:
        return "worker_leads" in self.events()

    def events(self) -> list[str]:
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [json.loads(line).get("event", "") for line in lines if line.startswith("{")]


Start = Callable[[str], Process]


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Start a worker process on the database of the test; all of them are stopped at the end."""
    started: list[Process] = []

    def begin(name: str) -> Process:
        log = tmp_path / f"{name}.log"
        environment = os.environ | {"DATABASE_URL": database_url, "WC_INSTANCE": str(tmp_path), "WC_LOG_LEVEL": "INFO"}
        with log.open("wb") as errors:
            running = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
                cwd=config.REPOSITORY,
                env=environment,
                stderr=errors,
                stdout=errors,
            )
        process = Process(running, log)
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.running.poll() is None:
            process.running.terminate()
    for process in started:
        process.running.wait(timeout=30)


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail with what was awaited."""
    end = time.monotonic() + STARTS_WITHIN_SECONDS
    while not true():
        assert time.monotonic() < end, f"Expected within {STARTS_WITHIN_SECONDS} seconds: {what}."
        time.sleep(0.1)


def heartbeats(app: Flask) -> dict[str, Heartbeat]:
    with app.app_context():
        return {row.job: row for row in database.session().scalars(sa.select(Heartbeat))}


def test_one_of_two_workers_leads_and_the_other_takes_over_when_it_is_killed(app: Flask, start: Start) -> None:
    first = start("first")
    until(lambda: first.leads, "the first worker leads")
    second = start("second")
    until(lambda: len(heartbeats(app)) == len(JOBS), "every job has run")
    time.sleep(3)  # longer than the second one needs to ask for the lead
    assert not second.leads

    os.kill(first.running.pid, signal.SIGKILL)

    until(lambda: second.leads, "the second worker leads")


@pytest.mark.feature("A4")
def test_two_workers_apply_what_was_waiting_once(
    app: Flask, client: FlaskClient, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = cast_of(app)
    key = a_key(app, unit_ids=[cast.unit], scopes=("cases:write", "feed:common-platform"))
    parked = client.post("/api/v1/feeds/common-platform/messages", json=listed(URN), headers=key)
    assert parked.get_json()["state"] == "parked"
    with monkeypatch.context() as without_redriving:
        without_redriving.setattr(replay, "redrive", lambda _case_id: 0)
        document = a_document(identifiers=[{"namespace": "cp", "id": CASE}])
        assert client.put(f"/api/v1/cases/{URN}", json=document, headers=key).status_code == 201

    start("first")
    start("second")

    def waiting() -> int:
        with app.app_context():
            parts = sa.select(sa.func.count()).select_from(FeedPart).where(FeedPart.state == "parked")
            return database.session().scalar(parts) or 0

    until(lambda: waiting() == 0, "the parked message is applied")
    with app.app_context():
        applied = sa.select(sa.func.count()).select_from(JournalEvent).where(JournalEvent.kind == "HearingListed")
        assert database.session().scalar(applied) == 1


def test_a_worker_that_is_asked_to_stop_ends_cleanly_and_frees_the_lead(app: Flask, start: Start) -> None:
    worker = start("only")
    until(lambda: worker.leads, "the worker leads")

    worker.running.terminate()

    assert worker.running.wait(timeout=30) == 0
    lock = leader_lock(app)
    assert lock.take()
    lock.release()


def test_the_lead_is_held_by_one_until_it_is_released(app: Flask) -> None:
    first, second = leader_lock(app), leader_lock(app)

    assert first.take()
    assert first.is_held()
    assert first.take(), "asked again, the holder still holds it"
    assert not second.take()
    assert not second.is_held()

    first.release()

    assert second.take()
    second.release()


@pytest.mark.sqlite_only
def test_a_lock_file_that_was_replaced_is_no_lock_any_more(app: Flask) -> None:
    lock = leader_lock(app)
    assert lock.take()
    path = Path(str(sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database) + ".worker-lock")

    path.unlink()
    path.touch()

    assert not lock.is_held()
    lock.release()
