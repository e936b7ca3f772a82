"""What a translator hands over: the facts one message states, in the sender's own ids, and why it could not be read.

A translator is pure. It never asks the database, so its facts name cases, hearings, defendants and offences as the
sender does; `feed/matching.py` puts our ids in their place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workflows.events import Fact

LONGEST_ID = 64


class Parked(StrEnum):
    """Why a part waits for another message or for a person (feeds.md section 3)."""

    UNKNOWN_CASE = "unknown-case"
    UNKNOWN_HEARING = "unknown-hearing"
    UNKNOWN_DEFENDANT = "unknown-defendant"
    AMBIGUOUS_MATCH = "ambiguous-match"
    CONTRADICTORY = "contradictory"
    UNSUPPORTED_TYPE = "unsupported-type"
    EMPTY_SNAPSHOT = "empty-snapshot"
    SUSPICIOUS_DATE = "suspicious-date"
    NEEDS_PERSON = "needs-person"


class Rejected(StrEnum):
    """Why a message was not taken at all (feeds.md section 3)."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    WRONG_MEDIA_TYPE = "wrong-media-type"
    TYPE_MISSING = "type-missing"
    SCHEMA = "schema"
    ID_CONFLICT = "id-conflict"


class FeedRefusal(Exception):
    """A message cannot be taken; says what was expected, what came and what to do, without anyone's details."""

    def __init__(self, reason: Rejected, *, expected: str, received: str, do: str, where: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.where, self.expected, self.received, self.do = reason, where, expected, received, do


@dataclass(frozen=True, slots=True)
class Said:
    """One fact and the system that speaks in it: what a result says of another hearing is "results" speaking."""

    what: Fact
    context: str


@dataclass(frozen=True, slots=True)
class NamedDefendant:
    """A defendant as the message names them; the arrest summons number is a second way to recognise them."""

    id: str
    arrest_summons_number: str = ""


@dataclass(frozen=True, slots=True)
class NamedOffence:
    id: str
    defendant: str


@dataclass(frozen=True, slots=True)
class Note:
    """Why a hearing was adjourned, in the court's free text: kept sealed beside the hearing, never in a fact."""

    hearing: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one message says of one case and hearing. `parked` is set when the message itself cannot be believed.

    `known_as` is the placeholder by which an earlier result may have named this hearing, before it had an id.
    `only_if_ours`: a list names every case of a court, so that one we do not have is nobody's work (feeds.md 10).
    """

    urn: str = ""
    case: str = ""
    hearing: str = ""
    known_as: str = ""
    defendants: tuple[NamedDefendant, ...] = ()
    offences: tuple[NamedOffence, ...] = ()
    facts: tuple[Said, ...] = ()
    notes: tuple[Note, ...] = ()
    parked: Parked | None = None
    where: str = ""
    only_if_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """One message, read. `content_key` says what it is about: a message without an id is compared within it."""

    message_type: str
    message_id: str = ""
    content_key: str
    occurred_at: datetime
    context: str
    stream: str = ""
    version: int | None = None
    shared_time: datetime | None = None
    parts: tuple[Part, ...] = ()
    is_poke: bool = False
    unknown_fields: tuple[str, ...] = ()
