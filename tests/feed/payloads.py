"""Common Platform messages as the court sends them, written by us about made-up people."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

NAMES = uuid.UUID("5f1b1f58-2f27-5b57-8d0a-0c3d5b2a7a11")


def an_id(name: str) -> str:
    """A court id that is always the same for the same words."""
    return str(uuid.uuid5(NAMES, name))


URN = "42CF7700126"
CASE, HEARING, RELISTED, SENTENCE = an_id("case"), an_id("trial"), an_id("relisted trial"), an_id("sentence")
DEFENDANT, OFFENCE, SECOND_OFFENCE = an_id("defendant"), an_id("wounding"), an_id("assault")
CROWN_COURT = {"id": an_id("court"), "code": "C42NB00", "name": "Northbridge Crown Court", "roomName": "Court 4"}


def with_metadata(
    body: dict[str, Any],
    name: str,
    *,
    stream: str = HEARING,
    version: int | None = None,
    created: str = "2026-01-12T11:00:00.000Z",
    message_id: str | None = None,
) -> dict[str, Any]:
    """A message in its envelope; without a version it has no stream."""
    metadata: dict[str, Any] = {
        "id": message_id or str(uuid.uuid4()),
        "name": name,
        "createdAt": created,
        "source": name.split(".")[-2],
    }
    if version is not None:
        metadata["stream"] = {"id": stream, "version": version}
    return {"_metadata": metadata, **body}


def listed(*urns: str, hearing: str = HEARING, kind: str = "Trial", **envelope: Any) -> dict[str, Any]:
    body = {"hearingId": hearing, "hearingType": kind, "caseUrns": [{"caseURN": urn} for urn in urns or (URN,)]}
    return with_metadata(body, "public.listing.hearing-listed", stream=hearing, **envelope)


def a_hearing(
    *days: str,
    hearing: str = HEARING,
    kind: str = "Trial",
    case: str = CASE,
    defendants: Sequence[str] = (DEFENDANT,),
    offences: Sequence[str] = (OFFENCE,),
    seeded_from: str | None = None,
    court: dict[str, Any] | None = None,
) -> dict[str, Any]:
    seed = {"seedingHearing": {"seedingHearingId": seeded_from, "jurisdictionType": "CROWN"}} if seeded_from else {}
    return {
        "id": hearing,
        "type": {"id": an_id(kind), "description": kind},
        "jurisdictionType": "CROWN",
        "hearingLanguage": "ENGLISH",
        "courtCentre": dict(CROWN_COURT if court is None else court),
        "hearingDays": [{"sittingDay": day, "listedDurationMinutes": 360, "isCancelled": False} for day in days],
        "prosecutionCases": [
            {
                "id": case,
                "defendants": [
                    {"id": defendant, "offences": [{"id": offence} | seed for offence in offences]}
                    for defendant in defendants
                ],
            }
        ],
    }


def confirmed(*days: str, envelope: dict[str, Any] | None = None, **hearing: Any) -> dict[str, Any]:
    body = {"confirmedHearing": a_hearing(*days, **hearing), "sendNotificationToParties": True}
    stream = hearing.get("hearing", HEARING)
    return with_metadata(body, "public.listing.hearing-confirmed", **({"stream": stream} | (envelope or {})))


def updated(*days: str, envelope: dict[str, Any] | None = None, **hearing: Any) -> dict[str, Any]:
    body = {"updatedHearing": a_hearing(*days, **hearing)}
    stream = hearing.get("hearing", HEARING)
    return with_metadata(body, "public.listing.hearing-updated", **({"stream": stream} | (envelope or {})))


def days_changed(*days: str, hearing: str = HEARING, **envelope: Any) -> dict[str, Any]:
    body = {"hearingId": hearing, "hearingDays": [{"sittingDay": day} for day in days]}
    return with_metadata(body, "public.listing.hearing-days-changed-for-hearing", stream=hearing, **envelope)


def days_cancelled(
    *days: str, cancelled: Iterable[str] = (), hearing: str = HEARING, **envelope: Any
) -> dict[str, Any]:
    gone = set(cancelled)
    body = {
        "hearingId": hearing,
        "hearingDays": [{"sittingDay": day, "isCancelled": day in gone} for day in (*days, *sorted(gone))],
    }
    return with_metadata(body, "public.hearing.hearing-days-cancelled", stream=hearing, **envelope)


def next_day_changed(day: str, *, hearing: str = HEARING, seeded_from: str = "", **envelope: Any) -> dict[str, Any]:
    body = {"hearingId": hearing, "seedingHearingId": seeded_from or an_id("plea hearing"), "hearingStartDate": day}
    return with_metadata(body, "public.events.listing.next-hearing-day-changed", stream=hearing, **envelope)


def court_list(
    *entries: dict[str, Any], kind: str = "FINAL", requested: str = "2026-01-12T11:00:00.000Z", **envelope: Any
) -> dict[str, Any]:
    """A published list; each entry made by `on_the_list` stands in a sitting of its own."""
    days = [entry["startTime"][:10] for entry in entries]
    body = {
        "courtListId": an_id(f"list {requested}"),
        "courtCentreId": CROWN_COURT["id"],
        "publishCourtListType": kind,
        "requestedTime": requested,
        "startDate": min(days, default="2026-03-09"),
        "endDate": max(days, default="2026-03-09"),
        "weekCommencing": kind in ("WARN", "FIRM"),
        "courtLists": [
            {
                "sittingDate": day,
                "weekCommencing": kind in ("WARN", "FIRM"),
                "courtRoomId": an_id("court room"),
                "judiciary": [],
                "hearings": [entry],
            }
            for day, entry in zip(days, entries, strict=True)
        ],
        "sendNotificationToParties": True,
    }
    return with_metadata(body, "public.listing.court-list-published", **({"created": requested} | envelope))


def on_the_list(
    starts: str, *, urn: str = URN, case: str = CASE, kind: str = "Trial", defendants: Sequence[str] = (DEFENDANT,)
) -> dict[str, Any]:
    """A line of a court list; `starts` is London time without a zone, as lists write it."""
    return {
        "startTime": starts,
        "hearingType": {"id": an_id(kind), "description": kind},
        "restrictFromCourtList": False,
        "weekCommencing": False,
        "hasVideoLink": False,
        "caseIdentifier": {"authorityId": an_id("authority"), "authorityCode": "TESTPF", "caseReference": urn},
        "defendants": [
            {
                "id": defendant,
                "masterDefendantId": defendant,
                "prosecutionCaseId": case,
                "offences": [{"id": OFFENCE, "offenceCode": "TE01001", "offenceTitle": "Wounding"}],
                "personDefendant": {"personDetails": {"firstName": "Testy", "lastName": "Testperson"}},
            }
            for defendant in defendants
        ],
    }


def unallocated(*, hearing: str = HEARING, **envelope: Any) -> dict[str, Any]:
    body = {"hearingId": hearing, "offenceIds": [OFFENCE]}
    return with_metadata(body, "public.events.listing.hearing-unallocated", stream=hearing, **envelope)


def deleted(*, hearing: str = HEARING, **envelope: Any) -> dict[str, Any]:
    return with_metadata({"hearingId": hearing}, "public.listing.events.hearing-deleted", stream=hearing, **envelope)


def marked_as_duplicate(*cases: str, hearing: str = HEARING, **envelope: Any) -> dict[str, Any]:
    body = {
        "hearingId": hearing,
        "prosecutionCaseIds": list(cases or (CASE,)),
        "defendantIds": [DEFENDANT],
        "offenceIds": [OFFENCE],
    }
    return with_metadata(body, "public.events.hearing.marked-as-duplicate", stream=hearing, **envelope)


def vacated(
    *, reason: str | None = an_id("a witness could not come"), hearing: str = HEARING, urn: str = URN, **envelope: Any
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "hearingId": hearing,
        "hasInterpreter": False,
        "caseDetails": [
            {
                "caseId": CASE,
                "caseUrn": urn,
                "defendantDetails": [{"defendantId": DEFENDANT, "defendantLastName": "TESTPERSON"}],
            }
        ],
    }
    if reason is not None:
        body["vacatedTrialReasonId"] = reason
    return with_metadata(body, "public.hearing.trial-vacated", stream=hearing, **envelope)


def vacated_by_listing(*, is_vacated: bool = True, hearing: str = HEARING, **envelope: Any) -> dict[str, Any]:
    body = {
        "hearingId": hearing,
        "isVacated": is_vacated,
        "vacatedTrialReasonId": an_id("a witness could not come"),
        "allocated": True,
    }
    return with_metadata(body, "public.listing.vacated-trial-updated", stream=hearing, **envelope)


def plea(value: str = "GUILTY", *, offence: str = OFFENCE, hearing: str = HEARING, **envelope: Any) -> dict[str, Any]:
    body = {
        "hearingId": hearing,
        "pleaModel": {
            "offenceId": offence,
            "prosecutionCaseId": CASE,
            "defendantId": DEFENDANT,
            "plea": {"offenceId": offence, "pleaDate": "2026-01-12", "pleaValue": value},
        },
    }
    return with_metadata(body, "public.hearing.hearing-offence-plea-updated", stream=hearing, **envelope)


def verdict(
    category: str = "Guilty",
    category_type: str = "GUILTY",
    *,
    offence: str = OFFENCE,
    hearing: str = HEARING,
    **envelope: Any,
) -> dict[str, Any]:
    body = {"hearingId": hearing, "verdict": {"offenceId": offence} | a_verdict(category, category_type)}
    return with_metadata(body, "public.hearing.hearing-offence-verdict-updated", stream=hearing, **envelope)


def a_verdict(category: str = "Guilty", category_type: str = "GUILTY") -> dict[str, Any]:
    kind = {"id": an_id(category_type), "category": category, "categoryType": category_type}
    return {"verdictDate": "2026-01-12", "verdictType": kind}


def adjourned(*next_hearings: dict[str, Any], hearing: str = HEARING, **envelope: Any) -> dict[str, Any]:
    body = {"adjournedHearing": hearing, "nextHearings": list(next_hearings)}
    return with_metadata(body, "public.hearing.adjourned", stream=hearing, **envelope)


def next_hearing(
    starts: str | None = "2026-03-02T10:00:00Z",
    *,
    hearing: str | None = None,
    kind: str = "Sentence",
    week: str | None = None,
    to_be_fixed: bool | None = None,
    concerning: bool = False,
    reason: str = "",
) -> dict[str, Any]:
    """A next hearing as a result names it; `concerning` adds the case, defendant and offence it is about."""
    about = {"id": CASE, "defendants": [{"id": DEFENDANT, "offences": [{"id": OFFENCE}]}]}
    said = {
        "existingHearingId": hearing,
        "listedStartDateTime": starts,
        "weekCommencingDate": week,
        "dateToBeFixed": to_be_fixed,
        "adjournmentReason": reason or None,
        "nextHearingProsecutionCases": [about] if concerning else None,
    }
    return {
        "type": {"id": an_id(kind), "description": kind},
        "jurisdictionType": "CROWN",
        "courtCentre": dict(CROWN_COURT),
        "estimatedMinutes": 60,
    } | {key: value for key, value in said.items() if value is not None}


def a_result(
    code: str = "1002",
    label: str = "Imprisonment",
    *,
    category: str = "FINAL",
    length: tuple[int, str] | None = None,
    goes_on: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    result = {"cjsCode": code, "label": label, "category": category, "isAdjournmentResult": goes_on is not None}
    if length:
        result["durationElement"] = {"primaryDurationValue": length[0], "primaryDurationUnit": length[1]}
    if goes_on is not None:
        result["nextHearing"] = goes_on
    return result | more


def an_offence(*results: dict[str, Any], offence: str = OFFENCE, **more: Any) -> dict[str, Any]:
    return {
        "id": offence,
        "offenceCode": "OF61016",
        "offenceTitle": "Wounding",
        "judicialResults": list(results),
    } | more


def resulted(
    *offences: dict[str, Any],
    hearing: str = HEARING,
    day: str = "2026-01-12",
    shared: str | None = "2026-01-12T15:00:00.000Z",
    kind: str = "Trial",
    defendant: dict[str, Any] | None = None,
    ended: dict[str, Any] | None = None,
    envelope: dict[str, Any] | None = None,
    **hearing_fields: Any,
) -> dict[str, Any]:
    """A day's results of the one defendant, with details of theirs that must not be kept."""
    person = {
        "arrestSummonsNumber": "42/42CF/01/77001A",
        "personDetails": {
            "firstName": "Testy",
            "lastName": "TESTPERSON",
            "dateOfBirth": "1990-01-02",
            "ethnicity": {"observedEthnicityCode": "9"},
            "nationalInsuranceNumber": "QQ123456C",
            "contact": {"mobile": "07700 900555", "primaryEmail": "Testy@Mail.Example"},
            "address": {"address1": "1 Test Street", "address2": "Testham", "postcode": "ZZ1 1ZZ"},
        },
    }
    body: dict[str, Any] = {
        "hearing": {
            "id": hearing,
            "type": {"id": an_id(kind), "description": kind},
            "jurisdictionType": "CROWN",
            "courtCentre": dict(CROWN_COURT),
            "hearingDays": [{"sittingDay": f"{day}T10:00:00.000Z"}],
            "prosecutionCases": [
                {
                    "id": CASE,
                    "prosecutionCaseIdentifier": {"caseURN": URN, "prosecutionAuthorityCode": "TEST"},
                    "defendants": [
                        {"id": DEFENDANT, "personDefendant": person, "offences": list(offences)} | (defendant or {})
                    ],
                }
            ],
        }
        | hearing_fields,
        "hearingDay": day,
        "isReshare": False,
    }
    if shared:
        body["sharedTime"] = shared
    if ended:
        body["hearing"]["crackedIneffectiveTrial"] = ended
    said = {"created": shared or "2026-01-12T15:00:00.000Z", "stream": hearing} | (envelope or {})
    return with_metadata(body, "public.events.hearing.hearing-resulted", **said)
