"""Speaks as the courts' Common Platform does: hearings listed, moved, vacated and resulted, for one made-up case.

Written in the shape of its public message schemas (feeds.md section 5), with nothing taken from a real message.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from witness_care.demo.words import Court
from workflows.working_days import instant_of

Body = dict[str, Any]
Day = tuple[date, time]

TRIAL, SENTENCE, PLEA, FIRST = "Trial", "Sentence", "Plea and Trial Preparation", "First hearing"


@dataclass(frozen=True, slots=True)
class ChargedOffence:
    """An offence and its defendant, by the court's ids."""

    id: str
    defendant: str
    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHearing:
    """What a court says of the hearing to come: a day, a week, or "to be fixed"."""

    type: str
    hearing: str = ""
    day: Day | None = None
    week: date | None = None


@dataclass(slots=True)
class CourtVoice:
    """One case as the court knows it. Messages are numbered per hearing and speaker, as the platform does."""

    name: str  # of the case in this world: every id is made from it
    urn: str
    case: str
    court: Court
    room: str
    offences: Sequence[ChargedOffence]
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    said: int = 0

    def id(self, what: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:witness-care-demo:{self.name}:{what}"))

    def listed(self, at: datetime, hearing: str, kind: str) -> Body:
        body = {"hearingId": hearing, "hearingType": kind, "caseUrns": [{"caseURN": self.urn}]}
        return self._envelope(at, "listing", "public.listing.hearing-listed", hearing) | body

    def confirmed(self, at: datetime, hearing: str, kind: str, days: Sequence[Day], *, seeded_from: str = "") -> Body:
        body = {"confirmedHearing": self._hearing(hearing, kind, days, seeded_from=seeded_from)}
        return self._envelope(at, "listing", "public.listing.hearing-confirmed", hearing) | body

    def updated(self, at: datetime, hearing: str, kind: str, days: Sequence[Day]) -> Body:
        body = {"updatedHearing": self._hearing(hearing, kind, days)}
        return self._envelope(at, "listing", "public.listing.hearing-updated", hearing) | body

    def vacated(self, at: datetime, hearing: str, reason: str) -> Body:
        body = {
            "hearingId": hearing,
            "vacatedTrialReasonId": reason,
            "hasInterpreter": False,
            "caseDetails": [{"caseId": self.case, "caseURN": self.urn}],
        }
        return self._envelope(at, "hearing", "public.hearing.trial-vacated", hearing) | body

    def vacated_without_reason(self, at: datetime, hearing: str) -> Body:
        body = {"hearingId": hearing, "isVacated": True, "allocated": True}
        return self._envelope(at, "listing", "public.listing.vacated-trial-updated", hearing) | body

    def days_cancelled(self, at: datetime, hearing: str, days: Sequence[Day], cancelled: Iterable[int]) -> Body:
        gone = set(cancelled)
        body = {
            "hearingId": hearing,
            "hearingDays": [self._day(day) | {"isCancelled": position in gone} for position, day in enumerate(days, 1)],
        }
        return self._envelope(at, "hearing", "public.hearing.hearing-days-cancelled", hearing) | body

    def pleaded(self, at: datetime, hearing: str, offence: ChargedOffence, plea: str, on: date) -> Body:
        body = {
            "hearingId": hearing,
            "pleaModel": {
                "offenceId": offence.id,
                "defendantId": offence.defendant,
                "prosecutionCaseId": self.case,
                "plea": {"offenceId": offence.id, "pleaDate": on.isoformat(), "pleaValue": plea},
            },
        }
        return self._envelope(at, "hearing", "public.hearing.hearing-offence-plea-updated", hearing) | body

    def verdict(
        self, at: datetime, hearing: str, offence: ChargedOffence, on: date, *, guilty: bool, doubtful: bool = False
    ) -> Body:
        """`doubtful` makes the two fields of a verdict disagree, as courts' systems sometimes do."""
        body = {"hearingId": hearing, "verdict": self._verdict(offence, on, guilty=guilty, doubtful=doubtful)}
        return self._envelope(at, "hearing", "public.hearing.hearing-offence-verdict-updated", hearing) | body

    def resulted(
        self,
        at: datetime,
        hearing: str,
        kind: str,
        day: Day,
        results: Mapping[str, Sequence[Body]],
        *,
        pleas: Mapping[str, str] | None = None,
        verdicts: Mapping[str, bool] | None = None,
        trial_reason: Mapping[str, str] | None = None,
    ) -> Body:
        """Give the shared results of a day: by offence id its results, pleas ("GUILTY") and verdicts (guilty?)."""
        heard = self._hearing(hearing, kind, [day]) | {"hasSharedResults": True}
        heard["prosecutionCases"] = [
            {
                "id": self.case,
                "prosecutionCaseIdentifier": {"caseURN": self.urn},
                "defendants": [
                    {
                        "id": defendant,
                        "masterDefendantId": defendant,
                        "prosecutionCaseId": self.case,
                        "offences": [
                            self._resulted_offence(offence, day[0], results, pleas or {}, verdicts or {})
                            for offence in theirs
                        ],
                    }
                    for defendant, theirs in self._by_defendant().items()
                ],
            }
        ]
        if trial_reason:
            heard["crackedIneffectiveTrial"] = dict(trial_reason)
        body = {
            "hearing": heard,
            "hearingDay": day[0].isoformat(),
            "isReshare": False,
            "sharedTime": _text(at),
        }
        return self._envelope(at, "hearing", "public.events.hearing.hearing-resulted", hearing) | body

    def adjourned_to(self, next_hearing: NextHearing) -> Body:
        """Give the result that another hearing is to come."""
        coming: Body = {
            "type": {"description": next_hearing.type},
            "jurisdictionType": self.court.jurisdiction,
            "courtCentre": self._court_centre(),
            "adjournmentReason": "For the case to be made ready",
        }
        if next_hearing.hearing:
            coming["existingHearingId"] = next_hearing.hearing
        if next_hearing.day:
            coming["listedStartDateTime"] = _text(instant_of(*next_hearing.day))
        elif next_hearing.week:
            coming["weekCommencingDate"] = next_hearing.week.isoformat()
        else:
            coming["dateToBeFixed"] = True
        return self._result("4506", "Adjourned", "INTERMEDIARY") | {
            "isAdjournmentResult": True,
            "nextHearing": coming,
        }

    def imprisoned(self, months: int) -> Body:
        return self._result("1002", "Imprisonment", "FINAL") | {
            "isConvictedResult": True,
            "durationElement": {"primaryDurationValue": months, "primaryDurationUnit": "M"},
        }

    def community_order(self, months: int) -> Body:
        return self._result("1116", "Community order", "FINAL") | {
            "isConvictedResult": True,
            "durationElement": {"primaryDurationValue": months, "primaryDurationUnit": "M"},
        }

    def fined(self) -> Body:
        return self._result("1015", "Fine", "FINAL") | {"isConvictedResult": True}

    def remanded(self) -> Body:
        """Give a result that ends nothing: the case goes on tomorrow."""
        return self._result("4028", "Remanded in custody", "INTERMEDIARY")

    def warrant(self) -> Body:
        """Give the result that the defendant did not come and is to be arrested."""
        return self._result("4575", "Warrant for arrest", "INTERMEDIARY")

    def acquitted(self) -> Body:
        return self._result("2004", "Dismissed", "FINAL")

    def _by_defendant(self) -> dict[str, list[ChargedOffence]]:
        grouped: dict[str, list[ChargedOffence]] = {}
        for offence in self.offences:
            grouped.setdefault(offence.defendant, []).append(offence)
        return grouped

    def _resulted_offence(
        self,
        offence: ChargedOffence,
        on: date,
        results: Mapping[str, Sequence[Body]],
        pleas: Mapping[str, str],
        verdicts: Mapping[str, bool],
    ) -> Body:
        body: Body = {
            "id": offence.id,
            "offenceCode": offence.code,
            "offenceTitle": offence.title,
            "judicialResults": [
                result | {"orderedDate": on.isoformat(), "judicialResultId": self.id(f"result {offence.id} {on} {n}")}
                for n, result in enumerate(results.get(offence.id, ()))
            ],
        }
        if offence.id in pleas:
            body["plea"] = {"offenceId": offence.id, "pleaDate": on.isoformat(), "pleaValue": pleas[offence.id]}
        if offence.id in verdicts:
            body["verdict"] = self._verdict(offence, on, guilty=verdicts[offence.id])
        return body

    def _verdict(self, offence: ChargedOffence, on: date, *, guilty: bool, doubtful: bool = False) -> Body:
        words, category = ("Guilty", "GUILTY") if guilty else ("Not Guilty", "NOT_GUILTY")
        if doubtful:
            category = "NOT_GUILTY" if guilty else "GUILTY"
        return {
            "offenceId": offence.id,
            "verdictDate": on.isoformat(),
            "verdictType": {"category": words, "categoryType": category},
        }

    def _result(self, code: str, label: str, category: str) -> Body:
        return {
            "cjsCode": code,
            "label": label,
            "category": category,
            "isAdjournmentResult": False,
            "isConvictedResult": False,
            "isDeleted": False,
        }

    def _hearing(self, hearing: str, kind: str, days: Sequence[Day], *, seeded_from: str = "") -> Body:
        seeding = {"seedingHearing": {"seedingHearingId": seeded_from}} if seeded_from else {}
        return {
            "id": hearing,
            "type": {"description": kind},
            "jurisdictionType": self.court.jurisdiction,
            "courtCentre": self._court_centre(),
            "hearingDays": [self._day(day) for day in days],
            "prosecutionCases": [
                {
                    "id": self.case,
                    "defendants": [
                        {"id": defendant, "offences": [{"id": offence.id} | seeding for offence in theirs]}
                        for defendant, theirs in self._by_defendant().items()
                    ],
                }
            ],
        }

    def _day(self, day: Day) -> Body:
        return {"sittingDay": _text(instant_of(*day)), "listedDurationMinutes": 360, "isCancelled": False}

    def _court_centre(self) -> Body:
        return {"code": self.court.code, "name": self.court.name, "roomName": self.room}

    def _envelope(self, at: datetime, source: str, name: str, hearing: str) -> Body:
        version = self.versions[(source, hearing)] = self.versions.get((source, hearing), 0) + 1
        self.said += 1
        return {
            "_metadata": {
                "id": self.id(f"message {self.said}"),
                "name": name,
                "createdAt": _text(at),
                "source": source,
                "stream": {"id": hearing, "version": version},
            }
        }


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
