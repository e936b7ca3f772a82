"""Counts who may be drifting away from a case: points for dated facts, each with its reason, and what would help.

A concern means "help sooner". It is a sum of stated points (rule_packs/engagement_points.toml), no probability and no
model, and it reads nothing about who a person is: never age, sex, ethnicity, nationality, belief or the like. What the
service does not hold gives no points and says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from functools import partial

from workflows.engagement_pack import EngagementPack, Factor
from workflows.working_days import day_in_words, days_later, instant_of, london_date, months_later

TIMES = {1: "once", 2: "twice", 3: "three times"}


class Band(StrEnum):
    """How soon to help. "not_enough": nobody was ever spoken with or tried, so a low sum would say nothing."""

    NOT_FOLLOWED = "not_followed"
    NOT_ENOUGH = "not_enough"
    ROUTINE = "routine"
    WATCH = "watch"
    RAISED = "raised"
    HIGH = "high"

    @property
    def rank(self) -> int:
        return tuple(Band).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a concern may look at, all of it dated (UTC). None and empty mean not known, which gives no points.

    `relists` are the changes of the trial that moved most often, `officer_changes` the times another officer took over;
    `practical_need_since` is when they first said that they need help which nobody has arranged.
    """

    reluctant_since: datetime | None = None
    withdrew_at: datetime | None = None
    safety_concern_since: datetime | None = None
    missed_in_a_row: int = 0
    last_missed_at: datetime | None = None
    silent_since: datetime | None = None
    agreed_days: int = 0
    relists: tuple[datetime, ...] = ()
    late_change_at: datetime | None = None
    unexplained_change_at: datetime | None = None
    case_since: datetime | None = None
    offence_context_since: datetime | None = None
    code_duties_due: tuple[datetime, ...] = ()
    officer_changes: tuple[datetime, ...] = ()
    last_two_way_at: datetime | None = None
    anything_recorded: bool = False
    needs_assessment_due_at: datetime | None = None
    practical_need_since: datetime | None = None

    measures_asked_for_at: datetime | None = None
    trial_at: datetime | None = None
    no_support_referral_since: datetime | None = None
    support_engaged_since: datetime | None = None
    visited_court_at: datetime | None = None
    measures_known_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One fact that counts, in a sentence with its date. `points` are negative where the fact takes some off."""

    factor: str
    points: int
    words: str
    on: date
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What the facts add up to. `next_review_at` is when time alone next changes any of it; None: never."""

    points: int
    band: Band
    reasons: tuple[Reason, ...] = ()
    lowers: tuple[str, ...] = ()
    suggested_action: str = ""
    next_review_at: datetime | None = None


