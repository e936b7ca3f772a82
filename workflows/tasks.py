"""Says what is to be done for a person beside telling them news: introduce ourselves, ask, offer, meet, have a last talk.

A task is a topic like any other (core.md rules 8 to 19): its value is the occasion, ticking it in a contact counts as
told, and a person may end it as done, declined or not applicable. It is owed again when there is a new occasion for it,
and no more when there is none. Source of the list: domain.md section 6. Keeping in touch and the referral to the Victim
Contact Scheme have clocks and machines of their own (`keeping_in_touch`, `referring`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Any

from workflows import events, referral, values
from workflows.events import DateKind
from workflows.journey import Journey
from workflows.snapshot import Person, Topic, TopicKey
from workflows.truth import Hearing
from workflows.values import CaseTruth, Value
from workflows.working_days import days_later, instant_of, london_date

INTRODUCTION = "task.introduction"
NEEDS = "task.needs_assessment"
PERSONAL_STATEMENT = "task.victim_personal_statement"
DATES_TO_AVOID = "task.dates_to_avoid"
PRE_TRIAL_VISIT = "task.pre_trial_visit"
WITNESS_SERVICE = "task.witness_service"
SPECIAL_MEASURES_CHASE = "task.special_measures_chase"
MEETING_BEFORE_SENTENCE = "task.meeting_before_sentence"
MEETING_AFTER_SENTENCE = "task.meeting_after_sentence"
CLOSURE = "task.closure_discussion"

TASKS = (
    *(INTRODUCTION, NEEDS, PERSONAL_STATEMENT, DATES_TO_AVOID, PRE_TRIAL_VISIT, WITNESS_SERVICE),
    *(SPECIAL_MEASURES_CHASE, MEETING_BEFORE_SENTENCE, MEETING_AFTER_SENTENCE, CLOSURE),
)
OTHER_TASKS = (values.KEEP_IN_TOUCH, referral.TOPIC)

# Undecided measures are chased from this many days before the trial (LP-SM-CHASE, domain.md section 6).
CHASED_BEFORE_TRIAL = 28
STARTS_AT_MIDNIGHT = time(0)

NOT_GUILTY_PLEA, CPS_LIST = "not_guilty_plea", "cps_list"
END_OF_CASE, WITHDRAWAL = "end_of_case", "withdrawal"


def is_task(topic: str) -> bool:
    """Say whether a topic is something to do rather than news to pass on."""
    return topic in TASKS or topic in OTHER_TASKS


def tasks_for(
    participant: str, person: Person, truth: CaseTruth, topics: Mapping[TopicKey, Topic]
) -> Iterator[tuple[str, str, Value]]:
    """Give each (topic, subject, occasion) there is for a person; who is entitled to it is not asked here.

    `topics` are that person's: what was done on a wider occasion is not to be done again on a narrower one.
    """
    if person.journey is Journey.CLOSED:
        return
    if person.journey is not Journey.OUTCOME:
        yield INTRODUCTION, INTRODUCTION, Value(content={"rights": person.is_victim})
    if person.journey is Journey.OUTCOME or person.withdrawal is not None:
        yield from _once(CLOSURE, participant, {"because": _why_closing(person)}, topics)
    if person.is_victim:
        yield from _around_the_sentence(person, truth)
    if not values.is_still_to_be_tried(person, truth):
        return
    required = values.is_required(participant, person, truth)
    yield from _needs(participant, person, truth, topics, required=required)
    yield from _dates_to_avoid(participant, person, truth)
    if required:
        trial = _first_trial(person, truth)
        for topic in (PRE_TRIAL_VISIT, WITNESS_SERVICE):
            yield topic, topic, _before(trial, {})
        yield from _chase(participant, truth, trial)


def was_taken_over(person: Person, topics: Iterable[Topic]) -> bool:
    """Say whether somebody else looked after this person before us: they were spoken with, or told something, earlier.

    What a person needed until then was for the other one to do; nobody can say any more whether it was done.
    """
    spoken = any(
        (contact.outcome.is_two_way or contact.outcome.tells) and not contact.void and contact.at < person.joined_at
        for contact in person.contacts
    )
    return spoken or any(told.at < person.joined_at and not told.void for topic in topics for told in topic.told)


# --- occasions ------------------------------------------------------------------------------------------------------


def _once(
    topic: str, participant: str, content: dict[str, Any], topics: Mapping[TopicKey, Topic]
) -> Iterator[tuple[str, str, Value]]:
    """Keep the occasion on which it was done: another one is no reason to do it again."""
    known = topics.get((participant, topic, topic))
    done = known.last_told if known is not None else None
    yield topic, topic, Value(content=done.value if done is not None else content)


def _why_closing(person: Person) -> str:
    return WITHDRAWAL if person.withdrawal is not None else END_OF_CASE


def _needs(
    participant: str, person: Person, truth: CaseTruth, topics: Mapping[TopicKey, Topic], *, required: bool
) -> Iterator[tuple[str, str, Value]]:
    """Ask on a not-guilty plea, and again when the CPS says that they must come (domain.md section 9)."""
    pleaded = any(offence.plea == NOT_GUILTY for offence in _offences_of(person, truth))
    if not required and not (pleaded and person.is_victim):
        return
    trial = _first_trial(person, truth)
    known = topics.get((participant, NEEDS, NEEDS))
    done = known.last_told if known is not None else None
    if not required and done is not None:
        yield NEEDS, NEEDS, _before(trial, done.value)
        return
    yield NEEDS, NEEDS, _before(trial, {"because": CPS_LIST if required else NOT_GUILTY_PLEA})


def _dates_to_avoid(participant: str, person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    """Ask while a trial needs a date: after a not-guilty plea, and whenever a date was lost (LP-DATES).

    Whoever the CPS does not call need not be asked. A week is no date: there is still a day to choose.
    """
    if isinstance(truth.requirements.get(participant), events.CpsNotRequired):
        return
    trials = [hearing for hearing in values.hearings_of(person, truth) if hearing.is_trial]
    if any(hearing.is_live and hearing.when and hearing.when.kind is DateKind.FIXED for hearing in trials):
        return
    lost = [hearing for hearing in trials if hearing.status.is_put_off]
    if lost:
        day = lost[-1].starts_at
        yield DATES_TO_AVOID, DATES_TO_AVOID, Value(content={"instead_of": london_date(day).isoformat() if day else ""})
    elif any(offence.plea == NOT_GUILTY for offence in _offences_of(person, truth)):
        yield DATES_TO_AVOID, DATES_TO_AVOID, Value(content={"because": NOT_GUILTY_PLEA})


def _chase(participant: str, truth: CaseTruth, trial: Hearing | None) -> Iterator[tuple[str, str, Value]]:
    """Ask the CPS about measures that a court has not decided on; from 28 days before the trial."""
    asked = sorted(measure for measure, word in truth.measures.get(participant, {}).items() if word == ASKED)
    starts_at = trial.starts_at if trial is not None else None
    if trial is None or starts_at is None or not asked:
        return
    first_day = days_later(london_date(starts_at), -CHASED_BEFORE_TRIAL)
    content = {"measures": asked, "trial": london_date(starts_at).isoformat()}
    yield (
        SPECIAL_MEASURES_CHASE,
        SPECIAL_MEASURES_CHASE,
        Value(content=content, hearing=trial.id, not_before=instant_of(first_day, STARTS_AT_MIDNIGHT)),
    )


def _around_the_sentence(person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    """Offer a personal statement and a meeting while a sentence is to come, and a meeting when there is one."""
    known = _offences_of(person, truth)
    if any(offence.convicted and not offence.final and not offence.sentence for offence in known):
        sentencing = _first(
            hearing
            for hearing in values.hearings_of(person, truth)
            if hearing.about.hearing_class is events.HearingClass.SENTENCE
        )
        for topic in (PERSONAL_STATEMENT, MEETING_BEFORE_SENTENCE):
            yield topic, topic, _before(sentencing, {})
    if any(offence.sentence for offence in known):
        yield MEETING_AFTER_SENTENCE, MEETING_AFTER_SENTENCE, Value(content={})


def _offences_of(person: Person, truth: CaseTruth) -> list[Any]:
    return [
        truth.offences[offence]
        for defendant in sorted(values.relevant_defendants(person, truth))
        for offence in values.relevant_offences(person, truth, defendant)
        if offence in truth.offences
    ]


def _first_trial(person: Person, truth: CaseTruth) -> Hearing | None:
    return _first(hearing for hearing in values.hearings_of(person, truth) if hearing.is_trial)


def _first(hearings: Iterable[Hearing]) -> Hearing | None:
    """Give the live hearing with the earliest start; None when none has one."""
    dated = [(hearing.starts_at, hearing.id, hearing) for hearing in hearings if hearing.is_live and hearing.starts_at]
    return min(dated, key=lambda each: each[:2])[2] if dated else None


def _before(hearing: Hearing | None, content: Any) -> Value:
    if hearing is None:
        return Value(content=content)
    return Value(content=content, hearing=hearing.id, starts_at=hearing.starts_at)


NOT_GUILTY, ASKED = "not_guilty", "asked"
