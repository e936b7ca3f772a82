"""Says on the page of a case what rested on a person who withdrew: the charges, and the trials still to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from witness_care import wording
from witness_care.cases.journal_words import Names
from workflows import snapshot
from workflows.decide import case_truth
from workflows.knock_on import KnockOn, knock_ons
from workflows.withdrawal import REASONS


def lines(state: Any, names: Names) -> list[Mapping[str, Any]]:
    """Give one entry for each person who withdrew, the first to withdraw first; nothing when nobody did."""
    loaded = snapshot.load(state) if state else None
    if loaded is None or all(person.withdrawal is None for person in loaded.people.values()):
        return []
    return [_line(each, names) for each in knock_ons(loaded, case_truth(loaded))]


def _line(found: KnockOn, names: Names) -> Mapping[str, Any]:
    return {
        "participant_id": found.participant,
        "name": names.person(found.participant),
        "at": found.withdrawal.at,
        "reason": REASONS.get(found.withdrawal.reason, found.withdrawal.reason),
        "stage": wording.label(wording.JOURNEY, found.withdrawal.stage),
        "charges": [
            {
                "words": f"{names.defendant(defendant)}: {names.offence(offence)}",
                "alone": offence in found.alone,
            }
            for defendant, offence in found.charges
        ],
        "hearings": [{"id": hearing, "words": names.hearing(hearing)} for hearing in found.hearings],
    }
