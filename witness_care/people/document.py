"""What a caller says about a person and about how to reach them, before anything is stored.

Whatever is None was not said, and stays as it is: saying less never removes anything (core.md rule 28).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class EndpointKind(StrEnum):
    """The kinds of contact point we keep."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointGiven:
    """One way to reach a person. `windows` is what is stored: weekdays (0 = Monday), starts, ends, London time."""

    kind: str
    value: str
    allowed: str | None = None
    voicemail: str | None = None
    may_identify_us: str | None = None
    windows: tuple[dict[str, Any], ...] | None = None
    unsafe: bool = False
    remove: bool = False
    point_id: str = ""  # ours, of a way that is held: its value is sealed, and a page names it by its id
    confirmed: bool = False  # a second person confirmed it

    def __repr__(self) -> str:
        return f"<contact point: {self.kind}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContactGiven:
    note: str | None = None
    safe_word: str | None = None
    representative: str | None = None
    interpreter: str | None = None
    confirmed_at: datetime | None = None

    def __repr__(self) -> str:
        return "<safe contact>"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGiven:
    """`id` is the caller's own for the person: with it, the same person may stand in several cases."""

    id: str = ""
    name: str | None = None
    date_of_birth: date | None = None
    language: str | None = None
    deceased_on: date | None = None
    chosen_channel: str | None = None
    representative_relation: str | None = None
    representative_forbidden: bool | None = None
    reached_directly: bool | None = None
    safe_contact: SafeContactGiven | None = None
    contact_points: tuple[ContactPointGiven, ...] = ()

    def __repr__(self) -> str:
        return "<person given>"
