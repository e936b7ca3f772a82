"""Keep which match of a waiting court message gave which names to a case, so that a match can be taken back."""

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "court_match",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("part_id", sa.String(36), nullable=False),
        sa.Column("message_row_id", sa.String(36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.String(36), nullable=True),
        sa.Column("matched_by", sa.String(80), nullable=False),
        sa.Column("matched_at", INSTANT, nullable=False),
        sa.Column("names", DOCUMENT, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("taken_back_by", sa.String(80), nullable=True),
        sa.Column("taken_back_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_court_match_case",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_court_match"),
    )
    op.create_index("court_match_case", "court_match", ["case_id", "matched_at", "id"])
    op.create_index("court_match_message", "court_match", ["message_row_id", "part"])
    op.add_column("identifier", sa.Column("taught_by", sa.String(36), nullable=True))
    op.add_column("identifier", sa.Column("taught_part", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("identifier", sa.Column("match_id", sa.String(36), nullable=True))
    _keep_the_matches_of_before()


def downgrade() -> None:
    for column in ("match_id", "taught_part", "taught_by"):
        op.drop_column("identifier", column)
    op.drop_table("court_match")


def _keep_the_matches_of_before() -> None:
    """A match of before wrote its names at the very moment of the decision; what came through them later is not known.

    What was set aside and taken up again by a person is marked in the same way; to take that back changes nothing.
    """
    connection = op.get_bind()
    for row in connection.execute(
        sa.select(_part, _case.c.unit_id)
        .join(_case, _case.c.id == _part.c.case_id)
        .where(_part.c.decided_by.is_not(None), _part.c.decided_at.is_not(None), _part.c.state != "rejected")
        .order_by(_part.c.id)
    ).all():
        match = str(uuid.uuid4())
        connection.execute(
            _match.insert().values(
                id=match,
                case_id=row.case_id,
                unit_id=row.unit_id,
                part_id=row.id,
                message_row_id=row.message_row_id,
                part=row.part,
                hearing_id=row.hearing_id,
                matched_by=row.decided_by,
                matched_at=row.decided_at,
                names=[],
            )
        )
        given = sa.and_(_name.c.case_id == row.case_id, _name.c.created_at == row.decided_at)
        connection.execute(_name.update().where(given).values(taught_by=row.message_row_id, taught_part=row.part))
        connection.execute(_name.update().where(given, _name.c.kind.in_(("case", "hearing"))).values(match_id=match))


_part = sa.table(
    "feed_part",
    *(sa.column(name) for name in ("id", "message_row_id", "part", "case_id", "hearing_id", "state", "decided_by")),
    sa.column("decided_at", INSTANT),
)
_case = sa.table("court_case", sa.column("id"), sa.column("unit_id"))
_match = sa.table(
    "court_match",
    *(sa.column(name) for name in ("id", "case_id", "unit_id", "part_id", "message_row_id", "part", "hearing_id")),
    sa.column("matched_by"),
    sa.column("matched_at", INSTANT),
    sa.column("names", DOCUMENT),
)
_name = sa.table(
    "identifier",
    *(sa.column(name) for name in ("case_id", "kind", "taught_by", "taught_part", "match_id")),
    sa.column("created_at", INSTANT),
)
