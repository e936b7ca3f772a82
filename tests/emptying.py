"""Makes a used database as good as new: to empty its tables takes milliseconds, to copy it anew half a second."""

import psycopg
from psycopg import sql
from sqlalchemy import make_url

# Everything a test might have changed about the tables themselves, in one short text.
SHAPE = """
    SELECT md5(string_agg(part, '|' ORDER BY part)) FROM (
        SELECT concat('class ', relname, relkind, relnatts, relrowsecurity) AS part
          FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat('column ', attrelid::regclass, attname, atttypid, atttypmod, attnotnull)
          FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND attnum > 0
        UNION ALL SELECT concat('constraint ', conrelid::regclass, conname, convalidated)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat('trigger ', tgrelid::regclass, tgname, tgenabled)
          FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT concat('function ', proname, md5(prosrc))
          FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS parts
"""
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
USED_SEQUENCES = "SELECT schemaname, sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
# What the migrations themselves write stays.
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def connect(url: str) -> psycopg.Connection:
    """A connection of our own, outside the application's pool."""
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def shape(url: str) -> str:
    """What the tables of this database look like, whatever is in them."""
    with connect(url) as connection:
        return str(connection.execute(SHAPE).fetchone())


def is_emptied(url: str, *, expected_shape: str) -> bool:
    """Empty every table; False when the database cannot be used again, because a test changed the tables themselves.

    Triggers that keep a journal from being changed, and foreign keys, are out of force for this one session.
    """
    with connect(url) as connection:
        connection.execute(END_OTHERS)
        if str(connection.execute(SHAPE).fetchone()) != expected_shape:
            return False
        try:
            connection.execute("SET session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            return False
        for table in filled_tables(connection):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for schema, sequence in connection.execute(USED_SEQUENCES).fetchall():
            connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(schema, sequence)))
    return True


def filled_tables(connection: psycopg.Connection) -> list[str]:
    """The tables that hold a row, found in one statement."""
    names = [name for (name,) in connection.execute(TABLES)]
    if not names:
        return []
    one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    questions = [one.format(sql.Literal(name), sql.Identifier(name)) for name in names]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(questions))]


def sweep(url: str) -> None:
    """Give back the space of what was deleted, so that the hundredth test is as fast as the first."""
    connection = connect(url)
    connection.autocommit = True
    connection.execute("VACUUM")
    connection.close()
