"""Takes the rows of a file in: by the facts that `PUT` of a case would add, many cases at once, each row for itself.

A chunk of cases is one unit of work with a number of statements that does not depend on how many rows it has. A row
that is refused takes nothing else with it. A row that says what is known already changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.cases import parents, past_contacts, rows
from witness_care.cases.document import CaseGiven, ParticipantGiven, ToldGiven
from witness_care.cases.facts import facts_of
from witness_care.cases.held import HeldCase, find_cases, load_cases
from witness_care.cases.identifiers import PERSON, IdBook, names_of_cases
from witness_care.cases.refusal import NotAcceptedError
from witness_care.cases.rows import RowChanges
from witness_care.cases.service import after_the_last, context_of, note_people
from witness_care.casework.apply import apply
from witness_care.columns import new_id
from witness_care.cutover.columns import Kind, Line
from witness_care.cutover.csv_file import Refusal
from witness_care.cutover.naming import Naming, namespace_of
from witness_care.database import writing
from witness_care.people import service as people
from workflows import codec
from workflows.events import CaseEvent, Fact, ToldCarriedOver
from workflows.working_days import london_date

CASES_AT_ONCE = 50
SOURCE = "csv"
ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"


@dataclass(slots=True)
class TakenIn:
    """What became of each row, by its line, and which cases were concerned."""

    became: dict[int, str] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    case_ids: set[str] = field(default_factory=set)

    def count(self, what: str) -> int:
        return sum(each == what for each in self.became.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """The rows of one case, and what they change."""

    held: HeldCase
    lines: tuple[Line, ...]
    said: Mapping[int, ParticipantGiven]  # by line, with our ids of what others named
    changes: RowChanges
    book: IdBook
    facts: tuple[Fact, ...]
    message_id: str


def take_in(kind: Kind, lines: Sequence[Line], *, unit_id: str, actor: Actor, import_id: str, now: datetime) -> TakenIn:
    """Add what the rows say to the cases of one unit. Importing them again changes nothing.

    Each chunk of cases is committed for itself, so what is interrupted is taken up by importing again; inside another
    unit of work it is all one.
    """
    taken = TakenIn()
    for chunk in _chunks(list(_each_once(lines, taken))):
        with writing() as session:
            cases = list(_work_out(session, kind, chunk, unit_id, actor, import_id, now, taken))
            _save(session, kind, cases, actor, now, taken)
    taken.refused.sort(key=lambda refusal: refusal.line)
    return taken


def _each_once(lines: Sequence[Line], taken: TakenIn) -> Iterator[Line]:
    first: dict[tuple[str, ...], int] = {}
    for line in lines:
        if first.setdefault(line.key, line.number) == line.number:
            yield line
        else:
            expected = f"each row once; line {first[line.key]} is about the same"
            taken.refused.append(Refusal(line.number, "", expected, "Keep the row that is right."))


def _chunks(lines: list[Line]) -> Iterator[list[Line]]:
    """Cut the rows into chunks of whole cases; somebody who stands in two cases is taken on in the first of them."""
    waiting: dict[str, list[Line]] = {}
    for line in lines:
        waiting.setdefault(line.urn, []).append(line)
    while waiting:
        chosen: list[str] = []
        persons: set[str] = set()
        for urn, theirs in waiting.items():
            named = {line.given.person.id for line in theirs if line.given.person and line.given.person.id}
            if len(chosen) < CASES_AT_ONCE and not named & persons:
                chosen.append(urn)
                persons |= named
        yield [line for urn in chosen for line in waiting.pop(urn)]


# --- what a chunk changes ------------------------------------------------------------------------------------------


def _work_out(
    session: Session,
    kind: Kind,
    chunk: list[Line],
    unit_id: str,
    actor: Actor,
    import_id: str,
    now: datetime,
    taken: TakenIn,
) -> Iterator[_Case]:
    found = find_cases(session, {line.urn for line in chunk}, unit_id)
    held = load_cases(session, list(found.values()))
    wanted = [line.given.person.id for line in chunk if line.given.person and line.given.person.id]
    names = names_of_cases(session, [case.id for case in held], namespace_of(unit_id), wanted)
    ours = [(PERSON, person) for person in people.visible_to(session, actor, wanted)]
    for line in chunk:
        if line.urn not in found:
            do = "Add the case first, by hand or by the API, or correct the number."
            taken.refused.append(line.refused("/urn", "the number of a case of this unit", do))
    for case in held:
        lines = [line for line in chunk if line.urn == case.urn]
        message_id = str(uuid.uuid5(uuid.UUID(import_id), case.id))
        worked_out = _case(session, kind, case, lines, names, ours, message_id, now, taken)
        if worked_out is not None:
            yield worked_out


def _case(
    session: Session,
    kind: Kind,
    held: HeldCase,
    lines: list[Line],
    names: list[Any],
    ours: list[tuple[str, str]],
    message_id: str,
    now: datetime,
    taken: TakenIn,
) -> _Case | None:
    """Work out what the rows of a case change, without those that are refused."""
    naming = Naming(held, names, ours, now)
    said: dict[int, ParticipantGiven] = {}
    for line in lines:
        try:
            said[line.number] = naming.named(kind, line)
        except NotAcceptedError as problem:
            taken.refused.append(line.refused(problem.where, problem.expected, problem.do))
    while left := [line for line in lines if line.number in said]:
        given, whose = _together(held.urn, left, said)
        book = Naming(held, names, ours, now).book
        try:
            past_contacts.refuse_what_is_still_to_come(given, now)
            parents.refuse_a_defendant(session, given, held, book)
            changes = rows.work_out(given, held, book, session=session, now=now)
            facts = tuple(facts_of(given, held, book, on=london_date(now)))
        except NotAcceptedError as problem:
            line, where = _whose(problem.where, whose)
            taken.refused.append(line.refused(where, problem.expected, problem.do))
            del said[line.number]
            continue
        return _Case(
            held=held, lines=tuple(left), said=said, changes=changes, book=book, facts=facts, message_id=message_id
        )
    return None


def _together(urn: str, lines: list[Line], said: Mapping[int, ParticipantGiven]) -> tuple[CaseGiven, dict[str, Line]]:
    """Make one document of the rows of a case, and say which row each place in it comes from."""
    by_person: dict[str, list[Line]] = {}
    for line in lines:
        by_person.setdefault(said[line.number].id, []).append(line)
    whose: dict[str, Line] = {}
    participants = []
    for number, theirs in enumerate(by_person.values()):
        whose[f"/participants/{number}"] = theirs[0]
        whose |= {f"/participants/{number}/told/{position}": line for position, line in enumerate(theirs)}
        told = tuple(each for line in theirs for each in said[line.number].told)
        participants.append(replace(said[theirs[0].number], told=told))
    return CaseGiven(urn=urn, participants=tuple(participants)), whose


def _whose(where: str, whose: Mapping[str, Line]) -> tuple[Line, str]:
    """Give the row that a complaint is about, and where in it."""
    place = where
    while place not in whose:
        place = place.rpartition("/")[0]
    return whose[place], where[len(place) :]


# --- writing it ----------------------------------------------------------------------------------------------------


def _save(session: Session, kind: Kind, cases: list[_Case], actor: Actor, now: datetime, taken: TakenIn) -> None:
    if not cases:
        return
    unit_id = cases[0].held.unit_id
    given = {person: said for case in cases for person, said in case.changes.persons.items()}
    known = people.load_people(session, given)
    grounds = {person: stated for case in cases for person, stated in case.changes.risk_stated.items()}
    persons = people.work_out_changes(given, known, unit_id=unit_id, now=now, by=actor.reference, grounds=grounds)
    changes = RowChanges()
    book = IdBook(case_id="", namespace="", rows=(), ours=(), now=now)
    for case in cases:
        book.new_rows.extend(case.book.new_rows)
        book.confirmed.extend(case.book.confirmed)
        for name in (each.name for each in fields(RowChanges)):
            together, theirs = getattr(changes, name), getattr(case.changes, name)
            together.extend(theirs) if isinstance(together, list) else together.update(theirs)
    rows.save(session, changes, book)
    people.save(session, persons)
    rows.save_participants(session, changes)
    shared = [case.held.id for case in cases if case.changes.may_share_a_contact_point]
    if shared:
        people.mark_shared_points(session, shared, now)
    apply([event for case in cases for event in _events(case, actor, now)], actor=actor.reference, now=now)
    for case in cases:
        note_people(case.changes, _of_case(persons, case), case.held)
        taken.case_ids.add(case.held.id)
        for line in case.lines:
            taken.became[line.number] = _became(kind, line, case, persons)


def _events(case: _Case, actor: Actor, now: datetime) -> list[CaseEvent]:
    received_at = after_the_last(case.held, now)
    return [
        CaseEvent(
            id=new_id(),
            case_id=case.held.id,
            what=fact,
            received_at=received_at,
            occurred_at=received_at,
            context=context_of(fact, actor),
            message_id=case.message_id,
            actor=actor.reference,
            source=SOURCE,
            ordinal=ordinal,
        )
        for ordinal, fact in enumerate(case.facts)
    ]


def _of_case(persons: people.PeopleChanges, case: _Case) -> people.PeopleChanges:
    """Give the changes of the people of one case: the personal-data log is kept case by case."""
    theirs = case.changes.participant_of
    return people.PeopleChanges(
        collected={person: groups for person, groups in persons.collected.items() if person in theirs},
        altered={person: groups for person, groups in persons.altered.items() if person in theirs},
    )


def _became(kind: Kind, line: Line, case: _Case, persons: people.PeopleChanges) -> str:
    said = case.said[line.number]
    participant = case.changes.participant_ids[said.id]
    if kind is Kind.TOLD:
        return ADDED if any(_is_of(fact, participant, said.told[0]) for fact in case.facts) else UNCHANGED
    if participant not in case.held.participants:
        return ADDED
    person = case.changes.person_of[participant]
    touched = any(getattr(fact, "participant", None) == participant for fact in case.facts)
    changed_row = any(row["id"] == participant for row in case.changes.participants)
    return CHANGED if touched or changed_row or person in {*persons.collected, *persons.altered} else UNCHANGED


def _is_of(fact: Fact, participant: str, told: ToldGiven) -> bool:
    """Say whether a telling is journalled with this file; one that is not was taken over before."""
    if not isinstance(fact, ToldCarriedOver) or fact.participant != participant or fact.at != told.at:
        return False
    value_hash = codec.value_hash(told.value)
    return any(telling.topic == told.topic and telling.value_hash == value_hash for telling in fact.told)
