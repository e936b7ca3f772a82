"""Contacts and attempts as a history shows them: what happened, when, who typed it in, what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from witness_care import wording
from witness_care.contacts import queries
from workflows.events import ContactOutcome

# Typing a contact in an hour after it took place is ordinary; later than that is shown.
ORDINARY_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    id: str
    title: str
    by: str
    happened_at: datetime
    recorded_at: datetime
    told: str
    note: str
    is_incident: bool
    override_reason: str
    corrected_at: datetime | None
    corrected_by: str
    correction_reason: str

    @property
    def is_corrected(self) -> bool:
        return self.corrected_at is not None

    @property
    def was_typed_late(self) -> bool:
        return self.recorded_at - self.happened_at > ORDINARY_DELAY


def lines(session: Session, contacts: Sequence[Any]) -> tuple[ContactLine, ...]:
    """Put contact rows into words; opens what is sealed in them. The caller has noted whose they are."""
    told = queries.told_in(session, [contact.id for contact in contacts])
    offences = queries.offence_titles(session, {contact.case_id for contact in contacts if told.get(contact.id)})
    users = {who.partition(":")[2] for contact in contacts for who in (contact.recorded_by, contact.corrected_by or "")}
    names = queries.user_names(session, users)
    return tuple(
        ContactLine(
            id=contact.id,
            title=_title(contact),
            by=wording.actor(contact.recorded_by, names),
            happened_at=contact.happened_at,
            recorded_at=contact.recorded_at,
            told="; ".join(wording.what(row.topic, row.value, offences) for row in told.get(contact.id, ())),
            note=_open(contact.note, contact.id),
            is_incident=contact.safety_incident,
            override_reason=_open(contact.override_reason, contact.id),
            corrected_at=contact.corrected_at,
            corrected_by=wording.actor(contact.corrected_by or "", names),
            correction_reason=_open(contact.correction_reason, contact.id),
        )
        for contact in contacts
    )


def _title(contact: Any) -> str:
    how = wording.label(wording.CHANNELS, contact.channel)
    if contact.direction == "in":
        return f"They contacted us: {how[0].lower()}{how[1:]}"
    outcome = wording.label(wording.CONTACT_OUTCOMES, contact.outcome)
    return outcome if contact.outcome == ContactOutcome.VOICEMAIL else f"{outcome}: {how[0].lower()}{how[1:]}"


def _open(sealed: Any, row_id: str) -> str:
    return sealed.open(row_id) if sealed is not None else ""
