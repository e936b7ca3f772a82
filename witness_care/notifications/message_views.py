"""One person's messages: the thread, writing a new one, checking it, and every step of it afterwards."""

from __future__ import annotations

import json
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.columns import new_id
from witness_care.contacts import queries as contact_queries
from witness_care.contacts.duty_view import DutyView
from witness_care.database import session
from witness_care.errors import absent
from witness_care.notifications import carried, composing, message_queries, message_words, queue, template_queries, text
from witness_care.notifications.composing import Offer
from witness_care.notifications.message_forms import ComposeForm, SendForm
from witness_care.notifications.queue import AlreadyWaiting, Changed, NewMessage, Refused
from witness_care.notifications.rendering import CannotRender, Rendered, text_parts
from witness_care.people import page_queries, reach
from witness_care.people.page_queries import Who
from workflows.safe_contact import Delay, Refuse

Answer = Response | str | tuple[str, int]
COMPOSE, ONE, THREAD = "notifications/compose.html", "notifications/message.html", "notifications/thread.html"
FIELDS = ("name", "role", "language", "case", "safe_contact", "message")
NOTHING_OF_IT = "This message has no words for what you ticked. Choose another message, or ring them."


# --- one person ---------------------------------------------------------------------------------------------------


@route_policy(permission="see_cases", category="consultation")
def thread(participant_id: str) -> str:
    """Every message to somebody, the newest first, with how far it has come."""
    who = _who(participant_id)
    rows = message_queries.of_person(session(), actor(), who.id)
    return render_template(
        THREAD,
        who=who,
        rows=rows,
        steps=message_queries.steps(session(), [row.id for row in rows]),
        words=message_words,
        sent_as=composing.SENT_AS,
    )


@route_policy(permission="record_contacts", category="consultation")
def compose(participant_id: str) -> str:
    who, duties, offer = _offer(participant_id)
    form = ComposeForm(formdata=None)
    form.offer(_news(duties, offer), offer.choices)
    form.token.data = new_id()
    wanted = request.args.get("duty")
    form.news.data = [_key(duty) for duty in duties if not wanted or duty.id == wanted or wanted not in _ids(duties)]
    if first := composing.suggested(offer.choices):
        form.message.data = first.key
    return _compose_page(who, duties, offer, form)


@route_policy(permission="record_contacts", category="alteration")
def save(participant_id: str) -> Answer:
    """Make a draft of what was chosen, and show it as it would be read."""
    who, duties, offer = _offer(participant_id)
    form = ComposeForm()
    form.offer(_news(duties, offer), offer.choices)
    if not form.validate():
        return _compose_page(who, duties, offer, form, has_errors=True), 400
    choice = offer.chosen(form.message.data)
    assert choice is not None
    ticked = set(form.news.data or ())
    topics = tuple((duty.topic, duty.subject) for duty in choice.tells if _key(duty) in ticked)
    if choice.tells and not topics:
        form.message.errors = [NOTHING_OF_IT]
        return _compose_page(who, duties, offer, form, has_errors=True), 400
    answer = queue.draft(
        NewMessage(
            participant_id=who.id,
            contact_point_id=choice.way.point_id,
            channel=choice.way.channel,
            template_id=choice.template.id,
            topics=topics,
            languages=offer.languages,
            token=form.token.data,
        ),
        actor=actor().reference,
        now=clock.now(),
    )
    if isinstance(answer, Refused):
        form.message.errors = [answer.words]
        return _compose_page(who, duties, offer, form, has_errors=True), 400
    waiting = "1" if isinstance(answer, AlreadyWaiting) else None
    return redirect(url_for(".check", message_id=answer.id, waiting=waiting, _anchor="main-content"), 303)


def _offer(participant_id: str) -> tuple[Who, tuple[DutyView, ...], Offer]:
    who = _who(participant_id)
    now = clock.now()
    points = session().execute(reach.points_of([who.row.person_id], sealed_too=True)).all()
    owed = contact_queries.open_duties(session(), actor(), who.id, now)
    duties = tuple(duty for duty in owed if duty.is_told_by_talking)
    if who.row.left_at is not None:
        return who, duties, Offer(choices=(), forbidden=(queue.LEFT_THE_CASE,), left_out=(), languages="en")
    offer = composing.offer(
        session(),
        who.row,
        points,
        duties,
        composing.templates_for(session(), points),
        composing.values_about(session(), who.row),
        now=now,
    )
    return who, duties, offer


