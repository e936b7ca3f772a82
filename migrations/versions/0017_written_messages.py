"""Written messages: templates, the outbox, which news each message tells, and its steps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    _templates()
    _outbox()
    _keys_and_steps()


def downgrade() -> None:
    for table in ("outbox_step", "outbox_key", "outbox", "message_template"):
        op.drop_table(table)


def _templates() -> None:
    op.create_table(
        "message_template",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("neutral", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("subject_en", sa.String(200), nullable=True),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("subject_cy", sa.String(200), nullable=True),
        sa.Column("body_cy", sa.Text(), nullable=True),
        sa.Column("topics", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("submitted_by", sa.String(80), nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("approved_by", sa.String(80), nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message_template"),
        sa.UniqueConstraint("key", "channel", "version", name="uq_message_template_version"),
    )
    op.create_index("message_template_state", "message_template", ["state", "channel", "key", "version"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("contact_point_id", sa.String(36), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("template_id", sa.String(36), nullable=False),
        sa.Column("languages", sa.String(10), nullable=False),
        sa.Column("telling", DOCUMENT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(60), nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.Column("provider", sa.String(10), nullable=True),
        sa.Column("provider_id", sa.String(100), nullable=True),
        sa.Column("provider_status", sa.String(30), nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("empty_answers", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", INSTANT, nullable=True),
        sa.Column("overridden", sa.String(40), nullable=False),
        sa.Column("override_reason", sa.LargeBinary(), nullable=True),
        sa.Column("link_id", sa.String(36), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=True),
        sa.Column("approved_by", sa.String(80), nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("owner_id", sa.String(36), nullable=True),
        sa.Column("dealt_with_at", INSTANT, nullable=True),
        sa.Column("contact_id", sa.String(36), nullable=True),
        sa.Column("submission_token", sa.String(64), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_outbox_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_outbox_participant"),
        sa.ForeignKeyConstraint(["template_id"], ["message_template.id"], name="fk_outbox_template"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("submission_token", name="uq_outbox_submission_token"),
    )
    to_be_sent = sa.text("state IN ('ready', 'held')")
    under_way = sa.text("state IN ('sending', 'unknown', 'accepted')")
    unsettled = sa.text("state IN ('failed', 'escalated') AND dealt_with_at IS NULL")
    for name, columns, only in (
        ("outbox_to_send", ["state", "next_try_at", "id"], to_be_sent),
        ("outbox_under_way", ["state", "claimed_at", "id"], under_way),
        ("outbox_unsettled", ["unit_id", "id"], unsettled),
    ):
        op.create_index(name, "outbox", columns, sqlite_where=only, postgresql_where=only)
    op.create_index("outbox_unit", "outbox", ["unit_id", "state", "created_at", "id"])
    op.create_index("outbox_participant", "outbox", ["participant_id", "created_at", "id"])
    op.create_index("outbox_person", "outbox", ["person_id", "state"])
    op.create_index("outbox_case", "outbox", ["case_id", "id"])


def _keys_and_steps() -> None:
    op.create_table(
        "outbox_key",
        sa.Column("outbox_id", sa.String(36), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("participant_id", sa.String(36), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_outbox_key_outbox"),
        sa.PrimaryKeyConstraint("outbox_id", "topic", "subject", name="pk_outbox_key"),
    )
    waiting = sa.text("waiting")
    op.create_index(
        "outbox_key_one_waiting",
        "outbox_key",
        ["participant_id", "topic", "subject"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "outbox_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("outbox_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("from_state", sa.String(10), nullable=False),
        sa.Column("to_state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_outbox_step_outbox"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_step"),
    )
    op.create_index("outbox_step_message", "outbox_step", ["outbox_id", "position"], unique=True)
