"""Help that is written down, and the tables of states as they decide."""

import pytest
from flask.testing import FlaskClient

from tests.desk import Desk, desk  # noqa: F401
from tests.reading import text_of
from workflows import attendance, journey
from workflows.flags import FLAGS


@pytest.mark.feature("C1")
def test_the_tables_that_decide_stand_on_the_help_page(desk: Desk) -> None:  # noqa: F811
    words = text_of(desk.as_("olivia").get("/help/states"))

    for event in (*journey.EVENTS.values(), *attendance.EVENTS.values()):
        assert event in words
    for question in FLAGS.values():
        assert question in words
    assert "only if every relevant proceeding is concluded" in words
    rows = words.count("otherwise, or always") + words.count("only if") + words.count("unless")
    assert rows >= len(journey.TABLE) + len(attendance.TABLE)


@pytest.mark.parametrize("address", ["/help", "/accessibility"])
def test_help_and_the_accessibility_statement_need_no_sign_in(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 200


def test_the_statement_claims_no_more_than_was_checked(client: FlaskClient) -> None:
    assert "No screen reader was used" in text_of(client.get("/accessibility"))
