"""The tables of the obvious build, as the documentation of Flask-SQLAlchemy and transitions shows them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, reconstructor, relationship
from transitions import Machine


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)

STATES = ["undecided", "required", "warned", "confirmed", "de_warned", "attended", "absent"]
TRANSITIONS = [
    {"trigger": "cps_requires", "source": "undecided", "dest": "required"},
    {"trigger": "tell", "source": "required", "dest": "warned"},
    {"trigger": "confirm", "source": ["required", "warned"], "dest": "confirmed"},
    {"trigger": "days_change", "source": ["required", "warned", "confirmed"], "dest": "required"},
    {"trigger": "days_change", "source": ["undecided", "de_warned", "attended", "absent"], "dest": "="},
    {"trigger": "put_off", "source": ["required", "warned", "confirmed"], "dest": "de_warned"},
]


def an_id() -> str:
    return str(uuid.uuid4())


class Case(db.Model):
    __tablename__ = "obvious_case"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    officer_id: Mapped[str] = mapped_column(sa.String(36))
    row_version: Mapped[int] = mapped_column(default=0)
    participants: Mapped[list[Participant]] = relationship(back_populates="case", order_by="Participant.id")
    hearings: Mapped[list[Hearing]] = relationship(back_populates="case")
    events: Mapped[list[Event]] = relationship(back_populates="case", lazy="write_only")


class Participant(db.Model):
    __tablename__ = "obvious_participant"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.ForeignKey("obvious_case.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(10))
    attendance: Mapped[str] = mapped_column(sa.String(20))
    case: Mapped[Case] = relationship(back_populates="participants")

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.start_machine()

    @reconstructor
    def start_machine(self) -> None:
        """Every participant has a machine, which keeps its state in the `attendance` column."""
        self.machine = Machine(
            model=self,
            states=STATES,
            transitions=TRANSITIONS,
            initial=self.attendance,
            model_attribute="attendance",
            auto_transitions=False,
        )


class Hearing(db.Model):
    __tablename__ = "obvious_hearing"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.ForeignKey("obvious_case.id"), index=True)
    court: Mapped[str] = mapped_column(sa.String(200))
    room: Mapped[str] = mapped_column(sa.String(100))
    starts_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    last_day: Mapped[date] = mapped_column(sa.Date)
    result_due_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    case: Mapped[Case] = relationship(back_populates="hearings")
    days: Mapped[list[HearingDay]] = relationship(cascade="all, delete-orphan")


class HearingDay(db.Model):
    __tablename__ = "obvious_hearing_day"

    hearing_id: Mapped[str] = mapped_column(sa.ForeignKey("obvious_hearing.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    on_date: Mapped[date] = mapped_column(sa.Date)
    at_time: Mapped[time | None] = mapped_column(sa.Time)


class Duty(db.Model):
    __tablename__ = "obvious_duty"
    __table_args__ = (
        sa.Index(
            "obvious_duty_one_open",
            "participant_id",
            "topic",
            "subject",
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index(
            "obvious_duty_open_unit",
            "unit_id",
            "priority",
            "due_at",
            "id",
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index(
            "obvious_duty_open_officer",
            "officer_id",
            "priority",
            "due_at",
            "id",
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True, default=an_id)
    participant_id: Mapped[str] = mapped_column(sa.ForeignKey("obvious_participant.id"), index=True)
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    officer_id: Mapped[str] = mapped_column(sa.String(36))
    topic: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(36))
    value: Mapped[Any] = mapped_column(JSONB)
    value_hash: Mapped[str] = mapped_column(sa.String(32))
    rule: Mapped[str] = mapped_column(sa.String(80))
    explanation: Mapped[Any] = mapped_column(JSONB)
    priority: Mapped[int] = mapped_column(sa.SmallInteger)
    clock_start: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    row_version: Mapped[int] = mapped_column(default=0)
    history: Mapped[list[DutyHistory]] = relationship(lazy="write_only")


class DutyHistory(db.Model):
    __tablename__ = "obvious_duty_history"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True, default=an_id)
    duty_id: Mapped[str] = mapped_column(sa.ForeignKey("obvious_duty.id"), index=True)
    event_id: Mapped[str] = mapped_column(sa.String(36))
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    action: Mapped[str] = mapped_column(sa.String(20))
    value_hash: Mapped[str] = mapped_column(sa.String(32))
    due_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


class Event(db.Model):
    __tablename__ = "obvious_event"
    __table_args__ = (sa.UniqueConstraint("case_id", "message_id"),)

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.ForeignKey("obvious_case.id"), index=True)
    message_id: Mapped[str] = mapped_column(sa.String(64))
    payload: Mapped[Any] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    case: Mapped[Case] = relationship(back_populates="events")
