"""The supervisor's page of contacts made in a way that was not agreed as safe, and the look at each."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.contacts import overrides, queries
from witness_care.database import session
from witness_care.errors import absent
from witness_care.pages import rejected_form

TEMPLATE = "contacts/override.html"
FIELDS = ("name", "contact", "safe_contact")


class LookedAtForm(FlaskForm):
    note = TextAreaField(
        "What did you find, and what was done?",
        validators=[
            InputRequired("Say what you found"),
            Length(max=1000, message="Shorten this to 1000 characters"),
        ],
    )


@route_policy(permission="assign", category="consultation")
def unit_overrides() -> str:
    now, supervisor = clock.now(), actor()
    page = overrides.waiting(session(), supervisor, after=request.args.get("after"), before=request.args.get("before"))
    shared = overrides.shared(session(), supervisor, now)
    ledger.note_participants([(row.case_id, row.participant_id, row.role) for row in page.rows], fields=FIELDS)
    ledger.note_participants([(row.case_id, row.id, row.role) for row in shared], fields=FIELDS)
    names = queries.user_names(session(), {row.recorded_by.partition(":")[2] for row in page.rows})
    return render_template(
        "contacts/overrides.html",
        rows=[(row, _what(row), wording.actor(row.recorded_by, names)) for row in page.rows],
        total=overrides.count(session(), supervisor),
        shared=shared,
        saved=bool(request.args.get("saved")),
        previous=url_for(".unit_overrides", before=page.before) if page.before else None,
        next=url_for(".unit_overrides", after=page.after) if page.after else None,
    )


@route_policy(permission="assign", category="alteration")
def override(override_id: str) -> str:
    return render_template(TEMPLATE, **_page(_one(override_id), LookedAtForm(formdata=None)))


@route_policy(permission="assign", category="alteration")
def look_at_override(override_id: str) -> Response | tuple[str, int]:
    row, form = _one(override_id), LookedAtForm()
    if not form.validate():
        return rejected_form(TEMPLATE, **_page(row, form))
    overrides.looked_at(override_id, form.note.data, actor=actor(), now=clock.now())
    return redirect(url_for("contacts.unit_overrides", saved="1", _anchor="result"), 303)


def _one(contact_id: str) -> Any:
    row = overrides.one(session(), actor(), contact_id)
    if row is None:
        raise absent()
    subject = [(row.case_id, row.participant_id, row.role)]
    ledger.note_participants(subject, fields=FIELDS, category="consultation")
    return row


def _page(row: Any, form: LookedAtForm) -> dict[str, Any]:
    names = queries.user_names(session(), {row.recorded_by.partition(":")[2]})
    reason = row.override_reason.open(row.id) if row.override_reason is not None else ""
    return {
        "row": row,
        "form": form,
        "what": _what(row),
        "by": wording.actor(row.recorded_by, names),
        "reason": reason,
    }


def _what(row: Any) -> str:
    outcome = wording.label(wording.CONTACT_OUTCOMES, row.outcome)
    return f"{outcome}: {wording.label(wording.CHANNELS, row.channel).lower()}"
