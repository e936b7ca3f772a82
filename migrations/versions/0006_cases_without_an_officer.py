"""Keep since when a case has had no officer, so that its age counts from then and not from when its row was made."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
NOBODYS = sa.text("officer_id IS NULL")


def upgrade() -> None:
    op.add_column("court_case", sa.Column("without_officer_since", INSTANT, nullable=True))
    # When the officer of these was taken away is not known: they count from when they came, as they did.
    op.execute("UPDATE court_case SET without_officer_since = created_at WHERE officer_id IS NULL")
    _index_by("without_officer_since")


def downgrade() -> None:
    _index_by("created_at")
    op.drop_column("court_case", "without_officer_since")


def _index_by(column: str) -> None:
    op.drop_index("court_case_unallocated", table_name="court_case")
    columns = ["unit_id", column, "id"]
    op.create_index("court_case_unallocated", "court_case", columns, sqlite_where=NOBODYS, postgresql_where=NOBODYS)
