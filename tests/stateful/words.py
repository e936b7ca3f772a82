"""Says one thing in two languages: a message of a made-up life as the oracle hears it, and as the service hears it."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from tests.stateful.oracle import Message
from workflows import events
from workflows.events import CaseEvent, DateKind, HearingClass, HearingDay, When, Where

CASE = "case"
CHARGES = {"first": ("robbery", "assault"), "second": ("theft",)}
DEFENDANT_OF = {offence: defendant for defendant, theirs in CHARGES.items() for offence in theirs}
# Class, defendants, and the hearing it follows. Two trials are alike, so that one may replace or double the other.
HEARINGS = {
    "trial-1": ("trial", ("first", "second"), ""),
    "trial-2": ("trial", ("first", "second"), ""),
    "trial-3": ("trial", ("second",), "trial-1"),
    "sentence-1": ("sentence", (), ""),
}
# Role, defendants and offences that concern them, whether enhanced rights count or are undecided, as what they stand.
PEOPLE = {
    "victim": ("victim", (), ("robbery",), False, "person"),
    "witness": ("witness", (), (), False, "person"),
    "both": ("both", ("second",), (), True, "person"),
    "neighbour": ("witness", ("second",), (), False, "person"),
    "mother": ("victim", (), ("assault", "theft"), False, "parent"),
    "widower": ("both", (), ("robbery",), False, "bereaved_relative"),
    "shop": ("victim", (), ("theft",), True, "business"),
}
FIRST_PEOPLE = ("victim", "witness", "both")
LATE_PEOPLE = ("neighbour", "mother", "widower", "shop")
# Which offence in law a charge is, by the code a court gives it. The last is of no class.
CODES = {"kidnapping": "COML020", "wounding with intent": "OF61016", "something else": "ZZ00001"}
BEREAVED = "BEREAVED"


def joined(name: str) -> dict[str, Any]:
    role, defendants, offences, enhanced, as_what = PEOPLE[name]
    return {
        "kind": "join",
        "person": name,
        "role": role,
        "defendants": defendants,
        "offences": offences,
        "enhanced": enhanced,
        "grounds": {BEREAVED} if as_what == "bereaved_relative" else set(),
        "as_what": as_what,
    }


def recorded(name: str, role: str, as_what: str, enhanced: bool, grounds: set[str]) -> dict[str, Any]:
    """Somebody of the case as they are held from now on."""
    theirs = {"role": role, "as_what": as_what, "enhanced": enhanced, "grounds": grounds}
    return joined(name) | theirs | {"kind": "record", "about": ("recorded", name)}


def listed(hearing: str, days: tuple[Any, ...], court: str) -> dict[str, Any]:
    """The listing of a hearing; no days means a date to be fixed."""
    hearing_class, defendants, seed = HEARINGS[hearing]
    return {
        "kind": "list",
        "about": ("when", hearing),
        "hearing": hearing,
        "days": days,
        "court": court,
        "hearing_class": hearing_class,
        "defendants": defendants,
        "seed": seed,
    }


# --- for the service ----------------------------------------------------------------------------------------------


def events_of(message: Message, *, registration: bool = False) -> list[CaseEvent]:
    """The message as the journal keeps it: one event for each fact."""
    facts = [fact for said in message.facts for fact in facts_of(said)]
    if registration:
        facts = [events.CaseRegistered(), *(charge(name) for name in CHARGES), *facts]
    return [
        CaseEvent(
            id=f"{CASE}-{message.id}-{number}",
            case_id=CASE,
            what=fact,
            received_at=message.received,
            occurred_at=message.said,
            context=message.context,
            message_id=f"{CASE}-{message.id}",
            actor="test",
            stream=getattr(fact, "hearing", ""),
            version=message.version,
            ordinal=number,
            registration=registration,
        )
        for number, fact in enumerate(facts)
    ]


def charge(defendant: str) -> events.Fact:
    return events.DefendantCharged(defendant=defendant, offences=CHARGES[defendant])


def facts_of(said: dict[str, Any]) -> list[events.Fact]:
    hearing, person = said.get("hearing", ""), said.get("person", "")
    match said["kind"]:
        case "join" | "record":
            granted = events.Answer.YES if said["grounds"] else events.Answer.NOT_ASKED
            enhanced = granted if said["enhanced"] else events.Answer.NO
            role = events.Role(said["role"])
            return [
                events.ParticipantRecorded(
                    participant=person,
                    role=role,
                    defendants=said["defendants"],
                    offences=said["offences"],
                    enhanced=enhanced,
                    enhanced_basis=tuple(sorted(said["grounds"] - {BEREAVED})),
                    victim_kind=events.VictimKind(said["as_what"]),
                )
            ]
        case "list":
            kind = DateKind.FIXED if said["days"] else DateKind.TO_BE_FIXED
            about = events.About(
                hearing_class=HearingClass(said["hearing_class"]),
                defendants=said["defendants"],
                seeded_from=(said["seed"],) if said["seed"] else (),
                jurisdiction="CROWN",
            )
            days = tuple(HearingDay(day, clock) for day, clock in said["days"])
            return [
                events.HearingConfirmed(
                    hearing=hearing, when=When(kind=kind, days=days), where=Where(court=said["court"]), about=about
                )
            ]
        case "vacate":
            return [events.TrialVacated(hearing=hearing, reason=said["reason"])]
        case "unvacate":
            return [events.TrialUnvacated(hearing=hearing)]
        case "cancel":
            return [
                events.HearingDaysCancelled(
                    hearing=hearing, days=tuple(HearingDay(day, cancelled=True) for day in said["days"])
                )
            ]
        case "delete":
            return [events.HearingWithdrawn(hearing=hearing)]
        case "duplicate":
            return [events.HearingMarkedDuplicate(hearing=hearing)]
        case "adjourn":
            return [events.HearingAdjourned(hearing=hearing)]
        case "verdict":
            return [
                events.VerdictRecorded(
                    defendant=DEFENDANT_OF[said["offence"]],
                    offence=said["offence"],
                    verdict=said["says"],
                    hearing=hearing,
                    day=said["day"],
                )
            ]
        case "plea":
            defendant = DEFENDANT_OF[said["offence"]]
            return [events.PleaRecorded(defendant=defendant, offence=said["offence"], plea=said["says"])]
        case "results":
            results = tuple(
                events.OffenceResult(
                    defendant=DEFENDANT_OF[offence],
                    offence=offence,
                    kind=events.ResultKind(kind),
                    length=length,
                    final=final,
                )
                for offence, kind, length, final in said["results"]
            )
            return [events.ResultsShared(hearing=hearing, day=said["on"], shared_at=said["shared_at"], results=results)]
        case "requires":
            return [events.CpsRequires(participant=person, days=said["days"])]
        case "not required":
            return [events.CpsNotRequired(participant=person)]
        case "contact":
            return [
                events.ContactMade(
                    participant=person,
                    contact=said["contact"],
                    at=said["at"],
                    outcome=events.ContactOutcome(said["outcome"]),
                    told=said["tellings"],
                )
            ]
        case "correct":
            return [events.ContactCorrected(participant=person, contact=said["contact"])]
        case "opt out":
            return [events.OptedOut(participant=person, topics=tuple(sorted(said["topics"])))]
        case "opt in":
            return [events.OptedBackIn(participant=person, topics=tuple(sorted(said["topics"])))]
    return [_other_fact_of(said)]


def _other_fact_of(said: dict[str, Any]) -> events.Fact:
    hearing, defendant, offence = (said.get(name, "") for name in ("hearing", "defendant", "offence"))
    person = said.get("person", "")
    match said["kind"]:
        case "died":
            return events.ParticipantDied(participant=person)
        case "left":
            return events.ParticipantLeft(participant=person, reason="transferred")
        case "withdraws":
            return events.Withdrew(participant=person, reason="fear")
        case kind if kind in SAID_OF_ONESELF:
            return SAID_OF_ONESELF[kind](participant=person)
        case "ground":
            return events.EnhancedGroundNoted(participant=person, ground=said["ground"], answer=said["answer"])
        case "measure":
            return events.SpecialMeasureStated(participant=person, measure=said["measure"], decision=said["says"])
        case "described":
            code = CODES[said["code"]]
            return events.OffenceDescribed(defendant=DEFENDANT_OF[offence], offence=offence, cjs_code=code)
        case "decision":
            return events.ProsecutionDecided(
                defendant=DEFENDANT_OF[offence],
                offence=offence,
                decision=said["decision"],
                reason=said["reason"],
                may_be_reviewed=said["review"],
                letter_on=said["letter"] and date.fromisoformat(said["letter"]),
            )
        case "defendant died":
            return events.DefendantDied(defendant=defendant)
        case "bail":
            return events.BailDecided(defendant=defendant, status=said["status"], conditions=said["conditions"])
        case "warrant":
            return events.WarrantStated(defendant=defendant, status=said["status"], outcome=said["outcome"])
        case "appeal":
            on = said["on"] and date.fromisoformat(said["on"])
            return events.AppealStated(
                defendant=defendant, stage=said["stage"], against=said["against"], on=on, bail=said["bail"]
            )
        case "appeal decided":
            return events.AppealDecided(defendant=defendant, result=said["result"])
        case "start":
            return events.TrialStarted(hearing=hearing)
        case "jury":
            return events.JuryDischarged(hearing=hearing, day=said["day"])
        case "ineffective":
            return events.TrialIneffective(hearing=hearing, reason=said["reason"])
        case "cracked":
            return events.TrialCracked(hearing=hearing, reason=said["reason"])
    raise ValueError(f"Expected a kind of fact, received {said['kind']!r}.")


SAID_OF_ONESELF = {
    "afraid": events.SafetyConcernRaised,
    "safe": events.SafetyConcernResolved,
    "reluctant": events.ReluctanceStated,
    "willing": events.ReluctanceEnded,
    "comes back": events.WithdrawalTakenBack,
    "explained": events.ChangeExplained,
}


# --- for the oracle -----------------------------------------------------------------------------------------------


def in_oracles_words(topic: str, value: Any) -> Any:
    """A value of the service as the oracle writes it."""
    if topic == "task.keep_in_touch":
        return ("every", value["every_days"])
    if topic == "attendance":
        return ("required", tuple(value["days"])) if value["required"] else ("not required",)
    if topic == "hearing.outcome":
        return (value["outcome"], value["class"], value["reason"])
    if topic in ("verdict", "plea"):
        return tuple(sorted(value["offences"].items()))
    if topic == "sentence":
        return tuple(sorted((offence, results[0]["length"]) for offence, results in value["offences"].items()))
    if topic in ("decision.stop", "decision.no_prosecution"):
        return tuple(
            sorted(
                (offence, (said["decision"], said["reason"], said["review"], said.get("letter")))
                for offence, said in value["offences"].items()
            )
        )
    if topic == "uls":
        return (*value.get("earlier", ()), value["sentenced_on"]) if value else ()
    if topic == "special_measures.outcome":
        return tuple(sorted(value["measures"].items()))
    if topic in OF_A_DEFENDANT:
        return tuple(_plain(value[name]) for name in OF_A_DEFENDANT[topic]) if value else ()
    if value["state"] == "off":
        return ("off", value["class"], value["why"], value["reason"], value["next"] == "to_be_fixed")
    return ("on", value["class"], tuple(_one_hearing(each) for each in value["hearings"]))


OF_A_DEFENDANT = {
    "bail": ("status", "conditions"),
    "warrant": ("status", "outcome"),
    "appeal.notice": ("stage", "against", "on", "bail"),
    "appeal.outcome": ("result",),
}


def _plain(word: Any) -> Any:
    return tuple(word) if isinstance(word, list) else word


def _one_hearing(hearing: dict[str, Any]) -> tuple[Any, ...]:
    days = ((date.fromisoformat(day), time.fromisoformat(clock) if clock else None) for day, clock in hearing["days"])
    return (hearing["class"], hearing["court"], tuple(days))
