"""Reads what a needs assessment asks: its sections, its questions, and what an officer is to record in each."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from workflows import questionnaire, strict_toml
from workflows.questionnaire import Questionnaire, Section

__all__ = ["FILE", "NeedsPack", "Question", "Section", "load", "shipped"]

FILE = "needs_assessment.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(questionnaire.Question):
    """One fact that is asked about. `practical` is help that somebody has to arrange."""

    practical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsPack(Questionnaire[Question]):
    """The whole file. After `months` it is asked again."""

    months: int


def load(text: str) -> NeedsPack:
    """Read the questions from TOML. A repeated key and a section nobody knows are refused, as is anything unknown."""
    practical = MappingProxyType({"practical": strict_toml.flag(default=False)})
    months = MappingProxyType({"months": strict_toml.number()})
    return NeedsPack(**questionnaire.read(text, FILE, Question, of_questions=practical, of_file=months))


@functools.cache
def shipped() -> NeedsPack:
    """The questions that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", FILE).read_text(encoding="utf-8"))
