"""The page on which somebody decides whether a victim has enhanced rights, and on which grounds."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.database import session
from witness_care.errors import absent
from witness_care.form_fields import TicksField
from witness_care.pages import rejected_form
from witness_care.people import grounds, page_queries
from witness_care.people.grounds import Rights
from workflows import enhanced_rights
from workflows.events import Answer

TEMPLATE = "people/enhanced_rights.html"


class RightsForm(FlaskForm):
    """What was decided. A ground that was suggested or held and is not ticked is said no to, with a reason."""

    enhanced = RadioField(
        "Do they have enhanced rights?",
        choices=[
            SelectChoice(Answer.YES.value, "Yes, on the grounds ticked below"),
            SelectChoice(Answer.NO.value, "No"),
            SelectChoice(Answer.NOT_ASKED.value, "Not decided yet: worked at the shorter times"),
        ],
        validators=[InputRequired("Choose whether they have enhanced rights")],
    )
    grounds = TicksField("Grounds", validate_choice=True)
    shown = HiddenField(validators=[Length(max=2000)])
    reason = TextAreaField(
        "If you say no to a ground: why?", validators=[Length(max=500, message="Shorten the reason to 500 characters")]
    )

    def offer_grounds(self) -> None:
        self.grounds.choices = [
            SelectChoice(key, wording.sentence(each.words)) for key, each in enhanced_rights.shipped().by_key.items()
        ]

    def fits(self, rights: Rights) -> bool:
        """Check the form as a whole: what is ticked, and what is said no to."""
        self.offer_grounds()
        if not self.validate():
            return False
        ticked = self.grounds.data or []
        if self.shown.data != _shown(rights):
            self.enhanced.errors = ["What is known of them changed while you had this page open. Look at it again"]
            self.shown.data = _shown(rights)
        elif self.answer is Answer.NOT_ASKED and set(ticked) - set(rights.confirmed):
            self.grounds.errors = ["Say that they have enhanced rights on these grounds, or untick them"]
        elif self.answer is Answer.YES and not ticked:
            self.grounds.errors = ["Tick at least one ground, or say that they have no enhanced rights"]
        elif self.answer is Answer.NO and ticked:
            self.grounds.errors = ["Untick every ground, or say that they have enhanced rights"]
        elif grounds.needs_a_reason(rights, self.answer, ticked) and not (self.reason.data or "").strip():
            self.reason.errors = ["Say why a ground that was suggested, or was held, is not met"]
        return not self.errors

    @property
    def answer(self) -> Answer:
        return Answer(self.enhanced.data)


@route_policy(permission="record_contacts", category="alteration")
def enhanced_rights_page(participant_id: str) -> str:
    rights = _rights(participant_id)
    row = rights.who.row
    answer = None if rights.suggested else row.enhanced  # with something to decide, none is chosen beforehand
    held = {"enhanced": answer, "grounds": list(rights.confirmed), "shown": _shown(rights)}
    form = RightsForm(formdata=None, data=held)
    form.offer_grounds()
    return render_template(TEMPLATE, **_page(rights, form))


@route_policy(permission="record_contacts", category="alteration")
def decide_enhanced_rights(participant_id: str) -> Response | tuple[str, int]:
    rights, form = _rights(participant_id), RightsForm()
    if rights.by_kind or rights.who.row.role not in grounds.VICTIMS or rights.who.row.left_at:
        return redirect(url_for("people.enhanced_rights_page", participant_id=rights.who.id), 303)
    if not form.fits(rights):
        return rejected_form(TEMPLATE, **_page(rights, form))
    grounds.decide(rights, form.answer, form.grounds.data or [], form.reason.data or "", actor=actor(), now=clock.now())
    return redirect(url_for("people.person", participant_id=rights.who.id), 303)


def _rights(participant_id: str) -> Rights:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    fields = ("name", "role", "case", "enhanced rights")
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=fields, category="consultation")
    return grounds.rights_of(session(), who, page_queries.other_cases(session(), actor(), who))


def _page(rights: Rights, form: RightsForm) -> dict[str, Any]:
    suggested = dict.fromkeys(rights.confirmed, "Held.")
    suggested |= {each.ground: f"Suggested. {' '.join(each.because)}" for each in rights.suggestions}
    return {"who": rights.who, "rights": rights, "form": form, "suggested": suggested, "words": _words}


def _shown(rights: Rights) -> str:
    """Name what the page shows as held and as suggested: a decision is about that, and nothing that came later."""
    return f"{','.join(sorted(rights.confirmed))};{','.join(sorted(rights.suggested))}"


def _words(ground: str) -> str:
    return wording.sentence(enhanced_rights.words_of([ground])[0])
