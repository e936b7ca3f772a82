"""Runs the obvious build on a database of its own: reads one order a line, answers one line.

What it does for a hearing that moves: keeps the message, moves the hearing and its days, sets each participant's
machine going, finds their open duty by a query, gives it the new value and the due time of the first news, and adds a
line to its history. It does less than the service: it keeps no versions, so late and contradicting messages would
mislead it; it knows nothing of telling, so every change is owed; it has one topic. What it leaves (duties, their values
and due times) is compared with what the service leaves.

The counting of working days and the value of a hearing are the service's own functions: they are not what differs.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bench.peers.obvious.models import Case, Duty, DutyHistory, Event, Hearing, HearingDay, Participant, db
from witness_care.calendars import unit_calendar
from workflows import codec
from workflows.events import WitnessKind
from workflows.rulebook import default_rulebook
from workflows.working_days import due_time, london_date, start_of_hearing

CALENDAR = unit_calendar({})
RULES = default_rulebook()
WHEN_WHERE = "hearing.when_where"


def application(url: str) -> Flask:
    app = Flask("obvious")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    return app


def move(order: dict[str, Any]) -> float:
    """One hearing moved: from before the first statement to after the commit."""
    began = time.perf_counter()
    _move(order)
    db.session.commit()
    taken = time.perf_counter() - began
    db.session.remove()
    return taken


def batch(orders: list[dict[str, Any]]) -> float:
    """Many hearings moved, with one commit for all."""
    began = time.perf_counter()
    for order in orders:
        _move(order)
    db.session.commit()
    taken = time.perf_counter() - began
    db.session.remove()
    return taken


def _move(order: dict[str, Any]) -> None:
    received_at = datetime.fromisoformat(order["received_at"])
    case = db.session.scalars(sa.select(Case).where(Case.id == order["case"]).with_for_update()).one()
    repeat = sa.select(Event).where(Event.case_id == case.id, Event.message_id == order["message"])
    if db.session.scalars(repeat).first():
        return
    event = Event(id=order["event"], case=case, message_id=order["message"], payload=order, received_at=received_at)
    db.session.add(event)
    [hearing] = case.hearings
    on = date.fromisoformat(order["day"])
    hearing.days[0].on_date = hearing.last_day = on
    hearing.starts_at = start_of_hearing(on, hearing.days[0].at_time)
    hearing.result_due_at = _result_due_at(hearing)
    for participant in case.participants:
        participant.days_change()
        _owe(participant, hearing, event)
    case.row_version += 1


def _owe(participant: Participant, hearing: Hearing, event: Event) -> None:
    """Bring the open duty of one participant up to date, or open one."""
    value = {
        "state": "on",
        "class": "trial",
        "hearings": [
            {
                "class": "trial",
                "court": hearing.court,
                "kind": "fixed",
                "days": [[day.on_date.isoformat(), day.at_time.isoformat("minutes")] for day in hearing.days],
            }
        ],
    }
    due, rule = _due(participant, hearing, event)
    query = sa.select(Duty).where(
        Duty.participant_id == participant.id, Duty.topic == WHEN_WHERE, Duty.closed_at.is_(None)
    )
    duty = db.session.scalars(query).first()
    action = "updated"
    if duty is None:
        action = "opened"
        duty = Duty(
            participant_id=participant.id,
            unit_id=participant.case.unit_id,
            officer_id=participant.case.officer_id,
            topic=WHEN_WHERE,
            subject=hearing.id,
            clock_start=event.received_at,
            due_at=due.at,
            rule=rule,
            explanation=list(due.working),
            priority=1,
        )
        db.session.add(duty)
    elif due.at < duty.due_at:
        duty.due_at, duty.rule, duty.explanation = due.at, rule, list(due.working)
    else:
        duty.explanation = [*duty.explanation[:4], "There were further changes since; the earliest time counts"]
    duty.value = value
    duty.value_hash = codec.value_hash(value)
    duty.priority = 0 if due.capped or duty.priority == 0 else 1
    duty.row_version += 1
    db.session.flush()
    duty.history.add(
        DutyHistory(
            event_id=event.id, at=event.received_at, action=action, value_hash=duty.value_hash, due_at=duty.due_at
        )
    )


def _due(participant: Participant, hearing: Hearing, event: Event) -> Any:
    """The earliest due time among the rules that apply to this participant."""
    start = hearing.starts_at if hearing.starts_at > event.received_at else None
    found = []
    for rule in RULES.rules_for(WHEN_WHERE, london_date(event.received_at)):
        if rule.concerns(participant.role, WitnessKind.CIVILIAN.value) and rule.when in ("always", "required"):
            due = due_time(
                event.received_at,
                rule.days(False),
                CALENDAR,
                basis=rule.days_basis,
                hearing_start=start if rule.cap else None,
            )
            found.append((due, rule.key))
    return min(found, key=lambda pair: (pair[0].at, pair[1]))


def _result_due_at(hearing: Hearing) -> datetime | None:
    for rule in RULES.rules:
        if rule.id == "R8-COURT-IN" and rule.is_in_force(hearing.last_day):
            return due_time(hearing.starts_at, rule.days(False), CALENDAR, basis=rule.days_basis).at
    return None


def load(cases: list[dict[str, Any]]) -> int:
    """Take over the cases as the service has them, with their duties: both begin from the same rows."""
    for given in cases:
        hearing = given["hearing"]
        case = Case(id=given["id"], unit_id=given["unit"], officer_id=given["officer"])
        db.session.add(case)
        db.session.add_all(Participant(case=case, **person) for person in given["people"])
        db.session.add(
            Hearing(
                id=hearing["id"],
                case=case,
                court=hearing["court"],
                room=hearing["room"],
                starts_at=datetime.fromisoformat(hearing["starts_at"]),
                last_day=date.fromisoformat(hearing["day"]),
                days=[
                    HearingDay(
                        position=1,
                        on_date=date.fromisoformat(hearing["day"]),
                        at_time=datetime.fromisoformat(hearing["day"] + "T10:00").time(),
                    )
                ],
            )
        )
        db.session.flush()
        for duty in given["duties"]:
            moments = {name: datetime.fromisoformat(duty[name]) for name in ("clock_start", "due_at")}
            db.session.add(
                Duty(**(duty | moments), unit_id=given["unit"], officer_id=given["officer"], topic=WHEN_WHERE)
            )
    db.session.commit()
    db.session.remove()
    return len(cases)


def duties(case: str) -> list[list[Any]]:
    """What is owed in a case now, as it is compared: who, which value, by when."""
    query = (
        sa.select(Duty.participant_id, Duty.value_hash, Duty.due_at, Duty.priority)
        .join(Participant)
        .where(Participant.case_id == case, Duty.closed_at.is_(None))
        .order_by(Duty.participant_id)
    )
    found = [
        [row.participant_id, row.value_hash, row.due_at.astimezone(UTC).isoformat(), row.priority]
        for row in db.session.execute(query)
    ]
    db.session.remove()
    return found


def statements_of_a_move(order: dict[str, Any]) -> int:
    """How many statements one move sends."""
    sent = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    move(order)
    return len(sent)


ORDERS = {"move": move, "batch": batch, "load": load, "duties": duties, "statements": statements_of_a_move}


def main(url: str) -> None:
    with application(url).app_context():
        db.create_all()
        print(json.dumps("ready"), flush=True)
        for line in sys.stdin:
            name, given = json.loads(line)
            print(json.dumps(ORDERS[name](given)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
