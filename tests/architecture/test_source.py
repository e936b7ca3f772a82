"""Habits of the source that keep data in and attackers out, each with the reason why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "witness_care"


def calls_in(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call in a module, with the last part of the name that is called."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, getattr(node.func, "attr", getattr(node.func, "id", ""))


def places(*names: str) -> list[tuple[str, ast.Call]]:
    return [
        (f"{path.relative_to(PACKAGE)}:{call.lineno}", call)
        for path in PACKAGE.rglob("*.py")
        for call, name in calls_in(path)
        if name in names
    ]


@pytest.mark.proves("SEC-22")
def test_sql_written_as_text_is_fixed_text() -> None:
    """Text put together at run time is how input becomes SQL. Bind values (:name), or use SQLAlchemy's expressions."""
    made_up = [
        where for where, call in places("text") if call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert made_up == []


@pytest.mark.proves("SEC-18")
def test_no_markup_is_made_outside_templates() -> None:
    """Markup() tells the template not to escape. Write a macro, which escapes what it is given."""
    assert [where for where, _ in places("Markup", "render_template_string")] == []


@pytest.mark.proves("SEC-22")
def test_schemas_load_and_never_merely_validate() -> None:
    """validate() returns errors that are easily forgotten; load() raises."""
    forgotten = [
        where
        for where, call in places("validate")
        if isinstance(call.func, ast.Attribute) and "schema" in ast.unparse(call.func.value).lower()
    ]
    assert forgotten == []


@pytest.mark.proves("SEC-28")
def test_the_key_of_each_sealed_column_is_its_own_table_and_name() -> None:
    """The key is bound into every value: with another column's key, a value could be moved there and would open."""
    import witness_care.cases.models
    import witness_care.contacts.models
    import witness_care.feed.models
    import witness_care.people.models  # noqa: F401
    from witness_care.columns import SealedColumn
    from witness_care.database import Base

    sealed = {
        (f"{table.name}.{column.name}", column.type.key)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedColumn)
    }
    assert len(sealed) >= 8
    assert [(name, key) for name, key in sealed if name != key] == []
