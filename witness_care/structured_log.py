"""Writes the technical log: one JSON object a line, holding only what is on the list of harmless keys.

Ids, codes and counts may stand here. Names, numbers, bodies, query strings and the texts of exceptions may not.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
import uuid
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request

ALLOWED = frozenset(
    {
        "event",
        "level",
        "at",
        "logger",
        "request_id",
        "method",
        "route",
        "status",
        "milliseconds",
        "error",
        "frames",
        "sqlstate",
        "table_name",
        "constraint_name",
        "actor_kind",
        "actor_id",
        "unit_id",
        "case_id",
        "participant_id",
        "duty_id",
        "hearing_id",
        "message_id",
        "client_id",
        "feed",
        "message_type",
        "job",
        "count",
        "seconds",
        "state",
        "reason_code",
        "rule",
        "command",
        "revision",
        "host",
        "port",
        "pid",
    }
)
FRAMES = 12
# Libraries whose own words hold no data of ours: what they say at start and stop is let through.
PLAIN_SPOKEN = ("alembic", "gunicorn.error", "apscheduler")

log = structlog.get_logger("witness_care")


def init_app(app: Flask) -> None:
    configure(app.config["LOG_LEVEL"])
    app.before_request(_begin)
    app.after_request(_end)


def configure(level: str) -> None:
    """Send our own log and that of every library through the same list, to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            only_allowed_keys,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=_StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    handler = _Libraries()
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not isinstance(kept, _Libraries)] + [handler]
    root.setLevel(level)
    # Its lines hold whole addresses with their query strings; _end writes our own line for each request.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    # What the driver warns of may quote a row; the error itself reaches us, without its parameters.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    # A dozen lines for every step of a journey and every tick; our own rows and lines say it once, and better.
    logging.getLogger("transitions").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def only_allowed_keys(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    """Drop every key that is not on the list, and every value that is not a short text, a number or a list of them."""
    return {key: value for key, value in line.items() if key in ALLOWED and _is_plain(value)}


def describe(error: BaseException) -> dict[str, Any]:
    """What may be said of an exception: its class and where it was raised, never its text.

    A database that refuses a row names the constraint, which is a name of ours; the row itself is not quoted.
    """
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    refusal = getattr(getattr(error, "orig", None), "diag", None)
    named = {name: getattr(refusal, name, None) for name in ("sqlstate", "table_name", "constraint_name")}
    return {
        "error": type(error).__name__,
        "frames": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
        **{name: value for name, value in named.items() if value},
    }


def log_exception(
    exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None],
) -> None:
    """Log an exception nobody answered for."""
    if exc_info[1] is not None:
        log.error("unhandled_exception", **describe(exc_info[1]))


def request_id() -> str:
    """The reference of this request: it stands in the log, in the personal-data log and on the error page."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex[:16]
    return g.request_id


def _begin() -> None:
    g.began = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _end(response: Response) -> Response:
    log.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else "",
        status=response.status_code,
        milliseconds=round((time.monotonic() - g.get("began", time.monotonic())) * 1000, 1),
    )
    return response


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(part) for part in value)
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= 300)


class _StandardError:
    """Standard error as it is when a line is written, not as it was when logging was set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Libraries(logging.Handler):
    """Passes on that a library said something, how grave, and which exception: its words only from PLAIN_SPOKEN."""

    def emit(self, record: logging.LogRecord) -> None:
        details: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            details |= describe(record.exc_info[1])
        plain = record.name.startswith(PLAIN_SPOKEN) and record.levelno < logging.WARNING
        log.log(record.levelno, record.getMessage() if plain else "library_message", **details)
