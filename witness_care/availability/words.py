"""Says when somebody cannot come, in the words staff read, and as the API gives it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from witness_care import dates, wording
from workflows.availability import REASONS, CanCome, Free, can_come
from workflows.events import DatesAway, Said
from workflows.snapshot import AvailabilityStanding, Person

NOT_ASKED = "Not asked"


def because(key: str) -> str:
    """Give the reason in words; a key that this version does not know stays as it is."""
    return REASONS.get(key, key)


def away_words(away: Iterable[DatesAway]) -> str:
    """ "away Monday 14 December 2026 to Friday 18 December 2026"."""
    return "away " + "; ".join(dates.day_range(each.first, each.last) for each in away)


def free_words(found: CanCome) -> str:
    """Say whether somebody can come, for a column of a table. Not asked is never shown as yes."""
    if found.standing is None:
        return NOT_ASKED
    asked = f"asked {dates.full_date(found.standing.at)}"
    match found.free:
        case Free.NO:
            return f"No, {away_words(found.away)}"
        case Free.DECLINED:
            return f"Would not say, {asked}"
        case _:
            return f"Yes, {asked}"


def free_of(person: Person | None, days: Iterable[date]) -> str:
    """Say whether somebody can come on these days."""
    return free_words(can_come(person.availability if person else None, days))


def in_short(standing: AvailabilityStanding | None) -> str:
    """Say in a line what was known of when they cannot come."""
    if standing is None:
        return "Dates they cannot come: not asked"
    return f"Dates they cannot come: {said(standing)}"


def said(standing: AvailabilityStanding) -> str:
    """Say what they answered, and when: "None to avoid, asked Friday 20 November 2026"."""
    answers = {Said.NO: "None to avoid", Said.DECLINED: "Would not say"}
    words = answers.get(standing.answer) or wording.sentence(away_words(standing.away))
    return f"{words}, asked {dates.full_date(standing.at)}"


def document(person: Person | None) -> dict[str, Any]:
    """Give it as the API says it, without anything that was written down in words; null when nobody asked."""
    standing = person.availability if person is not None else None
    if standing is None:
        return {"availability": None}
    away = [{"first": each.first, "last": each.last, "because": each.because} for each in standing.away]
    return {"availability": {"answer": standing.answer.value, "asked_at": standing.at, "away": away}}
