"""The officer's day: the ranked queue, recording a contact, why something is due, and correcting what was recorded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from witness_care import clock, dates
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.contacts import correct_views, duty_views, override_views, queries, record_views, still_coming_views
from witness_care.contacts.queries import Counts
from witness_care.database import session
from witness_care.engagement import queries as engagement_queries
from witness_care.links import queries as link_queries
from witness_care.notifications import message_queries
from witness_care.people import reach

blueprint = Blueprint("contacts", __name__)
for method, rule, view in (
    ("GET", "/participants/<participant_id>/contacts/new", record_views.new_contact),
    ("POST", "/participants/<participant_id>/contacts/new", record_views.save_contact),
    ("GET", "/contacts/<contact_id>/correct", correct_views.correct_contact),
    ("POST", "/contacts/<contact_id>/correct", correct_views.save_correction),
    ("GET", "/duties/<duty_id>", duty_views.duty),
    ("POST", "/duties/<duty_id>/not-needed", duty_views.end_duty),
    ("GET", "/still-coming", still_coming_views.still_coming),
    ("GET", "/unit/overrides", override_views.unit_overrides),
    ("GET", "/unit/overrides/<override_id>", override_views.override),
    ("POST", "/unit/overrides/<override_id>", override_views.look_at_override),
):
    blueprint.add_url_rule(rule, view_func=view, methods=[method])

TABS = {
    "today": "To do today",
    "hearing-soon": "Hearing soon",
    "overdue": "Overdue",
    "due-today": "Due later today",
    "later": "After today",
}
FIELDS_OF_A_ROW = ("name", "role", "language", "safe_contact", "engagement")


@blueprint.get("/my-day")
@route_policy(permission="see_cases", category="consultation")
def my_day() -> str:
    now, officer = clock.now(), actor()
    tab = request.args.get("show", "today")
    tab = tab if tab in TABS else "today"
    counts = queries.my_day_counts(session(), officer, now)
    queue = queries.my_day(
        session(), officer, tab=tab, now=now, after=request.args.get("after"), before=request.args.get("before")
    )
    actions = engagement_queries.actions_to_do(session(), officer)
    shown = [(row.duty.case_id, row.duty.participant_id, row.role) for row in queue.rows]
    taken_up = [(row.case_id, row.participant_id, row.role) for row in actions]
    ledger.note_participants([*shown, *taken_up], fields=FIELDS_OF_A_ROW)
    return render_template(
        "contacts/my_day.html",
        today=dates.full_date(now),
        tab=tab,
        tabs=_tabs(counts, tab),
        counts=counts,
        count=getattr(counts, tab.replace("-", "_")),
        rows=queue.rows,
        in_words=reach.in_words,
        next_due=None if queue.rows else queries.next_due(session(), officer),
        before=url_for("contacts.my_day", show=tab, before=queue.before) if queue.before else None,
        after=url_for("contacts.my_day", show=tab, after=queue.after) if queue.after else None,
        saved=record_views.saved_contact(request.args.get("saved")),
        lost_messages=message_queries.counts(session(), officer, (message_queries.FAILED,), mine=True)["failed"],
        concerns=engagement_queries.concerns_of(session(), officer, (row[1] for row in shown), now),
        actions=actions,
        replies=link_queries.count_waiting(session(), officer),
        action_words=engagement_queries.action_words,
    )


def _tabs(counts: Counts, tab: str) -> list[dict[str, Any]]:
    return [
        {
            "text": text,
            "count": getattr(counts, name.replace("-", "_")),
            "href": url_for("contacts.my_day", show=name),
            "current": name == tab,
        }
        for name, text in TABS.items()
    ]
