"""Reads what Common Platform says of hearings as such: listed, dated, moved, vacated, days cancelled, put off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from witness_care.feed.formats.court_time import hearing_day, is_suspicious, one_sitting_a_day
from witness_care.feed.formats.translated import (
    FeedRefusal,
    NamedDefendant,
    NamedOffence,
    Parked,
    Part,
    Rejected,
    Said,
)
from workflows.events import (
    About,
    DateKind,
    DateRemoved,
    HearingClass,
    HearingConfirmed,
    HearingDay,
    HearingDaysCancelled,
    HearingListed,
    HearingMarkedDuplicate,
    HearingMoved,
    HearingWithdrawn,
    TrialUnvacated,
    TrialVacated,
    When,
    Where,
)

LISTING, HEARING, RESULTS = "listing", "hearing", "results"

MOST_CASES = 500

# The first pattern that a hearing's type fits.
_CLASSES: tuple[tuple[HearingClass, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (HearingClass.APPEAL,   r"^appeal"),
        (HearingClass.PLEA,     r"\bptph?\b|^plea\b|\bplea (and|&) |\bplea before venue"),
        (HearingClass.OTHER,    r"\bpre[- ]?trial\b|\bapplication\b|\bvacate\b|\bfor trial\b|\btrial (review|ready)"),
        (HearingClass.TRIAL,    r"\b(re-?)?trial\b"),
        (HearingClass.SENTENCE, r"\bsentenc(e|ing)\b"),
        (HearingClass.FIRST,    r"\bfirst (hearing|appearance)\b"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What every translator needs of the envelope; `odd` collects the paths of values we do not know."""

    received_at: datetime
    occurred_at: datetime
    shared_time: datetime | None = None
    odd: list[str] = field(default_factory=list)


Data = Mapping[str, Any]


def hearing_class(hearing_type: str) -> HearingClass:
    """Give the class of a hearing's type as courts write it; OTHER when it fits none."""
    text = hearing_type.casefold()
    return next((kind for kind, pattern in _CLASSES if pattern.search(text)), HearingClass.OTHER)


# --- one function per type of message ----------------------------------------------------------------------------


def hearing_listed(body: Data, message: Message) -> tuple[Part, ...]:
    """Read an announced hearing, whose only case names are URNs: it teaches which hearing id belongs to them."""
    about = About(hearing_type=body["hearingType"], hearing_class=hearing_class(body["hearingType"]))
    said = (Said(HearingListed(hearing=body["hearingId"], about=about), LISTING),)
    urns = [urn for urn in (urn_of(case) for case in listed(body, "caseUrns")) if urn]
    if not urns:
        raise FeedRefusal(
            Rejected.SCHEMA,
            where="/caseUrns",
            expected="at least one case URN",
            received="none",
            do="Send the URN of each case of the hearing.",
        )
    return tuple(Part(urn=urn, hearing=body["hearingId"], facts=said) for urn in dict.fromkeys(urns))


def hearing_confirmed(body: Data, message: Message) -> tuple[Part, ...]:
    return _listed_hearing(body["confirmedHearing"], message, HearingConfirmed, "/confirmedHearing/hearingDays")


def hearing_updated(body: Data, message: Message) -> tuple[Part, ...]:
    return _listed_hearing(body["updatedHearing"], message, HearingMoved, "/updatedHearing/hearingDays")


def hearing_days_changed(body: Data, message: Message) -> tuple[Part, ...]:
    days = sitting_days(body["hearingDays"], "/hearingDays")
    part = Part(hearing=body["hearingId"], where="/hearingDays")
    if is_suspicious([day.on for day in days], message.received_at):
        return (replace(part, parked=Parked.SUSPICIOUS_DATE),)
    moved = HearingMoved(hearing=body["hearingId"], when=fixed(days))
    return (replace(part, facts=(Said(moved, LISTING),), where=""),)


def next_hearing_day_changed(body: Data, message: Message) -> tuple[Part, ...]:
    """Read the new first day of a hearing that another one was put off to; its further days follow in an update."""
    day = hearing_day(body["hearingStartDate"])
    part = Part(hearing=body["hearingId"], where="/hearingStartDate")
    if is_suspicious([day.on], message.received_at):
        return (replace(part, parked=Parked.SUSPICIOUS_DATE),)
    moved = HearingMoved(hearing=body["hearingId"], when=fixed([day]))
    return (replace(part, facts=(Said(moved, LISTING),), where=""),)


