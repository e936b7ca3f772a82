"""Concerns are counted with what changes them, and by the regular job when time alone does; always as from nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import (
    MadeCase,
    a_case,
    a_trial,
    a_victim,
    a_witness,
    at,
    attempted,
    entered,
    said,
    told_everything,
)
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases import merging
from witness_care.cases.models import CourtCase, Offence
from witness_care.casework import apply, concerns
from witness_care.casework.apply import lock_cases
from witness_care.checks.every import check
from witness_care.database import session, writing
from witness_care.engagement import service
from witness_care.engagement.models import Concern
from witness_care.jobs.regular import JOBS
from workflows.events import ContactOutcome, OptedOut, ParticipantDied, PleaRecorded, ReluctanceStated

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    made = a_case(a_victim(LEAH), a_witness(NADIA), now="2026-11-10 09:00")
    a_trial(made, "2026-12-14 10:00", now="2026-11-10 10:00")
    return made


def stored(case: MadeCase, name: str = LEAH) -> Concern:
    session().rollback()
    return session().get(Concern, case[name], populate_existing=True)


def factors(case: MadeCase, name: str = LEAH) -> list[str]:
    return [reason["factor"] for reason in stored(case, name).reasons]


def test_whoever_is_on_a_case_has_a_row_and_only_who_was_touched_is_counted_again(desk: Desk, case: MadeCase):
    before = stored(case, NADIA).computed_at
    attempted(case[LEAH], ContactOutcome.NO_ANSWER, now="2026-11-20 10:00", by=desk.cast.olivia)

    assert stored(case).computed_at == at("2026-11-20 10:00")
    assert stored(case, NADIA).computed_at == before
    assert list(check(at("2026-11-20 10:01"), only="I4")) == []


def test_time_alone_is_counted_by_the_regular_job_at_the_moment_that_stands_on_the_row(desk: Desk, case: MadeCase):
    due = stored(case).next_review_at
    assert due == at("2026-11-11 17:00")  # what the Code says she should know falls due
    assert factors(case) == []

    assert service.review_all_due(at("2026-11-11 16:59")) == 0
    assert service.review_all_due(due) == 1
    assert factors(case) == ["OVERDUE_DUTY"]
    assert service.review_all_due(due) == 0
    assert any(job.name == "concerns" for job in JOBS)


def test_who_a_merge_moves_while_the_job_waits_for_the_case_keeps_their_next_look(desk: Desk, case, monkeypatch):
    other = a_case(a_victim("Ivy Marsh"), now="2026-11-10 09:00", defendants=("Bo Lee",))
    due = stored(case).next_review_at
    sam = Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))
    merged = []

    def locks_after_a_merge(connection, case_ids):
        if not merged:
            merged.append(True)
            merging.merge(other.urn, case.urn, "One incident.", actor=sam, now=at("2026-11-11 16:00"))
        return lock_cases(connection, case_ids)

    monkeypatch.setattr(apply, "lock_cases", locks_after_a_merge)
    service.review_all_due(due)

    assert (stored(case).case_id, stored(case).next_review_at is not None) == (other.id, True)
    service.review_all_due(due)
    assert factors(case) == ["OVERDUE_DUTY"]
    assert list(check(due, only="I4")) == []


@pytest.mark.sqlite_only
def test_what_is_owed_no_more_and_leaves_nothing_is_counted_too(desk: Desk, case: MadeCase):
    offence = session().scalars(sa.select(Offence.id).where(Offence.case_id == case.id)).one()
    plea = PleaRecorded(defendant=case.defendants["Aaron Smith"], offence=offence, plea="guilty")
    told_everything(case[LEAH], now="2026-11-10 11:00", by=desk.cast.olivia)
    said(case, plea, now="2026-11-16 09:00")
    assert stored(case).next_review_at == at("2026-11-23 17:00")  # the plea falls due

    entered(case, OptedOut(participant=case[LEAH], topics=("plea",)), now="2026-11-16 11:00", by=desk.cast.olivia)
    assert stored(case).next_review_at != at("2026-11-23 17:00")
    assert list(check(at("2026-11-16 11:01"), only="I4")) == []


def test_rows_of_an_upgrade_wait_and_the_job_counts_them_in_chunks(desk: Desk, case: MadeCase, monkeypatch):
    a_case(a_victim("Ivy Marsh"), now="2026-11-10 09:00")
    entered(case, ReluctanceStated(participant=case[LEAH]), now="2026-11-12 09:00", by=desk.cast.olivia)
    with writing() as s:
        s.execute(sa.update(Concern).values(points=0, band="not_enough", reasons=[], next_review_at=EPOCH))
    monkeypatch.setattr(concerns, "CHUNK", 2)

    assert service.review_all_due(at("2026-11-12 09:05")) == 3
    assert stored(case).band == "high"
    assert list(check(at("2026-11-12 09:06"), only="I4")) == []


def test_it_is_what_counting_from_nothing_gives_and_fsck_finds_where_it_is_not(desk: Desk, case: MadeCase):
    told_everything(case[LEAH], now="2026-11-10 11:00", by=desk.cast.olivia)
    now = at("2026-11-10 11:05")
    assert list(check(now, only="I4")) == []

    with writing() as s:
        s.execute(sa.update(Concern).where(Concern.participant_id == case[LEAH]).values(points=7))
    assert [(found.row, found.invariant) for found in check(now, only="I4")] == [(case[LEAH], "I4")]


@pytest.mark.sqlite_only
def test_who_died_is_not_followed_any_more(desk: Desk, case: MadeCase):
    said(case, ParticipantDied(participant=case[LEAH]), now="2026-11-20 10:00")
    assert (stored(case).band, stored(case).next_review_at) == ("not_followed", None)


def test_what_an_officer_decided_stays_when_it_is_counted_again(desk: Desk, case: MadeCase):
    with writing() as s:
        s.execute(sa.update(Concern).values(override_band="watch", override_until=at("2026-12-20 09:00")))
    attempted(case[LEAH], ContactOutcome.NO_ANSWER, now="2026-11-20 10:00", by=desk.cast.olivia)
    assert stored(case).override_band == "watch"


@pytest.mark.sqlite_only
def test_a_quiet_night_reads_the_index_and_writes_nothing(desk: Desk, case: MadeCase, statements):
    statements()
    assert service.review_all_due(at("2026-11-10 12:00")) == 0
    sent = [statement for statement in statements() if "concern" in statement]
    assert len(sent) == 1
    if session().get_bind().dialect.name == "sqlite":
        plan = session().execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT participant_id FROM concern WHERE next_review_at IS NOT NULL"
                " AND next_review_at <= '2026' ORDER BY next_review_at, participant_id LIMIT 500"
            )
        )
        assert "concern_to_review" in str(plan.all())


@pytest.mark.sqlite_only
def test_all_people_of_a_case_are_counted_in_one_statement(desk: Desk, case: MadeCase, statements):
    with writing() as s:
        locked = lock_cases(s.connection(), [s.scalars(sa.select(CourtCase.id)).one()])
        statements()
        for each in locked.values():
            wanted = concerns.rows(each, each.snapshot, each.rules, each.snapshot.people, now=at("2026-11-20 10:00"))
            concerns._put(s.connection(), list(wanted.values()))
        assert len(statements()) == 1
