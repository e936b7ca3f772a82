"""Reads a batch line by line: each line is one message, with what its headers would say on its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from marshmallow import fields

from witness_care.accounts.current import Actor
from witness_care.cases.backfill import received_at
from witness_care.errors import ApiError
from witness_care.feed import reading
from witness_care.feed.formats.fields import MaybeInstant, Words
from witness_care.feed.formats.fields import read as read_by
from witness_care.feed.formats.translated import FeedRefusal, Rejected
from witness_care.feed.reading import Read
from witness_care.problems import described
from witness_care.schemas import FeedSchema
from witness_care.strict_json import FEED_DEPTH, JSONNotReadableError, strict_loads


class LineSchema(FeedSchema):
    """One line of a batch."""

    id = Words(65)
    type = Words(200)
    source_time = Words(64)
    received_at = MaybeInstant()
    urn = Words(64)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    body = fields.Raw(required=True, error_messages={"required": "Expected the message."})


def read_lines(feed: str, lines: BinaryIO, sender: Actor, now: datetime, *, longest: int, most: int) -> Iterator[Read]:
    """Read each line that is not blank. A line over `longest` bytes, or after `most` lines, is refused by itself."""
    number = 0
    for line in _each_line(lines, longest):
        if not line.strip():
            continue
        number += 1
        read_at = now + timedelta(microseconds=number)  # lines are received one after the other
        if len(line) > longest:
            yield _refused(
                now, Rejected.TOO_LARGE, f"at most {longest} bytes a line", "more", "Send it by itself.", line
            )
        elif number > most:
            yield _refused(read_at, Rejected.TOO_LARGE, f"at most {most} lines", "more", "Send another batch.", line)
        else:
            yield _read_line(feed, line, sender, read_at)


def _each_line(lines: BinaryIO, longest: int) -> Iterator[bytes]:
    """Give the lines, one that is too long cut one byte after the limit and its rest passed over."""
    while line := lines.readline(longest + 1):
        rest = line
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = lines.readline(longest + 1)
        yield line


def _read_line(feed: str, raw: bytes, sender: Actor, now: datetime) -> Read:
    try:
        line, repeated = strict_loads(raw, FEED_DEPTH + 1, duplicates="count")
        said: dict[str, Any] = read_by(LineSchema, line)
        came_at = received_at(said["received_at"], sender, now)
    except JSONNotReadableError as problem:
        return reading.refused(reading.not_readable(problem), received_at=now, raw=raw)
    except FeedRefusal as refusal:
        return reading.refused(refusal, received_at=now, raw=raw)
    except ApiError as refused:
        return _refused(
            now, Rejected.SCHEMA, str(refused.body["expected"]), "", refused.body["do"], raw, "/received_at"
        )
    return reading.read_body(feed, line["body"], _headers(said), came_at, repeated_keys=repeated)


def _headers(said: dict[str, Any]) -> dict[str, str]:
    given = {name.lower(): value for name, value in said["headers"].items()}
    stated = {
        "x-message-id": said["id"],
        "x-message-type": said["type"],
        "x-source-time": said["source_time"],
        "x-case-urn": said["urn"],
    }
    return given | {name: value for name, value in stated.items() if value}


def _refused(
    now: datetime, reason: Rejected, expected: str, received: Any, do: str, raw: bytes, where: str = "line"
) -> Read:
    refusal = FeedRefusal(
        reason, where=where, expected=expected, received=received or described(received, telling=True), do=do
    )
    return reading.refused(refusal, received_at=now, raw=raw)
