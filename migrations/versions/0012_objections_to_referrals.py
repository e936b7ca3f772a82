"""Keep with a referral whether the victim was told of it and whether they objected.

Both stand in the journal. The cases of referrals that were sent are marked as not told, so that the regular job
`journals` folds them anew and fills them in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("told", "objects"):
        op.add_column("referral", sa.Column(name, sa.String(20), nullable=False, server_default="not_asked"))
    referral = sa.table("referral", sa.column("case_id"), sa.column("sent_at"))
    case = sa.table("court_case", sa.column("id"), sa.column("rows_journalled"))
    sent = sa.select(referral.c.case_id).where(referral.c.sent_at.is_not(None))
    op.execute(sa.update(case).where(case.c.id.in_(sent)).values(rows_journalled=sa.false()))


def downgrade() -> None:
    for name in ("objects", "told"):
        op.drop_column("referral", name)
