"""The pages of a needs assessment: the whole of it, one section, what is arranged, and a unit's late ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, task_words
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import journal_words
from witness_care.columns import new_id
from witness_care.contacts import queries as contact_queries
from witness_care.database import session
from witness_care.engagement import queries as engagement_queries
from witness_care.errors import absent
from witness_care.needs import queries, service
from witness_care.needs.assessment import THREATENED, Assessment, Part, assessment_of
from witness_care.needs.forms import ActForm, ArrangedForm, SectionForm, UnchangedForm, form_of
from witness_care.pages import rejected_form
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from workflows import needs, needs_pack
from workflows.events import Role
from workflows.working_days import london_date

blueprint = Blueprint("needs", __name__)

PAGE, SECTION = "needs/assessment.html", "needs/section.html"
FIELDS = ("name", "role", "case", "needs")
CHANGED_MEANWHILE = "How things stand changed while you had this page open. Look at it again, and choose"
SAVED_BY_ANOTHER = (
    "Somebody saved this section while you had it open. What they saved stands beside each question: look"
)
SAVED = {
    "section": "What they said is saved.",
    "unchanged": "Everything is confirmed as it stands, with today’s date.",
    "arranged": "It is noted.",
    "again": "They are to be asked again.",
}


@blueprint.get("/participants/<participant_id>/needs")
@route_policy(permission="see_cases", category="consultation")
def assessment(participant_id: str) -> str:
    return render_template(PAGE, **_page(_who(participant_id)))


def _page(who: Who) -> dict[str, Any]:
    found = _found(who)
    entries = queries.entries(session(), who.row.case_id, who.id)
    kept = [entry.message_id for entry in entries if not entry.is_undone]
    written = queries.notes_of(session(), kept, who.row.unit_id)
    acting = {answer.by for answer in found.standing.answers} | {entry.actor for entry in entries}
    names = contact_queries.user_names(session(), {each.partition(":")[2] for each in acting if _is_user(each)})
    people = journal_words.Names(people={who.id: "They"})
    return {
        "who": who,
        "assessment": found,
        "why": _why(found),
        "entries": [
            {
                "id": entry.id,
                "at": entry.received_at,
                "by": names.get(entry.actor.partition(":")[2], ""),
                "words": journal_words.said(entry.kind, entry.payload, people).removeprefix("They: "),
                "is_undone": entry.is_undone,
                "notes": [each.text.open(each.id) for each in written.get(entry.message_id, ())],
            }
            for entry in entries
        ],
        "notes": {part.key: _text(part) for part in found.parts},
        "by": {answer.question: names.get(answer.by.partition(":")[2], "") for answer in found.standing.answers},
        "token": new_id(),
        "saved": SAVED.get(request.args.get("saved", "")),
        "now": clock.now(),
    }


def _is_user(actor_reference: str) -> bool:
    return actor_reference.startswith("user:")


def _why(found: Assessment) -> str:
    """Say why it is to be asked again; empty when it is not."""
    again = found.standing.again
    if again is None or not needs.is_open_again(found.standing):
        return ""
    return task_words.needs_because(again.because, again.at.isoformat())


def _found(who: Who) -> Assessment:
    state = engagement_queries.state_of(session(), actor(), who.id)
    return assessment_of(session(), state, who.id, who.row.unit_id, clock.now(), with_notes=True)


def _text(part: Part) -> str:
    return part.note.text.open(part.note.id) if part.note is not None else ""


# --- one section --------------------------------------------------------------------------------------------------


@blueprint.get("/participants/<participant_id>/needs/<section>")
@route_policy(permission="record_contacts", category="consultation")
def section(participant_id: str, section: str) -> str:
    who, found, part = _one(participant_id, section)
    form = form_of(part, note=_text(part), token=new_id(), empty=True)
    return render_template(SECTION, **_section_page(who, found, part, form))


@blueprint.post("/participants/<participant_id>/needs/<section>")
@route_policy(permission="record_contacts", category="alteration")
def save_section(participant_id: str, section: str) -> Response | tuple[str, int]:
    """Save a section, whole or in part; then the next one that is still to be asked, or the whole."""
    who, found, part = _one(participant_id, section)
    form = form_of(part, empty=False)
    if not form.is_acceptable():
        return rejected_form(SECTION, **_section_page(who, found, part, form))
    try:
        service.save_section(
            who.id,
            part.key,
            form.answers,
            form.note.data or "",
            seen=form.seen.data or "",
            submission=form.token.data,
            actor=actor(),
            now=clock.now(),
        )
    except service.DoesNotFitError as refused:
        by_another = isinstance(refused, service.ChangedMeanwhileError)
        next(form.questions).errors = [SAVED_BY_ANOTHER if by_another else CHANGED_MEANWHILE]
        form.leave_what_another_saved()
        form.seen.data = part.seen
        return rejected_form(SECTION, **_section_page(who, found, part, form))[0], 409
    now_held = _found(who)
    is_alarming = THREATENED in form.answers and now_held.asks_for_concern
    following = now_held.after(part.key) if not form.later.data and not is_alarming else None
    if following is not None:
        return redirect(url_for(".section", participant_id=who.id, section=following.key), 303)
    return redirect(url_for(".assessment", participant_id=who.id, saved="section", _anchor="result"), 303)


def _section_page(who: Who, found: Assessment, part: Part, form: SectionForm) -> dict[str, Any]:
    place = [each.key for each in found.parts].index(part.key) + 1
    return {
        "who": who,
        "assessment": found,
        "part": part,
        "form": form,
        "place": place,
        "held_note": _other_note(part, form),
        "now": clock.now(),
    }


def _other_note(part: Part, form: SectionForm) -> dict[str, str] | None:
    """Give what is held, and who wrote it, where that is not what stands in the box: saving would take its place."""
    if part.note is None or (held := _text(part)).strip() == (form.note.data or "").strip():
        return None
    writer = part.note.written_by.partition(":")[2]
    names = contact_queries.user_names(session(), {writer} if _is_user(part.note.written_by) else ())
    return {"by": names.get(writer, "Somebody"), "text": held}


def _one(participant_id: str, section_key: str) -> tuple[Who, Assessment, Part]:
    who = _who(participant_id)
    found = _found(who)
    part = found.part(section_key)
    if part is None:
        raise absent()
    return who, found, part


# --- the buttons --------------------------------------------------------------------------------------------------


@blueprint.post("/participants/<participant_id>/needs-unchanged")
@route_policy(permission="record_contacts", category="alteration")
def confirm_unchanged(participant_id: str) -> Response | tuple[str, int]:
    """Say with one press that they were asked and nothing has changed."""
    form = UnchangedForm()
    return _act(participant_id, partial(service.confirm_unchanged, seen=form.seen.data or ""), form, saved="unchanged")


@blueprint.post("/participants/<participant_id>/needs-again")
@route_policy(permission="record_contacts", category="alteration")
def ask_again(participant_id: str) -> Response | tuple[str, int]:
    """Open the assessment again."""
    return _act(participant_id, service.ask_again, ActForm(), saved="again")


@blueprint.post("/participants/<participant_id>/needs-arranged")
@route_policy(permission="record_contacts", category="alteration")
def say_arranged(participant_id: str) -> Response | tuple[str, int]:
    """Say that practical help is arranged, or not any more."""
    form = ArrangedForm()
    act = partial(service.say_arranged, question=form.question.data or "", arranged=form.arranged.data)
    return _act(participant_id, act, form, saved="arranged")


def _act(participant_id: str, act: Callable[..., None], form: ActForm, *, saved: str) -> Response | tuple[str, int]:
    who = _who(participant_id)
    if not form.validate():
        return rejected_form(PAGE, **_page(who), problem=CHANGED_MEANWHILE)
    try:
        act(who.id, submission=form.token.data, actor=actor(), now=clock.now())
    except service.DoesNotFitError:
        return rejected_form(PAGE, **_page(who), problem=CHANGED_MEANWHILE)[0], 409
    return redirect(url_for(".assessment", participant_id=who.id, saved=saved, _anchor="result"), 303)


def _who(participant_id: str) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    # What is shown is noted apart from what is changed: when nothing is saved, it was shown all the same.
    seen = "consultation" if request.method == "POST" else None
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS, category=seen)
    return who


# --- a unit's list ------------------------------------------------------------------------------------------------


@blueprint.get("/unit/needs")
@route_policy(permission="assign", category="consultation")
def unit_needs() -> str:
    """Whose needs are still to be asked about in the unit, and which of them are late."""
    now = clock.now()
    page = queries.unit_page(
        session(), actor(), now, after=request.args.get("after"), before=request.args.get("before")
    )
    ledger.note_participants([(row.case_id, row.participant_id, row.role) for row in page.rows], fields=FIELDS)
    total, late = queries.unit_counts(session(), actor(), now)
    return render_template(
        "needs/unit_list.html",
        rows=page.rows,
        total=total,
        late=late,
        because=lambda value: task_words.needs_because(str(value.get("because")), value.get("since")),
        of=lambda role: len(needs_pack.shipped().sections_of(Role(role), london_date(now))),
        now=now,
        previous=url_for(".unit_needs", before=page.before) if page.before else None,
        next=url_for(".unit_needs", after=page.after) if page.after else None,
    )
