"""What must not grow: statements, rows and buffers are counted here; times are left to `make bench`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import measures, product
from bench.data import NOW, Maker
from bench.floors import connect
from bench.measures import Queue
from tests.databases import POSTGRESQL, Databases, application_on, let_go
from workflows.diagram import DRAWN

PACKAGE = Path(__file__).parents[2] / "witness_care"
SMALL, LARGE = 20_000, 60_000
MOST_ROWS = 6 * 50
# Of each line its duty, the person, their part, the case and the hearing: five look-ups of three or four blocks each.
MOST_BUFFERS = 51 * 16
# On a far page the unit's index serves an officer's queue as well.
PAGES = {"My day": {"duty_open_officer", "duty_open_unit"}, "overdue": {"duty_open_unit"}}


@pytest.fixture(scope="module")
def queues(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Queue]]:
    """The same made-up unit with few duties and with three times as many."""
    made = {}
    with databases.fresh(POSTGRESQL) as one, databases.fresh(POSTGRESQL) as other:
        for duties, url in ((SMALL, one), (LARGE, other)):
            app = application_on(url, instance=tmp_path_factory.mktemp("queue"))
            maker = Maker(1)
            with connect(url) as raw:
                measures.fill_queue(raw, maker, duties, contacts=False)
            made[duties] = Queue(app=app, raw=raw, maker=maker, duties=duties)
        yield made
        for queue in made.values():
            let_go(queue.app)


@pytest.mark.postgres
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_queue_touches_no_more_than_its_lines_cost(queues: dict[int, Queue], page: str):
    for duties, queue in queues.items():
        touched = measures.touched(queue, page)
        print(f"{page} of {duties:,} duties: {touched}")
        for where in ("first", "far"):
            assert touched[where].rows <= MOST_ROWS
            assert touched[where].buffers <= MOST_BUFFERS


@pytest.mark.postgres
@pytest.mark.parametrize(("page", "indexes"), PAGES.items())
def test_a_page_of_a_queue_is_read_from_the_index_of_open_duties(
    queues: dict[int, Queue], page: str, indexes: set[str]
):
    touched = measures.touched(queues[LARGE], page)
    assert touched["first"].indexes_of_duties | touched["far"].indexes_of_duties <= indexes


@pytest.mark.postgres
def test_no_page_of_a_queue_is_found_by_counting_past_the_others(queues: dict[int, Queue]):
    queue = queues[SMALL]
    with queue.app.app_context(), product.statements(queue.app) as sent:
        for page in product.pages(queue.maker, NOW).values():
            page(page(None).after)
    assert [statement for statement, _ in sent if "OFFSET" in statement.upper()] == []


def test_nothing_in_the_service_pages_by_counting():
    """OFFSET reads all the rows before a page. Use `paging.page`; see performance.md section 6."""
    found = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in (".offset(", ".paginate(", "OFFSET "))
    ]
    assert found == []


def test_the_service_builds_one_machine_for_each_table():
    """A machine in every participant costs 16 KiB each and ten times the time of a step."""
    count = (
        "import gc, witness_care, transitions, wsgi; wsgi.app.app_context().push(); "
        "print(sum(isinstance(each, transitions.Machine) for each in gc.get_objects()))"
    )
    printed = subprocess.run([sys.executable, "-c", count], capture_output=True, text=True, check=True).stdout
    assert int(printed) == len(DRAWN)


def test_the_same_seed_makes_the_same_cases():
    assert Maker(7).cases(100) == Maker(7).cases(100) != Maker(8).cases(100)


def test_cases_have_three_people_and_a_third_with_a_tail_to_a_hundred():
    sizes = [len(case.people) for case in Maker(1).cases(40_000)]
    assert 3.0 < sum(sizes) / len(sizes) < 3.6
    assert max(sizes) == 100
