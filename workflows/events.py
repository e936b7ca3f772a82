"""What can happen in a case, as frozen facts: every change to a case is one of these, kept in its journal.

A fact names people, hearings, defendants and offences by the service's own ids only: never a name, an address or a
number. `CaseEvent` wraps a fact with where it came from and when; core.md section 1 gives the rules, feeds.md
section 6 the canonical court events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from workflows import codec


class DateKind(StrEnum):
    """The three kinds of hearing date (feeds.md section 9)."""

    FIXED = "fixed"
    WEEK_COMMENCING = "week_commencing"
    TO_BE_FIXED = "to_be_fixed"


class HearingClass(StrEnum):
    """The class of a hearing's type: what decides who must come and which hearing replaces which."""

    TRIAL = "trial"
    SENTENCE = "sentence"
    PLEA = "plea"
    FIRST = "first"
    APPEAL = "appeal"
    OTHER = "other"


class ResultKind(StrEnum):
    """What one result of an offence means for the people in the case (feeds.md section 15)."""

    CUSTODY = "custody"
    LIFE = "life"
    SUSPENDED = "suspended"
    ACTIVATED = "activated"
    HOSPITAL = "hospital"
    COMMUNITY = "community"
    FINE = "fine"
    DISCHARGE = "discharge"
    ORDER = "order"
    OTHER_SENTENCE = "other_sentence"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    DISCONTINUED = "discontinued"
    ADJOURNED = "adjourned"
    OTHER = "other"


class Role(StrEnum):
    VICTIM = "victim"
    WITNESS = "witness"
    BOTH = "both"


class WitnessKind(StrEnum):
    CIVILIAN = "civilian"
    POLICE = "police"
    PROFESSIONAL = "professional"
    EXPERT = "expert"


class VictimKind(StrEnum):
    """As what somebody is on the victim's side (domain.md section 3); it says nothing of a witness."""

    PERSON = "person"  # the victim
    PARENT = "parent"  # parent or guardian of a victim under 18, with the rights of the child
    BEREAVED_RELATIVE = "bereaved_relative"
    BUSINESS = "business"  # by a named contact


class Answer(StrEnum):
    """A fact about a person has three values: a missing answer is never shown as no."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"


class ContactOutcome(StrEnum):
    """How one contact or attempt ended (domain.md section 5.4, second table)."""

    REACHED = "reached"
    REPRESENTATIVE = "representative"
    DELIVERED_AS_CHOSEN = "delivered_as_chosen"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    BOUNCED = "bounced"
    DECLINED = "declined"
    UNSAFE = "unsafe"

    @property
    def tells(self) -> bool:
        """Say whether what was ticked counts as told."""
        return self in (self.REACHED, self.REPRESENTATIVE, self.DELIVERED_AS_CHOSEN)

    @property
    def is_two_way(self) -> bool:
        """Say whether we spoke with each other: only that renews the keep-in-touch clock."""
        return self in (self.REACHED, self.REPRESENTATIVE, self.DECLINED)

    @property
    def is_missed(self) -> bool:
        return self in (self.VOICEMAIL, self.NO_ANSWER, self.WRONG_NUMBER, self.BOUNCED)


@dataclass(frozen=True, slots=True)
class HearingDay:
    """One day of a hearing in court time (Europe/London). `at` is None when the time is to be confirmed."""

    on: date
    at: time | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    kind: DateKind
    days: tuple[HearingDay, ...] = ()
    week_commencing: date | None = None
    weeks: int = 1
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    court: str
    court_code: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a hearing is about. No defendants means: not said, so every defendant of the case."""

    hearing_type: str = ""
    hearing_class: HearingClass = HearingClass.OTHER
    jurisdiction: str = ""
    defendants: tuple[str, ...] = ()
    offences: tuple[str, ...] = ()
    seeded_from: tuple[str, ...] = ()


