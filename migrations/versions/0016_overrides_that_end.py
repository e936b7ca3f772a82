"""Keep with an override of a concern what was counted then: it ends when something worse comes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("concern", sa.Column("override_counted", sa.String(20), nullable=True))
    concern = sa.table("concern", sa.column("override_id"), sa.column("override_counted"))
    decision = sa.table("concern_decision", sa.column("id"), sa.column("counted_band"))
    then = sa.select(decision.c.counted_band).where(decision.c.id == concern.c.override_id).scalar_subquery()
    op.execute(sa.update(concern).where(concern.c.override_id.is_not(None)).values(override_counted=then))


def downgrade() -> None:
    op.drop_column("concern", "override_counted")
