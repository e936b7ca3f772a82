"""Records what happened in a contact, and corrects what was recorded wrongly.

What counts as told is what stood on the screen while the officer spoke. When it changed meanwhile, nothing is guessed:
the officer is asked which of the two they said (ui.md section 6.5). Whether a way to reach somebody was agreed as safe
is asked of the gate here too, not of the form only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.contacts.models import Contact, Duty
from witness_care.database import writing
from witness_care.faultpoints import Work
from witness_care.people import reach
from witness_care.people.models import Participant, Person
from witness_care.sealing import Plain
from workflows import codec, snapshot, tasks, values
from workflows.events import (
    CannotAttend,
    CaseEvent,
    ContactCorrected,
    ContactMade,
    ContactOutcome,
    DutyClosedByPerson,
    Fact,
    PersonConfirmed,
    Telling,
)
from workflows.safe_contact import Allowed, Delay, Reason, Refuse

ASK, AS_SHOWN, AS_NOW = "ask", "as_shown", "as_now"
OUT, IN = "out", "in"
WILL_COME, CANNOT_COME = "will_come", "cannot_come"

NOT_ON_RECORD = "The number or address used is not on their record, so nobody has agreed that it is safe."


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that stood on the screen: the officer says that it was told."""

    topic: str
    subject: str
    value_hash: str
    parts: tuple[str, ...] = ()  # which questions of an introduction were answered; empty: all that were left


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One contact as somebody states it. `happened_at` is UTC; `token` makes a second submission harmless."""

    participant_id: str
    channel: str
    outcome: ContactOutcome
    happened_at: datetime
    token: str
    told: Sequence[Shown] = ()
    note: str = ""
    contact_point_id: str | None = None
    direction: str = OUT
    override_reason: str = ""
    says: str = ""
    source: str = "web"
    if_changed: str = ASK


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The contact is kept. `repeat`: it already was, by the same token. `incident`: a supervisor is to look at it."""

    contact_id: str
    repeat: bool = False
    incident: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One value that is not what the screen showed. A value of None: it was never ours, or nothing is owed now."""

    topic: str
    subject: str
    shown: Any
    now: Any
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Nothing was recorded: these facts changed while the contact took place."""

    changed: tuple[Changed, ...]

    @property
    def is_about_dates(self) -> bool:
        return all(changed.topic == values.WHEN_WHERE for changed in self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSafe:
    """Nothing was recorded: this way was not agreed as safe, and no reason was given. `words` say why not."""

    words: str


def token_of(sender_id: str, participant_id: str, contact_id: str) -> str:
    """Give the token of a contact that another system names: sent again, or within a case, it is the same contact."""
    return hashlib.sha256(f"{sender_id}:{participant_id}:{contact_id}".encode()).hexdigest()


class UnknownParticipant(LookupError):
    """There is no such participant, or nobody may be contacted through it any more."""


def record_contact(entry: Entry, *, actor: str, now: datetime) -> Recorded | Conflict | NotSafe:
    """Keep one contact or attempt, and let the core work out what it settles; all in one transaction.

    `actor` is "user:<id>" or "client:<id>"; the caller has made sure they may see the participant. A way that was not
    agreed as safe needs a reason, which goes to the supervisor: what happened can always be recorded.
    """
    with writing(Work.RECORD_CONTACT) as session:
        participant = _locked(session, entry.participant_id)
        if done := _already_recorded(session, entry):
            return done
        objection = _asked_of_the_gate(session, participant, entry)
        if objection is not None and not entry.override_reason.strip():
            return NotSafe(words=objection.words)
        tellings = _tellings(session, participant, entry)
        if isinstance(tellings, Conflict):
            return tellings
        contact = _contact_row(participant, entry, objection, actor=actor, now=now)
        session.add(contact)
        session.flush()
        made = ContactMade(
            participant=participant.id,
            contact=contact.id,
            at=entry.happened_at,
            outcome=entry.outcome,
            told=tellings,
        )
        facts = (made, *_said(participant.id, entry))
        apply(_events(participant, facts, entry.source, actor, now), actor=actor, now=now)
        _note(participant, Category.COLLECTION)
        return Recorded(contact_id=contact.id, incident=contact.safety_incident)


def correct_contact(contact_id: str, reason: str, *, actor: str, now: datetime) -> bool:
    """Mark a contact as recorded wrongly: what it told is owed again on its first clock (core.md rule 18).

    Nothing is deleted. False when somebody corrected it before; the first reason stays.
    """
    with writing(Work.CORRECT_CONTACT) as session:
        contact = session.execute(sa.select(Contact).where(Contact.id == contact_id)).scalar_one_or_none()
        if contact is None:
            raise LookupError(f"Expected the contact {contact_id}; there is none.")
        participant = _locked(session, contact.participant_id)
        session.refresh(contact)
        if contact.corrected_at is not None:
            return False
        contact.corrected_at = now
        contact.corrected_by = actor
        contact.correction_reason = Plain(reason.strip(), contact.id)
        session.flush()
        fact = ContactCorrected(participant=participant.id, contact=contact.id)
        # The fold runs in order of receipt: the correction comes after the contact, even within one tick of the clock.
        received_at = max(now, contact.recorded_at + timedelta(microseconds=1))
        said = _events(participant, (fact,), "web", actor, received_at)
        for other in _counts_elsewhere(session, participant, contact.id):
            too = ContactCorrected(participant=other.id, contact=contact.id)
            said += _events(other, (too,), "web", actor, received_at)
        apply(said, actor=actor, now=now)
        _note(participant, Category.ALTERATION)
        return True


def _counts_elsewhere(session: Session, participant: sa.Row, contact_id: str) -> Sequence[sa.Row]:
    """Give the same person in another case in which this contact counts too: the two were one when it was made."""
    named = JournalEvent.payload["participant"].as_string()
    query = (
        sa.select(Participant.id, Participant.case_id, Participant.unit_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .join(JournalEvent, sa.and_(JournalEvent.case_id == Participant.case_id, named == Participant.id))
        .where(
            Participant.person_id == participant.person_id,
            Participant.case_id != participant.case_id,
            CourtCase.merged_into.is_(None),
            JournalEvent.kind == ContactMade.__name__,
            JournalEvent.payload["contact"].as_string() == contact_id,
        )
    )
    return session.execute(query.distinct().order_by(Participant.case_id)).all()


def end_duty(duty_id: str, closed_as: str, *, actor: str, now: datetime) -> bool:
    """End a duty otherwise than by a contact. False: it was closed before.

    `closed_as` is "declined", or "attempts_exhausted" by a supervisor; of a task also "done" and "not_applicable".
    """
    with writing(Work.END_DUTY) as session:
        duty = session.execute(sa.select(Duty).where(Duty.id == duty_id)).scalar_one_or_none()
        if duty is None:
            raise LookupError(f"Expected the duty {duty_id}; there is none.")
        participant = _locked(session, duty.participant_id)
        session.refresh(duty)
        if duty.closed_at is not None:
            return False
        fact = DutyClosedByPerson(participant=participant.id, topic=duty.topic, subject=duty.subject, reason=closed_as)
        apply(_events(participant, (fact,), "web", actor, now), actor=actor, now=now)
        _note(participant, Category.ALTERATION, "duty")
        return True


def _note(participant: sa.Row, category: Category, what: str = "contact") -> None:
    """Written to the personal-data log in the very transaction that changes the record."""
    subject = (participant.id, ledger.category_of_role(participant.role))
    ledger.note(category, case_id=participant.case_id, subjects=[subject], fields=(what,))


# --- in one transaction, under the lock of the case ----------------------------------------------------------------


def _locked(session: Session, participant_id: str) -> sa.Row:
    """Lock the case, then read the participant: two people recording at once come one after the other."""
    case_id = sa.select(Participant.case_id).where(Participant.id == participant_id).scalar_subquery()
    session.execute(sa.select(CourtCase.id).where(CourtCase.id == case_id).with_for_update())
    row = session.execute(
        sa.select(
            *(Participant.id, Participant.case_id, Participant.unit_id, Participant.person_id, Participant.role),
            *reach.PERSON_COLUMNS,
        )
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.id == participant_id)
    ).first()
    if row is None:
        raise UnknownParticipant(f"Expected the participant {participant_id}; there is none.")
    return row


def _already_recorded(session: Session, entry: Entry) -> Recorded | None:
    columns = (Contact.id, Contact.participant_id, Contact.safety_incident)
    row = session.execute(sa.select(*columns).where(Contact.submission_token == entry.token)).first()
    if row is None:
        return None
    if row.participant_id != entry.participant_id:
        raise ValueError("The token of this form was used for somebody else. Open the form again.")
    return Recorded(contact_id=row.id, repeat=True, incident=row.safety_incident)


def _asked_of_the_gate(session: Session, participant: sa.Row, entry: Entry) -> Delay | Refuse | None:
    """Ask whether this way was safe when it was used; None: it was, or there is nothing to ask.

    They may always contact us, and a talk in person has no endpoint that somebody else could pick up. What they asked
    not to be told is not asked about: it is no matter of safety, and a talk that was had must go into the record as it
    was. News of it is not owed, so no page offers it to be told.
    """
    channel = reach.gate_channel(entry.channel, entry.outcome)
    if entry.direction == IN or channel is None:
        return None
    points = session.execute(reach.points_of([participant.person_id])).all()
    used = next((point for point in points if point.id == entry.contact_point_id), None)
    if used is None:
        return Refuse(Reason.NOT_ASKED, NOT_ON_RECORD, may_override=True)
    answer = reach.ask(participant, used, channel, entry.happened_at)
    return None if isinstance(answer, Allowed) else answer


def _tellings(session: Session, participant: sa.Row, entry: Entry) -> tuple[Telling, ...] | Conflict:
    """Turn what was on the screen into what was told; a value that changed meanwhile is asked about."""
    if not entry.outcome.tells or not entry.told:
        return ()
    found = [_only_what_was_ticked(_look_up(session, participant, shown), shown.parts) for shown in entry.told]
    changed = tuple(changed for changed in found if _differs(changed))
    if changed and entry.if_changed == ASK:
        return Conflict(changed=changed)
    tellings = []
    for each in found:
        value = each.now if entry.if_changed == AS_NOW and each.now is not None else each.shown
        if value is None:
            return Conflict(changed=(each,))
        tellings.append(Telling(topic=each.topic, subject=each.subject, value=value))
    return tuple(tellings)


def _only_what_was_ticked(found: Changed, parts: Sequence[str]) -> Changed:
    """Narrow an introduction to the questions ticked: that a colleague answered another meanwhile is no conflict."""
    if not parts or found.topic != tasks.INTRODUCTION or found.now is None or found.shown is None:
        return found
    now = tasks.only_parts(found.now, parts)
    if found.now.get("rights") == found.shown.get("rights"):
        return replace(found, shown=now, now=now)
    return replace(found, shown=tasks.only_parts(found.shown, parts), now=now)


def _differs(changed: Changed) -> bool:
    return changed.shown is None or codec.value_hash(changed.shown) != codec.value_hash(changed.now)


def _look_up(session: Session, participant: sa.Row, shown: Shown) -> Changed:
    """Find the value the screen showed, and the one that stands now. Usually they are one: that of the open duty."""
    duty = session.execute(
        sa.select(Duty.value, Duty.value_hash).where(
            Duty.participant_id == participant.id,
            Duty.topic == shown.topic,
            Duty.subject == shown.subject,
            Duty.closed_at.is_(None),
        )
    ).first()
    if duty is not None and duty.value_hash == shown.value_hash:
        return Changed(topic=shown.topic, subject=shown.subject, shown=duty.value, now=duty.value, changed_at=None)
    state = session.execute(sa.select(CourtCase.state).where(CourtCase.id == participant.case_id)).scalar_one()
    topic = snapshot.load(state).topics.get((participant.id, shown.topic, shown.subject)) if state else None
    history = topic.history if topic else ()
    held = next((change.value for change in reversed(history) if change.value_hash == shown.value_hash), None)
    last = history[-1] if history else None
    return Changed(
        topic=shown.topic,
        subject=shown.subject,
        shown=held,
        now=last.value if last else None,
        changed_at=last.received_at if last else None,
    )


def _contact_row(
    participant: sa.Row, entry: Entry, objection: Delay | Refuse | None, *, actor: str, now: datetime
) -> Contact:
    contact_id = new_id()
    note, reason = entry.note.strip(), entry.override_reason.strip()
    return Contact(
        id=contact_id,
        unit_id=participant.unit_id,
        case_id=participant.case_id,
        participant_id=participant.id,
        channel=entry.channel,
        contact_point_id=entry.contact_point_id,
        direction=entry.direction,
        outcome=entry.outcome.value,
        note=Plain(note, contact_id) if note else None,
        happened_at=entry.happened_at,
        recorded_at=now,
        recorded_by=actor,
        override_reason=Plain(reason, contact_id) if objection else None,
        safety_incident=entry.outcome is ContactOutcome.UNSAFE or isinstance(objection, Refuse),
        submission_token=entry.token,
    )


def _said(participant_id: str, entry: Entry) -> tuple[Fact, ...]:
    """What they said about coming to court, when we spoke."""
    if entry.says == WILL_COME:
        return (PersonConfirmed(participant=participant_id),)
    if entry.says == CANNOT_COME:
        return (CannotAttend(participant=participant_id),)
    return ()


def _events(participant: sa.Row, facts: Sequence[Fact], source: str, actor: str, now: datetime) -> list[CaseEvent]:
    message_id = new_id()
    return [
        CaseEvent(
            id=new_id(),
            case_id=participant.case_id,
            what=fact,
            received_at=now,
            occurred_at=getattr(fact, "at", now),
            context="officer",
            message_id=message_id,
            actor=actor,
            source=source,
            ordinal=ordinal,
        )
        for ordinal, fact in enumerate(facts)
    ]
