"""Decides what follows when something happens in a case: the new state, the duties, the moves of every machine.

Pure and total: whatever arrives is folded, what is early or odd is kept as a stub or with a flag for a person
(core.md rule 5). The order inside one message is truth, proceedings, attendance, owed, journey (core.md rule 25);
the events of one message are one change for the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from workflows import attendance, codec, duties, events, journey, proceedings, truth, values
from workflows.attendance import Attendance, AttendanceFacts
from workflows.duties import Account, Cause, DutyChange, DutyRecord, Rules
from workflows.events import CaseEvent, ContactOutcome
from workflows.journey import Journey, JourneyFacts
from workflows.proceedings import Proceedings
from workflows.snapshot import HearingMemory, Person, Snapshot, Spoken, Statement, ToldValue, Topic, TopicKey
from workflows.truth import CHANGED, NO_CHANGE, Hearing, HearingStatus
from workflows.values import CaseTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of one machine for one participant or defendant; `flag` is a key of `workflows.flags.FLAGS`."""

    machine: str  # journey | attendance | proceedings
    subject: str
    before: str
    after: str
    event: str
    cause: CaseEvent
    flag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRecord:
    """A value that counts as told from now on, for the table of what was told."""

    participant: str
    contact: str
    topic: str
    subject: str
    value: Any
    value_hash: str
    at: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from some events: the new snapshot, and everything that changed on the way, in order."""

    snapshot: Snapshot
    outcomes: dict[str, str]  # event id -> changed | no-change | stale
    moves: tuple[Move, ...]
    duties: dict[str, DutyRecord]
    duty_changes: tuple[DutyChange, ...]
    tellings: tuple[ToldRecord, ...]
    void_contacts: frozenset[str]
    hearings: frozenset[str]


def decide(snapshot: Snapshot, events_to_fold: Sequence[CaseEvent], rules: Rules) -> Decision:
    """Fold events, which must be in fold order and later than the snapshot, and give what follows.

    In the fold, *now* is each event's `received_at`; nothing here reads a clock. Raises ValueError when the events are
    not in order: the caller then folds the whole journal with `refold`.
    """
    fold = _Fold(snapshot, rules)
    for _, group in groupby(_in_order(snapshot, events_to_fold), key=lambda event: event.fold_key[:3]):
        fold.take(tuple(group))
    return fold.decision()


def refold(case: str, journal: Iterable[CaseEvent], rules: Rules) -> Decision:
    """Fold a whole journal from nothing, in the order of core.md rule 3, whatever the order it is given in."""
    return decide(Snapshot(case=case), sorted(journal, key=lambda event: event.fold_key), rules)


def is_late(snapshot: Snapshot, event: CaseEvent) -> bool:
    """Say whether an event belongs before what is already folded, so that the case must be refolded."""
    return snapshot.last_key is not None and event.fold_key[:3] <= snapshot.last_key[:3]


def _in_order(snapshot: Snapshot, folded: Sequence[CaseEvent]) -> Sequence[CaseEvent]:
    last = snapshot.last_key
    for event in folded:
        if last is not None and event.fold_key <= last:
            raise ValueError(
                "Expected events in fold order, received one that belongs earlier. Fold the whole journal."
            )
        last = event.fold_key
    return folded


def case_truth(snapshot: Snapshot) -> CaseTruth:
    """Work out everything that is true of a case, for pages and checks."""
    return _truth_of(snapshot.case, snapshot.registers, snapshot.hearings, snapshot.defendants)


def _truth_of(
    case: str,
    registers: truth.Registers,
    memories: dict[str, HearingMemory],
    standings: dict[str, Proceedings],
) -> CaseTruth:
    requirements = {}
    for key in registers:
        if key.startswith("requirement:"):
            stated = truth.standing(registers, key)
            if stated is not None and isinstance(stated.said, events.CpsRequires | events.CpsNotRequired):
                requirements[stated.said.participant] = stated.said
    return CaseTruth(
        case=case,
        hearings={hearing: truth.hearing(registers, hearing) for hearing in memories},
        threads={hearing: memory.thread for hearing, memory in memories.items()},
        orders={hearing: memory.order for hearing, memory in memories.items()},
        offences=truth.offences(registers),
        charged=truth.defendants(registers),
        proceedings=dict(standings),
        requirements=requirements,
    )


def state_hash(snapshot: Snapshot) -> str:
    """Give the hash of a case's state (core.md rule 6): truth, told, journeys, attendances and open duties."""
    now = case_truth(snapshot)
    state = {
        "journeys": {key: person.journey.value for key, person in snapshot.people.items()},
        "attendances": {key: person.attendance.value for key, person in snapshot.people.items()},
        "proceedings": {key: standing.value for key, standing in snapshot.defendants.items()},
        "threads": now.threads,
        "hearings": {key: codec.to_json(hearing) for key, hearing in now.hearings.items()},
        "offences": {key: codec.to_json(offence) for key, offence in now.offences.items()},
        "told": {
            "|".join(key): topic.last_told.value_hash for key, topic in snapshot.topics.items() if topic.last_told
        },
        "open": {
            "|".join(key): [topic.duty.value_hash, topic.duty.due.isoformat(), topic.duty.rule]
            for key, topic in snapshot.topics.items()
            if topic.duty
        },
    }
    return hashlib.sha256(codec.canonical(state).encode()).hexdigest()


