"""Plays a scenario against real processes that are killed at a fault point, as a sender or an officer would live it.

Whoever asks repeats the very same request until it is answered, as every client of ours must. Nothing here looks into
the service while it runs; what is checked afterwards is what is on disk.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.applications import application_on, let_go
from tests.cast import Cast, a_key, cast_of
from tests.emptying import is_emptied, shape
from tests.factories import at
from tests.reading import words_in
from witness_care import clock, config, database
from witness_care.accounts import sessions
from witness_care.faultpoints import Work
from witness_care.jobs.models import Heartbeat
from witness_care.jobs.regular import JOBS
from witness_care.jobs.worker import run_once

MORNING = at("2026-01-13 09:30")
UNREAD_FOR = timedelta(minutes=3)  # after two minutes the worker reads what was stored and not read
SCOPES = ("feed:common-platform", "feed:backfill", "cases:read", "cases:write", "contacts:write")
FEED = "/api/v1/feeds/common-platform"
OF_THE_INBOX = ("inbox", "parked")
MOST_TRIES = 25
WAIT_SECONDS = 120
ACKNOWLEDGED = (200, 201, 202, 303)


class Forks:
    """The process that starts all others; see `forks.py`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forks", str(folder)],
            cwd=config.REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def start(self, role: str, **order: Any) -> Group:
        assert self._running.stdin
        self._running.stdin.write(json.dumps({"role": role, **order}) + "\n")
        self._running.stdin.flush()
        return Group(self._answer()["pid"])

    def stop(self) -> None:
        self._running.communicate(timeout=WAIT_SECONDS)

    def _answer(self) -> dict[str, Any]:
        assert self._running.stdout
        answer: dict[str, Any] = json.loads(self._running.stdout.readline())
        return answer


