"""What the marks in the tests say: which tests show a feature, which prove a control."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from scripts.docs_from.table import table

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "tests" / "scenarios"
MARKS = ("feature", "proves")
NONE_YET = "none yet"


def features() -> str:
    """Give each row of the feature list with the tests that show it."""
    rows = re.findall(r"^\| ([A-Z][0-9]+) \| (.+?) \|", _page("features"), flags=re.MULTILINE)
    shown = marked()["feature"]
    return table(("Id", "Feature", "Shown by"), ((name, words, _files(shown.get(name))) for name, words in rows))


def controls() -> str:
    """Give each control with its state and the tests that prove it."""
    rows = re.findall(r"^\| (SEC-[0-9, SEC-]+) \| .+? \| (.+?) \|$", _page("security"), flags=re.MULTILINE)
    proven = marked()["proves"]
    found = []
    for names, state in rows:
        paths = {path for name in names.split(", ") for path in proven.get(name, ())}
        found.append((names, re.split("[:;]", state)[0], _files(paths)))
    return table(("Id", "State", "Proven by"), found)


@cache
def marked() -> Mapping[str, Mapping[str, set[str]]]:
    """Give, for each kind of mark, the files whose tests carry each id."""
    found: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in MARKS}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MARKS):
                continue
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    found[node.func.attr][str(argument.value)].add(path.relative_to(ROOT).as_posix())
    for path in sorted(SCENARIOS.glob("*.toml")):
        for name in tomllib.loads(path.read_text(encoding="utf-8")).get("shows", ()):
            found["feature"][name].add(f"{SCENARIOS.relative_to(ROOT).as_posix()}/")
    return found


def _files(paths: set[str] | None) -> str:
    return ", ".join(f"`{path}`" for path in sorted(paths or ())) or NONE_YET


def _page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
