"""What waited is applied by itself when its case, hearing or person is known, with the clock it came with."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.factories import at
from tests.feed import payloads
from tests.feed.conftest import CourtLink, lines_of
from witness_care import clock, database
from witness_care.accounts.current import SYSTEM
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases.document import CaseGiven, DefendantGiven, OtherId
from witness_care.cases.identifiers import IdBook
from witness_care.cases.models import Identifier
from witness_care.cases.service import register_case
from witness_care.casework.models import JournalEvent
from witness_care.feed import replay
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait

FIRST, SECOND, LAST = "2026-03-09T10:30:00Z", "2026-03-16T10:30:00Z", "2026-03-23T10:30:00Z"


def parts(court: CourtLink) -> list[tuple[str, str]]:
    query = (
        sa.select(FeedPart.state, FeedPart.reason)
        .join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
        .order_by(FeedMessage.received_at, FeedPart.part, FeedPart.state, FeedPart.reason)
    )
    return [tuple(row) for row in court.rows(query)]


@pytest.mark.feature("A4")
def test_moves_that_waited_for_their_case_leave_one_duty_with_the_last_date_and_the_first_clock(court: CourtLink):
    sent = [
        {"body": payloads.confirmed(FIRST, envelope={"version": 1}), "received_at": "2026-01-05T10:00:00Z"},
        {"body": payloads.updated(SECOND, envelope={"version": 2}), "received_at": "2026-01-06T10:00:00Z"},
        {"body": payloads.updated(LAST, envelope={"version": 3}), "received_at": "2026-01-07T10:00:00Z"},
    ]
    assert {line["reason"] for line in lines_of(court.send_batch(*sent))} == {"unknown-case"}
    registered = court.register(now="2026-01-12 09:00")
    assert registered.matched_later == 3
    [duty] = [duty for duty in court.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"][0]["days"] == [["2026-03-23", "10:30"]]
    assert duty.clock_start == at("2026-01-05 10:00")
    assert duty.due_at == at("2026-01-06 17:00")
    assert parts(court) == [("applied", "matched-later")] * 3
    assert court.rows(sa.select(FeedWait.part_id)) == []


def test_a_newer_message_that_came_first_stands_when_the_case_arrives(court: CourtLink):
    court.send(payloads.updated(LAST, envelope={"version": 3}))
    court.send(payloads.updated(SECOND, envelope={"version": 2}))
    court.register(now="2026-01-12 09:00")
    [duty] = [duty for duty in court.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"][0]["days"] == [["2026-03-23", "10:30"]]
    assert parts(court) == [("applied", "matched-later"), ("stale", "older-version")]


def test_one_message_brings_back_another_that_brings_back_a_third(court: CourtLink):
    court.send(payloads.days_changed(LAST))  # names the hearing
    court.send(payloads.confirmed(FIRST))  # names the hearing and the court's id of the case
    court.send(payloads.vacated())  # names all three
    assert {reason for _, reason in parts(court)} == {"unknown-hearing", "unknown-case"}
    registered = court.register(now="2026-01-12 09:00", court_ids=False)
    # The case is found by all of them; only who the defendant is, the unit has not said.
    assert registered.matched_later == 2
    assert {reason for state, reason in parts(court) if state == "parked"} == {"unknown-defendant"}


def test_a_later_message_that_teaches_the_hearing_brings_back_what_waited_for_it(court: CourtLink):
    court.register()
    assert court.send(payloads.days_changed(LAST)).json["reason"] == "unknown-hearing"
    court.send(payloads.listed())
    assert court.states() == [("applied", "matched-later"), ("applied", "changed")]
    [duty] = [duty for duty in court.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"][0]["days"] == [["2026-03-23", "10:30"]]


def test_a_verdict_that_waited_for_its_offence_is_applied_when_results_teach_it(court: CourtLink):
    court.register(court_ids=False)
    assert court.send(payloads.verdict()).json["state"] == "parked"
    with court.app.app_context(), database.writing() as session:  # the unit learns the court's ids
        case, defendant, offence = (
            session.execute(
                sa.select(Identifier.case_id, Identifier.target_id).where(Identifier.namespace == "urn")
            ).one(),
            session.execute(sa.text("SELECT id FROM defendant")).scalar(),
            session.execute(sa.text("SELECT id FROM offence")).scalar(),
        )
        book = IdBook(case_id=case.case_id, namespace="cp", rows=(), ours=(), now=clock.now())
        book.learn("defendant", defendant, [OtherId("cp", payloads.DEFENDANT)])
        book.learn("offence", offence, [OtherId("cp", payloads.OFFENCE)])
        session.execute(sa.insert(Identifier), book.new_rows)
        assert replay.redrive(case.case_id) == 1
    assert [duty.topic for duty in court.open_duties()] == ["verdict"]


def test_what_was_left_out_for_a_stranger_is_said_again_when_they_are_registered(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(FIRST, defendants=[payloads.DEFENDANT, "a stranger"], envelope={"message_id": "m1"}))
    assert parts(court) == [("applied", "changed"), ("parked", "unknown-defendant")]
    stranger = DefendantGiven(id="D2", name="Mo Madeup", identifiers=(OtherId("cp", "a stranger"),))
    with court.app.app_context():
        registered = register_case(
            CaseGiven(urn=payloads.URN, defendants=(stranger,)), actor=SYSTEM, now=at("2026-01-14 09:00")
        )
    assert registered.matched_later == 1
    assert parts(court) == [("applied", "changed"), ("applied", "matched-later")]
    payload = court.rows(
        sa.select(JournalEvent.payload, JournalEvent.message_id)
        .where(JournalEvent.kind == "HearingConfirmed")
        .order_by(JournalEvent.message_id)
    )
    assert [row.message_id for row in payload] == ["m1", "m1~1"]
    assert [len(row.payload["about"]["defendants"]) for row in payload] == [1, 2]


@pytest.mark.proves("SEC-32")
def test_reading_a_kept_message_again_is_on_record(court: CourtLink, capfd):
    court.register()
    court.send(payloads.days_changed(LAST))
    court.send(payloads.listed())
    columns = (PersonalDataEntry.category, PersonalDataEntry.field_groups, PersonalDataEntry.row_count)
    [read_again] = [row for row in court.rows(sa.select(*columns)) if "court message" in row.field_groups]
    assert (read_again.category, read_again.row_count) == ("consultation", 1)
    assert "sealed_value_without_subject" not in "".join(capfd.readouterr())


def test_the_sweep_finds_what_slipped_by_and_does_not_turn_in_circles(court: CourtLink):
    court.send(payloads.confirmed(FIRST))
    registered = court.register()
    with court.app.app_context(), database.writing() as session:
        session.execute(sa.update(FeedPart).values(state="parked", reason="unknown-case"))
        part = session.scalars(sa.select(FeedPart.id)).one()
        session.execute(sa.insert(FeedWait).values(namespace="cp", kind="case", value=payloads.CASE, part_id=part))
    with court.app.app_context():
        now = clock.now()
        assert replay.retry_parked(now) == 1
        assert replay.retry_parked(now) == 0
    assert registered.case_id
    assert parts(court) == [("applied", "matched-later")]


def test_what_can_still_not_be_matched_is_not_tried_at_every_sweep(court: CourtLink):
    court.register()
    court.register("42CF8800126", court_ids=False)
    court.send(payloads.vacated(urn="42CF8800126"))
    with court.app.app_context():
        now = clock.now()
        assert replay.retry_parked(now) == 0
        before = court.row(sa.select(FeedMessage.next_try_at))
        assert replay.retry_parked(now + timedelta(minutes=10)) == 0
        assert court.row(sa.select(FeedMessage.next_try_at)) == before
    assert parts(court) == [("parked", "ambiguous-match")]


def test_what_waits_for_another_units_case_is_not_shown_by_its_arrival(court: CourtLink):
    court.send(payloads.confirmed(FIRST))
    registered = court.register(unit="WSX")
    assert registered.matched_later == 0
    assert parts(court) == [("parked", "unknown-case")]


def test_a_message_kept_by_an_older_version_is_read_by_a_newer_one(court: CourtLink, monkeypatch):
    from witness_care.feed.formats import common_platform

    court.register()
    kind = ("listing", "hearing-updated")
    with monkeypatch.context() as older:
        older.setattr(common_platform, "TYPES", {k: v for k, v in common_platform.TYPES.items() if k != kind})
        answer = court.send(payloads.updated(FIRST))
        assert answer.json["reason"] == "unsupported-type"
    with court.app.app_context():
        replay.retry([answer.json["id"]], now=clock.now())
    assert court.states() == [("applied", "changed")]
    assert [duty.topic for duty in court.open_duties()] == ["hearing.when_where"]


def test_registering_through_the_api_applies_what_waited(court: CourtLink, cast):
    court.send(payloads.listed())
    key = a_key(court.app, unit_ids=[cast.unit], scopes=["cases:write"], name="Unit system")
    body = {
        "unit": "ESX",
        "identifiers": [{"namespace": "cp", "id": payloads.CASE}],
        "defendants": [{"id": "D1", "name": "Testy Testperson"}],
        "participants": [{"id": "P1", "role": "victim", "person": {"name": "Leah Jones"}}],
    }
    answer = court.app.test_client().put(f"/api/v1/cases/{payloads.URN}", json=body, headers=key)
    assert (answer.status_code, answer.json["matched_later"]) == (201, 1), json.dumps(answer.json)
