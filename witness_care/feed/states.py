"""The states of a message and of its parts, and the reasons that go with them (feeds.md section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    RECEIVED = "received"
    APPLIED = "applied"
    PARKED = "parked"
    DUPLICATE = "duplicate"
    STALE = "stale"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why something is applied, a repeat, too old or set aside; `Parked` and `Rejected` are the reasons of those."""

    CHANGED = "changed"
    NO_CHANGE = "no-change"
    POKE = "poke"
    OUT_OF_SCOPE = "out-of-scope"
    MATCHED_LATER = "matched-later"
    SAME_ID = "same-id"
    SAME_CONTENT = "same-content"
    OLDER_VERSION = "older-version"
    OLDER_SHARE = "older-share"
    OLDER_LIST = "older-list"
    SET_ASIDE = "set-aside"
    TAKEN_BACK = "taken-back"


_WORST_FIRST = (State.PARKED, State.APPLIED, State.STALE, State.REJECTED)
_TELLING_FIRST = (Reason.CHANGED, Reason.MATCHED_LATER, Reason.NO_CHANGE, Reason.OUT_OF_SCOPE)


def state_of_message(parts: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Give a message's state and reason from those of its parts: it is parked while any part is."""
    held = list(parts)
    if not held:
        return State.APPLIED, Reason.NO_CHANGE
    state = min((state for state, _ in held), key=lambda state: _WORST_FIRST.index(State(state)))
    reasons = [reason for its_state, reason in held if its_state == state]
    return state, next((reason for reason in _TELLING_FIRST if reason in reasons), reasons[0])
