"""Reads what counts for the engagement concern: the points of each fact, what to do about it, what takes points off."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import pairwise
from string import Formatter
from types import MappingProxyType
from typing import Any

from workflows import strict_toml
from workflows.rule_file import EVIDENCE
from workflows.strict_toml import RuleFileError

FILE = "engagement_points.toml"
BANDS = ("routine", "watch", "raised", "high")
FACTORS = (
    *("STATED_RELUCTANCE", "WITHDRAWN", "SAFETY_CONCERN", "MISSED_CONTACT", "SILENCE", "RELIST_COUNT", "LATE_CHANGE"),
    *("UNEXPLAINED_CHANGE", "CASE_AGE", "OFFENCE_CONTEXT", "NEEDS_ASSESSMENT_OVERDUE", "SPECIAL_MEASURES_UNRESOLVED"),
    *("NO_SUPPORT_REFERRAL", "WCO_CHANGED", "UNMET_PRACTICAL", "OVERDUE_DUTY"),
    *("SPOKE_LATELY", "SUPPORT_ENGAGED", "VISIT_DONE", "MEASURES_GRANTED"),
)
NEEDS_DAYS = frozenset(("SPECIAL_MEASURES_UNRESOLVED", "SPOKE_LATELY"))
PLACES = frozenset(("on", "count", "times", "agreed"))  # what a sentence may name

_PACK = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "bands": strict_toml.rows(),
        "actions": strict_toml.rows(),
        "factors": strict_toml.rows(),
    }
)
_BAND = MappingProxyType({"key": strict_toml.one_of(*BANDS), "from": strict_toml.number()})
_ACTION = MappingProxyType({"key": strict_toml.text(), "words": strict_toml.text()})
_STEP = MappingProxyType({"from": strict_toml.number(), "points": strict_toml.number()})
_FACTOR = MappingProxyType(
    {
        "key": strict_toml.one_of(*FACTORS),
        "title": strict_toml.text(),
        "high": strict_toml.flag(default=False),
        "takes_off": strict_toml.flag(default=False),
        "within_days": strict_toml.number(required=False),
        "steps": strict_toml.rows(),
        "sentence": strict_toml.text(),
        "action": strict_toml.text(required=False),
        "lowered_by": strict_toml.text(required=False),
        "reference": strict_toml.text(),
        "basis": strict_toml.one_of("local_policy", "code", "statute"),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "valid_from": strict_toml.day(),
        "valid_to": strict_toml.day(required=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From this number on, a factor gives these points."""

    begins: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One fact that counts. `high` alone makes the concern high; `takes_off` lowers it. `valid_to` is the last day."""

    key: str
    title: str
    high: bool
    takes_off: bool
    within_days: int
    steps: tuple[Step, ...]
    sentence: str
    action: str
    lowered_by: str
    reference: str
    basis: str
    evidence: str
    verified: bool
    valid_from: date
    valid_to: date | None

    def points(self, count: int) -> int:
        """Give the points of a count: those of the last step it has reached, 0 before the first."""
        return max((step.points for step in self.steps if step.begins <= count), default=0)

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementPack:
    """Everything that counts, in the order of the file; the lowest points of each band, and the words of actions."""

    title: str
    source: str
    bands: tuple[tuple[str, int], ...]
    actions: Mapping[str, str]
    factors: tuple[Factor, ...]

    def band(self, points: int) -> str:
        return max((begins, band) for band, begins in self.bands if begins <= points)[1]


def load(text: str, file: str = FILE) -> EngagementPack:
    """Read the pack from TOML; whatever is unknown, missing or does not fit is refused, naming file and row."""
    table = strict_toml.read(strict_toml.parse(text, file), _PACK, file)
    bands = tuple(_band(row, file) for row in table["bands"])
    if [band for band, _ in bands] != list(BANDS) or [n for _, n in bands] != sorted({n for _, n in bands}):
        raise RuleFileError(
            f"{file}: expected the bands {', '.join(BANDS)} in this order, each from more points. Correct them."
        )
    if bands[0][1] != 0:
        raise RuleFileError(f'{file}: expected the band "{BANDS[0]}" from 0, received {bands[0][1]}. Correct it.')
    actions = [strict_toml.read(row, _ACTION, f"{file}, actions") for row in table["actions"]]
    words = {row["key"]: row["words"] for row in actions}
    factors = tuple(_factor(row, words, file) for row in table["factors"])
    _refuse_repeats([row["key"] for row in actions], file)
    _refuse_overlaps(factors, file)
    return EngagementPack(
        title=table["title"], source=table["source"], bands=bands, actions=MappingProxyType(words), factors=factors
    )


@functools.cache
def default_engagement_pack() -> EngagementPack:
    """The pack that is shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", FILE).read_text(encoding="utf-8"))


