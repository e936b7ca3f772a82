"""The pages of the last talk: the whole of it, one section, how it ended, and what a unit waits for and heard."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, task_words
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import journal_words
from witness_care.closing import queries, service
from witness_care.closing.forms import EndForm, SectionForm, form_of
from witness_care.closing.talk import REFERRALS, WORRY, Part, Talk, talk_of
from witness_care.columns import new_id
from witness_care.contacts import queries as contact_queries
from witness_care.database import session
from witness_care.engagement import queries as engagement_queries
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from workflows import closing, closing_pack
from workflows.working_days import instant_of, london_date, months_later

blueprint = Blueprint("closing", __name__)

PAGE, SECTION = "closing/talk.html", "closing/section.html"
FIELDS = ("name", "role", "case", "feedback")
CHANGED_MEANWHILE = "How things stand changed while you had this page open. Look at it again, and choose"
SAVED_BY_ANOTHER = "Somebody saved this section while you had it open. Look at what they saved before you save again"
SAVED = {
    "section": "What they said is saved.",
    closing.DONE: "The last talk is ended as had.",
    closing.DECLINED: "It is noted that they did not want the last talk.",
}
FEWEST = 10  # a count below this is not shown as a figure: few people can be told from it
MONTHS_COUNTED = 12


@blueprint.get("/participants/<participant_id>/feedback")
@route_policy(permission="see_cases", category="consultation")
def talk(participant_id: str) -> str:
    return render_template(PAGE, **_page(_who(participant_id)))


def _page(who: Who) -> dict[str, Any]:
    found = _found(who)
    entries = queries.entries(session(), who.row.case_id, who.id)
    kept = [entry.message_id for entry in entries if not entry.is_undone]
    written = queries.notes_of(session(), kept, who.row.unit_id)
    acting = {each.by for each in found.standing.answers} | {entry.actor for entry in entries} | {found.standing.by}
    users = {each.partition(":")[2] for each in acting if each.startswith("user:")}
    names = contact_queries.user_names(session(), users)
    people = journal_words.Names(people={who.id: "They"})
    return {
        "who": who,
        "talk": found,
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
        "by": {each.question: names.get(each.by.partition(":")[2], "") for each in found.standing.answers},
        "ended_by": names.get(found.standing.by.partition(":")[2], ""),
        "referrals": REFERRALS,
        "token": new_id(),
        "saved": SAVED.get(request.args.get("saved", "")),
        "now": clock.now(),
    }


def _found(who: Who) -> Talk:
    state = engagement_queries.state_of(session(), actor(), who.id)
    return talk_of(session(), state, who.id, who.row.unit_id, clock.now(), with_notes=True)


def _text(part: Part) -> str:
    return part.note.text.open(part.note.id) if part.note is not None else ""


# --- one section --------------------------------------------------------------------------------------------------


@blueprint.get("/participants/<participant_id>/feedback/<part>")
@route_policy(permission="record_contacts", category="consultation")
def section(participant_id: str, part: str) -> str:
    who, found, held = _one(participant_id, part)
    form = form_of(held, note=_text(held), token=new_id(), empty=True)
    return render_template(SECTION, **_section_page(who, found, held, form))


@blueprint.post("/participants/<participant_id>/feedback/<part>")
@route_policy(permission="record_contacts", category="alteration")
def save_section(participant_id: str, part: str) -> Response | tuple[str, int]:
    """Save a section, whole or in part; then the one that follows, or the whole."""
    who, found, held = _one(participant_id, part)
    form = form_of(held, empty=False)
    if not form.is_acceptable():
        return rejected_form(SECTION, **_section_page(who, found, held, form))
    try:
        service.save_section(
            who.id,
            held.key,
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
        form.seen.data = held.seen
        return rejected_form(SECTION, **_section_page(who, found, held, form))[0], 409
    is_alarming = WORRY in form.answers and _found(who).asks_for_concern
    following = found.after(held.key) if not form.later.data and not is_alarming else None
    if following is not None:
        return redirect(url_for(".section", participant_id=who.id, part=following.key), 303)
    return redirect(url_for(".talk", participant_id=who.id, saved="section", _anchor="result"), 303)


def _section_page(who: Who, found: Talk, part: Part, form: SectionForm) -> dict[str, Any]:
    place = [each.key for each in found.parts].index(part.key) + 1
    changed = form.note.data is not None and part.note is not None and _text(part).strip() != form.note.data.strip()
    return {
        "who": who,
        "talk": found,
        "part": part,
        "form": form,
        "place": place,
        "held_note": _text(part) if changed else "",
        "now": clock.now(),
    }


def _one(participant_id: str, section_key: str) -> tuple[Who, Talk, Part]:
    who = _who(participant_id)
    found = _found(who)
    part = found.part(section_key)
    if part is None:
        raise absent()
    return who, found, part


@blueprint.post("/participants/<participant_id>/feedback-ended")
@route_policy(permission="record_contacts", category="alteration")
def end(participant_id: str) -> Response | tuple[str, int]:
    """Say that the talk was had, or that they did not want it."""
    who = _who(participant_id)
    form = EndForm()
    if not form.validate():
        return rejected_form(PAGE, **_page(who), problem=CHANGED_MEANWHILE)
    try:
        service.end(who.id, form.how.data, submission=form.token.data, actor=actor(), now=clock.now())
    except service.DoesNotFitError:
        return rejected_form(PAGE, **_page(who), problem=CHANGED_MEANWHILE)[0], 409
    return redirect(url_for(".talk", participant_id=who.id, saved=form.how.data, _anchor="result"), 303)


def _who(participant_id: str) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    # What is shown is noted apart from what is changed: when nothing is saved, it was shown all the same.
    seen = "consultation" if request.method == "POST" else None
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS, category=seen)
    return who


# --- a unit's lists -----------------------------------------------------------------------------------------------


@blueprint.get("/unit/feedback")
@route_policy(permission="assign", category="consultation")
def unit_feedback() -> str:
    """Which last talks wait in the unit, and what was heard in those of the last months."""
    now = clock.now()
    page = queries.waiting_page(session(), actor(), after=request.args.get("after"), before=request.args.get("before"))
    ledger.note_participants([(row.case_id, row.participant_id, row.role) for row in page.rows], fields=FIELDS)
    total, late = queries.waiting_counts(session(), actor(), now)
    answers, ended = queries.heard(session(), actor(), since=_since())
    return render_template(
        "closing/unit_feedback.html",
        rows=page.rows,
        total=total,
        late=late,
        figures=_figures(answers),
        talks=sum(ended.values()),
        had=ended[closing.DONE],
        declined=ended[closing.DECLINED],
        as_figure=_as_figure,
        months=MONTHS_COUNTED,
        fewest=FEWEST,
        because=lambda value: task_words.what(closing.TOPIC, value),
        now=now,
        previous=url_for(".unit_feedback", before=page.before) if page.before else None,
        next=url_for(".unit_feedback", after=page.after) if page.after else None,
    )


def _since() -> datetime:
    """Give the moment from which talks are counted: the start of the day some months ago."""
    day = london_date(clock.now())
    return instant_of(months_later(day, -MONTHS_COUNTED), time())


def _figures(answers: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """Give each question with how often each answer was given, in the order in which it is asked."""
    figures = []
    for question in closing_pack.shipped().questions:
        lines = [(question.key, answer, words) for answer, words in question.words.items()]
        lines += [(f"{question.key}.{code}", closing_pack.GIVEN, words) for code, words in question.codes.items()]
        counted = [(key, answer, words, answers[key, answer]) for key, answer, words in lines]
        figures.append({"question": question, "lines": [line for line in counted if line[3]]})
    return figures


def _as_figure(count: int) -> str:
    """Say a count; a small one only as that, since people can be told from it."""
    return f"{count:,}" if count >= FEWEST or not count else f"fewer than {FEWEST}"


@blueprint.get("/unit/feedback/<question>/<answer>")
@route_policy(permission="assign", category="consultation")
def unit_answers(question: str, answer: str) -> str:
    """Who gave one answer."""
    label = _label(question, answer)
    if label is None:
        raise absent()
    page = queries.answered_page(
        session(),
        actor(),
        question,
        answer,
        since=_since(),
        after=request.args.get("after"),
        before=request.args.get("before"),
    )
    ledger.note_participants([(row.case_id, row.participant_id, row.role) for row in page.rows], fields=FIELDS)
    page_at = partial(url_for, ".unit_answers", question=question, answer=answer)
    return render_template(
        "closing/unit_answers.html",
        label=label,
        rows=page.rows,
        now=clock.now(),
        previous=page_at(before=page.before) if page.before else None,
        next=page_at(after=page.after) if page.after else None,
    )


def _label(key: str, answer: str) -> str | None:
    """Give a question and an answer in words; None where there is no such question or answer."""
    name, _, code = key.partition(".")
    question = closing_pack.shipped().question(name)
    if question is None:
        return None
    words = question.codes.get(code) if code else question.words.get(answer)
    return f"{question.label}: {words[:1].lower()}{words[1:]}" if words else None
