"""Whoever is named in an answer stands in the personal-data log before it leaves; if they cannot, nothing leaves.

Every page is read that can be reached from the pages and forms of the service, with the names of two made-up units.
"""

from __future__ import annotations

import contextlib
import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts.test_matrix import UNSAFE, Caller, people_of, programs_of, routes_of
from tests.applications import application_on, let_go
from tests.databases import SQLITE, Databases
from tests.two_units import Shown, Side, TwoUnits, two_units
from witness_care.audit.models import PersonalDataEntry
from witness_care.extensions import db

MOST_PAGES = 250
ATTRIBUTE = re.compile(r'\b(?:href|action|src)="([^"]*)"')
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of the log, as another connection saw it while the answer had not left yet."""

    actor_id: str
    subjects: frozenset[str]
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer to one reader, with the rows that were committed before its first byte."""

    reader: Caller
    what: str
    answer: TestResponse
    logged: tuple[Logged, ...]

    @property
    def text(self) -> str:
        return html.unescape(self.answer.text)

    @property
    def page(self) -> bool:
        return self.answer.mimetype == "text/html"


@dataclass(slots=True)
class Gate:
    """Stands between the application and the network: looks into the log at the moment an answer leaves."""

    app: Flask
    engine: sa.Engine
    logged: tuple[Logged, ...] = ()
    _last: int = 0

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        def leaving(*args: Any) -> Any:
            self.logged = self._since_last()
            return start_response(*args)

        return self.inside(environ, leaving)

    inside: Any = field(default=None)

    def _since_last(self) -> tuple[Logged, ...]:
        columns = (PersonalDataEntry.seq, PersonalDataEntry.actor_id)
        query = sa.select(*columns, PersonalDataEntry.subjects, PersonalDataEntry.field_groups)
        with self.engine.connect() as another:
            rows = another.execute(
                query.where(PersonalDataEntry.seq > self._last).order_by(PersonalDataEntry.seq)
            ).all()
        self._last = max((row.seq for row in rows), default=self._last)
        return tuple(
            Logged(row.actor_id, frozenset(one["participant"] for one in row.subjects), frozenset(row.field_groups))
            for row in rows
        )


@dataclass(slots=True)
class Reading:
    """Everything that was read, by whom, and what the technical log wrote meanwhile."""

    world: TwoUnits
    gate: Gate
    seen: list[Seen] = field(default_factory=list)
    written: str = ""


# What is noted, and when, no database decides; that each is written on either one is asked in tests/audit/test_ledger.
@pytest.fixture(scope="module", params=[SQLITE], ids=[SQLITE])
def reading(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reading]:
    """Olivia, Sam and a program of their unit read and send everything that they may."""
    with databases.fresh(request.param) as url:
        app = application_on(url, instance=tmp_path_factory.mktemp("reading"))
        app.config["PROPAGATE_EXCEPTIONS"] = False
        world = two_units(app)
        with app.app_context():
            gate = Gate(app, db.engine, inside=app.wsgi_app)
        app.wsgi_app = gate
        read = Reading(world, gate)
        with contextlib.redirect_stderr(io.StringIO()) as written:
            _read_all(read)
        read.written = written.getvalue()
        yield read
        let_go(app)


def _read_all(read: Reading) -> None:
    olivia, sam = (caller for caller in people_of(read.world) if caller.name in ("Olivia", "Sam"))
    program = programs_of(read.world)[2]
    for reader in (olivia, sam):
        _crawl(read, reader)
    for reader in (olivia, sam, program):
        for route in routes_of(read.world.app, UNSAFE if reader is not program else ("GET", *UNSAFE)):
            if route.is_api == (reader is program) and route.endpoint != "accounts.sign_out":
                _keep(read, reader, str(route), reader.ask(route, read.world.east.examples))


def _crawl(read: Reading, reader: Caller) -> None:
    """Open every page of the reader, and whatever its links lead to."""
    examples = read.world.east.examples
    waiting = [route.path(examples) for route in routes_of(read.world.app, ("GET",)) if not route.is_api]
    known = set(waiting)
    while waiting and len(known) < MOST_PAGES:
        path = waiting.pop(0)
        answer = reader.browser_open(path)
        _keep(read, reader, f"GET {path}", answer)
        if answer.mimetype != "text/html":
            continue
        for found in re.findall(r'<a\b[^>]*\bhref="(/[^"#]*)', answer.text):
            address = html.unescape(found)
            if address not in known and not address.startswith("/api/"):
                known.add(address)
                waiting.append(address)


