"""Keep who undid an entry, when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
SEALED = sa.LargeBinary()


def upgrade() -> None:
    op.create_table(
        "undone_entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("reason", SEALED, nullable=False),
        sa.Column("undone_by", sa.String(80), nullable=False),
        sa.Column("undone_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_undone_entry_case",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_undone_entry"),
        sa.UniqueConstraint("case_id", "message_id", name="uq_undone_entry_case_id_message_id"),
    )


def downgrade() -> None:
    op.drop_table("undone_entry")
