"""One question to or from an agency, and everything that became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier, one_of
from witness_care.database import Base


class Agency(StrEnum):
    """With whom the unit speaks about a case."""

    POLICE = "police"
    CPS = "cps"
    COURT = "court"
    PROBATION = "probation"
    OTHER = "other"


class Direction(StrEnum):
    """Who asks whom."""

    ASKED = "asked"
    RECEIVED = "received"


class Kind(StrEnum):
    """What sort of question it is; how many days an answer may take depends on it."""

    QUESTION = "question"
    EARLY_ADVICE = "early_advice"
    FILE_GAP = "file_gap"
    STOP_REVIEW = "stop_review"


class AgencyQuery(Base):
    """A question to or from an agency about a case. Whether it is late is asked of `due_at`, never stored.

    It is no duty to a person and no part of the case's fold. It stays with the case it was asked about: a merged case's
    questions are read with the case it became. `about` are the participants a gap in a file concerns.
    """

    __tablename__ = "agency_query"
    __table_args__ = (
        sa.UniqueConstraint("submission"),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_agency_query_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_agency_query_participant"),
        sa.Index("agency_query_case", "case_id", "asked_at", "id"),
        sa.Index(
            "agency_query_open",
            "unit_id",
            "due_at",
            "id",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str | None] = mapped_column(sa.String(36))
    about: Mapped[Any] = mapped_column(Json, default=list)
    agency: Mapped[Agency] = mapped_column(one_of(Agency))
    direction: Mapped[Direction] = mapped_column(one_of(Direction))
    kind: Mapped[Kind] = mapped_column(one_of(Kind))
    subject: Mapped[str] = mapped_column(sa.String(30))
    text: Mapped[Any] = mapped_column(SealedColumn("agency_query.text"))
    officer_id: Mapped[str | None] = mapped_column(sa.ForeignKey("app_user.id"))
    submission: Mapped[str] = mapped_column(sa.String(64))
    asked_by: Mapped[str] = mapped_column(sa.String(80))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    logged_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    due_setting: Mapped[str] = mapped_column(sa.String(120))
    explanation: Mapped[Any] = mapped_column(Json)
    chased: Mapped[int] = mapped_column(default=0)
    last_chased_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[Any] = mapped_column(SealedColumn("agency_query.answer"), nullable=True)
    answered_by: Mapped[Any] = mapped_column(SealedColumn("agency_query.answered_by"), nullable=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_reason: Mapped[str | None] = mapped_column(sa.String(30))
    closed_by: Mapped[str | None] = mapped_column(sa.String(80))


class AgencyQueryStep(Base):
    """One thing that was done about a question: asked, chased, handed over, answered, closed. Rows are only added."""

    __tablename__ = "agency_query_step"
    __table_args__ = (
        sa.UniqueConstraint("query_id", "submission"),
        sa.ForeignKeyConstraint(["query_id"], ["agency_query.id"], name="fk_agency_query_step_query"),
    )

    id: Mapped[str] = identifier()
    query_id: Mapped[str] = mapped_column(sa.String(36))
    submission: Mapped[str] = mapped_column(sa.String(64))
    what: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(sa.String(80))
    officer_id: Mapped[str | None] = mapped_column(sa.String(36))  # to whom it was handed over
    reason: Mapped[str] = mapped_column(sa.String(30), default="")
    note: Mapped[Any] = mapped_column(SealedColumn("agency_query_step.note"), nullable=True)
