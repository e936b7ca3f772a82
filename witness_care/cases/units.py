"""Says in which unit a caller may register and change cases; a unit they do not work for does not exist for them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.accounts.models import Unit
from witness_care.cases.refusal import NotAcceptedError


def may_write(actor: Actor, unit_id: str) -> bool:
    return actor.is_system or unit_id in actor.unit_ids


def id_of(session: Session, code: str) -> str | None:
    """Give the id of the unit with this code; None when there is none."""
    return session.execute(sa.select(Unit.id).where(Unit.code == code)).scalar()


def unit_for_new_case(session: Session, code: str | None, actor: Actor) -> str:
    """Give the unit that takes a new case on: the one named, else the caller's only one."""
    if code is None and len(actor.unit_ids) == 1:
        return next(iter(actor.unit_ids))
    unit_id = id_of(session, code) if code is not None else None
    if unit_id is None or not may_write(actor, unit_id):
        raise NotAcceptedError(
            "/unit",
            expected="the code of a unit you send cases for",
            received=code or "",
            do="Send the code of one of your units.",
        )
    return unit_id
