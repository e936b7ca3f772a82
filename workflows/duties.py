"""Works out what is owed: what is true, less what each person was told, with a due time, a rule and a reason.

core.md sections 2 and 3 are the source of every rule here. Duties are level-triggered: they are worked out from the
state after each message, so a late, repeated or reordered message cannot lose one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflows import codec, values
from workflows.events import Answer, CaseEvent, WitnessKind
from workflows.journey import Journey
from workflows.rulebook import Rule, Rulebook
from workflows.snapshot import Change, OpenDuty, Person, Topic, TopicKey
from workflows.values import CaseTruth, Value
from workflows.working_days import Calendar, DueTime, due_time, instant_in_words, london_date

_DUTY_NAMESPACE = uuid.UUID("5c0a2a5e-8a53-5d4c-9d2f-9f1f3c6b7d10")

SOMEONE_MAY_TRAVEL, OTHERWISE = 0, 1


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision is measured by: the packs in force, and the unit's working days."""

    book: Rulebook
    calendar: Calendar


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

    `told` are the people it told something; `personal` the people whose own facts it changed.
    """

    event: CaseEvent
    told: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    closes: tuple[tuple[TopicKey, str], ...] = ()


@dataclass(slots=True)
class Account:
    """Collects what one message changes in the duties of a case."""

    topics: dict[TopicKey, Topic]
    records: dict[str, DutyRecord]
    changes: list[DutyChange]


# --- who is entitled ----------------------------------------------------------------------------------------------


def was_warned(topics: Iterable[tuple[TopicKey, Topic]]) -> bool:
    """Say whether a person was ever told of a requirement to attend, or of the date of a trial."""
    for (_, name, _), topic in topics:
        for told in topic.told:
            if told.void or not isinstance(told.value, dict):
                continue
            if name == values.ATTENDANCE and told.value.get("required"):
                return True
            if name == values.WHEN_WHERE and told.value.get("class") == "trial" and told.value.get("state") == "on":
                return True
    return False


def why_not(person: Person) -> str:
    """Give the reason for which nothing at all is owed to this person; empty when something may be."""
    if person.died:
        return "deceased"
    return "not_owed" if person.left else ""


def rules_that_apply(
    rules: Rules, topic: str, person: Person, content: Any, *, on: datetime, required: bool, warned: bool
) -> tuple[Rule, ...]:
    """Give the rules by which this value is owed to this person, chosen by the London date of `on`.

    After an opt-out only what a rule carves out is still owed: attendance, and the date to somebody who must come
    (domain.md section 3).
    """
    is_off = bool(content) and (content.get("state") == "off" or content.get("required") is False)
    holds = {
        "always": True,
        "required": required,
        "warned": warned,
        "off_when_warned": is_off and warned,
    }
    opted_out = topic in person.opted_out
    return tuple(
        rule
        for rule in rules.book.rules_for(topic, london_date(on))
        if rule.concerns(person.role.value, person.witness_kind.value)
        and holds[rule.when]
        and (not opted_out or (rule.carve_out and holds[rule.carve_out_when]))
    )


# --- when it is due -----------------------------------------------------------------------------------------------


def earliest(
    rules: Rules, applying: Iterable[Rule], received_at: datetime, *, enhanced: bool, hearing_start: datetime | None
) -> tuple[DueTime, Rule]:
    """Give the earliest due time among the rules that apply, with its rule (core.md rule 14)."""
    timed = [
        (
            due_time(
                received_at,
                rule.days(enhanced),
                rules.calendar,
                basis=rule.days_basis,
                hearing_start=hearing_start if rule.cap else None,
            ),
            rule,
        )
        for rule in applying
    ]
    return min(timed, key=lambda pair: (pair[0].at, pair[1].key))


def cap_start(
    topic: Topic, received_at: datetime, starts_at: datetime | None, others: Iterable[Topic]
) -> datetime | None:
    """Give the start that caps a change: the earlier of the true start and the future start last told (domain.md 2)."""
    starts = [starts_at] if starts_at is not None and starts_at > received_at else []
    for each in (topic, *others):
        told = each.last_told
        told_start = values.start_told(told.value) if told else None
        if told_start is not None and told_start > received_at:
            starts.append(told_start)
    return min(starts, default=None)


# --- the account of one person ------------------------------------------------------------------------------------


def settle_person(
    account: Account, participant: str, person: Person, truth: CaseTruth, rules: Rules, cause: Cause
) -> None:
    """Bring every duty of one person in line with what is true and what they were told.

    Changes `account` only. Source: core.md rules 8 to 19.
    """
    theirs = {key: topic for key, topic in account.topics.items() if key[0] == participant}
    warned = was_warned(theirs.items())
    required = values.is_required(participant, person, truth)
    now_true = {
        (participant, topic, subject): value for topic, subject, value in values.values_for(participant, person, truth)
    }
    for key in sorted(now_true.keys() | {key for key in theirs if key[1] in values.TOLD_TOPICS}):
        others = [topic for other, topic in theirs.items() if other[1] == values.WHEN_WHERE]
        _settle_topic(
            account,
            key,
            person,
            now_true.get(key),
            rules,
            cause,
            required=required,
            warned=warned,
            others=others if key[1] == values.ATTENDANCE else [],
        )
    _settle_keeping_in_touch(account, participant, person, truth, rules, cause)


def _settle_topic(
    account: Account,
    key: TopicKey,
    person: Person,
    value: Value | None,
    rules: Rules,
    cause: Cause,
    *,
    required: bool,
    warned: bool,
    others: list[Topic],
) -> None:
    topic = account.topics.get(key, Topic())
    event = cause.event
    refusal = why_not(person)
    content = value.content if value else None
    applying = (
        rules_that_apply(rules, key[1], person, content, on=event.received_at, required=required, warned=warned)
        if value and not refusal
        else ()
    )
    if value is None or refusal or not applying:
        if topic.duty is not None:
            topic = _close(account, key, topic, rules, person, cause, refusal or _why_no_rule(person, key[1], value))
        if refusal or (value is not None and not applying):
            topic = replace(topic, history=())  # the entitlement is over: it starts afresh if it comes again
        _keep(account, key, topic)
        return
    topic = _note_change(topic, key, person, value, rules, applying, cause, others)
    if person.enhanced is not Answer.NO and key[0] in cause.personal:
        topic = _shorten(topic, key, person, rules, required=required, warned=warned)
    topic = _apply_persons_choice(account, key, topic, rules, person, cause)
    _settle_duty(account, key, topic, rules, person, value, cause)


def _why_no_rule(person: Person, topic: str, value: Value | None) -> str:
    return "opted_out" if value is not None and topic in person.opted_out else "not_owed"


def _keep(account: Account, key: TopicKey, topic: Topic) -> None:
    if topic != Topic():
        account.topics[key] = topic


def _note_change(
    topic: Topic,
    key: TopicKey,
    person: Person,
    value: Value,
    rules: Rules,
    applying: tuple[Rule, ...],
    cause: Cause,
    others: list[Topic],
) -> Topic:
    """Append the current value to the history when it differs from the last."""
    now_hash = codec.value_hash(value.content)
    if topic.history and topic.history[-1].value_hash == now_hash:
        return topic
    received_at = cause.event.received_at
    start = cap_start(topic, received_at, value.starts_at, others)
    due, rule = earliest(rules, applying, received_at, enhanced=person.gets_enhanced_time, hearing_start=start)
    change = Change(
        event=cause.event.id,
        received_at=received_at,
        value=value.content,
        value_hash=now_hash,
        due=due.at,
        rule=rule.key,
        rules=tuple(sorted(each.key for each in applying)),
        capped=due.capped,
        hearing_start=start,
        hearing=value.hearing,
        baseline=not topic.history and key[0] in cause.personal and _is_past(key[1], value, received_at),
    )
    return replace(topic, history=(*topic.history, change))


def _is_past(topic: str, value: Value, joined_at: datetime) -> bool:
    """Say whether a value was over when the entitlement began: a past hearing, or how one ended (core.md rule 12)."""
    if topic == values.OUTCOME:
        return True
    end = values.end_of(value.content)
    return end is not None and end < joined_at


def _shorten(topic: Topic, key: TopicKey, person: Person, rules: Rules, *, required: bool, warned: bool) -> Topic:
    """Enhanced rights granted shorten what is open; what is removed never lengthens it (domain.md section 2)."""
    history = []
    for change in topic.history:
        applying = rules_that_apply(
            rules, key[1], person, change.value, on=change.received_at, required=required, warned=warned
        )
        if applying:
            due, rule = earliest(rules, applying, change.received_at, enhanced=True, hearing_start=change.hearing_start)
            if due.at < change.due:
                change = replace(change, due=due.at, rule=rule.key, capped=due.capped)
        history.append(change)
    return replace(topic, history=tuple(history))


def run_of(topic: Topic) -> tuple[Change, ...]:
    """Give the changes a person has not been told of: what follows the last value they were told (core.md rule 11)."""
    told = topic.last_told
    after = 0
    for index, change in enumerate(topic.history):
        if (told is not None and change.value_hash == told.value_hash) or (told is None and change.baseline):
            after = index + 1
    return topic.history[after:]


def is_owed(topic: Topic) -> bool:
    """Say whether the current value is owed (core.md rule 10)."""
    if not topic.history:
        return False
    current, told = topic.history[-1], topic.last_told
    if told is not None:
        return told.value_hash != current.value_hash and topic.waived != current.value_hash
    is_off = current.value.get("state") == "off" or current.value.get("required") is False
    return not (is_off or current.baseline) and topic.waived != current.value_hash


def _apply_persons_choice(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, cause: Cause
) -> Topic:
    """A person ended this duty without telling: it stays closed until the value changes."""
    for closed, reason in cause.closes:
        if closed == key and topic.duty is not None:
            topic = _close(account, key, topic, rules, person, cause, reason)
            topic = replace(topic, waived=topic.history[-1].value_hash)
    return topic


def _settle_duty(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, value: Value, cause: Cause
) -> None:
    just_told = key[0] in cause.told
    if not is_owed(topic):
        if topic.duty is not None:
            topic = _close(account, key, topic, rules, person, cause, _why_settled(topic, just_told=just_told))
        _keep(account, key, topic)
        return
    run = run_of(topic)
    if topic.duty is not None and just_told and _moved_later(topic, run):
        topic = _close(account, key, topic, rules, person, cause, "done")
    topic = (
        _open(account, key, topic, rules, person, run, cause)
        if topic.duty is None
        else _update(account, key, topic, rules, person, run, cause)
    )
    account.topics[key] = topic


def _why_settled(topic: Topic, *, just_told: bool) -> str:
    if topic.last_told is None:
        return "not_owed"  # nothing was told yet, and now there is nothing to tell
    return "done" if just_told else "as_last_told"


def _moved_later(topic: Topic, run: tuple[Change, ...]) -> bool:
    """Say whether a telling moved the start of the run on: the old row is done, a new one opens (core.md rule 15)."""
    assert topic.duty is not None
    starts = [change.event for change in topic.history]
    if topic.duty.run_start not in starts:
        return False
    return starts.index(run[0].event) > starts.index(topic.duty.run_start)


def _duty_of(run: tuple[Change, ...]) -> dict[str, Any]:
    """Give what a run makes of its row: the latest value, the first clock, the lowest due time."""
    first = min(run, key=lambda change: (change.due, change.received_at))
    return {
        "run_start": run[0].event,
        "value_hash": run[-1].value_hash,
        "due": first.due,
        "clock_start": min(change.received_at for change in run),
        "rule": first.rule,
        "priority": SOMEONE_MAY_TRAVEL if any(change.capped for change in run) else OTHERWISE,
    }


def _open(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, run: tuple[Change, ...], cause: Cause
) -> Topic:
    event = cause.event
    row = duty_id(key, event.id, topic.made)
    duty = OpenDuty(row=row, opened_by=event.id, opened_at=event.received_at, **_duty_of(run))
    topic = replace(topic, duty=duty, made=topic.made + 1)
    _record(account, key, topic, rules, person, cause, "opened")
    return topic


def _update(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, run: tuple[Change, ...], cause: Cause
) -> Topic:
    assert topic.duty is not None
    duty = replace(topic.duty, **_duty_of(run))
    if duty == topic.duty:
        return topic
    topic = replace(topic, duty=duty)
    _record(account, key, topic, rules, person, cause, "updated")
    return topic


def _close(
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
    about = _change_of(topic, duty)
    closed = action == "closed"
    account.records[duty.row] = DutyRecord(
        id=duty.row,
        participant=key[0],
        topic=key[1],
        subject=key[2],
        value=about.value,
        value_hash=duty.value_hash,
        told_value=told.value if told else None,
        rule=duty.rule,
        rules=about.rules,
        explanation=explain(topic, duty, rules, person),
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
        told = topic.last_told
        return (told.at if told else event.occurred_at) <= duty.due
    if reason == "attempts_exhausted":
        return False
    # Closed without telling: on time it says nothing; after its time it was not met (core.md rule 17).
    return None if event.received_at <= duty.due else False


def _change_of(topic: Topic, duty: OpenDuty) -> Change:
    for change in reversed(topic.history):
        if change.value_hash == duty.value_hash:
            return change
    return topic.history[-1]


def explain(topic: Topic, duty: OpenDuty, rules: Rules, person: Person) -> tuple[str, ...]:
    """Give the working of a due time in words: the rule's own counting, and why the clock did not start later."""
    since = [change for change in topic.history if change.received_at >= duty.clock_start] or [topic.history[-1]]
    first = min(since, key=lambda change: (change.due, change.received_at))
    rule = rules.book.rule(first.rule, london_date(first.received_at))
    enhanced = person.gets_enhanced_time and rule.days(True) != rule.days(False)
    due = due_time(
        first.received_at,
        rule.days(person.gets_enhanced_time),
        rules.calendar,
        basis=rule.days_basis,
        hearing_start=first.hearing_start if rule.cap else None,
    )
    words = list(due.working)
    if enhanced:
        words.append("The shorter time is for a person with enhanced rights, or for whom that is not decided yet")
    if len(since) > 1:
        words.append(
            f"There were {len(since)} changes since they were last told. The time counts from the first of them, "
            f"received {instant_in_words(duty.clock_start)}; later ones never move it back"
        )
    return tuple(words)


