"""The page of how somebody wants to be told, and of every way to reach them."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases.schemas import OPT_OUT_TOPICS
from witness_care.database import session
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries, preferences, reach
from witness_care.people.document import ContactPointGiven
from witness_care.people.page_queries import Who
from witness_care.people.preferences import ChangedMeanwhileError, Point
from witness_care.people.preferences_forms import (
    ENGLISH,
    OTHER,
    WELSH,
    AnswersForm,
    NewWayForm,
    PreferencesForm,
    held_interval,
    with_rows,
)
from workflows import safety_changes

PAGE, EDIT, WAY = "people/preferences.html", "people/preferences_edit.html", "people/way.html"
CHANGED_MEANWHILE = (
    "Somebody changed this while you were writing. This is how it stands now: say again what is to change"
)
FIELDS = ("name", "role", "case", "safe_contact", "language")


@route_policy(permission="see_cases", category="consultation")
def preferences_page(participant_id: str) -> str:
    return render_template(PAGE, **_page(_who(participant_id)))


@route_policy(permission="change_safe_contact", category="alteration")
def edit_preferences(participant_id: str) -> str:
    who = _who(participant_id)
    return render_template(EDIT, **_edit(who, _as_held(who)))


@route_policy(permission="change_safe_contact", category="alteration")
def save_preferences(participant_id: str) -> Response | tuple[str, int]:
    who, form, now = _who(participant_id), PreferencesForm(), clock.now()
    form.defendants = who.defendants
    page = _edit(who, form)
    if not form.validate():
        return rejected_form(EDIT, **page)
    held = preferences.opt_outs(session(), who.row.case_id, who.id, now).topics
    wishes = form.wishes(held - set(OPT_OUT_TOPICS))
    try:
        preferences.save(who, wishes, actor=actor(), now=now, seen=form.seen.data or "")
    except ChangedMeanwhileError:
        who = _who(participant_id)
        fresh = _as_held(who)
        fresh.channel.errors = [CHANGED_MEANWHILE]
        return rejected_form(EDIT, **_edit(who, fresh))[0], 409
    return _back(who, "1")


@route_policy(permission="change_safe_contact", category="alteration")
def confirm_preferences(participant_id: str) -> Response:
    """One press: they were asked, and everything is as it stands."""
    who = _who(participant_id)
    preferences.confirm(who, actor=actor(), now=clock.now())
    return _back(who, "1")


@route_policy(permission="change_safe_contact", category="alteration")
def new_way(participant_id: str) -> str:
    who = _who(participant_id)
    return render_template(WAY, **_way(who, with_rows(NewWayForm, 0)(formdata=None), None))


@route_policy(permission="change_safe_contact", category="alteration")
def add_way(participant_id: str) -> Response | tuple[str, int]:
    who, form = _who(participant_id), with_rows(NewWayForm, 0, request.form)()
    if not form.validate():
        return rejected_form(WAY, **_way(who, form, None))
    value = (form.value.data or "").strip()
    preferences.change_point(who, form.point(form.kind.data, value), actor=actor(), now=clock.now())
    return _back(who, "1")


@route_policy(permission="change_safe_contact", category="alteration")
def edit_way(participant_id: str, point_id: str) -> str | Response:
    who = _who(participant_id)
    point = _point(who, point_id)
    if not point.is_open:
        return _back(who, "")
    return render_template(WAY, **_way(who, _answers_as_held(who, point), point))


@route_policy(permission="change_safe_contact", category="alteration")
def save_way(participant_id: str, point_id: str) -> Response | tuple[str, int]:
    who = _who(participant_id)
    point = _point(who, point_id)
    form = with_rows(AnswersForm, len(point.row.windows or ()), request.form)()
    if not point.is_open:  # somebody marked it as unsafe or withdrew it meanwhile: it stays so
        return _back(who, "")
    if not form.validate():
        return rejected_form(WAY, **_way(who, form, point))
    said = form.point(point.row.kind, point_id=point.row.id)
    try:
        preferences.change_point(who, said, actor=actor(), now=clock.now(), seen=form.seen.data or "")
    except ChangedMeanwhileError:
        point = _point(who, point_id)
        if not point.is_open:
            return _back(who, "")
        fresh = _answers_as_held(who, point)
        fresh.allowed.errors = [CHANGED_MEANWHILE]
        return rejected_form(WAY, **_way(who, fresh, point))[0], 409
    return _back(who, "1")


@route_policy(permission="change_safe_contact", category="alteration")
def mark_way_unsafe(participant_id: str, point_id: str) -> Response:
    """At once, and for good: an unsafe way is never offered or used again."""
    return _end(participant_id, point_id, unsafe=True)


@route_policy(permission="change_safe_contact", category="alteration")
def withdraw_way(participant_id: str, point_id: str) -> Response:
    """At once: it is not theirs any more, or they do not want it used."""
    return _end(participant_id, point_id, remove=True)


@route_policy(permission="reveal", category="consultation")
def show_addresses(participant_id: str) -> str:
    """Show e-mail and postal addresses once they are asked for: the request is logged as such."""
    who = _who(participant_id, "email", "address")
    rows = session().execute(reach.points_of([who.row.person_id], sealed_too=True)).all()
    shown = [
        (wording.sentence(wording.label(wording.CONTACT_POINTS, row.kind)), row.sealed_value.open(row.id))
        for row in rows
        if row.kind not in reach.PHONES and not row.on_hold and row.unsafe_since is None and row.withdrawn_at is None
    ]
    return render_template("people/addresses.html", who=who, shown=shown)


def _end(participant_id: str, point_id: str, *, unsafe: bool = False, remove: bool = False) -> Response:
    who = _who(participant_id)
    point = _point(who, point_id)
    if not point.is_open:
        return _back(who, "")
    said = ContactPointGiven(kind=point.row.kind, value="", point_id=point.row.id, unsafe=unsafe, remove=remove)
    preferences.change_point(who, said, actor=actor(), now=clock.now())
    return _back(who, "1")


def _who(participant_id: str, *more_fields: str) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    subject = [(who.row.case_id, who.id, who.row.role)]
    ledger.note_participants(subject, fields=(*FIELDS, *more_fields), category="consultation")
    return who


def _point(who: Who, point_id: str) -> Point:
    points = preferences.points_of(session(), who, clock.now())
    found = next((point for point in points if point.row.id == point_id), None)
    if found is None:
        raise absent()
    return found


def _as_held(who: Who) -> PreferencesForm:
    row, held = who.row, preferences.opt_outs(session(), who.row.case_id, who.id, clock.now())
    known = row.language in (ENGLISH, WELSH)
    data = {
        "seen": preferences.version(session(), who, clock.now()),
        "channel": row.chosen_channel,
        "language": row.language if known else OTHER,
        "other_language": "" if known else row.language,
        "interpreter": _open(row.interpreter, row.person_id),
        "representative": _open(row.representative, row.person_id),
        "relation": row.representative_relation,
        "forbidden": row.representative_forbidden,
        "directly": row.reached_directly,
        "opted_out": sorted(held.topics),
        **held_interval(row.keep_in_touch_days),
    }
    return PreferencesForm(formdata=None, data=data)


def _answers_as_held(who: Who, point: Point) -> AnswersForm:
    form = with_rows(AnswersForm, len(point.row.windows or ()))(formdata=None)
    form.fill_in(point.row)
    form.seen.data = preferences.version(session(), who, clock.now(), point.row.id)
    return form


def _page(who: Who) -> dict[str, Any]:
    now = clock.now()
    row = who.row
    held = preferences.opt_outs(session(), row.case_id, who.id, now)
    carved = held.carved_out or {}
    points = session().execute(reach.points_of([row.person_id], sealed_too=True)).all()
    representative = _open(row.representative, row.person_id)
    reachable = reach.reach_of(row, points, now)
    return {
        "who": who,
        "points": preferences.points_of(session(), who, now),
        "phones": {phone.way.point_id: phone for phone in page_queries.phones(reachable.usable, points)},
        "channel": preferences.CHANNELS[row.chosen_channel],
        "how_often": preferences.how_often(row.keep_in_touch_days),
        "confirmed": preferences.confirmed_words(row.safe_contact_confirmed_at),
        "interpreter": _open(row.interpreter, row.person_id),
        "representative": representative,
        "names_a_defendant": preferences.names_a_defendant(representative, who.defendants),
        "relation": preferences.RELATIONS.get(row.representative_relation, ""),
        "opted_out": [(wording.label(wording.TOPICS, topic), carved.get(topic, "")) for topic in sorted(held.topics)],
        "waiting": preferences.waiting(session(), row.person_id),
        "widens": safety_changes.WORDS,
        "at_risk": preferences.is_at_risk(session(), row.person_id),
        "can_compare": preferences.can_compare(session(), row.case_id),
        "answers": preferences.ANSWERS,
        "may_change": not row.left_at and row.deceased_on is None,
        "saved": bool(request.args.get("saved")),
    }


def _edit(who: Who, form: PreferencesForm) -> dict[str, Any]:
    form.offer_intervals()
    form.offer_topics((topic, wording.label(wording.TOPICS, topic)) for topic in OPT_OUT_TOPICS)
    return {"who": who, "form": form, "carved_out": preferences.carve_outs(OPT_OUT_TOPICS, clock.now())}


def _way(who: Who, form: AnswersForm, point: Point | None) -> dict[str, Any]:
    return {
        "who": who,
        "form": form,
        "point": point,
        "at_risk": preferences.is_at_risk(session(), who.row.person_id),
        "can_compare": preferences.can_compare(session(), who.row.case_id),
    }


def _back(who: Who, saved: str) -> Response:
    return redirect(
        url_for("people.preferences_page", participant_id=who.id, saved=saved or None, _anchor="result"), 303
    )


def _open(sealed: Any, row_id: str) -> str:
    return sealed.open(row_id) if sealed is not None else ""
