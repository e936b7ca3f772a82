"""Says how an open duty stands with its time: not due yet, due soon, overdue or critically overdue.

How near is soon and how late is critical is local policy: four numbers of the rule packs, in working days. Days are
London dates, as everywhere: a duty that is "5 working days late" in words is so from the first minute of that day. The
passing of time writes nothing: a band is asked, never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from workflows import working_days
from workflows.rule_file import Rule
from workflows.rulebook import Rulebook
from workflows.working_days import WORKING_DAYS, Calendar

SOON, CRITICAL = "due_soon_days", "critically_overdue_days"
CRITICAL_IF_SHORT, SHORT = "critically_overdue_days_short", "short_time_days"
SETTINGS = (SOON, CRITICAL, CRITICAL_IF_SHORT, SHORT)


class DueBand(StrEnum):
    """How an open duty stands with its time. A closed one stands nowhere: it was met or it was not."""

    NOT_DUE_YET = "not_due_yet"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    CRITICALLY_OVERDUE = "critically_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPolicy:
    """When a duty is due soon and critically overdue, in working days, and which rules have a short time.

    `short_rules` are short for everybody, `short_if_enhanced` for whoever gets the shorter time of enhanced rights.
    """

    soon: int
    critical: int
    critical_if_short: int
    short_rules: frozenset[str]
    short_if_enhanced: frozenset[str]

    def is_short(self, rule: str, *, priority: int, gets_enhanced_time: bool) -> bool:
        """Whether this duty is critical sooner: its rule allows little time, or a hearing set its due time."""
        if priority == 0 or rule in self.short_rules:
            return True
        return gets_enhanced_time and rule in self.short_if_enhanced


@dataclass(frozen=True, slots=True, kw_only=True)
class BandMarks:
    """The instants (UTC) that part the bands at one moment, so that a query can compare with them too.

    Due before `critical_before` is critically overdue, due before `now` overdue, due before `soon_before` due soon.
    """

    now: datetime
    soon_before: datetime
    critical_before: datetime
    critical_before_if_short: datetime
    policy: BandPolicy


def policy_on(book: Rulebook, day: date) -> BandPolicy:
    """Read the policy that holds on a London date.

    A short time is never given longer than an ordinary one: the smaller of the two numbers counts for it.
    """
    soon, critical, critical_if_short, short = (_setting(book, name, day) for name in SETTINGS)
    rules = tuple(rule for rule in book.rules if rule.unit == "days" and rule.days_basis == WORKING_DAYS)
    return BandPolicy(
        soon=soon,
        critical=critical,
        critical_if_short=min(critical, critical_if_short),
        short_rules=frozenset(_keys(rules, short, enhanced=False)),
        short_if_enhanced=frozenset(_keys(rules, short, enhanced=True)),
    )


def _setting(book: Rulebook, name: str, day: date) -> int:
    """Give the number in force on a day; of a day before any was, the one that stands now: it sorts, no more."""
    try:
        return book.setting_in_full(name, day).value
    except KeyError:
        return book.setting_in_full(name).value


def marks_at(now: datetime, policy: BandPolicy, calendar: Calendar) -> BandMarks:
    """Work out what parts the bands at `now` (aware)."""
    today = working_days.london_date(now)

    def critical_before(days: int) -> datetime:
        return _starts(working_days.working_day_before(today, days - 1, calendar)) if days else now

    return BandMarks(
        now=now,
        soon_before=_starts(working_days.working_day_after(today, policy.soon + 1, calendar)),
        critical_before=critical_before(policy.critical),
        critical_before_if_short=critical_before(policy.critical_if_short),
        policy=policy,
    )


def band_of(due_at: datetime, marks: BandMarks, *, is_short: bool) -> DueBand:
    """Say the band of an open duty. At its due time to the second it is not overdue yet."""
    if due_at >= marks.soon_before:
        return DueBand.NOT_DUE_YET
    if due_at >= marks.now:
        return DueBand.DUE_SOON
    critical_before = marks.critical_before_if_short if is_short else marks.critical_before
    return DueBand.CRITICALLY_OVERDUE if due_at < critical_before else DueBand.OVERDUE


def soon_from(due_at: datetime, policy: BandPolicy, calendar: Calendar) -> datetime:
    """Give the first instant (UTC) at which a duty is due soon, had it been owed by then."""
    return _starts(working_days.working_day_before(working_days.london_date(due_at), policy.soon, calendar))


def critical_from(due_at: datetime, policy: BandPolicy, calendar: Calendar, *, is_short: bool) -> datetime:
    """Give the first instant (UTC) at which a duty is critically overdue; where 0 days are allowed, its due time."""
    days = policy.critical_if_short if is_short else policy.critical
    late_by = working_days.working_day_after(working_days.london_date(due_at), days, calendar)
    return _starts(late_by) if days else due_at


def _starts(day: date) -> datetime:
    return working_days.instant_of(day, time(0))


def _keys(rules: Iterable[Rule], most: int, *, enhanced: bool) -> Iterator[str]:
    return (rule.key for rule in rules if rule.days(enhanced) <= most)
