"""The rules page: every rule, number and reason as the packs have them, with how far each was checked."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.docs_from.table import code, table
from witness_care.rules.words import BASIS, EVIDENCE, days, to_whom
from workflows import enhanced_rights
from workflows.enhanced_rights import Ground
from workflows.rule_file import Pack, Reference, Rule
from workflows.rulebook import SHIPPED, load, shipped_text
from workflows.trial_outcome_reasons import TrialOutcomeReason, all_reasons

PACKS = tuple(load(shipped_text(name), name) for name in SHIPPED)

OFF = "switched off"
FLAG_WORDS = {
    (): (),
    (enhanced_rights.UNDER_18,): ("a date of birth that shows a child",),
    (enhanced_rights.SAFETY_CONCERN,): ("a concern for their safety",),
    (enhanced_rights.VICTIM_BEFORE,): ("being a victim in more than one case",),
}


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


def grounds() -> str:
    return table(
        ("Ground", "In words", "What makes the service ask", "Checked", "Verified"),
        (_ground(ground) for ground in enhanced_rights.shipped().by_key.values()),
    )


def _rule(rule: Rule, pack: Pack) -> Iterator[object]:
    given = next((row for other in PACKS for row in other.days if row.rule == rule.id), None)
    standard, enhanced = (rule.standard, rule.enhanced) if given is None else (given.standard, given.enhanced)
    topics = ", ".join(code(topic) for topic in rule.topics)
    yield code(rule.key)
    yield f"{rule.title} ({topics})"
    yield to_whom(rule)
    yield days(standard, rule) + (", or 2 hours before the hearing" if rule.cap else "")
    yield days(enhanced, rule) + ("; number by local policy" if given is not None else "")
    yield from _how_sure(rule.reference, with_source=True)


def _how_sure(reference: Reference, *, with_source: bool) -> Iterator[object]:
    yield BASIS[reference.basis]
    if with_source:
        yield reference.source
    yield EVIDENCE[reference.evidence]
    yield "yes" if reference.verified else "**no**"


def _ground(ground: Ground) -> Iterator[object]:
    asks = [
        *(f"an offence of the part {part}" for part in ground.offence_parts),
        *(f"an offence of {context}" for context in ground.offence_contexts),
        *(f"the class {name}" for name in ground.offence_classes),
        *(f"the CJS code {name}" for name in ground.offence_codes),
        *FLAG_WORDS[ground.flags],
    ]
    yield code(ground.ground)
    yield ground.words
    words = ", ".join(asks).replace("_", " ") or "nothing: entered by a person"
    yield words + ("; not an attempt" if ground.not_attempts else "")
    yield EVIDENCE[ground.evidence]
    yield "yes" if ground.verified else "**no**"


def _reason(reason: TrialOutcomeReason) -> Iterator[object]:
    yield reason.type
    yield reason.code
    yield ", ".join(sorted(reason.jurisdictions))
    yield reason.words
    yield reason.cause
    yield {"yes": "yes", "no": "", "maybe": "perhaps: a person says who"}[reason.witness_related]
