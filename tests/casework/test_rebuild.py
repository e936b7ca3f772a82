"""A case is what its journal says: proved on live rows, whatever the order in which messages were processed."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.casework.world import SmallCase, a_small_case, applied, at
from witness_care.cases.models import CourtCase
from witness_care.casework.rebuild import differences, rebuild
from witness_care.database import session, writing
from workflows import events


@pytest.fixture(autouse=True)
def _inside_the_application(app: Flask):
    with app.app_context():
        yield


def messages(case: SmallCase):
    trial = f"{case.id}-trial"
    return [
        case.listed("2026-03-09", "2026-01-12 10:00", version=1),
        case.listed("2026-03-16", "2026-01-13 10:00", version=2),
        case.event(events.TrialVacated(hearing=trial, reason="reason-1"), "2026-01-14 10:00", version=3),
        case.event(events.TrialUnvacated(hearing=trial), "2026-01-15 10:00", version=4),
    ]


def test_any_order_of_the_same_messages_folds_to_the_same_state():
    hashes = set()
    for number, order in enumerate(itertools.permutations(range(4))):
        if number % 5:
            continue  # five orders of twenty-four, spread over all of them
        case = a_small_case(f"case-{number}", witnesses=1)
        sent = messages(case)
        for position in order:
            applied(sent[position])
            applied(sent[position])
        state_hash = session().scalars(sa.select(CourtCase.state).where(CourtCase.id == case.id)).one()
        hashes.add(repr(state_hash).replace(case.id, "case"))
        session().rollback()

    assert list(differences()) == []
    assert len({text.split("'topics'")[0] for text in hashes}) == 1


def test_a_state_that_was_changed_by_hand_is_named_and_mended():
    case = a_small_case(witnesses=1)
    other = a_small_case("other", witnesses=1)
    for one in (case, other):
        applied(*messages(one)[:2])
    with writing() as unit_of_work:
        row = unit_of_work.get(CourtCase, case.id)
        damaged = dict(row.state)
        damaged["people"] = {name: {**person, "journey": "closed"} for name, person in damaged["people"].items()}
        row.state = damaged

    assert [difference.case_id for difference in differences()] == [case.id]

    with writing():
        assert rebuild(now=at("2026-02-01 09:00")) == 2
    assert list(differences()) == []


def test_the_command_says_so_when_every_case_is_what_its_journal_says(app: Flask):
    applied(*messages(a_small_case(witnesses=2)))
    session().rollback()

    result = app.test_cli_runner().invoke(args=["rebuild", "--check"])

    assert result.exit_code == 0
    assert "0 cases differ" in result.output
