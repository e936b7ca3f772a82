"""The person's page: all an officer needs while on the phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, dates, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.availability import words as availability_words
from witness_care.cases import hearing_words
from witness_care.contacts import contact_lines, introductions, queries, record_views
from witness_care.contacts.duty_view import DutyView
from witness_care.database import session
from witness_care.engagement import queries as engagement_queries
from witness_care.errors import absent
from witness_care.needs.assessment import Assessment, assessment_of
from witness_care.people import (
    find_views,
    grounds,
    grounds_views,
    page_queries,
    preferences,
    preferences_views,
    reach,
    safety_views,
    standing_views,
)
from witness_care.people.page_queries import Who
from witness_care.support import queries as support_queries
from workflows import enhanced_rights
from workflows.events import Said
from workflows.journey import Journey
from workflows.snapshot import Person as Standing

blueprint = Blueprint("people", __name__)
for method, rule, view in (
    ("GET", "/participants", find_views.people),
    ("POST", "/search", find_views.begin_search),
    ("GET", "/searches/<token>", find_views.found),
    ("GET", "/participants/<participant_id>/standing", standing_views.standing_page),
    ("POST", "/participants/<participant_id>/standing", standing_views.save_standing),
    ("GET", "/participants/<participant_id>/enhanced-rights", grounds_views.enhanced_rights_page),
    ("POST", "/participants/<participant_id>/enhanced-rights", grounds_views.decide_enhanced_rights),
    ("GET", "/participants/<participant_id>/preferences", preferences_views.preferences_page),
    ("GET", "/participants/<participant_id>/preferences/edit", preferences_views.edit_preferences),
    ("POST", "/participants/<participant_id>/preferences/edit", preferences_views.save_preferences),
    ("POST", "/participants/<participant_id>/preferences/confirm", preferences_views.confirm_preferences),
    ("POST", "/participants/<participant_id>/preferences/addresses", preferences_views.show_addresses),
    ("GET", "/participants/<participant_id>/ways/new", preferences_views.new_way),
    ("POST", "/participants/<participant_id>/ways/new", preferences_views.add_way),
    ("GET", "/participants/<participant_id>/ways/<point_id>", preferences_views.edit_way),
    ("POST", "/participants/<participant_id>/ways/<point_id>", preferences_views.save_way),
    ("POST", "/participants/<participant_id>/ways/<point_id>/unsafe", preferences_views.mark_way_unsafe),
    ("POST", "/participants/<participant_id>/ways/<point_id>/withdraw", preferences_views.withdraw_way),
    ("GET", "/safety-changes", safety_views.safety_changes_list),
    ("GET", "/safety-changes/<change_id>", safety_views.safety_change),
    ("POST", "/safety-changes/<change_id>", safety_views.decide_safety_change),
):
    blueprint.add_url_rule(rule, view_func=view, methods=[method])

FIELDS = (
    *("name", "role", "language", "case", "safe_contact", "phone", "contact", "engagement"),
    *("needs", "support", "availability"),
)
LAST_CONTACTS = 3
TIMES = {1: "", 2: "twice", 3: "three times"}


@blueprint.get("/participants/<participant_id>")
@route_policy(permission="see_cases", category="consultation")
def person(participant_id: str) -> str | Response:
    now = clock.now()
    who = _seen(participant_id)
    if who is None:  # perhaps because their case was merged: then they stand in the other one
        now_is = page_queries.stands_as(session(), actor(), participant_id)
        if now_is == participant_id:
            raise absent()
        return redirect(url_for(".person", participant_id=now_is))
    points = session().execute(reach.points_of([who.row.person_id], sealed_too=True)).all()
    reachable = reach.reach_of(who.row, points, now)
    contacts = session().execute(queries.contacts_of(who.id).limit(LAST_CONTACTS + 1)).all()
    others = page_queries.other_cases(session(), actor(), who)
    duties = queries.open_duties_of(session(), actor(), [who.id, *(other.id for other in others)], now)
    hearings = page_queries.next_hearings(session(), [who.row.case_id, *(other.case_id for other in others)], now)
    needs_of = _needs(who, now)
    return render_template(
        "people/person.html",
        who=who,
        reach=reachable,
        phones=page_queries.phones(reachable.usable, points),
        channel=preferences.CHANNELS[who.row.chosen_channel],
        safe_note=_open(who.row.safe_contact_note, who.row.person_id),
        representative=_open(who.row.representative, who.row.person_id),
        steps=journey_steps(who.row.journey, page_queries.journey_steps(session(), who.id)),
        attendance=wording.label(wording.ATTENDANCE, who.row.attendance),
        hearings=hearings,
        hearing_words=hearing_words,
        duties=duties,
        contacts=contact_lines.lines(session(), contacts[:LAST_CONTACTS]),
        has_more_contacts=len(contacts) > LAST_CONTACTS,
        introduced=_introduced(who),
        support=support_queries.lines_of(session(), who.id),
        other_cases=others,
        waiting_grounds=enhanced_rights.words_of(grounds.waiting(session(), who, others)),
        confirmed_grounds=enhanced_rights.words_of(who.row.enhanced_basis or ()),
        victim_before=[other for other in others if other.role in grounds.VICTIMS],
        saved=record_views.saved_contact(request.args.get("saved")),
        was_corrected=bool(request.args.get("corrected")),
        stands_now=bool(request.args.get("stands")),
        concern=engagement_queries.concerns_of(session(), actor(), [who.id], now).get(who.id),
        needs=needs_of,
        needed=(Said.YES, Said.DECLINED),
        dates_words=_dates(needs_of.person, duties[who.id]),
    )


@blueprint.get("/participants/<participant_id>/contacts")
@route_policy(permission="see_cases", category="consultation")
def history(participant_id: str) -> str:
    """Every contact and attempt, newest first, in pages; nothing is ever taken out."""
    who = _who(participant_id)
    page = queries.contact_page(session(), who.id, after=request.args.get("after"), before=request.args.get("before"))
    here = "people.history"
    over = queries.closed_duties(session(), actor(), who.id, clock.now())
    return render_template(
        "people/history.html",
        who=who,
        days=_by_day(contact_lines.lines(session(), page.rows)),
        before=url_for(here, participant_id=who.id, before=page.before) if page.before else None,
        after=url_for(here, participant_id=who.id, after=page.after) if page.after else None,
        over=over,
        over_is_cut_off=len(over) == queries.MOST_CLOSED,
    )


@blueprint.post("/participants/<participant_id>/safe-word")
@route_policy(permission="see_cases", category="consultation")
def safe_word(participant_id: str) -> Response | str:
    """Show the safe word once it is asked for: the request is logged as such."""
    who = _who(participant_id, "safe_word")
    word = _open(who.row.safe_word, who.row.person_id)
    return render_template("people/safe_word.html", who=who, word=word)


def _who(participant_id: str, *more_fields: str) -> Who:
    who = _seen(participant_id, *more_fields)
    if who is None:
        raise absent()
    return who


def _seen(participant_id: str, *more_fields: str) -> Who | None:
    who = page_queries.who(session(), actor(), participant_id)
    if who is not None:
        ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=(*FIELDS, *more_fields))
    return who


def _introduced(who: Who) -> Sequence[introductions.Answered]:
    """When they were last told whom to speak to, what to expect and what support there is; of others it is not owed."""
    if who.row.role == "witness" and who.row.witness_kind != "civilian":
        return ()
    return introductions.answered(session(), who.id, who.row.role)


def _needs(who: Who, now: datetime) -> Assessment:
    state = engagement_queries.state_of(session(), actor(), who.id)
    return assessment_of(session(), state, who.id, who.row.unit_id, now)


def _dates(person: Standing | None, owed: Iterable[DutyView]) -> str:
    """Say when they cannot come; what is to be asked again is named with the day of the last answer."""
    standing = person.availability if person is not None else None
    if standing is None:
        return "Not asked"
    if any(duty.is_about_dates for duty in owed):
        return f"Not asked since {dates.full_date(standing.at)}"
    return availability_words.said(standing)


def _open(sealed: Any, row_id: str) -> str | None:
    return sealed.open(row_id) if sealed is not None else None


def _by_day(lines: Sequence[contact_lines.ContactLine]) -> list[tuple[str, list[contact_lines.ContactLine]]]:
    days: dict[str, list[contact_lines.ContactLine]] = {}
    for line in lines:
        days.setdefault(dates.full_date(line.happened_at), []).append(line)
    return list(days.items())


def journey_steps(journey: str, entered: Sequence[Any]) -> list[dict[str, str]]:
    """The stepper: what is behind, where the person is now, what is to come. Repeats are said in words, not drawn.

    Adjournment is shown only to those who were ever there: it is no step that everybody takes.
    """
    times = Counter(step.to_state for step in entered)
    current = Journey(journey)
    shown = [step for step in Journey if step is not Journey.ADJOURNMENT or times[step] or step is current]
    place = shown.index(current)
    return [
        {
            "text": wording.label(wording.JOURNEY, step),
            "state": "done" if number < place else "now" if number == place else "later",
            "note": TIMES.get(times[step], f"{times[step]} times") if times[step] > 1 else "",
        }
        for number, step in enumerate(shown)
    ]
