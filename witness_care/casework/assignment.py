"""Says which officer holds a case and each open contact, after a supervisor gives them to somebody.

Beside `casework.apply` this is the only code that writes a duty, and it writes nothing but its officer. That a case
went from one officer to another is a fact of everybody in it: they have somebody new to speak to.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from witness_care import database
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import apply
from witness_care.columns import new_id
from witness_care.contacts.models import Duty, DutyHistory
from witness_care.people.models import Participant
from workflows.events import CaseEvent, OfficerChanged

BY_A_PERSON = "person"  # court_case.allocated_by: not by the unit's rule

_MESSAGES = uuid.UUID("0f3c2a5e-7d1b-5c84-9e60-2b8a6f4d1c97")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One open contact that changed hands, and who held it before; None: nobody."""

    duty_id: str
    case_id: str
    from_officer_id: str | None


def give_cases(
    officers: Mapping[str, str | None], *, cause: str, actor: str, now: datetime, since: datetime | None = None
) -> tuple[Given, ...]:
    """Give each case to an officer, and with it everything open on it. `officers` maps case ids to officers.

    `cause` is the id of what asked for it, kept in the history of each contact; `actor` is who did, as the journal
    names them; `since` when (UTC) the officer took over, if before `now`. Runs inside the caller's unit of work. Gives
    back the contacts that changed hands.
    """
    change_case_officers(officers, cause=cause, actor=actor, now=now, since=since)
    duties = database.session().execute(
        sa.select(Duty.id, Duty.case_id).where(Duty.case_id.in_(officers), Duty.closed_at.is_(None))
    )
    return give_duties({duty.id: officers[duty.case_id] for duty in duties}, cause=cause, now=now)


def change_case_officers(
    officers: Mapping[str, str | None],
    *,
    cause: str,
    actor: str,
    now: datetime,
    since: datetime | None = None,
    undoing: bool = False,
) -> dict[str, str | None]:
    """Give each case to an officer, so that what is owed from now on is theirs; what is open stays with whom it is.

    A case that comes to be nobody's waits from `now`; when a hand-over is undone (`undoing`), from when it had waited.
    Call it before `give_duties`: it waits for a change that is being applied to the case, so the contacts which that
    opens are seen afterwards. Gives the officer that each case had.
    """
    former = officers_of(officers)
    for officer_id, case_ids in _by_officer(officers).items():
        values: dict[str, Any] = {"officer_id": officer_id, "allocated_by": BY_A_PERSON if officer_id else None}
        if officer_id is None:
            values["without_officer_since"] = _nobodys_since(now, undoing=undoing)
        database.session().execute(sa.update(CourtCase).where(CourtCase.id.in_(case_ids)).values(values))
    changed = [case for case, officer in officers.items() if officer and former.get(case) not in (None, officer)]
    _tell_the_journal(changed, cause=cause, actor=actor, at=since or now, now=now, undoing=undoing)
    return former


def officers_of(case_ids: Collection[str]) -> dict[str, str | None]:
    """Read, and hold until the commit, which officer each case has."""
    query = sa.select(CourtCase.id, CourtCase.officer_id).where(CourtCase.id.in_(case_ids))
    query = query.order_by(CourtCase.id).with_for_update()
    return {row.id: row.officer_id for row in database.session().execute(query)}


def _tell_the_journal(
    case_ids: Collection[str], *, cause: str, actor: str, at: datetime, now: datetime, undoing: bool
) -> None:
    """Say in each case, for each person on it, that they have another officer than they had (domain.md section 8)."""
    people = sa.select(Participant.case_id, Participant.id).where(
        Participant.case_id.in_(case_ids), Participant.left_at.is_(None)
    )
    message_id = str(uuid.uuid5(_MESSAGES, f"{cause}|{'back' if undoing else 'given'}"))
    in_order: dict[str, int] = {}
    found = []
    for row in database.session().execute(people.order_by(Participant.case_id, Participant.id)):
        ordinal = in_order[row.case_id] = in_order.get(row.case_id, -1) + 1
        found.append(
            CaseEvent(
                id=new_id(),
                case_id=row.case_id,
                what=OfficerChanged(participant=row.id, back=undoing),
                received_at=at,
                occurred_at=at,
                context="officer",
                message_id=message_id,
                actor=actor,
                source="web",
                ordinal=ordinal,
            )
        )
    apply(found, actor=actor, now=now)


def _nobodys_since(now: datetime, *, undoing: bool) -> sa.ColumnElement[Any]:
    before: Any = CourtCase.without_officer_since
    if undoing:
        return sa.func.coalesce(before, sa.literal(now, before.type))
    return sa.case((CourtCase.officer_id.is_(None), before), else_=sa.literal(now, before.type))


def give_duties(officers: Mapping[str, str | None], *, cause: str, now: datetime) -> tuple[Given, ...]:
    """Give each open contact to an officer; what is closed, or already theirs, stays as it is.

    `officers` maps duty ids to officers; `cause` is the id of the hand-over that asked for it, kept in each contact's
    history. What is owed on the same case later still goes to the case's officer. Gives back what changed hands.
    """
    # A change that is being applied to one of these cases holds its lock, and writes duties in an order of its own.
    officers_of(database.session().scalars(sa.select(Duty.case_id).where(Duty.id.in_(officers)).distinct()).all())
    duties = database.session().execute(
        sa.select(Duty.id, Duty.case_id, Duty.officer_id, Duty.value_hash, Duty.due_at)
        .where(Duty.id.in_(officers), Duty.closed_at.is_(None))
        .order_by(Duty.id)
        .with_for_update()
    )
    moving = [duty for duty in duties if duty.officer_id != officers[duty.id]]
    for officer_id, duty_ids in _by_officer({duty.id: officers[duty.id] for duty in moving}).items():
        database.session().execute(sa.update(Duty).where(Duty.id.in_(duty_ids)).values(officer_id=officer_id))
    if moving:
        database.session().execute(sa.insert(DutyHistory), [_history(duty, cause, now) for duty in moving])
    return tuple(Given(duty_id=duty.id, case_id=duty.case_id, from_officer_id=duty.officer_id) for duty in moving)


def _history(duty: sa.Row, cause: str, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "duty_id": duty.id,
        "case_id": duty.case_id,
        "event_id": cause,
        "at": now,
        "action": "reassigned",
        "value_hash": duty.value_hash,
        "due_at": duty.due_at,
    }


def _by_officer(officers: Mapping[str, str | None]) -> Mapping[str | None, Collection[str]]:
    grouped: dict[str | None, list[str]] = {}
    for target_id, officer_id in officers.items():
        grouped.setdefault(officer_id, []).append(target_id)
    return grouped
