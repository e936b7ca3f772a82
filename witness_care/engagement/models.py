"""The engagement concern of each person as it was last counted, and what officers decided about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier
from witness_care.database import Base

TO_REVIEW = sa.text("next_review_at IS NOT NULL")
TO_DO = sa.text("kind = 'accepted' AND done_at IS NULL")
LONGEST_REASON = 1000


def _of_its_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], onupdate="CASCADE", name=f"fk_{table}_case"
    )


class Concern(Base):
    """What the facts about one person add up to; the case's own facts, without a name. Counted, never typed in.

    `next_review_at` is when time alone changes it; None: never. `override_*` and `action_id` are what officers decided
    last, and stay when it is counted again. `override_counted` is the band that was counted at the override: a worse
    one, or a new fact that alone makes it high (then it is empty), ends what was seen as less.
    """

    __tablename__ = "concern"
    __table_args__ = (
        _of_its_case("concern"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_concern_participant"),
        sa.Index(
            "concern_to_review", "next_review_at", "participant_id", sqlite_where=TO_REVIEW, postgresql_where=TO_REVIEW
        ),
        sa.Index("concern_unit", "unit_id", "points", "participant_id"),
        sa.Index("concern_case", "case_id", "participant_id"),
    )

    participant_id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    case_id: Mapped[str] = mapped_column(sa.String(36))
    points: Mapped[int]
    band: Mapped[str] = mapped_column(sa.String(20))
    reasons: Mapped[Any] = mapped_column(Json, default=list)
    lowers: Mapped[Any] = mapped_column(Json, default=list)
    suggested_action: Mapped[str] = mapped_column(sa.String(40), default="")
    next_review_at: Mapped[datetime | None] = mapped_column(Instant)
    computed_at: Mapped[datetime] = mapped_column(Instant)
    override_band: Mapped[str | None] = mapped_column(sa.String(20))
    override_until: Mapped[datetime | None] = mapped_column(Instant)
    override_id: Mapped[str | None] = mapped_column(sa.String(36))
    override_counted: Mapped[str | None] = mapped_column(sa.String(20))
    action_id: Mapped[str | None] = mapped_column(sa.String(36))


class ConcernDecision(Base):
    """One thing an officer decided about a concern: took up an action, or saw it otherwise until a day. Only added to.

    `kind` is "accepted", "overridden" or "override_ended". An action that was taken up is done once `done_at` is set.
    """

    __tablename__ = "concern_decision"
    __table_args__ = (
        _of_its_case("concern_decision"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_concern_decision_participant"),
        sa.Index("concern_decision_participant", "participant_id", "decided_at", "id"),
        sa.Index("concern_decision_to_do", "case_id", "decided_at", "id", sqlite_where=TO_DO, postgresql_where=TO_DO),
    )

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    case_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(20))
    points: Mapped[int]
    counted_band: Mapped[str] = mapped_column(sa.String(20))
    action: Mapped[str] = mapped_column(sa.String(40), default="")
    band: Mapped[str | None] = mapped_column(sa.String(20))
    until: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[Any] = mapped_column(SealedColumn("concern_decision.reason"), nullable=True)
    decided_by: Mapped[str] = mapped_column(sa.String(80))
    decided_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[str | None] = mapped_column(sa.String(80))
