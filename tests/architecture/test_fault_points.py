"""Every commit of the feed and contact paths is one at which the tests kill the service (reliability.md section 8).

Of a commit that no test ever interrupts nobody knows what a crash there would lose. Name the unit of work
(`writing(Work.…)`), add it to `witness_care/faultpoints.py`, and kill at it in a scenario of `tests/reliability/`. It
is right to change the list here for a unit of work on which no message, contact or duty depends.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from witness_care.faultpoints import Work

PACKAGE = Path(__file__).parents[2] / "witness_care"
KILLED = ("feed", "contacts", "jobs", "agencies")
NAMED_ELSEWHERE = {
    *(Work.KEY_SEEN, Work.SIGN_IN_SEEN, Work.REGISTER_CASE, Work.LOG_READING),
    *(Work.CLAIM_MESSAGE, Work.ANSWERED_MESSAGE),  # killed at in tests/reliability/test_message_kills.py
}

# Where a unit of work opens that nobody kills, as "module.py:function", and why that is right.
NOT_KILLED: dict[str, str] = {
    "contacts/overrides.py:looked_at": "it is one row; without it the contact still waits to be looked at",
    "feed/replay.py:_put_off": "it notes when a message is tried again; without the note the next sweep tries it",
    "jobs/regular.py:forget_old_files": "it takes away what is a day old, and the next hour takes what was left",
}


def units_of_work(path: Path) -> Iterator[tuple[str, str | None]]:
    """Every place of a module that opens writing(), and the work it names."""
    module = path.relative_to(PACKAGE).as_posix()
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.With):
                for item in node.items:
                    if called(item.context_expr) == "writing":
                        yield f"{module}:{function.name}", work_of(item.context_expr)


def called(node: ast.AST) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""


def work_of(call: ast.AST) -> str | None:
    given = call.args[0] if isinstance(call, ast.Call) and call.args else None
    is_named = isinstance(given, ast.Attribute) and isinstance(given.value, ast.Name) and given.value.id == "Work"
    return given.attr if is_named else None


def places(*capabilities: str) -> list[tuple[str, str | None]]:
    return [
        place
        for capability in capabilities
        for path in sorted((PACKAGE / capability).rglob("*.py"))
        for place in units_of_work(path)
    ]


def test_every_unit_of_work_of_the_feed_and_contact_paths_has_its_fault_points() -> None:
    unnamed = {where for where, work in places(*KILLED) if work is None}
    assert unnamed == set(NOT_KILLED), "Name the unit of work, or say in NOT_KILLED why a crash there does no harm."


def test_every_named_unit_of_work_is_opened_somewhere_and_in_one_place_only() -> None:
    named = [work for _, work in places(".") if work]
    assert sorted(named) == sorted(work.name for work in Work)
    assert {work for _, work in places(*KILLED) if work} == {work.name for work in Work if work not in NAMED_ELSEWHERE}


def test_nothing_commits_but_a_unit_of_work() -> None:
    """A commit of one's own would pass by the fault points, the ledger and the one write path."""
    committing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if called(node) == "commit"
    }
    assert committing == {"database.py"}
