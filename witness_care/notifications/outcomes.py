"""Writes down what a provider said of a message, from whichever side it comes: the call, a question, or a receipt.

Answers repeat, cross and come late. What counts is only how far a message had come: nothing that was settled is
settled again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from witness_care.notifications import steps, telling
from witness_care.notifications.channels import DELIVERED
from workflows.outbox import Outbox

# What Notify says became of a message. A letter that is "received" is with the printer, and posted.
ARRIVED = frozenset({DELIVERED, "received"})
FAILED = frozenset(
    {
        "permanent-failure",
        "temporary-failure",
        "technical-failure",
        "validation-failed",
        "virus-scan-failed",
        "cancelled",
    }
)


def taken(
    session: Session, message: Any, provider: str, provider_id: str, status: str, *, actor: str, now: datetime
) -> Outbox:
    """The provider has the message; `status` is what it says already. Gives how far the message has come."""
    values: dict[str, Any] = {"provider": provider, "provider_id": provider_id[:100], "accepted_at": now}
    state = steps.move(session, message, "taken", actor=actor, now=now, **values)
    if state is not None:
        set_committed_value(message, "state", state.value)
    return settle(session, message, status, actor=actor, now=now)


def settle(session: Session, message: Any, status: str, *, actor: str, now: datetime) -> Outbox:
    """Apply what a provider says became of a message, by rank only."""
    event = "delivered" if status in ARRIVED else "failed" if status in FAILED else ""
    if not event:
        return Outbox(message.state)
    reason = status if event == "failed" else ""
    values: dict[str, Any] = {"provider_status": status[:30]}
    if event == "delivered":
        values["delivered_at"] = now
    state = steps.move(session, message, event, actor=actor, now=now, reason=reason, **values)
    if state is None:
        return Outbox(message.state)
    set_committed_value(message, "state", state.value)
    if state is Outbox.DELIVERED:
        telling.delivered(session, message, actor=actor, now=now)
    else:
        telling.failed(session, message, actor=actor, now=now)
    return state


def refuse(session: Session, message: Any, reason: str, *, actor: str, now: datetime) -> None:
    """The provider never took it and never will."""
    if steps.move(session, message, "failed", actor=actor, now=now, reason=reason) is not None:
        telling.failed(session, message, actor=actor, now=now)