def hearing_unallocated(body: Data, message: Message) -> tuple[Part, ...]:
    """Read a hearing that lost its place in the list: its date no longer stands, and none is given."""
    return (Part(hearing=body["hearingId"], facts=(Said(DateRemoved(hearing=body["hearingId"]), LISTING),)),)


def hearing_deleted(body: Data, message: Message) -> tuple[Part, ...]:
    return (Part(hearing=body["hearingId"], facts=(Said(HearingWithdrawn(hearing=body["hearingId"]), LISTING),)),)


def marked_as_duplicate(body: Data, message: Message) -> tuple[Part, ...]:
    """Read a hearing that is the double of another, which the message does not name (feeds.md section 8, rule 6)."""
    said = (Said(HearingMarkedDuplicate(hearing=body["hearingId"]), HEARING),)
    cases = dict.fromkeys(case for case in body["prosecutionCaseIds"] or () if case)
    return tuple(Part(case=case, hearing=body["hearingId"], facts=said) for case in cases or ("",))


def hearing_days_cancelled(body: Data, message: Message) -> tuple[Part, ...]:
    days = sitting_days(body["hearingDays"], "/hearingDays")
    cancelled = HearingDaysCancelled(hearing=body["hearingId"], days=one_sitting_a_day(days))
    return (Part(hearing=body["hearingId"], facts=(Said(cancelled, HEARING),)),)


def trial_vacated(body: Data, message: Message) -> tuple[Part, ...]:
    """Read a vacated trial. Without a reason id it is the opposite: the trial stands again (feeds.md section 6)."""
    said = (Said(_vacated_or_not(body, is_vacated=bool(body["vacatedTrialReasonId"])), HEARING),)
    cases = at_most(MOST_CASES, listed(body, "caseDetails"), "/caseDetails")
    if not cases:
        return (Part(hearing=body["hearingId"], facts=said),)
    return tuple(
        Part(
            urn=urn_of(case),
            case=case["caseId"] or "",
            hearing=body["hearingId"],
            defendants=tuple(
                NamedDefendant(defendant["defendantId"])
                for defendant in listed(case, "defendantDetails")
                if defendant["defendantId"]
            ),
            facts=said,
        )
        for case in cases
    )


def vacated_trial_updated(body: Data, message: Message) -> tuple[Part, ...]:
    said = Said(_vacated_or_not(body, is_vacated=body["isVacated"]), LISTING)
    return (Part(hearing=body["hearingId"], facts=(said,)),)


# --- shared with results ------------------------------------------------------------------------------------------


def sitting_days(days: Sequence[Data] | None, where: str) -> tuple[HearingDay, ...]:
    """Give the court days of a hearing in the order sent; a message that must have days and has none is refused."""
    if not days:
        raise FeedRefusal(
            Rejected.SCHEMA,
            where=where,
            expected="at least one sitting day",
            received="none",
            do="Send the days, or the message that says the date was removed.",
        )
    return tuple(hearing_day(day["sittingDay"], cancelled=day["isCancelled"]) for day in days)


def fixed(days: Iterable[HearingDay]) -> When:
    return When(kind=DateKind.FIXED, days=one_sitting_a_day(days))


def court_of(hearing: Data) -> Where | None:
    centre = hearing["courtCentre"]
    if not centre or not (centre["name"] or centre["code"]):
        return None
    return Where(court=centre["name"] or centre["code"], court_code=centre["code"].upper(), room=centre["roomName"])


def about_hearing(hearing: Data, cases: Iterable[Data] = (), *, seeded_from: Iterable[str] = ()) -> About:
    """Say what a hearing is about. `seeded_from` adds to the seeding hearings that the offences name."""
    words = hearing["type"]["description"] if hearing["type"] else ""
    defendants, offences, seeds = [], [], list(seeded_from)
    for case in cases:
        for defendant in listed(case, "defendants"):
            defendants.append(defendant["id"])
            for offence in listed(defendant, "offences"):
                offences.append(offence["id"])
                seed = offence.get("seedingHearing")
                if seed and seed["seedingHearingId"]:
                    seeds.append(seed["seedingHearingId"])
    return About(
        hearing_type=words,
        hearing_class=hearing_class(words),
        jurisdiction=hearing["jurisdictionType"].upper(),
        defendants=tuple(dict.fromkeys(defendants)),
        offences=tuple(dict.fromkeys(offences)),
        seeded_from=tuple(seed for seed in dict.fromkeys(seeds) if seed != hearing.get("id")),
    )


