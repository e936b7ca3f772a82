"""The page about taking things back knows every fact that may be entered, and every page that changes something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from workflows import undoing
from workflows.events import KINDS

pytestmark = pytest.mark.feature("C5")

PAGE = (Path(__file__).parents[2] / "docs" / "taking-back.md").read_text(encoding="utf-8")
FACTS, ACTS = PAGE.split("## Acts beside the journal")
BY_A_LIST_ONLY = "HearingSighted"
# Signing in and out, what an administrator does to accounts, and the doors of programs are no acts of an officer.
NOT_AN_OFFICERS = ("accounts.", "feed_api.", "cases_api.", "messages_api.", "csp.")


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines][1:]


def names(cell: str) -> list[str]:
    return re.findall(r"`([A-Za-z_.]+)`", cell)


def test_every_kind_of_fact_has_one_line() -> None:
    said = [name for row in rows(FACTS) for name in names(row[1])]
    assert sorted(said) == sorted(set(KINDS) - {BY_A_LIST_ONLY})


def test_what_is_said_to_be_undone_is_what_the_service_undoes() -> None:
    undone = {name for row in rows(FACTS) if row[2].startswith("undo") for name in names(row[1])}
    assert undone == {kind.__name__ for kind in undoing.MAY_BE_UNDONE}


@pytest.mark.sqlite_only
def test_every_page_that_changes_something_has_its_line(app: Flask) -> None:
    said = {name for row in rows(ACTS) for name in (*names(row[1]), *names(row[2]))}
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        and not rule.endpoint.startswith(NOT_AN_OFFICERS)
    }
    assert said == changing
