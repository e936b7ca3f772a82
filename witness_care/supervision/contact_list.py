"""Which contacts a supervisor's list shows, in what order, and the links that change it: all of it in the address."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from werkzeug.datastructures import MultiDict

from witness_care import wording
from witness_care.supervision import lateness
from witness_care.supervision.queries import NOBODY, ContactCounts, ContactFilter, Moment

DUE = {"late": "Overdue", "today": "Due later today", "later": "Due on a later day", "": "All open"}
HEADINGS = {
    "late": "Overdue contacts",
    "today": "Contacts due later today",
    "later": "Contacts due on a later day",
    "": "Open contacts",
}
PRESETS = {"critical": "Critically overdue", "soon": "Hearing within 3 days", "enhanced": "Enhanced rights"}
FIRST = "the most urgent first"
# column: its order in words, upwards and downwards
SORTS = {
    "due": ("the longest overdue first", "the latest due first"),
    "hearing": ("the soonest hearing first", "the latest hearing first"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which contacts a page shows and in what order: all of it stands in the address."""

    wanted: ContactFilter
    sort: str
    descending: bool

    def link(self, **changes: str) -> str:
        """Give the address of this view with some of it changed; paging starts again."""
        arguments = {
            **asdict(self.wanted),
            "sort": self.sort,
            "direction": "descending" if self.descending else "",
            **changes,
        }
        endpoint = "supervision.overdue" if arguments.get("due") == "late" else "supervision.contacts"
        if endpoint == "supervision.overdue":
            arguments.pop("due")
        return url_for(endpoint, **{name: value for name, value in arguments.items() if value})

    @property
    def order_words(self) -> str:
        return SORTS[self.sort][self.descending] if self.sort else FIRST

    def sorting(self, column: str) -> dict[str, str]:
        """Give what the heading of a column links to: its order, then the opposite one."""
        is_sorted = self.sort == column
        turn = is_sorted and not self.descending
        return {
            "href": self.link(sort=column, direction="descending" if turn else ""),
            "direction": ("descending" if self.descending else "ascending") if is_sorted else "",
            "next_words": f"show {SORTS[column][turn]}",
        }


def wanted_from(arguments: MultiDict[str, str]) -> ContactFilter:
    """Read which contacts an address or a form asks for. A value that does not exist is no filter."""
    return ContactFilter(
        due=one_of(arguments, "due", DUE),
        officer=arguments.get("officer", ""),
        topic=arguments.get("topic", ""),
        age=one_of(arguments, "age", lateness.KEYS),
        preset=one_of(arguments, "preset", PRESETS),
    )


def due_tabs(view: View, counts: ContactCounts) -> list[dict[str, Any]]:
    numbers = {"late": counts.late, "today": counts.today, "later": counts.later, "": counts.open}
    return [
        {"text": words, "count": numbers[due], "href": view.link(due=due, age=""), "current": due == view.wanted.due}
        for due, words in DUE.items()
    ]


def presets(view: View, counts: ContactCounts) -> list[dict[str, Any]]:
    numbers = {"critical": counts.critical, "soon": counts.soon, "enhanced": counts.enhanced}
    return [
        {
            "text": words,
            "count": numbers[preset],
            "href": view.link(preset=preset),
            "current": preset == view.wanted.preset,
        }
        for preset, words in PRESETS.items()
    ]


def bands(view: View, at: Moment, counts: ContactCounts) -> list[dict[str, Any]]:
    return [
        {
            "words": band.words,
            "count": counts.by_band[band.key],
            "href": view.link(age=band.key),
            "current": band.key == view.wanted.age,
        }
        for band in at.bands
    ]


def officer_choice(row: sa.Row) -> dict[str, str]:
    return {"value": row.officer_id or NOBODY, "text": f"{row.officer or 'Nobody'} ({row.open})"}


def filters_in_use(view: View, at: Moment, officers: Sequence[sa.Row]) -> list[dict[str, str]]:
    names = {row.officer_id or NOBODY: row.officer or "nobody" for row in officers}
    words = {
        "officer": f"held by {names.get(view.wanted.officer, 'somebody else')}",
        "topic": wording.label(wording.TOPICS, view.wanted.topic),
        "age": next((band.words for band in at.bands if band.key == view.wanted.age), view.wanted.age),
        "preset": PRESETS.get(view.wanted.preset, "").lower(),
    }
    return [
        {"words": words[name], "href": view.link(**{name: ""})}
        for name, value in asdict(view.wanted).items()
        if value and name in words
    ]


def one_of(arguments: MultiDict[str, str], name: str, known: Container[str]) -> str:
    """Read a value that must be one of those known; anything else counts as not given."""
    value = arguments.get(name, "")
    return value if value in known else ""
