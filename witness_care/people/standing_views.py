"""The page on which an officer says whether a person came to court, or that nothing more is to be done for them."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.columns import new_id
from witness_care.contacts import queries
from witness_care.database import session
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries, standing
from witness_care.people.page_queries import Who
from witness_care.people.standing import CAME, CLOSE, DID_NOT_COME, DoesNotFitError, Standing

TEMPLATE = "people/standing.html"
WORDS = {
    CAME: "They came to court",
    DID_NOT_COME: "They did not come to court",
    CLOSE: "Nothing more is to be done for them: close",
}
CHANGED_MEANWHILE = "How things stand changed while you had this page open. Look at it again, and choose"


class StandingForm(FlaskForm):
    """One thing that fits where the person stands; the token makes a second submission harmless."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    said = RadioField(
        "What do you want to record?", validate_choice=False, validators=[InputRequired("Choose what to record")]
    )


@route_policy(permission="record_contacts", category="alteration")
def standing_page(participant_id: str) -> str:
    who, now_stands = _person(participant_id)
    return render_template(TEMPLATE, **_page(who, now_stands, StandingForm(formdata=None)))


@route_policy(permission="record_contacts", category="alteration")
def save_standing(participant_id: str) -> Response | tuple[str, int]:
    who, now_stands = _person(participant_id)
    form = StandingForm()
    if not form.validate():
        return rejected_form(TEMPLATE, **_page(who, now_stands, form))
    try:
        standing.record(who.id, form.said.data, submission=form.token.data, actor=actor(), now=clock.now())
    except DoesNotFitError:
        _, by_now = _person(participant_id)
        form.said.errors = [CHANGED_MEANWHILE]
        template, _ = rejected_form(TEMPLATE, **_page(who, by_now, form))
        return template, 409
    return redirect(url_for("people.person", participant_id=who.id, stands="1", _anchor="result"), 303)


def _person(participant_id: str) -> tuple[Who, Standing]:
    who = page_queries.who(session(), actor(), participant_id)
    now_stands = standing.standing_of(session(), actor(), participant_id, clock.now())
    if who is None or now_stands is None:
        raise absent()
    ledger.note_participants(
        [(who.row.case_id, who.id, who.row.role)],
        fields=("name", "role", "case", "attendance"),
        category="consultation",
    )
    return who, now_stands


def _page(who: Who, now_stands: Standing, form: StandingForm) -> dict[str, object]:
    form.said.choices = [SelectChoice(each, WORDS[each]) for each in now_stands.may_be_said]
    form.token.data = form.token.data or new_id()
    return {
        "who": who,
        "standing": now_stands,
        "form": form,
        "attendance": wording.label(wording.ATTENDANCE, now_stands.attendance),
        "journey": wording.label(wording.JOURNEY, now_stands.journey),
        "duties": queries.open_duties(session(), actor(), who.id, clock.now()) if now_stands.is_at_the_end else (),
    }
