"""Drives the service as it is: events through `casework.apply`, messages over HTTP, pages through their own queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bench import floors
from bench.data import REGISTERED, Case, Maker, listing, move, registration
from bench.floors import Changes, Stored
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.casework.apply import apply
from witness_care.contacts import queries
from witness_care.database import session, writing
from witness_care.supervision import queries as of_the_unit
from witness_care.supervision.queries import ContactFilter
from workflows.events import CaseEvent

FEED = "feed:common-platform"
BUILT_AT_ONCE = 20


class TakenBack(Exception):
    """Ends a rehearsal: what was written is undone."""


def build(cases: Sequence[Case]) -> None:
    """Let the service make everything that follows from what happened in these cases so far."""
    for start in range(0, len(cases), BUILT_AT_ONCE):
        chunk = cases[start : start + BUILT_AT_ONCE]
        apply_all([event for case in chunk for event in registration(case)], now=REGISTERED)
        apply_all([event for case in chunk for event in history(case)], now=REGISTERED)


def history(case: Case) -> list[CaseEvent]:
    return [listing(case), *(move(case, number) for number in range(1, case.moves + 1))]


def apply_all(events: Sequence[CaseEvent], *, now: datetime) -> float:
    """Apply events in one unit of work; give the seconds from before its first statement to after its commit."""
    began = time.perf_counter()
    with writing():
        apply(events, actor=FEED, now=now)
    return time.perf_counter() - began


def rehearse(case: Case, event: CaseEvent, *, now: datetime) -> tuple[Changes, Stored]:
    """Give the rows that an event writes, and all rows as they are then; nothing of it stays."""
    try:
        with writing() as unit_of_work:
            driver = unit_of_work.connection().connection.driver_connection
            cursor = floors.reader(driver)
            before = floors.rows_of(cursor, case.id)
            apply([event], actor=FEED, now=now)
            after = floors.rows_of(cursor, case.id)
            raise TakenBack
    except TakenBack:
        return floors.changes_between(before, after), after


# --- counting --------------------------------------------------------------------------------------------------------


@contextmanager
def statements(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is sent to the database, with its values, but for what begins and ends transactions."""
    sent: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SET ", "SAVEPOINT", "RELEASE")):
            sent.append((statement, values))

    with app.app_context():
        engine = session().get_bind()
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)


# --- the queue page --------------------------------------------------------------------------------------------------


def officer(maker: Maker) -> Actor:
    """An officer of the largest unit."""
    unit = maker.units[0]
    return Actor(kind=USER, id=unit.officers[0], role=Role.OFFICER, unit_ids=(unit.id,))


def supervisor(maker: Maker) -> Actor:
    unit = maker.units[0]
    return Actor(kind=USER, id=unit.officers[0], role=Role.SUPERVISOR, unit_ids=(unit.id,))


Page = Callable[[str | None], Any]


def pages(maker: Maker, now: datetime) -> dict[str, Page]:
    """The pages of fifty that are measured, each a function of the cursor it continues from."""
    whose, who_sees = officer(maker), supervisor(maker)
    at = of_the_unit.moment(now, ())
    return {
        "My day": lambda after: queries.my_day(session(), whose, tab="today", now=now, after=after),
        "overdue": lambda after: of_the_unit.contacts_page(who_sees, ContactFilter(due="late"), at, after=after),
    }


def timed_page(page: Page, after: str | None) -> float:
    began = time.perf_counter()
    page(after)
    taken = time.perf_counter() - began
    session().rollback()
    return taken


def cursor_of_page(page: Page, number: int) -> str | None:
    """Read on to a page and give the cursor it begins after: None for the first, or when there are not so many."""
    after: str | None = None
    for _ in range(number - 1):
        found = page(after)
        if found.after is None:
            break
        after = found.after
    session().rollback()
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What PostgreSQL touches for a statement: buffers in all, rows of `duty` looked at, and by which indexes."""

    buffers: int
    rows: int
    indexes_of_duties: frozenset[str]


BY_INDEX_ONLY = ("seqscan", "hashjoin", "mergejoin", "bitmapscan")


def explained(statement: str, values: Any, *, by_index: bool = False) -> Touched:
    """Have PostgreSQL run a statement and count what it touches.

    With `by_index` it may not read a small table whole instead, as it rightly does where there is little: how the cost
    grows is seen only where both sizes are read in the same way.
    """
    connection = session().connection().connection.driver_connection
    with connection.cursor() as cursor:
        for way in BY_INDEX_ONLY if by_index else ():
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        plan = cursor.fetchone()[0][0]["Plan"]
    session().rollback()
    of_duties = [node for node in _nodes(plan) if node.get("Relation Name") == "duty" or "duty" in _index(node)]
    return Touched(
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        rows=sum(
            round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
            for node in of_duties
        ),
        indexes_of_duties=frozenset(_index(node) or node["Node Type"] for node in of_duties),
    )


def _index(node: dict[str, Any]) -> str:
    return str(node.get("Index Name", ""))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
