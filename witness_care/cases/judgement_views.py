"""The forms for what an officer heard about a defendant, and about special measures, when no feed says it.

They go through the same service as what a court says; nothing is written here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import arrangements, clock, database, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.arrangements import Arrangements
from witness_care.audit import ledger
from witness_care.cases import page_queries, service
from witness_care.cases.judgement_forms import NEWS, SpecialMeasureForm
from witness_care.columns import new_id
from witness_care.pages import rejected_form
from workflows import events, snapshot

blueprint = Blueprint("judgements", __name__)

Answer = Response | str | tuple[str, int]


@blueprint.get("/defendants/<defendant_id>/news")
@route_policy(permission="record_contacts")
def news(defendant_id: str) -> Answer:
    return render_template("cases/defendant_news.html", defendant=_defendant(defendant_id), kinds=NEWS)


@blueprint.route("/defendants/<defendant_id>/news/<kind>", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="alteration")
def add_news(defendant_id: str, kind: str) -> Answer:
    defendant = _defendant(defendant_id)
    if kind not in NEWS:
        raise errors.absent()
    what, form_of = NEWS[kind]
    form = form_of()
    form.offer(
        [
            (row.id, row.title or row.cjs_code or "Offence")
            for row in page_queries.offences(database.session(), defendant.case_id)
            if row.defendant_id == defendant_id
        ]
    )
    if not form.token.data:
        form.token.data = new_id()
    if not form.is_submitted():
        return render_template("cases/defendant_news_form.html", form=form, defendant=defendant, what=what)
    if not form.validate():
        return rejected_form("cases/defendant_news_form.html", form=form, defendant=defendant, what=what)
    facts = form.facts(defendant_id)
    service.record_court_fact(defendant.urn, facts, actor=actor(), now=clock.now(), submission=form.token.data)
    return redirect(url_for("cases.case", urn=defendant.urn, saved="1", _anchor="result"), 303)


@blueprint.route("/participants/<participant_id>/special-measures", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="alteration")
def special_measures(participant_id: str) -> Answer:
    who = page_queries.participant(database.session(), actor(), participant_id)
    if who is None:
        raise errors.absent()
    looked_at = request.method == "GET"
    ledger.note_participants(
        [(who.case_id, who.id, who.role)],
        fields=("name", "special measures"),
        category="consultation" if looked_at else "alteration",
    )
    form = SpecialMeasureForm()
    if not form.token.data:
        form.token.data = new_id()
    shown = {"form": form, "who": who, "arranged": _arranged_for(who), "now": clock.now()}
    if not form.is_submitted():
        return render_template("people/special_measures.html", **shown)
    if not form.validate():
        return rejected_form("people/special_measures.html", **shown)
    fact = events.SpecialMeasureStated(
        participant=participant_id, measure=form.measure.data, decision=form.decision.data
    )
    service.record_court_fact(who.urn, [fact], actor=actor(), now=clock.now(), submission=form.token.data)
    return redirect(url_for("people.person", participant_id=participant_id, saved="1", _anchor="result"), 303)


def _defendant(defendant_id: str) -> sa.Row:
    found = page_queries.defendant(database.session(), actor(), defendant_id)
    if found is None:
        raise errors.absent()
    ledger.note("consultation", case_id=found.case_id, subjects=[(found.id, "suspect")], fields="name")
    return found


def _arranged_for(who: Any) -> Arrangements:
    case = page_queries.case_by_urn(database.session(), actor(), who.urn)
    return arrangements.of_one(snapshot.load(case.state) if case is not None and case.state else None, who.id)
