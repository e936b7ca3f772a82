"""What a decision may look at: the fold of one case's journal, without a name or a contact detail.

A snapshot is never changed: `decide` gives a new one. `dump` and `load` carry it to and from plain JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflows import codec, events
from workflows.attendance import Attendance
from workflows.court_visit import CourtVisit
from workflows.events import About, Answer, ContactOutcome, Role, VictimKind, When, Where, WitnessKind
from workflows.journey import Journey
from workflows.occasions import HeldFor
from workflows.proceedings import Proceedings
from workflows.referral import Referral
from workflows.support import Support

Stated = (
    When
    | Where
    | About
    | events.HearingDaysCancelled
    | events.TrialVacated
    | events.TrialUnvacated
    | events.HearingWithdrawn
    | events.HearingMarkedDuplicate
    | events.HearingAdjourned
    | events.TrialIneffective
    | events.TrialCracked
    | events.JuryDischarged
    | events.TrialStarted
    | events.PleaRecorded
    | events.VerdictRecorded
    | events.ResultsShared
    | events.BailDecided
    | events.WarrantStated
    | events.ProsecutionDecided
    | events.DefendantDied
    | events.AppealStated
    | events.AppealDecided
    | events.SpecialMeasureStated
    | events.DefendantCharged
    | events.DefendantRemoved
    | events.OffenceDescribed
    | events.ParticipantRecorded
    | events.EnhancedGroundNoted
    | events.CpsRequires
    | events.CpsNotRequired
)


BEREAVED = "BEREAVED"  # the ground for enhanced rights that a bereaved relative has by being one


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one message said about one fact. `slot` is (context, stream, fact group): versions count only inside it.

    `rests_on` names the shared results of a hearing day: a later share of that day that is not this message voids it.
    """

    slot: str
    said: Stated
    occurred_at: datetime
    message_id: str
    version: int | None = None
    rests_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingMemory:
    """What is decided once about a hearing: its thread, and its place among the hearings of the case.

    `never_dated` marks one that is in a thread although no date of it ever came: it was off before we heard of it.
    """

    thread: str = ""
    order: int = 0
    never_dated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A contact or an attempt, as far as the clock needs it."""

    contact: str
    at: datetime
    outcome: ContactOutcome
    void: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """That a person withdrew their support: when (UTC), why, and at which stage of their journey."""

    at: datetime
    reason: str
    stage: Journey


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportStanding:
    """How far one person's support by one service has come, and since when (UTC).

    `court` is that of the trial for which it was last answered, empty when none had a date then.
    """

    kind: str
    service: str = ""
    state: Support = Support.NONE
    since: datetime | None = None
    court: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStanding:
    """How far a person's visit to the court has come, since when (UTC), and the London date it is or was `on`.

    `court` and `trial` are those of the trial for which it was last answered.
    """

    state: CourtVisit = CourtVisit.NONE
    since: datetime | None = None
    on: date | None = None
    court: str = ""
    trial: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityStanding:
    """When a person cannot come, as they answered last: when (UTC), to whom, and in which message.

    `instead_of` names the trial that had been lost by then, by its London date or its id; empty when none was.
    """

    answer: events.Said
    away: tuple[events.DatesAway, ...] = ()
    at: datetime
    by: str
    message: str
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One participant's standing in the case. The word is short because every rule speaks of it.

    `suggested` are the grounds for enhanced rights that wait for a person's decision. `held` are the special measures
    and the practical help that were granted or arranged, each with the trial it was for; states that were stored before
    it was kept do not have it. `every_days`: how often we agreed to keep in touch; None, as often as the unit does.
    """

    joined_at: datetime
    role: Role
    witness_kind: WitnessKind = WitnessKind.CIVILIAN
    defendants: tuple[str, ...] = ()
    offences: tuple[str, ...] = ()
    enhanced: Answer = Answer.NO
    enhanced_basis: tuple[str, ...] = ()
    journey: Journey = Journey.CHARGE
    attendance: Attendance = Attendance.UNDECIDED
    was_to_be_tried: bool = True
    opted_out: tuple[str, ...] = ()
    left: str = ""
    died: bool = False
    contacts: tuple[Spoken, ...] = ()
    reluctant_since: datetime | None = None
    safety_concern_since: datetime | None = None
    withdrawal: Withdrawal | None = None
    change_explained_at: datetime | None = None
    victim_kind: VictimKind = VictimKind.PERSON
    suggested: tuple[str, ...] = ()
    officer_changes: tuple[datetime, ...] = ()
    support: tuple[SupportStanding, ...] = ()
    visit: VisitStanding | None = None
    availability: AvailabilityStanding | None = None
    held: tuple[HeldFor, ...] = ()
    every_days: int | None = None

    @property
    def is_victim(self) -> bool:
        return self.role in (Role.VICTIM, Role.BOTH)

    @property
    def is_witness(self) -> bool:
        return self.role in (Role.WITNESS, Role.BOTH)

    @property
    def grounds(self) -> frozenset[str]:
        """Give the grounds for enhanced rights that are confirmed; a bereaved relative has theirs by being one."""
        by_kind = {BEREAVED} if self.is_bereaved_relative else set()
        return frozenset(self.enhanced_basis) | by_kind

    @property
    def is_bereaved_relative(self) -> bool:
        return self.is_victim and self.victim_kind is VictimKind.BEREAVED_RELATIVE

    @property
    def gets_enhanced_time(self) -> bool:
        """Undecided counts as enhanced; a business has the standard time (domain.md section 3).

        A parent has the rights of a child, and a bereaved relative has enhanced rights: nobody has to decide that.
        """
        if self.is_victim and self.victim_kind is not VictimKind.PERSON:
            return self.victim_kind is not VictimKind.BUSINESS
        return self.enhanced is not Answer.NO or bool(self.suggested)

    @property
    def last_two_way_at(self) -> datetime | None:
        """Give when we last spoke with each other (UTC), None when never."""
        if not self.contacts:
            return None
        spoken_at = (spoken.at for spoken in self.contacts if spoken.outcome.is_two_way and not spoken.void)
        return max(spoken_at, default=None)

    @property
    def missed_in_a_row(self) -> int:
        """Count the attempts that missed since the last time we spoke."""
        since = self.last_two_way_at
        return sum(
            spoken.outcome.is_missed and not spoken.void and (since is None or spoken.at > since)
            for spoken in self.contacts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a person's value history for a topic: from here on this was the value to tell.

    `due` is what the rules in force on that London date gave; `hearing_start` is the start that may cap it.
    `baseline` marks a value that was there when the entitlement began and is not owed (core.md rules 10 and 12).
    """

    event: str
    received_at: datetime
    value: Any
    value_hash: str
    due: datetime
    rule: str
    rules: tuple[str, ...]
    capped: bool = False
    hearing_start: datetime | None = None
    hearing: str | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldValue:
    at: datetime
    value: Any
    value_hash: str
    contact: str = ""
    void: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDuty:
    """The open row of a key. `row` is its id; `run_start` the change the person has been waiting to hear of since."""

    row: str
    opened_by: str
    opened_at: datetime
    run_start: str
    value_hash: str
    due: datetime
    clock_start: datetime
    rule: str
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One person's account of one subject: what was to be told, what was told, and the duty that is open."""

    history: tuple[Change, ...] = ()
    told: tuple[ToldValue, ...] = ()
    duty: OpenDuty | None = None
    waived: str = ""  # where a person ended the duty: the change, or for keeping in touch the time

    @property
    def last_told(self) -> ToldValue | None:
        """Give what the person was last told, by the time of the contact."""
        if not self.told:
            return None
        return max(
            (told for told in self.told if not told.void), key=lambda told: (told.at, told.contact), default=None
        )


TopicKey = tuple[str, str, str]  # participant, topic, subject


class Topics(dict[TopicKey, Topic]):
    """The topics of a case, and quickly those of one person: a case with a hundred people has some hundreds."""

    def __init__(self, topics: Mapping[TopicKey, Topic]) -> None:
        super().__init__(topics)
        self._keys: dict[str, dict[TopicKey, None]] = {}
        for key in topics:
            self._keys.setdefault(key[0], {})[key] = None

    def __setitem__(self, key: TopicKey, topic: Topic) -> None:
        super().__setitem__(key, topic)
        self._keys.setdefault(key[0], {})[key] = None

    def __delitem__(self, key: TopicKey) -> None:
        super().__delitem__(key)
        del self._keys[key[0]][key]

    def of(self, participant: str) -> dict[TopicKey, Topic]:
        """Give the topics of one person."""
        return {key: self[key] for key in self._keys.get(participant, ())}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralStanding:
    """The Victim Contact Scheme for one victim and one defendant: the answer, and how far the referral has come.

    `version` is that of the answer, `decided` the version a person last decided on. `sentenced_on` is the day the
    referral counts from, `since` when (UTC) the answer became what it is, `reason` why a person ended or rejected it.
    `told` and `objects`: whether the victim knew of it when it was sent, and whether they objected.
    """

    state: Referral = Referral.NONE
    result: str = ""
    version: str = ""
    decided: str = ""
    sentenced_on: date | None = None
    since: datetime | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    liaison_at: datetime | None = None
    reason: str = ""
    told: Answer = Answer.NOT_ASKED
    objects: Answer = Answer.NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedAnswer:
    """What stands of one question of the needs assessment: the answer, when (UTC) and by whom it was taken down.

    `message` is the entry it came in: what was written down beside it is kept under that. `arranged_at` is when the
    practical help was said to be arranged, `since` when the answer has been this one; states that were stored before
    it was kept do not have it. `every_days`: how often we agreed to keep in touch; None, as often as the unit does.
    """

    question: str
    answer: events.Said
    at: datetime
    by: str
    message: str
    arranged_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """Why needs are to be asked about anew, and since when (UTC)."""

    because: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsStanding:
    """The needs assessment of one person: the answers, when it was last complete, and why it was opened again."""

    answers: tuple[NeedAnswer, ...] = ()
    complete_at: datetime | None = None
    again: AskAgain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingAnswer:
    """What stands of one question of the last talk: the answer, when (UTC) and by whom it was taken down.

    `message` is the entry it came in: what was written down beside it is kept under that.
    """

    question: str
    answer: str
    at: datetime
    by: str
    message: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingStanding:
    """The last talk with one person: the answers; and how ("done", "declined"), when and by whom it was ended."""

    answers: tuple[ClosingAnswer, ...] = ()
    how: str = ""
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One case, folded up to `last_key`."""

    case: str
    last_key: tuple[bool, datetime, str, int, int] | None = None
    registers: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    hearings: dict[str, HearingMemory] = field(default_factory=dict)
    defendants: dict[str, Proceedings] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    topics: dict[TopicKey, Topic] = field(default_factory=dict)
    referrals: dict[str, ReferralStanding] = field(default_factory=dict)  # by "participant|defendant"
    needs: dict[str, NeedsStanding] = field(default_factory=dict)  # by participant
    closings: dict[str, ClosingStanding] = field(default_factory=dict)  # by participant
    merged_away: bool = False  # part of another case now: what comes here counts only once that is undone


_PARTS: dict[str, Any] = {
    "registers": tuple[Statement, ...],
    "hearings": HearingMemory,
    "defendants": Proceedings,
    "people": Person,
    "referrals": ReferralStanding,
    "needs": NeedsStanding,
    "closings": ClosingStanding,
}
_LAST_KEY: Any = tuple[bool, datetime, str, int, int] | None
_SEPARATOR = "|"


def dump(snapshot: Snapshot, *, before: Snapshot | None = None, stored: Any = None) -> Any:
    """Give the plain JSON of a snapshot.

    `stored` is the JSON from which `before` was read. What is still the same object as there is taken over from it, so
    that an event in a case with many people writes down only what it changed.
    """
    data: dict[str, Any] = {"case": snapshot.case}
    if snapshot.last_key is not None:
        data["last_key"] = codec.to_json(snapshot.last_key, _LAST_KEY)
    for name, kind in _PARTS.items():
        held, written = (getattr(before, name), stored.get(name, {})) if before is not None else ({}, {})
        part = {
            key: written[key] if held.get(key) is item else codec.to_json(item, kind)
            for key, item in getattr(snapshot, name).items()
        }
        if part:
            data[name] = part
    if snapshot.merged_away:
        data["merged_away"] = True
    return data | _dump_topics(snapshot, before, stored or {})


def load(data: Any) -> Snapshot:
    """Read a snapshot that `dump` made."""
    parts: dict[str, Any] = {}
    for name, kind in _PARTS.items():
        read = codec.reader(kind)
        parts[name] = {key: read(item) for key, item in data.get(name, {}).items()}
    return Snapshot(
        case=data["case"],
        last_key=codec.from_json(_LAST_KEY, data.get("last_key")),
        merged_away=data.get("merged_away", False),
        topics=_load_topics(data.get("topics", {}), data.get("changes", {})),
        **parts,
    )


# --- topics: people of one case have mostly the same histories, so each change is written once --------------------


class _Changes:
    """Every change of a case, written once under a name that its content gives; a topic's history lists the names."""

    def __init__(self, stored: Any) -> None:
        self.written: dict[str, Any] = {}
        self._stored = stored.get("changes", {})
        self._names: dict[int, str] = {}  # by identity, while the snapshot holds the changes

    def take_over(self, names: Iterable[str]) -> None:
        for name in names:
            self.written[name] = self._stored[name]

    def recognise(self, history: tuple[Change, ...], names: Iterable[str]) -> None:
        self._names.update(zip(map(id, history), names, strict=True))

    def names(self, history: tuple[Change, ...]) -> list[str]:
        return [self._name(change) for change in history]

    def _name(self, change: Change) -> str:
        name = self._names.get(id(change))
        if name is None:
            text = codec.to_json(change)
            self._names[id(change)] = name = codec.value_hash(text)[:16]
            self.written[name] = text
        elif name not in self.written:
            self.written[name] = self._stored[name]
        return name


def _dump_topics(snapshot: Snapshot, before: Snapshot | None, stored: Any) -> dict[str, Any]:
    changes, written = _Changes(stored), stored.get("topics", {})
    # A state written before changes had names is written anew.
    held = before.topics if before is not None and "changes" in stored else {}
    topics = {}
    for key, topic in snapshot.topics.items():
        text, was = _SEPARATOR.join(key), held.get(key)
        if was is not None:
            names = written[text].get("history", ())
            if was is topic:
                changes.take_over(names)
                topics[text] = written[text]
                continue
            changes.recognise(was.history, names)
        topics[text] = codec.to_json(Topic(told=topic.told, duty=topic.duty, waived=topic.waived))
        if topic.history:
            topics[text]["history"] = changes.names(topic.history)
    return {name: part for name, part in (("topics", topics), ("changes", changes.written)) if part}


def _load_topics(topics: Any, changes: Any) -> dict[TopicKey, Topic]:
    read, read_change = codec.reader(Topic), codec.reader(Change)
    known = {name: read_change(change) for name, change in changes.items()}
    histories: dict[tuple[str, ...], tuple[Change, ...]] = {}
    loaded = {}
    for text, item in topics.items():
        if not changes:  # nobody has a history, or it is a state written before changes had names
            loaded[_key(text)] = read(item)
            continue
        names = tuple(item.get("history", ()))
        if names not in histories:
            histories[names] = tuple([known[name] for name in names])
        loaded[_key(text)] = Topic(
            history=histories[names],
            told=_TOLD(item.get("told", ())),
            duty=_DUTY(item.get("duty")),
            waived=item.get("waived", ""),
        )
    return loaded


_TOLD = codec.reader(tuple[ToldValue, ...])
_DUTY = codec.reader(OpenDuty | None)


def _key(text: str) -> TopicKey:
    participant, topic, subject = text.split(_SEPARATOR)
    return participant, topic, subject
