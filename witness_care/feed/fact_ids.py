"""Finds the sender's ids in a fact, and gives the same fact with our ids in their place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from witness_care.cases.identifiers import DEFENDANT, HEARING, OFFENCE
from workflows.events import Fact

Stated = TypeVar("Stated")

# What the fields of `workflows.events` name. A field that is not here holds no id, or another fact with ids.
KIND_OF_FIELD: Mapping[str, str] = MappingProxyType(
    {
        "hearing": HEARING,
        "next_hearings": HEARING,
        "seeded_from": HEARING,
        "defendant": DEFENDANT,
        "defendants": DEFENDANT,
        "offence": OFFENCE,
        "offences": OFFENCE,
    }
)


def ids_in(fact: Fact | Any) -> Iterator[tuple[str, str]]:
    """Give (kind, id) of everything a fact names, also inside the facts within it; an empty id is left out."""
    for field in dataclasses.fields(fact):
        value = getattr(fact, field.name)
        kind = KIND_OF_FIELD.get(field.name)
        if kind is not None:
            yield from ((kind, name) for name in ((value,) if isinstance(value, str) else value) if name)
            continue
        for inside in value if isinstance(value, tuple) else (value,):
            if dataclasses.is_dataclass(inside):
                yield from ids_in(inside)


def with_our_ids(
    fact: Stated, ours: Callable[[str, str], str | None], owner: Callable[[str], str | None]
) -> Stated | None:
    """Give the fact in our ids, or None when what it is about is unknown to us.

    `ours(kind, id)` gives our id. In a list, what is unknown is left out; so is a result of an unknown defendant. A
    fact that names an offence and no defendant gets the `owner(our offence id)` of it.
    """
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(fact):  # type: ignore[arg-type]
        value = getattr(fact, field.name)
        kind = KIND_OF_FIELD.get(field.name)
        if kind is not None and isinstance(value, tuple):
            changes[field.name] = tuple(found for name in value if (found := ours(kind, name)))
        elif kind is not None and value:
            changes[field.name] = ours(kind, value)
            if changes[field.name] is None:
                return None
        elif isinstance(value, tuple) and any(dataclasses.is_dataclass(item) for item in value):
            items = (with_our_ids(item, ours, owner) for item in value)
            changes[field.name] = tuple(item for item in items if item is not None)
        elif dataclasses.is_dataclass(value):
            changes[field.name] = with_our_ids(value, ours, owner)
    if getattr(fact, "defendant", None) == "":
        changes["defendant"] = owner(changes["offence"])
        if changes["defendant"] is None:
            return None
    return dataclasses.replace(fact, **changes) if changes else fact  # type: ignore[type-var]
