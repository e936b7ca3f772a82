"""Hands contacts and cases over to another officer: freeze what was selected, confirm, and undo within a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from witness_care import database
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import UserUnit
from witness_care.cases.models import CourtCase
from witness_care.casework import assignment
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.supervision import hand_over_queries, queries
from witness_care.supervision.models import Reassignment, ReassignmentItem

UNDO_SECONDS = 24 * 60 * 60
DUTY, CASE = "duty", "case"
SHARE_OUT = "share"  # in place of one officer: among all who may be chosen

# What became of an item.
MOVED, GONE, ALREADY, CHANGED, OTHER_UNIT = "moved", "gone", "already", "changed", "other_unit"
RESTORED, KEPT = "restored", "kept"

WORDS: Mapping[str, str] = {
    MOVED: "Reassigned",
    GONE: "Not reassigned: it is not open any more",
    ALREADY: "Not reassigned: this officer has it already",
    CHANGED: "Not reassigned: it changed hands after you selected it",
    OTHER_UNIT: "Not reassigned: this officer does not work in its unit",
    RESTORED: "Put back",
    KEPT: "Left as it is: it is closed, or changed hands again",
}


class NotAnOfficer(Exception):
    """The person chosen may not be given work in the supervisor's units."""


def freeze(actor: Actor, kind: str, ids: Collection[str], now: datetime) -> str | None:
    """Keep which contacts or cases were selected, and give the id of this hand-over; None when nothing is left.

    What the supervisor may not see, or what is closed by now, is left out: it does not exist for them.
    """
    with database.writing() as session:
        found = _selectable(actor, kind, ids)
        if not found:
            return None
        reassignment = Reassignment(id=new_id(), kind=kind, made_by=actor.id, made_at=now)
        session.add(reassignment)
        session.flush()
        session.add_all(
            ReassignmentItem(
                reassignment_id=reassignment.id,
                target_kind=kind,
                target_id=row.id,
                case_id=row.case_id,
                from_officer_id=row.officer_id,
            )
            for row in found
        )
        return reassignment.id


def hand_over(actor: Actor, reassignment_id: str, to_officer: str, *, with_cases: bool, now: datetime) -> None:
    """Give a frozen selection to an officer, or share it out, once: a second call changes nothing.

    `with_cases` gives the cases as well, with all their open contacts, so that what is owed later follows. Raises
    NotAnOfficer when that officer may not be chosen, LookupError when the selection is not this supervisor's.
    """
    with database.writing() as session:
        reassignment = hand_over_queries.own_reassignment(actor, reassignment_id)
        if reassignment.done_at:
            return
        items = hand_over_queries.items(reassignment_id)
        _decide(items, actor=actor, kind=reassignment.kind, officers=_officers(actor, to_officer))
        whole_cases = with_cases or reassignment.kind == CASE
        moved = _move(items, whole_cases=whole_cases, cause=reassignment_id, actor=actor.reference, now=now)
        session.add_all(moved)
        reassignment.done_at = now
        reassignment.with_cases = whole_cases
        reassignment.shared_out = to_officer == SHARE_OUT


def may_undo(reassignment: Reassignment, now: datetime) -> bool:
    """Say whether a hand-over can still be undone: done, not undone before, and not more than a day ago."""
    if not reassignment.done_at or reassignment.undone_at:
        return False
    return (now - reassignment.done_at).total_seconds() <= UNDO_SECONDS


def undo(actor: Actor, reassignment_id: str, now: datetime) -> bool:
    """Give back what a hand-over moved, except what was closed or changed hands again. False when it is too late."""
    with database.writing():
        reassignment = hand_over_queries.own_reassignment(actor, reassignment_id)
        if not may_undo(reassignment, now):
            return False
        moved = [item for item in hand_over_queries.items(reassignment_id) if item.outcome == MOVED]
        cases = _cases_to_give_back([item for item in moved if item.target_kind == CASE])
        duties = _contacts_to_give_back([item for item in moved if item.target_kind == DUTY], cases)
        officers = {item.target_id: item.from_officer_id for item in cases}
        assignment.change_case_officers(officers, cause=reassignment_id, actor=actor.reference, now=now, undoing=True)
        assignment.give_duties(duties, cause=reassignment_id, now=now)
        restored = {item.target_id for item in cases} | set(duties)
        for item in moved:
            item.outcome = RESTORED if item.target_id in restored else KEPT
        reassignment.undone_at = now
        return True


# --- who gets what ----------------------------------------------------------------------------------------------


def _officers(actor: Actor, to_officer: str) -> dict[str, set[str]]:
    """Give the units of each officer who takes part, those with the fewest open contacts first."""
    officers = queries.officers_to_choose(actor)
    chosen = [officer for officer in officers if to_officer in (officer.id, SHARE_OUT)]
    if not chosen:
        raise NotAnOfficer(to_officer)
    units: dict[str, set[str]] = {officer.id: set() for officer in sorted(chosen, key=lambda officer: officer.open)}
    rows = sa.select(UserUnit.user_id, UserUnit.unit_id).where(UserUnit.user_id.in_(units))
    for row in database.session().execute(rows):
        units[row.user_id].add(row.unit_id)
    return units


