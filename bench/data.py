"""Makes the cases that `make bench` works on: the same seed gives the same rows, and everybody is made up.

Static rows (cases, defendants, people) are loaded with COPY. Everything that follows from news (state, hearings,
duties, their history) is made by the service itself, through `casework.apply`. Only the rows of the queue page, of
which there are hundreds of thousands, are written as the service would have left them (`owed_rows`).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from workflows import codec, events
from workflows.events import CaseEvent
from workflows.working_days import days_later

REGISTERED = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIRST_NEWS = datetime(2026, 1, 12, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TRIAL_DAY = datetime(2026, 6, 1, tzinfo=UTC).date()

# People in a case, and how many cases of a thousand have so many: 3.3 on average, with a tail to a hundred.
PEOPLE_IN_A_CASE = {1: 180, 2: 270, 3: 220, 4: 130, 5: 80, 6: 50, 7: 30, 8: 20, 10: 10, 15: 6, 30: 3, 60: 0.7, 100: 0.3}
MOVES = {0: 45, 1: 25, 2: 14, 3: 8, 4: 4, 5: 2, 6: 2}
UNITS = 13
OFFICERS_OF_A_UNIT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit and its officers; `weight` is its share of all cases: the largest has thirteen times the smallest."""

    id: str
    officers: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case to be, with the hearing that moves. `moves` is how often it moved before anything is measured."""

    id: str
    urn: str
    unit: str
    officer: str
    defendant: str
    offence: str
    hearing: str
    people: tuple[str, ...]
    victims: frozenset[str]
    moves: int


class Maker:
    """Makes units, cases and events from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._numbers = iter(range(1, 10_000_000))
        self.units = tuple(
            Unit(
                id=self.an_id(),
                officers=tuple(self.an_id() for _ in range(OFFICERS_OF_A_UNIT)),
                weight=1 / (number + 1),
            )
            for number in range(UNITS)
        )

    def an_id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def case(self, *, people: int | None = None, moves: int | None = None) -> Case:
        """One case; a witness or a victim in three, all of them required at court."""
        [unit] = self._random.choices(self.units, [unit.weight for unit in self.units])
        size = people or self._chosen(PEOPLE_IN_A_CASE)
        ids = tuple(self.an_id() for _ in range(size))
        return Case(
            id=self.an_id(),
            urn=f"42BN{next(self._numbers):07}",
            unit=unit.id,
            officer=self._random.choice(unit.officers),
            defendant=self.an_id(),
            offence=self.an_id(),
            hearing=self.an_id(),
            people=ids,
            victims=frozenset(person for person in ids if self._random.random() < 0.3),
            moves=self._chosen(MOVES) if moves is None else moves,
        )

    def cases(self, participants: int) -> list[Case]:
        """Cases until there are so many participants."""
        made: list[Case] = []
        while participants > 0:
            made.append(self.case())
            participants -= len(made[-1].people)
        return made

    def _chosen(self, weights: Mapping[int, float]) -> int:
        return self._random.choices(list(weights), list(weights.values()))[0]

    def chance(self) -> random.Random:
        return self._random


# --- what happens in a case ---------------------------------------------------------------------------------------


def registration(case: Case) -> list[CaseEvent]:
    facts: list[events.Fact] = [
        events.CaseRegistered(),
        events.DefendantCharged(defendant=case.defendant, offences=(case.offence,)),
    ]
    for person in case.people:
        role = events.Role.BOTH if person in case.victims else events.Role.WITNESS
        facts += [events.ParticipantRecorded(participant=person, role=role), events.CpsRequires(participant=person)]
    return [
        _event(case, fact, REGISTERED, message=f"{case.urn}-registration", ordinal=ordinal, registration=True)
        for ordinal, fact in enumerate(facts)
    ]


def listing(case: Case) -> CaseEvent:
    """The trial gets its first date."""
    fact = events.HearingConfirmed(hearing=case.hearing, when=_when(0), where=COURT, about=_about(case))
    return _event(case, fact, FIRST_NEWS, message=f"{case.urn}-listed", version=1)