def _keep(read: Reading, reader: Caller, what: str, answer: TestResponse) -> None:
    read.seen.append(Seen(reader, what, answer, read.gate.logged))


@contextlib.contextmanager
def nothing_can_be_written_down(engine: sa.Engine) -> Iterator[None]:
    """For a while the log takes no row: the database itself refuses, as it does when a disk is full."""
    sqlite = engine.dialect.name == "sqlite"
    body = "BEGIN SELECT RAISE(ABORT, 'full'); END" if sqlite else "FOR EACH ROW EXECUTE FUNCTION refuse_row()"
    refuse = "CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''full''; END'"
    plain = sa.create_engine(engine.url)  # the application's own connections only read, unless they are told to write
    with plain.begin() as connection:
        if not sqlite:
            connection.execute(sa.text(refuse))
        connection.execute(sa.text(f"CREATE TRIGGER no_row BEFORE INSERT ON personal_data_log {body}"))
    try:
        yield
    finally:
        with plain.begin() as connection:
            connection.execute(sa.text("DROP TRIGGER no_row" if sqlite else "DROP TRIGGER no_row ON personal_data_log"))
            if not sqlite:
                connection.execute(sa.text("DROP FUNCTION refuse_row"))
        plain.dispose()


# --- every name has its row ------------------------------------------------------------------------------------------


@pytest.mark.feature("N2")
@pytest.mark.proves("SEC-32")
def test_everybody_named_in_an_answer_was_on_record_before_it_left(reading: Reading) -> None:
    east = reading.world.east
    missing = [
        f"{one.reader.name}: {one.what} names {somebody.name}"
        for one in reading.seen
        for somebody in named_in(one.text, east)
        if not any(row.actor_id == actor_of(one.reader) and somebody.id in row.subjects for row in one.logged)
    ]
    assert not missing, "\n" + "\n".join(missing)
    named = {somebody.name for one in reading.seen for somebody in named_in(one.text, east)}
    assert named == {somebody.name for somebody in east.people}, "Somebody was never shown, so nothing was proved."


@pytest.mark.feature("N2")
@pytest.mark.proves("SEC-28", "SEC-32")
def test_what_is_sealed_is_shown_only_with_its_column_on_record(reading: Reading) -> None:
    words = reading.world.east.words
    columns = {
        words.phone: "contact_point.sealed_value",
        words.note: "person.safe_contact_note",
        words.safe_word: "person.safe_word",
        words.view: "concern_decision.reason",
        words.need: "need_note.text",
        words.worry: "closing_note.text",
        words.away: "availability_note.text",
        words.reply: "link_reply.text",
    }
    shown, missing = set(), []
    for one in reading.seen:
        for text, column in columns.items():
            if text in one.text:
                shown.add(text)
                if not any(column in row.fields for row in one.logged):
                    missing.append(f"{one.reader.name}: {one.what} shows what is in {column}")
    assert not missing, "\n" + "\n".join(missing)
    assert shown == columns.keys(), "Something sealed was never shown, so nothing was proved."


@pytest.mark.proves("SEC-32")
def test_nothing_sealed_is_opened_without_saying_whose_it_is(reading: Reading) -> None:
    with reading.world.app.app_context(), db.engine.connect() as connection:
        outcomes = connection.scalars(sa.select(PersonalDataEntry.outcome).distinct()).all()
    assert "unattributed" not in outcomes


# --- names stand on pages and nowhere else ---------------------------------------------------------------------------


