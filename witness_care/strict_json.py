"""Reads JSON strictly: what two readers could understand differently is refused, before it can do harm.

The application's JSON provider uses it, so `request.get_json()` does too.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime
from enum import Enum
from io import BytesIO
from typing import IO, Any, Literal, NoReturn, overload

import flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from witness_care.typed_text import TypedFormParser

DEPTH = 32
FEED_DEPTH = 64

# Strings are stepped over whole, also one that never ends; possessive, so that no input makes the scan slow.
_BRACKET_OR_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


class JSONNotReadableError(ValueError):
    """A body is not JSON that everybody reads alike; the message says where and what to do, and echoes no value."""


class JSONTooDeepError(JSONNotReadableError):
    """A body is nested deeper than is safe to read."""


@overload
def strict_loads(raw: bytes | str, max_depth: int = DEPTH, duplicates: Literal["refuse"] = "refuse") -> Any: ...
@overload
def strict_loads(raw: bytes | str, max_depth: int = DEPTH, *, duplicates: Literal["count"]) -> tuple[Any, int]: ...
def strict_loads(raw: bytes | str, max_depth: int = DEPTH, duplicates: str = "refuse") -> Any:
    """Read UTF-8 JSON no deeper than `max_depth`, without NaN, Infinity or numbers too large to hold.

    A key that comes twice in one object is refused; with `duplicates="count"` the last one stands, and the answer is
    the value and how many there were.
    """
    encoded = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    _refuse_depth(encoded, max_depth)
    try:
        text = encoded.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise JSONNotReadableError(f"Expected UTF-8; byte {problem.start} is not. Send the body as UTF-8.") from None
    pairs = _Pairs(refuse=duplicates == "refuse")
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=pairs)
    except json.JSONDecodeError as problem:
        raise JSONNotReadableError(
            f"Expected JSON; line {problem.lineno}, column {problem.colno} is not ({problem.msg})."
        ) from None
    except JSONNotReadableError:
        raise
    except (ValueError, RecursionError):
        raise JSONNotReadableError("Expected numbers of a usual length; one is too long. Send it shorter.") from None
    return (value, pairs.repeated) if duplicates == "count" else value


class StrictJSONProvider(DefaultJSONProvider):
    """Flask's JSON, strict on the way in; on the way out instants are ISO 8601 in UTC."""

    sort_keys = False
    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return strict_loads(s)

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        kwargs.setdefault("allow_nan", False)
        return super().dumps(obj, **kwargs)

    @staticmethod
    def default(o: Any) -> Any:
        if isinstance(o, datetime):
            return o.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if isinstance(o, date):
            return o.isoformat()
        if isinstance(o, Enum):
            return o.value
        return DefaultJSONProvider.default(o)


class StrictRequest(flask.Request):
    """A request whose JSON body, when it cannot be read, is refused with the reason kept for the answer.

    What is typed into its forms comes without control characters.
    """

    form_data_parser_class = TypedFormParser

    def _get_file_stream(self, *_about: Any, **_more: Any) -> IO[bytes]:
        """Keep an uploaded file in memory, where its size is limited: a temporary file would hold names unsealed."""
        return BytesIO()

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        if e is None:
            raise UnsupportedMediaType
        raise BadRequest from e


class _Pairs:
    """Builds each object and counts its repeated keys."""

    def __init__(self, *, refuse: bool) -> None:
        self.refuse = refuse
        self.repeated = 0

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        self.repeated += len(pairs) - len(built)
        if self.refuse and self.repeated:
            raise JSONNotReadableError("Expected each key once in an object; one comes twice. Send it once.")
        return built


def _refuse_depth(raw: bytes, max_depth: int) -> None:
    """Count open brackets before parsing: the parser itself fails on deep nesting in a way nobody can answer for."""
    depth = 0
    for found in _BRACKET_OR_STRING.finditer(raw):
        first = raw[found.start()]
        if first in b"[{":
            depth += 1
            if depth > max_depth:
                raise JSONTooDeepError(f"Expected at most {max_depth} levels of nesting; there are more.")
        elif first in b"]}":
            depth -= 1


def _refuse_constant(_name: str) -> NoReturn:
    raise JSONNotReadableError("Expected a number; NaN and Infinity are none. Leave the key out.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JSONNotReadableError("Expected a number that can be held; one is too large.")
    return number
