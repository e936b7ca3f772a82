"""Reads one file of rules and refuses what it does not understand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from workflows import strict_toml
from workflows.strict_toml import RuleFileError
from workflows.working_days import CALENDAR_DAYS, WORKING_DAYS

TOPICS = (
    *("hearing.when_where", "attendance", "hearing.outcome", "verdict", "sentence", "plea"),
    *("bail", "warrant", "decision.stop", "decision.no_prosecution", "uls", "appeal.notice", "appeal.outcome"),
    *("special_measures.outcome", "task.keep_in_touch", "watchdog.hearing_result"),
    *("task.introduction", "task.needs_assessment", "task.victim_personal_statement", "task.dates_to_avoid"),
    *("task.pre_trial_visit", "task.witness_service", "task.special_measures_chase", "task.closure_discussion"),
    "task.recheck",
    *("task.meeting_before_sentence", "task.meeting_after_sentence", "task.vcs_referral"),
    # What others owe, or what is only shown: nobody in the unit is told of a duty by these.
    *("tracked.support_referral", "tracked.arrest", "tracked.charge", "tracked.expenses"),
    *("tracked.property", "tracked.case_outcome", "tracked.question", "tracked.waiting_at_court"),
    *("shown.review_of_decision", "shown.sentence_review", "tracked.notification", "watchdog.vcs_liaison"),
)

# To whom a rule applies: everyone in its roles; those the CPS requires; those told of a requirement or a trial date;
# those told of either when the trial is off or they are not required after all; the family of somebody who died; and
# when it applies at all: only to news of an arrest after a warrant.
GUARDS = ("always", "required", "warned", "off_when_warned", "bereaved", "rearrested")

CLOCKS = (
    *("receipt_from_court", "receipt_from_cps", "receipt_by_unit", "hearing", "last_two_way_contact", "joining"),
    *("report", "police_event", "charge", "decision", "letter", "not_guilty_plea_or_cps_list", "requirement"),
    *("guilty_plea_or_conviction", "conviction", "sentence", "referral_sent", "question", "claim", "not_needed"),
    *("not_guilty_plea_or_date_lost", "trial_date", "end_of_case_or_withdrawal", "arrival_at_court"),
)
OWED_BY = ("unit", "court", "police", "cps", "hmpps", "victim", "anyone")
UNITS = ("days", "months", "hours")

LARGEST_SETTING = 366  # no number of days or attempts is larger; one that is would be counted for ever

WITNESS_KINDS = ("civilian", "police", "professional", "expert")

# How far a time limit was checked: the words that stand beside a due time (domain rules, section 14).
EVIDENCE = ("primary_source", "secondary_source", "older_source", "memory", "local_decision")
FROM_SUMMARY = "from a published summary"
NOT_CHECKED = MappingProxyType(
    {
        "code": "time limit not checked against the Code",
        "statute": "time limit not checked against the Act",
        "local_policy": "local policy, not checked against a published source",
    }
)

_REFERENCE = MappingProxyType(
    {
        "basis": strict_toml.one_of("code", "local_policy", "statute"),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
    }
)
_PERIOD = MappingProxyType(
    {"effective_from": strict_toml.day(required=False), "effective_to": strict_toml.day(required=False)}
)
_PACK = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "enabled": strict_toml.flag(),
        "effective_from": strict_toml.day(required=False),
        "replaces": strict_toml.text(required=False),
    }
)
_RULE = MappingProxyType(
    {
        "id": strict_toml.text(),
        "title": strict_toml.text(),
        "plain_action": strict_toml.text(),
        "owed_by": strict_toml.one_of(*OWED_BY),
        "clock": strict_toml.one_of(*CLOCKS),
        "unit": strict_toml.one_of(*UNITS),
        "standard": strict_toml.number(required=False),
        "enhanced": strict_toml.number(required=False),
        "days_basis": strict_toml.one_of(WORKING_DAYS, CALENDAR_DAYS),
        "cap": strict_toml.flag(),
        "roles": strict_toml.some_of("victim", "witness"),
        "witness_kinds": strict_toml.some_of(*WITNESS_KINDS, default=WITNESS_KINDS),
        "topics": strict_toml.some_of(*TOPICS),
        "when": strict_toml.one_of(*GUARDS),
        "enabled": strict_toml.flag(default=True),
        "carve_out": strict_toml.flag(),
        "carve_out_when": strict_toml.one_of(*GUARDS, default="always"),
        **_REFERENCE,
        **_PERIOD,
    }
)
_DAYS = MappingProxyType(
    {
        "rule": strict_toml.text(),
        "standard": strict_toml.number(),
        "enhanced": strict_toml.number(),
        **_REFERENCE,
        **_PERIOD,
    }
)
_SETTING = MappingProxyType(
    {
        "name": strict_toml.text(),
        "title": strict_toml.text(),
        "value": strict_toml.number(),
        **_REFERENCE,
        **_PERIOD,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a value is written, and how far that was checked."""

    basis: str
    source: str
    evidence: str
    verified: bool

    @property
    def in_words(self) -> str:
        """What stands beside a due time: "from a published summary". Empty when nothing needs saying."""
        if not self.verified:
            return NOT_CHECKED[self.basis]
        return FROM_SUMMARY if self.evidence == "secondary_source" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One duty as a pack states it. `standard` and `enhanced` are days of the kind `days_basis` names, or else `unit`.

    `basis`, `source`, `evidence` and `verified` speak of the duty; `days_reference` of its number of days, which local
    policy gives where the Code does not. `carve_out`: still sent after an opt-out, while `carve_out_when` holds.
    `effective_to` is the last day on which a clock may start under the rule.
    """

    id: str
    pack: str
    title: str
    plain_action: str
    owed_by: str
    clock: str
    unit: str
    standard: int | None
    enhanced: int | None
    days_basis: str
    cap: bool
    roles: frozenset[str]
    witness_kinds: frozenset[str]
    topics: tuple[str, ...]
    when: str
    basis: str
    source: str
    evidence: str
    verified: bool
    enabled: bool
    effective_from: date
    effective_to: date | None
    carve_out: bool
    carve_out_when: str
    days_reference: Reference

    @property
    def key(self) -> str:
        """What stays on a duty for ever: "R8-DATE@victims_code_2021"."""
        return f"{self.id}@{self.pack}"

    @property
    def reference(self) -> Reference:
        return Reference(basis=self.basis, source=self.source, evidence=self.evidence, verified=self.verified)

    @property
    def checked_in_words(self) -> str:
        """What an officer reads beside the due time about how sure we are: the duty, then its number of days."""
        said = (self.reference.in_words, self.days_reference.in_words)
        return "; ".join(dict.fromkeys(words for words in said if words))

    def days(self, enhanced: bool) -> int:
        """How many days are allowed. A rule whose pack gives no number, and no other pack does, is refused."""
        days = self.enhanced if enhanced else self.standard
        if days is None:
            raise RuleFileError(f"{self.key}: expected a number of days, found none. Add a [[days]] row for {self.id}.")
        return days

    def concerns(self, role: str, witness_kind: str = "civilian") -> bool:
        """Whether this person is one the rule names. Someone who is both is named as a victim or as a witness."""
        if "victim" in self.roles and role in ("victim", "both"):
            return True
        return "witness" in self.roles and role in ("witness", "both") and witness_kind in self.witness_kinds

    def is_in_force(self, on: date) -> bool:
        """Whether a clock that starts on this London date runs under the rule."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A number of days for a rule that states none itself."""

    rule: str
    standard: int
    enhanced: int
    reference: Reference
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A number of local policy that is no duty, such as how many attempts come before escalation."""

    name: str
    pack: str
    title: str
    value: int
    reference: Reference
    effective_from: date
    effective_to: date | None

    @property
    def key(self) -> str:
        """Its name with its pack: "answer_days@local_policy"."""
        return f"{self.name}@{self.pack}"

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on this London date."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One file of rules. `replaces` names the pack whose rules end when this one begins."""

    name: str
    title: str
    source: str
    enabled: bool
    effective_from: date | None
    replaces: str | None
    rules: tuple[Rule, ...]
    days: tuple[Days, ...]
    settings: tuple[Setting, ...]


