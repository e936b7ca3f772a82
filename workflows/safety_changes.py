"""Says which parts of a change would let a person be reached in more ways than before.

For somebody at risk those parts need a second person; whatever narrows counts at once (security.md SEC-26).
"""

from __future__ import annotations

from collections.abc import Sequence

from workflows.events import Answer
from workflows.safe_contact import DAYS_IN_A_WEEK, Endpoint, Window

NEW, ALLOWED, WINDOWS, VOICEMAIL, MAY_IDENTIFY_US = "new", "allowed", "windows", "voicemail", "may_identify_us"
REACHED_DIRECTLY, REPRESENTATIVE_FORBIDDEN, RISK = "reached_directly", "representative_forbidden", "risk"
WORDS = {
    NEW: "a new way to reach them",
    ALLOWED: "more may be done than they had agreed to",
    WINDOWS: "more hours count as safe",
    VOICEMAIL: "a voicemail may be left",
    MAY_IDENTIFY_US: "a message may say who we are",
    REACHED_DIRECTLY: "somebody under 18 is spoken with directly",
    REPRESENTATIVE_FORBIDDEN: "somebody who must never be contacted may be contacted",
    RISK: "domestic abuse no longer counts, and no second person is asked any more",
}
# Nobody asked: an officer may ring and ask. So it is more than a no, and less than a yes.
RANK = {Answer.NO.value: 0, Answer.NOT_ASKED.value: 1, Answer.YES.value: 2}


def widens(before: Endpoint | None, after: Endpoint) -> tuple[str, ...]:
    """Name the parts of a change that widen what may be used; nothing when it only narrows.

    Without `before` the way is new: it widens unless it is unsafe, withdrawn or said no to from the start. An answer
    that is none of the three counts as a no before, and as a yes after: what nobody understands is never let through.
    """
    if after.unsafe or after.withdrawn:
        return ()
    if before is None:
        return () if after.allowed == Answer.NO else (NEW,)
    found = [
        name
        for name in (ALLOWED, VOICEMAIL, MAY_IDENTIFY_US)
        if RANK.get(getattr(after, name), RANK[Answer.YES]) > RANK.get(getattr(before, name), RANK[Answer.NO])
    ]
    if not covers(before.windows, after.windows):
        found.append(WINDOWS)
    return tuple(found)


def covers(outer: Sequence[Window], inner: Sequence[Window]) -> bool:
    """Say whether every hour of `inner` lies within `outer`. No window at all is every hour."""
    if not outer:
        return True
    if not inner:
        return False
    return all(
        _is_within(window, day, outer) for window in inner for day in range(DAYS_IN_A_WEEK) if day in window.weekdays
    )


def _is_within(window: Window, day: int, outer: Sequence[Window]) -> bool:
    """Walk through the hours of one day: each step begins where the one before ended."""
    reached = window.starts
    for each in sorted((each for each in outer if day in each.weekdays), key=lambda each: each.starts):
        if each.starts > reached:
            break
        reached = max(reached, each.ends)
    return reached >= window.ends
