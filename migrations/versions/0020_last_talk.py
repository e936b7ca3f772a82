"""Keep what was said in each last talk, how it was ended, and what officers wrote down beside the answers.

Nobody was asked in this service yet, so nothing is filled in: what a contact ticked before stays as it was told.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("participant", sa.Column("closing", DOCUMENT, nullable=True))
    op.add_column("participant", sa.Column("closing_at", INSTANT, nullable=True))
    op.create_table(
        "closing_note",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("section", sa.String(40), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_closing_note_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_closing_note_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_closing_note"),
    )
    op.create_index("closing_note_message", "closing_note", ["message_id", "section"], unique=True)
    op.create_index("closing_note_participant", "closing_note", ["participant_id", "id"])


def downgrade() -> None:
    op.drop_table("closing_note")
    op.drop_column("participant", "closing_at")
    op.drop_column("participant", "closing")
