"""The court messages that wait: chosen by reason and day, tried again together, and what that would change first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from witness_care import database
from witness_care.casework.dry_run import Difference, try_out
from witness_care.feed import replay
from witness_care.feed.models import FeedMessage
from witness_care.feed.states import State
from workflows.working_days import instant_of

MOST = replay.MOST_AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which of the waiting messages. Nothing said: all. `since` is the first London day of receipt."""

    reason: str = ""
    since: date | None = None
    message: str = ""

    def condition(self) -> sa.ColumnElement[bool]:
        wanted = [FeedMessage.state == State.PARKED]
        if self.reason:
            wanted.append(FeedMessage.reason == self.reason)
        if self.since:
            wanted.append(FeedMessage.received_at >= instant_of(self.since, time(0)))
        if self.message:
            wanted.append(FeedMessage.id == self.message)
        return sa.and_(*wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of messages that were tried: how many stand in each state, and why those wait that still do."""

    messages: int
    states: Mapping[str, int]
    still: Mapping[str, int]
    differences: tuple[Difference, ...] = ()

    @property
    def placed(self) -> int:
        return self.messages - self.states.get(State.PARKED, 0)


def chosen(choice: Choice, visible: sa.ColumnElement[bool]) -> list[str]:
    """Give the ids of the messages that are meant, the longest waiting first, at most MOST of them."""
    query = sa.select(FeedMessage.id).where(visible, choice.condition())
    return list(database.session().scalars(query.order_by(FeedMessage.received_at, FeedMessage.id).limit(MOST)))


def counts_by_reason(visible: sa.ColumnElement[bool]) -> dict[str, int]:
    query = sa.select(FeedMessage.reason, sa.func.count().label("found")).where(
        visible, FeedMessage.state == State.PARKED
    )
    rows = database.session().execute(query.group_by(FeedMessage.reason).order_by(FeedMessage.reason))
    return {row.reason: row.found for row in rows}


def try_again(message_ids: Collection[str], *, now: datetime) -> Tried:
    """Read these messages again and apply what has its place by now. `now` is UTC."""
    replay.retry(message_ids, now=now)
    return _tried(message_ids)


def preview(message_ids: Collection[str], *, now: datetime) -> Tried:
    """Say what trying these messages again would change, and write nothing."""

    def act() -> tuple[Tried, Collection[str]]:
        cases = replay.retry(message_ids, now=now)
        return _tried(message_ids), cases

    trial = try_out(act)
    found: Tried = trial.answer
    return Tried(messages=found.messages, states=found.states, still=found.still, differences=trial.differences)


def _tried(message_ids: Collection[str]) -> Tried:
    rows = (
        database.session()
        .execute(sa.select(FeedMessage.state, FeedMessage.reason).where(FeedMessage.id.in_(sorted(message_ids))))
        .all()
    )
    return Tried(
        messages=len(rows),
        states=Counter(row.state for row in rows),
        still=Counter(row.reason for row in rows if row.state == State.PARKED),
    )
