"""Records what a person said they need, what is arranged of it, and that they must be asked again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.database import writing
from witness_care.needs.assessment import Assessment, assessment_of
from witness_care.needs.models import NeedNote
from witness_care.people import entering
from witness_care.people.entering import Whose
from workflows import events
from workflows.events import NeedSaid, Said

_MESSAGES = uuid.UUID("d3f1b9c4-6f0a-5a0e-9a55-2b8a7c1e4d90")


class DoesNotFitError(Exception):
    """What was said does not fit how things stand by now; nothing was recorded."""


class ChangedMeanwhileError(DoesNotFitError):
    """Somebody else saved the same section while this form was open; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    whose: Whose
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
        if entering.is_entered(session, message_id):
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
        if entering.is_entered(session, message_id):
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
        if entering.is_entered(session, message_id):
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
        if entering.is_entered(session, message_id):
            return
        if not who.assessment.may_be_recorded:
            raise DoesNotFitError
        _apply(who, events.NeedsToBeAskedAgain(participant=participant_id), message_id, actor=actor, now=now)


def _message(participant_id: str, submission: str) -> str:
    return entering.message_of(_MESSAGES, participant_id, submission)


def _apply(who: _Locked, fact: events.Fact, message_id: str, *, actor: Actor, now: datetime) -> None:
    entering.enter(who.whose, fact, message_id, about="needs", received_at=now, actor=actor, now=now)


def _write(
    session: Session, who: _Locked, notes: Mapping[str, str], message_id: str, *, actor: Actor, now: datetime
) -> None:
    for section, text in notes.items():
        entering.keep_note(session, NeedNote, who.whose, text, message_id, section=section, actor=actor, now=now)


def _lock(session: Session, actor: Actor, participant_id: str, now: datetime, *, with_notes: bool = False) -> _Locked:
    whose = entering.lock(session, actor, participant_id)
    state, unit_id = whose.case.state, whose.unit_id
    found = assessment_of(session, state, participant_id, unit_id, now, with_notes=with_notes)
    return _Locked(whose=whose, assessment=found)
