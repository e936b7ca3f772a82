"""Opens, updates and closes the row of a duty, with its working in words and its line in the history."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from workflows import needs, referral
from workflows.entitlement import Rules
from workflows.events import (
    ArrangementConfirmed,
    AvailabilityAsked,
    CaseEvent,
    ClosingFinished,
    CourtVisitStated,
    DutyClosedByPerson,
    NeedArranged,
    NeedsAsked,
    SpecialMeasureStated,
    SupportStated,
)
from workflows.rulebook import Rule
from workflows.snapshot import Change, OpenDuty, Person, Topic, TopicKey, Topics
from workflows.working_days import DueTime, due_time, instant_in_words, london_date

# What ends a task without a contact: the time of the entry judges it.
ENDS_A_TASK = (
    *(DutyClosedByPerson, ClosingFinished, NeedsAsked, SupportStated, CourtVisitStated, AvailabilityAsked),
    *(ArrangementConfirmed, NeedArranged, SpecialMeasureStated),
)

_DUTY_NAMESPACE = uuid.UUID("5c0a2a5e-8a53-5d4c-9d2f-9f1f3c6b7d10")

SOMEONE_MAY_TRAVEL, OTHERWISE = 0, 1

# Clocks that do not start when news came, but with a talk, or with a day before the trial; a referral's starts with the
# day of the sentence, and that of needs to be asked about again with the day on which the months are over. Their
# working must not say that something was received then.
COUNTED_FROM_ELSEWHERE = ("last_two_way_contact", "trial_date")

T = TypeVar("T")
_NOT_ASKED = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRecord:
    """One duty row as it now is. Times are UTC; `explanation` is the working, sentence by sentence."""

    id: str
    participant: str
    topic: str
    subject: str
    value: Any
    value_hash: str
    told_value: Any
    rule: str
    rules: tuple[str, ...]
    explanation: tuple[str, ...]
    hearing: str | None
    priority: int
    clock_start: datetime
    due_at: datetime
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = None
    closed_reason: str | None = None
    closed_by: str | None = None
    met: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChange:
    """One line of a duty's history."""

    duty: str
    action: str  # opened | updated | closed
    event: str
    at: datetime
    value_hash: str
    due_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The message that is being folded: its first event, and whom it is about.

    `told` are the people it told something; `personal` the people whose own facts it changed; `shortened` those whose
    time may be shorter from now on; `completed` those whose needs assessment is complete with it; `answered` those of
    whom it says how they answered an offer; `rechecked` those of whom it may have confirmed what was arranged.
    """

    event: CaseEvent
    told: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    shortened: frozenset[str] = frozenset()
    closes: tuple[tuple[TopicKey, str], ...] = ()
    completed: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    rechecked: frozenset[str] = frozenset()
    # One message means the same for most people of a case: what was worked out for one serves the next.
    remembered: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def remember(self, question: Hashable, answer: Callable[[], T]) -> T:
        """Give what was answered to this question before, else ask. The answer may depend on nothing else."""
        found = self.remembered.get(question, _NOT_ASKED)
        if found is _NOT_ASKED:
            self.remembered[question] = found = answer()
        return cast("T", found)

    def remember_run(self, question: str, run: tuple[Change, ...], answer: Callable[[], T], *more: Hashable) -> T:
        """The same for a question about a run: people have the very same changes, so their identity tells.

        The run is kept with the answer, so that no other change can take its place in memory meanwhile.
        """
        return self.remember((question, *map(id, run), *more), lambda: (run, answer()))[1]


@dataclass(slots=True)
class Account:
    """Collects what one message changes in the duties of a case."""

    topics: Topics
    records: dict[str, DutyRecord]
    changes: list[DutyChange]


def _duty_of(run: tuple[Change, ...]) -> dict[str, Any]:
    """Give what a run makes of its row: the latest value, the first clock, the lowest due time."""
    first = _counted(run)
    return {
        "run_start": run[0].event,
        "value_hash": run[-1].value_hash,
        "due": first.due,
        "clock_start": min(change.received_at for change in run),
        "rule": first.rule,
        "priority": SOMEONE_MAY_TRAVEL if any(change.capped for change in run) else OTHERWISE,
    }


def _counted(run: tuple[Change, ...]) -> Change:
    """Give the change whose time counts for the whole run: the earliest due (core.md rule 14)."""
    return min(run, key=lambda change: (change.due, change.received_at))


def open_row(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, run: tuple[Change, ...], cause: Cause
) -> Topic:
    event = cause.event
    row = duty_id(key, event.id, _opened_before(account, key, event.id))
    given = cause.remember_run("duty", run, lambda: _duty_of(run))
    duty = OpenDuty(row=row, opened_by=event.id, opened_at=event.received_at, **given)
    topic = replace(topic, duty=duty)
    _record(account, key, topic, rules, person, cause, "opened")
    return topic


def _opened_before(account: Account, key: TopicKey, event: str) -> int:
    """Count the rows this event opened before for the key. Rows of other events do not count: one that a late message
    adds among them must not give every later row another id (core.md rule 16).
    """
    return sum(
        record.opened_by == event and (record.participant, record.topic, record.subject) == key
        for record in account.records.values()
    )


def update_row(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, run: tuple[Change, ...], cause: Cause
) -> Topic:
    assert topic.duty is not None
    given = cause.remember_run("duty", run, lambda: _duty_of(run))
    if all(getattr(topic.duty, name) == value for name, value in given.items()):
        return topic
    topic = replace(topic, duty=replace(topic.duty, **given))
    _record(account, key, topic, rules, person, cause, "updated")
    return topic


def close_row(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, cause: Cause, reason: str
) -> Topic:
    _record(account, key, topic, rules, person, cause, "closed", reason)
    return replace(topic, duty=None)


def duty_id(key: TopicKey, opened_by: str, n: int) -> str:
    """Give the id of a row: the same in every refold (core.md rule 16)."""
    return str(uuid.uuid5(_DUTY_NAMESPACE, "|".join((*key, opened_by, str(n)))))


def _record(
    account: Account,
    key: TopicKey,
    topic: Topic,
    rules: Rules,
    person: Person,
    cause: Cause,
    action: str,
    reason: str = "",
) -> None:
    event, duty = cause.event, topic.duty
    assert duty is not None
    told = topic.last_told
    closed = action == "closed"
    # A row that closes keeps the working it was open with: what came true in the message that closes it is not its own.
    counting = account.topics.get(key, topic) if closed else topic
    run = _run_of_row(counting, duty)
    about = _change_of(run, duty)
    account.records[duty.row] = DutyRecord(
        id=duty.row,
        participant=key[0],
        topic=key[1],
        subject=key[2],
        value=about.value,
        value_hash=duty.value_hash,
        told_value=told.value if told else None,
        rule=duty.rule,
        rules=tuple(sorted({*about.rules, duty.rule})),  # what owes it now, and what set the time
        explanation=cause.remember_run(
            "explanation", run, lambda: explain(run, rules, person), person.gets_enhanced_time
        ),
        hearing=about.hearing,
        priority=duty.priority,
        clock_start=duty.clock_start,
        due_at=duty.due,
        opened_at=duty.opened_at,
        opened_by=duty.opened_by,
        closed_at=event.received_at if closed else None,
        closed_reason=reason if closed else None,
        closed_by=event.actor if closed else None,
        met=_was_met(topic, duty, event, reason) if closed else None,
    )
    account.changes.append(
        DutyChange(
            duty=duty.row,
            action=action,
            event=event.id,
            at=event.received_at,
            value_hash=duty.value_hash,
            due_at=duty.due,
            reason=reason,
        )
    )


def _was_met(topic: Topic, duty: OpenDuty, event: CaseEvent, reason: str) -> bool | None:
    """The time of the contact judges whether a duty was met, not when it was typed in (core.md rule 9)."""
    if reason == "done":
        told = None if isinstance(event.what, ENDS_A_TASK) else topic.last_told
        return (told.at if told else event.occurred_at) <= duty.due
    if reason == "attempts_exhausted":
        return False
    # Closed without telling: on time it says nothing; after its time it was not met (core.md rule 17).
    return None if event.received_at <= duty.due else False


def _run_of_row(topic: Topic, duty: OpenDuty) -> tuple[Change, ...]:
    """Give the changes a row speaks of: all since the one its person has been waiting to hear of."""
    events = [change.event for change in topic.history]
    return topic.history[events.index(duty.run_start) :] if duty.run_start in events else topic.history[-1:]


def _change_of(run: tuple[Change, ...], duty: OpenDuty) -> Change:
    return next((change for change in reversed(run) if change.value_hash == duty.value_hash), run[-1])


def explain(run: tuple[Change, ...], rules: Rules, person: Person) -> tuple[str, ...]:
    """Give the working of a due time in words: the rule's own counting, and why the clock did not start later.

    `run` are the changes that the person has not been told of, the oldest first.
    """
    counted = _counted(run)
    rule = rules.book.rule(counted.rule, london_date(counted.received_at))
    due, enhanced = _counting(counted, rule, rules, person)
    words = list(due.working)
    from_elsewhere = rule.clock in COUNTED_FROM_ELSEWHERE or referral.TOPIC in rule.topics
    if from_elsewhere or counted.value.get("because") == needs.MONTHS_OVER:
        words[0] = words[0].replace("Received", "Counted from", 1)
    if counted.value.get("agreed"):
        words.append("How often was agreed with them")
    elif enhanced and rule.days(True) != rule.days(False):
        words.append("The shorter time is for a person with enhanced rights, or for whom that is not decided yet")
    if len(run) > 1:
        words.append(
            f"There were {len(run)} changes since they were last told. The earliest time among them counts, that of "
            f"the change received {instant_in_words(counted.received_at)}; later ones never move it back"
        )
    return tuple(words)


def _counting(counted: Change, rule: Rule, rules: Rules, person: Person) -> tuple[DueTime, bool]:
    """Give the calculation that made this due time, and whether with enhanced days.

    Enhanced rights taken away do not lengthen what is open: its working stays the one with the shorter time.
    """
    now = person.gets_enhanced_time
    agreed = counted.value.get("every_days") if counted.value.get("agreed") else None
    dues = [
        due_time(
            counted.received_at,
            agreed or rule.days(enhanced),
            rules.calendar,
            basis=rule.days_basis,
            hearing_start=counted.hearing_start if rule.cap else None,
        )
        for enhanced in (now, not now)
    ]
    if dues[1].at == counted.due != dues[0].at:
        return dues[1], not now
    return dues[0], now
