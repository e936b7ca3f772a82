"""Holds a machine's table against a hand-written truth table, answer by answer.

The expectation knows nothing of the code: the caller gives it as a function of state, event and the guards' answers.
Each guard of the table under test is replaced by one that reads its answer from the facts, so that every combination is
tried, also those that no real case can show.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from workflows.machines import Row, machine_for, step

Answers = Mapping[str, bool]
Expected = Callable[[StrEnum, str, Answers], tuple[StrEnum, str | None]]


def every_combination(guards: Sequence[str]) -> Iterator[Answers]:
    for outcome in itertools.product((False, True), repeat=len(guards)):
        yield dict(zip(guards, outcome, strict=True))


def mistakes(
    table: Sequence[Row[Any]],
    *,
    module: Any,
    guards: Sequence[str],
    expected: Expected,
    final: Sequence[StrEnum] = (),
) -> Iterator[str]:
    """Give a sentence for each answer of the table that differs from the expected state and flag."""
    states = type(table[0].sources[0])
    machine = machine_for(
        states,
        initial=next(iter(states)),
        events=module.EVENTS,
        table=[_answered_by_facts(row) for row in table],
        final=final,
    )
    for state, event, answers in itertools.product(states, module.EVENTS, list(every_combination(guards))):
        taken = step(machine, state, event, answers)
        if (taken.state, taken.flag) != expected(state, event, answers):
            yes = " and ".join(guard for guard, answer in answers.items() if answer) or "no guard"
            yield f"{event} in {state}, when {yes} holds: led to {taken.state}, flag {taken.flag}"


def seeded_faults(table: Sequence[Row[Any]]) -> Iterator[tuple[str, list[Row[Any]]]]:
    """Give the table again and again, each time with one row wrong: its target, its guard, its flag or its place."""
    for at, row in enumerate(table):
        for wrong in type(row.sources[0]):
            if any(row.target_from(source) is not wrong for source in row.sources):
                yield f"row {at} leads to {wrong}", _with(table, at, replace(row, target=wrong))
                break
        if row.guard is not None:
            yield f"row {at} asks the opposite", _with(table, at, replace(row, wanted=not row.wanted))
        if row.flag is not None:
            yield f"row {at} asks nobody", _with(table, at, replace(row, flag=None))
    for at, (row, following) in enumerate(itertools.pairwise(table)):
        tried_together = (row.event, row.sources) == (following.event, following.sources)
        if tried_together and row.guard and following.guard:
            yield f"row {at} is tried too late", [*table[:at], following, row, *table[at + 2 :]]


def is_caught(
    table: Sequence[Row[Any]],
    *,
    module: Any,
    guards: Sequence[str],
    expected: Expected,
    final: Sequence[StrEnum] = (),
) -> bool:
    """Say whether a wrong table is noticed, either as a table with a fault or by an answer that differs."""
    try:
        return next(mistakes(table, module=module, guards=guards, expected=expected, final=final), None) is not None
    except ValueError:
        return True


def _answered_by_facts(row: Row[Any]) -> Row[Any]:
    if row.guard is None:
        return row
    name = row.guard.__name__
    return replace(row, guard=lambda answers: answers[name])


def _with(table: Sequence[Row[Any]], at: int, row: Row[Any]) -> list[Row[Any]]:
    return [*table[:at], row, *table[at + 1 :]]
