"""The PostgreSQL of the tests: really there, reachable by its socket alone, and gone when the run ends."""

import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from tests.postgres import GIVEN_SERVER, Keeper, NoPostgres, Server, given_server, server_in

ROOT = Path(__file__).parents[1]
# Directly under the temporary folder: the server's user may not enter the folders that pytest makes.
FOLDER_PREFIX = "witness-care-tests-"


def query(url: str, statement: str) -> list:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(statement)).all()
    engine.dispose()
    return rows


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """The server that a run starts for itself, whatever other server this run was given."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        patch.delenv(GIVEN_SERVER, raising=False)
        keeper = Keeper(Path(folder))
        keeper.start()
        yield server_in(Path(folder))
        keeper.stop()


def test_the_server_listens_on_no_network_address(own_server):
    assert query(own_server.url, "SHOW listen_addresses") == [("",)]


def test_the_server_does_not_run_as_root(own_server):
    sockets = Path(str(make_url(own_server.url).query["host"]))
    owner = (sockets / ".s.PGSQL.5432").stat().st_uid
    assert owner != 0
    assert owner == os.geteuid() or os.geteuid() == 0


@pytest.mark.postgres_only
def test_two_databases_of_one_test_share_nothing(databases, empty_database_url):
    with databases.fresh("postgresql", migrated=False) as other:
        engine = create_engine(other)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE only_here (id text)"))
        engine.dispose()
        assert query(other, "SELECT count(*) FROM only_here") == [(0,)]
        assert query(empty_database_url, "SELECT to_regclass('only_here')") == [(None,)]


@pytest.mark.postgres_only
def test_a_database_is_gone_after_its_test_even_when_someone_is_still_connected(databases):
    with databases.fresh("postgresql", migrated=False) as url:
        address = url.replace("+psycopg", "")
        left_open = psycopg.connect(address)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(address)
    left_open.close()


def test_a_given_server_is_refused_unless_its_name_says_it_is_for_tests():
    with pytest.raises(NoPostgres, match=r"names the database 'witness_care'.*starts with wc_test"):
        given_server("postgresql+psycopg://localhost/witness_care")
    assert given_server("postgresql+psycopg://localhost/wc_test_7").url.endswith("wc_test_7")


def test_the_server_stops_when_its_test_run_is_killed():
    program = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from tests.postgres import Keeper, server_in
        folder = Path(sys.argv[1])
        Keeper(folder).start()
        server_in(folder)
        print((folder / "data" / "postmaster.pid").read_text().split()[0], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    environment = {name: value for name, value in os.environ.items() if name != GIVEN_SERVER}
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        killed = subprocess.run(
            [sys.executable, "-c", program, folder],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert killed.returncode == -9
        assert_ends(int(killed.stdout))


def assert_ends(process_id: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail(f"The server, process {process_id}, should have stopped with its test run.")
