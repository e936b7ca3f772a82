"""A database with some of everything that a check looks at, and a way to damage it by hand and have it whole again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import (
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    at,
    attempted,
    entered,
    moved,
    told_everything,
)
from tests.feed import payloads
from tests.feed.conftest import the_case
from tests.two_units import FEED_ADDRESS, MONDAY, TwoUnits, two_units
from witness_care.accounts.current import SYSTEM, USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases import merging, splitting
from witness_care.cases.models import CaseCombination
from witness_care.cases.service import register_case
from witness_care.cases.undoing import undo
from witness_care.contacts.service import correct_contact
from witness_care.database import session, writing
from witness_care.jobs import heartbeats
from witness_care.notifications import steps
from witness_care.notifications.models import MessageTemplate, OutboxMessage
from witness_care.people.models import ContactPoint, Participant
from witness_care.sealing import Sealed
from workflows.events import ContactOutcome, OptedOut, TrialVacated

NOW = at(MONDAY)
SEVERED = "77CD9994526"  # the number of a case that was split off another


@dataclass(frozen=True, slots=True)
class FullWorld:
    """Two units at work, a case with results of a court, what was corrected and undone, and a clock that runs."""

    app: Flask
    units: TwoUnits

    def first(self, query: Any) -> str:
        """The first value that a query gives."""
        found = session().execute(query.limit(1)).scalar()
        assert found is not None, "The world lacks what is to be damaged."
        return str(found)

    def change(self, model: Any, row: str, **values: Any) -> str:
        """Write other values into a row; gives the row."""
        session().execute(sa.update(model.__table__).where(_key(model) == row).values(**values))
        return row

    def remove(self, model: Any, row: str) -> str:
        session().execute(sa.delete(model.__table__).where(_key(model) == row))
        return row

    def copy(self, model: Any, row: str, **values: Any) -> str:
        """Add a row like another one; gives the id of the new one."""
        found = session().execute(sa.select(model.__table__).where(_key(model) == row)).mappings().one()
        open_values = {name: value for name, value in found.items() if not isinstance(value, Sealed)}
        session().execute(sa.insert(model.__table__), [{**open_values, "id": "planted", **values}])
        return "planted"


def fill(app: Flask) -> FullWorld:
    units = two_units(app)
    olivia = Actor(kind=USER, id=units.cast.olivia, role=Role.OFFICER, unit_ids=(units.cast.unit,))
    with app.app_context():
        case = a_case(a_victim("Ivy Corrected", phones=(a_mobile("07700 900333"),)), a_victim("Abel Gone"))
        trial = a_trial(case, "2026-12-09 10:00", now="2026-11-10 10:00")
        wrong = attempted(case["Ivy Corrected"], ContactOutcome.REACHED, now="2026-11-11 10:00", by=olivia.id)
        correct_contact(wrong, "Somebody else answered.", actor=olivia.reference, now=at("2026-11-11 11:00"))
        told_everything(case["Ivy Corrected"], now="2026-11-12 11:00", by=olivia.id)
        entry = entered(case, TrialVacated(hearing=trial), now="2026-11-13 09:00", by=olivia.id)
        undo(entry, "It was another case.", actor=olivia, now=at("2026-11-13 10:00"))
        entered(
            case, OptedOut(participant=case["Ivy Corrected"], topics=("plea",)), now="2026-11-13 11:00", by=olivia.id
        )
        _merged_and_apart(units)
        _split(units)
        _written_to(case["Ivy Corrected"])
        register_case(replace(the_case(payloads.URN), officer=None), actor=SYSTEM, now=at("2026-01-05 09:00"))
    next_one = payloads.next_hearing(reason="The jury could not agree.", concerning=True)
    for message in (
        payloads.confirmed("2026-01-12T10:00:00Z"),
        payloads.resulted(payloads.an_offence(payloads.a_result("4506", "Adjourned", goes_on=next_one))),
        payloads.marked_as_duplicate(payloads.CASE, hearing=payloads.an_id("a double")),
    ):
        answer = app.test_client().post(
            FEED_ADDRESS, data=json.dumps(message), headers={**units.east.key, "Content-Type": "application/json"}
        )
        assert answer.json["state"] == "applied", answer.json
    with app.app_context(), writing() as unit_of_work:
        heartbeats.begin(unit_of_work, "inbox", 60, NOW)
    return FullWorld(app, units)


def _written_to(participant: str) -> None:
    """A neutral message that waits, and one about a date that left."""
    query = sa.select(ContactPoint.id, Participant.case_id, Participant.unit_id, Participant.person_id)
    joined = query.join(Participant, Participant.person_id == ContactPoint.person_id)
    found = session().execute(joined.where(Participant.id == participant)).first()
    assert found is not None
    news = {"topic": "hearing.when_where", "subject": "a-trial", "value": {"state": "on"}, "value_hash": "0" * 32}
    now = at("2026-11-12 10:00")
    template = {"key": "in_the_full_world", "channel": "text", "version": 1, "title": "Ring us", "body_en": "Ring us."}
    template |= {"topics": [], "state": "approved", "written_by": "user:ada", "written_at": now}
    with writing() as unit_of_work:
        unit_of_work.add(MessageTemplate(id="of-the-full-world", **template))
        unit_of_work.flush()
        for state, telling, times in (
            ("ready", [], {"next_try_at": now}),
            ("accepted", [news], {"claimed_at": now, "accepted_at": now, "attempt": 1}),
        ):
            message = OutboxMessage(
                id=f"message-{state}",
                unit_id=found.unit_id,
                case_id=found.case_id,
                participant_id=participant,
                person_id=found.person_id,
                contact_point_id=found.id,
                channel="text",
                template_id="of-the-full-world",
                telling=telling,
                state=state,
                created_at=now,
                created_by="user:olivia",
                **times,
            )
            unit_of_work.add(message)
            unit_of_work.flush()
            steps.keep_step(unit_of_work, message.id, "", state, actor="user:olivia", now=now)


def _merged_and_apart(units: TwoUnits) -> None:
    """Two cases with one person in both: merged, news while they were one, apart again, and merged once more."""
    sam = Actor(kind=USER, id=units.cast.sam, role=Role.SUPERVISOR, unit_ids=(units.cast.unit,))
    one = a_case(a_victim("Una Twice", person_id="una"), now="2026-11-09 09:00", defendants=("Ned Alone",))
    una = session().scalars(sa.select(Participant.person_id).where(Participant.id == one["Una Twice"])).one()
    other = a_case(
        a_witness("Una Twice", person_id=una),
        a_victim("Vic Once", enhanced=True),
        now="2026-11-10 09:00",
        defendants=("Kit Other",),
    )
    trial = a_trial(other, "2027-01-18 10:00", now="2026-11-11 10:00")
    merging.merge(one.urn, other.urn, "Charged twice.", actor=sam, now=at("2026-11-12 10:00"))
    told_everything(one["Una Twice"], now="2026-11-12 11:00", by=units.cast.olivia)
    moved(one, trial, "2027-02-01 10:00", now="2026-11-12 12:00")
    merge = session().scalars(sa.select(CaseCombination.id).where(CaseCombination.case_id == one.id)).one()
    merging.take_apart(merge, "Two incidents.", actor=sam, now=at("2026-11-12 13:00"))
    third = a_case(a_victim("Una Twice", person_id=una), now="2026-11-12 14:00", defendants=("Rob Third",))
    a_trial(third, "2027-01-25 10:00", now="2026-11-12 14:30")
    told_everything(third["Una Twice"], now="2026-11-12 14:40", by=units.cast.olivia)
    merging.merge(one.urn, third.urn, "One incident.", actor=sam, now=at("2026-11-12 15:00"))


def _split(units: TwoUnits) -> None:
    """A case of two defendants that was split: the trial and a witness of both stand in both."""
    sam = Actor(kind=USER, id=units.cast.sam, role=Role.SUPERVISOR, unit_ids=(units.cast.unit,))
    case = a_case(
        a_victim("Bea Both", phones=()),
        a_witness("Wes Both", required=True, phones=()),
        defendants=("Al Stays", "Gil Goes"),
    )
    a_trial(case, "2027-01-18 10:00", now="2026-11-12 10:00")
    told_everything(case["Bea Both"], now="2026-11-12 11:00", by=units.cast.olivia)
    goes = [case.defendants["Gil Goes"]]
    splitting.split(case.urn, goes, SEVERED, "Severed.", actor=sam, now=at("2026-11-12 15:30"))


@contextmanager
def unguarded() -> Iterator[None]:
    """Rows may be changed behind the service's back, past every constraint and trigger; afterwards all is as before."""
    try:
        with writing() as unit_of_work:
            _lift_the_guards(unit_of_work)
            yield
            raise _Enough
    except _Enough:
        pass


def _key(model: Any) -> Any:
    return sa.inspect(model).primary_key[0]


class _Enough(Exception):
    """Undoes the damage."""


def _lift_the_guards(unit_of_work: Session) -> None:
    if unit_of_work.get_bind().dialect.name == "postgresql":
        unit_of_work.execute(sa.text("SET LOCAL session_replication_role = replica"))
        unit_of_work.execute(sa.text("ALTER TABLE duty DROP CONSTRAINT ck_duty_closed_has_reason_and_actor"))
        return
    unit_of_work.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
    unit_of_work.execute(sa.text("PRAGMA ignore_check_constraints=ON"))
    for table in ("case_event", "personal_data_log"):
        for trigger in unit_of_work.execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
        ).scalars():
            unit_of_work.execute(sa.text(f"DROP TRIGGER {trigger}"))