@dataclass(slots=True)
class _Fold:
    """The one place where a case's state is under way; everything it gives out is frozen again."""

    start: Snapshot
    rules: Rules
    registers: dict[str, tuple[Statement, ...]] = field(init=False)
    hearings: dict[str, HearingMemory] = field(init=False)
    standings: dict[str, Proceedings] = field(init=False)
    people: dict[str, Person] = field(init=False)
    account: Account = field(init=False)
    truth: CaseTruth = field(init=False)
    last_key: Any = field(init=False)
    outcomes: dict[str, str] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    tellings: list[ToldRecord] = field(default_factory=list)
    void_contacts: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.registers = dict(self.start.registers)
        self.hearings = dict(self.start.hearings)
        self.standings = dict(self.start.defendants)
        self.people = dict(self.start.people)
        self.account = Account(topics=dict(self.start.topics), records={}, changes=[])
        self.last_key = self.start.last_key
        self.truth = self._look()

    def decision(self) -> Decision:
        return Decision(
            snapshot=Snapshot(
                case=self.start.case,
                last_key=self.last_key,
                registers=self.registers,
                hearings=self.hearings,
                defendants=self.standings,
                people=self.people,
                topics=self.account.topics,
            ),
            outcomes=self.outcomes,
            moves=tuple(self.moves),
            duties=self.account.records,
            duty_changes=tuple(self.account.changes),
            tellings=tuple(self.tellings),
            void_contacts=frozenset(self.void_contacts),
            hearings=frozenset(self.touched),
        )

    def _look(self) -> CaseTruth:
        return _truth_of(self.start.case, self.registers, self.hearings, self.standings)

    # --- one message ----------------------------------------------------------------------------------------------

    def take(self, group: tuple[CaseEvent, ...]) -> None:
        """Fold the events of one message: truth, proceedings and attendance for each, then owed, then journey."""
        told: set[str] = set()
        personal: set[str] = set()
        closes: list[tuple[TopicKey, str]] = []
        journeys: list[tuple[str, str, CaseEvent, JourneyFacts]] = []
        for event in group:
            before, standings_before = self.truth, dict(self.standings)
            self.outcomes[event.id] = self._take_one(event, told, personal, closes)
            self._remember_hearings(event)
            self.truth = self._look()
            self._settle_proceedings(event, before, standings_before)
            journeys += self._machine_events(event, before, standings_before)
            self.last_key = event.fold_key
        cause = Cause(event=group[0], told=frozenset(told), personal=frozenset(personal), closes=tuple(closes))
        for participant, person in self.people.items():
            duties.settle_person(self.account, participant, person, self.truth, self.rules, cause)
        self._step_journeys(journeys, cause)

    def _take_one(
        self, event: CaseEvent, told: set[str], personal: set[str], closes: list[tuple[TopicKey, str]]
    ) -> str:
        what = event.what
        participant = getattr(what, "participant", None)
        if participant is not None:
            personal.add(participant)
            if participant not in self.people and not isinstance(what, events.ParticipantRecorded):
                return NO_CHANGE  # the person was never recorded: kept in the journal, nothing to change
        match what:
            case events.ParticipantRecorded():
                return self._record_person(event, what)
            case events.ContactMade():
                return self._take_contact(event, what, told)
            case events.ContactCorrected():
                return self._void_contact(what)
            case events.ToldCarriedOver():
                for telling in what.told:
                    self._tell(what.participant, telling, at=what.at, contact="")
                return CHANGED
            case events.DutyClosedByPerson():
                closes.append(((what.participant, what.topic, what.subject), what.reason))
                return CHANGED
            case events.OptedOut() | events.OptedBackIn():
                return self._opt(what)
            case events.ParticipantDied():
                return self._change_person(what.participant, died=True)
            case events.ParticipantLeft():
                return self._change_person(what.participant, left=what.reason)
            case (
                events.PersonConfirmed()
                | events.CannotAttend()
                | events.Attended()
                | events.DidNotAttend()
                | events.JourneyClosed()
                | events.CaseRegistered()
            ):
                return CHANGED
            case _:
                return truth.take_in(self.registers, event)

    # --- people and what they were told -----------------------------------------------------------------------------

    def _record_person(self, event: CaseEvent, what: events.ParticipantRecorded) -> str:
        if truth.take_in(self.registers, event) != CHANGED:
            return NO_CHANGE
        known = self.people.get(what.participant)
        person = known or Person(joined_at=event.received_at, role=what.role)
        self.people[what.participant] = replace(
            person,
            role=what.role,
            witness_kind=what.witness_kind,
            defendants=what.defendants,
            offences=what.offences,
            enhanced=what.enhanced,
            left="",
        )
        return CHANGED

    def _change_person(self, participant: str, **changes: Any) -> str:
        person = self.people[participant]
        self.people[participant] = replace(person, **changes)
        return CHANGED if self.people[participant] != person else NO_CHANGE

    def _opt(self, what: events.OptedOut | events.OptedBackIn) -> str:
        held = set(self.people[what.participant].opted_out)
        after = held | set(what.topics) if isinstance(what, events.OptedOut) else held - set(what.topics)
        return self._change_person(what.participant, opted_out=tuple(sorted(after)))

    def _take_contact(self, event: CaseEvent, what: events.ContactMade, told: set[str]) -> str:
        person = self.people[what.participant]
        spoken = Spoken(contact=what.contact, at=what.at, outcome=ContactOutcome(what.outcome))
        self.people[what.participant] = replace(person, contacts=(*person.contacts, spoken))
        if not spoken.outcome.tells:
            return CHANGED  # an attempt: nothing counts as told
        for telling in what.told:
            self._tell(what.participant, telling, at=what.at, contact=what.contact)
        if any(telling.topic == values.WHEN_WHERE for telling in what.told):
            self._tell_attendance_too(what)
        told.add(what.participant)
        return CHANGED

    def _tell_attendance_too(self, what: events.ContactMade) -> None:
        """Telling the date to a required person tells them that they are required (core.md rule 8)."""
        topic = self.account.topics.get((what.participant, values.ATTENDANCE, self.start.case))
        if topic is None or not topic.history or not topic.history[-1].value.get("required"):
            return
        telling = events.Telling(topic=values.ATTENDANCE, subject=self.start.case, value=topic.history[-1].value)
        self._tell(what.participant, telling, at=what.at, contact=what.contact)

    def _tell(self, participant: str, telling: events.Telling, *, at: Any, contact: str) -> None:
        key = (participant, telling.topic, telling.subject)
        topic = self.account.topics.get(key, Topic())
        told = ToldValue(at=at, value=telling.value, value_hash=telling.value_hash, contact=contact)
        if told in topic.told:
            return
        self.account.topics[key] = replace(topic, told=(*topic.told, told))
        self.tellings.append(
            ToldRecord(
                participant=participant,
                contact=contact,
                topic=telling.topic,
                subject=telling.subject,
                value=telling.value,
                value_hash=told.value_hash,
                at=at,
            )
        )

    def _void_contact(self, what: events.ContactCorrected) -> str:
        self.void_contacts.add(what.contact)
        person = self.people[what.participant]
        self.people[what.participant] = replace(
            person,
            contacts=tuple(
                replace(spoken, void=True) if spoken.contact == what.contact else spoken for spoken in person.contacts
            ),
        )
        for key, topic in list(self.account.topics.items()):
            if key[0] == what.participant and any(told.contact == what.contact for told in topic.told):
                self.account.topics[key] = replace(
                    topic,
                    told=tuple(
                        replace(told, void=True) if told.contact == what.contact else told for told in topic.told
                    ),
                )
        return CHANGED

    # --- hearings and their threads -----------------------------------------------------------------------------------

    def _remember_hearings(self, event: CaseEvent) -> None:
        """Remember a hearing from its first mention; let it join a thread when it first has a date (core.md rule 8)."""
        hearing_id = getattr(event.what, "hearing", "")
        if not hearing_id:
            return
        self.touched.add(hearing_id)
        memory = self.hearings.get(hearing_id) or HearingMemory(order=len(self.hearings) + 1)
        self.hearings[hearing_id] = memory
        if memory.thread:
            return
        now = truth.hearing(self.registers, hearing_id)
        if now.status not in (HearingStatus.STUB, HearingStatus.UNDATED):
            self.hearings[hearing_id] = replace(memory, thread=self._thread_for(now))

    def _thread_for(self, hearing: Hearing) -> str:
        """Give the thread a hearing joins: its seed's, else that of the one put-off hearing it replaces, else its own."""
        for seed in hearing.about.seeded_from:
            memory = self.hearings.get(seed)
            if memory is not None and memory.thread and seed != hearing.id:
                return memory.thread
        put_off = [
            other
            for other_id, memory in self.hearings.items()
            if other_id != hearing.id
            and memory.thread
            and self._is_replaced_by(other := truth.hearing(self.registers, other_id), hearing)
        ]
        # A doubtful link makes two duties rather than a silent one.
        return self.hearings[put_off[0].id].thread if len(put_off) == 1 else hearing.id

    def _is_replaced_by(self, other: Hearing, hearing: Hearing) -> bool:
        if not other.status.is_put_off or other.about.hearing_class is not hearing.about.hearing_class:
            return False
        if set(other.about.defendants) != set(hearing.about.defendants):
            return False
        thread = self.hearings[other.id].thread
        return not any(
            memory.thread == thread and truth.hearing(self.registers, hearing_id).is_live
            for hearing_id, memory in self.hearings.items()
        )

    # --- proceedings --------------------------------------------------------------------------------------------------

    def _settle_proceedings(
        self, event: CaseEvent, before: CaseTruth, standings_before: dict[str, Proceedings]
    ) -> None:
        """Settle every defendant from the facts, and flag what the message may not mean where they stood."""
        hearings = tuple(self.truth.hearings.values())
        named = _proceedings_event(event, before, self.truth)
        concerned = self._defendants_of(event)
        standings: dict[str, Proceedings] = {}
        for defendant, offences in self.truth.charged.items():
            facts = truth.defendant_facts(offences, self.truth.offences, hearings, defendant)
            standings[defendant] = after = proceedings.settle(facts)
            was = standings_before.get(defendant)
            flag = proceedings.flag_for(named, was) if named and was is not None and defendant in concerned else None
            if flag and self.outcomes[event.id] != CHANGED:
                flag = None  # a repeat or a loser asks nobody
            if was is not after or flag:
                self.moves.append(
                    Move(
                        machine="proceedings",
                        subject=defendant,
                        before=was.value if was else "",
                        after=after.value,
                        event=named or event.kind,
                        cause=event,
                        flag=flag,
                    )
                )
        self.standings = standings
        self.truth = replace(self.truth, proceedings=standings)

    def _defendants_of(self, event: CaseEvent) -> frozenset[str]:
        what = event.what
        if isinstance(what, events.PleaRecorded | events.VerdictRecorded):
            return frozenset((what.defendant,))
        if isinstance(what, events.ResultsShared):
            return frozenset(result.defendant for result in what.results)
        hearing = self.truth.hearings.get(getattr(what, "hearing", ""))
        if hearing is not None and hearing.about.defendants:
            return frozenset(hearing.about.defendants)
        return frozenset(self.truth.charged)

    # --- the machines -------------------------------------------------------------------------------------------------

    def _machine_events(
        self, event: CaseEvent, before: CaseTruth, standings_before: dict[str, Proceedings]
    ) -> list[tuple[str, str, CaseEvent, JourneyFacts]]:
        """Step every attendance, and give the journey events with the facts of this moment (core.md rule 26)."""
        journeys: list[tuple[str, str, CaseEvent, JourneyFacts]] = []
        changed_hearings = [
            (before.hearings.get(key), hearing)
            for key, hearing in self.truth.hearings.items()
            if before.hearings.get(key) != hearing
        ]
        for participant in list(self.people):
            person = self.people[participant]
            names = self._hearing_events(person, changed_hearings, participant, before)
            names += self._proceedings_events(participant, person, before, standings_before, event)
            names += _personal_events(event, participant)
            if self._tells_the_requirement(event, participant):
                names.append(("told_required", ""))
            for attendance_event, journey_event in names:
                if attendance_event:
                    self._step_attendance(participant, attendance_event, event)
                if journey_event:
                    journeys.append((participant, journey_event, event, self._journey_facts(participant)))
        return journeys

    def _hearing_events(
        self,
        person: Person,
        changed: list[tuple[Hearing | None, Hearing]],
        participant: str,
        before: CaseTruth,
    ) -> list[tuple[str, str]]:
        """Name what each change of a hearing means for one person, as (attendance event, journey event)."""
        defendants = values.relevant_defendants(person, self.truth)
        found: list[tuple[str, str]] = []
        for was, now in changed:
            if not now.concerns(defendants):
                continue
            attends = now.is_trial and values.is_required(participant, person, self.truth)
            if now.started and not (was and was.started):
                found.append(("", "trial_started"))
            if now.is_live and not (was and was.is_live):
                unvacated = was is not None and was.status is HearingStatus.VACATED
                found.append((("unvacated" if unvacated else "own_days_changed") if attends else "", "hearing_listed"))
            elif now.is_live and was is not None and self._own_days_differ(participant, was, now):
                moved = (was.when, was.where) != (now.when, now.where)
                found.append(("own_days_changed" if attends else "", "hearing_listed" if moved else ""))
            elif was is not None and was.is_live and now.status.is_off:
                found.append(("put_off" if attends else "", "hearing_put_off"))
            elif now.status is HearingStatus.DUPLICATE and was is not None and was.is_live:
                twin = any(other.is_live for other in self._same_thread(now))
                found += [] if twin else [("put_off" if attends else "", "hearing_put_off")]
        return found

    def _same_thread(self, hearing: Hearing) -> list[Hearing]:
        thread = self.truth.threads.get(hearing.id)
        return [
            other
            for other_id, other in self.truth.hearings.items()
            if other_id != hearing.id and self.truth.threads.get(other_id) == thread
        ]

    def _own_days_differ(self, participant: str, was: Hearing, now: Hearing) -> bool:
        requirement = self.truth.requirements.get(participant)
        positions = frozenset(requirement.days) if isinstance(requirement, events.CpsRequires) else frozenset()
        court_moved = bool(was.where and now.where and was.where.court != now.where.court)
        return (
            court_moved
            or was.starts_at != now.starts_at
            or (values.own_days(was, positions) != values.own_days(now, positions))
        )

    def _proceedings_events(
        self,
        participant: str,
        person: Person,
        before: CaseTruth,
        standings_before: dict[str, Proceedings],
        event: CaseEvent,
    ) -> list[tuple[str, str]]:
        relevant = values.relevant_defendants(person, self.truth)
        facts_changed = before.offences != self.truth.offences and any(
            before.offences.get(offence) != self.truth.offences.get(offence)
            for defendant in relevant
            for offence in self.truth.charged.get(defendant, ())
        )
        moved = any(standings_before.get(defendant) != self.standings.get(defendant) for defendant in relevant)
        related = isinstance(event.what, events.ParticipantRecorded) and event.what.participant == participant
        found: list[tuple[str, str]] = []
        to_be_tried = values.is_still_to_be_tried(person, self.truth)
        if person.was_to_be_tried and not to_be_tried:
            found.append(("not_required", ""))
        if person.was_to_be_tried != to_be_tried:
            self.people[participant] = replace(person, was_to_be_tried=to_be_tried)
        if facts_changed or moved or related:
            found.append(("", "proceedings_changed"))
        return found

    def _step_attendance(self, participant: str, name: str, event: CaseEvent) -> None:
        person = self.people[participant]
        step = attendance.next_state(person.attendance, name, self._attendance_facts(participant))
        if step.moved or step.flag:
            self._moved("attendance", participant, person.attendance, step.state, name, event, step.flag)
            self.people[participant] = replace(self.people[participant], attendance=step.state)

    def _moved(
        self,
        machine: str,
        subject: str,
        before: Attendance | Journey,
        after: Attendance | Journey,
        name: str,
        event: CaseEvent,
        flag: str | None,
    ) -> None:
        self.moves.append(
            Move(
                machine=machine,
                subject=subject,
                before=before.value,
                after=after.value,
                event=name,
                cause=event,
                flag=flag,
            )
        )

    def _attendance_facts(self, participant: str) -> AttendanceFacts:
        person = self.people[participant]
        theirs = [(key, topic) for key, topic in self.account.topics.items() if key[0] == participant]
        told_dates = [
            told
            for key, topic in theirs
            if key[1] == values.WHEN_WHERE and (told := topic.last_told) and told.value.get("class") == "trial"
        ]
        last_date = max(told_dates, key=lambda told: (told.at, told.contact), default=None)
        trial_ahead = any(
            hearing.is_trial and hearing.is_live and not hearing.started
            for hearing in values.hearings_of(person, self.truth)
        )
        return AttendanceFacts(
            requirement_stands=isinstance(self.truth.requirements.get(participant), events.CpsRequires),
            ever_told=duties.was_warned(theirs),
            told_now=self._is_told_now(participant),
            told_it_was_off=last_date is not None and last_date.value.get("state") == "off",
            new_trial=trial_ahead,
        )

    def _is_told_now(self, participant: str) -> bool:
        """Say whether the person has been told of the requirement and the dates as they are now."""
        person = self.people[participant]
        if not values.is_required(participant, person, self.truth):
            return False
        for topic, subject, value in values.values_for(participant, person, self.truth):
            if topic not in (values.ATTENDANCE, values.WHEN_WHERE):
                continue
            if topic == values.WHEN_WHERE and value.content.get("class") != "trial":
                continue
            held = self.account.topics.get((participant, topic, subject))
            told = held.last_told if held else None
            if told is None or told.value_hash != codec.value_hash(value.content):
                return False
        return True

    def _tells_the_requirement(self, event: CaseEvent, participant: str) -> bool:
        """Say whether a contact told a required person what is true now: the dates, or the requirement itself."""
        what = event.what
        if not isinstance(what, events.ContactMade) or what.participant != participant or not what.outcome.tells:
            return False
        person = self.people[participant]
        if not values.is_required(participant, person, self.truth):
            return False
        told = {(telling.topic, telling.subject): telling.value_hash for telling in what.told}
        current = {
            (topic, subject): codec.value_hash(value.content)
            for topic, subject, value in values.values_for(participant, person, self.truth)
            if topic == values.ATTENDANCE or (topic == values.WHEN_WHERE and value.content.get("class") == "trial")
        }
        # Someone told of a date that has changed meanwhile is not warned for the date that stands.
        dates = [key for key in told if key[0] == values.WHEN_WHERE and key in current]
        if dates:
            return all(told[key] == current[key] for key in dates)
        return any(told[key] == current[key] for key in told if key in current)

    def _journey_facts(self, participant: str) -> JourneyFacts:
        person = self.people[participant]
        hearings = values.hearings_of(person, self.truth)
        live_threads = {self.truth.threads.get(hearing.id) for hearing in hearings if hearing.is_live}
        return JourneyFacts(
            proceedings=tuple(
                self.standings[defendant]
                for defendant in sorted(values.relevant_defendants(person, self.truth))
                if defendant in self.standings
            ),
            another_hearing_is_live=bool(live_threads),
            put_off_without_date=any(
                hearing.status.is_put_off and self.truth.threads.get(hearing.id) not in live_threads
                for hearing in hearings
            ),
            any_hearing_live_or_past=any(
                hearing.status not in (HearingStatus.STUB, HearingStatus.DUPLICATE) for hearing in hearings
            ),
            becomes_owed=False,
            can_close=False,
        )

    def _step_journeys(self, journeys: list[tuple[str, str, CaseEvent, JourneyFacts]], cause: Cause) -> None:
        """Step the journeys last: leaving `closed` asks whether something became owed (core.md rule 25)."""
        left_outcome: set[str] = set()
        for participant, name, event, facts in journeys:
            person = self.people[participant]
            open_topics = [key[1] for key, _ in duties.open_duties(self.account.topics, participant)]
            becomes_owed = any(topic in values.TOLD_TOPICS for topic in open_topics)
            facts = replace(facts, becomes_owed=becomes_owed, can_close=not open_topics)
            step = journey.next_state(person.journey, name, facts)
            if step.moved or step.flag:
                self._moved("journey", participant, person.journey, step.state, name, event, step.flag)
                self.people[participant] = replace(person, journey=step.state)
                left_outcome.add(participant)
        for participant in sorted(left_outcome):  # whom we keep in touch with depends on the journey
            duties.settle_person(self.account, participant, self.people[participant], self.truth, self.rules, cause)


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


def _proceedings_event(event: CaseEvent, before: CaseTruth, after: CaseTruth) -> str:
    """Name an event as the table of proceedings does; empty when that table does not speak of it."""
    what = event.what
    hearing = after.hearings.get(getattr(what, "hearing", ""))
    is_trial = hearing is not None and hearing.is_trial
    match what:
        case events.HearingConfirmed() | events.HearingMoved() if is_trial and hearing is not None:
            was = before.hearings.get(hearing.id)
            return "TrialMoved" if was is not None and was.is_live else "TrialListed"
        case events.TrialVacated() | events.TrialUnvacated():
            return event.kind
        case events.TrialStarted() | events.TrialIneffective() | events.TrialCracked():
            return event.kind
        case events.DateRemoved() if is_trial:
            return "DateRemoved"
        case events.PleaRecorded() | events.VerdictRecorded():
            return event.kind
        case events.ResultsShared() if any(result.kind in truth.SENTENCES for result in what.results):
            return "Sentenced"
        case events.ResultsShared() if any(result.kind in truth.STOPPED for result in what.results):
            return "Stopped"
        case _:
            return ""
