"""Says in plain words what each kind of sentence means, and what follows from it (right 9: meaning and effect)."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from workflows import strict_toml
from workflows.events import ResultKind
from workflows.rule_file import EVIDENCE

_FILE = "sentence_meanings.toml"
_SOURCE = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "meanings": strict_toml.rows(),
    }
)
_MEANING = MappingProxyType(
    {
        "kind": strict_toml.one_of(*(kind.value for kind in ResultKind)),
        "means": strict_toml.text(),
        "follows": strict_toml.text(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceMeaning:
    """What one kind of sentence means, and what follows from it."""

    kind: str
    means: str
    follows: str


def meaning_of(kind: str) -> SentenceMeaning | None:
    """Give the meaning of a kind of result ("custody"); None for one that is no sentence."""
    return all_meanings().get(kind)


def load(text: str) -> Mapping[str, SentenceMeaning]:
    """Read the meanings from TOML. A kind that stands twice is refused, as is anything unknown."""
    table = strict_toml.read(strict_toml.parse(text, _FILE), _SOURCE, _FILE)
    found: dict[str, SentenceMeaning] = {}
    for row in table["meanings"]:
        meaning = SentenceMeaning(**strict_toml.read(row, _MEANING, f"{_FILE}, {row.get('kind', 'without a kind')}"))
        if meaning.kind in found:
            raise strict_toml.RuleFileError(f"{_FILE}: expected {meaning.kind} once, found it twice. Remove one row.")
        found[meaning.kind] = meaning
    return MappingProxyType(found)


@functools.cache
def all_meanings() -> Mapping[str, SentenceMeaning]:
    """Every shipped meaning, by kind of result."""
    return load(resources.files("workflows").joinpath("rule_packs", _FILE).read_text(encoding="utf-8"))
