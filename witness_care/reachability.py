"""Notes, during a unit of work, who may have to be left alone from now on, so that what waits for them is stopped.

Whoever changes such a fact says so here; just before the commit whoever keeps messages looks once. A unit of work that
changes nothing of the kind costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from witness_care.database import session

KEY = "left_alone"


@dataclass(slots=True)
class Noted:
    """Persons whose record changed; participants who died or left; and who asked not to be told of which topics."""

    persons: set[str] = field(default_factory=set)
    died: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    opted_out: set[tuple[str, str]] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.persons or self.died or self.left or self.opted_out)


def person_changed(person_ids: Iterable[str]) -> None:
    """Their record, or a way to reach them, is not what it was."""
    _noted().persons.update(person_ids)


def participant_died(participant_id: str) -> None:
    _noted().died.add(participant_id)


def participant_left(participant_id: str) -> None:
    _noted().left.add(participant_id)


def opted_out(participant_id: str, topics: Iterable[str]) -> None:
    _noted().opted_out.update((participant_id, topic) for topic in topics)


def take() -> Noted:
    """Give what was noted in this unit of work, and forget it."""
    return session().info.pop(KEY, None) or Noted()


def _noted() -> Noted:
    return session().info.setdefault(KEY, Noted())
