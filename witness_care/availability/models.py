"""What was written down beside dates on which somebody cannot come; the dates themselves are facts of the case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, SealedColumn, identifier
from witness_care.database import Base

LONGEST_NOTE = 500


class AvailabilityNote(Base):
    """What an officer wrote about one range of dates, sealed, and whether the person lets the CPS and court know it.

    It belongs to the entry of that `message_id`, as a note beside needs does. Rows are only added.
    """

    __tablename__ = "availability_note"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_availability_note_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_availability_note_participant"),
        sa.Index("availability_note_message", "message_id", unique=True),
        sa.Index("availability_note_participant", "participant_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    message_id: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[Any] = mapped_column(SealedColumn("availability_note.text"))
    may_be_shared: Mapped[bool] = mapped_column(default=False)
    written_by: Mapped[str] = mapped_column(sa.String(80))
    written_at: Mapped[datetime] = mapped_column(Instant)
