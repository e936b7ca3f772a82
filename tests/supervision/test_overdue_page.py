"""What a supervisor sees of the unit's late contacts, and that the address holds the whole view."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.desk import Desk
from tests.factories import a_case, a_trial, a_victim, a_witness, attempted, introduced, told_everything
from tests.reading import text_of
from workflows.events import ContactOutcome

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def sam(desk: Desk) -> FlaskClient:
    return desk.as_("sam")


def words_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.text[:3000]
    return text_of(response)


def names_in_order(client: FlaskClient, address: str) -> list[str]:
    page = client.get(address).get_data(as_text=True)
    return re.findall(r'/participants/[0-9a-f-]{36}">([^<]+)</a>', page)


def statements_of(client: FlaskClient, address: str, statements: Callable[[], list[str]]) -> int:
    statements()
    client.get(address)
    return len([one for one in statements() if one.startswith("SELECT")])


def late_by_days(name: str, received: str, **more: object) -> None:
    """A victim whose trial date came at `received` and who was not told."""
    case = introduced(a_case(a_victim(name), now="2026-11-20 09:00", **more), now="2026-11-20 09:01")
    a_trial(case, "2027-02-01 10:00", now=received)


@pytest.mark.feature("J2")
def test_late_contacts_stand_longest_overdue_first_with_their_count(sam: FlaskClient) -> None:
    late_by_days("Bea Later", "2026-11-26 11:00")  # due Friday 27 November, 5pm
    late_by_days("Abe Earlier", "2026-11-23 11:00")  # due Tuesday 24 November, 5pm

    words = words_of(sam, "/unit/overdue")

    assert "Overdue contacts: 2 at 9:42am" in words
    assert names_in_order(sam, "/unit/overdue") == ["Abe Earlier", "Bea Later"]
    assert "4 working days late" in words
    assert "1 working day late" in words


def test_what_was_told_in_time_or_is_not_due_yet_is_not_overdue(sam: FlaskClient, desk: Desk) -> None:
    told = a_case(a_victim("Cal Told"), now="2026-11-20 09:00")
    a_trial(told, "2027-02-01 10:00", now="2026-11-23 11:00")
    told_everything(told["Cal Told"], now="2026-11-23 15:00", by=desk.cast.olivia)
    late_by_days("Dee Notyet", "2026-11-30 09:00")

    words = words_of(sam, "/unit/overdue")

    assert "Cal Told" not in words
    assert "Dee Notyet" not in words
    assert "No overdue contacts. Next due: Tuesday 1 December 2026 at 5pm." in words


@pytest.mark.parametrize(
    ("age", "names"),
    [("1", ["Bea Later"]), ("2-5", ["Abe Earlier"]), ("more", []), ("", ["Abe Earlier", "Bea Later"])],
)
def test_the_bands_of_age_split_the_list(sam: FlaskClient, age: str, names: list[str]) -> None:
    late_by_days("Bea Later", "2026-11-26 11:00")
    late_by_days("Abe Earlier", "2026-11-23 11:00")

    assert names_in_order(sam, f"/unit/overdue?age={age}") == names


def test_a_filter_by_officer_keeps_the_sort_and_can_be_removed(sam: FlaskClient, desk: Desk) -> None:
    late_by_days("Abe Earlier", "2026-11-23 11:00")
    late_by_days("Nick Nobody", "2026-11-23 12:00", officer=None)

    page = sam.get("/unit/overdue?officer=nobody&sort=due&direction=descending").get_data(as_text=True)

    assert "Nick Nobody" in page
    assert "Abe Earlier" not in page
    assert 'href="/unit/overdue?sort=due&amp;direction=descending"' in page, "removing the filter keeps the sort"


def test_a_sorted_column_says_its_direction(sam: FlaskClient) -> None:
    late_by_days("Abe Earlier", "2026-11-23 11:00")
    late_by_days("Bea Later", "2026-11-26 11:00")

    page = sam.get("/unit/overdue?sort=due&direction=descending").get_data(as_text=True)

    assert 'aria-sort="descending"' in page
    assert names_in_order(sam, "/unit/overdue?sort=due&direction=descending") == ["Bea Later", "Abe Earlier"]


def test_attempts_are_counted_and_do_not_take_a_contact_off_the_list(sam: FlaskClient, desk: Desk) -> None:
    case = a_case(a_victim("Ann Away"), now="2026-11-20 09:00")
    a_trial(case, "2027-02-01 10:00", now="2026-11-23 11:00")
    attempted(case["Ann Away"], ContactOutcome.NO_ANSWER, now="2026-11-24 10:00", by=desk.cast.olivia)

    page = sam.get("/unit/overdue").get_data(as_text=True)

    assert re.search(r'numeric">1</td>', page)


def test_pages_follow_each_other_without_gap_or_repeat(sam: FlaskClient) -> None:
    people = [a_victim(f"Person {number:02d}") for number in range(60)]
    case = introduced(a_case(*people, now="2026-11-20 09:00"), now="2026-11-20 09:01")
    a_trial(case, "2027-02-01 10:00", now="2026-11-23 11:00")

    first = sam.get("/unit/overdue").get_data(as_text=True)
    following = re.search(r'href="(/unit/overdue\?after=[^"]+)"', first)
    assert following
    seen = names_in_order(sam, "/unit/overdue") + names_in_order(sam, following[1])

    assert len(seen) == 60
    assert len(set(seen)) == 60
    second = sam.get(following[1]).get_data(as_text=True)
    back = re.search(r'href="(/unit/overdue\?before=[^"]+)"', second)
    assert back
    assert names_in_order(sam, back[1]) == names_in_order(sam, "/unit/overdue")


def test_the_number_of_queries_does_not_grow_with_the_rows(
    sam: FlaskClient, statements: Callable[[], list[str]]
) -> None:
    late_by_days("Abe Earlier", "2026-11-23 11:00")
    few = statements_of(sam, "/unit/overdue", statements)
    case = a_case(*(a_victim(f"Person {number}") for number in range(30)), now="2026-11-20 09:00")
    a_trial(case, "2027-02-01 10:00", now="2026-11-23 11:00")

    many = statements_of(sam, "/unit/overdue", statements)

    assert many <= few
    assert many <= 15


def test_only_a_supervisor_opens_the_units_pages(desk: Desk) -> None:
    for who in ("olivia", "noor", "ada", "aud"):
        assert desk.as_(who).get("/unit/overdue").status_code == 403


@pytest.mark.feature("J1")
def test_unit_today_adds_up_and_each_number_is_a_link(sam: FlaskClient) -> None:
    late_by_days("Abe Earlier", "2026-11-23 11:00")
    late_by_days("Dee Today", "2026-11-27 11:00")  # due Monday 30 November, 5pm
    late_by_days("Eve Tomorrow", "2026-11-30 09:00")

    words = words_of(sam, "/unit")

    assert "6 open contacts" in words  # each is also to be kept in touch with
    assert "1 Overdue" in words
    assert "1 Due later today" in words
    assert "4 Due on a later day" in words
    assert names_in_order(sam, "/unit/contacts?due=today") == ["Dee Today"]
    assert len(names_in_order(sam, "/unit/contacts?due=later")) == 4
    assert len(names_in_order(sam, "/unit/contacts")) == 6


def test_a_witness_and_a_victim_of_one_trial_both_stand_on_the_list(sam: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), a_witness("Nadia Ahmed", required=True), now="2026-11-20 09:00")
    a_trial(case, "2027-02-01 10:00", now="2026-11-23 11:00")

    words = words_of(sam, "/unit/overdue")

    assert "Leah Jones" in words
    assert "Nadia Ahmed" in words
