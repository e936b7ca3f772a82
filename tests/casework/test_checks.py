"""Every kind of damage that the checks promise to find is planted by hand, and named."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.casework.world import a_small_case, applied, at
from witness_care.casework.checks import CHECKS, check
from witness_care.contacts.models import Contact, Duty, DutyHistory
from witness_care.database import session, writing

NOW = at("2026-02-02 09:00")


@pytest.fixture(autouse=True)
def _a_case_with_history(app: Flask):
    with app.app_context():
        case = a_small_case(witnesses=2)
        applied(case.listed("2026-03-09", "2026-01-12 10:00"))
        case.tell(case.witnesses[0], "2026-01-13 11:00")
        applied(case.listed("2026-03-16", "2026-01-20 10:00"))
        session().rollback()
        yield


def found() -> set[str]:
    session().rollback()
    return {finding.invariant for finding in check(NOW)}


def damage(statement: sa.sql.dml.UpdateBase | str) -> None:
    with writing() as unit_of_work:
        unit_of_work.execute(sa.text(statement) if isinstance(statement, str) else statement)


def an_open_duty() -> str:
    chosen = sa.select(Duty.id).where(Duty.closed_at.is_(None), Duty.topic == "hearing.when_where").order_by(Duty.id)
    duty = session().scalars(chosen).first()
    session().rollback()
    return duty


@pytest.mark.feature("Q1")
def test_a_clean_database_has_no_findings(app: Flask):
    assert found() == set()
    result = app.test_cli_runner().invoke(args=["fsck"])
    assert (result.exit_code, result.output) == (0, "0 findings in all checks.\n")


@pytest.mark.feature("Q1")
def test_a_duty_closed_by_hand_is_named(app: Flask):
    duty = an_open_duty()
    damage(
        sa.update(Duty).where(Duty.id == duty).values(closed_at=NOW, closed_reason="done", closed_by="user:somebody")
    )

    assert "I1" in found()
    result = app.test_cli_runner().invoke(args=["fsck", "--only", "I1"])
    assert result.exit_code == 1
    assert duty in result.output


def test_a_duty_whose_due_time_was_put_back_is_named():
    damage(sa.update(Duty).where(Duty.id == an_open_duty()).values(due_at=at("2026-06-01 17:00")))

    assert {"I1", "I5"} <= found()


def test_a_duty_whose_history_is_gone_is_named():
    damage(sa.delete(DutyHistory).where(DutyHistory.duty_id == an_open_duty()))

    assert "I2" in found()


@pytest.mark.sqlite_only
def test_a_duty_that_disappeared_is_named(app: Flask):
    duty = an_open_duty()
    from witness_care.extensions import db

    raw = db.engine.raw_connection()
    try:
        raw.driver_connection.executescript(
            f"PRAGMA foreign_keys=OFF; PRAGMA query_only=OFF; DELETE FROM duty WHERE id = '{duty}'; "
            "PRAGMA foreign_keys=ON;"
        )
    finally:
        raw.close()

    assert {"I1", "I2"} <= found()


def test_a_due_time_that_moved_later_in_the_history_is_named():
    latest = sa.select(DutyHistory).where(DutyHistory.duty_id == an_open_duty()).order_by(DutyHistory.at)
    line = session().scalars(latest).first()
    session().rollback()
    with writing() as unit_of_work:
        unit_of_work.add(
            DutyHistory(
                id="planted",
                duty_id=line.duty_id,
                case_id=line.case_id,
                event_id=line.event_id,
                at=NOW,
                action="updated",
                value_hash=line.value_hash,
                due_at=at("2026-06-01 17:00"),
            )
        )

    assert "I5" in found()


def test_something_told_by_a_contact_that_reached_nobody_is_named():
    damage(sa.update(Contact).values(outcome="no_answer"))

    assert "I9" in found()


def test_a_duty_in_the_queue_of_no_unit_is_named():
    with writing() as unit_of_work:
        dialect = unit_of_work.get_bind().dialect.name
    if dialect == "postgresql":
        damage("ALTER TABLE duty DROP CONSTRAINT fk_duty_case")
        damage(sa.update(Duty).where(Duty.id == an_open_duty()).values(unit_id="nowhere"))
    else:
        from witness_care.extensions import db

        raw = db.engine.raw_connection()
        try:
            raw.driver_connection.executescript(
                f"PRAGMA foreign_keys=OFF; PRAGMA query_only=OFF; UPDATE duty SET unit_id = 'nowhere' "
                f"WHERE id = '{an_open_duty()}'; PRAGMA foreign_keys=ON;"
            )
        finally:
            raw.close()

    assert "I13" in found()


def test_an_overdue_query_that_misses_a_row_is_named(monkeypatch: pytest.MonkeyPatch):
    from witness_care.casework import checks

    monkeypatch.setattr(checks, "_asked_overdue", lambda now: set())

    assert "I16" in found()


def test_every_check_is_one_of_the_published_invariants():
    assert list(CHECKS) == ["I1", "I2", "I5", "I9", "I13", "I16"]
