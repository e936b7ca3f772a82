"""Who still thinks they are coming: who was told to come and has not heard that it is off, until they are reached."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.factories import (
    MadeCase,
    a_case,
    a_trial,
    a_victim,
    a_witness,
    attempted,
    introduced,
    moved,
    open_duties,
    said,
    told_everything,
    vacated,
)
from tests.reading import text_of
from witness_care.contacts.models import Duty
from witness_care.contacts.still_coming import is_a_journey_in_vain
from workflows import events
from workflows.events import ContactOutcome

pytestmark = pytest.mark.sqlite_only

EVERYBODY_KNOWS = "Nobody is on this list: no such news waits to be told."
TRIAL = "2026-12-07 10:00"


@pytest.fixture
def trial(desk: Desk, case: MadeCase) -> str:
    """Leah Jones and Nadia Ahmed are told of it, Wanda Later is not."""
    hearing = a_trial(case, TRIAL, now="2026-11-10 09:00")
    for name in ("Leah Jones", "Nadia Ahmed"):
        told_everything(case[name], now="2026-11-11 10:00", by=desk.cast.olivia)
    return hearing


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    """A victim who need not come, and two witnesses who must."""
    return introduced(
        a_case(
            a_victim("Leah Jones"),
            a_witness("Nadia Ahmed", required=True),
            a_witness("Wanda Later", required=True),
            now="2026-11-09 09:00",
        )
    )


def page(desk: Desk, name: str = "olivia", show: str = "") -> str:
    response = desk.as_(name).get(f"/still-coming?show={show}")
    assert response.status_code == 200
    return text_of(response)


@pytest.mark.feature("E5")
@pytest.mark.both_databases
def test_a_vacated_trial_lists_who_was_told_to_come_until_they_are_reached(
    desk: Desk, case: MadeCase, trial: str
) -> None:
    assert EVERYBODY_KNOWS in page(desk)

    vacated(case, trial, now="2026-11-30 09:30")
    words = page(desk)
    assert "Nadia Ahmed" in words
    assert "The whole unit 1" in words
    assert "Leah Jones" not in words, "she was told of the day and need not come"
    assert "Wanda Later" not in words, "nobody had told her to come"

    attempted(case["Nadia Ahmed"], ContactOutcome.NO_ANSWER, now="2026-11-30 09:40", by=desk.cast.olivia)
    assert "1 attempt" in page(desk), "tried is not reached"

    told_everything(case["Nadia Ahmed"], now="2026-11-30 11:00", by=desk.cast.olivia)
    desk.clock("2026-11-30 11:05")
    words = page(desk)
    assert EVERYBODY_KNOWS in words
    assert "1 person was told that they need not come. That took 1 hour" in words


@pytest.mark.feature("E5")
@pytest.mark.both_databases
def test_who_is_not_required_any_more_is_listed_until_they_know(desk: Desk, case: MadeCase, trial: str) -> None:
    said(case, events.CpsNotRequired(participant=case["Nadia Ahmed"]), now="2026-11-30 09:30")
    assert "Nadia Ahmed" in page(desk)

    told_everything(case["Nadia Ahmed"], now="2026-11-30 09:41", by=desk.cast.olivia)
    moved(case, trial, "2026-12-09 10:00", now="2026-11-30 09:42")
    assert EVERYBODY_KNOWS in page(desk), "somebody who was told to stay away makes no journey to the new day"


def test_the_nearest_court_day_comes_first_and_a_moved_one_counts_too(desk: Desk, case: MadeCase, trial: str) -> None:
    near = introduced(a_case(a_witness("Nora Soon", required=True), now="2026-11-09 09:00"))
    soon = a_trial(near, "2026-11-30 14:00", now="2026-11-10 09:00")
    told_everything(near["Nora Soon"], now="2026-11-11 10:00", by=desk.cast.olivia)
    moved(case, trial, "2026-12-09 10:00", now="2026-11-30 09:00")
    vacated(near, soon, now="2026-11-30 09:30")
    words = page(desk)
    assert "The whole unit 2" in words
    assert words.index("Nora Soon") < words.index("Nadia Ahmed")
    assert "May be travelling" in words


def test_an_officer_sees_their_own_and_the_units_and_nothing_of_another_unit(
    desk: Desk, case: MadeCase, trial: str
) -> None:
    vacated(case, trial, now="2026-11-30 09:30")
    assert "Nadia Ahmed" in page(desk, show="mine")
    assert "Nobody of yours is on this list." in page(desk, name="sam", show="mine")
    assert "Nadia Ahmed" in page(desk, name="sam")
    assert EVERYBODY_KNOWS in page(desk, name="noor")
    assert "1 Still thinks they are coming" in text_of(desk.as_("sam").get("/unit"))


def test_another_hour_or_way_of_giving_evidence_sends_nobody_home(desk: Desk, case: MadeCase, trial: str) -> None:
    moved(case, trial, "2026-12-07 14:00", now="2026-11-30 09:00")
    said(case, events.CpsRequires(participant=case["Nadia Ahmed"], mode="live_link"), now="2026-11-30 09:05")
    assert len(open_news(case["Nadia Ahmed"])) == 2, "they are told of both all the same"
    assert EVERYBODY_KNOWS in page(desk)


def test_another_kind_of_hearing_that_moved_is_no_journey_of_theirs(desk: Desk, case: MadeCase) -> None:
    mention = a_trial(case, "2026-12-01 10:00", now="2026-11-10 09:00", kind=events.HearingClass.OTHER)
    for name in ("Leah Jones", "Nadia Ahmed"):
        told_everything(case[name], now="2026-11-11 10:00", by=desk.cast.olivia)
    vacated(case, mention, now="2026-11-30 09:00")
    assert EVERYBODY_KNOWS in page(desk)


def test_who_did_not_want_to_be_told_is_counted_and_not_passed_over(desk: Desk, case: MadeCase, trial: str) -> None:
    vacated(case, trial, now="2026-11-30 09:30")
    desk.clock("2026-11-30 12:00")
    [duty] = open_news(case["Nadia Ahmed"])
    answer = desk.as_("sam").post(f"/duties/{duty.id}/not-needed", data={"reason": "declined"})
    assert answer.status_code == 303, text_of(answer)
    words = page(desk)
    assert EVERYBODY_KNOWS in words
    assert "1 person is no longer on the list though nobody told them" in words


@pytest.mark.parametrize(
    ("told", "now", "in_vain"),
    [
        ([("2026-12-07", "Ashmere")], [("2026-12-07", "Ashmere"), ("2026-12-08", "Ashmere")], False),
        ([("2026-12-07", "Ashmere"), ("2026-12-08", "Ashmere")], [("2026-12-07", "Ashmere")], True),
        ([("2026-12-07", "Ashmere")], [("2026-12-07", "Fernbridge")], True),
        ([("2026-12-07", "")], [("2026-12-07", "Fernbridge")], False),
        ([("2026-12-07", "Ashmere")], [("2026-12-09", "Ashmere")], True),
        ("2026-12-07", [("2026-12-09", "Ashmere")], False),
        ("2026-12-07", [("2026-12-15", "Ashmere")], True),
        ([("2026-12-07", "Ashmere")], "2026-12-07", False),
    ],
)
def test_a_day_or_a_court_that_is_no_longer_true_makes_a_journey_in_vain(told, now, in_vain: bool) -> None:
    assert is_a_journey_in_vain(on(told), on(now)) is in_vain


def on(days: object) -> dict[str, object]:
    if isinstance(days, str):
        hearings = [{"class": "trial", "court": "Ashmere", "kind": "week_commencing", "week": days, "weeks": 1}]
    else:
        hearings = [
            {"class": "trial", "court": court, "kind": "fixed", "days": [[day, "10:00"]]} for day, court in list(days)
        ]
    return {"state": "on", "class": "trial", "hearings": hearings}


def open_news(participant: str) -> list[Duty]:
    return [duty for duty in open_duties(participant) if duty.topic in ("attendance", "hearing.when_where")]
