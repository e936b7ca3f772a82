"""Puts what is known of a defendant into the words staff read: bail, warrants, decisions, appeals, dates to ask by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from witness_care import dates
from witness_care.calendars import unit_calendar
from workflows import judgements
from workflows.sentence_meanings import meaning_of
from workflows.working_days import local_time, next_working_day, unduly_lenient_sentence_date

Value = Mapping[str, Any]

BAIL = {
    "bail": "On bail without conditions",
    "conditional_bail": "On bail with conditions",
    "custody": "In custody",
    "released": "Released without bail",
}
BAIL_CONDITIONS = {
    "no_contact": "not to contact people named by the court",
    "stay_away": "to stay away from a place",
    "residence": "to live and sleep at a stated address",
    "curfew": "to stay at home at stated hours",
    "tag": "to wear a tag",
    "report": "to report to a police station",
    "surrender_passport": "to hand in their passport",
    "surety": "somebody stands surety",
    "other": "another condition",
}
WARRANTS = {
    "issued": "The court issued a warrant for their arrest",
    "withdrawn": "The warrant for their arrest no longer stands",
    "executed": "They were arrested on the warrant",
}
DECISIONS = {
    "no_prosecution": "nobody will be prosecuted",
    "stopped": "the prosecution stopped this charge",
    "altered": "the charge was changed",
}
DECISION_REASONS = {
    "not_enough_evidence": "there was not enough evidence",
    "not_in_the_public_interest": "going on was not in the public interest",
    "plea_accepted": "a plea to another offence was accepted",
    "victim_or_witness_withdrew": "a victim or a witness could not go on",
    "defendant_died": "the defendant has died",
    "out_of_court": "it was dealt with outside court",
    "caution": "it was dealt with outside court: a caution",
    "conditional_caution": "it was dealt with outside court: a caution with conditions",
    "community_resolution": "it was dealt with outside court: a community resolution",
    "penalty_notice": "it was dealt with outside court: a penalty notice",
    "other": "another reason",
}
APPEAL_STAGES = {
    "notice": "The defendant has asked to appeal",
    "leave_granted": "The court lets the appeal go on",
    "leave_refused": "The court does not let the appeal go on",
    "listed": "The appeal has a date",
    "abandoned": "The appeal was given up",
}
APPEAL_AGAINST = {"conviction": "the conviction", "sentence": "the sentence", "both": "the conviction and the sentence"}
APPEAL_RESULTS = {
    "dismissed": "The appeal was dismissed: nothing changes",
    "conviction_quashed": "The appeal succeeded: they no longer stand convicted",
    "sentence_changed": "The sentence was changed",
    "retrial_ordered": "The court ordered a new trial",
    "abandoned": "The appeal was given up: nothing changes",
    "ended_by_death": "The appeal ended: the defendant has died",
}
PLEAS = {"guilty": "guilty", "not_guilty": "not guilty", "other": "another answer than guilty or not guilty"}
MEASURES = {
    "screens": "screens",
    "live_link": "live link",
    "private": "evidence in private",
    "wigs_off": "wigs and gowns off",
    "recorded_evidence": "recorded evidence",
    "recorded_cross_examination": "recorded cross-examination",
    "intermediary": "an intermediary",
    "aids": "aids to communicate",
}
MEASURE_DECISIONS = {
    "identified": "needed, not asked for yet",
    "asked": "asked for, not decided",
    "applied": "applied for, not decided",
    "granted": "granted",
    "refused": "refused",
    "withdrawn": "no longer asked for",
}

GONE = "What they were told no longer stands; nothing takes its place yet"

TOPICS = {
    judgements.PLEA: "Plea",
    judgements.ULS: "Asking for a sentence to be reviewed",
    judgements.BAIL: "Bail or custody",
    judgements.WARRANT: "Warrant for an arrest",
    judgements.NO_PROSECUTION: "Decision not to prosecute",
    judgements.STOP: "Charge stopped or changed",
    judgements.APPEAL_NOTICE: "Appeal",
    judgements.APPEAL_OUTCOME: "Outcome of an appeal",
}
TO_TELL = {
    judgements.PLEA: "Tell them how the defendant pleaded",
    judgements.ULS: "Tell them how to ask for the sentence to be reviewed, and by when",
    judgements.BAIL: "Tell them whether the defendant is on bail or in custody",
    judgements.WARRANT: "Tell them about the warrant for the defendant's arrest",
    judgements.NO_PROSECUTION: "Tell them that nobody will be prosecuted, and why",
    judgements.STOP: "Tell them which charge was stopped or changed, and why",
    judgements.APPEAL_NOTICE: "Tell them about the appeal",
    judgements.APPEAL_OUTCOME: "Tell them how the appeal ended",
}


def what(topic: str, value: Value, titles: Mapping[str, str]) -> str:
    """Say a value about a defendant in words. `titles` gives the offences by id. Empty for a topic of another kind."""
    words = _WORDS.get(topic)
    if words is None:
        return ""
    return words(value, titles) if value or topic == judgements.ULS else GONE


def meanings(value: Value) -> list[str]:
    """Say what the sentences in a told or true value mean and what follows from them, each kind once."""
    kinds = dict.fromkeys(
        result.get("kind", "") for results in value.get("offences", {}).values() for result in results
    )
    found = (meaning_of(kind) for kind in kinds)
    return [f"{meaning.means} {meaning.follows}" for meaning in found if meaning is not None]


def last_day_to_ask_for_a_review_of_sentence(sentenced_on: date) -> str:
    """Say the safe last moment: "Thursday 24 December 2026 at 5pm" (domain.md section 2)."""
    until = local_time(unduly_lenient_sentence_date(sentenced_on, unit_calendar()))
    return f"{dates.full_date(until.date())} at {dates.clock_time(until.time())}"


def last_day_to_ask_for_a_review_of_decision(letter_on: date) -> str:
    """Say the last day to ask the CPS for a review: ten working days from the letter (VRR-REQ)."""
    day, calendar = letter_on, unit_calendar()
    for _ in range(10):
        day = next_working_day(day, calendar)
    return dates.full_date(day)


def _per_offence(value: Value, titles: Mapping[str, str], words: Callable[[Any], str]) -> str:
    found = value.get("offences", {})
    if not found:
        return GONE
    return "; ".join(f"{titles.get(offence) or 'Offence'}: {words(said)}" for offence, said in sorted(found.items()))


def _label(table: Mapping[str, str], key: Any) -> str:
    return table.get(str(key), str(key or "not said").replace("_", " "))


def _plea(value: Value, titles: Mapping[str, str]) -> str:
    return _per_offence(value, titles, lambda plea: f"pleaded {_label(PLEAS, plea)}")


def _uls(value: Value, _titles: Mapping[str, str]) -> str:
    if not value.get("sentenced_on"):
        return "The sentence they were told of no longer stands"
    until = last_day_to_ask_for_a_review_of_sentence(date.fromisoformat(value["sentenced_on"]))
    for day in map(date.fromisoformat, value.get("earlier", ())):
        until += f"; about the sentence of {dates.full_date(day)} it is {last_day_to_ask_for_a_review_of_sentence(day)}"
    return (
        "Anyone may ask the Attorney General to have a sentence of the Crown Court for some serious offences reviewed, "
        f"if it seems far too low. The last moment to ask is {until}"
    )


def _bail(value: Value, _titles: Mapping[str, str]) -> str:
    words = _label(BAIL, value.get("status"))
    conditions = [_label(BAIL_CONDITIONS, each) for each in value.get("conditions", ())]
    return f"{words}: {', '.join(conditions)}" if conditions else words


def _warrant(value: Value, _titles: Mapping[str, str]) -> str:
    words = _label(WARRANTS, value.get("status"))
    outcome = value.get("outcome")
    return f"{words}. {_label(BAIL, outcome)} since then" if outcome else words


def _decision(value: Value, titles: Mapping[str, str]) -> str:
    return _per_offence(value, titles, _one_decision)


def _one_decision(said: Value) -> str:
    words = _label(DECISIONS, said.get("decision"))
    if said.get("reason"):
        words = f"{words}, because {_label(DECISION_REASONS, said['reason'])}"
    if not said.get("review"):
        return words
    by_when = ""
    if said.get("letter"):
        by_when = f" by {last_day_to_ask_for_a_review_of_decision(date.fromisoformat(said['letter']))}"
    return f"{words}. They may ask the CPS or the police to look at the decision again{by_when}"


def _appeal(value: Value, _titles: Mapping[str, str]) -> str:
    words = f"{_label(APPEAL_STAGES, value.get('stage'))}, against {_label(APPEAL_AGAINST, value.get('against'))}"
    if value.get("on"):
        words = f"{words}. It is to be heard on {dates.full_date(date.fromisoformat(value['on']))}"
    if value.get("bail") is not None:
        words = f"{words}. {'They are on bail until then' if value['bail'] else 'They stay in custody until then'}"
    return words


def _appeal_outcome(value: Value, _titles: Mapping[str, str]) -> str:
    return _label(APPEAL_RESULTS, value.get("result"))


def measures(value: Value) -> str:
    """Say which special measures were decided: "Screens: granted; live link: refused"."""
    found = value.get("measures", {})
    words = "; ".join(
        f"{_label(MEASURES, measure)}: {_label(MEASURE_DECISIONS, said)}" for measure, said in sorted(found.items())
    )
    return words[:1].upper() + words[1:]


_WORDS: Mapping[str, Callable[[Value, Mapping[str, str]], str]] = {
    judgements.PLEA: _plea,
    judgements.ULS: _uls,
    judgements.BAIL: _bail,
    judgements.WARRANT: _warrant,
    judgements.NO_PROSECUTION: _decision,
    judgements.STOP: _decision,
    judgements.APPEAL_NOTICE: _appeal,
    judgements.APPEAL_OUTCOME: _appeal_outcome,
}
