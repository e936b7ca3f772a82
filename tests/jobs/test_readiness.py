"""`/healthz` and `/readyz`: what monitors ask, and that every red answer says what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import at, set_clock
from witness_care import database
from witness_care.columns import new_id
from witness_care.feed.models import FeedMessage
from witness_care.jobs import readiness
from witness_care.jobs.models import Heartbeat
from witness_care.jobs.regular import JOBS, Job, knows_enough_years
from witness_care.jobs.worker import run_once

NOW = "2026-11-24 10:00"


@pytest.fixture
def now(app: Flask) -> datetime:
    return set_clock(app, NOW)


@pytest.fixture
def beating(app: Flask, now: datetime) -> None:
    """Every job has just run."""
    beat(app, now)


def beat(app: Flask, started_at: datetime, **changes: Any) -> None:
    with app.app_context(), database.writing() as session:
        session.execute(sa.delete(Heartbeat))
        session.add_all(
            Heartbeat(
                job=job.name,
                interval_seconds=job.interval_seconds,
                started_at=started_at,
                ended_at=started_at,
                **changes,
            )
            for job in JOBS
        )


def checks(client: FlaskClient) -> tuple[int, dict[str, str]]:
    """The status, and the words of every check that is not well."""
    answer = client.get("/readyz")
    return answer.status_code, {
        check["name"]: check["words"] for check in answer.get_json()["checks"] if not check["ok"]
    }


def test_the_process_answers_without_asking_anything(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


@pytest.mark.usefixtures("beating")
def test_all_is_well_when_every_job_ran_and_the_tables_are_right(client: FlaskClient) -> None:
    assert checks(client) == (200, {})


def test_a_service_without_a_worker_says_how_to_start_one(client: FlaskClient) -> None:
    status, wrong = checks(client)

    assert status == 503
    assert "flask --app wsgi worker" in wrong["clock"]


def test_a_heartbeat_is_old_after_two_intervals_and_not_before(app: Flask, client: FlaskClient, now: datetime) -> None:
    beat(app, now)
    inbox = next(job for job in JOBS if job.name == "inbox")

    app.config["CLOCK"] = lambda: now + timedelta(seconds=2 * inbox.interval_seconds)
    assert checks(client) == (200, {})

    app.config["CLOCK"] = lambda: now + timedelta(seconds=2 * inbox.interval_seconds + 1)
    status, wrong = checks(client)
    assert status == 503
    assert inbox.words in wrong["clock"]


def test_a_job_that_failed_is_named_with_what_went_wrong(app: Flask, client: FlaskClient, now: datetime) -> None:
    beat(app, now, error="KeyError")

    status, wrong = checks(client)

    assert status == 503
    assert "failed (KeyError)" in wrong["clock"]


@pytest.mark.usefixtures("beating")
def test_tables_of_another_version_are_red(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "head.txt"
    newer.write_text("0099\n")
    monkeypatch.setattr(readiness, "HEAD_FILE", newer)

    status, wrong = checks(client)

    assert status == 503
    assert "0099" in wrong["tables"]
    assert "db upgrade" in wrong["tables"]


@pytest.mark.feature("A5")
@pytest.mark.parametrize(
    ("last", "silent"),
    [
        ("2026-11-23 09:00", False),  # the working day before
        ("2026-11-20 16:00", True),  # Friday, and it is Tuesday
    ],
)
@pytest.mark.usefixtures("beating")
def test_a_feed_is_silent_after_more_than_a_working_day(
    app: Flask, client: FlaskClient, last: str, silent: bool
) -> None:
    with app.app_context(), database.writing() as session:
        session.add(
            FeedMessage(
                id=new_id(),
                feed="common-platform",
                message_id="m-1",
                body_sha256="0" * 64,
                received_at=at(last),
                stored_at=at(last),
                state="applied",
            )
        )

    status, wrong = checks(client)

    assert (status, "court_updates" in wrong) == ((503, True) if silent else (200, False))


def test_a_job_writes_how_much_it_did(app: Flask, now: datetime) -> None:
    run_once(app, a_job(lambda _now: 7))

    with app.app_context():
        row = database.session().get_one(Heartbeat, "try")
        assert (row.started_at, row.ended_at, row.count, row.error) == (now, now, 7, None)


def test_a_job_that_fails_is_written_down_without_its_words_and_the_clock_goes_on(app: Flask, now: datetime) -> None:
    def fail(_now: datetime) -> int:
        raise ValueError("somebody's name")

    assert run_once(app, a_job(fail)) == 0

    with app.app_context():
        row = database.session().get_one(Heartbeat, "try")
        assert (row.ended_at, row.error) == (now, "ValueError")


def test_a_job_leaves_no_transaction_open_for_the_next(app: Flask, now: datetime) -> None:
    def read(_now: datetime) -> int:
        database.session().execute(sa.select(Heartbeat))
        return 1

    run_once(app, a_job(read))
    run_once(app, a_job(read))


@pytest.mark.parametrize(
    ("day", "known"), [("2026-11-24 10:00", True), ("2028-09-30 10:00", True), ("2028-10-01 10:00", False)]
)
def test_next_years_bank_holidays_must_be_known_from_october(day: str, known: bool) -> None:
    assert knows_enough_years(at(day)) is known


def test_every_job_runs_on_an_empty_database(app: Flask, now: datetime) -> None:
    for job in JOBS:
        run_once(app, job)

    with app.app_context():
        rows = database.session().scalars(sa.select(Heartbeat)).all()
        assert {row.job: row.error for row in rows} == {job.name: None for job in JOBS}


def a_job(run: Callable[[datetime], int]) -> Job:
    return Job(name="try", words="tries", interval_seconds=60, run=run)
