"""The pages of support: one person's services and visit, what to record, the directory, and the unit's list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.arrangements import Arrangements
from witness_care.audit import ledger
from witness_care.columns import new_id
from witness_care.database import session
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from witness_care.support import directory, queries, service
from witness_care.support.directory import Wanted
from witness_care.support.directory_file import CRIME_TYPES, LONGEST_WORD, OF_A_GROUND
from witness_care.support.forms import ConfirmForm, SupportForm, VisitForm
from witness_care.support.service import Standing
from workflows import enhanced_rights, tasks
from workflows.support import Support
from workflows.working_days import london_date

blueprint = Blueprint("support", __name__)

FIELDS = ("name", "role", "case", "support")
ENTRY, VISIT, SERVICES = "support/entry.html", "support/visit.html", "support/services.html"
DOES_NOT_FIT = "This does not fit how far it has come by now. Look at their support again"
NOTHING_TO_CONFIRM = "This is not to be confirmed any more, or the trial is another one by now. Look at the list again"
NOT_OFFERED = "This service is not in the directory any more. Find another one for them"
MOST_SHOWN = 50
FILTERS = ("need", "crime", "place", "language")


# --- one person ---------------------------------------------------------------------------------------------------


@blueprint.get("/participants/<participant_id>/support")
@route_policy(permission="see_cases", category="consultation")
def support_page(participant_id: str) -> str:
    """What was offered to somebody, what they answered, what is arranged, and what waits."""
    return _support_page(_who(participant_id))


@blueprint.post("/participants/<participant_id>/arrangements-confirmed")
@route_policy(permission="record_contacts", category="alteration")
def confirm(participant_id: str) -> Response | tuple[str, int]:
    """Say with one press that a measure, or help, holds for the trial as it is now."""
    who = _who(participant_id, category="consultation")
    form = ConfirmForm()
    if not form.validate():
        return _support_page(who, problem=NOTHING_TO_CONFIRM), 400
    try:
        service.confirm_arrangement(
            who.id,
            form.what.data,
            trial=form.trial.data,
            submission=form.token.data,
            actor=actor(),
            now=clock.now(),
        )
    except service.DoesNotFitError:
        return _support_page(who, problem=NOTHING_TO_CONFIRM), 409
    return _saved(who)


def _support_page(who: Who, *, problem: str = "") -> str:
    standing = service.standing_of(session(), actor(), who.id)
    lines = queries.lines_of(session(), who.id)
    asked = tasks.answers(who.id, standing.person, standing.truth) if standing else {}
    return render_template(
        "support/support.html",
        who=who,
        services=[line for line in lines if not line.is_visit],
        visit=next((line for line in lines if line.is_visit), None),
        may_say={
            (line.kind, line.service): bool(standing and standing.support_steps(line.kind, line.service))
            for line in lines
        },
        is_here=bool(standing and standing.is_here),
        asks_again=_asks_again(standing, asked),
        offered_at=standing.offered_at if standing else {},
        tasks=tasks,
        arranged=standing.arranged if standing else Arrangements(),
        token=new_id(),
        now=clock.now(),
        problem=problem,
        saved=bool(request.args.get("saved")),
    )


def _asks_again(standing: Standing | None, answered: dict[str, str]) -> dict[str, bool]:
    """Say which earlier answer was about another court or day than the trial has now."""
    if standing is None:
        return {"visit": False, "witness_service": False}
    person = standing.person
    had_visit = person.visit is not None and person.visit.state.value not in ("none", "offered")
    had_service = any(
        each.kind == "witness_service" and each.state not in (Support.NONE, Support.OFFERED, Support.FULL)
        for each in person.support
    )
    required = standing.is_required
    return {
        "visit": required and had_visit and tasks.PRE_TRIAL_VISIT not in answered,
        "witness_service": required and had_service and tasks.WITNESS_SERVICE not in answered,
    }


@blueprint.get("/participants/<participant_id>/support/entry")
@route_policy(permission="record_contacts", category="alteration")
def entry_page(participant_id: str) -> str:
    who, standing, kind, key = _entry(participant_id)
    form = SupportForm(formdata=None)
    form.ask(kind, standing.support_steps(kind, key), clock.now())
    return render_template(ENTRY, **_entry_page(who, kind, key, form))


@blueprint.post("/participants/<participant_id>/support/entry")
@route_policy(permission="record_contacts", category="alteration")
def save_entry(participant_id: str) -> Response | tuple[str, int]:
    who, standing, kind, key = _entry(participant_id)
    now = clock.now()
    form = SupportForm()
    form.ask(kind, standing.support_steps(kind, key), now)
    if not form.validate():
        return rejected_form(ENTRY, **_entry_page(who, kind, key, form))
    try:
        service.record_support(
            who.id,
            kind or form.kind.data,
            key,
            form.step.data,
            at=form.at,
            submission=form.token.data,
            actor=actor(),
            now=now,
        )
    except service.DoesNotFitError as refused:
        form.step.errors = [NOT_OFFERED if isinstance(refused, service.NotOfferedError) else DOES_NOT_FIT]
        return rejected_form(ENTRY, **_entry_page(who, kind, key, form))[0], 409
    return _saved(who)


@blueprint.get("/participants/<participant_id>/court-visit")
@route_policy(permission="record_contacts", category="alteration")
def visit_page(participant_id: str) -> str:
    who, standing = _standing(participant_id)
    form = VisitForm(formdata=None)
    form.ask(standing.visit_steps(), clock.now())
    return render_template(VISIT, **_visit_page(who, standing, form))


@blueprint.post("/participants/<participant_id>/court-visit")
@route_policy(permission="record_contacts", category="alteration")
def save_visit(participant_id: str) -> Response | tuple[str, int]:
    who, standing = _standing(participant_id)
    now = clock.now()
    form = VisitForm()
    form.ask(standing.visit_steps(), now)
    if not form.validate():
        return rejected_form(VISIT, **_visit_page(who, standing, form))
    try:
        service.record_visit(
            who.id,
            form.step.data,
            on=form.visit_on.data if form.step.data in ("arranged", "made") else None,
            at=form.at,
            submission=form.token.data,
            actor=actor(),
            now=now,
        )
    except service.DoesNotFitError:
        form.step.errors = [DOES_NOT_FIT]
        return rejected_form(VISIT, **_visit_page(who, standing, form))[0], 409
    return _saved(who)


def _saved(who: Who) -> Response:
    return redirect(url_for(".support_page", participant_id=who.id, saved="1", _anchor="result"), 303)


def _standing(participant_id: str) -> tuple[Who, Standing]:
    who = _who(participant_id, category="consultation")
    standing = service.standing_of(session(), actor(), who.id)
    if standing is None:
        raise absent()
    return who, standing


def _entry(participant_id: str) -> tuple[Who, Standing, str, str]:
    """Read whose support it is, and by which kind of service, or which service of the directory."""
    who, standing = _standing(participant_id)
    key = request.args.get("service", "")
    kind = request.args.get("kind", "") or (directory.kind_of(session(), key) or "" if key else "")
    if (kind or key) and not service.is_a_service(session(), kind, key):
        raise absent()
    return who, standing, kind, key


def _entry_page(who: Who, kind: str, key: str, form: SupportForm) -> dict[str, Any]:
    form.token.data = form.token.data or new_id()
    name = directory.names(session(), [key]).get(key, "")
    line = queries.Line(kind=kind, service=key, name=name, state="", since=None, on=None)
    return {"who": who, "form": form, "title": line.title if kind else "", "kind": kind, "service": key}


def _visit_page(who: Who, standing: Standing, form: VisitForm) -> dict[str, Any]:
    form.token.data = form.token.data or new_id()
    return {"who": who, "form": form, "trial": standing.trial_words}


def _who(participant_id: str, *, category: str | None = None) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS, category=category)
    return who


# --- the directory ------------------------------------------------------------------------------------------------


@blueprint.get("/support-services")
@route_policy(permission="see_cases")
def services() -> str:
    """Find a local service by need, crime type, place and language."""
    return render_template(SERVICES, who=None, **_search(_asked()))


@blueprint.get("/participants/<participant_id>/support/services")
@route_policy(permission="see_cases", category="consultation")
def services_for(participant_id: str) -> str:
    """The same for one person, for the crime that is known of them: which one never stands in the address."""
    who = _who(participant_id)
    asked = replace(_asked(), crime_type="" if request.args.get("any_crime") else _crime_type_of(who))
    return render_template(SERVICES, who=who, **_search(asked))


def _asked() -> Wanted:
    given = {name: request.args.get(name, "")[:LONGEST_WORD] for name in FILTERS}
    return Wanted(need=given["need"], crime_type=given["crime"], place=given["place"], language=given["language"])


def _crime_type_of(who: Who) -> str:
    """Give the crime type that the grounds of a person speak of, when there is just one."""
    grounds = (*(who.row.enhanced_basis or ()), *(who.row.suggested_grounds or ()))
    found = {OF_A_GROUND[ground] for ground in grounds if ground in OF_A_GROUND}
    return found.pop() if len(found) == 1 else ""


def _search(wanted: Wanted) -> dict[str, Any]:
    offers = directory.offers(session(), london_date(clock.now()))
    found = directory.search(offers, wanted)
    shown = found[:MOST_SHOWN]
    return {
        "wanted": {
            "need": wanted.need,
            "crime": wanted.crime_type,
            "place": wanted.place,
            "language": wanted.language,
        },
        "choices": directory.choices(offers),
        "offers": shown,
        "count": len(found),
        "has_any": bool(offers),
        "is_loaded": bool(offers) or directory.is_loaded(session()),
        "old_after": directory.OLD_AFTER_DAYS,
        "crime_words": CRIME_TYPES.get(wanted.crime_type, ""),
    }


# --- the unit -----------------------------------------------------------------------------------------------------


@blueprint.get("/without-support")
@route_policy(permission="see_cases", category="consultation")
def unit_list() -> str:
    """Victims of domestic abuse or a sexual offence with neither referral nor refusal, and how services can keep up."""
    now = clock.now()
    show = request.args.get("show", queries.NOBODY)
    show = show if show in queries.LISTS else queries.NOBODY
    page = queries.unit_list(
        session(), actor(), show, after=request.args.get("after"), before=request.args.get("before")
    )
    ledger.note_participants([(row.case_id, row.id, row.role) for row in page.rows], fields=FIELDS)
    counts = queries.counts(session(), actor())
    return render_template(
        "support/unit_list.html",
        show=show,
        heading=queries.LISTS[show],
        counts=counts,
        tabs=[
            {
                "text": words,
                "count": counts[name],
                "href": url_for(".unit_list", show=name),
                "current": name == show,
            }
            for name, words in queries.LISTS.items()
        ],
        rows=page.rows,
        lines=queries.lines_of_all(session(), [row.id for row in page.rows]),
        grounds=_about,
        services=queries.services_in_figures(session(), actor(), now),
        previous=url_for(".unit_list", show=show, before=page.before) if page.before else None,
        next=url_for(".unit_list", show=show, after=page.after) if page.after else None,
    )


def _about(row: Any) -> str:
    """Say what the list knows a victim by: domestic abuse, a sexual offence, or both."""
    held = {*(row.enhanced_basis or ()), *(row.suggested_grounds or ())}
    return "; ".join(enhanced_rights.words_of(ground for ground in queries.CONTEXTS if ground in held))
