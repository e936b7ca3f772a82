"""Where a made-up life is kept: in the pure core alone, or by the real write path on a real database."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.databases import application_on, let_go
from tests.stateful.oracle import Message, Owed
from tests.stateful.words import CASE, CHARGES, FIRST_PEOPLE, PEOPLE, events_of, in_oracles_words
from tests.workflows.case_play import CasePlay
from witness_care.accounts.models import Unit
from witness_care.cases.models import CourtCase, Defendant
from witness_care.casework.apply import apply
from witness_care.casework.rebuild import differences
from witness_care.casework.rules import AS_SHIPPED, rules_for_unit
from witness_care.checks.every import check
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session, writing
from witness_care.people.models import Participant, Person
from workflows import snapshot as snapshots
from workflows import values
from workflows.decide import state_hash

Key = tuple[str, str, str]


# The oracle has an opinion of these; what is to be done beside has tables and scenarios of its own.
JUDGED = (*values.TOLD_TOPICS, values.KEEP_IN_TOUCH)
OF_DUTIES = ("I1", "I2", "I5", "I9", "I13", "I16")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the service holds now: open duties in the oracle's words, each open row's due time, where people stand."""

    duties: dict[Key, Owed]
    dues: dict[str, datetime]
    journeys: dict[str, str]
    attendances: dict[str, str]


class Port(Protocol):
    """A place where a case is kept."""

    @property
    def state_hash(self) -> str: ...

    def register(self, message: Message) -> None: ...

    def deliver(self, message: Message, now: datetime) -> bool:
        """Take a message in; say whether the case had to be folded anew."""

    def crash_while_taking(self, message: Message, now: datetime) -> None: ...

    def restart(self) -> None: ...

    def seen(self) -> Seen: ...

    def value_of(self, key: Key) -> Any: ...

    def overdue(self, now: datetime) -> set[Key]: ...

    def end(self, now: datetime) -> None:
        """Hold the invariants that are looked at once, when a life is over."""


class InThePureCore:
    """The pure core, stepped through JSON as the write path does it."""

    def __init__(self) -> None:
        self.play = CasePlay(rules=rules_for_unit({}, AS_SHIPPED), case=CASE)

    @property
    def state_hash(self) -> str:
        return self.play.state_hash

    def register(self, message: Message) -> None:
        self.play.deliver(events_of(message, registration=True))

    def deliver(self, message: Message, now: datetime) -> bool:
        before, closed = self.play.refolds, self._closed()
        self.play.deliver(events_of(message))
        refolded = self.play.refolds > before
        if not refolded:
            assert closed.items() <= self.play.records.items(), "What was closed stays, as it was."
        return refolded

    def _closed(self) -> dict[str, Any]:
        return {row: record for row, record in self.play.records.items() if record.closed_at is not None}

    def crash_while_taking(self, message: Message, now: datetime) -> None:
        dying = copy.copy(self.play)
        dying.journal, dying.records, dying.moves = [*self.play.journal], {**self.play.records}, [*self.play.moves]
        dying.deliver(events_of(message))

    def restart(self) -> None:
        self.play.snapshot = snapshots.load(json.loads(self.play.stored))

    def seen(self) -> Seen:
        people, topics = self.play.snapshot.people, self.play.snapshot.topics
        found = {key: (topic, topic.duty) for key, topic in topics.items() if topic.duty and key[1] in JUDGED}
        return Seen(
            duties={
                key: Owed(in_oracles_words(key[1], topic.history[-1].value), duty.due, duty.clock_start, duty.priority)
                for key, (topic, duty) in found.items()
            },
            dues={duty.row: duty.due for _, duty in found.values()},
            journeys={name: person.journey.value for name, person in people.items()},
            attendances={name: person.attendance.value for name, person in people.items()},
        )

    def value_of(self, key: Key) -> Any:
        return self.play.snapshot.topics[key].history[-1].value

    def overdue(self, now: datetime) -> set[Key]:
        topics = {key: topic for key, topic in self.play.snapshot.topics.items() if key[1] in JUDGED}
        return {key for key, topic in topics.items() if topic.duty and topic.duty.due < now}

    def end(self, now: datetime) -> None:
        refolded = self.play.refolded()
        assert state_hash(refolded.snapshot) == self.state_hash, "A refold gives the state that stepping gave."
        # Who undoes nothing has, row by row, what a refold makes.
        open_rows = {row for row, record in self.play.records.items() if record.closed_at is None}
        assert open_rows == {topic.duty.row for topic in self.play.snapshot.topics.values() if topic.duty}


class CrashError(Exception):
    """The process dies here: nothing of what it was doing may be left."""


@dataclass(slots=True)
class Shelf:
    """One database file that one life after another begins with, and the application on it."""

    template: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="witness-care-life-")))
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        shutil.copyfile(self.template, self.file)
        self.app = application_on(self.url, instance=self.folder)

    @property
    def file(self) -> Path:
        return self.folder / "life.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def begin_anew(self) -> None:
        let_go(self.app)
        for left in self.folder.glob("life.db*"):
            left.unlink()
        shutil.copyfile(self.template, self.file)

    def restart(self) -> None:
        """As after the power failed: another application object, other connections."""
        let_go(self.app)
        self.app = application_on(self.url, instance=self.folder)

    def close(self) -> None:
        let_go(self.app)
        shutil.rmtree(self.folder)


