"""Reads what a needs assessment asks: its sections, its questions, and what an officer is to record in each."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from types import MappingProxyType

from workflows import strict_toml
from workflows.events import Role
from workflows.rule_file import EVIDENCE
from workflows.strict_toml import RuleFileError

FILE = "needs_assessment.toml"
ROLES = tuple(role.value for role in Role)

_PACK = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "months": strict_toml.number(),
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
        "practical": strict_toml.flag(default=False),
        "roles": strict_toml.some_of(*ROLES, default=ROLES),
        "valid_from": strict_toml.day(),
        "valid_to": strict_toml.day(required=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One fact that is asked about. `practical` is help that somebody has to arrange."""

    key: str
    section: str
    label: str
    ask: str
    required: bool
    practical: bool
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None

    def is_for(self, role: Role, on: date) -> bool:
        """Say whether this is asked of somebody of that role on that London date."""
        in_force = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return in_force and role.value in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the assessment, asked and saved by itself; `record` says what to write down."""

    key: str
    title: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsPack:
    """The whole file, in the order in which it is asked. After `months` it is asked again."""

    title: str
    source: str
    evidence: str
    verified: bool
    months: int
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]

    def asked_of(self, role: Role, on: date, section: str = "") -> tuple[Question, ...]:
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

    def question(self, key: str) -> Question | None:
        """Give a question by its key, also one that is not asked any more; None for a key nobody knows."""
        return next((question for question in self.questions if question.key == key), None)


def load(text: str) -> NeedsPack:
    """Read the questions from TOML. A repeated key and a section nobody knows are refused, as is anything unknown."""
    table = strict_toml.read(strict_toml.parse(text, FILE), _PACK, FILE)
    sections = tuple(
        Section(**strict_toml.read(row, _SECTION, f"{FILE}, {row.get('key', 'a section without a key')}"))
        for row in table.pop("sections")
    )
    questions = tuple(
        Question(**strict_toml.read(row, _QUESTION, f"{FILE}, {row.get('key', 'a question without a key')}"))
        for row in table.pop("questions")
    )
    _refuse_repeats("section", (section.key for section in sections))
    _refuse_repeats("question", (question.key for question in questions))
    _check_sections({section.key: section for section in sections}, questions)
    return NeedsPack(sections=sections, questions=questions, **table)


def _refuse_repeats(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise RuleFileError(f'{FILE}: expected each {what} once, found "{key}" twice. Give one another key.')
        seen.add(key)


def _check_sections(sections: Mapping[str, Section], questions: Iterable[Question]) -> None:
    for question in questions:
        if question.section not in sections:
            hint = strict_toml.did_you_mean(question.section, sections)
            raise RuleFileError(f'{FILE}, {question.key}: there is no section "{question.section}". {hint}')


@functools.cache
def shipped() -> NeedsPack:
    """The questions that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", FILE).read_text(encoding="utf-8"))
