"""A case in its course: plays the messages of a sequence once, and keeps what stood after each of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.cast import a_key, cast_of
from tests.factories import a_victim, a_witness, at, open_duties, told_everything
from witness_care.accounts.current import SYSTEM
from witness_care.cases.document import (
    CaseGiven,
    DefendantGiven,
    OffenceGiven,
    OtherId,
    ParticipantGiven,
    RequirementGiven,
)
from witness_care.cases.models import CourtCase, Defendant, Hearing, HearingDay, Result
from witness_care.cases.service import register_case
from witness_care.database import session
from workflows.working_days import local_time

URN = "42CF1234525"
LEAH, NADIA, OMAR = "Leah Jones", "Nadia Ahmed", "Omar Khan"  # a victim; needed on the first day; on another day
REGISTERED = "2025-09-01 09:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What stood after one message: what each person is owed, the hearings, and what the API tells of the case."""

    answer: dict[str, Any]
    owed: dict[str, dict[str, dict[str, Any]]]  # person -> topic -> duty
    hearings: list[dict[str, Any]]
    results: list[dict[str, Any]]
    proceedings: str
    state_hash: str
    participants: dict[str, dict[str, Any]]

    def days_owed(self) -> dict[str, Any]:
        """The days each person is to be told of."""
        said = {person: duties.get("hearing.when_where") for person, duties in self.owed.items()}
        return {person: duty["value"]["hearings"][0]["days"] for person, duty in said.items() if duty}

    def of_class(self, hearing_class: str) -> list[dict[str, Any]]:
        return [hearing for hearing in self.hearings if hearing["hearing_class"] == hearing_class]


@dataclass(slots=True)
class Story:
    """Plays messages at the times they were made; everybody is told what they are owed before each next one."""

    app: Flask
    key: dict[str, str]
    officer: str
    people: dict[str, str] = field(default_factory=dict)
    now: datetime = at(REGISTERED)

    def goes_on_to(self, instant: datetime) -> None:
        self.now = instant
        self.app.config["CLOCK"] = lambda: instant

    def just_before(self, message: dict[str, Any]) -> Moment:
        """What stood when this message was made: the time has come, the message has not."""
        self.goes_on_to(datetime.fromisoformat(message["_metadata"]["createdAt"]))
        return self.moment({})

    def send(self, message: dict[str, Any]) -> Moment:
        self.goes_on_to(datetime.fromisoformat(message["_metadata"]["createdAt"]) + timedelta(seconds=30))
        client = self.app.test_client()
        answer = client.post("/api/v1/feeds/common-platform/messages", json=message, headers=self.key)
        assert answer.status_code in (200, 202), answer.json
        return self.moment(answer.json)

    def tell_everybody(self) -> None:
        self.goes_on_to(self.now + timedelta(seconds=30))
        told_at = local_time(self.now).strftime("%Y-%m-%d %H:%M:%S")
        with self.app.app_context():
            for person in self.people.values():
                if any(not duty.topic.startswith("task.") for duty in open_duties(person)):
                    told_everything(person, now=told_at, by=self.officer)

    def is_needed_on(self, name: str, day: int) -> None:
        """The CPS now requires somebody on this day of the trial."""
        change = ParticipantGiven(id=self.people[name], requirement=RequirementGiven(required=True, days=(day,)))
        self.goes_on_to(self.now + timedelta(seconds=30))
        with self.app.app_context():
            register_case(CaseGiven(urn=URN, participants=(change,)), actor=SYSTEM, now=self.now)

    def moment(self, answer: dict[str, Any]) -> Moment:
        with self.app.app_context():
            owed = {
                name: {duty.topic: _as_dict(duty, DUTY) for duty in open_duties(person)}
                for name, person in self.people.items()
            }
            hearings = _rows(Hearing, HEARING, Hearing.starts_at)
            days = _rows(HearingDay, ("hearing_id", "cancelled"), HearingDay.position)
            results = _rows(Result, ("kind", "length", "offence_id"), Result.id)
            proceedings = session().scalars(sa.select(Defendant.proceedings)).one()
            state_hash = session().scalars(sa.select(CourtCase.state_hash)).one()
        for hearing in hearings:
            hearing["cancelled"] = [day["cancelled"] for day in days if day["hearing_id"] == hearing["id"]]
        document = self.app.test_client().get(f"/api/v1/cases/{URN}", headers=self.key).json
        names = {person: name for name, person in self.people.items()}
        return Moment(
            answer=answer,
            owed=owed,
            hearings=hearings,
            results=results,
            proceedings=proceedings,
            state_hash=state_hash,
            participants={names[each["id"]]: each for each in document["participants"]},
        )


DUTY = ("id", "value", "told_value", "clock_start", "due_at", "rule")
HEARING = ("id", "status", "hearing_class", "thread", "starts_at", "last_day", "reason")


def begin(app: Flask, *, case: str, defendant: str, offences: tuple[str, str]) -> Story:
    """Register the case under the court's ids, with a victim and two witnesses whom the CPS requires."""
    app.config["CLOCK"] = lambda: at(REGISTERED)
    cast = cast_of(app)
    key = a_key(app, unit_ids=[cast.unit], scopes=["feed:common-platform", "cases:read", "concerns:read"])
    charges = tuple(
        OffenceGiven(id=f"count {number}", title=f"Count {number}", identifiers=(OtherId("cp", offence),))
        for number, offence in enumerate(offences, 1)
    )
    given = CaseGiven(
        urn=URN,
        unit="ESX",
        officer="olivia@unit.example",
        identifiers=(OtherId("cp", case),),
        defendants=(
            DefendantGiven(id="D1", name="Testy Testperson", identifiers=(OtherId("cp", defendant),), offences=charges),
        ),
        participants=(
            a_victim(LEAH, offences=tuple(offence.id for offence in charges)),
            _needed(a_witness(NADIA), 1),
            _needed(a_witness(OMAR), 2),
        ),
    )
    with app.app_context():
        made = register_case(given, actor=SYSTEM, now=at(REGISTERED))
    return Story(app, key, cast.olivia, dict(made.participants))


def _needed(witness: ParticipantGiven, day: int) -> ParticipantGiven:
    return replace(witness, requirement=RequirementGiven(required=True, days=(day,)))


def _rows(model: Any, names: tuple[str, ...], order: Any) -> list[dict[str, Any]]:
    rows = session().execute(sa.select(*(getattr(model, name) for name in names)).order_by(order))
    return [dict(row._mapping) for row in rows]


def _as_dict(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
