"""The pages of a concern: its reasons and what would help, acting on it, seeing it otherwise, and a unit's list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import page_queries as case_queries
from witness_care.columns import new_id
from witness_care.contacts import queries as contact_queries
from witness_care.database import session
from witness_care.engagement import queries, service
from witness_care.engagement.forms import SAID, AcceptForm, ActForm, DisagreeForm, SayForm
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from workflows.snapshot import Person
from workflows.withdrawal import REASONS
from workflows.working_days import days_later, instant_of, london_date

blueprint = Blueprint("engagement", __name__)

PAGE, SAY, DISAGREE = "engagement/concern.html", "engagement/say.html", "engagement/disagree.html"
FIELDS = ("name", "role", "case", "engagement")
CHANGED_MEANWHILE = "How things stand changed while you had this page open. Look at it again, and choose"
NOT_SUGGESTED_NOW = "The suggested action changed, or is on the list already. Look at the concern again"
SAVED = {
    "accepted": "It is on the list of the officer of this case until it is done.",
    "done": "The action is done.",
    "disagreed": "It is shown as you see it until that day. It is counted all the same.",
    "ended": "It is shown as it is counted again.",
    "said": "The concern was counted again.",
}


@blueprint.get("/participants/<participant_id>/concern")
@route_policy(permission="see_concerns", category="consultation")
def concern(participant_id: str) -> str:
    return render_template(PAGE, **_page(_who(participant_id)))


def _page(who: Who) -> dict[str, Any]:
    now = clock.now()
    found = queries.concerns_of(session(), actor(), [who.id], now).get(who.id)
    decisions = queries.decisions_of(session(), who.id)
    names = contact_queries.user_names(session(), _users(decisions))
    return {
        "who": who,
        "concern": found,
        "on_the_list": found is not None and service.is_on_the_list(session(), who.id, found.suggested_action),
        "person": _standing(who.id),
        "reasons_for_withdrawing": REASONS,
        "decisions": [_decision(row, names) for row in decisions],
        "token": new_id(),
        "saved": SAVED.get(request.args.get("saved", "")),
    }


def _users(decisions: Sequence[sa.Row]) -> set[str]:
    acting = {row.decided_by for row in decisions} | {row.done_by or "" for row in decisions}
    return {who.partition(":")[2] for who in acting if who.startswith("user:")}


def _decision(row: sa.Row, names: Any) -> dict[str, Any]:
    """Say one decision: what was decided, by whom, and what the concern was counted as then."""
    words = {
        service.ACCEPTED: f"Action taken up: {queries.action_words(row.action)}",
        service.OVERRIDDEN: f"Seen as {queries.WORDS.get(row.band or '', '').lower()}",
        service.OVERRIDE_ENDED: "Seen as it is counted again",
    }
    return {
        "words": words.get(row.kind, row.kind),
        "at": row.decided_at,
        "by": names.get(row.decided_by.partition(":")[2], ""),
        "counted": queries.WORDS.get(row.counted_band, row.counted_band),
        "until": row.until,
        "reason": row.reason.open(row.id) if row.reason is not None else "",
        "done_at": row.done_at,
        "done_by": names.get((row.done_by or "").partition(":")[2], ""),
        "to_do": row.id if row.kind == service.ACCEPTED and row.done_at is None else "",
    }


# --- acting on it -------------------------------------------------------------------------------------------------


@blueprint.post("/participants/<participant_id>/concern/accept")
@route_policy(permission="see_concerns", category="alteration")
def accept(participant_id: str) -> Response | tuple[str, int]:
    """Make the suggested action something to do, with one press."""
    form = AcceptForm()
    return _act(participant_id, partial(service.accept, action=form.action.data), form, saved="accepted")


@blueprint.post("/participants/<participant_id>/concern/as-counted")
@route_policy(permission="see_concerns", category="alteration")
def as_counted(participant_id: str) -> Response | tuple[str, int]:
    """Stop seeing it otherwise, before the day that was set."""
    return _act(participant_id, service.end_override, ActForm(), saved="ended")


def _act(participant_id: str, act: Callable[..., None], form: ActForm, *, saved: str) -> Response | tuple[str, int]:
    who = _who(participant_id)
    if not form.validate():
        return rejected_form(PAGE, **_page(who), problem=CHANGED_MEANWHILE)
    try:
        act(who.id, submission=form.token.data, actor=actor(), now=clock.now())
    except service.DoesNotFitError:
        return rejected_form(PAGE, **_page(who), problem=NOT_SUGGESTED_NOW)[0], 409
    return redirect(url_for(".concern", participant_id=who.id, saved=saved, _anchor="result"), 303)


@blueprint.post("/concern-actions/<decision_id>/done")
@route_policy(permission="see_concerns", category="alteration")
def done(decision_id: str) -> Response | tuple[str, int]:
    participant_id = queries.whose_action(session(), actor(), decision_id)
    if participant_id is None:
        raise absent()
    who = _who(participant_id)
    if not ActForm().validate():
        return rejected_form(PAGE, **_page(who), problem=CHANGED_MEANWHILE)
    service.done(decision_id, actor=actor(), now=clock.now())
    return redirect(url_for(".concern", participant_id=participant_id, saved="done", _anchor="result"), 303)


# --- what they say, and seeing it otherwise -----------------------------------------------------------------------


@blueprint.get("/participants/<participant_id>/concern/say")
@route_policy(permission="see_concerns", category="consultation")
def say(participant_id: str) -> str:
    who = _who(participant_id)
    return render_template(SAY, **_saying(who, SayForm(formdata=None)))


@blueprint.post("/participants/<participant_id>/concern/say")
@route_policy(permission="record_contacts", category="alteration")
def save_said(participant_id: str) -> Response | tuple[str, int]:
    who = _who(participant_id)
    form = SayForm()
    if not form.validate():
        return rejected_form(SAY, **_saying(who, form))
    try:
        service.record(
            who.id,
            form.said.data,
            reason=form.reason.data or "",
            submission=form.token.data,
            actor=actor(),
            now=clock.now(),
        )
    except service.DoesNotFitError:
        form.said.errors = [CHANGED_MEANWHILE]
        return rejected_form(SAY, **_saying(who, form))[0], 409
    return redirect(url_for(".concern", participant_id=who.id, saved="said", _anchor="result"), 303)


def _saying(who: Who, form: SayForm) -> dict[str, Any]:
    may_be_said = service.may_be_said(_standing(who.id))
    form.said.choices = [SelectChoice(each, SAID[each]) for each in may_be_said]
    form.token.data = form.token.data or new_id()
    return {"who": who, "form": form, "may_withdraw": service.WITHDREW in may_be_said}


@blueprint.get("/participants/<participant_id>/concern/disagree")
@route_policy(permission="see_concerns", category="consultation")
def disagree(participant_id: str) -> str:
    who = _who(participant_id)
    return render_template(DISAGREE, **_disagreeing(who, DisagreeForm(formdata=None)))


@blueprint.post("/participants/<participant_id>/concern/disagree")
@route_policy(permission="see_concerns", category="alteration")
def save_disagreement(participant_id: str) -> Response | tuple[str, int]:
    who = _who(participant_id)
    form = DisagreeForm()
    last_day = form.last_day(london_date(clock.now()))
    if last_day is None:
        return rejected_form(DISAGREE, **_disagreeing(who, form))
    try:
        service.override(
            who.id,
            band=form.band.data,
            until=instant_of(days_later(last_day, 1), time()),
            reason=form.reason.data or "",
            submission=form.token.data,
            actor=actor(),
            now=clock.now(),
        )
    except service.DoesNotFitError:
        raise absent() from None
    return redirect(url_for(".concern", participant_id=who.id, saved="disagreed", _anchor="result"), 303)


def _disagreeing(who: Who, form: DisagreeForm) -> dict[str, Any]:
    form.token.data = form.token.data or new_id()
    found = queries.concerns_of(session(), actor(), [who.id], clock.now()).get(who.id)
    return {"who": who, "form": form, "concern": found}


def _who(participant_id: str) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS)
    return who


def _standing(participant_id: str) -> Person | None:
    return case_queries.standing_of(queries.state_of(session(), actor(), participant_id), participant_id)


# --- a unit's list ------------------------------------------------------------------------------------------------


@blueprint.get("/unit/concerns")
@route_policy(permission="assign", category="consultation")
def unit_concerns() -> str:
    """Who may be drifting away in the unit, the highest first, with what is done about it."""
    now = clock.now()
    page = queries.unit_concerns_page(
        session(), actor(), now, after=request.args.get("after"), before=request.args.get("before")
    )
    ledger.note_participants([(row.case_id, row.id, row.role) for row in page.rows], fields=FIELDS)
    return render_template(
        "engagement/unit_concerns.html",
        rows=[(row, queries.view(row, now)) for row in page.rows],
        action_words=queries.action_words,
        journey=lambda key: wording.label(wording.JOURNEY, key),
        total=queries.unit_concerns_count(session(), actor(), now),
        previous=url_for(".unit_concerns", before=page.before) if page.before else None,
        next=url_for(".unit_concerns", after=page.after) if page.after else None,
    )
