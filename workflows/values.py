"""What there is to tell one person about each subject: the value of every topic, as core.md rule 8 gives it.

A value is plain JSON without ids of hearings, so that a trial relisted under another id for the same day is the same
news. None means that there is nothing to say about the subject.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeGuard, TypeVar, cast

from workflows import codec, events, judgements
from workflows.attendance import Attendance
from workflows.charges import OffenceTruth
from workflows.events import DateKind, HearingDay
from workflows.proceedings import Proceedings
from workflows.snapshot import Person
from workflows.truth import Hearing, HearingStatus
from workflows.working_days import days_later, instant_of, london_date, start_of_hearing

T = TypeVar("T")
_NOT_ASKED = object()

WHEN_WHERE = "hearing.when_where"
ATTENDANCE = "attendance"
OUTCOME = "hearing.outcome"
VERDICT = judgements.VERDICT
SENTENCE = judgements.SENTENCE
SPECIAL_MEASURES = "special_measures.outcome"
KEEP_IN_TOUCH = "task.keep_in_touch"

TOLD_TOPICS = (WHEN_WHERE, ATTENDANCE, OUTCOME, *judgements.TOPICS, SPECIAL_MEASURES)

STILL_TO_BE_TRIED = frozenset(
    {Proceedings.CHARGED, Proceedings.AWAITING_TRIAL, Proceedings.TRIAL_LISTED, Proceedings.TRIAL_RUNNING}
)


NEVER_DATED = frozenset({HearingStatus.STUB, HearingStatus.UNDATED, HearingStatus.DUPLICATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTruth:
    """Everything that is true of one case at one moment, worked out once for all its people."""

    case: str
    hearings: dict[str, Hearing]
    threads: dict[str, str]  # hearing -> thread
    orders: dict[str, int]
    offences: dict[str, OffenceTruth]
    charged: dict[str, tuple[str, ...]]  # defendant -> offences
    proceedings: dict[str, Proceedings]
    requirements: dict[str, events.CpsRequires | events.CpsNotRequired]
    said: dict[str, Any] = field(default_factory=dict)  # bail, warrants, decisions and appeals, by register
    measures: dict[str, dict[str, str]] = field(default_factory=dict)  # participant -> special measure -> decision
    # Most people of a case are concerned by the same: what was worked out for one serves the next.
    remembered: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def remember(self, question: Hashable, answer: Callable[[], T]) -> T:
        """Give what was answered to this question before, else ask. The answer may depend on nothing else."""
        found = self.remembered.get(question, _NOT_ASKED)
        if found is _NOT_ASKED:
            self.remembered[question] = found = answer()
        return cast("T", found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value with what the clock needs beside it: the hearing it is about, and its first start (UTC).

    `not_before` (UTC) is when the clock of something starts that is known earlier than it is to be done.
    """

    content: Any
    hearing: str | None = None
    starts_at: datetime | None = None
    not_before: datetime | None = None
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", codec.value_hash(self.content))

    @property
    def is_off(self) -> bool:
        """Say whether the value tells that something will not be: nothing to tell to someone who never knew."""
        return self.content.get("state") == "off" or self.content.get("required") is False


def relevant_defendants(person: Person, truth: CaseTruth) -> frozenset[str]:
    """Give the defendants that matter to a person; nothing known means all (domain.md section 5.2)."""
    question = ("defendants", person.defendants, person.offences)
    return truth.remember(question, lambda: _relevant_defendants(person, truth))


def _relevant_defendants(person: Person, truth: CaseTruth) -> frozenset[str]:
    named = set(person.defendants) & set(truth.charged)
    by_offence = {defendant for defendant, theirs in truth.charged.items() if set(theirs) & set(person.offences)}
    return frozenset(named | by_offence) or frozenset(truth.charged)


def relevant_offences(person: Person, truth: CaseTruth, defendant: str) -> tuple[str, ...]:
    """Give the offences of one defendant that matter to a person: a victim's own, else all of that defendant."""
    theirs = truth.charged.get(defendant, ())
    own = tuple(offence for offence in theirs if offence in person.offences)
    return own or theirs


