"""Keep the token of a link that a message is to carry, sealed, until the link is used, withdrawn or out of time."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("one_time_link", sa.Column("sealed_token", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("one_time_link", "sealed_token")
