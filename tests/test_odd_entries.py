"""Whatever comes in any field of any form, the answer says what is wrong with it: it is never a failure of ours."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.applications import application_on, let_go
from tests.cast import signed_in
from tests.databases import POSTGRESQL, SQLITE, Databases
from tests.ui.registry import SCREENS, Screen
from tests.ui.world import World, a_busy_unit

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(
    r"<(input|textarea|select|button)\b([^>]*)>(.*?)(?=<(?:input|textarea|select|button)\b|$)", re.DOTALL
)
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
OPTION = re.compile(r'<option value="([^"]+)"')
NOT_ODD = ("csrf_token",)  # a wrong one is refused before anything is read
ELSEWHERE = ("/search", "/sign-out")  # in the frame of every page

NUL, HALF, LONG = "\x00", "\ud800", "a" * 5000  # what PostgreSQL does not take
ODD = (
    *(NUL, HALF, LONG, "-1", "1e309", "9" * 400),
    "\u0661\u0662",  # digits, but not ours
    *("2026-02-30", "0001-01-01", "9999-12-31", "99:99", "00000000-0000-0000-0000-000000000000"),
)
BEYOND_EVERY_DATE = "9" * 10


@pytest.fixture(
    scope="module", params=[SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.postgres)], ids=[SQLITE, POSTGRESQL]
)
def unit(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A unit in which something of everything is going on, answering as it does to people."""
    with databases.fresh(request.param) as url:
        app = application_on(url, instance=tmp_path_factory.mktemp("odd-entries"))
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.config["WTF_CSRF_ENABLED"] = False
        world = a_busy_unit(app)
        yield world
        let_go(app)


@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen.refused], ids=str)
def test_nothing_that_can_be_entered_makes_the_service_fail(unit: World, screen: Screen) -> None:
    browser = _browser(unit, screen.who)
    page = browser.get(screen.full(unit))
    failed = []
    for method, action, values in _forms(page.text, page.request.path):
        for entered in _odd_entries(values, unit.app):
            if _send(browser, method, action, urlencode(entered, errors="surrogatepass")) >= 500:
                failed.append(f"{action}: { ({name: value[:20] for name, value in entered.items()}) }")
    assert failed == []


def _odd_entries(values: dict[str, str], app: Flask) -> Iterator[dict[str, str]]:
    """What is odd in every field at once; on SQLite, the cheaper, also what is odd in one field and fine in others."""
    on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].get_backend_name() == SQLITE
    for odd in ODD if on_sqlite else (NUL, HALF, LONG):
        yield dict.fromkeys(values, odd)
    for name in values if on_sqlite else ():
        yield {**values, name: BEYOND_EVERY_DATE}


def _browser(unit: World, who: str) -> FlaskClient:
    app: Flask = unit.app
    return signed_in(app, getattr(unit.cast, who)) if who else app.test_client()


def _send(browser: FlaskClient, method: str, action: str, entered: str) -> int:
    if method == "get":
        return browser.get(f"{action.split('?')[0]}?{entered}").status_code
    return browser.post(action, data=entered, content_type="application/x-www-form-urlencoded").status_code


def _forms(markup: str, here: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The method, the address and the fields of each form of a page, each field filled with a choice of its own."""
    for opening, inside in FORM.findall(markup):
        attributes = dict(ATTRIBUTE.findall(opening))
        action = html.unescape(attributes.get("action", "")) or here
        if action in ELSEWHERE:
            continue
        values: dict[str, str] = {}
        for kind, opened, after in FIELD.findall(inside):
            field = dict(ATTRIBUTE.findall(opened))
            name = field.get("name", "")
            if name and name not in NOT_ODD:
                choices = OPTION.findall(after)
                value = choices[0] if kind == "select" and choices else html.unescape(field.get("value", ""))
                values.setdefault(name, value)
        yield attributes.get("method", "get").lower(), action, values
