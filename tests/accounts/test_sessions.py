"""A signed-in browser: how long it stays so, and what ends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import PASSWORD, Cast, cast_of, email_of, signed_in
from tests.databases import let_go
from witness_care import create_app, database
from witness_care.accounts import service
from witness_care.accounts.models import AppSession, AppUser, UserUnit

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def cast(app: Flask) -> Cast:
    app.config.update(CLOCK=lambda: NINE, IDLE_TIME=timedelta(minutes=15), SESSION_TIME=timedelta(hours=10))
    return cast_of(app)


def at(app: Flask, moment: datetime) -> None:
    app.config["CLOCK"] = lambda: moment


@pytest.mark.proves("SEC-11")
def test_fifteen_minutes_without_a_request_end_it(app: Flask, cast: Cast) -> None:
    browser = signed_in(app, cast.olivia)
    at(app, NINE + timedelta(minutes=14))
    assert browser.get("/account").status_code == 200
    at(app, NINE + timedelta(minutes=28))
    assert browser.get("/account").status_code == 200
    at(app, NINE + timedelta(minutes=43))
    assert browser.get("/account").status_code == 303


@pytest.mark.proves("SEC-11")
def test_ten_hours_end_it_however_busy_it_was(app: Flask, cast: Cast) -> None:
    browser = signed_in(app, cast.olivia)
    for minutes in range(0, 600, 10):
        at(app, NINE + timedelta(minutes=minutes))
        assert browser.get("/account").status_code == 200
    at(app, NINE + timedelta(hours=10))
    assert browser.get("/account").status_code == 303


@pytest.mark.proves("SEC-11")
def test_signing_out_ends_every_session_of_that_person(app: Flask, cast: Cast) -> None:
    desk, home = signed_in(app, cast.olivia), signed_in(app, cast.olivia)
    sam = signed_in(app, cast.sam)
    page = desk.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert desk.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert desk.get("/account").status_code == 303
    assert home.get("/account").status_code == 303
    assert sam.get("/account").status_code == 200


@pytest.mark.proves("SEC-11", "SEC-12")
@pytest.mark.parametrize(
    "change",
    [
        lambda user: service.disable(user, now=NINE),
        lambda user: service.set_password(user, "nine blue kites over hills", now=NINE),
        lambda user: service.set_role(user, "supervisor", now=NINE),
    ],
    ids=["disabled", "new password", "new role"],
)
def test_it_ends_at_the_next_request_when(app: Flask, cast: Cast, change: Callable[[str], None]) -> None:
    browser = signed_in(app, cast.olivia)
    with app.app_context(), database.writing():
        change(cast.olivia)
    assert browser.get("/account").status_code == 303


@pytest.mark.proves("SEC-12")
def test_role_and_units_are_read_at_each_request(app: Flask, cast: Cast) -> None:
    browser = signed_in(app, cast.olivia)
    assert "(officer)" in browser.get("/account").text
    with app.app_context(), database.writing() as session:
        session.execute(sa.update(AppUser).where(AppUser.id == cast.olivia).values(role="supervisor"))
        session.execute(sa.update(UserUnit).where(UserUnit.user_id == cast.olivia).values(unit_id=cast.other_unit))
    assert "(supervisor)" in browser.get("/account").text


@pytest.mark.proves("SEC-11")
def test_the_table_holds_a_hash_and_the_cookie_is_not_for_scripts(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[1]
    form = {"csrf_token": token, "sign_in_name": email_of("Olivia"), "password": PASSWORD}
    cookies = client.post("/sign-in", data=form).headers.getlist("Set-Cookie")
    (cookie,) = [text for text in cookies if text.startswith("wc=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    with app.app_context():
        kept = database.session().scalars(sa.select(AppSession.token_hash)).all()
    assert cookie.partition("=")[2].partition(";")[0] not in kept


@pytest.mark.proves("SEC-11")
def test_signing_in_again_gives_another_token(app: Flask, cast: Cast) -> None:
    browser = signed_in(app, cast.olivia)
    first = browser.get_cookie("wc").value
    browser.delete_cookie("wc")
    second = signed_in(app, cast.olivia).get_cookie("wc").value
    assert first != second


@pytest.mark.proves("SEC-11")
@pytest.mark.sqlite_only
def test_in_production_the_cookies_are_bound_to_host_and_tls(database_url: str, tmp_path: Path) -> None:
    app = create_app(
        {
            "WC_ENV": "production",
            "WC_INSTANCE": tmp_path,
            "DATABASE_URL": database_url,
            "WC_SECRET_KEY": "s" * 40,
            "WC_FIELD_KEYS": "1:" + "a" * 43 + "=",
            "WC_INDEX_KEY": "b" * 43 + "=",
            "WC_HOSTS": "care.unit.example",
        }
    )
    cast_of(app)
    client = app.test_client()
    at_home = {"base_url": "https://care.unit.example"}
    page = client.get("/sign-in", **at_home)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    form = {"csrf_token": token, "sign_in_name": email_of("Olivia"), "password": PASSWORD}
    answer = client.post("/sign-in", data=form, **at_home)
    (cookie,) = [text for text in answer.headers.getlist("Set-Cookie") if text.startswith("__Host-wc=")]
    assert "Secure" in cookie
    assert "Path=/;" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    let_go(app)
    assert client.get("/sign-in", base_url="https://elsewhere.example").status_code == 400


@pytest.mark.sqlite_only
def test_a_page_that_needs_a_sign_in_leads_there_and_back(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get("/account?part=one")
    assert answer.headers["Location"] == "/sign-in?next=/account%3Fpart%3Done"
    assert 'value="/account?part=one"' in app.test_client().get(answer.headers["Location"]).text
