"""Make the first tables.

Cases, people, duties and contacts, the journal they follow from, the inbox, accounts and the personal-data log. The
journal and the log take rows and give none back: triggers refuse every change. A case may move to another unit, and its
journal then moves with it, so that one column of the journal may change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Text of fixed width, sorting as time does, where there is no type for an instant.
INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
SEALED = sa.LargeBinary()
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = {"case_event": ["unit_id"], "personal_data_log": []}  # table: the columns that may change


def upgrade() -> None:
    _accounts()
    _audit()
    _cases()
    _people()
    _casework()
    _feed()
    _contacts()
    _supervision()
    _jobs()
    for table, changing in APPEND_ONLY.items():
        _refuse_changes(table, changing)


def downgrade() -> None:
    for table in (
        "heartbeat",
        "reassignment_item",
        "reassignment",
        "duty_history",
        "told",
        "duty",
        "contact",
        "feed_wait",
        "feed_part",
        "feed_unknown_field",
        "feed_message",
        "transition",
        "case_event",
        "participant",
        "contact_point",
        "search",
        "person",
        "result",
        "offence",
        "hearing_link",
        "hearing_day",
        "hearing",
        "defendant",
        "court_case",
        "identifier",
        "defendant_endpoint",
        "personal_data_log",
        "user_unit",
        "app_session",
        "api_key",
        "api_client_unit",
        "unit",
        "sign_in_throttle",
        "app_user",
        "api_client",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _refuse_changes(table: str, changing: list[str]) -> None:
    """Refuse to alter or delete a row of `table`, except in the columns `changing`."""
    connection = op.get_bind()
    columns = [column["name"] for column in sa.inspect(connection).get_columns(table) if column["name"] not in changing]
    if connection.dialect.name == "postgresql":
        _refuse_changes_on_postgresql(table, columns)
    else:
        _refuse_changes_on_sqlite(table, columns)


def _refuse_changes_on_postgresql(table: str, columns: list[str]) -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'Rows of % are only ever added', TG_TABLE_NAME;
        END $$
        """
    )
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse_change()"
    )


def _refuse_changes_on_sqlite(table: str, columns: list[str]) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, 'Rows of {table} are only ever added'); END"
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN {differs} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}")