@pytest.mark.proves("SEC-04", "SEC-41")
def test_no_address_title_or_header_holds_a_name_a_number_or_a_note(reading: Reading) -> None:
    words = reading.world.east.words
    parts = {part for somebody in reading.world.east.people for part in somebody.name.split()}
    traces = {*parts, words.phone, words.phone.replace(" ", ""), words.note, words.safe_word}
    wrong = []
    for one in reading.seen:
        titles = TITLE.findall(one.answer.text) if one.page else []
        # A telephone link is for the officer's own phone; nobody's log ever sees it.
        addresses = [found for found in ATTRIBUTE.findall(one.answer.text) if not found.startswith("tel:")]
        headers = [value for _, value in one.answer.headers]
        wrong += [
            f"{one.what}: {trace} in {place}"
            for place in map(html.unescape, (*titles, *(addresses if one.page else ()), *headers))
            for trace in traces
            if trace.casefold() in place.casefold()
        ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.proves("SEC-41")
def test_the_technical_log_names_nobody(reading: Reading) -> None:
    words = reading.world.east.words
    assert reading.written.count('"event": "request"') >= len(reading.seen)
    traces = [part for somebody in reading.world.east.people for part in somebody.name.split()]
    traces += [words.phone, words.phone[-6:], words.note, words.safe_word, reading.world.east.key["Authorization"][7:]]
    assert [trace for trace in traces if trace.casefold() in reading.written.casefold()] == []


# --- what several of them need ---------------------------------------------------------------------------------------


def named_in(text: str, side: Side) -> list[Shown]:
    """Everybody of a unit whose surname stands in a text."""
    return [somebody for somebody in side.people if somebody.name.split()[-1] in text]


def actor_of(reader: Caller) -> str | None:
    if reader.user:
        return reader.user
    return reader.side.program if reader.side else None


# --- and without its row nothing leaves ------------------------------------------------------------------------------

KEPT_OF_PEOPLE = ("case_event", "contact", "contact_point", "court_case", "defendant", "duty", "participant", "person")


def rows_kept(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {table: connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0 for table in KEPT_OF_PEOPLE}


def marks_of(side: Side) -> list[str]:
    """Whatever of somebody of this unit may stand in an answer: names, and what is sealed."""
    words = side.words
    return [*(somebody.name for somebody in side.people), words.phone, words.note, words.safe_word]


@pytest.mark.feature("N2")
@pytest.mark.proves("SEC-33")
def test_no_page_names_anybody_while_the_log_cannot_be_written(reading: Reading) -> None:
    """Every page that named somebody is asked for again, and says to try again; so does every other that would."""
    pages = {
        (one.reader.name, one.what): bool(named_in(one.text, reading.world.east))
        for one in reading.seen
        if one.what.startswith("GET /") and not one.what.startswith("GET /api/")
    }
    readers = {caller.name: caller for caller in people_of(reading.world)}
    wrong = []
    with nothing_can_be_written_down(reading.gate.engine):
        for (name, what), named in pages.items():
            answer = readers[name].browser_open(what.removeprefix("GET "))
            wrong += [f"{name}: {what} shows {mark}" for mark in marks_of(reading.world.east) if mark in answer.text]
            if named and answer.status_code != 503:
                wrong.append(f"{name}: {what} answered {answer.status_code}, not 503")
    assert not wrong, "\n" + "\n".join(wrong)
    assert sum(pages.values()) > 20, "Too few pages named anybody, so little was proved."


@pytest.mark.feature("N2")
@pytest.mark.proves("SEC-33")
def test_no_form_and_no_program_changes_or_learns_anything_while_the_log_cannot_be_written(reading: Reading) -> None:
    program = programs_of(reading.world)[2]
    people = [caller for caller in people_of(reading.world) if caller.name in ("Olivia", "Sam")]
    wrong: list[str] = []
    marks = marks_of(reading.world.east)
    before = rows_kept(reading.gate.engine)
    with nothing_can_be_written_down(reading.gate.engine):
        for caller in (*people, program):
            for route in routes_of(reading.world.app, UNSAFE if caller is not program else ("GET", *UNSAFE)):
                if route.is_api is not (caller is program) or route.endpoint == "accounts.sign_out":
                    continue
                text = caller.ask(route, reading.world.east.examples).text
                wrong += [f"{caller.name}: {route} shows {mark}" for mark in marks if mark in text]
    assert not wrong, "\n" + "\n".join(wrong)
    assert rows_kept(reading.gate.engine) == before
