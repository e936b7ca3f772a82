"""What one message costs the database: few statements, whatever is in the case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.feed import payloads
from tests.feed.conftest import CourtLink
from witness_care import clock
from witness_care.database import session
from witness_care.feed import inbox, reading
from witness_care.feed.inbox import Sender, Taken

TRIAL = "2026-03-09T10:30:00Z"


@contextmanager
def counting(court: CourtLink) -> Iterator[list[str]]:
    """Collect the statements that reach the database, but for those that begin and end transactions."""
    seen: list[str] = []

    def statement(_c: Any, _k: Any, text: str, *_: Any) -> None:
        if not text.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "SET ")):
            seen.append(text)

    with court.app.app_context():
        engine = session().get_bind()
    sa.event.listen(engine, "before_cursor_execute", statement)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", statement)


def take(court: CourtLink, sender: Sender, *bodies: Any) -> list[Taken]:
    with court.app.app_context():
        now = clock.now()
        reads = [reading.read_body(sender.feed, body, {}, now) for body in bodies]
        return list(inbox.receive(sender, reads, now=now))


@pytest.fixture
def sender(cast: Any) -> Sender:
    return Sender(feed="common-platform", client_id="court", unit_ids=frozenset([cast.unit]))


def test_a_duplicate_costs_two_statements(court: CourtLink, sender: Sender):
    court.register()
    message = payloads.confirmed(TRIAL)
    take(court, sender, message)
    with counting(court) as seen:
        [again] = take(court, sender, message)
    assert again.state == "duplicate"
    assert len(seen) == 2, seen
    assert all("feed_" in statement for statement in seen), "A repeat concerns the inbox alone, no table of a case."


def test_a_duplicate_without_an_id_costs_two_statements(court: CourtLink, sender: Sender):
    court.register()
    message = payloads.confirmed(TRIAL)
    del message["_metadata"]["id"]
    take(court, sender, message)
    with counting(court) as seen:
        [again] = take(court, sender, message)
    assert again.state == "duplicate"
    assert len(seen) == 2, seen


def test_one_message_and_forty_cost_the_same_number_of_statements(court: CourtLink, sender: Sender):
    court.register()
    take(court, sender, payloads.confirmed(TRIAL, envelope={"version": 1}))
    moves = [f"2026-03-{day:02}T10:30:00Z" for day in range(10, 30)]
    with counting(court) as one:
        take(court, sender, payloads.updated(moves[0], envelope={"version": 2}))
    with counting(court) as many:
        take(court, sender, *(payloads.updated(day, envelope={"version": v}) for v, day in enumerate(moves[1:], 3)))
    assert len(many) == len(one), many
    print(f"one message: {len(one)} statements")
    assert len(one) <= 30
