"""Reads a file of questions that an officer asks section by section: what every such file has, whatever it asks about.

The needs assessment and the last talk are two of them; each adds what its own questions hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from workflows import strict_toml
from workflows.events import Role
from workflows.rule_file import EVIDENCE
from workflows.strict_toml import Key, RuleFileError

ROLES = tuple(role.value for role in Role)

_PACK = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "sections": strict_toml.rows(),
        "questions": strict_toml.rows(),
    }
)
_SECTION = MappingProxyType({"key": strict_toml.text(), "title": strict_toml.text(), "record": strict_toml.text()})
_QUESTION = MappingProxyType(
    {
        "key": strict_toml.text(),
        "section": strict_toml.text(),
        "label": strict_toml.text(),
        "ask": strict_toml.text(),
        "required": strict_toml.flag(default=True),
        "roles": strict_toml.some_of(*ROLES, default=ROLES),
        "valid_from": strict_toml.day(),
        "valid_to": strict_toml.day(required=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that is asked. While a required one is unanswered, what it belongs to is not complete."""

    key: str
    section: str
    label: str
    ask: str
    required: bool
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None

    def is_for(self, role: Role, on: date) -> bool:
        """Say whether this is asked of somebody of that role on that London date."""
        in_force = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return in_force and role.value in self.roles


Asked = TypeVar("Asked", bound=Question)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part, asked and saved by itself; `record` says what to write down."""

    key: str
    title: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire(Generic[Asked]):
    """The whole file, in the order in which it is asked."""

    title: str
    source: str
    evidence: str
    verified: bool
    sections: tuple[Section, ...]
    questions: tuple[Asked, ...]

    def asked_of(self, role: Role, on: date, section: str = "") -> tuple[Asked, ...]:
        """Give the questions for somebody of that role on a London date, of one section or of all."""
        return tuple(
            question
            for question in self.questions
            if question.is_for(role, on) and (not section or question.section == section)
        )

    def sections_of(self, role: Role, on: date) -> tuple[Section, ...]:
        """Give the sections that have something to ask somebody of that role."""
        asked = {question.section for question in self.asked_of(role, on)}
        return tuple(section for section in self.sections if section.key in asked)

    def question(self, key: str) -> Asked | None:
        """Give a question by its key, also one that is not asked any more; None for a key nobody knows."""
        return next((question for question in self.questions if question.key == key), None)


def read(
    text: str,
    file: str,
    question: type[Asked],
    *,
    of_questions: Mapping[str, Key],
    of_file: Mapping[str, Key] = MappingProxyType({}),
) -> dict[str, Any]:
    """Read a file of questions from TOML, as what its Questionnaire is made of.

    `of_questions` and `of_file` are what it has beyond every such file. A repeated key and a section nobody knows are
    refused, as is anything unknown.
    """
    table = strict_toml.read(strict_toml.parse(text, file), {**_PACK, **of_file}, file)
    keys = {**_QUESTION, **of_questions}
    table["sections"] = tuple(
        Section(**strict_toml.read(row, _SECTION, f"{file}, {row.get('key', 'a section without a key')}"))
        for row in table["sections"]
    )
    table["questions"] = tuple(
        question(**strict_toml.read(row, keys, f"{file}, {row.get('key', 'a question without a key')}"))
        for row in table["questions"]
    )
    for what in ("section", "question"):
        _refuse_repeats(file, what, (each.key for each in table[f"{what}s"]))
    sections = [section.key for section in table["sections"]]
    for each in table["questions"]:
        if each.section not in sections:
            hint = strict_toml.did_you_mean(each.section, sections)
            raise RuleFileError(f'{file}, {each.key}: there is no section "{each.section}". {hint}')
    return table


def _refuse_repeats(file: str, what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise RuleFileError(f'{file}: expected each {what} once, found "{key}" twice. Give one another key.')
        seen.add(key)
