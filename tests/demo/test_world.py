"""The made-up world on paper: the same seed gives the same world, and nobody real can be in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from witness_care.demo.steps import Message, Put, Talk
from witness_care.demo.stories import STORIES
from witness_care.demo.world import PASSWORD, SIGN_INS, World, make_world

LONDON = ZoneInfo("Europe/London")
WEDNESDAY = datetime(2026, 11, 25, 11, 20, tzinfo=UTC)
MOMENTS = (
    WEDNESDAY,
    datetime(2026, 11, 22, 23, 20, tzinfo=UTC),  # a Sunday night
    datetime(2026, 12, 28, 6, 0, tzinfo=UTC),  # a bank holiday, early
    datetime(2027, 3, 29, 0, 30, tzinfo=UTC),  # the day after the clocks went forward, at night
)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(26, WEDNESDAY)


def all_that_is_said(world: World) -> str:
    steps = [asdict(step) for file in world.files for step in file.in_order()]
    return json.dumps([*steps, *(asdict(step) for step in world.loose)], default=str)


@pytest.mark.feature("Q4")
def test_the_same_seed_at_the_same_moment_is_the_same_world(world: World) -> None:
    assert make_world(26, WEDNESDAY).fingerprint == world.fingerprint
    assert make_world(27, WEDNESDAY).fingerprint != world.fingerprint


def test_it_has_about_a_hundred_and_fifty_cases_and_four_hundred_people(world: World) -> None:
    assert 140 <= len(world.files) <= 180
    assert 380 <= sum(len(file.people) for file in world.files) <= 540


def test_every_story_is_told(world: World) -> None:
    told = Counter(file.story for file in world.files)

    assert set(told) == {story.__name__ for story in STORIES} | {"to_be_moved_by_hand"}


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: now.strftime("%A %H:%M"))
def test_nothing_in_it_happens_after_now_whenever_it_is_made(now: datetime) -> None:
    world = make_world(26, now)

    late = [step for file in world.files for step in file.steps if step.at > now]
    assert late == []
    assert all(step.at <= now for step in world.loose)


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: now.strftime("%A %H:%M"))
@pytest.mark.parametrize("seed", [1, 26])
def test_nobody_is_rung_outside_the_hours_they_agreed_to_whenever_it_is_made(now: datetime, seed: int) -> None:
    world = make_world(seed, now)
    hours = {
        participant["id"]: window
        for file in world.files
        for step in file.steps
        for participant in (step.document.get("participants", ()) if isinstance(step, Put) else ())
        for point in participant.get("person", {}).get("contact_points", ())
        for window in point.get("windows", ())
    }
    rung = [
        (step.who, step.at.astimezone(LONDON))
        for file in world.files
        for step in file.steps
        if isinstance(step, Talk) and step.who in hours
    ]

    assert rung
    assert [who for who, at in rung if at.strftime("%A").lower() not in hours[who]["weekdays"]] == []
    outside = [who for who, at in rung if not hours[who]["starts"] <= f"{at:%H:%M}" < hours[who]["ends"]]
    assert outside == []


def test_in_every_case_the_registration_comes_first(world: World) -> None:
    assert all(isinstance(file.in_order()[0], Put) for file in world.files)


def test_phones_are_from_the_ranges_kept_for_drama_and_no_mail_can_arrive(world: World) -> None:
    said = all_that_is_said(world)

    numbers = re.findall(r"\b0\d{4} \d{6}\b", said)
    assert numbers
    assert all(number.startswith(("07700 900", "01632 960")) for number in numbers)
    mails = re.findall(r"[\w.]+@[\w.-]+", said)
    assert mails
    assert all(mail.endswith(".example") for mail in [*mails, *(sign_in.email for sign_in in SIGN_INS)])


def test_one_number_is_never_two_peoples_unless_it_is_a_defendants(world: World) -> None:
    people: dict[str, set[str]] = {}
    for file in world.files:
        for step in file.steps:
            for participant in step.document.get("participants", ()) if isinstance(step, Put) else ():
                for point in participant.get("person", {}).get("contact_points", ()):
                    people.setdefault(point["value"], set()).add(participant["person"]["id"])
    at_a_defendants = {defendant["contact_points"][0]["value"] for file in world.files for defendant in file.defendants}
    assert [number for number in people.keys() - at_a_defendants if len(people[number]) > 1] == []


def test_somebody_stands_in_two_cases(world: World) -> None:
    cases = Counter(who.person for file in world.files for who in file.people)

    assert sum(count > 1 for count in cases.values()) >= 3


def test_there_is_a_call_that_nobody_answered_and_messages_about_cases_nobody_knows(world: World) -> None:
    outcomes = Counter(step.outcome for file in world.files for step in file.steps if isinstance(step, Talk))

    assert outcomes["no_answer"] >= 5
    assert sum(isinstance(step, Message) for step in world.loose) >= 10


def test_the_demonstrations_password_is_one_the_service_accepts() -> None:
    assert len(PASSWORD) >= 15
