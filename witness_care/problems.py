"""Says where something breaks its schema, what was expected there and what came, without anyone's details."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TELLING = re.compile(r"[0-9TZ:+.\-]{1,40}\Z")

# What the library says of a field that says nothing itself.
EXPECTED = {
    "Missing data for required field.": "a value here",
    "Field may not be null.": "a value here, not null",
    "Unknown field.": "no field of this name",
    "Invalid type.": "an object",
    "Invalid input type.": "an object",
    "Not a valid list.": "a list",
    "Not a valid string.": "text",
    "Not a valid integer.": "a whole number",
    "Not a valid number.": "a number",
    "Not a valid boolean.": "true or false",
    "Not a valid UUID.": "an id, for example 0b7f2f1c-3a8e-4a43-9f6e-0a9a2d6f1c11",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One place that is wrong: `path` leads to it, `expected` is in words, `value` is what stands there."""

    path: tuple[Any, ...]
    expected: str
    value: Any

    @property
    def where(self) -> str:
        return "".join(f"/{step}" for step in self.path)


def first_problem(messages: Any, body: Any) -> Problem:
    """Give the first of a schema's nested messages about `body`."""
    path, message = next(_all_problems(messages, ()))
    words = EXPECTED.get(message, message).removeprefix("Expected ").removesuffix(".")
    return Problem(path, words, _value_at(body, path))


def described(value: Any, *, telling: bool = False) -> str:
    """Say what came by its kind. `telling` repeats dates and numbers that stand in text as they came."""
    if isinstance(value, str):
        return value if telling and _TELLING.match(value) else f"text of {len(value)} characters"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    if isinstance(value, (int, float)):
        return str(value)[:40]
    return "a list" if isinstance(value, list) else "an object"


def _all_problems(messages: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(messages, dict):
        for key, inside in messages.items():
            yield from _all_problems(inside, path if key == "_schema" else (*path, key))
    else:
        yield path, str(messages[0] if isinstance(messages, list) else messages)


def _value_at(body: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body
