"""What a supervisor selected to hand over, to whom, and what came of each item, so that it can be undone."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, identifier
from witness_care.database import Base


class Reassignment(Base):
    """A selection of contacts or cases, frozen when it was posted. `kind` says of which: "duty" or "case"."""

    __tablename__ = "reassignment"
    __table_args__ = (sa.Index("reassignment_made_by", "made_by", "made_at", "id"),)

    id: Mapped[str] = identifier()
    kind: Mapped[str] = mapped_column(sa.String(10))
    made_by: Mapped[str] = mapped_column(sa.ForeignKey("app_user.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    shared_out: Mapped[bool] = mapped_column(default=False)  # among several officers, not to one
    with_cases: Mapped[bool] = mapped_column(default=False)  # new contacts of the same cases follow
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class ReassignmentItem(Base):
    """One selected contact or case: whose it was, and what became of it. An empty outcome is not decided yet."""

    __tablename__ = "reassignment_item"
    __table_args__ = (
        sa.ForeignKeyConstraint(["reassignment_id"], ["reassignment.id"], name="fk_reassignment_item_reassignment"),
    )

    reassignment_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    target_kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)  # duty or case
    target_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.String(36))
    selected: Mapped[bool] = mapped_column(default=True)  # False: it went along with its selected case
    from_officer_id: Mapped[str | None] = mapped_column(sa.String(36))
    to_officer_id: Mapped[str | None] = mapped_column(sa.String(36))
    outcome: Mapped[str] = mapped_column(sa.String(20), default="")
