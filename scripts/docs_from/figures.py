"""What the release checks reached, from docs/figures.json: what did not run reads as not run."""

from __future__ import annotations

import json
from pathlib import Path

from scripts.docs_from.table import table

KEPT = Path(__file__).resolve().parents[2] / "docs" / "figures.json"
NOT_RUN = "not run"

# Each figure, what it says and what it should reach.
FIGURES = {
    "G1": ("feed messages bent out of shape", "1,000,000 inputs: no failure of ours, nothing acknowledged and lost"),
    "G2": ("killed at a fault point", "200 kills and more: nothing lost, nothing twice, nothing found by `fsck`"),
    "G5": ("any order of processing, with repeats", "10,000 examples: one state hash each"),
    "G6": ("a long random life of cases against an oracle", "2,000 runs of 50 steps: every invariant holds"),
}


def figures() -> str:
    """Give each figure with its target and what the last release check reached."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    rows = []
    for name, (words, target) in FIGURES.items():
        held = kept.get(name)
        if held is None:
            rows.append((name, words, target, NOT_RUN, NOT_RUN))
            continue
        reached = "; ".join(f"{part}: {counted(counts)}" for part, counts in sorted(held["parts"].items()))
        run = held["run"]
        made = f"`{run['command']}` on {run['on']} at {run['commit']}, {run['cores']} cores"
        rows.append((name, words, target, reached, made))
    return table(("Id", "Figure", "Target", "Reached", "Run"), rows)


def counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
