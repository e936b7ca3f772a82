"""Gives the rules a unit works by: the shipped packs and the unit's own working hours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from witness_care.calendars import HOURS, unit_calendar
from workflows.entitlement import Rules
from workflows.rulebook import default_rulebook


def rules_for_unit(settings: Mapping[str, Any] | None) -> Rules:
    """Give the rules of a unit whose settings are these."""
    ours = {name: value for name, value in (settings or {}).items() if name in (*HOURS, "out_of_hours")}
    return _rules(json.dumps(ours, sort_keys=True))


@cache
def _rules(settings: str) -> Rules:
    return Rules(default_rulebook(), unit_calendar(json.loads(settings)))
