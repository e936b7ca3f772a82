"""When each regular job last ran and how it ended, so that a stopped clock is seen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant
from witness_care.database import Base


class Heartbeat(Base):
    """The last run of one job. It is overdue when `started_at` is older than two of its intervals."""

    __tablename__ = "heartbeat"

    job: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    interval_seconds: Mapped[int] = mapped_column()
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    count: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.String(80))  # the class of the exception, never its text
