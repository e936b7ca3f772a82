"""The tests here begin at Olivia's desk."""

from tests.desk import desk, statements

__all__ = ["desk", "statements"]
