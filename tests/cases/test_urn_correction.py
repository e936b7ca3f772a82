# ruff: noqa: F811
"""A number that was typed wrongly is put right: the old one stays known, and what waited for the other is applied."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import MadeCase, a_case, a_trial, a_victim, open_duties
from tests.feed import payloads
from tests.reading import text_of
from witness_care.cases.models import CourtCase, Identifier
from witness_care.casework import rebuild
from witness_care.database import session
from workflows import values

pytestmark = pytest.mark.sqlite_only

RIGHT = "42AB9999926"


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:
    return desk.as_("olivia")


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    made = a_case(a_victim("Leah Jones"), now="2026-11-10 09:00")
    a_trial(made, "2026-12-07 10:00", now="2026-11-12 10:00")
    return made


def correct(browser: FlaskClient, old: str, new: str) -> int:
    return browser.post(f"/cases/{old}/urn", data={"urn": new, "reason": "A slip."}).status_code


@pytest.mark.both_databases
def test_pages_and_programs_find_the_case_by_both_numbers(desk: Desk, olivia: FlaskClient, case: MadeCase) -> None:
    assert correct(olivia, case.urn, "42ab 9999926") == 303

    led = olivia.get(f"/cases/{case.urn}")
    assert (led.status_code, led.location) == (302, f"/cases/{RIGHT}")
    words = text_of(olivia.get(f"/cases/{RIGHT}"))
    assert f"From {case.urn} to {RIGHT}: A slip." in words
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=("cases:read", "cases:write"))
    for number in (case.urn, RIGHT):
        answer = desk.app.test_client().get(f"/api/v1/cases/{number}", headers=key)
        assert (answer.status_code, answer.json["urn"]) == (200, RIGHT)
        answer = desk.app.test_client().put(f"/api/v1/cases/{number}", json={}, headers=key)
        assert (answer.status_code, answer.json["id"]) == (200, case.id)
    assert list(rebuild.differences()) == []


def test_a_court_message_that_waited_for_the_right_number_is_applied(
    desk: Desk, olivia: FlaskClient, case: MadeCase
) -> None:
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=("feed:common-platform",))
    body = payloads.listed(RIGHT)
    answer = desk.app.test_client().post("/api/v1/feeds/common-platform/messages", json=body, headers=key)
    assert answer.json["state"] == "parked", answer.text

    assert correct(olivia, case.urn, RIGHT) == 303

    known = sa.select(Identifier.value).where(Identifier.case_id == case.id, Identifier.kind == "hearing")
    assert session().scalars(known).all() != []
    assert list(rebuild.differences()) == []


@pytest.mark.both_databases
def test_a_correction_is_taken_back_by_the_same_form(olivia: FlaskClient, case: MadeCase) -> None:
    assert correct(olivia, case.urn, RIGHT) == 303
    assert correct(olivia, RIGHT, case.urn) == 303

    assert session().scalar(sa.select(CourtCase.urn).where(CourtCase.id == case.id)) == case.urn
    words = text_of(olivia.get(f"/cases/{case.urn}"))
    assert f"From {case.urn} to {RIGHT}" in words
    assert f"From {RIGHT} to {case.urn}" in words
    assert [duty.topic for duty in open_duties(case["Leah Jones"])].count(values.WHEN_WHERE) == 1


@pytest.mark.parametrize("kind", ["now", "before", "its own", "nonsense"])
def test_a_number_that_cannot_be_taken_is_refused(olivia: FlaskClient, case: MadeCase, kind: str) -> None:
    other = a_case(a_victim("Owen Price"), now="2026-11-10 09:00")
    if kind == "before":
        assert correct(olivia, other.urn, RIGHT) == 303
    wanted = {"its own": case.urn, "nonsense": "?"}.get(kind, other.urn)

    answer = olivia.post(f"/cases/{case.urn}/urn", data={"urn": wanted, "reason": "A slip."})

    assert answer.status_code == 400
    words = {"its own": "The case has this URN", "nonsense": "Enter the URN as 5 to 20"}
    assert words.get(kind, "Another case has this URN") in text_of(answer)
    assert session().scalar(sa.select(CourtCase.urn).where(CourtCase.id == case.id)) == case.urn


def test_two_cases_are_linked_and_not_linked_any_more(desk: Desk, olivia: FlaskClient, case: MadeCase) -> None:
    other = a_case(a_victim("Owen Price"), now="2026-11-10 09:00")
    before = {duty.id for duty in open_duties(case["Leah Jones"])}
    said = {"urn": other.urn, "kind": "same_incident", "reason": "One street, one evening."}
    assert olivia.post(f"/cases/{case.urn}/links/new", data=said).status_code == 303
    for one, two in ((case, other), (other, case)):
        words = text_of(olivia.get(f"/cases/{one.urn}"))
        assert f"Linked to case {two.urn}" in words
        assert "they are about the same incident. One street, one evening." in words
    answer = olivia.post(f"/cases/{other.urn}/links/new", data=said | {"urn": case.urn})
    assert "These two cases are linked already" in text_of(answer)
    page = olivia.get(f"/cases/{case.urn}").text
    link = next(part.split("/end")[0] for part in page.split("/links/")[1:] if "/end" in part[:60])

    assert desk.as_("noor").get(f"/links/{link}/end").status_code == 404
    assert olivia.post(f"/links/{link}/end", data={"reason": "Two streets."}).status_code == 303

    words = text_of(olivia.get(f"/cases/{other.urn}"))
    assert f"Case {case.urn}: Two streets." in words
    assert "Linked to case" not in words
    assert {duty.id for duty in open_duties(case["Leah Jones"])} == before
    assert list(rebuild.differences()) == []
