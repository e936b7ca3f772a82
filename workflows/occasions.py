"""Says in what a trial differs from the one for which something was granted or arranged: court, day, or room.

What was not known on one side is no difference: the first date of a trial, its first court and its first room change
nothing that was arranged before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

COURT, DAY, ROOM = "court", "day", "room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A trial as it stood for one person: its thread, court, room, and their own days.

    `until` is set while only a week is known: the trial begins on some day from the first of `days` to that one.
    """

    thread: str = ""
    court: str = ""
    room: str = ""
    days: tuple[date, ...] = ()
    until: date | None = None

    @property
    def first_day(self) -> date | None:
        """Give the first day, of a week its Monday; None when nothing is known."""
        return self.days[0] if self.days else None


NOT_KNOWN = Occasion()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFor:
    """That a special measure or practical help was granted, applied for or arranged, and for which trial.

    `what` is "measure:screens" or "need:travel"; `stands` how far it had come at `at` (UTC). `positions` are the days
    of the trial, by position, for which the person was required then. `confirmed_at` is when somebody said that it
    holds for another trial than the one it began with.
    """

    what: str
    stands: str
    at: datetime
    occasion: Occasion = NOT_KNOWN
    positions: tuple[int, ...] = ()
    confirmed_at: datetime | None = None


def differences(held: Occasion, now: Occasion, *, every_day: bool, in_a_room: bool) -> tuple[str, ...]:
    """Give in what the trial differs from the one that it was held for: of COURT, DAY and ROOM, in this order.

    `every_day`: help is arranged for each day they come, so that one day fewer is a difference as well; a measure is
    granted for the trial, and only a day that it did not have is another. `in_a_room`: it depends on the court room.
    While the trial has no date, nothing differs yet.
    """
    if not now.days:
        return ()
    found = []
    if held.court and now.court and held.court != now.court:
        found.append(COURT)
    if _is_another_day(held, now, every_day=every_day):
        found.append(DAY)
    if in_a_room and held.room and now.room and held.room != now.room and COURT not in found:
        found.append(ROOM)
    return tuple(found)


def _is_another_day(held: Occasion, now: Occasion, *, every_day: bool) -> bool:
    if not held.days:
        return False
    if held.until is not None and now.until is not None:
        return held.days != now.days
    if held.until is not None:
        return not held.days[0] <= now.days[0] <= held.until
    if now.until is not None:
        return not now.days[0] <= held.days[0] <= now.until
    return set(now.days) != set(held.days) if every_day else not set(now.days) <= set(held.days)


def filled(held: Occasion, now: Occasion) -> Occasion:
    """Give what was held with what came to be known since, where nothing differs."""
    knows_days = bool(held.days) and (held.until is None or now.until is not None)
    return replace(
        held,
        thread=held.thread or now.thread,
        court=held.court or now.court,
        room=held.room or now.room,
        days=held.days if knows_days else now.days,
        until=held.until if knows_days else now.until,
    )
