"""Records what a person said they need, what is arranged of it, and that they must be asked again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.needs.assessment import Assessment, assessment_of
from witness_care.needs.models import NeedNote
from witness_care.people.models import Participant
from witness_care.sealing import Plain
from workflows import events
from workflows.events import CaseEvent, NeedSaid, Said

_MESSAGES = uuid.UUID("d3f1b9c4-6f0a-5a0e-9a55-2b8a7c1e4d90")


class DoesNotFitError(Exception):
    """What was said does not fit how things stand by now; nothing was recorded."""


class ChangedMeanwhileError(DoesNotFitError):
    """Somebody else saved the same section while this form was open; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    participant_id: str
    case_id: str
    unit_id: str
    role: str
    assessment: Assessment


def save_section(
    participant_id: str,
    section: str,
    answers: Mapping[str, Said],
    note: str,
    *,
    seen: str,
    submission: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Save one section, in part or whole: the answers are facts of the case, what was written is a sealed row.

    `seen` is what the form showed as held. `submission` is the form's one-use token: sent twice, it is saved once.
    Raises DoesNotFitError, and LookupError when they are not there for this actor.
    """
    message_id = _message(participant_id, submission)
    with writing() as session:
        who = _lock(session, actor, participant_id, now)
        if _is_recorded(session, message_id):
            return
        part = who.assessment.part(section)
        if part is None or not who.assessment.may_be_recorded:
            raise DoesNotFitError
        if part.seen != seen:
            raise ChangedMeanwhileError
        held = {line.question.key: line.answer for line in part.lines}
        said = tuple(
            NeedSaid(question=key, answer=answer)
            for key, answer in answers.items()
            if key in held and (answer is not Said.NOT_ASKED or held[key] != Said.NOT_ASKED)
        )
        if not said:
            raise DoesNotFitError
        _apply(who, events.NeedsAsked(participant=participant_id, answers=said), message_id, actor=actor, now=now)
        _write(session, who, {section: note.strip()}, message_id, actor=actor, now=now)


def confirm_unchanged(participant_id: str, *, seen: str, submission: str, actor: Actor, now: datetime) -> None:
    """Say every answer again as it stands, with what was written: they were asked, and nothing has changed.

    `seen` is what the page showed as held: what another officer changed since is confirmed by nobody.
    """
    message_id = _message(participant_id, submission)
    with writing() as session:
        who = _lock(session, actor, participant_id, now, with_notes=True)
        if _is_recorded(session, message_id):
            return
        if not who.assessment.may_be_confirmed or not who.assessment.may_be_recorded:
            raise DoesNotFitError
        if who.assessment.seen != seen:
            raise ChangedMeanwhileError
        said = tuple(
            NeedSaid(question=line.question.key, answer=line.held.answer)
            for line in who.assessment.lines
            if line.held is not None
        )
        notes = {part.key: part.note.text.open(part.note.id) for part in who.assessment.parts if part.note is not None}
        _apply(who, events.NeedsAsked(participant=participant_id, answers=said), message_id, actor=actor, now=now)
        _write(session, who, notes, message_id, actor=actor, now=now)


def say_arranged(
    participant_id: str, question: str, *, arranged: bool, submission: str, actor: Actor, now: datetime
) -> None:
    """Say that practical help they need is arranged, or that it fell through."""
    fact = events.NeedArranged(participant=participant_id, question=question, arranged=arranged)
    message_id = _message(participant_id, submission)
    with writing() as session:
        who = _lock(session, actor, participant_id, now)
        if _is_recorded(session, message_id):
            return
        line = next((each for each in who.assessment.lines if each.question.key == question), None)
        if line is None or not line.is_to_arrange or line.is_arranged is arranged:
            raise DoesNotFitError
        _apply(who, fact, message_id, actor=actor, now=now)


def ask_again(participant_id: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """Open the assessment again because an officer says so; when it is open already, nothing changes."""
    message_id = _message(participant_id, submission)
    with writing() as session:
        who = _lock(session, actor, participant_id, now)
        if _is_recorded(session, message_id):
            return
        if not who.assessment.may_be_recorded:
            raise DoesNotFitError
        _apply(who, events.NeedsToBeAskedAgain(participant=participant_id), message_id, actor=actor, now=now)


def _message(participant_id: str, submission: str) -> str:
    return str(uuid.uuid5(_MESSAGES, f"{participant_id}|{submission}"))


def _is_recorded(session: Session, message_id: str) -> bool:
    return session.scalar(sa.select(JournalEvent.id).where(JournalEvent.message_id == message_id).limit(1)) is not None


def _apply(who: _Locked, fact: events.Fact, message_id: str, *, actor: Actor, now: datetime) -> None:
    event = CaseEvent(
        id=new_id(),
        case_id=who.case_id,
        what=fact,
        received_at=now,
        occurred_at=now,
        context="officer",
        message_id=message_id,
        actor=actor.reference,
        source="web",
    )
    apply([event], actor=actor.reference, now=now)
    subject = (who.participant_id, ledger.category_of_role(who.role))
    ledger.note(Category.ALTERATION, case_id=who.case_id, subjects=[subject], fields="needs")


def _write(
    session: Session, who: _Locked, notes: Mapping[str, str], message_id: str, *, actor: Actor, now: datetime
) -> None:
    for section, text in notes.items():
        if not text:
            continue
        made = new_id()
        session.add(
            NeedNote(
                id=made,
                case_id=who.case_id,
                unit_id=who.unit_id,
                participant_id=who.participant_id,
                section=section,
                message_id=message_id,
                text=Plain(text, made),
                written_by=actor.reference,
                written_at=now,
            )
        )
    session.flush()


def _lock(session: Session, actor: Actor, participant_id: str, now: datetime, *, with_notes: bool = False) -> _Locked:
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .with_only_columns(Participant.id, Participant.case_id, Participant.unit_id, Participant.role)
    ).first()
    if row is None:
        raise LookupError("Expected a participant of this actor's units; there is none by this id.")
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == row.case_id).with_for_update())
    return _Locked(
        participant_id=row.id,
        case_id=row.case_id,
        unit_id=row.unit_id,
        role=row.role,
        assessment=assessment_of(session, state, row.id, row.unit_id, now, with_notes=with_notes),
    )