def _accounts() -> None:
    """Units, users, their sessions, programs and their keys."""
    op.create_table(
        "api_client",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scopes", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("name", name=op.f("uq_api_client_name")),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sign_in_name", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "role IN ('officer', 'supervisor', 'administrator', 'auditor')", name=op.f("ck_app_user_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_app_user_sign_in_name")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("last_failure_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("settings", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "api_client_unit",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_api_client_unit_client_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_api_client_unit_unit_id")),
        sa.PrimaryKeyConstraint("client_id", "unit_id", name=op.f("pk_api_client_unit")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_api_key_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_index("api_key_client", "api_key", ["client_id"])
    op.create_table(
        "app_session",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_app_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_app_session_token_hash")),
    )
    op.create_index("app_session_user", "app_session", ["user_id"])
    op.create_table(
        "user_unit",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_user_unit_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_unit_user_id")),
        sa.PrimaryKeyConstraint("user_id", "unit_id", name=op.f("pk_user_unit")),
    )


def _audit() -> None:
    """The personal-data log."""
    op.create_table(
        "personal_data_log",
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("actor_type", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("session_hash", sa.String(length=64), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("subjects", DOCUMENT, nullable=False),
        sa.Column("field_groups", DOCUMENT, nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("recipient", sa.String(length=200), nullable=True),
        sa.Column("break_glass_id", sa.String(length=36), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "category <> 'disclosure' OR recipient IS NOT NULL",
            name=op.f("ck_personal_data_log_disclosure_has_recipient"),
        ),
        sa.CheckConstraint(
            "category IN ('collection', 'alteration', 'consultation', 'disclosure', 'combination', 'erasure')",
            name=op.f("ck_personal_data_log_category"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_personal_data_log")),
    )
    op.create_index("personal_data_log_actor", "personal_data_log", ["actor_id", "seq"])
    op.create_index("personal_data_log_case", "personal_data_log", ["case_id", "seq"])


def _cases() -> None:
    """Cases, defendants, offences, hearings, results and everybody's names for them."""
    op.create_table(
        "defendant_endpoint",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("defendant_id", sa.String(length=36), nullable=True),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("blind_index", sa.String(length=64), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defendant_endpoint")),
    )
    op.create_index("defendant_endpoint_index", "defendant_endpoint", ["kind", "blind_index"])
    op.create_index("defendant_endpoint_sender", "defendant_endpoint", ["external_id"])
    op.create_table(
        "identifier",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("namespace", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("target_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identifier")),
        sa.UniqueConstraint(
            "namespace", "kind", "value", "case_id", name=op.f("uq_identifier_namespace_kind_value_case_id")
        ),
    )
    op.create_index("identifier_lookup", "identifier", ["namespace", "kind", "value"])
    op.create_index("identifier_target", "identifier", ["target_id"])
    op.create_table(
        "court_case",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("urn", sa.String(length=20), nullable=False),
        sa.Column("officer_id", sa.String(length=36), nullable=True),
        sa.Column("allocated_by", sa.String(length=40), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("state", DOCUMENT, nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["app_user.id"], name=op.f("fk_court_case_officer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_court_case_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_case")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_court_case_id_unit_id")),
        sa.UniqueConstraint("urn", name=op.f("uq_court_case_urn")),
    )
    op.create_index("court_case_officer", "court_case", ["unit_id", "officer_id", "id"])
    op.create_index(
        "court_case_unallocated",
        "court_case",
        ["unit_id", "created_at", "id"],
        sqlite_where=sa.text("officer_id IS NULL"),
        postgresql_where=sa.text("officer_id IS NULL"),
    )
    op.create_table(
        "defendant",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("arrest_summons_number", sa.String(length=40), nullable=True),
        sa.Column("proceedings", sa.String(length=30), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_defendant_case",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defendant")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_defendant_id_case_id")),
    )
    op.create_index("defendant_case", "defendant", ["case_id", "id"])
    op.create_table(
        "hearing",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("thread", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("hearing_type", sa.String(length=200), nullable=False),
        sa.Column("hearing_class", sa.String(length=20), nullable=False),
        sa.Column("jurisdiction", sa.String(length=20), nullable=False),
        sa.Column("date_kind", sa.String(length=20), nullable=True),
        sa.Column("court", sa.String(length=200), nullable=False),
        sa.Column("court_code", sa.String(length=20), nullable=False),
        sa.Column("room", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("week_commencing", sa.Date(), nullable=True),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("result_due_at", INSTANT, nullable=True),
        sa.Column("provenance", sa.String(length=20), nullable=False),
        sa.Column("adjournment_note", SEALED, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], name="fk_hearing_case", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing")),
    )
    op.create_index("hearing_case", "hearing", ["case_id", "id"])
    op.create_index(
        "hearing_result_due",
        "hearing",
        ["unit_id", "result_due_at", "id"],
        sqlite_where=sa.text("result_due_at IS NOT NULL"),
        postgresql_where=sa.text("result_due_at IS NOT NULL"),
    )
    op.create_index("hearing_unit_starts", "hearing", ["unit_id", "starts_at", "id"])
    op.create_table(
        "hearing_day",
        sa.Column("hearing_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name="fk_hearing_day_hearing"),
        sa.PrimaryKeyConstraint("hearing_id", "position", name=op.f("pk_hearing_day")),
    )
    op.create_table(
        "hearing_link",
        sa.Column("hearing_id", sa.String(length=36), nullable=False),
        sa.Column("from_hearing_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name="fk_hearing_link_hearing"),
        sa.PrimaryKeyConstraint("hearing_id", "from_hearing_id", "kind", name=op.f("pk_hearing_link")),
    )
    op.create_table(
        "offence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("defendant_id", sa.String(length=36), nullable=False),
        sa.Column("cjs_code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("charged_on", sa.Date(), nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], name="fk_offence_case", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["defendant_id"], ["defendant.id"], name="fk_offence_defendant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offence")),
    )
    op.create_index("offence_case", "offence", ["case_id", "id"])
    op.create_table(
        "result",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("hearing_id", sa.String(length=36), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("defendant_id", sa.String(length=36), nullable=False),
        sa.Column("offence_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("length", sa.String(length=40), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name="fk_result_hearing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
    )
    op.create_index("result_case", "result", ["case_id", "id"])


def _people() -> None:
    """People, how to reach them, their parts in cases, and searches for them."""
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("deceased_on", sa.Date(), nullable=True),
        sa.Column("safe_contact_note", SEALED, nullable=True),
        sa.Column("safe_word", SEALED, nullable=True),
        sa.Column("safe_contact_confirmed_at", INSTANT, nullable=True),
        sa.Column("representative", SEALED, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_person_id_unit_id")),
    )
    op.create_table(
        "search",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("text", SEALED, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_search_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
    )
    op.create_index("search_user", "search", ["user_id", "made_at", "id"])
    op.create_table(
        "contact_point",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sealed_value", SEALED, nullable=False),
        sa.Column("blind_index", sa.String(length=64), nullable=False),
        sa.Column("allowed", sa.String(length=10), nullable=False),
        sa.Column("voicemail", sa.String(length=10), nullable=False),
        sa.Column("may_identify_us", sa.String(length=10), nullable=False),
        sa.Column("windows", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("unsafe_since", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_contact_point_person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
    )
    op.create_index("contact_point_blind", "contact_point", ["kind", "blind_index"])
    op.create_index("contact_point_person", "contact_point", ["person_id", "id"])
    op.create_table(
        "participant",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("witness_kind", sa.String(length=15), nullable=False),
        sa.Column("enhanced", sa.String(length=10), nullable=False),
        sa.Column("enhanced_basis", DOCUMENT, nullable=False),
        sa.Column("journey", sa.String(length=20), nullable=False),
        sa.Column("attendance", sa.String(length=20), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=True),
        sa.Column("missed_in_a_row", sa.Integer(), nullable=False),
        sa.Column("last_two_way_at", INSTANT, nullable=True),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_participant_case",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_participant_person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_participant_id_case_id")),
    )
    op.create_index("participant_case", "participant", ["case_id", "id"])
    op.create_index("participant_person", "participant", ["person_id", "id"])
    op.create_index("participant_unit", "participant", ["unit_id", "id"])


def _casework() -> None:
    """The journal and the moves of the machines."""
    op.create_table(
        "case_event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("context", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("registration", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_case_event_case",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "message_id", "part", "ordinal", name="uq_case_event_message"),
    )
    op.create_index("case_event_fold", "case_event", ["case_id", "received_at", "message_id", "part", "ordinal"])
    op.create_table(
        "transition",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("machine", sa.String(length=15), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("flag", sa.String(length=60), nullable=True),
        sa.Column("flag_closed_at", INSTANT, nullable=True),
        sa.Column("flag_closed_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"],
            ["court_case.id", "court_case.unit_id"],
            name="fk_transition_case",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition")),
    )
    op.create_index("transition_case", "transition", ["case_id", "at", "id"])


def _feed() -> None:
    """The inbox of feed messages."""
    op.create_table(
        "feed_message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("message_type", sa.String(length=120), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("content_key", sa.String(length=160), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", SEALED, nullable=True),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("handled_at", INSTANT, nullable=True),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_message")),
        sa.UniqueConstraint("feed", "client_id", "message_id", name="uq_feed_message_id"),
    )
    op.create_index("feed_message_latest", "feed_message", ["feed", "client_id", "content_key", "received_at"])
    op.create_index("feed_message_state", "feed_message", ["feed", "state", "received_at", "id"])
    op.create_index(
        "feed_waiting",
        "feed_message",
        ["received_at", "id"],
        sqlite_where=sa.text("state IN ('received', 'parked')"),
        postgresql_where=sa.text("state IN ('received', 'parked')"),
    )
    op.create_table(
        "feed_unknown_field",
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("message_type", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("feed", "message_type", "path", name=op.f("pk_feed_unknown_field")),
    )
    op.create_table(
        "feed_part",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("message_row_id", sa.String(length=36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("hearing_id", sa.String(length=36), nullable=True),
        sa.Column("urn", sa.String(length=20), nullable=False),
        sa.Column("hearing", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("events", DOCUMENT, nullable=False),
        sa.Column("drives", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_row_id"], ["feed_message.id"], name="fk_feed_part_message"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_part")),
    )
    op.create_index("feed_part_message", "feed_part", ["message_row_id", "part"])
    op.create_index(
        "feed_part_parked",
        "feed_part",
        ["reason", "id"],
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_table(
        "feed_wait",
        sa.Column("namespace", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("part_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["feed_part.id"], name="fk_feed_wait_part"),
        sa.PrimaryKeyConstraint("namespace", "kind", "value", "part_id", name=op.f("pk_feed_wait")),
    )
    op.create_index("feed_wait_part", "feed_wait", ["part_id"])


def _contacts() -> None:
    """Duties, their history, what was told, and contacts."""
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=15), nullable=False),
        sa.Column("contact_point_id", sa.String(length=36), nullable=True),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=25), nullable=False),
        sa.Column("note", SEALED, nullable=True),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("override_reason", SEALED, nullable=True),
        sa.Column("safety_incident", sa.Boolean(), nullable=False),
        sa.Column("corrected_at", INSTANT, nullable=True),
        sa.Column("corrected_by", sa.String(length=80), nullable=True),
        sa.Column("correction_reason", SEALED, nullable=True),
        sa.Column("submission_token", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], name="fk_contact_case", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_contact_participant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("submission_token", name="uq_contact_submission_token"),
    )
    op.create_index("contact_participant", "contact", ["participant_id", "id"])
    op.create_index("contact_participant_time", "contact", ["participant_id", "happened_at", "id"])
    op.create_table(
        "duty",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("officer_id", sa.String(length=36), nullable=True),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("value", DOCUMENT, nullable=False),
        sa.Column("value_hash", sa.String(length=32), nullable=False),
        sa.Column("told_value", DOCUMENT, nullable=True),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("rules", DOCUMENT, nullable=False),
        sa.Column("explanation", DOCUMENT, nullable=False),
        sa.Column("hearing_id", sa.String(length=36), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("clock_start", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by_event", sa.String(length=36), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_reason", sa.String(length=30), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_reason IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)",
            name=op.f("ck_duty_closed_has_reason_and_actor"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "unit_id"], ["court_case.id", "court_case.unit_id"], name="fk_duty_case", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["app_user.id"], name=op.f("fk_duty_officer_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_duty_participant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index(
        "duty_one_open",
        "duty",
        ["participant_id", "topic", "subject"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "duty_open_case",
        "duty",
        ["case_id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "duty_open_hearing",
        "duty",
        ["hearing_id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "duty_open_officer",
        "duty",
        ["officer_id", "priority", "due_at", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "duty_open_unit",
        "duty",
        ["unit_id", "priority", "due_at", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("duty_participant", "duty", ["participant_id", "id"])
    op.create_table(
        "told",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("contact_id", sa.String(length=36), nullable=True),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("value", DOCUMENT, nullable=False),
        sa.Column("value_hash", sa.String(length=32), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_told_participant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
    )
    op.create_index("told_participant", "told", ["participant_id", "topic", "subject", "told_at"])
    op.create_table(
        "duty_history",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("duty_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("value_hash", sa.String(length=32), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name="fk_duty_history_duty"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_history")),
    )
    op.create_index("duty_history_duty", "duty_history", ["duty_id", "at", "id"])


def _supervision() -> None:
    """What supervisors hand over."""
    op.create_table(
        "reassignment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("shared_out", sa.Boolean(), nullable=False),
        sa.Column("with_cases", sa.Boolean(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["app_user.id"], name=op.f("fk_reassignment_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassignment")),
    )
    op.create_index("reassignment_made_by", "reassignment", ["made_by", "made_at", "id"])
    op.create_table(
        "reassignment_item",
        sa.Column("reassignment_id", sa.String(length=36), nullable=False),
        sa.Column("target_kind", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("selected", sa.Boolean(), nullable=False),
        sa.Column("from_officer_id", sa.String(length=36), nullable=True),
        sa.Column("to_officer_id", sa.String(length=36), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["reassignment_id"], ["reassignment.id"], name="fk_reassignment_item_reassignment"),
        sa.PrimaryKeyConstraint("reassignment_id", "target_kind", "target_id", name=op.f("pk_reassignment_item")),
    )


def _jobs() -> None:
    """When each regular job last ran."""
    op.create_table(
        "heartbeat",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_heartbeat")),
    )
