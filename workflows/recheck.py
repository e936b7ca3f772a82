"""Keeps for which trial special measures and practical help were granted or arranged; another trial asks again.

Each stands with the person, with the court, the days and the room as they were when it was decided (ADR 36). Where the
trial is at another court, on another day or in another room by now, it is to be confirmed, whatever anybody does; a
trial that moves back has nothing to be confirmed. Nobody has to find out by themselves: it is one task, LP-RECHECK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workflows import charges, events, needs, occasions, truth, values
from workflows.events import CaseEvent, DateKind
from workflows.occasions import HeldFor, Occasion
from workflows.snapshot import Person
from workflows.supporting import DONE, Answered
from workflows.truth import CHANGED, NO_CHANGE, Hearing
from workflows.values import CaseTruth
from workflows.working_days import days_later

if TYPE_CHECKING:
    from workflows.fold import Fold

TOPIC = "task.recheck"
FACTS = (events.ArrangementConfirmed,)
# What may be the last thing that was to be confirmed.
ENDS_IT = (events.ArrangementConfirmed, events.SpecialMeasureStated, events.NeedArranged, events.NeedsAsked)

MEASURE, NEED = "measure", "need"
ARRANGED = "arranged"
# An application waits for its court as a decision holds for it; what was only asked for is chased in any case.
HELD_FOR_A_TRIAL = ("applied", "granted")
OFFICER = "officer"
DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ToConfirm:
    """One measure, or one kind of help, that was for another trial than the one there is.

    `because` says in what the two differ: of `occasions.COURT`, `DAY` and `ROOM`.
    """

    what: str
    stands: str
    was: Occasion
    now: Occasion
    because: tuple[str, ...]

    @property
    def is_measure(self) -> bool:
        return kind_of(self.what) == MEASURE

    @property
    def key(self) -> str:
        """Give the key of the measure, or of the question of the needs assessment."""
        return self.what.partition(":")[2]


# --- what is to be confirmed --------------------------------------------------------------------------------------


def named(kind: str, key: str) -> str:
    """Name one measure or one kind of help, as an entry that confirms it does."""
    return f"{kind}:{key}"


def kind_of(what: str) -> str:
    """Say whether a name is that of a measure or of help."""
    return what.partition(":")[0]


def occasion_of(trial: Hearing | None, case: CaseTruth, positions: Iterable[int] = ()) -> Occasion:
    """Give the trial as it stands for somebody required on the days at these positions; none given: on every day."""
    if trial is None or trial.when is None or not trial.is_live:
        return occasions.NOT_KNOWN
    place = Occasion(
        thread=case.threads.get(trial.id, ""),
        court=trial.where.court if trial.where else "",
        room=trial.where.room if trial.where else "",
    )
    week = trial.when.week_commencing
    if trial.when.kind is DateKind.WEEK_COMMENCING and week is not None:
        until = days_later(week, DAYS_OF_A_WEEK * trial.when.weeks - 1)
        return replace(place, days=(week,), until=until)
    own = values.own_days(trial, frozenset(positions))
    return replace(place, days=tuple(sorted(day.on for day in own if not day.cancelled)))


def what_must_be_confirmed(
    person: Person, truth: CaseTruth, trial: Hearing | None, *, participant: str = ""
) -> tuple[ToConfirm, ...]:
    """Give what was granted, applied for or arranged for another trial than `trial`, in the order of its names.

    `trial` is the one they are to come to, as it stands or as it might be; while there is none, nothing can be said.
    Without the `participant` the days are those for which they were required when it was decided.
    """
    required = tuple(sorted(values.own_positions(participant, person, truth))) if participant else None
    found = []
    for held in person.held:
        now = occasion_of(trial, truth, held.positions if required is None else required)
        because = _differences(held, now)
        if because:
            found.append(ToConfirm(what=held.what, stands=held.stands, was=held.occasion, now=now, because=because))
    return tuple(found)


def now_to_confirm(participant: str, person: Person, truth: CaseTruth) -> tuple[ToConfirm, ...]:
    """Give what is to be confirmed as the trial stands. Of who left or died: nothing."""
    if not person.held or person.left or person.died:
        return ()
    return what_must_be_confirmed(person, truth, values.first_trial(person, truth), participant=participant)


def _differences(held: HeldFor, now: Occasion) -> tuple[str, ...]:
    is_help = kind_of(held.what) == NEED
    return occasions.differences(held.occasion, now, every_day=is_help, in_a_room=not is_help)


# --- taking it in -------------------------------------------------------------------------------------------------


def take_in(fold: Fold, event: CaseEvent) -> str:
    """Take in that something holds for the trial as it is now. What is not to be confirmed changes nothing."""
    what: Any = event.what
    return _confirm(fold, what.participant, (what.what,), event)


def take_done(fold: Fold, event: CaseEvent) -> None:
    """Take in that the whole task was ended as done: then everything it asked about is confirmed."""
    what: Any = event.what
    topic = fold.account.topics.get((what.participant, what.topic, what.subject))
    if what.topic != TOPIC or what.reason != "done" or topic is None or topic.duty is None:
        return
    _confirm(fold, what.participant, topic.history[-1].value.get("confirm", {}), event)


def _confirm(fold: Fold, participant: str, names: Iterable[str], event: CaseEvent) -> str:
    person = fold.people[participant]
    asked = {each.what: each.now for each in now_to_confirm(participant, person, fold.truth)} if person.held else {}
    confirmed = {name: asked[name] for name in names if name in asked}
    if not confirmed:
        return NO_CHANGE
    positions = _positions(fold, participant)
    held = tuple(
        replace(each, occasion=confirmed[each.what], positions=positions, confirmed_at=event.received_at)
        if each.what in confirmed
        else each
        for each in person.held
    )
    fold.people[participant] = replace(person, held=held)
    return CHANGED


def note(fold: Fold, event: CaseEvent) -> None:
    """Keep the trial for which a measure was decided, or help arranged, by this event."""
    what = event.what
    match what:
        case events.SpecialMeasureStated():
            if what.participant in fold.people:
                _note_measure(fold, event, what)
        case events.NeedArranged() | events.NeedsAsked():
            if what.participant in fold.people:
                _note_help(fold, what.participant)


def _note_measure(fold: Fold, event: CaseEvent, what: events.SpecialMeasureStated) -> None:
    stands = truth.standing(fold.registers, f"{charges.MEASURE}{what.participant}:{what.measure}")
    if stands is None or stands.message_id != event.message_id:
        return  # something else is known better
    name = named(MEASURE, what.measure)
    before = next((each for each in fold.people[what.participant].held if each.what == name), None)
    # A system that repeats itself decides nothing anew; whoever enters it again does.
    if before is not None and before.stands == what.decision and event.context != OFFICER:
        return
    now = None
    if what.decision in HELD_FOR_A_TRIAL:
        now = _held(fold, what.participant, name, what.decision, event.received_at)
    _put(fold, what.participant, {name: now})


def _note_help(fold: Fold, participant: str) -> None:
    """Keep what is arranged by now, and let go of what is not any more, or is not needed."""
    before = {each.what: each for each in fold.people[participant].held if kind_of(each.what) == NEED}
    changed: dict[str, HeldFor | None] = dict.fromkeys(before)
    for answer in fold.needs.get(participant, needs.NOTHING).answers:
        if answer.arranged_at is None:
            continue
        name = named(NEED, answer.question)
        if name in before and before[name].at == answer.arranged_at:
            del changed[name]
        else:
            changed[name] = _held(fold, participant, name, ARRANGED, answer.arranged_at)
    _put(fold, participant, changed)


def _held(fold: Fold, participant: str, name: str, stands: str, at: Any) -> HeldFor:
    person, positions = fold.people[participant], _positions(fold, participant)
    trial = values.first_trial(person, fold.truth)
    return HeldFor(
        what=name, stands=stands, at=at, occasion=occasion_of(trial, fold.truth, positions), positions=positions
    )


def _positions(fold: Fold, participant: str) -> tuple[int, ...]:
    return tuple(sorted(values.own_positions(participant, fold.people[participant], fold.truth)))


def _put(fold: Fold, participant: str, changed: Mapping[str, HeldFor | None]) -> None:
    if not changed:
        return
    person = fold.people[participant]
    held: dict[str, HeldFor | None] = {**{each.what: each for each in person.held}, **changed}
    kept = tuple(each for _, each in sorted(held.items()) if each is not None)
    if kept != person.held:
        fold.people[participant] = replace(person, held=kept)


def learn(fold: Fold) -> None:
    """Keep what came to be known of the trial that something was held for: its first date, court or room."""
    for participant, person in fold.people.items():
        if not person.held:
            continue
        trial = values.first_trial(person, fold.truth)
        now = occasion_of(trial, fold.truth, _positions(fold, participant))
        if not now.days:
            continue
        held = tuple(_learnt(each, now) for each in person.held)
        if held != person.held:
            fold.people[participant] = replace(person, held=held)


def _learnt(held: HeldFor, now: Occasion) -> HeldFor:
    if _differences(held, now):
        return held
    return replace(held, occasion=occasions.filled(held.occasion, now))


def take_back(fold: Fold, without: Fold) -> None:
    """Give everybody what was held for them without the entries that were taken back."""
    for participant, then in without.people.items():
        person = fold.people.get(participant)
        if person is not None and person.held != then.held:
            fold.people[participant] = replace(person, held=then.held)


# --- the task -----------------------------------------------------------------------------------------------------


def occasion(participant: str, person: Person, truth: CaseTruth) -> dict[str, Any] | None:
    """Give what is to be confirmed, with what each was for, and for which trial; None when nothing is."""
    found = now_to_confirm(participant, person, truth)
    if not found:
        return None
    now = found[0].now
    in_a_room = any(occasions.ROOM in each.because for each in found)
    confirm = {each.what: {"stands": each.stands} | trial_in(each.was, room=in_a_room) for each in found}
    return {
        "confirm": confirm,
        **trial_in(now, room=in_a_room),
    }


def trial_in(trial: Occasion, *, room: bool = True) -> dict[str, str]:
    """Give what is known of a trial in plain words for a value: the court, the first day, and the room if wanted."""
    day = trial.first_day.isoformat() if trial.first_day else ""
    known = {"court": trial.court, "trial": day, "week": "yes" if trial.until else ""}
    known["room"] = trial.room if room else ""
    return {name: word for name, word in known.items() if word}


def covers(handled: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Say whether what a person ended by hand was about this trial, and about everything that is asked now."""
    same_trial = all(handled.get(name) == now.get(name) for name in ("court", "trial", "room"))
    return same_trial and set(now["confirm"]) <= set(handled.get("confirm", ()))


def ended(participant: str, person: Person, truth: CaseTruth, *, now: bool) -> Answered | None:
    """Say how the task ends where nothing is to be confirmed: done by this message when `now`, else of itself.

    While the trial has no date, the next one is owed on the first clock. None: it is asked, or nobody needs to come.
    """
    if not values.is_required(participant, person, truth):
        return None
    if not person.held:  # what was to be confirmed is refused by now, or not needed any more
        return Answered(reason=DONE, waits_for_a_trial=False) if now else None
    positions = values.own_positions(participant, person, truth)
    if not occasion_of(values.first_trial(person, truth), truth, positions).days:
        return Answered(reason="", waits_for_a_trial=True)
    if now_to_confirm(participant, person, truth):
        return None
    return Answered(reason=DONE if now else "", waits_for_a_trial=False)


def who_confirmed(group: Iterable[CaseEvent]) -> frozenset[str]:
    """Name the people of whom one message may have confirmed, or changed, the last thing that was to be confirmed."""
    return frozenset(
        event.what.participant for event in group if isinstance(event.what, (*ENDS_IT, events.DutyClosedByPerson))
    )
