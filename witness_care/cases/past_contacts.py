"""Takes over contacts from before a case came to this service: each at its own time, once, told what it told.

No gate is asked: they took place, and whether the way was safe was for the unit that used it (core.md rule 13).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.audit import ledger
from witness_care.cases.backfill import MOST_CLOCK_SKEW
from witness_care.cases.document import CaseGiven, ContactGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.refusal import NotAcceptedError
from witness_care.cases.rows import RowChanges
from witness_care.columns import new_id
from witness_care.contacts.models import Contact
from witness_care.contacts.service import token_of
from witness_care.sealing import Plain
from workflows.events import ContactOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """One contact to keep; `token` is what makes it the same contact when it comes again."""

    id: str
    participant_id: str
    token: str
    said: ContactGiven


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContacts:
    """The contacts of a document that were not kept before; `ids` gives ours by the caller's of person and contact."""

    rows: tuple[NewContact, ...]
    ids: Mapping[tuple[str, str], str]
    held: HeldCase


def refuse_what_is_still_to_come(given: CaseGiven, now: datetime) -> None:
    """Nobody was told tomorrow. Raises NotAcceptedError for a telling or a contact at a time that has not come."""
    for where, at in _times(given):
        if at > now + MOST_CLOCK_SKEW:
            raise NotAcceptedError(
                where, expected="a time that has passed", received=at.isoformat(), do="Correct the time."
            )


def _times(given: CaseGiven) -> Iterator[tuple[str, datetime]]:
    for number, participant in enumerate(given.participants):
        for position, told in enumerate(participant.told):
            yield f"/participants/{number}/told/{position}/at", told.at
        for position, contact in enumerate(participant.contacts):
            yield f"/participants/{number}/contacts/{position}/at", contact.at


def new_ones(
    session: Session, given: CaseGiven, participant_ids: Mapping[str, str], held: HeldCase, *, sender: str
) -> NewContacts:
    """Find those that are not here yet, in one statement; none when the document carries no contact."""
    wanted = {
        token_of(sender, participant_ids[participant.id], contact.id): (participant.id, contact)
        for participant in given.participants
        if not participant.remove
        for contact in participant.contacts
    }
    if not wanted:
        return NewContacts(rows=(), ids={}, held=held)
    here = set(session.scalars(sa.select(Contact.submission_token).where(Contact.submission_token.in_(wanted))))
    found = [
        (name, NewContact(id=new_id(), participant_id=participant_ids[name], token=token, said=said))
        for token, (name, said) in wanted.items()
        if token not in here
    ]
    return NewContacts(
        rows=tuple(row for _, row in found), ids={(name, row.said.id): row.id for name, row in found}, held=held
    )


def save(session: Session, contacts: NewContacts, *, by: str, at: datetime) -> None:
    """Write them in one statement; `at` is when they were taken over, `by` who sent them."""
    if contacts.rows:
        session.execute(sa.insert(Contact), [_row(row, contacts.held, by=by, at=at) for row in contacts.rows])


def note(contacts: NewContacts, changes: RowChanges, held: HeldCase) -> None:
    """Enter in the personal-data log whose contacts were collected."""
    people = {row.participant_id for row in contacts.rows}
    subjects = [(participant, changes.category_of[changes.person_of[participant]]) for participant in sorted(people)]
    if subjects:
        ledger.note("collection", case_id=held.id, subjects=subjects, fields=("contact",))


def _row(new: NewContact, held: HeldCase, *, by: str, at: datetime) -> dict[str, Any]:
    said = new.said
    return {
        "id": new.id,
        "unit_id": held.unit_id,
        "case_id": held.id,
        "participant_id": new.participant_id,
        "channel": said.channel,
        "contact_point_id": None,
        "direction": said.direction,
        "outcome": said.outcome,
        "note": Plain(said.note, new.id) if said.note else None,
        "happened_at": said.at,
        "recorded_at": at,
        "recorded_by": by,
        "override_reason": None,
        "safety_incident": ContactOutcome(said.outcome) is ContactOutcome.UNSAFE,
        "corrected_at": None,
        "corrected_by": None,
        "correction_reason": None,
        "submission_token": new.token,
    }
