"""The tables of routes, permissions, scopes and settings, as the service itself has them."""

from __future__ import annotations

import atexit
import inspect
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache

from flask import Flask
from werkzeug.routing import Rule

from scripts.docs_from.table import code, table
from witness_care import config, create_app
from witness_care.accounts.admission import policy_for
from witness_care.accounts.models import Role
from witness_care.accounts.permissions import SCOPES, TABLE, Extent, Permission, RoutePolicy, extent
from witness_care.faultpoints import MOMENTS, Work
from witness_care.request_origin import API_PREFIX

NOT_SHOWN = ("HEAD", "OPTIONS")
WHAT_A_SCOPE_LETS = {
    "cases:read": "read cases, people's standing and duties of its units",
    "cases:write": "register and change cases and people of its units",
    "contacts:write": "report contacts",
    "concerns:read": "read the engagement concern of each person, with `cases:read`",
    "needs:read": "read what people said they need, with `cases:read`",
    "feed:backfill": "say when something was received: for loading earlier work only",
}


@cache
def application() -> Flask:
    """Give the application with a folder of its own: nothing is read from a database here."""
    folder = tempfile.mkdtemp(prefix="witness-care-docs-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return create_app({"WC_INSTANCE": folder})


def configuration() -> str:
    return table(
        ("Variable", "Meaning", "Demonstration", "Production"),
        (
            (
                code(setting.name),
                setting.meaning,
                _default(setting, setting.demo),
                "must not be set" if setting.for_tests else _default(setting, setting.production),
            )
            for setting in config.SETTINGS
        ),
    )


def faultpoints() -> str:
    works = [(f"{code(work.before)}, {code(work.after)}", work.value) for work in Work]
    moments = [(code(name), words) for name, words in MOMENTS.items()]
    return table(("Fault points", "The unit of work, or the moment"), [*works, *moments])


def api_routes() -> str:
    return table(
        ("Route", "What it does", "Scope", "Logged as"),
        (
            (
                code(f"{method} {rule.rule}"),
                _first_sentence(rule, method),
                code(policy.scope or "") or "none",
                policy.category.value if policy.category else "",
            )
            for rule, method, policy in _routes()
            if rule.rule.startswith(API_PREFIX)
        ),
    )


def pages() -> str:
    return table(
        ("Page", "Who", "Logged as"),
        (
            (code(f"{method} {rule.rule}"), _who(policy), policy.category.value if policy.category else "")
            for rule, method, policy in _routes()
            if not rule.rule.startswith(API_PREFIX)
        ),
    )


def permissions() -> str:
    roles = tuple(Role)
    return table(
        ("What", *(role.value for role in roles), "program with scope"),
        (
            (row.words, *(getattr(row, role.value).value for role in roles), code(row.scope or "") or "no")
            for row in TABLE.values()
        ),
    )


def scopes() -> str:
    feeds = ("`feed:<name>`", "send messages of this feed")
    return table(
        ("Scope", "What its holder may do"), [*((code(name), WHAT_A_SCOPE_LETS[name]) for name in SCOPES), feeds]
    )


def _routes() -> Iterator[tuple[Rule, str, RoutePolicy]]:
    for rule in sorted(application().url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - set(NOT_SHOWN)):
            with application().app_context():
                policy = policy_for(rule.endpoint, method)
            yield rule, method, policy or RoutePolicy()


def _first_sentence(rule: Rule, method: str) -> str:
    view = application().view_functions[rule.endpoint]
    described = getattr(getattr(view, "view_class", None), method.lower(), view)
    if rule.endpoint == "api-docs.openapi_json":
        return "The description of this API (OpenAPI 3.1)."
    text = (inspect.getdoc(described) or "").strip()
    return text.split("\n\n")[0].replace("\n", " ")


def _who(policy: RoutePolicy) -> str:
    if policy.permission is Permission.ANYONE:
        return "anyone"
    if policy.permission is Permission.SIGNED_IN:
        return "anyone signed in"
    if policy.permission is None:
        return "nobody"
    return ", ".join(role.value for role in Role if extent(role, policy.permission) is not Extent.NO)


def _in_production(setting: config.Setting) -> str:
    """Give the default once production is chosen, which the first setting itself does."""
    return code(config.PRODUCTION) if setting.name == "WC_ENV" else _default(setting, setting.production)


def _default(setting: config.Setting, value: str | None) -> str:
    if value is None:
        return "**must be set**"
    if setting.secret and value:
        return "known to everybody"
    return code(value) or "empty"
