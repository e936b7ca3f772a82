"""Works out what is owed: what is true, less what each person was told, with a due time, a rule and a reason.

core.md sections 2 and 3 are the source of every rule here. Duties are level-triggered: they are worked out from the
state after each message, so a late, repeated or reordered message cannot lose one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows import judgements, recheck, supporting, tasks, values
from workflows.duty_rows import Account, Cause, close_row, open_row, update_row
from workflows.entitlement import Rules, cap_start, earliest, rules_that_apply, warned_since, why_not
from workflows.keeping_in_touch import settle_keeping_in_touch
from workflows.rulebook import Rule
from workflows.snapshot import Change, NeedsStanding, OpenDuty, Person, Topic, TopicKey, Topics
from workflows.values import CaseTruth, Value
from workflows.working_days import london_date

# Of everything else there is a module that knows its clock.
SETTLED_HERE = frozenset((*values.TOLD_TOPICS, *tasks.TASKS))
# What has to be done before a hearing, and does not name it in its value.
HELD_BY_HEARING = frozenset((*tasks.TASKS, values.SPECIAL_MEASURES))
# What is known long before it is to be done: another day for it is another thing to do.
TO_COME = frozenset((tasks.SPECIAL_MEASURES_CHASE, tasks.NEEDS))


def settle_person(
    account: Account,
    participant: str,
    person: Person,
    truth: CaseTruth,
    rules: Rules,
    cause: Cause,
    needs: NeedsStanding,
) -> None:
    """Bring every duty of one person in line with what is true and what they were told.

    Changes `account` only. Source: core.md rules 8 to 19.
    """
    theirs = account.topics.of(participant)
    warned = warned_since(theirs.items())
    required = values.is_required(participant, person, truth)
    now_true = {
        (participant, topic, subject): value for topic, subject, value in values.values_for(participant, person, truth)
    }
    now_true |= _withdrawn(participant, person, truth, theirs, now_true)
    taken_over = tasks.was_taken_over(person, theirs.values())
    now_true |= {
        (participant, topic, subject): occasion
        for topic, subject, occasion in tasks.tasks_for(
            participant, person, truth, theirs, needs, taken_over=taken_over
        )
    }
    answers = tasks.answers(participant, person, truth)
    occasions = supporting.occasions(person, truth) if answers else {}
    for key in sorted(now_true.keys() | {key for key in theirs if key[1] in SETTLED_HERE}):
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
            taken_over=taken_over and key[1] in tasks.TASKS,
            answer=recheck.ended(participant, person, truth, now=participant in cause.rechecked)
            if key[1] == tasks.RECHECK
            else supporting.answered(
                key[1], answers, account.topics.get(key), occasions, now=participant in cause.answered
            ),
        )
    settle_keeping_in_touch(account, participant, person, truth, rules, cause)


def _withdrawn(
    participant: str,
    person: Person,
    truth: CaseTruth,
    topics: dict[TopicKey, Topic],
    now_true: dict[TopicKey, Value],
) -> dict[TopicKey, Value]:
    """Give what was told of a defendant and is gone from the results: that, too, is told (domain.md section 12)."""
    keys = (
        (participant, topic, defendant)
        for defendant in values.relevant_defendants(person, truth)
        for topic in judgements.MAY_VANISH
    )
    gone: dict[TopicKey, Any] = {key: {"offences": {}} if key[1] in judgements.PER_OFFENCE else {} for key in keys}
    gone[participant, values.SPECIAL_MEASURES, truth.case] = {"measures": {}}
    return {
        key: Value(content=content)
        for key, content in gone.items()
        if key not in now_true and key in topics and topics[key].last_told is not None
    }


def _settle_topic(
    account: Account,
    key: TopicKey,
    person: Person,
    value: Value | None,
    rules: Rules,
    cause: Cause,
    *,
    required: bool,
    warned: datetime | None,
    others: list[Topic],
    taken_over: bool,
    answer: supporting.Answered | None,
) -> None:
    topic = account.topics.get(key, Topic())
    event = cause.event
    refusal = why_not(person)
    content = value.content if value else None
    if key[1] == tasks.NEEDS and key[0] in cause.completed:
        topic = _asked_in_full(account, key, topic, person, rules, cause)
    applying = (
        rules_that_apply(rules, key[1], person, content, on=event.received_at, required=required, warned=bool(warned))
        if value and not refusal
        else ()
    )
    if value is None or refusal or not applying:
        if topic.duty is not None:
            why = refusal or (answer.reason if answer else "") or _why_no_rule(person, key[1], value)
            topic = close_row(account, key, topic, rules, person, cause, why)
        if refusal or (value is not None and not applying):
            topic = replace(topic, history=())  # the entitlement is over: it starts afresh if it comes again
        elif key[1] in tasks.TASKS and not (answer and answer.waits_for_a_trial):
            topic = replace(topic, history=(), waived="")  # so does a task with its next occasion
        _keep(account, key, topic)
        return
    if key[1] in TO_COME:
        topic = _forget_what_was_to_come(account, key, topic, person, value, rules, cause)
    topic = _note_change(topic, key, person, value, rules, applying, cause, others)
    if taken_over:
        topic = _leave_to_the_unit_before(topic, key[1], person)
    if person.gets_enhanced_time and key[0] in cause.shortened:
        topic = _shorten(topic, rules)
    topic = _apply_persons_choice(account, key, topic, rules, person, cause)
    _settle_duty(account, key, topic, rules, person, cause, warned=warned)


def _asked_in_full(account: Account, key: TopicKey, topic: Topic, person: Person, rules: Rules, cause: Cause) -> Topic:
    """End the occasion on which needs were asked about, before another one is looked for.

    What was to come in some months, and was asked about now, is done as well: the months count anew from here.
    """
    if topic.duty is None:
        return topic
    topic = close_row(account, key, topic, rules, person, cause, "done")
    return replace(topic, waived=topic.history[-1].event)


def _why_no_rule(person: Person, topic: str, value: Value | None) -> str:
    return "opted_out" if value is not None and topic in person.opted_out else "not_owed"


def _keep(account: Account, key: TopicKey, topic: Topic) -> None:
    account.topics[key] = topic
    if topic == Topic():
        del account.topics[key]


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
    now_hash = value.hash
    if topic.history and topic.history[-1].value_hash == now_hash:
        if key[1] in HELD_BY_HEARING:
            return _brought_forward(topic, person, value, rules, applying, cause)
        return topic
    received_at = max(cause.event.received_at, value.not_before or cause.event.received_at)
    start = cap_start(topic, received_at, value.starts_at, others)
    enhanced = person.gets_enhanced_time
    baseline = not topic.history and key[0] in cause.personal and _is_past(key[1], value, received_at)
    keys = tuple(sorted(each.key for each in applying))

    def change() -> Change:
        due, rule = earliest(rules, applying, received_at, enhanced=enhanced, hearing_start=start)
        return Change(
            event=cause.event.id,
            received_at=received_at,
            value=value.content,
            value_hash=now_hash,
            due=due.at,
            rule=rule.key,
            rules=keys,
            capped=due.capped,
            hearing_start=start,
            hearing=value.hearing,
            baseline=baseline,
        )

    # Whoever is owed the same news by the same rules has the very same change in their history.
    question = ("change", now_hash, value.hearing, start, enhanced, baseline, keys)
    return replace(topic, history=(*topic.history, cause.remember(question, change)))


def _leave_to_the_unit_before(topic: Topic, name: str, person: Person) -> Topic:
    """Ask nobody for what was to be done when they were taken over from another system (core.md rule 13).

    That the court or the day of it came to be known afterwards makes it no other thing to do.
    """
    history: list[Change] = []
    left: Change | None = None
    for change in topic.history:
        is_the_same = left is not None and tasks.is_same_offer(name, left.value, change.value)
        if change.received_at == person.joined_at or is_the_same:
            left = change if change.baseline else replace(change, baseline=True)
        history.append(left if left is not None and left.event == change.event else change)
    return topic if tuple(history) == topic.history else replace(topic, history=tuple(history))


def _brought_forward(
    topic: Topic,
    person: Person,
    value: Value,
    rules: Rules,
    applying: tuple[Rule, ...],
    cause: Cause,
) -> Topic:
    """Make the same thing due earlier where its hearing is nearer than it was: never later (domain.md section 2)."""
    last = topic.history[-1]
    if value.starts_at is None or last.baseline or value.starts_at <= cause.event.received_at:
        return topic
    due, rule = earliest(
        rules, applying, last.received_at, enhanced=person.gets_enhanced_time, hearing_start=value.starts_at
    )
    if due.at >= last.due:
        return topic
    nearer = replace(
        last, due=due.at, rule=rule.key, capped=due.capped, hearing_start=value.starts_at, hearing=value.hearing
    )
    return replace(topic, history=(*topic.history[:-1], nearer))


def _forget_what_was_to_come(
    account: Account, key: TopicKey, topic: Topic, person: Person, value: Value, rules: Rules, cause: Cause
) -> Topic:
    """Let go of what was to be done from a later day on, when that day is another now: its clock had not started."""
    last = topic.history[-1] if topic.history else None
    if last is None or last.value_hash == value.hash or last.received_at <= cause.event.received_at:
        return topic
    if topic.waived == last.event:
        return topic  # it was done before its day
    if topic.duty is not None:
        topic = close_row(account, key, topic, rules, person, cause, "superseded")
    return replace(topic, history=topic.history[:-1])


def _is_past(topic: str, value: Value, joined_at: datetime) -> bool:
    """Say whether a value was over when the entitlement began: a past hearing, or how one ended (core.md rule 12)."""
    if topic == values.OUTCOME:
        return True
    end = values.end_of(value.content)
    return end is not None and end < joined_at


def _shorten(topic: Topic, rules: Rules) -> Topic:
    """Enhanced rights granted shorten what is open; what is removed never lengthens it (domain.md section 2).

    The rules are those by which each change was owed when it came: what the person was told since, or is required for
    now, sets no time for older news.
    """
    history = []
    for change in topic.history:
        applying = [rules.book.rule(key, london_date(change.received_at)) for key in change.rules]
        due, rule = earliest(rules, applying, change.received_at, enhanced=True, hearing_start=change.hearing_start)
        if due.at < change.due:
            change = replace(change, due=due.at, rule=rule.key, capped=due.capped)
        history.append(change)
    return replace(topic, history=tuple(history))


def run_of(topic: Topic) -> tuple[Change, ...]:
    """Give the changes a person has not been told of: what follows the last value they were told (core.md rule 11).

    What a person ended without telling is over as well: the next change has a clock of its own.
    """
    told = topic.last_told
    after = 0
    for index, change in enumerate(topic.history):
        known = change.value_hash == told.value_hash if told is not None else change.baseline
        if known or topic.waived == change.event:
            after = index + 1
    return topic.history[after:]


def is_owed(topic: Topic, *, expects_to_come: bool = False) -> bool:
    """Say whether the current value is owed (core.md rule 10).

    Nothing told and nothing to come for: nothing to tell, unless the person expects to come all the same.
    """
    if not topic.history:
        return False
    current, told = topic.history[-1], topic.last_told
    if told is not None:
        return told.value_hash != current.value_hash and topic.waived != current.event
    is_off = current.value.get("state") == "off" or current.value.get("required") is False
    nothing_to_tell = current.baseline or (is_off and not expects_to_come)
    return not nothing_to_tell and topic.waived != current.event


def _expects_to_come(topic: Topic, person: Person, warned: datetime | None) -> bool:
    """Say whether a witness was told of the trial before it came out that they are not needed (domain.md section 6).

    A victim is told the dates in any case, and what stood when we took a person on, another system has told.
    """
    if person.is_victim or warned is None or not topic.history:
        return False
    current = topic.history[-1]
    return current.value.get("required") is False and max(warned, person.joined_at) < current.received_at


def _apply_persons_choice(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, cause: Cause
) -> Topic:
    """A person ended this duty without telling: it stays closed until the value changes."""
    for closed, reason in cause.closes:
        if closed == key and topic.duty is not None:
            topic = close_row(account, key, topic, rules, person, cause, reason)
            topic = replace(topic, waived=topic.history[-1].event)
    return topic


def _settle_duty(
    account: Account,
    key: TopicKey,
    topic: Topic,
    rules: Rules,
    person: Person,
    cause: Cause,
    *,
    warned: datetime | None,
) -> None:
    just_told = key[0] in cause.told
    if not is_owed(topic, expects_to_come=_expects_to_come(topic, person, warned)):
        if topic.duty is not None:
            topic = close_row(account, key, topic, rules, person, cause, _why_settled(topic, just_told=just_told))
        _keep(account, key, topic)
        return
    run = run_of(topic)
    if topic.duty is not None and just_told and _moved_later(topic, run):
        topic = close_row(account, key, topic, rules, person, cause, "done")
    topic = (
        open_row(account, key, topic, rules, person, run, cause)
        if topic.duty is None
        else update_row(account, key, topic, rules, person, run, cause)
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


def open_duties(topics: Topics, participant: str) -> Iterator[tuple[TopicKey, OpenDuty]]:
    """Give the open duties of one person."""
    for key, topic in topics.of(participant).items():
        if topic.duty is not None:
            yield key, topic.duty
