"""Keep what officers wrote down beside the dates on which somebody cannot come."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "availability_note",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("may_be_shared", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_availability_note_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_availability_note_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_availability_note"),
    )
    op.create_index("availability_note_message", "availability_note", ["message_id"], unique=True)
    op.create_index("availability_note_participant", "availability_note", ["participant_id", "id"])


def downgrade() -> None:
    op.drop_table("availability_note")
