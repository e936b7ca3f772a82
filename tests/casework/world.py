"""A small case to try the write path on: rows as the registering service makes them, and events in a court's words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from flask import Flask

from witness_care.accounts.models import Unit
from witness_care.cases.models import CourtCase, Defendant
from witness_care.casework.apply import apply
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session, writing
from witness_care.people.models import Participant, Person
from workflows import events
from workflows.events import CaseEvent

REGISTERED = datetime(2026, 1, 5, 9, tzinfo=UTC)


def at(text: str) -> datetime:
    """An instant from "2026-01-12 10:00", UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(slots=True)
class SmallCase:
    """A case with one defendant and some witnesses whom the CPS requires. Its ids are short words."""

    id: str
    witnesses: tuple[str, ...]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def event(self, what: events.Fact, received: str, *, message: str = "", version: int | None = None) -> CaseEvent:
        """One court message that says one thing."""
        number = next(self.numbers)
        return CaseEvent(
            id=f"{self.id}-{number}",
            case_id=self.id,
            what=what,
            received_at=at(received),
            occurred_at=at(received),
            context="listing",
            stream=f"{self.id}-hearing",
            version=version,
            message_id=message or f"{self.id}-message-{number:03}",
            actor="feed:common-platform",
            source="common-platform",
        )

    def listed(self, day: str, received: str, **more: Any) -> CaseEvent:
        """The trial is listed for a day at 10am."""
        return self.event(trial_on(self.id, day), received, **more)

    def tell(self, witness: str, when: str) -> None:
        """An officer tells a witness the date that is owed now, by phone."""
        row = open_duty(witness, "hearing.when_where")
        happened_at = at(when)
        with writing() as unit_of_work:
            contact = f"{self.id}-contact-{next(self.numbers)}"
            unit_of_work.add(
                Contact(
                    id=contact,
                    unit_id="unit",
                    case_id=self.id,
                    participant_id=witness,
                    channel="call",
                    outcome="reached",
                    happened_at=happened_at,
                    recorded_at=happened_at,
                    recorded_by="user:olivia",
                )
            )
            unit_of_work.flush()
            told = events.Telling(topic=row.topic, subject=row.subject, value=row.value)
            made = events.ContactMade(
                participant=witness,
                contact=contact,
                at=happened_at,
                outcome=events.ContactOutcome.REACHED,
                told=(told,),
            )
            apply([self.event(made, when)], actor="user:olivia", now=happened_at)


def trial_on(case: str, day: str) -> events.HearingConfirmed:
    return events.HearingConfirmed(
        hearing=f"{case}-trial",
        when=events.When(kind=events.DateKind.FIXED, days=(events.HearingDay(date.fromisoformat(day), time(10)),)),
        where=events.Where(court="Fernbridge Crown Court"),
        about=events.About(hearing_class=events.HearingClass.TRIAL, defendants=(f"{case}-defendant",)),
    )


def a_small_case(name: str = "case", *, witnesses: int = 3) -> SmallCase:
    """Register a case with witnesses whom the CPS requires. Opens its own unit of work."""
    people = tuple(f"{name}-witness-{number}" for number in range(witnesses))
    with writing() as unit_of_work:
        if unit_of_work.get(Unit, "unit") is None:
            unit_of_work.add(Unit(id="unit", code="FERN", name="Fernbridge", settings={}, created_at=REGISTERED))
            unit_of_work.flush()
        number = unit_of_work.scalar(sa.select(sa.func.count()).select_from(CourtCase))
        unit_of_work.add(
            CourtCase(id=name, unit_id="unit", urn=f"42FB{number:07}", created_at=REGISTERED, state={}, row_version=0)
        )
        unit_of_work.flush()
        unit_of_work.add(Defendant(id=f"{name}-defendant", case_id=name, unit_id="unit", name="Sample Defendant"))
        for person in people:
            unit_of_work.add(Person(id=person, unit_id="unit", name="Sample Witness", created_at=REGISTERED))
        unit_of_work.flush()
        for person in people:
            unit_of_work.add(
                Participant(
                    id=person, case_id=name, unit_id="unit", person_id=person, role="witness", created_at=REGISTERED
                )
            )
        unit_of_work.flush()
        apply(_registration(name, people), actor="client:registry", now=REGISTERED)
    return SmallCase(id=name, witnesses=people)


def _registration(case: str, people: Sequence[str]) -> list[CaseEvent]:
    facts: list[events.Fact] = [
        events.CaseRegistered(),
        events.DefendantCharged(defendant=f"{case}-defendant", offences=(f"{case}-offence",)),
    ]
    for person in people:
        facts.append(events.ParticipantRecorded(participant=person, role=events.Role.WITNESS))
        facts.append(events.CpsRequires(participant=person))
    return [
        CaseEvent(
            id=f"{case}-registered-{ordinal}",
            case_id=case,
            what=fact,
            received_at=REGISTERED,
            occurred_at=REGISTERED,
            context="unit",
            message_id=f"{case}-registration",
            ordinal=ordinal,
            registration=True,
            actor="client:registry",
        )
        for ordinal, fact in enumerate(facts)
    ]


def applied(*facts: CaseEvent) -> dict[str, str]:
    """Apply events in one unit of work."""
    now = max(event.received_at for event in facts)
    with writing():
        return apply(facts, actor="feed:common-platform", now=now)


def open_duty(witness: str, topic: str) -> Duty:
    """The one open duty of a person for a topic."""
    chosen = sa.select(Duty).where(Duty.participant_id == witness, Duty.topic == topic, Duty.closed_at.is_(None))
    return session().scalars(chosen.execution_options(populate_existing=True)).one()


def statements_of(app: Flask, act: Any) -> list[str]:
    """The SQL that an act sends, without what opens and closes a transaction."""
    from witness_care.extensions import db

    sent: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SET")):
            sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", listen)
    try:
        act()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", listen)
    return sent
