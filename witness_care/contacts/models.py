"""Duties, their history, what each person was told, and every contact or attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier
from witness_care.database import Base

OPEN = sa.text("closed_at IS NULL")
LONGEST_NOTE = 4000


class Duty(Base):
    """One thing owed to one person: open, or closed with a reason, an actor and a time; never deleted."""

    __tablename__ = "duty"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], onupdate="CASCADE", name="fk_duty_case"
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_duty_participant"),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_reason IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)",
            name="closed_has_reason_and_actor",
        ),
        sa.Index("duty_open_unit", "unit_id", "priority", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index(
            "duty_open_officer", "officer_id", "priority", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN
        ),
        sa.Index("duty_open_hearing", "hearing_id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("duty_open_case", "case_id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index(
            "duty_one_open", "participant_id", "topic", "subject", unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        ),
        sa.Index("duty_participant", "participant_id", "id"),
    )

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    case_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    officer_id: Mapped[str | None] = mapped_column(sa.ForeignKey("app_user.id"))
    topic: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(36))
    value: Mapped[Any] = mapped_column(Json)
    value_hash: Mapped[str] = mapped_column(sa.String(32))
    told_value: Mapped[Any] = mapped_column(Json, nullable=True)
    rule: Mapped[str] = mapped_column(sa.String(80))
    rules: Mapped[Any] = mapped_column(Json)
    explanation: Mapped[Any] = mapped_column(Json)
    hearing_id: Mapped[str | None] = mapped_column(sa.String(36))
    priority: Mapped[int] = mapped_column(sa.SmallInteger)
    clock_start: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by_event: Mapped[str] = mapped_column(sa.String(36))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_reason: Mapped[str | None] = mapped_column(sa.String(30))
    closed_by: Mapped[str | None] = mapped_column(sa.String(80))
    met: Mapped[bool | None] = mapped_column()
    row_version: Mapped[int] = mapped_column(default=0)


class DutyHistory(Base):
    """Each change of a duty while it lived: value, due time and why."""

    __tablename__ = "duty_history"
    __table_args__ = (
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name="fk_duty_history_duty"),
        sa.Index("duty_history_duty", "duty_id", "at", "id"),
    )

    id: Mapped[str] = identifier()
    duty_id: Mapped[str] = mapped_column(sa.String(36))
    case_id: Mapped[str] = mapped_column(sa.String(36))
    event_id: Mapped[str] = mapped_column(sa.String(36))
    at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(sa.String(20))
    value_hash: Mapped[str] = mapped_column(sa.String(32))
    due_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(sa.String(30), default="")


class Told(Base):
    """A value one person was told, by which contact, at which time; void once the contact is corrected."""

    __tablename__ = "told"
    __table_args__ = (
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_told_participant"),
        sa.Index("told_participant", "participant_id", "topic", "subject", "told_at"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    contact_id: Mapped[str | None] = mapped_column(sa.String(36))
    topic: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(36))
    value: Mapped[Any] = mapped_column(Json)
    value_hash: Mapped[str] = mapped_column(sa.String(32))
    told_at: Mapped[datetime] = mapped_column(Instant)
    void: Mapped[bool] = mapped_column(default=False)


class Contact(Base):
    """A conversation or an attempt. `happened_at` counts for the duty; `recorded_at` shows how late it was typed in."""

    __tablename__ = "contact"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], onupdate="CASCADE", name="fk_contact_case"
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_contact_participant"),
        sa.UniqueConstraint("submission_token", name="uq_contact_submission_token"),
        sa.Index("contact_participant", "participant_id", "id"),
        sa.Index("contact_participant_time", "participant_id", "happened_at", "id"),
    )

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    case_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    channel: Mapped[str] = mapped_column(sa.String(15))
    contact_point_id: Mapped[str | None] = mapped_column(sa.String(36))
    direction: Mapped[str] = mapped_column(sa.String(10), default="out")
    outcome: Mapped[str] = mapped_column(sa.String(25))
    note: Mapped[Any] = mapped_column(SealedColumn("contact.note"), nullable=True)
    happened_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(sa.String(80))
    override_reason: Mapped[Any] = mapped_column(SealedColumn("contact.override_reason"), nullable=True)
    safety_incident: Mapped[bool] = mapped_column(default=False)
    safety_seen_at: Mapped[datetime | None] = mapped_column(Instant)  # when a supervisor looked at the override
    safety_seen_by: Mapped[str | None] = mapped_column(sa.String(80))
    safety_seen_note: Mapped[Any] = mapped_column(SealedColumn("contact.safety_seen_note"), nullable=True)
    corrected_at: Mapped[datetime | None] = mapped_column(Instant)
    corrected_by: Mapped[str | None] = mapped_column(sa.String(80))
    correction_reason: Mapped[Any] = mapped_column(SealedColumn("contact.correction_reason"), nullable=True)
    submission_token: Mapped[str | None] = mapped_column(sa.String(64))
