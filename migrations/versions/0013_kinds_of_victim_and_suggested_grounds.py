"""Keep as what somebody is on the victim's side, and which grounds for enhanced rights wait for a decision.

Everybody held so far is a victim themselves. What their offences suggest is worked out by the regular job `journals`,
which folds the cases anew that have people on the victim's side.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("participant", sa.Column("victim_kind", sa.String(20), nullable=False, server_default="person"))
    op.add_column("participant", sa.Column("suggested_grounds", DOCUMENT, nullable=False, server_default="[]"))
    participant = sa.table("participant", sa.column("case_id"), sa.column("role"))
    case = sa.table("court_case", sa.column("id"), sa.column("rows_journalled"))
    victims = sa.select(participant.c.case_id).where(participant.c.role.in_(("victim", "both")))
    op.execute(sa.update(case).where(case.c.id.in_(victims)).values(rows_journalled=sa.false()))


def downgrade() -> None:
    for name in ("suggested_grounds", "victim_kind"):
        op.drop_column("participant", name)
