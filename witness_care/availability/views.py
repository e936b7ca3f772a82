"""The pages of availability: when somebody cannot come, and who cannot come to a hearing, to print for the CPS."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.availability import queries, service, words
from witness_care.availability.forms import ActForm, AddForm, RangeForm, SaidForm
from witness_care.cases import at_hearing, hearing_words
from witness_care.cases import page_queries as case_queries
from witness_care.columns import new_id
from witness_care.contacts import queries as contact_queries
from witness_care.database import session
from witness_care.engagement import queries as engagement_queries
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from workflows import availability
from workflows.availability import CanCome
from workflows.events import Said

blueprint = Blueprint("availability", __name__)

PAGE, REPORT = "availability/availability.html", "availability/report.html"
FIELDS = ("name", "role", "case", "availability")
CHANGED_MEANWHILE = "How things stand changed while you had this page open. Look at it again, and choose"
TOO_MANY = f"Take away dates that are over first: {availability.MOST_RANGES} are kept at the most"
SAVED = {
    "added": "The dates are saved.",
    "removed": "The dates are taken away.",
    "unchanged": "Everything is confirmed as it stands, with today’s date.",
    "said": "Their answer is saved.",
}


@blueprint.get("/participants/<participant_id>/availability")
@route_policy(permission="record_contacts", category="consultation")
def availability_page(participant_id: str) -> str:
    return render_template(PAGE, **_page(_who(participant_id), AddForm(formdata=None)))


@blueprint.post("/participants/<participant_id>/availability")
@route_policy(permission="record_contacts", category="alteration")
def add(participant_id: str) -> Response | tuple[str, int]:
    """Add dates on which they cannot come."""
    who, form = _who(participant_id), AddForm()
    if not form.validate():
        return rejected_form(PAGE, **_page(who, form))
    act = partial(
        service.add,
        span=form.span,
        because=form.because.data,
        words=form.words.data or "",
        may_be_shared=form.may_be_shared.data,
    )
    return _act(who, act, form, form, saved="added")


@blueprint.post("/participants/<participant_id>/availability-removed")
@route_policy(permission="record_contacts", category="alteration")
def take_away(participant_id: str) -> Response | tuple[str, int]:
    """Say that they can come on some dates after all."""
    who, form = _who(participant_id), RangeForm()
    act = partial(service.take_away, span=form.span) if form.validate() else service.take_away
    return _press(who, act, form, saved="removed")


@blueprint.post("/participants/<participant_id>/availability-unchanged")
@route_policy(permission="record_contacts", category="alteration")
def confirm_unchanged(participant_id: str) -> Response | tuple[str, int]:
    """Say with one press that they were asked and nothing has changed."""
    return _press(_who(participant_id), service.confirm_unchanged, ActForm(), saved="unchanged")


@blueprint.post("/participants/<participant_id>/availability-answered")
@route_policy(permission="record_contacts", category="alteration")
def without_dates(participant_id: str) -> Response | tuple[str, int]:
    """Say that they have no dates to avoid, or would not say."""
    who, form = _who(participant_id), SaidForm()
    said = Said.NO if form.said.data == "no" else Said.DECLINED
    return _press(who, partial(service.without_dates, said=said), form, saved="said")


def _press(who: Who, act: Callable[..., None], form: ActForm, *, saved: str) -> Response | tuple[str, int]:
    if not form.validate():
        return rejected_form(PAGE, **_page(who, AddForm(formdata=None)), problem=CHANGED_MEANWHILE)
    return _act(who, act, form, AddForm(formdata=None), saved=saved)


def _act(
    who: Who, act: Callable[..., None], form: ActForm, shown: AddForm, *, saved: str
) -> Response | tuple[str, int]:
    try:
        act(who.id, seen=form.seen.data or "", submission=form.token.data, actor=actor(), now=clock.now())
    except service.DoesNotFitError as refused:
        problem = TOO_MANY if isinstance(refused, service.TooManyError) else CHANGED_MEANWHILE
        return rejected_form(PAGE, **_page(who, shown), problem=problem)[0], 409
    return redirect(url_for(".availability_page", participant_id=who.id, saved=saved, _anchor="result"), 303)


def _page(who: Who, form: AddForm) -> dict[str, Any]:
    found = at_hearing.known(engagement_queries.state_of(session(), actor(), who.id))
    person = found.snapshot.people.get(who.id) if found else None
    standing = person.availability if person else None
    written = queries.notes_of(session(), (each.said_in for each in standing.away) if standing else (), who.row.unit_id)
    by = standing.by.partition(":")[2] if standing and standing.by.startswith("user:") else ""
    trial = at_hearing.next_trial(found, who.id)
    form.token.data = form.token.data or new_id()
    form.seen.data = standing.message if standing else ""
    return {
        "who": who,
        "form": form,
        "standing": standing,
        "away": [(each, written.get(each.said_in)) for each in standing.away] if standing else [],
        "because": words.because,
        "by": contact_queries.user_names(session(), {by} if by else ()).get(by, ""),
        "is_stale": bool(found and person and standing and not availability.was_asked(person, found.truth)),
        "trial": trial,
        "trial_free": words.free_of(person, trial.days) if trial else "",
        "may_be_recorded": person is not None and not person.left and not person.died,
        "token": new_id(),
        "saved": SAVED.get(request.args.get("saved", "")),
        "said": Said,
    }


def _who(participant_id: str) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    seen = "consultation" if request.method == "POST" else None
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS, category=seen)
    return who


# --- for the CPS --------------------------------------------------------------------------------------------------


@blueprint.get("/hearings/<hearing_id>/availability")
@route_policy(permission="see_cases", category="consultation")
def report(hearing_id: str) -> str:
    """Who of those needed at a hearing cannot come, and when; of why, only what they agreed to share."""
    hearing = case_queries.hearing(session(), actor(), hearing_id)
    if hearing is None:
        raise absent()
    days = [day.on_date for day in case_queries.hearing_days(session(), hearing_id) if not day.cancelled]
    found = at_hearing.known(hearing.state)
    needed = at_hearing.required(found)
    people = [row for row in queries.people_of(session(), hearing.case_id) if row.id in needed]
    ledger.note_participants([(hearing.case_id, row.id, row.role) for row in people], fields=FIELDS)
    answers = {row.id: availability.can_come(needed[row.id].availability, days) for row in people}
    notes = queries.notes_of(
        session(), (each.said_in for one in answers.values() for each in one.away), hearing.unit_id
    )
    return render_template(
        REPORT,
        hearing=hearing,
        hearing_words=hearing_words,
        days=case_queries.hearing_days(session(), hearing_id),
        lines=[
            {
                "name": row.name,
                "role": wording.role_words(row.role, row.witness_kind, row.victim_kind),
                "free": words.free_words(answers[row.id]),
                "notes": _shared(answers[row.id], notes),
            }
            for row in people
        ],
        away=sum(one.free is availability.Free.NO for one in answers.values()),
        not_asked=sum(one.free is availability.Free.NOT_ASKED for one in answers.values()),
        now=clock.now(),
    )


def _shared(found: CanCome, notes: Any) -> list[str]:
    held = [notes[each.said_in] for each in found.away if each.said_in in notes]
    return [note.text.open(note.id) for note in held if note.may_be_shared]
