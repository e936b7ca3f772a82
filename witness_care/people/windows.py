"""Reads the hours in which it is safe to reach somebody, as they are kept with a contact point."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from workflows.safe_contact import Window


def read_window(window: Mapping[str, Any]) -> Window:
    """Give stored hours as the gate asks for them."""
    return Window(
        weekdays=frozenset(window["weekdays"]),
        starts=time.fromisoformat(window["starts"]),
        ends=time.fromisoformat(window["ends"]),
    )
