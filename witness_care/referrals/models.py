"""Referrals to the Victim Contact Scheme as pages and lists read them: a projection of the case's state."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, identifier
from witness_care.database import Base
from workflows.events import Answer


class Referral(Base):
    """One victim and one defendant: the answer with its reasons, and how far the referral has come."""

    __tablename__ = "referral"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_referral_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_referral_participant"),
        sa.Index("referral_case", "case_id", "id"),
        sa.Index("referral_participant", "participant_id", "id"),
        sa.Index("referral_unit", "unit_id", "state", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    defendant_id: Mapped[str] = mapped_column(sa.String(36))
    state: Mapped[str] = mapped_column(sa.String(20))
    result: Mapped[str] = mapped_column(sa.String(20))
    reasons: Mapped[Any] = mapped_column(Json)
    missing: Mapped[Any] = mapped_column(Json)
    sentenced_on: Mapped[date | None] = mapped_column(sa.Date)
    since: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    liaison_at: Mapped[datetime | None] = mapped_column(Instant)
    liaison_due_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    told: Mapped[str] = mapped_column(sa.String(20), server_default=Answer.NOT_ASKED.value)
    objects: Mapped[str] = mapped_column(sa.String(20), server_default=Answer.NOT_ASKED.value)
