"""Reads the templates that come with the service, and refuses whatever is not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from workflows import strict_toml

FOLDER = "templates"
_FILE = MappingProxyType({"templates": strict_toml.rows()})
_ROW = MappingProxyType(
    {
        "key": strict_toml.text(),
        "channel": strict_toml.one_of("text", "email", "letter"),
        "neutral": strict_toml.flag(),
        "title": strict_toml.text(),
        "topics": strict_toml.some_of(default=()),
        "subject": strict_toml.text(required=False),
        "body": strict_toml.text(),
        "subject_cy": strict_toml.text(required=False),
        "body_cy": strict_toml.text(required=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """One template as its file has it, with the names of a template's row. Without Welsh: none is approved yet."""

    key: str
    channel: str
    neutral: bool
    title: str
    topics: tuple[str, ...]
    subject_en: str | None
    body_en: str
    subject_cy: str | None = None
    body_cy: str | None = None


def load(text: str, file: str) -> tuple[Shipped, ...]:
    """Read one file. Raises RuleFileError with file, row and key: an unknown key, a missing one, a key given twice."""
    table = strict_toml.read(strict_toml.parse(text, file), _FILE, file)
    found: dict[tuple[str, str], Shipped] = {}
    for number, row in enumerate(table["templates"], 1):
        where = f"{file}, template {number}"
        read = _template(strict_toml.read(row, _ROW, where))
        if (read.channel == "text") == bool(read.subject_en):
            raise strict_toml.RuleFileError(f'{where}: expected a "subject" unless it is a text message. Correct it.')
        if (read.key, read.channel) in found:
            raise strict_toml.RuleFileError(f'{where}: "{read.key}" is there twice as {read.channel}. Take one out.')
        found[read.key, read.channel] = read
    return tuple(found.values())


def every() -> tuple[Shipped, ...]:
    """Read every template that comes with the service, in the order of the files."""
    folder = resources.files(__package__) / FOLDER
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(found for file in files for found in load(file.read_text(encoding="utf-8"), file.name))


def _template(row: Mapping[str, object]) -> Shipped:
    words = {f"{name}_en": row[name] for name in ("subject", "body")}
    rest = {name: row[name] for name in row if name not in ("subject", "body")}
    return Shipped(**(rest | words))  # type: ignore[arg-type]
