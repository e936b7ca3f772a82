"""What the JSON API is built of: blueprints whose arguments are read strictly, and one description of them all."""

from __future__ import annotations

from typing import Any

import flask
import flask_smorest
from marshmallow import Schema, fields
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from witness_care import errors


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
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    },
}
