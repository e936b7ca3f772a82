"""Referrals to the Victim Contact Scheme, and which cases have told their journal what only their rows held."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("defendant_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("reasons", DOCUMENT, nullable=False),
        sa.Column("missing", DOCUMENT, nullable=False),
        sa.Column("sentenced_on", sa.Date(), nullable=True),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("liaison_at", INSTANT, nullable=True),
        sa.Column("liaison_due_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_referral_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_referral_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
    )
    op.create_index("referral_case", "referral", ["case_id", "id"])
    op.create_index("referral_participant", "referral", ["participant_id", "id"])
    op.create_index("referral_unit", "referral", ["unit_id", "state", "id"])
    # True for every case from now on; those of before tell their journal in a regular job.
    op.add_column("court_case", sa.Column("rows_journalled", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(sa.update(sa.table("court_case", sa.column("rows_journalled"))).values(rows_journalled=sa.false()))
    waiting = sa.text("NOT rows_journalled")
    op.create_index("court_case_not_journalled", "court_case", ["id"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("court_case_not_journalled", "court_case")
    op.drop_column("court_case", "rows_journalled")
    op.drop_table("referral")
