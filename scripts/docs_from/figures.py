"""What the release checks and `make bench` reached, from docs/figures.json: what did not run reads as not run."""

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
    "G14": ("small wrong changes of the rules, drawn with a seed, that their tests notice", "90 % of those tried"),
}

# What `make bench` measures, as docs/performance.md explains it; each at every size of the data.
MEASURED = {
    "P0": ("the machine that measured", ""),
    "P1": ("one hearing moved, beside raw psycopg that writes the same rows", "at most 2.5 times"),
    "B1": ("one hearing moved, beside the obvious build", "at least 3 times faster"),
    "P5": ("2,000 hearings moved at once, beside one by one", "at least 8 times faster"),
    "P4": ("2,000 hearings moved at once, beside raw psycopg that writes the same rows", ""),
    "B2": ("2,000 hearings moved at once, beside the obvious build", ""),
    "H1": ("one hearing moved, as a message over HTTP", ""),
    "P14": ("a message for the second time", "at most 2 statements"),
    "P6": ("a page of a queue, beside its own SQL without the service", "at most 1.5 times"),
    "P7": ("a page of a queue, far down and among many more duties", "at most 1.3 times"),
}
SIZES = ("small", "force")
FIGURES |= {f"{name} {size}": of for name, of in MEASURED.items() for size in SIZES}


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


def counted(counts: dict[str, float]) -> str:
    return ", ".join(f"{_number(count)} {name.replace('_', ' ')}" for name, count in counts.items())


def _number(count: float) -> str:
    return f"{count:,}" if count == round(count) and isinstance(count, int) else f"{count:,.2f}"
