"""Files as a unit would make them, from rows of cells. Every person is made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

PEOPLE = ("urn", "participant", "person", "name", "role", "mobile", "mobile_allowed", "required", "safe_contact_note")
TOLD = ("urn", "participant", "topic", "told_at", "hearing", "class", "date", "time", "court", "required")


def a_file(rows: Iterable[Mapping[str, str]], columns: Iterable[str]) -> bytes:
    """Write rows as a spreadsheet does: with a byte order mark, and quoted where needed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def a_person(number: int, urn: str, **cells: str) -> dict[str, str]:
    """A row about somebody; the numbers are of the range that Ofcom keeps for drama."""
    return {
        "urn": urn,
        "participant": f"P{number}",
        "person": f"person-{number}",
        "name": f"Made-up Person {number}",
        "role": "victim" if number % 2 else "witness",
        "mobile": f"07700 900{number % 1000:03}",
        "mobile_allowed": "yes",
    } | cells
