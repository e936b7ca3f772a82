"""Files that were imported or wait to be, and the rows of them that were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, SealedColumn, identifier
from witness_care.database import Base


class ImportFile(Base):
    """One file: what it says is sealed until it is imported, and gone then, or after a day (ADR 22)."""

    __tablename__ = "import_file"
    __table_args__ = (
        sa.UniqueConstraint("id", "unit_id"),
        sa.Index("import_file_unit", "unit_id", "made_at", "id"),
    )

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))  # participants, told
    made_by: Mapped[str] = mapped_column(sa.String(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[Any] = mapped_column(SealedColumn("import_file.body"), nullable=True)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    rows: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)


class ImportRefusal(Base):
    """A row that was refused: where and why, and nothing that stood in it. `row_key` is a keyed hash of its ids."""

    __tablename__ = "import_refusal"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["import_id", "unit_id"],
            ["import_file.id", "import_file.unit_id"],
            onupdate="CASCADE",
            name="fk_import_refusal_import",
        ),
        sa.Index("import_refusal_import", "import_id", "line", "id"),
        sa.Index("import_refusal_row", "unit_id", "row_key"),
    )

    id: Mapped[str] = identifier()
    import_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    line: Mapped[int] = mapped_column()
    column_name: Mapped[str] = mapped_column(sa.String(40))
    expected: Mapped[str] = mapped_column(sa.String(500))
    advice: Mapped[str] = mapped_column(sa.String(500))
    row_key: Mapped[str] = mapped_column(sa.String(64))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(sa.String(80))