# --- the case and its people (the unit, the police and the CPS say these) ---------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRegistered:
    """The unit has taken the case on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefendantCharged:
    """A defendant with all offences now charged against them; said again, it replaces the list."""

    defendant: str
    offences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefendantRemoved:
    defendant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceDescribed:
    """Which offence in law a charge is, by its CJS code ("OF61102"): what decides the class of the offence."""

    defendant: str
    offence: str
    cjs_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRecorded:
    """A victim or witness as the unit now holds them; said again, it replaces what was held.

    `defendants` and `offences` are those that concern the person; none means not known yet, so all (domain.md 5.2).
    `enhanced` NOT_ASKED means undecided, which is treated as enhanced time (domain.md section 3); `enhanced_basis` are
    the grounds by their keys ("BEREAVED", "DOMESTIC_ABUSE"), sorted.
    """

    participant: str
    role: Role
    witness_kind: WitnessKind = WitnessKind.CIVILIAN
    defendants: tuple[str, ...] = ()
    offences: tuple[str, ...] = ()
    enhanced: Answer = Answer.NO
    enhanced_basis: tuple[str, ...] = ()
    victim_kind: VictimKind = VictimKind.PERSON


SUGGESTED, DECLINED = "suggested", "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnhancedGroundNoted:
    """That a ground for enhanced rights was suggested by a flag ("UNDER_18"), or that a person declined one.

    A ground that a person confirmed stands in their `enhanced_basis`.
    """

    participant: str
    ground: str
    answer: str  # suggested | declined


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft:
    participant: str
    reason: str  # added_in_error | transferred


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantDied:
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CpsRequires:
    """The CPS requires this person to attend the trial: on which days by position (1 = first; none = every day)."""

    participant: str
    days: tuple[int, ...] = ()
    session: str = ""
    mode: str = "in_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class CpsNotRequired:
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut:
    participant: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedBackIn:
    participant: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyAgreed:
    """How often we keep in touch, as agreed with the person; the newest stands. None: as often as the unit does."""

    participant: str
    every_days: int | None = None


# --- what a court says (feeds.md section 6) ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingListed:
    """A hearing is announced; it has no date yet."""

    hearing: str
    about: About


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingConfirmed:
    """A hearing has a date, or a kind of date. What is None was not said."""

    hearing: str
    when: When
    where: Where | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingMoved:
    hearing: str
    when: When
    where: Where | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingSighted:
    """A published court list shows the hearing on these days, or in a week; it confirms or moves (feeds.md section 10).

    A list shows what it covers and no more: days it leaves out are not said to be gone.
    """

    hearing: str
    when: When
    about: About | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRemoved:
    hearing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingDaysCancelled:
    """All days the message names, each marked as cancelled or standing."""

    hearing: str
    days: tuple[HearingDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialVacated:
    hearing: str
    reason: str = ""  # the trial-outcome reason id, as sent


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialUnvacated:
    hearing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingWithdrawn:
    hearing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingMarkedDuplicate:
    hearing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingAdjourned:
    """A hearing day ended with another hearing to come. `day` is set when a shared result says so."""

    hearing: str
    day: date | None = None
    next_kind: DateKind | None = None
    next_hearings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialIneffective:
    hearing: str
    day: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCracked:
    hearing: str
    day: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JuryDischarged:
    """The trial ended without a verdict because its jury was let go; it may be tried again with another."""

    hearing: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStarted:
    hearing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PleaRecorded:
    defendant: str
    offence: str
    plea: str  # guilty | not_guilty | other, as translated
    hearing: str = ""
    day: date | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRecorded:
    defendant: str
    offence: str
    verdict: str  # guilty | guilty_of_alternative | not_guilty | no_verdict
    hearing: str = ""
    day: date | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceResult:
    """One result of one offence. `length` is as ordered ("11 M", "4 Y"; "life"), never added up.

    `served` says how a term stands to others: "concurrent" or "consecutive", empty when the court did not say.
    """

    defendant: str
    offence: str
    kind: ResultKind
    code: str = ""
    label: str = ""
    length: str = ""
    final: bool = False
    served: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsShared:
    """Every result of one hearing day; the latest share replaces all earlier ones of that day (feeds.md section 7).

    `elsewhere` says that the day had results, all of them of defendants whom a split took to another case.
    """

    hearing: str
    day: date
    shared_at: datetime
    results: tuple[OffenceResult, ...] = ()
    elsewhere: bool = False


NO_PROSECUTION, STOPPED, ALTERED = "no_prosecution", "stopped", "altered"
BAIL_STATUSES = ("bail", "conditional_bail", "custody", "released")
WARRANT_STATUSES = ("issued", "withdrawn", "executed")
APPEAL_STAGES = ("notice", "leave_granted", "leave_refused", "listed", "abandoned")
APPEAL_RESULTS = ("dismissed", "conviction_quashed", "sentence_changed", "retrial_ordered", "abandoned")
ENDED_BY_DEATH = "ended_by_death"  # of an appeal: it follows from the death, and nobody enters it
# A measure is identified, asked for (of the CPS), applied for (to the court) and decided on; and it may be given up.
MEASURE_DECISIONS = ("identified", "asked", "applied", "granted", "refused", "withdrawn")
MEASURE_NEWS = ("granted", "refused", "withdrawn")  # what is told: the others are on their way


@dataclass(frozen=True, slots=True, kw_only=True)
class BailDecided:
    """Where a defendant waits: one of BAIL_STATUSES, with the kinds of conditions by their keys, sorted.

    The words of a condition may name an address or a person: they are kept sealed, and `mark` is a keyed fingerprint
    of them, so that a change of words alone is news too.
    """

    defendant: str
    status: str
    conditions: tuple[str, ...] = ()
    mark: str = ""
    hearing: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarrantStated:
    """A warrant for the defendant's arrest: one of WARRANT_STATUSES; `outcome` after an arrest is a bail status."""

    defendant: str
    status: str
    outcome: str = ""
    hearing: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProsecutionDecided:
    """The police or the CPS decided about an offence: not to charge it, to stop it, or to alter it.

    `reason` is a key ("not_enough_evidence"); `letter_on` the date of the letter from which the time to ask for a
    review counts.
    """

    defendant: str
    offence: str
    decision: str
    reason: str = ""
    may_be_reviewed: bool = True
    letter_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefendantDied:
    """A defendant has died: what was not ended against them ends by it, also an appeal."""

    defendant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealStated:
    """An appeal as it now stands: one of APPEAL_STAGES; `on` the London date it is listed for."""

    defendant: str
    stage: str
    against: str = "conviction"  # conviction | sentence | both
    on: date | None = None
    bail: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecided:
    """How an appeal ended: one of APPEAL_RESULTS. What the court of appeal ordered instead comes as results."""

    defendant: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialMeasureStated:
    """Where one special measure for one person stands: one of MEASURE_DECISIONS."""

    participant: str
    measure: str
    decision: str


