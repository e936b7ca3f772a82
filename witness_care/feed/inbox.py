"""Takes in what a feed sends: stores each message first, durably, and only then applies it.

One message is a batch of one. A message is stored reduced and sealed, with the hashes of what came; whatever happens
afterwards, a sender who got an answer of success need not send it again (reliability.md section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from witness_care import database
from witness_care.columns import new_id
from witness_care.faultpoints import Work
from witness_care.feed import defendants_endpoints, replay
from witness_care.feed.formats.translated import FeedRefusal, Parked, Rejected
from witness_care.feed.interpreting import Outcome, Stored
from witness_care.feed.models import FeedMessage, FeedPart
from witness_care.feed.reading import Read
from witness_care.feed.states import Reason, State
from witness_care.sealing import Plain
from witness_care.structured_log import describe, log

CHUNK_MESSAGES, CHUNK_PARTS = 200, 500
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_TABLE: Any = FeedMessage.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends, on which feed, and the units whose cases they may write to."""

    feed: str
    client_id: str
    unit_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one message. `refusal` is set when it was not taken, with what the sender should do."""

    id: str
    state: str
    reason: str = ""
    parts: tuple[dict[str, Any], ...] = ()
    refusal: FeedRefusal | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A message that is there already, or was stored a moment before in the same batch."""

    id: str
    message_id: str
    content_sha256: str
    message_type: str


@dataclass(slots=True)
class _Entry:
    """One message of a batch: the row it makes, or the earlier message it repeats."""

    read: Read
    row: dict[str, Any]
    repeats: _Held | None = None


def receive(sender: Sender, messages: Iterable[Read], *, now: datetime) -> Iterator[Taken]:
    """Store and apply messages; gives one answer for each, in the same order. Never all or nothing."""
    for chunk in _chunks(messages):
        yield from _receive_chunk(sender, chunk, now=now)


def _chunks(messages: Iterable[Read]) -> Iterator[list[Read]]:
    chunk: list[Read] = []
    parts = 0
    for read in messages:
        size = len(read.translated.parts) if read.translated else 0
        if chunk and (len(chunk) == CHUNK_MESSAGES or parts + size > CHUNK_PARTS):
            yield chunk
            chunk, parts = [], 0
        chunk.append(read)
        parts += size
    if chunk:
        yield chunk


def _receive_chunk(sender: Sender, chunk: Sequence[Read], *, now: datetime) -> list[Taken]:
    with database.writing(Work.STORE_MESSAGES) as session:
        entries = _store(session, sender, chunk, now=now)
        parts = _parts_of(session, [entry.repeats.id for entry in entries if entry.repeats])
    fresh = [
        Stored(
            id=entry.row["id"],
            feed=sender.feed,
            message_id=entry.row["message_id"],
            received_at=entry.read.received_at,
            unit_ids=sender.unit_ids,
            translated=entry.read.translated,
        )
        for entry in entries
        if entry.repeats is None and entry.read.translated is not None
    ]
    try:
        outcomes = replay.interpret_each(fresh, now=now)
    except sqlalchemy.exc.SQLAlchemyError as error:
        if not database.is_cut_off(error):
            raise
        # They are stored: the worker reads them as soon as it can.
        log.error("feed_messages_wait", feed=sender.feed, count=len(fresh), **describe(error))
        outcomes = {}
    return [_answer(entry, outcomes, parts) for entry in entries]


def _answer(entry: _Entry, outcomes: dict[str, Outcome], parts: dict[str, list[dict[str, Any]]]) -> Taken:
    read, row_id = entry.read, entry.repeats.id if entry.repeats else entry.row["id"]
    if read.refusal is not None:
        return Taken(id=row_id, state=State.REJECTED, reason=read.refusal.reason, refusal=read.refusal)
    if entry.repeats is not None:
        return _answer_to_a_repeat(entry, entry.repeats, parts)
    outcome = outcomes.get(row_id)
    if outcome is None:
        return Taken(id=row_id, state=entry.row["state"], reason=entry.row["reason"])
    return Taken(
        id=row_id,
        state=str(outcome.state),
        reason=str(outcome.reason),
        parts=tuple(part.as_answer() for part in outcome.parts),
    )


def _answer_to_a_repeat(entry: _Entry, before: _Held, parts: dict[str, list[dict[str, Any]]]) -> Taken:
    if entry.row["content_sha256"] != before.content_sha256 or entry.row["message_type"] != before.message_type:
        refusal = FeedRefusal(
            Rejected.ID_CONFLICT,
            where="/_metadata/id",
            expected="the content that came before with this id",
            received="other content",
            do="A correction needs a new id.",
        )
        return Taken(id=before.id, state=State.REJECTED, reason=Rejected.ID_CONFLICT, refusal=refusal)
    reason = Reason.SAME_CONTENT if before.message_id.startswith(NAMELESS) else Reason.SAME_ID
    return Taken(id=before.id, state=State.DUPLICATE, reason=reason, parts=tuple(parts.get(before.id, ())))


# --- storing ------------------------------------------------------------------------------------------------------

NAMELESS, REFUSED = "content:", "refused:"


