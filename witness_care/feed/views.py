"""The pages about court messages: what waits or was refused, why in words, and trying one again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.feed import queries, reasons, redaction, replay, replay_views, unmatched_views
from witness_care.feed.formats.translated import Rejected
from witness_care.feed.unmatched_queries import MATCHABLE

blueprint = Blueprint("feed", __name__, url_prefix="/feed")
blueprint.register_blueprint(unmatched_views.blueprint)
blueprint.register_blueprint(replay_views.blueprint)

STATES = {
    "parked": "Waiting",
    "rejected": "Refused",
    "received": "Not read yet",
    "applied": "Applied",
    "stale": "Older than what was here",
    "duplicate": "Came before",
}
TRIED = {"1": "Tried again", "back": "Match taken back"}
# What a message without a type is called, by why it was refused; nothing else is held of it.
UNTYPED = {
    Rejected.MALFORMED: "Not readable as JSON",
    Rejected.TOO_DEEP: "Nested too deeply to be read",
    Rejected.TOO_LARGE: "Too large to be read",
    Rejected.WRONG_MEDIA_TYPE: "Not the feed's kind of content",
}


@blueprint.get("/messages")
@route_policy(permission="see_feed")
def messages() -> str:
    state = request.args.get("state", "parked")
    state = state if state in STATES else "parked"
    page = queries.messages_page(actor(), state, after=request.args.get("after"), before=request.args.get("before"))
    counts = queries.counts_by_state(actor())
    parts = queries.parts_of(actor(), [row.id for row in page.rows])
    return render_template(
        "feed/messages.html",
        now=clock.now(),
        state=state,
        state_words=STATES[state],
        title=title,
        tabs=[
            {
                "text": words,
                "count": counts.get(key, 0),
                "href": url_for(".messages", state=key),
                "current": key == state,
            }
            for key, words in STATES.items()
            if counts.get(key) or key in ("parked", "rejected")
        ],
        rows=[(row, _why(row, parts.get(row.id, ())), parts.get(row.id, ())) for row in page.rows],
        count=counts.get(state, 0),
        previous=url_for(".messages", state=state, before=page.before) if page.before else None,
        next=url_for(".messages", state=state, after=page.after) if page.after else None,
    )


@blueprint.get("/messages/<message_row_id>")
@route_policy(permission="see_feed", category="consultation")
def message(message_row_id: str) -> str:
    found = _message(message_row_id)
    parts = queries.parts_of(actor(), [found.id]).get(found.id, [])
    may_match = actor().may("match_parked")
    shape = ""
    if found.body is not None:
        ledger.note(fields="redacted court message", row_count=0)
        shape = redaction.shape_of(found.body.open(found.id))
    return render_template(
        "feed/message.html",
        now=clock.now(),
        message=found,
        state_words=STATES.get(found.state, found.state),
        why=_why(found, parts),
        states=STATES,
        parts=[(part, reasons.words(part.reason)) for part in parts],
        shape=shape,
        title=title,
        may_retry=found.state in ("parked", "received"),
        may_match=may_match,
        matches=queries.matches_of(actor(), found.id) if may_match else {},
        matchable=MATCHABLE,
        tried_again=TRIED.get(request.args.get("tried", "")),
    )


@blueprint.post("/messages/<message_row_id>/retry")
@route_policy(permission="see_feed")
def retry(message_row_id: str) -> Response:
    found = _message(message_row_id)
    replay.retry([found.id], now=clock.now())
    return redirect(url_for(".message", message_row_id=found.id, tried="1", _anchor="result"), 303)


def _message(message_row_id: str) -> sa.Row:
    found = queries.message(actor(), message_row_id)
    if found is None:
        raise errors.absent()
    return found


def title(row: Any) -> str:
    """Name a message by its type; one that names none, by why that is not known and as what it was sent."""
    if row.message_type:
        return str(row.message_type)
    words = UNTYPED.get(row.reason, "No type named")
    media_type = (row.headers or {}).get("content-type", "").partition(";")[0].strip()[:80]
    return f"{words}, sent as {media_type}" if media_type else words


def _why(row: Any, parts: Any) -> list[reasons.Reason]:
    """Give each reason once: those of the parts that wait, else the message's own."""
    waiting = sorted({part.reason for part in parts if part.state == "parked"})
    return [reasons.words(reason) for reason in waiting or [row.reason]]
