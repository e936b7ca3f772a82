"""Reads a court list that Common Platform published: which hearings a court shows on which days (feeds.md section 10).

A list gives no hearing ids. Each entry becomes a sighting, which matching takes to the hearing it shows. A list that is
a draft, or that names a case we do not have, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from witness_care.feed.formats.court_time import hearing_day, is_suspicious, one_sitting_a_day
from witness_care.feed.formats.cp_hearings import LISTING, Data, Message, fixed, hearing_class, listed
from witness_care.feed.formats.cp_next_hearings import placeholder
from witness_care.feed.formats.translated import (
    FeedRefusal,
    NamedDefendant,
    NamedOffence,
    Parked,
    Part,
    Rejected,
    Said,
)
from workflows.events import About, DateKind, HearingDay, HearingSighted, When
from workflows.working_days import days_later

LONDON = ZoneInfo("Europe/London")
DRAFT, FINAL, FIRM, WARN = "DRAFT", "FINAL", "FIRM", "WARN"
KINDS = (DRAFT, FINAL, FIRM, WARN)
MOST_ENTRIES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a list: a case before a court on a day, or in the week that starts then."""

    urn: str
    case: str
    hearing_type: str
    defendants: tuple[NamedDefendant, ...]
    offences: tuple[NamedOffence, ...]
    day: HearingDay
    is_week: bool

    @property
    def what(self) -> tuple[str, str, str, frozenset[str], bool]:
        """What makes two lines one hearing: the case, its type, its defendants, and whether they give days."""
        return self.urn, self.case, self.hearing_type, frozenset(each.id for each in self.defendants), self.is_week


def court_list_published(body: Data, message: Message) -> tuple[Part, ...]:
    """Read a published list. An empty one waits for a person: it may be a fault, and shows nothing gone."""
    kind = body["publishCourtListType"].upper()
    if kind not in KINDS:
        raise FeedRefusal(
            Rejected.SCHEMA,
            where="/publishCourtListType",
            expected=f"one of {', '.join(KINDS)}",
            received="another kind of list",
            do="Send the kind of the list as the court published it.",
        )
    lines = list(_lines(body, is_warned=kind == WARN))
    if not lines:
        return (Part(parked=Parked.EMPTY_SNAPSHOT, where="/courtLists"),)
    return tuple(_part(together, message) for together in _by_hearing(lines))


def is_draft(body: Data) -> bool:
    """Say whether a list is not settled yet: it is kept, and nobody is told anything by it."""
    return bool(body["publishCourtListType"].upper() == DRAFT)


def list_key(body: Data) -> str:
    """Name what a list is of: one list of the same court, kind and days replaces another (feeds.md section 7)."""
    return f"{body['courtCentreId'] or ''}|{body['publishCourtListType'].upper()}|{body['startDate'] or ''}"


def _lines(body: Data, *, is_warned: bool) -> Iterator[Entry]:
    """Give the lines that name a case or a defendant. A list of a week says so at any of three levels."""
    of_the_list = is_warned or body["weekCommencing"]
    count = 0
    for sitting in listed(body, "courtLists"):
        of_the_sitting = of_the_list or sitting["weekCommencing"]
        for hearing in listed(sitting, "hearings"):
            count += 1
            if count > MOST_ENTRIES:
                raise FeedRefusal(
                    Rejected.TOO_LARGE,
                    where="/courtLists",
                    expected=f"at most {MOST_ENTRIES} hearings in one list",
                    received="more",
                    do="Send the list in parts.",
                )
            line = _line(sitting, hearing, is_week=bool(of_the_sitting or hearing["weekCommencing"]))
            if line.urn or line.case or line.defendants:
                yield line


def _line(sitting: Data, hearing: Data, *, is_week: bool) -> Entry:
    case = hearing["caseIdentifier"]
    people = listed(hearing, "defendants")
    return Entry(
        urn=case["caseReference"] if case else "",
        case=next((each["prosecutionCaseId"] for each in people if each["prosecutionCaseId"]), ""),
        hearing_type=hearing["hearingType"]["description"] if hearing["hearingType"] else "",
        defendants=tuple(NamedDefendant(each["id"]) for each in people if each["id"]),
        offences=tuple(
            NamedOffence(offence["id"], each["id"])
            for each in people
            if each["id"]
            for offence in listed(each, "offences")
        ),
        day=_day(sitting["sittingDate"], hearing["startTime"]),
        is_week=is_week,
    )


def _day(sitting_date: date, start: str) -> HearingDay:
    """Give the day of a line with its time, which a list writes as London time without a zone (section 14)."""
    try:
        at = datetime.fromisoformat(start)
        day = hearing_day(at if at.tzinfo else at.replace(tzinfo=LONDON))
    except (ValueError, OverflowError):  # no time, or one at the edge of the calendar
        return HearingDay(on=sitting_date)
    return HearingDay(on=sitting_date, at=day.at if day.on == sitting_date else None)


def _by_hearing(lines: Iterable[Entry]) -> list[list[Entry]]:
    together: dict[object, list[Entry]] = {}
    for line in lines:
        together.setdefault(line.what, []).append(line)
    return list(together.values())


def _part(lines: list[Entry], message: Message) -> Part:
    first = lines[0]
    days = one_sitting_a_day(sorted((line.day for line in lines), key=lambda day: day.on))
    part = Part(
        urn=first.urn,
        case=first.case,
        defendants=first.defendants,
        offences=tuple(dict.fromkeys(offence for line in lines for offence in line.offences)),
        where="/courtLists",
        only_if_ours=True,
    )
    if is_suspicious([day.on for day in days], message.received_at):
        return replace(part, parked=Parked.SUSPICIOUS_DATE)
    seen = HearingSighted(
        hearing=f"{placeholder(None, days[0].on, first.hearing_type)}:list",
        when=_week_of(days[0].on) if first.is_week else fixed(days),
        about=About(
            hearing_type=first.hearing_type,
            hearing_class=hearing_class(first.hearing_type),
            defendants=tuple(each.id for each in first.defendants),
            offences=tuple(each.id for each in part.offences),
        ),
    )
    return replace(part, facts=(Said(seen, LISTING),))


def _week_of(day: date) -> When:
    return When(kind=DateKind.WEEK_COMMENCING, week_commencing=days_later(day, -day.weekday()))
