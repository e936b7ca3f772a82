"""Takes back what was entered or matched wrongly: from then on the case stands as if it had never been said.

Nothing is rewritten. What was true, told and owed until then stays in the history, and what was told on the strength of
the wrong entry stays told: whoever heard it is owed the truth, counted from the moment it was put right. What the entry
had closed (an opt-out, a death, "need not be told", "as last told") is owed again on its first clock, as after a
corrected contact (core.md rule 18).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from workflows import availability, closing, events, needs, recheck, referring, supporting, withdrawal
from workflows.events import CaseEvent
from workflows.journey import Journey
from workflows.snapshot import Snapshot, Topic
from workflows.truth import CHANGED, NO_CHANGE

if TYPE_CHECKING:
    from workflows.fold import Fold

COURT_FACTS = (
    *(events.HearingListed, events.HearingConfirmed, events.HearingMoved, events.DateRemoved),
    *(events.HearingDaysCancelled, events.TrialVacated, events.TrialUnvacated, events.HearingWithdrawn),
    *(events.HearingMarkedDuplicate, events.HearingAdjourned, events.TrialIneffective, events.TrialCracked),
    *(events.TrialStarted, events.PleaRecorded, events.VerdictRecorded, events.ResultsShared),
    *(events.BailDecided, events.WarrantStated, events.AppealStated, events.AppealDecided),
    *(events.ProsecutionDecided, events.SpecialMeasureStated, events.JuryDischarged, events.DefendantDied),
)
OF_A_COURT = (*COURT_FACTS, events.HearingSighted)
REQUIREMENTS = (events.CpsRequires, events.CpsNotRequired)
OF_A_PERSON = (
    *(events.OptedOut, events.OptedBackIn, events.ParticipantDied, events.ParticipantLeft),
    *(events.PersonConfirmed, events.CannotAttend, events.Attended, events.DidNotAttend, events.JourneyClosed),
    events.DutyClosedByPerson,
)
CHARGES = (events.DefendantCharged, events.DefendantRemoved, events.OffenceDescribed)
PARTS = (events.ParticipantRecorded,)
GROUNDS = (events.EnhancedGroundNoted,)
# A contact is corrected, not undone; the registration of a case, and what was carried over with it, stay.
MAY_BE_UNDONE: tuple[type[events.Fact], ...] = (
    *(*COURT_FACTS, *REQUIREMENTS, *OF_A_PERSON, *CHARGES, *PARTS, *GROUNDS, *referring.ENTRIES),
    *(*withdrawal.FACTS, *supporting.FACTS, *needs.FACTS, *closing.FACTS, *availability.FACTS, *recheck.FACTS),
    events.FrequencyAgreed,
)
TAKES_BACK = (events.EntryUndone, events.MatchTakenBack)
ADDED_IN_ERROR = "added_in_error"


def may_be_undone(facts: Sequence[events.Fact]) -> bool:
    """Say whether what one message said can be taken back as a whole."""
    return bool(facts) and all(isinstance(fact, MAY_BE_UNDONE) for fact in facts)


def undo(fold: Fold, what: events.EntryUndone) -> str:
    """Take a message back inside a fold that has seen the whole journal; nothing to take back is no change."""
    taken_back = [event for event in _seen(fold) if event.message_id == what.message]
    if what.message in fold.undone or not may_be_undone([event.what for event in taken_back]):
        return NO_CHANGE
    fold.undone.add(what.message)
    return _stand_without(fold, taken_back)


def take_back_match(fold: Fold, what: events.MatchTakenBack) -> str:
    """Take back what courts said here because of a wrong match; only court facts are, whatever else is named."""
    named = set(what.entries) - fold.unmatched
    taken_back = [event for event in _seen(fold) if event.id in named and isinstance(event.what, OF_A_COURT)]
    if not taken_back:
        return NO_CHANGE
    fold.unmatched |= {event.id for event in taken_back}
    return _stand_without(fold, taken_back)


def _seen(fold: Fold) -> Sequence[CaseEvent]:
    if fold.seen is None:
        raise ValueError("Expected the whole journal to undo an entry, received a part of it. Refold the case.")
    return fold.seen


def _stand_without(fold: Fold, taken_back: Sequence[CaseEvent]) -> str:
    without = _fold_without(fold)
    fold.registers = dict(without.registers)
    referring.take_back(fold, without, taken_back)
    fold.touched |= {hearing for event in taken_back if (hearing := getattr(event.what, "hearing", ""))}
    for event in taken_back:
        _take_back_of_person(fold, without, event)
    _take_back_needs(fold, without)
    _take_back_closings(fold, without)
    recheck.take_back(fold, without)
    _owe_again_what_it_closed(fold, without, since=min(event.received_at for event in taken_back))
    return CHANGED


def _owe_again_what_it_closed(fold: Fold, without: Fold, *, since: datetime) -> None:
    """Give back the first clock of what the wrong entry had closed, for whoever was told nothing since.

    An entry that says what somebody was told already closes what they were owed ("as last told"). They waited for the
    truth all the same.
    """
    for key, then in without.account.topics.items():
        held = fold.account.topics.get(key, Topic())
        heard_since = any(told.at >= since for told in held.told)
        was_closed = then.duty is not None and held.duty is None and not heard_since
        # An answer ends the occasion with what was ended by hand before it: both come back.
        if was_closed and (held.waived == then.waived or not held.history):
            fold.account.topics[key] = replace(held, history=then.history, waived=then.waived)


def requirement_event(fold: Fold, participant: str) -> str:
    """Name what the machine of attendance hears when a requirement was taken back: what stands now."""
    stands = fold.truth.requirements.get(participant)
    if stands is None:
        return ""
    return "cps_requires" if isinstance(stands, events.CpsRequires) else "cps_not_required"


def _fold_without(fold: Fold) -> Fold:
    """Fold what was said so far, but for everything that was taken back."""
    assert fold.seen is not None
    other = type(fold)(Snapshot(case=fold.start.case), fold.rules, kept_threads=fold.kept_threads)
    kept = [
        event
        for event in fold.seen
        if event.message_id not in fold.undone
        and event.id not in fold.unmatched
        and not isinstance(event.what, TAKES_BACK)
    ]
    for _, group in groupby(kept, key=lambda event: event.fold_key[:3]):
        other.take(tuple(group))
    return other


def _take_back_of_person(fold: Fold, without: Fold, event: CaseEvent) -> None:
    what = event.what
    participant = getattr(what, "participant", "")
    person, then = fold.people.get(participant), without.people.get(participant)
    if person is not None and then is None and isinstance(what, PARTS):
        # The entry that brought them in: they are on the case no more, and what they were told stays told.
        fold.people[participant] = replace(person, left=ADDED_IN_ERROR, journey=Journey.CLOSED)
    if person is None or then is None:
        return
    if isinstance(what, events.CpsRequires | events.CpsNotRequired):
        if f"requirement:{participant}" not in fold.registers:  # as before anybody said anything of it
            fold.people[participant] = replace(person, attendance=then.attendance)
        return
    if isinstance(what, PARTS):
        _bring_back_part(fold, without, participant)
    if isinstance(what, withdrawal.FACTS):
        fold.people[participant] = withdrawal.as_before(person, then)
    if isinstance(what, events.FrequencyAgreed):
        fold.people[participant] = replace(person, every_days=then.every_days)
    if isinstance(what, (*supporting.FACTS, events.DutyClosedByPerson)):
        fold.people[participant] = supporting.as_before(person, then)
    if isinstance(what, availability.FACTS):
        fold.people[participant] = availability.as_before(person, then)
    if not isinstance(what, OF_A_PERSON):
        return
    if isinstance(what, events.DutyClosedByPerson):
        key = (participant, what.topic, what.subject)
        if key in fold.account.topics:
            fold.account.topics[key] = replace(
                fold.account.topics[key], waived=without.account.topics.get(key, Topic()).waived
            )
        return
    fold.people[participant] = replace(
        person,
        journey=then.journey,
        attendance=then.attendance,
        was_to_be_tried=then.was_to_be_tried,
        opted_out=then.opted_out,
        left=then.left,
        died=then.died,
    )
    for key, topic in without.account.topics.of(participant).items():
        held = fold.account.topics.get(key, Topic())
        fold.account.topics[key] = replace(held, history=topic.history, waived=topic.waived)


def _take_back_closings(fold: Fold, without: Fold) -> None:
    """Give back what was said in a last talk; one that was ended by what is taken back is open on its first clock."""
    for participant in sorted(fold.closings.keys() | without.closings.keys()):
        now, then = (each.closings.get(participant, closing.NOTHING) for each in (fold, without))
        if now.how == then.how:
            continue
        key = (participant, closing.TOPIC, closing.TOPIC)
        held, owed = (each.account.topics.get(key, Topic()) for each in (fold, without))
        if owed.history:
            fold.account.topics[key] = replace(held, history=owed.history, waived=owed.waived)
    fold.closings = dict(without.closings)


def _take_back_needs(fold: Fold, without: Fold) -> None:
    """Give back what people had said they need, and the occasions on which they were to be asked, with their clocks."""
    for participant in sorted(fold.needs.keys() | without.needs.keys()):
        if fold.needs.get(participant) == without.needs.get(participant):
            continue
        key = (participant, needs.TOPIC, needs.TOPIC)
        then, held = without.account.topics.get(key, Topic()), fold.account.topics.get(key, Topic())
        if then.history:  # else there is no occasion any more, and what is open of one closes
            fold.account.topics[key] = replace(held, history=then.history, waived=then.waived)
    fold.needs = dict(without.needs)


def _bring_back_part(fold: Fold, without: Fold, participant: str) -> None:
    """Give somebody the part they had: role, what concerns them, enhanced rights, and where that leaves them.

    What they are owed counts from its first clock, as if their part had never been another; but whoever was told of it
    in between is owed the truth from now on.
    """
    person, then = fold.people[participant], without.people[participant]
    fold.people[participant] = replace(
        person,
        role=then.role,
        witness_kind=then.witness_kind,
        defendants=then.defendants,
        offences=then.offences,
        enhanced=then.enhanced,
        enhanced_basis=then.enhanced_basis,
        victim_kind=then.victim_kind,
        journey=then.journey,
        attendance=then.attendance,
        was_to_be_tried=then.was_to_be_tried,
        left=then.left,
    )
    for key, topic in without.account.topics.of(participant).items():
        held = fold.account.topics.get(key, Topic())
        told = held.last_told
        if told is None or told.value_hash in _hashes(topic):
            fold.account.topics[key] = replace(held, history=topic.history)


def _hashes(topic: Topic) -> set[str]:
    return {change.value_hash for change in topic.history}
