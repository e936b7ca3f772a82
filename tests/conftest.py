"""What every test may ask for: a fresh database on either back end, the application on it, a server and a browser."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from tests.applications import Applications
from tests.databases import BACK_ENDS, POSTGRESQL, SQLITE, Databases
from tests.postgres import Keeper
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A slow machine is not a wrong answer: what may take long is bounded by the timeout of the whole test.
settings.register_profile("witness-care", deadline=None)
settings.load_profile("witness-care")

SHARED_FOLDER = pytest.StashKey[Path]()
KEEPER = pytest.StashKey[Keeper]()


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the folder that all processes of this run share; with several, start PostgreSQL while they collect."""
    if hasattr(config, "workerinput"):
        config.stash[SHARED_FOLDER] = Path(config.workerinput["shared_folder"])
        return
    folder = Path(tempfile.mkdtemp(prefix="witness-care-tests-"))
    config.stash[SHARED_FOLDER] = folder
    config.stash[KEEPER] = Keeper(folder)
    if config.getoption("numprocesses", None):
        config.stash[KEEPER].start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each further process where the shared folder is."""
    node.workerinput["shared_folder"] = str(node.config.stash[SHARED_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL and leave nothing behind."""
    if KEEPER in config.stash:
        config.stash[KEEPER].stop()
        shutil.rmtree(config.stash[SHARED_FOLDER])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, in whatever order: one that came last would keep a single process busy."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a database once on each back end, unless its mark narrows that to one.

    Where a whole file runs on SQLite alone, `both_databases` says which of its tests run on both.
    """
    if "back_end" not in metafunc.fixturenames:
        return
    chosen = BACK_ENDS
    if metafunc.definition.get_closest_marker("both_databases"):
        pass
    elif metafunc.definition.get_closest_marker("sqlite_only"):
        chosen = (SQLITE,)
    elif metafunc.definition.get_closest_marker("postgres_only"):
        chosen = (POSTGRESQL,)
    marks = {SQLITE: (), POSTGRESQL: (pytest.mark.postgres,)}
    metafunc.parametrize("back_end", [pytest.param(name, marks=marks[name]) for name in chosen], indirect=True)


@pytest.fixture
def back_end(request: pytest.FixtureRequest) -> str:
    """The database this test runs on: "sqlite" or "postgresql"."""
    return request.param


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Makes databases; for a fixture of a wider scope than one test: `with databases.fresh("sqlite") as url:`."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    made = Databases(request.config.stash[SHARED_FOLDER], worker, request.config.stash.get(KEEPER, None))
    yield made
    made.close()


@pytest.fixture
def database_url(databases: Databases, back_end: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    with databases.fresh(back_end) as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases, back_end: str) -> Iterator[str]:
    """The address of a fresh database without any table."""
    with databases.fresh(back_end, migrated=False) as url:
        yield url


@pytest.fixture(scope="session")
def applications() -> Applications:
    """Lends applications; one is used again where a test left it as it was made."""
    return Applications()


@pytest.fixture
def app(applications: Applications, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh database."""
    with applications.on(database_url, instance=tmp_path) as application:
        yield application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks the application without a network."""
    return app.test_client()


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address of the application, served for a browser."""
    with serving(app) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A real Chromium, one for each process of the run."""
    from tests.browsing import chromium

    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: "Browser", live_server: str) -> Iterator["Page"]:
    """A page on the served application; the test fails if the page logs an error or misses a file."""
    from tests.browsing import Watch

    context = browser.new_context(base_url=live_server, viewport={"width": 1280, "height": 900})
    watch = Watch()
    opened = context.new_page()
    watch.over(opened)
    yield opened
    context.close()
    assert watch.faults == [], "The page should load without a fault. Found: " + "; ".join(watch.faults)
