"""The row of a duty: its id, its history, whether it was met, and its working in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.workflows.case_play import CasePlay
from tests.workflows.test_decide_properties import RULES
from workflows import events
from workflows.decide import decide, needs_refold
from workflows.events import About, CaseEvent, ContactOutcome, DateKind, HearingClass, HearingDay, When
from workflows.snapshot import Snapshot

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRIAL = About(hearing_class=HearingClass.TRIAL)


def on(day: int, month: int = 4) -> When:
    return When(kind=DateKind.FIXED, days=(HearingDay(date(2026, month, day), time(10)),))


class Story:
    """A case with one victim, told in hours after Monday 2 March 2026 at 9am."""

    def __init__(self) -> None:
        self.play = CasePlay(rules=RULES, case="case")
        self.say(
            0,
            events.DefendantCharged(defendant="defendant", offences=("offence",)),
            events.ParticipantRecorded(participant="victim", role=events.Role.VICTIM),
            registration=True,
        )

    def say(self, hour: float, *facts: events.Fact, registration: bool = False) -> list[str]:
        at = MONDAY + timedelta(hours=hour)
        message = tuple(
            CaseEvent(
                id=f"event-{hour}-{n}",
                case_id="case",
                what=what,
                received_at=at,
                occurred_at=at,
                context="listing",
                message_id=f"message-{hour}",
                actor="feed:court" if n or hour else "unit",
                ordinal=n,
                registration=registration,
            )
            for n, what in enumerate(facts)
        )
        return self.play.deliver(message)

    def listed(self, hour: float, when: When) -> None:
        self.say(hour, events.HearingMoved(hearing="trial-1", when=when, about=TRIAL))

    def told(self, hour: float, *, at: float | None = None) -> None:
        """Tell the date as it stands now; `at` is the hour of the talk."""
        value = self.play.snapshot.topics["victim", "hearing.when_where", "trial-1"].history[-1].value
        telling = events.Telling(topic="hearing.when_where", subject="trial-1", value=value)
        made = events.ContactMade(
            participant="victim",
            contact=f"contact-{hour}",
            at=MONDAY + timedelta(hours=hour if at is None else at),
            outcome=ContactOutcome.REACHED,
            told=(telling,),
        )
        self.say(hour, made)

    def rows(self) -> list[Any]:
        found = [record for record in self.play.records.values() if record.topic == "hearing.when_where"]
        return sorted(found, key=lambda record: record.opened_at)


def test_a_row_keeps_its_id_when_a_late_message_opens_another_before_it():
    story = Story()
    story.listed(1, on(13))
    story.told(2)
    story.listed(20, on(13))
    story.listed(30, on(20))
    before = story.rows()[-1]
    story.listed(10, on(27))  # waited unmatched: there and back again, before the row that is open now
    assert [row.closed_reason for row in story.rows()] == ["done", "as_last_told", None]
    assert story.rows()[-1].id == before.id


def test_a_row_keeps_its_id_and_its_opening_while_the_date_moves():
    story = Story()
    story.listed(1, on(13))
    first = story.rows()[0]
    story.listed(2, on(20))
    (row,) = story.rows()
    assert (row.id, row.opened_at, row.opened_by, row.due_at) == (
        first.id,
        first.opened_at,
        first.opened_by,
        first.due_at,
    )
    assert row.value_hash != first.value_hash


def test_every_change_of_a_row_is_kept_in_its_history():
    story = Story()
    story.listed(1, on(13))
    story.listed(2, on(20))
    story.told(3)
    changes = [change.action for change in story.play.refolded().duty_changes if change.duty == story.rows()[0].id]
    assert changes == ["opened", "updated", "closed"]


@pytest.mark.parametrize(
    ("talk", "met"),
    [(25, True), (31.9, True), (32.1, False)],  # due on Tuesday at 5pm, 32 hours after the beginning
)
def test_the_time_of_the_talk_says_whether_a_duty_was_met(talk, met):
    story = Story()
    story.listed(1, on(13))
    story.told(50, at=talk)
    (row,) = story.rows()
    assert (row.closed_reason, row.met) == ("done", met)


def test_a_duty_that_ends_untold_was_not_met_only_when_its_time_had_passed():
    for hour, met in ((5, None), (50, False)):
        story = Story()
        story.listed(1, on(13))
        story.say(hour, events.TrialVacated(hearing="trial-1"))
        (row,) = story.rows()
        assert (row.closed_reason, row.met) == ("not_owed", met)


def test_telling_the_same_again_changes_nothing():
    story = Story()
    story.listed(1, on(13))
    story.told(2)
    closed = story.rows()
    story.told(3)
    assert story.rows() == closed


def test_telling_an_old_date_leaves_the_row_of_the_new_one_as_it_is():
    story = Story()
    story.listed(1, on(13))
    old = story.play.snapshot.topics["victim", "hearing.when_where", "trial-1"].history[-1].value
    story.told(2)
    story.listed(3, on(20))
    before = story.rows()[-1]
    telling = events.Telling(topic="hearing.when_where", subject="trial-1", value=old)
    made = events.ContactMade(
        participant="victim",
        contact="stale-screen",
        at=MONDAY + timedelta(hours=4),
        outcome=ContactOutcome.REACHED,
        told=(telling,),
    )
    story.say(4, made)
    assert (story.rows()[-1].id, story.rows()[-1].closed_at) == (before.id, None)


def test_the_working_is_that_of_the_change_whose_time_is_the_earliest():
    story = Story()
    story.listed(1, on(13))
    story.listed(22, on(3, month=3))  # for 10am that day: due at once, before the limit of the first change
    (row,) = story.rows()
    assert (row.due_at, row.clock_start) == (MONDAY + timedelta(hours=22), MONDAY + timedelta(hours=1))
    assert row.priority == 0
    assert row.explanation[0].startswith("Received Tuesday 3 March 2026 at 7am")
    assert row.explanation[-1] == (
        "There were 2 changes since they were last told. The earliest time among them counts, that of the change "
        "received Tuesday 3 March 2026 at 7am; later ones never move it back"
    )


def test_a_row_says_who_ended_it_when_and_why():
    story = Story()
    story.listed(1, on(13))
    story.say(
        2,
        events.DutyClosedByPerson(
            participant="victim", topic="hearing.when_where", subject="trial-1", reason="declined"
        ),
    )
    (row,) = story.rows()
    assert (row.closed_reason, row.closed_by, row.closed_at) == ("declined", "feed:court", MONDAY + timedelta(hours=2))


def test_events_out_of_order_are_refused_by_a_step_and_known_as_late():
    story = Story()
    story.listed(2, on(13))
    early = CaseEvent(
        id="early",
        case_id="case",
        what=events.TrialStarted(hearing="trial-1"),
        received_at=MONDAY + timedelta(hours=1),
        occurred_at=MONDAY,
        context="officer",
        message_id="early",
        actor="user:olivia",
    )
    assert needs_refold(story.play.snapshot, [early])
    assert not needs_refold(Snapshot(case="case"), [early])
    with pytest.raises(ValueError, match="Fold the whole journal"):
        decide(story.play.snapshot, [early], RULES)