def _decide(
    items: Sequence[ReassignmentItem], *, actor: Actor, kind: str, officers: Mapping[str, Collection[str]]
) -> None:
    """Write into each item to whom it goes, or why not. All contacts of one case go to one officer."""
    held = {row.id: row for row in _selectable(actor, kind, [item.target_id for item in items])}
    given = dict.fromkeys(officers, 0)
    officer_of_case: dict[str, str | None] = {}
    for item in items:
        row = held.get(item.target_id)
        if row is None:
            item.outcome = GONE
            continue
        if item.case_id not in officer_of_case:
            able = [officer for officer, units in officers.items() if row.unit_id in units]
            officer_of_case[item.case_id] = min(able, key=lambda officer: given[officer], default=None)
        item.to_officer_id = officer_of_case[item.case_id]
        item.outcome = _outcome(item, row)
        if item.to_officer_id:
            given[item.to_officer_id] += 1


def _outcome(item: ReassignmentItem, held: sa.Row) -> str:
    if item.to_officer_id is None:
        return OTHER_UNIT
    if held.officer_id == item.to_officer_id:
        return ALREADY
    # Somebody decided meanwhile who has it: that decision stands.
    return MOVED if held.officer_id == item.from_officer_id else CHANGED


def _move(
    items: Sequence[ReassignmentItem], *, whole_cases: bool, cause: str, actor: str, now: datetime
) -> list[ReassignmentItem]:
    """Move what was decided, and give a further item for every case and contact that went along."""
    along: list[ReassignmentItem] = []
    duties = {
        item.target_id: item.to_officer_id for item in items if item.outcome == MOVED and item.target_kind == DUTY
    }
    if whole_cases:
        cases = {item.case_id: item.to_officer_id for item in items if item.outcome in (MOVED, ALREADY)}
        former = assignment.change_case_officers(cases, cause=cause, actor=actor, now=now)
        changed = {item.target_id for item in items if item.outcome == CHANGED}
        opened = _open_contacts(Duty.case_id.in_(cases))
        duties = {row.id: cases[row.case_id] for row in opened if row.id not in changed}
        along += [
            _along(cause, CASE, case_id, case_id, former[case_id], officer)
            for case_id, officer in cases.items()
            if former[case_id] != officer
        ]
    for given in assignment.give_duties(duties, cause=cause, now=now):
        along.append(_along(cause, DUTY, given.duty_id, given.case_id, given.from_officer_id, duties[given.duty_id]))
    selected = {(item.target_kind, item.target_id) for item in items}
    return [item for item in along if (item.target_kind, item.target_id) not in selected]


def _along(
    cause: str, kind: str, target_id: str, case_id: str, former: str | None, officer: str | None
) -> ReassignmentItem:
    return ReassignmentItem(
        reassignment_id=cause,
        target_kind=kind,
        target_id=target_id,
        case_id=case_id,
        selected=False,
        from_officer_id=former,
        to_officer_id=officer,
        outcome=MOVED,
    )


# --- and back again ---------------------------------------------------------------------------------------------


def _cases_to_give_back(items: Sequence[ReassignmentItem]) -> list[ReassignmentItem]:
    held = assignment.officers_of([item.target_id for item in items])
    return [item for item in items if held.get(item.target_id) == item.to_officer_id]


def _contacts_to_give_back(
    items: Sequence[ReassignmentItem], cases: Sequence[ReassignmentItem]
) -> dict[str, str | None]:
    """Map each contact to whom it goes back. What opened since on a case that goes back goes with that case."""
    by_duty = {item.target_id: item for item in items}
    by_case = {item.target_id: item for item in cases}
    back: dict[str, str | None] = {}
    for row in _open_contacts(sa.or_(Duty.id.in_(by_duty), Duty.case_id.in_(by_case))):
        item = by_duty.get(row.id) or by_case[row.case_id]
        if row.officer_id == item.to_officer_id:
            back[row.id] = item.from_officer_id
    return back


# --- rows -------------------------------------------------------------------------------------------------------


def _selectable(actor: Actor, kind: str, ids: Collection[str]) -> Sequence[sa.Row]:
    if kind == DUTY:
        query = scope.duties(actor).where(Duty.id.in_(ids), Duty.closed_at.is_(None))
        query = query.with_only_columns(Duty.id, Duty.case_id, Duty.unit_id, Duty.officer_id)
        return database.session().execute(query.order_by(Duty.priority, Duty.due_at, Duty.id)).all()
    query = (
        scope.cases(actor)
        .where(CourtCase.id.in_(ids))
        .with_only_columns(CourtCase.id, CourtCase.id.label("case_id"), CourtCase.unit_id, CourtCase.officer_id)
    )
    return database.session().execute(query.order_by(CourtCase.without_officer_since, CourtCase.id)).all()


def _open_contacts(condition: sa.ColumnElement[bool]) -> Sequence[sa.Row]:
    query = sa.select(Duty.id, Duty.case_id, Duty.officer_id).where(condition, Duty.closed_at.is_(None))
    return database.session().execute(query).all()
