"""An administrator sees how far each unit has come, and what waits for a person: numbers, and nobody's name."""

from __future__ import annotations

import pytest

from tests.cast import a_key
from tests.cutover.files import PEOPLE, a_file, a_person
from tests.desk import Desk
from tests.factories import a_case, a_victim, a_witness
from tests.feed import payloads
from tests.reading import text_of
from witness_care import clock, database
from witness_care.accounts.current import SYSTEM
from witness_care.cutover import queries, service
from witness_care.cutover.columns import Kind

SENT = {"Content-Type": "application/json"}


@pytest.fixture
def busy(desk: Desk) -> Desk:
    case = a_case(a_victim("Leah Jones"), a_witness("Nadia Ahmed", phones=[]))
    a_case(a_victim("Owen Price"), officer=None)
    a_case(a_victim("Tom Baker"), unit="WSX", officer="Noor")
    rows = [a_person(1, case.urn), a_person(2, case.urn, role="bystander")]
    service.import_now(a_file(rows, PEOPLE), Kind.PARTICIPANTS, unit_id=desk.cast.unit, actor=SYSTEM, now=clock.now())
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["feed:common-platform"])
    client = desk.app.test_client()
    client.post("/api/v1/feeds/common-platform/messages", json=payloads.listed("42ZZ0000199"), headers=key | SENT)
    database.session().rollback()
    return desk


def test_each_unit_shows_what_was_loaded_and_what_waits_for_a_person(busy: Desk):
    east, west = queries.progress(database.session())

    assert (east.code, west.code) == ("ESX", "WSX")
    assert east.numbers["cases"] == 2
    assert east.numbers["participants"] == 4
    assert (east.numbers["rows_in"], east.numbers["rows_refused"]) == (1, 1)
    assert east.last_load_at == clock.now()
    assert (east.waiting["refused"], east.waiting["unallocated"], east.waiting["unreachable"]) == (1, 1, 1)
    assert east.parked == {"unknown-case": 1}
    assert west.numbers["cases"] == 1
    assert west.parked == {}


def test_the_page_names_nobody_and_asks_a_number_of_questions_that_does_not_grow(busy: Desk, statements):
    ada = busy.as_("ada")
    statements()

    page = text_of(ada.get("/admin/cutover"))

    asked = [each for each in statements() if each.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(asked) <= 15 + 3, "Fifteen of the page, three of the frame and the session."
    assert "Eastshire (ESX)" in page
    assert "Refused rows that nobody has mended or dealt with 1" in page
    assert not [name for name in ("Leah", "Nadia", "Owen", "Made-up") if name in page]
    assert busy.as_("sam").get("/admin/cutover").status_code == 403
