"""Holds the rules as dated data: what is owed, to whom, within how many days, and where that is written."""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from importlib import resources
from itertools import zip_longest

from workflows.rule_file import TOPICS, Days, Pack, Rule, Setting, load
from workflows.strict_toml import RuleFileError, did_you_mean
from workflows.trial_outcome_reasons import TrialOutcomeReason, by_code, trial_outcome_reason
from workflows.working_days import days_later

__all__ = [
    "Pack",
    "Rule",
    "RuleFileError",
    "Rulebook",
    "TrialOutcomeReason",
    "by_code",
    "default_rulebook",
    "load",
    "shipped_text",
    "trial_outcome_reason",
]

SHIPPED = ("victims_code_2021", "local_policy", "victims_code_2026_draft", "victims_and_courts_act_2026")


class Rulebook:
    """The rules of several packs together. A rule is chosen by the London date on which its clock starts."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs = tuple(packs)
        active = [pack for pack in self.packs if pack.enabled]
        stated = (rule for pack in active for rule in _until_replaced(pack, active) if rule.enabled)
        days = [entry for pack in active for entry in pack.days]
        self.rules = tuple(complete for rule in stated for complete in _with_days(rule, days))
        self._settings: dict[str, list[Setting]] = {}
        for setting in (setting for pack in active for setting in pack.settings):
            self._settings.setdefault(setting.name, []).append(setting)
        self._by_topic: dict[str, tuple[Rule, ...]] = {
            topic: tuple(rule for rule in self.rules if topic in rule.topics) for topic in TOPICS
        }
        self._by_name: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for name in {rule.key, rule.id}:
                self._by_name.setdefault(name, []).append(rule)
        _refuse_overlaps(self.rules)

    def rules_for(self, topic: str, on: date) -> tuple[Rule, ...]:
        """The rules that may make this topic owed when the clock starts on a London date, in the order of the packs."""
        if topic not in self._by_topic:
            raise KeyError(f'Expected a topic, received "{topic}". {did_you_mean(topic, TOPICS)}')
        return tuple(rule for rule in self._by_topic[topic] if rule.is_in_force(on))

    def rule(self, key_or_id: str, on: date) -> Rule:
        """The rule of a duty ("R8-DATE@victims_code_2021") or of an id ("R8-DATE") for a clock that starts then."""
        for rule in self._by_name.get(key_or_id, ()):
            if rule.is_in_force(on):
                return rule
        hint = did_you_mean(key_or_id, {rule.id for rule in self.rules})
        raise KeyError(f'Expected a rule in force on {on}, received "{key_or_id}". {hint}')

    def setting(self, name: str) -> int:
        """A number of local policy that is no duty."""
        return self.setting_in_full(name).value

    def setting_in_full(self, name: str, on: date | None = None) -> Setting:
        """The same with where it is written; `on` chooses among several by a London date, else the last one stands."""
        stated = self._settings.get(name)
        if stated is None:
            raise KeyError(f'Expected a setting, received "{name}". {did_you_mean(name, self._settings)}')
        in_force = [setting for setting in stated if on is None or setting.is_in_force(on)]
        if not in_force:
            raise KeyError(f'Expected the setting "{name}" to be in force on {on}; it is not. Choose another day.')
        return max(in_force, key=lambda setting: setting.effective_from)

    def has_setting(self, name: str) -> bool:
        """Whether any pack in force states this number."""
        return name in self._settings


@functools.cache
def default_rulebook() -> Rulebook:
    """The packs that are shipped with the service."""
    return Rulebook(load(shipped_text(name), name) for name in SHIPPED)


def shipped_text(name: str) -> str:
    """The TOML text of a shipped pack."""
    return resources.files("workflows").joinpath("rule_packs", f"{name}.toml").read_text(encoding="utf-8")


def _until_replaced(pack: Pack, active: Iterable[Pack]) -> Iterator[Rule]:
    """The rules of a pack, ended on the day before the pack that replaces it begins."""
    starts = [other.effective_from for other in active if other.replaces == pack.name and other.effective_from]
    last = days_later(min(starts), -1) if starts else None
    for rule in pack.rules:
        end = _earlier(rule.effective_to, last)
        if end is None or rule.effective_from <= end:
            yield replace(rule, effective_to=end)


def _with_days(rule: Rule, days: Iterable[Days]) -> Iterator[Rule]:
    """The rule with its number of days: its own, or one rule for each period of the days given for it."""
    given = sorted((entry for entry in days if entry.rule == rule.id), key=lambda entry: entry.effective_from)
    if rule.standard is not None:
        if given:
            raise RuleFileError(f"{rule.key}: expected no [[days]] row, it states its own days. Remove the row.")
        yield rule
        return
    missing_from: date | None = rule.effective_from
    for entry, following in zip_longest(given, given[1:]):
        end = _earlier(rule.effective_to, _last_day(entry, following))
        if missing_from is None or entry.effective_from > missing_from or (end is not None and end < missing_from):
            continue
        yield replace(
            rule,
            standard=entry.standard,
            enhanced=entry.enhanced,
            days_reference=entry.reference,
            effective_from=missing_from,
            effective_to=end,
        )
        missing_from = None if end is None or end == rule.effective_to else days_later(end, 1)
    # A day without a number would be a duty that silently never opens.
    if missing_from is not None:
        raise RuleFileError(
            f"{rule.key}: expected days from {missing_from}, found none. Add a [[days]] row for {rule.id}."
        )


def _last_day(entry: Days, following: Days | None) -> date | None:
    """The last day of a number of days: its own end, or the day before the next number begins."""
    return _earlier(entry.effective_to, days_later(following.effective_from, -1) if following else None)


def _refuse_overlaps(rules: Iterable[Rule]) -> None:
    by_id: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda rule: (rule.id, rule.effective_from)):
        earlier = by_id.get(rule.id)
        if earlier and (earlier.effective_to is None or rule.effective_from <= earlier.effective_to):
            raise RuleFileError(
                f"{rule.key}: expected one rule {rule.id} on {rule.effective_from}, found {earlier.key} as well. "
                'End the earlier one with "effective_to", or let the pack replace it.'
            )
        by_id[rule.id] = rule


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
