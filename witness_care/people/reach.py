"""How a person may be reached: the safe-contact record in words, and the gate's answer for each way.

The gate itself is `workflows/safe_contact.py`; here rows become what it asks for, and its answers become words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from witness_care import dates, wording
from workflows import safe_contact
from workflows.events import Answer as ThreeValued
from workflows.events import ContactOutcome
from workflows.safe_contact import ContactPerson, Delay, Endpoint, Refuse, Window
from workflows.working_days import Calendar

CALL, VOICEMAIL = "call", "voicemail"
PHONES = ("mobile", "landline")
# In person there is no endpoint that somebody else could pick up.
GATED = {"call": CALL, "text": "text", "email": "email", "letter": "letter"}

WEEKDAYS, WEEKEND = frozenset(range(5)), frozenset((5, 6))
DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the gate says of one way at one moment. A refusal may be overridden only where it says so."""

    is_allowed: bool
    words: str = ""
    until: datetime | None = None
    is_refused: bool = False
    may_override: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One phone a person has: may it be called now, and may a voicemail be left?"""

    point_id: str
    kind: str
    call: Answer
    voicemail: Answer

    @property
    def may_be_shown(self) -> bool:
        """A number that may never be used is not shown; outside its hours it is, with the next safe time."""
        return not self.call.is_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The safe-contact line of one person. `needs_care`: something is forbidden, limited, or was never asked."""

    words: str
    warnings: tuple[str, ...]
    needs_care: bool
    ways: tuple[Way, ...]


def gate_channel(channel: str, outcome: ContactOutcome) -> str | None:
    """What to ask the gate for: leaving a voicemail is asked for apart from calling. None: it has no say."""
    if channel == CALL and outcome is ContactOutcome.VOICEMAIL:
        return VOICEMAIL
    return GATED.get(channel)


def ask(
    channel: str, point: Any, *, deceased: bool, topics: Sequence[str], at: datetime, calendar: Calendar
) -> Answer:
    """Ask the gate about one way at `at` (UTC). `point` is a contact point's row, or None when none is recorded."""
    person = ContactPerson(deceased=deceased)
    answer = safe_contact.gate(person, _endpoint(point), channel, topics=tuple(topics), now=at, calendar=calendar)
    if isinstance(answer, Refuse):
        return Answer(is_allowed=False, words=answer.words, is_refused=True, may_override=answer.may_override)
    if isinstance(answer, Delay):
        words = f"Outside the agreed times. The next safe time is {dates.full_time(answer.until)}."
        return Answer(is_allowed=False, words=words, until=answer.until)
    return Answer(is_allowed=True, words=" ".join(answer.notes))


def reach_of(
    points: Iterable[Any],
    *,
    confirmed_at: datetime | None,
    deceased: bool,
    at: datetime,
    calendar: Calendar,
    topics: Sequence[str] = (),
) -> Reach:
    """Say how one person may be reached at `at`, from the rows of their contact points."""
    usable = [point for point in points if point.withdrawn_at is None and point.unsafe_since is None]
    unsafe = [point for point in points if point.unsafe_since is not None and point.withdrawn_at is None]
    ways = tuple(
        Way(
            point_id=point.id,
            kind=point.kind,
            call=ask(CALL, point, deceased=deceased, topics=topics, at=at, calendar=calendar),
            voicemail=ask(VOICEMAIL, point, deceased=deceased, topics=topics, at=at, calendar=calendar),
        )
        for point in usable
        if point.kind in PHONES
    )
    warnings = _warnings(ways, unsafe, deceased=deceased)
    limited = any(point.allowed != ThreeValued.YES or point.windows or point.voicemail != ThreeValued.YES for point in usable)
    return Reach(
        words=_words(usable, confirmed_at),
        warnings=warnings,
        needs_care=bool(warnings) or limited or not usable,
        ways=ways,
    )


def in_words(points: Iterable[Any]) -> str:
    """The short form for a row of a list: "mobile only, weekdays 10am to 2pm, no voicemail"."""
    usable = [point for point in points if point.withdrawn_at is None and point.unsafe_since is None]
    allowed = [point for point in usable if point.allowed == ThreeValued.YES]
    if not usable:
        return "no contact details"
    if not allowed:
        return "not asked" if any(point.allowed == ThreeValued.NOT_ASKED for point in usable) else "no way agreed"
    only = " only" if len(allowed) == 1 else ""
    return "; ".join(f"{wording.label(wording.CONTACT_POINTS, point.kind)}{only}{_limits(point)}" for point in allowed)


def _words(usable: Sequence[Any], confirmed_at: datetime | None) -> str:
    if not usable:
        return "no contact details recorded."
    parts = [wording.sentence(in_words(usable)) + "."]
    refused = [wording.label(wording.CONTACT_POINTS, point.kind) for point in usable if point.allowed == ThreeValued.NO]
    unasked = [
        wording.label(wording.CONTACT_POINTS, point.kind) for point in usable if point.allowed == ThreeValued.NOT_ASKED
    ]
    if refused:
        parts.append(f"Never by {wording.listed(refused)}.")
    if unasked:
        parts.append(f"Not asked whether {wording.listed(unasked)} is safe: an officer may call, no voicemail.")
    parts.append(f"Confirmed {dates.full_date(confirmed_at)}." if confirmed_at else "Never confirmed with them.")
    return " ".join(parts)


def _limits(point: Any) -> str:
    hours = [window_in_words(window) for window in point.windows or ()]
    parts = [wording.listed(hours)] if hours else []
    if point.kind in PHONES:
        parts.append({"yes": "voicemail is safe"}.get(point.voicemail, "no voicemail"))
    return "".join(f", {part}" for part in parts)


def _warnings(ways: Sequence[Way], unsafe: Sequence[Any], *, deceased: bool) -> tuple[str, ...]:
    if deceased:
        return ("This person has died. Do not contact them.",)
    found = [
        f"{wording.sentence(way.kind)}: {way.call.words}" for way in ways if not way.call.is_allowed and way.call.words
    ]
    if unsafe:
        kinds = wording.listed(sorted({wording.label(wording.CONTACT_POINTS, point.kind) for point in unsafe}))
        found.append(f"Recorded as unsafe and not shown: {kinds}.")
    return tuple(found)


def window_in_words(window: Mapping[str, Any]) -> str:
    """ "weekdays 10am to 2pm"."""
    days = frozenset(window["weekdays"])
    starts, ends = time.fromisoformat(window["starts"]), time.fromisoformat(window["ends"])
    return f"{_days_in_words(days)} {dates.time_range(starts, ends)}"


def _days_in_words(days: frozenset[int]) -> str:
    if days == WEEKDAYS:
        return "weekdays"
    if days == WEEKEND:
        return "weekends"
    if days == WEEKDAYS | WEEKEND:
        return "any day"
    return wording.listed([DAY_NAMES[day] for day in sorted(days)])


def _endpoint(point: Any) -> Endpoint | None:
    if point is None:
        return None
    return Endpoint(
        id=point.id,
        kind=point.kind,
        allowed=point.allowed,
        windows=tuple(
            Window(
                weekdays=frozenset(window["weekdays"]),
                starts=time.fromisoformat(window["starts"]),
                ends=time.fromisoformat(window["ends"]),
            )
            for window in point.windows or ()
        ),
        voicemail=point.voicemail,
        may_identify_us=point.may_identify_us,
        withdrawn=point.withdrawn_at is not None,
        unsafe=point.unsafe_since is not None,
        shared_with_forbidden=False,
    )
