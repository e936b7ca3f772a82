"""Witness Care: who is owed which news of a court case, by when, and how it is safe to tell them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import jinja2
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from witness_care import (
    api_blueprint,
    assets,
    config,
    database,
    errors,
    extensions,
    faultpoints,
    pages,
    request_origin,
    sealing,
    security_headers,
    structured_log,
)
from witness_care.accounts import admission
from witness_care.audit import ledger
from witness_care.notifications import stopping
from witness_care.strict_json import StrictJSONProvider, StrictRequest

# In this order their tables, pages, API and commands are added to the application.
CAPABILITIES = (
    "accounts",
    "audit",
    "cases",
    "people",
    "casework",
    "feed",
    "contacts",
    "agencies",
    "rules",
    "engagement",
    "closing",
    "links",
    "needs",
    "availability",
    "supervision",
    "referrals",
    "support",
    "notifications",
    "cutover",
    "jobs",
    "checks",
    "help",
    "demo",
    "openapi",
)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the application from the environment.

    `overrides` may hold settings by their environment names, as text ("DATABASE_URL"), and Flask's own settings.
    """
    overrides = dict(overrides or {})
    values = config.from_environment(config.with_settings(overrides))
    settings = config.flask_config(values)
    app = Flask(__name__, instance_path=str(settings["INSTANCE"]), static_folder=None)
    app.config.update(settings)
    app.config.update(api_blueprint.SETTINGS)
    app.config.update({name: value for name, value in overrides.items() if name not in config.NAMES})
    app.config["INSTANCE"].mkdir(parents=True, exist_ok=True)
    _add_edge(app)
    _add_foundations(app)
    for capability in CAPABILITIES:
        _add_capability(app, capability)
    return app


def _add_edge(app: Flask) -> None:
    """How requests are read and pages are made, whatever they are about."""
    app.request_class = StrictRequest
    app.json = StrictJSONProvider(app)
    app.jinja_loader = jinja2.ChoiceLoader(
        [
            jinja2.PackageLoader(__name__),
            jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    # The Design System's macros ask for parts of what they were not given.
    app.jinja_env.undefined = jinja2.ChainableUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    pages.init_app(app)
    assets.init_app(app, security_headers.for_static_files(production=app.config["PRODUCTION"]))
    if hops := app.config["PROXY_HOPS"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _add_foundations(app: Flask) -> None:
    """The order is the order before a view runs; after it, the last comes first, so headers see every answer."""
    security_headers.init_app(app)
    structured_log.init_app(app)
    errors.init_app(app)
    sealing.init_app(app)
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db)
    database.init_app(app)
    # What is stopped is written, and noted, before the ledger writes what was changed.
    stopping.init_app(app)
    ledger.init_app(app)
    request_origin.init_app(app)
    admission.init_app(app)
    extensions.csrf.init_app(app)
    api_blueprint.api(app)
    faultpoints.init_app(app)


def _add_capability(app: Flask, capability: str) -> None:
    """Add what a capability has: tables in `models`, a `blueprint` in `views` and `api`, COMMANDS in `commands`."""
    package = f"{__name__}.{capability}"
    if find_spec(package) is None:
        return
    for part in ("models", "views", "api", "commands"):
        if find_spec(f"{package}.{part}") is None:
            continue
        module = import_module(f"{package}.{part}")
        if part == "views":
            app.register_blueprint(module.blueprint)
        if part == "api":
            extensions.csrf.exempt(module.blueprint)
            api_blueprint.api(app).register_blueprint(module.blueprint)
        if part == "commands":
            for command in module.COMMANDS:
                app.cli.add_command(command)
