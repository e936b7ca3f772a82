"""Takes in what GOV.UK Notify says became of a message. Receipts repeat, cross and come late: none does harm."""

from __future__ import annotations

from datetime import datetime

from witness_care.database import writing
from witness_care.notifications import outcomes
from witness_care.notifications.sending import locked_try
from workflows.outbox import Outbox

ACTOR = "provider:notify"
TAKEN, UNCHANGED, UNKNOWN = "taken", "no-change", "unknown"


def take(reference: str, provider_id: str, status: str, *, now: datetime) -> str:
    """Apply one receipt. A failure of an older try than the one under way says nothing of this one."""
    with writing() as session:
        message = locked_try(session, reference)
        if message is None:
            return UNKNOWN
        before = message.state
        of_another = bool(message.provider_id) and message.provider_id != provider_id
        # A try under way has no number yet: what failed then may be one of before.
        of_another = of_another or (not message.provider_id and message.attempt > 1)
        if of_another and status not in outcomes.ARRIVED:
            return UNCHANGED
        if message.state in (Outbox.SENDING, Outbox.UNKNOWN, Outbox.ESCALATED) and status not in outcomes.FAILED:
            outcomes.taken(session, message, "notify", provider_id, status, actor=ACTOR, now=now)
        else:
            outcomes.settle(session, message, status, actor=ACTOR, now=now)
        return TAKEN if message.state != before else UNCHANGED
