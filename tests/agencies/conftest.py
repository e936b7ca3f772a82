"""The unit of `tests.contacts` on Monday 30 November 2026 at 9:42am, with its police and its CPS."""

from tests.desk import desk, statements

__all__ = ["desk", "statements"]
