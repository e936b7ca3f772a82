"""How much a check tries in an ordinary run and in a release check, and what a release check writes down.

`make proof` runs every test marked with a figure at its full size; what they reached goes to docs/figures.json, from
which docs/evidence.md is made. Nobody types a figure.
"""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

IS_PROOF = os.environ.get("WC_PROOF") == "1"
FOLDER = Path(__file__).resolve().parents[1] / "test-results" / "figures"


def size(usual: int, proof: int) -> int:
    """Give how many examples, inputs or rounds to try: `usual` with every test run, `proof` in a release check."""
    return proof if IS_PROOF else usual


def reached(figure: str, part: str, **counts: int) -> None:
    """Print what a check counted; a release check keeps it. Counts of one figure and part are added up.

    Call it last in the test, so that a failed check writes nothing: what did not hold reads as not run.
    """
    print(f"{figure}, {part}: " + ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items()))
    if IS_PROOF:
        measured(figure, part, **counts)


def measured(figure: str, part: str, **counts: float) -> None:
    """Keep what `make bench` measured; a ratio stands once for each part, since what is kept of a part is added up."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    line = {"figure": figure, "part": part, "counts": counts}
    (FOLDER / f"{uuid.uuid4()}.json").write_text(json.dumps(line), encoding="utf-8")
