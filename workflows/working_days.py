"""Works out by when something is due: working days in England and Wales, London time, and the reason in words.

The only module of the project that does date arithmetic. Instants are aware and leave here in UTC; days are
London dates. Rules are counted in London dates, turned into an instant last, and hours are subtracted in UTC.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

STRICT = "strict"
LENIENT = "lenient"
WORKING_DAYS = "working_days"
CALENDAR_DAYS = "calendar_days"

HEARING_LEAD = timedelta(hours=2)
UNKNOWN_START = time(10)
UNDULY_LENIENT_DAYS = 28
UNDULY_LENIENT_ENDS = time(17)

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calendar:
    """Which days count, and when a unit's working day starts and ends (London time). Two are the same only if one.

    `bank_holidays` gives each bank holiday of England and Wales its name. Before `first_year` and after
    `last_year` they are not known: a due time that needs such a day is marked provisional.
    """

    bank_holidays: Mapping[date, str]
    first_year: int
    last_year: int
    working_day_starts: time = time(9)
    working_day_ends: time = time(17)
    out_of_hours: str = STRICT

    def __post_init__(self) -> None:
        if self.out_of_hours not in (STRICT, LENIENT):
            raise ValueError(
                f'Calendar.out_of_hours: expected "strict" or "lenient", received {self.out_of_hours!r}. '
                "Correct the unit's setting."
            )
        if self.working_day_starts >= self.working_day_ends:
            raise ValueError(
                f"Calendar: expected a working day that starts before it ends, received "
                f"{self.working_day_starts} to {self.working_day_ends}. Correct the unit's working hours."
            )
        if self.first_year > self.last_year:
            raise ValueError(
                f"Calendar: expected first_year up to last_year, received {self.first_year} to {self.last_year}. "
                "Load the bank holidays again."
            )


@dataclass(frozen=True, slots=True)
class DueTime:
    """When something is due, and the calculation in words an officer can check by hand."""

    at: datetime
    clock_start: datetime
    capped: bool
    urgent: bool
    provisional: bool
    working: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """Half of a calculation: an instant, the last London date it needed, and its words."""

    at: datetime
    last_day: date
    working: tuple[str, ...]


def due_time(
    received_at: datetime,
    days: int,
    calendar: Calendar,
    *,
    basis: str = WORKING_DAYS,
    hearing_start: datetime | None = None,
) -> DueTime:
    """When a duty is due whose clock starts at `received_at` (aware) and that allows `days` days.

    Working days (domain rules, section 2): day 0 is the London date of receipt; due at the end of the Nth working
    day after it. With 0 days: the end of day 0, or `received_at` itself when that has passed or day 0 is not a
    working day. A lenient calendar makes the next working day day 0 for a receipt on a day off or after hours.

    Calendar days (keeping in touch): N days after the London date of receipt, at the end of the working day. A day
    off moves back to the last working day, because the agreed interval is a promise; should that not be later than
    day 0, it moves forward instead. Lenient makes no difference.

    With `hearing_start`, the time is capped 2 hours before it. A cap outside working hours moves back to the last
    end of a working day; a cap before receipt makes the duty due at once.
    """
    hearing_start = None if hearing_start is None else _in_utc(hearing_start, "hearing_start")
    return _due_time(_in_utc(received_at, "received_at"), days, calendar, basis, hearing_start)


# Everybody in a case has the same times to count, and one hearing moves for all of them at once.
@lru_cache(maxsize=2048)
def _due_time(
    received_at: datetime, days: int, calendar: Calendar, basis: str, hearing_start: datetime | None
) -> DueTime:
    uncapped = _uncapped(received_at, days, calendar, basis)
    if hearing_start is None:
        return _due(received_at, uncapped, calendar, capped=False)
    cap = _cap(hearing_start, calendar)
    if cap.at > uncapped.at:
        return _due(received_at, uncapped, calendar, capped=False)
    return _due(received_at, _apply_cap(received_at, uncapped, cap), calendar, capped=True)


def london_date(instant: datetime) -> date:
    """The date on the wall in London at this instant. A naive datetime is refused."""
    return local_time(instant).date()


def local_time(instant: datetime) -> datetime:
    """The same instant as London wall-clock time. A naive datetime is refused."""
    _require_aware(instant, "instant")
    return instant.astimezone(LONDON)


def instant_of(day: date, at: time) -> datetime:
    """The UTC instant of a London wall-clock time.

    An hour that the spring clock change skips moves forward (01:30 becomes 02:30); an hour that the autumn change
    repeats is the first of the two.
    """
    return _instant_of(day, at.replace(tzinfo=None))


# The days of a court's list come again and again.
@lru_cache(maxsize=4096)
def _instant_of(day: date, at: time) -> datetime:
    return datetime.combine(day, at.replace(fold=0), tzinfo=LONDON).astimezone(UTC)


def start_of_hearing(day: date, at: time | None = None) -> datetime:
    """The UTC instant a hearing starts, given its London day and time. An unknown time counts as 10:00."""
    return instant_of(day, UNKNOWN_START if at is None else at)


def days_later(day: date, days: int) -> date:
    """The date that many calendar days later; a negative number gives an earlier one."""
    return day + timedelta(days=days)


def months_later(day: date, months: int) -> date:
    """The same day so many calendar months later; the last day of that month where it has no such day."""
    years, months_over = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, months_over + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_working_day(day: date, calendar: Calendar) -> bool:
    """True unless the day is a Saturday, a Sunday or a bank holiday of England and Wales."""
    return day.weekday() < SATURDAY and day not in calendar.bank_holidays


def next_working_day(day: date, calendar: Calendar) -> date:
    """The first working day after `day`, never `day` itself."""
    return _nearest_working_day(days_later(day, 1), 1, calendar)


def previous_working_day(day: date, calendar: Calendar) -> date:
    """The last working day before `day`, never `day` itself."""
    return _nearest_working_day(days_later(day, -1), -1, calendar)


def working_day_after(day: date, days: int, calendar: Calendar) -> date:
    """The working day that many working days after `day`; with 0, `day` itself, whether it counts or not."""
    for _ in range(days):
        day = next_working_day(day, calendar)
    return day


def working_day_before(day: date, days: int, calendar: Calendar) -> date:
    """The working day that many working days before the last one up to `day`; with 0, that last one."""
    day = _nearest_working_day(day, -1, calendar)
    for _ in range(days):
        day = previous_working_day(day, calendar)
    return day


def working_days_between(earlier: datetime, later: datetime, calendar: Calendar) -> int:
    """How many working days late: working days after the London date of `earlier`, up to that of `later`.

    Due Friday 5pm, told Friday 6pm: 0; told Monday 9am: 1. If `later` is not the later of the two, 0.
    """
    day, last = london_date(earlier), london_date(later)
    count = 0
    while day < last:
        day = days_later(day, 1)
        count += is_working_day(day, calendar)
    return count


def unduly_lenient_sentence_date(sentenced_on: date, calendar: Calendar) -> datetime:
    """The safe date (UTC) to ask for a sentence to be reviewed as unduly lenient: rule ULS-28.

    17:00 London on the last working day on or before the sentence and 28 calendar days, the day of the sentence
    being day 0.
    """
    last = days_later(sentenced_on, UNDULY_LENIENT_DAYS)
    return instant_of(_nearest_working_day(last, -1, calendar), UNDULY_LENIENT_ENDS)


def day_in_words(day: date) -> str:
    """A date as officers read it: "Friday 25 December 2026"."""
    return f"{DAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def time_in_words(at: time) -> str:
    """A time of day as officers read it: "5pm", "4:55pm", "midday", "midnight". Seconds are left out."""
    if at.minute == 0 and at.hour in (0, 12):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def instant_in_words(instant: datetime) -> str:
    """An instant as officers read it, in London time: "Friday 25 December 2026 at 4:55pm"."""
    local = local_time(instant)
    return f"{day_in_words(local.date())} at {time_in_words(local.time())}"


def why_not_working(day: date, calendar: Calendar) -> str:
    """Why a day does not count, in words: "Friday 25 December 2026 is Christmas Day". A working day is refused."""
    if day in calendar.bank_holidays:
        return f"{day_in_words(day)} is {calendar.bank_holidays[day]}"
    if day.weekday() >= SATURDAY:
        return f"{day_in_words(day)} is a weekend day"
    raise ValueError(f"Expected a day that does not count, received {day}, a working day. Ask is_working_day first.")


def _uncapped(received_at: datetime, days: int, calendar: Calendar, basis: str) -> _Step:
    if days < 0:
        raise ValueError(f"Expected 0 or more days, received {days}. Correct the rule pack.")
    if basis == WORKING_DAYS:
        return _after_working_days(received_at, days, calendar)
    if basis == CALENDAR_DAYS:
        return _after_calendar_days(received_at, days, calendar)
    raise ValueError(f'Expected "working_days" or "calendar_days", received {basis!r}. Correct the rule pack.')


def _after_working_days(received_at: datetime, days: int, calendar: Calendar) -> _Step:
    start, working = _day_zero(received_at, calendar)
    if days == 0:
        return _end_of_day_zero(received_at, start, working, calendar)
    day = start
    for number in range(1, days + 1):
        following = next_working_day(day, calendar)
        working += _skipped(days_later(day, 1), following, calendar)
        working += (f"{day_in_words(following)} is working day {number}",)
        day = following
    return _Step(instant_of(day, calendar.working_day_ends), day, working)


def _day_zero(received_at: datetime, calendar: Calendar) -> tuple[date, tuple[str, ...]]:
    local = local_time(received_at)
    today = local.date()
    received = f"Received {instant_in_words(received_at)}"
    if calendar.out_of_hours == STRICT:
        return today, (f"{received}: day 0 is {day_in_words(today)}, whatever the hour (strict)",)
    if is_working_day(today, calendar) and local.time() <= calendar.working_day_ends:
        return today, (f"{received}, in working hours: day 0 is {day_in_words(today)} (lenient)",)
    moved = next_working_day(today, calendar)
    if is_working_day(today, calendar):
        why: tuple[str, ...] = (f"{received}, after {time_in_words(calendar.working_day_ends)}",)
    else:
        why = (received, why_not_working(today, calendar))
    skipped = _skipped(days_later(today, 1), moved, calendar)
    return moved, (*why, *skipped, f"Day 0 is the next working day, {day_in_words(moved)} (lenient)")


def _end_of_day_zero(received_at: datetime, start: date, working: tuple[str, ...], calendar: Calendar) -> _Step:
    if not is_working_day(start, calendar):
        reason = why_not_working(start, calendar)
        return _Step(received_at, start, (*working, reason, "No day is allowed: due at once"))
    ends = instant_of(start, calendar.working_day_ends)
    if received_at > ends:
        closed = f"The working day ended at {time_in_words(calendar.working_day_ends)}"
        return _Step(received_at, start, (*working, closed, "No day is allowed: due at once"))
    return _Step(ends, start, (*working, "No day is allowed: due at the end of day 0"))


def _after_calendar_days(received_at: datetime, days: int, calendar: Calendar) -> _Step:
    start = london_date(received_at)
    target = days_later(start, days)
    working: tuple[str, ...] = (
        f"Received {instant_in_words(received_at)}: day 0 is {day_in_words(start)}",
        f"{_days(days)} later, every day counted, is {day_in_words(target)}",
    )
    back = _nearest_working_day(target, -1, calendar)
    day = back if back > start else _nearest_working_day(target, 1, calendar)
    if day < target:
        skipped = _skipped_back(target, day, calendar)
        working += (*skipped, f"The last working day before that is {day_in_words(day)}")
    elif day > target:
        working += (*_skipped(target, day, calendar), f"The next working day is {day_in_words(day)}")
    # With 0 days after hours the end of the day has passed: never due before the clock starts.
    return _Step(max(instant_of(day, calendar.working_day_ends), received_at), max(day, target), working)


def _cap(hearing_start: datetime, calendar: Calendar) -> _Step:
    latest = hearing_start - HEARING_LEAD
    local = local_time(latest)
    day = local.date()
    words = (
        f"The hearing starts {instant_in_words(hearing_start)}: "
        f"tell them at least 2 hours before, by {instant_in_words(latest)}"
    )
    outside = "That is outside working hours"
    if not is_working_day(day, calendar):
        outside = why_not_working(day, calendar)
        back = previous_working_day(day, calendar)
    elif local.time() < calendar.working_day_starts:
        back = previous_working_day(day, calendar)
    elif local.time() > calendar.working_day_ends:
        back = day
    else:
        return _Step(latest, day, (words,))
    ends = instant_of(back, calendar.working_day_ends)
    skipped = _skipped_back(days_later(day, -1), back, calendar)
    return _Step(ends, day, (words, outside, *skipped, f"The last end of a working day is {instant_in_words(ends)}"))


def _apply_cap(received_at: datetime, uncapped: _Step, cap: _Step) -> _Step:
    # Unknown bank holidays could only move the uncapped time later, so only the days the cap needed matter.
    working = (*uncapped.working, *cap.working)
    if cap.at < received_at:
        return _Step(received_at, cap.last_day, (*working, "That had passed at receipt: due at once"))
    return _Step(cap.at, cap.last_day, working)


def _due(received_at: datetime, step: _Step, calendar: Calendar, *, capped: bool) -> DueTime:
    # A cap means that someone may travel to a hearing: that is what urgent says.
    working = (*step.working, f"Due {instant_in_words(step.at)}")
    first_day = london_date(received_at)
    provisional = first_day.year < calendar.first_year or step.last_day.year > calendar.last_year
    if provisional:
        known = f"Bank holidays are known from {calendar.first_year} to {calendar.last_year} only"
        working += (f"{known}: this due time is provisional",)
    return DueTime(step.at, received_at, capped, capped, provisional, working)


def _nearest_working_day(day: date, step: int, calendar: Calendar) -> date:
    while not is_working_day(day, calendar):
        day = days_later(day, step)
    return day


def _skipped(first: date, until: date, calendar: Calendar) -> tuple[str, ...]:
    """Names every day from `first` up to, but without, the working day `until`; nothing when that is no later."""
    return tuple(why_not_working(days_later(first, ahead), calendar) for ahead in range((until - first).days))


def _skipped_back(last: date, until: date, calendar: Calendar) -> tuple[str, ...]:
    """Names every day from `last` back to, but without, the working day `until`; nothing when that is no earlier."""
    return tuple(why_not_working(days_later(last, -back), calendar) for back in range((last - until).days))


def _days(count: int) -> str:
    return "1 calendar day" if count == 1 else f"{count} calendar days"


def _in_utc(instant: datetime, name: str) -> datetime:
    _require_aware(instant, name)
    return instant.astimezone(UTC)


def _require_aware(instant: datetime, name: str) -> None:
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"{name}: expected a datetime with a zone, received a naive one. Give the instant in UTC.")
