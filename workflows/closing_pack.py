"""Reads what the last talk asks: its sections, its questions, and the words by which each can be answered."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from types import MappingProxyType

from workflows import strict_toml, withdrawal
from workflows.events import Role
from workflows.rule_file import EVIDENCE
from workflows.strict_toml import RuleFileError

FILE = "closing_talk.toml"
ROLES = tuple(role.value for role in Role)

DECLINED = "declined"  # they would not say; a question without an answer was not asked
YES, NO = "yes", "no"
GIVEN = "given"  # of reasons: those that are named beside it
WOULD_NOT_SAY = "They would not say"

# What may be answered to each kind of question, in the order in which it is offered.
KINDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "consent": MappingProxyType({YES: "Yes", DECLINED: "They did not want to give feedback"}),
        "scale": MappingProxyType(
            {
                "fully": "Yes, fully",
                "mostly": "Mostly",
                "partly": "Only in part",
                "not_at_all": "Not at all",
                DECLINED: WOULD_NOT_SAY,
            }
        ),
        "reasons": MappingProxyType(
            {GIVEN: "Yes, for these reasons", NO: "No, nothing made them stop", DECLINED: WOULD_NOT_SAY}
        ),
        "right": MappingProxyType(
            {"told": "Told", "does_not_apply": "Does not apply to them", DECLINED: "They did not want to hear of it"}
        ),
        "yes_no": MappingProxyType({YES: "Yes", NO: "No", DECLINED: WOULD_NOT_SAY}),
        "offer": MappingProxyType(
            {
                "wanted": "Yes, they would like support",
                "has_support": "They have support already",
                DECLINED: "They do not want support",
            }
        ),
    }
)

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
        "kind": strict_toml.one_of(*KINDS),
        "required": strict_toml.flag(default=True),
        "roles": strict_toml.some_of(*ROLES, default=ROLES),
        "valid_from": strict_toml.day(),
        "valid_to": strict_toml.day(required=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the last talk. While a required one is unanswered, the talk is not ended as had."""

    key: str
    section: str
    label: str
    ask: str
    kind: str
    required: bool
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None

    def is_for(self, role: Role, on: date) -> bool:
        """Say whether this is asked of somebody of that role on that London date."""
        in_force = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return in_force and role.value in self.roles

    @property
    def words(self) -> Mapping[str, str]:
        """Give what may be answered, in words, by the key of the answer."""
        return KINDS[self.kind]

    @property
    def codes(self) -> Mapping[str, str]:
        """Give what may be chosen beside the answer "given", in words; empty of every other kind of question."""
        return withdrawal.REASONS if self.kind == "reasons" else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the talk, had and saved by itself; `record` says what to write down."""

    key: str
    title: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPack:
    """The whole file, in the order in which it is asked."""

    title: str
    source: str
    evidence: str
    verified: bool
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]

    def asked_of(self, role: Role, on: date, section: str = "") -> tuple[Question, ...]:
        """Give the questions for somebody of that role on a London date, of one section or of all."""
        return tuple(
            question
            for question in self.questions
            if question.is_for(role, on) and (not section or question.section == section)
        )

    def question(self, key: str) -> Question | None:
        """Give a question by its key, also one that is not asked any more; None for a key nobody knows."""
        return next((question for question in self.questions if question.key == key), None)


def load(text: str) -> ClosingPack:
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
    known = {section.key for section in sections}
    for question in questions:
        if question.section not in known:
            hint = strict_toml.did_you_mean(question.section, sorted(known))
            raise RuleFileError(f'{FILE}, {question.key}: there is no section "{question.section}". {hint}')
    return ClosingPack(sections=sections, questions=questions, **table)


def _refuse_repeats(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise RuleFileError(f'{FILE}: expected each {what} once, found "{key}" twice. Give one another key.')
        seen.add(key)


@functools.cache
def shipped() -> ClosingPack:
    """The questions that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", FILE).read_text(encoding="utf-8"))
