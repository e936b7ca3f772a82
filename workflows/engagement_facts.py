"""Finds in a case what the engagement concern of one person may look at.

What it reads: contacts, what the person said of going on, the dates of the trials they lived through, what is owed to
them by the Code, what is to be done for them, how long the case has gone on, whether it is about domestic abuse or a
sexual offence, what they need to be able to come and what support they have.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from workflows import needs, supporting, tasks, values
from workflows.engagement import NOT_FOLLOWED, Concern, Facts, assess
from workflows.engagement_pack import EngagementPack
from workflows.entitlement import Rules, is_about_a_trial
from workflows.events import WitnessKind
from workflows.fold import truth_of
from workflows.journey import Journey
from workflows.rulebook import Rulebook
from workflows.snapshot import Change, NeedsStanding, Person, Snapshot, Topic, TopicKey, Topics
from workflows.trial_outcome_reasons import trial_outcome_reason
from workflows.values import CaseTruth
from workflows.working_days import (
    Calendar,
    days_later,
    due_time,
    london_date,
    next_working_day,
    start_of_hearing,
)

CHASE = tasks.SPECIAL_MEASURES_CHASE
CONTEXTS = frozenset(("DOMESTIC_ABUSE", "SEXUAL"))
LATE_WORKING_DAYS = 2
NO_DATE_CHANGED = ("withdrawn", "duplicate")  # such a hearing was entered wrongly, or is in the list twice


def concerns_of(
    snapshot: Snapshot, participants: Iterable[str], rules: Rules, pack: EngagementPack, now: datetime
) -> dict[str, Concern]:
    """Assess these people of one case as it stands at `now` (UTC).

    Who left or died, whose journey is closed, and who is a witness by profession is not followed up.
    """
    since = min((each.joined_at for each in snapshot.people.values()), default=None)
    concerns = {}
    walked: Walked = {}
    truth: CaseTruth | None = None
    for participant in participants:
        person = snapshot.people.get(participant)
        if person is None or not is_followed(person):
            concerns[participant] = NOT_FOLLOWED
            continue
        asked = snapshot.needs.get(participant, needs.NOTHING)
        if any(needs.not_arranged(asked)):
            truth = truth or truth_of(snapshot.case, snapshot.registers, snapshot.hearings, snapshot.defendants)
            if not values.is_required(participant, person, truth):
                asked = needs.NOTHING  # nobody has to arrange how somebody comes who need not come
        facts = facts_of(participant, person, _topics_of(snapshot, participant), rules, since, walked, asked)
        concerns[participant] = assess(facts, pack, now)
    return concerns


def is_followed(person: Person) -> bool:
    gone = person.died or person.left or person.journey is Journey.CLOSED
    return not gone and person.witness_kind is WitnessKind.CIVILIAN


def facts_of(
    participant: str,
    person: Person,
    topics: dict[TopicKey, Topic],
    rules: Rules,
    since: datetime | None,
    walked: Walked | None = None,
    asked: NeedsStanding = needs.NOTHING,
) -> Facts:
    """Give what counts for one person, from the state of their case alone; the unit has had it `since` then (UTC).

    `walked` remembers the histories of trials, which people of one case mostly share; `asked` is what they need.
    """
    changes = _changes_of_trials(topics, rules.calendar, {} if walked is None else walked)
    agreed = _agreed_days(participant, topics)
    wants_contact = values.KEEP_IN_TOUCH not in person.opted_out
    return Facts(
        reluctant_since=person.reluctant_since,
        withdrew_at=person.withdrawal.at if person.withdrawal else None,
        safety_concern_since=person.safety_concern_since,
        missed_in_a_row=person.missed_in_a_row if wants_contact else 0,
        last_missed_at=_last_missed(person) if wants_contact else None,
        silent_since=(person.last_two_way_at or person.joined_at) if agreed else None,
        agreed_days=agreed,
        relists=max((tuple(each.at for each in thread) for thread in changes), key=_how_many, default=()),
        late_change_at=max((each.at for thread in changes for each in thread if each.late), default=None),
        unexplained_change_at=_unexplained(changes, person.change_explained_at),
        case_since=since,
        offence_context_since=person.joined_at if CONTEXTS & {*person.enhanced_basis, *person.suggested} else None,
        code_duties_due=_code_duties(topics, person, rules),
        needs_assessment_due_at=_due_of(topics.get((participant, tasks.NEEDS, tasks.NEEDS))),
        practical_need_since=min((each.since or each.at for each in needs.not_arranged(asked)), default=None),
        measures_asked_for_at=_asked_for_at(topics.get((participant, CHASE, CHASE))),
        trial_at=_trial_of(topics.get((participant, CHASE, CHASE))),
        officer_changes=person.officer_changes,
        no_support_referral_since=supporting.no_referral_since(person),
        support_engaged_since=supporting.engaged_since(person),
        visited_court_at=supporting.visited_at(person),
        measures_known_since=_measures_known_since(topics),
        last_two_way_at=person.last_two_way_at,
        anything_recorded=_is_anything_recorded(person, topics),
    )


def _topics_of(snapshot: Snapshot, participant: str) -> dict[TopicKey, Topic]:
    topics = snapshot.topics
    if isinstance(topics, Topics):
        return topics.of(participant)
    return {key: topic for key, topic in topics.items() if key[0] == participant}


def _how_many(moments: tuple[datetime, ...]) -> tuple[int, tuple[datetime, ...]]:
    return len(moments), moments


def _is_anything_recorded(person: Person, topics: dict[TopicKey, Topic]) -> bool:
    """Say whether there is anything to go by: a talk or an attempt, something they said, or what they were told."""
    said = (person.reluctant_since, person.safety_concern_since, person.withdrawal, person.change_explained_at)
    tried = any(not spoken.void for spoken in person.contacts)
    return any(said) or tried or any(topic.last_told is not None for topic in topics.values())


def _last_missed(person: Person) -> datetime | None:
    return max((spoken.at for spoken in person.contacts if spoken.outcome.is_missed and not spoken.void), default=None)


def _agreed_days(participant: str, topics: dict[TopicKey, Topic]) -> int:
    """Give how often we agreed to talk, while we owe that talk; 0 when nothing is agreed."""
    topic = topics.get((participant, values.KEEP_IN_TOUCH, values.KEEP_IN_TOUCH))
    return int(topic.history[-1].value["every_days"]) if topic is not None and topic.history else 0


def _code_duties(topics: dict[TopicKey, Topic], person: Person, rules: Rules) -> tuple[datetime, ...]:
    """Give when each piece of news that the Code owes them is due: by its own time, where a shorter one goes first."""
    open_news = (topic for key, topic in topics.items() if topic.duty is not None and not tasks.is_task(key[1]))
    found = (_due_by_the_code(topic, person, rules) for topic in open_news)
    return tuple(sorted(due for due in found if due is not None))


def _due_by_the_code(topic: Topic, person: Person, rules: Rules) -> datetime | None:
    """Give when the Code has something open due; None when it is owed by local policy alone."""
    of_the_code, duty, last = _rules_of_the_code(rules.book), topic.duty, topic.history[-1]
    if duty is not None and duty.rule in of_the_code:
        return duty.due
    key = next((key for key in last.rules if key in of_the_code), None)
    if key is None:
        return None
    rule = rules.book.rule(key, london_date(last.received_at))
    days = rule.days(person.gets_enhanced_time)
    return due_time(last.received_at, days, rules.calendar, basis=rule.days_basis).at


def _due_of(topic: Topic | None) -> datetime | None:
    return topic.duty.due if topic is not None and topic.duty is not None else None


def _asked_for_at(topic: Topic | None) -> datetime | None:
    """Give since when we know that measures wait for a decision, while nobody has asked the CPS about them."""
    return topic.duty.opened_at if topic is not None and topic.duty is not None else None


def _measures_known_since(topics: dict[TopicKey, Topic]) -> datetime | None:
    """Give when they were told of special measures that were granted, while that is how it stands."""
    for key, topic in topics.items():
        told = topic.last_told if key[1] == values.SPECIAL_MEASURES else None
        if told is None or not topic.history or topic.history[-1].value_hash != told.value_hash:
            continue
        measures = told.value.get("measures") if isinstance(told.value, dict) else None
        if isinstance(measures, dict) and "granted" in measures.values():
            return told.at
    return None


def _trial_of(topic: Topic | None) -> datetime | None:
    if topic is None or topic.duty is None or not topic.history:
        return None
    return start_of_hearing(date.fromisoformat(topic.history[-1].value["trial"]))


@lru_cache(maxsize=16)
def _rules_of_the_code(book: Rulebook) -> frozenset[str]:
    return frozenset(rule.key for rule in book.rules if rule.basis == "code")


# --- how often the date of a trial changed ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _TrialMove:
    at: datetime
    late: bool
    has_reason: bool


@dataclass(slots=True)
class _Walk:
    """Walks through what was to be told of one trial. A date lost and the next one are one change."""

    calendar: Calendar
    moves: list[_TrialMove] = field(default_factory=list)
    stands: Any = None  # the last date that stood
    is_off: bool = False

    def take(self, change: Change) -> None:
        value = change.value
        if value.get("state") == "on":
            if self.stands is not None and not self.is_off and not is_within(value, self.stands):
                self._moved(change, reason="")
            self.stands, self.is_off = value, False
        elif self.stands is not None and value.get("why") not in NO_DATE_CHANGED:
            if not self.is_off:
                self._moved(change, reason=value.get("reason", ""))
                self.is_off = True
            elif _is_known(value.get("reason", "")):
                last = self.moves[-1]
                self.moves[-1] = _TrialMove(last.at, last.late, has_reason=True)

    def _moved(self, change: Change, *, reason: str) -> None:
        start = values.start_told(self.stands)
        late = start is not None and self._is_late(change.received_at, start, lost=change.value.get("state") == "off")
        self.moves.append(_TrialMove(change.received_at, late, has_reason=_is_known(reason)))

    def _is_late(self, received_at: datetime, start: datetime, *, lost: bool) -> bool:
        """Say whether fewer than two working days lay between the news and the day of the trial.

        A date that is said to be lost once its day is past was lost on the day.
        """
        if london_date(received_at) > london_date(start):
            return lost
        enough = london_date(received_at)
        for _ in range(LATE_WORKING_DAYS):
            enough = next_working_day(enough, self.calendar)
        return london_date(start) < enough


# The moves of a trial by the changes of its history: the very same objects, while the snapshot holds them.
Walked = dict[tuple[int, ...], tuple[_TrialMove, ...]]


def _changes_of_trials(
    topics: dict[TopicKey, Topic], calendar: Calendar, walked: Walked
) -> list[tuple[_TrialMove, ...]]:
    found = []
    for (_, name, _), topic in sorted(topics.items()):
        if name == values.WHEN_WHERE and any(is_about_a_trial(change.value) for change in topic.history):
            same = tuple(map(id, topic.history))
            if same not in walked:
                walked[same] = _moves(topic.history, calendar)
            found.append(walked[same])
    return found


def _moves(history: Iterable[Change], calendar: Calendar) -> tuple[_TrialMove, ...]:
    walk = _Walk(calendar)
    for change in history:
        if is_about_a_trial(change.value):
            walk.take(change)
    return tuple(walk.moves)


def _is_known(reason: str) -> bool:
    return bool(reason) and trial_outcome_reason(reason) is not None


def is_within(value: Any, before: Any) -> bool:
    """Say whether a date is the one that stood: it begins on the same day, or in the week that was announced."""
    now, then = values.start_told(value), values.start_told(before)
    if now is None or then is None:
        return now is then
    first, day = london_date(then), london_date(now)
    return first <= day <= days_later(first, _days_of_window(before) - 1)


def _days_of_window(value: Any) -> int:
    weeks = [hearing.get("weeks", 1) for hearing in value["hearings"] if hearing.get("kind") == "week_commencing"]
    return 7 * max(weeks) if weeks else 1


def _unexplained(changes: list[tuple[_TrialMove, ...]], explained_at: datetime | None) -> datetime | None:
    """Give the last change of a date that nobody gave a reason for, unless it was explained to the person since."""
    last = max((each.at for thread in changes for each in thread if not each.has_reason), default=None)
    return last if last is not None and (explained_at is None or explained_at < last) else None
