"""Where feeds send: one message, many at once, and a look at what became of one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import marshmallow as ma
from flask import Response, jsonify, request
from marshmallow import fields
from werkzeug.exceptions import RequestEntityTooLarge

from witness_care import clock, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.api_blueprint import ApiBlueprint, ErrorBody
from witness_care.feed import batch_lines, inbox, queries, reading
from witness_care.feed.formats import FORMATS
from witness_care.feed.formats.translated import FeedRefusal, Rejected
from witness_care.feed.inbox import Sender, Taken
from witness_care.feed.reading import Read
from witness_care.feed.states import State

LARGEST_MESSAGE = 2 * 1024 * 1024
LARGEST_BATCH = 64 * 1024 * 1024
MOST_LINES = 10_000
BATCH_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
COPIED_AT_ONCE = 64 * 1024

STATUS: Mapping[Rejected, tuple[int, str]] = {
    Rejected.MALFORMED: (400, "not_readable"),
    Rejected.TOO_DEEP: (400, "not_readable"),
    Rejected.TYPE_MISSING: (422, "not_valid"),
    Rejected.SCHEMA: (422, "not_valid"),
    Rejected.ID_CONFLICT: (409, "conflict"),
    Rejected.TOO_LARGE: (413, "too_large"),
    Rejected.WRONG_MEDIA_TYPE: (415, "wrong_type"),
}

blueprint = ApiBlueprint(
    "feed_api", __name__, url_prefix="/api/v1/feeds", description="Messages of courts and other systems."
)


class PartBody(ma.Schema):
    """What became of one part of a message: one for each case and hearing it speaks of."""

    urn = fields.String()
    hearing = fields.String(metadata={"description": "the hearing's id, as sent"})
    state = fields.String()
    reason = fields.String()
    events = fields.List(fields.String())


class TakenBody(ma.Schema):
    """What became of a message."""

    id = fields.String(metadata={"description": "our id of the stored message"})
    state = fields.String(metadata={"description": "applied, parked, received, duplicate, stale or rejected"})
    reason = fields.String()
    parts = fields.List(fields.Nested(PartBody))


@blueprint.before_request
def _allow_what_a_feed_may_send() -> None:
    request.max_content_length = LARGEST_BATCH if request.path.endswith("/batches") else LARGEST_MESSAGE


@blueprint.route("/<feed>/messages", methods=["POST"])
@route_policy(permission="send_feed")
@blueprint.response(202, TakenBody, description="Stored: applied, waiting for its case, or waiting to be read.")
@blueprint.alt_response(200, schema=TakenBody, description="It came before, or something newer did.")
def post_message(feed: str) -> Response:
    """Send one message in the feed's own format.

    The message is stored before it is read: an answer of success means that you need not send it again. Send a message
    again as often as you like; a correction needs a new id.
    """
    sender, now = _sender(feed), clock.now()
    taken = next(inbox.receive(sender, [_read_message(feed, now)], now=now))
    if taken.refusal is not None:
        raise _as_error(taken.refusal)
    response = jsonify(_body(taken))
    response.status_code = _status(taken)
    return response


@blueprint.route("/<feed>/batches", methods=["POST"])
@route_policy(permission="send_feed")
@blueprint.response(200, description="One line for each line sent, in the same order, as for a single message.")
def post_batch(feed: str) -> Response:
    """Send many messages: a line of JSON for each, with the message as `body`.

    Every message is taken or refused by itself; a line that cannot be read does not stop the others.
    """
    sender, now = _sender(feed), clock.now()
    if request.mimetype not in BATCH_TYPES:
        raise _as_error(_wrong_type(BATCH_TYPES[0]))
    _refuse_encoding()
    with tempfile.TemporaryFile() as spool:
        _spool(spool)
        reads = batch_lines.read_lines(feed, spool, actor(), now, longest=LARGEST_MESSAGE, most=MOST_LINES)
        answers = list(inbox.receive(sender, reads, now=now))
    return Response("".join(_lines(answers)), mimetype=BATCH_TYPES[0])


@blueprint.route("/<feed>/messages/<message_row_id>", methods=["GET"])
@route_policy(permission="send_feed")
@blueprint.response(200, TakenBody)
@blueprint.alt_response(422, schema=ErrorBody, description="A query parameter; there is none.")
def get_message(feed: str, message_row_id: str) -> Response:
    """What became of a message you sent."""
    _known(feed)
    found = queries.sent_message(actor().id, feed, message_row_id)
    if found is None:
        raise errors.absent()
    message, parts = found
    return jsonify(
        {
            "id": message.id,
            "state": message.state,
            "reason": message.reason,
            "parts": [inbox.as_answer(part) for part in parts],
        }
    )


# --- what came ----------------------------------------------------------------------------------------------------


def _known(feed: str) -> None:
    if feed not in FORMATS:
        raise errors.absent()


def _sender(feed: str) -> Sender:
    _known(feed)
    sending = actor()
    return Sender(feed=feed, client_id=sending.id, unit_ids=frozenset(sending.unit_ids))


def _read_message(feed: str, now: datetime) -> Read:
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return reading.refused(
            FeedRefusal(
                Rejected.TOO_LARGE,
                where="body",
                expected=f"at most {LARGEST_MESSAGE} bytes",
                received=str(request.content_length or "more"),
                do="Send it in parts.",
            ),
            received_at=now,
            size=request.content_length or LARGEST_MESSAGE,
            headers=_headers(),
        )
    try:
        _refuse_encoding()
        _refuse_media_type(feed)
    except errors.ApiError:
        return reading.refused(_wrong_type("application/json"), received_at=now, raw=raw, headers=_headers())
    return reading.read(feed, raw, _headers(), now)


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _refuse_media_type(feed: str) -> None:
    media = request.mimetype
    fits = any(media.startswith(kind) if kind.endswith(".") else media == kind for kind in FORMATS[feed].media_types)
    if not fits:
        raise _as_error(_wrong_type("application/json"))


def _refuse_encoding() -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _as_error(_wrong_type("a body that is not compressed"))


def _wrong_type(expected: str) -> FeedRefusal:
    return FeedRefusal(
        Rejected.WRONG_MEDIA_TYPE,
        where="Content-Type",
        expected=expected,
        received=request.mimetype[:80] or "none",
        do="Send the feed's own kind of content, not compressed.",
    )


def _spool(spool: BinaryIO) -> None:
    """Copy the body to disk, so that a large batch does not fill the memory."""
    while part := request.stream.read(COPIED_AT_ONCE):
        spool.write(part)
    spool.seek(0)


# --- what is answered ---------------------------------------------------------------------------------------------


def _status(taken: Taken) -> int:
    if taken.refusal is not None:
        return STATUS[taken.refusal.reason][0]
    return 200 if taken.state in (State.DUPLICATE, State.STALE) else 202


def _body(taken: Taken) -> dict[str, Any]:
    return {"id": taken.id, "state": str(taken.state), "reason": str(taken.reason), "parts": list(taken.parts)}


def _lines(answers: list[Taken]) -> Iterator[str]:
    for taken in answers:
        body = _body(taken) | {"status": _status(taken)}
        if taken.refusal is not None:
            body["error"] = _error_body(taken.refusal)
        yield json.dumps(body, ensure_ascii=False) + "\n"


def _error_body(refusal: FeedRefusal) -> dict[str, Any]:
    return {
        "error": STATUS[refusal.reason][1],
        "where": refusal.where,
        "expected": refusal.expected,
        "received": refusal.received,
        "do": refusal.do,
    }


def _as_error(refusal: FeedRefusal) -> errors.ApiError:
    status, error = STATUS[refusal.reason]
    return errors.ApiError(
        status, error, where=refusal.where, expected=refusal.expected, received=refusal.received, do=refusal.do
    )
