"""The technical log holds what is on its list and nothing else."""

from __future__ import annotations

import json
import logging

import pytest

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
