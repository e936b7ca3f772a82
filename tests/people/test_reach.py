"""The safe-contact line: what was agreed, what was refused, what nobody asked, in words above every number."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.factories import at
from witness_care.people import reach
from workflows.events import ContactOutcome
from workflows.safe_contact import Allowed, Delay, Refuse

NOW = at("2026-11-30 09:42")
WEEKDAYS_10_TO_2 = {"weekdays": [0, 1, 2, 3, 4], "starts": "10:00", "ends": "14:00"}


def person(**more: Any) -> Any:
    usual = {
        "deceased_on": None,
        "date_of_birth": None,
        "safe_contact_confirmed_at": None,
        "has_safe_word": False,
        "has_representative": False,
        "representative_forbidden": False,
        "reached_directly": False,
    }
    return SimpleNamespace(**usual | more)


def point(kind: str = "mobile", **more: Any) -> Any:
    usual = {
        "id": f"the {kind}",
        "kind": kind,
        "allowed": "yes",
        "voicemail": "no",
        "may_identify_us": "yes",
        "windows": [],
        "unsafe_since": None,
        "unsafe_because": "",
        "on_hold": False,
        "withdrawn_at": None,
    }
    return SimpleNamespace(**usual | more)


def words(*points: Any, who: Any = None, now: datetime = NOW) -> str:
    return reach.reach_of(who or person(), points, now).words


def test_what_was_agreed_is_said_first_then_what_was_refused_then_when():
    confirmed = person(safe_contact_confirmed_at=at("2026-11-12 10:00"))
    said = words(point(windows=[WEEKDAYS_10_TO_2]), point("landline", allowed="no"), who=confirmed)

    assert said == (
        "mobile only, weekdays 10am to 2pm, no voicemail. Never by landline. Confirmed Thursday 12 November 2026."
    )


def test_a_missing_answer_is_never_shown_as_no():
    said = words(point(allowed="not_asked", voicemail="not_asked"))

    assert said == "Not asked about mobile. Never confirmed with them."


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([0, 1, 2, 3, 4], "weekdays"),
        ([5, 6], "weekends"),
        ([0, 1, 2, 3, 4, 5, 6], "any day"),
        ([1, 3], "Tuesdays and Thursdays"),
    ],
)
def test_days_are_said_as_people_say_them(days: list[int], said: str):
    assert reach.window_in_words(WEEKDAYS_10_TO_2 | {"weekdays": days}) == f"{said} 10am to 2pm"


def test_outside_the_agreed_hours_the_number_says_when_it_is_safe():
    (way,) = reach.reach_of(person(), [point(windows=[WEEKDAYS_10_TO_2])], NOW).ways

    assert isinstance(way.call, Delay)
    assert way.may_be_shown
    assert not way.is_safe_now
    assert way.words == "Outside the hours that are safe for them: wait until Monday 30 November 2026 at 10am."


@pytest.mark.feature("B4")
@pytest.mark.parametrize("how", [{"unsafe_since": NOW}, {"withdrawn_at": NOW}, {"allowed": "no"}])
def test_a_number_that_may_not_be_used_is_not_among_those_shown(how: dict[str, Any]):
    assert reach.reach_of(person(), [point(**how)], NOW).usable == ()


@pytest.mark.feature("B4")
def test_nobody_who_has_died_is_contacted():
    found = reach.reach_of(person(deceased_on=date(2026, 11, 1)), [point()], NOW)

    assert found.usable == ()
    assert found.warnings == ("Do not contact: this person has died.",)


@pytest.mark.feature("B6")
def test_a_child_is_reached_through_the_representative_only():
    alone = person(date_of_birth=date(2010, 5, 1))
    represented = person(date_of_birth=date(2010, 5, 1), has_representative=True)

    assert isinstance(reach.ask(alone, point(), "call", NOW), Refuse)
    assert isinstance(reach.ask(represented, point(), "call", NOW), Allowed)
    assert "Under 18: speak with their representative only." in reach.reach_of(represented, [point()], NOW).warnings


def test_somebody_is_a_child_until_their_eighteenth_birthday():
    born = date(2008, 11, 30)

    assert isinstance(reach.ask(person(date_of_birth=born), point(), "call", at("2026-11-29 12:00")), Refuse)
    assert isinstance(reach.ask(person(date_of_birth=born), point(), "call", at("2026-11-30 12:00")), Allowed)


def test_leaving_a_voicemail_is_asked_for_apart_from_calling():
    assert reach.gate_channel("call", ContactOutcome.NO_ANSWER) == "call"
    assert reach.gate_channel("call", ContactOutcome.VOICEMAIL) == "voicemail"
    assert reach.gate_channel("in_person", ContactOutcome.REACHED) is None


def test_the_line_shows_care_unless_everything_was_agreed_without_limits():
    free = point(voicemail="yes")

    assert not reach.reach_of(person(), [free], NOW).needs_care
    assert reach.reach_of(person(), [point()], NOW).needs_care
    assert reach.reach_of(person(), [], NOW).needs_care
