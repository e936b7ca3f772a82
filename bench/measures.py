"""The measures of `make bench`, each beside its floor and its peer, as docs/performance.md lists them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask

from bench import data, floors, product
from bench.data import NOW, Case, Maker
from bench.peers import Peer
from bench.report import Line
from bench.rounds import Times, ratio, run
from tests.cast import a_key, cast_of
from tests.factories import a_victim
from tests.feed import payloads
from witness_care import clock
from witness_care.accounts.current import SYSTEM
from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, OtherId
from witness_care.cases.service import register_case
from witness_care.database import session
from witness_care.feed import inbox, reading
from witness_care.feed.inbox import Sender
from workflows.values import WHEN_WHERE

CASES_OF_THREE, CASES_OF_A_HUNDRED = 12, 3
BATCH, CHUNK, SINGLES, OF_OTHERS = 2000, 500, 60, 100
DEEP_PAGE = 100


@dataclass(slots=True)
class World:
    """The database of the events: the service on it, a bare connection to it, and the peer beside it."""

    app: Flask
    raw: psycopg.Connection[Any]
    maker: Maker
    background: Sequence[Case]
    peer: Peer | None
    rounds: int
    seed: int

    def run(self, contenders: Any) -> dict[str, Times]:
        return run(contenders, rounds=self.rounds, seed=self.seed)


class NotTheSameRows(Exception):
    """A floor or a peer left other rows than the service: then its time says nothing."""


# --- one hearing moves ----------------------------------------------------------------------------------------------


def one_event(world: World, people: int, times: int) -> list[Line]:
    """One hearing moved, in a case with so many people: the service, the floor, the obvious build."""
    ours, theirs = ([world.maker.case(people=people, moves=0) for _ in range(times)] for _ in range(2))
    data.load_cases(world.raw, [*ours, *theirs])
    world.raw.commit()
    product.build([*ours, *theirs])
    if world.peer:
        world.peer.ask("load", [_for_the_peer(case) for case in ours])
    contenders = {
        "product": lambda number: [product.apply_all([data.move(case, number + 1)], now=NOW) for case in ours],
        "floor": lambda number: [_floor_of_an_event(world, case, number + 1) for case in theirs],
    }
    if peer := world.peer:
        contenders["obvious"] = lambda number: [peer.ask("move", _order(case, number + 1)) for case in ours]
    taken = world.run(contenders)
    last = world.rounds + 2
    with product.statements(world.app) as sent:
        product.apply_all([data.move(ours[0], last)], now=NOW)
    written, _ = product.rehearse(theirs[0], data.move(theirs[0], last), now=NOW)
    measure = f"one hearing moved, {people} people"
    counts = {"statements": len(sent), "rows_written": written.count}
    lines = [_line("P1", measure, "the floor", taken["floor"], taken["product"], goal=2.5, counts=counts)]
    if world.peer:
        _refuse_other_duties(world.peer, ours[1:])
        counts = {"statements_of_the_obvious_build": world.peer.ask("statements", _order(ours[0], last))}
        lines.append(_faster("B1", measure, "the obvious build", taken["obvious"], taken["product"], 3, counts))
    return lines


def _floor_of_an_event(world: World, case: Case, number: int) -> float:
    changes, wanted = product.rehearse(case, data.move(case, number), now=NOW)
    taken = floors.write_event(world.raw, case.id, changes)
    left = floors.rows_of(floors.reader(world.raw), case.id)
    world.raw.rollback()
    if left != wanted:
        raise NotTheSameRows(f"Expected the floor to leave the rows of the service in case {case.id}; it did not.")
    return taken


def _order(case: Case, number: int) -> dict[str, Any]:
    event = data.move(case, number)
    return {
        "case": case.id,
        "message": event.message_id,
        "event": event.id,
        "day": event.what.when.days[0].on.isoformat(),
        "received_at": event.received_at.isoformat(),
    }


def _for_the_peer(case: Case) -> dict[str, Any]:
    """What the service holds of a case, for a peer to begin from."""
    people = session().execute(
        sa.text("SELECT id, role, attendance FROM participant WHERE case_id = :case ORDER BY id"), {"case": case.id}
    )
    hearing = session().execute(
        sa.text("SELECT id, court, room, starts_at, last_day FROM hearing WHERE case_id = :case"), {"case": case.id}
    )
    owed = session().execute(
        sa.text(
            "SELECT id, participant_id, subject, value, value_hash, rule, explanation, priority, clock_start, due_at"
            " FROM duty WHERE case_id = :case AND topic = :topic AND closed_at IS NULL"
        ),
        {"case": case.id, "topic": WHEN_WHERE},
    )
    row = hearing.one()
    given = {
        "id": case.id,
        "unit": case.unit,
        "officer": case.officer,
        "people": [dict(person._mapping) for person in people],
        "hearing": {
            "id": row.id,
            "court": row.court,
            "room": row.room,
            "starts_at": row.starts_at.isoformat(),
            "day": row.last_day.isoformat(),
        },
        "duties": [
            dict(duty._mapping) | {name: getattr(duty, name).isoformat() for name in ("clock_start", "due_at")}
            for duty in owed
        ],
    }
    session().rollback()
    return given


def _refuse_other_duties(peer: Peer, cases: Sequence[Case]) -> None:
    for case in cases:
        rows = session().execute(
            sa.text(
                "SELECT participant_id, value_hash, due_at, priority FROM duty WHERE case_id = :case AND topic = :topic"
                " AND closed_at IS NULL ORDER BY participant_id"
            ),
            {"case": case.id, "topic": WHEN_WHERE},
        )
        ours = [[row[0], row[1], row[2].astimezone(UTC).isoformat(), row[3]] for row in rows]
        session().rollback()
        if not ours or peer.ask("duties", case.id) != ours:
            raise NotTheSameRows(f"Expected {peer.name} to owe what the service owes in case {case.id}; it does not.")


# --- many hearings move at once ---------------------------------------------------------------------------------------


def batch(world: World) -> list[Line]:
    """Two thousand events, a hearing moved in each of two thousand cases, against one by one."""
    cases = iter(world.background)
    many = [next(cases) for _ in range(BATCH)]
    of_the_floor = [next(cases) for _ in range(OF_OTHERS)]
    single = [next(cases) for _ in range(SINGLES)]
    of_the_peer = [next(cases) for _ in range(OF_OTHERS)] if world.peer else []
    if world.peer:
        world.peer.ask("load", [_for_the_peer(case) for case in of_the_peer])

    def all_of(chosen: Sequence[Case], number: int) -> list[float]:
        events = [data.move(case, case.moves + 1 + number) for case in chosen]
        seconds = sum(
            product.apply_all(events[start : start + CHUNK], now=NOW) for start in range(0, len(events), CHUNK)
        )
        return [seconds / len(events)]

    contenders = {
        "batch": lambda number: all_of(many, number),
        "single": lambda number: [
            product.apply_all([data.move(case, case.moves + 1 + number)], now=NOW) for case in single
        ],
        "floor": lambda number: [_floor_of_a_chunk(world, of_the_floor, number)],
    }
    if peer := world.peer:
        contenders["obvious"] = lambda number: [
            peer.ask("batch", [_order(case, case.moves + 1 + number) for case in of_the_peer]) / len(of_the_peer)
        ]
    taken = world.run(contenders)
    rate = {"events_a_second": 1 / taken["batch"].median, "one_by_one_a_second": 1 / taken["single"].median}
    measure = f"{BATCH:,} hearings moved at once, each"
    lines = [
        _faster("P5", measure, "one by one", taken["single"], taken["batch"], 8, rate),
        _line("P4", measure, "the floor", taken["floor"], taken["batch"]),
    ]
    if world.peer:
        lines.append(_faster("B2", measure, "the obvious build", taken["obvious"], taken["batch"], None))
    return lines


def _floor_of_a_chunk(world: World, cases: Sequence[Case], number: int) -> float:
    rehearsed = {case.id: product.rehearse(case, data.move(case, case.moves + 1 + number), now=NOW) for case in cases}
    taken = floors.write_events(world.raw, {case: changes for case, (changes, _) in rehearsed.items()})
    for case, (_, wanted) in rehearsed.items():
        if floors.rows_of(floors.reader(world.raw), case) != wanted:
            raise NotTheSameRows(f"Expected the floor to leave the rows of the service in case {case}; it did not.")
    world.raw.rollback()
    return taken / len(cases)


# --- over HTTP, and again -----------------------------------------------------------------------------------------


class Court:
    """A court that sends over HTTP, and cases that it knows by its own ids."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.cast = cast_of(app)
        self.key = a_key(app, unit_ids=[self.cast.unit], scopes=["feed:common-platform"])
        self.versions: dict[str, int] = {}

    def register(self, name: str, people: int) -> str:
        """Register a case of so many people; its name stands for its hearing, defendant and offence too."""

        def known(what: str) -> tuple[OtherId, ...]:
            return (OtherId("cp", payloads.an_id(f"{what} {name}")),)

        offence = OffenceGiven(id="O1", title="Wounding", identifiers=known("offence"))
        given = CaseGiven(
            urn=f"42CF{len(self.versions) + 1:07}",
            unit="ESX",
            officer="",
            identifiers=known("case"),
            defendants=(
                DefendantGiven(id="D1", name="Sample Defendant", identifiers=known("defendant"), offences=(offence,)),
            ),
            participants=tuple(a_victim(f"Sample Person {number}") for number in range(people)),
        )
        with self.app.app_context():
            register_case(given, actor=SYSTEM, now=clock.now())
        self.versions[name] = 0
        return name

    def moves(self, name: str) -> dict[str, Any]:
        """The next message of a hearing: another day."""
        self.versions[name] = version = self.versions[name] + 1
        return payloads.updated(
            f"2027-06-{version:02}T09:30:00Z",
            hearing=payloads.an_id(f"hearing {name}"),
            case=payloads.an_id(f"case {name}"),
            defendants=[payloads.an_id(f"defendant {name}")],
            offences=[payloads.an_id(f"offence {name}")],
            envelope={"version": version, "stream": payloads.an_id(f"hearing {name}")},
        )

    def send(self, body: Any) -> tuple[float, Any]:
        began = time.perf_counter()
        answer = self.app.test_client().post("/api/v1/feeds/common-platform/messages", json=body, headers=self.key)
        return time.perf_counter() - began, answer.get_json()


