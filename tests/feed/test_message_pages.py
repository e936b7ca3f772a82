"""Court messages on a page: why each waits, what to do, its shape without anybody in it, and trying it again."""

import json
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import a_case, a_victim
from tests.feed import payloads
from tests.reading import text_of
from witness_care.columns import new_id
from witness_care.database import session
from witness_care.feed import reasons, redaction
from witness_care.feed.formats.translated import Parked, Rejected
from witness_care.feed.models import FeedMessage
from witness_care.feed.states import Reason


def send(desk: Desk, body: object, *, unit: str | None = None) -> FeedMessage:  # noqa: F811
    key = a_key(
        desk.app, unit_ids=[unit or desk.cast.unit], scopes=["feed:common-platform"], name=f"Court link {new_id()}"
    )
    raw = body if isinstance(body, str) else json.dumps(body)
    desk.app.test_client().post(
        "/api/v1/feeds/common-platform/messages", data=raw, headers=key | {"Content-Type": "application/json"}
    )
    session().rollback()
    return session().execute(sa.select(FeedMessage).order_by(FeedMessage.stored_at.desc())).scalars().first()


@pytest.fixture
def sam(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("sam")


@pytest.mark.feature("A4")
def test_a_message_about_an_unknown_case_says_why_it_waits_and_what_to_do(desk: Desk, sam: FlaskClient) -> None:  # noqa: F811
    waiting = send(desk, payloads.listed("42ZZ0000199"))

    words = text_of(sam.get("/feed/messages"))

    assert "Court updates: waiting" in words
    assert "No case here has this URN or court id yet." in words
    assert "It is applied by itself when the case arrives." in words
    assert "Try it again now" in text_of(sam.get(f"/feed/messages/{waiting.id}"))


def test_every_reason_a_message_may_have_is_said_in_words() -> None:
    for reason in (*Parked, *Rejected, *Reason):
        assert reasons.words(reason) is not reasons.UNKNOWN, reason


def test_trying_again_applies_what_has_become_known(desk: Desk, sam: FlaskClient) -> None:  # noqa: F811
    waiting = send(desk, payloads.listed("42ZZ0000199"))
    assert "Waiting" in text_of(sam.get(f"/feed/messages/{waiting.id}"))

    answer = sam.post(f"/feed/messages/{waiting.id}/retry")

    assert answer.status_code == 303
    assert "It now stands as: waiting" in text_of(sam.get(answer.location))


def test_a_refused_message_is_shown_with_what_the_sender_should_do(desk: Desk, sam: FlaskClient) -> None:  # noqa: F811
    send(desk, payloads.with_metadata({"nothing": "known"}, "public.listing.hearing-confirmed"))

    words = text_of(sam.get("/feed/messages?state=rejected"))

    assert "Ask the sender" in words


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (payloads.listed("42ZZ0000199", hearing=""), "hearing-listed"),
        ({"hearingId": "h1"}, "No type named, sent as application/json"),
        ("{", "Not readable as JSON, sent as application/json"),
    ],
)
def test_a_refused_message_is_called_by_the_type_it_names_or_by_why_that_is_not_known(
    desk: Desk,  # noqa: F811
    sam: FlaskClient,
    body: object,
    title: str,
) -> None:
    refused = send(desk, body)

    assert refused.state == "rejected"
    for page in ("/feed/messages?state=rejected", f"/feed/messages/{refused.id}"):
        assert title in text_of(sam.get(page))


def test_a_supervisor_sees_what_her_own_units_senders_sent(desk: Desk, sam: FlaskClient) -> None:  # noqa: F811
    theirs = send(desk, payloads.listed("42ZZ0000199"), unit=desk.cast.other_unit)
    ada = desk.as_("ada")

    assert sam.get(f"/feed/messages/{theirs.id}").status_code == 404
    assert "No court update is waiting." in text_of(sam.get("/feed/messages"))
    assert "No case here has this URN" in text_of(ada.get("/feed/messages"))
    assert ada.get(f"/feed/messages/{theirs.id}").status_code == 200
    for who in ("olivia", "noor", "aud"):
        assert desk.as_(who).get("/feed/messages").status_code == 403


def test_nobody_is_named_in_a_message_that_is_shown(desk: Desk) -> None:  # noqa: F811
    body = payloads.listed("42ZZ0000199")
    body["defendants"] = [
        {
            "id": payloads.DEFENDANT,
            "firstName": "QUILLA",
            "lastName": "ASHGROVE",
            "dateOfBirth": "1990-03-27",
            "nationality": "GBR",
            "note": "Her brother answers",
        }
    ]
    waiting = send(desk, body)

    page = desk.as_("ada").get(f"/feed/messages/{waiting.id}").text

    assert "hearing-listed" in page
    for private in ("QUILLA", "ASHGROVE", "1990-03-27", "brother"):
        assert private not in page


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("hearingId", "5f1b1f58-2f27-5b57-8d0a-0c3d5b2a7a11", True),
        ("sittingDay", "2026-12-14T10:00:00.000Z", True),
        ("cjsOffenceCode", "TH68023A", True),
        ("caseURN", "42CF7700126", True),
        ("jurisdictionType", "CROWN", True),
        ("estimatedMinutes", 45, True),
        ("lastName", "SMITH", False),
        ("defendantName", "TH68023A", False),
        ("courtOrderNote", "2026-12-14", False),
        ("label", "Leah Jones", False),
        ("label", "LEAH", False),
        ("dateOfBirth", "1990-03-27", False),
        ("contactNumber", "07700900123", False),
        ("homePhone", "+447700900123", False),
    ],
)
def test_a_value_is_shown_only_when_it_can_say_nothing_about_anybody(key: str, value: object, shown: bool) -> None:
    shape = redaction.shape_of(json.dumps({key: value}))

    assert (str(value) in shape) is shown
    if not shown:
        assert re.search(r"\(hidden, \d+ characters\)", shape)


def test_what_is_not_json_is_hidden_as_a_whole() -> None:
    assert redaction.shape_of("Leah Jones <x>") == "(not JSON, 14 bytes)"


def test_a_case_with_a_waiting_update_says_so(desk: Desk, sam: FlaskClient) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    assert "court update" not in text_of(sam.get(f"/cases/{case.urn}"))
    send(desk, payloads.listed(case.urn))
    send(desk, payloads.confirmed("2027-02-01T10:00:00.000Z", defendants=(payloads.an_id("nobody known"),)))

    words = text_of(sam.get(f"/cases/{case.urn}"))

    assert "1 court update waits" in words
    assert "It names a defendant who is not on the case." in words
    assert f"Case {case.urn}" in text_of(sam.get("/feed/messages"))
