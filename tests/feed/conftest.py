"""A court's link to the service, and a case of Olivia's unit that the court knows by its own ids."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import Cast, a_key, cast_of
from tests.factories import a_victim, at
from tests.feed import payloads
from witness_care.accounts.current import SYSTEM
from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, OtherId
from witness_care.cases.service import Registered, register_case
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.feed.models import FeedMessage

ADDRESS = "/api/v1/feeds/common-platform"
NOW = "2026-01-13 09:00"


@dataclass(frozen=True, slots=True)
class CourtLink:
    """Sends messages as the court does, and looks at what the service made of them."""

    app: Flask
    key: dict[str, str]

    def send(self, body: Any, **headers: str) -> TestResponse:
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.app.test_client().post(f"{ADDRESS}/messages", data=raw, headers=self.key | sent)

    def send_batch(self, *lines: Any) -> TestResponse:
        raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        headers = self.key | {"Content-Type": "application/x-ndjson"}
        return self.app.test_client().post(f"{ADDRESS}/batches", data=raw, headers=headers)

    def look_at(self, message_id: str) -> TestResponse:
        return self.app.test_client().get(f"{ADDRESS}/messages/{message_id}", headers=self.key)

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        """Read the database of the test."""
        with self.app.app_context():
            return list(session().execute(query))

    def row(self, query: sa.Select[Any]) -> Any:
        [found] = self.rows(query)
        return found[0] if len(found) == 1 else found

    def register(
        self, urn: str = payloads.URN, *, now: str = "2025-12-01 09:00", unit: str = "ESX", court_ids: bool = True
    ) -> Registered:
        """Take the case on; `court_ids` says whether the unit knows the court's ids of case, defendant and offence."""
        with self.app.app_context():
            return register_case(the_case(urn, unit=unit, court_ids=court_ids), actor=SYSTEM, now=at(now))

    def open_duties(self) -> list[Any]:
        """What is owed now, but for tasks: rows of topic, value, clock_start, due_at."""
        return self.rows(
            sa.select(Duty.topic, Duty.value, Duty.clock_start, Duty.due_at)
            .where(Duty.closed_at.is_(None), Duty.topic.not_like("task.%"))
            .order_by(Duty.topic, Duty.id)
        )

    def states(self) -> list[tuple[str, str]]:
        """State and reason of every message, in the order in which they were stored."""
        query = sa.select(FeedMessage.state, FeedMessage.reason).order_by(FeedMessage.stored_at, FeedMessage.id)
        return [tuple(row) for row in self.rows(query)]

    def opened_body(self) -> str:
        """The body of the only message, as it was stored."""
        with self.app.app_context():
            row = session().scalars(sa.select(FeedMessage)).one()
            return row.body.open(row.id)


def the_case(urn: str, *, unit: str = "ESX", court_ids: bool = True) -> CaseGiven:
    def known_as(name: str) -> tuple[OtherId, ...]:
        return (OtherId("cp", name),) if court_ids else ()

    defendant = DefendantGiven(
        id="D1",
        name="Testy Testperson",
        identifiers=known_as(payloads.DEFENDANT),
        offences=(OffenceGiven(id="O1", title="Wounding", identifiers=known_as(payloads.OFFENCE)),),
    )
    return CaseGiven(
        urn=urn,
        unit=unit,
        officer="",
        identifiers=known_as(payloads.CASE),
        defendants=(defendant,),
        participants=(a_victim(),),
    )


def lines_of(answer: TestResponse) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def let_time_pass(app: Flask, start: str = NOW) -> datetime:
    """Let the application's clock start at a London time and go on a second whenever it is read."""
    began, seconds = at(start), itertools.count()
    app.config["CLOCK"] = lambda: began + timedelta(seconds=next(seconds))
    return began


@pytest.fixture
def cast(app: Flask) -> Cast:
    let_time_pass(app)
    return cast_of(app)


@pytest.fixture
def court(app: Flask, cast: Cast) -> CourtLink:
    return CourtLink(app, a_key(app, unit_ids=[cast.unit], scopes=["feed:common-platform", "feed:backfill"]))
