# ruff: noqa: F811
"""Two cases become one, and one two again, by a supervisor with a reason; nobody is lost and nobody is told twice."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.desk import Desk, desk  # noqa: F401
from tests.factories import (
    MadeCase,
    a_case,
    a_trial,
    a_victim,
    a_witness,
    at,
    open_duties,
    told_everything,
)
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases import merging
from witness_care.cases.models import CaseCombination, CourtCase
from witness_care.casework import checks, rebuild
from witness_care.contacts.models import Duty
from witness_care.database import session
from workflows import values

pytestmark = pytest.mark.feature("B8")
LEAH, NADIA, OWEN = "Leah Jones", "Nadia Ahmed", "Owen Price"


@pytest.fixture
def sam(desk: Desk) -> Actor:
    return Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))


def owed(participant: str) -> list[tuple[str, Any]]:
    return [(duty.topic, duty.due_at) for duty in open_duties(participant) if duty.topic != values.KEEP_IN_TOUCH]


def state_of(case: MadeCase) -> str:
    return session().scalars(sa.select(CourtCase.state_hash).where(CourtCase.id == case.id)).one()


def nothing_is_wrong(now: str = "2026-12-01 09:00") -> bool:
    session().expire_all()
    assert list(rebuild.differences()) == []
    assert list(checks.check(at(now))) == []
    return True


def the_merge() -> str:
    return session().scalars(sa.select(CaseCombination.id).where(CaseCombination.undone_at.is_(None))).one()


def two_cases(desk: Desk) -> tuple[MadeCase, MadeCase]:
    """Two cases with a trial each; Leah is in the first, Nadia and Owen in the second, nobody was told anything."""
    first = a_case(a_victim(LEAH), now="2026-11-09 09:00")
    second = a_case(
        a_witness(NADIA, required=True), a_victim(OWEN, enhanced=True), now="2026-11-10 09:00", defendants=("Bo Lee",)
    )
    a_trial(first, "2026-12-14 10:00", now="2026-11-11 10:00")
    a_trial(second, "2027-01-11 10:00", now="2026-11-12 10:00")
    return first, second


def test_people_keep_what_they_are_owed_and_by_when(desk: Desk, sam: Actor) -> None:
    first, second = two_cases(desk)
    before = {name: owed(case[name]) for case, name in ((first, LEAH), (second, NADIA), (second, OWEN))}
    rows = {duty.id for name in (NADIA, OWEN) for duty in open_duties(second[name])}
    per_case = {duty.id for duty in open_duties(second[NADIA]) if duty.topic == values.ATTENDANCE}

    merging.merge(first.urn, second.urn, "One incident, charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    assert {name: owed(case[name]) for case, name in ((first, LEAH), (second, NADIA), (second, OWEN))} == before
    still = {duty.id for name in (NADIA, OWEN) for duty in open_duties(second[name])}
    assert still >= rows - per_case, "the same rows stay open, but for the one that speaks of a whole case"
    assert {duty.closed_reason for duty in session().scalars(sa.select(Duty).where(Duty.id.in_(per_case)))} == {"moved"}
    assert {duty.case_id for duty in session().scalars(sa.select(Duty))} == {first.id}
    assert nothing_is_wrong()


def test_a_merge_that_is_undone_leaves_both_as_they_were(desk: Desk, sam: Actor) -> None:
    first, second = two_cases(desk)
    told_everything(second[NADIA], now="2026-11-13 11:00", by=desk.cast.olivia)
    before = state_of(first), state_of(second)
    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))
    assert state_of(first) != before[0]

    merging.take_apart(the_merge(), "They are two incidents.", actor=sam, now=at("2026-11-30 10:00"))

    session().expire_all()
    assert (state_of(first), state_of(second)) == before
    assert owed(second[NADIA]) == []
    assert nothing_is_wrong()
