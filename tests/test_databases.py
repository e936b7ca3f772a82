"""The databases of the tests: each test finds the tables empty and whole, whatever the one before it did."""

import psycopg
import pytest
from sqlalchemy import create_engine

from tests.databases import BACK_ENDS, Databases

ADD_A_UNIT = (
    "INSERT INTO unit (id, code, name, settings, created_at) VALUES ('u', 'U', 'A unit', '{}', '2026-03-02T09:00:00Z')"
)


@pytest.fixture(params=BACK_ENDS)
def kind(request) -> str:
    return request.param


def run(url: str, *statements: str) -> list:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.exec_driver_sql(statement) for statement in statements]
            return results[-1].all() if results[-1].returns_rows else []
    finally:
        engine.dispose()


def test_rows_of_one_test_are_not_there_in_the_next(databases: Databases, kind: str):
    for _ in range(2):
        with databases.fresh(kind) as url:
            assert run(url, "SELECT * FROM unit") == []
            run(url, ADD_A_UNIT)
            assert len(run(url, "SELECT * FROM unit")) == 1


def test_a_test_that_changes_the_tables_spoils_nothing_for_the_next(databases: Databases, kind: str):
    with databases.fresh(kind) as url:
        run(url, "CREATE TABLE left_behind (id text)", "ALTER TABLE unit RENAME COLUMN name TO another_name")
    with databases.fresh(kind) as url:
        assert run(url, "SELECT name FROM unit") == []
        with pytest.raises(Exception, match="left_behind"):
            run(url, "SELECT * FROM left_behind")


def test_a_connection_left_open_in_a_transaction_does_not_stop_the_next_test(databases: Databases):
    with databases.fresh("postgresql") as url:
        forgotten = psycopg.connect(url.replace("+psycopg", ""))
        forgotten.execute("SELECT * FROM unit")
    with databases.fresh("postgresql") as url:
        run(url, ADD_A_UNIT)
    forgotten.close()


def test_two_databases_at_once_are_two(databases: Databases, kind: str):
    with databases.fresh(kind) as one, databases.fresh(kind) as other:
        run(one, ADD_A_UNIT)
        assert run(other, "SELECT * FROM unit") == []
