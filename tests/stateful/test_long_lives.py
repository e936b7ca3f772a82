"""Whole lives of cases, step by step, against an oracle that shares no code with the service (figure G6).

Most are lived in the pure core, which makes every decision. Some are lived on a real database by the one write path,
with crashes inside a unit of work, restarts, and at the end of each life every check of `flask fsck` and of a rebuild.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import figures
from tests.databases import SQLITE, Databases
from tests.stateful.life import Life
from tests.stateful.ports import JUDGED, InThePureCore, OnADatabase, Port, Shelf
from workflows import charges, duty_rows, judgements, snapshot, truth
from workflows.events import Answer

STEPS = 64  # some say nothing (somebody joins twice), so that fifty and more are left
LIVES_IN_THE_CORE = figures.size(usual=200, proof=2_000)
LIVES_ON_A_DATABASE = figures.size(usual=16, proof=200)
PARTS = figures.size(usual=4, proof=20)  # so that the processes of a run can share them
ORACLE = ("oracle.py", "oracle_truth.py", "oracle_standing.py", "oracle_calendar.py")


def live(port: Callable[[], Port], *, lives: int, part: int = 0) -> type[Life]:
    """Live so many lives, the same ones in every run; they count what happened in them."""

    class OneOfMany(Life):
        counted = Counter()
        owed_once = set()

    OneOfMany.port = staticmethod(port)  # type: ignore[assignment]
    chosen = settings(
        max_examples=lives,
        stateful_step_count=STEPS,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(part)(OneOfMany), settings=chosen)
    return OneOfMany


def reached(where: str, counted: Counter[str]) -> None:
    figures.reached("G6", where, **{name.replace(" ", "_"): counted[name] for name in sorted(counted)})


@pytest.mark.long
@pytest.mark.figure("G6")
@pytest.mark.feature("A4")
@pytest.mark.feature("E4")
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_in_a_case_what_is_owed_is_what_an_independent_oracle_says(part: int):
    lived = live(InThePureCore, lives=LIVES_IN_THE_CORE // PARTS, part=part)
    counted = lived.counted
    assert counted["lives"] >= LIVES_IN_THE_CORE // PARTS
    assert lived.owed_once == set(JUDGED), "Everything the oracle judges is owed to somebody at some time."
    reached("in the pure core", counted)


@pytest.mark.figure("G6")
@pytest.mark.parametrize("part", range(PARTS))
def test_a_case_on_a_database_that_crashes_and_restarts_is_what_the_oracle_says(databases: Databases, part: int):
    with databases.fresh(SQLITE) as url:
        shelf = Shelf(Path(url.removeprefix("sqlite:///")))
        try:
            counted = live(lambda: OnADatabase(shelf), lives=LIVES_ON_A_DATABASE // PARTS, part=100 + part).counted
        finally:
            shelf.close()
    assert counted["lives"] >= LIVES_ON_A_DATABASE // PARTS
    reached("on SQLite, by the write path", counted)


def _an_older_version_stands(statement: Any) -> Any:
    version = statement.version if statement.version is not None else -1
    return (-version, statement.occurred_at, statement.message_id)  # the first version counts, and no later one


def _the_last_change_counts(run: Any) -> Any:
    return run[-1]  # the clock starts anew with each change


def _whatever_they_are(person: Any) -> bool:
    return person.enhanced is not Answer.NO or bool(person.suggested)  # a parent, a relative, a business


def _nothing_ends(registers: Any) -> dict[str, Any]:
    return {}


@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [
        (truth, "_rank_in_slot", _an_older_version_stands),
        (duty_rows, "_counted", _the_last_change_counts),
        (snapshot.Person, "gets_enhanced_time", property(_whatever_they_are)),
        (charges, "_said_by_death", _nothing_ends),
        (judgements, "BY_THE_PROSECUTION", frozenset()),
    ],
    ids=["version", "clock", "kind of victim", "death", "who stopped it"],
)
def test_a_wrong_rule_planted_in_the_core_is_found(module: Any, name: str, wrong: Any, monkeypatch):
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises(AssertionError, match="differ"):
        live(InThePureCore, lives=LIVES_IN_THE_CORE // PARTS)


def test_the_oracle_shares_no_code_with_what_it_judges():
    """Each of its files is short enough to be read whole, and none imports what it is to judge."""
    folder = Path(__file__).parent
    allowed = {f"tests.stateful.{name.removesuffix('.py')}" for name in ORACLE}
    allowed |= {"__future__", "collections", "datetime", "types", "zoneinfo", "holidays"}
    for name in ORACLE:
        text = (folder / name).read_text(encoding="utf-8")
        imported = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                imported |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
        assert imported <= allowed, name
        assert "__import__" not in text
        assert "importlib" not in text
        assert len(text.splitlines()) <= 300, name
