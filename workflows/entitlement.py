"""Says which rules make a value owed to a person, and by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from workflows import values
from workflows.events import Role, WitnessKind
from workflows.rulebook import Rule, Rulebook
from workflows.snapshot import BEREAVED, Person, Topic, TopicKey
from workflows.working_days import Calendar, DueTime, due_time, london_date


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision is measured by: the packs in force, and the unit's working days."""

    book: Rulebook
    calendar: Calendar


def was_warned(topics: Iterable[tuple[TopicKey, Topic]]) -> bool:
    """Say whether a person was ever told of a requirement to attend, or of the date of a trial."""
    return warned_since(topics) is not None


def warned_since(topics: Iterable[tuple[TopicKey, Topic]]) -> datetime | None:
    """Give when (UTC) a person was first told of a requirement to attend, or of a trial's date; None when never."""
    return min(
        (
            told.at
            for (_, name, _), topic in topics
            for told in topic.told
            if not told.void and (_requires(name, told.value) or is_date_of_a_trial(name, told.value))
        ),
        default=None,
    )


def _requires(topic: str, value: Any) -> bool:
    return topic == values.ATTENDANCE and isinstance(value, dict) and bool(value.get("required"))


def is_date_of_a_trial(topic: str, value: Any) -> bool:
    """Say whether telling this value tells somebody that a trial is on, and when."""
    return topic == values.WHEN_WHERE and is_about_a_trial(value) and value.get("state") == "on"


def is_about_a_trial(value: Any) -> bool:
    """Say whether a told value of hearing.when_where speaks of a trial, on or off."""
    return isinstance(value, dict) and value.get("class") == "trial"


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
    return _rules_that_apply(
        rules.book,
        topic,
        london_date(on),
        person.role,
        person.witness_kind,
        required=required,
        warned=warned,
        off_when_warned=is_off and warned,
        bereaved=BEREAVED in person.grounds,
        rearrested=bool(content) and content.get("status") == "executed",
        opted_out=topic in person.opted_out,
    )


# Most people of a case are asked about with the same answer.
@lru_cache(maxsize=4096)
def _rules_that_apply(
    book: Rulebook,
    topic: str,
    on: date,
    role: Role,
    witness_kind: WitnessKind,
    *,
    required: bool,
    warned: bool,
    off_when_warned: bool,
    bereaved: bool,
    rearrested: bool,
    opted_out: bool,
) -> tuple[Rule, ...]:
    holds = {
        "always": True,
        "required": required,
        "warned": warned,
        "off_when_warned": off_when_warned,
        "bereaved": bereaved,
        "rearrested": rearrested,
    }
    return tuple(
        rule
        for rule in book.rules_for(topic, on)
        if rule.concerns(role.value, witness_kind.value)
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
