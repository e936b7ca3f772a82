"""Recording a contact: three interactions from My day, and nothing typed is lost when something changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.closing import queries as closing_queries
from witness_care.columns import new_id
from witness_care.contacts import queries
from witness_care.contacts.duty_view import DutyView
from witness_care.contacts.forms import ContactForm
from witness_care.contacts.service import AS_NOW, AS_SHOWN, ASK, Conflict, NotSafe, Recorded, record_contact
from witness_care.database import session
from witness_care.errors import absent
from witness_care.needs import queries as needs_queries
from witness_care.people import page_queries, reach
from witness_care.people.page_queries import Phone, Who
from witness_care.people.reach import Reach

Answer = Response | str | tuple[str, int]

BACK = "back"
FIELDS = ("name", "role", "language", "case", "safe_contact", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the form is about: the person, how to reach them now, and all that is owed to them."""

    who: Who
    reach: Reach
    phones: tuple[Phone, ...]
    duties: tuple[DutyView, ...]
    now: datetime

    @property
    def tellable(self) -> tuple[DutyView, ...]:
        return tuple(duty for duty in self.duties if duty.is_told_by_talking)

    @property
    def to_do(self) -> tuple[DutyView, ...]:
        return tuple(duty for duty in self.duties if duty.is_done_with_them)

    @property
    def asks_for_needs(self) -> bool:
        """Whether they are to be asked what they need, which has a page of its own."""
        return any(duty.is_an_assessment and duty.clock_start <= self.now for duty in self.duties)

    @property
    def asks_for_last_talk(self) -> bool:
        """Whether the last talk is to be had with them, which has a page of its own."""
        return any(duty.is_the_last_talk for duty in self.duties)

    @property
    def asks_for_dates(self) -> bool:
        """Whether they are to be asked when they cannot come, which has a page of its own."""
        return any(duty.is_about_dates for duty in self.duties)

    @property
    def settled_by_talking(self) -> tuple[DutyView, ...]:
        return tuple(duty for duty in self.duties if duty.is_settled_by_talking)

    def duty(self, duty_id: str | None) -> DutyView | None:
        return next((duty for duty in self.duties if duty.id == duty_id), None)

    @property
    def attempt(self) -> int:
        return max((duty.attempts for duty in self.duties), default=0) + 1

    @property
    def best_number(self) -> str | None:
        """The number to begin with: one that may be rung now, else one that may be rung later."""
        phones = sorted(self.phones, key=lambda phone: not phone.way.is_safe_now)
        return phones[0].way.point_id if phones else None

    @property
    def may_be_called_now(self) -> bool:
        return any(phone.way.is_safe_now for phone in self.phones)

    @property
    def may_leave_voicemail(self) -> bool:
        return any(phone.way.may_leave_voicemail for phone in self.phones)


@route_policy(permission="record_contacts", category="consultation")
def new_contact(participant_id: str) -> str:
    setting = _setting(participant_id)
    form = _form(setting)
    duty = _duty_of_the_link(setting)
    form.fill_in(duty=duty, token=new_id(), now=setting.now, contact_point=setting.best_number)
    return _page(setting, form, saved=saved_contact(request.args.get("saved")))


@route_policy(permission="record_contacts", category="consultation")
def save_contact(participant_id: str) -> Answer:
    setting = _setting(participant_id)
    form = _form(setting)
    if request.form.get("if_changed") == BACK:
        form.if_changed.data = ASK
        return _page(setting, form)
    if not form.is_acceptable(setting.now):
        return _page(setting, form, has_errors=True), 400
    done = setting.duty(form.duty.data)
    answer = record_contact(form.entry(setting.who.id), actor=actor().reference, now=setting.now)
    if isinstance(answer, NotSafe):
        form.override_reason.errors = [f"{answer.words} Say why you did so, or choose “Something else”"]
        return _page(setting, form, has_errors=True), 400
    if isinstance(answer, Conflict):
        return _changed_meanwhile(setting, form, answer), 409
    return _go_on(setting, answer, done)


def _go_on(setting: Setting, answer: Recorded, done: DutyView | None) -> Response:
    """To the next contact of the day, or back to this person; either way with a word on what was saved."""
    saved: dict[str, Any] = {"saved": answer.contact_id, "_anchor": "result"}
    if answer.repeat:
        saved["again"] = "1"
    if request.form.get("then") == "stay":
        return redirect(url_for("people.person", participant_id=setting.who.id, **saved), code=303)
    following = queries.next_in_queue(session(), actor(), done=done, skip_participant=setting.who.id, now=setting.now)
    if following is None:
        return redirect(url_for("contacts.my_day", **saved), code=303)
    page = url_for("contacts.new_contact", participant_id=following.participant_id, duty=following.id, **saved)
    return redirect(page, code=303)