def load(text: str, name: str, *, starts: date | None = None) -> Pack:
    """Read one pack from TOML. Whatever is not understood raises `RuleFileError` naming file, row and key.

    `starts` is the London date from which somebody switched the pack on: whatever it says itself, it is in force from
    then on, and no row of it before then.
    """
    file = f"{name}.toml"
    table = strict_toml.parse(text, file)
    tables = {"rules", "days", "settings"}
    header = strict_toml.read(table, {**_PACK, **dict.fromkeys(tables, strict_toml.rows())}, file)
    if starts is not None:
        header |= {"enabled": True, "effective_from": starts}
        header |= {key: tuple(_not_before(row, starts, file) for row in header[key]) for key in tables}
    if header["enabled"] and header["effective_from"] is None:
        raise RuleFileError(f'{file}: expected "effective_from", a date, received nothing. An enabled pack needs one.')
    start = header["effective_from"]
    return Pack(
        name=name,
        rules=tuple(_rule(row, name, start) for row in header["rules"]),
        days=tuple(_days(row, file, start) for row in header["days"]),
        settings=tuple(_setting(row, name, start) for row in header["settings"]),
        **{key: header[key] for key in _PACK},
    )


def _not_before(row: Mapping[str, Any], starts: date, file: str) -> Mapping[str, Any]:
    """The row with the date on which its pack starts, where it says an earlier one."""
    stated, ends = row.get("effective_from"), row.get("effective_to")
    if strict_toml.is_day(ends) and ends < starts:
        named = row.get("id") or row.get("rule") or row.get("name") or "a row without a name"
        raise RuleFileError(f'{file}, {named}: expected "effective_to" on or after {starts}, received {ends}.')
    return {**row, "effective_from": starts} if strict_toml.is_day(stated) and stated < starts else row


