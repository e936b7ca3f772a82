"""What the JSON API is built of: blueprints whose arguments are read strictly, and one description of them all."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import flask
import flask_smorest
from marshmallow import Schema, fields
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from witness_care import errors
from witness_care.problems import described

LONGEST_NAME = 30


class ErrorBody(Schema):
    """What every refusal holds."""

    error = fields.String(required=True, metadata={"description": "a short code"})
    where = fields.String(required=True, metadata={"description": "the place in the request, as a JSON pointer"})
    expected = fields.String(required=True)
    received = fields.Raw(required=True)
    do = fields.String(required=True, metadata={"description": "what to do about it"})


class StrictParser(FlaskParser):
    """Reads a body through the application's own JSON provider; the library's own way goes round it."""

    def load_json(self, req: Any, schema: Schema) -> Any:
        return req.get_json() if req.content_length or req.mimetype else core.missing


class ApiBlueprint(flask_smorest.Blueprint):
    """A blueprint of the API: mounted under /api/v1, signed in by key, free of cookies and their tokens."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *names: Any, **options: Any) -> None:
        super().__init__(*names, **options)
        self.before_request(refuse_unknown_parameters)

    def arguments(self, schema: type[Schema], *, location: str = "json", **options: Any) -> Callable[..., Any]:
        """Read arguments by a schema; of a query its names are kept, so that others are refused."""
        decorate = super().arguments(schema, location=location, **options)
        if location != "query":
            return decorate

        def keep_names(view: Callable[..., Any]) -> Any:
            decorated = decorate(view)
            decorated.query_names = frozenset(schema().fields)
            return decorated

        return keep_names


def refuse_unknown_parameters() -> None:
    """Refuse a read whose query has a name that is not known: a misspelt filter would answer with everything."""
    if flask.request.method not in ("GET", "HEAD"):
        return
    view = flask.current_app.view_functions[flask.request.endpoint or ""]
    known = sorted(getattr(view, "query_names", ()))
    unknown = next((name for name in flask.request.args if name not in known), None)
    if unknown is None:
        return
    close = get_close_matches(unknown, known, n=1)
    raise errors.ApiError(
        422,
        "not_valid",
        where=f"/{unknown}" if is_a_name(unknown) else "query",
        expected=f"one of {', '.join(known)}" if known else "no query parameter",
        received=unknown if is_a_name(unknown) else described(unknown),
        do=f"Did you mean {close[0]}?" if close else "Leave it out.",
    )


def is_a_name(text: str) -> bool:
    """Whether this may be echoed: the name of a parameter, however misspelt, rather than a detail of somebody's."""
    return len(text) <= LONGEST_NAME and text.isascii() and text.isidentifier()


class Api(flask_smorest.Api):
    """The API, answering refusals as the rest of the service does."""

    ERROR_SCHEMA = ErrorBody

    def handle_http_exception(self, error: HTTPException) -> flask.Response:
        return errors.answer(error)


def api(app: flask.Flask) -> Api:
    """The application's API, made when it is first asked for."""
    if "api" not in app.extensions:
        app.extensions["api"] = Api(app)
    return app.extensions["api"]


SETTINGS = {
    "API_TITLE": "Witness Care",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": (
                "A query parameter that a route does not name is refused with 422: `where` names it, `expected` those "
                "that are known. Every refusal says where, what was expected, what came and what to do."
            )
        },
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    },
}
