"""The rules page: every rule, number and reason as the packs have them, with how far each was checked."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.docs_from.table import code, table
from workflows.rule_file import Pack, Reference, Rule
from workflows.rulebook import SHIPPED, load, shipped_text
from workflows.trial_outcome_reasons import TrialOutcomeReason, all_reasons

PACKS = tuple(load(shipped_text(name), name) for name in SHIPPED)

WHO_IS_MEANT = {
    "always": "everyone in the role",
    "required": "those the CPS requires",
    "warned": "those told of a requirement or a trial",
    "off_when_warned": "those told of either, when it is off or they are not required",
    "bereaved": "the family of somebody who died",
    "rearrested": "everyone in the role, once there was an arrest on the warrant",
}
BASIS = {"code": "Victims' Code", "local_policy": "local policy", "statute": "statute"}
EVIDENCE = {
    "primary_source": "primary source",
    "secondary_source": "a published summary",
    "older_source": "an older source",
    "memory": "not checked",
    "local_decision": "our own decision",
}
OWED_BY = {
    "court": "owed by the court",
    "police": "owed by the police",
    "cps": "owed by the CPS",
    "hmpps": "owed by the prison and probation service",
    "victim": "for the victim to do",
    "anyone": "for anyone to do",
}
OFF = "switched off"
DAYS_OF = {"working_days": "working day", "calendar_days": "calendar day"}


def packs() -> str:
    return table(
        ("Pack", "Title", "State", "Source"),
        (
            (
                code(pack.name),
                pack.title,
                f"from {pack.effective_from}" if pack.enabled else "switched off",
                pack.source,
            )
            for pack in PACKS
        ),
    )


def rules() -> str:
    return table(
        ("Rule", "What is owed", "To whom", "Standard", "Enhanced", "Basis", "Source", "Checked", "Verified"),
        (_rule(rule, pack) for pack in PACKS for rule in pack.rules),
    )


def settings() -> str:
    return table(
        ("Setting", "What it is", "Value", "Basis", "Checked", "Verified"),
        (
            (code(setting.name), setting.title, setting.value, *_how_sure(setting.reference, with_source=False))
            for pack in PACKS
            for setting in pack.settings
        ),
    )


def reasons() -> str:
    return table(
        ("Type", "Code", "Court", "Words", "Cause", "About a witness"),
        (_reason(reason) for reason in all_reasons()),
    )


def _rule(rule: Rule, pack: Pack) -> Iterator[object]:
    given = next((days for other in PACKS for days in other.days if days.rule == rule.id), None)
    standard, enhanced = (rule.standard, rule.enhanced) if given is None else (given.standard, given.enhanced)
    topics = ", ".join(code(topic) for topic in rule.topics)
    yield code(rule.key)
    yield f"{rule.title} ({topics})"
    yield _to_whom(rule)
    yield _days(standard, rule) + (", or 2 hours before the hearing" if rule.cap else "")
    yield _days(enhanced, rule) + ("; number by local policy" if given is not None else "")
    yield from _how_sure(rule.reference, with_source=True)


def _days(number: int | None, rule: Rule) -> str:
    unit = DAYS_OF[rule.days_basis] if rule.unit == "days" else rule.unit.removesuffix("s")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _to_whom(rule: Rule) -> str:
    if rule.owed_by != "unit":
        return OWED_BY[rule.owed_by]
    roles = " and ".join(sorted(rule.roles))
    kinds = "" if len(rule.witness_kinds) > 1 else f" ({', '.join(rule.witness_kinds)} only)"
    still = "; still sent after an opt-out" if rule.carve_out else ""
    if rule.carve_out and rule.carve_out_when != "always":
        still += f" to {WHO_IS_MEANT[rule.carve_out_when]}"
    return f"{roles}{kinds}: {WHO_IS_MEANT[rule.when]}{still}"


def _how_sure(reference: Reference, *, with_source: bool) -> Iterator[object]:
    yield BASIS[reference.basis]
    if with_source:
        yield reference.source
    yield EVIDENCE[reference.evidence]
    yield "yes" if reference.verified else "**no**"


def _reason(reason: TrialOutcomeReason) -> Iterator[object]:
    yield reason.type
    yield reason.code
    yield ", ".join(sorted(reason.jurisdictions))
    yield reason.words
    yield reason.cause
    yield {"yes": "yes", "no": "", "maybe": "perhaps: a person says who"}[reason.witness_related]
