"""Published court lists: they confirm or move what is known, and what they leave out is not gone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.feed import payloads
from tests.feed.conftest import CourtLink
from witness_care.cases.models import Hearing, HearingDay
from witness_care.feed.models import FeedWait

TRIAL = "2026-03-09T10:30:00Z"


def days(court: CourtLink) -> list[tuple[str, str]]:
    """Every hearing day that stands, with its time."""
    rows = court.rows(
        sa.select(HearingDay.on_date, HearingDay.at_time)
        .where(HearingDay.cancelled.is_(sa.false()))
        .order_by(HearingDay.on_date)
    )
    return [(str(row.on_date), row.at_time.strftime("%H:%M") if row.at_time else "") for row in rows]


def hearings(court: CourtLink) -> list[Any]:
    return court.rows(sa.select(Hearing.status, Hearing.hearing_class, Hearing.week_commencing).order_by(Hearing.id))


@pytest.fixture
def listed(court: CourtLink) -> CourtLink:
    """A court whose trial of 9 March was confirmed on 10 January."""
    court.register()
    court.send(payloads.confirmed(TRIAL, envelope={"created": "2026-01-10T09:00:00Z"}))
    return court


def test_a_list_that_shows_the_hearing_on_its_day_changes_nothing(listed: CourtLink) -> None:
    before = listed.open_duties()

    answer = listed.send(payloads.court_list(payloads.on_the_list("2026-03-09T10:30"))).json

    assert (answer["state"], answer["reason"]) == ("applied", "no-change")
    assert answer["parts"][0]["events"] == ["HearingSighted"]
    assert listed.open_duties() == before
    assert len(hearings(listed)) == 1


def test_a_list_gives_the_time_that_was_to_be_confirmed(court: CourtLink) -> None:
    court.register()
    court.send(payloads.confirmed("2026-03-09T00:00:01Z", envelope={"created": "2026-01-10T09:00:00Z"}))
    assert days(court) == [("2026-03-09", "")]

    court.send(payloads.court_list(payloads.on_the_list("2026-03-09T10:30")))

    assert days(court) == [("2026-03-09", "10:30")]


@pytest.mark.feature("A4")
def test_a_list_with_another_day_moves_the_only_hearing_of_its_class(listed: CourtLink) -> None:
    answer = listed.send(payloads.court_list(payloads.on_the_list("2026-03-11T10:30"))).json

    assert answer["reason"] == "changed"
    assert days(listed) == [("2026-03-11", "10:30")]
    [duty] = [duty for duty in listed.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"][0]["days"] == [["2026-03-11", "10:30"]]


def test_a_newer_listing_of_the_hearing_stands_before_the_list(listed: CourtLink) -> None:
    listed.send(payloads.court_list(payloads.on_the_list("2026-03-11T10:30")))
    listed.send(payloads.updated("2026-03-12T10:30:00Z", envelope={"created": "2026-01-12T12:00:00Z"}))

    assert days(listed) == [("2026-03-12", "10:30")]


def test_a_list_of_one_day_does_not_take_the_other_days_of_a_trial_away(court: CourtLink) -> None:
    court.register()
    three = [f"2026-03-{day}T10:00:00Z" for day in ("09", "10", "11")]
    court.send(payloads.confirmed(*three, envelope={"created": "2026-01-10T09:00:00Z"}))

    court.send(payloads.court_list(payloads.on_the_list("2026-03-10T10:00")))

    assert [day for day, _ in days(court)] == ["2026-03-09", "2026-03-10", "2026-03-11"]


def test_a_draft_is_kept_and_nobody_is_told_anything_by_it(listed: CourtLink) -> None:
    before = listed.open_duties()

    answer = listed.send(payloads.court_list(payloads.on_the_list("2026-03-11T10:30"), kind="DRAFT")).json

    assert (answer["state"], answer["reason"]) == ("applied", "poke")
    assert days(listed) == [("2026-03-09", "10:30")]
    assert listed.open_duties() == before


@pytest.mark.feature("A3")
def test_a_warned_list_gives_a_week_only_where_no_day_is_known(court: CourtLink) -> None:
    court.register()
    court.send(payloads.listed(created="2026-01-10T09:00:00Z"))
    court.send(payloads.court_list(payloads.on_the_list("2026-03-09T00:00"), kind="WARN"))
    [announced] = hearings(court)
    assert (announced.status, str(announced.week_commencing)) == ("live", "2026-03-09")

    court.send(payloads.confirmed("2026-04-13T10:00:00Z", envelope={"created": "2026-01-12T12:00:00Z"}))
    court.send(
        payloads.court_list(payloads.on_the_list("2026-03-16T00:00"), kind="WARN", requested="2026-01-12T13:00:00Z")
    )

    assert [day for day, _ in days(court)] == ["2026-04-13"]
    assert [row.week_commencing for row in hearings(court)] == [None]


def test_what_a_list_leaves_out_is_not_said_to_be_gone(listed: CourtLink) -> None:
    other = payloads.on_the_list("2026-03-09T10:30", urn="42CF9999926", case="not ours", defendants=["not ours"])

    answer = listed.send(payloads.court_list(other)).json

    assert (answer["state"], answer["reason"]) == ("applied", "out-of-scope")
    assert days(listed) == [("2026-03-09", "10:30")]


def test_the_line_of_a_case_that_is_not_ours_waits_for_nobody_and_is_read_when_it_becomes_ours(
    court: CourtLink,
) -> None:
    answer = court.send(payloads.court_list(payloads.on_the_list("2026-03-09T10:30"))).json
    assert (answer["state"], answer["reason"]) == ("applied", "out-of-scope")

    court.register()

    assert days(court) == [("2026-03-09", "10:30")]
    assert court.rows(sa.select(FeedWait.part_id)) == []


def test_an_older_list_that_comes_late_is_told_so(listed: CourtLink) -> None:
    newer = payloads.court_list(payloads.on_the_list("2026-03-11T10:30"), requested="2026-01-12T16:00:00Z")
    older = payloads.court_list(payloads.on_the_list("2026-03-10T10:30"), requested="2026-01-12T15:00:00Z")
    listed.send(newer)

    answer = listed.send(older)

    assert (answer.status_code, answer.json["reason"]) == (200, "older-list")
    assert days(listed) == [("2026-03-11", "10:30")]


def test_a_hearing_nobody_announced_is_taken_from_a_list_and_adopted_by_its_id_later(court: CourtLink) -> None:
    court.register()
    court.send(payloads.court_list(payloads.on_the_list("2026-03-09T10:30")))
    assert [row.status for row in hearings(court)] == ["live"]

    court.send(payloads.confirmed(TRIAL, envelope={"created": "2026-01-12T12:00:00Z"}))

    assert [row.status for row in hearings(court)] == ["live"]
    assert days(court) == [("2026-03-09", "10:30")]


def test_a_hearing_that_lost_its_date_has_one_again_when_a_list_shows_it(listed: CourtLink) -> None:
    listed.send(payloads.unallocated(created="2026-01-11T09:00:00Z"))
    assert [row.status for row in hearings(listed)] == ["date_removed"]

    listed.send(payloads.court_list(payloads.on_the_list("2026-03-23T10:30")))

    assert [row.status for row in hearings(listed)] == ["live"]
    assert days(listed) == [("2026-03-23", "10:30")]


def test_a_line_that_fits_two_trials_waits_for_a_person(listed: CourtLink) -> None:
    listed.send(
        payloads.confirmed("2026-04-13T10:30:00Z", hearing="other", envelope={"created": "2026-01-10T10:00:00Z"})
    )

    answer = listed.send(payloads.court_list(payloads.on_the_list("2026-05-11T10:30"))).json

    assert (answer["state"], answer["reason"]) == ("parked", "ambiguous-match")
    assert [day for day, _ in days(listed)] == ["2026-03-09", "2026-04-13"]


def test_a_list_that_shows_a_vacated_trial_on_its_old_day_waits_for_a_person(listed: CourtLink) -> None:
    listed.send(payloads.vacated(created="2026-01-11T09:00:00Z"))

    answer = listed.send(payloads.court_list(payloads.on_the_list("2026-03-09T10:30"))).json

    assert (answer["state"], answer["reason"]) == ("parked", "contradictory")
    assert [row.status for row in hearings(listed)] == ["vacated"]


def test_a_list_that_shows_a_vacated_trial_on_another_day_is_its_new_listing(listed: CourtLink) -> None:
    listed.send(payloads.vacated(created="2026-01-11T09:00:00Z"))

    listed.send(payloads.court_list(payloads.on_the_list("2026-06-15T10:30")))

    assert sorted(row.status for row in hearings(listed)) == ["live", "vacated"]
    [duty] = [duty for duty in listed.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"][0]["days"] == [["2026-06-15", "10:30"]]


def test_an_empty_list_waits_for_a_person(listed: CourtLink) -> None:
    answer = listed.send(payloads.court_list()).json

    assert (answer["state"], answer["reason"]) == ("parked", "empty-snapshot")
    assert days(listed) == [("2026-03-09", "10:30")]


def test_a_list_of_an_unknown_kind_is_refused_with_the_kinds_there_are(listed: CourtLink) -> None:
    answer = listed.send(payloads.court_list(payloads.on_the_list("2026-03-09T10:30"), kind="GUESS"))

    assert answer.status_code == 422
    assert "FINAL" in answer.json["expected"]


def test_a_list_with_a_date_nobody_can_believe_waits(listed: CourtLink) -> None:
    answer = listed.send(payloads.court_list(payloads.on_the_list("2046-03-09T10:30"))).json

    assert (answer["state"], answer["reason"]) == ("parked", "suspicious-date")


def test_a_trial_that_runs_on_gains_a_day(court: CourtLink) -> None:
    court.register()
    begun = ["2026-01-08T10:00:00Z", "2026-01-09T10:00:00Z"]
    court.send(payloads.confirmed(*begun, envelope={"created": "2025-12-10T09:00:00Z"}))

    court.send(payloads.court_list(payloads.on_the_list("2026-01-13T10:00")))

    assert [day for day, _ in days(court)] == ["2026-01-08", "2026-01-09", "2026-01-13"]


@pytest.mark.parametrize("starts", ["0001-01-01T00:00:00+14:00", "soon", "", "2026-03-09T10:30:00+00:00"])
def test_a_start_that_is_no_time_leaves_the_day_with_its_time_to_be_confirmed(listed: CourtLink, starts: str) -> None:
    line = payloads.on_the_list("2026-03-10T10:30")
    message = payloads.court_list(line)
    line["startTime"] = starts

    assert listed.send(message).json["state"] == "applied"
    assert days(listed) == [("2026-03-10", "")]