def _band(row: Mapping[str, Any], file: str) -> tuple[str, int]:
    values = strict_toml.read(row, _BAND, f"{file}, band {row.get('key', 'without a key')}")
    return values["key"], values["from"]


def _factor(row: Mapping[str, Any], actions: Mapping[str, str], file: str) -> Factor:
    where = f"{file}, {row.get('key', 'a factor without a key')}"
    values = strict_toml.read(row, _FACTOR, where)
    steps = tuple(_step(step, where) for step in values["steps"])
    if not steps or list(steps) != sorted(steps, key=lambda step: (step.begins, step.points)) or steps[0].begins == 0:
        raise RuleFileError(f'{where}: "steps": expected one or more, from 1 on and never fewer points. Correct them.')
    if any(one.points > other.points or one.begins == other.begins for one, other in pairwise(steps)):
        raise RuleFileError(f'{where}: "steps": expected more points the more there is, received fewer. Correct them.')
    _check_words(values, actions, where)
    if (values["within_days"] is not None) is not (values["key"] in NEEDS_DAYS):
        raise RuleFileError(
            f'{where}: "within_days" is for {", ".join(sorted(NEEDS_DAYS))}, and must be there. Correct it.'
        )
    return Factor(
        **(
            values
            | {"steps": steps, "within_days": values["within_days"] or 0}
            | {name: values[name] or "" for name in ("action", "lowered_by")}
        )
    )


def _check_words(values: Mapping[str, Any], actions: Mapping[str, str], where: str) -> None:
    unknown = {name for _, name, _, _ in Formatter().parse(values["sentence"]) if name is not None} - PLACES
    if unknown or "{on}" not in values["sentence"]:
        raise RuleFileError(
            f'{where}: "sentence": expected {{on}} and of {", ".join(sorted(PLACES))} only. Correct it.'
        )
    if values["takes_off"]:
        if values["high"] or values["action"] or values["lowered_by"]:
            raise RuleFileError(f'{where}: "takes_off": expected no "high", "action" or "lowered_by". Remove them.')
    elif values["action"] not in actions or not values["lowered_by"]:
        hint = strict_toml.did_you_mean(str(values["action"]), actions)
        raise RuleFileError(f'{where}: expected an "action" of this file and "lowered_by". {hint}')


def _step(row: Mapping[str, Any], where: str) -> Step:
    values = strict_toml.read(row, _STEP, f"{where}, steps")
    return Step(begins=values["from"], points=values["points"])


def _refuse_repeats(found: list[str], file: str) -> None:
    for key in found:
        if found.count(key) > 1:
            raise RuleFileError(f"{file}: expected each action once, found {key} twice. Remove one.")


def _refuse_overlaps(factors: Iterable[Factor], file: str) -> None:
    """A factor may be replaced from a day on; on no day does it count twice."""
    last: dict[str, Factor] = {}
    for factor in sorted(factors, key=lambda factor: factor.valid_from):
        before = last.get(factor.key)
        if before is not None and (before.valid_to is None or before.valid_to >= factor.valid_from):
            raise RuleFileError(f"{file}, {factor.key}: two rows are valid on {factor.valid_from}. End the first.")
        last[factor.key] = factor
