"""What support was offered to people and what became of it, their visits to the court, and the local services.

What an offer is about (the court and the day of the trial) stands in the journal: cases in which one was ever owed are
marked as not told, so that the regular job `journals` folds them anew.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "support",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("service", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_support_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_support_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_support"),
    )
    op.create_index("support_case", "support", ["case_id", "id"])
    op.create_index("support_participant", "support", ["participant_id", "id"])
    op.create_index("support_unit", "support", ["unit_id", "kind", "service", "state"])
    op.create_table(
        "support_service",
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("area", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("entry", DOCUMENT, nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_support_service"),
    )
    op.create_index("support_service_area", "support_service", ["area", "key"])

    duty = sa.table("duty", sa.column("case_id"), sa.column("topic"))
    case = sa.table("court_case", sa.column("id"), sa.column("rows_journalled"))
    offers = sa.select(duty.c.case_id).where(duty.c.topic.in_(("task.pre_trial_visit", "task.witness_service")))
    op.execute(sa.update(case).where(case.c.id.in_(offers)).values(rows_journalled=sa.false()))


def downgrade() -> None:
    op.drop_table("support_service")
    op.drop_table("support")
