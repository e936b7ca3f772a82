"""The case, its defendants and offences, its hearings and their results, and every name by which others know them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, SealedColumn, identifier
from witness_care.database import Base


class CourtCase(Base):
    """One prosecution case. `state` is the fold of its journal (no personal data); the other tables show it."""

    __tablename__ = "court_case"
    __table_args__ = (
        sa.UniqueConstraint("id", "unit_id"),
        sa.UniqueConstraint("urn"),
        sa.Index("court_case_officer", "unit_id", "officer_id", "id"),
        sa.Index(
            "court_case_merged",
            "merged_into",
            sqlite_where=sa.text("merged_into IS NOT NULL"),
            postgresql_where=sa.text("merged_into IS NOT NULL"),
        ),
        sa.Index(
            "court_case_split",
            "split_from",
            sqlite_where=sa.text("split_from IS NOT NULL"),
            postgresql_where=sa.text("split_from IS NOT NULL"),
        ),
        sa.Index(
            "court_case_unallocated",
            "unit_id",
            "without_officer_since",
            "id",
            sqlite_where=sa.text("officer_id IS NULL"),
            postgresql_where=sa.text("officer_id IS NULL"),
        ),
        sa.Index(
            "court_case_not_journalled",
            "id",
            sqlite_where=sa.text("NOT rows_journalled"),
            postgresql_where=sa.text("NOT rows_journalled"),
        ),
    )

    id: Mapped[str] = identifier()
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"))
    urn: Mapped[str] = mapped_column(sa.String(20))
    officer_id: Mapped[str | None] = mapped_column(sa.ForeignKey("app_user.id"))
    allocated_by: Mapped[str | None] = mapped_column(sa.String(40))
    # When it last came to be nobody's: received so, or lost its officer. Kept while it has one, for a hand-over undone.
    without_officer_since: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    row_version: Mapped[int] = mapped_column(default=0)
    state: Mapped[Any] = mapped_column(Json)
    state_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    merged_into: Mapped[str | None] = mapped_column(sa.String(36))  # the case it is part of now
    split_from: Mapped[str | None] = mapped_column(sa.String(36))  # the case its defendants were taken out of
    # False for a case of before 0009, until its journal holds the offence codes and grounds that its rows hold.
    rows_journalled: Mapped[bool] = mapped_column(default=True, server_default=sa.true())


class Defendant(Base):
    """A defendant. Names are shown to staff only; contact details are never kept, only their blind indexes."""

    __tablename__ = "defendant"
    __table_args__ = (
        sa.UniqueConstraint("id", "case_id"),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            onupdate="CASCADE",
            name="fk_defendant_case",
        ),
        sa.Index("defendant_case", "case_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    name: Mapped[str] = mapped_column(sa.String(200))
    date_of_birth: Mapped[date | None] = mapped_column(sa.Date)
    arrest_summons_number: Mapped[str | None] = mapped_column(sa.String(40))
    proceedings: Mapped[str] = mapped_column(sa.String(30), default="charged")
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class DefendantEndpoint(Base):
    """The blind index of a contact detail a defendant was seen with: enough to find a collision, nothing to read."""

    __tablename__ = "defendant_endpoint"
    __table_args__ = (
        sa.Index("defendant_endpoint_index", "kind", "blind_index"),
        sa.Index("defendant_endpoint_sender", "external_id"),
    )

    id: Mapped[str] = identifier()
    defendant_id: Mapped[str | None] = mapped_column(sa.String(36))
    case_id: Mapped[str | None] = mapped_column(sa.String(36))
    external_id: Mapped[str] = mapped_column(sa.String(64), default="")
    kind: Mapped[str] = mapped_column(sa.String(10))
    blind_index: Mapped[str] = mapped_column(sa.String(64))
    seen_at: Mapped[datetime] = mapped_column(Instant)


class Offence(Base):
    __tablename__ = "offence"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], onupdate="CASCADE", name="fk_offence_case"
        ),
        sa.ForeignKeyConstraint(["defendant_id"], ["defendant.id"], name="fk_offence_defendant"),
        sa.Index("offence_case", "case_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    defendant_id: Mapped[str] = mapped_column(sa.String(36))
    cjs_code: Mapped[str] = mapped_column(sa.String(20), default="")
    title: Mapped[str] = mapped_column(sa.String(300), default="")
    charged_on: Mapped[date | None] = mapped_column(sa.Date)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class Hearing(Base):
    """A hearing as it now stands: a projection of the case's state, for lists and pages."""

    __tablename__ = "hearing"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], onupdate="CASCADE", name="fk_hearing_case"
        ),
        sa.Index("hearing_case", "case_id", "id"),
        sa.Index("hearing_unit_starts", "unit_id", "starts_at", "id"),
        sa.Index(
            "hearing_result_due",
            "unit_id",
            "result_due_at",
            "id",
            sqlite_where=sa.text("result_due_at IS NOT NULL"),
            postgresql_where=sa.text("result_due_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    thread: Mapped[str] = mapped_column(sa.String(36), default="")
    status: Mapped[str] = mapped_column(sa.String(20))
    hearing_type: Mapped[str] = mapped_column(sa.String(200), default="")
    hearing_class: Mapped[str] = mapped_column(sa.String(20), default="other")
    jurisdiction: Mapped[str] = mapped_column(sa.String(20), default="")
    date_kind: Mapped[str | None] = mapped_column(sa.String(20))
    court: Mapped[str] = mapped_column(sa.String(200), default="")
    court_code: Mapped[str] = mapped_column(sa.String(20), default="")
    room: Mapped[str] = mapped_column(sa.String(100), default="")
    reason: Mapped[str] = mapped_column(sa.String(64), default="")
    week_commencing: Mapped[date | None] = mapped_column(sa.Date)
    weeks: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[datetime | None] = mapped_column(Instant)
    last_day: Mapped[date | None] = mapped_column(sa.Date)
    result_due_at: Mapped[datetime | None] = mapped_column(Instant)
    provenance: Mapped[str] = mapped_column(sa.String(20), default="stated")
    adjournment_note: Mapped[Any] = mapped_column(SealedColumn("hearing.adjournment_note"), nullable=True)


class HearingDay(Base):
    __tablename__ = "hearing_day"
    __table_args__ = (sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name="fk_hearing_day_hearing"),)

    hearing_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.String(36))
    on_date: Mapped[date] = mapped_column(sa.Date)
    at_time: Mapped[time | None] = mapped_column(sa.Time)
    cancelled: Mapped[bool] = mapped_column(default=False)


