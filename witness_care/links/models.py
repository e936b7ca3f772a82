"""One-time links, by the hash of their token only, and what people answered by them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, SealedColumn, identifier
from witness_care.database import Base
from workflows import values

# What a link asks about: whoever wants to hear nothing of it gets none.
ASKS_ABOUT = (values.ATTENDANCE, values.WHEN_WHERE)
MOST_WRONG = 3  # confirmations; then a link is dead


class OneTimeLink(Base):
    """A link that one person may use once. Neither its token nor its code can be read from here.

    `code_hash` is empty where they confirm by the day and month of their birth. `contact_point_id` is where it was
    sent; empty when an officer read it out. `confirmed_at` opens the form for a short while. `sealed_token` is there
    for a link that a message is to carry, until it is used, withdrawn or out of time.
    """

    __tablename__ = "one_time_link"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_one_time_link_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_one_time_link_participant"),
        sa.Index("one_time_link_token", "token_hash", unique=True),
        sa.Index("one_time_link_participant", "participant_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    person_id: Mapped[str] = mapped_column(sa.String(36))
    purpose: Mapped[str] = mapped_column(sa.String(20))
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    code_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    sealed_token: Mapped[Any] = mapped_column(SealedColumn("one_time_link.sealed_token"), nullable=True)
    contact_point_id: Mapped[str | None] = mapped_column(sa.String(36))
    made_by: Mapped[str] = mapped_column(sa.String(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)  # wrong confirmations


class LinkReply(Base):
    """What somebody answered by a link, sealed. It decides nothing: an officer takes it up, or notes it."""

    __tablename__ = "link_reply"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_link_reply_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_link_reply_participant"),
        sa.ForeignKeyConstraint(["link_id"], ["one_time_link.id"], name="fk_link_reply_link"),
        sa.Index("link_reply_link", "link_id", unique=True),
        sa.Index("link_reply_participant", "participant_id", "id"),
        sa.Index(
            "link_reply_waits",
            "unit_id",
            "received_at",
            "id",
            sqlite_where=sa.text("dealt_at IS NULL"),
            postgresql_where=sa.text("dealt_at IS NULL"),
        ),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    link_id: Mapped[str] = mapped_column(sa.String(36))
    text: Mapped[Any] = mapped_column(SealedColumn("link_reply.text"))
    received_at: Mapped[datetime] = mapped_column(Instant)
    dealt_at: Mapped[datetime | None] = mapped_column(Instant)
    dealt_by: Mapped[str] = mapped_column(sa.String(80), default="")
    dealt_as: Mapped[str] = mapped_column(sa.String(20), default="")


def still_open(now: datetime) -> sa.ColumnElement[bool]:
    """The links that may still be used, as far as their own rows say."""
    return sa.and_(
        OneTimeLink.used_at.is_(None),
        OneTimeLink.withdrawn_at.is_(None),
        OneTimeLink.attempts < MOST_WRONG,
        OneTimeLink.expires_at > now,
    )
