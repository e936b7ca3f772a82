"""Turns what would widen how somebody at risk is reached into proposals for a second person (security.md SEC-26)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from witness_care.columns import new_id
from witness_care.people import risk
from witness_care.people.document import ContactPointGiven, PersonGiven
from witness_care.people.endpoints import blind_index_of, group_of
from witness_care.sealing import Plain
from workflows import safety_changes

if TYPE_CHECKING:
    from witness_care.people.service import PeopleChanges

ANSWERS = (*risk.ANSWERS, "windows")
# What of the person themselves would let more people be reached, and by which answer.
WIDENED_BY: Mapping[str, bool] = {"reached_directly": True, "representative_forbidden": False}

Key = tuple[str, str]  # the way as it is compared: its blind index, and what it reaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One person as held, what waits of them, and what a document says; `risk_stated` as in `work_out_changes`."""

    person: Any
    points: Sequence[Any]
    waits: Sequence[Any]
    said: PersonGiven
    risk_stated: bool | None

    @property
    def is_at_risk(self) -> bool:
        """At risk as held, or as this very document makes them: else one document could do both at once."""
        unsafe = any(point.unsafe for point in self.said.contact_points)
        return bool(self.person.is_at_risk or unsafe or self.risk_stated is not None)


def hold_back(found: Found, before: tuple[int, int], changes: PeopleChanges, by: str, now: datetime) -> None:
    """Leave among the rows to write only what does not widen; any answer takes the place of what waited for it."""
    settled: set[Key] = set()
    if found.is_at_risk:
        settled = _hold_back_points(found, before, changes, by, now)
    answered = {key for key, point in _keys(found) if _says_something(point)}
    _replace((each for each in found.waits if _key_of(each) in answered - settled), changes, by, now)
    _hold_back_person(found, changes, by, now)
    _hold_back_risk(found, changes, by, now)


def _hold_back_points(
    found: Found, before: tuple[int, int], changes: PeopleChanges, by: str, now: datetime
) -> set[Key]:
    """Propose what widens of each number or address; give the ways that a proposal is about."""
    confirmed = {key for key, point in _keys(found) if point.confirmed}
    of_ours = {point.id: point for point in found.points}
    added, changed = changes.new_points[before[0] :], changes.points[before[1] :]
    del changes.new_points[before[0] :], changes.points[before[1] :]
    settled = set()
    for row in added:
        key = (row["blind_index"], group_of(row["kind"]))
        if key not in confirmed and (widens := risk.widened(None, row)):
            settled.add(key)
            _propose_point(found, None, row, widens, changes, by, now)
        else:
            changes.new_points.append(row)
    for row in changed:
        point = of_ours[row["id"]]
        key = (point.blind_index, group_of(point.kind))
        widens = () if key in confirmed else risk.widened(point, row)
        if widens:
            settled.add(key)
            _propose_point(found, point, {name: row[name] for name in widens}, widens, changes, by, now)
        at_once = {name: value for name, value in row.items() if name not in widens}
        if len(at_once) > 1:
            changes.points.append(at_once)
    return settled


def _propose_point(
    found: Found,
    point: Any,
    row: Mapping[str, Any],
    widens: Sequence[str],
    changes: PeopleChanges,
    by: str,
    now: datetime,
) -> None:
    kind, index = (point.kind, point.blind_index) if point is not None else (row["kind"], row["blind_index"])
    made = new_id()
    proposal = {
        "id": made,
        "contact_point_id": None if point is None else point.id,
        "kind": kind,
        "reaches": group_of(kind),
        # Sealed anew: what is sealed is bound to its row.
        "sealed_value": None if point is not None else Plain(row["sealed_value"].text, made),
        "blind_index": index,
        "wanted": {name: row[name] for name in ANSWERS if name in row},
        "widens": list(widens),
    }
    _propose(found, proposal, changes, by, now)


def _hold_back_person(found: Found, changes: PeopleChanges, by: str, now: datetime) -> None:
    """Propose that somebody under 18 is spoken with directly, or that a representative may be contacted after all."""
    said = {name: getattr(found.said, name) for name in WIDENED_BY if getattr(found.said, name) is not None}
    if not said:
        return
    row = next((row for row in changes.persons if row["id"] == found.person.id), {})
    wanted = {
        name: value
        for each in found.waits
        if each.reaches == risk.PERSON
        for name, value in each.wanted.items()
        if name not in said
    }
    if found.is_at_risk:
        wanted |= {name: row.pop(name) for name, wider in WIDENED_BY.items() if row.get(name) is wider}
    if not row.keys() - {"id", "row_version"}:
        changes.persons[:] = [each for each in changes.persons if each is not row]
    if wanted:
        _propose(found, _of_the_person(risk.PERSON, wanted, sorted(wanted)), changes, by, now)
    else:
        _replace((each for each in found.waits if each.reaches == risk.PERSON), changes, by, now)


def _hold_back_risk(found: Found, changes: PeopleChanges, by: str, now: datetime) -> None:
    """Keep counting somebody as at risk until a second person agrees that the ground for it went."""
    if found.risk_stated is False:
        _propose(found, _of_the_person(risk.RISK, {}, [safety_changes.RISK]), changes, by, now)
    elif found.risk_stated:
        _replace((each for each in found.waits if each.reaches == risk.RISK), changes, by, now)


def _of_the_person(kind: str, wanted: Mapping[str, Any], widens: Sequence[str]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "contact_point_id": None,
        "kind": kind,
        "reaches": kind,
        "sealed_value": None,
        "blind_index": "",
        "wanted": dict(wanted),
        "widens": list(widens),
    }


def _propose(found: Found, proposal: dict[str, Any], changes: PeopleChanges, by: str, now: datetime) -> None:
    """Add the proposal unless the very same one waits. A different one for the same way gives way."""
    waits = [each for each in found.waits if _key_of(each) == _key_of_row(proposal)]
    if any(each.wanted == proposal["wanted"] for each in waits):
        return
    _replace(waits, changes, by, now)
    who = {"unit_id": found.person.unit_id, "person_id": found.person.id}
    changes.proposals.append(proposal | who | {"proposed_by": by, "proposed_at": now, "state": risk.WAITING})


def _replace(waits: Iterable[Any], changes: PeopleChanges, by: str, now: datetime) -> None:
    changes.replaced.extend(
        {"id": each.id, "state": risk.REPLACED, "decided_at": now, "decided_by": by} for each in waits
    )


def _keys(found: Found) -> list[tuple[Key, ContactPointGiven]]:
    of_ours = {point.id: point for point in found.points}
    keys = []
    for point in found.said.contact_points:
        held = of_ours.get(point.point_id)
        index = held.blind_index if held is not None else blind_index_of(point.kind, point.value)
        keys.append(((index, group_of(point.kind)), point))
    return keys


def _says_something(point: ContactPointGiven) -> bool:
    answers = any(getattr(point, name) is not None for name in ANSWERS)
    return (answers or point.unsafe or point.remove) and not point.confirmed


def _key_of(waits: Any) -> Key:
    return waits.blind_index, waits.reaches


def _key_of_row(row: Mapping[str, Any]) -> Key:
    return row["blind_index"], row["reaches"]
