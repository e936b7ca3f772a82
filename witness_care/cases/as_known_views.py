"""The page that shows a case as it was known on a day, beside today."""

from __future__ import annotations

from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, request

from witness_care import clock, database, dates, errors, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.audit.models import SubjectCategory
from witness_care.availability import words as availability_words
from witness_care.cases import hearing_words, page_queries
from witness_care.cases.page_queries import CaseParticipant
from witness_care.casework.as_known import AsKnown, as_known
from witness_care.closing.talk import in_short as talk_in_short
from witness_care.needs.assessment import in_short
from witness_care.schemas import YEARS
from witness_care.support import directory
from witness_care.support import words as support_words
from workflows import working_days
from workflows.closing import NOTHING as NO_TALK
from workflows.needs import NOTHING
from workflows.truth import HearingStatus

blueprint = Blueprint("as_known", __name__)

WRONG_DAY = "Enter a day from the past, such as 27 3 2026"


@blueprint.get("/cases/<urn>/as-known")
@route_policy(permission="see_cases", category="consultation")
def as_known_page(urn: str) -> str | tuple[str, int]:
    """Show what was known at the end of a London day, beside what is known now."""
    session, now = database.session(), clock.now()
    case = page_queries.case_by_urn(session, actor(), urn.upper())
    if case is None:
        raise errors.absent()
    asked = request.args.get("on")
    day = _day(asked, now)
    wrong = WRONG_DAY if asked and day is None else ""
    day = day or working_days.days_later(working_days.london_date(now), -1)
    then, today = as_known(session, case.id, at=(end_of(day, now), now))
    people = page_queries.participants(session, case.id, now)
    defendants = page_queries.defendants(session, case.id)
    _note(case.id, people, defendants)
    offences = {row.id: row.title or row.cjs_code for row in page_queries.offences(session, case.id)}
    keys = (each.service for known in (then, today) for who in known.snapshot.people.values() for each in who.support)
    services = directory.names(session, keys)
    page = render_template(
        "cases/as_known.html",
        now=now,
        case=case,
        day=day,
        wrong=wrong,
        then=then,
        entries_since=today.entries - then.entries,
        hearings=_hearings(then, today),
        defendants=[_sides(row.name, _proceedings(then, row.id), _proceedings(today, row.id)) for row in defendants],
        people=[_person(person.row, then, today, offences, services) for person in people],
    )
    return (page, 400) if wrong else page


def end_of(day: date, now: datetime) -> datetime:
    """The last moment (UTC) of a London day, and never later than now."""
    return min(working_days.instant_of(working_days.days_later(day, 1), time(0)), now)


def _day(text: str | None, now: datetime) -> date | None:
    try:
        read = date.fromisoformat(text or "")
    except ValueError:
        return None
    return read if read.year in YEARS and read <= working_days.london_date(now) else None


def _note(case_id: str, people: tuple[CaseParticipant, ...], defendants: Any) -> None:
    fields = ("name", "where they stood", "what they had been told", "needs", "availability", "support", "last talk")
    ledger.note_participants([(case_id, person.row.id, person.row.role) for person in people], fields=fields)
    suspects = [(row.id, SubjectCategory.SUSPECT) for row in defendants]
    ledger.note(case_id=case_id, subjects=suspects, fields=("defendant's name", "proceedings"))


def _sides(name: str, then: Any, today: Any, **more: Any) -> dict[str, Any]:
    """Set beside each other what was known and what is known; the page marks what differs."""
    return {"name": name, "then": then, "today": today, "differs": then != today, **more}


def _hearings(then: AsKnown, today: AsKnown) -> list[dict[str, Any]]:
    rows = {key: row for key, row in today.hearings.items() if row["status"] != HearingStatus.STUB.value}
    names = hearing_words.names([SimpleNamespace(**row) for row in rows.values()])
    return [_sides(names[key], _hearing(then, key), _hearing(today, key), id=key) for key in rows]


def _hearing(known: AsKnown, hearing_id: str) -> str:
    row = known.hearings.get(hearing_id)
    if row is None or row["status"] == HearingStatus.STUB.value:
        return "Not known yet"
    hearing, days = SimpleNamespace(**row), known.truth.hearings[hearing_id].days
    shown = [SimpleNamespace(on_date=day.on, at_time=day.at, cancelled=day.cancelled) for day in days]
    where = hearing_words.where(hearing)
    return f"{hearing_words.when(hearing, shown)}, {where}. {hearing_words.status(hearing, known.at)}"


def _proceedings(known: AsKnown, defendant_id: str) -> str:
    standing = known.snapshot.defendants.get(defendant_id)
    return wording.sentence(wording.label(wording.PROCEEDINGS, standing.value)) if standing else "Not known yet"


def _person(
    row: Any, then: AsKnown, today: AsKnown, offences: dict[str, str], services: dict[str, str]
) -> dict[str, Any]:
    before, now = (_stood(known, row.id, offences, services) for known in (then, today))
    return _sides(row.name, before, now, id=row.id, role=wording.label(wording.ROLES, row.role))


def _stood(
    known: AsKnown, participant_id: str, offences: dict[str, str], services: dict[str, str]
) -> dict[str, Any] | None:
    """Say where somebody stood, what was owed to them and what they had been told; None before they were recorded."""
    person = known.snapshot.people.get(participant_id)
    if person is None:
        return None
    journey = wording.label(wording.JOURNEY, person.journey.value)
    attendance = wording.sentence(wording.label(wording.ATTENDANCE, person.attendance.value))
    return {
        "where": f"{journey}. {attendance}",
        "support": (*support_words.of(person, services), *support_words.arranged(participant_id, person, known.truth)),
        "owed": [
            {
                "what": wording.to_tell(duty.topic, duty.value, duty.told_value),
                "due": f"By {dates.full_time(duty.due_at)}",
                "late": duty.due_at < known.at,
            }
            for duty in known.duties_of(participant_id)
        ],
        "told": [
            wording.last_told(topic, told.last_told.value, offences)
            for (topic, _), told in sorted(known.told(participant_id).items())
            if told.last_told is not None
        ],
        "availability": availability_words.in_short(person.availability),
        "needs": in_short(known.snapshot.needs.get(participant_id, NOTHING)),
        "last_talk": talk_in_short(known.snapshot.closings.get(participant_id, NO_TALK)),
    }