def over_http(world: World, court: Court) -> list[Line]:
    """A hearing moves, as a message to the API: read, stored, matched, applied, answered."""
    lines = []
    for people, times in ((3, 8), (100, 2)):
        names = [court.register(f"http {people} {number}", people) for number in range(times)]

        def sent(_number: int, names: list[str] = names) -> list[float]:
            found = [court.send(court.moves(name)) for name in names]
            for _, answer in found:
                if answer["state"] != "applied":
                    raise NotTheSameRows(f"Expected a message to be applied; it was {answer['state']}.")
            return [seconds for seconds, _ in found]

        taken = world.run({"product": sent})["product"]
        with product.statements(world.app) as statements:
            court.send(court.moves(names[0]))
        lines.append(
            Line(
                figure="H1",
                measure=f"one hearing moved, {people} people, over HTTP",
                product_ms=1e3 * taken.median,
                p95_ms=1e3 * taken.p95,
                counts={"statements": len(statements), "milliseconds": 1e3 * taken.median},
            )
        )
    return lines


def duplicate(world: World, court: Court) -> list[Line]:
    """The same message again, past the door: read and answered from what is stored."""
    body = court.moves(court.register("duplicate", 3))
    sender = Sender(feed="common-platform", client_id="court", unit_ids=frozenset([court.cast.unit]))

    def taken_in() -> float:
        with world.app.app_context():
            now = clock.now()
            read = reading.read_body(sender.feed, body, {}, now)
            began = time.perf_counter()
            list(inbox.receive(sender, [read], now=now))
            return time.perf_counter() - began

    taken_in()
    message = body["_metadata"]["id"]
    taken = world.run(
        {
            "product": lambda _: [taken_in() for _ in range(30)],
            "floor": lambda _: [
                floors.find_message(world.raw, sender.feed, sender.client_id, message) for _ in range(30)
            ],
        }
    )
    with product.statements(world.app) as sent:
        taken_in()
    counts = {"statements": len(sent)}
    return [
        _line("P14", "a message for the second time", "one SELECT", taken["floor"], taken["product"], counts=counts)
    ]


