"""Keep who decided on a part of a court message that waited, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("feed_part", sa.Column("decided_by", sa.String(80), nullable=True))
    op.add_column("feed_part", sa.Column("decided_at", INSTANT, nullable=True))


def downgrade() -> None:
    op.drop_column("feed_part", "decided_at")
    op.drop_column("feed_part", "decided_by")
