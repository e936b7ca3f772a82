"""Reads a whole case for another system: a constant number of statements, whatever the number of people in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import wording
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser, Unit
from witness_care.accounts.permissions import Permission
from witness_care.agencies import queries as agency_queries
from witness_care.availability import words as availability_words
from witness_care.cases.identifiers import has_urn
from witness_care.cases.models import CourtCase, Defendant, Hearing, HearingDay, HearingLink, Identifier, Offence
from witness_care.casework.as_known import AsKnown, as_known
from witness_care.casework.rules import band_marks, current_edition
from witness_care.closing.talk import document as closing_document
from witness_care.contacts.duty_document import DUTY_COLUMNS, duty_document
from witness_care.contacts.models import Duty
from witness_care.needs.assessment import document as needs_document
from witness_care.people import risk
from witness_care.people.models import ContactPoint, Participant, Person
from witness_care.referrals.answers import scheme_answers
from witness_care.support import documents as support_documents
from workflows import snapshot
from workflows.closing import NOTHING as NO_TALK
from workflows.decide import case_truth
from workflows.due_bands import BandMarks, band_of
from workflows.duty_rows import DutyRecord
from workflows.needs import NOTHING

Document = dict[str, Any]

OWN = "own"  # the namespace of the reader's own ids


def case_document(session: Session, actor: Actor, urn: str, *, now: datetime) -> Document | None:
    """Give a case as JSON: proceedings, hearings, people with their journey, and what each is owed.

    None when there is no such case, or it is of a unit the reader does not work for. No number or address is in it.
    """
    case = session.execute(
        scope.cases(actor)
        .with_only_columns(
            CourtCase.id,
            CourtCase.urn,
            CourtCase.officer_id,
            CourtCase.allocated_by,
            CourtCase.created_at,
            CourtCase.state,
            Unit.code.label("unit"),
            AppUser.sign_in_name.label("officer"),
        )
        .join(Unit, Unit.id == CourtCase.unit_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(has_urn(urn))
    ).first()
    if case is None:
        return None
    names = _names(session, case.id, actor)
    held = snapshot.load(case.state) if case.state else snapshot.Snapshot(case=case.id)
    with_needs = actor.may_read(Permission.SEE_NEEDS)
    people, truth = held.people, case_truth(held)
    duties = _open_duties(session, case.id, now)
    points = _contact_points(session, case.id)
    referrals = scheme_answers(session, case.id)
    return {
        "id": case.id,
        "urn": case.urn,
        "unit": case.unit,
        "officer": case.officer,
        "allocated_by": case.allocated_by,
        "registered_at": case.created_at,
        "identifiers": names.get(case.id, []),
        "defendants": _defendants(session, case.id, names),
        "hearings": _hearings(session, case.id, names),
        "participants": [
            _participant(row, people.get(row.id), names.get(row.id, []), duties.get(row.id, []))
            | {"contact_points": points.get(row.person_id, []), "victim_contact_scheme": referrals.get(row.id, [])}
            | (_what_they_said(held, row.id) if with_needs else {})
            | support_documents.arranged(row.id, held, truth)
            for row in _participants(session, case.id)
        ],
        "queries": agency_queries.documents(session, case.id, now),
    }


def case_as_known(session: Session, actor: Actor, urn: str, *, at: datetime) -> Document | None:
    """Give a case as it was known at `at` (UTC): what had been received by then, folded, and nothing later.

    People and defendants bear the names they have now. None when the reader may not see the case.
    """
    today = case_document(session, actor, urn, now=at)
    if today is None:
        return None
    [known] = as_known(session, today["id"], at=(at,))
    standing, marks = known.snapshot.people, band_marks(known.at, current_edition())
    return {
        **{name: today[name] for name in ("id", "urn", "unit", "registered_at", "identifiers")},
        "as_known_at": at,
        "entries": known.entries,
        "defendants": [
            defendant | {"proceedings": known.snapshot.defendants[defendant["id"]].value}
            for defendant in today["defendants"]
            if defendant["id"] in known.snapshot.defendants
        ],
        "hearings": [
            _hearing_as_known(known, hearing) for hearing in today["hearings"] if hearing["id"] in known.hearings
        ],
        "participants": [
            _participant_as_known(known, person, marks) for person in today["participants"] if person["id"] in standing
        ],
    }


def _what_they_said(held: snapshot.Snapshot, participant_id: str) -> Document:
    """Give what somebody said they need, and in their last talk: for a program with a scope of its own."""
    return {
        "needs": needs_document(held.needs.get(participant_id, NOTHING)),
        "last_talk": closing_document(held.closings.get(participant_id, NO_TALK)),
    }


def _hearing_as_known(known: AsKnown, today: Document) -> Document:
    row = known.hearings[today["id"]]
    days = [
        {"on": day.on, "at": day.at.isoformat("minutes") if day.at else None, "cancelled": day.cancelled}
        for day in known.truth.hearings[today["id"]].days
    ]
    return {name: row.get(name, value) for name, value in today.items()} | {"days": days}


def _participant_as_known(known: AsKnown, today: Document, marks: BandMarks) -> Document:
    person = known.snapshot.people[today["id"]]
    kept = ("id", "person", "name", "identifiers")
    return {name: today[name] for name in kept} | {
        "role": person.role.value,
        "witness_kind": person.witness_kind.value,
        "victim_kind": person.victim_kind.value,
        "enhanced": person.enhanced.value,
        "defendants": list(person.defendants),
        "offences": list(person.offences),
        "journey": person.journey.value,
        "attendance": person.attendance.value,
        "last_two_way_at": person.last_two_way_at,
        "keep_in_touch_days": person.every_days,
        **support_documents.of(person),
        **availability_words.document(person),
        **support_documents.arranged(today["id"], known.snapshot, known.truth),
        **(_what_they_said(known.snapshot, today["id"]) if "needs" in today else {}),
        "duties": [_duty_as_known(duty, person, marks) for duty in known.duties_of(today["id"])],
        "told": [
            {"topic": topic, "subject": subject, "value": last.value, "value_hash": last.value_hash, "at": last.at}
            for (topic, subject), told in sorted(known.told(today["id"]).items())
            if (last := told.last_told) is not None
        ],
    }


def _duty_as_known(duty: DutyRecord, person: snapshot.Person, marks: BandMarks) -> Document:
    is_short = marks.policy.is_short(duty.rule, priority=duty.priority, gets_enhanced_time=person.gets_enhanced_time)
    names = ("id", "topic", "subject", "value", "value_hash", "told_value", "rule", "priority", "clock_start", "due_at")
    return {name: getattr(duty, name) for name in names} | {
        "hearing": duty.hearing,
        "reason": wording.to_tell(duty.topic, duty.value, duty.told_value),
        "explanation": list(duty.explanation),
        "overdue": duty.due_at < marks.now,
        "band": band_of(duty.due_at, marks, is_short=is_short).value,
    }


def _names(session: Session, case_id: str, reader: Actor) -> Mapping[str, list[Document]]:
    """Give every name of the case's rows; the reader's own ids are marked as such."""
    found: dict[str, list[Document]] = {}
    rows = session.execute(
        sa.select(Identifier.target_id, Identifier.namespace, Identifier.value)
        .where(Identifier.case_id == case_id)
        .order_by(Identifier.created_at, Identifier.id)
    )
    for row in rows:
        namespace = OWN if row.namespace == reader.id else row.namespace
        found.setdefault(row.target_id, []).append({"namespace": namespace, "id": row.value})
    return found


def _defendants(session: Session, case_id: str, names: Mapping[str, list[Document]]) -> list[Document]:
    offences: dict[str, list[Document]] = {}
    for row in session.execute(
        sa.select(Offence.id, Offence.defendant_id, Offence.cjs_code, Offence.title, Offence.charged_on)
        .where(Offence.case_id == case_id, Offence.removed_at.is_(None))
        .order_by(Offence.id)
    ):
        offences.setdefault(row.defendant_id, []).append(
            {
                "id": row.id,
                "cjs_code": row.cjs_code,
                "title": row.title,
                "charged_on": row.charged_on,
                "identifiers": names.get(row.id, []),
            }
        )
    rows = session.execute(
        sa.select(Defendant.id, Defendant.name, Defendant.proceedings)
        .where(Defendant.case_id == case_id, Defendant.removed_at.is_(None))
        .order_by(Defendant.name, Defendant.id)
    )
    return [
        {
            "id": row.id,
            "name": row.name,
            "proceedings": row.proceedings,
            "identifiers": names.get(row.id, []),
            "offences": offences.get(row.id, []),
        }
        for row in rows
    ]


def _hearings(session: Session, case_id: str, names: Mapping[str, list[Document]]) -> list[Document]:
    days: dict[str, list[Document]] = {}
    for row in session.execute(
        sa.select(HearingDay.hearing_id, HearingDay.on_date, HearingDay.at_time, HearingDay.cancelled)
        .where(HearingDay.case_id == case_id)
        .order_by(HearingDay.hearing_id, HearingDay.position)
    ):
        at = row.at_time.isoformat("minutes") if row.at_time else None
        days.setdefault(row.hearing_id, []).append({"on": row.on_date, "at": at, "cancelled": row.cancelled})
    came_from: dict[str, list[Document]] = {}
    for link in session.execute(
        sa.select(HearingLink.hearing_id, HearingLink.from_hearing_id, HearingLink.kind)
        .where(HearingLink.case_id == case_id)
        .order_by(HearingLink.from_hearing_id, HearingLink.kind)
    ):
        came_from.setdefault(link.hearing_id, []).append({"hearing": link.from_hearing_id, "kind": link.kind})
    columns = (
        *("id", "thread", "status", "hearing_type", "hearing_class", "jurisdiction", "date_kind", "court"),
        *("court_code", "room", "reason", "week_commencing", "weeks", "starts_at", "result_due_at"),
    )
    rows = session.execute(
        sa.select(*(getattr(Hearing, name) for name in columns))
        .where(Hearing.case_id == case_id)
        .order_by(Hearing.starts_at.is_(None), Hearing.starts_at, Hearing.id)
    )
    return [
        {name: getattr(row, name) for name in columns}
        | {
            "days": days.get(row.id, []),
            "came_from": came_from.get(row.id, []),
            "identifiers": names.get(row.id, []),
        }
        for row in rows
    ]


def _participants(session: Session, case_id: str) -> Iterable[Any]:
    return session.execute(
        sa.select(
            Participant.id,
            Participant.person_id,
            Participant.role,
            Participant.witness_kind,
            Participant.victim_kind,
            Participant.enhanced,
            Participant.enhanced_basis,
            Participant.suggested_grounds,
            Participant.journey,
            Participant.attendance,
            Participant.required,
            Participant.missed_in_a_row,
            *(Participant.last_two_way_at, Participant.keep_in_touch_days),
            Participant.left_at,
            Person.name,
            Person.language,
            Person.chosen_channel,
        )
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.case_id == case_id)
        .order_by(Person.name, Participant.id)
    )


def _participant(row: Any, standing: Any, names: list[Document], duties: list[Document]) -> Document:
    return {
        "id": row.id,
        "person": row.person_id,
        "name": row.name,
        "language": row.language,
        "chosen_channel": row.chosen_channel,
        "identifiers": names,
        "role": row.role,
        "witness_kind": row.witness_kind,
        "victim_kind": row.victim_kind,
        "enhanced": row.enhanced,
        "enhanced_basis": row.enhanced_basis,
        "suggested_grounds": row.suggested_grounds,
        "defendants": list(standing.defendants) if standing else [],
        "offences": list(standing.offences) if standing else [],
        "journey": row.journey,
        "attendance": row.attendance,
        "required": row.required,
        "missed_in_a_row": row.missed_in_a_row,
        "last_two_way_at": row.last_two_way_at,
        "keep_in_touch_days": row.keep_in_touch_days,
        "left_at": row.left_at,
        **support_documents.of(standing),
        **availability_words.document(standing),
        "duties": duties,
    }


def _contact_points(session: Session, case_id: str) -> Mapping[str, list[Document]]:
    """Give the ways to reach each person: which there are and when each may be used, never the number itself."""
    found: dict[str, list[Document]] = {}
    columns = ("id", "person_id", "kind", "allowed", "voicemail", "may_identify_us", "windows", "unsafe_since")
    rows = session.execute(
        sa.select(*(getattr(ContactPoint, name) for name in columns), risk.IS_ON_HOLD.label("on_hold"))
        .where(
            ContactPoint.person_id.in_(sa.select(Participant.person_id).where(Participant.case_id == case_id)),
            ContactPoint.withdrawn_at.is_(None),
        )
        .order_by(ContactPoint.created_at, ContactPoint.id)
    )
    for row in rows:
        point = {name: getattr(row, name) for name in columns if name not in ("person_id", "unsafe_since")}
        found.setdefault(row.person_id, []).append(
            point | {"unsafe": row.unsafe_since is not None, "on_hold": row.on_hold}
        )
    return found


def _open_duties(session: Session, case_id: str, now: datetime) -> Mapping[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    rows = session.execute(
        sa.select(*DUTY_COLUMNS)
        .join(Participant, Participant.id == Duty.participant_id)
        .outerjoin(AppUser, AppUser.id == Duty.officer_id)
        .where(Duty.case_id == case_id, Duty.closed_at.is_(None))
        .order_by(Duty.priority, Duty.due_at, Duty.id)
    )
    marks = band_marks(now, current_edition())
    for row in rows:
        found.setdefault(row.participant_id, []).append(duty_document(row, marks))
    return found
