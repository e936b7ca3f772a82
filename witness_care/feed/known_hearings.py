"""The hearings a case already has, as far as matching needs them: which court, which days, which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.models import Hearing, HearingDay, HearingLink
from witness_care.feed.formats.cp_next_hearings import court_key
from workflows.events import HearingClass, HearingConfirmed, HearingListed, HearingMoved, HearingSighted, Where
from workflows.truth import HearingStatus
from workflows.working_days import days_later

Dated = HearingConfirmed | HearingMoved
# What no message means as it stands, but a court list may show: one that lost its date, and one that is off.
LISTABLE = (HearingStatus.DATE_REMOVED.value, HearingStatus.VACATED.value)
LIVE = (HearingStatus.LIVE.value, HearingStatus.UNDATED.value, HearingStatus.STUB.value)


@dataclass(slots=True)
class KnownHearing:
    """One hearing that a message may mean. `days` give each day's time, None when it is to be confirmed."""

    id: str
    hearing_class: str
    court: Where | None = None
    days: dict[date, time | None] = field(default_factory=dict)
    week: date | None = None
    weeks: int = 1
    came_of: set[str] = field(default_factory=set)  # our ids of the hearings it was put off from
    status: str = HearingStatus.LIVE.value

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_vacated(self) -> bool:
        return self.status == HearingStatus.VACATED.value

    @property
    def has_date(self) -> bool:
        return bool(self.days) or self.week is not None

    def fits(self, what: Dated) -> bool:
        """Say whether this could be the hearing a message without a usable id means (feeds.md section 8, rule 2)."""
        if what.about is None or self.hearing_class != what.about.hearing_class:
            return False
        if self.court is not None and not is_same_court(self.court, what.where):
            return False
        if what.when.week_commencing is not None:
            return self.week == what.when.week_commencing
        return any(day.on in self.days for day in what.when.days)

    def is_shown_by(self, seen: HearingSighted) -> bool:
        """Say whether a court list shows this hearing on a day, or in a week, that it has."""
        if self.week is not None:
            last = days_later(self.week, 7 * self.weeks)
            first_days = [seen.when.week_commencing] if seen.when.week_commencing else [d.on for d in seen.when.days]
            return any(self.week <= day < last for day in first_days)
        if seen.when.week_commencing is not None:
            last = days_later(seen.when.week_commencing, 7 * seen.when.weeks)
            return any(seen.when.week_commencing <= day < last for day in self.days)
        return any(day.on in self.days for day in seen.when.days)

    def is_alike(self, other: KnownHearing) -> bool:
        """Say whether one of two hearings may be the double of the other: of one class, court and day or week."""
        same_day = bool(self.days.keys() & other.days.keys()) or (self.week is not None and self.week == other.week)
        return self.hearing_class == other.hearing_class and same_day and is_same_court(self.court, other.court)

    def fits_to_the_minute(self, what: Dated) -> bool:
        return any(day.on in self.days and self.days[day.on] == day.at for day in what.when.days)

    def is_now_shown(self, seen: HearingSighted) -> None:
        """Take over what a list of the same batch shows, before it is written."""
        self.status = HearingStatus.LIVE.value
        self.week = seen.when.week_commencing if not self.days else None
        self.days |= {day.on: day.at for day in seen.when.days}

    def now_stands(self, what: Dated | HearingListed, came_of: set[str]) -> None:
        """Take over what a message of the same batch says, before it is written."""
        self.status = HearingStatus.LIVE.value
        if what.about is not None:
            self.hearing_class = what.about.hearing_class
        self.came_of |= came_of
        if isinstance(what, HearingListed):
            return
        if what.where is not None:
            self.court = what.where
        self.days = {day.on: day.at for day in what.when.days if not day.cancelled}
        self.week = what.when.week_commencing


def hearings_of_cases(session: Session, case_ids: Sequence[str]) -> dict[str, dict[str, KnownHearing]]:
    """Read the hearings that a message may mean, with days and origins, by case and id: two statements."""
    rows = session.execute(
        sa.select(
            Hearing.id,
            Hearing.case_id,
            Hearing.hearing_class,
            Hearing.court,
            Hearing.court_code,
            Hearing.week_commencing,
            Hearing.weeks,
            Hearing.status,
            HearingDay.on_date,
            HearingDay.at_time,
        )
        .outerjoin(HearingDay, sa.and_(HearingDay.hearing_id == Hearing.id, HearingDay.cancelled.is_(sa.false())))
        .where(Hearing.case_id.in_(case_ids), Hearing.status.in_((*LIVE, *LISTABLE)))
        .order_by(Hearing.id, HearingDay.position)
    )
    found: dict[str, dict[str, KnownHearing]] = {}
    for row in rows:
        court = Where(court=row.court, court_code=row.court_code) if row.court or row.court_code else None
        hearing = found.setdefault(row.case_id, {}).setdefault(
            row.id,
            KnownHearing(
                id=row.id,
                hearing_class=row.hearing_class,
                court=court,
                week=row.week_commencing,
                weeks=row.weeks,
                status=row.status,
            ),
        )
        if row.on_date is not None:
            hearing.days[row.on_date] = row.at_time
    links = session.execute(
        sa.select(HearingLink.case_id, HearingLink.hearing_id, HearingLink.from_hearing_id).where(
            HearingLink.case_id.in_(case_ids)
        )
    )
    for link in links:
        if link.hearing_id in found.get(link.case_id, {}):
            found[link.case_id][link.hearing_id].came_of.add(link.from_hearing_id)
    return found


def is_same_court(one: Where | None, other: Where | None) -> bool:
    """Say whether two places are one court: by their codes where both have one, else by name."""
    if one is None or other is None:
        return one is other
    if one.court_code and other.court_code:
        return court_key(one) == court_key(other)
    return "".join(one.court.upper().split()) == "".join(other.court.upper().split())


def is_telling(hearing_class: str) -> bool:
    """Say whether a class of hearing alone can tell which hearing is meant."""
    return hearing_class != HearingClass.OTHER
