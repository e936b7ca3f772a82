"""Records when somebody cannot come: a range added or taken away, all confirmed, none, or that they would not say."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.availability.models import AvailabilityNote
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people.models import Participant
from witness_care.sealing import Plain
from workflows import events, snapshot
from workflows.availability import MOST_RANGES
from workflows.events import CaseEvent, DatesAway, Said
from workflows.snapshot import AvailabilityStanding, Person

UNSAID = "other"  # why they cannot come, where they gave only the dates
_MESSAGES = uuid.UUID("6b2f7a15-90c4-5d7e-8a3b-1f6d5c0e9a47")


class DoesNotFitError(Exception):
    """What was said does not fit how things stand by now; nothing was recorded."""


class TooManyError(DoesNotFitError):
    """There are as many ranges as are kept; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    participant_id: str
    case_id: str
    unit_id: str
    role: str
    standing: AvailabilityStanding | None


Answer = Callable[[AvailabilityStanding | None], events.AvailabilityAsked]


def add(
    participant_id: str,
    span: tuple[date, date],
    because: str,
    *,
    words: str,
    may_be_shared: bool,
    seen: str,
    submission: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Add dates on which they cannot come to those they said before. Words about it are sealed beside the entry."""
    message_id = _message(participant_id, submission)
    words = words.strip()
    new = DatesAway(first=span[0], last=span[1], because=because, said_in=message_id if words else "")

    def answer(held: AvailabilityStanding | None) -> events.AvailabilityAsked:
        away = held.away if held else ()
        if len(away) >= MOST_RANGES:
            raise TooManyError
        others = tuple(each for each in away if (each.first, each.last) != span)
        return events.AvailabilityAsked(participant=participant_id, answer=Said.YES, away=(*others, new))

    def write(session: Session, who: _Locked) -> None:
        if words:
            made = new_id()
            session.add(
                AvailabilityNote(
                    id=made,
                    case_id=who.case_id,
                    unit_id=who.unit_id,
                    participant_id=who.participant_id,
                    message_id=message_id,
                    text=Plain(words, made),
                    may_be_shared=may_be_shared,
                    written_by=actor.reference,
                    written_at=now,
                )
            )

    _record(participant_id, answer, message_id, seen=seen, actor=actor, now=now, write=write)


def with_more(
    participant_id: str, held: AvailabilityStanding | None, spans: Iterable[tuple[date, date]]
) -> events.AvailabilityAsked:
    """Give the answer that adds these dates to those they said before. Raises TooManyError."""
    before = held.away if held else ()
    known = {(each.first, each.last) for each in before}
    new = [span for span in dict.fromkeys(spans) if span not in known]
    if len(before) + len(new) > MOST_RANGES:
        raise TooManyError
    more = tuple(DatesAway(first=first, last=last, because=UNSAID) for first, last in new)
    return events.AvailabilityAsked(participant=participant_id, answer=Said.YES, away=(*before, *more))


def take_away(
    participant_id: str, span: tuple[date, date], *, seen: str, submission: str, actor: Actor, now: datetime
) -> None:
    """Say that they can come on these dates after all; when none is left, they have none to avoid."""

    def answer(held: AvailabilityStanding | None) -> events.AvailabilityAsked:
        away = held.away if held else ()
        left = tuple(each for each in away if (each.first, each.last) != span)
        if len(left) == len(away):
            raise DoesNotFitError
        return events.AvailabilityAsked(participant=participant_id, answer=Said.YES if left else Said.NO, away=left)

    _record(participant_id, answer, _message(participant_id, submission), seen=seen, actor=actor, now=now)


def confirm_unchanged(participant_id: str, *, seen: str, submission: str, actor: Actor, now: datetime) -> None:
    """Say again what they answered: they were asked, and nothing has changed."""

    def answer(held: AvailabilityStanding | None) -> events.AvailabilityAsked:
        if held is None:
            raise DoesNotFitError
        return events.AvailabilityAsked(participant=participant_id, answer=held.answer, away=held.away)

    _record(participant_id, answer, _message(participant_id, submission), seen=seen, actor=actor, now=now)


def without_dates(participant_id: str, said: Said, *, seen: str, submission: str, actor: Actor, now: datetime) -> None:
    """Say that they have no dates to avoid (NO), or would not say (DECLINED)."""
    fact = events.AvailabilityAsked(participant=participant_id, answer=said)
    message_id = _message(participant_id, submission)
    _record(participant_id, lambda _held: fact, message_id, seen=seen, actor=actor, now=now)


def person_of(state: Any, participant_id: str) -> Person | None:
    """Read somebody's standing from the state of their case."""
    return snapshot.load(state).people.get(participant_id) if state else None


def _message(participant_id: str, submission: str) -> str:
    return str(uuid.uuid5(_MESSAGES, f"{participant_id}|{submission}"))


def _record(
    participant_id: str,
    answer: Answer,
    message_id: str,
    *,
    seen: str,
    actor: Actor,
    now: datetime,
    write: Callable[[Session, _Locked], None] | None = None,
) -> None:
    """Enter one answer. `seen` names the answer that the page showed: what came since is not written over."""
    with writing() as session:
        who = _lock(session, actor, participant_id)
        sent_before = sa.select(JournalEvent.id).where(JournalEvent.message_id == message_id).limit(1)
        if session.scalar(sent_before) is not None:
            return
        if (who.standing.message if who.standing else "") != seen:
            raise DoesNotFitError
        _apply(who, answer(who.standing), message_id, actor=actor, now=now)
        if write is not None:
            write(session, who)
            session.flush()


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
    ledger.note(Category.ALTERATION, case_id=who.case_id, subjects=[subject], fields="availability")


def _lock(session: Session, actor: Actor, participant_id: str) -> _Locked:
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .with_only_columns(Participant.id, Participant.case_id, Participant.unit_id, Participant.role)
    ).first()
    if row is None:
        raise LookupError("Expected a participant of this actor's units; there is none by this id.")
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == row.case_id).with_for_update())
    person = person_of(state, row.id)
    if person is None or person.left or person.died:
        raise DoesNotFitError
    return _Locked(
        participant_id=row.id,
        case_id=row.case_id,
        unit_id=row.unit_id,
        role=row.role,
        standing=person.availability,
    )
