"""A proposed date is tried out on the real path: who cannot come, what would be owed, and nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import pytest
import sqlalchemy as sa

from tests.desk import Desk, desk
from tests.factories import MadeCase, a_case, a_trial, a_victim, a_witness, at, said, told_everything
from tests.reading import text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases import what_if
from witness_care.cases.document import RequirementGiven
from witness_care.casework.dry_run import CHANGES, OPENS
from witness_care.database import Base, session
from workflows import values
from workflows.availability import Free
from workflows.events import (
    AvailabilityAsked,
    DateKind,
    DatesAway,
    HearingDay,
    HearingMoved,
    Said,
    SpecialMeasureStated,
    When,
    Where,
)

__all__ = ["desk"]
pytestmark = pytest.mark.feature("G2")

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    leah = a_victim(LEAH, requirement=RequirementGiven(required=True))
    return a_case(leah, a_witness(NADIA, required=True), now="2026-11-20 09:00")


@pytest.fixture
def trial(case: MadeCase) -> str:
    hearing = a_trial(case, "2027-03-15 10:00", now="2026-11-20 10:00")
    away = (DatesAway(first=date(2027, 3, 22), last=date(2027, 3, 26), because="holiday"),)
    said(case, AvailabilityAsked(participant=case[NADIA], answer=Said.YES, away=away), now="2026-11-20 11:00")
    screens = SpecialMeasureStated(participant=case[LEAH], measure="screens", decision="granted")
    said(case, screens, now="2026-11-20 12:00")
    return hearing


def whole_database() -> Mapping[str, tuple[int, str]]:
    """Every table with how many rows it has and a hash of all that stands in them."""
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = sorted(repr(tuple(row)) for row in session().execute(sa.select(table)))
        found[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def to(day: date) -> When:
    return When(kind=DateKind.FIXED, days=(HearingDay(on=day),))


def test_trying_a_date_says_what_would_follow_and_leaves_every_row_as_it_was(desk: Desk, case: MadeCase, trial: str):
    told_everything(case[LEAH], now="2026-11-21 09:00", by="user:olivia")
    olivia = Actor(kind=USER, id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))
    before = whole_database()
    fact = HearingMoved(hearing=trial, when=to(date(2027, 3, 22)), where=Where(court="Westmarch Crown Court"))

    found = what_if.try_date(case.urn, case.id, trial, fact, actor=olivia, now=at("2026-11-30 11:00"))

    session().expire_all()
    assert whole_database() == before
    assert {each: answer.free for each, answer in found.can_come.items()} == {
        case[LEAH]: Free.NOT_ASKED,
        case[NADIA]: Free.NO,
    }
    assert {each: [line.what for line in found.to_confirm[each]] for each in found.to_confirm} == {
        case[LEAH]: ["measure:screens"],
        case[NADIA]: [],
    }
    when_where = {each.participant_id: each.what for each in found.differences if each.topic == values.WHEN_WHERE}
    assert when_where == {case[LEAH]: OPENS, case[NADIA]: CHANGES}


@pytest.mark.sqlite_only
def test_the_page_takes_a_date_and_says_who_cannot_come(desk: Desk, case: MadeCase, trial: str):
    officer = desk.as_("olivia")
    address = f"/hearings/{trial}/what-if"
    assert "Try a date" in text_of(officer.get(address))
    assert address in officer.get(f"/hearings/{trial}").text
    asked = {"day-day": "22", "day-month": "3", "day-year": "2027", "length": "2", "court": "Westmarch Crown Court"}
    words = text_of(officer.get(address, query_string=asked))
    assert "Nothing was written." in words
    assert "1 of 2 whom the CPS requires cannot come;" in words
    assert "Nadia Ahmed Free? No, away Monday 22 March 2027 to Friday 26 March 2027" in words
    assert "Leah Jones Free? Not asked To confirm anew: Screens" in words
    assert "15 March 2027" in text_of(officer.get(f"/hearings/{trial}"))
    assert "1 was not asked or would not say, which does not mean that they can." in words
    wrong = officer.get(address, query_string=asked | {"day-month": "14"})
    assert wrong.status_code == 400
    past = officer.get(address, query_string=asked | {"day-year": "2020"})
    assert past.status_code == 400
    assert "Enter a day that is not past" in text_of(past)
    assert "Enter a real date" in text_of(wrong)
    assert desk.as_("noor").get(address).status_code == 404
