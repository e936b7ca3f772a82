"""The core decides from what it is given: it reaches for no service, no database and no clock.

So every decision can be tested, repeated and explained years later. When one of these fails, pass the thing in as an
argument instead. It is right to change a list here only when a new module is itself the one place for that thing.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
READS_THE_TIME = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
FROM = {"datetime", "date", "time"}

WORKING_DAYS = "workflows/working_days.py"
# How many days a sign-in key lasts is no date arithmetic: nobody is owed anything by then.
KEYS_AND_SESSIONS = "witness_care/accounts/"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in ("workflows", "witness_care"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_the_core_loads_nothing_but_python_itself_and_its_state_machines():
    program = (
        "import json, pkgutil, importlib, sys\n"
        "before = set(sys.modules)\n"
        "import workflows\n"
        "for found in pkgutil.walk_packages(workflows.__path__, 'workflows.'):\n"
        "    importlib.import_module(found.name)\n"
        "loaded = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(json.dumps(sorted(loaded - set(sys.stdlib_module_names))))\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    public = {name for name in json.loads(answer.stdout) if not name.startswith("_")}
    assert public <= {"workflows", "transitions", "six"}


def test_only_the_clock_module_reads_the_time():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        if path != "witness_care/clock.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READS_THE_TIME
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and last_name(node.func.value) in FROM
    ]
    assert found == [], "Take `now` as an argument; at the edge ask witness_care.clock.now()"


def test_only_the_working_days_module_does_date_arithmetic():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        if path != WORKING_DAYS and not path.startswith(KEYS_AND_SESSIONS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "timedelta" and counts_days(node, path)
    ]
    assert found == [], "Ask workflows.working_days, which knows bank holidays and both changes of the clock"


def called(call: ast.Call) -> str:
    return last_name(call.func) if isinstance(call.func, ast.Name | ast.Attribute) else ""


def counts_days(call: ast.Call, path: str) -> bool:
    """Whether a duration could be a number of days, other than none; in the core, any duration could."""
    names = {part.arg for part in call.keywords}
    nothing = [part.value for part in call.args if isinstance(part, ast.Constant)] == [0]
    return path.startswith("workflows/") or (bool(call.args) and not nothing) or bool(names & {"days", "weeks"})


def last_name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
