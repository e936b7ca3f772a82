"""Gives somebody's support and their visit to the court as JSON, for the document of the case."""

from __future__ import annotations

from typing import Any

from workflows import recheck
from workflows.snapshot import Person, Snapshot
from workflows.values import CaseTruth


def of(person: Person | None) -> dict[str, Any]:
    """Give what support was offered to a person and how far it has come, service by service, and their visit."""
    support = person.support if person is not None else ()
    visit = person.visit if person is not None else None
    return {
        "support": [
            {"kind": each.kind, "service": each.service, "state": each.state.value, "since": each.since}
            for each in support
        ],
        "court_visit": {"state": visit.state.value, "since": visit.since, "on": visit.on} if visit else None,
    }


def arranged(participant: str, snapshot: Snapshot, truth: CaseTruth) -> dict[str, Any]:
    """Give what was granted, applied for or arranged for a person, for which trial, and whether it is to be confirmed.

    A measure that was refused, or only asked for, holds for no trial; its decision is in the list all the same.
    """
    person = snapshot.people.get(participant)
    if person is None:
        return {"arrangements": []}
    asked = {each.what: each for each in recheck.now_to_confirm(participant, person, truth)}
    held = {each.what: each for each in person.held}
    decided = {recheck.named(recheck.MEASURE, key): word for key, word in truth.measures.get(participant, {}).items()}
    stands = decided | {each.what: each.stands for each in person.held}
    return {
        "arrangements": [
            {
                "what": what,
                "stands": word,
                "court": held[what].occasion.court if what in held else "",
                "days": list(held[what].occasion.days) if what in held else [],
                "confirmed_at": held[what].confirmed_at if what in held else None,
                "to_confirm": list(asked[what].because) if what in asked else [],
            }
            for what, word in sorted(stands.items())
        ]
    }
