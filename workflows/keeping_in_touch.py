"""Opens the next talk owed at the agreed frequency, counted from the last time we spoke: rule PREF-FREQ."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows import codec, values
from workflows.duty_rows import Account, Cause, close_row, open_row, update_row
from workflows.entitlement import Rules, earliest, rules_that_apply, why_not
from workflows.events import ContactCorrected, WitnessKind
from workflows.journey import Journey
from workflows.rulebook import Rule
from workflows.snapshot import Change, Person, Topic, TopicKey
from workflows.values import CaseTruth
from workflows.working_days import due_time

AGREED = "agreed"  # in the value of a talk owed: how often was agreed with the person


def settle_keeping_in_touch(
    account: Account, participant: str, person: Person, truth: CaseTruth, rules: Rules, cause: Cause
) -> None:
    """Open the next talk owed at the agreed frequency, counted from the last time we spoke (PREF-FREQ)."""
    key = (participant, values.KEEP_IN_TOUCH, values.KEEP_IN_TOUCH)
    topic = account.topics.get(key, Topic())
    refusal = why_not(person)
    topic = _ended_by_a_person(account, key, topic, rules, person, cause)
    clock = _counts_from(topic, person)
    applying = (
        ()
        if refusal or not _wants_contact(participant, person, truth)
        else rules_that_apply(rules, values.KEEP_IN_TOUCH, person, {}, on=clock, required=False, warned=False)
    )
    if not applying:
        if topic.duty is not None:
            why = "opted_out" if values.KEEP_IN_TOUCH in person.opted_out else "not_owed"
            topic = close_row(account, key, topic, rules, person, cause, refusal or why)
            account.topics[key] = replace(topic, history=())
        return
    enhanced = person.gets_enhanced_time
    question = ("keep in touch", clock, enhanced, person.every_days, tuple(rule.key for rule in applying))
    change = cause.remember(question, lambda: _talk_owed(applying, clock, rules, person))
    if topic.duty is not None and topic.duty.clock_start < clock:
        done = replace(topic, told=())
        # The clock also moves on when an early talk turns out never to have taken place.
        why = "corrected" if isinstance(cause.event.what, ContactCorrected) else "done"
        topic = close_row(account, key, done, rules, person, replace(cause), why)
    held = topic
    if topic.history != (change,):
        topic = replace(topic, history=(change,))
    if topic.duty is None:
        account.topics[key] = open_row(account, key, topic, rules, person, (change,), cause)
        return
    if change.due > topic.duty.due and topic.duty.clock_start == clock and not _was_agreed(held, change):
        topic = replace(topic, history=(replace(change, due=topic.duty.due),))  # enhanced removed does not lengthen
    account.topics[key] = update_row(account, key, topic, rules, person, topic.history, cause)


def _talk_owed(applying: tuple[Rule, ...], clock: datetime, rules: Rules, person: Person) -> Change:
    due, rule = earliest(rules, applying, clock, enhanced=person.gets_enhanced_time, hearing_start=None)
    content: dict[str, Any] = {"every_days": rule.days(person.gets_enhanced_time)}
    if person.every_days is not None:
        content = {"every_days": person.every_days, AGREED: True}
        due = due_time(clock, person.every_days, rules.calendar, basis=rule.days_basis)
    return Change(
        event=clock.isoformat(),
        received_at=clock,
        value=content,
        value_hash=codec.value_hash(content),
        due=due.at,
        rule=rule.key,
        rules=tuple(sorted(each.key for each in applying)),
    )


def _was_agreed(held: Topic, change: Change) -> bool:
    """Say whether the interval is, or until now was, one agreed with the person: to agree on a longer one counts."""
    return any(each.value.get(AGREED) for each in (*held.history, change))


def _ended_by_a_person(
    account: Account, key: TopicKey, topic: Topic, rules: Rules, person: Person, cause: Cause
) -> Topic:
    """A person ended it without a talk: the next one is owed an interval after that."""
    for closed, reason in cause.closes:
        if closed == key and topic.duty is not None and topic.duty.opened_by != cause.event.id:
            topic = close_row(account, key, topic, rules, person, cause, reason)
            account.topics[key] = topic = replace(topic, waived=cause.event.received_at.isoformat())
    return topic


def _counts_from(topic: Topic, person: Person) -> datetime:
    """Give when (UTC) the interval began: the last talk, else the joining; or when a person last ended this duty.

    Somebody taken over from another system was spoken with before they joined here: that talk counts.
    """
    last = person.last_two_way_at or person.joined_at
    return max(last, datetime.fromisoformat(topic.waived)) if topic.waived else last


def _wants_contact(participant: str, person: Person, truth: CaseTruth) -> bool:
    """Say whether we keep in touch with this person: until the outcome, unless a witness is not needed."""
    if person.witness_kind is not WitnessKind.CIVILIAN or person.journey in (Journey.OUTCOME, Journey.CLOSED):
        return False
    if person.is_victim:
        return True
    requirement = truth.requirements.get(participant)
    return requirement is None or values.is_required(participant, person, truth)
