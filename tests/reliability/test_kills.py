"""Kill -9 at every fault point: nothing that was acknowledged is lost, and nothing happens twice (reliability.md 8).

PostgreSQL runs here without waiting for the disk. That is fair for a process that is killed, whose writes the system
still holds; it says nothing about a power cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import figures
from tests.applications import let_go
from tests.databases import BACK_ENDS, POSTGRESQL, Databases
from tests.reliability.killing import Forks, Play, Stage
from tests.reliability.message_points import MESSAGE_POINTS
from tests.reliability.picture import logged, picture
from tests.reliability.scenarios import SCENARIOS, Scenario
from witness_care import database, faultpoints
from witness_care.audit.ledger import CHANGES
from witness_care.feed.models import FeedMessage


def cases() -> Iterator[Any]:
    """Every scenario: on one of the databases in turn, in a release check on both."""
    for number, scenario in enumerate(SCENARIOS):
        for back_end in BACK_ENDS if figures.IS_PROOF else (BACK_ENDS[number % 2],):
            marks = [pytest.mark.postgres] if back_end == POSTGRESQL else []
            yield pytest.param(scenario, back_end, id=f"{scenario.name}-{back_end}", marks=marks)


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    running = Forks(tmp_path_factory.mktemp("forks"))
    yield running
    running.stop()


def test_every_fault_point_is_one_at_which_some_scenario_is_killed() -> None:
    """A point nobody kills at proves nothing: add it to `kills` of a scenario that passes it."""
    killed = {point.partition(":")[0] for scenario in SCENARIOS for point in scenario.kills}
    assert killed | set(MESSAGE_POINTS) == set(faultpoints.NAMES)


@pytest.mark.figure("G2")
@pytest.mark.parametrize(("scenario", "database_kind"), list(cases()))
def test_whatever_is_killed_is_as_if_it_had_not_been(
    scenario: Scenario, database_kind: str, databases: Databases, forks: Forks, tmp_path: Path
) -> None:
    with databases.fresh(database_kind) as url:
        stage = Stage(url, tmp_path, forks)
        try:
            chosen = kill_at_each(scenario, stage)
        finally:
            let_go(stage.app)
    points = {point.partition(":")[0] for point in chosen}
    figures.reached("G2", database_kind, kills=len(chosen), points_in_scenarios=len(points))


def kill_at_each(scenario: Scenario, stage: Stage) -> Sequence[str]:
    """Play once undisturbed, then once for each point with a kill there; give the points."""

    def run(*, at: str = "", first: str = "") -> tuple[Counter[str], Counter[str], list[str]]:
        web, worker = (first, at) if scenario.by_worker else (at, "")
        with stage.playing(kill_at=web, worker_kill_at=worker) as play:
            return played(play, scenario, killed_at=at)

    undisturbed, log, points = run()
    if scenario.dies_first:  # what the worker passes when there is something left for it to do
        after_a_death, _, points = run(first=scenario.dies_first)
        assert differences(after_a_death, undisturbed) == ""
    chosen = every_passing(points) if figures.IS_PROOF else scenario.kills
    for point in chosen:
        found, logged_now, passed = run(at=point, first=scenario.dies_first)
        assert differences(found, undisturbed) == "", f"After a kill at {point}."
        assert all(logged_now[kind] >= log[kind] for kind in CHANGES), (
            f"After a kill at {point}, a change is not logged."
        )
        assert point.partition(":")[0] in passed
    return chosen


def differences(found: Counter[str], undisturbed: Counter[str]) -> str:
    """What is missing, and what is there more often than without the kill; nothing when the two are the same."""
    lines = [f"lost: {line}" for line in sorted(undisturbed - found)]
    return "\n".join(lines + [f"twice, or another: {line}" for line in sorted(found - undisturbed)])


def every_passing(points: Sequence[str]) -> list[str]:
    """Each passing of each point: the third time is "name:3"."""
    return [f"{name}:{time}" for name, times in Counter(points).items() for time in range(1, times + 1)]


def played(play: Play, scenario: Scenario, *, killed_at: str) -> tuple[Counter[str], Counter[str], list[str]]:
    """Play to the end, look for damage, and give what was left behind with the points that were passed."""
    before = scenario.before(play)
    scenario.act(play, before)
    play.settle(by_worker=scenario.by_worker)
    deaths = (play.deaths, play.worker_deaths)
    if scenario.by_worker:
        assert deaths == (1 if play.kill_at else 0, 1 if killed_at else 0), f"Nobody died at {killed_at}."
    else:
        assert deaths == (1 if killed_at else 0, 0), f"Nobody died at {killed_at}."
    is_whole(play)
    record = play.worker_record if scenario.by_worker else play.web_record
    return picture(play.app), logged(play.app), record.read_text().split()


def is_whole(play: Play) -> None:
    """Nothing acknowledged is missing, nothing is left unread, and no invariant is broken."""
    with play.app.app_context():
        rows = database.session().execute(sa.select(FeedMessage.id, FeedMessage.state))
        states = {row.id: row.state for row in rows}
        database.session().rollback()
        for command in (["fsck"], ["rebuild", "--check"]):
            checked = play.app.test_cli_runner().invoke(args=command)
            assert checked.exit_code == 0, f"{' '.join(command)}: {checked.output}"
    assert logged(play.app)["consultation"] >= play.pages_read, "Somebody read a page that is not in the log."
    assert set(play.acknowledged) <= set(states), "A message was acknowledged and is not in the inbox."
    assert "received" not in states.values(), "A stored message was never read."
