"""Reads what the last talk asks: its sections, its questions, and the words by which each can be answered."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from workflows import questionnaire, strict_toml, withdrawal
from workflows.questionnaire import Questionnaire, Section

__all__ = ["FILE", "KINDS", "ClosingPack", "Question", "Section", "load", "shipped"]

FILE = "closing_talk.toml"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(questionnaire.Question):
    """One question of the last talk. While a required one is unanswered, the talk is not ended as had."""

    kind: str

    @property
    def words(self) -> Mapping[str, str]:
        """Give what may be answered, in words, by the key of the answer."""
        return KINDS[self.kind]

    @property
    def codes(self) -> Mapping[str, str]:
        """Give what may be chosen beside the answer "given", in words; empty of every other kind of question."""
        return withdrawal.REASONS if self.kind == "reasons" else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPack(Questionnaire[Question]):
    """The whole file."""


def load(text: str) -> ClosingPack:
    """Read the questions from TOML. A repeated key and a section nobody knows are refused, as is anything unknown."""
    kind = MappingProxyType({"kind": strict_toml.one_of(*KINDS)})
    return ClosingPack(**questionnaire.read(text, FILE, Question, of_questions=kind))


@functools.cache
def shipped() -> ClosingPack:
    """The questions that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", FILE).read_text(encoding="utf-8"))
