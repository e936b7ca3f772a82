"""Writes the parts of the documentation that are read from the code, so that no page says what is not so.

`python -m scripts.write_docs` writes them, `--check` only says which are stale. A generated part stands in its page
between `<!-- begin NAME -->` and `<!-- end NAME -->`; what is around it is written by hand.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts.docs_from import commands, engagement, figures, needs, rules, service, tests

ROOT = Path(__file__).resolve().parent.parent

# Which part stands in which page, and what it is read from.
PARTS: Mapping[tuple[str, str], Callable[[], str]] = {
    ("docs/rules.md", "packs"): rules.packs,
    ("docs/rules.md", "rules"): rules.rules,
    ("docs/rules.md", "settings"): rules.settings,
    ("docs/rules.md", "reasons"): rules.reasons,
    ("docs/rules.md", "grounds"): rules.grounds,
    ("docs/needs-assessment.md", "questions"): needs.questions,
    ("docs/engagement.md", "bands"): engagement.bands,
    ("docs/engagement.md", "points"): engagement.points,
    ("docs/engagement.md", "withdrawals"): engagement.withdrawals,
    ("docs/configuration.md", "configuration"): service.configuration,
    ("docs/reliability.md", "faultpoints"): service.faultpoints,
    ("docs/api.md", "routes"): service.api_routes,
    ("docs/api.md", "scopes"): service.scopes,
    ("docs/security.md", "permissions"): service.permissions,
    ("docs/security.md", "pages"): service.pages,
    ("docs/operations.md", "commands"): commands.commands,
    ("CONTRIBUTING.md", "targets"): commands.targets,
    ("docs/evidence.md", "figures"): figures.figures,
    ("docs/evidence.md", "features"): tests.features,
    ("docs/evidence.md", "controls"): tests.controls,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every part, or check it; the exit code is 1 when a checked part is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a part is stale")
    check = parser.parse_args(arguments).check
    stale = []
    for name, text in pages(ROOT).items():
        path = ROOT / name
        if path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
            print(f"{name} is written anew.")
    if check and stale:
        print(f"Expected pages that say what the code says; stale: {', '.join(stale)}. Run make docs.", file=sys.stderr)
        return 1
    return 0


def pages(root: Path) -> dict[str, str]:
    """Give every page that has generated parts, with the parts as they should be."""
    found: dict[str, str] = {}
    for (page, name), make in PARTS.items():
        text = found.get(page) or (root / page).read_text(encoding="utf-8")
        found[page] = with_part(text, name, make(), page=page)
    return found


def with_part(text: str, name: str, content: str, *, page: str) -> str:
    """Give the text of a page with one of its parts replaced."""
    whole = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if len(whole.findall(text)) != 1:
        raise ValueError(f"{page}: expected one part between <!-- begin {name} --> and <!-- end {name} -->. Add it.")
    return whole.sub(lambda found: f"{found[1]}{content.rstrip()}\n{found[2]}", text)


if __name__ == "__main__":
    raise SystemExit(main())
