"""Keep questions to and from agencies, which rule packs were switched on, and what of a suggestion was declined."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agency_query",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=True),
        sa.Column("about", DOCUMENT, nullable=False),
        sa.Column("agency", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(30), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.String(36), nullable=True),
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("logged_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("due_setting", sa.String(120), nullable=False),
        sa.Column("explanation", DOCUMENT, nullable=False),
        sa.Column("chased", sa.Integer(), nullable=False),
        sa.Column("last_chased_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_reason", sa.String(30), nullable=True),
        sa.Column("closed_by", sa.String(80), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_agency_query_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_agency_query_participant"),
        sa.ForeignKeyConstraint(["officer_id"], ["app_user.id"], name="fk_agency_query_officer_id"),
        _choice("agency", "police", "cps", "court", "probation", "other"),
        _choice("direction", "asked", "received"),
        _choice("kind", "question", "early_advice", "file_gap", "stop_review"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_query"),
        sa.UniqueConstraint("submission", name="uq_agency_query_submission"),
    )
    op.create_index("agency_query_case", "agency_query", ["case_id", "asked_at", "id"])
    op.create_index(
        "agency_query_open",
        "agency_query",
        ["unit_id", "due_at", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "agency_query_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("query_id", sa.String(36), nullable=False),
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("officer_id", sa.String(36), nullable=True),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["query_id"], ["agency_query.id"], name="fk_agency_query_step_query"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_query_step"),
        sa.UniqueConstraint("query_id", "submission", name="uq_agency_query_step_query_id_submission"),
    )
    op.create_table(
        "rule_pack",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_pack"),
        sa.UniqueConstraint("name", name="uq_rule_pack_name"),
    )
    op.create_table(
        "rule_pack_switch",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("switched_by", sa.String(80), nullable=False),
        sa.Column("switched_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_pack_switch"),
        sa.UniqueConstraint("number", name="uq_rule_pack_switch_number"),
    )
    op.create_table(
        "declined_suggestion",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("declined_by", sa.String(80), nullable=False),
        sa.Column("declined_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_declined_suggestion_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_declined_suggestion_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_declined_suggestion"),
    )
    op.create_index("declined_suggestion_participant", "declined_suggestion", ["participant_id", "declined_at", "id"])


def downgrade() -> None:
    op.drop_table("declined_suggestion")
    op.drop_table("rule_pack_switch")
    op.drop_table("rule_pack")
    op.drop_table("agency_query_step")
    op.drop_table("agency_query")


def _choice(column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_agency_query_{column}"))
