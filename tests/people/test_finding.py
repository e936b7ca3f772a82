"""Anybody is found in two steps: a list of people, and a search whose address never holds what was typed."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.desk import Desk, desk  # noqa: F401
from tests.factories import a_case, a_mobile, a_victim, a_witness
from tests.reading import text_of
from witness_care.audit.models import PersonalDataEntry
from witness_care.database import session
from witness_care.people.models import Search


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("olivia")


def searched(client: FlaskClient, words: str) -> str:
    answer = client.post("/search", data={"words": words})
    assert answer.status_code == 303
    assert not set(words.casefold().split()) & set(re.split(r"[/?=&]", answer.location.casefold()))
    return text_of(client.get(answer.location))


def names_on(client: FlaskClient, address: str) -> list[str]:
    return re.findall(r'/participants/[0-9a-f-]{36}">([^<]+)</a>', client.get(address).text)


def test_an_officer_sees_their_own_people_first_and_everybody_on_one_more_step(olivia: FlaskClient) -> None:
    a_case(a_victim("Zoe Mine"), a_victim("abe mine"), now="2026-11-20 09:00")
    a_case(a_victim("Cal Other"), now="2026-11-20 09:00", officer=None)

    assert names_on(olivia, "/participants") == ["abe mine", "Zoe Mine"]
    assert names_on(olivia, "/participants?whose=unit") == ["abe mine", "Cal Other", "Zoe Mine"]


def test_filters_stand_in_the_address_and_are_kept_by_the_next_page(olivia: FlaskClient) -> None:
    a_case(*(a_witness(f"Person {number:02d}") for number in range(55)), a_victim("Vi Ctim"), now="2026-11-20 09:00")

    page = olivia.get("/participants?whose=mine&role=witness").text
    following = re.search(r'href="(/participants\?[^"]*after=[^"]*)"', page)

    assert following
    address = following[1].replace("&amp;", "&")
    assert "role=witness" in address
    assert names_on(olivia, address) == [f"Person {number:02d}" for number in range(50, 55)]


@pytest.mark.proves("SEC-04")
@pytest.mark.parametrize("words", ["leah", "JONES", "jon lea", "07700 900 123", "+447700900123"])
def test_a_person_is_found_by_parts_of_the_name_or_a_whole_number(olivia: FlaskClient, words: str) -> None:
    a_case(a_victim("Leah Jones", phones=(a_mobile("07700 900123"),)), now="2026-11-20 09:00")
    a_case(a_victim("Tom Bold", phones=(a_mobile("07700 900456"),)), now="2026-11-20 09:00")

    page = searched(olivia, words)

    assert "1 person and 0 cases" in page
    assert "Leah Jones" in page
    assert "Tom Bold" not in page


def test_a_whole_urn_goes_to_its_case_and_a_part_lists_cases(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    spaced = f"{case.urn[:2]} {case.urn[2:4].lower()} {case.urn[4:]}"

    assert olivia.post("/search", data={"words": spaced}).location == f"/cases/{case.urn}"
    assert case.urn in searched(olivia, case.urn[4:])


def test_noor_finds_nobody_of_olivias_unit_and_not_her_search_either(desk: Desk, olivia: FlaskClient) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    noor = desk.as_("noor")

    assert "0 people and 0 cases" in searched(noor, "Leah")
    assert names_on(noor, "/participants?whose=unit") == []
    assert noor.post("/search", data={"words": case.urn}).location.startswith("/searches/")
    hers = olivia.post("/search", data={"words": "Leah"}).location
    assert noor.get(hers).status_code == 404


def test_the_words_of_a_search_are_kept_sealed_and_logged_without_being_readable(olivia: FlaskClient) -> None:
    a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")

    searched(olivia, "Leah Jones")

    raw = session().execute(sa.text("SELECT text FROM search")).scalar_one()
    assert b"Leah" not in bytes(raw)
    logged = session().execute(
        sa.select(PersonalDataEntry.field_groups).where(PersonalDataEntry.route == "/searches/<token>")
    )
    groups = [group for row in logged for group in row.field_groups]
    assert "search" in groups
    assert not any("leah" in group.casefold() for group in groups)
    assert session().execute(sa.select(sa.func.count(Search.id))).scalar_one() == 1


def test_a_wildcard_is_a_character_like_any_other(olivia: FlaskClient) -> None:
    a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")

    assert "0 people and 0 cases" in searched(olivia, "L%")
    assert "0 people and 0 cases" in searched(olivia, "L_ah")


def test_an_empty_search_leads_to_the_list(olivia: FlaskClient) -> None:
    assert olivia.post("/search", data={"words": "  "}).location == "/participants"
