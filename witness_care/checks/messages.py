"""Is every court message that was taken still there, in the state that its parts say, with what it told the cases?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from witness_care.casework.models import JournalEvent
from witness_care.checks.findings import Finding, finding, rows
from witness_care.database import session
from witness_care.feed.formats.translated import Parked
from witness_care.feed.interpreting import said_again
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait
from witness_care.feed.states import Reason, State, state_of_message

UNREAD = (State.RECEIVED, State.REJECTED)
WITHOUT_PARTS = ((State.APPLIED, Reason.POKE), (State.APPLIED, Reason.NO_CHANGE))
# What waits for one of these can only be brought back by a name, so it must wait for one.
WAITS_FOR_A_NAME = (Parked.UNKNOWN_CASE, Parked.UNKNOWN_HEARING, Parked.UNKNOWN_DEFENDANT)
AGAIN = "~"


def every_message_is_there(now: datetime) -> Iterator[Finding]:
    """I10: messages, their parts, what they wait for and what they told the journal agree with each other."""
    yield from _states()
    yield from _waits()
    yield from _taken_back_and_lost()
    yield from _parts_without_their_entries()
    yield from _entries_without_a_message()


def _states() -> Iterator[Finding]:
    chosen = (
        sa.select(
            FeedMessage.id,
            FeedMessage.state,
            FeedMessage.reason,
            FeedPart.id.label("part_id"),
            FeedPart.state.label("part_state"),
            FeedPart.reason.label("part_reason"),
        )
        .outerjoin(FeedPart, FeedPart.message_row_id == FeedMessage.id)
        .order_by(FeedMessage.id, FeedPart.part, FeedPart.id)
    )
    for message_id, group in groupby(rows(chosen), key=lambda row: row["id"]):
        held = list(group)
        parts = [(row["part_state"], row["part_reason"]) for row in held if row["part_id"] is not None]
        if not _agrees((held[0]["state"], held[0]["reason"]), parts):
            yield finding("I10", "", message_id, "A court message stands in a state that its parts do not give it.")


def _agrees(said: tuple[str, str], parts: list[tuple[str, str]]) -> bool:
    if said[0] in UNREAD:
        return not parts or (said[0] == State.REJECTED and said == state_of_message(parts))
    if not parts:
        return said in WITHOUT_PARTS
    try:
        return said == state_of_message(parts)
    except ValueError:  # a part in a state that there is not
        return False


def _waits() -> Iterator[Finding]:
    waiting = sa.select(FeedWait.part_id).where(FeedWait.part_id == FeedPart.id).exists()
    for_nothing = sa.select(FeedPart.id, FeedPart.case_id).where(
        FeedPart.state == State.PARKED.value, FeedPart.reason.in_([reason.value for reason in WAITS_FOR_A_NAME])
    )
    for row in rows(for_nothing.where(~waiting).order_by(FeedPart.id)):
        yield finding("I10", row["case_id"], row["id"], "A part waits for a name, and no name would bring it back.")
    done = sa.select(FeedPart.id, FeedPart.case_id).where(
        FeedPart.state != State.PARKED.value, FeedPart.reason != Reason.OUT_OF_SCOPE.value
    )
    for row in rows(done.where(waiting).order_by(FeedPart.id)):
        yield finding("I10", row["case_id"], row["id"], "A part that is done still waits for a name.")


def _taken_back_and_lost() -> Iterator[Finding]:
    """What a match was taken back from is read again: the message has a newer part in its place."""
    again = sa.orm.aliased(FeedPart)
    instead = sa.exists().where(
        again.message_row_id == FeedPart.message_row_id,
        again.part == FeedPart.part,
        again.drives > FeedPart.drives,
    )
    lost = sa.select(FeedPart.id, FeedPart.case_id).where(FeedPart.reason == Reason.TAKEN_BACK.value, ~instead)
    for row in rows(lost.order_by(FeedPart.id)):
        yield finding("I10", row["case_id"], row["id"], "A match was taken back, and its message waits nowhere.")


def _parts_without_their_entries() -> Iterator[Finding]:
    chosen = (
        sa.select(
            FeedPart.id, FeedPart.case_id, FeedPart.part, FeedPart.events, FeedPart.drives, FeedMessage.message_id
        )
        .join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
        .where(FeedPart.state.in_((State.APPLIED.value, State.STALE.value)), FeedPart.case_id.is_not(None))
        .order_by(FeedPart.id)
    )
    for row in rows(chosen):
        if row["events"] and not set(row["events"]) <= _kinds_said(row):
            yield finding("I10", row["case_id"], row["id"], "The journal lacks what an applied part told the case.")


def _kinds_said(row: Any) -> set[str]:
    names = {said_again(row["message_id"], drives) for drives in range(row["drives"] + 1)}
    said = sa.select(JournalEvent.kind).where(
        JournalEvent.case_id == row["case_id"],
        JournalEvent.message_id.in_(sorted(names)),
        JournalEvent.part == row["part"],
    )
    return set(session().execute(said).scalars())


def _entries_without_a_message() -> Iterator[Finding]:
    named = sa.and_(FeedMessage.feed == JournalEvent.source, FeedMessage.message_id == JournalEvent.message_id)
    chosen = (
        sa.select(JournalEvent.id, JournalEvent.case_id, JournalEvent.source, JournalEvent.message_id)
        .outerjoin(FeedMessage, named)
        .where(JournalEvent.actor.like("feed:%"), FeedMessage.id.is_(None))
        .order_by(JournalEvent.id)
    )
    for row in rows(chosen):
        if not _said_again_of_a_message(row):
            yield finding("I10", row["case_id"], row["id"], "A court message that the journal speaks of is not there.")


def _said_again_of_a_message(row: Any) -> bool:
    first, again, _number = row["message_id"].rpartition(AGAIN)
    if not again:
        return False
    chosen = sa.select(FeedMessage.message_id).where(
        FeedMessage.feed == row["source"], FeedMessage.message_id.startswith(first, autoescape=True)
    )
    return session().scalar(chosen.limit(1)) is not None
