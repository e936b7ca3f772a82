"""Turns a submission about a case into the rows it adds and changes; the state itself is written by casework only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, OtherId, ParticipantGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.identifiers import (
    ASN,
    CASE,
    DEFENDANT,
    HEARING,
    OFFENCE,
    PARTICIPANT,
    PERSON,
    URN,
    IdBook,
    cases_named,
)
from witness_care.cases.models import CourtCase, Defendant, DefendantEndpoint, Identifier, Offence
from witness_care.cases.refusal import NotAcceptedError
from witness_care.casework.bulk import insert_rows, update_rows
from witness_care.columns import new_id
from witness_care.people import risk
from witness_care.people.document import PersonGiven
from witness_care.people.endpoints import blind_index_of, group_of
from witness_care.people.models import Participant
from workflows.attendance import Attendance
from workflows.events import Answer, Role, VictimKind, WitnessKind
from workflows.journey import Journey
from workflows.proceedings import Proceedings
from workflows.snapshot import Snapshot

DEFENDANT_FIELDS = ("name", "date_of_birth", "arrest_summons_number")
OFFENCE_FIELDS = ("cjs_code", "title", "charged_on")

Row = dict[str, Any]


@dataclass(slots=True)
class RowChanges:
    """The rows to write, and who is who: our ids by the caller's, and the person behind each participant."""

    new_defendants: list[Row] = field(default_factory=list)
    defendants: list[Row] = field(default_factory=list)
    new_offences: list[Row] = field(default_factory=list)
    offences: list[Row] = field(default_factory=list)
    endpoints: list[Row] = field(default_factory=list)
    new_participants: list[Row] = field(default_factory=list)
    participants: list[Row] = field(default_factory=list)
    persons: dict[str, PersonGiven] = field(default_factory=dict)
    defendant_ids: dict[str, str] = field(default_factory=dict)
    participant_ids: dict[str, str] = field(default_factory=dict)
    person_of: dict[str, str] = field(default_factory=dict)  # participant -> person
    participant_of: dict[str, str] = field(default_factory=dict)  # person -> participant
    category_of: dict[str, str] = field(default_factory=dict)  # person -> category of data subject
    risk_stated: dict[str, bool] = field(default_factory=dict)  # person -> domestic abuse newly a ground, or no longer
    where_person: dict[str, str] = field(default_factory=dict)  # person -> place in the document

    @property
    def may_share_a_contact_point(self) -> bool:
        """Say whether a contact detail came that must be compared with those of the other side (SEC-25)."""
        return (
            bool(self.endpoints)
            or any(person.contact_points for person in self.persons.values())
            or bool(self.new_participants)
        )


def new_case(*, case_id: str, urn: str, unit_id: str, officer_id: str | None) -> HeldCase:
    return HeldCase(
        id=case_id, urn=urn, unit_id=unit_id, officer_id=officer_id, is_new=True, snapshot=Snapshot(case=case_id)
    )


def insert_case(
    session: Session,
    *,
    case_id: str,
    unit_id: str,
    urn: str,
    officer_id: str | None,
    allocated_by: str | None,
    received_at: datetime,
    now: datetime,
) -> bool:
    """Insert the row of a new case; False when its URN was registered a moment earlier."""
    row: dict[str, Any] = {
        "id": case_id,
        "unit_id": unit_id,
        "urn": urn,
        "officer_id": officer_id,
        "allocated_by": allocated_by,
        "without_officer_since": None if officer_id else received_at,
        "created_at": now,
        "row_version": 0,
        "state": {},
        "state_hash": "",
    }
    return bool(insert_rows(session.connection(), _table(CourtCase), [row], key=("urn",), returning="id"))


def our_ids(held: HeldCase) -> Iterator[tuple[str, str]]:
    """Give the ids by which a caller may name what is held: those we gave in earlier answers."""
    yield from ((DEFENDANT, defendant_id) for defendant_id in held.defendants)
    yield from ((OFFENCE, offence_id) for offence_id in held.offences)
    yield from ((PARTICIPANT, participant_id) for participant_id in held.participants)
    yield from ((PERSON, participant.person_id) for participant in held.participants.values())
    yield from ((HEARING, hearing_id) for hearing_id in held.snapshot.hearings)


def work_out(given: CaseGiven, held: HeldCase, book: IdBook, *, session: Session, now: datetime) -> RowChanges:
    """Compare the document with what is held and give the rows to write. Raises NotAcceptedError."""
    changes = RowChanges()
    _name_case(given, held, book, session)
    for position, defendant in enumerate(given.defendants):
        _defendant(defendant, f"/defendants/{position}", held, book, changes, now)
    for position, participant in enumerate(given.participants):
        _participant(participant, f"/participants/{position}", held, book, changes, now)
    return changes


