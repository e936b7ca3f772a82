"""How far one person's support by one service has come: offered, answered, waiting, turned away, under way, ended.

What the person says and what the service says are steps of one table (domain.md sections 6 and 8). A service that is
in touch with somebody is not undone by an older answer: that asks a person which of the two is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workflows.machines import STAY, Row, Step, events_that_move, machine_for, on, step


class Support(StrEnum):
    """Where the support of one person by one service stands."""

    NONE = "none"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WAITING = "waiting"  # referred, and the service has not begun
    FULL = "full"  # the service refused for want of capacity
    STARTED = "started"
    ENDED = "ended"


EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "offered": "Support by the service is offered to them",
        "accepted": "They accept it",
        "declined": "They decline it",
        "referred": "They are referred, and wait for the service",
        "full": "The service has no place for them",
        "started": "The service is in touch with them",
        "ended": "The support is over",
    }
)

# What each kind of service is called. The keys stand in journals: they are never renamed.
WITNESS_SERVICE = "witness_service"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        WITNESS_SERVICE: "witness service",
        "idva": "independent domestic violence adviser (IDVA)",
        "isva": "independent sexual violence adviser (ISVA)",
        "victim_support": "support for victims of any crime",
        "children": "support for children and young people",
        "bereavement": "support for bereaved families",
        "hate_crime": "support after a hate crime",
        "counselling": "counselling or therapy",
        "other": "another service",
    }
)


@dataclass(frozen=True, slots=True)
class NoFacts:
    """This table looks at nothing beside the event."""


NO_FACTS = NoFacts()


S = Support
BEFORE_THE_SERVICE = (S.OFFERED, S.ACCEPTED, S.WAITING)
NOT_NOW = (S.DECLINED, S.FULL, S.ENDED)
DOES_NOT_FIT = "support_entry_does_not_fit"

TABLE: tuple[Row[Support], ...] = (
    #  event       from                                                      to           only when
    on("offered",  (S.NONE, *NOT_NOW),                                       S.OFFERED),
    on("offered",  (*BEFORE_THE_SERVICE, S.STARTED),                         STAY),

    on("accepted", (S.NONE, S.OFFERED, *NOT_NOW),                            S.ACCEPTED),
    on("accepted", (S.ACCEPTED, S.WAITING, S.STARTED),                       STAY),

    on("declined", (S.NONE, *BEFORE_THE_SERVICE, S.FULL, S.ENDED),           S.DECLINED),
    on("declined", S.DECLINED,                                               STAY),
    on("declined", S.STARTED,                                                STAY,        flag=DOES_NOT_FIT),

    on("referred", (S.NONE, S.OFFERED, S.ACCEPTED, *NOT_NOW),                S.WAITING),
    on("referred", (S.WAITING, S.STARTED),                                   STAY),

    on("full",     (S.NONE, *BEFORE_THE_SERVICE),                            S.FULL),
    on("full",     S.FULL,                                                   STAY),
    on("full",     (S.DECLINED, S.STARTED, S.ENDED),                         STAY,        flag=DOES_NOT_FIT),

    on("started",  (S.NONE, *BEFORE_THE_SERVICE, *NOT_NOW),                  S.STARTED),
    on("started",  S.STARTED,                                                STAY),

    on("ended",    (S.ACCEPTED, S.WAITING, S.STARTED),                       S.ENDED),
    on("ended",    S.ENDED,                                                  STAY),
    on("ended",    (S.NONE, S.OFFERED, S.DECLINED, S.FULL),                  STAY,        flag=DOES_NOT_FIT),
)  # fmt: skip

MACHINE = machine_for(Support, initial=S.NONE, events=EVENTS, table=TABLE)

# Somebody decided: they have or had help, wait for it, or do not want it. Who was turned away has none.
DECIDED = (S.ACCEPTED, S.DECLINED, S.WAITING, S.STARTED, S.ENDED)


def next_state(state: Support, event: str, facts: NoFacts = NO_FACTS) -> Step[Support]:
    """Give where `event` takes support that stands at `state`; `event` is a key of EVENTS.

    An entry that does not fit keeps the state and raises a flag. Raises ValueError for an unknown state or event.
    """
    return step(MACHINE, state, event, facts)


def may_happen_next(state: Support) -> tuple[str, ...]:
    """Name the events that lead away from `state`, as the table has them."""
    return events_that_move(MACHINE, state)
