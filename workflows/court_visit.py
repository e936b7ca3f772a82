"""How far one person's visit to the court before the trial has come: offered, answered, arranged, made.

A trial that moves asks again (workflows/supporting.py); what was answered for the earlier one stays in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from workflows.machines import STAY, Row, Step, events_that_move, machine_for, on, step
from workflows.support import NO_FACTS, NoFacts


class CourtVisit(StrEnum):
    """Where the visit of one person to the court stands."""

    NONE = "none"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ARRANGED = "arranged"
    MADE = "made"


EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "offered": "A visit to the court is offered to them",
        "accepted": "They want to visit the court",
        "declined": "They do not want to visit the court",
        "arranged": "A day is arranged for the visit",
        "made": "They visited the court",
        "fell_through": "The visit that was arranged did not happen",
    }
)

V = CourtVisit
DOES_NOT_FIT = "visit_entry_does_not_fit"

TABLE: tuple[Row[CourtVisit], ...] = (
    #  event           from                                                  to          only when
    on("offered",      (V.NONE, V.DECLINED, V.MADE),                         V.OFFERED),
    on("offered",      (V.OFFERED, V.ACCEPTED, V.ARRANGED),                  STAY),

    on("accepted",     (V.NONE, V.OFFERED, V.DECLINED, V.MADE),              V.ACCEPTED),
    on("accepted",     (V.ACCEPTED, V.ARRANGED),                             STAY),

    on("declined",     (V.NONE, V.OFFERED, V.ACCEPTED, V.ARRANGED, V.MADE),  V.DECLINED),
    on("declined",     V.DECLINED,                                           STAY),

    on("arranged",     (V.NONE, V.OFFERED, V.ACCEPTED, V.DECLINED, V.MADE),  V.ARRANGED),
    on("arranged",     V.ARRANGED,                                           STAY),

    on("made",         (V.NONE, V.OFFERED, V.ACCEPTED, V.DECLINED, V.ARRANGED), V.MADE),
    on("made",         V.MADE,                                               STAY),

    on("fell_through", V.ARRANGED,                                           V.ACCEPTED),
    on("fell_through", (V.NONE, V.OFFERED, V.ACCEPTED, V.DECLINED, V.MADE),  STAY,       flag=DOES_NOT_FIT),
)  # fmt: skip

MACHINE = machine_for(CourtVisit, initial=V.NONE, events=EVENTS, table=TABLE)

ANSWERED = (V.ACCEPTED, V.DECLINED, V.ARRANGED, V.MADE)


def next_state(state: CourtVisit, event: str, facts: NoFacts = NO_FACTS) -> Step[CourtVisit]:
    """Give where `event` takes a visit that stands at `state`; `event` is a key of EVENTS.

    An entry that does not fit keeps the state and raises a flag. Raises ValueError for an unknown state or event.
    """
    return step(MACHINE, state, event, facts)


def may_happen_next(state: CourtVisit) -> tuple[str, ...]:
    """Name the events that lead away from `state`, as the table has them."""
    return events_that_move(MACHINE, state)
