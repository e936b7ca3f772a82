"""A case as it stands, and a person in it, written down directly: for tests of one rule without any message."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from workflows import codec
from workflows.charges import OffenceTruth
from workflows.events import About, ContactOutcome, DateKind, HearingClass, HearingDay, Role, When
from workflows.proceedings import Proceedings
from workflows.snapshot import Change, Person, Spoken, ToldValue, Topic
from workflows.truth import Hearing, HearingStatus
from workflows.values import CaseTruth

JOINED = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
HAPPENED = "an event"


def at(day: int, hour: int = 9, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def person(role: Role = Role.VICTIM, **more: Any) -> Person:
    return Person(**({"joined_at": JOINED, "role": role} | more))


def spoken(when: datetime, outcome: ContactOutcome = ContactOutcome.REACHED, *, void: bool = False) -> Spoken:
    return Spoken(contact=f"contact-{when.isoformat()}", at=when, outcome=outcome, void=void)


def case(**more: Any) -> CaseTruth:
    """Give a case of one defendant with one offence, who waits for a trial without a date."""
    stands = {
        "case": "case",
        "hearings": {},
        "threads": {},
        "orders": {},
        "offences": {"o1": OffenceTruth()},
        "charged": {"d1": ("o1",)},
        "proceedings": {"d1": Proceedings.AWAITING_TRIAL},
        "requirements": {},
    }
    hearings = more.pop("hearings", ())
    stands["hearings"] = {hearing.id: hearing for hearing in hearings}
    stands["orders"] = {hearing.id: number for number, hearing in enumerate(hearings)}
    return CaseTruth(**(stands | more))


def hearing(name: str = "trial-1", day: date | None = date(2026, 5, 11), **more: Any) -> Hearing:
    """Give a trial at 10 in the morning; without a day, one whose date is still to be fixed."""
    days = (HearingDay(day, time(10)),) if day else ()
    when = When(kind=DateKind.FIXED, days=days) if day else When(kind=DateKind.TO_BE_FIXED)
    stands = {"id": name, "status": HearingStatus.LIVE, "when": when, "days": days}
    return Hearing(**(stands | {"about": About(hearing_class=HearingClass.TRIAL)} | more))


def told(value: Any, when: datetime = JOINED, *, contact: str = "contact", void: bool = False) -> ToldValue:
    return ToldValue(at=when, value=value, value_hash=codec.value_hash(value), contact=contact, void=void)


def change(value: Any, event: str = HAPPENED, **more: Any) -> Change:
    stands = {"event": event, "received_at": JOINED, "value": value, "value_hash": codec.value_hash(value)}
    return Change(**(stands | {"due": at(3, 17), "rule": "RULE", "rules": ("RULE",)} | more))


def ended_by_hand(value: Any) -> Topic:
    """Give a topic whose duty a person ended without telling anything."""
    return Topic(history=(change(value),), waived=HAPPENED)
