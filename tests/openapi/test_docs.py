"""The API's own page: it shows what the description says, and every operation with the scope it asks for."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from witness_care.accounts.admission import policy_for
from witness_care.openapi.description import operations

pytestmark = pytest.mark.sqlite_only


def test_the_description_is_openapi_3_1(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").get_json()

    assert spec["openapi"].startswith("3.1")
    assert {"/api/v1/cases/{urn}", "/api/v1/duties", "/api/v1/feeds/{feed}/messages"} <= set(spec["paths"])


def test_every_route_of_the_api_is_described(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        described = {(operation.method, operation.path) for operation in operations()}
        routes = {
            (method, rule.rule.replace("<", "{").replace(">", "}").replace("uuid:", ""))
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith(("openapi", "api-docs"))
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }

    assert routes == described


def test_each_operation_names_the_scope_its_route_asks_for(app: Flask) -> None:
    with app.test_request_context():
        shown = {operation.id: operation.scope for operation in operations()}
        asked = policy_for("cases_api.put_case", "PUT")

    # A provider that reports what became of messages signs in with a secret of its own.
    assert [name for name, scope in shown.items() if not scope] == ["post-api-v1-messages-receipts"]
    assert asked is not None
    assert shown["put-api-v1-cases-urn"] == asked.scope == "cases:write"


def test_the_page_leads_to_every_operation_and_each_shows_its_fields(client: FlaskClient, app: Flask) -> None:
    page = client.get("/api/v1/docs").get_data(as_text=True)

    with app.test_request_context():
        names = [operation.id for operation in operations()]
    for name in names:
        assert f'href="/api/v1/docs/{name}"' in page
        assert client.get(f"/api/v1/docs/{name}").status_code == 200
    put = client.get("/api/v1/docs/put-api-v1-cases-urn").get_data(as_text=True)
    assert "participants[].person.contact_points[].value" in put
    assert "cases:write" in put


def test_an_operation_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/api/v1/docs/delete-everything").status_code == 404


@pytest.mark.proves("SEC-17")
def test_the_page_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    answer = client.get("/api/v1/docs")

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert 'src="http' not in answer.get_data(as_text=True)
