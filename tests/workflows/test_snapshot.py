"""How a state is written down: what people share stands in it once, and what was written before is still read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.workflows.test_decide_properties import RULES
from workflows import codec, events
from workflows import snapshot as snapshots
from workflows.decide import decide, state_hash
from workflows.events import About, CaseEvent, DateKind, HearingClass, HearingDay, When
from workflows.snapshot import Snapshot

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOVES = 3


def said(hour: int, *facts: events.Fact) -> list[CaseEvent]:
    at = MONDAY + timedelta(hours=hour)
    return [
        CaseEvent(
            id=f"event {hour} {n}",
            case_id="case",
            what=fact,
            received_at=at,
            occurred_at=at,
            context="listing",
            message_id=f"message {hour}",
            actor="feed:court",
            ordinal=n,
        )
        for n, fact in enumerate(facts)
    ]


def listed(hour: int) -> list[CaseEvent]:
    when = When(kind=DateKind.FIXED, days=(HearingDay(date(2026, 4, 1 + hour), time(10)),))
    about = About(hearing_class=HearingClass.TRIAL)
    return said(hour, events.HearingMoved(hearing="hearing", when=when, about=about))


def a_case_of(people: int) -> Snapshot:
    """A case in which the trial was listed and moved, and nobody was told yet."""
    facts: list[events.Fact] = [events.DefendantCharged(defendant="defendant", offences=("offence",))]
    for number in range(people):
        facts.append(events.ParticipantRecorded(participant=f"person {number}", role=events.Role.WITNESS))
        facts.append(events.CpsRequires(participant=f"person {number}"))
    snapshot = decide(Snapshot(case="case"), said(0, *facts), RULES).snapshot
    for hour in range(1, 1 + MOVES):
        snapshot = decide(read_back(snapshot), listed(hour), RULES).snapshot
    return snapshot


def read_back(snapshot: Snapshot) -> Snapshot:
    return snapshots.load(json.loads(json.dumps(snapshots.dump(snapshot))))


def as_it_was_written_before(snapshot: Snapshot) -> Any:
    """Give the form of a state in which every topic holds its changes itself."""
    data = snapshots.dump(snapshot)
    del data["changes"]
    for key, topic in snapshot.topics.items():
        if topic.history:
            data["topics"]["|".join(key)]["history"] = [codec.to_json(change) for change in topic.history]
    return json.loads(json.dumps(data))


@pytest.mark.parametrize("people", [3, 100])
def test_news_that_is_the_same_for_everybody_is_written_once_however_many_they_are(people):
    data = snapshots.dump(a_case_of(people))

    # What keeping in touch counts from, that they are required, each day the trial was listed for, and three tasks;
    # a visit to the court is offered for each day that the trial has had.
    assert len(data["changes"]) == 1 + 1 + MOVES + 3 + 1 + MOVES
    assert len(data["topics"]) == (3 + 4) * people


def test_what_people_share_is_one_object_when_it_is_read():
    topics = read_back(a_case_of(3)).topics
    of_the_date = [topic.history for key, topic in topics.items() if key[1] == "hearing.when_where"]

    assert len(of_the_date) == 3
    assert all(history is of_the_date[0] for history in of_the_date)


def test_a_state_written_before_changes_had_names_is_read_and_then_written_whole():
    snapshot = a_case_of(3)
    before = as_it_was_written_before(snapshot)
    read = snapshots.load(before)
    assert read == snapshot

    after = decide(read, listed(1 + MOVES), RULES).snapshot
    written = snapshots.dump(after, before=read, stored=before)

    assert written == snapshots.dump(after)
    assert state_hash(snapshots.load(written)) == state_hash(after)


def test_a_change_that_nobody_holds_any_more_leaves_the_state():
    snapshot = a_case_of(3)
    stored = snapshots.dump(snapshot)
    read = snapshots.load(stored)
    gone = [events.ParticipantLeft(participant=f"person {number}", reason="removed") for number in range(3)]

    after = decide(read, said(9, *gone), RULES).snapshot

    assert len(snapshots.dump(after, before=read, stored=stored).get("changes", {})) < len(stored["changes"])
