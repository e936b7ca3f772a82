"""Why something is due: what changed, who said so, what they have, the rule, and the calculation in words."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from witness_care import clock, task_words, wording
from witness_care.accounts.current import Actor, actor
from witness_care.accounts.models import Role
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.casework.rules import rulebook
from witness_care.contacts import queries, service
from witness_care.contacts.duty_view import DutyView
from witness_care.contacts.forms import EndDutyForm
from witness_care.database import session
from witness_care.errors import absent
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from workflows import tasks
from workflows.working_days import london_date

DECLINED, ATTEMPTS_EXHAUSTED = "declined", "attempts_exhausted"


@route_policy(permission="see_cases", category="consultation")
def duty(duty_id: str) -> str:
    view, who = _duty(duty_id)
    return _page(view, who, _form(view, actor()))


@route_policy(permission="record_contacts", category="alteration")
def end_duty(duty_id: str) -> Response | tuple[str, int]:
    """Close a duty without telling: they declined, or a supervisor says that they could not be reached."""
    view, who = _duty(duty_id)
    if view.is_a_referral:
        raise absent()  # it is decided, sent or withdrawn on its own page
    form = _form(view, actor())
    if not form.validate():
        return _page(view, who, form, has_errors=True), 400
    service.end_duty(view.id, form.reason.data, actor=actor().reference, now=clock.now())
    return redirect(url_for("contacts.duty", duty_id=view.id, _anchor="page-heading"), code=303)


def may_be_given_up(view: DutyView, attempts: int, days: int) -> bool:
    """Whether a supervisor may end a duty as not met: enough attempts, on enough different days."""
    book, today = rulebook(), london_date(clock.now())
    least = {
        name: book.setting_in_full(name, today).value
        for name in ("attempts_before_escalation", "attempts_on_separate_days")
    }
    return attempts >= least["attempts_before_escalation"] and days >= least["attempts_on_separate_days"]


def _duty(duty_id: str) -> tuple[DutyView, Who]:
    view = queries.duty(session(), actor(), duty_id, clock.now())
    who = page_queries.who(session(), actor(), view.participant_id) if view else None
    if view is None or who is None:
        raise absent()
    ledger.note_participants(
        [(who.row.case_id, who.id, who.row.role)], fields=("name", "role", "case"), category="consultation"
    )
    return view, who


def _form(view: DutyView, who_asks: Actor) -> EndDutyForm:
    form = EndDutyForm()
    if view.topic in tasks.TASKS:
        form.reason.label.text = "How did it end?"
        on_its_page = {"done"} if view.is_an_assessment else {"done", "declined"} if view.is_the_last_talk else set()
        ends = {key: words for key, words in task_words.ENDS.items() if key not in on_its_page}
        form.reason.choices = [SelectChoice(key, words) for key, words in ends.items()]
    else:
        words = "They do not want it" if view.is_a_task else "They do not want to be told"
        form.reason.choices = [SelectChoice(DECLINED, words)]
    attempts = queries.attempts_since(session(), view)
    if who_asks.role is Role.SUPERVISOR and may_be_given_up(view, len(attempts), len({day for day, _ in attempts})):
        form.reason.choices.append(SelectChoice(ATTEMPTS_EXHAUSTED, "They could not be reached"))
    return form


def _page(view: DutyView, who: Who, form: EndDutyForm, **more: Any) -> str:
    story = queries.duty_story(session(), view)
    return render_template(
        "contacts/duty.html",
        duty=view,
        who=who,
        rule=view.found_rule,
        story=story,
        opened_by=wording.source(story.opened_by.source) if story.opened_by else "",
        attempts=queries.attempts_since(session(), view),
        form=form,
        closed_by=wording.actor(view.closed_by or "", story.names),
        **more,
    )
