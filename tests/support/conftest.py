"""The tests here begin at Olivia's desk, on Monday 30 November 2026 at 9:42am."""

from tests.desk import desk

__all__ = ["desk"]
