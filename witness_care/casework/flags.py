"""Closes the question that a flag asks, once somebody has found out what the news meant."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from witness_care import database
from witness_care.casework.models import Transition


def close(transition_id: str, *, case_id: str, actor: str, now: datetime) -> bool:
    """Mark a flag of this case as answered; False when it is not there, or was answered before.

    Runs inside the caller's unit of work. Nothing else about the step is ever changed.
    """
    closed = database.session().execute(
        sa.update(Transition)
        .where(
            Transition.id == transition_id,
            Transition.case_id == case_id,
            Transition.flag.is_not(None),
            Transition.flag_closed_at.is_(None),
        )
        .values(flag_closed_at=now, flag_closed_by=actor)
    )
    return bool(closed.rowcount)  # type: ignore[attr-defined]
