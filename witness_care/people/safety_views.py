"""The pages on which a second person decides whether somebody at risk may be reached in more ways."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.contacts import queries
from witness_care.database import session
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import preferences, reach, risk, safety_changes
from witness_care.people.preferences_forms import DecisionForm
from witness_care.people.safety_changes import DecidedMeanwhileError, OwnProposalError, Waits
from workflows import safety_changes as parts

TEMPLATE = "people/safety_change.html"
FIELDS = ("name", "role", "case", "safe_contact")


@route_policy(permission="change_safe_contact", category="consultation")
def safety_changes_list() -> str:
    found = safety_changes.waiting(session(), actor())
    _note(found)
    names = _names(found)
    return render_template(
        "people/safety_changes.html",
        rows=[(each, _kind(each), wording.actor(each.row.proposed_by, names), each.is_own(actor())) for each in found],
        widens=parts.WORDS,
        saved=bool(request.args.get("saved")),
    )


@route_policy(permission="change_safe_contact", category="alteration")
def safety_change(change_id: str) -> str:
    return render_template(TEMPLATE, **_page(_one(change_id), DecisionForm(formdata=None)))


@route_policy(permission="change_safe_contact", category="alteration")
def decide_safety_change(change_id: str) -> Response | tuple[str, int]:
    found, form = _one(change_id), DecisionForm()
    if not form.validate():
        return rejected_form(TEMPLATE, **_page(found, form))
    confirmed, reason = form.answer.data == "confirm", form.reason.data or ""
    try:
        safety_changes.decide(change_id, confirmed=confirmed, reason=reason, actor=actor(), now=clock.now())
    except (OwnProposalError, DecidedMeanwhileError) as refused:
        own = isinstance(refused, OwnProposalError)
        form.answer.errors = [
            "You proposed this yourself: somebody else decides on it" if own else "This was decided meanwhile"
        ]
        return rejected_form(TEMPLATE, **_page(_one(change_id), form))[0], 409
    return redirect(url_for("people.safety_changes_list", saved="1", _anchor="result"), 303)


def _one(change_id: str) -> Waits:
    found = safety_changes.one(session(), actor(), change_id)
    if found is None:
        raise absent()
    _note([found])
    return found


def _page(found: Waits, form: DecisionForm) -> dict[str, Any]:
    row = found.row
    held = safety_changes.held_answers(session(), row.contact_point_id)
    return {
        "change": found,
        "form": form,
        "kind": _kind(found),
        # A number or address is shown to whoever must judge it, and to nobody once that is done.
        "value": row.sealed_value.open(row.id) if row.sealed_value is not None and row.state == risk.WAITING else "",
        "lines": _lines(held, row),
        "by": wording.actor(row.proposed_by, _names([found])),
        "is_own": found.is_own(actor()),
        "waits": row.state == risk.WAITING,
        "widens": [parts.WORDS[each] for each in row.widens],
    }


def _lines(held: Any, row: Any) -> list[tuple[str, str, str]]:
    """Give each answer as it was and as it would be."""
    labels = {
        "allowed": "May we use it",
        "voicemail": "Voicemail",
        "may_identify_us": "May a message say who we are",
        "windows": "Safe hours",
        "reached_directly": "Under 18 and spoken with directly",
        "representative_forbidden": "Their representative must never be contacted",
    }
    return [
        (words, _answer(name, getattr(held, name)) if held is not None else "", _answer(name, row.wanted[name]))
        for name, words in labels.items()
        if name in row.wanted
    ]


def _answer(name: str, value: Any) -> str:
    if name == "windows":
        return wording.listed([reach.window_in_words(each) for each in value]) if value else "any time"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return preferences.ANSWERS.get(value, str(value))


def _kind(found: Waits) -> str:
    return wording.sentence(wording.label(wording.SAFETY_CHANGES, found.row.kind))


def _names(found: Any) -> Any:
    return queries.user_names(session(), {each.row.proposed_by.partition(":")[2] for each in found})


def _note(found: Any) -> None:
    rows = [(each.participant.case_id, each.participant.id, each.participant.role) for each in found]
    ledger.note_participants(rows, fields=FIELDS, category="consultation")