# --- the queue page -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Queue:
    """A database with so many duties, and the service on it."""

    app: Flask
    raw: psycopg.Connection[Any]
    maker: Maker
    duties: int


def fill_queue(raw: psycopg.Connection[Any], maker: Maker, duties: int, *, contacts: bool = True) -> None:
    """Load people, hearings and about so many duties, with as many contacts."""
    cases = maker.cases(duties // data.DUTIES_OF_A_PERSON)
    data.load_units(raw, maker)
    data.load_cases(raw, cases)
    data.copy(raw, "hearing", data.hearing_rows(cases))
    data.copy(raw, "duty", data.owed_rows(maker, cases))
    if contacts:
        data.copy(raw, "contact", data.contact_rows(maker, cases))
    raw.commit()
    raw.autocommit = True
    raw.execute("VACUUM ANALYZE")
    raw.autocommit = False


def queue_pages(queues: Sequence[Queue], *, rounds: int, seed: int) -> list[Line]:
    """Pages of fifty, at two sizes: time against bare SQL, and what PostgreSQL touches for them."""
    small, large = queues
    lines = []
    for name in product.pages(large.maker, NOW):
        taken = {queue.duties: _timed(queue, name, rounds=rounds, seed=seed) for queue in queues}
        seen = {queue.duties: touched(queue, name) for queue in queues}
        ours = taken[large.duties]
        measure = f"{name}, a page of 50 of {large.duties:,} duties"
        lines.append(_line("P6", measure, "bare SQL", ours["bare"], ours["first"], goal=1.5))
        first, deep = ratio(ours["deep"], ours["first"]), ours["deep"]
        lines.append(
            Line(
                figure="P7",
                measure=f"{name}, a far page of {large.duties:,} duties",
                against="the first page",
                floor_ms=1e3 * ours["first"].median,
                product_ms=1e3 * deep.median,
                p95_ms=1e3 * deep.p95,
                ratio=first.median,
                spread=(first.lowest, first.highest),
                goal=1.3,
                counts={
                    f"{what}_{where}_at_{queue.duties}_duties": getattr(seen[queue.duties][where], what)
                    for what in ("buffers", "rows")
                    for where in ("first", "far")
                    for queue in queues
                },
            )
        )
        buffers = {queue.duties: touched(queue, name, by_index=True)["first"].buffers for queue in queues}
        lines.append(
            Line(
                figure="P7",
                measure=f"{name}, buffers at {large.duties:,} duties, both read by index",
                against=f"{small.duties:,} duties",
                ratio=buffers[large.duties] / buffers[small.duties],
                goal=1.3,
            )
        )
    return lines


def _timed(queue: Queue, name: str, *, rounds: int, seed: int) -> dict[str, Times]:
    with queue.app.app_context():
        page = product.pages(queue.maker, NOW)[name]
        far = product.cursor_of_page(page, DEEP_PAGE)
        with product.statements(queue.app) as sent:
            product.timed_page(page, None)
        repeat: Callable[[Callable[[], float]], list[float]] = lambda act: [act() for _ in range(20)]  # noqa: E731
        return run(
            {
                "first": lambda _: repeat(lambda: product.timed_page(page, None)),
                "deep": lambda _: repeat(lambda: product.timed_page(page, far)),
                "bare": lambda _: repeat(lambda: floors.read_page(queue.raw, sent)),
            },
            rounds=rounds,
            seed=seed,
        )


def touched(queue: Queue, name: str, *, by_index: bool = False) -> dict[str, product.Touched]:
    """Give what the statement of a page touches, on the first page and on a far one."""
    found = {}
    with queue.app.app_context():
        page = product.pages(queue.maker, NOW)[name]
        for where, after in (("first", None), ("far", product.cursor_of_page(page, DEEP_PAGE))):
            with product.statements(queue.app) as sent:
                product.timed_page(page, after)
            [(statement, values)] = [each for each in sent if "LIMIT" in each[0] and "ORDER BY" in each[0]]
            product.explained(statement, values)  # once to bring the pages into memory
            found[where] = product.explained(statement, values, by_index=by_index)
    return found


# --- lines ----------------------------------------------------------------------------------------------------------


def _line(
    figure: str,
    measure: str,
    against: str,
    floor: Times,
    ours: Times,
    *,
    goal: float | None = None,
    counts: dict[str, float] | None = None,
) -> Line:
    """A line of how many times the floor something takes."""
    times = ratio(ours, floor)
    return Line(
        figure=figure,
        measure=measure,
        against=against,
        floor_ms=1e3 * floor.median,
        product_ms=1e3 * ours.median,
        p95_ms=1e3 * ours.p95,
        ratio=times.median,
        spread=(times.lowest, times.highest),
        goal=goal,
        counts=counts or {},
    )


def _faster(
    figure: str,
    measure: str,
    against: str,
    other: Times,
    ours: Times,
    goal: float | None,
    counts: dict[str, float] | None = None,
) -> Line:
    """A line of how many times faster we are than something else."""
    times = ratio(other, ours)
    return Line(
        figure=figure,
        measure=measure,
        against=f"faster than {against}",
        floor_ms=1e3 * other.median,
        product_ms=1e3 * ours.median,
        p95_ms=1e3 * ours.p95,
        ratio=times.median,
        spread=(times.lowest, times.highest),
        goal=goal,
        better="above",
        counts=counts or {},
    )
