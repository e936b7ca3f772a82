"""Handing contacts and cases over: what was selected is frozen, confirmed on a page of its own, and can be undone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.calendars import unit_calendar
from witness_care.supervision import contact_list, hand_over_queries, lateness, queries, service
from witness_care.supervision.contact_list import View
from witness_care.supervision.forms import WHOLE_CASES, HandOverForm
from witness_care.supervision.models import Reassignment

blueprint = Blueprint("hand_over", __name__, url_prefix="/reassign")

FIELDS = ("name", "what is owed")


@blueprint.post("")
@route_policy(permission="assign")
def select() -> Response:
    """Freeze what was ticked, or everything in the view that the form was on."""
    supervisor, now = actor(), clock.now()
    ids = request.form.getlist("selected")
    kind = service.CASE if request.form.get("kind") == service.CASE else service.DUTY
    if request.form.get("what") == "all":
        at = queries.moment(now, lateness.bands(now, unit_calendar()))
        ids = (
            queries.unallocated_ids(supervisor)
            if kind == service.CASE
            else queries.contact_ids(supervisor, contact_list.wanted_from(request.form), at)
        )
    reassignment_id = service.freeze(supervisor, kind, ids[: queries.MOST_SELECTED], now) if ids else None
    if reassignment_id is None:
        return redirect(_list_it_came_from(kind), 303)
    return redirect(url_for(".confirm", reassignment_id=reassignment_id), 303)


@blueprint.get("/<reassignment_id>")
@route_policy(permission="assign", category="consultation")
def confirm(reassignment_id: str) -> str:
    reassignment = _own(reassignment_id)
    if reassignment.done_at:
        return _result(reassignment)
    return _ask(reassignment, _form())


@blueprint.post("/<reassignment_id>")
@route_policy(permission="assign", category="consultation")
def hand_over(reassignment_id: str) -> Any:
    reassignment = _own(reassignment_id)
    form = _form()
    if not reassignment.done_at:
        if not form.validate_on_submit():
            return _ask(reassignment, form), 400
        service.hand_over(
            actor(),
            reassignment_id,
            form.officer.data,
            with_cases=form.what.data == WHOLE_CASES,
            now=clock.now(),
        )
    return redirect(url_for(".confirm", reassignment_id=reassignment_id, _anchor="result"), 303)


@blueprint.post("/<reassignment_id>/undo")
@route_policy(permission="assign")
def undo(reassignment_id: str) -> Response:
    _own(reassignment_id)
    service.undo(actor(), reassignment_id, clock.now())
    return redirect(url_for(".confirm", reassignment_id=reassignment_id, _anchor="result"), 303)


def _own(reassignment_id: str) -> Reassignment:
    try:
        return hand_over_queries.own_reassignment(actor(), reassignment_id)
    except LookupError:
        raise errors.absent() from None


def _form() -> HandOverForm:
    form = HandOverForm()
    form.offer([(row.id, row.display_name, row.open) for row in queries.officers_to_choose(actor())])
    return form


def _ask(reassignment: Reassignment, form: HandOverForm) -> str:
    return render_template(
        "supervision/hand_over.html",
        form=form,
        has_errors=bool(form.errors),
        total=hand_over_queries.outcomes(reassignment.id).total(),
        **_selection(reassignment),
    )


def _result(reassignment: Reassignment) -> str:
    outcomes = hand_over_queries.outcomes(reassignment.id)
    return render_template(
        "supervision/hand_over_done.html",
        outcomes=outcomes,
        gone_along=hand_over_queries.gone_along(reassignment.id),
        outcome_words=service.WORDS,
        total=outcomes.total(),
        may_undo=service.may_undo(reassignment, clock.now()),
        **_selection(reassignment),
    )


def _selection(reassignment: Reassignment) -> dict[str, Any]:
    if reassignment.kind == service.CASE:
        rows = hand_over_queries.cases_selected(actor(), reassignment.id)
    else:
        rows = hand_over_queries.contacts_selected(actor(), reassignment.id)
        ledger.note_participants([(row.case_id, row.participant_id, row.role) for row in rows], fields=FIELDS)
    return {
        "reassignment": reassignment,
        "rows": rows,
        "is_cases": reassignment.kind == service.CASE,
        "now": clock.now(),
    }


def _list_it_came_from(kind: str) -> str:
    if kind == service.CASE:
        return url_for("supervision.unallocated", nothing="1")
    wanted = contact_list.wanted_from(request.form)
    return View(wanted=wanted, sort="", descending=False).link(nothing="1")
