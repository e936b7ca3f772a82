"""Reads the packs as they stand on a day: every row with its reference, and who added or switched what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from witness_care import dates
from witness_care.casework.models import RulePack, RulePackSwitch
from witness_care.casework.rules import current_edition, packs_at, rulebook
from witness_care.database import session
from workflows.rule_file import Pack, Rule, Setting
from workflows.rulebook import SHIPPED
from workflows.working_days import days_later


@dataclass(frozen=True, slots=True, kw_only=True)
class PackView:
    """One pack on one day: whether it is in force, from when, and what took or will take its place."""

    pack: Pack
    today: date
    replaced_by: Pack | None
    rules: tuple[Rule, ...]
    settings: tuple[Setting, ...]

    @property
    def name(self) -> str:
        return self.pack.name

    @property
    def is_added(self) -> bool:
        """Whether somebody added it; else it is shipped with the service."""
        return self.name not in SHIPPED

    @property
    def state(self) -> str:
        """ "in force since …", "from …", "switched off", with the pack that replaces it."""
        starts = self.pack.effective_from
        if not self.pack.enabled or starts is None:
            return "switched off"
        stands = f"in force {'since' if starts <= self.today else 'from'} {dates.full_date(starts)}"
        if self.replaced_by is None or self.replaced_by.effective_from is None:
            return stands
        last = dates.full_date(days_later(self.replaced_by.effective_from, -1))
        return f"{stands}, until {last}: then {self.replaced_by.name}"

    @property
    def is_to_come(self) -> bool:
        """Whether it is switched on and has not begun, so that this can be taken back."""
        starts = self.pack.effective_from
        return self.pack.enabled and starts is not None and starts > self.today


def packs(today: date, *, only: str = "", unverified: bool = False) -> list[PackView]:
    """Read the packs that the service knows, with the rows that were not ended; `unverified` leaves the checked out."""
    edition = current_edition()
    known, book = packs_at(edition), rulebook(edition)
    active = [pack for pack in known.values() if pack.enabled]
    return [
        PackView(
            pack=pack,
            today=today,
            replaced_by=next((each for each in active if each.replaces == pack.name), None),
            rules=tuple(rule for rule in _rules_of(pack, book.rules) if not unverified or not is_verified(rule)),
            settings=tuple(row for row in pack.settings if not unverified or not row.reference.verified),
        )
        for pack in known.values()
        if not only or pack.name == only
    ]


def is_verified(rule: Rule) -> bool:
    """Whether both the duty and its number of days were checked against their source."""
    return rule.verified and rule.days_reference.verified


def _rules_of(pack: Pack, complete: Iterable[Rule]) -> Iterable[Rule]:
    """Give the rows of a pack, in its order, with their days; of a pack that is off, as its file states them."""
    if not pack.enabled:
        return pack.rules
    return [rule for rule in complete if rule.pack == pack.name]


def added_packs() -> Sequence[RulePack]:
    return session().scalars(sa.select(RulePack).order_by(RulePack.name)).all()


def switches() -> Sequence[RulePackSwitch]:
    """Read every switch, the newest first."""
    return session().scalars(sa.select(RulePackSwitch).order_by(RulePackSwitch.number.desc()).limit(100)).all()


def texts() -> dict[str, str]:
    """Give the text of every pack that is not in force by itself, by name: what can be switched on or tried out."""
    from workflows.rulebook import default_rulebook, shipped_text

    off = [pack.name for pack in default_rulebook().packs if not pack.enabled]
    return {name: shipped_text(name) for name in off} | {row.name: row.text for row in added_packs()}