def _compose_page(who: Who, duties: Any, offer: Offer, form: ComposeForm, **more: Any) -> str:
    told = _told(offer)
    return render_template(
        COMPOSE,
        who=who,
        offer=offer,
        form=form,
        has_templates=bool(template_queries.in_use(session(), composing.SENT_AS)),
        only_by_talking=[duty for duty in duties if _key(duty) not in told],
        **more,
    )


def _news(duties: tuple[DutyView, ...], offer: Offer) -> dict[str, str]:
    """Give the news for which some message has words, in words."""
    told = _told(offer)
    return {_key(duty): f"{duty.to_tell}: {duty.what}" for duty in duties if _key(duty) in told}


def _told(offer: Offer) -> set[str]:
    return {_key(duty) for choice in offer.choices for duty in choice.tells}


def _key(duty: DutyView) -> str:
    return f"{duty.topic}|{duty.subject}"


def _ids(duties: tuple[DutyView, ...]) -> set[str]:
    return {duty.id for duty in duties}


def _who(participant_id: str) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS)
    return who


# --- one message --------------------------------------------------------------------------------------------------


@route_policy(permission="see_cases", category="consultation")
def check(message_id: str) -> str:
    """A message exactly as it is, or would be, read; what was checked; and what may be done with it."""
    return _one(message_id, SendForm(formdata=None, data={"when": "now"}))


@route_policy(permission="record_contacts", category="alteration")
def send(message_id: str) -> Answer:
    _seen(message_id)
    form = SendForm()
    if not form.validate():
        return _one(message_id, form, has_errors=True), 400
    answer = queue.send(
        message_id,
        seen_hashes=request.form.getlist("seen"),
        send_at=form.chosen_time(),
        override_reason=form.override_reason.data or "",
        actor=actor().reference,
        now=clock.now(),
    )
    if isinstance(answer, Changed):
        return _one(message_id, form, has_errors=True, changed=True), 409
    if isinstance(answer, Refused):
        return _one(message_id, form, has_errors=True, refused=answer), 409
    return _back(message_id)


@route_policy(permission="record_contacts", category="alteration")
def step(message_id: str) -> Answer:
    """Approve a letter, stop a message, or say what was done about one that did not arrive."""
    _seen(message_id)
    who, now = actor(), clock.now()
    chosen = request.form.get("step", "")
    answer: Any
    if chosen == "approve":
        seen = request.form.getlist("seen")
        answer = queue.approve(message_id, seen_hashes=seen, actor=who.reference, now=now)
    elif chosen == "cancel":
        answer = queue.cancel(message_id, actor=who.reference, now=now)
    elif chosen == "resend":
        answer = queue.resend(message_id, actor=who.reference, owner_id=who.id, now=now)
    elif chosen == "rung":
        answer = queue.rung(message_id, actor=who.reference, owner_id=who.id, now=now)
    elif chosen == "dealt_with":
        queue.deal_with(message_id, actor=who.reference, owner_id=who.id, now=now)
        answer = None
    else:
        answer = Refused("Choose what to do with it.", "unknown_step")
    form = SendForm(formdata=None, data={"when": "now"})
    if isinstance(answer, Changed):
        return _one(message_id, form, has_errors=True, changed=True), 409
    if isinstance(answer, Refused):
        return _one(message_id, form, has_errors=True, refused=answer), 409
    return _back(message_id)


@route_policy(permission="see_cases", category="consultation")
def letter(message_id: str) -> str:
    """A letter alone on a page, to be printed: the same words as on the page where it is checked."""
    row = _seen(message_id)
    parts, problem = parts_of(row)
    if row.channel != "letter" or problem or not row.approved_by or not queue.may_be_printed(row.id, now=clock.now()):
        raise absent()
    return render_template("notifications/letter.html", message=row, parts=parts)


def _back(message_id: str) -> Response:
    return redirect(url_for(".check", message_id=message_id, saved="1", _anchor="result"), 303)


