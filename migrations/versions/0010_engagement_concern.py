"""Keep the engagement concern of each person, when time alone next changes it, and what officers decided about it.

Whoever is in a case already gets a row that waits to be counted; the regular job counts it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
TO_REVIEW = sa.text("next_review_at IS NOT NULL")
TO_DO = sa.text("kind = 'accepted' AND done_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "concern",
        sa.Column("participant_id", sa.String(36), nullable=False),
        *_of_a_case(),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("band", sa.String(20), nullable=False),
        sa.Column("reasons", DOCUMENT, nullable=False),
        sa.Column("lowers", DOCUMENT, nullable=False),
        sa.Column("suggested_action", sa.String(40), nullable=False),
        sa.Column("next_review_at", INSTANT, nullable=True),
        sa.Column("computed_at", INSTANT, nullable=False),
        sa.Column("override_band", sa.String(20), nullable=True),
        sa.Column("override_until", INSTANT, nullable=True),
        sa.Column("override_id", sa.String(36), nullable=True),
        sa.Column("action_id", sa.String(36), nullable=True),
        *_keys("concern"),
        sa.PrimaryKeyConstraint("participant_id", name="pk_concern"),
    )
    op.create_index(
        "concern_to_review",
        "concern",
        ["next_review_at", "participant_id"],
        sqlite_where=TO_REVIEW,
        postgresql_where=TO_REVIEW,
    )
    op.create_index("concern_unit", "concern", ["unit_id", "points", "participant_id"])
    op.create_index("concern_case", "concern", ["case_id", "participant_id"])
    op.create_table(
        "concern_decision",
        sa.Column("id", sa.String(36), nullable=False),
        *_of_a_case(),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("counted_band", sa.String(20), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("band", sa.String(20), nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", sa.String(80), nullable=True),
        *_keys("concern_decision"),
        sa.PrimaryKeyConstraint("id", name="pk_concern_decision"),
    )
    op.create_index("concern_decision_participant", "concern_decision", ["participant_id", "decided_at", "id"])
    op.create_index(
        "concern_decision_to_do",
        "concern_decision",
        ["case_id", "decided_at", "id"],
        sqlite_where=TO_DO,
        postgresql_where=TO_DO,
    )
    _let_everybody_be_counted()


def downgrade() -> None:
    op.drop_table("concern_decision")
    op.drop_table("concern")


def _of_a_case() -> tuple[sa.Column, ...]:
    return (
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
    )


def _keys(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name=f"fk_{table}_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=f"fk_{table}_participant"),
    )


def _let_everybody_be_counted() -> None:
    op.execute(
        "INSERT INTO concern (participant_id, unit_id, case_id, points, band, reasons, lowers, suggested_action,"
        " next_review_at, computed_at)"
        " SELECT id, unit_id, case_id, 0, 'not_enough', '[]', '[]', '',"
        " '1970-01-01T00:00:00.000000Z', '1970-01-01T00:00:00.000000Z' FROM participant"
    )