def _rule(row: Mapping[str, Any], pack: str, start: date | None) -> Rule:
    where = f"{pack}.toml, {row.get('id', 'a rule without an id')}"
    values = strict_toml.read(row, _RULE, where)
    if (values["standard"] is None) != (values["enhanced"] is None):
        raise RuleFileError(f'{where}: expected both "standard" and "enhanced" or neither. Add the other.')
    _refuse_longer_enhanced(values, where)
    values.update(_period(values, start, where))
    roles, kinds = frozenset(values.pop("roles")), frozenset(values.pop("witness_kinds"))
    return Rule(pack=pack, roles=roles, witness_kinds=kinds, days_reference=_reference(values), **values)


def _days(row: Mapping[str, Any], file: str, start: date | None) -> Days:
    where = f"{file}, days of {row.get('rule', 'an unnamed rule')}"
    values = strict_toml.read(row, _DAYS, where)
    _refuse_longer_enhanced(values, where)
    values.update(_period(values, start, where))
    return Days(reference=_reference(values), **{key: values[key] for key in _DAYS if key not in _REFERENCE})


def _setting(row: Mapping[str, Any], pack: str, start: date | None) -> Setting:
    where = f"{pack}.toml, setting {row.get('name', 'without a name')}"
    values = strict_toml.read(row, _SETTING, where)
    if values["value"] > LARGEST_SETTING:
        raise RuleFileError(
            f'{where}: "value": expected at most {LARGEST_SETTING}, received {values["value"]}. Correct it.'
        )
    values.update(_period(values, start, where))
    stated = {key: values[key] for key in _SETTING if key not in _REFERENCE}
    return Setting(pack=pack, reference=_reference(values), **stated)


def _reference(values: Mapping[str, Any]) -> Reference:
    return Reference(**{key: values[key] for key in _REFERENCE})


def _period(values: Mapping[str, Any], start: date | None, where: str) -> dict[str, date | None]:
    first, last = values["effective_from"] or start, values["effective_to"]
    if first is None:
        raise RuleFileError(
            f'{where}: expected "effective_from", a date, received nothing. Add it here or to the pack.'
        )
    if last is not None and last < first:
        raise RuleFileError(f'{where}: expected "effective_to" on or after {first}, received {last}. Correct it.')
    return {"effective_from": first, "effective_to": last}


def _refuse_longer_enhanced(values: Mapping[str, Any], where: str) -> None:
    if values["standard"] is not None and values["enhanced"] > values["standard"]:
        raise RuleFileError(
            f'{where}: "enhanced": expected at most {values["standard"]} days, the standard time, '
            f"received {values['enhanced']}. Enhanced rights never lengthen a time."
        )
