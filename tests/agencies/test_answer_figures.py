"""How long answers take: each figure against a count by hand, over a bank holiday, and with nothing to count."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest

from tests.desk import Desk
from tests.factories import a_case, a_victim, at
from tests.reading import text_of
from witness_care import database
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.agencies import figures, service
from witness_care.agencies.figures import PERIODS, Period
from witness_care.agencies.models import Agency, Direction, Kind
from witness_care.agencies.service import Asked

_forms = count()
DECEMBER = Period(date(2026, 12, 1), date(2027, 1, 8))


def olivia(desk: Desk) -> Actor:
    return Actor(kind=USER, id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))


def logged(desk: Desk, case: str, asked: str, answered: str = "", *, direction: Direction = Direction.ASKED) -> str:
    """A question to the CPS logged at one London time, and answered at another."""
    said = Asked(
        agency=Agency.CPS,
        direction=direction,
        kind=Kind.QUESTION,
        subject="hearing",
        text="Who will prosecute?",
        on=at(asked).date(),
        submission=f"form-{next(_forms)}",
    )
    query = service.ask(case, said, actor=olivia(desk), now=at(asked))
    if answered:
        submission, now = f"form-{next(_forms)}", at(answered)
        service.answer(query, "I.", "A lawyer", now.date(), submission=submission, actor=olivia(desk), now=now)
    return query


@pytest.mark.feature("S8")
def test_median_longest_and_in_time_are_those_counted_by_hand(desk: Desk) -> None:
    case = a_case(a_victim()).id
    logged(desk, case, "2026-11-20 10:00", "2026-11-30 09:00")  # before the period: not counted
    logged(desk, case, "2026-11-24 10:00", "2026-12-01 17:00")  # 5, due that second: in time
    logged(desk, case, "2026-11-27 16:00", "2026-12-01 09:00")  # 2: Monday and Tuesday
    logged(desk, case, "2026-12-24 10:00", "2026-12-29 10:00")  # 1: Christmas and its substitute day do not count
    logged(desk, case, "2026-12-21 10:00", "2027-01-04 10:00")  # 7, and 5 were allowed
    given_up = logged(desk, case, "2026-12-22 10:00")
    submission = f"form-{next(_forms)}"
    service.close(given_up, "not_needed", "", submission=submission, actor=olivia(desk), now=at("2026-12-23 10:00"))
    logged(desk, case, "2026-12-29 10:00")  # open, due Wednesday 6 January: late on the 8th
    logged(desk, case, "2027-01-07 10:00")  # open
    logged(desk, case, "2026-12-14 10:00", "2026-12-14 16:00", direction=Direction.RECEIVED)

    found = figures.figures(database.session(), olivia(desk), DECEMBER, at("2027-01-08 10:00"))

    [theirs] = found[Direction.ASKED]
    assert (theirs.open, theirs.late, theirs.oldest_days, theirs.not_answered) == (2, 1, 7, 1)
    assert theirs.days == (1, 2, 5, 7)
    assert (theirs.answered, theirs.in_time, theirs.median_days, theirs.longest_days) == (4, 3, 3.5, 7)
    assert theirs.share_in_time is None, "of 4 answers a percentage would mislead"
    [ours] = found[Direction.RECEIVED]
    assert (ours.open, ours.answered, ours.in_time, ours.median_days) == (0, 1, 1, 0)


@pytest.mark.feature("S8")
@pytest.mark.sqlite_only
def test_sam_chooses_the_period_and_reads_how_it_is_counted(desk: Desk) -> None:
    sam = desk.as_("sam")
    empty = text_of(sam.get("/unit/queries/figures"))
    case = a_case(a_victim()).id
    for day in range(2, 13):  # eleven answers of October, the first four of them in time
        logged(desk, case, "2026-10-05 10:00", f"2026-10-{day + 7:02d} 10:00")
    logged(desk, case, "2026-11-23 10:00")

    usual = text_of(sam.get("/unit/queries/figures"))
    month = text_of(sam.get("/unit/queries/figures?period=month"))

    assert "No question is open, and none was answered in this period." in empty
    assert "Answers given from Monday 31 August 2026 to Monday 30 November 2026" in usual
    assert "Open now 1 open: CPS Late now 0 late: CPS Answered 11 In time 4 of 11 (36%)" in usual
    assert "Median 7 working days Longest 10 working days" in usual
    assert "Answered 0 In time None yet Median None yet Longest None yet" in month
    assert "the oldest open question has waited 5 working days" in month
    assert text_of(sam.get("/unit/queries/figures?period=nonsense")) == usual
    assert desk.as_("olivia").get("/unit/queries/figures").status_code == 403


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        ("3-months", date(2026, 11, 30), date(2026, 8, 31), date(2026, 11, 30)),
        ("month", date(2027, 3, 31), date(2027, 3, 1), date(2027, 3, 31)),
        ("12-months", date(2028, 2, 29), date(2027, 3, 1), date(2028, 2, 29)),
        ("last-month", date(2027, 1, 1), date(2026, 12, 1), date(2026, 12, 31)),
        ("last-quarter", date(2027, 1, 1), date(2026, 10, 1), date(2026, 12, 31)),
        ("last-quarter", date(2026, 6, 30), date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_a_period_is_whole_london_days(period: str, today: date, first: date, last: date) -> None:
    assert PERIODS[period][1](today) == Period(first, last)
