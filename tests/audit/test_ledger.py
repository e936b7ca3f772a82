"""The personal-data log: written before the answer leaves, in the transaction that changes, or nothing leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from flask.testing import FlaskClient

from tests.cast import Cast, cast_of, signed_in
from witness_care import database, sealing
from witness_care.accounts.models import Unit
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.audit.models import Category, PersonalDataEntry
from witness_care.audit.queries import Wanted, about, entries
from witness_care.columns import new_id
from witness_care.sealing import Plain, Sealed

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
COLUMN = "contact_point.sealed_value"


@pytest.fixture
def cast(app: Flask) -> Cast:
    app.config.update(CLOCK=lambda: NINE, PROPAGATE_EXCEPTIONS=False)
    return cast_of(app)


@pytest.fixture
def olivia(app: Flask, cast: Cast) -> FlaskClient:
    return signed_in(app, cast.olivia)


@pytest.fixture
def page(app: Flask) -> Callable[..., None]:
    """Adds a page that anybody signed in may open."""

    def add(
        path: str, view: Callable[..., object], *, category: str = "consultation", methods: tuple[str, ...] = ("GET",)
    ) -> None:
        declared = route_policy(permission="signed_in", category=category)(view)
        app.extensions["csrf"].exempt(declared)
        app.add_url_rule(path, view_func=declared, methods=list(methods))

    return add


@pytest.fixture
def log(app: Flask) -> Callable[[], list[PersonalDataEntry]]:
    """Reads the log, oldest row first."""

    def read() -> list[PersonalDataEntry]:
        with app.app_context():
            return list(database.session().scalars(sa.select(PersonalDataEntry).order_by(PersonalDataEntry.seq)))

    return read


Log = Callable[[], list[PersonalDataEntry]]
Page = Callable[..., None]


@pytest.fixture(autouse=True)
def _kept(app: Flask) -> Iterator[None]:
    yield
    app.extensions["sealing_reports"][:] = app.extensions["sealing_reports"][:1]


def seal(text: str, row: str) -> Sealed:
    return Sealed(COLUMN, sealing.seal(COLUMN, Plain(text, row)))


@pytest.mark.feature("N2")
@pytest.mark.proves("SEC-32")
def test_who_opened_whose_page_and_when_is_on_record(olivia: FlaskClient, cast: Cast, page: Page, log: Log) -> None:
    def person(participant: str) -> str:
        ledger.note(case_id="case-1", subjects=[(participant, "victim")], fields="name")
        return "a name"

    page("/probe/<participant>", person)
    assert olivia.get("/probe/p1").status_code == 200
    (row,) = log()
    assert row.category is Category.CONSULTATION
    assert (row.actor_type, row.actor_id, row.role, row.unit_id) == ("user", cast.olivia, "officer", cast.unit)
    assert (row.case_id, row.subjects) == ("case-1", [{"participant": "p1", "category": "victim"}])
    assert (row.field_groups, row.row_count, row.outcome) == (["name"], 1, "done")
    assert (row.at, row.route, row.ip) == (NINE, "/probe/<participant>", "127.0.0.1")
    assert row.session_hash
    assert row.request_id


@pytest.mark.proves("SEC-32")
def test_the_row_is_committed_before_the_answer_leaves(app: Flask, olivia: FlaskClient, page: Page, log: Log) -> None:
    seen: list[int] = []

    def streamed() -> Response:
        ledger.note(case_id="case-1", subjects=[("p1", "witness")], fields="name")

        def body() -> Iterator[bytes]:
            seen.append(len(log()))
            yield b"a name"

        return Response(body())

    page("/probe", streamed)
    assert olivia.get("/probe").data == b"a name"
    assert seen == [1]


@pytest.mark.proves("SEC-32")
def test_a_list_has_a_row_for_each_case_and_names_everybody_shown(olivia: FlaskClient, page: Page, log: Log) -> None:
    def people() -> str:
        rows = [("case-1", "p1", "victim"), ("case-2", "p2", "witness"), ("case-1", "p3", "both")]
        ledger.note_participants(rows, fields="name")
        return "names"

    page("/probe", people)
    olivia.get("/probe")
    assert [(row.case_id, [subject["participant"] for subject in row.subjects], row.row_count) for row in log()] == [
        ("case-1", ["p1", "p3"], 2),
        ("case-2", ["p2"], 1),
    ]


@pytest.mark.proves("SEC-32")
def test_an_opened_value_adds_its_column_to_the_row(olivia: FlaskClient, page: Page, log: Log) -> None:
    def revealed() -> str:
        ledger.note(case_id="case-1", subjects=[("p1", "victim")], fields="name")
        return seal("07700 900123", "row-1").open("row-1")

    page("/probe", revealed)
    assert olivia.get("/probe").text == "07700 900123"
    (row,) = log()
    assert row.field_groups == [COLUMN, "name"]


@pytest.mark.proves("SEC-32")
def test_a_value_opened_without_saying_whose_is_on_record_all_the_same(
    olivia: FlaskClient, page: Page, log: Log
) -> None:
    page("/probe", lambda: seal("07700 900123", "row-1").open("row-1"))
    olivia.get("/probe")
    (row,) = log()
    assert (row.outcome, row.field_groups, row.subjects) == ("unattributed", [COLUMN], [])


@pytest.mark.proves("SEC-33")
def test_when_the_log_cannot_be_written_nothing_is_told(
    app: Flask, olivia: FlaskClient, page: Page, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def person() -> str:
        ledger.note(case_id="case-1", subjects=[("p1", "victim")], fields="name")
        return "Canary"

    page("/probe", person)
    page("/api-like", person, methods=("POST",))

    def full(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(ledger, "_insert", full)
    for answer in (olivia.get("/probe"), olivia.post("/api-like")):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "Canary" not in answer.text
        assert "Content-Security-Policy" in answer.headers
    assert log() == []


@pytest.mark.proves("SEC-33")
def test_when_the_log_cannot_be_written_nothing_is_changed(
    app: Flask, olivia: FlaskClient, cast: Cast, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("/probe", rename_a_unit, category="alteration", methods=("POST",))

    def full(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(ledger, "_insert", full)
    assert olivia.post("/probe").status_code == 503
    with app.app_context():
        assert "Renamed" not in database.session().scalars(sa.select(Unit.name)).all()


WITHOUT_RECIPIENT = (
    "INSERT INTO personal_data_log (at, category, actor_type, actor_id, request_id, route, subjects, field_groups, "
    "row_count, outcome) VALUES "
    "('2026-03-02T09:00:00.000000Z', 'disclosure', 'user', 'u', 'r', '', '[]', '[]', 1, 'done')"
)


def rename_a_unit() -> str:
    with database.writing() as session:
        session.execute(sa.update(Unit).where(Unit.code == "ESX").values(name="Renamed"))
        ledger.note("alteration", case_id="case-1", subjects=[("p1", "victim")], fields="safe contact")
    return "done"


@pytest.mark.proves("SEC-32")
def test_a_change_is_on_record_exactly_when_it_was_made(olivia: FlaskClient, page: Page, log: Log) -> None:
    def fails() -> str:
        with database.writing():
            ledger.note(case_id="case-1", subjects=[("p2", "victim")], fields="name")
            ledger.note("alteration", case_id="case-1", subjects=[("p1", "victim")], fields="safe contact")
            raise ZeroDivisionError

    page("/made", rename_a_unit, category="alteration", methods=("POST",))
    page("/undone", fails, category="consultation", methods=("POST",))
    assert olivia.post("/made").status_code == 200
    assert [row.category for row in log()] == [Category.ALTERATION]
    assert olivia.post("/undone").status_code == 500
    assert [row.category for row in log()] == [Category.ALTERATION, Category.CONSULTATION]


def test_after_the_answer_is_made_nothing_more_can_be_seen(app: Flask, olivia: FlaskClient, page: Page) -> None:
    def late() -> Response:
        sealed = seal("07700 900123", "row-1")

        def body() -> Iterator[str]:
            yield sealed.open("row-1")

        from flask import stream_with_context

        return Response(stream_with_context(body()))

    page("/probe", late)
    with pytest.raises(RuntimeError, match="before the answer is made"):
        olivia.get("/probe", buffered=True)


def test_a_page_that_shows_nobody_leaves_no_row(olivia: FlaskClient, log: Log) -> None:
    assert olivia.get("/account").status_code == 200
    assert log() == []


def test_a_job_writes_its_notes_with_its_work_and_as_the_service(app: Flask, log: Log) -> None:
    with app.app_context(), database.writing():
        ledger.note("erasure", case_id="case-1", subjects=[("p1", "other")], fields="contact details")
    (row,) = log()
    assert (row.actor_type, row.category) == ("system", Category.ERASURE)


@pytest.mark.parametrize("statement", ["UPDATE personal_data_log SET actor_id = 'x'", "DELETE FROM personal_data_log"])
@pytest.mark.proves("SEC-34")
def test_a_row_of_the_log_can_be_neither_changed_nor_deleted(app: Flask, statement: str) -> None:
    with app.app_context():
        with database.writing():
            ledger.note("erasure", case_id="case-1", fields="contact details")
        with pytest.raises(sa.exc.DBAPIError, match="only ever added"), database.writing() as session:
            session.execute(sa.text(statement))


def test_a_disclosure_needs_a_recipient(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ValueError, match="Expected a recipient"):
            ledger.note("disclosure", case_id="case-1", fields="name")
        with database.writing() as session:
            ledger.note("disclosure", case_id="case-1", fields="name", recipient="Victim Contact Scheme")
        with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
            session.execute(sa.text(WITHOUT_RECIPIENT))


def test_the_log_is_read_newest_first_a_page_at_a_time_and_by_whom_it_is_about(app: Flask) -> None:
    with app.app_context():
        for number in range(5):
            with database.writing():
                ledger.note("collection", case_id=f"case-{number % 2}", subjects=[(f"p{number}", "witness")])
        newest = entries(Wanted(), rows=2)
        assert [row.case_id for row in newest] == ["case-0", "case-1"]
        older = entries(Wanted(), before_seq=newest[-1].seq)
        assert [row.seq for row in older] == sorted((row.seq for row in older), reverse=True)
        assert len(older) == 3
        assert len(entries(Wanted(case_id="case-1", category=Category.COLLECTION))) == 2
        assert [row.subjects[0]["participant"] for row in about("p3", in_cases=["case-1"])] == ["p3"]
        assert entries(Wanted(actor_id=new_id())) == []
