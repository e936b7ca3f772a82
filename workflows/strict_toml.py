"""Reads a rule file and refuses whatever is not understood, saying where, what was expected and what to do."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeGuard


class RuleFileError(ValueError):
    """A rule file that cannot be used; its message names file, row and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What one key of a table may hold. Without `required`, an absent key takes `default`."""

    kind: type
    words: str
    allowed: tuple[str, ...] = ()
    required: bool = True
    default: Any = None


def text(*, required: bool = True) -> Key:
    """A text that is not empty."""
    return Key(kind=str, words="a text", required=required)


def one_of(*allowed: str, default: str | None = None) -> Key:
    """One of these words; without a default it must be there."""
    return Key(kind=str, words=_listed(allowed), allowed=allowed, required=default is None, default=default)


def some_of(*allowed: str, default: tuple[str, ...] | None = None) -> Key:
    """A list of texts, each one of these words; no words given means any text. No default: it must be there."""
    words = f"a list of {_listed(allowed)}" if allowed else "a list of texts"
    return Key(kind=list, words=words, allowed=allowed, required=default is None, default=default)


def number(*, required: bool = True) -> Key:
    """A whole number of 0 or more."""
    return Key(kind=int, words="a whole number of 0 or more", required=required)


def flag(*, default: bool | None = None) -> Key:
    """true or false; without a default it must be there."""
    return Key(kind=bool, words="true or false", required=default is None, default=default)


def day(*, required: bool = True) -> Key:
    """A date, written 2021-04-01 without quotes."""
    return Key(kind=date, words="a date such as 2021-04-01", required=required)


def is_day(value: Any) -> TypeGuard[date]:
    """Whether a value that was read is a date without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)


def rows() -> Key:
    """Rows that each begin with the key in double brackets; there may be none."""
    return Key(kind=dict, words="rows that each begin with the name in double brackets", required=False, default=())


def parse(source: str, file: str) -> dict[str, Any]:
    """The top table of a TOML text. Text that is not TOML is refused with the line that fails."""
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError(f"{file}: expected TOML, received something else: {error}. Correct that line.") from None


def read(table: Mapping[str, Any], keys: Mapping[str, Key], where: str) -> dict[str, Any]:
    """The values of one table, checked against `keys`; `where` names file and row in a refusal.

    An absent optional key gives its default, so the answer always holds every key of `keys`.
    """
    for name in table:
        if name not in keys:
            raise RuleFileError(f'{where}: unknown key "{name}". {did_you_mean(name, keys)}')
    return {name: _value(table, name, key, where) for name, key in keys.items()}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: the nearest known one, else all of them."""
    names = sorted(known)
    nearest = difflib.get_close_matches(name, names, n=1)
    return f'Did you mean "{nearest[0]}"?' if nearest else f"Known: {', '.join(names)}."


def _value(table: Mapping[str, Any], name: str, key: Key, where: str) -> Any:
    if name not in table:
        if key.required:
            raise RuleFileError(f'{where}: expected "{name}", {key.words}, received nothing. Add it.')
        return key.default
    value = table[name]
    if not _fits(value, key):
        raise RuleFileError(f'{where}: "{name}": expected {key.words}, received {value!r}. Correct it.')
    for word in value if isinstance(value, list) else (value,):
        if key.allowed and word not in key.allowed:
            hint = did_you_mean(word, key.allowed)
            raise RuleFileError(f'{where}: "{name}": expected {key.words}, received "{word}". {hint}')
    return tuple(value) if isinstance(value, list) else value


def _fits(value: Any, key: Key) -> bool:
    # In Python true is a number and a date-time a date: both would pass silently.
    if key.kind is int:
        return type(value) is int and value >= 0
    if key.kind is date:
        return is_day(value)
    if key.kind is list:
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    if key.kind is dict:
        return isinstance(value, list) and all(isinstance(row, dict) for row in value)
    if key.kind is str:
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, key.kind)


def _listed(words: tuple[str, ...]) -> str:
    return f"one of {', '.join(words)}"
