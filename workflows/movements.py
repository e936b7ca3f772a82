"""Says which steps of which machines an event means for each person, and takes them.

Machine events follow the resulting change of truth, never the message: a repeat or a loser fires nothing (core.md
rule 26).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workflows import attendance, charges, duties, events, journey, referring, undoing, values
from workflows.attendance import Attendance, AttendanceFacts
from workflows.decision import move_of
from workflows.duty_rows import Cause
from workflows.entitlement import is_date_of_a_trial, was_warned
from workflows.events import CaseEvent, DateKind
from workflows.journey import JourneyFacts
from workflows.proceedings import Proceedings
from workflows.snapshot import Person
from workflows.truth import Hearing, HearingStatus
from workflows.values import CaseTruth

if TYPE_CHECKING:
    from workflows.fold import Fold


def machine_events(
    fold: Fold, event: CaseEvent, before: CaseTruth, standings_before: dict[str, Proceedings]
) -> list[tuple[str, str, CaseEvent, JourneyFacts]]:
    """Step every attendance, and give the journey events with the facts of this moment (core.md rule 26)."""
    journeys: list[tuple[str, str, CaseEvent, JourneyFacts]] = []
    changed_hearings = [
        (before.hearings.get(key), hearing)
        for key, hearing in fold.truth.hearings.items()
        if before.hearings.get(key) != hearing
    ]
    for participant in _concerned(fold, event, before):
        person = fold.people[participant]
        names = list(_hearing_events(fold, person, changed_hearings, participant, event))
        names += _proceedings_events(fold, participant, person, before, standings_before, event)
        names += _personal_events(event, participant)
        names += _requirement_taken_back(fold, event, before, participant)
        if _tells_the_requirement(fold, event, participant):
            names.append(("told_required", ""))
        for attendance_event, journey_event in names:
            if attendance_event:
                _step_attendance(fold, participant, attendance_event, event)
            if journey_event:
                journeys.append((participant, journey_event, event, _journey_facts(fold, person)))
        # The date came after it was told (a case taken on), or back to it: they hold what is true, nobody calls again.
        if fold.people[participant].attendance is Attendance.REQUIRED and _is_told_now(fold, participant):
            _step_attendance(fold, participant, "told_required", event)
    return journeys


def _concerned(fold: Fold, event: CaseEvent, before: CaseTruth) -> list[str]:
    """Give the people for whom an event may mean something: its own person, when all else is as true as it was.

    Without this the registration of a hundred people would ask a hundred people about each of them.
    """
    person, now = getattr(event.what, "participant", None), fold.truth
    as_it_was = (before.hearings, before.threads, before.charged, before.offences, before.proceedings)
    if person is None or as_it_was != (now.hearings, now.threads, now.charged, now.offences, now.proceedings):
        return list(fold.people)
    return [person] if person in fold.people else []


def note_taken_back(fold: Fold, event: CaseEvent, people_before: dict[str, Person]) -> None:
    """Keep where the machines of a person went back to when an entry about them was undone."""
    if not isinstance(event.what, undoing.TAKES_BACK):
        return
    for participant, person in fold.people.items():
        was = people_before[participant]
        if was.attendance is not person.attendance:
            fold.moves.append(move_of("attendance", participant, was.attendance, person.attendance, "undone", event))
        if was.journey is not person.journey:
            fold.moves.append(move_of("journey", participant, was.journey, person.journey, "undone", event))


def _hearing_events(
    fold: Fold,
    person: Person,
    changed: list[tuple[Hearing | None, Hearing]],
    participant: str,
    event: CaseEvent,
) -> list[tuple[str, str]]:
    """Name what each change of a hearing means for one person, as (attendance event, journey event)."""
    if not changed:
        return []
    required = values.is_required(participant, person, fold.truth)
    days = values.own_positions(participant, person, fold.truth)
    question = ("hearing events", person.defendants, person.offences, required, days)
    return fold.truth.remember(question, lambda: _means_for(fold, person, changed, event, required, days))


def _means_for(
    fold: Fold,
    person: Person,
    changed: list[tuple[Hearing | None, Hearing]],
    event: CaseEvent,
    required: bool,
    positions: frozenset[int],
) -> list[tuple[str, str]]:
    defendants = values.relevant_defendants(person, fold.truth)
    # One of two trials is off: they must still come to the other, but what they hold is not all true.
    lost = "own_days_changed" if _is_needed_at_a_trial(fold, person, positions) else "put_off"
    # An early result that comes after the outcome shows that the trial began; nobody need ask about that.
    said_so = isinstance(event.what, events.TrialStarted)
    found: list[tuple[str, str]] = []
    for was, now in changed:
        if not now.concerns(defendants):
            continue
        theirs = _own_dates(now, positions)
        before_that = _own_dates(was, positions) if was is not None else ()
        name = ""
        if required and now.is_trial and (theirs or before_that):
            name = "own_days_changed" if theirs else lost
        if now.started and not (was and was.started) and (said_so or values.is_still_to_be_tried(person, fold.truth)):
            found.append(("", "trial_started"))
        if now.is_live and not (was and was.is_live):
            unvacated = was is not None and was.status is HearingStatus.VACATED
            found.append(("unvacated" if name and unvacated else name, "hearing_listed"))
        elif now.is_live and was is not None:
            if theirs != before_that or _court_moved(was, now):
                moved = (was.when, was.where) != (now.when, now.where)
                found.append((name, "hearing_listed" if moved else ""))
        elif was is not None and was.is_live and now.status.is_off:
            found.append((name, "hearing_put_off"))
        elif now.status is HearingStatus.DUPLICATE and was is not None and was.is_live:
            survives = values.twin_of(now, fold.truth) is not None
            found += [] if survives else [(name, "hearing_put_off")]
    return found


def _requirement_taken_back(fold: Fold, event: CaseEvent, before: CaseTruth, participant: str) -> list[tuple[str, str]]:
    """Name what stands now that a wrong requirement was undone."""
    if not isinstance(event.what, undoing.TAKES_BACK):
        return []
    if before.requirements.get(participant) == fold.truth.requirements.get(participant):
        return []
    name = undoing.requirement_event(fold, participant)
    return [(name, "")] if name else []


def _is_needed_at_a_trial(fold: Fold, person: Person, positions: frozenset[int]) -> bool:
    trials = (hearing for hearing in values.hearings_of(person, fold.truth) if hearing.is_trial)
    return any(_own_dates(hearing, positions) for hearing in trials)


def _own_dates(hearing: Hearing, positions: frozenset[int]) -> tuple[Any, ...]:
    """Give the days of a live hearing that stand for these positions, or its week; else nothing is theirs."""
    if not hearing.is_live:
        return ()
    if hearing.when is not None and hearing.when.kind is DateKind.WEEK_COMMENCING:
        return (hearing.when.week_commencing, hearing.when.weeks) if hearing.when.week_commencing else ()
    return tuple(day for day in values.own_days(hearing, positions) if not day.cancelled)


def _court_moved(was: Hearing, now: Hearing) -> bool:
    return bool(was.where and now.where and was.where.court != now.where.court)


def _proceedings_events(
    fold: Fold,
    participant: str,
    person: Person,
    before: CaseTruth,
    standings_before: dict[str, Proceedings],
    event: CaseEvent,
) -> list[tuple[str, str]]:
    relevant = values.relevant_defendants(person, fold.truth)
    facts_changed = before.offences != fold.truth.offences and any(
        before.offences.get(offence) != fold.truth.offences.get(offence)
        for defendant in relevant
        for offence in fold.truth.charged.get(defendant, ())
    )
    moved = any(standings_before.get(defendant) != fold.standings.get(defendant) for defendant in relevant)
    related = isinstance(event.what, events.ParticipantRecorded) and event.what.participant == participant
    found: list[tuple[str, str]] = []
    to_be_tried = values.is_still_to_be_tried(person, fold.truth)
    if person.was_to_be_tried and not to_be_tried:
        found.append(("not_required", ""))
    if person.was_to_be_tried != to_be_tried:
        fold.people[participant] = replace(person, was_to_be_tried=to_be_tried)
    if facts_changed or moved or related:
        found.append(("", "proceedings_changed"))
    return found


def _step_attendance(fold: Fold, participant: str, name: str, event: CaseEvent) -> None:
    person = fold.people[participant]
    step = attendance.next_state(person.attendance, name, _attendance_facts(fold, participant))
    if step.moved or step.flag:
        fold.moves.append(move_of("attendance", participant, person.attendance, step.state, name, event, step.flag))
        fold.people[participant] = replace(fold.people[participant], attendance=step.state)


def _attendance_facts(fold: Fold, participant: str) -> AttendanceFacts:
    person = fold.people[participant]
    theirs = fold.account.topics.of(participant).items()
    trial_ahead = any(
        hearing.is_trial and hearing.is_live and not hearing.started
        for hearing in values.hearings_of(person, fold.truth)
    )
    return AttendanceFacts(
        requirement_stands=isinstance(fold.truth.requirements.get(participant), events.CpsRequires),
        ever_told=was_warned(theirs),
        told_now=_is_told_now(fold, participant),
        new_trial=trial_ahead,
    )


def _is_told_now(fold: Fold, participant: str) -> bool:
    """Say whether the person has been told of the requirement and the dates as they are now."""
    person = fold.people[participant]
    if not values.is_required(participant, person, fold.truth):
        return False
    for topic, subject, value in values.values_for(participant, person, fold.truth):
        if topic not in (values.ATTENDANCE, values.WHEN_WHERE):
            continue
        if topic == values.WHEN_WHERE and value.content.get("class") != "trial":
            continue
        held = fold.account.topics.get((participant, topic, subject))
        told = held.last_told if held else None
        if told is None and value.is_off:
            continue  # a trial they never heard of is off: there is nothing to tell (core.md rule 10)
        if told is None or told.value_hash != value.hash:
            return False
    return True


def _tells_the_requirement(fold: Fold, event: CaseEvent, participant: str) -> bool:
    """Say whether a required person was told what is true now: the dates, or the requirement itself."""
    what = event.what
    if not isinstance(what, events.ContactMade | events.ToldCarriedOver) or what.participant != participant:
        return False
    if isinstance(what, events.ContactMade) and not what.outcome.tells:
        return False
    person = fold.people[participant]
    if not values.is_required(participant, person, fold.truth):
        return False
    told = {(telling.topic, telling.subject): telling.value_hash for telling in what.told}
    current = {
        (topic, subject): value.hash
        for topic, subject, value in values.values_for(participant, person, fold.truth)
        if topic == values.ATTENDANCE or is_date_of_a_trial(topic, value.content)
    }
    # Someone told of a date that has changed meanwhile, or of one of two, is not warned: something is still to be told.
    says_what_is_true = any(told[key] == current[key] for key in told if key in current)
    return says_what_is_true and _is_told_now(fold, participant)


def _journey_facts(fold: Fold, person: Person) -> JourneyFacts:
    question = ("journey", person.defendants, person.offences)
    return fold.truth.remember(question, lambda: _ask_journey_facts(fold, person))


def _ask_journey_facts(fold: Fold, person: Person) -> JourneyFacts:
    hearings = values.hearings_of(person, fold.truth)
    live_threads = {fold.truth.threads.get(hearing.id) for hearing in hearings if hearing.is_live}
    return JourneyFacts(
        proceedings=tuple(
            fold.standings[defendant]
            for defendant in sorted(values.relevant_defendants(person, fold.truth))
            if defendant in fold.standings
        ),
        another_hearing_is_live=bool(live_threads),
        put_off_without_date=any(
            (last := values.latest(theirs)) is not None and last.status.is_put_off and thread not in live_threads
            for thread, theirs in values.by_thread(hearings, fold.truth).items()
        ),
        any_hearing_live_or_past=any(
            hearing.status not in (HearingStatus.STUB, HearingStatus.DUPLICATE) for hearing in hearings
        ),
        becomes_owed=False,
        can_close=False,
    )


def step_journeys(fold: Fold, journeys: list[tuple[str, str, CaseEvent, JourneyFacts]], cause: Cause) -> None:
    """Step the journeys last: leaving `closed` asks whether something became owed (core.md rule 25)."""
    left_outcome: set[str] = set()
    for participant, name, event, facts in journeys:
        person = fold.people[participant]
        open_topics = [key[1] for key, _ in duties.open_duties(fold.account.topics, participant)]
        becomes_owed = any(topic in values.TOLD_TOPICS for topic in open_topics)
        facts = replace(
            facts, becomes_owed=becomes_owed, can_close=not open_topics and not _referral_open(fold, participant)
        )
        step = journey.next_state(person.journey, name, facts)
        if step.moved or step.flag:
            fold.moves.append(move_of("journey", participant, person.journey, step.state, name, event, step.flag))
            fold.people[participant] = replace(person, journey=step.state)
            left_outcome.add(participant)
    for participant in sorted(left_outcome):  # whom we keep in touch with depends on the journey
        fold.settle(participant, fold.people[participant], cause)


def _referral_open(fold: Fold, participant: str) -> bool:
    """Say whether a referral to the Victim Contact Scheme still waits for somebody (domain.md section 5.2)."""
    return any(
        standing.state in referring.KEEPS_OPEN
        for key, standing in fold.referrals.items()
        if referring.pair_of(key)[0] == participant
    )


def _personal_events(event: CaseEvent, participant: str) -> list[tuple[str, str]]:
    """Name what an event about one person means, as (attendance event, journey event)."""
    what = event.what
    if getattr(what, "participant", None) != participant:
        return []
    match what:
        case events.CpsRequires():
            return [("cps_requires", "")]
        case events.CpsNotRequired():
            return [("cps_not_required", "")]
        case events.PersonConfirmed():
            return [("person_confirms", "")]
        case events.CannotAttend():
            return [("cannot_attend", "")]
        case events.Attended():
            return [("attended", "")]
        case events.DidNotAttend():
            return [("did_not_attend", "")]
        case events.JourneyClosed():
            return [("", "close")]
        case events.ParticipantDied() | events.ParticipantLeft():
            return [("", "close_early")]
        case _:
            return []


def proceedings_event(event: CaseEvent, before: CaseTruth, after: CaseTruth) -> str:
    """Name an event as the table of proceedings does; empty when that table does not speak of it.

    An event that changes no truth asks nobody (core.md rule 26): a second system that says the same, a reason given
    later, a verdict that comes once more with the results.
    """
    what = event.what
    hearing = after.hearings.get(getattr(what, "hearing", ""))
    is_trial = hearing is not None and hearing.is_trial
    match what:
        case events.HearingSighted() if hearing is not None and before.hearings.get(hearing.id) == hearing:
            return ""
        case events.HearingConfirmed() | events.HearingMoved() | events.HearingSighted():
            was = before.hearings.get(hearing.id) if hearing is not None else None
            return ("TrialMoved" if was is not None and was.is_live else "TrialListed") if is_trial else ""
        case events.TrialVacated() if hearing is not None and _was(before, hearing) is HearingStatus.VACATED:
            return ""
        case events.TrialVacated() | events.TrialUnvacated():
            return event.kind
        case events.TrialStarted() | events.TrialIneffective() | events.TrialCracked() | events.JuryDischarged():
            return event.kind
        case events.DateRemoved() if is_trial:
            return "DateRemoved"
        case events.PleaRecorded() | events.VerdictRecorded() if before.offences == after.offences:
            return ""
        case events.PleaRecorded() | events.VerdictRecorded():
            return event.kind
        case events.ProsecutionDecided():
            return "Stopped" if before.offences != after.offences else ""
        case events.DefendantDied():
            return "Died" if before.offences != after.offences else ""
        case events.AppealStated() if before.said == after.said:
            return ""
        case events.AppealStated():
            return "AppealLodged" if what.stage == "notice" else ""
        case events.AppealDecided():
            return "AppealDecided" if before.said != after.said else ""
        case events.ResultsShared() if any(result.kind in charges.SENTENCES for result in what.results):
            return "Sentenced"
        case events.ResultsShared() if any(result.kind in charges.STOPPED for result in what.results):
            return "Stopped"
        case _:
            return ""


def _was(before: CaseTruth, hearing: Hearing) -> HearingStatus | None:
    known = before.hearings.get(hearing.id)
    return known.status if known is not None else None