def named_in(case: Data) -> tuple[tuple[NamedDefendant, ...], tuple[NamedOffence, ...]]:
    defendants, offences = [], []
    for defendant in listed(case, "defendants"):
        person = defendant["personDefendant"]
        defendants.append(NamedDefendant(defendant["id"], person["arrestSummonsNumber"] if person else ""))
        offences += [NamedOffence(offence["id"], defendant["id"]) for offence in listed(defendant, "offences")]
    return tuple(dict.fromkeys(defendants)), tuple(dict.fromkeys(offences))


def cases_of_applications(hearing: Data) -> Iterator[tuple[str, str]]:
    """Give (CP case id, URN) of every case an application of the hearing belongs to."""
    for application in listed(hearing, "courtApplications"):
        yield from cases_of_application(application)


def cases_of_application(application: Data) -> Iterator[tuple[str, str]]:
    """Give (CP case id, URN) of every case one application belongs to, else of the case it is linked to."""
    order = application["courtOrder"]
    linked = [
        *listed(application, "courtApplicationCases"),
        *(listed(order, "courtOrderOffences") if order else ()),
    ]
    for case in linked:
        yield case["prosecutionCaseId"] or "", urn_of(case["prosecutionCaseIdentifier"])
    if not linked and application["linkedCaseId"]:
        yield application["linkedCaseId"], ""


def urn_of(identifier: Data | None) -> str:
    """Give the URN as sent: its key is written in two ways."""
    return (identifier["caseURN"] or identifier["caseUrn"]) if identifier else ""


def listed(owner: Data, key: str) -> Sequence[Data]:
    """Give a list that may be null or absent."""
    return [item for item in owner.get(key) or () if item]


def at_most(most: int, items: Sequence[Data], where: str) -> Sequence[Data]:
    if len(items) > most:
        raise FeedRefusal(
            Rejected.TOO_LARGE,
            where=where,
            expected=f"at most {most} cases in one message",
            received=str(len(items)),
            do="Send them in several messages.",
        )
    return items


def _listed_hearing(
    hearing: Data, message: Message, kind: type[HearingConfirmed] | type[HearingMoved], where: str
) -> tuple[Part, ...]:
    days = sitting_days(hearing["hearingDays"], where)
    if is_suspicious([day.on for day in days], message.received_at):
        return tuple(replace(part, parked=Parked.SUSPICIOUS_DATE, where=where) for part in _parts_of(hearing))
    when, court = fixed(days), court_of(hearing)
    cases = {case["id"]: case for case in listed(hearing, "prosecutionCases")}
    return tuple(
        replace(
            part,
            facts=(
                Said(
                    kind(
                        hearing=hearing["id"],
                        when=when,
                        where=court,
                        about=about_hearing(hearing, [cases[part.case]] if part.case in cases else ()),
                    ),
                    LISTING,
                ),
            ),
        )
        for part in _parts_of(hearing)
    )


def _parts_of(hearing: Data) -> Iterator[Part]:
    seen = set()
    for case in at_most(MOST_CASES, listed(hearing, "prosecutionCases"), "/prosecutionCases"):
        defendants, offences = named_in(case)
        seen.add(case["id"])
        yield Part(
            urn=urn_of(case["prosecutionCaseIdentifier"]),
            case=case["id"],
            hearing=hearing["id"],
            defendants=defendants,
            offences=offences,
        )
    for case_id, urn in dict.fromkeys(cases_of_applications(hearing)):
        if case_id not in seen:
            yield Part(urn=urn, case=case_id, hearing=hearing["id"])
            seen.add(case_id)
    if not seen:
        yield Part(hearing=hearing["id"])


def _vacated_or_not(body: Data, *, is_vacated: bool) -> TrialVacated | TrialUnvacated:
    if not is_vacated:
        return TrialUnvacated(hearing=body["hearingId"])
    return TrialVacated(hearing=body["hearingId"], reason=body["vacatedTrialReasonId"] or "")


def suspicious(days: Sequence[date], message: Message) -> bool:
    return is_suspicious(days, message.received_at)
