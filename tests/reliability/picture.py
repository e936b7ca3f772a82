"""What a run left behind, without what differs from run to run: two pictures are equal when nothing was lost or doubled.

Ids that the service made are replaced by what they stand for. The state hash is that of the journal folded anew with
those names; that the stored state is the fold of the journal is what `rebuild --check` shows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask

from witness_care.accounts.models import AppUser, Unit
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases.models import CourtCase, Defendant, Hearing, Identifier, Offence
from witness_care.casework.journal import event_of
from witness_care.casework.models import JournalEvent
from witness_care.casework.rules import rules_for_unit
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session
from witness_care.feed.inbox import NAMELESS
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait
from witness_care.people.models import Participant, Person
from workflows.decide import refold, state_hash


def picture(app: Flask) -> dict[str, Any]:
    """Everything that must not depend on whether the service was killed."""
    with app.app_context():
        found = {"cases": [_case(row) for row in _rows(sa.select(CourtCase).order_by(CourtCase.urn))]}
        session().rollback()
        return found | _inbox()


def logged(app: Flask) -> Counter[str]:
    """How many rows the personal-data log has of each category."""
    with app.app_context():
        found = Counter(str(category) for category in session().scalars(sa.select(PersonalDataEntry.category)))
        session().rollback()
        return found


def _case(case: CourtCase) -> dict[str, Any]:
    names = _names(case)
    journal = [
        _renamed(dict(row), names)
        for row in session()
        .execute(
            sa.select(JournalEvent.__table__)
            .where(JournalEvent.case_id == case.id)
            .order_by(JournalEvent.received_at, JournalEvent.message_id, JournalEvent.part, JournalEvent.ordinal)
        )
        .mappings()
    ]
    messages = {name: f"message {number}" for number, name in enumerate(dict.fromkeys(_ours(journal)))}
    for row in journal:
        row["message_id"] = messages.get(row["message_id"]) or _said_to_be(row["message_id"])
        row["id"] = "/".join(str(row[part]) for part in ("kind", "message_id", "part", "ordinal"))
    rules = rules_for_unit(session().scalar(sa.select(Unit.settings).where(Unit.id == case.unit_id)) or {})
    folded = refold("the case", [event_of(row) for row in journal], rules)
    return {
        "state": state_hash(folded.snapshot),
        "journal": sorted((row["id"], json.dumps(row["payload"], sort_keys=True)) for row in journal),
        "contacts": _contacts(case, names),
        "duties": _duties(case, names),
    }


def _ours(journal: list[dict[str, Any]]) -> list[str]:
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
        names |= {row.id: f"{kind.__tablename__} {getattr(row, 'name', None) or getattr(row, 'title', '')}" for row in rows}
    known = sa.select(Identifier).where(Identifier.case_id == case.id).order_by(Identifier.namespace, Identifier.value)
    for row in _rows(known):
        if row.kind in ("hearing", "defendant", "offence"):
            names[row.target_id] = f"{row.kind} {row.value}"
    people = sa.select(Participant.id, Participant.person_id, Person.name).join(
        Person, Person.id == Participant.person_id
    )
    for row in session().execute(people.where(Participant.case_id == case.id)):
        names |= {row.id: row.name, row.person_id: f"person {row.name}"}
    contacts = _rows(sa.select(Contact).where(Contact.case_id == case.id).order_by(Contact.recorded_at, Contact.id))
    return names | {row.id: f"contact {number}" for number, row in enumerate(contacts)}


def _renamed(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    text = json.dumps(row["payload"])
    for ours, name in names.items():
        text = text.replace(ours, name)
    actor = row["actor"].partition(":")
    return row | {"payload": json.loads(text), "case_id": "the case", "actor": f"{actor[0]}:{names.get(actor[2], actor[2])}"}


def _contacts(case: CourtCase, names: Mapping[str, str]) -> list[Any]:
    rows = _rows(sa.select(Contact).where(Contact.case_id == case.id))
    return sorted((names[row.participant_id], row.channel, row.outcome, row.corrected_at is not None) for row in rows)


def _duties(case: CourtCase, names: Mapping[str, str]) -> list[Any]:
    rows = _rows(sa.select(Duty).where(Duty.case_id == case.id))
    return sorted(
        (names[row.participant_id], row.topic, row.rule, row.due_at.isoformat(), row.closed_reason or "", str(row.met))
        for row in rows
    )


def _inbox() -> dict[str, Any]:
    """The messages with the state in which they ended, their parts, and what still waits."""
    parts = sa.select(FeedMessage.message_id, FeedPart.part, FeedPart.state, FeedPart.hearing).join(
        FeedPart, FeedPart.message_row_id == FeedMessage.id
    )
    found = {
        "messages": sorted((_said_to_be(row.message_id), row.state) for row in _rows(sa.select(FeedMessage))),
        "parts": sorted((_said_to_be(row.message_id), *row[1:]) for row in session().execute(parts)),
        "waits": sorted(
            tuple(row) for row in session().execute(sa.select(FeedWait.namespace, FeedWait.kind, FeedWait.value))
        ),
    }
    session().rollback()
    return found


def _rows(query: sa.Select[Any]) -> list[Any]:
    return list(session().scalars(query))
