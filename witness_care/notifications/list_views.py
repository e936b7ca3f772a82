"""The lists of messages: an officer's own, what left, and a supervisor's view of what went wrong or was overridden."""

from __future__ import annotations

from flask import render_template, request, url_for

from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.database import session
from witness_care.notifications import composing, message_queries, message_words

MINE = {
    message_queries.FAILED: "Did not arrive",
    message_queries.APPROVE: "To be approved",
    message_queries.WAITING: "Waiting",
    message_queries.SENT: "Sent",
}
OF_THE_UNIT = {
    message_queries.FAILED: "Did not arrive",
    message_queries.ESCALATED: "To be decided",
    message_queries.BLOCKED: "Not safe to send",
    message_queries.OVERRIDES: "Sent all the same",
}
FIELDS = ("name", "role", "case", "message")


@route_policy(permission="see_cases", category="consultation")
def messages() -> str:
    """Messages of the actor's own cases."""
    return _list(MINE, "notifications.messages", mine=True)


@route_policy(permission="assign", category="consultation")
def unit_messages() -> str:
    """Messages of the unit that somebody has to know about."""
    return _list(OF_THE_UNIT, "notifications.unit_messages", mine=False)


def _list(lists: dict[str, str], endpoint: str, *, mine: bool) -> str:
    which = request.args.get("show", "")
    which = which if which in lists else next(iter(lists))
    page = message_queries.page(
        session(),
        actor(),
        which,
        mine=mine,
        after=request.args.get("after"),
        before=request.args.get("before"),
    )
    ledger.note_participants([message_queries.any_row(row) for row in page.rows], fields=FIELDS)
    counts = message_queries.counts(session(), actor(), tuple(lists), mine=mine)
    return render_template(
        "notifications/messages.html",
        which=which,
        heading="Messages" if mine else "Messages of the unit",
        list_name=lists[which],
        mine=mine,
        count=counts[which],
        tabs=[
            {"text": words, "count": counts[name], "href": url_for(endpoint, show=name), "current": name == which}
            for name, words in lists.items()
        ],
        rows=page.rows,
        words=message_words,
        sent_as=composing.SENT_AS,
        names=message_queries.names(session(), [row.sent_by or row.created_by for row in page.rows]),
        reasons={row.id: row.override_reason.open(row.id) for row in page.rows if row.override_reason and not mine},
        previous=url_for(endpoint, show=which, before=page.before) if page.before else None,
        next=url_for(endpoint, show=which, after=page.after) if page.after else None,
    )
