"""Every route and command says who may use it, and names nothing personal in its address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from witness_care import create_app
from witness_care.accounts.admission import OF_LIBRARIES
from witness_care.accounts.permissions import SCOPES, Permission, policy_of

FROM_LIBRARIES = {"run", "routes", "shell", "db", "openapi"}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
PERSONAL = re.compile(r"name|phone|email|mail|address|birth", re.IGNORECASE)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app({"TESTING": True, "WC_INSTANCE": tmp_path_factory.mktemp("instance")})


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(address, method, endpoint) of everything that can be asked for."""
    return [
        (rule.rule, method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.mark.proves("SEC-01")
def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    """Admission asks this declaration before any view runs, so a route without one would answer 500 to everybody.

    Write @route_policy(permission=..., category=...) on a page and @requires_scope(..., category=...) on a route of the
    API. OF_LIBRARIES is for routes that a library adds and that show no data.
    """
    silent = [
        f"{method} {address}"
        for address, method, endpoint in routes(app)
        if endpoint not in OF_LIBRARIES and policy_of(app.view_functions[endpoint], method) is None
    ]
    assert silent == []


@pytest.mark.proves("SEC-01", "SEC-13")
def test_every_route_of_the_api_names_a_scope_or_is_open_to_anyone(app: Flask) -> None:
    """A program is known by the scopes of its key alone; a permission of people would let no program in."""
    for address, method, endpoint in routes(app):
        if not address.startswith("/api/") or endpoint in OF_LIBRARIES:
            continue
        policy = policy_of(app.view_functions[endpoint], method)
        assert policy is not None, address
        assert policy.scope or policy.permission is Permission.ANYONE, f"{method} {address}"
        assert policy.scope is None or policy.scope in SCOPES or policy.scope.startswith("feed:"), address


@pytest.mark.proves("SEC-01")
def test_only_pages_without_anybodys_data_are_open_to_anyone(app: Flask) -> None:
    """Whoever adds an open page adds it here too, and says with that that it shows nothing about anybody."""
    open_to_anyone = {
        address
        for address, method, endpoint in routes(app)
        if endpoint not in OF_LIBRARIES
        and policy_of(app.view_functions[endpoint], method).permission is Permission.ANYONE
    }
    about_the_service = {
        "/help",
        "/help/victim-contact-scheme",
        "/accessibility",
        "/cookies",
        "/privacy",
        "/api/v1/docs",
        "/api/v1/docs/<operation_id>",
    }
    # A provider signs in with a secret of its own, which is no program's key, and is told nothing about anybody.
    with_their_own_secret = {"/api/v1/messages/receipts"}
    # Whoever has a one-time link answers there; the pages never say whose link it is.
    of_a_link = {"/r/<link_token>", "/r/<link_token>/answer"}
    assert open_to_anyone <= {"/sign-in", "/healthz", "/readyz", *about_the_service, *with_their_own_secret, *of_a_link}


@pytest.mark.proves("SEC-04")
def test_no_address_has_room_for_a_name_a_number_or_an_email(app: Flask) -> None:
    """Addresses are kept by browsers, proxies and logs. Search is a POST, and ids are random or the URN."""
    told = [
        address
        for address, _, _ in routes(app)
        if any(PERSONAL.search(part) for part in re.findall("<[^>]*>", address))
    ]
    assert told == []


@pytest.mark.proves("SEC-16")
def test_every_unsafe_route_of_the_pages_refuses_a_form_without_its_token(app: Flask) -> None:
    """Only routes of the API are free of the token, since they look at no cookie."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    free = app.extensions["csrf"]._exempt_blueprints | app.extensions["csrf"]._exempt_views
    for address, method, endpoint in routes(app):
        if method not in UNSAFE or address.startswith("/api/"):
            continue
        view = app.view_functions[endpoint]
        assert f"{view.__module__}.{view.__name__}" not in free, address
        assert endpoint.partition(".")[0] not in free, address


@pytest.mark.proves("SEC-01")
def test_every_command_declares_what_it_takes(app: Flask) -> None:
    """Commands run as the service itself; the declaration says whose work each one is. Write @route_policy on it."""
    silent = [
        name
        for name, command in app.cli.commands.items()
        if name not in FROM_LIBRARIES and getattr(command.callback, "policy", None) is None
    ]
    assert silent == []


@pytest.mark.proves("SEC-02")
def test_pages_and_api_read_only_through_queries() -> None:
    """A query in a view is not limited to the reader's units. Put it in queries.py and begin with accounts.scope."""
    package = Path(__file__).parents[2] / "witness_care"
    found = [
        f"{path.relative_to(package)}:{number}"
        for kind in ("*views.py", "*api.py")
        for path in package.rglob(kind)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"session\(?\)?\.get\(|(?<!def )\bselect\(", line)
    ]
    assert found == []


@pytest.mark.proves("SEC-18")
def test_no_template_switches_escaping_off_or_carries_code() -> None:
    """A name may hold any character. Let the template escape it; write scripts in static/src and styles in Sass."""
    folder = Path(__file__).parents[2] / "witness_care"
    banned = re.compile(r"\|\s*safe\b|autoescape\s+false|\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE)
    in_templates = [
        f"{path.name}:{number}"
        for path in (folder / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if banned.search(line)
    ]
    in_code = [
        path.name for path in folder.rglob("*.py") if "render_template_string" in path.read_text(encoding="utf-8")
    ]
    assert in_templates + in_code == []
