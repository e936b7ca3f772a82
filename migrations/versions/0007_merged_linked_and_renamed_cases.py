"""Correct the URN of a case, link cases, merge two into one and split one in two, each so that it can be undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
SEALED = sa.LargeBinary()


def upgrade() -> None:
    op.add_column("court_case", sa.Column("merged_into", sa.String(36), nullable=True))
    op.create_index(
        "court_case_merged",
        "court_case",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.add_column("court_case", sa.Column("split_from", sa.String(36), nullable=True))
    op.create_index(
        "court_case_split",
        "court_case",
        ["split_from"],
        sqlite_where=sa.text("split_from IS NOT NULL"),
        postgresql_where=sa.text("split_from IS NOT NULL"),
    )
    op.add_column("case_event", sa.Column("carried_from", sa.String(36), nullable=True))
    op.add_column("case_event", sa.Column("act", sa.String(36), nullable=False, server_default=""))
    _refuse_changes_of_new_columns()
    op.create_table(
        "urn_correction",
        *_of_a_case(),
        sa.Column("urn_before", sa.String(20), nullable=False),
        sa.Column("urn", sa.String(20), nullable=False),
        *_who_and_why("corrected"),
        _case_key("urn_correction"),
        sa.PrimaryKeyConstraint("id", name="pk_urn_correction"),
    )
    op.create_index("urn_correction_case", "urn_correction", ["case_id", "corrected_at", "id"])
    op.create_table(
        "case_link",
        *_of_a_case(),
        sa.Column("other_case_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        *_who_and_why("linked"),
        *_undone("unlinked", "unlink_reason"),
        _case_key("case_link"),
        sa.ForeignKeyConstraint(["other_case_id"], ["court_case.id"], name="fk_case_link_other"),
        sa.PrimaryKeyConstraint("id", name="pk_case_link"),
    )
    op.create_index("case_link_case", "case_link", ["case_id", "id"])
    op.create_index("case_link_other", "case_link", ["other_case_id", "id"])
    op.create_table(
        "case_combination",
        *_of_a_case(),
        sa.Column("kind", sa.String(10), nullable=False, server_default="merge"),
        sa.Column("other_case_id", sa.String(36), nullable=False),
        sa.Column("moved", DOCUMENT, nullable=False),
        *_who_and_why("done"),
        *_undone("undone", "undo_reason"),
        _case_key("case_combination"),
        sa.ForeignKeyConstraint(["other_case_id"], ["court_case.id"], name="fk_case_combination_other"),
        sa.PrimaryKeyConstraint("id", name="pk_case_combination"),
    )
    op.create_index("case_combination_case", "case_combination", ["case_id", "id"])
    op.create_index("case_combination_other", "case_combination", ["other_case_id", "id"])


def downgrade() -> None:
    op.drop_table("case_combination")
    op.drop_table("case_link")
    op.drop_table("urn_correction")
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TRIGGER case_event_no_update_of_new" + (" ON case_event" if postgresql else ""))
    op.drop_column("case_event", "act")
    op.drop_column("case_event", "carried_from")
    op.drop_index("court_case_split", "court_case")
    op.drop_column("court_case", "split_from")
    op.drop_index("court_case_merged", "court_case")
    op.drop_column("court_case", "merged_into")


def _refuse_changes_of_new_columns() -> None:
    """The journal takes rows and gives none back; the triggers of the first tables name their columns one by one."""
    differs = "OLD.carried_from IS {0} NEW.carried_from OR OLD.act IS {0} NEW.act"
    trigger = "CREATE TRIGGER case_event_no_update_of_new BEFORE UPDATE ON case_event FOR EACH ROW WHEN"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{trigger} ({differs.format('DISTINCT FROM')}) EXECUTE FUNCTION refuse_change()")
    else:
        refuse = "BEGIN SELECT RAISE(ABORT, 'Rows of case_event are only ever added'); END"
        op.execute(f"{trigger} {differs.format('NOT')} {refuse}")


def _of_a_case() -> list[sa.Column]:
    return [
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
    ]


def _who_and_why(done: str) -> list[sa.Column]:
    return [
        sa.Column("reason", SEALED, nullable=False),
        sa.Column(f"{done}_by", sa.String(80), nullable=False),
        sa.Column(f"{done}_at", INSTANT, nullable=False),
    ]


def _undone(undone: str, reason: str) -> list[sa.Column]:
    return [
        sa.Column(reason, SEALED, nullable=True),
        sa.Column(f"{undone}_by", sa.String(80), nullable=True),
        sa.Column(f"{undone}_at", INSTANT, nullable=True),
    ]


def _case_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id", "unit_id"],
        ["court_case.id", "court_case.unit_id"],
        name=f"fk_{table}_case",
        onupdate="CASCADE",
    )
