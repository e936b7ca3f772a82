"""Says which charges and hearings rested on a person who withdrew, so that unit and CPS can see what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflows import values
from workflows.proceedings import Proceedings
from workflows.snapshot import Person, Snapshot, Withdrawal
from workflows.values import CaseTruth

OVER = (Proceedings.CONCLUDED, Proceedings.AWAITING_SENTENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockOn:
    """What rested on one person who withdrew: charges not tried yet, by defendant, and live trials, soonest first.

    `alone` are those of the charges for which nobody else is on the case who has not withdrawn.
    """

    participant: str
    withdrawal: Withdrawal
    charges: tuple[tuple[str, str], ...]
    alone: frozenset[str]
    hearings: tuple[str, ...]


def knock_ons(snapshot: Snapshot, truth: CaseTruth) -> tuple[KnockOn, ...]:
    """Give what rested on each person of a case who withdrew, the first to withdraw first."""
    found = []
    for participant, person in snapshot.people.items():
        if person.withdrawal is None or person.left:
            continue
        charges = tuple(_charges(person, truth))
        supporting = {
            charge
            for other, held in snapshot.people.items()
            if other != participant and _supports(held)
            for charge in _charges(held, truth)
        }
        trials = [hearing for hearing in values.hearings_of(person, truth) if hearing.is_trial and hearing.is_live]
        trials.sort(key=lambda hearing: (hearing.starts_at is None, hearing.starts_at, hearing.id))
        found.append(
            KnockOn(
                participant=participant,
                withdrawal=person.withdrawal,
                charges=charges,
                alone=frozenset(offence for defendant, offence in charges if (defendant, offence) not in supporting),
                hearings=tuple(hearing.id for hearing in trials),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.withdrawal.at, each.participant)))


def _supports(person: Person) -> bool:
    return not (person.withdrawal or person.left or person.died)


def _charges(person: Person, truth: CaseTruth) -> Iterator[tuple[str, str]]:
    """Give the charges that concern a person and may still come to trial."""
    for defendant in sorted(values.relevant_defendants(person, truth)):
        if truth.proceedings.get(defendant) in OVER:
            continue
        for offence in values.relevant_offences(person, truth, defendant):
            known = truth.offences.get(offence)
            if known is None or not (known.verdict or known.stopped):
                yield defendant, offence
