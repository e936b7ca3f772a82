"""Records when somebody cannot come: a range added or taken away, all confirmed, none, or that they would not say."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.availability.models import AvailabilityNote
from witness_care.database import writing
from witness_care.people import entering
from witness_care.people.entering import Whose
from workflows import events, snapshot
from workflows.availability import MOST_RANGES
from workflows.events import DatesAway, Said
from workflows.snapshot import AvailabilityStanding, Person

UNSAID = "other"  # why they cannot come, where they gave only the dates
_MESSAGES = uuid.UUID("6b2f7a15-90c4-5d7e-8a3b-1f6d5c0e9a47")


class DoesNotFitError(Exception):
    """What was said does not fit how things stand by now; nothing was recorded."""


class TooManyError(DoesNotFitError):
    """There are as many ranges as are kept; nothing was recorded."""


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

    def write(session: Session, whose: Whose) -> None:
        shared = {"may_be_shared": may_be_shared}
        entering.keep_note(session, AvailabilityNote, whose, words, message_id, actor=actor, now=now, **shared)

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
    return entering.message_of(_MESSAGES, participant_id, submission)


def _record(
    participant_id: str,
    answer: Answer,
    message_id: str,
    *,
    seen: str,
    actor: Actor,
    now: datetime,
    write: Callable[[Session, Whose], None] | None = None,
) -> None:
    """Enter one answer. `seen` names the answer that the page showed: what came since is not written over."""
    with writing() as session:
        whose = entering.lock(session, actor, participant_id)
        person = person_of(whose.case.state, participant_id)
        if person is None or person.left or person.died:
            raise DoesNotFitError
        if entering.is_entered(session, message_id):
            return
        held = person.availability
        if (held.message if held else "") != seen:
            raise DoesNotFitError
        entering.enter(whose, answer(held), message_id, about="availability", received_at=now, actor=actor, now=now)
        if write is not None:
            write(session, whose)
