"""Says what went wrong and what to do next: in words on a page, in four fields to a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy.exc
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound

from witness_care import database
from witness_care.problems import described, first_problem
from witness_care.request_origin import is_api_request, is_open_page
from witness_care.strict_json import JSONNotReadableError
from witness_care.structured_log import describe, log, log_exception, request_id

RETRY_SECONDS = 5
UNTOLD = "The service cannot keep what it must keep just now. Nothing was changed. Try again in a few seconds."


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says of one status, and the short code and advice a program gets."""

    title: str
    advice: str
    code: str


WORDS = {
    400: Words("This could not be read", "Go back, check what you entered, and send it again.", "not_readable"),
    401: Words("You are not signed in", "Sign in and try again.", "not_signed_in"),
    403: Words(
        "You cannot do this", "Your supervisor can tell you who can, or ask for the access you need.", "not_allowed"
    ),
    404: Words(
        "Page not found",
        "Check the address. If you followed a link, the page may have gone, or belong to another unit.",
        "not_found",
    ),
    405: Words("This cannot be done here", "Go back and use the buttons on the page.", "method_not_allowed"),
    409: Words("Somebody changed this first", "Open it again to see how it stands now.", "conflict"),
    413: Words("This is too much at once", "Shorten it, or send it in parts.", "too_large"),
    415: Words(
        "This kind of content is not accepted", "Send it as the page or the API description says.", "wrong_type"
    ),
    422: Words("Some of this is not valid", "Check what you entered, and send it again.", "not_valid"),
    429: Words("Too many tries", "Wait a little, then try again.", "too_many_requests"),
    500: Words(
        "Something went wrong", "Try again. If it happens again, tell your administrator the reference.", "failed"
    ),
    503: Words("The service is not available for a moment", UNTOLD, "try_again"),
}
OTHER = Words("This could not be done", "Go back and try again.", "failed")


class ApiError(HTTPException):
    """A refusal to a program: where in its request, what was expected, what came, and what to do.

    `received` may echo ids, dates, codes and key names; never a person's details.
    """

    def __init__(
        self,
        status: int,
        error: str,
        *,
        do: str,
        where: str = "",
        expected: str = "",
        received: Any = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(description=do)
        self.code = status
        self.body = {"error": error, "where": where, "expected": expected, "received": received, "do": do}
        self.headers = headers or {}


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(sqlalchemy.exc.SQLAlchemyError, _not_available_if_cut_off)
    app.log_exception = log_exception  # type: ignore[method-assign]


def answer(error: HTTPException) -> Response:
    """The answer to a request that failed. It never tells the cause of a failure of ours, only a reference."""
    if error.code is not None and error.code < 400:
        return make_response(error)
    response = _for_a_program(error) if is_api_request() else _for_a_person(error)
    response.status_code = error.code or 500
    for name, value in _extra_headers(error).items():
        response.headers[name] = value
    return response


def absent() -> NotFound:
    """What is not there and what may not be seen get this one answer. Raise it."""
    return NotFound()


def not_available() -> Response:
    """The answer while nothing may be told or kept: the database or the personal-data log cannot be written."""
    error = HTTPException()
    error.code = 503
    return answer(error)


def _not_available_if_cut_off(error: sqlalchemy.exc.SQLAlchemyError) -> Response:
    if not database.is_cut_off(error):
        raise error
    log.error("database_not_available", **describe(error))
    return not_available()


def _for_a_person(error: HTTPException) -> Response:
    words = WORDS.get(error.code or 500, OTHER)
    return make_response(
        render_template(
            "errors/open_error.html" if is_open_page() else "errors/error.html",
            title=words.title,
            advice=_own_description(error) or words.advice,
            reference=request_id() if (error.code or 500) >= 500 else None,
        )
    )


def _for_a_program(error: HTTPException) -> Response:
    if isinstance(error, ApiError):
        return jsonify(error.body)
    words = WORDS.get(error.code or 500, OTHER)
    body = {"error": words.code, "where": "", "expected": "", "received": "", "do": words.advice}
    body |= _what_came_instead(error.code)
    problems = getattr(error, "data", None) or {}
    if "messages" in problems:
        body |= _not_as_the_schema_says(problems["messages"])
    elif isinstance(error.__cause__, JSONNotReadableError):
        body |= {
            "where": "body",
            "expected": str(error.__cause__),
            "received": "another body",
            "do": "Send JSON as the API description says.",
        }
    elif error.code == 415:
        body |= {"where": "Content-Type", "expected": "application/json", "received": request.mimetype}
    elif (error.code or 500) >= 500:
        body["reference"] = request_id()
    return jsonify(body)


def _what_came_instead(status: int | None) -> dict[str, str]:
    """Say where, what was expected, what came and what to do, for a refusal that has no words of its own."""
    if status == 404 and request.view_args:
        # The same whether there is nothing or it may not be seen, and whatever was asked for.
        return {
            "where": list(request.view_args)[-1],
            "expected": "what is here, in a unit of your key",
            "received": "an address that leads to nothing your key may see",
            "do": "Check it in the address, and the units of your key.",
        }
    if status == 404:
        return {
            "where": "address",
            "expected": "an address of this API",
            "received": "another address",
            "do": "Compare it with those listed at /api/v1/docs; ids have the form given there.",
        }
    if status == 405:
        return {
            "where": "method",
            "expected": "a method of this address",
            "received": request.method,
            "do": "Use one that the header Allow names.",
        }
    if status == 413:
        return {
            "where": "body",
            "expected": f"at most {request.max_content_length} bytes",
            "received": f"{request.content_length} bytes" if request.content_length else "more",
            "do": "Send it in parts.",
        }
    return {}


def _not_as_the_schema_says(messages: dict[str, Any]) -> dict[str, str]:
    location, inside = next(iter(messages.items()))
    first = first_problem(inside, request.get_json(silent=True) if location == "json" else request.args)
    return {
        "where": first.where,
        "expected": first.expected,
        "received": described(first.value),
        "do": "Correct it and send it again.",
    }


def _own_description(error: HTTPException) -> str | None:
    """The words given with abort(); not the library's stock sentence, and not what a parser said of the content."""
    if isinstance(error, CSRFError):
        return "The page was open for too long, or your browser keeps no cookies. Open it again and send it from there."
    if error.description == type(error).description or isinstance(error.__cause__, ValueError):
        return None
    return error.description


def _extra_headers(error: HTTPException) -> dict[str, str]:
    given = dict(getattr(error, "headers", None) or {})
    if error.code == 503:
        given.setdefault("Retry-After", str(RETRY_SECONDS))
    if error.code == 401:
        given.setdefault("WWW-Authenticate", "Bearer")
    if error.code == 405 and getattr(error, "valid_methods", None):
        given.setdefault("Allow", ", ".join(sorted(error.valid_methods)))  # type: ignore[attr-defined]
    return given
