"""Trying waiting messages again: chosen together, shown first, written only when somebody says so."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import at
from tests.feed import payloads
from tests.feed.conftest import CourtLink, the_case
from tests.reading import text_of
from witness_care import database
from witness_care.accounts.current import SYSTEM
from witness_care.cases.service import register_case
from witness_care.contacts.models import Duty
from witness_care.feed.models import FeedMessage, FeedWait

pytestmark = pytest.mark.feature("A4")
TRIAL = "2026-12-14T10:30:00Z"


@pytest.fixture
def court(desk: Desk) -> CourtLink:  # noqa: F811
    scopes = ["feed:common-platform", "feed:backfill"]
    return CourtLink(desk.app, a_key(desk.app, unit_ids=[desk.cast.unit], scopes=scopes))


@pytest.fixture
def overlooked(court: CourtLink) -> CourtLink:
    """A message whose case has come by now, and which nothing brings back by itself; and one whose case has not."""
    court.send(payloads.confirmed(TRIAL))
    court.send(payloads.listed("42ZZ0000199"))
    with database.writing() as session:
        session.execute(sa.delete(FeedWait))
    database.session().rollback()
    register_case(the_case(payloads.URN), actor=SYSTEM, now=at("2026-11-20 09:00"))
    database.session().rollback()
    assert states() == ["parked", "parked"]
    return court


def states() -> list[str]:
    database.session().rollback()
    query = sa.select(FeedMessage.state).order_by(FeedMessage.received_at, FeedMessage.id)
    return list(database.session().scalars(query))


def telling_duties() -> int:
    return database.session().scalar(sa.select(sa.func.count(Duty.id)).where(Duty.topic.not_like("task.%"))) or 0


@pytest.fixture
def sam(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("sam")


@pytest.mark.usefixtures("overlooked")
def test_the_page_says_what_would_change_and_writes_nothing(sam: FlaskClient) -> None:
    words = text_of(sam.get("/feed/replay"))

    assert "Of 2 messages, 1 would find its place." in words
    assert "1 would still wait. No case here has this URN or court id yet." in words
    assert "Leah Jones , case 42CF7700126: “tell them the trial date” will be owed" in words
    assert states() == ["parked", "parked"]
    assert telling_duties() == 0


@pytest.mark.usefixtures("overlooked")
def test_pressed_it_applies_what_has_its_place_with_its_first_time_of_receipt(sam: FlaskClient) -> None:
    answer = sam.post("/feed/replay", data={"reason": "", "since": ""})

    assert answer.status_code == 303
    assert "2 messages tried; 1 found its place" in text_of(sam.get(answer.location))
    assert sorted(states()) == ["applied", "parked"]
    duty = database.session().scalars(sa.select(Duty).where(Duty.topic == "hearing.when_where")).one()
    received = database.session().scalars(sa.select(FeedMessage.received_at).where(FeedMessage.state == "applied"))
    assert duty.clock_start == received.one()


@pytest.mark.usefixtures("overlooked")
def test_only_what_was_chosen_is_tried(sam: FlaskClient) -> None:
    assert "No court update is waiting like that." in text_of(sam.get("/feed/replay?reason=suspicious-date"))

    sam.post("/feed/replay", data={"reason": "suspicious-date", "since": ""})

    assert states() == ["parked", "parked"]


def test_a_day_that_is_none_is_refused_in_words(sam: FlaskClient) -> None:
    for answer in (sam.get("/feed/replay?since=soon"), sam.post("/feed/replay", data={"since": "2099-01-01"})):
        assert answer.status_code == 400
        assert "Enter a day such as 27 3 2026" in text_of(answer)


@pytest.mark.usefixtures("overlooked")
@pytest.mark.proves("SEC-04")
def test_an_administrator_sees_that_something_changes_and_for_nobody_by_name(desk: Desk) -> None:  # noqa: F811
    words = text_of(desk.as_("ada").get("/feed/replay"))

    assert "1 thing that is owed would change, for people who are not shown here." in words
    assert "Leah Jones" not in words


@pytest.mark.usefixtures("overlooked")
@pytest.mark.proves("SEC-04")
def test_an_officer_tries_nothing_again(desk: Desk) -> None:  # noqa: F811
    answer = desk.as_("noor").post("/feed/replay", data={})

    assert answer.status_code == 403

    assert states() == ["parked", "parked"]


@pytest.mark.usefixtures("overlooked")
def test_the_command_tries_them_and_a_dry_run_only_says_what_would_change(desk: Desk) -> None:  # noqa: F811
    run = desk.app.test_cli_runner().invoke

    dry: Any = run(args=["replay", "--dry-run"], catch_exceptions=False)
    assert "2 messages tried: 1 would find their place." in dry.output
    assert "1 still wait: unknown-case" in dry.output
    assert "would open" in dry.output
    assert states() == ["parked", "parked"]

    done = run(args=["replay", "--reason", "unknown-case", "--since", "2026-11-01"], catch_exceptions=False)
    assert "2 messages tried: 1 found their place." in done.output
    assert sorted(states()) == ["applied", "parked"]
    assert run(args=["replay", "--reason", "no-such-reason"]).exit_code == 2
