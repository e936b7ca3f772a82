"""The page on which a supervisor says which case a waiting court message is about, or that it is not ours."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import hearing_words
from witness_care.cases.journal_words import Names, in_words
from witness_care.feed import reasons, taking_back_views, unmatched, unmatched_queries
from witness_care.feed.fact_ids import ids_in
from witness_care.feed.unmatched_forms import MatchForm, SetAsideForm
from witness_care.feed.unmatched_queries import WaitingPart
from witness_care.pages import rejected_form

blueprint = Blueprint("unmatched", __name__, url_prefix="/unmatched")
blueprint.register_blueprint(taking_back_views.blueprint)

Answer = Response | str | tuple[str, int]
TEMPLATE = "feed/unmatched.html"
NOT_POSSIBLE = (
    "That does not say enough, or its names already mean another case. Choose another case or hearing, or set the "
    "message aside and enter by hand what it says"
)


@blueprint.get("/<part_id>")
@route_policy(permission="match_parked", category="consultation")
def part(part_id: str) -> Answer:
    waiting = _part(part_id)
    page = _page(waiting, MatchForm(data={"typed": request.args.get("urn", "")}), SetAsideForm())
    return render_template(TEMPLATE, **page)


@blueprint.post("/<part_id>/match")
@route_policy(permission="match_parked", category="alteration")
def match(part_id: str) -> Answer:
    waiting, form = _part(part_id), MatchForm()
    page = _page(waiting, form, SetAsideForm(formdata=None))
    if not waiting.may_be_matched:
        return render_template(TEMPLATE, **page), 409
    if not form.validate():
        return rejected_form(TEMPLATE, **page)
    try:
        unmatched.match(waiting, form.case_id, form.hearing_id, actor=actor(), now=clock.now())
    except unmatched.DecidedAlreadyError:
        return render_template(TEMPLATE, **page | {"decided_already": True}), 409
    except unmatched.NotPossibleError:
        form.choice.errors = [NOT_POSSIBLE]
        return rejected_form(TEMPLATE, **page)
    return _to_message(waiting)


@blueprint.post("/<part_id>/set-aside")
@route_policy(permission="match_parked", category="alteration")
def set_aside(part_id: str) -> Answer:
    waiting, form = _part(part_id), SetAsideForm()
    page = _page(waiting, MatchForm(formdata=None), form)
    if not waiting.is_waiting:
        return render_template(TEMPLATE, **page), 409
    if not form.validate():
        return rejected_form(TEMPLATE, **page)
    try:
        unmatched.set_aside(waiting, unmatched.NotOurs(form.why.data), actor=actor(), now=clock.now())
    except unmatched.DecidedAlreadyError:
        return render_template(TEMPLATE, **page | {"decided_already": True}), 409
    return _to_message(waiting)


@blueprint.post("/<part_id>/take-up")
@route_policy(permission="match_parked", category="alteration")
def take_up(part_id: str) -> Answer:
    waiting = _part(part_id)
    try:
        unmatched.take_up(waiting, actor=actor(), now=clock.now())
    except (unmatched.DecidedAlreadyError, unmatched.NotPossibleError):
        page = _page(waiting, MatchForm(formdata=None), SetAsideForm(formdata=None))
        return render_template(TEMPLATE, **page), 409
    return _to_message(waiting)


def _part(part_id: str) -> WaitingPart:
    found = unmatched_queries.waiting_part(actor(), part_id)
    if found is None:
        raise errors.absent()
    ledger.note("consultation", fields="court message", row_count=1)
    return found


def _to_message(waiting: WaitingPart) -> Response:
    return redirect(
        url_for("feed.message", message_row_id=waiting.row.message_row_id, tried="1", _anchor="result"), 303
    )


def _page(waiting: WaitingPart, match_form: MatchForm, set_aside_form: SetAsideForm) -> dict[str, Any]:
    candidates = unmatched_queries.candidates(actor(), waiting, match_form.typed.data or "")
    match_form.offer(
        [(each.row.id, each.row.urn, [(row.id, _hearing(row)) for row in each.hearings]) for each in candidates]
    )
    return {
        "waiting": waiting,
        "form": match_form,
        "set_aside_form": set_aside_form,
        "candidates": candidates,
        "hearing_line": _hearing,
        "said": _in_words(waiting),
        "reason": reasons.words(waiting.row.reason),
        "decided_already": not waiting.is_waiting and not waiting.is_set_aside,
    }


def _hearing(row: Any) -> str:
    return f"{hearing_words.name(row)}, {hearing_words.day(row, clock.now())}, {hearing_words.where(row)}"


def _in_words(waiting: WaitingPart) -> list[str]:
    """Say what the part says, without a name: the message's ids are not ours."""
    facts = [said.what for said in waiting.said.facts] if waiting.said else []
    named = [found for fact in facts for found in ids_in(fact)]
    nobody = {kind: {name: words for its, name in named if its == kind} for kind, words in _SOMEBODY.items()}
    names = Names(defendants=nobody["defendant"], offences=nobody["offence"])
    return [in_words(fact, names) for fact in facts]


_SOMEBODY = {"defendant": "a defendant", "offence": "an offence"}
