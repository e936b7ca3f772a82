"""Keep files of people that wait to be imported, and which of their rows were refused."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
SEALED = sa.LargeBinary()


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("body", SEALED, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_import_file_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_file"),
        sa.UniqueConstraint("id", "unit_id", name="uq_import_file_id_unit_id"),
    )
    op.create_index("import_file_unit", "import_file", ["unit_id", "made_at", "id"])
    op.create_table(
        "import_refusal",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.String(40), nullable=False),
        sa.Column("expected", sa.String(500), nullable=False),
        sa.Column("advice", sa.String(500), nullable=False),
        sa.Column("row_key", sa.String(64), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.String(80), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id", "unit_id"],
            ["import_file.id", "import_file.unit_id"],
            name="fk_import_refusal_import",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_refusal"),
    )
    op.create_index("import_refusal_import", "import_refusal", ["import_id", "line", "id"])
    op.create_index("import_refusal_row", "import_refusal", ["unit_id", "row_key"])


def downgrade() -> None:
    op.drop_table("import_refusal")
    op.drop_table("import_file")
