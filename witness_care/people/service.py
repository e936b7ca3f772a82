"""Keeps people and the ways to reach them: new values are added, old ones stay as history, unsafe ones stay unsafe."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import reachability
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.cases.models import CaseLink, DefendantEndpoint
from witness_care.columns import new_id
from witness_care.people import holding_back, risk
from witness_care.people.document import ContactPointGiven, PersonGiven, SafeContactGiven
from witness_care.people.endpoints import blind_index_of, group_of
from witness_care.people.models import ContactPoint, Participant, Person, SafetyChange
from witness_care.sealing import Plain

NOT_ASKED = "not_asked"
PLAIN_FIELDS = (
    *("name", "date_of_birth", "language", "deceased_on", "chosen_channel"),
    *("representative_relation", "representative_forbidden", "reached_directly"),
)
UNLESS_SAID: Mapping[str, Any] = {  # a new person's columns; a bulk insert needs every one
    "date_of_birth": None,
    "deceased_on": None,
    "chosen_channel": NOT_ASKED,
    "representative_relation": "",
    "representative_forbidden": False,
    "reached_directly": False,
}
SEALED_FIELDS = {
    "note": "safe_contact_note",
    "safe_word": "safe_word",
    "representative": "representative",
    "interpreter": "interpreter",
}
POINT_ANSWERS = ("allowed", "voicemail", "may_identify_us")
NOTHING_OF_GROUNDS: Mapping[str, bool] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPeople:
    """The people a submission names, as they are now held, with every contact point each ever had."""

    persons: Mapping[str, Any]
    points: Mapping[str, Sequence[Any]]
    waiting: Mapping[str, Sequence[Any]] = field(default_factory=dict)  # changes that wait for a second person


@dataclass(slots=True)
class PeopleChanges:
    """The rows to write, and which groups of fields changed for whom (for the personal-data log)."""

    new_persons: list[dict[str, Any]] = field(default_factory=list)
    persons: list[dict[str, Any]] = field(default_factory=list)
    new_points: list[dict[str, Any]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    collected: dict[str, set[str]] = field(default_factory=dict)
    altered: dict[str, set[str]] = field(default_factory=dict)


def visible_to(session: Session, actor: Actor, person_ids: Sequence[str]) -> tuple[str, ...]:
    """Give those of these people whom the actor may see in some case: a caller decided that it is they."""
    if not person_ids:
        return ()
    seen = (
        scope.participants(actor).with_only_columns(Participant.person_id).where(Participant.person_id.in_(person_ids))
    )
    return tuple(sorted(set(session.scalars(seen))))


def lock_people(session: Session, person_ids: Collection[str]) -> None:
    """Lock these people in the order of their ids, after their cases: a message is claimed under the same locks.

    Without it a message could be claimed with answers that a change of a number had already replaced.
    """
    if person_ids:
        query = sa.select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
        session.execute(query.with_for_update())


def load_people(session: Session, person_ids: Iterable[str]) -> HeldPeople:
    """Lock and read these people and their contact points in three statements; where a change waits, it in a fourth."""
    wanted = list(person_ids)
    lock_people(session, wanted)
    persons = session.execute(
        sa.select(
            Person.id,
            Person.row_version,
            *(getattr(Person, name) for name in (*PLAIN_FIELDS, *SEALED_FIELDS.values())),
            Person.safe_contact_confirmed_at,
            Person.unit_id,
            risk.IS_AT_RISK.label("is_at_risk"),
            risk.HAS_WAITING.label("has_waiting"),
        ).where(Person.id.in_(wanted))
    ).all()
    points: dict[str, list[Any]] = {}
    found = session.execute(
        sa.select(
            ContactPoint.id,
            ContactPoint.person_id,
            ContactPoint.kind,
            ContactPoint.blind_index,
            *(getattr(ContactPoint, name) for name in POINT_ANSWERS),
            ContactPoint.windows,
            ContactPoint.unsafe_since,
            ContactPoint.withdrawn_at,
        )
        .where(ContactPoint.person_id.in_(wanted))
        .order_by(ContactPoint.created_at, ContactPoint.id)
    )
    for point in found:
        points.setdefault(point.person_id, []).append(point)
    held_back = [person.id for person in persons if person.has_waiting]
    return HeldPeople(
        persons={person.id: person for person in persons}, points=points, waiting=risk.waiting(session, held_back)
    )


def work_out_changes(
    given: Mapping[str, PersonGiven],
    held: HeldPeople,
    *,
    unit_id: str,
    now: datetime,
    by: str = "system",
    confirmed: bool = False,
    grounds: Mapping[str, bool] = NOTHING_OF_GROUNDS,
) -> PeopleChanges:
    """Compare what was said with what is held, person by person; what was not said stays as it is.

    Of somebody at risk, what would widen how they are reached becomes a proposal of `by` (SEC-26), unless a second
    person `confirmed` it. `grounds` says whose risk the same document states (True) or takes away (False).
    """
    changes = PeopleChanges()
    for person_id, said in given.items():
        if person_id in held.persons:
            _change_person(person_id, said, held.persons[person_id], changes)
        else:
            changes.new_persons.append(_new_person(person_id, said, unit_id, now))
            changes.collected.setdefault(person_id, set()).add("identity")
        before = len(changes.new_points), len(changes.points)
        _change_points(person_id, said.contact_points, held.points.get(person_id, ()), changes, now)
        if person_id in held.persons and not confirmed:
            found = holding_back.Found(
                person=held.persons[person_id],
                points=held.points.get(person_id, ()),
                waits=held.waiting.get(person_id, ()),
                said=said,
                risk_stated=grounds.get(person_id),
            )
            holding_back.hold_back(found, before, changes, by, now)
    return changes


def save(session: Session, changes: PeopleChanges) -> None:
    """Write the changes: at most four statements, however many people there are; six with somebody at risk."""
    if changes.new_persons:
        session.execute(sa.insert(Person), changes.new_persons)
    if changes.persons:
        session.execute(sa.update(Person), changes.persons)
    if changes.new_points:
        session.execute(sa.insert(ContactPoint), changes.new_points)
    if changes.points:
        session.execute(sa.update(ContactPoint), changes.points)
    reachability.person_changed({*changes.altered, *(proposal["person_id"] for proposal in changes.proposals)})
    if changes.replaced:
        session.execute(sa.update(SafetyChange), changes.replaced)
    if changes.proposals:
        session.execute(sa.insert(SafetyChange), changes.proposals)


def mark_shared_points(session: Session, case_ids: Collection[str], now: datetime) -> tuple[str, ...]:
    """Mark every contact point of these cases' people that a defendant of one of their cases was seen with (SEC-25).

    A defendant of a case that is linked to one of theirs counts too. Marked means unsafe: it is never offered or used
    again. Gives the ids of the people concerned. One statement where nothing is shared, whichever side came first.
    """
    of_the_case = sa.select(Participant.person_id).where(Participant.case_id.in_(case_ids))
    theirs = Participant.__table__.alias("theirs")
    seen_with_a_defendant = (
        sa.select(DefendantEndpoint.id)
        .join(
            theirs,
            sa.or_(
                theirs.c.case_id == DefendantEndpoint.case_id,
                _is_linked(theirs.c.case_id, DefendantEndpoint.case_id),
            ),
        )
        .where(
            theirs.c.person_id == ContactPoint.person_id,
            DefendantEndpoint.blind_index == ContactPoint.blind_index,
            ContactPoint.blind_index != "",
        )
        .exists()
    )
    shared = (
        ContactPoint.person_id.in_(of_the_case),
        ContactPoint.unsafe_since.is_(None),
        ContactPoint.withdrawn_at.is_(None),
        seen_with_a_defendant,
    )
    found = set(session.scalars(sa.select(ContactPoint.person_id).where(*shared)))
    if not found:
        return ()
    lock_people(session, found)
    marked = session.execute(
        sa.update(ContactPoint)
        .where(*shared)
        .values(unsafe_since=now, unsafe_because="shared")
        .returning(ContactPoint.person_id)
        .execution_options(synchronize_session=False)
    )
    concerned = tuple(sorted(set(marked.scalars())))
    if concerned:
        reachability.person_changed(concerned)
    return concerned


def _new_person(person_id: str, said: PersonGiven, unit_id: str, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {"id": person_id, "unit_id": unit_id, "created_at": now, "language": "English"}
    row |= {name: getattr(said, name) for name in PLAIN_FIELDS if getattr(said, name) is not None}
    row = {**UNLESS_SAID, **row}
    safe = dict.fromkeys((*SEALED_FIELDS.values(), "safe_contact_confirmed_at"))
    return row | safe | _safe_contact(person_id, said.safe_contact, None)


def _change_person(person_id: str, said: PersonGiven, held: Any, changes: PeopleChanges) -> None:
    row = {
        name: getattr(said, name)
        for name in PLAIN_FIELDS
        if getattr(said, name) is not None and getattr(said, name) != getattr(held, name)
    }
    groups = {"identity"} if row else set()
    safe = _safe_contact(person_id, said.safe_contact, held)
    if safe:
        groups.add("safe_contact")
    if row or safe:
        changes.persons.append({"id": person_id, "row_version": held.row_version + 1} | row | safe)
        changes.altered.setdefault(person_id, set()).update(groups)


def _safe_contact(person_id: str, said: SafeContactGiven | None, held: Any) -> dict[str, Any]:
    """Give the sealed values that differ from what is held; said again, nothing is written."""
    if said is None:
        return {}
    values: dict[str, Any] = {
        column: Plain(getattr(said, name), person_id) if getattr(said, name) else None
        for name, column in SEALED_FIELDS.items()
        if getattr(said, name) is not None and not _is_held(getattr(said, name), held, column, person_id)
    }
    if said.confirmed_at is not None and (held is None or said.confirmed_at != held.safe_contact_confirmed_at):
        values["safe_contact_confirmed_at"] = said.confirmed_at
    return values


def _is_held(text: str, held: Any, column: str, person_id: str) -> bool:
    if held is None:
        return False
    sealed = getattr(held, column)
    return sealed.holds(text, person_id) if sealed is not None else not text


def _change_points(
    person_id: str, said: Sequence[ContactPointGiven], held: Sequence[Any], changes: PeopleChanges, now: datetime
) -> None:
    for point in said:
        index = "" if point.point_id else blind_index_of(point.kind, point.value)
        same = [
            old
            for old in held
            if (old.id == point.point_id if point.point_id else old.blind_index == index)
            and group_of(old.kind) == group_of(point.kind)
        ]
        current = next((old for old in same if old.withdrawn_at is None), None)
        if current is not None:
            change = _changed_point(point, current, now)
            if change:
                changes.points.append(change)
                changes.altered.setdefault(person_id, set()).add("contact_point")
        elif not point.remove and not point.point_id:
            was_unsafe = min((old.unsafe_since for old in same if old.unsafe_since), default=None)
            changes.new_points.append(_new_point(person_id, point, index, was_unsafe, now))
            changes.collected.setdefault(person_id, set()).add("contact_point")


def _new_point(
    person_id: str, said: ContactPointGiven, index: str, was_unsafe: datetime | None, now: datetime
) -> dict[str, Any]:
    point_id = new_id()
    return {
        "id": point_id,
        "person_id": person_id,
        "kind": said.kind,
        "sealed_value": Plain(said.value, point_id),
        "blind_index": index,
        **{name: getattr(said, name) or NOT_ASKED for name in POINT_ANSWERS},
        "windows": list(said.windows or ()),
        "created_at": now,
        # A number that was unsafe once does not become safe by being typed in again (SEC-26).
        "unsafe_since": was_unsafe or (now if said.unsafe else None),
        "unsafe_because": "",
        "withdrawn_at": None,
    }


def _changed_point(said: ContactPointGiven, held: Any, now: datetime) -> dict[str, Any] | None:
    wanted = {name: getattr(said, name) for name in POINT_ANSWERS if getattr(said, name) is not None}
    if said.windows is not None:
        wanted["windows"] = list(said.windows)
    changed = {name: value for name, value in wanted.items() if value != getattr(held, name)}
    if said.unsafe and held.unsafe_since is None:
        changed["unsafe_since"] = now
    if said.remove:
        changed["withdrawn_at"] = now
    return {"id": held.id} | changed if changed else None


def _is_linked(one: Any, other: Any) -> Any:
    """The condition that two cases are linked, whichever of them names the other."""
    return (
        sa.select(CaseLink.id)
        .where(
            CaseLink.unlinked_at.is_(None),
            sa.or_(
                sa.and_(CaseLink.case_id == one, CaseLink.other_case_id == other),
                sa.and_(CaseLink.case_id == other, CaseLink.other_case_id == one),
            ),
        )
        .exists()
    )
