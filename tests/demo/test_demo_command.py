"""`flask demo` on a real database: a few cases through the API, sign-ins that work, a message that moves a trial."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import QUICK
from tests.databases import application_on, let_go
from tests.factories import at, set_clock
from witness_care import database
from witness_care.cases.models import CourtCase
from witness_care.contacts.models import Duty
from witness_care.demo import stories
from witness_care.demo.stories import people
from witness_care.demo.world import PASSWORD, SHOW_CASE
from witness_care.people.models import Participant

NOW = "2026-11-25 11:20"


@pytest.fixture
def demo(app: Flask) -> Result:
    """A world of eight cases."""
    app.config["PASSWORD_HASHER"] = QUICK
    set_clock(app, NOW)
    return app.test_cli_runner().invoke(args=["demo", "--cases", "8"], catch_exceptions=False)


def open_duties(app: Flask, urn: str) -> list[Duty]:
    with app.app_context():
        return list(
            database.session().scalars(
                sa.select(Duty)
                .join(CourtCase, CourtCase.id == Duty.case_id)
                .where(CourtCase.urn == urn, Duty.closed_at.is_(None), Duty.topic == "hearing.when_where")
            )
        )


@pytest.mark.feature("O2")
def test_it_prints_sign_ins_that_work_and_makes_the_cases(app: Flask, client: FlaskClient, demo: Result) -> None:
    assert demo.exit_code == 0, demo.output
    assert "olivia@eastmere.example" in demo.output
    assert PASSWORD in demo.output
    with app.app_context():
        assert database.session().scalar(sa.select(sa.func.count()).select_from(CourtCase)) == 8
    page = client.get("/sign-in")
    token = page.get_data(as_text=True).split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "sign_in_name": "olivia@eastmere.example", "password": PASSWORD}
    signed_in = client.post("/sign-in", data=form, headers={"Origin": "http://localhost"})
    assert signed_in.status_code == 303, signed_in.get_data(as_text=True)[:500]


@pytest.mark.feature("Q1")
@pytest.mark.sqlite_only
def test_the_service_finds_nothing_wrong_with_the_made_up_cases(app: Flask, demo: Result) -> None:
    with app.app_context():
        checked = app.test_cli_runner().invoke(args=["fsck"], catch_exceptions=False)
    assert (checked.exit_code, checked.output) == (0, "0 findings in all checks.\n")


@pytest.mark.feature("A1")
def test_the_printed_message_moves_a_trial_once(app: Flask, client: FlaskClient, demo: Result, tmp_path: Path) -> None:
    message = json.loads((tmp_path / "demo" / "move-a-trial.json").read_text())
    key = (tmp_path / "demo" / "feed-key").read_text()
    assert open_duties(app, SHOW_CASE) == []
    set_clock(app, "2026-11-25 11:30")

    def post() -> tuple[int, str]:
        answer = client.post(
            "/api/v1/feeds/common-platform/messages", json=message, headers={"Authorization": f"Bearer {key}"}
        )
        return answer.status_code, answer.get_json()["state"]

    assert post() == (202, "applied")
    owed = open_duties(app, SHOW_CASE)
    with app.app_context():
        count = database.session().scalar(
            sa.select(sa.func.count())
            .select_from(Participant)
            .join(CourtCase, CourtCase.id == Participant.case_id)
            .where(CourtCase.urn == SHOW_CASE)
        )
    assert len(owed) == count
    assert {duty.due_at for duty in owed} == {at("2026-11-26 17:00")}
    assert post() == (200, "duplicate")
    assert len(open_duties(app, SHOW_CASE)) == count


def test_cases_that_nobody_has_count_from_when_they_came_to_the_unit(app: Flask) -> None:
    app.config["PASSWORD_HASHER"] = QUICK
    set_clock(app, NOW)
    with pytest.MonkeyPatch.context() as only:
        only.setattr(stories, "STORIES", {people.unallocated: 5})
        assert app.test_cli_runner().invoke(args=["demo"], catch_exceptions=False).exit_code == 0
    with app.app_context():
        waiting = list(
            database.session().scalars(sa.select(CourtCase.without_officer_since).where(CourtCase.officer_id.is_(None)))
        )
    assert len(waiting) == 5
    assert len(set(waiting)) >= 3
    assert max(waiting) < at("2026-11-25 00:00")


def test_with_upgrade_it_makes_the_tables_first_in_the_same_process(empty_database_url: str, tmp_path: Path) -> None:
    app = application_on(empty_database_url, instance=tmp_path)
    app.config["PASSWORD_HASHER"] = QUICK
    set_clock(app, NOW)

    made = app.test_cli_runner().invoke(args=["demo", "--upgrade", "--cases", "1"], catch_exceptions=False)
    again = app.test_cli_runner().invoke(args=["demo", "--upgrade", "--if-empty"], catch_exceptions=False)

    assert made.output.index("Bringing the database up to date") < made.output.index("Making a world")
    assert again.exit_code == 0
    assert "Making a world" not in again.output
    assert "olivia@eastmere.example" in again.output
    let_go(app)


def test_run_again_with_if_empty_it_only_says_how_to_look(app: Flask, demo: Result) -> None:
    again = app.test_cli_runner().invoke(args=["demo", "--if-empty"])
    refused = app.test_cli_runner().invoke(args=["demo"])

    assert again.exit_code == 0
    assert "olivia@eastmere.example" in again.output
    assert "curl" in again.output
    assert refused.exit_code == 1
    with app.app_context():
        assert database.session().scalar(sa.select(sa.func.count()).select_from(CourtCase)) == 8


@pytest.mark.sqlite_only
@pytest.mark.proves("SEC-31")
def test_no_made_up_data_goes_into_production(app: Flask) -> None:
    app.config["PRODUCTION"] = True

    refused = app.test_cli_runner().invoke(args=["demo"])

    assert refused.exit_code == 1
    assert "production" in refused.output


@pytest.mark.proves("SEC-41")
def test_the_command_shows_no_key_and_keeps_it_for_its_owner_only(demo: Result, tmp_path: Path) -> None:
    key = tmp_path / "demo" / "feed-key"

    assert key.read_text() not in demo.output
    assert key.stat().st_mode & 0o077 == 0
