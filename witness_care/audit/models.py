"""The personal-data log: six kinds of processing, who did it, and whose data it was. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, one_of
from witness_care.database import Base


class Category(StrEnum):
    """The six kinds of processing that section 62 of the Data Protection Act 2018 asks to be logged."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"


class SubjectCategory(StrEnum):
    """What somebody is to the case, as the law's categories of data subject have it."""

    VICTIM = "victim"
    WITNESS = "witness"
    SUSPECT = "suspect"
    CONVICTED = "convicted"
    OTHER = "other"


class PersonalDataEntry(Base):
    """One row: no names, no values; ids, field groups and keyed hashes only. It has no foreign keys, to outlive all."""

    __tablename__ = "personal_data_log"
    __table_args__ = (
        sa.CheckConstraint("category <> 'disclosure' OR recipient IS NOT NULL", name="disclosure_has_recipient"),
        sa.Index("personal_data_log_case", "case_id", "seq"),
        sa.Index("personal_data_log_actor", "actor_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    category: Mapped[Category] = mapped_column(one_of(Category))
    actor_type: Mapped[str] = mapped_column(sa.String(10))
    actor_id: Mapped[str] = mapped_column(sa.String(36))
    role: Mapped[str | None] = mapped_column(sa.String(20))
    unit_id: Mapped[str | None] = mapped_column(sa.String(36))
    session_hash: Mapped[str | None] = mapped_column(sa.String(64))
    ip: Mapped[str | None] = mapped_column(sa.String(45))
    request_id: Mapped[str] = mapped_column(sa.String(32))
    route: Mapped[str] = mapped_column(sa.String(200))
    case_id: Mapped[str | None] = mapped_column(sa.String(36))
    subjects: Mapped[Any] = mapped_column(Json)
    field_groups: Mapped[Any] = mapped_column(Json)
    reason_code: Mapped[str | None] = mapped_column(sa.String(40))
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    recipient: Mapped[str | None] = mapped_column(sa.String(200))
    break_glass_id: Mapped[str | None] = mapped_column(sa.String(36))
    row_count: Mapped[int] = mapped_column()
    outcome: Mapped[str] = mapped_column(sa.String(20))
