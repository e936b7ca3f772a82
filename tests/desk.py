"""A unit at work: Monday 30 November 2026, 9:42am, Olivia at her desk."""

import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast, cast_of, signed_in
from tests.factories import set_clock
from witness_care import database

MONDAY = "2026-11-30 09:42"


class Outside(FlaskClient):
    """A browser: its requests share nothing with the context of the test that sends them."""

    def open(self, *args: Any, **more: Any) -> Any:
        answer = contextvars.Context().run(lambda: super(Outside, self).open(*args, **more))
        database.session().rollback()  # what the test reads next is as the request left it
        return answer


@dataclass(frozen=True, slots=True)
class Desk:
    """The application with its cast; `as_` opens a signed-in browser of somebody."""

    app: Flask
    cast: Cast

    def as_(self, name: str) -> FlaskClient:
        return signed_in(self.app, getattr(self.cast, name))

    def clock(self, text: str) -> None:
        set_clock(self.app, text)


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Outside
    set_clock(app, MONDAY)
    with app.app_context():
        yield Desk(app, cast_of(app))


@pytest.fixture
def statements(app: Flask) -> Iterator[Callable[[], list[str]]]:
    """Every statement sent to the database since the last time it was asked."""
    import sqlalchemy as sa

    from witness_care.extensions import db

    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("PRAGMA", "BEGIN", "SET TRANSACTION")):
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