def is_still_to_be_tried(person: Person, truth: CaseTruth) -> bool:
    """Say whether a trial of anyone who matters to this person may still come."""
    question = ("to be tried", person.defendants, person.offences)
    return truth.remember(question, lambda: _is_still_to_be_tried(person, truth))


def _is_still_to_be_tried(person: Person, truth: CaseTruth) -> bool:
    defendants = relevant_defendants(person, truth)
    if not defendants:
        return True
    return any(truth.proceedings.get(defendant) in STILL_TO_BE_TRIED for defendant in defendants)


def is_required(participant: str, person: Person, truth: CaseTruth) -> bool:
    """Say whether this person is needed at court: the CPS requires them, and there is somebody left to try."""
    requirement = truth.requirements.get(participant)
    return isinstance(requirement, events.CpsRequires) and is_still_to_be_tried(person, truth)


def hearings_of(person: Person, truth: CaseTruth) -> tuple[Hearing, ...]:
    """Give the hearings that concern a person, in the order in which the case came to know them."""
    question = ("hearings", person.defendants, person.offences)
    return truth.remember(question, lambda: _hearings_of(person, truth))


def _hearings_of(person: Person, truth: CaseTruth) -> tuple[Hearing, ...]:
    defendants = relevant_defendants(person, truth)
    concerned = (hearing for hearing in truth.hearings.values() if hearing.concerns(defendants))
    return tuple(sorted(concerned, key=lambda hearing: truth.orders.get(hearing.id, 0)))


def first_trial(person: Person, truth: CaseTruth) -> Hearing | None:
    """Give the live trial with the earliest start that concerns a person; None when none has one."""
    return first_live(hearing for hearing in hearings_of(person, truth) if hearing.is_trial)


def first_live(hearings: Iterable[Hearing]) -> Hearing | None:
    """Give the live hearing with the earliest start; None when none has one."""
    dated = [(hearing.starts_at, hearing.id, hearing) for hearing in hearings if hearing.is_live and hearing.starts_at]
    return min(dated, key=lambda each: each[:2])[2] if dated else None


def before(hearing: Hearing | None, content: Any) -> Value:
    """Give a value of which a person must hear before a hearing, where there is one."""
    if hearing is None:
        return Value(content=content)
    return Value(content=content, hearing=hearing.id, starts_at=hearing.starts_at)


def values_for(participant: str, person: Person, truth: CaseTruth) -> tuple[tuple[str, str, Value], ...]:
    """Give each (topic, subject, value) there is for a person; who is entitled to it is not asked here."""
    requirement = truth.requirements.get(participant)
    asked = (requirement.days, requirement.session, requirement.mode) if _requires(requirement) else requirement is None
    measures = tuple(sorted(truth.measures.get(participant, {}).items()))
    question = ("values", person.role, person.defendants, person.offences, person.attendance, asked, measures)
    return truth.remember(question, lambda: tuple(_values_for(participant, person, truth)))


