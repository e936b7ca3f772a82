"""Keeps what support was offered to a person and what they answered, and says which tasks that answers.

An answer about the witness service holds for the court it was given for, one about a visit for the day of the trial
too: a trial that moves asks again (features.md D4). A day or a court that is not known yet asks nobody anew.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from workflows import court_visit, events, support, values
from workflows.court_visit import CourtVisit
from workflows.decision import move_of
from workflows.events import CaseEvent, VictimKind
from workflows.snapshot import Person, SupportStanding, Topic, VisitStanding
from workflows.support import WITNESS_SERVICE, Support
from workflows.truth import CHANGED, NO_CHANGE, Hearing
from workflows.values import CaseTruth
from workflows.working_days import london_date, start_of_hearing

if TYPE_CHECKING:
    from workflows.fold import Fold

FACTS = (events.SupportStated, events.CourtVisitStated)
ANSWERS = (*FACTS, events.DutyClosedByPerson, events.AvailabilityAsked)
VISIT_TASK, WITNESS_SERVICE_TASK = "task.pre_trial_visit", "task.witness_service"
SUPPORT_MACHINE, VISIT_MACHINE = "support", "court_visit"
DONE, DECLINED = "done", "declined"
COURT, TRIAL = "court", "trial"

_NAMESPACE = uuid.UUID("3a5d2d41-2f0e-5f5e-9a53-8f4a0f6c1b7e")


def support_id(participant: str, kind: str, service: str) -> str:
    """Give the id of a row of support, and of its moves: the same in every refold."""
    return str(uuid.uuid5(_NAMESPACE, "|".join((participant, kind, service))))


def standing_of(person: Person, kind: str, service: str) -> SupportStanding:
    """Give how support by one service stands; nothing was said of it yet: none."""
    held = (each for each in person.support if (each.kind, each.service) == (kind, service))
    return next(held, SupportStanding(kind=kind, service=service))


# --- what was said ------------------------------------------------------------------------------------------------


def take_in(fold: Fold, event: CaseEvent) -> str:
    """Take in what was said of support or of a visit. What does not fit is kept, and asks a person."""
    what: Any = event.what
    known = support.EVENTS if isinstance(what, events.SupportStated) else court_visit.EVENTS
    if what.step not in known:
        return NO_CHANGE  # a step of another version: it is kept, and says nothing here
    person = fold.people[what.participant]
    trial = values.first_trial(person, fold.truth)
    take = _with_support if isinstance(what, events.SupportStated) else _with_visit
    after = take(fold, person, event, trial)
    fold.people[what.participant] = after
    return CHANGED if after != person else NO_CHANGE


def take_refusal(fold: Fold, event: CaseEvent) -> None:
    """Take in that an offer was ended by hand because they do not want it: that is an answer like any other."""
    what: Any = event.what
    topic = fold.account.topics.get((what.participant, what.topic, what.subject))
    if what.reason != DECLINED or topic is None or topic.duty is None:
        return
    if what.topic == VISIT_TASK:
        said: Any = events.CourtVisitStated(participant=what.participant, step="declined")
    elif what.topic == WITNESS_SERVICE_TASK:
        said = events.SupportStated(participant=what.participant, kind=WITNESS_SERVICE, step="declined")
    else:
        return
    take_in(fold, replace(event, what=said))


def _with_support(fold: Fold, person: Person, event: CaseEvent, trial: Hearing | None) -> Person:
    what: Any = event.what
    held = standing_of(person, what.kind, what.service)
    step = support.next_state(held.state, what.step)
    if step.moved or step.flag:
        subject = support_id(what.participant, what.kind, what.service)
        fold.moves.append(move_of(SUPPORT_MACHINE, subject, held.state, step.state, what.step, event, step.flag))
    if step.flag or (what.step == "offered" and not step.moved):
        return person
    # The same answer for another court is an answer for that court; it stands since it was first given.
    now = replace(held, state=step.state, court=_about(trial).get(COURT) or held.court)
    if step.moved:
        now = replace(now, since=event.occurred_at)
    others = (each for each in person.support if (each.kind, each.service) != (what.kind, what.service))
    return replace(person, support=tuple(sorted((*others, now), key=lambda each: (each.kind, each.service))))


def _with_visit(fold: Fold, person: Person, event: CaseEvent, trial: Hearing | None) -> Person:
    what: Any = event.what
    held = person.visit or VisitStanding()
    step = court_visit.next_state(held.state, what.step)
    if step.moved or step.flag:
        subject = support_id(what.participant, VISIT_MACHINE, "")
        fold.moves.append(move_of(VISIT_MACHINE, subject, held.state, step.state, what.step, event, step.flag))
    if step.flag or (what.step == "offered" and not step.moved):
        return person
    about = _about(trial)
    day = date.fromisoformat(about[TRIAL]) if about.get(TRIAL) else held.trial
    now = replace(held, state=step.state, court=about.get(COURT) or held.court, trial=day)
    if step.moved:
        now = replace(now, since=event.occurred_at)
    on = what.on if what.step in ("arranged", "made") else None
    return replace(person, visit=replace(now, on=on))


def as_before(person: Person, then: Person) -> Person:
    """Give a person with the support and the visit that stood without an entry which was undone."""
    return replace(person, support=then.support, visit=then.visit)


def note_taken_back(fold: Fold, event: CaseEvent, people_before: Mapping[str, Person]) -> None:
    """Keep where support and a visit went back to when an entry was undone."""
    if not isinstance(event.what, events.EntryUndone):
        return
    for participant, person in fold.people.items():
        was = people_before[participant]
        if was.support == person.support and was.visit == person.visit:
            continue
        for kind, service in sorted({(each.kind, each.service) for each in (*was.support, *person.support)}):
            before, after = (standing_of(each, kind, service).state for each in (was, person))
            if before is not after:
                subject = support_id(participant, kind, service)
                fold.moves.append(move_of(SUPPORT_MACHINE, subject, before, after, "undone", event))
        before_visit, after_visit = ((each.visit or VisitStanding()).state for each in (was, person))
        if before_visit is not after_visit:
            subject = support_id(participant, VISIT_MACHINE, "")
            fold.moves.append(move_of(VISIT_MACHINE, subject, before_visit, after_visit, "undone", event))


# --- which tasks that answers -------------------------------------------------------------------------------------


def who_answered(group: Iterable[CaseEvent]) -> frozenset[str]:
    """Name the people of whom one message says how they answered an offer, or that it was ended for them."""
    return frozenset(event.what.participant for event in group if isinstance(event.what, ANSWERS))


def _about(trial: Hearing | None) -> dict[str, str]:
    if trial is None or trial.starts_at is None:
        return {}
    court = trial.where.court if trial.where is not None else ""
    return {COURT: court, TRIAL: london_date(trial.starts_at).isoformat()}


def visit_occasion(trial: Hearing | None) -> dict[str, str]:
    """Give what an offer of a visit is about: the court and the day of the trial; empty while there is none."""
    return {name: word for name, word in _about(trial).items() if word}


def service_occasion(trial: Hearing | None) -> dict[str, str]:
    """Give what an offer of the witness service is about: the court; empty while there is none."""
    return {name: word for name, word in visit_occasion(trial).items() if name == COURT}


def occasions(person: Person, truth: CaseTruth) -> dict[str, dict[str, str]]:
    """Give what each offer is about as the trial stands now."""
    trial = values.first_trial(person, truth)
    return {VISIT_TASK: visit_occasion(trial), WITNESS_SERVICE_TASK: service_occasion(trial)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An offer that an answer covers as the trial stands now.

    `reason` is how they answered, in the message that says so; empty in every other one: an offer that was made again
    and is covered because the trial moved back, or lost its date, was answered by nobody. `waits_for_a_trial`: it is
    covered only while the trial has no day or court that differs; the next one is owed on the first clock (core.md
    rule 11).
    """

    reason: str
    waits_for_a_trial: bool


