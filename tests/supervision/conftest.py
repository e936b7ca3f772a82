"""The unit of `tests.contacts`, seen by Sam, who supervises it, on Monday 30 November 2026 at 9:42am."""

from tests.desk import desk, statements

__all__ = ["desk", "statements"]
