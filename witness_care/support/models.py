"""Support as pages and lists read it, a projection of the case's state; and the directory of local services."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, identifier
from witness_care.database import Base


class Support(Base):
    """One person and one service, or their visit to the court: how far it has come, and since when.

    `kind` is a key of `workflows.support.KINDS`, or "court_visit"; `service` the key of a service in the directory,
    empty when that was not said. `on_date` is the day of a visit.
    """

    __tablename__ = "support"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_support_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_support_participant"),
        sa.Index("support_case", "case_id", "id"),
        sa.Index("support_participant", "participant_id", "id"),
        sa.Index("support_unit", "unit_id", "kind", "service", "state"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(40))
    service: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(20))
    since: Mapped[datetime | None] = mapped_column(Instant)
    on_date: Mapped[date | None] = mapped_column(sa.Date)


class SupportService(Base):
    """One service of the local directory, as its file says it (`entry`). One that the file leaves out is removed.

    A service that was removed is offered to nobody, and keeps its name for those who were referred to it.
    """

    __tablename__ = "support_service"
    __table_args__ = (sa.Index("support_service_area", "area", "key"),)

    key: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    area: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    entry: Mapped[Any] = mapped_column(Json)
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
