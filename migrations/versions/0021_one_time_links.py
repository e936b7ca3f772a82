"""Keep one-time links, by the hash of their token only, and what people answered by them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WAITS = sa.text("dealt_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("contact_point_id", sa.String(36), nullable=True),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_one_time_link_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_one_time_link_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_link"),
    )
    op.create_index("one_time_link_token", "one_time_link", ["token_hash"], unique=True)
    op.create_index("one_time_link_participant", "one_time_link", ["participant_id", "id"])
    op.create_table(
        "link_reply",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("link_id", sa.String(36), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("dealt_at", INSTANT, nullable=True),
        sa.Column("dealt_by", sa.String(80), nullable=False),
        sa.Column("dealt_as", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_link_reply_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_link_reply_participant"),
        sa.ForeignKeyConstraint(["link_id"], ["one_time_link.id"], name="fk_link_reply_link"),
        sa.PrimaryKeyConstraint("id", name="pk_link_reply"),
    )
    op.create_index("link_reply_link", "link_reply", ["link_id"], unique=True)
    op.create_index("link_reply_participant", "link_reply", ["participant_id", "id"])
    op.create_index(
        "link_reply_waits", "link_reply", ["unit_id", "received_at", "id"], sqlite_where=WAITS, postgresql_where=WAITS
    )


def downgrade() -> None:
    op.drop_table("link_reply")
    op.drop_table("one_time_link")
