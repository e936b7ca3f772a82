"""What a hand-over selected, and what came of it."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from witness_care import database
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.cases.models import CourtCase
from witness_care.contacts.models import Duty
from witness_care.people.models import Participant, Person
from witness_care.supervision.models import Reassignment, ReassignmentItem

ROWS = 100  # on the page that asks to confirm; the rest is counted


def own_reassignment(actor: Actor, reassignment_id: str) -> Reassignment:
    """Read a hand-over that this supervisor began. Raises LookupError for any other."""
    reassignment = database.session().get(Reassignment, reassignment_id)
    if reassignment is None or reassignment.made_by != actor.id:
        raise LookupError("Expected a hand-over begun by this supervisor; there is none with this id.")
    return reassignment


def items(reassignment_id: str) -> list[ReassignmentItem]:
    """Read everything a hand-over touched, in one fixed order."""
    query = (
        sa.select(ReassignmentItem)
        .where(ReassignmentItem.reassignment_id == reassignment_id)
        .order_by(ReassignmentItem.case_id, ReassignmentItem.target_kind, ReassignmentItem.target_id)
    )
    return list(database.session().scalars(query))


def outcomes(reassignment_id: str) -> Counter[str]:
    """Count what came of the selected items; before it is confirmed all of them are under ""."""
    query = (
        sa.select(ReassignmentItem.outcome, sa.func.count().label("found"))
        .where(ReassignmentItem.reassignment_id == reassignment_id, ReassignmentItem.selected)
        .group_by(ReassignmentItem.outcome)
    )
    return Counter({row.outcome: row.found for row in database.session().execute(query)})


def gone_along(reassignment_id: str) -> Counter[str]:
    """Count the cases and contacts that were not selected but went along, by kind."""
    query = (
        sa.select(ReassignmentItem.target_kind, sa.func.count().label("found"))
        .where(ReassignmentItem.reassignment_id == reassignment_id, ~ReassignmentItem.selected)
        .group_by(ReassignmentItem.target_kind)
    )
    return Counter({row.target_kind: row.found for row in database.session().execute(query)})


def contacts_selected(actor: Actor, reassignment_id: str) -> list[sa.Row]:
    """Read the first of the selected contacts as a list shows them, the most urgent first."""
    holder = aliased(AppUser)
    taker = aliased(AppUser)
    query = (
        scope.duties(actor)
        .join(ReassignmentItem, sa.and_(ReassignmentItem.target_id == Duty.id, ReassignmentItem.target_kind == "duty"))
        .join(Participant, Participant.id == Duty.participant_id)
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(holder, holder.id == ReassignmentItem.from_officer_id)
        .outerjoin(taker, taker.id == ReassignmentItem.to_officer_id)
        .where(ReassignmentItem.reassignment_id == reassignment_id, ReassignmentItem.selected)
        .with_only_columns(
            Duty.id,
            Duty.case_id,
            Duty.participant_id,
            Duty.topic,
            Duty.value,
            Duty.told_value,
            Duty.due_at,
            Participant.role,
            Person.name,
            holder.display_name.label("holder"),
            taker.display_name.label("taker"),
            ReassignmentItem.outcome,
            maintain_column_froms=True,
        )
        .order_by(Duty.priority, Duty.due_at, Duty.id)
        .limit(ROWS)
    )
    return list(database.session().execute(query))


def cases_selected(actor: Actor, reassignment_id: str) -> list[sa.Row]:
    """Read the first of the selected cases, the longest waiting first."""
    holder = aliased(AppUser)
    taker = aliased(AppUser)
    query = (
        scope.cases(actor)
        .join(
            ReassignmentItem,
            sa.and_(ReassignmentItem.target_id == CourtCase.id, ReassignmentItem.target_kind == "case"),
        )
        .outerjoin(holder, holder.id == ReassignmentItem.from_officer_id)
        .outerjoin(taker, taker.id == ReassignmentItem.to_officer_id)
        .where(ReassignmentItem.reassignment_id == reassignment_id, ReassignmentItem.selected)
        .with_only_columns(
            CourtCase.id,
            CourtCase.urn,
            CourtCase.without_officer_since,
            holder.display_name.label("holder"),
            taker.display_name.label("taker"),
            ReassignmentItem.outcome,
            maintain_column_froms=True,
        )
        .order_by(CourtCase.without_officer_since, CourtCase.id)
        .limit(ROWS)
    )
    return list(database.session().execute(query))