def answered(
    task: str, answers: Mapping[str, str], topic: Topic | None, about: Mapping[str, Mapping[str, str]], *, now: bool
) -> Answered | None:
    """Say how an offer is covered by an answer, which this message gives when `now`; None when it is not."""
    if task not in answers:
        return None
    if now:
        return Answered(reason=answers[task], waits_for_a_trial=False)
    offered_for = topic.history[-1].value if topic is not None and topic.history else {}
    return Answered(reason="", waits_for_a_trial=task in about and not offered_for.keys() <= about[task].keys())


def is_same_trial(handled: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Say whether what was handled covers this occasion. What one of the two does not know is no difference."""
    return all(handled.get(name) in (None, "", word) for name, word in now.items())


def answer_about_visit(person: Person, truth: CaseTruth) -> str:
    """Say how the offer of a visit for the trial as it stands was answered: done, declined, or empty when it was not.

    Who has seen the court has seen it, whatever the day of the trial.
    """
    visit = person.visit
    if visit is None or visit.state not in court_visit.ANSWERED:
        return ""
    was_about = {COURT: visit.court, TRIAL: visit.trial.isoformat() if visit.trial else ""}
    now = visit_occasion(values.first_trial(person, truth))
    if visit.state is CourtVisit.MADE:
        now.pop(TRIAL, None)
    if not is_same_trial(was_about, now):
        return ""
    return DECLINED if visit.state is CourtVisit.DECLINED else DONE


def _court_of(person: Person, truth: CaseTruth) -> dict[str, str]:
    return service_occasion(values.first_trial(person, truth))


def answer_about_witness_service(person: Person, truth: CaseTruth) -> str:
    """Say how the offer of the witness service at the court of the trial was answered; empty when it was not.

    A witness service that turned them away leaves the offer open: somebody has to see that they have nobody at court.
    """
    now = _court_of(person, truth)
    answered = [
        each.state
        for each in person.support
        if each.kind == WITNESS_SERVICE and each.state in support.DECIDED and is_same_trial({COURT: each.court}, now)
    ]
    if not answered:
        return ""
    return DECLINED if all(state is Support.DECLINED for state in answered) else DONE


# --- what the engagement concern asks -----------------------------------------------------------------------------


def no_referral_since(person: Person) -> datetime | None:
    """Give since when (UTC) a victim worked with enhanced rights has neither a referral to support nor declined one.

    The witness service does not count: it helps on the days at court. Whoever a service turned away has no support
    since then.
    """
    if not _has_enhanced_rights(person):
        return None
    theirs = [each for each in person.support if each.kind != WITNESS_SERVICE]
    if any(each.state in support.DECIDED for each in theirs):
        return None
    turned_away = (each.since for each in theirs if each.state is Support.FULL and each.since is not None)
    return max(turned_away, default=person.joined_at)


def _has_enhanced_rights(person: Person) -> bool:
    """Undecided, and a ground that waits for a decision, count as enhanced rights (domain.md section 3)."""
    if not person.is_victim or person.victim_kind is VictimKind.BUSINESS:
        return False
    return person.gets_enhanced_time or bool(person.grounds)


def engaged_since(person: Person) -> datetime | None:
    """Give since when (UTC) a service, of whatever kind, is in touch with them; None when none is."""
    return min((each.since for each in person.support if each.state is Support.STARTED and each.since), default=None)


def visited_at(person: Person) -> datetime | None:
    """Give when (UTC) they visited the court; None when they have not."""
    visit = person.visit
    if visit is None or visit.state is not CourtVisit.MADE:
        return None
    return start_of_hearing(visit.on) if visit.on else visit.since


# --- what may be said next ----------------------------------------------------------------------------------------

_SUPPORT_STAYS = {
    Support.ACCEPTED: "accepted",
    Support.DECLINED: "declined",
    Support.WAITING: "referred",
    Support.FULL: "full",
    Support.STARTED: "started",
}
_VISIT_STAYS = {
    CourtVisit.ACCEPTED: "accepted",
    CourtVisit.DECLINED: "declined",
    CourtVisit.ARRANGED: "arranged",
    CourtVisit.MADE: "made",
}


def support_steps(person: Person, truth: CaseTruth, kind: str, service: str) -> tuple[str, ...]:
    """Name what fits how support by this service stands; after a move, also that the earlier answer holds."""
    held = standing_of(person, kind, service)
    steps = support.may_happen_next(held.state)
    asks_again = kind == WITNESS_SERVICE and not answer_about_witness_service(person, truth)
    if held.state is Support.FULL:  # it answers nothing, and is news only of another court
        asks_again = asks_again and not is_same_trial({COURT: held.court}, _court_of(person, truth))
    again = _SUPPORT_STAYS.get(held.state) if asks_again else None
    return (*steps, again) if again else steps


def visit_steps(person: Person, truth: CaseTruth) -> tuple[str, ...]:
    """Name what fits how the visit stands; another day may always be arranged, and an earlier answer may still hold."""
    state = (person.visit or VisitStanding()).state
    steps = court_visit.may_happen_next(state)
    again = _VISIT_STAYS.get(state) if not answer_about_visit(person, truth) or state is CourtVisit.ARRANGED else None
    return (*steps, again) if again else steps
