"""Written messages: the templates they are made from, each message with what it is to tell, and each step it took."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier
from witness_care.database import Base

TEXT, EMAIL, LETTER = "text", "email", "letter"
CHANNELS = (TEXT, EMAIL, LETTER)

OUR_FAULT = "our_fault"  # it tripped over an error of the service

TO_BE_SENT = sa.text("state IN ('ready', 'held')")
UNDER_WAY = sa.text("state IN ('sending', 'unknown', 'accepted')")
UNSETTLED = sa.text("state IN ('failed', 'escalated') AND dealt_with_at IS NULL")
WAITING = sa.text("waiting")


class MessageTemplate(Base):
    """One version of the words of a message. A version that was approved is never changed: a new one replaces it.

    `topics` are the topics of the rules that it can tell; none: it tells no news (a neutral "please ring us").
    """

    __tablename__ = "message_template"
    __table_args__ = (
        sa.UniqueConstraint("key", "channel", "version", name="uq_message_template_version"),
        sa.Index("message_template_state", "state", "channel", "key", "version"),
    )

    id: Mapped[str] = identifier()
    key: Mapped[str] = mapped_column(sa.String(40))
    channel: Mapped[str] = mapped_column(sa.String(10))
    neutral: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(sa.String(120))
    subject_en: Mapped[str | None] = mapped_column(sa.String(200))
    body_en: Mapped[str] = mapped_column(sa.Text)
    subject_cy: Mapped[str | None] = mapped_column(sa.String(200))
    body_cy: Mapped[str | None] = mapped_column(sa.Text)
    topics: Mapped[Any] = mapped_column(Json, default=list)
    state: Mapped[str] = mapped_column(sa.String(12), default="draft")  # draft, submitted, approved, retired
    written_by: Mapped[str] = mapped_column(sa.String(80))
    written_at: Mapped[datetime] = mapped_column(Instant)
    submitted_by: Mapped[str | None] = mapped_column(sa.String(80))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(sa.String(80))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class OutboxMessage(Base):
    """One message to one person: which news it is to tell, by which way, and how far it has come.

    `telling` names the news, with the values that stood when it was drafted; its text is made from those that stand
    when it leaves, and is then frozen in `sealed_text`. `attempt` counts the tries: an answer to an older try changes
    nothing. `overridden` is the objection of the gate that somebody set aside, with `override_reason`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], onupdate="CASCADE", name="fk_outbox_case"
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_outbox_participant"),
        sa.ForeignKeyConstraint(["template_id"], ["message_template.id"], name="fk_outbox_template"),
        sa.UniqueConstraint("submission_token", name="uq_outbox_submission_token"),
        sa.Index("outbox_to_send", "state", "next_try_at", "id", sqlite_where=TO_BE_SENT, postgresql_where=TO_BE_SENT),
        sa.Index("outbox_under_way", "state", "claimed_at", "id", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
        sa.Index("outbox_unsettled", "unit_id", "id", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
        sa.Index("outbox_unit", "unit_id", "state", "created_at", "id"),
        sa.Index("outbox_participant", "participant_id", "created_at", "id"),
        sa.Index("outbox_person", "person_id", "state"),
        sa.Index("outbox_case", "case_id", "id"),
    )

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    case_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    person_id: Mapped[str] = mapped_column(sa.String(36))
    contact_point_id: Mapped[str] = mapped_column(sa.String(36))
    channel: Mapped[str] = mapped_column(sa.String(10))
    template_id: Mapped[str] = mapped_column(sa.String(36))
    languages: Mapped[str] = mapped_column(sa.String(10), default="en")  # "en", or "cy,en"
    telling: Mapped[Any] = mapped_column(Json)  # [{topic, subject, value, value_hash}]
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    next_try_at: Mapped[datetime | None] = mapped_column(Instant)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(sa.String(60))
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    sealed_text: Mapped[Any] = mapped_column(SealedColumn("outbox.sealed_text"), nullable=True)
    provider: Mapped[str | None] = mapped_column(sa.String(10))
    provider_id: Mapped[str | None] = mapped_column(sa.String(100))
    provider_status: Mapped[str | None] = mapped_column(sa.String(30))
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    empty_answers: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None] = mapped_column(Instant)
    overridden: Mapped[str] = mapped_column(sa.String(40), default="")
    override_reason: Mapped[Any] = mapped_column(SealedColumn("outbox.override_reason"), nullable=True)
    link_id: Mapped[str | None] = mapped_column(sa.String(36))  # a link that may be used once, when it carries one
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(sa.String(80))
    sent_by: Mapped[str | None] = mapped_column(sa.String(80))
    approved_by: Mapped[str | None] = mapped_column(sa.String(80))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    owner_id: Mapped[str | None] = mapped_column(sa.String(36))  # who took on one that failed or was escalated
    dealt_with_at: Mapped[datetime | None] = mapped_column(Instant)
    contact_id: Mapped[str | None] = mapped_column(sa.String(36))
    submission_token: Mapped[str | None] = mapped_column(sa.String(64))
    row_version: Mapped[int] = mapped_column(default=0)


class OutboxKey(Base):
    """One piece of news that a message is to tell. While the message stands in the way, there is no second about it."""

    __tablename__ = "outbox_key"
    __table_args__ = (
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_outbox_key_outbox"),
        sa.Index(
            "outbox_key_one_waiting",
            "participant_id",
            "topic",
            "subject",
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
    )

    outbox_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    waiting: Mapped[bool] = mapped_column()


class OutboxStep(Base):
    """One step of a message, kept for good: from where to where, when, by whom and why."""

    __tablename__ = "outbox_step"
    __table_args__ = (
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_outbox_step_outbox"),
        sa.Index("outbox_step_message", "outbox_id", "position", unique=True),
    )

    id: Mapped[str] = identifier()
    outbox_id: Mapped[str] = mapped_column(sa.String(36))
    position: Mapped[int] = mapped_column()  # from 0: several may be taken at one instant
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(sa.String(80))
    from_state: Mapped[str] = mapped_column(sa.String(10))
    to_state: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    attempt: Mapped[int] = mapped_column(default=0)
