"""What a caller says about a case: its defendants and offences, its people, and what they were told so far.

Ids here are the caller's own, or ours where a caller repeats them. Whatever is None was not said, and stays as it is;
removal is said with `remove` (core.md rule 28).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from witness_care.people.document import ContactPointGiven, PersonGiven


@dataclass(frozen=True, slots=True)
class OtherId:
    """A name by which another system knows the same thing: `cp` is the court's Common Platform."""

    namespace: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceGiven:
    id: str
    cjs_code: str | None = None
    title: str | None = None
    charged_on: date | None = None
    identifiers: tuple[OtherId, ...] = ()
    remove: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DefendantGiven:
    """A defendant. Of `contact_points` only blind indexes are kept, to find a collision (SEC-25)."""

    id: str
    name: str | None = None
    date_of_birth: date | None = None
    arrest_summons_number: str | None = None
    identifiers: tuple[OtherId, ...] = ()
    offences: tuple[OffenceGiven, ...] = ()
    contact_points: tuple[ContactPointGiven, ...] = ()
    remove: bool = False

    def __repr__(self) -> str:
        return "<defendant given>"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementGiven:
    """Whether the CPS requires a person at the trial; `days` by position, none = every day."""

    required: bool
    days: tuple[int, ...] = ()
    session: str = ""
    mode: str = "in_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldGiven:
    """One thing the person had been told before this service took the case on (core.md rule 13).

    `hearing` or `defendant` is the subject, by the caller's or the court's id; the attendance topic has neither.
    """

    topic: str
    at: datetime
    value: Any
    hearing: str = ""
    defendant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactGiven:
    """A contact or an attempt before this service took the case on, at its own time, by the caller's id.

    `told` is what was said in it; whoever was not reached was told nothing.
    """

    id: str
    at: datetime
    channel: str
    outcome: str
    direction: str = "out"
    note: str = ""
    told: tuple[ToldGiven, ...] = ()

    def __repr__(self) -> str:
        return f"<contact given: {self.outcome}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepInTouchGiven:
    """How often we agreed with somebody to keep in touch; no number of days: as often as the unit does."""

    every_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantGiven:
    """A person's part in the case; `defendants` and `offences` are those that concern them."""

    id: str
    person: PersonGiven | None = None
    role: str | None = None
    witness_kind: str | None = None
    victim_kind: str | None = None
    defendants: tuple[str, ...] | None = None
    offences: tuple[str, ...] | None = None
    requirement: RequirementGiven | None = None
    enhanced: str | None = None
    enhanced_basis: tuple[str, ...] | None = None
    declined_grounds: tuple[str, ...] | None = None
    opted_out: tuple[str, ...] | None = None
    keep_in_touch: KeepInTouchGiven | None = None
    told: tuple[ToldGiven, ...] = ()
    contacts: tuple[ContactGiven, ...] = ()
    remove: bool = False
    remove_reason: str = "added_in_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGiven:
    """One whole submission. `officer` "" leaves the case unallocated; None leaves it to the unit's rule."""

    urn: str
    unit: str | None = None
    officer: str | None = None
    court_code: str = ""
    identifiers: tuple[OtherId, ...] = ()
    defendants: tuple[DefendantGiven, ...] = ()
    participants: tuple[ParticipantGiven, ...] = ()
    message_id: str = ""
    received_at: datetime | None = None
