"""Keeps whether a person goes on with the case: what they said of it, fear for their safety, and a withdrawal.

Withdrawing closes nothing (domain.md section 5.2): what is owed stays owed, and what keeps people safe is still told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from workflows import events
from workflows.events import CaseEvent
from workflows.snapshot import Person, Withdrawal
from workflows.truth import CHANGED, NO_CHANGE

FACTS = (
    *(events.ReluctanceStated, events.ReluctanceEnded, events.SafetyConcernRaised, events.SafetyConcernResolved),
    *(events.Withdrew, events.WithdrawalTakenBack, events.ChangeExplained),
)
FIELDS = ("reluctant_since", "safety_concern_since", "withdrawal", "change_explained_at")

# Why somebody does not go on, as they say it; nobody judges whether the reason is a good one.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "delay": "it takes too long",
        "fear": "they are afraid",
        "pressure": "somebody puts pressure on them",
        "health": "it harms their health",
        "court": "they do not want to go to court",
        "not_informed": "they were not kept informed",
        "no_support": "they did not have the support they needed",
        "practical": "travel, work or care make it impossible",
        "relationship": "they do not want it for somebody close to them",
        "outcome": "they no longer want a conviction, or do not expect one",
        "other": "another reason",
        "not_said": "they did not say why",
    }
)


def take_in(people: dict[str, Person], event: CaseEvent) -> str:
    """Put one of these facts into the standing of its person, and say whether it changed anything.

    What already stands keeps its first date; to withdraw again only gives another reason.
    """
    what: Any = event.what
    person = people[what.participant]
    after = replace(person, **_changes(event, person))
    people[what.participant] = after
    return CHANGED if after != person else NO_CHANGE


def as_before(person: Person, then: Person) -> Person:
    """Give a person with what stood before an entry of these was made."""
    return replace(person, **{name: getattr(then, name) for name in FIELDS})


def _changes(event: CaseEvent, person: Person) -> dict[str, Any]:
    at = event.occurred_at
    match event.what:
        case events.ReluctanceStated():
            return {"reluctant_since": person.reluctant_since or at}
        case events.ReluctanceEnded():
            return {"reluctant_since": None}
        case events.SafetyConcernRaised():
            return {"safety_concern_since": person.safety_concern_since or at}
        case events.SafetyConcernResolved():
            return {"safety_concern_since": None}
        case events.Withdrew(reason=reason):
            held = person.withdrawal
            fresh = Withdrawal(at=at, reason=reason, stage=person.journey)
            return {"withdrawal": replace(held, reason=reason) if held else fresh}
        case events.WithdrawalTakenBack():
            return {"withdrawal": None}
        case _:
            return {"change_explained_at": max(person.change_explained_at or at, at)}
