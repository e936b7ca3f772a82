"""What happens in a made-up case, one step after another: each is sent through a door of the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """The unit's own system sends the case, or a change of it."""

    at: datetime
    document: Document


@dataclass(frozen=True, slots=True)
class Message:
    """The court says something."""

    at: datetime
    body: Document


@dataclass(frozen=True, slots=True)
class Talk:
    """An officer spoke with somebody, or tried to. Who is reached is told all that is open then."""

    at: datetime
    who: str
    outcome: str
    note: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An officer says on the page of a person that they came to court or did not, or that nothing more is to be done.

    `said` is one of the entries of `people.standing`; with `page` "concern/say" one of `engagement.service`, and
    `reason` why they withdraw.
    """

    at: datetime
    who: str
    said: str
    page: str = "standing"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Referred:
    """An officer, or a supervisor, says something about a referral to the Victim Contact Scheme, by its form."""

    at: datetime
    who: str
    entry: str
    entries: dict[str, str]
    by_supervisor: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """Somebody fills in a form of the service about a person or a defendant of the case.

    `page` is where the form stands and `sent_to` where it goes, if elsewhere. Both, and what is entered, may name what
    only the service knows: {participant}, {defendant}, {offence}, {trial}, and of this `topic` {duty}; {contact} is the
    first of the person's.
    """

    at: datetime
    page: str
    entries: dict[str, str]
    who: str = ""
    topic: str = ""
    sent_to: str = ""
    by_supervisor: bool = False


Step = Put | Message | Talk | Standing | Referred | Filled
