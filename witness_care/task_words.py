"""Puts what is to be done for a person into the words staff read: introduce, ask, offer, meet, have the last talk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from witness_care import arrangement_words, dates, judgement_words
from workflows import needs, tasks

Value = Mapping[str, Any]

TOPICS = {
    tasks.INTRODUCTION: "Introduction",
    tasks.NEEDS: "Needs assessment",
    tasks.PERSONAL_STATEMENT: "Victim personal statement",
    tasks.DATES_TO_AVOID: "Dates they cannot come",
    tasks.PRE_TRIAL_VISIT: "Visit to the court before the trial",
    tasks.WITNESS_SERVICE: "Witness service",
    tasks.SPECIAL_MEASURES_CHASE: "Special measures not decided",
    tasks.RECHECK: "Measures and help to confirm",
    tasks.MEETING_BEFORE_SENTENCE: "Meeting with the CPS before the sentence",
    tasks.MEETING_AFTER_SENTENCE: "Meeting with the CPS after the sentence",
    tasks.CLOSURE: "Last talk",
}
TO_DO = {
    tasks.INTRODUCTION: "Introduce yourself",
    tasks.NEEDS: "Ask what they need to take part",
    tasks.PERSONAL_STATEMENT: "Offer a victim personal statement",
    tasks.DATES_TO_AVOID: "Ask which dates they cannot come",
    tasks.PRE_TRIAL_VISIT: "Offer a visit to the court",
    tasks.WITNESS_SERVICE: "Offer the witness service",
    tasks.SPECIAL_MEASURES_CHASE: "Ask the CPS about their special measures",
    tasks.RECHECK: "Confirm their measures and help for the trial as it is now",
    tasks.MEETING_BEFORE_SENTENCE: "Arrange a meeting with the CPS before the sentence",
    tasks.MEETING_AFTER_SENTENCE: "Arrange a meeting with the CPS after the sentence",
    tasks.CLOSURE: "Have the last talk",
}
PARTS = {
    tasks.WHO: "who they can speak to",
    tasks.EXPECT: "what they can expect",
    tasks.SUPPORT: "which support there is",
}
# Why needs are asked about; what opened a complete assessment again has its day.
WHY_NEEDS = {
    needs.CPS_LIST: "They are called to give evidence: what would help them to come and to speak",
    needs.NOT_GUILTY_PLEA: "The plea is not guilty, so there may be a trial: what would help them to take part",
    needs.NEW_REQUIREMENT: "On {on} the CPS changed when or how they must come: ask whether their needs changed",
    needs.SAFETY: "On {on} there was fear for their safety: ask whether their needs changed",
    needs.VULNERABLE: "On {on} another ground for enhanced rights was recorded: ask whether their needs changed",
    needs.REQUESTED: "On {on} an officer asked for it: ask whether their needs changed",
    needs.MONTHS_OVER: "They were last asked on {on}: ask whether their needs changed",
}
# What stands in a history when a task is over; other ends have the words that every duty has.
CLOSED = {
    "done": "done",
    "declined": "they did not want it",
    "not_applicable": "does not apply to them",
    "as_last_told": "done before",
    "not_owed": "no longer to be done",
}
ENDS = {
    "done": "It is done",
    "declined": "They do not want it",
    "not_applicable": "It does not apply to them",
}


def what(topic: str, value: Value) -> str:
    """Say why now, and what it is about."""
    match topic:
        case tasks.INTRODUCTION:
            said = [part_words(part, is_victim=bool(value.get("rights"))) for part in tasks.parts_of(value)]
            return _first_large(", and ".join(part for part in (", ".join(said[:-1]), *said[-1:]) if part))
        case tasks.NEEDS:
            return needs_because(str(value.get("because")), value.get("since"))
        case tasks.PERSONAL_STATEMENT:
            return "There is a guilty plea or a conviction: before the sentence they may say what the crime did to them"
        case tasks.DATES_TO_AVOID if value.get("instead_of"):
            return (
                f"The trial of {dates.full_date(date.fromisoformat(value['instead_of']))} is off and needs another date"
            )
        case tasks.DATES_TO_AVOID:
            return "There is to be a trial, and it has no date yet"
        case tasks.PRE_TRIAL_VISIT:
            return f"To see the room and the way in before the trial{_of_which_trial(value)}"
        case tasks.WITNESS_SERVICE:
            return f"Volunteers who help before the trial and on the day{_of_which_trial(value)}"
        case tasks.SPECIAL_MEASURES_CHASE:
            return _measures_that_wait(value)
        case tasks.RECHECK:
            return arrangement_words.to_confirm(value)
        case tasks.MEETING_BEFORE_SENTENCE:
            return "For the family of somebody who died: what the sentence hearing will be"
        case tasks.MEETING_AFTER_SENTENCE:
            return "For the family of somebody who died: what the sentence means"
        case _ if value.get("because") == tasks.WITHDRAWAL:
            return "They stopped: why, how it was for them, and what they still need"
        case _:
            return "The case is over: how it was for them, and what they still need"


def _of_which_trial(value: Value) -> str:
    """Name the court and the day that an offer is about, as far as they are known."""
    court = f" at {value['court']}" if value.get("court") else ""
    day = f" on {dates.full_date(date.fromisoformat(value['trial']))}" if value.get("trial") else ""
    return f"{',' if court or day else ''}{court}{day}"


def part_words(part: str, *, is_victim: bool) -> str:
    """Name one of the questions that an introduction answers. Only a victim has rights."""
    if part == tasks.EXPECT and is_victim:
        return "what their rights are"
    return PARTS.get(part, part)


def needs_because(because: str, since: str | None = None) -> str:
    """Say why they are to be asked what they need; `since` (UTC, as text) is when it was opened again."""
    words = WHY_NEEDS.get(because, because)
    return words.format(on=dates.full_date(datetime.fromisoformat(since))) if since else words


def _first_large(words: str) -> str:
    return words[:1].upper() + words[1:]


def _measures_that_wait(value: Value) -> str:
    asked = [judgement_words.MEASURES.get(each, each) for each in value.get("measures", ())]
    names = " and ".join(part for part in (", ".join(asked[:-1]), *asked[-1:]) if part)
    trial = dates.full_date(date.fromisoformat(value["trial"])) if value.get("trial") else "not fixed"
    return f"Asked for and not decided: {names}. The trial is {'on ' if value.get('trial') else ''}{trial}"
