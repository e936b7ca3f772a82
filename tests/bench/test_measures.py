"""The bench measures what it says: a floor and a peer that leave other rows than the service are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from bench import data, floors, measures, product, rounds
from bench.data import NOW, Maker
from bench.measures import NotTheSameRows, World
from bench.peers import Peer
from bench.report import Line
from bench.rounds import Times
from tests.databases import POSTGRESQL, Databases

pytestmark = [pytest.mark.postgres_only]


@pytest.fixture
def world(app: Flask, database_url: str, back_end: str) -> Iterator[World]:
    maker = Maker(3)
    with floors.connect(database_url) as raw, app.app_context():
        data.load_units(raw, maker)
        raw.commit()
        yield World(app=app, raw=raw, maker=maker, background=(), peer=None, rounds=1, seed=1)
        raw.rollback()


def test_the_floor_and_the_obvious_build_leave_what_the_service_leaves(world: World, databases: Databases):
    with databases.fresh(POSTGRESQL, migrated=False) as url:
        world.peer = Peer("obvious", url)
        try:
            beside_the_floor, beside_the_peer = measures.one_event(world, people=3, times=2)
        finally:
            world.peer.stop()

    assert beside_the_floor.counts["rows_written"] > 3 * 2
    assert beside_the_floor.counts["statements"] < beside_the_peer.counts["statements_of_the_obvious_build"]


def test_a_floor_that_leaves_a_row_out_is_refused(world: World, monkeypatch: pytest.MonkeyPatch):
    [case] = cases = [world.maker.case(people=2, moves=0)]
    data.load_cases(world.raw, cases)
    world.raw.commit()
    product.build(cases)
    whole = floors.changes_between

    def without_history(before: floors.Stored, after: floors.Stored) -> floors.Changes:
        changes = whole(before, after)
        del changes.added["duty_history"]
        return changes

    monkeypatch.setattr(floors, "changes_between", without_history)
    with pytest.raises(NotTheSameRows):
        measures._floor_of_an_event(world, case, 1)


def test_a_rehearsal_leaves_nothing_behind(world: World):
    [case] = cases = [world.maker.case(people=2, moves=0)]
    data.load_cases(world.raw, cases)
    world.raw.commit()
    product.build(cases)
    before = floors.rows_of(floors.reader(world.raw), case.id)
    world.raw.rollback()

    changes, _ = product.rehearse(case, data.move(case, 1), now=NOW)

    assert changes.count > 0
    assert floors.rows_of(floors.reader(world.raw), case.id) == before


@pytest.mark.parametrize(
    ("ratio", "better", "verdict"),
    [(2.4, "below", "met"), (2.6, "below", "missed"), (9, "above", "met"), (7, "above", "missed")],
)
def test_a_missed_goal_says_so(ratio: float, better: str, verdict: str):
    goal = 2.5 if better == "below" else 8
    assert Line(figure="P1", measure="one hearing moved", ratio=ratio, goal=goal, better=better).verdict == verdict


def test_a_ratio_is_formed_within_each_round():
    ours, floor = Times([[2.0], [20.0], [3.0]]), Times([[1.0], [10.0], [1.0]])
    assert rounds.ratio(ours, floor) == rounds.Ratio(median=2.0, lowest=2.0, highest=3.0)


def test_every_contender_runs_once_a_round_and_the_warm_up_does_not_count():
    seen: list[tuple[str, int]] = []
    contenders = {
        name: lambda number, name=name: seen.append((name, number)) or [float(number)] for name in ("one", "other")
    }
    times = rounds.run(contenders, rounds=5, seed=1)
    assert sorted(seen) == [(name, number) for name in ("one", "other") for number in range(6)]
    assert times["one"].medians == [1, 2, 3, 4, 5]
