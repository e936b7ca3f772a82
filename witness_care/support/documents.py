"""Gives somebody's support and their visit to the court as JSON, for the document of the case."""

from __future__ import annotations

from typing import Any

from workflows.snapshot import Person


def of(person: Person | None) -> dict[str, Any]:
    """Give what support was offered to a person and how far it has come, service by service, and their visit."""
    support = person.support if person is not None else ()
    visit = person.visit if person is not None else None
    return {
        "support": [
            {"kind": each.kind, "service": each.service, "state": each.state.value, "since": each.since}
            for each in support
        ],
        "court_visit": {"state": visit.state.value, "since": visit.since, "on": visit.on} if visit else None,
    }
