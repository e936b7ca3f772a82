"""Says in a line each what support a person has, for pages that show them as they stood on a day."""

from __future__ import annotations

from collections.abc import Mapping

from witness_care import arrangement_words, dates, wording
from workflows import recheck
from workflows.snapshot import Person
from workflows.values import CaseTruth


def of(person: Person, services: Mapping[str, str]) -> tuple[str, ...]:
    """Give a line for each service, and one for the visit to the court; nothing was said of either: none.

    `services` are the names of the services of the directory, by their keys.
    """
    lines = [
        f"{wording.sentence(wording.label(wording.SUPPORT_KINDS, each.kind))}"
        f"{f', {services.get(each.service, each.service)}' if each.service else ''}: "
        f"{wording.label(wording.SUPPORT, each.state.value)}"
        for each in person.support
    ]
    if person.visit is not None:
        day = f", {dates.full_date(person.visit.on)}" if person.visit.on else ""
        lines.append(f"Visit to the court: {wording.label(wording.COURT_VISITS, person.visit.state.value)}{day}")
    return tuple(lines)


def arranged(participant: str, person: Person, truth: CaseTruth) -> tuple[str, ...]:
    """Give a line for each measure or help that was for another trial than there was then."""
    return tuple(
        f"To confirm: {arrangement_words.name(each.what)}, {arrangement_words.reason(each)}"
        for each in recheck.now_to_confirm(participant, person, truth)
    )
