"""People, the part each has in a case, and how it is safe to reach them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier
from witness_care.database import Base


class Person(Base):
    """One person, whatever the number of cases. Matched only by an id or by somebody's decision, never by name."""

    __tablename__ = "person"
    __table_args__ = (sa.UniqueConstraint("id", "unit_id"),)

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    date_of_birth: Mapped[date | None] = mapped_column(sa.Date)
    language: Mapped[str] = mapped_column(sa.String(20), default="English")
    deceased_on: Mapped[date | None] = mapped_column(sa.Date)
    safe_contact_note: Mapped[Any] = mapped_column(SealedColumn("person.safe_contact_note"), nullable=True)
    safe_word: Mapped[Any] = mapped_column(SealedColumn("person.safe_word"), nullable=True)
    safe_contact_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    representative: Mapped[Any] = mapped_column(SealedColumn("person.representative"), nullable=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    row_version: Mapped[int] = mapped_column(default=0)
    chosen_channel: Mapped[str] = mapped_column(sa.String(10), default="not_asked", server_default="not_asked")
    interpreter: Mapped[Any] = mapped_column(SealedColumn("person.interpreter"), nullable=True)
    representative_relation: Mapped[str] = mapped_column(sa.String(30), default="", server_default="")
    # A suspect, a defendant or somebody else who must never be contacted: what reaches them is never used (B6).
    representative_forbidden: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    reached_directly: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # though under 18


class ContactPoint(Base):
    """One way to reach a person: history rows, never overwritten; an unsafe one is never offered again (SEC-26)."""

    __tablename__ = "contact_point"
    __table_args__ = (
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_contact_point_person"),
        sa.Index("contact_point_person", "person_id", "id"),
        sa.Index("contact_point_blind", "kind", "blind_index"),
    )

    id: Mapped[str] = identifier()
    person_id: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(10))  # mobile, landline, email, address
    sealed_value: Mapped[Any] = mapped_column(SealedColumn("contact_point.sealed_value"))
    blind_index: Mapped[str] = mapped_column(sa.String(64))
    allowed: Mapped[str] = mapped_column(sa.String(10), default="not_asked")
    voicemail: Mapped[str] = mapped_column(sa.String(10), default="not_asked")
    may_identify_us: Mapped[str] = mapped_column(sa.String(10), default="not_asked")
    windows: Mapped[Any] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(Instant)
    unsafe_since: Mapped[datetime | None] = mapped_column(Instant)
    unsafe_because: Mapped[str] = mapped_column(sa.String(15), default="", server_default="")  # shared, or as said: ""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class Participant(Base):
    """A person's part in one case. `journey`, `attendance` and the rest of the standing are a projection."""

    __tablename__ = "participant"
    __table_args__ = (
        sa.UniqueConstraint("id", "case_id"),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_participant_case",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_participant_person"),
        sa.Index("participant_case", "case_id", "id"),
        sa.Index("participant_person", "person_id", "id"),
        sa.Index("participant_unit", "unit_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    person_id: Mapped[str] = mapped_column(sa.String(36))
    role: Mapped[str] = mapped_column(sa.String(10))
    witness_kind: Mapped[str] = mapped_column(sa.String(15), default="civilian")
    victim_kind: Mapped[str] = mapped_column(sa.String(20), default="person")
    enhanced: Mapped[str] = mapped_column(sa.String(10), default="no")
    enhanced_basis: Mapped[Any] = mapped_column(Json, default=list)
    gets_enhanced_time: Mapped[bool] = mapped_column(default=False)
    suggested_grounds: Mapped[Any] = mapped_column(Json, default=list)
    needs_asked: Mapped[int] = mapped_column(default=0)  # sections asked since the needs assessment was last opened
    # How the last talk was ended (empty while it was not), its answers as a unit counts them, and its last change.
    closing: Mapped[Any] = mapped_column(Json, nullable=True)
    closing_at: Mapped[datetime | None] = mapped_column(Instant)
    journey: Mapped[str] = mapped_column(sa.String(20), default="charge")
    attendance: Mapped[str] = mapped_column(sa.String(20), default="undecided")
    required: Mapped[bool | None] = mapped_column()
    missed_in_a_row: Mapped[int] = mapped_column(default=0)
    last_two_way_at: Mapped[datetime | None] = mapped_column(Instant)
    keep_in_touch_days: Mapped[int | None] = mapped_column()  # as agreed with them; None: as the unit does
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class SafetyChange(Base):
    """A change that would widen how somebody at risk is reached: it waits for a second person (SEC-26).

    While one waits, nothing that reaches the same way ("phone", "email", "address") is used. `contact_point_id` is
    empty for a new way; `wanted` holds the answers and hours, `sealed_value` the number or address of a new way.
    """

    __tablename__ = "safety_change"
    __table_args__ = (
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_safety_change_person"),
        sa.Index("safety_change_person", "person_id", "state", "reaches"),
        sa.Index("safety_change_waiting", "state", "proposed_at", "id"),
    )

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"))
    person_id: Mapped[str] = mapped_column(sa.String(36))
    contact_point_id: Mapped[str | None] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(10))
    reaches: Mapped[str] = mapped_column(sa.String(10))
    sealed_value: Mapped[Any] = mapped_column(SealedColumn("safety_change.sealed_value"), nullable=True)
    blind_index: Mapped[str] = mapped_column(sa.String(64))
    wanted: Mapped[Any] = mapped_column(Json, default=dict)
    widens: Mapped[Any] = mapped_column(Json, default=list)
    proposed_by: Mapped[str] = mapped_column(sa.String(80))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")  # confirmed, rejected, replaced
    decided_by: Mapped[str | None] = mapped_column(sa.String(80))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[Any] = mapped_column(SealedColumn("safety_change.reason"), nullable=True)


class Search(Base):
    """What one user searched for: the words are sealed here, so that no address of a page ever holds them."""

    __tablename__ = "search"
    __table_args__ = (sa.Index("search_user", "user_id", "made_at", "id"),)

    id: Mapped[str] = identifier()
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("app_user.id"))
    text: Mapped[Any] = mapped_column(SealedColumn("search.text"))
    made_at: Mapped[datetime] = mapped_column(Instant)


class DeclinedSuggestion(Base):
    """That somebody said no to a ground for enhanced rights that was suggested, and why. Rows are only added.

    `cases` is in how many cases the person was known as a victim by then.
    """

    __tablename__ = "declined_suggestion"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_declined_suggestion_case",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_declined_suggestion_participant"),
        sa.Index("declined_suggestion_participant", "participant_id", "declined_at", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    participant_id: Mapped[str] = mapped_column(sa.String(36))
    ground: Mapped[str] = mapped_column(sa.String(40))
    cases: Mapped[int] = mapped_column()
    reason: Mapped[Any] = mapped_column(SealedColumn("declined_suggestion.reason"))
    declined_by: Mapped[str] = mapped_column(sa.String(80))
    declined_at: Mapped[datetime] = mapped_column(Instant)