class HearingLink(Base):
    """An old hearing and the one that came of it: relisted, adjourned to, or a duplicate."""

    __tablename__ = "hearing_link"
    __table_args__ = (sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name="fk_hearing_link_hearing"),)

    hearing_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    from_hearing_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)


class Result(Base):
    """One current result of one offence: the latest share of its hearing day."""

    __tablename__ = "result"
    __table_args__ = (
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name="fk_result_hearing"),
        sa.Index("result_case", "case_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    hearing_id: Mapped[str] = mapped_column(sa.String(36))
    on_date: Mapped[date] = mapped_column(sa.Date)
    defendant_id: Mapped[str] = mapped_column(sa.String(36))
    offence_id: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(20), default="")
    label: Mapped[str] = mapped_column(sa.String(300), default="")
    length: Mapped[str] = mapped_column(sa.String(40), default="")
    final: Mapped[bool] = mapped_column(default=False)


class Identifier(Base):
    """Every name by which another system knows one of our rows: an alias is added, never changed.

    `taught_by` and `taught_part` say which part of which court message taught it, `match_id` which match of a person
    gave it; what they gave goes when that match is taken back.
    """

    __tablename__ = "identifier"
    __table_args__ = (
        sa.UniqueConstraint("namespace", "kind", "value", "case_id"),
        sa.Index("identifier_lookup", "namespace", "kind", "value"),
        sa.Index("identifier_target", "target_id"),
    )

    id: Mapped[str] = identifier()
    namespace: Mapped[str] = mapped_column(sa.String(40))  # urn, cp, asn, or an API client's own
    kind: Mapped[str] = mapped_column(sa.String(20))  # case, defendant, offence, hearing, participant, person
    value: Mapped[str] = mapped_column(sa.String(64))
    case_id: Mapped[str] = mapped_column(sa.String(36), default="")  # "" for a person
    target_id: Mapped[str] = mapped_column(sa.String(36))
    created_at: Mapped[datetime] = mapped_column(Instant)
    taught_by: Mapped[str | None] = mapped_column(sa.String(36))
    taught_part: Mapped[int] = mapped_column(default=0, server_default="0")
    match_id: Mapped[str | None] = mapped_column(sa.String(36))


