"""The page on engagement concern: what counts, by how much, and what is suggested, as the pack has it."""

from __future__ import annotations

from scripts.docs_from.rules import BASIS, EVIDENCE
from scripts.docs_from.table import code, table
from workflows.engagement_pack import Factor, default_engagement_pack
from workflows.withdrawal import REASONS

PACK = default_engagement_pack()


def bands() -> str:
    return table(("Level", "From points"), ((band, begins) for band, begins in PACK.bands))


def points() -> str:
    return table(
        ("Fact", "What it is", "Points", "Suggested", "What lowers it", "Basis", "Checked", "From"),
        (
            (
                code(factor.key),
                factor.title,
                _points(factor),
                PACK.actions.get(factor.action, "-"),
                factor.lowered_by or "-",
                f"{BASIS[factor.basis]}: {factor.reference}",
                EVIDENCE[factor.evidence],
                f"{factor.valid_from}{f' to {factor.valid_to}' if factor.valid_to else ''}",
            )
            for factor in PACK.factors
        ),
    )


def withdrawals() -> str:
    return table(("Key", "Reason"), ((code(key), words) for key, words in REASONS.items()))


def _points(factor: Factor) -> str:
    sign = "-" if factor.takes_off else ""
    if len(factor.steps) == 1 and factor.steps[0].begins == 1:
        given = f"{sign}{factor.steps[0].points}"
    else:
        given = ", ".join(f"from {step.begins}: {sign}{step.points}" for step in factor.steps)
    return f"{given}; alone enough for high" if factor.high else given