# --- keeping in touch ---------------------------------------------------------------------------------------------


def _settle_keeping_in_touch(
    account: Account, participant: str, person: Person, truth: CaseTruth, rules: Rules, cause: Cause
) -> None:
    """Open the next talk owed at the agreed frequency, counted from the last time we spoke (PREF-FREQ)."""
    key = (participant, values.KEEP_IN_TOUCH, values.KEEP_IN_TOUCH)
    topic = account.topics.get(key, Topic())
    refusal = why_not(person)
    spoken_at = person.last_two_way_at
    clock = max(spoken_at, person.joined_at) if spoken_at else person.joined_at
    applying = (
        ()
        if refusal or not _wants_contact(participant, person, truth)
        else rules_that_apply(rules, values.KEEP_IN_TOUCH, person, {}, on=clock, required=False, warned=False)
    )
    if not applying:
        if topic.duty is not None:
            why = "opted_out" if values.KEEP_IN_TOUCH in person.opted_out else "not_owed"
            topic = _close(account, key, topic, rules, person, cause, refusal or why)
            account.topics[key] = replace(topic, history=())
        return
    due, rule = earliest(rules, applying, clock, enhanced=person.gets_enhanced_time, hearing_start=None)
    content = {"every_days": rule.days(person.gets_enhanced_time)}
    run_start = clock.isoformat()
    change = Change(
        event=run_start,
        received_at=clock,
        value=content,
        value_hash=codec.value_hash(content),
        due=due.at,
        rule=rule.key,
        rules=tuple(sorted(each.key for each in applying)),
    )
    if topic.duty is not None and topic.duty.clock_start < clock:
        done = replace(topic, told=())
        topic = _close(account, key, done, rules, person, replace(cause), "done")
    topic = replace(topic, history=(change,))
    if topic.duty is None:
        account.topics[key] = _open(account, key, topic, rules, person, (change,), cause)
        return
    if due.at > topic.duty.due and topic.duty.clock_start == clock:
        topic = replace(topic, history=(replace(change, due=topic.duty.due),))  # enhanced removed does not lengthen
    account.topics[key] = _update(account, key, topic, rules, person, topic.history, cause)


def _wants_contact(participant: str, person: Person, truth: CaseTruth) -> bool:
    """Say whether we keep in touch with this person: until the outcome, unless a witness is not needed."""
    if person.witness_kind is not WitnessKind.CIVILIAN or person.journey in (Journey.OUTCOME, Journey.CLOSED):
        return False
    if person.is_victim:
        return True
    requirement = truth.requirements.get(participant)
    return requirement is None or values.is_required(participant, person, truth)


def open_duties(topics: dict[TopicKey, Topic], participant: str) -> Iterator[tuple[TopicKey, OpenDuty]]:
    """Give the open duties of one person."""
    for key, topic in topics.items():
        if key[0] == participant and topic.duty is not None:
            yield key, topic.duty
