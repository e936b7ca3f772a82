"""The page "Tell everybody who still has the old date": who will be sent what, who is left out, and why."""

from __future__ import annotations

from typing import Any, cast

from flask import flash, get_flashed_messages, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import hearing_words, page_queries
from witness_care.columns import new_id
from witness_care.database import session
from witness_care.errors import absent
from witness_care.notifications import message_queries, message_words, tell_all
from witness_care.notifications.tell_all import Line

FIELDS = ("name", "role", "language", "safe_contact", "message")
PAGE = "notifications/tell_all.html"


@route_policy(permission="record_contacts", category="consultation")
def tell_all_page(hearing_id: str) -> str:
    """Before: who would get what. After ("run" names it): who got what, and who is still to be rung."""
    hearing, lines = _lines(hearing_id)
    run = request.args.get("run", "")[:20]
    made = message_queries.of_run(session(), actor(), run) if run else ()
    ledger.note_participants([message_queries.any_row(row) for row in made], fields=FIELDS)
    why: dict[str, str] = dict(cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))) if run else {}
    reached = {row.participant_id for row in made}
    return render_template(
        PAGE,
        hearing=hearing,
        days=page_queries.hearing_days(session(), hearing.id),
        hearing_words=hearing_words,
        made=made,
        is_done=bool(run),
        sending=[line for line in lines if line.choice and not run],
        left_out=[line for line in lines if line.who.id not in reached and (run or not line.choice)],
        why={line.who.id: why.get(f"{run}:{line.who.id}", "") for line in lines},
        token=new_id().replace("-", "")[-20:],
        words=message_words,
        way_in_words=tell_all.way_in_words,
    )


@route_policy(permission="record_contacts", category="alteration")
def tell_them_all(hearing_id: str) -> Response:
    """Send one message to each person who was shown and ticked; whoever changed meanwhile is left out."""
    _, lines = _lines(hearing_id)
    run = request.form.get("token", "")[:20] or new_id().replace("-", "")[-20:]
    ticked = set(request.form.getlist("person"))
    people = {tick.partition("|")[0] for tick in ticked}
    for line in lines:
        words = ""
        if line.choice and line.tick in ticked:
            words = tell_all.tell(line, run, actor=actor().reference, now=clock.now())
        elif line.choice and line.who.id in people:
            words = tell_all.CHANGED
        if words:
            flash(words, f"{run}:{line.who.id}")
    return redirect(url_for(".tell_all_page", hearing_id=hearing_id, run=run, _anchor="result"), 303)


def _lines(hearing_id: str) -> tuple[Any, list[Line]]:
    hearing = page_queries.hearing(session(), actor(), hearing_id)
    if hearing is None:
        raise absent()
    lines = tell_all.lines(session(), actor(), hearing.case_id, hearing.thread, clock.now())
    ledger.note_participants([(hearing.case_id, line.who.id, line.who.row.role) for line in lines], fields=FIELDS)
    return hearing, lines
