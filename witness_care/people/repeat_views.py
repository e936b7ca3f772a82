"""The page on which somebody decides whether a person who was a victim before is persistently targeted."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.database import session
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries, repeat_victims
from witness_care.people.page_queries import Who
from witness_care.people.repeat_victims import Repeat

TEMPLATE = "people/repeat_victim.html"
CONFIRM, DECLINE = "confirm", "decline"


class RepeatForm(FlaskForm):
    decision = RadioField(
        "Are they persistently targeted?",
        choices=[
            SelectChoice(CONFIRM, "Yes: that is a ground for enhanced rights"),
            SelectChoice(DECLINE, "No, not as far as we know"),
        ],
        validators=[InputRequired("Choose whether they are persistently targeted")],
    )
    reason = TextAreaField(
        "If not: why not?", validators=[Length(max=500, message="Shorten the reason to 500 characters")]
    )

    def validate_reason(self, field: TextAreaField) -> None:
        if self.decision.data == DECLINE and not (field.data or "").strip():
            raise ValidationError("Say why they are not persistently targeted")


@route_policy(permission="record_contacts", category="alteration")
def repeat_victim(participant_id: str) -> str:
    who, repeat = _person(participant_id)
    return render_template(TEMPLATE, **_page(who, repeat, RepeatForm(formdata=None)))


@route_policy(permission="record_contacts", category="alteration")
def decide_repeat_victim(participant_id: str) -> Response | tuple[str, int]:
    who, repeat = _person(participant_id)
    form = RepeatForm()
    if not form.validate():
        return rejected_form(TEMPLATE, **_page(who, repeat, form))
    if repeat is not None and form.decision.data == CONFIRM:
        repeat_victims.confirm(repeat, actor=actor(), now=clock.now())
    if repeat is not None and form.decision.data == DECLINE:
        repeat_victims.decline(repeat, form.reason.data or "", actor=actor(), now=clock.now())
    return redirect(url_for("people.person", participant_id=who.id), 303)


def _person(participant_id: str) -> tuple[Who, Repeat | None]:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    fields = ("name", "role", "case", "enhanced rights")
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=fields, category="consultation")
    others = page_queries.other_cases(session(), actor(), who)
    return who, repeat_victims.repeat_of(session(), actor(), who.id, others)


def _page(who: Who, repeat: Repeat | None, form: RepeatForm) -> dict[str, Any]:
    declined = repeat.declined if repeat else None
    reason = declined.reason.open(declined.id) if declined else ""
    return {"who": who, "repeat": repeat, "form": form, "declined_reason": reason}
