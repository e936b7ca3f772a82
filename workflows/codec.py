"""Turns the pure core's frozen dataclasses into plain JSON values and back, exactly.

Journal payloads and the folded state of a case are stored as JSON. A dataclass may only hold what is listed in
`_converter`; anything else fails when the class is first used, not when a case is first stored.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

T = typing.TypeVar("T")
Converter = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def to_json(value: Any, kind: Any = None) -> Any:
    """Give the plain JSON value (dict, list, str, int, bool, None) of a dataclass instance, or of a `kind` of value."""
    return _converter(kind or type(value))[0](value)


def from_json(kind: type[T], data: Any) -> T:
    """Build an instance of `kind` from what `to_json` made. A missing key takes the dataclass's default."""
    return typing.cast("T", _converter(kind)[1](data))


def reader(kind: Any) -> Callable[[Any], Any]:
    """Give what builds this kind of value from JSON, for whoever reads many of them."""
    return _converter(kind)[1]


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> str:
    """Give the one JSON text of a plain value: keys sorted, no white space."""
    return _CANONICAL.encode(value)


def value_hash(value: Any) -> str:
    """Give the hash by which two values of a topic are compared (core.md rule 7): 32 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]


def _same(value: Any) -> Any:
    return value


def _instant_to_text(value: datetime) -> str:
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")


_SIMPLE: dict[Any, Converter] = {
    str: (_same, _same),
    int: (_same, _same),
    bool: (_same, _same),
    type(None): (_same, _same),
    Any: (_same, _same),
    datetime: (_instant_to_text, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    time: (time.isoformat, time.fromisoformat),
}


def _converter(kind: Any) -> Converter:
    found = _CONVERTERS.get(kind)
    if found is None:
        _CONVERTERS[kind] = found = _make_converter(kind)
    return found


_CONVERTERS: dict[Any, Converter] = {}


def _make_converter(kind: Any) -> Converter:
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is dict:
        return _dict(arguments)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind)
    raise TypeError(f"{kind!r} cannot be stored: expected a dataclass of simple values, tuples and dicts")


def _choice(kind: type[StrEnum]) -> Converter:
    members = {str(member): member for member in kind}
    return (str, lambda data: members.get(data) or kind(data))  # the class itself refuses what it does not know


def _union(arguments: tuple[Any, ...]) -> Converter:
    others = tuple(argument for argument in arguments if argument is not type(None))
    if len(others) != 1:
        return _tagged(others)
    inside_to, inside_from = _converter(others[0])
    return (
        lambda value: None if value is None else inside_to(value),
        lambda data: None if data is None else inside_from(data),
    )


def _tagged(classes: tuple[type, ...]) -> Converter:
    by_name = {cls.__name__: cls for cls in classes}

    def out(value: Any) -> Any:
        return None if value is None else {"is": type(value).__name__} | _converter(type(value))[0](value)

    def back(data: Any) -> Any:
        return None if data is None else _converter(by_name[data["is"]])[1](data)

    return out, back


def _tuple(arguments: tuple[Any, ...]) -> Converter:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        inside_to, inside_from = _converter(arguments[0])
        if inside_to is _same:
            return list, tuple
        return (
            lambda value: [inside_to(item) for item in value],
            lambda data: tuple([inside_from(item) for item in data]),
        )
    each = [_converter(argument) for argument in arguments]
    return (
        lambda value: [to(item) for (to, _), item in zip(each, value, strict=True)],
        lambda data: tuple(back(item) for (_, back), item in zip(each, data, strict=True)),
    )


def _dict(arguments: tuple[Any, ...]) -> Converter:
    if arguments[0] is not str:
        raise TypeError(f"A stored dict has text keys, not {arguments[0]!r}")
    inside_to, inside_from = _converter(arguments[1])
    return (
        lambda value: {key: inside_to(item) for key, item in value.items()},
        lambda data: {key: inside_from(item) for key, item in data.items()},
    )


def _dataclass(cls: type) -> Converter:
    hints = typing.get_type_hints(cls)
    fields = [(field.name, *_converter(hints[field.name]), _default(field)) for field in dataclasses.fields(cls)]
    always = [(name, to) for name, to, _, default in fields if default is _NO_DEFAULT]
    seldom = [(name, to, default) for name, to, _, default in fields if default is not _NO_DEFAULT]
    names = {name for name, _, _, _ in fields}
    to_convert = [(name, back_one) for name, _, back_one, _ in fields if back_one is not _same]

    def out(value: Any) -> Any:
        data = {name: to(getattr(value, name)) for name, to in always}
        for name, to, default in seldom:
            item = getattr(value, name)
            # What equals its default is left out: the state of a case stays small. `is` comes first, as it is quick.
            if item is not default and item != default:
                data[name] = to(item)
        return data

    def back(data: Any) -> Any:
        given = {name: item for name, item in data.items() if name in names}
        for name, back_one in to_convert:
            if name in given:
                given[name] = back_one(given[name])
        return cls(**given)

    return out, back


_NO_DEFAULT = object()


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _NO_DEFAULT