@dataclass(frozen=True, slots=True)
class Group:
    """A process and those it started, which are a group of their own."""

    pid: int

    def is_running(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        until(lambda: not self.is_running(), "the processes are gone")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back in the end."""

    status: int
    text: str
    location: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.text.splitlines()]


@dataclass(kw_only=True)
class Play:
    """One run of a scenario on a database of its own. `kill_at` is a fault point of the web process, or none."""

    app: Flask
    cast: Cast
    url: str
    folder: Path
    forks: Forks
    headers: dict[str, str]
    began: float
    kill_at: str = ""
    worker_kill_at: str = ""
    deaths: int = 0
    worker_deaths: int = 0
    pages_read: int = 0
    acknowledged: list[str] = field(default_factory=list)
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    _groups: list[Group] = field(default_factory=list)
    _port: int = 0

    # --- what a sender does -----------------------------------------------------------------------------------

    def send(self, body: dict[str, Any]) -> Answer:
        answer = self._as_program("POST", f"{FEED}/messages", json.dumps(body), "application/json")
        self.acknowledged.append(answer.json["id"])
        return answer

    def send_batch(self, *lines: Any) -> Answer:
        raw = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        answer = self._as_program("POST", f"{FEED}/batches", raw, "application/x-ndjson")
        self.acknowledged += [line["id"] for line in answer.lines if line["status"] in ACKNOWLEDGED]
        return answer

    def put_case(self, urn: str, document: dict[str, Any]) -> Answer:
        return self._as_program("PUT", f"/api/v1/cases/{urn}", json.dumps(document), "application/json")

    def report_contact(self, participant: str, contact: dict[str, Any]) -> Answer:
        path = f"/api/v1/participants/{participant}/contacts"
        return self._as_program("POST", path, json.dumps(contact), "application/json")

    def get(self, path: str) -> Answer:
        return self._as_program("GET", path, "", "")

    def _as_program(self, method: str, path: str, body: str, kind: str) -> Answer:
        sent = self.headers | ({"Content-Type": kind} if kind else {})
        return self._insist(method, path, body, sent)[0]

    # --- what a person does -----------------------------------------------------------------------------------

    def open(self, name: str, path: str) -> Answer:
        return self._as_person(name, "GET", path, "")

    def submit(self, name: str, path: str, values: dict[str, Any], *, decided: str = "") -> Answer:
        """Send a form, and follow where it leads.

        `decided` is what the page says when the first sending had counted, and only its answer did not come.
        """
        sent = urllib.parse.urlencode(values, doseq=True)
        answer = self._as_person(name, "POST", path, sent)
        if answer.status == http.client.CONFLICT and self.deaths:
            assert decided in words_in(answer.text), answer.text
            assert decided
            return answer
        assert answer.status == http.client.SEE_OTHER, answer.text
        return self.open(name, answer.location)

    def _as_person(self, name: str, method: str, path: str, body: str) -> Answer:
        cookies = self._cookies.setdefault(name, {})
        sent = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
        if method == "POST":
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        answer, given = self._insist(method, path, body, sent)
        cookies.update(given)
        return answer

    def signs_in(self, name: str) -> None:
        with self.app.app_context(), database.writing():
            token = sessions.begin(getattr(self.cast, name), now=clock.now())
        self._cookies[name] = {self.app.config["SIGN_IN_COOKIE"]: token}

    # --- until it is answered ---------------------------------------------------------------------------------

    def _insist(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[Answer, dict[str, str]]:
        """Ask until an answer comes. No answer at all is a death of the process that served."""
        for _ in range(MOST_TRIES):
            try:
                answer, cookies = self._ask(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self.deaths += 1
                continue
            if answer.status == http.client.SERVICE_UNAVAILABLE:
                time.sleep(0.2)
                continue
            assert answer.status in (*ACKNOWLEDGED, http.client.CONFLICT), (
                f"{method} {path}: {answer.status} {answer.text[:400]}"
            )
            self.pages_read += method == "GET"
            return answer, cookies
        raise AssertionError(f"Expected an answer to {method} {path} within {MOST_TRIES} tries.")

    def _ask(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[Answer, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port or self._serve(), timeout=60)
        try:
            connection.request(method, path, body.encode(), headers)
            came = connection.getresponse()
            text = came.read().decode()
            given = SimpleCookie(came.getheader("Set-Cookie", ""))
            return (
                Answer(came.status, text, came.getheader("Location", "")),
                {name: morsel.value for name, morsel in given.items()},
            )
        finally:
            connection.close()

    # --- processes --------------------------------------------------------------------------------------------

    @property
    def web_record(self) -> Path:
        return self.folder / "web.points"

    @property
    def worker_record(self) -> Path:
        return self.folder / "worker.points"

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=time.time() - self.began)

    def _order(self, *, kill_at: str, record: Path, later: timedelta = timedelta()) -> dict[str, Any]:
        return {
            "url": self.url,
            "kill_at": kill_at,
            "record": str(record),
            "clock": (MORNING + later).isoformat(),
            "looked_at": self.began,
        }

    def _serve(self) -> int:
        port_file = self.folder / "port"
        order = self._order(kill_at=self.kill_at, record=self.web_record)
        self._groups.append(self.forks.start("web", port_file=str(port_file), **order))
        until(port_file.exists, "the web server listens")
        self._port = int(port_file.read_text())
        return self._port

    def settle(self, *, by_worker: bool) -> None:
        """Let time pass, and the regular jobs do what is left: in a worker process, or here."""
        if by_worker:
            if not self._worked(self.worker_kill_at):
                self.worker_deaths += 1
                self._worked("")
        else:
            self.app.config["CLOCK"] = lambda: self.now() + UNREAD_FOR
            for job in JOBS:
                if job.name in OF_THE_INBOX:
                    run_once(self.app, job)

    def _worked(self, kill_at: str) -> bool:
        """Run the worker until every job has run, or until it dies where it is to be killed; False when it died."""
        order = self._order(kill_at=kill_at, record=self.worker_record, later=UNREAD_FOR)
        begins = self.now() + UNREAD_FOR
        worker = self.forks.start("worker", **order)
        self._groups.append(worker)
        if kill_at:  # it may have ended every job before it dies
            until(lambda: not worker.is_running(), f"the worker dies at {kill_at}")
            assert self.worker_record.read_text().split()[-1] == kill_at.partition(":")[0], "It ended elsewhere."
            return False
        until(lambda: self._every_job_ran(begins), "every job ran")
        until(lambda: self._ends_passed() >= len(JOBS), "the worker passed the end of every job")
        worker.kill()
        return True

    def _every_job_ran(self, since: datetime) -> bool:
        """Say whether each job began since then and ended well."""
        with self.app.app_context():
            query = sa.select(Heartbeat.started_at, Heartbeat.ended_at, Heartbeat.error)
            rows = database.session().execute(query).all()
        well = [row for row in rows if row.started_at >= since and row.ended_at and not row.error]
        return len(well) == len(JOBS)

    def _ends_passed(self) -> int:
        points = self.worker_record.read_text().split() if self.worker_record.exists() else []
        return points.count(Work.END_JOB.after)

    def end(self) -> None:
        for group in self._groups:
            group.kill()


class Stage:
    """One application on one database, on which a scenario is played again and again from nothing.

    What the processes leave behind is cleared away between two runs; the application in the test stays, which is the
    dearest part of it.
    """

    def __init__(self, url: str, folder: Path, forks: Forks) -> None:
        self.url, self.folder, self.forks = url, folder, forks
        self.app = application_on(url, instance=folder)
        self._numbers = itertools.count(1)
        self._shape = shape(url) if url.startswith("postgresql") else ""
        if not self._shape:
            shutil.copyfile(self._file, folder / "empty.db")

    @contextmanager
    def playing(self, **kills: str) -> Iterator[Play]:
        """A play with its cast, an hour before anything happens."""
        self._empty()
        folder = self.folder / f"run-{next(self._numbers)}"
        folder.mkdir()
        self.app.config["CLOCK"] = lambda: MORNING - timedelta(hours=1)
        cast = cast_of(self.app)
        headers = a_key(self.app, unit_ids=[cast.unit], scopes=SCOPES)
        play = Play(
            app=self.app,
            cast=cast,
            url=self.url,
            folder=folder,
            forks=self.forks,
            headers=headers,
            began=time.time(),
            **kills,
        )
        try:
            yield play
        finally:
            play.end()

    def _empty(self) -> None:
        let_go(self.app)
        if self._shape:
            assert is_emptied(self.url, expected_shape=self._shape)
            return
        for beside in ("-wal", "-shm"):
            Path(f"{self._file}{beside}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / "empty.db", self._file)

    @property
    def _file(self) -> str:
        return sa.make_url(self.url).database or ""


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail with what was awaited."""
    end = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < end, f"Expected within {WAIT_SECONDS} seconds: {what}."
        time.sleep(0.005)
