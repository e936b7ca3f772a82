"""Reads the OpenAPI description and gives what its page shows: each address with what goes in and what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from witness_care.accounts.admission import policy_for
from witness_care.accounts.permissions import Permission
from witness_care.api_blueprint import api

Spec = Mapping[str, Any]

PREFIX = "/api/v1"
METHODS = ("get", "put", "post", "patch", "delete")
MOST_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body; `path` names where it stands: participants[].person.name."""

    path: str
    type: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    words: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program can ask. `scope` is what its key must hold; empty: none."""

    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]

    @property
    def id(self) -> str:
        """Give what stands for it in an address: "get-api-v1-duties"."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.method} {self.path}".lower()).strip("-")


def operations() -> tuple[Operation, ...]:
    """Give every operation of the API in the order of its addresses."""
    spec: Spec = api(current_app._get_current_object()).spec.to_dict()  # type: ignore[attr-defined]
    scopes = _scopes()
    return tuple(
        _operation(spec, method, path, spec["paths"][path][method], scopes.get((method, path), ""))
        for path in sorted(spec["paths"])
        for method in METHODS
        if method in spec["paths"][path]
    )


def _scopes() -> dict[tuple[str, str], str]:
    """Give the scope each route of the API asks for, by method and address."""
    found = {}
    for rule in current_app.url_map.iter_rules():
        if not rule.rule.startswith(PREFIX):
            continue
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            policy = policy_for(rule.endpoint, method)
            if policy is not None and policy.permission is not Permission.ANYONE:
                found[method.lower(), path] = policy.scope or ""
    return found


def _operation(spec: Spec, method: str, path: str, said: Spec, scope: str) -> Operation:
    body = said.get("requestBody", {}).get("content", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        scope=scope,
        parameters=tuple(_parameter(spec, _found(spec, parameter)) for parameter in said.get("parameters", ())),
        body=tuple(field for content in body.values() for field in _fields(spec, content.get("schema", {}))),
        answers=tuple(_answer(spec, status, answer) for status, answer in sorted(said.get("responses", {}).items())),
    )


def _parameter(spec: Spec, said: Spec) -> Field:
    schema = said.get("schema", {})
    return Field(said["name"], _type(spec, schema), said.get("required", False), _words({**schema, **said}))


def _answer(spec: Spec, status: str, said: Spec) -> Answer:
    known = _found(spec, said)
    schemas = [content.get("schema", {}) for content in known.get("content", {}).values()]
    return Answer(
        status=str(status),
        words=known.get("description", ""),
        fields=tuple(field for schema in schemas for field in _fields(spec, schema)),
    )


def _fields(spec: Spec, schema: Spec, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """Give the fields of a schema, those of its parts after it; a part of itself is not followed for ever."""
    known = _found(spec, schema)
    if known.get("type") == "array":
        yield from _fields(spec, known.get("items", {}), f"{prefix}[]", depth + 1)
        return
    required = set(known.get("required", ()))
    for name, said in known.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        yield Field(path, _type(spec, said), name in required, _words(_found(spec, said)))
        if depth < MOST_DEPTH:
            yield from _fields(spec, _plain(spec, said), path, depth + 1)


def _plain(spec: Spec, said: Spec) -> Spec:
    """Give what stands behind "this or null"."""
    for choice in _found(spec, said).get("anyOf", ()):
        if choice.get("type") != "null":
            return _found(spec, choice)
    return _found(spec, said)


def _type(spec: Spec, said: Spec) -> str:
    known = _found(spec, said)
    if "anyOf" in known:
        return " or ".join(_type(spec, choice) for choice in known["anyOf"])
    if "allOf" in known:
        return _type(spec, known["allOf"][0])
    if known.get("type") == "array":
        return f"list of {_type(spec, known.get('items', {}))}"
    kind = known.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({known['format']})" if "format" in known else words


def _words(said: Spec) -> str:
    """Give the description of a field with the values it may take."""
    choices = [str(choice) for choice in said.get("enum", ()) if choice not in (None, "")]
    parts = [said.get("description", ""), f"One of: {', '.join(choices)}." if choices else ""]
    return " ".join(part for part in parts if part)


def _found(spec: Spec, said: Spec) -> Spec:
    """Follow a reference to what it names."""
    if "$ref" not in said:
        return said
    found: Any = spec
    for part in said["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _found(spec, found)
