"""First information for a victim in writing: who to speak to, their rights and what support there is.

It is the introduction, told by a message (docs/adr/0037): the same duty, the same three questions. What would be sent
is shown in full and in the safe words; the draft is checked and sent like every other message.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.columns import new_id
from witness_care.contacts import introductions
from witness_care.contacts import queries as contact_queries
from witness_care.database import session
from witness_care.errors import absent
from witness_care.notifications import composing, queue, signposts
from witness_care.notifications.composing import SENT_AS, Choice, Offer
from witness_care.notifications.queue import AlreadyWaiting, NewMessage, Refused
from witness_care.notifications.rendering import text_parts
from witness_care.people import page_queries, reach
from witness_care.people.page_queries import Who
from workflows import signposting, tasks

FULL, SAFE = "first_information", "first_information_safe"
FIELDS = ("name", "role", "language", "case", "safe_contact", "message", "contact")


class FirstInformationForm(FlaskForm):
    """Which of the two messages, and by which way."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    message = RadioField("What do you want to send?", validate_choice=False)

    def offer(self, choices: tuple[Choice, ...]) -> None:
        """Let these be chosen from, by template and way."""
        self.message.choices = [SelectChoice(choice.key, in_words(choice)) for choice in choices]

    def validate_message(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Choose what to send")


def in_words(choice: Choice) -> str:
    """Name one choice: which words, by which way."""
    kind = "in safe words, only who to ring" if choice.template.neutral else "in full"
    return f"{SENT_AS[choice.way.channel]} to {choice.way.shown}, {kind}"


@route_policy(permission="record_contacts", category="consultation")
def first_information(participant_id: str) -> str:
    who, is_owed, offer = _offer(participant_id)
    form = FirstInformationForm(formdata=None)
    form.offer(offer.choices)
    form.token.data = new_id()
    first = composing.suggested(offer.choices, who.row.chosen_channel) or next(iter(offer.choices), None)
    form.message.data = first.key if first else None
    return _page(who, offer, form, is_owed=is_owed)


@route_policy(permission="record_contacts", category="alteration")
def save_first_information(participant_id: str) -> Response | tuple[str, int]:
    """Make a draft of what was chosen, and show it as it would be read."""
    who, is_owed, offer = _offer(participant_id)
    form = FirstInformationForm()
    form.offer(offer.choices)
    if not form.validate():
        return _page(who, offer, form, is_owed=is_owed, has_errors=True), 400
    choice = offer.chosen(form.message.data)
    assert choice is not None
    answer = queue.draft(
        NewMessage(
            participant_id=who.id,
            contact_point_id=choice.way.point_id,
            channel=choice.way.channel,
            template_id=choice.template.id,
            topics=choice.topics,
            languages=offer.languages,
            token=form.token.data,
        ),
        actor=actor().reference,
        now=clock.now(),
    )
    if isinstance(answer, Refused):
        form.message.errors = [answer.words]
        return _page(who, offer, form, is_owed=is_owed, has_errors=True), 400
    waiting = "1" if isinstance(answer, AlreadyWaiting) else None
    return redirect(url_for(".check", message_id=answer.id, waiting=waiting, _anchor="main-content"), 303)


def _offer(participant_id: str) -> tuple[Who, bool, Offer]:
    """Give whose it is, whether any of it is still to be told, and what may be sent. Only a victim has rights."""
    who = page_queries.who(session(), actor(), participant_id)
    if who is None or who.row.role not in introductions.VICTIMS:
        raise absent()
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS)
    now = clock.now()
    owed = contact_queries.open_duties(session(), actor(), who.id, now)
    duties = tuple(duty for duty in owed if duty.topic == tasks.INTRODUCTION)
    if who.row.left_at is not None:
        return who, False, Offer(choices=(), forbidden=(queue.LEFT_THE_CASE,), left_out=(), languages="en")
    points = session().execute(reach.points_of([who.row.person_id], sealed_too=True)).all()
    templates = [each for each in composing.templates_for(session(), points) if each.key in (FULL, SAFE)]
    about = composing.values_about(session(), who.row, templates)
    return who, bool(duties), composing.offer(session(), who.row, points, duties, templates, about, now=now)


def _page(who: Who, offer: Offer, form: FirstInformationForm, **more: Any) -> str:
    sets = signposts.sets_of(session(), who.id)
    pack = signposting.shipped()
    return render_template(
        "notifications/first_information.html",
        who=who,
        offer=offer,
        form=form,
        previews=[(in_words(choice), choice, _previews(choice)) for choice in offer.choices],
        answered=introductions.answered(session(), who.id, who.row.role),
        chosen=who.row.chosen_channel,
        sets=[each.title for each in sets if not each.is_general],
        links=pack.links_of(sets),
        can_name=any(choice.way.may_name_us for choice in offer.choices),
        **more,
    )


def _previews(choice: Choice) -> list[dict[str, Any]]:
    parts = [(part, text_parts(part.body) if choice.way.channel == "text" else 0) for part in choice.parts]
    return [
        {"language": part.language, "subject": part.subject, "body": part.body, "parts": count} for part, count in parts
    ]
