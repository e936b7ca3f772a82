"""The pages of questions to and from agencies: asking, answering, chasing, handing over, and who lets us wait."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, database, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.agencies import figures, forms, gaps, queries, service, words
from witness_care.agencies.forms import WHOLE_CASE, AskForm
from witness_care.agencies.models import Agency, Direction, Kind
from witness_care.agencies.queries import NOBODY, QueryFilter, Story
from witness_care.agencies.service import Asked, ClosedError
from witness_care.audit import ledger
from witness_care.cases import page_queries
from witness_care.columns import new_id
from witness_care.contacts import queries as contact_queries
from witness_care.pages import rejected_form
from workflows.working_days import london_date

blueprint = Blueprint("agencies", __name__)

Answer = Response | str | tuple[str, int]
CHANGED = "This was closed while you had the page open. Nothing was recorded"
FIELDS = ("name", "query")


# --- asking ---------------------------------------------------------------------------------------------------------


@blueprint.route("/cases/<urn>/queries/new", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="collection")
def new_query(urn: str) -> Answer:
    """Ask an agency about a case, or log what an agency asks."""
    case, form = _case(urn), AskForm()
    people = page_queries.names_of_people(database.session(), case.id)
    ledger.note_participants([(case.id, row.id, row.role) for row in people], fields="name", category="consultation")
    form.offer((row.id, row.name) for row in people)
    form.token.data = form.token.data or new_id()
    if not form.is_submitted():
        form.on.process(None, london_date(clock.now()))
        return render_template("agencies/new.html", form=form, case=case)
    if not form.validate():
        return rejected_form("agencies/new.html", form=form, case=case)
    asked = Asked(
        agency=Agency(form.agency.data),
        direction=Direction(form.direction.data),
        kind=Kind(form.kind.data),
        subject=form.subject.data,
        text=form.text.data,
        on=form.on.data or london_date(clock.now()),
        submission=form.token.data,
        participant_id=form.person.data if form.person.data != WHOLE_CASE else None,
    )
    query_id = service.ask(case.id, asked, actor=actor(), now=clock.now())
    return _saved(query_id)


@blueprint.post("/cases/<urn>/gaps/ask")
@route_policy(permission="record_contacts", category="collection")
def ask_for_gap(urn: str) -> Response:
    """Ask the right agency, once, for something the file of a case lacks."""
    case, subject = _case(urn), request.form.get("subject", "")
    if subject in gaps.ASKED_OF:
        gaps.ask(database.session(), case.id, subject, actor=actor(), now=clock.now())
    return redirect(url_for("cases.case", urn=case.urn, _anchor="queries"), 303)


# --- one question ---------------------------------------------------------------------------------------------------


@blueprint.get("/queries/<query_id>")
@route_policy(permission="see_cases", category="consultation")
def query(query_id: str) -> str:
    return render_template("agencies/query.html", **_page(_story(query_id)))


@blueprint.post("/queries/<query_id>/answer")
@route_policy(permission="record_contacts", category="alteration")
def answer(query_id: str) -> Answer:
    story = _story(query_id)
    page = _page(story)
    form = page["forms"]["answer"]
    if not form.validate():
        return _refused(page, "answer")

    def act() -> None:
        service.answer(
            query_id,
            form.text.data,
            form.who.data,
            form.on.data,
            submission=form.token.data,
            actor=actor(),
            now=clock.now(),
        )

    return _done(query_id, page, "answer", act)


@blueprint.post("/queries/<query_id>/chase")
@route_policy(permission="record_contacts", category="alteration")
def chase(query_id: str) -> Answer:
    page = _page(_story(query_id))
    form = page["forms"]["chase"]
    if not form.validate():
        return _refused(page, "chase")
    said = {"submission": form.token.data, "actor": actor(), "now": clock.now()}
    return _done(query_id, page, "chase", lambda: service.chase(query_id, form.note.data or "", **said))


@blueprint.post("/queries/<query_id>/hand-over")
@route_policy(permission="record_contacts", category="alteration")
def hand_over(query_id: str) -> Answer:
    page = _page(_story(query_id))
    form = page["forms"]["hand_over"]
    if not form.validate():
        return _refused(page, "hand_over")
    said = {"submission": form.token.data, "actor": actor(), "now": clock.now()}
    return _done(query_id, page, "hand_over", lambda: service.hand_over(query_id, form.officer.data, **said))


@blueprint.post("/queries/<query_id>/close")
@route_policy(permission="record_contacts", category="alteration")
def close(query_id: str) -> Answer:
    page = _page(_story(query_id))
    form = page["forms"]["close"]
    if not form.validate():
        return _refused(page, "close")
    said = {"submission": form.token.data, "actor": actor(), "now": clock.now()}
    return _done(
        query_id, page, "close", lambda: service.close(query_id, form.reason.data, form.note.data or "", **said)
    )


def _done(query_id: str, page: dict[str, Any], name: str, act: Any) -> Answer:
    try:
        act()
    except ClosedError:
        form = page["forms"][name]
        typed = [(field.label.text, field.data) for field in form if field.type == "TextAreaField" and field.data]
        shown = _page(_story(query_id))
        return render_template("agencies/query.html", **shown, has_errors=True, changed=CHANGED, typed=typed), 409
    return _saved(query_id)


def _refused(page: dict[str, Any], name: str) -> tuple[str, int]:
    return rejected_form("agencies/query.html", **page, refused=name, form=page["forms"][name])


def _saved(query_id: str) -> Response:
    return redirect(url_for(".query", query_id=query_id, saved="1", _anchor="result"), 303)


def _story(query_id: str) -> Story:
    found = queries.story(database.session(), actor(), query_id, clock.now())
    if found is None:
        raise errors.absent()
    ledger.note(
        "consultation",
        case_id=found.row.case_id,
        subjects=[(row.id, ledger.category_of_role(row.role)) for row in found.people],
        fields=FIELDS,
    )
    return found


def _page(story: Story) -> dict[str, Any]:
    row, session = story.row, database.session()
    shown = {name: kind(prefix=f"{name}-") for name, kind in forms.FORMS.items()}
    colleagues = service.colleagues(session, row.unit_id)
    shown["hand_over"].offer((each.id, each.display_name) for each in colleagues if each.id != row.officer_id)
    shown["answer"].asked_on = london_date(row.asked_at)
    for form in shown.values():
        form.token.data = form.token.data or new_id()
    if request.method == "GET":
        shown["answer"].on.process(None, london_date(clock.now()))
    acting = {step.by for step in story.steps} | {f"user:{step.officer_id}" for step in story.steps if step.officer_id}
    names = contact_queries.user_names(session, {each.partition(":")[2] for each in acting if each.startswith("user:")})
    return {
        "story": story,
        "view": story.view,
        "words": words,
        "text": row.text.open(row.id),
        "answer_text": row.answer.open(row.id) if row.answer else "",
        "answered_by": row.answered_by.open(row.id) if row.answered_by else "",
        "names": names,
        "notes": {step.id: step.note.open(step.id) for step in story.steps if step.note},
        "forms": shown,
    }


def _case(urn: str) -> sa.Row:
    found = page_queries.case_by_urn(database.session(), actor(), urn.upper())
    if found is None:
        raise errors.absent()
    return found


# --- lists ----------------------------------------------------------------------------------------------------------


@blueprint.get("/queries")
@route_policy(permission="see_cases")
def my_queries() -> str:
    """The open questions that the officer looks after, the first due first."""
    wanted = replace(_wanted(), officer=actor().id)
    page = _read(wanted)
    return render_template(
        "agencies/mine.html",
        words=words,
        rows=page.rows,
        count=queries.open_count(database.session(), actor(), wanted, clock.now()),
        previous=url_for(".my_queries", before=page.before) if page.before else None,
        next=url_for(".my_queries", after=page.after) if page.after else None,
    )


@blueprint.get("/unit/queries")
@route_policy(permission="assign")
def unit_queries() -> str:
    """Every open question of the unit: how many wait and are late with each agency, how old, and whose."""
    session, now, wanted = database.session(), clock.now(), _wanted()
    page = _read(wanted)
    owners = queries.owners(session, actor())
    return render_template(
        "agencies/unit.html",
        words=words,
        wanted=wanted,
        rows=page.rows,
        counts=queries.counts_by_agency(session, actor(), now),
        count=queries.open_count(session, actor(), wanted, now),
        link=_link,
        choices={
            "agency": _offered(words.AGENCIES),
            "kind": _offered(words.KINDS),
            "direction": _offered(words.DIRECTIONS),
            "officer": [
                {"value": "", "text": "All"},
                *(
                    {"value": row.officer_id or NOBODY, "text": f"{row.officer or 'Nobody'} ({row.open})"}
                    for row in owners
                ),
            ],
            "due": [{"value": "", "text": "All open"}, {"value": "late", "text": "Late"}],
        },
        in_use=_in_use(wanted, {row.officer_id or NOBODY: row.officer or "nobody" for row in owners}),
        previous=_link(wanted, before=page.before) if page.before else None,
        next=_link(wanted, after=page.after) if page.after else None,
    )


@blueprint.get("/unit/queries/figures")
@route_policy(permission="assign")
def answer_figures() -> str:
    """How long answers take in a period: those of each agency, and ours."""
    now, chosen = clock.now(), request.args.get("period", "")
    chosen = chosen if chosen in figures.PERIODS else figures.USUAL
    period = figures.PERIODS[chosen][1](london_date(now))
    found = figures.figures(database.session(), actor(), period, now)
    return render_template(
        "agencies/figures.html",
        words=words,
        choices=[{"value": key, "text": text} for key, (text, _) in figures.PERIODS.items()],
        chosen=chosen,
        period=period,
        asked=found[Direction.ASKED],
        received=found[Direction.RECEIVED],
        enough=figures.ENOUGH_FOR_A_SHARE,
    )


def _read(wanted: QueryFilter) -> queries.Queries:
    session, now = database.session(), clock.now()
    after, before = request.args.get("after"), request.args.get("before")
    return queries.open_page(session, actor(), wanted, now, after=after, before=before)


def _wanted() -> QueryFilter:
    """Read which questions the address asks for; a value that does not exist is no filter."""
    known: dict[str, Any] = {
        "agency": words.AGENCIES,
        "kind": words.KINDS,
        "direction": words.DIRECTIONS,
        "due": ("late",),
    }
    given = {name: request.args.get(name, "") for name in known}
    chosen = {name: value if value in known[name] else "" for name, value in given.items()}
    return QueryFilter(**chosen, officer=request.args.get("officer", ""))


def _link(wanted: QueryFilter, **changes: str | None) -> str:
    arguments = asdict(wanted) | changes
    return url_for("agencies.unit_queries", **{name: value for name, value in arguments.items() if value})


def _offered(table: Any) -> list[dict[str, str]]:
    return [{"value": "", "text": "All"}, *({"value": str(key), "text": text} for key, text in table.items())]


def _in_use(wanted: QueryFilter, names: dict[str, str]) -> list[dict[str, str]]:
    said = {
        "due": "late ones",
        "agency": words.AGENCIES.get(wanted.agency, ""),
        "kind": words.KINDS.get(wanted.kind, "").lower(),
        "direction": words.DIRECTIONS.get(wanted.direction, "").lower(),
        "officer": f"looked after by {names.get(wanted.officer, 'somebody else')}",
    }
    return [
        {"words": said[name], "href": _link(wanted, **{name: ""})} for name, value in asdict(wanted).items() if value
    ]
