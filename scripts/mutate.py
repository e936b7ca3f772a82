"""Bends the rules in small ways and counts how many of the bends their tests notice (mutation testing, by mutmut).

`python -m scripts.mutate` does it in a copy of the code under test-results/mutation, for a sample of all bends drawn
with a seed, and stops in time; `--only workflows/tasks.py` draws from one module. `make proof` runs it; what it counted
goes to docs/evidence.md. The bends that no test noticed are listed in test-results/mutation/survivors.txt, each as a
difference.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.figures import measured

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "test-results" / "mutation"
MUTMUT = [sys.executable, "-m", "mutmut"]

# What decides who is owed what, and by when; and the calendar.
MODULES = (
    *("attendance", "duties", "engagement", "entitlement", "journey", "keeping_in_touch", "proceedings"),
    *("referral", "safe_contact", "tasks", "victim_contact_scheme", "working_days"),
)
# Their own tests, and those that play whole stories. Property tests draw other examples each time: they stay out, so
# that the same bend meets the same tests.
TESTS = (
    *("attendance", "contact_scheme_answers", "duties", "engagement", "engagement_facts", "entitlement", "golden"),
    *("journey", "keeping_in_touch", "machines", "proceedings", "referral", "referring", "safe_contact", "scenarios"),
    *("tasks", "victim_contact_scheme", "working_days", "working_days_words"),
)
CONFIGURATION = f"""
[tool.mutmut]
source_paths = ["workflows"]
only_mutate = {[f"workflows/{name}.py" for name in MODULES]}
also_copy = ["witness_care", "conftest.py"]
pytest_add_cli_args = ["-p", "no:randomly", "-p", "no:cacheprovider", "-q"]
pytest_add_cli_args_test_selection = {[f"tests/workflows/test_{name}.py" for name in TESTS]}
"""
# mutmut runs the tests of each bend in a fork of a process that has read the code, and remembers answers. Machines are
# put together, and answers remembered, when a module is read: so each bend reads everything anew. What is remembered is
# forgotten before each test when mutmut looks which test runs which function: else only the first to ask would count.
CONFTEST = """
import os
import sys


def pytest_configure(config):
    if "__mutmut_" in os.environ.get("MUTANT_UNDER_TEST", ""):
        ours = [name for name in sys.modules if name.partition(".")[0] in ("workflows", "witness_care", "tests")]
        for name in ours:
            del sys.modules[name]


def pytest_runtest_setup(item):
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        remembering = sys.modules.get("workflows.working_days")
        for function in vars(remembering).values() if remembering else ():
            if hasattr(function, "cache_clear"):
                function.cache_clear()
"""
# mutmut generates its bends and looks which test runs which function when it runs the first one: this one is always
# there.
FIRST = "workflows.referral.x_next_state__mutmut_1"

# What mutmut notes of each bend, by the exit code of its tests.
NOTICED, SURVIVED, WITHOUT_TESTS, TOO_LONG = "noticed", "survived", "without_tests", "never_ended"
RESULTS = {0: SURVIVED, 1: NOTICED, 3: NOTICED, 5: WITHOUT_TESTS, 33: WITHOUT_TESTS}
RESULTS |= dict.fromkeys((24, 36, 152, 255, -24), TOO_LONG)


def main(arguments: Sequence[str]) -> int:
    """Draw, run and count; 1 when the tests do not pass as they stand, or nothing was tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="how many bends are drawn")
    parser.add_argument("--seed", type=int, default=26)
    parser.add_argument("--seconds", type=int, default=3600, help="when to stop, whatever is left")
    parser.add_argument(
        "--only", help="one module, for example workflows/tasks.py: shows its bends, counts for nothing"
    )
    asked = parser.parse_args(arguments)
    if asked.only and Path(asked.only).stem not in MODULES:
        parser.error(f"--only: expected one of {', '.join(MODULES)}, received {asked.only}. Name one of these.")
    make_copy()
    if run([FIRST], seconds=asked.seconds) != 0:
        print("Expected the tests to pass as they stand. See what mutmut says above.", file=sys.stderr)
        return 1
    everything = sorted(name for name in results() if not asked.only or name.split(".")[1] == Path(asked.only).stem)
    drawn = Random(asked.seed).sample(everything, min(asked.sample, len(everything)))  # noqa: S311  # no secret
    run(drawn, seconds=asked.seconds)
    found = results()
    counted = count({name: found[name] for name in drawn})
    if not counted:
        print("Expected results of mutmut, found none.", file=sys.stderr)
        return 1
    write_survivors([name for name in drawn if found[name] == 0])
    tried = sum(counted.values())
    noticed = counted[NOTICED] + counted[TOO_LONG]
    score = round(100 * noticed / tried, 1)
    print(f"{score} % of {tried} bends noticed, of {len(everything)} there are: {dict(counted)}")
    if asked.only:
        return 0  # a figure is of all the rules
    counts = {"drawn": len(drawn), "of": len(everything), "seed": asked.seed, "tried": tried, "noticed": noticed}
    measured("G14", "the rules and the calendar", **counts)
    measured("G14", "score in percent", percent=score)
    return 0


def make_copy() -> None:
    """Copy what the tests of the rules need; mutmut writes its bends into this copy."""
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for name in ("workflows", "witness_care", "tests"):
        shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (COPY / "pyproject.toml").write_text(settings + CONFIGURATION, encoding="utf-8")
    (COPY / "conftest.py").write_text(CONFTEST, encoding="utf-8")


def run(names: Sequence[str], *, seconds: int) -> int:
    """Try these bends one after another; what was not tried when the time is over stays without a result."""
    log = COPY / "mutmut.log"
    with log.open("a", encoding="utf-8") as kept:
        try:
            done = subprocess.run(
                [*MUTMUT, "run", "--max-children", "1", *names],
                cwd=COPY,
                env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=kept,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"Stopped after {seconds} s; what was tried until then counts: those with the quickest tests.")
            return 0
    if done.returncode != 0:
        print(log.read_text(encoding="utf-8")[-2000:], file=sys.stderr)
    return done.returncode


def results() -> dict[str, int | None]:
    """Read the exit code of the tests for each bend; None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((COPY / "mutants" / "workflows").glob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def count(codes: dict[str, int | None]) -> Counter[str]:
    """Count how the bends ended; one of an unknown kind counts as not noticed."""
    return Counter(RESULTS.get(code, SURVIVED) for code in codes.values() if code is not None)


def write_survivors(names: Sequence[str]) -> None:
    shown = [
        subprocess.run([*MUTMUT, "show", name], cwd=COPY, capture_output=True, text=True, check=False).stdout
        for name in names
    ]
    (COPY / "survivors.txt").write_text("\n".join(shown), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
