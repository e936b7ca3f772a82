"""The page on which a supervisor takes a match back: what goes with it, whom that concerns, and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from witness_care import clock, database, errors, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import page_queries
from witness_care.cases.models import CourtMatch
from witness_care.casework.dry_run import ENDS, Difference
from witness_care.contacts import queries as contact_queries
from witness_care.feed import queries, taking_back
from witness_care.feed.taking_back import CannotBeTakenBackError, TakenBack
from witness_care.feed.unmatched_forms import TakeBackForm

blueprint = Blueprint("taking_back", __name__, url_prefix="/matches")
Answer = Response | str | tuple[str, int]


@blueprint.get("/<match_id>/take-back")
@route_policy(permission="match_parked", category="consultation")
def take_back_page(match_id: str) -> str:
    return _page(_match(match_id), TakeBackForm())


@blueprint.post("/<match_id>/take-back")
@route_policy(permission="match_parked", category="alteration")
def take_back(match_id: str) -> Answer:
    match, form = _match(match_id), TakeBackForm()
    if not form.validate():
        return _page(match, form), 400
    try:
        taking_back.take_back(match_id, form.reason.data or "", actor=actor(), now=clock.now())
    except CannotBeTakenBackError:
        return _page(_match(match_id), form), 409
    return redirect(url_for("feed.message", message_row_id=match.message_row_id, tried="back", _anchor="result"), 303)


def _match(match_id: str) -> CourtMatch:
    found = taking_back.match_of(database.session(), actor(), match_id)
    if found is None:
        raise errors.absent()
    return found


def _page(match: CourtMatch, form: TakeBackForm) -> str:
    """Show the match and what follows, or in words why it stays."""
    refusal, trial = "", None
    match_id = match.id
    try:
        trial = taking_back.preview(match_id, actor=actor(), now=clock.now())
    except CannotBeTakenBackError as problem:
        refusal = problem.words
    match = _match(match_id)
    users = contact_queries.user_names(
        database.session(), {(name or "").partition(":")[2] for name in (match.matched_by, match.taken_back_by)}
    )
    done: TakenBack | None = trial.answer if trial else None
    concerned = {match.case_id, *(each.case_id for each in (trial.differences if trial else ()))}
    urns = queries.numbers_of(actor(), concerned | {case_id for _, case_id in (done.parts if done else ()) if case_id})
    return render_template(
        "feed/take_back.html",
        match=match,
        form=form,
        refusal=refusal,
        urn=urns[match.case_id],
        matched_by=wording.actor(match.matched_by, users),
        taken_back=_taken_back(match, users),
        goes=[_goes(each, case_id, urns) for each, case_id in done.parts] if done else [],
        names=done.names if done else 0,
        follows=_follows(trial.differences, urns) if trial else [],
    )


def _taken_back(match: CourtMatch, users: Any) -> dict[str, Any] | None:
    if match.taken_back_at is None:
        return None
    by = wording.actor(match.taken_back_by or "", users)
    return {"at": match.taken_back_at, "by": by, "reason": match.reason.open(match.id)}


def _goes(each: Any, case_id: str | None, urns: dict[str, str]) -> dict[str, Any]:
    """Say where a message is afterwards: it waits, or it belongs to a case that is here by now."""
    where = "waits again"
    if case_id:
        where = f"goes to case {urns[case_id]}" if case_id in urns else "goes to a case of another unit"
    return {"message": each.message, "where": where}


def _follows(differences: tuple[Difference, ...], urns: dict[str, str]) -> list[dict[str, Any]]:
    """Say what becomes of each duty, in the cases that the reader may see."""
    shown = [each for each in differences if each.case_id in urns]
    people: dict[str, Any] = {}
    for case_id in sorted({each.case_id for each in shown}):
        found = page_queries.participants(database.session(), case_id, clock.now())
        ledger.note_participants([(case_id, each.row.id, each.row.role) for each in found], fields=("name",))
        people |= {each.row.id: each.row.name for each in found}
    return [
        {
            "words": _in_words(each, people.get(each.participant_id, "Somebody"), urns[each.case_id]),
            "due_at": None if each.what == ENDS else each.due_at,
        }
        for each in shown
    ]


def _in_words(each: Difference, name: str, urn: str) -> str:
    what = wording.to_tell(each.topic, each.value, each.told_value)
    return f"Case {urn}, {name}: “{what[:1].lower()}{what[1:]}” {wording.DIFFERENCES[each.what]}"