def _values_for(participant: str, person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    yield from _when_where(participant, person, truth)
    yield from _attendance(participant, person, truth)
    yield from _outcomes(person, truth)
    yield from _special_measures(participant, person, truth)
    for defendant in sorted(relevant_defendants(person, truth)):
        for topic, content in judgements.about_defendant(
            defendant,
            relevant_offences(person, truth, defendant),
            known=truth.offences,
            hearings=truth.hearings,
            said=truth.said,
            is_victim=person.is_victim,
        ):
            yield topic, defendant, Value(content=content)


def _requires(requirement: events.CpsRequires | events.CpsNotRequired | None) -> TypeGuard[events.CpsRequires]:
    return isinstance(requirement, events.CpsRequires)


# --- hearing.when_where -------------------------------------------------------------------------------------------


def _when_where(participant: str, person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    positions = own_positions(participant, person, truth)
    asked_to = [
        hearing
        for hearing in hearings_of(person, truth)
        if person.is_victim or hearing.is_trial  # a witness is asked to trials only
    ]
    for thread, hearings in sorted(by_thread(asked_to, truth).items()):
        value = _value_of_thread(hearings, positions)
        if value is not None:
            yield WHEN_WHERE, thread, value


def by_thread(hearings: Iterable[Hearing], truth: CaseTruth) -> dict[str, list[Hearing]]:
    """Sort hearings by their thread; one that never had a date is in none."""
    threads: dict[str, list[Hearing]] = {}
    for hearing in hearings:
        if thread := truth.threads.get(hearing.id):
            threads.setdefault(thread, []).append(hearing)
    return threads


def own_positions(participant: str, person: Person, truth: CaseTruth) -> frozenset[int]:
    """Give the days of a trial, by position, that a witness is required for; none means every day, as for a victim."""
    requirement = truth.requirements.get(participant)
    if person.is_victim or not isinstance(requirement, events.CpsRequires):
        return frozenset()
    return frozenset(requirement.days)


def own_days(hearing: Hearing, positions: frozenset[int]) -> tuple[HearingDay, ...]:
    """Give the days of a hearing that concern someone required for these positions (1 = the first listed day)."""
    return tuple(day for position, day in enumerate(hearing.days, 1) if not positions or position in positions)


def _value_of_thread(hearings: list[Hearing], positions: frozenset[int]) -> Value | None:
    on = [(hearing, live) for hearing in hearings if (live := _live_value(hearing, positions)) and live.starts_at]
    if on:
        on.sort(key=lambda pair: (pair[1].starts_at, pair[0].id))
        first_hearing, first = on[0]
        return Value(
            content={
                "state": "on",
                "class": first_hearing.about.hearing_class.value,
                "hearings": [value.content for _, value in on],
            },
            hearing=first_hearing.id,
            starts_at=first.starts_at,
        )
    last = latest(hearings) or next((each for each in hearings if each.status is HearingStatus.DUPLICATE), None)
    # A hearing that is over has nothing to tell of its date, and no news of one that was put off before it.
    return _off_value(last) if last is not None and last.status is not HearingStatus.HEARD else None


def twin_of(hearing: Hearing, truth: CaseTruth) -> Hearing | None:
    """Give the hearing of which a duplicate is the double: the only live one of its class on its first day.

    Another one that lives in its own thread is its successor. None when there is none, or more than one.
    """
    live = [other for other in truth.hearings.values() if other.is_live and other.id != hearing.id]
    own = [other for other in live if truth.threads.get(other.id) == truth.threads.get(hearing.id)]
    alike = [other for other in live if _is_alike(hearing, other)]
    if own:
        return own[0]
    return alike[0] if len(alike) == 1 else None


def _is_alike(one: Hearing, other: Hearing) -> bool:
    if one.starts_at is None or other.starts_at is None or london_date(one.starts_at) != london_date(other.starts_at):
        return False
    same_court = one.where is None or other.where is None or one.where.court == other.where.court
    same_class = one.about.hearing_class is other.about.hearing_class
    return same_court and same_class and one.concerns(frozenset(other.about.defendants))


def latest(hearings: Iterable[Hearing]) -> Hearing | None:
    """Give the last hearing of a thread that ever had a date; None when there is none."""
    dated = [hearing for hearing in hearings if hearing.status not in NEVER_DATED]
    return dated[-1] if dated else None


def _live_value(hearing: Hearing, positions: frozenset[int]) -> Value | None:
    """Give what to tell of one live hearing; None when it is not live, or no day of it is this person's."""
    if not hearing.is_live or hearing.when is None:
        return None
    common = {"class": hearing.about.hearing_class.value, "court": hearing.where.court if hearing.where else ""}
    if hearing.when.kind is DateKind.WEEK_COMMENCING and hearing.when.week_commencing is not None:
        week = hearing.when.week_commencing
        return Value(
            content=common | {"kind": "week_commencing", "week": week.isoformat(), "weeks": hearing.when.weeks},
            starts_at=start_of_hearing(week),
        )
    days = [day for day in own_days(hearing, positions) if not day.cancelled]
    if not days:
        return None
    return Value(
        content=common
        | {
            "kind": "fixed",
            "days": [[day.on.isoformat(), day.at.isoformat("minutes") if day.at else None] for day in days],
        },
        starts_at=min(start_of_hearing(day.on, day.at) for day in days),
    )


def _off_value(hearing: Hearing) -> Value:
    # A duplicate of a hearing we know has handed on what was told; of one we do not know, its date no longer stands.
    gone = {HearingStatus.LIVE: "days_cancelled", HearingStatus.DUPLICATE: "withdrawn"}
    why = gone.get(hearing.status, hearing.status.value)
    return Value(
        content={
            "state": "off",
            "class": hearing.about.hearing_class.value,
            "why": why,
            "reason": hearing.reason,
            "next": "none" if hearing.status is HearingStatus.WITHDRAWN else DateKind.TO_BE_FIXED.value,
        },
        hearing=hearing.id,
    )


def start_told(content: Any) -> datetime | None:
    """Give the first start (UTC) that a told value of hearing.when_where named; None when it named none.

    What was told may be another system's words: a form that is not ours names no start, and stops no decision.
    """
    if not isinstance(content, dict) or content.get("state") != "on":
        return None
    try:
        return min((start for hearing in content.get("hearings", ()) for start in _starts(hearing)), default=None)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def _starts(hearing: dict[str, Any]) -> Iterator[datetime]:
    if hearing.get("kind") == "week_commencing":
        yield start_of_hearing(date.fromisoformat(hearing["week"]))
    for day in hearing.get("days", ()):
        yield start_of_hearing(date.fromisoformat(day[0]), time.fromisoformat(day[1]) if day[1] else None)


def end_of(content: Any) -> datetime | None:
    """Give the end (UTC) of the last London day that a value of hearing.when_where names; None when it names none."""
    if not isinstance(content, dict) or content.get("state") != "on":
        return None
    ends = []
    for hearing in content.get("hearings", ()):
        if hearing.get("kind") == "week_commencing":
            first = date.fromisoformat(hearing["week"])
            ends.append(_end_of_day(days_later(first, 7 * hearing.get("weeks", 1) - 1)))
        ends.extend(_end_of_day(date.fromisoformat(day[0])) for day in hearing.get("days", ()))
    return max(ends, default=None)


def _end_of_day(day: date) -> datetime:
    return instant_of(day, time(23, 59))


# --- attendance, outcome, special measures ------------------------------------------------------------------------


def _attendance(participant: str, person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    requirement = truth.requirements.get(participant)
    if requirement is None or _is_over_for(person, truth):
        return
    trial = first_trial(person, truth)
    if isinstance(requirement, events.CpsRequires) and is_still_to_be_tried(person, truth):
        content: dict[str, Any] = {
            "required": True,
            "days": list(requirement.days),
            "session": requirement.session,
            "mode": requirement.mode,
        }
    else:
        content = {"required": False}
    yield ATTENDANCE, truth.case, before(trial, content)


def _special_measures(participant: str, person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    """Give the measures a court decided on; one that was only asked for is no news yet."""
    decided = {
        measure: decision
        for measure, decision in truth.measures.get(participant, {}).items()
        if decision in events.MEASURE_NEWS
    }
    if decided:
        yield SPECIAL_MEASURES, truth.case, before(first_trial(person, truth), {"measures": decided})


def _is_over_for(person: Person, truth: CaseTruth) -> bool:
    """Say whether a trial they have been to, or stayed away from, is over: there is nothing left to call off."""
    return person.attendance in (Attendance.ATTENDED, Attendance.ABSENT) and not is_still_to_be_tried(person, truth)


def _outcomes(person: Person, truth: CaseTruth) -> Iterator[tuple[str, str, Value]]:
    for hearing in hearings_of(person, truth):
        word = hearing.outcome or ("adjourned" if hearing.status is HearingStatus.ADJOURNED else "")
        if word and (person.is_victim or hearing.is_trial):
            content = {"outcome": word, "reason": hearing.reason, "class": hearing.about.hearing_class.value}
            yield OUTCOME, hearing.id, Value(content=content, hearing=hearing.id)
