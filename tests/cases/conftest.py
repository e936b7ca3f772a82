"""A program that sends and reads cases of Olivia's unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cases.documents import URN, a_document
from tests.cast import Cast, a_key, cast_of
from tests.factories import set_clock
from witness_care.extensions import db

SCOPES = ("cases:read", "cases:write", "contacts:write")
Put = Callable[..., TestResponse]
Sent = Callable[[], list[str]]


@pytest.fixture
def cast(app: Flask) -> Cast:
    set_clock(app, "2026-11-24 10:00")
    return cast_of(app)


@pytest.fixture
def headers(app: Flask, cast: Cast) -> dict[str, str]:
    return a_key(app, unit_ids=[cast.unit], scopes=SCOPES)


@pytest.fixture
def put(client: FlaskClient, headers: dict[str, str]) -> Put:
    """Send a document, by default of the usual case, and give the answer."""

    def send(
        document: dict[str, Any] | None = None, *, urn: str = URN, key: dict[str, str] | None = None
    ) -> TestResponse:
        sent = a_document() if document is None else document
        return client.put(f"/api/v1/cases/{urn}", json=sent, headers=key or headers)

    return send


@pytest.fixture
def read(client: FlaskClient, headers: dict[str, str]) -> Callable[..., Any]:
    """Read the usual case."""

    def get(urn: str = URN) -> Any:
        answer = client.get(f"/api/v1/cases/{urn}", headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    return get


@pytest.fixture
def statements(app: Flask) -> Iterator[Sent]:
    """Every statement sent to the database since the last time it was asked."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "SET")):
            seen.append(statement)

    def take() -> list[str]:
        taken = list(seen)
        seen.clear()
        return taken

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield take
    sa.event.remove(engine, "before_cursor_execute", note)