# --- what the unit does ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One value that was told, as it stood on the screen (core.md rule 9)."""

    topic: str
    subject: str
    value: Any = None

    @property
    def value_hash(self) -> str:
        return codec.value_hash(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMade:
    """A contact or an attempt. `at` is when it happened (UTC): it counts, not when it was typed in."""

    participant: str
    contact: str
    at: datetime
    outcome: ContactOutcome
    told: tuple[Telling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCorrected:
    """A recorded contact was wrong: what it told is void and owed again on its first clock (core.md rule 18)."""

    participant: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCarriedOver:
    """What another system says a person was last told, at `at` (core.md rule 13)."""

    participant: str
    at: datetime
    told: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyClosedByPerson:
    """A person ends a duty: attempts_exhausted (supervisor) or declined; of a task also done, or not_applicable."""

    participant: str
    topic: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConfirmed:
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotAttend:
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DidNotAttend:
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyClosed:
    """An officer confirms that nothing more is to be done for this person in this case."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryUndone:
    """What an officer or supervisor entered was wrong, and counts no more from now on; `message` is its message id."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMatched:
    """A person said that a waiting court message is about this case; `match` is the service's record of it."""

    match: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTakenBack:
    """That match was wrong: what courts said here because of it, `entries` (event ids), counts no more from now on."""

    match: str
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UrnCorrected:
    """The case's own number was put right; `correction` is the id of the service's record of it."""

    correction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesLinked:
    """The case has to do with another one; `link` is the id of the service's record of it."""

    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesUnlinked:
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMergedHere:
    """Another case is part of this one from now on (combining.py). Its events stand in this journal under `act`.

    `replaced` are the messages of this case that `act` says anew; `threads` keep each hearing in the thread it had.
    """

    act: str
    case: str
    replaced: tuple[str, ...] = ()
    threads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMergedAway:
    """This case is part of another one: nothing in this journal counts until the merge is undone."""

    act: str
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone:
    """Two cases stand apart again: nothing under the merge counts, nor the messages in `replaced`.

    What of those is about this case, or what came meanwhile and is about it, stands under `act`.
    """

    merge: str
    act: str
    replaced: tuple[str, ...] = ()
    threads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSplit:
    """Some defendants of this case have a case of their own from now on (severing.py), `case`.

    `replaced` are the messages that `act` says anew without them; `threads` keep each hearing in the thread it had.
    """

    act: str
    case: str
    replaced: tuple[str, ...] = ()
    threads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSplitOff:
    """This case was part of another one, `case`; what was said there of its defendants stands here under `act`."""

    act: str
    case: str
    threads: tuple[tuple[str, str], ...] = ()


# --- whether somebody goes on (domain.md section 8) --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReluctanceStated:
    """The person said that they do not want to go on. That is no withdrawal yet."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReluctanceEnded:
    """The person said that they want to go on after all."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyConcernRaised:
    """The person is afraid, or somebody is concerned for their safety."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyConcernResolved:
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrew:
    """The person withdrew their support. `reason` is a key of `withdrawal.REASONS`; where they stood says the stage."""

    participant: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalTakenBack:
    """The person supports the case again."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeExplained:
    """Somebody told the person why the date of the trial changed, whatever a court gave as the reason."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerChanged:
    """The case went to another officer, so that this person has somebody new to speak to.

    `back`: the hand-over was undone, and the officer they had before looks after them again.
    """

    participant: str
    back: bool = False


# --- support by a service, and a visit to the court (support.py, court_visit.py) ----------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportStated:
    """One step of one person's support by one service: `step` is an event of `support.EVENTS`.

    `kind` is a key of `support.KINDS`; `service` the key of the service in the local directory, empty when that is not
    said.
    """

    participant: str
    kind: str
    step: str
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtVisitStated:
    """One step of one person's visit to the court before the trial: `step` is an event of `court_visit.EVENTS`.

    `on` is the London date that was arranged, or on which they were there.
    """

    participant: str
    step: str
    on: date | None = None


# --- what somebody needs to take part (needs.py) ------------------------------------------------------------------


class Said(StrEnum):
    """What somebody answered to a question about their needs. Not to have been asked is no answer."""

    YES = "yes"
    NO = "no"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSaid:
    """One answer, by the key of its question ("travel"). NOT_ASKED takes an answer away that nobody gave."""

    question: str
    answer: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAsked:
    """The person was asked what they need. What is not among the answers stands as it was."""

    participant: str
    answers: tuple[NeedSaid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedArranged:
    """The practical help that a person said they need is arranged, or is not any more."""

    participant: str
    question: str
    arranged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementConfirmed:
    """What was granted, applied for or arranged for another trial holds for the trial as it is now.

    `what` names it: "measure:screens", "need:travel".
    """

    participant: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsToBeAskedAgain:
    """An officer says that the person must be asked anew."""

    participant: str


# --- the last talk (closing.py) -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingSaid:
    """One answer of the last talk, by the keys of its question and of the answer; an empty answer takes it away.

    `codes` are what was chosen where several may be ("delay", "fear").
    """

    question: str
    answer: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingAsked:
    """Part of the last talk was had with the person. What is not among the answers stands as it was."""

    participant: str
    answers: tuple[ClosingSaid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingFinished:
    """The last talk is over: `how` is "done", or "declined" when they did not want to have it."""

    participant: str
    how: str


# --- when somebody cannot come (availability.py) ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesAway:
    """London dates, first to last, on which a person cannot come; `because` is a key of `availability.REASONS`.

    `said_in` is the message beside which words about it are kept, empty when there are none.
    """

    first: date
    last: date
    because: str
    said_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityAsked:
    """The person was asked on which dates they cannot come: YES with the dates, NO for none, or they would not say."""

    participant: str
    answer: Said
    away: tuple[DatesAway, ...] = ()


# --- the Victim Contact Scheme (referral.py): each names the victim's part and the defendant ----------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDecided:
    """An officer decided to refer a victim, or not to; `reason` is a key of REASONS_NOT_TO_REFER when not."""

    participant: str
    defendant: str
    refer: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSent:
    """The referral was sent at `at` (UTC), whatever the victim thinks of joining: that is their own choice later.

    `told` says whether they knew of it by then, `objects` whether they objected; both are shown, neither stops it.
    """

    participant: str
    defendant: str
    at: datetime
    told: Answer = Answer.NOT_ASKED
    objects: Answer = Answer.NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAcknowledged:
    participant: str
    defendant: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRejected:
    """The probation service did not take the referral; `reason` is a key of REASONS_OF_REJECTION."""

    participant: str
    defendant: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiaisonOfficerContacted:
    """A victim liaison officer has been in touch with the victim, at `at` (UTC)."""

    participant: str
    defendant: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralWithdrawn:
    """An officer took a referral back; `reason` is a key of REASONS_TO_WITHDRAW."""

    participant: str
    defendant: str
    reason: str


Fact = (
    CaseRegistered
    | DefendantCharged
    | DefendantRemoved
    | OffenceDescribed
    | ParticipantRecorded
    | EnhancedGroundNoted
    | ParticipantLeft
    | ParticipantDied
    | CpsRequires
    | CpsNotRequired
    | OptedOut
    | OptedBackIn
    | FrequencyAgreed
    | HearingListed
    | HearingConfirmed
    | HearingMoved
    | HearingSighted
    | DateRemoved
    | HearingDaysCancelled
    | TrialVacated
    | TrialUnvacated
    | HearingWithdrawn
    | HearingMarkedDuplicate
    | HearingAdjourned
    | TrialIneffective
    | TrialCracked
    | JuryDischarged
    | TrialStarted
    | PleaRecorded
    | VerdictRecorded
    | ResultsShared
    | BailDecided
    | WarrantStated
    | ProsecutionDecided
    | DefendantDied
    | AppealStated
    | AppealDecided
    | SpecialMeasureStated
    | ContactMade
    | ContactCorrected
    | ToldCarriedOver
    | DutyClosedByPerson
    | PersonConfirmed
    | CannotAttend
    | Attended
    | DidNotAttend
    | JourneyClosed
    | EntryUndone
    | MessageMatched
    | MatchTakenBack
    | UrnCorrected
    | CasesLinked
    | CasesUnlinked
    | CaseMergedHere
    | CaseMergedAway
    | MergeUndone
    | CaseSplit
    | CaseSplitOff
    | ReluctanceStated
    | ReluctanceEnded
    | SafetyConcernRaised
    | SafetyConcernResolved
    | Withdrew
    | WithdrawalTakenBack
    | ChangeExplained
    | OfficerChanged
    | SupportStated
    | CourtVisitStated
    | NeedsAsked
    | NeedArranged
    | ClosingAsked
    | ClosingFinished
    | ArrangementConfirmed
    | NeedsToBeAskedAgain
    | AvailabilityAsked
    | ReferralDecided
    | ReferralSent
    | ReferralAcknowledged
    | ReferralRejected
    | LiaisonOfficerContacted
    | ReferralWithdrawn
)

KINDS: dict[str, type] = {kind.__name__: kind for kind in Fact.__args__}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One fact with its provenance (core.md rule 2).

    `received_at` (UTC) is when it reached us and is *now* in the fold; `occurred_at` (UTC) when its source says it
    happened. `context` is the system that spoke ("listing", "hearing", "results", "cps", "officer"); versions are
    compared only within (context, stream, fact group). `message_id` is the sender's id, else the content's hash.
    `registration` marks the first registration of the case, which always comes first (core.md rule 3).
    `act` is the merge that put this copy into the journal, and `copy` its own row there: `id` stays the first event's.
    """

    id: str
    case_id: str
    what: Fact
    received_at: datetime
    occurred_at: datetime
    context: str
    message_id: str
    actor: str
    source: str = ""
    stream: str = ""
    version: int | None = None
    part: int = 0
    ordinal: int = 0
    registration: bool = False
    act: str = ""
    copy: str = ""

    @property
    def row_id(self) -> str:
        """Give the id of this event's row in the journal."""
        return self.copy or self.id

    @property
    def kind(self) -> str:
        return type(self.what).__name__

    @property
    def fold_key(self) -> tuple[bool, datetime, str, int, int]:
        """Give the place of this event in the fold (core.md rule 3)."""
        return (not self.registration, self.received_at, self.message_id, self.part, self.ordinal)


def payload_of(fact: Fact) -> Any:
    """Give a fact's JSON payload for the journal."""
    return codec.to_json(fact)


def fact_from(kind: str, payload: Any) -> Fact:
    """Read a fact back from the journal. Raises KeyError for a kind this version does not know."""
    fact: Fact = codec.from_json(KINDS[kind], payload)
    return fact