class OnADatabase:
    """The real write path: `apply` inside a unit of work, on SQLite."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        shelf.begin_anew()

    def register(self, message: Message) -> None:
        with self.shelf.app.app_context(), writing() as unit_of_work:
            at = message.received
            unit_of_work.add(Unit(id="unit", code="FERN", name="Fernbridge", settings={}, created_at=at))
            unit_of_work.flush()
            unit_of_work.add(
                CourtCase(id=CASE, unit_id="unit", urn="42FB0000001", created_at=at, state={}, row_version=0)
            )
            unit_of_work.flush()
            for name in CHARGES:
                unit_of_work.add(Defendant(id=name, case_id=CASE, unit_id="unit", name="Sample Defendant"))
            for name in FIRST_PEOPLE:
                self._add_person(name, at)
            apply(events_of(message, registration=True), actor="client:registry", now=at)

    def _add_person(self, name: str, at: datetime) -> None:
        if session().get(Participant, name) is not None:
            return
        session().add(Person(id=name, unit_id="unit", name="Sample Person", created_at=at))
        session().flush()
        role = PEOPLE[name][0]
        session().add(Participant(id=name, case_id=CASE, unit_id="unit", person_id=name, role=role, created_at=at))
        session().flush()

    @property
    def state_hash(self) -> str:
        with self.shelf.app.app_context():
            return session().scalars(sa.select(CourtCase.state_hash)).one()

    def deliver(self, message: Message, now: datetime) -> bool:
        with self.shelf.app.app_context(), writing():
            return self._take(message, now)

    def crash_while_taking(self, message: Message, now: datetime) -> None:
        with self.shelf.app.app_context(), pytest.raises(CrashError), writing():
            self._take(message, now)
            raise CrashError

    def _take(self, message: Message, now: datetime) -> bool:
        if message.id == "m000":
            apply(events_of(message, registration=True), actor="client:registry", now=now)
            return False
        for fact in message.facts:
            self._write_what_a_service_writes(fact, now)
        before = session().scalar(sa.select(CourtCase.state))["last_key"]
        late = (message.received, f"{CASE}-{message.id}") < (datetime.fromisoformat(before[1]), before[2])
        outcomes = apply(events_of(message), actor="test", now=now)
        return late and "repeat" not in outcomes.values()

    def _write_what_a_service_writes(self, fact: dict[str, Any], now: datetime) -> None:
        """The rows beside the journal that a contact or a new person has."""
        if fact["kind"] == "join":
            self._add_person(fact["person"], now)
        if fact["kind"] == "correct":
            session().execute(sa.update(Contact).where(Contact.id == fact["contact"]).values(corrected_at=now))
        if fact["kind"] == "contact" and session().get(Contact, fact["contact"]) is None:
            session().add(
                Contact(
                    id=fact["contact"],
                    unit_id="unit",
                    case_id=CASE,
                    participant_id=fact["person"],
                    channel="call",
                    outcome=fact["outcome"],
                    happened_at=fact["at"],
                    recorded_at=now,
                    recorded_by="user:olivia",
                )
            )
            session().flush()

    def restart(self) -> None:
        self.shelf.restart()

    def seen(self) -> Seen:
        with self.shelf.app.app_context():
            rows = (
                session()
                .execute(
                    sa.select(
                        Duty.id,
                        Duty.participant_id,
                        Duty.topic,
                        Duty.subject,
                        Duty.value,
                        Duty.due_at,
                        Duty.clock_start,
                        Duty.priority,
                    ).where(Duty.closed_at.is_(None), Duty.topic.in_(JUDGED))
                )
                .all()
            )
            people = session().execute(sa.select(Participant.id, Participant.journey, Participant.attendance)).all()
        keys = [(row.participant_id, row.topic, row.subject) for row in rows]
        assert len(keys) == len(set(keys)), "At most one open row a key."
        return Seen(
            duties={
                key: Owed(in_oracles_words(row.topic, row.value), row.due_at, row.clock_start, row.priority)
                for key, row in zip(keys, rows, strict=True)
            },
            dues={row.id: row.due_at for row in rows},
            journeys={row.id: row.journey for row in people},
            attendances={row.id: row.attendance for row in people},
        )

    def value_of(self, key: Key) -> Any:
        with self.shelf.app.app_context():
            return (
                session()
                .scalars(
                    sa.select(Duty.value).where(
                        Duty.participant_id == key[0],
                        Duty.topic == key[1],
                        Duty.subject == key[2],
                        Duty.closed_at.is_(None),
                    )
                )
                .one()
            )

    def overdue(self, now: datetime) -> set[Key]:
        with self.shelf.app.app_context():
            rows = session().execute(
                sa.select(Duty.participant_id, Duty.topic, Duty.subject).where(
                    Duty.closed_at.is_(None), Duty.due_at < now, Duty.topic.in_(JUDGED)
                )
            )
            return {(row.participant_id, row.topic, row.subject) for row in rows}

    def end(self, now: datetime) -> None:
        with self.shelf.app.app_context():
            # Events are applied here without the rows of people, messages and jobs that services write beside them.
            findings = [each for name in OF_DUTIES for each in check(now, only=name)]
            assert findings == []
            assert list(differences()) == []
