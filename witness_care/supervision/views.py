"""The supervisor's pages: what is late and whose it is, cases that nobody holds, what the court has not told us."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request, url_for

from witness_care import clock, database, dates, wording
from witness_care.accounts.current import Actor, actor
from witness_care.accounts.permissions import route_policy
from witness_care.agencies import queries as agency_queries
from witness_care.agencies.figures import ENOUGH_FOR_A_SHARE
from witness_care.agencies.queries import QueryFilter
from witness_care.audit import ledger
from witness_care.calendars import unit_calendar
from witness_care.cases import hearing_words
from witness_care.casework.rules import find_rule
from witness_care.closing import queries as closing_queries
from witness_care.contacts import introductions as introduction_figures
from witness_care.contacts import overrides as override_queries
from witness_care.contacts import still_coming
from witness_care.engagement import queries as engagement_queries
from witness_care.feed import queries as feed_queries
from witness_care.needs import queries as needs_queries
from witness_care.people import safety_changes as safety_change_queries
from witness_care.referrals import queries as referral_queries
from witness_care.supervision import contact_list, hand_over_views, lateness, queries
from witness_care.supervision.contact_list import View, one_of
from witness_care.supervision.queries import NOBODY, ContactFilter, Moment
from witness_care.support import queries as support_queries
from workflows import working_days
from workflows.flags import FLAGS

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
    ledger.note_participants(
        [(row.duty.case_id, row.duty.participant_id, row.role) for row in page.rows], fields=FIELDS
    )
    counts = queries.contact_counts(supervisor, wanted, at)
    officers = queries.contacts_by_officer(supervisor, at)
    topics = queries.topics_in_view(supervisor, wanted, at)
    return render_template(
        "supervision/contacts.html",
        short_day=hearing_words.short_day,
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
        topic_choices=[
            {"value": "", "text": "All"},
            *({"value": key, "text": wording.label(wording.TOPICS, key)} for key in topics),
        ],
        filters_in_use=contact_list.filters_in_use(view, at, officers),
        clear_all=View(wanted=ContactFilter(due=wanted.due), sort=view.sort, descending=view.descending).link(),
        empty_words=_nothing_here(supervisor, wanted, at),
        nothing_selected=bool(request.args.get("nothing")),
    )


def _nothing_here(supervisor: Actor, wanted: ContactFilter, at: Moment) -> str:
    if wanted != ContactFilter(due=wanted.due):
        return "No contacts match these filters."
    if wanted.due != "late":
        return f"There are no {contact_list.HEADINGS[wanted.due].lower()}."
    next_due = queries.next_due_at(supervisor, at)
    return "No overdue contacts. " + (f"Next due: {dates.full_time(next_due)}." if next_due else "Nothing is open.")


# --- the unit, its cases and the court --------------------------------------------------------------------------


@blueprint.get("")
@route_policy(permission="assign")
def unit_today() -> str:
    """Counts, each a link to what it counts; the contacts add up to all that is open."""
    supervisor, at = actor(), moment()
    counts = queries.contact_counts(supervisor, ContactFilter(), at)
    officers = queries.contacts_by_officer(supervisor, at)
    return render_template(
        "supervision/unit_today.html",
        now=at.now,
        counts=counts,
        due_tabs=contact_list.due_tabs(View(wanted=ContactFilter(due="none"), sort="", descending=False), counts),
        officers=officers,
        most_open=max((row.open for row in officers), default=0),
        nobody=NOBODY,
        unallocated=queries.unallocated_count(supervisor),
        court_information=queries.court_information_count(supervisor, at),
        questions=queries.open_questions_count(supervisor),
        still_coming=still_coming.count(still_coming.find(database.session(), supervisor)),
        not_referred=referral_queries.not_referred_count(database.session(), supervisor, at.now),
        waiting_messages=feed_queries.waiting_count(supervisor),
        late_queries=agency_queries.open_count(database.session(), supervisor, QueryFilter(due="late"), at.now),
        concerns=engagement_queries.unit_concerns_count(database.session(), supervisor, at.now),
        without_support=support_queries.counts(database.session(), supervisor)[support_queries.NOBODY],
        last_talks_late=closing_queries.waiting_counts(database.session(), supervisor, at.now)[1],
        needs_late=needs_queries.unit_counts(database.session(), supervisor, at.now)[1],
        overrides=override_queries.count(database.session(), supervisor),
        safety_changes=safety_change_queries.count(database.session(), supervisor),
    )


@blueprint.get("/introductions")
@route_policy(permission="assign")
def introductions() -> str:
    """The share of people who were told whom to speak to, what to expect and which support there is."""
    now = clock.now()
    return render_template(
        "supervision/introductions.html",
        shares=introduction_figures.shares(database.session(), actor(), now),
        rule=find_rule("LP-INTRO", working_days.london_date(now)),
        enough=ENOUGH_FOR_A_SHARE,
    )


@blueprint.get("/unallocated")
@route_policy(permission="assign")
def unallocated() -> str:
    supervisor, at = actor(), moment()
    page = queries.unallocated_page(supervisor, at, after=request.args.get("after"), before=request.args.get("before"))
    return render_template(
        "supervision/unallocated.html",
        short_day=hearing_words.short_day,
        now=at.now,
        rows=page.rows,
        total=queries.unallocated_count(supervisor),
        previous=url_for(".unallocated", before=page.before) if page.before else None,
        next=url_for(".unallocated", after=page.after) if page.after else None,
        nothing_selected=bool(request.args.get("nothing")),
    )


@blueprint.get("/court-information")
@route_policy(permission="assign")
def court_information() -> str:
    """Hearings whose result has not reached us in time: the court's delay, shown so that somebody asks."""
    supervisor, at = actor(), moment()
    page = queries.court_information_page(
        supervisor, at, after=request.args.get("after"), before=request.args.get("before")
    )
    return render_template(
        "supervision/court_information.html",
        now=at.now,
        rows=page.rows,
        total=queries.court_information_count(supervisor, at),
        rule=find_rule("R8-COURT-IN", working_days.london_date(at.now)),
        previous=url_for(".court_information", before=page.before) if page.before else None,
        next=url_for(".court_information", after=page.after) if page.after else None,
    )


@blueprint.get("/questions")
@route_policy(permission="assign")
def questions() -> str:
    """News that did not fit where a case stood: it was kept, and somebody has to look."""
    supervisor = actor()
    page = queries.open_questions_page(supervisor, after=request.args.get("after"), before=request.args.get("before"))
    return render_template(
        "supervision/questions.html",
        rows=page.rows,
        flags=FLAGS,
        total=queries.open_questions_count(supervisor),
        stubs=queries.hearings_known_by_name_only(supervisor),
        hearing_words=hearing_words,
        previous=url_for(".questions", before=page.before) if page.before else None,
        next=url_for(".questions", after=page.after) if page.after else None,
    )
