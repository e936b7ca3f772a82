"""Witness Care: who is owed which news of a court case, by when, and how it is safe to tell them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from witness_care import config, database, extensions, sealing

# In this order their tables, pages, API and commands are added to the application.
CAPABILITIES = (
    "accounts",
    "audit",
    "cases",
    "people",
    "casework",
    "feed",
    "contacts",
    "supervision",
    "jobs",
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
    app.config.update({name: value for name, value in overrides.items() if name not in config.NAMES})
    if app.config["PROXY_HOPS"]:
        hops = app.config["PROXY_HOPS"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.config["INSTANCE"].mkdir(parents=True, exist_ok=True)
    _add_foundations(app)
    for capability in CAPABILITIES:
        _add_capability(app, capability)
    return app


def _add_foundations(app: Flask) -> None:
    sealing.init_app(app)
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db)
    extensions.csrf.init_app(app)
    database.init_app(app)


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
        if part == "commands":
            for command in module.COMMANDS:
                app.cli.add_command(command)
