"""Takes one message a step further: by the table, by compare-and-swap, and with a line that stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.columns import new_id
from witness_care.notifications.models import OutboxKey, OutboxMessage, OutboxStep
from workflows.outbox import IN_THE_WAY, Outbox, next_state

NO_SYNC = {"synchronize_session": False}


def move(
    session: Session, message: Any, event: str, *, actor: str, now: datetime, reason: str = "", **values: Any
) -> Outbox | None:
    """Follow `event`, and give the state it leads to; None when it leads nowhere, or somebody else was faster.

    `message` has id, state and attempt as they were read. Nothing is written unless both still hold.
    """
    before = Outbox(message.state)
    step = next_state(before, event)
    if not step.moved:
        return None
    attempt = values.get("attempt", message.attempt)
    moved = session.execute(
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.id == message.id,
            OutboxMessage.state == before.value,
            OutboxMessage.attempt == message.attempt,
        )
        .values(state=step.state.value, reason=reason, row_version=OutboxMessage.row_version + 1, **values),
        execution_options=NO_SYNC,
    )
    if not moved.rowcount:  # type: ignore[attr-defined]  # an update has a count
        return None
    if (before in IN_THE_WAY) is not (step.state in IN_THE_WAY):
        session.execute(
            sa.update(OutboxKey).where(OutboxKey.outbox_id == message.id).values(waiting=step.state in IN_THE_WAY),
            execution_options=NO_SYNC,
        )
    keep_step(session, message.id, before.value, step.state.value, actor=actor, now=now, reason=reason, attempt=attempt)
    return step.state


def keep_step(
    session: Session,
    message_id: str,
    before: str,
    after: str,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    attempt: int = 0,
) -> None:
    kept = OutboxStep.__table__.alias("kept")
    session.execute(
        sa.insert(OutboxStep).values(
            id=new_id(),
            outbox_id=message_id,
            position=sa.select(sa.func.count())
            .select_from(kept)
            .where(kept.c.outbox_id == message_id)
            .scalar_subquery(),
            at=now,
            actor=actor,
            from_state=before,
            to_state=after,
            reason=reason,
            attempt=attempt,
        )
    )
