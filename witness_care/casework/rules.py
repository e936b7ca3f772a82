"""Gives the rules a unit works by: the shipped packs, those that were switched on, and the unit's own working hours.

Which packs are switched on is named by the last switch: its id, "" while there was none. What the write path works by
is read with the cases it locks, so no process works by rules that another one has replaced.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from flask import current_app

from witness_care.calendars import HOURS, unit_calendar
from witness_care.casework.models import RulePack, RulePackSwitch
from witness_care.database import session
from workflows.due_bands import BandMarks, BandPolicy, marks_at, policy_on
from workflows.entitlement import Rules
from workflows.rule_file import Pack, Rule
from workflows.rulebook import SHIPPED, Rulebook, default_rulebook, load, shipped_text
from workflows.working_days import london_date

AS_SHIPPED = ""  # the edition of a service in which nobody has switched a pack on
_SEEN = "rulebook_edition"


def rules_for_unit(settings: Mapping[str, Any] | None, edition: str | None = None) -> Rules:
    """Give the rules of a unit whose settings are these. Without an edition the newest one is asked for."""
    ours = {name: value for name, value in (settings or {}).items() if name in (*HOURS, "out_of_hours")}
    return _rules(json.dumps(ours, sort_keys=True), current_edition() if edition is None else edition)


def rulebook(edition: str | None = None) -> Rulebook:
    """Give the packs in force and those that will be; without an edition the newest one."""
    return _book(current_edition() if edition is None else edition)


def edition_column() -> sa.ScalarSelect[str | None]:
    """Give what reads the newest edition inside another statement; it is NULL while no pack was switched."""
    return sa.select(RulePackSwitch.id).order_by(RulePackSwitch.number.desc()).limit(1).scalar_subquery()


def current_edition() -> str:
    """Read the newest edition."""
    found = session().scalar(sa.select(edition_column())) or AS_SHIPPED
    current_app.extensions[_SEEN] = found
    return found


def find_rule(key: str, on: date) -> Rule | None:
    """Find the rule of a duty ("R8-DATE@victims_code_2021") whose clock started then; None when its pack is gone.

    A rule of a pack that this process knows is found without asking the database: an old duty keeps its rule.
    """
    try:
        return _book(current_app.extensions.get(_SEEN, AS_SHIPPED)).rule(key, on)
    except KeyError:
        pass
    try:
        return rulebook().rule(key, on)
    except KeyError:
        return None


def band_marks(now: datetime, edition: str | None) -> BandMarks:
    """Give what parts due soon, overdue and critically overdue at this moment, by the packs in force on its day.

    `edition` is what `edition_column` read, or `current_edition`; None is what it reads before any pack was switched.
    """
    return marks_at(now, _band_policy(edition or AS_SHIPPED, london_date(now)), unit_calendar())


def packs_at(edition: str) -> dict[str, Pack]:
    """Read every pack, by name, as it stands in an edition: the shipped ones first, then the added ones by name."""
    starts = _starts(edition)
    texts = {name: shipped_text(name) for name in SHIPPED}
    added = session().execute(sa.select(RulePack.name, RulePack.text).order_by(RulePack.name))
    texts |= {row.name: row.text for row in added if starts.get(row.name)}
    return {name: load(text, name, starts=starts.get(name)) for name, text in texts.items()}


@lru_cache(maxsize=64)
def _rules(settings: str, edition: str) -> Rules:
    return Rules(_book(edition), unit_calendar(json.loads(settings)))


@cache
def _book(edition: str) -> Rulebook:
    """An edition never changes, so it is put together once in each process."""
    return default_rulebook() if edition == AS_SHIPPED else Rulebook(packs_at(edition).values())


@lru_cache(maxsize=16)
def _band_policy(edition: str, day: date) -> BandPolicy:
    return policy_on(_book(edition), day)


def _starts(edition: str) -> dict[str, date | None]:
    """Say from when each switched pack is on: its last switch up to this edition counts."""
    number = sa.select(RulePackSwitch.number).where(RulePackSwitch.id == edition).scalar_subquery()
    switches = sa.select(RulePackSwitch.pack, RulePackSwitch.starts_on).where(RulePackSwitch.number <= number)
    return {row.pack: row.starts_on for row in session().execute(switches.order_by(RulePackSwitch.number))}
