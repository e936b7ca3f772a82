"""Programs that call the API: their keys, scopes and units."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast, a_key, cast_of, signed_in
from witness_care import database
from witness_care.accounts import api_clients
from witness_care.accounts.api_clients import ClientRefusedError
from witness_care.accounts.current import actor
from witness_care.accounts.models import ApiClient, ApiKey
from witness_care.accounts.permissions import requires_scope, route_policy

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def cast(app: Flask) -> Iterator[Cast]:
    """The cast, and two routes to ask for: one for a scope, one for a named feed."""
    app.config["CLOCK"] = lambda: NINE

    @requires_scope("cases:read")
    def probe() -> object:
        return {"who": actor().display_name, "units": list(actor().unit_ids)}

    @requires_scope("feed:<feed>")
    def feed_probe(feed: str) -> object:
        return {"feed": feed}

    @route_policy(permission="signed_in")
    def person_probe() -> str:
        return actor().display_name

    app.add_url_rule("/api/v1/probe", view_func=probe)
    app.add_url_rule("/api/v1/probes/<feed>", view_func=feed_probe)
    app.add_url_rule("/person-probe", view_func=person_probe)
    return cast_of(app)


@pytest.mark.proves("SEC-13")
def test_a_live_key_with_the_scope_is_let_in_as_its_client(app: Flask, cast: Cast) -> None:
    headers = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"])
    answer = app.test_client().get("/api/v1/probe", headers=headers)
    assert answer.json == {"who": "Court link", "units": [cast.unit]}


@pytest.mark.proves("SEC-13")
def test_a_key_without_the_scope_is_told_which_one_it_lacks(app: Flask, cast: Cast) -> None:
    headers = a_key(app, unit_ids=[cast.unit], scopes=["feed:listing"])
    answer = app.test_client().get("/api/v1/probe", headers=headers)
    assert answer.status_code == 403
    assert answer.json["expected"] == "a key with scope cases:read"
    assert app.test_client().get("/api/v1/probes/listing", headers=headers).status_code == 200
    assert app.test_client().get("/api/v1/probes/results", headers=headers).status_code == 403


@pytest.mark.proves("SEC-13")
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wc_000000000000_" + "a" * 43, "Basic abc", "Bearer \u00e9"])
def test_no_key_or_a_wrong_one_is_refused(app: Flask, cast: Cast, sent: str) -> None:
    answer = app.test_client().get("/api/v1/probe", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["do"]


@pytest.mark.proves("SEC-13")
def test_a_key_with_a_right_prefix_and_another_secret_is_refused(app: Flask, cast: Cast) -> None:
    key = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"])["Authorization"]
    forged = key[:-1] + ("A" if key[-1] != "A" else "B")
    assert app.test_client().get("/api/v1/probe", headers={"Authorization": forged}).status_code == 401


@pytest.mark.proves("SEC-13")
def test_an_expired_key_is_refused(app: Flask, cast: Cast) -> None:
    headers = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"])
    app.config["CLOCK"] = lambda: NINE + timedelta(days=364)
    assert app.test_client().get("/api/v1/probe", headers=headers).status_code == 200
    app.config["CLOCK"] = lambda: NINE + timedelta(days=365)
    assert app.test_client().get("/api/v1/probe", headers=headers).status_code == 401


@pytest.mark.proves("SEC-13")
def test_a_revoked_key_and_a_client_switched_off_are_refused_at_once(app: Flask, cast: Cast) -> None:
    first = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"], name="First")
    second = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"], name="Second")
    prefix = first["Authorization"].removeprefix("Bearer ").rsplit("_", 1)[0][:15]
    with app.app_context(), database.writing() as session:
        assert api_clients.revoke_key(prefix, now=NINE)
        session.execute(sa.update(ApiClient).where(ApiClient.name == "Second").values(disabled_at=NINE))
    for headers in (first, second):
        assert app.test_client().get("/api/v1/probe", headers=headers).status_code == 401


@pytest.mark.proves("SEC-13")
def test_two_keys_may_be_live_and_a_third_may_not(app: Flask, cast: Cast) -> None:
    with app.app_context(), database.writing():
        client_id = api_clients.create_client(name="Link", unit_ids=[cast.unit], scopes=["cases:read"], now=NINE)
        keys = [api_clients.create_key(client_id, now=NINE) for _ in range(2)]
        with pytest.raises(ClientRefusedError, match="Revoke the older one"):
            api_clients.create_key(client_id, now=NINE)
        api_clients.revoke_key(keys[0][:15], now=NINE)
        api_clients.create_key(client_id, now=NINE)


@pytest.mark.proves("SEC-13")
def test_the_table_holds_a_hash_of_the_key_and_its_last_use(app: Flask, cast: Cast) -> None:
    headers = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"])
    app.test_client().get("/api/v1/probe", headers=headers)
    with app.app_context():
        row = database.session().scalars(sa.select(ApiKey)).one()
        assert headers["Authorization"].removeprefix("Bearer ").startswith(row.prefix)
        assert row.key_hash not in headers["Authorization"]
        assert row.last_used_at == NINE


@pytest.mark.proves("SEC-13")
def test_the_api_ignores_cookies_and_the_pages_ignore_keys(app: Flask, cast: Cast) -> None:
    olivia = signed_in(app, cast.olivia)
    assert olivia.get("/person-probe").text == "Olivia"
    assert olivia.get("/api/v1/probe").status_code == 401
    headers = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"])
    assert app.test_client().get("/person-probe", headers=headers).status_code == 303


@pytest.mark.sqlite_only
def test_a_scope_nobody_knows_is_refused(app: Flask, cast: Cast) -> None:
    with app.app_context(), database.writing(), pytest.raises(ClientRefusedError, match="Expected scopes among"):
        api_clients.create_client(name="Link", unit_ids=[cast.unit], scopes=["everything"], now=NINE)
