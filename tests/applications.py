"""Applications for tests: one that a test left as it was made serves the next test on the same database.

To make an application, and to write every statement and page for it anew, took a third of the time of a short test.
What a test may change and leave behind is put back here; whatever else it changed, the application is not used again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule


class TranslatedTemplates(BytecodeCache):
    """Keeps what each template was translated into, for the next application of this process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = TranslatedTemplates()


class RememberedRule(Rule):
    """An address of the application whose builder is compiled once a process, not anew for every application.

    A builder depends on the text of the address and what it fills in by itself, and on nothing of the application: it
    is bound to its rule afterwards. Compiling them was more than half of what making an application costs.
    """

    _kept: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        filled_in = tuple(sorted((self.defaults or {}).items()))
        key = (self.rule, tuple(self._trace), filled_in, append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


def application_on(url: str, *, instance: Path) -> Flask:
    """The application on a database of a test; `let_go` ends it."""
    from witness_care import create_app

    Flask.url_rule_class = RememberedRule
    app = create_app({"TESTING": True, "DATABASE_URL": url, "WC_INSTANCE": instance})
    app.jinja_env.bytecode_cache = _TEMPLATES
    return app


def let_go(app: Flask) -> None:
    """Close every connection, so that the database can be removed, or its file copied whole."""
    from witness_care.extensions import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class Applications:
    """Lends an application on a database; the same one again where the last test left it as it was made."""

    def __init__(self) -> None:
        self._idle: dict[str, tuple[Flask, _AsMade]] = {}

    @contextmanager
    def on(self, url: str, *, instance: Path) -> Iterator[Flask]:
        """The application on this database, with `instance` as its folder."""
        app, as_made = self._idle.pop(url, None) or self._make(url, instance)
        app.config["INSTANCE"] = instance
        yield app
        let_go(app)
        if as_made.put_back(app):
            self._idle[url] = (app, as_made)

    @staticmethod
    def _make(url: str, instance: Path) -> tuple[Flask, "_AsMade"]:
        app = application_on(url, instance=instance)
        return app, _AsMade(app)


class _AsMade:
    """What an application was when it was made: settings and extensions are put back, all else must be unchanged."""

    def __init__(self, app: Flask) -> None:
        self._config = dict(app.config)
        self._extensions = {name: _copied(value) for name, value in app.extensions.items()}
        self._fixed = _fixed(app)

    def put_back(self, app: Flask) -> bool:
        """Make the application ready for another test; False when it cannot be."""
        vars(app).pop("test_client_class", None)
        app.config.clear()
        app.config.update(self._config)
        app.extensions.clear()
        app.extensions.update({name: _copied(value) for name, value in self._extensions.items()})
        app._got_first_request = False  # a test may add a page of its own before it asks for any
        return _fixed(app) == self._fixed


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value


def _fixed(app: Flask) -> tuple[Any, ...]:
    """What no test may leave changed: pages, hooks, the way in, and who listens to the database."""
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    return (
        sum(1 for _ in app.url_map.iter_rules()),
        tuple(app.view_functions.items()),
        tuple(tuple((name, tuple(each)) for name, each in kind.items()) for kind in hooks),
        vars(app).get("wsgi_app"),
        app.json,
        app.session_interface,
        _listeners(app),
    )


def _listeners(app: Flask) -> tuple[int, ...]:
    with app.app_context():
        engine: Engine = app.extensions["sqlalchemy"].engine
    dispatch: Any = engine.dispatch
    pool: Any = engine.pool.dispatch
    return (
        len(dispatch.before_cursor_execute),
        len(dispatch.after_cursor_execute),
        len(dispatch.begin),
        len(pool.connect),
    )
