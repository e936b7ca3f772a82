"""Says what is to be done for a person beside telling them news: introduce ourselves, ask, offer, meet, a last talk.

A task is a topic like any other (core.md rules 8 to 19): its value is the occasion, ticking it in a contact counts as
told, and a person may end it as done, declined or not applicable. It is owed again when there is a new occasion for it,
and no more when there is none. Source of the list: domain.md section 6. Keeping in touch and the referral to the Victim
Contact Scheme have clocks and machines of their own (`keeping_in_touch`, `referring`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import time
from itertools import takewhile
from typing import Any

from workflows import availability, closing, events, needs, recheck, referral, supporting, values
from workflows.charges import OffenceTruth
from workflows.journey import Journey
from workflows.proceedings import Proceedings
from workflows.snapshot import NeedsStanding, Person, Topic, TopicKey
from workflows.truth import Hearing
from workflows.values import CaseTruth, Value
from workflows.working_days import days_later, instant_of, london_date

INTRODUCTION = "task.introduction"
NEEDS = needs.TOPIC
PERSONAL_STATEMENT = "task.victim_personal_statement"
DATES_TO_AVOID = availability.TASK
PRE_TRIAL_VISIT = supporting.VISIT_TASK
WITNESS_SERVICE = supporting.WITNESS_SERVICE_TASK
SPECIAL_MEASURES_CHASE = "task.special_measures_chase"
RECHECK = recheck.TOPIC
MEETING_BEFORE_SENTENCE = "task.meeting_before_sentence"
MEETING_AFTER_SENTENCE = "task.meeting_after_sentence"
CLOSURE = closing.TOPIC

TASKS = (
    *(INTRODUCTION, NEEDS, PERSONAL_STATEMENT, DATES_TO_AVOID, PRE_TRIAL_VISIT, WITNESS_SERVICE),
    *(SPECIAL_MEASURES_CHASE, RECHECK, MEETING_BEFORE_SENTENCE, MEETING_AFTER_SENTENCE, CLOSURE),
)
# The three questions an introduction answers: who do I speak to, what are my rights or what can I expect, and what
# support is there. Each is ticked by itself, and what was not told yet stays to be told.
WHO, EXPECT, SUPPORT = "who_to_speak_to", "what_to_expect", "support"
INTRODUCED = (WHO, EXPECT, SUPPORT)

OTHER_TASKS = (values.KEEP_IN_TOUCH, referral.TOPIC)

Content = dict[str, Any]

# Undecided measures are chased from this many days before the trial (LP-SM-CHASE, domain.md section 6).
CHASED_BEFORE_TRIAL = 28
STARTS_AT_MIDNIGHT = time(0)

NOT_GUILTY = needs.NOT_GUILTY
UNDECIDED = ("asked", "applied")
NOT_GUILTY_PLEA, CPS_LIST = needs.NOT_GUILTY_PLEA, needs.CPS_LIST
END_OF_CASE, WITHDRAWAL = "end_of_case", "withdrawal"


def is_task(topic: str) -> bool:
    """Say whether a topic is something to do rather than news to pass on."""
    return topic in TASKS or topic in OTHER_TASKS


def tasks_for(
    participant: str,
    person: Person,
    truth: CaseTruth,
    topics: Mapping[TopicKey, Topic],
    asked: NeedsStanding,
    *,
    taken_over: bool,
) -> Iterator[tuple[str, str, Value]]:
    """Give each (topic, subject, occasion) there is for a person; who is entitled to it is not asked here.

    `topics` are that person's: what was done on a wider occasion is not to be done again on a narrower one. `asked` is
    what they said they need. Whoever was `taken_over` knows whom to speak to.
    """
    if person.journey is Journey.CLOSED:
        return
    over = _is_over(person, truth)
    if not over and not taken_over:
        yield INTRODUCTION, INTRODUCTION, Value(content=_introduction(participant, person, topics))
    if over or person.withdrawal is not None:
        why = {"because": WITHDRAWAL if person.withdrawal is not None else END_OF_CASE}
        yield CLOSURE, CLOSURE, Value(content=_handled(CLOSURE, participant, topics, why, _always))
    if person.is_victim:
        yield from _around_the_sentence(participant, person, truth, topics)
    yield from _needs(participant, person, truth, topics, asked)
    if not values.is_still_to_be_tried(person, truth):
        return
    required = values.is_required(participant, person, truth)
    yield from _dates_to_avoid(participant, person, truth)
    if required:
        trial = values.first_trial(person, truth)
        yield from _offers(participant, person, truth, topics, trial)
        yield from _chase(participant, truth, trial)
        yield from _recheck(participant, person, truth, topics, trial)


def answers(participant: str, person: Person, truth: CaseTruth) -> dict[str, str]:
    """Give each offer and question that a person has answered, with how: done, or declined.

    Of a visit and the witness service only who must come is asked; of dates, everybody who may be.
    """
    said = {}
    if values.is_required(participant, person, truth) and (person.visit is not None or person.support):
        said = {
            PRE_TRIAL_VISIT: supporting.answer_about_visit(person, truth),
            WITNESS_SERVICE: supporting.answer_about_witness_service(person, truth),
        }
    if person.availability is not None and availability.was_asked(person, truth):
        would_not_say = person.availability.answer is events.Said.DECLINED
        said[DATES_TO_AVOID] = supporting.DECLINED if would_not_say else supporting.DONE
    return {topic: answer for topic, answer in said.items() if answer}


def is_same_offer(topic: str, handled: Content, now: Content) -> bool:
    """Say whether an offer is for the trial it was made for before; what was not known then is no difference."""
    return topic in (PRE_TRIAL_VISIT, WITNESS_SERVICE) and supporting.is_same_trial(handled, now)


def was_taken_over(person: Person, topics: Iterable[Topic]) -> bool:
    """Say whether somebody else looked after this person before us: they were spoken with, or told something, earlier.

    What a person needed until then was for the other one to do; nobody can say any more whether it was done. What was
    told without a contact of ours was carried over (core.md rule 13).
    """
    spoken = any(
        (contact.outcome.is_two_way or contact.outcome.tells) and not contact.void and contact.at < person.joined_at
        for contact in person.contacts
    )
    held = (told for topic in topics for told in topic.told if not told.void)
    return spoken or any(not told.contact or told.at < person.joined_at for told in held)


def _is_over(person: Person, truth: CaseTruth) -> bool:
    """Say whether everybody who matters to a person has been dealt with: what makes a journey stand at its outcome."""
    defendants = values.relevant_defendants(person, truth)
    return bool(defendants) and all(truth.proceedings.get(each) is Proceedings.CONCLUDED for each in defendants)


# --- the introduction -----------------------------------------------------------------------------------------------


def parts_of(introduction: Mapping[str, Any]) -> tuple[str, ...]:
    """Give which of the three questions an introduction is about; one that names none is about all of them."""
    return tuple(introduction.get("parts", INTRODUCED))


def only_parts(introduction: Mapping[str, Any], parts: Iterable[str]) -> Content:
    """Give what was told when these questions were answered: what was left to be said, when they are just that."""
    said = [part for part in INTRODUCED if part in set(parts)]
    if said == list(parts_of(introduction)):
        return dict(introduction)
    return {"rights": introduction.get("rights", False), "parts": said}


def _introduction(participant: str, person: Person, topics: Mapping[TopicKey, Topic]) -> Content:
    """Give what is left to be said: the whole at first, then the questions that no contact has answered.

    Nothing is left: what was told last stands. A victim has rights where a witness had none: that is said anew.
    """
    whole: Content = {"rights": person.is_victim}
    held = topics.get((participant, INTRODUCTION, INTRODUCTION))
    if held is None:
        return whole
    ended = [change.value for change in held.history if change.event == held.waived]
    by_hand = parts_of(ended[-1]) if ended and ended[-1].get("rights") == whole["rights"] else ()
    newest_first = sorted(
        (told for told in held.told if not told.void), key=lambda told: (told.at, told.contact), reverse=True
    )
    told = [each.value for each in takewhile(lambda told: told.value.get("rights") == whole["rights"], newest_first)]
    left = [part for part in INTRODUCED if part not in by_hand and not any(part in parts_of(each) for each in told)]
    if by_hand and not left:
        return dict(ended[-1])
    if told and not left:
        return dict(told[0])
    return whole if len(left) == len(INTRODUCED) else whole | {"parts": left}


# --- occasions ------------------------------------------------------------------------------------------------------


def _handled(
    topic: str,
    participant: str,
    topics: Mapping[TopicKey, Topic],
    content: Content,
    covers: Callable[[Content, Content], bool],
) -> Content:
    """Give the occasion on which it was handled, where that covers this one: it is no reason to do it again.

    Handled is what was ticked in a contact, what a person ended by hand, and what was left to the unit before ours.
    """
    held = topics.get((participant, topic, topic))
    if held is None:
        return content
    before = [told.value for told in held.told if not told.void][-1:]
    before += [change.value for change in held.history if change.baseline or change.event == held.waived]
    return next((each for each in before if covers(each, content)), content)


def _always(_handled: Content, _now: Content) -> bool:
    return True


def _is_wider(handled: Content, now: Content) -> bool:
    """Say whether needs were asked on a wider occasion: whoever is called was asked for more than after a plea."""
    return handled == now or handled.get("because") == CPS_LIST


def _is_for_as_many(handled: Content, now: Content) -> bool:
    return int(handled.get("defendants", 0)) >= int(now["defendants"])


def _needs(
    participant: str, person: Person, truth: CaseTruth, topics: Mapping[TopicKey, Topic], asked: NeedsStanding
) -> Iterator[tuple[str, str, Value]]:
    """Ask on a not-guilty plea, when the CPS says that they must come, and whenever it was opened again since."""
    may_be_tried = values.is_still_to_be_tried(person, truth)
    if not may_be_tried and asked.again is None:
        return
    required = values.is_required(participant, person, truth)
    pleaded = any(offence.plea == NOT_GUILTY for offence in _offences_of(person, truth))
    is_due = required or (pleaded and person.is_victim)
    trial = values.first_trial(person, truth)
    if asked.complete_at is not None or asked.again is not None:
        again = needs.occasion(asked, may_be_tried=may_be_tried, is_due=is_due)
        if again is not None:
            yield NEEDS, NEEDS, again if again.not_before else values.before(trial, again.content)
    elif may_be_tried and is_due:
        why = {"because": CPS_LIST if required else NOT_GUILTY_PLEA}
        occasion = _handled(NEEDS, participant, topics, why, _is_wider)
        yield NEEDS, NEEDS, values.before(trial, occasion)


def _offers(
    participant: str, person: Person, truth: CaseTruth, topics: Mapping[TopicKey, Topic], trial: Hearing | None
) -> Iterator[tuple[str, str, Value]]:
    """Offer a visit to the court and the witness service there, until they answer; a move asks again (LP-PTV)."""
    answered = answers(participant, person, truth)
    occasions = (
        (PRE_TRIAL_VISIT, supporting.visit_occasion(trial)),
        (WITNESS_SERVICE, supporting.service_occasion(trial)),
    )
    for topic, occasion in occasions:
        if topic not in answered:
            offered = _handled(topic, participant, topics, dict(occasion), supporting.is_same_trial)
            yield topic, topic, values.before(trial, offered)


def _dates_to_avoid(participant: str, person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    """Ask while a trial needs a date: after a not-guilty plea, and whenever a date was lost (LP-DATES).

    Whoever the CPS does not call need not be asked. A week is no date: there is still a day to choose.
    """
    if isinstance(truth.requirements.get(participant), events.CpsNotRequired):
        return
    if availability.has_a_day(person, truth) or availability.was_asked(person, truth):
        return
    lost = availability.lost_occasion(person, truth)
    if lost is not None:
        yield DATES_TO_AVOID, DATES_TO_AVOID, Value(content=lost)
    elif any(offence.plea == NOT_GUILTY for offence in _offences_of(person, truth)):
        yield DATES_TO_AVOID, DATES_TO_AVOID, Value(content={"because": NOT_GUILTY_PLEA})


def _chase(participant: str, truth: CaseTruth, trial: Hearing | None) -> Iterator[tuple[str, str, Value]]:
    """Ask the CPS about measures that a court has not decided on; from 28 days before the trial."""
    asked = sorted(measure for measure, word in truth.measures.get(participant, {}).items() if word in UNDECIDED)
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


def _recheck(
    participant: str, person: Person, truth: CaseTruth, topics: Mapping[TopicKey, Topic], trial: Hearing | None
) -> Iterator[tuple[str, str, Value]]:
    """Confirm what was granted or arranged for another trial than the one there is now (LP-RECHECK)."""
    content = recheck.occasion(participant, person, truth)
    if content is not None:
        asked = _handled(RECHECK, participant, topics, content, recheck.covers)
        yield RECHECK, RECHECK, values.before(trial, asked)


def _around_the_sentence(
    participant: str, person: Person, truth: CaseTruth, topics: Mapping[TopicKey, Topic]
) -> Iterator[tuple[str, str, Value]]:
    """Offer a personal statement and a meeting while a sentence is to come, and a meeting when there is one.

    Another defendant who is convicted, or sentenced, is another occasion.
    """
    known = {
        defendant: _offences_of_one(person, truth, defendant) for defendant in values.relevant_defendants(person, truth)
    }
    convicted = sum(any(each.convicted for each in theirs) for theirs in known.values())
    sentenced = sum(any(each.sentence for each in theirs) for theirs in known.values())
    waits = any(each.convicted and not each.final and not each.sentence for theirs in known.values() for each in theirs)
    if waits:
        sentencing = values.first_live(
            hearing
            for hearing in values.hearings_of(person, truth)
            if hearing.about.hearing_class is events.HearingClass.SENTENCE
        )
        for topic in (PERSONAL_STATEMENT, MEETING_BEFORE_SENTENCE):
            occasion = _handled(topic, participant, topics, {"defendants": convicted}, _is_for_as_many)
            yield topic, topic, values.before(sentencing, occasion)
    if sentenced:
        occasion = _handled(MEETING_AFTER_SENTENCE, participant, topics, {"defendants": sentenced}, _is_for_as_many)
        yield MEETING_AFTER_SENTENCE, MEETING_AFTER_SENTENCE, Value(content=occasion)


def _offences_of(person: Person, truth: CaseTruth) -> list[OffenceTruth]:
    defendants = sorted(values.relevant_defendants(person, truth))
    return [each for defendant in defendants for each in _offences_of_one(person, truth, defendant)]


def _offences_of_one(person: Person, truth: CaseTruth, defendant: str) -> list[OffenceTruth]:
    theirs = values.relevant_offences(person, truth, defendant)
    return [truth.offences[offence] for offence in theirs if offence in truth.offences]
