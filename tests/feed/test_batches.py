"""Many messages at once: every line is taken or refused by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast, a_key
from tests.factories import at
from tests.feed import payloads
from tests.feed.conftest import ADDRESS, CourtLink, lines_of
from witness_care.feed import api, inbox
from witness_care.feed.models import FeedMessage

TRIAL = "2026-03-09T10:30:00Z"


def test_each_line_gets_its_answer_in_the_order_sent(court: CourtLink):
    court.register()
    message = payloads.confirmed(TRIAL, envelope={"message_id": "m1"})
    answer = court.send_batch(
        {"body": message},
        {"body": message},
        b"{nope",
        {"body": payloads.confirmed("2026-03-16T10:30:00Z", envelope={"message_id": "m1"})},
        {"body": {"hearingId": "one"}},
        {"body": payloads.listed("42CF9999926")},
        {"no body": 1},
        {"body": payloads.vacated()},
    )
    assert answer.status_code == 200
    assert [(line["status"], line["state"], line["reason"]) for line in lines_of(answer)] == [
        (202, "applied", "changed"),
        (200, "duplicate", "same-id"),
        (400, "rejected", "malformed"),
        (409, "rejected", "id-conflict"),
        (422, "rejected", "type-missing"),
        (202, "parked", "unknown-case"),
        (422, "rejected", "schema"),
        (202, "applied", "changed"),
    ]


def test_a_line_says_what_its_headers_would(court: CourtLink):
    court.register()
    body = payloads.vacated_by_listing()
    del body["_metadata"]
    line = {
        "id": "m7",
        "type": "public.listing.vacated-trial-updated",
        "source_time": "2026-01-11T08:00:00Z",
        "headers": {"X-Message-Type": "something else"},
        "body": body,
    }
    court.send_batch(line)
    row = court.row(sa.select(FeedMessage.message_id, FeedMessage.message_type, FeedMessage.occurred_at))
    assert tuple(row) == ("m7", "vacated-trial-updated", at("2026-01-11 08:00"))


def test_blank_lines_are_passed_over(court: CourtLink):
    assert len(lines_of(court.send_batch(b"", {"body": payloads.listed()}, b"  ", b""))) == 1


def test_what_one_line_teaches_serves_the_next(court: CourtLink):
    court.register(court_ids=False)
    lines = lines_of(court.send_batch({"body": payloads.listed()}, {"body": payloads.vacated_by_listing()}))
    assert [line["state"] for line in lines] == ["applied", "applied"]


def test_lines_are_received_one_after_the_other(court: CourtLink):
    court.send_batch({"body": payloads.listed()}, {"body": payloads.listed()})
    first, second = court.rows(sa.select(FeedMessage.received_at).order_by(FeedMessage.received_at))
    assert first.received_at < second.received_at


@pytest.mark.proves("SEC-13")
def test_only_a_backfill_may_say_when_something_was_received(app, court: CourtLink, cast: Cast):
    line = {"body": payloads.listed(), "received_at": "2025-12-01T10:00:00Z"}
    plain = CourtLink(app, a_key(app, unit_ids=[cast.unit], scopes=["feed:common-platform"], name="Plain"))
    [refused] = lines_of(plain.send_batch(line))
    assert (refused["status"], refused["error"]["where"]) == (422, "/received_at")
    [taken] = lines_of(court.send_batch(line))
    assert taken["state"] == "parked"
    [to_come] = lines_of(court.send_batch(line | {"received_at": "2027-01-01T10:00:00Z"}))
    assert to_come["status"] == 422
    received = court.row(sa.select(FeedMessage.received_at).where(FeedMessage.state == "parked"))
    assert received == at("2025-12-01 10:00")


@pytest.mark.proves("SEC-19")
def test_a_line_that_is_too_long_is_refused_and_the_next_is_read(court: CourtLink):
    long = json.dumps({"body": {"padding": "x" * (2 * 1024 * 1024)}}).encode()
    lines = lines_of(court.send_batch(long, {"body": payloads.listed()}, long))
    assert [line["status"] for line in lines] == [413, 202, 413]


@pytest.mark.proves("SEC-19")
def test_lines_beyond_the_limit_are_refused_one_by_one(court: CourtLink, monkeypatch):
    monkeypatch.setattr(api, "MOST_LINES", 2)
    lines = lines_of(court.send_batch(*({"body": payloads.listed()} for _ in range(3))))
    assert [line["status"] for line in lines] == [202, 202, 413]


@pytest.mark.proves("SEC-19")
def test_a_batch_over_its_limit_or_of_another_type_is_refused_as_a_whole(court: CourtLink, monkeypatch):
    monkeypatch.setattr(api, "LARGEST_BATCH", 100)
    assert court.send_batch({"body": payloads.listed()}).status_code == 413
    client = court.app.test_client()
    assert client.post(f"{ADDRESS}/batches", json={}, headers=court.key).status_code == 415


def test_a_large_batch_goes_through_in_several_chunks(court: CourtLink, monkeypatch):
    monkeypatch.setattr(inbox, "CHUNK_MESSAGES", 3)
    court.register()
    bodies: list[Any] = [payloads.listed(version=1)]
    bodies += [payloads.updated(TRIAL, envelope={"version": number}) for number in range(2, 9)]
    lines = lines_of(court.send_batch(*({"body": body} for body in bodies)))
    assert {line["state"] for line in lines} == {"applied"}
    assert len(lines) == 8


def test_the_same_message_in_two_chunks_and_twice_in_one_is_stored_once(court: CourtLink, monkeypatch):
    monkeypatch.setattr(inbox, "CHUNK_MESSAGES", 2)
    line = {"body": payloads.listed()}
    lines = lines_of(court.send_batch(line, line, line))
    assert [entry["state"] for entry in lines] == ["parked", "duplicate", "duplicate"]
    assert court.row(sa.select(sa.func.count(FeedMessage.id))) == 1


def test_a_line_that_repeats_a_line_that_came_before_the_batch_is_answered_with_the_message_that_is_there(
    court: CourtLink,
) -> None:
    first = payloads.listed("42ZZ0000199", message_id="m1")
    other = payloads.listed("42ZZ0000198", message_id="m1")
    kept = court.send(first).json["id"]

    lines = lines_of(court.send_batch(*({"body": body} for body in (first, first, other, other))))

    assert [(line["status"], line["id"]) for line in lines] == [(200, kept), (200, kept), (409, kept), (409, kept)]
    same = lines_of(court.send_batch({"body": other}, {"body": other}))
    assert [line["status"] for line in same] == [409, 409]
