"""Reading and writing: one unit of work, committed once, and no update lost."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.databases import application_on, let_go
from witness_care import create_app, database
from witness_care.accounts.models import Unit
from witness_care.accounts.permissions import route_policy
from witness_care.columns import new_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_unit(code: str = "ESX", *, count: int = 0) -> Unit:
    return Unit(id=new_id(), code=code, name=code, settings={"count": count}, created_at=NOON)


def add_a_unit_and_fail(*, inner: bool = False) -> None:
    with database.writing() as session:
        with database.writing() if inner else nullcontext():
            session.add(a_unit())
            session.flush()
        raise KeyError


def add(unit: Unit) -> None:
    with database.writing() as session:
        session.add(unit)


def codes() -> list[str]:
    return sorted(database.session().scalars(sa.select(Unit.code)))


def test_what_is_written_in_a_unit_of_work_is_there_afterwards(app: Flask) -> None:
    with app.app_context():
        with database.writing() as session:
            session.add(a_unit())
        assert codes() == ["ESX"]


def test_a_unit_of_work_that_fails_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(KeyError):
            add_a_unit_and_fail()
        assert codes() == []
        assert not database.is_writing()


def test_an_inner_unit_of_work_joins_the_outer_and_is_undone_with_it(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(KeyError):
            add_a_unit_and_fail(inner=True)
        assert codes() == []


def test_a_transaction_that_reads_refuses_to_write(app: Flask) -> None:
    with app.app_context():
        assert codes() == []
        with pytest.raises(sa.exc.DBAPIError):
            database.session().execute(sa.delete(Unit))
        database.session().rollback()
        with database.writing() as session:
            session.add(a_unit())
        with pytest.raises(sa.exc.DBAPIError):
            database.session().execute(sa.delete(Unit))


def test_what_was_read_before_is_read_again_under_the_lock(app: Flask) -> None:
    with app.app_context():
        with database.writing() as session:
            session.add(a_unit(count=1))
        unit = database.session().scalars(sa.select(Unit)).one()
        with app.app_context(), database.writing() as elsewhere:
            elsewhere.scalars(sa.select(Unit)).one().settings = {"count": 2}
        with database.writing():
            assert unit.settings == {"count": 2}


def test_a_change_outside_a_unit_of_work_is_refused_when_the_next_one_opens(app: Flask) -> None:
    with app.app_context():
        database.session().add(a_unit())
        with pytest.raises(RuntimeError, match="outside writing"), database.writing():
            pass
        database.session().rollback()


def test_an_answer_with_an_unsaved_change_is_an_error(app: Flask) -> None:
    @route_policy(permission="anyone")
    def forgetful() -> str:
        database.session().add(a_unit())
        return "saved"

    app.add_url_rule("/forgetful", view_func=forgetful)
    with pytest.raises(RuntimeError, match="left in the session"):
        app.test_client().get("/forgetful")


def test_no_update_is_lost_when_six_writers_raise_one_number(app: Flask) -> None:
    writers, times = 6, 20
    with app.app_context(), database.writing() as session:
        session.add(a_unit(count=0))

    def raise_it() -> None:
        for _ in range(times):
            with app.app_context(), database.writing() as session:
                unit = session.scalars(sa.select(Unit).with_for_update()).one()
                unit.settings = {"count": unit.settings["count"] + 1}

    threads = [threading.Thread(target=raise_it) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert database.session().scalars(sa.select(Unit)).one().settings == {"count": writers * times}


@pytest.mark.sqlite_only
def test_sqlite_commits_to_disk_keeps_foreign_keys_and_waits_for_its_writer(app: Flask) -> None:
    with app.app_context():
        pragmas = {
            name: database.session().scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}


@pytest.mark.postgres_only
def test_postgresql_gives_up_before_a_request_would(app: Flask) -> None:
    with app.app_context():
        settings = {
            name: database.session().scalar(sa.text(f"SHOW {name}"))
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone")
        }
    assert list(settings.values()) == ["10s", "3s", "15s", "UTC"]


def test_an_instant_comes_back_in_utc_to_the_microsecond(app: Flask) -> None:
    given = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with app.app_context():
        with database.writing() as session:
            unit = a_unit()
            unit.created_at = given
            session.add(unit)
        kept = database.session().scalar(sa.select(Unit.created_at))
    assert kept == given
    assert kept.tzinfo is UTC
    assert kept.hour == 0


def test_instants_sort_and_compare_as_time_does(app: Flask) -> None:
    base = datetime(2026, 3, 2, 12, tzinfo=UTC)
    steps = [timedelta(microseconds=1), timedelta(0), timedelta(days=-1), timedelta(seconds=1)]
    with app.app_context():
        with database.writing() as session:
            for number, step in enumerate(steps):
                unit = a_unit(str(number))
                unit.created_at = base + step
                session.add(unit)
        ordered = database.session().scalars(sa.select(Unit.code).order_by(Unit.created_at)).all()
        later = database.session().scalars(sa.select(Unit.code).where(Unit.created_at > base)).all()
    assert ordered == ["2", "1", "0", "3"]
    assert sorted(later) == ["0", "3"]


def test_a_time_without_a_zone_is_refused(app: Flask) -> None:
    unit = a_unit()
    unit.created_at = datetime(2026, 3, 2, 12)  # noqa: DTZ001
    with app.app_context(), pytest.raises(sa.exc.StatementError, match="an instant with an offset"):
        add(unit)


def test_a_choice_that_is_not_on_the_list_is_refused_by_the_database_itself(app: Flask) -> None:
    insert = sa.text(
        "INSERT INTO app_user (id, sign_in_name, display_name, password_hash, role, created_at) "
        "VALUES ('1', 'x', 'x', 'x', 'king', '2026-03-02T12:00:00.000000Z')"
    )
    with app.app_context(), pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.execute(insert)


@pytest.mark.postgres_only
def test_production_does_not_start_on_a_database_that_may_forget_a_commit(database_url: str, tmp_path: Path) -> None:
    before = application_on(database_url, instance=tmp_path)
    with before.app_context(), database.writing() as session:
        name = session.scalar(sa.text("SELECT current_database()"))
        session.execute(sa.text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    let_go(before)
    keys = {"WC_FIELD_KEYS": "1:" + "a" * 43 + "=", "WC_INDEX_KEY": "b" * 43 + "="}
    settings = {"WC_ENV": "production", "WC_SECRET_KEY": "s" * 40, "WC_HOSTS": "care.unit.example", **keys}
    app = create_app({**settings, "DATABASE_URL": database_url, "WC_INSTANCE": tmp_path})
    with app.app_context(), pytest.raises(RuntimeError, match="synchronous_commit to be on"):
        codes()
    let_go(app)


@pytest.mark.postgres_only
def test_a_request_whose_connection_was_ended_says_when_to_try_again(app: Flask) -> None:
    @route_policy(permission="anyone")
    def cut_off() -> str:
        database.session().execute(sa.text("SET idle_in_transaction_session_timeout = 20"))
        time.sleep(0.5)
        return str(database.session().scalar(sa.text("SELECT 1")))

    app.add_url_rule("/cut_off", view_func=cut_off)
    answer = app.test_client().get("/cut_off")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert app.test_client().get("/sign-in").status_code == 200
