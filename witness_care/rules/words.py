"""Puts a row of a rule pack into words, for the page of rules, the command and the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workflows.rule_file import Reference, Rule

WHO_IS_MEANT: Mapping[str, str] = MappingProxyType(
    {
        "always": "everyone in the role",
        "required": "those the CPS requires",
        "warned": "those told of a requirement or a trial",
        "off_when_warned": "those told of either, when it is off or they are not required",
        "bereaved": "the family of somebody who died",
        "rearrested": "everyone in the role, once there was an arrest on the warrant",
    }
)
BASIS: Mapping[str, str] = MappingProxyType(
    {"code": "Victims' Code", "local_policy": "local policy", "statute": "statute"}
)
EVIDENCE: Mapping[str, str] = MappingProxyType(
    {
        "primary_source": "primary source",
        "secondary_source": "a published summary",
        "older_source": "an older source",
        "memory": "not checked",
        "local_decision": "our own decision",
    }
)
OWED_BY: Mapping[str, str] = MappingProxyType(
    {
        "court": "owed by the court",
        "police": "owed by the police",
        "cps": "owed by the CPS",
        "hmpps": "owed by the prison and probation service",
        "victim": "for the victim to do",
        "anyone": "for anyone to do",
    }
)
DAYS_OF: Mapping[str, str] = MappingProxyType({"working_days": "working day", "calendar_days": "calendar day"})


def days(number: int | None, rule: Rule) -> str:
    """Say how long is allowed: "5 working days"."""
    unit = DAYS_OF[rule.days_basis] if rule.unit == "days" else rule.unit.removesuffix("s")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def to_whom(rule: Rule) -> str:
    """Say to whom it is owed, or who else owes it."""
    if rule.owed_by != "unit":
        return OWED_BY[rule.owed_by]
    roles = " and ".join(sorted(rule.roles))
    kinds = "" if len(rule.witness_kinds) > 1 else f" ({', '.join(rule.witness_kinds)} only)"
    still = "; still sent after an opt-out" if rule.carve_out else ""
    if rule.carve_out and rule.carve_out_when != "always":
        still += f" to {WHO_IS_MEANT[rule.carve_out_when]}"
    return f"{roles}{kinds}: {WHO_IS_MEANT[rule.when]}{still}"


def checked(reference: Reference) -> str:
    """Say how far a value was checked, in full: "a published summary", "not checked against the Code"."""
    return reference.in_words or EVIDENCE[reference.evidence]
