"""Keeps the dates on which a person said they cannot come, and says whether a day of a hearing is among them.

The newest answer stands. It ends the task to ask (LP-DATES) until a date of the trial is lost: then they are asked
again (ADR 30). Nobody who was not asked is taken to be free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workflows import events, values
from workflows.events import CaseEvent, DateKind, DatesAway, Said
from workflows.snapshot import AvailabilityStanding, Person
from workflows.truth import CHANGED, Hearing
from workflows.values import CaseTruth
from workflows.working_days import london_date

if TYPE_CHECKING:
    from workflows.fold import Fold

TASK = "task.dates_to_avoid"
INSTEAD_OF = "instead_of"
FACTS = (events.AvailabilityAsked,)
MOST_RANGES = 20

# Why somebody cannot come: a key, so that no words about a person stand in the journal.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "holiday": "holiday",
        "work": "work",
        "caring": "care for somebody",
        "medical": "medical treatment",
        "exam": "an exam",
        "other": "another reason",
    }
)


class Free(StrEnum):
    """Whether somebody can come on some days, as far as they were asked."""

    YES = "yes"
    NO = "no"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"


def take_in(fold: Fold, event: CaseEvent) -> str:
    """Take in what a person answered; it stands in place of what they had said before."""
    what: Any = event.what
    person = fold.people[what.participant]
    away = tuple(sorted(what.away, key=lambda each: (each.first, each.last, each.because)))
    fold.people[what.participant] = replace(
        person,
        availability=AvailabilityStanding(
            answer=what.answer,
            away=away if what.answer is Said.YES else (),
            at=event.received_at,
            by=event.actor,
            message=event.message_id,
            instead_of=_lost(person, fold.truth),
        ),
    )
    return CHANGED


def as_before(person: Person, then: Person) -> Person:
    """Give a person with the answer that stood without an entry which was undone."""
    return replace(person, availability=then.availability)


# --- when they are to be asked ------------------------------------------------------------------------------------


def _trials(person: Person, truth: CaseTruth) -> list[Hearing]:
    return [hearing for hearing in values.hearings_of(person, truth) if hearing.is_trial]


def _lost_day(person: Person, truth: CaseTruth) -> str:
    """Give the London date of the trial that was put off last, empty when none was or it had no day."""
    lost = [hearing for hearing in _trials(person, truth) if hearing.status.is_put_off]
    day = lost[-1].starts_at if lost else None
    return london_date(day).isoformat() if day else ""


def _lost(person: Person, truth: CaseTruth) -> str:
    """Name the trial that was put off last: by its day, or by itself when no day of it is left."""
    lost = [hearing for hearing in _trials(person, truth) if hearing.status.is_put_off]
    return _lost_day(person, truth) or (lost[-1].id if lost else "")


def lost_occasion(person: Person, truth: CaseTruth) -> dict[str, str] | None:
    """Give the trial that was put off and needs another date; None while one has its day. A week is no day."""
    trials = _trials(person, truth)
    if has_a_day(person, truth) or not any(hearing.status.is_put_off for hearing in trials):
        return None
    return {INSTEAD_OF: _lost_day(person, truth)}


def has_a_day(person: Person, truth: CaseTruth) -> bool:
    """Say whether a trial that concerns them has its day."""
    return any(
        hearing.is_live and hearing.when is not None and hearing.when.kind is DateKind.FIXED
        for hearing in _trials(person, truth)
    )


def was_asked(person: Person, truth: CaseTruth) -> bool:
    """Say whether what they answered covers the occasion that is now: it was given after the date was lost."""
    standing = person.availability
    if standing is None:
        return False
    lost = lost_occasion(person, truth)
    return lost is None or standing.instead_of == _lost(person, truth)


# --- whether they can come ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CanCome:
    """Whether somebody is free on some days; `away` are the ranges that fall on them."""

    free: Free
    away: tuple[DatesAway, ...] = ()
    standing: AvailabilityStanding | None = None


def can_come(standing: AvailabilityStanding | None, days: Iterable[date]) -> CanCome:
    """Set what somebody answered against the days (London dates) of a hearing."""
    if standing is None:
        return CanCome(free=Free.NOT_ASKED)
    if standing.answer is Said.DECLINED:
        return CanCome(free=Free.DECLINED, standing=standing)
    on = tuple(days)
    hit = tuple(each for each in standing.away if any(each.first <= day <= each.last for day in on))
    return CanCome(free=Free.NO if hit else Free.YES, away=hit, standing=standing)
