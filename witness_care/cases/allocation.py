"""Finds the officer of a new case by the unit's own rule, or leaves it waiting to be allocated (core.md rule 23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.models import AppUser, Role, Unit, UserUnit
from witness_care.cases.models import CourtCase
from witness_care.cases.refusal import NotAcceptedError
from witness_care.contacts.models import Duty

BY_RULE = "rule"  # court_case.allocated_by
BY_CALLER = "caller"
COURT_CODE_LENGTH = 5  # the first five characters of a court's code name the court, the rest the room
FEWEST_OPEN_DUTIES, NOBODY = "fewest_open_duties", "nobody"


def officer_named(session: Session, sign_in_name: str, unit_id: str) -> str:
    """Give the id of an officer of the unit. Raises NotAcceptedError when the unit has none of that name."""
    found = session.execute(
        sa.select(AppUser.id)
        .join(UserUnit, UserUnit.user_id == AppUser.id)
        .where(
            UserUnit.unit_id == unit_id,
            AppUser.sign_in_name == sign_in_name.strip().lower(),
            AppUser.role == Role.OFFICER,
            AppUser.disabled_at.is_(None),
        )
    ).scalar()
    if found is None:
        raise NotAcceptedError(
            "/officer",
            expected="the sign-in name of an officer of the unit",
            received="another name",
            do="Send an officer of this unit, or leave it out: the unit's rule then chooses.",
        )
    return str(found)


def officer_by_rule(session: Session, unit_id: str, court_code: str) -> str | None:
    """Give the officer by the unit's setting: by court, else who has fewest open duties; None: nobody yet.

    The setting "allocation" holds {"by_court": {court code: sign-in name}, "otherwise": "fewest_open_duties"|"nobody"}.
    A tie goes to who holds fewer cases, then to the lower id, so that the same registration is always allocated alike.
    """
    settings: Mapping[str, Any] = session.execute(sa.select(Unit.settings).where(Unit.id == unit_id)).scalar() or {}
    rule = settings.get("allocation", {})
    by_court = rule.get("by_court", {}).get(court_code[:COURT_CODE_LENGTH]) if court_code else None
    if by_court is None and rule.get("otherwise", FEWEST_OPEN_DUTIES) == NOBODY:
        return None
    open_duties = (
        sa.select(sa.func.count())
        .select_from(Duty)
        .where(Duty.officer_id == AppUser.id, Duty.closed_at.is_(None))
        .scalar_subquery()
    )
    cases = (
        sa.select(sa.func.count()).select_from(CourtCase).where(CourtCase.officer_id == AppUser.id).scalar_subquery()
    )
    query = (
        sa.select(AppUser.id)
        .join(UserUnit, UserUnit.user_id == AppUser.id)
        .where(UserUnit.unit_id == unit_id, AppUser.role == Role.OFFICER, AppUser.disabled_at.is_(None))
        .order_by(open_duties, cases, AppUser.id)
        .limit(1)
    )
    if by_court is not None:
        query = query.where(AppUser.sign_in_name == by_court)
    return session.execute(query).scalar()