def _seen(message_id: str) -> Any:
    row = message_queries.one(session(), actor(), message_id)
    if row is None:
        raise absent()
    ledger.note_participants([message_queries.any_row(row)], fields=FIELDS)
    return row


def _one(message_id: str, form: SendForm, **more: Any) -> str:
    session().rollback()
    row = _seen(message_id)
    who = page_queries.who(session(), actor(), row.participant_id)
    if who is None:
        raise absent()
    parts, problem = parts_of(row)
    steps = message_queries.steps(session(), [row.id])[row.id]
    point = _way_of(row)
    answer = _ask_the_gate(row, who, point)
    return render_template(
        ONE,
        message=row,
        who=who,
        previews=[_preview(part, row.channel) for part in parts],
        problem=problem,
        telling=row.telling,
        tells=message_words.tells(row.telling),
        form=form,
        steps=steps,
        names=message_queries.names(
            session(), [row.created_by, row.sent_by, row.approved_by, *(s.actor for s in steps)]
        ),
        words=message_words,
        sent_as=composing.SENT_AS,
        checks=_checks(row, point, answer, parts),
        delay=answer if isinstance(answer, Delay) else None,
        is_mine=row.created_by == actor().reference,
        override=row.override_reason.open(row.id) if row.override_reason else "",
        saved=bool(request.args.get("saved")),
        waiting=bool(request.args.get("waiting")),
        **more,
    )


def parts_of(row: Any) -> tuple[list[Rendered], str]:
    """Give what is read: as it was frozen when it left, else as it would leave now; or words why it could not."""
    if row.sealed_text is not None:
        return [Rendered(**part) for part in json.loads(row.sealed_text.open(row.id))], ""
    template = template_queries.one(session(), row.template_id)
    unit = next((unit for unit in template_queries.units(session()) if unit.id == row.unit_id), None)
    try:
        link = carried.SHOWN if row.link_id else ""
        whose = row.participant_id
        return list(text.text_of(session(), template, whose, _standing(row), row.languages, unit, link=link)), ""
    except CannotRender as problem:
        return [], problem.words


def _standing(row: Any) -> list[dict[str, Any]]:
    """Give the news of a message with the values that stand now: a draft is shown as it would leave."""
    if row.state not in ("draft", "ready", "held") or row.channel == "letter":
        return list(row.telling)
    owed = {
        (duty.topic, duty.subject): composing.news(duty)
        for duty in contact_queries.open_duties(session(), actor(), row.participant_id, clock.now())
    }
    return [owed.get((news["topic"], news["subject"]), news) for news in row.telling]


def _way_of(row: Any) -> Any:
    """Give the way by which a draft is to go; None when it is no draft, or the way is not on their record."""
    points = session().execute(reach.points_of([row.person_id])).all() if row.state == "draft" else ()
    return next((point for point in points if point.id == row.contact_point_id), None)


def _ask_the_gate(row: Any, who: Who, point: Any) -> Any:
    if point is None:
        return None
    return reach.ask(who.row, point, row.channel, clock.now(), row.due_at, neutral=row.neutral)


def _checks(row: Any, point: Any, answer: Any, parts: list[Rendered]) -> list[str]:
    """Say in words what was checked before it may leave."""
    if row.state != "draft":
        return []
    if point is None:
        return ["Not safe: this way to reach them is not on their record"]
    found = ["Not safe: " + answer.words] if isinstance(answer, Refuse) else ["This way to reach them is safe"]
    if isinstance(answer, Delay):
        found.append(answer.words)
    elif row.channel != "letter":
        found.append(
            "Inside their safe hours" if point.windows else "No safe hours are recorded: any hour is taken as safe"
        )
    found.append("No offence and no defendant")
    found.append("Says only who to ring" if row.neutral else "They agreed that a message may say who we are")
    if any(part.language == "cy" for part in parts):
        found.append("In approved Welsh and in English")
    return found


def _preview(part: Rendered, channel: str) -> dict[str, Any]:
    return {
        "language": part.language,
        "subject": part.subject,
        "body": part.body,
        "parts": text_parts(part.body) if channel == "text" else 0,
    }
