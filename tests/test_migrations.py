"""The tables as migrations make them: on both databases the same, and the same as the models say."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from tests.applications import application_on, let_go
from witness_care import database
from witness_care.columns import Instant, new_id
from witness_care.database import Base

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INSTANT_LENGTH = 27  # SQLite keeps an instant as text of this length
MIGRATIONS = Path(__file__).parent.parent / "migrations"


Rows = dict[str, list[dict[str, object]]]


def partial_indexes_of_the_models() -> set[str]:
    return {
        index.name
        for table in Base.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["postgresql"]["where"] is not None
    }


def partial_indexes_in(session: sa.orm.Session) -> dict[str, str]:
    """The partial indexes that the catalogue knows, with their predicates in one spelling."""
    if session.get_bind().dialect.name == "sqlite":
        rows = session.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        )
    else:
        rows = session.execute(sa.text("SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '% WHERE %'"))
    return {name: " ".join(definition.split(" WHERE ", 1)[1].strip("()").split()) for name, definition in rows}


def names_of_checks(connection: sa.Connection) -> set[tuple[str, str]]:
    inspector = sa.inspect(connection)
    return {
        (table, check["name"])
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }


def checks_of_the_models() -> set[tuple[str, str]]:
    return {
        (table.name, str(check.name))
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
    }


def test_an_upgrade_from_nothing_gives_exactly_the_tables_of_the_models(app: Flask) -> None:
    with app.app_context():
        connection = database.session().connection()
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert names_of_checks(connection) == checks_of_the_models()


def test_every_partial_index_has_its_predicate_in_the_catalogue(app: Flask) -> None:
    with app.app_context():
        found = partial_indexes_in(database.session())
    assert set(found) == partial_indexes_of_the_models()
    assert found["duty_one_open"] == "closed_at IS NULL"


def test_the_models_give_each_partial_index_the_same_predicate_on_both_databases() -> None:
    for table in Base.metadata.tables.values():
        for index in table.indexes:
            predicates = [str(index.dialect_options[name]["where"]) for name in ("sqlite", "postgresql")]
            assert predicates[0] == predicates[1], index.name


def test_every_constraint_has_a_name() -> None:
    nameless = [
        (table.name, type(constraint).__name__)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_a_downgrade_takes_everything_away_again(empty_database_url: str, tmp_path: Path) -> None:
    app = application_on(empty_database_url, instance=tmp_path)
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        assert sa.inspect(database.session().connection()).get_table_names() == ["alembic_version"]
    let_go(app)


def example_of(column: sa.Column[object], checks: list[str], numbers: Iterator[int]) -> object:
    """A value that the column may hold: the first that its check names, or one made from its type."""
    for check in checks:
        if re.match(rf"\W*{column.name}\W", check) and (named := re.search(r"'([^']+)'", check)):
            return named[1]
    number = next(numbers)
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return NOON
    if isinstance(kind, sa.Date):
        return NOON.date()
    if isinstance(kind, sa.Time):
        return NOON.time()
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer):
        return number
    if isinstance(kind, sa.LargeBinary):
        return bytes([number % 256])
    if isinstance(kind, sa.JSON):
        return {}
    length = getattr(kind, "length", None)
    return NOON.strftime("%Y-%m-%dT%H:%M:%S.000000Z") if length == INSTANT_LENGTH else f"{number}"


def fill_every_table(connection: sa.Connection) -> tuple[sa.MetaData, Rows]:
    """Put one row into each table as it is now, by what the catalogue says of it; the rows as they can be read."""
    reflected = sa.MetaData()
    reflected.reflect(connection)
    numbers = itertools.count(1)
    placed: dict[str, dict[str, object]] = {}
    for table in reflected.sorted_tables:
        if table.name == "alembic_version":
            continue
        checks = [check["sqltext"] for check in sa.inspect(connection).get_check_constraints(table.name)]
        row: dict[str, object] = {}
        for key in table.foreign_key_constraints:
            if key.referred_table is not table:
                row |= {
                    local.name: placed[key.referred_table.name][element.column.name]
                    for local, element in zip(key.columns, key.elements, strict=True)
                    if local.name not in row
                }
        for column in table.columns:
            if column.name not in row and not column.nullable and not column.identity:
                row[column.name] = example_of(column, checks, numbers)
        connection.execute(table.insert(), row)
        placed[table.name] = row
    return reflected, rows_of(connection, reflected)


def rows_of(connection: sa.Connection, tables: sa.MetaData) -> Rows:
    """Every row of these tables, in the columns that they have here."""
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        for table in tables.sorted_tables
        if table.name != "alembic_version"
    }


def test_each_migration_keeps_what_a_populated_database_holds(empty_database_url: str, tmp_path: Path) -> None:
    """A row in every table before a migration is the same row after it, whatever columns it gained."""
    revisions = sorted(revision.revision for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
    app = application_on(empty_database_url, instance=tmp_path)
    with app.app_context():
        for before, revision in itertools.pairwise(revisions):
            upgrade(revision=before)
            with database.writing() as session:
                tables, filled = fill_every_table(session.connection())
            upgrade(revision=revision)
            assert rows_of(database.session().connection(), tables) == filled, f"{revision} lost or changed a row."
            database.session().rollback()
            downgrade(revision="base")
    let_go(app)


def test_a_match_made_before_matches_were_kept_has_its_record_and_its_names(
    empty_database_url: str, tmp_path: Path
) -> None:
    app = application_on(empty_database_url, instance=tmp_path)
    with app.app_context():
        upgrade(revision="0007")
        with database.writing() as session:
            tables, rows = fill_every_table(session.connection())
            part, case, name = (rows[table][0]["id"] for table in ("feed_part", "court_case", "identifier"))
            decided = {
                "state": "applied",
                "case_id": case,
                "decided_by": "user:sam",
                "decided_at": rows["identifier"][0]["created_at"],
            }
            session.execute(tables.tables["feed_part"].update().values(**decided))
            session.execute(tables.tables["identifier"].update().values(case_id=case, kind="hearing"))
        upgrade()
        found = database.session().execute(sa.text("SELECT id, part_id, case_id, matched_by FROM court_match")).one()
        assert found[1:] == (part, case, "user:sam")
        given = database.session().execute(sa.text("SELECT id, match_id, taught_by FROM identifier")).one()
        assert given == (name, found.id, rows["feed_part"][0]["message_row_id"])
        database.session().rollback()
    let_go(app)


def test_the_case_of_a_referral_that_was_sent_waits_to_be_told_what_the_victim_said_of_it(
    empty_database_url: str, tmp_path: Path
) -> None:
    app = application_on(empty_database_url, instance=tmp_path)
    with app.app_context():
        upgrade(revision="0011")
        with database.writing() as session:
            tables, _ = fill_every_table(session.connection())
            referral = tables.tables["referral"]
            sent_at = example_of(referral.c.sent_at, [], itertools.count())
            session.execute(referral.update().values(sent_at=sent_at))
            session.execute(tables.tables["court_case"].update().values(rows_journalled=True))
        upgrade()
        query = "SELECT told, objects, rows_journalled FROM referral JOIN court_case ON court_case.id = case_id"
        assert database.session().execute(sa.text(query)).one() == ("not_asked", "not_asked", False)
        database.session().rollback()
    let_go(app)


def test_cases_in_which_support_or_a_visit_was_offered_wait_to_be_folded_anew(
    empty_database_url: str, tmp_path: Path
) -> None:
    app = application_on(empty_database_url, instance=tmp_path)
    with app.app_context():
        upgrade(revision="0013")
        with database.writing() as session:
            tables, _ = fill_every_table(session.connection())
            session.execute(tables.tables["duty"].update().values(topic="task.pre_trial_visit"))
            session.execute(tables.tables["court_case"].update().values(rows_journalled=True))
        upgrade()
        query = "SELECT rows_journalled FROM court_case JOIN duty ON case_id = court_case.id"
        assert not any(database.session().scalars(sa.text(query)))
        database.session().rollback()
    let_go(app)


def test_migrations_are_numbered_and_have_one_head_which_a_file_names() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    heads = script.get_heads()
    assert heads == [(MIGRATIONS / "head.txt").read_text().strip()]
    revisions = sorted(revision.revision for revision in script.walk_revisions())
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    for revision in script.walk_revisions():
        assert Path(revision.path).name.startswith(f"{revision.revision}_")


def add_a_journal_event(session: sa.orm.Session) -> str:
    """One case with one event, in as few columns as the tables allow."""
    case_id = new_id()
    for unit in ("here", "there"):
        session.execute(
            Base.metadata.tables["unit"].insert(),
            {"id": unit, "code": unit, "name": unit, "settings": {}, "created_at": NOON},
        )
    session.execute(
        Base.metadata.tables["court_case"].insert(),
        {"id": case_id, "unit_id": "here", "urn": "42AB1234526", "created_at": NOON, "state": {}, "row_version": 0},
    )
    table = Base.metadata.tables["case_event"]
    filled = {"id": new_id(), "case_id": case_id, "unit_id": "here", "payload": {}, "registration": True}
    for column in table.columns:
        if column.name not in filled and not column.nullable:
            filled[column.name] = (
                NOON if isinstance(column.type, Instant) else (1 if column.type.python_type is int else "x")
            )
    session.execute(table.insert(), filled)
    return case_id


@pytest.mark.parametrize("change", ["UPDATE case_event SET kind = 'Other'", "DELETE FROM case_event"])
def test_the_journal_takes_events_and_gives_none_back(app: Flask, change: str) -> None:
    with app.app_context():
        with database.writing() as session:
            add_a_journal_event(session)
        with pytest.raises(sa.exc.DBAPIError, match="only ever added"), database.writing() as session:
            session.execute(sa.text(change))


def test_a_case_that_moves_to_another_unit_takes_its_journal_along(app: Flask) -> None:
    with app.app_context():
        with database.writing() as session:
            case_id = add_a_journal_event(session)
        with database.writing() as session:
            session.execute(sa.text("UPDATE court_case SET unit_id = 'there' WHERE id = :id"), {"id": case_id})
        assert database.session().scalar(sa.text("SELECT unit_id FROM case_event")) == "there"


@pytest.mark.postgres_only
def test_the_journal_and_the_log_cannot_be_emptied_at_once(app: Flask) -> None:
    with app.app_context():
        for table in ("case_event", "personal_data_log"):
            with pytest.raises(sa.exc.DBAPIError, match="only ever added"), database.writing() as session:
                session.execute(sa.text(f"TRUNCATE {table}"))
