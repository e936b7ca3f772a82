"""Records what a person said in the last talk, and that it was had or not wanted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.held import load_case
from witness_care.cases.models import CourtCase
from witness_care.cases.service import after_the_last
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent
from witness_care.closing.models import ClosingNote
from witness_care.closing.talk import NOT_ASKED, Line, Talk, talk_of
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people.models import Participant
from witness_care.sealing import Plain
from workflows import closing, closing_pack, events
from workflows.events import CaseEvent, ClosingSaid

_MESSAGES = uuid.UUID("5d0a8f62-90cb-5b4e-8e0f-6a2a4f1c7b35")


class DoesNotFitError(Exception):
    """What was said does not fit how things stand by now; nothing was recorded."""


class ChangedMeanwhileError(DoesNotFitError):
    """Somebody else saved the same section while this form was open; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was chosen for one question; `codes` only where several reasons may be given."""

    answer: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    participant_id: str
    case_id: str
    unit_id: str
    role: str
    talk: Talk
    received_at: datetime  # after the last message of the case


def save_section(
    participant_id: str,
    section: str,
    answers: Mapping[str, Chosen],
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
        part = who.talk.part(section)
        if part is None or not who.talk.may_be_recorded:
            raise DoesNotFitError
        if part.seen != seen:
            raise ChangedMeanwhileError
        said = _said(part.lines, answers)
        if not said or (who.talk.is_ended and _takes_away_what_is_required(part.lines, said)):
            raise DoesNotFitError
        _apply(who, events.ClosingAsked(participant=participant_id, answers=said), message_id, actor=actor, now=now)
        _write(session, who, section, note.strip(), message_id, actor=actor, now=now)


def _said(lines: Sequence[Line], answers: Mapping[str, Chosen]) -> tuple[ClosingSaid, ...]:
    """Give what is said of these questions: what was not asked and is not held says nothing."""
    said = []
    for line in lines:
        chosen = answers.get(line.question.key)
        if chosen is None or (chosen.answer == NOT_ASKED and line.held is None):
            continue
        answer = "" if chosen.answer == NOT_ASKED else chosen.answer
        if answer and answer not in line.question.words:
            raise DoesNotFitError
        codes = chosen.codes if answer == closing_pack.GIVEN else ()
        said.append(ClosingSaid(question=line.question.key, answer=answer, codes=tuple(sorted(codes))))
    return tuple(said)


def _takes_away_what_is_required(lines: Sequence[Line], said: Sequence[ClosingSaid]) -> bool:
    gone = {each.question for each in said if not each.answer}
    return any(line.question.required and line.question.key in gone for line in lines)


def end(participant_id: str, how: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """End the talk: as had once nothing required is unanswered, or as declined. It ends the task as well."""
    message_id = _message(participant_id, submission)
    with writing() as session:
        who = _lock(session, actor, participant_id, now)
        if _is_recorded(session, message_id):
            return
        fits = who.talk.may_be_ended if how == closing.DONE else how == closing.DECLINED and who.talk.is_owed
        if not fits or not who.talk.may_be_recorded:
            raise DoesNotFitError
        _apply(who, events.ClosingFinished(participant=participant_id, how=how), message_id, actor=actor, now=now)


def _message(participant_id: str, submission: str) -> str:
    return str(uuid.uuid5(_MESSAGES, f"{participant_id}|{submission}"))


def _is_recorded(session: Session, message_id: str) -> bool:
    return session.scalar(sa.select(JournalEvent.id).where(JournalEvent.message_id == message_id).limit(1)) is not None


def _apply(who: _Locked, fact: events.Fact, message_id: str, *, actor: Actor, now: datetime) -> None:
    event = CaseEvent(
        id=new_id(),
        case_id=who.case_id,
        what=fact,
        received_at=who.received_at,
        occurred_at=who.received_at,
        context="officer",
        message_id=message_id,
        actor=actor.reference,
        source="web",
    )
    apply([event], actor=actor.reference, now=now)
    subject = (who.participant_id, ledger.category_of_role(who.role))
    ledger.note(Category.ALTERATION, case_id=who.case_id, subjects=[subject], fields="feedback")


def _write(
    session: Session, who: _Locked, section: str, text: str, message_id: str, *, actor: Actor, now: datetime
) -> None:
    if text:
        made = new_id()
        session.add(
            ClosingNote(
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


def _lock(session: Session, actor: Actor, participant_id: str, now: datetime) -> _Locked:
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .with_only_columns(Participant.id, Participant.case_id, Participant.unit_id, Participant.role)
    ).first()
    if row is None:
        raise LookupError("Expected a participant of this actor's units; there is none by this id.")
    case = session.execute(sa.select(CourtCase.__table__).where(CourtCase.id == row.case_id).with_for_update()).one()
    return _Locked(
        participant_id=row.id,
        case_id=row.case_id,
        unit_id=row.unit_id,
        role=row.role,
        talk=talk_of(session, case.state, row.id, row.unit_id, now),
        received_at=after_the_last(load_case(session, case), now),
    )