def _store(session: Session, sender: Sender, chunk: Sequence[Read], *, now: datetime) -> list[_Entry]:
    """Store what is new and find what came before: one statement for messages with ids, two for others."""
    entries = _named(sender, chunk, _latest_of_keys(session, sender, chunk), now=now)
    rows = [entry.row for entry in entries if entry.repeats is None]
    there = _insert(session, rows)
    for entry in entries:
        held = there.get(entry.row["message_id"])
        if held is not None and held.id != entry.row["id"]:
            entry.repeats = held  # also of one that repeats a line before it, which itself came before this batch
    seen = [endpoint for entry in entries if entry.repeats is None for endpoint in entry.read.endpoints]
    defendants_endpoints.keep(session, seen, now=now)
    return entries


def _named(sender: Sender, chunk: Sequence[Read], latest: dict[str, _Held], *, now: datetime) -> list[_Entry]:
    """Name every message: by its own id, by its content within its key, or, refused, by its bytes.

    A message without an id repeats only the latest one of its key: A, B, A is a real change back (feeds.md section 7).
    """
    entries: list[_Entry] = []
    first: dict[str, _Held] = {}
    for read in chunk:
        row = _row(sender, read, now=now)
        entry = _Entry(read, row)
        if row["message_id"].startswith(NAMELESS):
            before = latest.get(row["content_key"])
            if before and before.content_sha256 == row["content_sha256"]:
                entry.repeats = before
            else:
                latest[row["content_key"]] = _as_held(row)
        else:
            entry.repeats = first.get(row["message_id"])
            first.setdefault(row["message_id"], _as_held(row))
        entries.append(entry)
    return entries


def _row(sender: Sender, read: Read, *, now: datetime) -> dict[str, Any]:
    row_id, said = new_id(), read.translated
    if read.refusal is not None:
        name, state, reason = f"{REFUSED}{read.body_sha256[:48] or row_id}", State.REJECTED, str(read.refusal.reason)
    elif said is None:
        name, state, reason = f"unread:{read.content_sha256[:48]}", State.PARKED, str(Parked.NEEDS_PERSON)
    else:
        name = said.message_id or f"{NAMELESS}{read.content_sha256[:40]}:{row_id[:8]}"
        state, reason = State.RECEIVED, ""
    return {
        "id": row_id,
        "feed": sender.feed,
        "client_id": sender.client_id,
        "message_type": read.type_said,
        "message_id": name,
        "content_key": said.content_key if said else "",
        "body_sha256": read.body_sha256,
        "content_sha256": read.content_sha256,
        "size": read.size,
        "body": None if read.body is None else Plain(read.body, row_id),
        "headers": dict(read.headers),
        "occurred_at": said.occurred_at if said else None,
        "received_at": read.received_at,
        "stored_at": now,
        "stream": said.stream if said else "",
        "source_version": said.version if said else None,
        "state": str(state),
        "reason": reason,
        "detail": _detail(read),
        "repeats": 0,
    }


def _detail(read: Read) -> str:
    """Say where a refused message is wrong; never what stood there."""
    if read.refusal is None:
        return read.detail
    return f"{read.refusal.where}: expected {read.refusal.expected}."[:500]


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> dict[str, _Held]:
    """Insert rows in one statement; give what now stands under each id: the new row, or the one that was there."""
    if not rows:
        return {}
    connection, table = session.connection(), _TABLE.c
    statement = (
        _INSERT[connection.dialect.name](_TABLE)
        .on_conflict_do_update(
            index_elements=[table.feed, table.client_id, table.message_id], set_={"repeats": table.repeats + 1}
        )
        .returning(table.id, table.message_id, table.content_sha256, table.message_type)
    )
    return {row.message_id: _Held(*row) for row in connection.execute(statement, list(rows))}


def _latest_of_keys(session: Session, sender: Sender, chunk: Sequence[Read]) -> dict[str, _Held]:
    """Give the latest message of each key that a message without an id is about."""
    keys = {
        read.translated.content_key
        for read in chunk
        if read.translated and not read.translated.message_id and not read.refusal
    }
    if not keys:
        return {}
    place = sa.func.row_number().over(
        partition_by=FeedMessage.content_key,
        order_by=(FeedMessage.received_at.desc(), FeedMessage.stored_at.desc(), FeedMessage.id.desc()),
    )
    ranked = (
        sa.select(
            FeedMessage.id,
            FeedMessage.message_id,
            FeedMessage.content_sha256,
            FeedMessage.message_type,
            FeedMessage.content_key,
            place.label("place"),
        )
        .where(
            FeedMessage.feed == sender.feed,
            FeedMessage.client_id == sender.client_id,
            FeedMessage.content_key.in_(sorted(keys)),
        )
        .subquery()
    )
    rows = session.execute(sa.select(ranked).where(ranked.c.place == 1))
    return {row.content_key: _Held(row.id, row.message_id, row.content_sha256, row.message_type) for row in rows}


def _parts_of(session: Session, message_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    if not message_ids:
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    rows = session.execute(
        sa.select(FeedPart).where(FeedPart.message_row_id.in_(message_ids)).order_by(FeedPart.part, FeedPart.id)
    ).scalars()
    for row in rows:
        found.setdefault(row.message_row_id, []).append(as_answer(row))
    return found


def as_answer(part: FeedPart) -> dict[str, Any]:
    """Give a part as the sender is told of it."""
    return {
        "urn": part.urn,
        "hearing": part.hearing,
        "state": part.state,
        "reason": part.reason,
        "events": list(part.events),
    }


def _as_held(row: dict[str, Any]) -> _Held:
    return _Held(row["id"], row["message_id"], row["content_sha256"], row["message_type"])
