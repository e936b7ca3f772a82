"""The pages of cases and hearings: where everybody stands, who was told, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import arrangements, clock, database, dates, errors, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.agencies import gaps as agency_gaps
from witness_care.agencies import queries as agency_queries
from witness_care.audit import ledger
from witness_care.audit.models import SubjectCategory
from witness_care.availability import words as availability_words
from witness_care.cases import (
    as_known_views,
    at_hearing,
    case_records,
    combine_views,
    entry_views,
    hearing_words,
    journal_words,
    judgement_views,
    linking,
    merging,
    page_queries,
    split_views,
    undo_views,
    undoing,
    what_if_views,
    who_knows,
)
from witness_care.cases.journal_words import Names
from witness_care.cases.models import CourtMatch
from witness_care.cases.page_queries import CaseParticipant, JournalPage
from witness_care.casework import flags as casework_flags
from witness_care.casework.models import UndoneEntry
from witness_care.contacts import queries as contact_queries
from witness_care.engagement import knock_on
from witness_care.feed import reasons
from witness_care.schemas import YEARS
from witness_care.support import directory
from workflows import charges, judgements, snapshot, working_days
from workflows.flags import FLAGS

blueprint = Blueprint("cases", __name__)
blueprint.register_blueprint(entry_views.blueprint)
blueprint.register_blueprint(judgement_views.blueprint)
blueprint.register_blueprint(as_known_views.blueprint)
blueprint.register_blueprint(undo_views.blueprint)
blueprint.register_blueprint(combine_views.blueprint)
blueprint.register_blueprint(split_views.blueprint)
blueprint.add_url_rule("/hearings/<hearing_id>/what-if", view_func=what_if_views.what_if_page)

DAYS_AHEAD = 14
MOST_DAYS = 92


@blueprint.get("/cases/<urn>")
@route_policy(permission="see_cases", category="consultation")
def case(urn: str) -> str | Response:
    session, now = database.session(), clock.now()
    found = _case(urn)
    if found.urn != urn.upper():  # a number that was corrected, or of a case that is part of this one now
        return redirect(url_for(".case", urn=found.urn))
    people = page_queries.participants(session, found.id, now)
    defendants = page_queries.defendants(session, found.id)
    offences = page_queries.offences(session, found.id)
    hearings = page_queries.hearings(session, found.id)
    journal = page_queries.journal(
        session, found.id, after=request.args.get("after"), before=request.args.get("before")
    )
    _note_case(found.id, people, defendants)
    names = Names(
        people={person.row.id: person.row.name for person in people},
        defendants={row.id: row.name for row in defendants},
        offences={row.id: row.title or row.cjs_code for row in offences},
        hearings=hearing_words.names(hearings),
        services=directory.names(session, (row.payload.get("service", "") for row in journal.entries)),
    )
    queries = agency_queries.of_case(session, found.id, now)
    return render_template(
        "cases/case.html",
        now=now,
        case=found,
        queries=queries,
        gaps=agency_gaps.of_case(session, found.id, found.state, charged=bool(offences), waiting=queries[0]),
        people=people,
        defendants=_defendants(found.state, defendants, offences),
        hearings=hearings,
        hearing_words=hearing_words,
        questions=page_queries.open_questions(session, found.id),
        flags=FLAGS,
        names=names,
        may_see_feed=actor().may("see_feed"),
        links=linking.links_of(session, actor(), found.id),
        link_kinds=linking.KINDS,
        combinations=merging.combinations_of(session, found.id),
        may_merge=actor().may("combine_cases"),
        waiting=[reasons.words(row.reason) for row in page_queries.waiting_updates(session, found.id)],
        entries=_entries(journal, names, found.id),
        withdrawals=_withdrawals(found.state, names, hearings, now),
        previous=url_for(".case", urn=urn, before=journal.before, _anchor="journal") if journal.before else None,
        next=url_for(".case", urn=urn, after=journal.after, _anchor="journal") if journal.after else None,
    )


@blueprint.post("/cases/<urn>/questions/<question_id>/answered")
@route_policy(permission="record_contacts")
def question_answered(urn: str, question_id: str) -> Response:
    """Somebody has found out what the news meant."""
    found = _case(urn)
    with database.writing():
        casework_flags.close(question_id, case_id=found.id, actor=actor().reference, now=clock.now())
    return redirect(url_for(".case", urn=urn, _anchor="questions"), 303)


@blueprint.get("/hearings/<hearing_id>")
@route_policy(permission="see_cases", category="consultation")
def hearing(hearing_id: str) -> str:
    session, now = database.session(), clock.now()
    found = page_queries.hearing(session, actor(), hearing_id)
    if found is None:
        raise errors.absent()
    knows = page_queries.who_knows(session, found.case_id, found.thread, now)
    state = snapshot.load(found.state) if found.state else None
    lines = who_knows.lines(knows, now, arrangements.of_all(state, hearing=found.id))
    ledger.note_participants(
        [(found.case_id, known.row.id, known.row.role) for known in knows],
        fields=("name", "what they were told", "special measures"),
    )
    steps = page_queries.hearing_steps(session, found.case_id, found.id)
    unmatched = case_records.unmatched(session, found.case_id, steps)
    days = page_queries.hearing_days(session, found.id)
    needed = at_hearing.required(at_hearing.known(found.state)) if found.hearing_class == "trial" else {}
    on = [day.on_date for day in days if not day.cancelled]
    return render_template(
        "cases/hearing.html",
        now=now,
        hearing=found,
        hearing_words=hearing_words,
        days=days,
        steps=_steps(steps, unmatched, Names(hearings={found.id: hearing_words.name(found)})),
        before=_date_before([step for step in steps if step.event_id not in unmatched]),
        links=page_queries.linked_hearings(session, found.id),
        note=found.adjournment_note.open(found.id) if found.adjournment_note else "",
        lines=lines,
        free={each: availability_words.free_of(person, on) for each, person in needed.items()},
        to_tell=[line for line in lines if line.state == who_knows.NOT_TOLD],
        told=sum(line.state == who_knows.TOLD for line in lines),
        others=sum(line.state == who_knows.NOT_OWED for line in lines),
    )


@blueprint.get("/hearings")
@route_policy(permission="see_cases")
def hearings() -> str:
    today = working_days.london_date(clock.now())
    since = _date(request.args.get("from")) or today
    until = _date(request.args.get("to")) or working_days.days_later(since, DAYS_AHEAD - 1)
    until = min(max(until, since), working_days.days_later(since, MOST_DAYS - 1))
    found = page_queries.hearings_between(
        database.session(),
        actor(),
        working_days.instant_of(since, time(0)),
        working_days.instant_of(working_days.days_later(until, 1), time(0)),
    )
    shown = found[: page_queries.MOST_HEARINGS]
    length = (until - since).days + 1
    return render_template(
        "cases/hearings.html",
        now=clock.now(),
        since=since,
        until=until,
        days=[(day, list(rows)) for day, rows in groupby(shown, key=lambda row: dates.day_of(row.starts_at))],
        total=len(shown),
        more=len(found) > len(shown),
        hearing_words=hearing_words,
        earlier=_hearings_link(working_days.days_later(since, -length), length),
        later=_hearings_link(working_days.days_later(until, 1), length),
    )


# --- a case -------------------------------------------------------------------------------------------------------


def _case(urn: str) -> sa.Row:
    found = page_queries.case_by_urn(database.session(), actor(), urn.upper())
    if found is None:
        raise errors.absent()
    return found


def _note_case(case_id: str, people: Iterable[CaseParticipant], defendants: Iterable[Any]) -> None:
    ledger.note_participants(
        [(case_id, person.row.id, person.row.role) for person in people], fields=("name", "where they stand")
    )
    ledger.note(
        case_id=case_id,
        subjects=[(row.id, SubjectCategory.SUSPECT) for row in defendants],
        fields=("defendant's name", "proceedings"),
    )


def _defendants(state: Any, defendants: Iterable[Any], offences: Iterable[Any]) -> list[dict[str, Any]]:
    """Set beside each offence what is known of it: plea, verdict, how it ended."""
    registers = snapshot.load(state).registers if state else {}
    known, said = charges.offences(registers), charges.said_of_defendants(registers)
    by_defendant: dict[str, list[dict[str, str]]] = {}
    for row in offences:
        by_defendant.setdefault(row.defendant_id, []).append(
            {"title": row.title or row.cjs_code or "Offence", "stands": _offence_in_words(known.get(row.id))}
        )
    return [
        {
            "id": row.id,
            "name": row.name,
            "proceedings": wording.sentence(wording.label(wording.PROCEEDINGS, row.proceedings)),
            "offences": by_defendant.get(row.id, ()),
            "facts": _facts_about(row.id, said),
        }
        for row in defendants
    ]


def _facts_about(defendant: str, said: dict[str, Any]) -> list[str]:
    """Say what is known of bail, a warrant and an appeal of a defendant."""
    told = judgements.about_defendant(defendant, (), known={}, hearings={}, said=said, is_victim=True)
    return [wording.what(topic, value) for topic, value in told]


def _offence_in_words(known: charges.OffenceTruth | None) -> str:
    if known is None:
        return "Charged; no plea recorded"
    parts = []
    if known.plea:
        parts.append(f"plea {wording.label({'not_guilty': 'not guilty'}, known.plea)}")
    if known.verdict:
        parts.append(f"verdict {wording.label(wording.VERDICTS, known.verdict)}")
    if known.stopped:
        parts.append(wording.label(wording.VERDICTS, known.stopped))
    for result in known.sentence:
        parts.append(wording.result_in_words({"label": result.label, "kind": result.kind, "length": result.length}))
    return wording.sentence("; ".join(parts) or "charged; no plea recorded")


def _entries(journal: JournalPage, names: Names, case_id: str) -> list[dict[str, Any]]:
    """Put each entry of the journal into words, with what it changed, and whether it was undone or can be."""
    undone = undoing.undone_in(database.session(), case_id)
    unmatched = case_records.unmatched(database.session(), case_id, journal.entries)
    records = case_records.reasons(database.session(), case_id, journal.entries)
    users = contact_queries.user_names(
        database.session(),
        {row.actor.partition(":")[2] for row in journal.entries if row.actor.startswith("user:")}
        | {row.undone_by.partition(":")[2] for row in undone.values()}
        | {(row.taken_back_by or "").partition(":")[2] for row in unmatched.values()},
    )
    return [
        {
            "words": journal_words.said(row.kind, row.payload, names),
            "received_at": row.received_at,
            "occurred_at": row.occurred_at if row.occurred_at != row.received_at else None,
            "source": wording.source(row.source),
            "by": wording.actor(row.actor, users) if row.actor.startswith("user:") else "",
            "changes": [*_moves(journal, row.event_id, names), *_duty_changes(journal, row.event_id, names)],
            "reason": records.get(row.id, ""),
            "undone": _undone(undone.get(row.message_id), users) or _unmatched(unmatched.get(row.event_id), users),
            "may_be_undone": row.id if undoing.is_offered(row, undone) else "",
            "questions": [FLAGS.get(move.flag, move.flag) for move in journal.moves.get(row.event_id, ()) if move.flag],
        }
        for row in journal.entries
    ]


def _undone(row: UndoneEntry | None, users: Mapping[str, str]) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"at": row.undone_at, "by": wording.actor(row.undone_by, users), "reason": row.reason.open(row.id)}


def _unmatched(row: CourtMatch | None, users: Mapping[str, str]) -> dict[str, Any] | None:
    if row is None or row.taken_back_by is None:
        return None
    by = wording.actor(row.taken_back_by, users)
    return {"at": row.taken_back_at, "by": by, "reason": f"matched to this case by mistake. {row.reason.open(row.id)}"}


def _moves(journal: JournalPage, event_id: str, names: Names) -> list[str]:
    return [
        f"{names.subject(move.machine, move.subject)}: "
        f"{journal_words.moved(move.machine, move.from_state, move.to_state)}"
        for move in journal.moves.get(event_id, ())
        if move.from_state != move.to_state
    ]


def _duty_changes(journal: JournalPage, event_id: str, names: Names) -> list[str]:
    return [
        f"{names.person(change.participant_id)}: "
        f"{journal_words.duty_changed(change.action, change.reason, change.topic, change.value, change.told_value)}"
        for change in journal.duty_changes.get(event_id, ())
    ]


def _withdrawals(state: Any, names: Names, hearings: Iterable[Any], now: datetime) -> list[Mapping[str, Any]]:
    """Say what rested on whoever withdrew, the hearings with their days."""
    if not actor().may("see_concerns"):
        return []
    days = {row.id: f"{hearing_words.name(row)}, {hearing_words.day(row, now)}" for row in hearings}
    return knock_on.lines(state, replace(names, hearings=days))


# --- a hearing ----------------------------------------------------------------------------------------------------


def _steps(rows: Iterable[Any], unmatched: Collection[str], names: Names) -> list[dict[str, Any]]:
    rows = list(rows)
    users = contact_queries.user_names(
        database.session(), {row.actor.partition(":")[2] for row in rows if row.actor.startswith("user:")}
    )
    return [
        {
            "words": journal_words.said(row.kind, row.payload, names),
            "received_at": row.received_at,
            "source": wording.source(row.source),
            "by": wording.actor(row.actor, users) if row.actor.startswith("user:") else "",
            "unmatched": row.event_id in unmatched,
        }
        for row in rows
    ]


def _date_before(rows: Iterable[Any]) -> str:
    """Say the date that was given before the one given last, when there were two."""
    given = [row.payload["when"] for row in rows if row.kind in ("HearingConfirmed", "HearingMoved")]
    earlier: Mapping[str, Any] | None = next((when for when in given[1:] if when != given[0]), None)
    return journal_words.stated_when(earlier) if earlier else ""


def _date(text: str | None) -> date | None:
    try:
        read = date.fromisoformat(text or "")
    except ValueError:
        return None
    return read if read.year in YEARS else None


def _hearings_link(since: date, length: int) -> str:
    until = working_days.days_later(since, length - 1)
    days: dict[str, Any] = {"from": since.isoformat(), "to": until.isoformat()}
    return url_for(".hearings", **days)
