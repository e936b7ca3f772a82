"""Statements that are sent together: all are done in order, and a failure is one that callers of a database know."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.casework.world import a_small_case, applied
from witness_care.cases.models import HearingDay
from witness_care.casework.bulk import delete_rows, insert_rows, sent_together
from witness_care.database import session, writing


@pytest.fixture(autouse=True)
def _inside_the_application(app: Flask):
    with app.app_context():
        yield


def a_day() -> dict:
    """The only day of the hearing of a case, as its row."""
    applied(a_small_case(witnesses=1).listed("2026-03-09", "2026-01-12 10:00"))
    row = dict(session().execute(sa.select(HearingDay.__table__)).one()._mapping)
    session().rollback()
    return row


def days() -> int:
    return session().scalar(sa.select(sa.func.count()).select_from(HearingDay.__table__))


def test_statements_sent_together_are_done_in_their_order():
    row = a_day()
    with writing() as unit_of_work:
        connection = unit_of_work.connection()
        with sent_together(connection):
            delete_rows(connection, HearingDay.__table__, "hearing_id", [row["hearing_id"]])
            insert_rows(connection, HearingDay.__table__, [row, row | {"position": 2}])
        assert days() == 2


def test_a_failure_among_them_is_the_error_it_is_alone_and_nothing_of_them_stays():
    row = a_day()
    with pytest.raises(sa.exc.IntegrityError), writing() as unit_of_work:
        connection = unit_of_work.connection()
        with sent_together(connection):
            insert_rows(connection, HearingDay.__table__, [row | {"position": 2}])
            insert_rows(connection, HearingDay.__table__, [row])
            delete_rows(connection, HearingDay.__table__, "hearing_id", [row["hearing_id"]])
    assert days() == 1


def test_an_error_of_ours_among_them_is_raised_as_it_is_and_nothing_of_them_stays():
    row = a_day()
    with pytest.raises(ZeroDivisionError), writing() as unit_of_work, sent_together(unit_of_work.connection()):
        insert_rows(unit_of_work.connection(), HearingDay.__table__, [row | {"position": 2}])
        raise ZeroDivisionError
    assert days() == 1


def test_nothing_to_delete_is_no_statement_and_deletes_nothing():
    a_day()
    with writing() as unit_of_work:
        delete_rows(unit_of_work.connection(), HearingDay.__table__, "hearing_id", [])
    assert days() == 1
