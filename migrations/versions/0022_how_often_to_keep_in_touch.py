"""Keep how often it was agreed with somebody to keep in touch."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participant", sa.Column("keep_in_touch_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("participant", "keep_in_touch_days")
