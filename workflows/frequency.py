"""Reads how often we may agree with somebody to keep in touch: what is offered, and the shortest and longest."""

import functools
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from workflows import strict_toml
from workflows.rule_file import EVIDENCE

_FILE = "keeping_in_touch.toml"
_PACK = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "shortest": strict_toml.number(),
        "longest": strict_toml.number(),
        "offered": strict_toml.rows(),
    }
)
_OFFERED = MappingProxyType({"every_days": strict_toml.number(), "words": strict_toml.text()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One interval that a form offers, in days and in words."""

    every_days: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """The intervals that may be agreed: any number of days from `shortest` to `longest`; some are offered by name."""

    title: str
    source: str
    evidence: str
    verified: bool
    shortest: int
    longest: int
    offered: tuple[Offered, ...]

    def may_be_agreed(self, days: int) -> bool:
        """Say whether this many days is an interval that a unit can keep."""
        return self.shortest <= days <= self.longest


def load(text: str) -> Frequencies:
    """Read the intervals from TOML. What is offered outside the limits is refused, as is anything unknown."""
    table = strict_toml.read(strict_toml.parse(text, _FILE), _PACK, _FILE)
    offered = tuple(
        Offered(**strict_toml.read(row, _OFFERED, f"{_FILE}, {row.get('words', 'an offer without words')}"))
        for row in table.pop("offered")
    )
    found = Frequencies(offered=offered, **table)
    if found.shortest < 1 or found.longest < found.shortest:
        raise strict_toml.RuleFileError(f"{_FILE}: expected 1 <= shortest <= longest. Correct the two numbers.")
    for each in offered:
        if not found.may_be_agreed(each.every_days):
            raise strict_toml.RuleFileError(
                f"{_FILE}: {each.every_days} days is offered, outside {found.shortest} to {found.longest}. Remove it."
            )
    return found


@functools.cache
def shipped() -> Frequencies:
    """The intervals that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", _FILE).read_text(encoding="utf-8"))
