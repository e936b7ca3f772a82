"""What people said they need goes with their case: into a merge and out of it, and into both cases of a split."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim, a_witness, at
from tests.reading import text_of
from witness_care import clock
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.cases import merging, splitting
from witness_care.cases.models import CaseCombination
from witness_care.checks.every import check
from witness_care.database import session
from witness_care.needs import service
from witness_care.people.models import Participant
from workflows.events import Said

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"


@pytest.fixture
def sam(desk: Desk) -> Actor:
    return Actor(kind="user", id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))


def said(participant: str, answer: Said, note: str, *, sam: Actor, now: str) -> None:
    answers = {"travel": answer}
    service.save_section(participant, "practical", answers, note, seen="", submission=now, actor=sam, now=at(now))


def page(desk: Desk, participant: str) -> str:
    return text_of(desk.as_("olivia").get(f"/participants/{participant}/needs"))


def test_a_merge_carries_the_newer_answer_with_its_words_and_undone_it_goes_back(desk: Desk, sam: Actor):
    first = a_case(a_victim(LEAH, person_id="leah"), a_witness(NADIA), now="2026-11-20 09:00")
    second = a_case(a_victim(LEAH, person_id="leah"), a_witness("Ben Frost"), now="2026-11-21 09:00")
    said(first[LEAH], Said.NO, "Lives near the court", sam=sam, now="2026-11-23 09:00")
    said(second[LEAH], Said.YES, "Moved to Harwich", sam=sam, now="2026-11-24 09:00")
    said(second["Ben Frost"], Said.YES, "Cannot drive", sam=sam, now="2026-11-24 10:00")

    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam, now=at("2026-11-30 09:00"))

    words = page(desk, first[LEAH])
    assert "Travel Yes Tue 24 Nov" in words
    assert "Moved to Harwich" in words
    assert "Cannot drive" in page(desk, second["Ben Frost"])
    assert problems() == []

    merging.take_apart(the_act(), "Two incidents.", actor=sam, now=at("2026-11-30 09:30"))

    words = page(desk, first[LEAH])
    assert "Travel No Mon 23 Nov" in words
    assert "Lives near the court" in words
    assert "Moved to Harwich" in page(desk, second[LEAH])
    assert problems() == []


def test_after_a_split_what_somebody_of_both_cases_needs_is_known_in_both(desk: Desk, sam: Actor):
    case: MadeCase = a_case(a_witness(NADIA), now="2026-11-20 09:00", defendants=("Aaron Smith", "Bert Brown"))
    said(case[NADIA], Said.YES, "From Harwich", sam=sam, now="2026-11-23 09:00")
    going = case.defendants["Bert Brown"]
    splitting.split(case.urn, [going], "42AB9999926", "Tried apart.", actor=sam, now=at("2026-11-30 09:00"))

    [twin] = session().scalars(others_of(case[NADIA]))
    for participant in (case[NADIA], twin):
        assert "Travel Yes Mon 23 Nov" in page(desk, participant)
        assert "From Harwich" in page(desk, participant)
    assert problems() == []


def others_of(participant: str):
    person = sa.select(Participant.person_id).where(Participant.id == participant).scalar_subquery()
    return sa.select(Participant.id).where(Participant.person_id == person, Participant.id != participant)


def the_act() -> str:
    return session().scalars(sa.select(CaseCombination.id)).one()


def problems() -> list[object]:
    session().rollback()
    return [*check(clock.now(), only="I4"), *check(clock.now(), only="I1")]
