"""Prints what was measured as a table, and keeps it: as JSON in full, and the ratios for docs/evidence.md."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg

from tests import figures

PACKAGES = ("Flask", "SQLAlchemy", "Flask-SQLAlchemy", "psycopg", "transitions")
SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "autovacuum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure: what the service took, beside what it is held against, and the goal.

    Times are milliseconds. `better` says whether the ratio should stay below the goal or reach it.
    """

    figure: str
    measure: str
    against: str = ""
    floor_ms: float | None = None
    product_ms: float | None = None
    p95_ms: float | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    goal: float | None = None
    better: str = "below"  # below | above
    note: str = ""
    counts: dict[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio <= self.goal if self.better == "below" else self.ratio >= self.goal

    @property
    def verdict(self) -> str:
        return {True: "met", False: "missed", None: ""}[self.met]


def circumstances(connection: psycopg.Connection[Any], *, size: str, rounds: int, seed: int) -> dict[str, Any]:
    settings = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS}
    connection.rollback()
    return {
        "size": size,
        "rounds": rounds,
        "seed": seed,
        "cores": os.cpu_count(),
        "load_average_at_start": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "postgresql": settings,
    }


def in_words(line: Line) -> str:
    return " ".join(filter(None, _row(line)))


def print_table(lines: Sequence[Line]) -> None:
    heading = ("", "measure", "against", "it ms", "ours ms", "p95", "ratio", "of rounds", "goal", "")
    rows = [heading, *(_row(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for line in lines:
        said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in line.counts.items())
        if said or line.note:
            print(f"{line.figure} {line.measure}: {'. '.join(filter(None, (said, line.note)))}")


def _row(line: Line) -> tuple[str, ...]:
    sign = "<=" if line.better == "below" else ">="
    return (
        line.figure,
        line.measure,
        line.against,
        _number(line.floor_ms),
        _number(line.product_ms),
        _number(line.p95_ms),
        _number(line.ratio),
        f"{line.spread[0]:.2f} to {line.spread[1]:.2f}" if line.spread else "",
        f"{sign} {line.goal:g}" if line.goal is not None else "",
        line.verdict,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def keep(lines: Sequence[Line], around: dict[str, Any], path: Path) -> None:
    """Write the whole as JSON, and each ratio as a figure of this size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    measured = [asdict(line) | {"verdict": line.verdict} for line in lines]
    path.write_text(json.dumps({"circumstances": around, "lines": measured}, indent=1) + "\n", encoding="utf-8")
    for line in lines:
        said = {name: round(value, 2) for name, value in line.counts.items()}
        if line.ratio is not None:
            said = {
                f"times {line.against}" + (f" ({line.verdict})" if line.verdict else ""): round(line.ratio, 2)
            } | said
        if said:
            figures.measured(f"{line.figure} {around['size']}", line.measure, **said)
    load = around["load_average_at_start"][0]
    figures.measured(f"P0 {around['size']}", "machine", cores=around["cores"], load_average_at_start=load)