def move(case: Case, number: int, received_at: datetime | None = None) -> CaseEvent:
    """The trial moves for the `number`th time, to a day it has not had before."""
    at = received_at or FIRST_NEWS + timedelta(hours=number)
    fact = events.HearingMoved(hearing=case.hearing, when=_when(number), where=COURT, about=_about(case))
    return _event(case, fact, at, message=f"{case.urn}-moved-{number}", version=number + 1)


COURT = events.Where(court="Fernbridge Crown Court", court_code="C42FB00", room="Court 4")


def _about(case: Case) -> events.About:
    return events.About(hearing_class=events.HearingClass.TRIAL, hearing_type="Trial", defendants=(case.defendant,))


def _when(number: int) -> events.When:
    day = days_later(TRIAL_DAY, number)
    return events.When(kind=events.DateKind.FIXED, days=(events.HearingDay(day, time(10)),))


def _event(
    case: Case,
    fact: events.Fact,
    received_at: datetime,
    *,
    message: str,
    ordinal: int = 0,
    version: int | None = None,
    registration: bool = False,
) -> CaseEvent:
    return CaseEvent(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{message} {ordinal}")),
        case_id=case.id,
        what=fact,
        received_at=received_at,
        occurred_at=received_at,
        context="unit" if registration else "listing",
        stream="" if registration else case.hearing,
        version=version,
        message_id=message,
        ordinal=ordinal,
        registration=registration,
        actor="client:registry" if registration else "feed:common-platform",
        source="" if registration else "common-platform",
    )


# --- rows -----------------------------------------------------------------------------------------------------------

Rows = Iterable[Mapping[str, Any]]


def copy(connection: psycopg.Connection[Any], table: str, rows: Rows) -> int:
    """Load rows, which all have the same columns, with COPY; give their number."""
    count = 0
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return 0
    columns = sql.SQL(", ").join(map(sql.Identifier, first))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as out:
        for row in _all(first, iterator):
            out.write_row([Jsonb(value) if isinstance(value, dict | list) else value for value in row.values()])
            count += 1
    return count


