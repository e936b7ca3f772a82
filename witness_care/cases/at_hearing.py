"""Reads from the state of a case who is needed at its hearings, and the next trial of one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from workflows import snapshot, values
from workflows.fold import truth_of
from workflows.snapshot import Person, Snapshot
from workflows.values import CaseTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The state of a case and what is true in it."""

    snapshot: Snapshot
    truth: CaseTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOf:
    """The next trial of one person: its start (UTC), the London dates of their own days, and the court."""

    id: str
    starts_at: datetime
    days: tuple[date, ...]
    court: str


def known(state: Any) -> Known | None:
    """Read the state of a case; None when it has none yet."""
    if not state:
        return None
    held = snapshot.load(state)
    return Known(snapshot=held, truth=truth_of(held.case, held.registers, held.hearings, held.defendants))


def required(found: Known | None) -> dict[str, Person]:
    """Give those whom the CPS requires, alive and on the case."""
    if found is None:
        return {}
    return {
        each: person
        for each, person in found.snapshot.people.items()
        if not person.left and not person.died and values.is_required(each, person, found.truth)
    }


def next_trial(found: Known | None, participant_id: str) -> TrialOf | None:
    """Give the next live trial that concerns one person, with the days on which they are to be there."""
    person = found.snapshot.people.get(participant_id) if found else None
    if found is None or person is None:
        return None
    trial = values.first_trial(person, found.truth)
    if trial is None or trial.starts_at is None:
        return None
    own = values.own_days(trial, values.own_positions(participant_id, person, found.truth))
    return TrialOf(
        id=trial.id,
        starts_at=trial.starts_at,
        days=tuple(day.on for day in own if not day.cancelled),
        court=trial.where.court if trial.where else "",
    )
