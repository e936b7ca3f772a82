"""The inbox: every message a feed sent, stored before it is read, and its parts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier
from witness_care.database import Base

WAITING = sa.text("state IN ('received', 'parked')")


class FeedMessage(Base):
    """One message. The body is kept reduced and sealed; the hashes are those of what came."""

    __tablename__ = "feed_message"
    __table_args__ = (
        sa.UniqueConstraint("feed", "client_id", "message_id", name="uq_feed_message_id"),
        sa.Index("feed_waiting", "received_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        sa.Index("feed_message_state", "feed", "state", "received_at", "id"),
        sa.Index("feed_message_latest", "feed", "client_id", "content_key", "received_at"),
    )

    id: Mapped[str] = identifier()
    feed: Mapped[str] = mapped_column(sa.String(40))
    # Part of the message's name here: two senders may pass on one message, each for the cases of its own units.
    client_id: Mapped[str] = mapped_column(sa.String(36), default="")
    message_type: Mapped[str] = mapped_column(sa.String(120), default="")
    message_id: Mapped[str] = mapped_column(sa.String(64))  # the sender's id, else "content:" and its hash, made unique
    content_key: Mapped[str] = mapped_column(sa.String(160), default="")
    body_sha256: Mapped[str] = mapped_column(sa.String(64))
    content_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    size: Mapped[int] = mapped_column(default=0)
    body: Mapped[Any] = mapped_column(SealedColumn("feed_message.body"), nullable=True)
    headers: Mapped[Any] = mapped_column(Json, default=dict)
    occurred_at: Mapped[datetime | None] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    stored_at: Mapped[datetime] = mapped_column(Instant)
    stream: Mapped[str] = mapped_column(sa.String(64), default="")
    source_version: Mapped[int | None] = mapped_column(sa.BigInteger)
    state: Mapped[str] = mapped_column(sa.String(15))
    reason: Mapped[str] = mapped_column(sa.String(30), default="")
    detail: Mapped[str] = mapped_column(sa.String(500), default="")
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
    next_try_at: Mapped[datetime | None] = mapped_column(Instant)
    repeats: Mapped[int] = mapped_column(default=0)


class FeedPart(Base):
    """What one message says about one case and hearing: applied, or parked for a reason a person can read."""

    __tablename__ = "feed_part"
    __table_args__ = (
        sa.ForeignKeyConstraint(["message_row_id"], ["feed_message.id"], name="fk_feed_part_message"),
        sa.Index("feed_part_message", "message_row_id", "part"),
        sa.Index(
            "feed_part_parked",
            "reason",
            "id",
            sqlite_where=sa.text("state = 'parked'"),
            postgresql_where=sa.text("state = 'parked'"),
        ),
    )

    id: Mapped[str] = identifier()
    message_row_id: Mapped[str] = mapped_column(sa.String(36))
    part: Mapped[int] = mapped_column(default=0)
    case_id: Mapped[str | None] = mapped_column(sa.String(36))
    hearing_id: Mapped[str | None] = mapped_column(sa.String(36))
    urn: Mapped[str] = mapped_column(sa.String(20), default="")
    hearing: Mapped[str] = mapped_column(sa.String(64), default="")
    state: Mapped[str] = mapped_column(sa.String(15))
    reason: Mapped[str] = mapped_column(sa.String(30), default="")
    detail: Mapped[str] = mapped_column(sa.String(300), default="")
    events: Mapped[Any] = mapped_column(Json, default=list)
    drives: Mapped[int] = mapped_column(default=0)  # how often its facts were said again for somebody new
    decided_by: Mapped[str | None] = mapped_column(sa.String(80))  # who said which case it is, or that it is not ours
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class FeedWait(Base):
    """An identifier a parked part waits for, in the form of `identifier`: any one of them brings it back."""

    __tablename__ = "feed_wait"
    __table_args__ = (
        sa.ForeignKeyConstraint(["part_id"], ["feed_part.id"], name="fk_feed_wait_part"),
        sa.Index("feed_wait_part", "part_id"),
    )

    namespace: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    part_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)


class UnknownField(Base):
    """How often a feed sent a field or code we do not know: the path and the count, never a value."""

    __tablename__ = "feed_unknown_field"

    feed: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    message_type: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    path: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    seen: Mapped[int] = mapped_column(default=0)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
