"""What was written down beside the answers of a last talk; the answers themselves are facts of the case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, SealedColumn, identifier
from witness_care.database import Base

LONGEST_NOTE = 2000


class ClosingNote(Base):
    """What an officer wrote about one section, in the person's own words where they can, sealed. Rows are only added.

    It belongs to the entry of that `message_id`: whatever becomes of the entry (undone, or carried to another case
    with a merge or a split) becomes of the note.
    """

    __tablename__ = "closing_note"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_closing_note_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_closing_note_participant"),
        sa.Index("closing_note_message", "message_id", "section", unique=True),
        sa.Index("closing_note_participant", "participant_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    section: Mapped[str] = mapped_column(sa.String(40))
    message_id: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[Any] = mapped_column(SealedColumn("closing_note.text"))
    written_by: Mapped[str] = mapped_column(sa.String(80))
    written_at: Mapped[datetime] = mapped_column(Instant)
