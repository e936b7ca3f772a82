"""Reads the results Common Platform shares of one hearing day: pleas, verdicts, how the trial went, and every result.

Results stand on offences, defendants, cases and applications; all are read (feeds.md section 5). Each share replaces
all earlier ones of its day, so the facts here are everything the day says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from witness_care.feed.formats import cp_custody, cp_judgements
from witness_care.feed.formats.court_time import hearing_day, is_suspicious
from witness_care.feed.formats.cp_hearings import (
    HEARING,
    MOST_CASES,
    Data,
    Message,
    at_most,
    cases_of_application,
    listed,
    named_in,
    urn_of,
)
from witness_care.feed.formats.cp_next_hearings import Named, first_placeholder_of, put_off
from witness_care.feed.formats.result_kinds import ADJOURNED_WITHOUT_DATE, ENDINGS, SENTENCES
from witness_care.feed.formats.translated import FeedRefusal, NamedOffence, Parked, Part, Rejected, Said
from workflows.events import (
    OffenceDescribed,
    OffenceResult,
    PleaRecorded,
    ResultKind,
    ResultsShared,
    TrialCracked,
    TrialIneffective,
    VerdictRecorded,
)

OFFENCES = "/hearing/prosecutionCases/defendants/offences"
TRIAL_ENDS: Mapping[str, type[TrialCracked] | type[TrialIneffective]] = MappingProxyType(
    {"cracked": TrialCracked, "ineffective": TrialIneffective}
)


@dataclass(slots=True)
class _Charge:
    """One offence of one defendant with every result that concerns it. `defendant` is "" when only known to us."""

    id: str
    defendant: str
    offence: Data
    results: list[tuple[Data, bool]] = field(default_factory=list)  # the result, and whether it is the offence's own


@dataclass(slots=True)
class _Case:
    """One case of the hearing, gathered from the prosecution cases and from the applications that belong to it."""

    id: str
    urn: str
    source: Data | None = None
    charges: list[_Charge] = field(default_factory=list)
    of_applications: list[Data] = field(default_factory=list)  # results of an application, which is no offence


def hearing_resulted(body: Data, message: Message) -> tuple[Part, ...]:
    """Read one share of one hearing day, a part for each case (and one more for what nobody should believe)."""
    hearing = body["hearing"]
    day = _hearing_day(body)
    return tuple(
        part for case in _cases_of(hearing) for part in _parts_of_case(case, hearing=hearing, day=day, message=message)
    )


def plea_updated(body: Data, message: Message) -> tuple[Part, ...]:
    model = body["pleaModel"]
    plea = _plea(model, defendant=model["defendantId"], offence=model["offenceId"], hearing=body["hearingId"])
    _count_odd_plea(model["plea"], message)
    return (
        Part(
            case=model["prosecutionCaseId"] or "",
            hearing=body["hearingId"],
            defendants=cp_judgements.defendant_named(model["defendantId"]),
            offences=(NamedOffence(model["offenceId"], model["defendantId"]),),
            facts=(Said(plea, HEARING),) if plea else (),
        ),
    )


def verdict_updated(body: Data, message: Message) -> tuple[Part, ...]:
    """Read a verdict. It names no defendant: matching finds whose offence it is."""
    verdict = body["verdict"]
    if not verdict["offenceId"]:
        raise FeedRefusal(
            Rejected.SCHEMA, where="/verdict/offenceId", expected="an id", received="nothing", do="Send the offence."
        )
    part = Part(hearing=body["hearingId"], offences=(NamedOffence(verdict["offenceId"], ""),))
    judged = cp_judgements.verdict_of(verdict)
    if judged.contradictory:
        return (replace(part, parked=Parked.CONTRADICTORY, where="/verdict/verdictType"),)
    if judged.value is None:
        message.odd.append("/verdict/verdictType/category (value)")
        return (replace(part, parked=Parked.NEEDS_PERSON, where="/verdict/verdictType"),)
    fact = VerdictRecorded(
        defendant="",
        offence=verdict["offenceId"],
        verdict=judged.value,
        hearing=body["hearingId"],
        on=verdict["verdictDate"],
    )
    return (replace(part, facts=(Said(fact, HEARING),)),)


def _hearing_day(body: Data) -> date:
    if body["hearingDay"]:
        return body["hearingDay"]
    days = {hearing_day(day["sittingDay"]).on for day in listed(body["hearing"], "hearingDays")}
    if len(days) == 1:
        return days.pop()
    raise FeedRefusal(
        Rejected.SCHEMA, where="/hearingDay", expected="a date", received="nothing", do="Send the day resulted."
    )


def _cases_of(hearing: Data) -> list[_Case]:
    cases: dict[str, _Case] = {}
    for source in at_most(MOST_CASES, listed(hearing, "prosecutionCases"), "/hearing/prosecutionCases"):
        cases[source["id"]] = case = _Case(source["id"], urn_of(source["prosecutionCaseIdentifier"]), source)
        for defendant in listed(source, "defendants"):
            case.charges += _charges_of(defendant, source, hearing)
    for case_id, urn, offence in _offences_of_applications(hearing):
        case = cases.setdefault(case_id, _Case(case_id, urn))
        if offence and not any(charge.id == offence["id"] for charge in case.charges):
            own = [(result, True) for result in _standing(offence, "judicialResults")]
            case.charges.append(_Charge(offence["id"], "", offence, own))
    for case_id, urn, said in _results_of_applications(hearing):
        if case_id or not cases:
            cases.setdefault(case_id, _Case(case_id, urn)).of_applications += said
    return list(cases.values()) or [_Case("", "")]


def _charges_of(defendant: Data, case: Data, hearing: Data) -> Iterator[_Charge]:
    """Give a defendant's offences with their own results, and with those that stand on defendant, case or hearing.

    A sentence belongs to an offence: one that stands elsewhere and names no offence is given to the defendant's only
    offence or, with several, to none (see `_unplaced_sentences`).
    """
    charges = {
        offence["id"]: _Charge(
            offence["id"],
            defendant["id"],
            offence,
            [(result, True) for result in _standing(offence, "judicialResults")],
        )
        for offence in listed(defendant, "offences")
    }
    for result in _results_elsewhere(defendant, case, hearing):
        named = charges.get(result["offenceId"] or "")
        if named is not None:
            named.results.append((result, True))
        elif _kind(result, convicted=True) not in SENTENCES or len(charges) == 1:
            for charge in charges.values():
                charge.results.append((result, len(charges) == 1))
    return iter(charges.values())


def _results_elsewhere(defendant: Data, case: Data, hearing: Data) -> list[Data]:
    mine = (defendant["id"], defendant["masterDefendantId"])
    return [
        *_standing(defendant, "judicialResults"),
        *_standing(defendant, "defendantCaseJudicialResults"),
        *_standing(case, "judicialResults"),
        *(
            held["judicialResult"]
            for held in listed(hearing, "defendantJudicialResults")
            if held["masterDefendantId"] in mine and held["judicialResult"] and not held["judicialResult"]["isDeleted"]
        ),
    ]


def _unplaced_sentences(case: Data, hearing: Data) -> bool:
    """Say whether a sentence stands on a defendant with several offences and names none of them."""
    return any(
        _kind(result, convicted=True) in SENTENCES and not result["offenceId"]
        for defendant in listed(case, "defendants")
        if len(listed(defendant, "offences")) > 1
        for result in _results_elsewhere(defendant, case, hearing)
    )


def _offences_of_applications(hearing: Data) -> Iterator[tuple[str, str, Data | None]]:
    for application in listed(hearing, "courtApplications"):
        for case in listed(application, "courtApplicationCases"):
            urn = urn_of(case["prosecutionCaseIdentifier"])
            yield case["prosecutionCaseId"] or "", urn, None
            for offence in listed(case, "offences"):
                yield case["prosecutionCaseId"] or "", urn, offence
        for ordered in listed(application["courtOrder"] or {}, "courtOrderOffences"):
            yield ordered["prosecutionCaseId"] or "", urn_of(ordered["prosecutionCaseIdentifier"]), ordered["offence"]


def _results_of_applications(hearing: Data) -> Iterator[tuple[str, str, list[Data]]]:
    """Give what stands on an application itself, for each case it belongs to; without one, for whose hearing it is."""
    for application in listed(hearing, "courtApplications"):
        said = _standing(application, "judicialResults")
        for case_id, urn in dict.fromkeys(cases_of_application(application)) or [("", "")]:
            yield case_id, urn, said


def _parts_of_case(case: _Case, *, hearing: Data, day: date, message: Message) -> Iterator[Part]:
    defendants, offences = named_in(case.source) if case.source else ((), ())
    part = Part(
        urn=case.urn,
        case=case.id,
        hearing=hearing["id"],
        known_as=first_placeholder_of(hearing),
        defendants=defendants,
        offences=offences,
    )
    if is_suspicious([day], message.received_at):
        yield replace(part, parked=Parked.SUSPICIOUS_DATE, where="/hearingDay")
        return
    believed = [charge for charge in case.charges if not cp_judgements.contradicts(charge.offence, _kinds(charge))]
    adjourned = _adjournment(case, hearing, day, message)
    facts = [
        *_pleas(believed, hearing, day, message),
        *_verdicts(believed, hearing, day, message),
        *_trial_end(hearing, day, message),
        *(adjourned.facts if adjourned else ()),
    ]
    if case.source:
        facts += [Said(bail, HEARING) for bail in cp_custody.bail_of(case.source, hearing["id"], day, message.odd)]
    results = ((charge.defendant, result) for charge in believed for result, _own in charge.results)
    facts += [Said(warrant, HEARING) for warrant in cp_custody.warrants_of(results, hearing["id"], day)]
    if case.source or case.charges:
        facts.append(Said(_results(believed, hearing, day, message), HEARING))
    facts += _codes(believed)
    yield replace(part, facts=tuple(facts), notes=adjourned.notes if adjourned else ())
    if len(believed) < len(case.charges):
        yield replace(part, parked=Parked.CONTRADICTORY, where=f"{OFFENCES}/verdict")
    if case.source and _unplaced_sentences(case.source, hearing):
        yield replace(part, parked=Parked.NEEDS_PERSON, where="/hearing/prosecutionCases/defendants/judicialResults")
    for reason in dict.fromkeys(adjourned.doubtful if adjourned else ()):
        yield replace(part, parked=reason, where=f"{OFFENCES}/judicialResults/nextHearing")


# --- the facts, in the order in which they are told ---------------------------------------------------------------


def _pleas(charges: Sequence[_Charge], hearing: Data, day: date, message: Message) -> Iterator[Said]:
    for charge in charges:
        _count_odd_plea(charge.offence["plea"], message)
        plea = _plea(charge.offence, defendant=charge.defendant, offence=charge.id, hearing=hearing["id"], day=day)
        if plea:
            yield Said(plea, HEARING)


def _verdicts(charges: Sequence[_Charge], hearing: Data, day: date, message: Message) -> Iterator[Said]:
    for charge in charges:
        verdict = charge.offence["verdict"]
        if not verdict:
            continue
        judged = cp_judgements.verdict_of(verdict, charge.offence["offenceCode"])
        if judged.value is None:
            message.odd.append(f"{OFFENCES}/verdict/verdictType/category (value)")
            continue
        yield Said(
            VerdictRecorded(
                defendant=charge.defendant,
                offence=charge.id,
                verdict=judged.value,
                hearing=hearing["id"],
                day=day,
                on=verdict["verdictDate"],
            ),
            HEARING,
        )


def _codes(charges: Sequence[_Charge]) -> Iterator[Said]:
    """Give the code of each offence as the court has it: what decides its class (the Victim Contact Scheme)."""
    for charge in charges:
        code = charge.offence["offenceCode"]
        if code and charge.defendant:
            yield Said(OffenceDescribed(defendant=charge.defendant, offence=charge.id, cjs_code=code), HEARING)


def _trial_end(hearing: Data, day: date, message: Message) -> Iterator[Said]:
    ended = hearing["crackedIneffectiveTrial"]
    if not ended:
        return
    kind = TRIAL_ENDS.get(ended["type"].casefold())
    if kind is None:  # "Vacated" comes as a message of its own
        message.odd.append("/hearing/crackedIneffectiveTrial/type (value)")
        return
    reason = ended["id"] or f"{ended['type']}:{hearing['jurisdictionType']}:{ended['code']}"
    yield Said(kind(hearing=hearing["id"], day=day, reason=reason[:64]), HEARING)


def _adjournment(case: _Case, hearing: Data, day: date, message: Message) -> Any:
    named, adjourned, without_date = [], False, False
    for charge in case.charges:
        for result, _own in charge.results:
            sine_die = result["cjsCode"] == ADJOURNED_WITHOUT_DATE
            adjourned |= result["isAdjournmentResult"] or sine_die
            without_date |= sine_die
            if result["nextHearing"]:
                named.append(
                    Named(
                        hearing=result["nextHearing"],
                        defendants=(charge.defendant,) if charge.defendant else (),
                        offences=(charge.id,),
                    )
                )
    # Where a case is heard too, its offences say whether it goes on: an application put off puts no trial off.
    for result in case.of_applications if case.source is None else ():
        adjourned |= result["isAdjournmentResult"]
        if result["nextHearing"]:
            adjourned = True
            named.append(Named(hearing=result["nextHearing"]))
    if not named and not adjourned:
        return None
    return put_off(hearing["id"], named, message, context=HEARING, day=day, without_date=without_date and not named)


def _results(charges: Iterable[_Charge], hearing: Data, day: date, message: Message) -> ResultsShared:
    results = tuple(result for charge in charges for result in _results_of(charge))
    return ResultsShared(
        hearing=hearing["id"],
        day=day,
        shared_at=message.shared_time or message.occurred_at,
        results=tuple(dict.fromkeys(results)),
    )


def _results_of(charge: _Charge) -> Iterator[OffenceResult]:
    """Give the results of one offence. None is final while a next hearing is named for it (feeds.md section 15)."""
    convicted = cp_judgements.is_convicted(charge.offence)
    goes_on = any(result["nextHearing"] or result["isAdjournmentResult"] for result, _own in charge.results)
    for result, own in charge.results:
        kind = _kind(result, convicted=convicted)
        ends_it = kind in ENDINGS or (own and (kind in SENTENCES or (kind is ResultKind.ORDER and convicted)))
        yield OffenceResult(
            defendant=charge.defendant,
            offence=charge.id,
            kind=kind,
            code=result["cjsCode"],
            label=result["label"],
            length=cp_judgements.length_of(result),
            final=ends_it and cp_judgements.is_final(result) and not goes_on,
        )


def _kinds(charge: _Charge) -> frozenset[ResultKind]:
    return frozenset(_kind(result, convicted=True) for result, own in charge.results if own)


def _kind(result: Data, *, convicted: bool) -> ResultKind:
    return cp_judgements.kind_of_result(result, convicted=convicted)


def _plea(model: Data, *, defendant: str, offence: str, hearing: str, day: date | None = None) -> PleaRecorded | None:
    if not model["plea"] or not model["plea"]["pleaValue"]:
        return None
    return PleaRecorded(
        defendant=defendant,
        offence=offence,
        plea=cp_judgements.plea_of(model["plea"]["pleaValue"]),
        hearing=hearing,
        day=day,
        on=model["plea"]["pleaDate"],
    )


def _count_odd_plea(plea: Data | None, message: Message) -> None:
    if plea and plea["pleaValue"] and not cp_judgements.is_known_plea(plea["pleaValue"]):
        message.odd.append(f"{OFFENCES}/plea/pleaValue (value)")


def _standing(owner: Data, key: str) -> list[Data]:
    return [result for result in listed(owner, key) if not result["isDeleted"]]
