"""Records what a person said in the last talk, and that it was had or not wanted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.cases.held import load_case
from witness_care.cases.service import after_the_last
from witness_care.closing.models import ClosingNote
from witness_care.closing.talk import NOT_ASKED, Line, Talk, talk_of
from witness_care.database import writing
from witness_care.people import entering
from witness_care.people.entering import Whose
from workflows import closing, closing_pack, events
from workflows.events import ClosingSaid

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
    whose: Whose
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
        if entering.is_entered(session, message_id):
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
        text = note.strip()
        entering.keep_note(session, ClosingNote, who.whose, text, message_id, section=section, actor=actor, now=now)


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
        if entering.is_entered(session, message_id):
            return
        fits = who.talk.may_be_ended if how == closing.DONE else how == closing.DECLINED and who.talk.is_owed
        if not fits or not who.talk.may_be_recorded:
            raise DoesNotFitError
        _apply(who, events.ClosingFinished(participant=participant_id, how=how), message_id, actor=actor, now=now)


def _message(participant_id: str, submission: str) -> str:
    return entering.message_of(_MESSAGES, participant_id, submission)


def _apply(who: _Locked, fact: events.Fact, message_id: str, *, actor: Actor, now: datetime) -> None:
    entering.enter(who.whose, fact, message_id, about="feedback", received_at=who.received_at, actor=actor, now=now)


def _lock(session: Session, actor: Actor, participant_id: str, now: datetime) -> _Locked:
    whose = entering.lock(session, actor, participant_id)
    return _Locked(
        whose=whose,
        talk=talk_of(session, whose.case.state, participant_id, whose.unit_id, now),
        received_at=after_the_last(load_case(session, whose.case), now),
    )
