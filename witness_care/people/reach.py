"""How a person may be reached: the safe-contact record in words, and the gate's answer for each way.

The gate itself is `workflows/safe_contact.py`; here rows become what it asks for, and its answers become words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from witness_care import dates, wording
from witness_care.people import risk
from witness_care.people.models import ContactPoint, Person
from witness_care.people.windows import read_window
from workflows import safe_contact
from workflows.events import Answer, ContactOutcome
from workflows.safe_contact import Allowed, Answered, ContactPerson, Endpoint, Refuse

PHONES = ("mobile", "landline")
GROWN_UP_AT = 18

# In person and by video there is no endpoint that somebody else could pick up.
GATED = {
    "call": safe_contact.CALL,
    "text": safe_contact.TEXT,
    "email": safe_contact.EMAIL,
    "letter": safe_contact.LETTER,
}

OWN_CHANNEL = {"email": safe_contact.EMAIL, "address": safe_contact.LETTER}  # of what is no phone

WEEKDAYS, WEEKEND = frozenset(range(5)), frozenset((5, 6))
DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")

# What the gate must know of a person, for a select that has `person` in it. Whether something sealed is there is
# asked of the database, so that nothing is opened.
PERSON_COLUMNS = (
    Person.deceased_on,
    Person.date_of_birth,
    Person.safe_contact_confirmed_at,
    Person.safe_word.is_not(None).label("has_safe_word"),
    Person.representative.is_not(None).label("has_representative"),
    Person.representative_forbidden,
    Person.reached_directly,
    Person.chosen_channel,
)
POINT_COLUMNS = (
    *(
        getattr(ContactPoint, name)
        for name in (
            *("id", "person_id", "kind", "allowed", "voicemail", "may_identify_us", "windows"),
            *("unsafe_since", "unsafe_because", "withdrawn_at", "created_at"),
        )
    ),
    risk.IS_ON_HOLD.label("on_hold"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One phone a person has, and what the gate says of calling it now and of leaving a voicemail."""

    point_id: str
    kind: str
    call: Answered
    voicemail: Answered

    @property
    def may_be_shown(self) -> bool:
        """A number that may never be used is not shown; outside its hours it is, with the next safe time above it."""
        return not isinstance(self.call, Refuse)

    @property
    def is_safe_now(self) -> bool:
        return isinstance(self.call, Allowed)

    @property
    def may_leave_voicemail(self) -> bool:
        return isinstance(self.voicemail, Allowed)

    @property
    def words(self) -> str:
        """What an officer reads directly above the number."""
        return answer_in_words(self.call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The safe-contact line of one person. `needs_care`: something is forbidden, limited, or was never asked."""

    words: str
    warnings: tuple[str, ...] = ()
    needs_care: bool = True
    ways: tuple[Way, ...] = field(default_factory=tuple)

    @property
    def usable(self) -> tuple[Way, ...]:
        return tuple(way for way in self.ways if way.may_be_shown)


def points_of(person_ids: Iterable[str], *, sealed_too: bool = False) -> sa.Select:
    """Every way recorded to reach each of these people; the numbers themselves, sealed, only when asked for."""
    columns: tuple[Any, ...] = (*POINT_COLUMNS, ContactPoint.sealed_value) if sealed_too else POINT_COLUMNS
    query = sa.select(*columns).where(ContactPoint.person_id.in_(sorted(person_ids)))
    return query.order_by(ContactPoint.created_at, ContactPoint.id)


def gate_channel(channel: str, outcome: ContactOutcome) -> str | None:
    """What to ask the gate for: leaving a voicemail is asked for apart from calling. None: the gate has no say."""
    if channel == "call" and outcome is ContactOutcome.VOICEMAIL:
        return safe_contact.VOICEMAIL
    return GATED.get(channel)


def ask(
    person: Any,
    point: Any,
    channel: str,
    at: datetime,
    due_at: datetime | None = None,
    *,
    topics: tuple[str, ...] = (),
    opted_out: frozenset[str] = frozenset(),
    carved_out: frozenset[str] = frozenset(),
    neutral: bool = False,
    died: bool = False,
    set_aside: str = "",
) -> Answered:
    """Ask the gate about one way at `at` (UTC). `person` has PERSON_COLUMNS, `point` POINT_COLUMNS.

    `opted_out` is what they asked not to be told in this case, and `carved_out` what of `topics` is told all the same.
    `died`: the case says so, whatever their record says. `set_aside` is the one objection that was overridden with a
    reason.
    """
    standing = _person(person, at, opted_out)
    return safe_contact.gate(
        replace(standing, deceased=standing.deceased or died),
        _endpoint(person, point, at),
        channel,
        now=at,
        topics=topics,
        carved_out=carved_out,
        neutral=neutral,
        due_at=due_at,
        set_aside=set_aside,
    )


def answer_in_words(answer: Answered) -> str:
    return " ".join(answer.notes) if isinstance(answer, Allowed) else answer.words


def reach_of(person: Any, points: Iterable[Any], at: datetime) -> Reach:
    """Say how one person may be reached at `at`, from their row and the rows of their contact points."""
    kept = [point for point in points if point.withdrawn_at is None]
    usable = [point for point in kept if point.unsafe_since is None]
    ways = tuple(
        Way(
            point_id=point.id,
            kind=point.kind,
            call=ask(person, point, safe_contact.CALL, at),
            voicemail=ask(person, point, safe_contact.VOICEMAIL, at),
        )
        for point in usable
        if point.kind in PHONES
    )
    warnings = _warnings(person, ways, [point for point in kept if point.unsafe_since is not None], at)
    return Reach(
        words=_words(usable, person.safe_contact_confirmed_at),
        warnings=warnings,
        needs_care=bool(warnings) or not usable or any(_is_limited(point) for point in usable),
        ways=ways,
    )


def in_words(points: Iterable[Any]) -> str:
    """The short form for a row of a list: "mobile only, weekdays 10am to 2pm, no voicemail"."""
    usable = [point for point in points if point.withdrawn_at is None and point.unsafe_since is None]
    allowed = [point for point in usable if point.allowed == Answer.YES]
    if not usable:
        return "no contact details"
    if not allowed:
        return "not asked" if any(point.allowed == Answer.NOT_ASKED for point in usable) else "no way agreed"
    only = " only" if len(allowed) == 1 else ""
    return "; ".join(f"{_kind(point)}{only}{_limits(point)}" for point in allowed)


def window_in_words(window: Mapping[str, Any]) -> str:
    """ "weekdays 10am to 2pm"."""
    read = read_window(window)
    return f"{_days_in_words(read.weekdays)} {dates.time_range(read.starts, read.ends)}"


# --- words ---------------------------------------------------------------------------------------------------------


def _words(usable: Sequence[Any], confirmed_at: datetime | None) -> str:
    if not usable:
        return "no contact details recorded."
    parts = [f"{in_words(usable)}."] if any(point.allowed == Answer.YES for point in usable) else []
    refused = [_kind(point) for point in usable if point.allowed == Answer.NO]
    unasked = [_kind(point) for point in usable if point.allowed == Answer.NOT_ASKED]
    if refused:
        parts.append(f"Never by {wording.listed(refused)}.")
    if unasked:
        parts.append(f"Not asked about {wording.listed(unasked)}.")
    parts.append(f"Confirmed {dates.full_date(confirmed_at)}." if confirmed_at else "Never confirmed with them.")
    return " ".join(parts)


def _limits(point: Any) -> str:
    parts = [wording.listed([window_in_words(window) for window in point.windows])] if point.windows else []
    if point.kind in PHONES:
        parts.append("voicemail is safe" if point.voicemail == Answer.YES else "no voicemail")
    return "".join(f", {part}" for part in parts)


def _is_limited(point: Any) -> bool:
    return (
        point.allowed != Answer.YES or bool(point.windows) or (point.kind in PHONES and point.voicemail != Answer.YES)
    )


def _warnings(person: Any, ways: Sequence[Way], unsafe: Sequence[Any], at: datetime) -> tuple[str, ...]:
    if person.deceased_on is not None:
        return (safe_contact.WORDS[safe_contact.Reason.DECEASED],)
    found = []
    if person.has_representative and person.representative_forbidden:
        found.append(safe_contact.WORDS[safe_contact.Reason.NEVER_CONTACT])
    elif _is_child(person.date_of_birth, at) and not person.reached_directly:
        found.append("Under 18: speak with their representative only.")
    found.extend(f"{wording.sentence(way.kind)}: {way.words}" for way in ways if _needs_saying(way.call))
    shared = sorted({_kind(point) for point in unsafe if point.unsafe_because == "shared"})
    if shared:
        found.append(f"Shared with a defendant, so blocked: {wording.listed(shared)}.")
    if unsafe:
        kinds = wording.listed(sorted({_kind(point) for point in unsafe}))
        found.append(f"Recorded as unsafe, so not shown: {kinds}.")
    return tuple(found)


def _needs_saying(answer: Answered) -> bool:
    """What they said no to is in the safe-contact line already, and safe hours stand above the number itself."""
    return isinstance(answer, Refuse) and answer.reason is not safe_contact.Reason.NOT_ALLOWED


def _kind(point: Any) -> str:
    return wording.label(wording.CONTACT_POINTS, point.kind)


def _days_in_words(days: frozenset[int]) -> str:
    if days == WEEKDAYS:
        return "weekdays"
    if days == WEEKEND:
        return "weekends"
    if days == WEEKDAYS | WEEKEND:
        return "any day"
    return wording.listed([DAY_NAMES[day] for day in sorted(days)])


# --- what the gate asks for ----------------------------------------------------------------------------------------


def _person(person: Any, at: datetime, opted_out: frozenset[str]) -> ContactPerson:
    return ContactPerson(
        deceased=person.deceased_on is not None,
        opted_out_topics=opted_out,
        is_child=_is_child(person.date_of_birth, at),
        child_reached_directly=person.reached_directly,
        representative_forbidden=person.representative_forbidden,
        has_safe_word=bool(person.has_safe_word),
    )


def _endpoint(person: Any, point: Any, at: datetime) -> Endpoint:
    return Endpoint(
        id=point.id,
        kind=point.kind,
        allowed=point.allowed,
        windows=tuple(read_window(window) for window in point.windows or ()),
        voicemail=point.voicemail,
        may_identify_us=point.may_identify_us,
        withdrawn=point.withdrawn_at is not None,
        unsafe=point.unsafe_since is not None and point.unsafe_because != "shared",
        shared_with_forbidden=point.unsafe_since is not None and point.unsafe_because == "shared",
        on_hold=point.on_hold,
        # With a representative agreed, what is recorded to reach a child leads to the representative.
        of_representative=bool(person.has_representative)
        and _is_child(person.date_of_birth, at)
        and not person.reached_directly,
    )


def _is_child(born_on: date | None, at: datetime) -> bool:
    if born_on is None:
        return False
    today = dates.day_of(at)
    had_birthday = (today.month, today.day) >= (born_on.month, born_on.day)
    return today.year - born_on.year - (not had_birthday) < GROWN_UP_AT
