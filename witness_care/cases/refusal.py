"""Says why a submission about a case is not accepted: what was expected, what came, what to do."""

from __future__ import annotations


class NotAcceptedError(Exception):
    """The submission names something that is not there, or leaves out what it must say; nothing was changed.

    `where` is a JSON pointer into the document. `received` may hold ids and codes, never a person's details.
    """

    def __init__(self, where: str, *, expected: str, received: str, do: str) -> None:
        super().__init__(f"{where}: expected {expected}. {do}")
        self.where, self.expected, self.received, self.do = where, expected, received, do


class NotThereError(Exception):
    """The case, unit or person does not exist, or belongs to a unit the caller does not work for: one answer."""
