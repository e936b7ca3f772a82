"""The oracle's own calendar: working days in England and Wales, London time, and by when something is due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
DAYS_OFF = holidays.country_holidays("GB", subdiv="ENG", years=range(2026, 2030))


def works(day):
    return day.weekday() < 5 and day not in DAYS_OFF


def nearest(day, step):
    return day if works(day) else nearest(day + timedelta(step), step)


def at(day, clock):
    return datetime.combine(day, clock or time(10), LONDON).astimezone(UTC)


def day_of(moment):
    return moment.astimezone(LONDON).date()


def evening(day):
    return at(day, time(17))


def due_after(received, days, start):
    """By when, counted in working days after the London day of receipt, and whether a hearing set it."""
    day = received.astimezone(LONDON).date()
    due = max(evening(day), received) if works(day) else received
    for _ in range(days):
        day = nearest(day + timedelta(1), 1)
        due = evening(day)
    if start is None:
        return due, False
    lead = (start - timedelta(hours=2)).astimezone(LONDON)
    if not works(lead.date()) or lead.time() < time(9):
        lead = evening(nearest(lead.date() - timedelta(1), -1))
    elif lead.time() > time(17):
        lead = evening(lead.date())
    return (due, False) if lead > due else (max(lead.astimezone(UTC), received), True)


def talk_after(since, days):
    """By when we speak again: so many days later, before a day off, at the end of the working day."""
    return max(evening(nearest(since.astimezone(LONDON).date() + timedelta(days), -1)), since)
