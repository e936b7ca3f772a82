"""Slows down guessing: an account from one address, one account from everywhere, and one address on all accounts.

Each try is counted before the password is looked at, so that many at once gain nothing; a right one is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from witness_care import database
from witness_care.accounts.models import SignInThrottle
from witness_care.sealing import trace_of

LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)
FORGOTTEN_AFTER = timedelta(hours=24)
FAILURES = {"pair": 5, "account": 50, "address": 100}


@dataclass(frozen=True, slots=True)
class Try:
    """The counters that one try to sign in raised."""

    keys: tuple[tuple[str, str], ...]


def count_a_try(sign_in_name: str, address: str, *, now: datetime) -> Try | datetime:
    """Count a try; or, if it is locked, give the instant until which it is. Runs inside the caller's unit of work."""
    keys = (
        ("pair", trace_of("sign-in pair", f"{sign_in_name}|{address}")),
        ("account", trace_of("sign-in account", sign_in_name)),
        ("address", trace_of("sign-in address", address)),
    )
    session = database.session()
    rows = {
        row.key: row
        for row in session.scalars(
            sa.select(SignInThrottle).where(SignInThrottle.key.in_([key for _, key in keys])).with_for_update()
        )
    }
    locked = [row.locked_until for row in rows.values() if row.locked_until and row.locked_until > now]
    if locked:
        return max(locked)
    for kind, key in keys:
        row = rows.get(key)
        if row is None:
            row = SignInThrottle(key=key, failures=0, locks=0, last_failure_at=now)
            session.add(row)
        _count(row, FAILURES[kind], now)
    session.flush()
    return Try(keys=keys)


def take_back(tried: Try) -> None:
    """The password was right: the pair begins anew, and the other two counters lose this try."""
    session = database.session()
    for kind, key in tried.keys:
        row = session.get(SignInThrottle, key)
        if row is None:
            continue
        if kind == "pair":
            session.delete(row)
        else:
            row.failures = max(0, row.failures - 1)
            row.locked_until = None
    session.flush()


def _count(row: SignInThrottle, most: int, now: datetime) -> None:
    if now - row.last_failure_at > FORGOTTEN_AFTER:
        row.failures, row.locks = 0, 0
    row.failures += 1
    row.last_failure_at = now
    row.locked_until = None
    if row.failures >= most:
        row.locked_until = now + min(LOCK * 2**row.locks, LONGEST_LOCK)
        row.locks += 1
        row.failures = 0