def _of_its_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], onupdate="CASCADE", name=f"fk_{table}_case"
    )


class UrnCorrection(Base):
    """That somebody put a case's URN right, and why; `urn_before` stays a name of the case."""

    __tablename__ = "urn_correction"
    __table_args__ = (_of_its_case("urn_correction"), sa.Index("urn_correction_case", "case_id", "corrected_at", "id"))

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    urn_before: Mapped[str] = mapped_column(sa.String(20))
    urn: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[Any] = mapped_column(SealedColumn("urn_correction.reason"))
    corrected_by: Mapped[str] = mapped_column(sa.String(80))
    corrected_at: Mapped[datetime] = mapped_column(Instant)


class CourtMatch(Base):
    """That a person said a waiting part of a court message is about this case, and perhaps that it was taken back.

    `names` are those it had given, and others that came through them, once they are taken back; `part_id` is the part
    that was matched.
    """

    __tablename__ = "court_match"
    __table_args__ = (
        _of_its_case("court_match"),
        sa.Index("court_match_case", "case_id", "matched_at", "id"),
        sa.Index("court_match_message", "message_row_id", "part"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    part_id: Mapped[str] = mapped_column(sa.String(36))
    message_row_id: Mapped[str] = mapped_column(sa.String(36))
    part: Mapped[int]
    hearing_id: Mapped[str | None] = mapped_column(sa.String(36))
    matched_by: Mapped[str] = mapped_column(sa.String(80))
    matched_at: Mapped[datetime] = mapped_column(Instant)
    names: Mapped[Any] = mapped_column(Json, default=list)
    reason: Mapped[Any] = mapped_column(SealedColumn("court_match.reason"), nullable=True)
    taken_back_by: Mapped[str | None] = mapped_column(sa.String(80))
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseLink(Base):
    """That two cases have to do with each other; it changes nothing that is owed. It ends with a reason."""

    __tablename__ = "case_link"
    __table_args__ = (
        _of_its_case("case_link"),
        sa.ForeignKeyConstraint(["other_case_id"], ["court_case.id"], name="fk_case_link_other"),
        sa.Index("case_link_case", "case_id", "id"),
        sa.Index("case_link_other", "other_case_id", "id"),
    )

    id: Mapped[str] = identifier()
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    other_case_id: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[Any] = mapped_column(SealedColumn("case_link.reason"))
    linked_by: Mapped[str] = mapped_column(sa.String(80))
    linked_at: Mapped[datetime] = mapped_column(Instant)
    unlink_reason: Mapped[Any] = mapped_column(SealedColumn("case_link.unlink_reason"), nullable=True)
    unlinked_by: Mapped[str | None] = mapped_column(sa.String(80))
    unlinked_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseCombination(Base):
    """That one case (`other_case_id`) became part of another, or was split off it, by whom and why.

    `kind` is "merge" or "split"; `moved` names what went, and what is the same in both, by our ids.
    """

    __tablename__ = "case_combination"
    __table_args__ = (
        _of_its_case("case_combination"),
        sa.ForeignKeyConstraint(["other_case_id"], ["court_case.id"], name="fk_case_combination_other"),
        sa.Index("case_combination_case", "case_id", "id"),
        sa.Index("case_combination_other", "other_case_id", "id"),
    )

    id: Mapped[str] = identifier()
    kind: Mapped[str] = mapped_column(sa.String(10), default="merge", server_default="merge")
    case_id: Mapped[str] = mapped_column(sa.String(36))
    unit_id: Mapped[str] = mapped_column(sa.String(36))
    other_case_id: Mapped[str] = mapped_column(sa.String(36))
    moved: Mapped[Any] = mapped_column(Json)
    reason: Mapped[Any] = mapped_column(SealedColumn("case_combination.reason"))
    done_by: Mapped[str] = mapped_column(sa.String(80))
    done_at: Mapped[datetime] = mapped_column(Instant)
    undo_reason: Mapped[Any] = mapped_column(SealedColumn("case_combination.undo_reason"), nullable=True)
    undone_by: Mapped[str | None] = mapped_column(sa.String(80))
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
