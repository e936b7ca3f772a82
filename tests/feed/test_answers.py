"""What the court is answered, row by row of the table: an answer of success means the message is kept."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import sqlalchemy as sa
import sqlalchemy.exc

from tests.cast import Cast, a_key
from tests.factories import at
from tests.feed import payloads
from tests.feed.conftest import ADDRESS, CourtLink, lines_of
from witness_care import clock, database
from witness_care.casework.models import JournalEvent
from witness_care.feed import interpreting, replay
from witness_care.feed.models import FeedMessage, FeedPart, UnknownField
from witness_care.strict_json import FEED_DEPTH

TRIAL = "2026-03-09T10:30:00Z"


# --- 202 and 200 -------------------------------------------------------------------------------------------------


@pytest.mark.feature("A1")
def test_a_message_about_a_known_case_is_applied_and_answered_with_its_parts(court: CourtLink):
    court.register()
    answer = court.send(payloads.confirmed(TRIAL))
    assert answer.status_code == 202
    assert answer.json == {
        "id": answer.json["id"],
        "state": "applied",
        "reason": "changed",
        "parts": [
            {
                "urn": "",
                "hearing": payloads.HEARING,
                "state": "applied",
                "reason": "changed",
                "events": ["HearingConfirmed"],
            }
        ],
    }
    assert [duty.topic for duty in court.open_duties()] == ["hearing.when_where"]


@pytest.mark.feature("A1")
def test_the_same_message_again_is_a_duplicate_and_changes_nothing(court: CourtLink):
    court.register()
    message = payloads.confirmed(TRIAL)
    first = court.send(message)
    before = court.row(sa.select(sa.func.count(JournalEvent.id)))
    again = court.send(message)
    assert (again.status_code, again.json["state"], again.json["reason"]) == (200, "duplicate", "same-id")
    assert again.json["id"] == first.json["id"]
    assert again.json["parts"] == first.json["parts"]
    assert court.row(sa.select(sa.func.count(JournalEvent.id))) == before
    assert court.row(sa.select(FeedMessage.repeats)) == 1


def test_what_is_already_true_is_applied_without_a_change(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(TRIAL, envelope={"version": 1}))
    answer = court.send(payloads.updated(TRIAL, envelope={"version": 2}))
    assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (202, "applied", "no-change")


@pytest.mark.feature("A4")
def test_an_older_version_that_comes_late_is_stale_and_changes_nothing(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(TRIAL, envelope={"version": 1}))
    court.send(payloads.updated("2026-03-23T10:30:00Z", envelope={"version": 3}))
    before = court.open_duties()
    answer = court.send(payloads.updated("2026-03-16T10:30:00Z", envelope={"version": 2}))
    assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (200, "stale", "older-version")
    assert court.open_duties() == before


def test_an_older_share_of_results_is_stale(court: CourtLink):
    court.register()
    court.send(
        payloads.resulted(payloads.an_offence(payloads.a_result(length=(4, "Y"))), shared="2026-01-12T17:00:00Z")
    )
    old = payloads.resulted(payloads.an_offence(payloads.a_result(length=(11, "M"))), shared="2026-01-12T15:00:00Z")
    answer = court.send(old)
    assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (200, "stale", "older-share")


@pytest.mark.feature("A4")
def test_a_message_about_an_unknown_case_is_kept_and_waits(court: CourtLink):
    answer = court.send(payloads.confirmed(TRIAL))
    assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (202, "parked", "unknown-case")
    assert court.states() == [("parked", "unknown-case")]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (payloads.days_changed(TRIAL), "unknown-hearing"),
        (payloads.listed(), "unknown-case"),
        (payloads.with_metadata({"hearingId": "x"}, "public.events.listing.something-new"), "unsupported-type"),
    ],
)
def test_what_cannot_be_matched_or_built_yet_waits_for_a_reason(court: CourtLink, message, reason):
    answer = court.send(message)
    assert (answer.status_code, answer.json["reason"]) == (202, reason)


def test_a_known_and_an_unknown_case_may_share_a_message(court: CourtLink):
    court.register()
    answer = court.send(payloads.listed(payloads.URN, "42CF9999926"))
    assert (answer.status_code, answer.json["state"]) == (202, "parked")
    assert [part["state"] for part in answer.json["parts"]] == ["applied", "parked"]


def test_an_announcement_is_applied_and_says_nothing(court: CourtLink):
    answer = court.send(payloads.with_metadata({"hearingId": "x"}, "public.listing.hearing-changes-saved"))
    assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (202, "applied", "poke")
    assert answer.json["parts"] == []


def test_without_an_id_only_the_latest_of_its_kind_can_be_repeated(court: CourtLink):
    court.register()

    def moved_to(day: str) -> Any:
        body = payloads.updated(day)
        del body["_metadata"]
        return court.send(body).json

    first, other = "2026-03-09T10:30:00Z", "2026-03-16T10:30:00Z"
    assert moved_to(first)["state"] == "applied"
    repeated = moved_to(first)
    assert (repeated["state"], repeated["reason"]) == ("duplicate", "same-content")
    assert moved_to(other)["state"] == "applied"
    assert moved_to(first)["state"] == "applied"


# --- 409, 400, 422, 413, 415 -------------------------------------------------------------------------------------


@pytest.mark.feature("A4")
def test_a_known_id_with_other_content_is_a_conflict_and_the_first_one_stands(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(TRIAL, envelope={"message_id": "m1"}))
    answer = court.send(payloads.confirmed("2026-03-16T10:30:00Z", envelope={"message_id": "m1"}))
    assert (answer.status_code, answer.json["error"]) == (409, "conflict")
    assert answer.json["do"] == "A correction needs a new id."
    assert court.open_duties()[0].value["hearings"][0]["days"] == [["2026-03-09", "10:30"]]


@pytest.mark.proves("SEC-20")
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"hearingId": NaN}',
        b'{"hearingId": 1e999}',
        b"[" * 100_000,
        b'{"a":' * (FEED_DEPTH + 1) + b"1" + b"}" * (FEED_DEPTH + 1),
        '{"a": "half \ud800"}'.encode("utf-8", "surrogatepass"),
    ],
)
def test_what_cannot_be_read_safely_is_refused_and_noted_without_its_body(court: CourtLink, raw):
    answer = court.send(raw)
    assert (answer.status_code, answer.json["error"]) == (400, "not_readable")
    row = court.row(sa.select(FeedMessage.state, FeedMessage.reason, FeedMessage.body, FeedMessage.size))
    assert row.state == "rejected"
    assert row.reason in ("malformed", "too-deep")
    assert (row.body, row.size) == (None, len(raw))


@pytest.mark.parametrize("body", [[], "text", 5, None, {"hearingId": "one"}])
def test_what_lacks_a_type_or_is_no_message_is_refused_with_the_place(court: CourtLink, body):
    answer = court.send(body)
    assert answer.status_code == 422
    assert set(answer.json) == {"error", "where", "expected", "received", "do"}


def test_a_readable_message_that_lacks_what_it_must_say_is_kept_for_a_person(court: CourtLink):
    message = payloads.updated("2026-03-09")
    answer = court.send(message)
    assert answer.status_code == 422
    assert answer.json["where"] == "/updatedHearing/hearingDays/0/sittingDay"
    assert court.states() == [("rejected", "schema")]
    assert json.loads(court.opened_body())["updatedHearing"]["id"] == payloads.HEARING


def test_a_refused_message_does_not_take_the_id_of_its_correction(court: CourtLink):
    court.register()
    message = payloads.updated("2026-03-09", envelope={"message_id": "m1"})
    assert [court.send(message).status_code, court.send(message).status_code] == [422, 422]
    assert court.send(payloads.updated(TRIAL, envelope={"message_id": "m1"})).status_code == 202
    assert court.row(sa.select(sa.func.count(FeedMessage.id))) == 2


@pytest.mark.proves("SEC-19")
def test_a_message_over_two_mebibytes_is_refused(court: CourtLink):
    answer = court.send(b'{"a":"' + b"x" * (2 * 1024 * 1024) + b'"}')
    assert (answer.status_code, answer.json["error"]) == (413, "too_large")
    assert answer.json["expected"] == f"at most {2 * 1024 * 1024} bytes"
    assert answer.json["received"]
    assert court.states() == [("rejected", "too-large")]


def test_a_message_just_under_the_limit_is_read(court: CourtLink):
    court.register()
    message = payloads.confirmed(TRIAL)
    message["padding"] = "x" * (2 * 1024 * 1024 - 4000)
    assert court.send(message).status_code == 202


def test_a_message_about_more_cases_than_a_hearing_can_have_is_too_large(court: CourtLink):
    message = payloads.confirmed(TRIAL)
    message["confirmedHearing"]["prosecutionCases"] = [{"id": str(number)} for number in range(501)]
    assert court.send(message).status_code == 413


@pytest.mark.proves("SEC-19")
@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/xml"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": ""},
        {"Content_Encoding": "gzip"},
    ],
)
def test_another_kind_of_content_is_refused(court: CourtLink, headers):
    answer = court.send(payloads.confirmed(TRIAL), **headers)
    assert (answer.status_code, answer.json["error"]) == (415, "wrong_type")


def test_the_media_type_may_name_the_type(court: CourtLink):
    court.register()
    message = payloads.vacated_by_listing()
    del message["_metadata"]
    media = "application/vnd.public.listing.vacated-trial-updated+json; charset=utf-8"
    assert court.send(message, Content_Type=media).json["reason"] == "unknown-hearing"


@pytest.mark.proves("SEC-20")
def test_of_a_repeated_key_the_last_one_stands_and_it_is_noted(court: CourtLink):
    court.register()
    raw = json.dumps(payloads.vacated_by_listing(message_id="m1")).encode()
    answer = court.send(raw[:-1] + b', "isVacated": false}')
    assert answer.status_code == 202
    assert court.row(sa.select(FeedMessage.detail)) == "Repeated keys: 1; of each the last one stands."
    assert '"isVacated":false' in court.opened_body()


# --- 401, 403, 404, 503 ------------------------------------------------------------------------------------------


@pytest.mark.proves("SEC-13")
def test_nobody_sends_without_a_key_or_on_another_feed(app, court: CourtLink, cast: Cast):
    message = json.dumps(payloads.confirmed(TRIAL))
    client = app.test_client()
    post = {"data": message, "content_type": "application/json"}
    assert client.post(f"{ADDRESS}/messages", **post).status_code == 401
    reader = a_key(app, unit_ids=[cast.unit], scopes=["cases:read"], name="Reader")
    assert client.post(f"{ADDRESS}/messages", headers=reader, **post).status_code == 403
    assert client.post("/api/v1/feeds/another-feed/messages", headers=court.key, **post).status_code == 403
    other = a_key(app, unit_ids=[cast.unit], scopes=["feed:another-feed"], name="Other")
    assert client.post("/api/v1/feeds/another-feed/messages", headers=other, **post).status_code == 404


def test_when_nothing_can_be_written_the_court_is_asked_to_try_again(court: CourtLink, monkeypatch):
    def full(*_: Any, **__: Any) -> None:
        raise sqlalchemy.exc.OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr("witness_care.feed.inbox._insert", full)
    answer = court.send(payloads.confirmed(TRIAL))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_what_is_stored_and_cannot_be_applied_yet_is_queued_and_read_by_the_worker(court: CourtLink, monkeypatch):
    court.register()

    def locked(*_: Any, **__: Any) -> None:
        raise sqlalchemy.exc.OperationalError("update", {}, Exception("locked"))

    with monkeypatch.context() as broken:
        broken.setattr(replay, "interpret", locked)
        answer = court.send(payloads.confirmed(TRIAL))
    assert (answer.status_code, answer.json["state"]) == (202, "received")
    with court.app.app_context():
        assert replay.interpret_waiting(at("2026-01-13 09:01")) == 0
        assert replay.interpret_waiting(at("2026-01-13 09:05")) == 1
    assert court.states() == [("applied", "changed")]
    assert court.open_duties()[0].clock_start.hour == 9


@pytest.mark.postgres_only
def test_what_is_stored_when_the_connection_is_ended_is_read_by_the_worker(court: CourtLink, monkeypatch):
    court.register()
    interpret = replay.interpret

    def stands_still(*messages: Any, **more: Any) -> Any:
        database.session().execute(sa.text("SET idle_in_transaction_session_timeout = 20"))
        time.sleep(0.5)
        return interpret(*messages, **more)

    with monkeypatch.context() as slow:
        slow.setattr(replay, "interpret", stands_still)
        answer = court.send(payloads.confirmed(TRIAL))
    assert (answer.status_code, answer.json["state"]) == (202, "received")
    with court.app.app_context():
        assert replay.interpret_waiting(at("2026-01-13 09:05")) == 1
    assert court.states() == [("applied", "changed")]


def test_what_the_worker_cannot_read_either_waits_for_a_person_and_not_for_ever(court: CourtLink, monkeypatch):
    def fails(*_: Any, **__: Any) -> None:
        raise sqlalchemy.exc.OperationalError("update", {}, Exception("locked"))

    with monkeypatch.context() as broken:
        broken.setattr(replay, "interpret", fails)
        court.send(payloads.confirmed(TRIAL))
    monkeypatch.setattr("witness_care.feed.formats.common_platform.unknown_paths", lambda *_: 1 / 0)
    with court.app.app_context():
        assert replay.interpret_waiting(at("2026-01-13 09:05")) == 0
    assert court.states() == [("parked", "needs-person")]


def test_a_stored_message_for_which_the_database_fails_undoes_no_other_and_is_tried_later(
    court: CourtLink, monkeypatch
):
    court.register()
    apply = replay.interpret

    def fails(messages: Any, **more: Any) -> Any:
        if broken_for & {message.message_id for message in messages}:
            raise sqlalchemy.exc.OperationalError("update", {}, Exception("locked"))
        return apply(messages, **more)

    monkeypatch.setattr(replay, "interpret", fails)
    broken_for = {"m1", "m2", "m3"}
    days = {"m1": TRIAL, "m2": "2026-03-10T10:30:00Z", "m3": "2026-03-11T10:30:00Z"}
    for version, (name, day) in enumerate(days.items(), 1):
        court.send(payloads.updated(day, envelope={"message_id": name, "version": version}))
    assert court.states() == [("received", "")] * 3

    broken_for = {"m2"}
    with court.app.app_context():
        assert replay.interpret_waiting(at("2026-01-13 09:05")) == 2
        assert court.states() == [("applied", "changed"), ("received", ""), ("applied", "changed")]
        assert replay.interpret_waiting(at("2026-01-13 09:06")) == 0
        broken_for = set()
        assert replay.interpret_waiting(at("2026-01-13 09:11")) == 1

    assert court.states() == [("applied", "changed")] * 3
    [duty] = court.open_duties()
    assert duty.value["hearings"][0]["days"] == [["2026-03-11", "10:30"]]


def test_while_nothing_can_be_written_the_sweep_says_so_and_does_not_try_every_message(court: CourtLink, monkeypatch):
    def fails(*_: Any, **__: Any) -> None:
        tried.append(1)
        raise sqlalchemy.exc.OperationalError("update", {}, Exception("gone"))

    tried: list[int] = []
    monkeypatch.setattr(replay, "interpret", fails)
    for name in ("m1", "m2"):
        court.send(payloads.updated(TRIAL, envelope={"message_id": name}))
    tried.clear()
    monkeypatch.setattr(replay.sa, "update", fails)
    with court.app.app_context(), pytest.raises(sqlalchemy.exc.OperationalError):
        replay.interpret_waiting(at("2026-01-13 09:05"))
    monkeypatch.undo()
    assert len(tried) == 2  # the first message, and the note that it waits
    assert court.states() == [("received", "")] * 2


# --- poison ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["translate", "apply"])
def test_a_message_that_breaks_us_is_parked_alone_and_nobody_loses_it(court: CourtLink, monkeypatch, where):
    court.register()

    def breaks(*_: Any, **__: Any) -> None:
        raise KeyError("Testy Testperson")

    with monkeypatch.context() as broken:
        if where == "apply":
            broken.setattr(interpreting, "apply", breaks)
        else:
            broken.setattr("witness_care.feed.formats.common_platform.unknown_paths", breaks)
        answer = court.send(payloads.confirmed(TRIAL))
    assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (202, "parked", "needs-person")
    assert court.row(sa.select(FeedMessage.detail)).endswith("KeyError.")
    with court.app.app_context():
        replay.retry([answer.json["id"]], now=clock.now())
    assert court.states() == [("applied", "changed")]


def test_one_poisoned_message_of_a_batch_is_parked_and_the_others_go_through(court: CourtLink, monkeypatch):
    court.register()
    real = interpreting.apply

    def breaks_on_a_plea(events: Any, **more: Any) -> Any:
        if any(event.kind == "PleaRecorded" for event in events):
            raise RuntimeError("odd plea")
        return real(events, **more)

    monkeypatch.setattr(interpreting, "apply", breaks_on_a_plea)
    bodies = [payloads.confirmed(TRIAL), payloads.plea(), payloads.verdict(), payloads.vacated(), payloads.listed()]
    answers = lines_of(court.send_batch(*({"body": body} for body in bodies)))
    assert [answer["state"] for answer in answers] == ["applied", "parked", "applied", "applied", "applied"]
    assert answers[1]["reason"] == "needs-person"


# --- what a sender and an administrator see -----------------------------------------------------------------------


def test_a_sender_can_look_at_what_became_of_a_message_and_nobody_else_can(app, court: CourtLink, cast: Cast):
    sent = court.send(payloads.confirmed(TRIAL))
    seen = court.look_at(sent.json["id"])
    assert (seen.status_code, seen.json) == (200, sent.json)
    stranger = CourtLink(app, a_key(app, unit_ids=[cast.unit], scopes=["feed:common-platform"], name="B"))
    assert stranger.look_at(sent.json["id"]).status_code == 404
    assert court.look_at("not-there").status_code == 404


def test_unknown_fields_are_counted_by_path_without_a_value(court: CourtLink):
    court.register()
    for day in ("2026-03-09T10:30:00Z", "2026-03-16T10:30:00Z"):
        message = payloads.updated(day)
        message["updatedHearing"]["novelty"] = "Testy Testperson"
        court.send(message)
    row = court.row(sa.select(UnknownField.message_type, UnknownField.path, UnknownField.seen))
    assert tuple(row) == ("hearing-updated", "/updatedHearing/novelty", 2)


def test_a_parked_part_says_where_the_trouble_is(court: CourtLink):
    court.register()
    court.send(payloads.updated("2040-09-06T09:30:00Z"))
    part = court.row(sa.select(FeedPart.reason, FeedPart.detail))
    assert tuple(part) == ("suspicious-date", "/updatedHearing/hearingDays")


@pytest.mark.proves("SEC-41")
def test_nobodys_name_or_number_reaches_the_log(court: CourtLink, capfd):
    court.send(payloads.resulted(payloads.an_offence()))
    court.send({"hearingId": "Testy TESTPERSON 07700 900555"})
    written = "".join(capfd.readouterr())
    assert "feeds/<feed>/messages" in written
    assert "TESTPERSON" not in written
    assert "900555" not in written


@pytest.mark.proves("SEC-20")
@pytest.mark.parametrize("odd", ["\ud800", "a\u0000b", "\udfff id"])
def test_half_characters_in_a_defendants_id_and_address_cost_nobody_a_message(court: CourtLink, odd: str):
    message = payloads.confirmed("2026-03-09T10:30:00Z")
    defendant = message["confirmedHearing"]["prosecutionCases"][0]["defendants"][0]
    defendant |= {
        "id": odd,
        "personDefendant": {
            "personDetails": {
                "contact": {"mobile": f"07700 900123{odd}", "primaryEmail": f"{odd}a@b.example"},
                "address": {"address1": odd, "postcode": "ZZ1 1ZZ"},
            }
        },
    }
    assert court.send(message).status_code in (202, 422)
    answer = court.send_batch({"body": message | {"_metadata": message["_metadata"] | {"id": "another"}}})
    assert answer.status_code == 200
    assert lines_of(answer)[0]["status"] in (202, 422)