def _all(first: Mapping[str, Any], rest: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    yield first
    yield from rest


def load_units(connection: psycopg.Connection[Any], maker: Maker) -> None:
    units = [
        {"id": unit.id, "code": f"U{n:02}", "name": f"Unit {n}", "settings": {}, "created_at": REGISTERED}
        for n, unit in enumerate(maker.units)
    ]
    users = [
        {
            "id": officer,
            "sign_in_name": f"officer-{officer}@unit.example",
            "display_name": "Sample Officer",
            "password_hash": "none",
            "role": "officer",
            "created_at": REGISTERED,
        }
        for unit in maker.units
        for officer in unit.officers
    ]
    theirs = [{"user_id": officer, "unit_id": unit.id} for unit in maker.units for officer in unit.officers]
    copy(connection, "unit", units)
    copy(connection, "app_user", users)
    copy(connection, "user_unit", theirs)


def load_cases(connection: psycopg.Connection[Any], cases: Sequence[Case]) -> None:
    """Load what a case has before anything happens in it."""
    of_case = [(case, {"case_id": case.id, "unit_id": case.unit}) for case in cases]
    copy(connection, "court_case", (_case_row(case) for case in cases))
    copy(
        connection,
        "defendant",
        ({"id": c.defendant, "name": "Sample Defendant", "proceedings": "charged"} | keys for c, keys in of_case),
    )
    copy(connection, "person", (_person_row(p, case) for case in cases for p in case.people))
    copy(
        connection,
        "participant",
        (_participant_row(p, case) | keys for case, keys in of_case for p in case.people),
    )


def _case_row(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "unit_id": case.unit,
        "urn": case.urn,
        "officer_id": case.officer,
        "without_officer_since": None if case.officer else REGISTERED,
        "created_at": REGISTERED,
        "row_version": 0,
        "state": {},
        "state_hash": "",
    }


def _person_row(person: str, case: Case) -> dict[str, Any]:
    return {
        "id": person,
        "unit_id": case.unit,
        "name": "Sample Person",
        "language": "English",
        "created_at": REGISTERED,
        "row_version": 0,
    }


def _participant_row(person: str, case: Case) -> dict[str, Any]:
    return {
        "id": person,
        "person_id": person,
        "role": "both" if person in case.victims else "witness",
        "witness_kind": "civilian",
        "enhanced": "no",
        "enhanced_basis": [],
        "journey": "charge",
        "attendance": "undecided",
        "missed_in_a_row": 0,
        "created_at": REGISTERED,
    }


# --- many duties, for the queue page --------------------------------------------------------------------------------

DUTIES_OF_A_PERSON = 8


def owed_rows(maker: Maker, cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """Eight duties for each person: three in sixteen are open and a fifth of those late, the rest was told."""
    for case in cases:
        for person in case.people:
            for number in range(DUTIES_OF_A_PERSON):
                yield _duty_row(maker, case, person, number)


def _duty_row(maker: Maker, case: Case, person: str, number: int) -> dict[str, Any]:
    chance = maker.chance()
    is_open = chance.random() < 3 / 16
    late = chance.random() < 0.2
    days = -chance.uniform(0, 20) if late else chance.uniform(0, 14)
    due_at = NOW + timedelta(days=days if is_open else days - 60)
    value = {"state": "on", "class": "trial", "hearings": [{"court": COURT.court, "class": "trial", "kind": "fixed"}]}
    clock = due_at - timedelta(days=1)
    return {
        "id": maker.an_id(),
        "unit_id": case.unit,
        "case_id": case.id,
        "participant_id": person,
        "officer_id": case.officer,
        "topic": "hearing.when_where",
        "subject": f"{case.hearing[:30]}-{number}",
        "value": value,
        "value_hash": codec.value_hash(value),
        "rule": "WC-ATTEND@local_policy",
        "rules": ["WC-ATTEND@local_policy"],
        "explanation": ["Received Monday 12 January 2026 at 9am: day 0", "Tuesday 13 January 2026 is working day 1"],
        "hearing_id": case.hearing,
        "priority": 0 if chance.random() < 0.15 else 1,
        "clock_start": clock,
        "due_at": due_at,
        "opened_at": clock,
        "opened_by_event": maker.an_id(),
        "closed_at": None if is_open else due_at,
        "closed_reason": None if is_open else "done",
        "closed_by": None if is_open else f"user:{case.officer}",
        "row_version": 0,
    }


def hearing_rows(cases: Iterable[Case]) -> Iterator[dict[str, Any]]:
    for case in cases:
        yield {
            "id": case.hearing,
            "case_id": case.id,
            "unit_id": case.unit,
            "thread": case.hearing,
            "status": "live",
            "hearing_type": "Trial",
            "hearing_class": "trial",
            "jurisdiction": "",
            "date_kind": "fixed",
            "court": COURT.court,
            "court_code": COURT.court_code,
            "room": COURT.room,
            "reason": "",
            "weeks": 1,
            "starts_at": datetime.combine(TRIAL_DAY, time(9), tzinfo=UTC),
            "last_day": TRIAL_DAY,
            "provenance": "stated",
        }


def contact_rows(maker: Maker, cases: Iterable[Case]) -> Iterator[dict[str, Any]]:
    """Eight contacts for each person, of which a third reached nobody."""
    chance = maker.chance()
    for case in cases:
        for person in case.people:
            for _ in range(DUTIES_OF_A_PERSON):
                at = NOW - timedelta(days=chance.uniform(0, 60))
                yield {
                    "id": maker.an_id(),
                    "unit_id": case.unit,
                    "case_id": case.id,
                    "participant_id": person,
                    "channel": "call",
                    "direction": "out",
                    "outcome": "no_answer" if chance.random() < 1 / 3 else "reached",
                    "happened_at": at,
                    "recorded_at": at,
                    "recorded_by": f"user:{case.officer}",
                    "safety_incident": False,
                }
