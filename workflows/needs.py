"""Keeps what a person said they need to take part, and says when they are to be asked again (domain.md section 9).

Each question has its own answer; what nobody answered is not asked, which is not "no". The assessment is complete once
every required question was answered since it was opened. It is opened again by a not-guilty plea, by what the CPS
requires of them, by fear for their safety or another vulnerability, by an officer, and after some months.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from workflows import enhanced_rights, events, needs_pack, values
from workflows.events import CaseEvent, Said
from workflows.needs_pack import Question
from workflows.snapshot import AskAgain, NeedAnswer, NeedsStanding, Person, Topic
from workflows.truth import CHANGED, NO_CHANGE
from workflows.values import CaseTruth, Value
from workflows.working_days import instant_of, london_date, months_later

if TYPE_CHECKING:
    from workflows.fold import Fold

TOPIC = "task.needs_assessment"
FACTS = (events.NeedsAsked, events.NeedArranged, events.NeedsToBeAskedAgain)

NOT_GUILTY_PLEA, CPS_LIST = "not_guilty_plea", "cps_list"
NEW_REQUIREMENT, SAFETY, VULNERABLE = "new_requirement", "safety_concern", "vulnerability"
REQUESTED, MONTHS_OVER = "asked_for", "months_over"
REASONS = (NOT_GUILTY_PLEA, CPS_LIST, NEW_REQUIREMENT, SAFETY, VULNERABLE, REQUESTED, MONTHS_OVER)
FOR_THE_TRIAL = (NOT_GUILTY_PLEA, CPS_LIST, NEW_REQUIREMENT)
NOT_GUILTY = "not_guilty"

NOTHING = NeedsStanding()


# --- what is known ------------------------------------------------------------------------------------------------


def is_open_again(standing: NeedsStanding) -> bool:
    """Say whether something opened the assessment again and it is not complete since."""
    again = standing.again
    return again is not None and (standing.complete_at is None or again.at > standing.complete_at)


def is_complete(standing: NeedsStanding) -> bool:
    """Say whether everything was asked, and nothing opened it again since."""
    return standing.complete_at is not None and not is_open_again(standing)


def answer_to(standing: NeedsStanding, question: str) -> NeedAnswer | None:
    """Give what stands of one question; None when it was not asked."""
    return next((each for each in standing.answers if each.question == question), None)


def was_asked(standing: NeedsStanding, question: str) -> bool:
    """Say whether a question was answered since the assessment was last opened. A complete one was asked whole."""
    found = answer_to(standing, question)
    if found is None:
        return False
    if is_open_again(standing):
        assert standing.again is not None
        return found.at >= standing.again.at
    return True


def is_from_before(standing: NeedsStanding, question: str, now: datetime) -> bool:
    """Say whether what stands of a question is from before the occasion on which they are to be asked now."""
    found = answer_to(standing, question)
    if found is None:
        return False
    if is_open_again(standing):
        return not was_asked(standing, question)
    complete_at = standing.complete_at
    return complete_at is not None and found.at <= complete_at and london_date(now) >= _asked_next(complete_at)


def _asked_next(complete_at: datetime) -> date:
    return months_later(london_date(complete_at), needs_pack.shipped().months)


def sections_asked(standing: NeedsStanding, person: Person, now: datetime) -> tuple[str, ...]:
    """Give the sections of which every required question was answered since the assessment was last opened."""
    pack, on = needs_pack.shipped(), london_date(now)
    return tuple(
        section.key
        for section in pack.sections_of(person.role, on)
        if all(
            was_asked(standing, question.key)
            for question in pack.asked_of(person.role, on, section.key)
            if question.required
        )
    )


def how_many_asked(standing: NeedsStanding, person: Person) -> int:
    """Count those sections as they stood when anything of the assessment last changed."""
    moments = (*(each.at for each in standing.answers), *((standing.again.at,) if standing.again else ()))
    return len(sections_asked(standing, person, max(moments))) if moments else 0


def not_arranged(standing: NeedsStanding) -> Iterator[NeedAnswer]:
    """Give what somebody needs to be able to come and nobody has arranged yet."""
    pack = needs_pack.shipped()
    for answer in standing.answers:
        question = pack.question(answer.question)
        if question is not None and question.practical and answer.answer is Said.YES and answer.arranged_at is None:
            yield answer


def needed(standing: NeedsStanding | None) -> Mapping[str, NeedAnswer]:
    """Give the questions that were answered yes."""
    answers = standing.answers if standing is not None else ()
    return {each.question: each for each in answers if each.answer is Said.YES}


# --- taking it in -------------------------------------------------------------------------------------------------


def take_in(fold: Fold, event: CaseEvent) -> str:
    """Put an entry into the standing of its person, and say whether it changed anything."""
    what: Any = event.what
    before = fold.needs.get(what.participant, NOTHING)
    match what:
        case events.NeedsAsked():
            after = _answered(before, fold.people[what.participant], event, what)
        case events.NeedArranged():
            after = _arranged(before, event, what)
        case _:
            return _open_again(fold, what.participant, REQUESTED, event.received_at)
    if after == before:
        return NO_CHANGE
    fold.needs[what.participant] = after
    return CHANGED


def _answered(before: NeedsStanding, person: Person, event: CaseEvent, what: events.NeedsAsked) -> NeedsStanding:
    held = {each.question: each for each in before.answers}
    for said in what.answers:
        was = held.pop(said.question, None)
        if said.answer is Said.NOT_ASKED:
            continue
        is_same = was is not None and was.answer is said.answer
        held[said.question] = NeedAnswer(
            question=said.question,
            answer=said.answer,
            at=event.received_at,
            by=event.actor,
            message=event.message_id,
            # What is arranged stays so while they still need it.
            arranged_at=was.arranged_at if was is not None and is_same else None,
            since=(was.since or was.at) if was is not None and is_same else event.received_at,
        )
    after = replace(before, answers=tuple(held[key] for key in sorted(held)))
    is_whole = _is_whole(after, person, event.received_at)
    return replace(after, complete_at=event.received_at) if is_whole else after


def _is_whole(standing: NeedsStanding, person: Person, now: datetime) -> bool:
    """Say whether each required question was answered since it was opened, or since it was last complete."""
    asked = needs_pack.shipped().asked_of(person.role, london_date(now))
    required = {question.key for question in asked if question.required}
    return bool(required) and required <= {each.question for each in _answered_this_time(standing)}


def _answered_this_time(standing: NeedsStanding) -> Iterator[NeedAnswer]:
    """Give the answers since it was opened again, or since it was last complete; the first time, all there are."""
    since = standing.complete_at
    for each in standing.answers:
        if was_asked(standing, each.question) if is_open_again(standing) else since is None or each.at > since:
            yield each


def _arranged(before: NeedsStanding, event: CaseEvent, what: events.NeedArranged) -> NeedsStanding:
    held = answer_to(before, what.question)
    if held is None or held.answer is not Said.YES or (held.arranged_at is not None) is what.arranged:
        return before
    after = replace(held, arranged_at=event.received_at if what.arranged else None)
    return replace(before, answers=tuple(after if each is held else each for each in before.answers))


def completed(
    before: Mapping[str, NeedsStanding], after: Mapping[str, NeedsStanding], group: Iterable[CaseEvent]
) -> frozenset[str]:
    """Give those whose assessment became complete by the answers in a message."""
    asked = {event.what.participant for event in group if isinstance(event.what, events.NeedsAsked)}
    return frozenset(
        participant
        for participant in asked
        if is_complete(standing := after.get(participant, NOTHING))
        and standing.complete_at != before.get(participant, NOTHING).complete_at
    )


# --- opening it again ---------------------------------------------------------------------------------------------


def note_what_opens_it(fold: Fold, event: CaseEvent, before: CaseTruth, people_before: Mapping[str, Person]) -> None:
    """Open an assessment again where this event, which changed something, is a reason to ask anew."""
    what, at = event.what, event.received_at
    match what:
        case events.CpsRequires():
            was = before.requirements.get(what.participant)
            why = NEW_REQUIREMENT if isinstance(was, events.CpsRequires) else CPS_LIST
            _if_asked_before(fold, what.participant, why, event)
        case events.PleaRecorded(plea=plea) if plea == NOT_GUILTY:
            for participant, person in fold.people.items():
                if person.is_victim and _matters_to(person, what, fold.truth):
                    _if_asked_before(fold, participant, NOT_GUILTY_PLEA, event)
        case events.SafetyConcernRaised():
            _if_ever_asked(fold, what.participant, SAFETY, at)
        case events.ParticipantRecorded() if what.participant in people_before:
            if _is_newly_vulnerable(people_before[what.participant], fold, what):
                _if_ever_asked(fold, what.participant, VULNERABLE, at)


def _matters_to(person: Person, what: events.PleaRecorded, truth: CaseTruth) -> bool:
    relevant = what.defendant in values.relevant_defendants(person, truth)
    return relevant and what.offence in values.relevant_offences(person, truth, what.defendant)


def _is_newly_vulnerable(was: Person, fold: Fold, what: events.ParticipantRecorded) -> bool:
    """Say whether a ground for enhanced rights is new that their own answers had not suggested."""
    known = enhanced_rights.grounds_of_needs(needed(fold.needs.get(what.participant)))
    return bool(set(what.enhanced_basis) - set(was.enhanced_basis) - known)


def _if_asked_before(fold: Fold, participant: str, because: str, event: CaseEvent) -> None:
    """A plea or a list is the first occasion too: it opens anew only what was asked, or was to be, before.

    What was ended by hand, or said to be asked elsewhere, was asked before. What came with the registration of a case
    was so when they were asked there.
    """
    topic = fold.account.topics.get((participant, TOPIC, TOPIC), Topic())
    standing = fold.needs.get(participant, NOTHING)
    # Handled on a narrower occasion, this one is the first of its kind: that is owed in any case.
    covered = {each.get("because") for each in _handled(topic)} & {because, CPS_LIST}
    is_ended = topic.duty is None and bool(covered) and not event.registration
    if standing.complete_at is not None or standing.again is not None or is_ended:
        _open_again(fold, participant, because, event.received_at)


def _handled(topic: Topic) -> Iterator[Mapping[str, Any]]:
    """Give the occasions that were ended by hand, or told of last."""
    if topic.last_told is not None:
        yield topic.last_told.value
    yield from (change.value for change in topic.history if change.event == topic.waived)


def _if_ever_asked(fold: Fold, participant: str, because: str, at: datetime) -> None:
    topic = fold.account.topics.get((participant, TOPIC, TOPIC), Topic())
    standing = fold.needs.get(participant, NOTHING)
    if topic.history or topic.told or standing.complete_at is not None:
        _open_again(fold, participant, because, at)


def _open_again(fold: Fold, participant: str, because: str, at: datetime) -> str:
    topic = fold.account.topics.get((participant, TOPIC, TOPIC), Topic())
    standing = fold.needs.get(participant, NOTHING)
    is_owed = topic.duty is not None and bool(topic.history) and topic.history[-1].received_at <= at
    if is_owed and not any(_answered_this_time(standing)):
        return NO_CHANGE  # they are to be asked already, and have said nothing yet that may be different by now
    if standing.again is not None and standing.again.at == at:
        return NO_CHANGE
    fold.needs[participant] = replace(standing, again=AskAgain(because=because, at=at))
    return CHANGED


def occasion(standing: NeedsStanding, *, may_be_tried: bool, is_due: bool) -> Value | None:
    """Give why they are to be asked now, or once some months are over; None when there is no reason of this kind.

    `is_due`: a plea, or what the CPS requires, makes an assessment owed while somebody `may_be_tried`. What opened it
    for the trial alone ends with that: nobody is asked for a trial to which they need not come.
    """
    if is_open_again(standing):
        assert standing.again is not None
        because = standing.again.because
        if (not may_be_tried and because != REQUESTED) or (not is_due and because in FOR_THE_TRIAL):
            return None
        return Value(content={"because": because, "since": standing.again.at.isoformat()})
    if standing.complete_at is None or not may_be_tried or not is_due:
        return None
    day = _asked_next(standing.complete_at)
    content = {"because": MONTHS_OVER, "since": standing.complete_at.isoformat()}
    return Value(content=content, not_before=instant_of(day, time()))


def questions_of(person: Person, now: datetime) -> tuple[Question, ...]:
    """Give every question that is asked of this person today."""
    return needs_pack.shipped().asked_of(person.role, london_date(now))
