"""Says in plain words why a trial cracked, could not go ahead or lost its date, and whose doing that was."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

from workflows import strict_toml
from workflows.rule_file import EVIDENCE

NOT_YOUR_DOING = "This was not because of anything you did."

_FILE = "trial_outcome_reasons.toml"
_SOURCE = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "reasons": strict_toml.rows(),
    }
)
_REASON = MappingProxyType(
    {
        "type": strict_toml.one_of("cracked", "ineffective", "vacated"),
        "code": strict_toml.text(),
        "jurisdictions": strict_toml.some_of("crown", "magistrates"),
        "words": strict_toml.text(),
        "cause": strict_toml.one_of("prosecution", "defence", "court", "other"),
        "witness_related": strict_toml.one_of("yes", "no", "maybe"),
        "cp_ids": strict_toml.some_of(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOutcomeReason:
    """One reason. `words` are ours, for officers and for the people they tell; `cp_ids` are the ids feeds send.

    `witness_related` is "maybe" where only a person can say whether one of our witnesses was meant.
    """

    type: str
    code: str
    jurisdictions: frozenset[str]
    words: str
    cause: str
    witness_related: str
    cp_ids: tuple[str, ...]

    @property
    def ask_who(self) -> bool:
        """Whether an officer must find out which witness was meant before this reason is given to anyone."""
        return self.witness_related == "maybe"

    @property
    def reassurance(self) -> str:
        """What may be added for a person in the case; empty where a witness had to do with it."""
        return NOT_YOUR_DOING if self.witness_related == "no" else ""


def trial_outcome_reason(reason_id: str) -> TrialOutcomeReason | None:
    """The reason of an id sent by Common Platform, in any case of letters. None: no reason given yet, so ask."""
    return _by_id().get(reason_id.casefold())


def by_code(trial_type: str, jurisdiction: str, code: str) -> TrialOutcomeReason | None:
    """The reason of a code letter, which means nothing without the type and the jurisdiction ("CROWN", "magistrates").

    None when any of the three is unknown: no reason given yet, so ask.
    """
    return _by_key().get((trial_type.casefold(), jurisdiction.casefold(), code.upper()))


def load(text: str) -> tuple[TrialOutcomeReason, ...]:
    """Read the reasons from TOML. A repeated id or (type, jurisdiction, code) is refused, as is anything unknown."""
    table = strict_toml.read(strict_toml.parse(text, _FILE), _SOURCE, _FILE)
    reasons = tuple(_reason(row) for row in table["reasons"])
    _refuse_repeats([reason_id for reason in reasons for reason_id in reason.cp_ids])
    _refuse_repeats([key for reason in reasons for key in _keys(reason)])
    return reasons


@functools.cache
def all_reasons() -> tuple[TrialOutcomeReason, ...]:
    """Every shipped reason, in the order of the file."""
    return load(resources.files("workflows").joinpath("rule_packs", _FILE).read_text(encoding="utf-8"))


@functools.cache
def _by_id() -> Mapping[str, TrialOutcomeReason]:
    return {reason_id: reason for reason in all_reasons() for reason_id in reason.cp_ids}


@functools.cache
def _by_key() -> Mapping[tuple[str, str, str], TrialOutcomeReason]:
    return {key: reason for reason in all_reasons() for key in _keys(reason)}


def _reason(row: Mapping[str, Any]) -> TrialOutcomeReason:
    where = f"{_FILE}, {row.get('type', 'a reason without a type')} {row.get('code', 'without a code')}"
    values = strict_toml.read(row, _REASON, where)
    values["jurisdictions"] = frozenset(values["jurisdictions"])
    return TrialOutcomeReason(**values)


def _keys(reason: TrialOutcomeReason) -> list[tuple[str, str, str]]:
    return [(reason.type, jurisdiction, reason.code) for jurisdiction in sorted(reason.jurisdictions)]


def _refuse_repeats(found: list[Any]) -> None:
    for key in found:
        if found.count(key) > 1:
            raise strict_toml.RuleFileError(f"{_FILE}: expected each reason once, found {key} twice. Remove one.")