NOT_FOLLOWED = Concern(points=0, band=Band.NOT_FOLLOWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one factor finds: how much there is of it, since when, and when time alone changes that."""

    count: int
    on: datetime | None
    changes_at: tuple[datetime, ...] = ()
    agreed: int = 0


_NOTHING_FOUND = _Found(count=0, on=None)


def assess(facts: Facts, pack: EngagementPack, now: datetime) -> Concern:
    """Add up what counts on the London date of `now` (UTC), with every reason, what to do first and what would help."""
    today = london_date(now)
    reasons: list[Reason] = []
    lowers: list[str] = []
    moments: list[datetime] = []
    is_high = False
    for factor in pack.factors:
        found = READS[factor.key](facts, factor, now)
        moments += found.changes_at
        moments += _period(factor) if found.on is not None else ()
        points = factor.points(found.count) if factor.is_in_force(today) else 0
        if not points or found.on is None:
            continue
        reasons.append(_reason(factor, found, points))
        lowers += [factor.lowered_by] if factor.lowered_by else []
        is_high = is_high or factor.high
    points = max(0, sum(reason.points for reason in reasons))
    return Concern(
        points=points,
        band=_band(facts, pack, points, is_high=is_high),
        reasons=tuple(sorted(reasons, key=lambda reason: -reason.points)),
        lowers=tuple(dict.fromkeys(lowers)),
        suggested_action=_first_action(reasons, pack),
        next_review_at=min((moment for moment in moments if moment > now), default=None),
    )


def _band(facts: Facts, pack: EngagementPack, points: int, *, is_high: bool) -> Band:
    band = Band.HIGH if is_high else Band(pack.band(points))
    return Band.NOT_ENOUGH if band is Band.ROUTINE and not facts.anything_recorded else band


def _reason(factor: Factor, found: _Found, points: int) -> Reason:
    assert found.on is not None
    on = london_date(found.on)
    words = factor.sentence.format(
        on=day_in_words(on),
        count=found.count,
        times=TIMES.get(found.count, f"{found.count} times"),
        agreed=found.agreed,
    )
    signed = -points if factor.takes_off else points
    return Reason(factor=factor.key, points=signed, words=words, on=on, action=factor.action)


def _first_action(reasons: list[Reason], pack: EngagementPack) -> str:
    """Give what to do first: about what alone makes the concern high, else about what counts most."""
    high = {factor.key for factor in pack.factors if factor.high}
    asking = [reason for reason in reasons if reason.action]
    return max(asking, key=lambda reason: (reason.factor in high, reason.points), default=_NOTHING).action


_NOTHING = Reason(factor="", points=0, words="", on=date.min)


def _period(factor: Factor) -> Iterator[datetime]:
    yield instant_of(factor.valid_from, time())
    if factor.valid_to is not None:
        yield instant_of(days_later(factor.valid_to, 1), time())


# --- what each factor reads ---------------------------------------------------------------------------------------


def _since(name: str, facts: Facts, factor: Factor, now: datetime) -> _Found:
    """A fact that stands since a moment; not known, or not so: nothing."""
    on: datetime | None = getattr(facts, name)
    return _Found(count=1, on=on)


def _each(name: str, facts: Facts, factor: Factor, now: datetime) -> _Found:
    """A fact that counts by how often it happened; its date is that of the last time."""
    moments: tuple[datetime, ...] = getattr(facts, name)
    return _Found(count=len(moments), on=max(moments, default=None))


def _reluctance(facts: Facts, factor: Factor, now: datetime) -> _Found:
    stands = facts.reluctant_since is not None and facts.withdrew_at is None
    return _Found(count=int(stands), on=facts.reluctant_since)


def _missed(facts: Facts, factor: Factor, now: datetime) -> _Found:
    return _Found(count=facts.missed_in_a_row, on=facts.last_missed_at)


def _silence(facts: Facts, factor: Factor, now: datetime) -> _Found:
    """Count whole agreed intervals that are over: the first is over when the day after its last day begins."""
    if facts.silent_since is None or not facts.agreed_days:
        return _NOTHING_FOUND
    first = london_date(facts.silent_since)
    ends = [
        (step.begins, instant_of(days_later(first, step.begins * facts.agreed_days + 1), time()))
        for step in factor.steps
    ]
    return replace(_reached(ends, facts.silent_since, now), agreed=facts.agreed_days)


def _case_age(facts: Facts, factor: Factor, now: datetime) -> _Found:
    if facts.case_since is None:
        return _NOTHING_FOUND
    first = london_date(facts.case_since)
    ends = [(step.begins, instant_of(days_later(months_later(first, step.begins), 1), time())) for step in factor.steps]
    return _reached(ends, facts.case_since, now)


def _reached(ends: list[tuple[int, datetime]], since: datetime, now: datetime) -> _Found:
    count = max((begins for begins, end in ends if end <= now), default=0)
    return _Found(count=count, on=since, changes_at=tuple(end for _, end in ends))


def _due(moments: tuple[datetime, ...], now: datetime) -> _Found:
    """Count what is due by now. Only the first is named, so what falls due after it changes nothing."""
    over = [moment for moment in moments if moment <= now]
    following = () if over else moments
    return _Found(count=1 if over else 0, on=min(over, default=None), changes_at=following)


def _overdue(facts: Facts, factor: Factor, now: datetime) -> _Found:
    return _due(facts.code_duties_due, now)


def _needs_assessment(facts: Facts, factor: Factor, now: datetime) -> _Found:
    return _due((facts.needs_assessment_due_at,) if facts.needs_assessment_due_at else (), now)


def _measures(facts: Facts, factor: Factor, now: datetime) -> _Found:
    if facts.measures_asked_for_at is None or facts.trial_at is None:
        return _NOTHING_FOUND
    close = instant_of(days_later(london_date(facts.trial_at), 1 - factor.within_days), time())
    return _Found(count=int(close <= now), on=facts.measures_asked_for_at, changes_at=(close,))


def _spoke_lately(facts: Facts, factor: Factor, now: datetime) -> _Found:
    if facts.last_two_way_at is None:
        return _NOTHING_FOUND
    ends = instant_of(days_later(london_date(facts.last_two_way_at), factor.within_days + 1), time())
    return _Found(count=int(now < ends), on=facts.last_two_way_at, changes_at=(ends,))


READS: Mapping[str, Callable[[Facts, Factor, datetime], _Found]] = {
    "STATED_RELUCTANCE": _reluctance,
    "WITHDRAWN": partial(_since, "withdrew_at"),
    "SAFETY_CONCERN": partial(_since, "safety_concern_since"),
    "MISSED_CONTACT": _missed,
    "SILENCE": _silence,
    "RELIST_COUNT": partial(_each, "relists"),
    "LATE_CHANGE": partial(_since, "late_change_at"),
    "UNEXPLAINED_CHANGE": partial(_since, "unexplained_change_at"),
    "CASE_AGE": _case_age,
    "OFFENCE_CONTEXT": partial(_since, "offence_context_since"),
    "NEEDS_ASSESSMENT_OVERDUE": _needs_assessment,
    "SPECIAL_MEASURES_UNRESOLVED": _measures,
    "NO_SUPPORT_REFERRAL": partial(_since, "no_support_referral_since"),
    "WCO_CHANGED": partial(_each, "officer_changes"),
    "UNMET_PRACTICAL": partial(_since, "practical_need_since"),
    "OVERDUE_DUTY": _overdue,
    "SPOKE_LATELY": _spoke_lately,
    "SUPPORT_ENGAGED": partial(_since, "support_engaged_since"),
    "VISIT_DONE": partial(_since, "visited_court_at"),
    "MEASURES_GRANTED": partial(_since, "measures_known_since"),
}
