"""Reads one message as it came: parsed strictly, reduced to what may be kept, and translated. Stores nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from witness_care.feed import reduction
from witness_care.feed.formats import FORMATS
from witness_care.feed.formats.fields import clean_text
from witness_care.feed.formats.translated import FeedRefusal, Rejected, Translated
from witness_care.feed.models import FeedMessage
from witness_care.feed.reduction import SeenEndpoint
from witness_care.strict_json import FEED_DEPTH, JSONNotReadableError, JSONTooDeepError, strict_loads
from witness_care.structured_log import describe, log

HEADERS_KEPT = ("content-type", "x-message-type", "x-message-id", "webhook-id", "x-source-time", "x-case-urn")
LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One message, read. `translated` and `refusal` are both None when reading it failed: a person must look.

    `body` is the reduced body as it is stored, None when it could not be parsed.
    """

    received_at: datetime
    size: int
    body_sha256: str
    content_sha256: str = ""
    type_said: str = ""  # what it calls itself, also when it could not be taken
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = field(default=None, repr=False)
    endpoints: tuple[SeenEndpoint, ...] = ()
    translated: Translated | None = None
    refusal: FeedRefusal | None = None
    detail: str = ""


def read(feed: str, raw: bytes, headers: Mapping[str, str], received_at: datetime) -> Read:
    """Read one message from its bytes. `headers` have lower-case names."""
    try:
        body, repeated_keys = strict_loads(raw, FEED_DEPTH, duplicates="count")
    except JSONNotReadableError as problem:
        return refused(not_readable(problem), received_at=received_at, raw=raw, headers=headers)
    return read_body(feed, body, headers, received_at, raw=raw, repeated_keys=repeated_keys)


def read_body(
    feed: str,
    body: Any,
    headers: Mapping[str, str],
    received_at: datetime,
    *,
    raw: bytes | None = None,
    repeated_keys: int = 0,
) -> Read:
    """Read one message that is parsed already; `raw` are its bytes, when it had bytes of its own."""
    kept_headers = _kept(headers)
    reduced = reduction.reduced(body)
    raw = reduction.as_stored(body).encode("ascii") if raw is None else raw
    translated, refusal, detail = _translate(feed, reduced, kept_headers, received_at)
    if repeated_keys:
        detail = detail or f"Repeated keys: {repeated_keys}; of each the last one stands."
    return Read(
        received_at=received_at,
        size=len(raw),
        body_sha256=reduction.body_hash(raw),
        content_sha256=reduction.content_hash(body),
        type_said=translated.message_type if translated else _type_said(feed, reduced, kept_headers),
        headers=kept_headers,
        body=reduction.as_stored(reduced),
        endpoints=reduction.endpoints_in(body),
        translated=translated,
        refusal=refusal,
        detail=detail,
    )


def again(message: FeedMessage) -> Translated | None:
    """Read a stored message again from its reduced body; None when this version cannot, and then it goes on waiting."""
    if message.body is None:
        return None
    body = json.loads(message.body.open(message.id))
    return _translate(message.feed, body, message.headers, message.received_at)[0]


def refused(
    refusal: FeedRefusal,
    *,
    received_at: datetime,
    raw: bytes = b"",
    size: int | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Read:
    """Note a message that could not be read at all: of it only hash, size, headers and reason are kept."""
    return Read(
        headers=_kept(headers),
        received_at=received_at,
        size=len(raw) if size is None else size,
        body_sha256=reduction.body_hash(raw) if raw else "",
        refusal=refusal,
    )


def not_readable(problem: JSONNotReadableError) -> FeedRefusal:
    return FeedRefusal(
        Rejected.TOO_DEEP if isinstance(problem, JSONTooDeepError) else Rejected.MALFORMED,
        where="body",
        expected=str(problem).removeprefix("Expected ").rstrip("."),
        received="something else",
        do="Send UTF-8 JSON.",
    )


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_text(headers[name])[:LONGEST_HEADER] for name in HEADERS_KEPT if headers.get(name)}


def _type_said(feed: str, body: Any, headers: Mapping[str, str]) -> str:
    try:
        return FORMATS[feed].type_said(body, headers)
    except Exception as error:  # reading it failed already: what it calls itself is a help, and no more
        log.error("feed_type_not_read", feed=feed, **describe(error))
        return ""


def _translate(
    feed: str, body: Any, headers: Mapping[str, str], received_at: datetime
) -> tuple[Translated | None, FeedRefusal | None, str]:
    try:
        return FORMATS[feed].translate(body, headers, received_at), None, ""
    except FeedRefusal as refusal:
        return None, refusal, ""
    except Exception as error:  # a fault of ours must not cost the sender's message
        log.error("feed_message_not_translated", feed=feed, **describe(error))
        return None, None, f"It could not be read: {type(error).__name__}."
