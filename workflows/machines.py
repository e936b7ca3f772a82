"""How the tables are written and followed that say where a person may go next in a case.

A table is a sequence of rows made with `on`, tried from the top; `machine_for` checks it once, when its module loads,
and `step` follows it. One machine serves every person: it holds no person's state and changes nothing outside the step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Final, Generic, TypeVar

from transitions import EventData, Machine

from workflows.flags import FLAGS

StateT = TypeVar("StateT", bound=StrEnum)
Guard = Callable[[Any], bool]

STAY: Final = None
"""The target of a row that keeps the state."""


@dataclass(frozen=True, slots=True)
class Step(Generic[StateT]):
    """Where one event leads. `flag` is a key of `workflows.flags.FLAGS`: the news is kept, and a person is asked."""

    state: StateT
    moved: bool
    flag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[StateT]):
    """One line of a table: from each of `sources`, `event` leads to `target` when `guard` answers `wanted`."""

    event: str
    sources: tuple[StateT, ...]
    target: StateT | None
    guard: Guard | None = None
    wanted: bool = True
    flag: str | None = None

    def target_from(self, source: StateT) -> StateT:
        """Give the state this row leads to from `source`; for a row that stays, `source` itself."""
        return source if self.target is STAY else self.target

    @property
    def condition(self) -> str:
        """Say in words when the row holds: "only if …", "unless …"; empty for a row that always holds."""
        if self.guard is None:
            return ""
        return f"{'only if' if self.wanted else 'unless'} {self.guard.__name__.replace('_', ' ')}"


def on(
    event: str,
    sources: StateT | Sequence[StateT],
    target: StateT | None,
    *,
    only_if: Guard | None = None,
    unless: Guard | None = None,
    flag: str | None = None,
) -> Row[StateT]:
    """Write one row of a table. A guard takes the machine's facts; with neither guard the row always holds.

    `flag` asks a person about the event. Raises ValueError when both `only_if` and `unless` are given.
    """
    if only_if and unless:
        raise ValueError(f"{event}: expected only_if or unless, received both. Write two rows.")
    return Row(
        event=event,
        sources=(sources,) if isinstance(sources, StrEnum) else tuple(sources),
        target=target,
        guard=only_if or unless,
        wanted=unless is None,
        flag=flag,
    )


def machine_for(
    states: type[StateT],
    *,
    initial: StateT,
    events: Collection[str],
    table: Sequence[Row[StateT]],
    final: Collection[StateT] = (),
) -> Machine:
    """Build the one machine of a table. Raises ValueError naming every fault that `faults_in` finds."""
    if faults := tuple(faults_in(table, states=states, initial=initial, events=events, final=final)):
        raise ValueError(f"The table of {states.__name__} has faults. " + " ".join(faults))
    return Machine(
        model=None,
        states=states,
        initial=initial,
        transitions=[_as_transition(row) for row in table],
        auto_transitions=False,
        send_event=True,
    )


def step(machine: Machine, state: StateT, event: str, facts: object) -> Step[StateT]:
    """Follow `event` from `state` as `facts` allow, and give where it leads.

    Pure: the machine moves a token that is thrown away, so a guard that raises leaves nothing changed. Raises
    ValueError for a state or an event that the machine's table does not have.
    """
    _refuse_unknown(machine, state, event)
    token = _Token(state)
    if not machine.events[event].trigger(token, facts=facts):
        raise LookupError(f"Expected a row of {event} in {state} to hold; none does. Add an otherwise row.")
    return Step(state=token.state, moved=token.state is not state, flag=token.flag)


def events_that_move(machine: Machine, state: StateT) -> tuple[str, ...]:
    """Name the events that may lead away from `state`, in the order of the table, whatever the facts."""
    return tuple(
        event
        for event in machine.get_triggers(state)
        if any(transition.dest != state.name for transition in machine.get_transitions(event, source=state))
    )


def faults_in(
    table: Sequence[Row[StateT]],
    *,
    states: type[StateT],
    initial: StateT,
    events: Collection[str],
    final: Collection[StateT] = (),
) -> Iterator[str]:
    """Say, a sentence each, what is wrong with a table; nothing when it is whole.

    Whole means: only known states, events and flags; every event answered in every state by rows of which exactly the
    last is unguarded; every state reachable; no dead end but the `final` states. `transitions` itself accepts a
    misspelt source in silence, and answers nothing when no guard holds.
    """
    yield from _unknown_names(table, states, events)
    for state in states:
        for event in events:
            yield from _unanswered([row for row in table if row.event == event and state in row.sources], event, state)
    for state in set(states) - _reachable(table, initial):
        yield f"No event leads to {state}."
    for state in states:
        leaves = any(state in row.sources and row.target_from(state) is not state for row in table)
        if not leaves and state not in final:
            yield f"{state} is a dead end, but not a final state."


@dataclass(slots=True)
class _Token:
    """What the machine moves in place of a person: made for one step and then thrown away."""

    state: Any
    flag: str | None = None


def _as_transition(row: Row[StateT]) -> dict[str, Any]:
    asked = [_asking(row.guard)] if row.guard else []
    return {
        "trigger": row.event,
        "source": list(row.sources),
        "dest": Machine.wildcard_same if row.target is STAY else row.target,
        "conditions" if row.wanted else "unless": asked,
        "before": [_raising(row.flag)] if row.flag else [],
    }


def _asking(guard: Guard) -> Callable[[EventData], bool]:
    @wraps(guard)
    def ask(step_taken: EventData) -> bool:
        return guard(step_taken.kwargs["facts"])

    return ask


def _raising(flag: str) -> Callable[[EventData], None]:
    def raise_flag(step_taken: EventData) -> None:
        step_taken.model.flag = flag  # type: ignore[attr-defined]  # the model is always our token

    return raise_flag


def _refuse_unknown(machine: Machine, state: StrEnum, event: str) -> None:
    # `transitions` finds states by name: without this line a state of another machine could pass for one of this one.
    found = machine.states.get(getattr(state, "name", ""))
    if found is None or found.value is not state:
        kind = type(next(iter(machine.states.values())).value).__name__
        known = " | ".join(machine.states).lower()
        raise ValueError(f"Expected {kind} {known}; received {state!r}. Read stored text with {kind}(text).")
    if event not in machine.events:
        known = ", ".join(machine.events)
        raise ValueError(f"Expected one of the events {known}; received {event!r}. Correct the name.")


def _unknown_names(table: Sequence[Row[StateT]], states: type[StateT], events: Collection[str]) -> Iterator[str]:
    for row in table:
        named = row.sources if row.target is STAY else (*row.sources, row.target)
        for state in named:
            if not isinstance(state, states):
                yield f"{row.event}: {state!r} is not a state of {states.__name__}."
        if row.event not in events:
            yield f"{row.event} is not a known event."
        if row.flag is not None and row.flag not in FLAGS:
            yield f"{row.event}: {row.flag} is not a known flag."


def _unanswered(rows: Sequence[Row[StateT]], event: str, state: StateT) -> Iterator[str]:
    if not rows:
        yield f"No row says what {event} does in {state}."
    elif rows[-1].guard is not None:
        yield f"The rows of {event} in {state} lack an otherwise row."
    if any(row.guard is None for row in rows[:-1]):
        yield f"A row of {event} in {state} stands below its otherwise row and is never tried."


def _reachable(table: Sequence[Row[StateT]], initial: StateT) -> set[StateT]:
    reached: set[StateT] = set()
    to_visit = [initial]
    while to_visit:
        state = to_visit.pop()
        if state not in reached:
            reached.add(state)
            to_visit.extend(row.target_from(state) for row in table if state in row.sources)
    return reached
