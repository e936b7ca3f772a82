"""Tell PostgreSQL that an officer's duties are those of a unit, so that it reads a page of My day from its index.

Without this it takes officer and unit for unrelated, expects far fewer rows than there are, and reads an officer's
whole day to show fifty of it. Only statistics change; SQLite has none of the kind.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE STATISTICS duty_officer_of_unit (dependencies) ON officer_id, unit_id FROM duty")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP STATISTICS duty_officer_of_unit")
