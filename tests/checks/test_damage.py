"""Every kind of damage that the checks promise to find is planted by hand in the tables, and named: what and where."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from tests.applications import application_on, let_go
from tests.checks.damages import DAMAGES, LATER, Plant
from tests.checks.full_world import NOW, FullWorld, fill, unguarded
from tests.databases import POSTGRESQL, SQLITE, Databases
from witness_care.checks import duties
from witness_care.checks.every import CHECKS, check
from witness_care.database import session, snapshot, writing
from witness_care.jobs.models import Heartbeat

pytestmark = pytest.mark.feature("Q1")


@pytest.fixture(scope="module", params=[SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.postgres)])
def world(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FullWorld]:
    """Filled once for each database: no test here leaves anything behind in it."""
    with databases.fresh(request.param) as url:
        app = application_on(url, instance=tmp_path_factory.mktemp("full-world"))
        yield fill(app)
        let_go(app)


@pytest.fixture(autouse=True)
def _inside_the_application(world: FullWorld) -> Iterator[None]:
    with world.app.app_context():
        yield


def test_an_undamaged_world_with_everything_in_it_has_no_findings(world: FullWorld) -> None:
    with snapshot():
        assert list(check(NOW)) == []
    result = world.app.test_cli_runner().invoke(args=["fsck"])
    assert (result.exit_code, result.output) == (0, "0 findings in all checks.\n")


@pytest.mark.parametrize(("invariant", "words", "plant"), DAMAGES, ids=[f"{each[0]}: {each[1]}" for each in DAMAGES])
def test_damage_is_named_by_its_invariant_and_its_row(
    world: FullWorld, invariant: str, words: str, plant: Plant
) -> None:
    with unguarded():
        row = plant(world)
        named = list(check(NOW, only=invariant))
    assert row in {each for finding in named for each in (finding.row, finding.case_id)}, named


def test_every_check_has_damage_that_it_names() -> None:
    by_hand = {"I16"}  # it compares two ways of asking: see below
    assert {invariant for invariant, _, _ in DAMAGES} | by_hand == set(CHECKS)


def test_an_overdue_query_that_misses_a_row_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "_asked_overdue", lambda now: set())
    assert list(check(LATER, only="I16"))


def test_the_command_names_the_damage_and_ends_with_1(world: FullWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.app.config["CLOCK"] = lambda: LATER  # every job has been silent since

    result = world.app.test_cli_runner().invoke(args=["fsck", "--only", "I12", "--json"])

    world.app.config["CLOCK"] = lambda: NOW
    assert result.exit_code == 1
    assert json.loads(result.output) == {
        "invariant": "I12",
        "case_id": "",
        "row": "inbox",
        "words": "This regular job has not started again within two of its intervals.",
    }


def test_what_others_commit_meanwhile_is_not_seen(world: FullWorld) -> None:
    with snapshot() as reading:
        before = reading.execute(select(sa.func.count()).select_from(Heartbeat)).scalar()
        with world.app.app_context():
            _beat("another")
        during = reading.execute(select(sa.func.count()).select_from(Heartbeat)).scalar()
    with world.app.app_context():
        after = session().execute(select(sa.func.count()).select_from(Heartbeat)).scalar()
        _beat("another", remove=True)
    assert (during, after) == (before, before + 1)


def _beat(job: str, *, remove: bool = False) -> None:
    with writing() as unit_of_work:
        if remove:
            unit_of_work.execute(sa.delete(Heartbeat).where(Heartbeat.job == job))
        else:
            unit_of_work.add(Heartbeat(job=job, interval_seconds=60, started_at=NOW, count=0))
