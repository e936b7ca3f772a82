"""Puts what a release check or `make bench` reached into docs/figures.json: each figure it ran replaces the one held.

`python -m scripts.keep_figures "make proof"` names the command that was run.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.figures import FOLDER

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "docs" / "figures.json"


def main(arguments: Sequence[str]) -> int:
    """Keep what was reached; 1 when there is nothing to keep."""
    found = sorted(FOLDER.glob("*.json"))
    if not found:
        print("Expected figures of a release check; there are none. Run make proof.", file=sys.stderr)
        return 1
    lines = [json.loads(path.read_text(encoding="utf-8")) for path in found]
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept |= added_up(lines, run={"command": " ".join(arguments) or "make proof", **this_run()})
    KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{KEPT.relative_to(ROOT)} holds {', '.join(sorted({line['figure'] for line in lines}))} of this run.")
    return 0


def added_up(lines: Sequence[Mapping[str, Any]], run: Mapping[str, Any]) -> dict[str, Any]:
    """Add up the counts of each part of each figure, beside what was run."""
    parts: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for line in lines:
        for name, count in line["counts"].items():
            parts[line["figure"]][line["part"]][name] += count
    return {
        figure: {"parts": {part: dict(counts) for part, counts in theirs.items()}, "run": dict(run)}
        for figure, theirs in parts.items()
    }


def this_run() -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip() or "unknown",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
