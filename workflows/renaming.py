"""Says a fact of one case in the ids of another, and finds which ids a fact names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows import events
from workflows.events import Fact, fact_from, payload_of

SUBJECT = "subject"
IDS = frozenset(
    {
        *("participant", "defendant", "offence", "hearing"),
        *("defendants", "offences", "seeded_from", "next_hearings"),
    }
)


def renamed(fact: Fact, names: Mapping[str, str], subjects: Mapping[str, str]) -> Fact:
    """Give a fact with every id replaced that `names` knows, in told values too.

    `subjects` are the names of what people are told about: the threads of hearings, which are not always the hearings
    of the same id.
    """
    if not names and not subjects:
        return fact
    return fact_from(type(fact).__name__, _renamed(payload_of(fact), names, subjects, key=""))


def _renamed(data: Any, names: Mapping[str, str], subjects: Mapping[str, str], *, key: str) -> Any:
    if isinstance(data, str):
        if key == SUBJECT:
            return subjects.get(data, data)
        return names.get(data, data) if key in IDS else data
    if isinstance(data, list):
        return [_renamed(item, names, subjects, key=key) for item in data]
    if isinstance(data, dict):
        # A told verdict or sentence has the offences themselves for names.
        named = {(names.get(name, name) if key == "offences" else name): item for name, item in data.items()}
        return {name: _renamed(item, names, subjects, key=name) for name, item in named.items()}
    return data


def ids_named(fact: Fact) -> Iterator[tuple[str, str]]:
    """Give every id a fact names, with its kind: defendant, offence, hearing or participant."""
    for kind in ("defendant", "offence", "hearing", "participant"):
        if name := getattr(fact, kind, ""):
            yield kind, name
    about = fact if isinstance(fact, events.ParticipantRecorded) else getattr(fact, "about", None)
    for name in getattr(about, "defendants", ()):
        yield "defendant", name
    for name in (*getattr(about, "offences", ()), *getattr(fact, "offences", ())):
        yield "offence", name
    for result in getattr(fact, "results", ()):
        yield "defendant", result.defendant
        yield "offence", result.offence
    for name in (*getattr(about, "seeded_from", ()), *getattr(fact, "next_hearings", ())):
        yield "hearing", name