def save(session: Session, changes: RowChanges, book: IdBook) -> None:
    """Write defendants, offences, their endpoints' blind indexes, and the names of everything."""
    connection = session.connection()
    insert_rows(connection, _table(Defendant), changes.new_defendants)
    update_rows(connection, _table(Defendant), changes.defendants)
    insert_rows(connection, _table(Offence), changes.new_offences)
    update_rows(connection, _table(Offence), changes.offences)
    insert_rows(connection, _table(DefendantEndpoint), changes.endpoints)
    insert_rows(connection, _table(Identifier), book.new_rows)
    confirmed = [{"id": row, "taught_by": None, "match_id": None} for row in book.confirmed]
    update_rows(connection, _table(Identifier), confirmed)


def save_participants(session: Session, changes: RowChanges) -> None:
    """Write the parts people have in the case; the people themselves are there already."""
    insert_rows(session.connection(), _table(Participant), changes.new_participants)
    update_rows(session.connection(), _table(Participant), changes.participants)


def _name_case(given: CaseGiven, held: HeldCase, book: IdBook, session: Session) -> None:
    meant = cases_named(session, given.identifiers)
    for position, name in enumerate(given.identifiers):
        if meant.get(name, held.id) != held.id:
            raise NotAcceptedError(
                f"/identifiers/{position}",
                expected="an id that no other case has",
                received=name.id,
                do="Correct the id. Two cases are joined by a person, not by an id.",
            )
    book.learn(CASE, held.id, [OtherId(URN, held.urn), *given.identifiers])


def _defendant(
    given: DefendantGiven, where: str, held: HeldCase, book: IdBook, changes: RowChanges, now: datetime
) -> None:
    defendant_id = book.find_or_make(DEFENDANT, given.id)
    changes.defendant_ids[given.id] = defendant_id
    names = list(given.identifiers)
    if given.arrest_summons_number:
        names.append(OtherId(ASN, given.arrest_summons_number))
    _learn(book, DEFENDANT, defendant_id, tuple(names), where)
    row = held.defendants.get(defendant_id)
    if row is None:
        changes.new_defendants.append(_new_defendant(defendant_id, given, where, held))
    else:
        change = _differences(given, row, DEFENDANT_FIELDS) | _removal(given.remove, row, now)
        if change:
            changes.defendants.append(
                {"id": defendant_id, **_as_held(row, (*DEFENDANT_FIELDS, "removed_at")), **change}
            )
    for position, offence in enumerate(given.offences):
        _offence(offence, f"{where}/offences/{position}", defendant_id, held, book, changes, now)
    for point in given.contact_points:
        changes.endpoints.append(
            {
                "id": new_id(),
                "defendant_id": defendant_id,
                "case_id": held.id,
                "external_id": given.id,
                "kind": group_of(point.kind),
                "blind_index": blind_index_of(point.kind, point.value),
                "seen_at": now,
            }
        )


def _new_defendant(defendant_id: str, given: DefendantGiven, where: str, held: HeldCase) -> Row:
    if not given.name:
        raise NotAcceptedError(
            f"{where}/name", expected="the name of a new defendant", received="", do="Send the defendant's name."
        )
    return {
        "id": defendant_id,
        "case_id": held.id,
        "unit_id": held.unit_id,
        "name": given.name,
        "date_of_birth": given.date_of_birth,
        "arrest_summons_number": given.arrest_summons_number,
        "proceedings": Proceedings.CHARGED.value,
        "removed_at": None,
    }


def _offence(
    given: OffenceGiven,
    where: str,
    defendant_id: str,
    held: HeldCase,
    book: IdBook,
    changes: RowChanges,
    now: datetime,
) -> None:
    offence_id = book.find_or_make(OFFENCE, given.id, given.identifiers)
    _learn(book, OFFENCE, offence_id, given.identifiers, where)
    row = held.offences.get(offence_id)
    if row is None:
        changes.new_offences.append(
            {
                "id": offence_id,
                "case_id": held.id,
                "unit_id": held.unit_id,
                "defendant_id": defendant_id,
                "cjs_code": given.cjs_code or "",
                "title": given.title or "",
                "charged_on": given.charged_on,
                "removed_at": None,
            }
        )
        return
    if row.defendant_id != defendant_id:
        raise NotAcceptedError(
            f"{where}/id",
            expected="the id of an offence of this defendant",
            received=given.id,
            do="Give the offence of another defendant an id of its own.",
        )
    change = _differences(given, row, OFFENCE_FIELDS) | _removal(given.remove, row, now)
    if change:
        changes.offences.append({"id": offence_id, **_as_held(row, (*OFFENCE_FIELDS, "removed_at")), **change})


