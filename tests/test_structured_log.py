"""The technical log holds what is on its list and nothing else."""

from __future__ import annotations

import json
import logging

import pytest
import sqlalchemy as sa

from tests.databases import POSTGRESQL, Databases
from witness_care import structured_log

CANARY = "Canary Person 07700 900123"


@pytest.fixture(autouse=True)
def _configured() -> None:
    structured_log.configure("INFO")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.proves("SEC-41")
def test_a_key_that_is_not_on_the_list_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    structured_log.log.info(
        "contact_recorded", case_id="c1", name=CANARY, body={"name": CANARY}, error={"name": CANARY}
    )
    (line,) = lines(capsys)
    assert line["event"] == "contact_recorded"
    assert line["case_id"] == "c1"
    assert CANARY not in json.dumps(line)


@pytest.mark.proves("SEC-41")
def test_a_library_is_heard_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("sqlalchemy.pool").error("connection of %s failed", CANARY)
    (line,) = lines(capsys)
    assert line["logger"] == "sqlalchemy.pool"
    assert line["level"] == "error"
    assert CANARY not in json.dumps(line)


@pytest.mark.proves("SEC-41")
def test_an_exception_is_known_by_its_class_and_place_only(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("somewhere").exception("failed: %s", CANARY)
    (line,) = lines(capsys)
    assert line["error"] == "ValueError"
    assert "test_structured_log.py" in str(line["frames"])
    assert CANARY not in json.dumps(line)


@pytest.mark.proves("SEC-41")
def test_a_row_that_the_database_refuses_is_known_by_the_constraint_and_never_quoted(
    databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    with databases.fresh(POSTGRESQL) as url:
        engine = sa.create_engine(url)
        try:
            with engine.begin() as connection:
                connection.execute(sa.text("CREATE TABLE one (name text CONSTRAINT only_once UNIQUE)"))
                connection.execute(sa.text("INSERT INTO one VALUES (:name), (:name)"), {"name": CANARY})
        except sa.exc.IntegrityError as refused:
            structured_log.log.error("failed", **structured_log.describe(refused))
        finally:
            engine.dispose()
    line = lines(capsys)[-1]  # the migrations spoke before
    assert (line["sqlstate"], line["table_name"], line["constraint_name"]) == ("23505", "one", "only_once")
    assert CANARY not in json.dumps(line)
