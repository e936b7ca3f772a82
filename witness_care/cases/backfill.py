"""Lets a load of earlier work say when something was received: nobody else may, since every clock starts there."""

from __future__ import annotations

from datetime import datetime, timedelta

from witness_care.accounts.current import Actor
from witness_care.errors import ApiError

SCOPE = "feed:backfill"
MOST_CLOCK_SKEW = timedelta(minutes=5)


def received_at(said: datetime | None, sender: Actor, now: datetime) -> datetime:
    """Give the time of receipt (UTC): now, or the earlier one that a client with the scope states.

    Raises ApiError for a client without the scope, and for a time to come.
    """
    if said is None:
        return now
    if SCOPE not in sender.scopes:
        raise ApiError(
            403,
            "scope_missing",
            where="/received_at",
            expected=f"a key with scope {SCOPE}",
            received="a key without it",
            do="Leave received_at out, or ask the administrator for the scope.",
        )
    if said > now + MOST_CLOCK_SKEW:
        raise ApiError(
            422,
            "not_valid",
            where="/received_at",
            expected="a time that has passed",
            received=said.isoformat(),
            do="Correct the time.",
        )
    return said
