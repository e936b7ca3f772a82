"""The journal of every case and the moves of every machine: append-only, without personal data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier
from witness_care.database import Base


class JournalEvent(Base):
    """One fact of one case, with its provenance (core.md rule 2). Never changed, never deleted."""

    __tablename__ = "case_event"
    __table_args__ = (
        sa.UniqueConstraint("case_id", "message_id", "part", "ordinal", name="uq_case_event_message"),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_case_event_case",
        ),
        sa.Index("case_event_fold", "case_id", "received_at", "message_id", "part", "ordinal"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(40))
    payload: Mapped[Any] = mapped_column(Json)
    received_at: Mapped[datetime] = mapped_column(Instant)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    source: Mapped[str] = mapped_column(sa.String(40))
    context: Mapped[str] = mapped_column(sa.String(40))
    stream: Mapped[str] = mapped_column(sa.String(64), default="")
    source_version: Mapped[int | None] = mapped_column(sa.BigInteger)
    message_id: Mapped[str] = mapped_column(sa.String(64))
    part: Mapped[int] = mapped_column(default=0)
    ordinal: Mapped[int] = mapped_column(default=0)
    registration: Mapped[bool] = mapped_column(default=False)
    actor: Mapped[str] = mapped_column(sa.String(80))
    # What a merge carried here from another case's journal, or said anew: the merge, and the event it is a copy of.
    act: Mapped[str] = mapped_column(sa.String(36), default="", server_default="")
    carried_from: Mapped[str | None] = mapped_column(sa.String(36))


class Transition(Base):
    """One step of one machine, with the event that caused it; `flag` names what a person must look at."""

    __tablename__ = "transition"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_transition_case",
        ),
        sa.Index("transition_case", "case_id", "at", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    machine: Mapped[str] = mapped_column(sa.String(15))
    subject: Mapped[str] = mapped_column(sa.String(36))
    from_state: Mapped[str] = mapped_column(sa.String(20))
    to_state: Mapped[str] = mapped_column(sa.String(20))
    event: Mapped[str] = mapped_column(sa.String(40))
    event_id: Mapped[str] = mapped_column(sa.String(36))
    position: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(Instant)
    flag: Mapped[str | None] = mapped_column(sa.String(60))
    flag_closed_at: Mapped[datetime | None] = mapped_column(Instant)
    flag_closed_by: Mapped[str | None] = mapped_column(sa.String(80))


class UndoneEntry(Base):
    """That an officer's or supervisor's entry was taken back in one case, by whom and why. `id` is that of the undo."""

    __tablename__ = "undone_entry"
    __table_args__ = (
        sa.UniqueConstraint("case_id", "message_id"),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_undone_entry_case",
        ),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    message_id: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[Any] = mapped_column(SealedColumn("undone_entry.reason"))
    undone_by: Mapped[str] = mapped_column(sa.String(80))
    undone_at: Mapped[datetime] = mapped_column(Instant)


class RulePack(Base):
    """A pack of rules that somebody added, as text. It is not in force until it is switched on, and never changed."""

    __tablename__ = "rule_pack"
    __table_args__ = (sa.UniqueConstraint("name"),)

    id: Mapped[str] = identifier()
    name: Mapped[str] = mapped_column(sa.String(60))
    title: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    added_by: Mapped[str] = mapped_column(sa.String(80))
    added_at: Mapped[datetime] = mapped_column(Instant)


class RulePackSwitch(Base):
    """That a pack, shipped or added, was switched on from a London date, or that this was taken back before it began.

    Rows are only added. `starts_on` is None for one that was taken back; the last row of a pack counts.
    """

    __tablename__ = "rule_pack_switch"
    __table_args__ = (sa.UniqueConstraint("number"),)

    id: Mapped[str] = identifier()
    number: Mapped[int] = mapped_column()
    pack: Mapped[str] = mapped_column(sa.String(60))
    starts_on: Mapped[date | None] = mapped_column(sa.Date)
    reason: Mapped[Any] = mapped_column(SealedColumn("rule_pack_switch.reason"))
    switched_by: Mapped[str] = mapped_column(sa.String(80))
    switched_at: Mapped[datetime] = mapped_column(Instant)
