"""Due times against an independent calendar and an independent way of counting, over every known day."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from witness_care.calendars import unit_calendar
from workflows.working_days import due_time

FIRST, LAST = date(2012, 1, 1), date(2028, 12, 31)
ALLOWANCES = (0, 1, 5, 10)

# Early, within hours, the last minute, one minute late, before midnight.
RECEIPT_CLASSES = (time(0, 30), time(10, 0), time(17, 0), time(17, 1), time(23, 30))


@pytest.fixture(scope="module")
def working_days_in_order() -> list[date]:
    off = set(holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST.year, LAST.year + 1)))
    every_day = (date.fromordinal(number) for number in range(FIRST.toordinal(), LAST.toordinal() + 1))
    return [day for day in every_day if day.isoweekday() <= 5 and day not in off]


def expected_due(received: datetime, days: int, policy: str, working: list[date]) -> datetime | None:
    """Counts by position in the list of all working days; None when the list ends."""
    position = bisect_left(working, received.date())
    is_working = working[position : position + 1] == [received.date()]
    after_hours = received.time() > time(17)
    ends_today = is_working and not after_hours
    if policy == "strict" and days == 0 and not ends_today:
        return received.astimezone(UTC)
    # The day of receipt is day 0; a day off stands just before the first working day after it.
    counted = position + days if is_working else position + days - 1
    if policy == "lenient" and not ends_today:
        counted += 1
    if counted >= len(working):
        return None
    return datetime.combine(working[counted], time(17), ZoneInfo("Europe/London")).astimezone(UTC)


@pytest.mark.feature("E2")
@pytest.mark.parametrize("policy", ["strict", "lenient"])
@pytest.mark.parametrize("at", RECEIPT_CLASSES)
def test_every_known_day_agrees_with_an_independent_calendar(policy, at, working_days_in_order):
    calendar = unit_calendar({"out_of_hours": policy})
    for offset in range((LAST - FIRST).days + 1):
        received = datetime.combine(FIRST + timedelta(days=offset), at, ZoneInfo("Europe/London"))
        days = ALLOWANCES[offset % len(ALLOWANCES)]
        answer = due_time(received, days, calendar)
        expected = expected_due(received, days, policy, working_days_in_order)
        assert answer.provisional == (expected is None), received
        if expected is not None:
            assert answer.at == expected, (received, days, policy)
