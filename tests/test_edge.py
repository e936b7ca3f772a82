"""What every answer carries, and what is refused before any page is asked."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask, abort, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from witness_care.accounts.permissions import route_policy
from witness_care.errors import ApiError
from witness_care.schemas import SafeString, StrictSchema

pytestmark = pytest.mark.sqlite_only

ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Search(StrictSchema):
    urn = SafeString(longest=20, required=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The application with a few routes that go wrong in known ways."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @route_policy(permission="anyone")
    def broken() -> str:
        raise ZeroDivisionError("a secret: 07700 900123")

    @route_policy(permission="anyone")
    def no_database() -> str:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("gone"))

    @route_policy(permission="anyone")
    def refusing() -> str:
        abort(request.args.get("status", 404, int))

    @route_policy(permission="anyone")
    def not_valid() -> object:
        return Search().load(request.get_json())

    @route_policy(permission="anyone")
    def conflict() -> str:
        raise ApiError(409, "other_body", do="A correction needs a new id.", where="id", received="88f")

    for view in (broken, no_database, refusing, conflict):
        app.add_url_rule(f"/{view.__name__}", view_func=view)
        app.add_url_rule(f"/api/v1/{view.__name__}", f"api_{view.__name__}", view_func=view)

    @route_policy(permission="anyone")
    def form() -> str:
        return "kept"

    app.add_url_rule("/form", view_func=form, methods=["POST"])
    app.add_url_rule("/nobody_said", "nobody_said", view_func=lambda: "open to all")
    return app.test_client()


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert found
    return found[1]


@pytest.mark.proves("SEC-17")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign-in",
        "/missing",
        "/broken",
        "/no_database",
        "/api/v1/missing",
        "/api/v1/broken",
        "/api/v1/openapi.json",
    ],
)
def test_every_answer_tells_the_browser_what_it_may_not_do(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'nonce-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.proves("SEC-17")
def test_each_page_has_a_nonce_of_its_own_and_its_one_script_carries_it(client: FlaskClient) -> None:
    pages = [client.get("/sign-in") for _ in range(2)]
    nonces = [re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])[1] for page in pages]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page.text)
        assert inline == [f'<script nonce="{nonce}">']


@pytest.mark.proves("SEC-17")
def test_a_built_file_carries_the_same_headers_but_may_be_kept(client: FlaskClient) -> None:
    address = re.search(r'href="([^"]+\.css)"', client.get("/sign-in").text)[1]
    answer = client.get(address)
    assert answer.status_code == 200
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()


@pytest.mark.proves("SEC-18")
def test_a_failure_tells_a_reference_and_never_its_cause(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("/broken", "/api/v1/broken"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "07700" not in answer.text
        assert "ZeroDivisionError" not in answer.text
        written = capsys.readouterr().err
        logged = re.search(r'"request_id": "([0-9a-f]+)"', written)[1]
        assert logged in answer.text
        assert '"error": "ZeroDivisionError"' in written
        assert "07700" not in written


def test_a_page_that_fails_for_want_of_the_database_says_when_to_try_again(client: FlaskClient) -> None:
    for path in ("/no_database", "/api/v1/no_database"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 415, 422, 429])
def test_every_error_page_says_what_to_do_next_in_our_words(client: FlaskClient, status: int) -> None:
    page = client.get(f"/refusing?status={status}")
    assert page.status_code == status
    assert re.search(r'<p class="govuk-body">[A-Z][^<]{20,}\.</p>', page.text)
    told = client.get(f"/api/v1/refusing?status={status}").json
    assert told["error"]
    assert told["do"]


def test_a_refusal_to_a_program_has_its_five_fields(client: FlaskClient) -> None:
    answer = client.get("/api/v1/conflict")
    assert answer.status_code == 409
    assert answer.json == {
        "error": "other_body",
        "where": "id",
        "expected": "",
        "received": "88f",
        "do": "A correction needs a new id.",
    }


def test_a_program_that_asks_for_what_is_not_there_learns_what_was_expected_what_came_and_what_to_do(
    client: FlaskClient,
) -> None:
    nowhere = client.get("/api/v1/missing/Canary")
    there_but_not_so = client.post("/api/v1/openapi.json")

    assert nowhere.status_code == 404
    assert nowhere.json["where"] == "address"
    assert nowhere.json["expected"] == "an address of this API"
    assert nowhere.json["received"] == "another address"
    assert "/api/v1/docs" in nowhere.json["do"]
    assert "Canary" not in nowhere.text
    assert there_but_not_so.status_code == 405
    assert there_but_not_so.json["received"] == "POST"
    assert "Allow" in there_but_not_so.json["do"]
    assert "GET" in there_but_not_so.headers["Allow"]


@pytest.mark.proves("SEC-16")
def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    token_of(client)
    assert client.post("/form").status_code == 400
    assert client.post("/form", data={"csrf_token": "made-up"}).status_code == 400


@pytest.mark.proves("SEC-16")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "http://elsewhere.example"}, 400),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
    ],
)
def test_a_form_is_taken_from_our_own_pages_only(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    answer = client.post("/form", data={"csrf_token": token_of(client)}, headers=headers)
    assert answer.status_code == status


@pytest.mark.proves("SEC-19")
def test_a_form_beyond_its_limit_and_a_packed_body_are_refused(client: FlaskClient) -> None:
    token = token_of(client)
    assert client.post("/form", data={"csrf_token": token, "note": "x" * 70_000}).status_code == 413
    packed = client.post("/form", data={"csrf_token": token}, headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415


@pytest.mark.proves("SEC-01")
def test_a_page_for_which_nobody_declared_a_policy_stays_shut(client: FlaskClient) -> None:
    answer: TestResponse = client.get("/nobody_said")
    assert answer.status_code == 500
    assert "open to all" not in answer.text


@pytest.mark.proves("SEC-41")
def test_the_log_holds_the_route_and_no_part_of_the_query(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/sign-in?next=/people/Canary")
    client.get("/missing/Canary")
    written = capsys.readouterr().err
    assert '"route": "/sign-in"' in written
    assert "Canary" not in written
