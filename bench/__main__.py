"""`make bench`: one server of its own with every durability setting on, the data, the rounds, the table.

`python -m bench --size small --rounds 5 --seed 1 --peers 1`
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from flask import Flask

from bench import data, floors, measures, product, report
from bench.data import Maker
from bench.measures import Queue, World
from bench.peers import Peer
from tests.applications import application_on, let_go
from tests.databases import migrate
from tests.postgres import Keeper, Server, server_in

SIZES = {"small": 10_000, "force": 25_000}  # participants
DUTIES = (20_000, 200_000)
RESULTS = Path(__file__).resolve().parents[1] / "test-results" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; a goal that is missed stays in the table as missed and is no failure of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", type=int, choices=(0, 1), default=1)
    asked = parser.parse_args(arguments)
    if asked.rounds < 5:
        print("Expected 5 rounds or more: fewer have no spread to speak of.", file=sys.stderr)
        return 1
    logging.disable(logging.INFO)
    with a_server() as (server, folder), ExitStack() as running:
        lines, around = [], {}
        with a_database(server, folder, "wc_test_events") as (app, raw):
            refuse_a_server_that_forgets(raw)
            around = report.circumstances(raw, size=asked.size, rounds=asked.rounds, seed=asked.seed)
            peer = None
            if asked.peers:
                peer = Peer("obvious", server.create("wc_test_obvious"))
                running.callback(peer.stop)
            lines += of_events(app, raw, peer, asked)
        lines += of_pages(server, folder, asked)
    report.print_table(lines)
    report.keep(lines, around, RESULTS / f"{asked.size}.json")
    print(f"{around['cores']} cores, load average at the start {around['load_average_at_start'][0]}, ", end="")
    print(f"at the end {os.getloadavg()[0]:.2f}. All of it: {RESULTS / asked.size}.json")
    return 0


def of_events(app: Flask, raw: psycopg.Connection, peer: Peer | None, asked: argparse.Namespace) -> list[report.Line]:
    maker = Maker(asked.seed)
    background = maker.cases(SIZES[asked.size])
    people = sum(len(case.people) for case in background)
    with app.app_context():
        with said(f"{len(background):,} cases with {people:,} people"):
            data.load_units(raw, maker)
            data.load_cases(raw, background)
            raw.commit()
            product.build(background)
            vacuum(raw)
        world = World(
            app=app, raw=raw, maker=maker, background=background, peer=peer, rounds=asked.rounds, seed=asked.seed
        )
        lines = []
        for people, times in ((3, measures.CASES_OF_THREE), (100, measures.CASES_OF_A_HUNDRED)):
            with said(f"one hearing moved, {people} people", lines):
                lines += measures.one_event(world, people, times)
        with said("many hearings moved at once", lines):
            lines += measures.batch(world)
    # A request has an application context of its own, so these begin outside of one.
    court = measures.Court(app)
    with said("messages over HTTP, and one again", lines):
        lines += measures.over_http(world, court)
        lines += measures.duplicate(world, court)
    return lines


def of_pages(server: Server, folder: Path, asked: argparse.Namespace) -> list[report.Line]:
    with ExitStack() as open_ones:
        queues = []
        for duties in DUTIES:
            with said(f"{duties:,} duties"):
                app, raw = open_ones.enter_context(a_database(server, folder, f"wc_test_queue_{duties}"))
                maker = Maker(asked.seed)
                measures.fill_queue(raw, maker, duties)
                queues.append(Queue(app=app, raw=raw, maker=maker, duties=duties))
        with said("queue pages"):
            return measures.queue_pages(queues, rounds=asked.rounds, seed=asked.seed)


# --- the server -------------------------------------------------------------------------------------------------------


@contextmanager
def a_server() -> Iterator[tuple[Server, Path]]:
    """A durable PostgreSQL in a folder of its own; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="witness-care-bench-"))
    keeper = Keeper(folder, "durable")
    keeper.start()
    try:
        yield server_in(folder), folder
    finally:
        keeper.stop()
        shutil.rmtree(folder)


@contextmanager
def a_database(server: Server, folder: Path, name: str) -> Iterator[tuple[Flask, psycopg.Connection]]:
    server.drop(name)
    url = server.create(name)
    migrate(url, instance=folder)
    app = application_on(url, instance=folder)
    raw = floors.connect(url)
    try:
        yield app, raw
    finally:
        raw.close()
        let_go(app)


def refuse_a_server_that_forgets(raw: psycopg.Connection) -> None:
    """What a server may lose costs nothing to write; such a figure would mislead."""
    for setting in ("fsync", "synchronous_commit"):
        if raw.execute(f"SHOW {setting}").fetchone() != ("on",):
            raise SystemExit(f"Expected a PostgreSQL with {setting} on; it is not. Switch it on.")
    raw.rollback()


def vacuum(raw: psycopg.Connection) -> None:
    raw.autocommit = True
    raw.execute("VACUUM ANALYZE")
    raw.execute("CHECKPOINT")
    raw.autocommit = False


@contextmanager
def said(words: str, lines: Sequence[report.Line] = ()) -> Iterator[None]:
    """Say what is being done, and show at once the lines that it adds."""
    print(f"  {words} ...", flush=True)
    began, before = time.monotonic(), len(lines)
    yield
    print(f"    done in {time.monotonic() - began:.0f} s", flush=True)
    for line in lines[before:]:
        print(f"    {report.in_words(line)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
