"""The supervisor's pages: what is late and whose it is, cases that nobody holds, what the court has not told us."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request

from witness_care import clock, database, dates, wording
from witness_care.accounts.current import Actor, actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.calendars import unit_calendar
from witness_care.supervision import contact_list, hand_over_views, lateness, queries
from witness_care.supervision.contact_list import View, one_of
from witness_care.supervision.queries import ContactFilter, Moment

blueprint = Blueprint("supervision", __name__, url_prefix="/unit")
blueprint.register_blueprint(hand_over_views.blueprint)

FIELDS = ("name", "what is owed")


def moment() -> Moment:
    """Read the clock once for a whole page."""
    now = clock.now()
    return queries.moment(now, lateness.bands(now, unit_calendar()))


# --- contacts that are owed -------------------------------------------------------------------------------------


@blueprint.get("/overdue")
@route_policy(permission="assign", category="consultation")
def overdue() -> str:
    return _contacts(replace(contact_list.wanted_from(request.args), due="late"))


@blueprint.get("/contacts")
@route_policy(permission="assign", category="consultation")
def contacts() -> str:
    """Everything open, whenever it is due: what an absent officer holds is handed over from here."""
    return _contacts(contact_list.wanted_from(request.args))


def _contacts(wanted: ContactFilter) -> str:
    supervisor, at = actor(), moment()
    view = View(
        wanted=wanted,
        sort=one_of(request.args, "sort", contact_list.SORTS),
        descending=request.args.get("direction") == "descending",
    )
    page = queries.contacts_page(
        supervisor,
        wanted,
        at,
        sort=view.sort,
        descending=view.descending,
        after=request.args.get("after"),
        before=request.args.get("before"),
    )
    for row in page.rows:
        ledger.note("consultation", case_id=row.duty.case_id, subjects=[(row.duty.participant_id, row.role)], fields=FIELDS)
    counts = queries.contact_counts(supervisor, wanted, at)
    officers = queries.contacts_by_officer(supervisor, at)
    topics = queries.topics_in_view(supervisor, wanted, at)
    return render_template(
        "supervision/contacts.html",
        heading=contact_list.HEADINGS[wanted.due],
        now=at.now,
        counts=counts,
        wanted=wanted,
        view=view,
        rows=page.rows,
        previous=view.link(before=page.before) if page.before else None,
        next=view.link(after=page.after) if page.after else None,
        due_tabs=contact_list.due_tabs(view, counts),
        presets=contact_list.presets(view, counts),
        bands=contact_list.bands(view, at, counts) if wanted.due == "late" else (),
        officer_choices=[{"value": "", "text": "All"}, *map(contact_list.officer_choice, officers)],
        topic_choices=[{"value": "", "text": "All"}, *({"value": key, "text": wording.label(wording.TOPICS, key)} for key in topics)],
        filters_in_use=contact_list.filters_in_use(view, at, officers),
        clear_all=View(wanted=ContactFilter(due=wanted.due), sort=view.sort, descending=view.descending).link(),
        empty_words=_nothing_here(supervisor, wanted, at),
    )


def _nothing_here(supervisor: Actor, wanted: ContactFilter, at: Moment) -> str:
    if wanted != ContactFilter(due=wanted.due):
        return "No contacts match these filters."
    if wanted.due != "late":
        return f"There are no {contact_list.HEADINGS[wanted.due].lower()}."
    next_due = queries.next_due_at(supervisor, at)
    return "No overdue contacts. " + (f"Next due: {dates.full_time(next_due)}." if next_due else "Nothing is open.")


