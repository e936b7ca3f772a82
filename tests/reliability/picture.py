"""What a run left behind, without what differs from run to run: equal when nothing was lost or doubled.

Ids that the service made are replaced by what they stand for. The state hash is that of the journal folded anew with
those names; that the stored state is the fold of the journal is what `rebuild --check` shows.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask

from witness_care.accounts.models import AppUser, Unit
from witness_care.agencies.models import AgencyQuery, AgencyQueryStep
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases.identifiers import COURT
from witness_care.cases.models import CourtCase, CourtMatch, Defendant, Hearing, Identifier, Offence
from witness_care.casework.journal import event_of
from witness_care.casework.models import JournalEvent
from witness_care.casework.rules import rules_for_unit
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session
from witness_care.feed.inbox import NAMELESS
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait
from witness_care.people.models import Participant, Person
from workflows.decide import refold, state_hash

TALKED_AT = re.compile(r'"at": "2026-01-13T[^"]*"')  # the minute in which the form was opened


def picture(app: Flask) -> Counter[str]:
    """A line for everything that must not depend on whether the service was killed, with how often it is there."""
    with app.app_context():
        lines = list(_inbox())
        for number, case in enumerate(_rows(sa.select(CourtCase).order_by(CourtCase.urn)), 1):
            lines += [f"case {number}, {line}" for line in _case(case)]
        session().rollback()
        return Counter(lines)


def logged(app: Flask) -> Counter[str]:
    """How many rows the personal-data log has of each category."""
    with app.app_context():
        found = Counter(str(category) for category in session().scalars(sa.select(PersonalDataEntry.category)))
        session().rollback()
        return found


def _case(case: CourtCase) -> Iterator[str]:
    names = _names(case)
    table: Any = JournalEvent.__table__
    order = (table.c.received_at, table.c.message_id, table.c.part, table.c.ordinal)
    rows = session().execute(sa.select(table).where(table.c.case_id == case.id).order_by(*order)).mappings()
    journal = [_renamed(dict(row), names) for row in rows]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(_named_by_us(journal)))}
    for row in journal:
        ours = row["message_id"] in numbers
        row["message_id"] = f"message {numbers[row['message_id']]}" if ours else _said_to_be(row["message_id"])
        row["id"] = "/".join(str(row[part]) for part in ("kind", "message_id", "part", "ordinal"))
    rules = rules_for_unit(session().scalar(sa.select(Unit.settings).where(Unit.id == case.unit_id)) or {})
    folded = refold("the case", [event_of(row) for row in journal], rules)
    yield f"state {state_hash(folded.snapshot)}"
    for row in journal:
        yield f"event {row['id']} by {row['actor']}: {json.dumps(row['payload'], sort_keys=True)}"
    for contact in _rows(sa.select(Contact).where(Contact.case_id == case.id)):
        corrected = " corrected" if contact.corrected_at else ""
        yield f"contact {names[contact.participant_id]} {contact.channel} {contact.outcome}{corrected}"
    steps = sa.select(sa.func.count(AgencyQueryStep.id)).where(AgencyQueryStep.query_id == AgencyQuery.id)
    asked = sa.select(
        AgencyQuery.agency, AgencyQuery.subject, AgencyQuery.chased, steps.scalar_subquery().label("steps")
    )
    for query in session().execute(asked.where(AgencyQuery.case_id == case.id)):
        yield f"question to {query.agency}: {query.subject}, chased {query.chased}, steps {query.steps}"
    # A row that a message read late replaced is closed as corrected, and stays (core.md rule 16).
    kept = sa.or_(Duty.closed_reason.is_(None), Duty.closed_reason != "corrected")
    for duty in _rows(sa.select(Duty).where(Duty.case_id == case.id, kept)):
        end = f"{duty.closed_reason} met {duty.met}" if duty.closed_at else "open"
        yield f"duty {names[duty.participant_id]} {duty.topic} {duty.rule} due {duty.due_at.isoformat()} {end}"


def _named_by_us(journal: list[dict[str, Any]]) -> list[str]:
    """The messages that the service named itself."""
    return [row["message_id"] for row in journal if not row["actor"].startswith("feed:")]


def _said_to_be(message_id: str) -> str:
    """The name of a message; of one without an id its content, without what makes it unique."""
    return message_id.rpartition(":")[0] if message_id.startswith(NAMELESS) else message_id


def _names(case: CourtCase) -> dict[str, str]:
    """What each id of ours in a case stands for."""
    names = {case.id: "the case", case.unit_id: "the unit"}
    names |= {row.id: row.sign_in_name for row in _rows(sa.select(AppUser))}
    for kind in (Hearing, Defendant, Offence):
        rows = _rows(sa.select(kind).where(kind.case_id == case.id).order_by(kind.id))
        names |= {row.id: f"{kind.__tablename__} {number}" for number, row in enumerate(rows)}
    known = sa.select(Identifier).where(Identifier.case_id == case.id, Identifier.namespace == COURT)
    for row in _rows(known.order_by(Identifier.value)):
        if row.kind in ("hearing", "defendant", "offence"):
            names[row.target_id] = f"{row.kind} {row.value}"
    people = sa.select(Participant.id, Participant.person_id, Person.name).join(
        Person, Person.id == Participant.person_id
    )
    for row in session().execute(people.where(Participant.case_id == case.id)):
        names |= {row.id: row.name, row.person_id: f"person {row.name}"}
    contacts = _rows(sa.select(Contact).where(Contact.case_id == case.id).order_by(Contact.recorded_at, Contact.id))
    matches = _rows(sa.select(CourtMatch).where(CourtMatch.case_id == case.id).order_by(CourtMatch.matched_at))
    names |= {row.id: f"match {number}" for number, row in enumerate(matches)}
    of_courts = _rows(sa.select(JournalEvent).where(JournalEvent.case_id == case.id, JournalEvent.actor.like("feed:%")))
    names |= {row.id: f"{row.kind}/{_said_to_be(row.message_id)}/{row.part}/{row.ordinal}" for row in of_courts}
    return names | {row.id: f"contact {number}" for number, row in enumerate(contacts)}


def _renamed(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    text = json.dumps(row["payload"])
    for ours, name in names.items():
        text = text.replace(ours, name)
    text = TALKED_AT.sub('"at": "2026-01-13T09:30:00+00:00"', text)
    actor = row["actor"].partition(":")
    named = f"{actor[0]}:{names.get(actor[2], actor[2])}" if actor[0] != "client" else "a client"
    return row | {"payload": json.loads(text), "case_id": "the case", "actor": named}


def _inbox() -> Iterator[str]:
    """The messages with the state in which they ended, their parts, and what still waits."""
    for row in _rows(sa.select(FeedMessage)):
        yield f"message {_said_to_be(row.message_id)} {row.state}"
    parts = sa.select(FeedMessage.message_id, FeedPart.part, FeedPart.state, FeedPart.hearing)
    for part in session().execute(parts.join(FeedPart, FeedPart.message_row_id == FeedMessage.id)):
        yield f"part {_said_to_be(part.message_id)} {part.part} {part.state} {part.hearing}"
    for wait in _rows(sa.select(FeedWait)):
        yield f"waits for {wait.namespace} {wait.kind} {wait.value}"


def _rows(query: sa.Select[Any]) -> list[Any]:
    return list(session().scalars(query))
