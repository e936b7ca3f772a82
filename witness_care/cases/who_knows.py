"""Answers "who still has the old date?": what is true of a hearing against what each person was last told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from witness_care import dates, wording
from witness_care.arrangements import Arrangements
from witness_care.cases.page_queries import Knows
from witness_care.contacts.duty_view import DutyView
from witness_care.people import reach
from workflows import values
from workflows.events import Answer

NOT_TOLD, TOLD, NOT_OWED = "not_told", "told", "not_owed"
NEVER_REACHED = ("attempts_exhausted", "declined", "opted_out", "deceased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person: whether they know, in words, and what they have. `owed` is set while they are still to be told."""

    participant_id: str
    name: str
    role: str
    enhanced: str
    state: str
    words: str
    has: str
    measures: str
    measures_to_confirm: bool
    owed: DutyView | None = None

    @property
    def is_to_be_told(self) -> bool:
        return self.state == NOT_TOLD


def lines(found: Sequence[Knows], now: datetime, arranged: Mapping[str, Arrangements]) -> list[Line]:
    """Give a line for each person: those still to be told first, the soonest due on top, then those who know."""
    made = [_line(knows, now, arranged.get(knows.row.id, Arrangements())) for knows in found]
    order = {NOT_TOLD: 0, TOLD: 1, NOT_OWED: 2}
    return sorted(made, key=lambda line: (order[line.state], *_urgency(line), line.name, line.participant_id))


def _urgency(line: Line) -> tuple[Any, ...]:
    return (line.owed.priority, line.owed.due_at) if line.owed else ()


def _line(knows: Knows, now: datetime, arranged: Arrangements) -> Line:
    state, words = _state(knows, now)
    told = knows.told.value if knows.told else None
    return Line(
        participant_id=knows.row.id,
        name=knows.row.name,
        role=wording.label(wording.ROLES, knows.row.role),
        enhanced=wording.ENHANCED.get(knows.row.enhanced, ""),
        state=state,
        words=words,
        has=wording.what(values.WHEN_WHERE, told, short=True) if told else "",
        measures=arranged.measures_in_short,
        measures_to_confirm=any(line.confirm for line in arranged.measures),
        owed=knows.owed,
    )


def _state(knows: Knows, now: datetime) -> tuple[str, str]:
    if knows.owed:
        return NOT_TOLD, _why_not_yet(knows, knows.owed, now)
    if knows.closed and knows.closed.closed_reason in NEVER_REACHED:
        return NOT_OWED, f"Not told: {wording.label(wording.CLOSED, knows.closed.closed_reason)}"
    if knows.told:
        channel = wording.label(wording.CHANNELS, knows.told.channel).lower() if knows.told.channel else ""
        return TOLD, ", ".join(part for part in (f"Told {dates.short_time(knows.told.told_at, now)}", channel) if part)
    if knows.row.role == "witness" and not knows.row.required:
        return NOT_OWED, "Not required: the CPS does not need them at court"
    return NOT_OWED, "Nothing to tell them"


def _why_not_yet(knows: Knows, owed: DutyView, now: datetime) -> str:
    reachable = reach.reach_of(knows.row, knows.points, now)
    if not reachable.usable and not _may_write(knows):
        why = " ".join(reachable.warnings) or f"Safe contact: {reachable.words}"
        return f"Cannot be told yet. {why}"
    if owed.attempts:
        tries = f"{owed.attempts} attempt{'' if owed.attempts == 1 else 's'}"
        return f"Not reached: {tries}, last {dates.short_time(owed.last_attempt_at or owed.clock_start, now)}"
    return "Not told yet"


def _may_write(knows: Knows) -> bool:
    """Say whether an e-mail or a letter is agreed, for somebody whom no phone reaches."""
    return knows.row.deceased_on is None and any(
        point.kind not in reach.PHONES
        and point.allowed == Answer.YES
        and point.withdrawn_at is None
        and point.unsafe_since is None
        for point in knows.points
    )