def _setting(participant_id: str) -> Setting:
    now = clock.now()
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    points = session().execute(reach.points_of([who.row.person_id], sealed_too=True)).all()
    reachable = reach.reach_of(who.row, points, now)
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS)
    return Setting(
        who=who,
        reach=reachable,
        phones=page_queries.phones(reachable.usable, points),
        duties=queries.open_duties(session(), actor(), who.id, now),
        now=now,
    )


def _duty_of_the_link(setting: Setting) -> DutyView | None:
    """The duty that the link names; if it was closed meanwhile, the one that took its place for the same news."""
    wanted = request.args.get("duty")
    found = setting.duty(wanted)
    if found or not wanted:
        return found
    closed = queries.duty(session(), actor(), wanted, setting.now)
    if closed is None:
        return None
    news = (closed.topic, closed.subject)
    return next((duty for duty in setting.duties if (duty.topic, duty.subject) == news), None)


def _form(setting: Setting) -> ContactForm:
    form = ContactForm()
    form.offer(
        duties=setting.tellable,
        to_do=setting.to_do,
        numbers={phone.way.point_id: phone.words for phone in setting.phones},
        attempt=setting.attempt,
        voicemail=setting.may_leave_voicemail,
        representative=bool(setting.who.row.has_representative),
    )
    return form


def _page(setting: Setting, form: ContactForm, **more: Any) -> str:
    note = setting.who.row.safe_contact_note
    return render_template(
        "contacts/record.html",
        setting=setting,
        who=setting.who,
        form=form,
        duty=setting.duty(form.duty.data),
        safe_note=note.open(setting.who.row.person_id) if note else None,
        asks_for_reason=bool(form.override_reason.errors) or (setting.phones and not setting.may_be_called_now),
        how_and_when=f"{wording.label(wording.CHANNELS, form.channel.data)}, {form.stated_time(setting.now)}",
        asks_if_coming=setting.who.row.attendance in ("required", "warned", "confirmed"),
        errors=_errors(form) if more.get("has_errors") else [],
        **more,
    )


def _errors(form: ContactForm) -> list[dict[str, str]]:
    """The first error of each field, linked to it."""
    return [{"text": field.errors[0], "href": f"#{field.id}"} for field in form if field.errors]


def _changed_meanwhile(setting: Setting, form: ContactForm, conflict: Conflict) -> str:
    offences = queries.offence_titles(session(), {setting.who.row.case_id})
    changes = [
        {
            "topic": wording.sentence(wording.label(wording.TOPICS, changed.topic)),
            "shown": wording.what(changed.topic, changed.shown, offences) if changed.shown else None,
            "now": wording.what(changed.topic, changed.now, offences) if changed.now else None,
            "at": changed.changed_at,
        }
        for changed in conflict.changed
    ]
    return render_template(
        "contacts/changed.html",
        who=setting.who,
        changes=changes,
        the_new="the new date" if conflict.is_about_dates else "the new fact",
        may_say_shown=all(changed.shown is not None for changed in conflict.changed),
        may_say_now=all(changed.now is not None for changed in conflict.changed),
        typed=[(name, value) for name, value in request.form.items(multi=True) if name != "if_changed"],
        as_shown=AS_SHOWN,
        as_now=AS_NOW,
        back=BACK,
    )


def saved_contact(contact_id: str | None) -> dict[str, Any] | None:
    """What to say of the contact just saved; None when there is none, or not theirs to see."""
    if not contact_id:
        return None
    found = queries.contact(session(), actor(), contact_id)
    if found is None:
        return None
    ledger.note_participants([(found.case_id, found.participant_id, found.role)], fields=("name", "contact"))
    outcome = wording.label(wording.CONTACT_OUTCOMES, found.outcome)
    return {
        "id": found.id,
        "title": "Already recorded" if request.args.get("again") else "Saved",
        "summary": f"{found.name}: {outcome[0].lower() + outcome[1:]}.",
        "incident": found.safety_incident,
        "asks_for_last_talk": found.participant_id if _last_talk_is_owed(found.participant_id) else "",
        "asks_for_dates": found.participant_id if _owes_dates(found.participant_id) else "",
        "asks_for_needs": found.participant_id if _is_to_be_asked(found.participant_id) else "",
    }


def _last_talk_is_owed(participant_id: str) -> bool:
    """Say whether the last talk is to be had with them."""
    return closing_queries.is_owed(session(), actor(), participant_id)


def _is_to_be_asked(participant_id: str) -> bool:
    """Say whether they are to be asked now what they need."""
    return needs_queries.is_owed(session(), actor(), participant_id, clock.now())


def _owes_dates(participant_id: str) -> bool:
    """Say whether they are to be asked now when they cannot come."""
    owed = queries.open_duties_of(session(), actor(), [participant_id], clock.now())
    return any(duty.is_about_dates for duty in owed.get(participant_id, ()))
