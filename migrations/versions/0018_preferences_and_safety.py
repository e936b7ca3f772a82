"""Keep how people want to be told, who may answer for them, and changes of safety that wait for a second person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("person", sa.Column("chosen_channel", sa.String(10), nullable=False, server_default="not_asked"))
    op.add_column("person", sa.Column("interpreter", sa.LargeBinary(), nullable=True))
    op.add_column("person", sa.Column("representative_relation", sa.String(30), nullable=False, server_default=""))
    for name in ("representative_forbidden", "reached_directly"):
        op.add_column("person", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contact_point", sa.Column("unsafe_because", sa.String(15), nullable=False, server_default=""))
    op.add_column("contact", sa.Column("safety_seen_at", INSTANT, nullable=True))
    op.add_column("contact", sa.Column("safety_seen_by", sa.String(80), nullable=True))
    op.add_column("contact", sa.Column("safety_seen_note", sa.LargeBinary(), nullable=True))
    op.create_table(
        "safety_change",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("contact_point_id", sa.String(36), nullable=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("reaches", sa.String(10), nullable=False),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=True),
        sa.Column("blind_index", sa.String(64), nullable=False),
        sa.Column("wanted", DOCUMENT, nullable=False),
        sa.Column("widens", DOCUMENT, nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_change")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_change_unit_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_safety_change_person"),
    )
    op.create_index("safety_change_person", "safety_change", ["person_id", "state", "reaches"])
    op.create_index("safety_change_waiting", "safety_change", ["state", "proposed_at", "id"])


def downgrade() -> None:
    op.drop_table("safety_change")
    for name in ("safety_seen_note", "safety_seen_by", "safety_seen_at"):
        op.drop_column("contact", name)
    op.drop_column("contact_point", "unsafe_because")
    for name in (
        *("reached_directly", "representative_forbidden", "representative_relation", "interpreter"),
        "chosen_channel",
    ):
        op.drop_column("person", name)
