"""Says how far a message has come, and what to do next, in the words officers read."""

from __future__ import annotations

from typing import Any

from witness_care import dates, wording
from witness_care.notifications import answers, queue
from workflows.outbox import EVENTS

__all__ = ["EVENTS", "NEXT", "STATES", "reason", "state", "tells", "waits_for_approval"]

STATES = {
    "": "Made",
    "draft": "Draft: not sent yet",
    "ready": "Leaves in the next minute",
    "held": "Waits",
    "sending": "Is being sent",
    "accepted": "Sent, no receipt yet",
    "delivered": "Delivered",
    "unknown": "Nobody can tell yet whether it left: it is being asked about",
    "escalated": "Nobody can tell whether it left: decide",
    "failed": "Did not arrive",
    "blocked": "Not sent: it is not safe",
    "cancelled": "Stopped",
}
NEXT = {
    "failed": "Ring them, or choose another way. What they are owed stays owed.",
    "blocked": "Ring them if that is safe. What they are owed stays owed.",
    "escalated": "Ring them, or send it again knowing that they may get it twice.",
    "unknown": "Nothing to do yet. If there is no answer in 15 minutes, you decide.",
}


def state(row: Any) -> str:
    """Say where a message stands: "Waits until Monday 30 November 2026 at 10am"."""
    if row.state == "held" and row.not_before is not None:
        return f"Waits until {dates.full_time(row.not_before)}"
    if waits_for_approval(row):
        return "Letter: waits for a second person to approve it"
    if row.state == "draft" and row.approved_by:
        return "Letter: approved, not sent yet"
    return wording.label(STATES, row.state)


def waits_for_approval(row: Any) -> bool:
    """Whether this is a letter that nobody has approved yet."""
    return bool(row.state == "draft" and row.channel == "letter" and not row.approved_by)


def reason(code: str) -> str:
    """Say why a step was taken; empty where there is nothing to say."""
    return queue.reason_in_words(code) if code else ""


def was_leaving(steps: Any) -> bool:
    """Whether it was already leaving when a death, an opt-out or the like was recorded."""
    return any(step.reason == answers.WAS_LEAVING for step in steps)


def tells(telling: Any) -> list[str]:
    """Say each piece of news that a message carries, as staff read it."""
    return [
        f"{wording.label(wording.TOPICS, news['topic'])}: {wording.what(news['topic'], news['value'])}"
        for news in telling
    ]
