"""A hearing that has a week and no day: every page says the week, and none a day (domain.md section 6)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.desk import Desk, desk  # noqa: F401
from tests.factories import MadeCase, a_case, a_victim, a_witness, open_duties, said
from tests.reading import text_of
from witness_care.cases.models import Hearing
from witness_care.columns import new_id
from witness_care.database import session
from workflows.events import About, DateKind, HearingClass, HearingConfirmed, When, Where

LEAH = "Leah Jones"
WEEK = "in the week of 11 January 2027"
A_DAY = ("Mon 11 Jan", "Monday 11 January", "11 Jan,")


@pytest.fixture
def case(desk: Desk) -> MadeCase:  # noqa: F811
    case = a_case(a_victim(), a_witness(required=True), officer="")
    in_a_week = HearingConfirmed(
        hearing=new_id(),
        when=When(kind=DateKind.WEEK_COMMENCING, week_commencing=date(2027, 1, 11)),
        where=Where(court="Northbridge Crown Court"),
        about=About(hearing_type="Trial", hearing_class=HearingClass.TRIAL),
    )
    said(case, in_a_week, now="2026-11-20 09:00")
    return case


@pytest.mark.sqlite_only
@pytest.mark.feature("A3")
def test_no_page_names_a_day_for_a_hearing_that_has_only_a_week(desk: Desk, case: MadeCase) -> None:  # noqa: F811
    hearing = session().scalar(sa.select(Hearing.id).where(Hearing.case_id == case.id))
    duty = next(duty for duty in open_duties(case[LEAH]) if duty.topic == "hearing.when_where")
    pages = [
        ("olivia", f"/participants/{case[LEAH]}"),
        ("olivia", f"/participants/{case[LEAH]}/contacts/new?duty={duty.id}"),
        ("olivia", f"/duties/{duty.id}"),
        ("olivia", f"/cases/{case.urn}"),
        ("olivia", f"/hearings/{hearing}"),
        ("sam", "/unit/overdue"),
        ("sam", "/unit/unallocated"),
    ]
    for who, path in pages:
        words = text_of(desk.as_(who).get(path))
        assert WEEK in words.replace("In the", "in the"), path
        assert [day for day in A_DAY if day in words] == [], path
    assert f"listed {WEEK}, Northbridge" in text_of(desk.as_("olivia").get(f"/cases/{case.urn}"))
