"""How far one written message to a person has come: drafted, waiting, being sent, taken, delivered, or not.

"We cannot tell" is a state of its own (domain.md section 10, reliability.md section 4): a message of which nobody
knows whether it went is never sent again by itself, and never counts as sent. It is asked about, and then a person
decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workflows.machines import STAY, Row, Step, events_that_move, machine_for, on, step


class Outbox(StrEnum):
    """Where one message stands."""

    DRAFT = "draft"  # made, and being checked; a letter waits here for a second person
    READY = "ready"  # may leave from `next_try_at` on
    HELD = "held"  # outside the hours that are safe for them, or asked for later
    SENDING = "sending"  # claimed by a worker, written down before the call
    ACCEPTED = "accepted"  # the provider took it
    DELIVERED = "delivered"
    UNKNOWN = "unknown"  # nobody can tell whether the provider took it
    ESCALATED = "escalated"  # a person decides: ring instead, or send it again knowingly
    FAILED = "failed"
    BLOCKED = "blocked"  # the gate refused it
    CANCELLED = "cancelled"


EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "sent": "An officer sends it",
        "put_off": "It must wait for a safe or a chosen hour",
        "hour_came": "The hour it waited for has come",
        "refused": "The gate refuses it",
        "cancelled": "Nobody needs it any more",
        "claimed": "A worker takes it up",
        "taken": "The provider took it",
        "try_later": "The provider did not take it now",
        "lost_sight": "Nobody can tell whether the provider took it",
        "not_taken": "The provider's list shows twice that it never came",
        "delivered": "The provider delivered it",
        "failed": "It cannot be delivered",
        "gave_up": "It took too long, or there is doubt",
        "rung": "An officer rings instead",
        "sent_again": "An officer sends it again, knowingly",
    }
)


@dataclass(frozen=True, slots=True)
class NoFacts:
    """This table looks at nothing beside the event."""


NO_FACTS = NoFacts()


O = Outbox  # noqa: E741  # read beside the name of each state
WAITING_TO_LEAVE = (O.DRAFT, O.READY, O.HELD)
GONE_OUT = (O.SENDING, O.ACCEPTED, O.UNKNOWN)
FINAL = (O.DELIVERED, O.FAILED, O.BLOCKED, O.CANCELLED)

TABLE: tuple[Row[Outbox], ...] = (
    #  event         from                                                                             to
    on("sent",       (O.DRAFT, O.HELD),                                                                O.READY),
    on("sent",       (O.READY, *GONE_OUT, O.ESCALATED, *FINAL),                                        STAY),

    on("put_off",    (O.DRAFT, O.READY),                                                               O.HELD),
    on("put_off",    (O.HELD, *GONE_OUT, O.ESCALATED, *FINAL),                                         STAY),

    on("hour_came",  O.HELD,                                                                           O.READY),
    on("hour_came",  (O.DRAFT, O.READY, *GONE_OUT, O.ESCALATED, *FINAL),                               STAY),

    on("refused",    WAITING_TO_LEAVE,                                                                 O.BLOCKED),
    on("refused",    (*GONE_OUT, O.ESCALATED, *FINAL),                                                 STAY),

    on("cancelled",  WAITING_TO_LEAVE,                                                                 O.CANCELLED),
    on("cancelled",  (*GONE_OUT, O.ESCALATED, *FINAL),                                                 STAY),

    on("claimed",    O.READY,                                                                          O.SENDING),
    on("claimed",    (O.DRAFT, O.HELD, *GONE_OUT, O.ESCALATED, *FINAL),                                STAY),

    on("taken",      (O.SENDING, O.UNKNOWN, O.ESCALATED),                                              O.ACCEPTED),
    on("taken",      (*WAITING_TO_LEAVE, O.ACCEPTED, *FINAL),                                          STAY),

    on("try_later",  O.SENDING,                                                                        O.READY),
    on("try_later",  (*WAITING_TO_LEAVE, O.ACCEPTED, O.UNKNOWN, O.ESCALATED, *FINAL),                  STAY),

    on("lost_sight", O.SENDING,                                                                        O.UNKNOWN),
    on("lost_sight", (*WAITING_TO_LEAVE, O.ACCEPTED, O.UNKNOWN, O.ESCALATED, *FINAL),                  STAY),

    on("not_taken",  O.UNKNOWN,                                                                        O.READY),
    on("not_taken",  (*WAITING_TO_LEAVE, O.SENDING, O.ACCEPTED, O.ESCALATED, *FINAL),                  STAY),

    # A receipt may come before the answer to the call that sent it, after somebody was asked to decide, or when the
    # message waits to be tried again: it arrived, so it is not sent a second time.
    on("delivered",  (O.READY, O.HELD, *GONE_OUT, O.ESCALATED),                                        O.DELIVERED),
    on("delivered",  (O.DRAFT, *FINAL),                                                                STAY),

    on("failed",     (*GONE_OUT, O.ESCALATED),                                                         O.FAILED),
    on("failed",     (*WAITING_TO_LEAVE, *FINAL),                                                      STAY),

    on("gave_up",    GONE_OUT,                                                                         O.ESCALATED),
    on("gave_up",    (*WAITING_TO_LEAVE, O.ESCALATED, *FINAL),                                         STAY),

    on("rung",       O.ESCALATED,                                                                      O.FAILED),
    on("rung",       (*WAITING_TO_LEAVE, *GONE_OUT, *FINAL),                                           STAY),

    on("sent_again", O.ESCALATED,                                                                      O.READY),
    on("sent_again", (*WAITING_TO_LEAVE, *GONE_OUT, *FINAL),                                           STAY),
)  # fmt: skip

MACHINE = machine_for(Outbox, initial=O.DRAFT, events=EVENTS, table=TABLE, final=FINAL)

# While one of these, a message stands for its news: nobody drafts a second one about the same.
IN_THE_WAY = (*WAITING_TO_LEAVE, O.SENDING, O.UNKNOWN)


def next_state(state: Outbox, event: str, facts: NoFacts = NO_FACTS) -> Step[Outbox]:
    """Give where `event` takes a message that stands at `state`; `event` is a key of EVENTS.

    What comes late, twice or crossed keeps the state. Raises ValueError for an unknown state or event.
    """
    return step(MACHINE, state, event, facts)


def may_happen_next(state: Outbox) -> tuple[str, ...]:
    """Name the events that lead away from `state`, as the table has them."""
    return events_that_move(MACHINE, state)
