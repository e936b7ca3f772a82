"""Keep how far each needs assessment was asked, and what officers wrote down beside the answers.

Nobody was asked in this service yet, so nothing is filled in: what a contact ticked before stays as it was told.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("participant", sa.Column("needs_asked", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "need_note",
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
            name="fk_need_note_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_need_note_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_need_note"),
    )
    op.create_index("need_note_message", "need_note", ["message_id", "section"], unique=True)
    op.create_index("need_note_participant", "need_note", ["participant_id", "id"])


def downgrade() -> None:
    op.drop_table("need_note")
    op.drop_column("participant", "needs_asked")