def _participant(
    given: ParticipantGiven, where: str, held: HeldCase, book: IdBook, changes: RowChanges, now: datetime
) -> None:
    participant_id = book.find_or_make(PARTICIPANT, given.id)
    changes.participant_ids[given.id] = participant_id
    row = held.participants.get(participant_id)
    person_id = _person(given, where, row, book)
    if person_id in changes.participant_of:
        raise NotAcceptedError(
            f"{where}/person/id",
            expected="each person once in a case",
            received=given.person.id if given.person else "",
            do='A victim who is also a witness has the role "both".',
        )
    changes.person_of[participant_id] = person_id
    changes.participant_of[person_id] = participant_id
    changes.where_person[person_id] = where
    role = given.role or (row.role if row else "")
    changes.category_of[person_id] = "witness" if role == Role.WITNESS else "victim"
    if given.person is not None or row is None:
        changes.persons[person_id] = given.person or PersonGiven()
    if row is None:
        changes.new_participants.append(_new_participant(participant_id, person_id, given, held, now))
        if risk.is_ground(given.enhanced_basis or ()):  # of a person who may be known from another case
            changes.risk_stated[person_id] = True
        return
    wanted = {
        name: getattr(given, name)
        for name in ("role", "witness_kind", "victim_kind", "enhanced")
        if getattr(given, name) not in (None, getattr(row, name))
    }
    if given.enhanced_basis is not None and sorted(given.enhanced_basis) != sorted(row.enhanced_basis or ()):
        wanted["enhanced_basis"] = sorted(given.enhanced_basis)
        if (stated := risk.is_ground(given.enhanced_basis)) is not risk.is_ground(row.enhanced_basis or ()):
            changes.risk_stated[person_id] = stated
            changes.persons.setdefault(person_id, PersonGiven())
    if given.remove and row.left_at is None:
        wanted["left_at"] = now
    if wanted:
        names = ("role", "witness_kind", "victim_kind", "enhanced", "enhanced_basis", "left_at")
        held_values = _as_held(row, names)
        changes.participants.append({"id": participant_id, **held_values, **wanted})


def _person(given: ParticipantGiven, where: str, row: Any, book: IdBook) -> str:
    """Give our id of the person. Two cases have the same person only by an id, never by a name."""
    named = given.person.id if given.person else ""
    found = book.find_or_make(PERSON, named) if named else None
    if row is None:
        return found or new_id()
    if found and found != row.person_id:
        raise NotAcceptedError(
            f"{where}/person/id",
            expected="the id of the person who is held for this participant",
            received=named,
            do="Leave it out, or remove the participant and add the other person.",
        )
    return str(row.person_id)


def _new_participant(
    participant_id: str, person_id: str, given: ParticipantGiven, held: HeldCase, now: datetime
) -> Row:
    return {
        "id": participant_id,
        "case_id": held.id,
        "unit_id": held.unit_id,
        "person_id": person_id,
        "role": given.role or Role.WITNESS.value,
        "witness_kind": given.witness_kind or WitnessKind.CIVILIAN.value,
        "victim_kind": given.victim_kind or VictimKind.PERSON.value,
        "enhanced": given.enhanced or Answer.NO.value,
        "enhanced_basis": sorted(given.enhanced_basis or ()),
        "gets_enhanced_time": False,  # until its first fold, in the same unit of work
        "suggested_grounds": [],
        "needs_asked": 0,
        "closing": None,
        "closing_at": None,
        "journey": Journey.CHARGE.value,
        "attendance": Attendance.UNDECIDED.value,
        "required": None,
        "missed_in_a_row": 0,
        "last_two_way_at": None,
        "keep_in_touch_days": None,
        "left_at": None,
        "created_at": now,
    }


def _learn(book: IdBook, kind: str, target_id: str, names: tuple[OtherId, ...], where: str) -> None:
    taken = book.belongs_elsewhere(kind, target_id, names)
    if taken is not None:
        raise NotAcceptedError(
            f"{where}/identifiers",
            expected=f"ids that no other {kind} of this case has",
            received=taken.id,
            do="Correct the id.",
        )
    book.learn(kind, target_id, names)


def _differences(given: Any, row: Any, names: tuple[str, ...]) -> Row:
    return {name: getattr(given, name) for name in names if getattr(given, name) not in (None, getattr(row, name))}


def _removal(remove: bool, row: Any, now: datetime) -> Row:
    if remove and row.removed_at is None:
        return {"removed_at": now}
    return {"removed_at": None} if not remove and row.removed_at is not None else {}


def _as_held(row: Any, names: tuple[str, ...]) -> Row:
    return {name: getattr(row, name) for name in names}


def _table(model: Any) -> Any:
    return model.__table__
