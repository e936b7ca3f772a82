"""Reads the next hearings a court names when it puts one off: one of three kinds of date, with or without an id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from witness_care.feed.formats.court_time import hearing_day, is_suspicious
from witness_care.feed.formats.cp_hearings import RESULTS, Data, Message, court_of, hearing_class, listed
from witness_care.feed.formats.translated import Note, Parked, Said
from workflows.events import (
    About,
    DateKind,
    HearingAdjourned,
    HearingClass,
    HearingConfirmed,
    HearingDay,
    When,
    Where,
)

INFERRED = "inferred"
_FIRMNESS = (DateKind.FIXED, DateKind.WEEK_COMMENCING, DateKind.TO_BE_FIXED)


@dataclass(slots=True)
class _Next:
    """One next hearing, gathered from every result that names it."""

    hearing: Data
    when: When | None
    where: Where | None
    parked: Parked | None
    defendants: dict[str, None] = field(default_factory=dict)
    offences: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A next hearing as one result or message names it, and whom it concerns there."""

    hearing: Data
    defendants: tuple[str, ...] = ()
    offences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """What an adjournment says: its facts, the dates nobody should believe, and the court's words."""

    facts: tuple[Said, ...] = ()
    doubtful: tuple[Parked, ...] = ()
    notes: tuple[Note, ...] = ()


def put_off(
    hearing: str,
    named: Iterable[Named],
    message: Message,
    *,
    context: str,
    day: date | None = None,
    without_date: bool = False,
) -> PutOff:
    """Read an adjournment: `HearingAdjourned`, then `HearingConfirmed` for every next hearing that has a date.

    A next hearing without an id gets a placeholder "inferred:<court>:<date>:<class>:<n>", which matching replaces. A
    next hearing that gives more than one kind of date, or one nobody should believe, is left out and named in
    `doubtful`. `without_date` says that a result adjourned the case without a day.
    """
    named = list(named)
    nexts = _gathered(named, message)
    dated: list[tuple[str, _Next]] = []
    taken: dict[str, int] = {}
    for item in nexts:
        if item.when is not None and item.when.kind is not DateKind.TO_BE_FIXED:
            dated.append((_id_of(item, taken), item))
    kinds = [item.when.kind for item in nexts if item.when is not None]
    kinds += [DateKind.TO_BE_FIXED] if without_date else []
    adjourned = HearingAdjourned(
        hearing=hearing,
        day=day,
        next_kind=min(kinds, key=_FIRMNESS.index) if kinds else None,
        next_hearings=tuple(dict.fromkeys(hearing_id for hearing_id, _ in dated)),
    )
    reasons = dict.fromkeys(item.hearing["adjournmentReason"] for item in named)
    return PutOff(
        facts=(Said(adjourned, context), *(_confirmed(hearing, *pair) for pair in dated)),
        doubtful=tuple(item.parked for item in nexts if item.parked),
        notes=tuple(Note(hearing, text) for text in reasons if text),
    )


def named_by_message(next_hearings: Iterable[Data]) -> dict[str, list[Named]]:
    """Sort next hearings by the CP case they name; one that names none stands under the empty id."""
    by_case: dict[str, list[Named]] = {}
    for hearing in next_hearings:
        cases = listed(hearing, "nextHearingProsecutionCases")
        if not cases:
            by_case.setdefault("", []).append(Named(hearing=hearing))
        for case in cases:
            defendants = listed(case, "defendants")
            offences = [offence["id"] for defendant in defendants for offence in listed(defendant, "offences")]
            by_case.setdefault(case["id"], []).append(
                Named(
                    hearing=hearing,
                    defendants=tuple(defendant["id"] for defendant in defendants),
                    offences=tuple(offences),
                )
            )
    return by_case


def _gathered(named: Iterable[Named], message: Message) -> list[_Next]:
    found: dict[Any, _Next] = {}
    for item in named:
        when, parked = _when(item.hearing, message)
        where = court_of(item.hearing)
        key = item.hearing["existingHearingId"] or (when, where, _words(item.hearing))
        gathered = found.setdefault(key, _Next(item.hearing, when, where, parked))
        gathered.defendants.update(dict.fromkeys(item.defendants))
        gathered.offences.update(dict.fromkeys(item.offences))
    return list(found.values())


def _when(hearing: Data, message: Message) -> tuple[When | None, Parked | None]:
    """Exactly one of three kinds; `dateToBeFixed: false` counts as absent (feeds.md section 9)."""
    starts, week = hearing["listedStartDateTime"], hearing["weekCommencingDate"]
    said = [bool(starts), bool(week), hearing["dateToBeFixed"]]
    if sum(said) > 1:
        return None, Parked.CONTRADICTORY
    if hearing["dateToBeFixed"]:
        return When(kind=DateKind.TO_BE_FIXED), None
    if not starts and not week:
        return None, None
    days: tuple[HearingDay, ...] = (hearing_day(starts),) if starts else ()
    if is_suspicious([day.on for day in days] or [week], message.received_at):
        return None, Parked.SUSPICIOUS_DATE
    if days:
        return When(kind=DateKind.FIXED, days=days), None
    return When(kind=DateKind.WEEK_COMMENCING, week_commencing=week), None


def _id_of(item: _Next, taken: dict[str, int]) -> str:
    if item.hearing["existingHearingId"]:
        return str(item.hearing["existingHearingId"])
    assert item.when is not None  # only dated hearings come here
    day = item.when.days[0].on if item.when.days else item.when.week_commencing
    stem = placeholder(item.where, day, _words(item.hearing))
    number = taken[stem] = taken.get(stem, -1) + 1
    return f"{stem}:{number}"


def placeholder(where: Where | None, day: date | None, hearing_type: str) -> str:
    """Give the name of a next hearing that has no id, up to its number: its court, day and class."""
    return f"{INFERRED}:{court_key(where)}:{day}:{hearing_class(hearing_type)}"


def first_placeholder_of(hearing: Data) -> str:
    """Give the name by which an earlier result may have called this hearing; empty when it has no day or class."""
    days = listed(hearing, "hearingDays")
    words = _words(hearing)
    if not days or hearing_class(words) is HearingClass.OTHER:
        return ""
    first = min(hearing_day(day["sittingDay"]).on for day in days)
    return f"{placeholder(court_of(hearing), first, words)}:0"


def court_key(where: Where | None) -> str:
    """Give what identifies a court: the first 5 characters of its code, else the start of its name."""
    if where is None:
        return ""
    return where.court_code[:5] if where.court_code else "".join(where.court.upper().split())[:15]


def _confirmed(from_hearing: str, hearing_id: str, item: _Next) -> Said:
    assert item.when is not None  # only dated hearings come here
    words = _words(item.hearing)
    about = About(
        hearing_type=words,
        hearing_class=hearing_class(words),
        jurisdiction=item.hearing["jurisdictionType"].upper(),
        defendants=tuple(item.defendants),
        offences=tuple(item.offences),
        seeded_from=(from_hearing,) if from_hearing != hearing_id else (),
    )
    return Said(HearingConfirmed(hearing=hearing_id, when=item.when, where=item.where, about=about), RESULTS)


def _words(hearing: Data) -> str:
    return str(hearing["type"]["description"]) if hearing["type"] else ""
