"""Folds one message after another into the state of a case.

The order inside one message is truth, proceedings, attendance, owed, journey (core.md rule 25).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workflows import (
    availability,
    charges,
    closing,
    duties,
    enhanced_rights,
    events,
    movements,
    needs,
    proceedings,
    recheck,
    referring,
    supporting,
    truth,
    undoing,
    values,
    withdrawal,
)
from workflows.decision import Decision, Move, ToldRecord, move_of
from workflows.duty_rows import Account, Cause
from workflows.entitlement import Rules, is_date_of_a_trial
from workflows.events import CaseEvent, ContactOutcome, DateKind
from workflows.journey import JourneyFacts
from workflows.proceedings import Proceedings
from workflows.snapshot import (
    ClosingStanding,
    HearingMemory,
    NeedsStanding,
    Person,
    ReferralStanding,
    Snapshot,
    Spoken,
    Statement,
    ToldValue,
    Topic,
    TopicKey,
    Topics,
)
from workflows.truth import CHANGED, NO_CHANGE, Hearing, HearingStatus
from workflows.values import CaseTruth

OF_ONE_DEFENDANT = (
    *(events.PleaRecorded, events.VerdictRecorded, events.ProsecutionDecided, events.DefendantDied),
    *(events.AppealStated, events.AppealDecided),
)


def truth_of(
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
        hearings={hearing: hearing_of(registers, hearing, memory) for hearing, memory in memories.items()},
        threads={hearing: memory.thread for hearing, memory in memories.items()},
        orders={hearing: memory.order for hearing, memory in memories.items()},
        offences=charges.offences(registers),
        charged=charges.defendants(registers),
        proceedings=dict(standings),
        requirements=requirements,
        said=charges.said_of_defendants(registers),
        measures=charges.measures(registers),
    )


def hearing_of(registers: truth.Registers, hearing_id: str, memory: HearingMemory) -> Hearing:
    """Give one hearing as it now stands. One that had a date and has none now has lost it.

    Who was told that date is owed the news, also when a court says "to be fixed" without removing it (feeds.md 9). One
    of which nothing is known any more was entered wrongly: there is no such hearing.
    """
    now = truth.hearing(registers, hearing_id)
    if not memory.thread or memory.never_dated:
        return now
    if now.status is HearingStatus.STUB:
        return replace(now, status=HearingStatus.WITHDRAWN)
    if now.status is HearingStatus.UNDATED:
        return replace(now, status=HearingStatus.DATE_REMOVED)
    return now


@dataclass(slots=True)
class Fold:
    """The one place where a case's state is under way; everything it gives out is frozen again."""

    start: Snapshot
    rules: Rules
    kept_threads: dict[str, str] = field(default_factory=dict)  # of hearings that had one before a merge of cases
    registers: dict[str, tuple[Statement, ...]] = field(init=False)
    hearings: dict[str, HearingMemory] = field(init=False)
    standings: dict[str, Proceedings] = field(init=False)
    people: dict[str, Person] = field(init=False)
    referrals: dict[str, ReferralStanding] = field(init=False)
    needs: dict[str, NeedsStanding] = field(init=False)
    closings: dict[str, ClosingStanding] = field(init=False)
    account: Account = field(init=False)
    truth: CaseTruth = field(init=False)
    last_key: Any = field(init=False)
    outcomes: dict[str, str] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    tellings: list[ToldRecord] = field(default_factory=list)
    void_contacts: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)  # ids of the messages that were taken back
    unmatched: set[str] = field(default_factory=set)  # ids of the events that a wrong match had brought here
    merged_away: bool = False
    seen: list[CaseEvent] | None = field(init=False)  # every event so far; None when the fold began in the middle

    def __post_init__(self) -> None:
        self.registers = dict(self.start.registers)
        self.hearings = dict(self.start.hearings)
        self.standings = dict(self.start.defendants)
        self.people = dict(self.start.people)
        self.referrals = dict(self.start.referrals)
        self.needs = dict(self.start.needs)
        self.closings = dict(self.start.closings)
        self.account = Account(topics=Topics(self.start.topics), records={}, changes=[])
        self.last_key = self.start.last_key
        self.seen = [] if self.start.last_key is None else None
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
                referrals=self.referrals,
                needs=self.needs,
                closings=self.closings,
                merged_away=self.merged_away,
            ),
            truth=self.truth,
            outcomes=self.outcomes,
            moves=tuple(self.moves),
            duties=self.account.records,
            duty_changes=tuple(self.account.changes),
            tellings=tuple(self.tellings),
            void_contacts=frozenset(self.void_contacts),
            hearings=frozenset(self.touched),
        )

    def _look(self) -> CaseTruth:
        return truth_of(self.start.case, self.registers, self.hearings, self.standings)

    # --- one message ----------------------------------------------------------------------------------------------

    def take(self, group: tuple[CaseEvent, ...]) -> None:
        """Fold the events of one message: truth, proceedings and attendance for each, then owed, then journey."""
        told: set[str] = set()
        personal: set[str] = set()
        closes: list[tuple[TopicKey, str]] = []
        journeys: list[tuple[str, str, CaseEvent, JourneyFacts]] = []
        needs_before = dict(self.needs)
        for event in group:
            before, standings_before = self.truth, dict(self.standings)
            people_before, referrals_before = dict(self.people), dict(self.referrals)
            self.outcomes[event.id] = self._take_one(event, told, personal, closes)
            self._remember_hearings(event)
            self.truth = self._look()
            if self.outcomes[event.id] == CHANGED and self._only_confirms(event, before):
                self.outcomes[event.id] = NO_CHANGE
            self._hand_on_tellings(event)
            self._settle_proceedings(event, before, standings_before)
            movements.note_taken_back(self, event, people_before)
            referring.note_taken_back(self, event, referrals_before)
            supporting.note_taken_back(self, event, people_before)
            recheck.note(self, event)
            if self.outcomes[event.id] == CHANGED:
                needs.note_what_opens_it(self, event, before, people_before)
            journeys += movements.machine_events(self, event, before, standings_before)
            self.last_key = event.fold_key
            if self.seen is not None:
                self.seen.append(event)
        recheck.learn(self)
        cause = Cause(
            event=group[0],
            told=frozenset(told),
            personal=frozenset(personal),
            shortened=enhanced_rights.note_suggestions(self, group[0].received_at) | personal,
            closes=tuple(closes),
            completed=needs.completed(needs_before, self.needs, group),
            answered=supporting.who_answered(group),
            rechecked=recheck.who_confirmed(group),
        )
        for participant, person in self.people.items():
            self.settle(participant, person, cause)
        referring.reassess(self, group[-1])
        referring.settle_duties(self, cause)
        movements.step_journeys(self, journeys, cause)

    def settle(self, participant: str, person: Person, cause: Cause) -> None:
        """Bring every duty of one person in line with what is true, what they were told, and what they were asked."""
        needs_of = self.needs.get(participant, needs.NOTHING)
        duties.settle_person(self.account, participant, person, self.truth, self.rules, cause, needs_of)

    def _only_confirms(self, event: CaseEvent, before: CaseTruth) -> bool:
        """Say whether a court list showed only what was known, as most of its lines do."""
        if not isinstance(event.what, events.HearingSighted):
            return False
        hearing = event.what.hearing
        return before.hearings.get(hearing) == self.truth.hearings.get(hearing)

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
                self._tell_all(what.participant, what.told, at=what.at, contact="")
                return CHANGED
            case events.DutyClosedByPerson():
                closes.append(((what.participant, what.topic, what.subject), what.reason))
                supporting.take_refusal(self, event)
                recheck.take_done(self, event)
                return CHANGED
            case events.OptedOut() | events.OptedBackIn():
                return self._opt(what)
            case events.FrequencyAgreed():
                return self._change_person(what.participant, every_days=what.every_days)
            case _ if isinstance(what, withdrawal.FACTS):
                return withdrawal.take_in(self.people, event)
            case events.OfficerChanged():
                return self._change_officer(what, event.occurred_at)
            case events.SupportStated() | events.CourtVisitStated():
                return supporting.take_in(self, event)
            case events.AvailabilityAsked():
                return availability.take_in(self, event)
            case _ if isinstance(what, needs.FACTS):
                return needs.take_in(self, event)
            case _ if isinstance(what, closing.FACTS):
                return closing.take_in(self, event, closes)
            case events.ArrangementConfirmed():
                return recheck.take_in(self, event)
            case events.EntryUndone():
                return undoing.undo(self, what)
            case events.MatchTakenBack():
                return undoing.take_back_match(self, what)
            case (
                events.ReferralDecided()
                | events.ReferralSent()
                | events.ReferralAcknowledged()
                | events.ReferralRejected()
                | events.LiaisonOfficerContacted()
                | events.ReferralWithdrawn()
            ):
                return referring.take_entry(self, event)
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
                | events.CaseMergedHere()
                | events.CaseMergedAway()
                | events.MergeUndone()
                | events.CaseSplit()
                | events.CaseSplitOff()
            ):
                return CHANGED
            case _:
                return truth.take_in(self.registers, event)

    # --- people and what they were told -----------------------------------------------------------------------------

    def _record_person(self, event: CaseEvent, what: events.ParticipantRecorded) -> str:
        known = self.people.get(what.participant)
        news = truth.take_in(self.registers, event)
        stands = truth.standing(self.registers, f"recorded:{what.participant}")
        # Someone who had left is taken on again by the same words, if they are the newest.
        comes_back = known is not None and known.left and stands and stands.message_id == event.message_id
        if news != CHANGED and not comes_back:
            return NO_CHANGE
        person = known or Person(joined_at=event.received_at, role=what.role)
        self.people[what.participant] = replace(
            person,
            role=what.role,
            witness_kind=what.witness_kind,
            defendants=what.defendants,
            offences=what.offences,
            enhanced=what.enhanced,
            enhanced_basis=what.enhanced_basis,
            victim_kind=what.victim_kind,
            left="",
        )
        return CHANGED

    def _change_person(self, participant: str, **changes: Any) -> str:
        person = self.people[participant]
        self.people[participant] = replace(person, **changes)
        return CHANGED if self.people[participant] != person else NO_CHANGE

    def _change_officer(self, what: events.OfficerChanged, at: datetime) -> str:
        """Note that they have somebody new to speak to; a hand-over that was undone never happened to them.

        Who joins the case in that moment never had the officer before.
        """
        person = self.people[what.participant]
        if at <= person.joined_at:
            return NO_CHANGE
        changes = person.officer_changes
        after = changes[:-1] if what.back else tuple(sorted({*changes, at}))
        return self._change_person(what.participant, officer_changes=after)

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
        self._tell_all(what.participant, what.told, at=what.at, contact=what.contact)
        told.add(what.participant)
        return CHANGED

    def _tell_all(self, participant: str, told: Iterable[events.Telling], *, at: datetime, contact: str) -> None:
        """Count values as told. The date of a trial tells a required person that they are required (core.md rule 8)."""
        for telling in told:
            self._tell(participant, telling, at=at, contact=contact)
        if not any(is_date_of_a_trial(telling.topic, telling.value) for telling in told):
            return
        requirement = self._requirement_at(participant, at)
        if requirement is not None and requirement.get("required"):
            too = events.Telling(topic=values.ATTENDANCE, subject=self.start.case, value=requirement)
            self._tell(participant, too, at=at, contact=contact)

    def _requirement_at(self, participant: str, at: datetime) -> Any:
        """Give what was known of the requirement when they were told.

        Of one that came in this message, or was told before we took the person on, the first that we know of.
        """
        topic = self.account.topics.get((participant, values.ATTENDANCE, self.start.case))
        if topic is not None and topic.history:
            known = [change.value for change in topic.history if change.received_at <= at]
            if not known and at < self.people[participant].joined_at:
                return topic.history[0].value
            return known[-1] if known else None
        for name, _, value in values.values_for(participant, self.people[participant], self.truth):
            if name == values.ATTENDANCE:
                return value.content
        return None

    def _tell(self, participant: str, telling: events.Telling, *, at: datetime, contact: str) -> None:
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

    def _hand_on_tellings(self, event: CaseEvent) -> None:
        """What was told of a duplicate counts for the hearing that stays (core.md rule 26)."""
        if not isinstance(event.what, events.HearingMarkedDuplicate):
            return
        duplicate = self.truth.hearings.get(event.what.hearing)
        survivor = values.twin_of(duplicate, self.truth) if duplicate else None
        if duplicate is None or survivor is None:
            return
        source, target = self.truth.threads[duplicate.id], self.truth.threads[survivor.id]
        for key, topic in list(self.account.topics.items()):
            if key[1:] != (values.WHEN_WHERE, source) or source == target:
                continue
            for told in topic.told:
                if not told.void:
                    telling = events.Telling(topic=values.WHEN_WHERE, subject=target, value=told.value)
                    self._tell(key[0], telling, at=told.at, contact=told.contact)
            self.account.topics[key] = replace(topic, told=tuple(told for told in topic.told if told.void))

    def _void_contact(self, what: events.ContactCorrected) -> str:
        self.void_contacts.add(what.contact)
        person = self.people[what.participant]
        self.people[what.participant] = replace(
            person,
            contacts=tuple(
                replace(spoken, void=True) if spoken.contact == what.contact else spoken for spoken in person.contacts
            ),
        )
        for key, topic in self.account.topics.of(what.participant).items():
            if any(told.contact == what.contact for told in topic.told):
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
        if memory.thread and not memory.never_dated:
            return
        now = truth.hearing(self.registers, hearing_id)
        has_date = now.when is not None and now.when.kind is not DateKind.TO_BE_FIXED
        if memory.thread:
            self.hearings[hearing_id] = replace(memory, never_dated=not has_date)
        elif now.status not in (HearingStatus.STUB, HearingStatus.UNDATED):
            self.hearings[hearing_id] = replace(memory, thread=self._thread_for(now), never_dated=not has_date)

    def _thread_for(self, hearing: Hearing) -> str:
        """Give the thread a hearing joins: its seed's, else that of the one put-off hearing it replaces."""
        if hearing.id in self.kept_threads:
            return self.kept_threads[hearing.id]
        for seed in hearing.about.seeded_from:
            memory = self.hearings.get(seed)
            if memory is not None and memory.thread and seed != hearing.id:
                return memory.thread
        put_off = [
            other
            for other_id, memory in self.hearings.items()
            if other_id != hearing.id
            and memory.thread
            and self._is_replaced_by(other := hearing_of(self.registers, other_id, memory), hearing)
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
        named = movements.proceedings_event(event, before, self.truth)
        concerned = self._defendants_of(event)
        standings: dict[str, Proceedings] = {}
        for defendant, offences in self.truth.charged.items():
            facts = charges.defendant_facts(self.registers, offences, self.truth.offences, hearings, defendant)
            standings[defendant] = after = proceedings.settle(facts)
            was = standings_before.get(defendant)
            flag = proceedings.flag_for(named, was) if named and was is not None and defendant in concerned else None
            if flag and self.outcomes[event.id] != CHANGED:
                flag = None  # a repeat or a loser asks nobody
            if was is not after or flag:
                self.moves.append(move_of("proceedings", defendant, was, after, named or event.kind, event, flag))
        self.standings = standings
        self.truth = replace(self.truth, proceedings=standings)

    def _defendants_of(self, event: CaseEvent) -> frozenset[str]:
        what = event.what
        if isinstance(what, OF_ONE_DEFENDANT):
            return frozenset((what.defendant,))
        if isinstance(what, events.ResultsShared):
            return frozenset(result.defendant for result in what.results)
        hearing = self.truth.hearings.get(getattr(what, "hearing", ""))
        if hearing is not None and hearing.about.defendants:
            return frozenset(hearing.about.defendants)
        return frozenset(self.truth.charged)
