"""Keep as what somebody is on the victim's side, which grounds for enhanced rights wait, and whose times are shorter.

Everybody held so far is a victim themselves, and what was owed to them keeps its time: offences and flags suggest
something with the next news of a case.
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
    op.add_column(
        "participant", sa.Column("gets_enhanced_time", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    names = ("enhanced", "gets_enhanced_time")
    participant = sa.table("participant", *(sa.column(name) for name in names))
    shorter = participant.c.enhanced != "no"  # not decided is worked at the shorter times
    op.execute(sa.update(participant).where(shorter).values(gets_enhanced_time=sa.true()))


def downgrade() -> None:
    for name in ("gets_enhanced_time", "suggested_grounds", "victim_kind"):
        op.drop_column("participant", name)
