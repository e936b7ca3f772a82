"""What was granted or arranged for one trial is to be confirmed when the trial is another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workflows.test_duties import TRIAL, Story, on
from workflows import events, recheck, tasks, values
from workflows.decide import case_truth
from workflows.events import DateKind, HearingDay, NeedSaid, Said, When, Where
from workflows.occasions import COURT, DAY, ROOM

pytestmark = pytest.mark.feature("D3")

EASTMERE, WESTMARCH = Where(court="Eastmere Crown Court"), Where(court="Westmarch Crown Court")
SCREENS, TRAVEL = "measure:screens", "need:travel"
DONE = {"topic": tasks.RECHECK, "subject": tasks.RECHECK, "reason": "done"}


def moved(story: Story, hour: float, when: When, where: Where | None = EASTMERE) -> None:
    story.say(hour, events.HearingMoved(hearing="trial-1", when=when, where=where, about=TRIAL))


def measure(story: Story, hour: float, decision: str, name: str = "screens") -> None:
    story.say(hour, events.SpecialMeasureStated(participant="victim", measure=name, decision=decision))


def travel_is_arranged(story: Story, hour: float) -> None:
    said = (NeedSaid(question="travel", answer=Said.YES),)
    story.say(hour, events.NeedsAsked(participant="victim", answers=said))
    story.say(hour + 0.1, events.NeedArranged(participant="victim", question="travel"))


def confirm(story: Story, hour: float, what: str) -> None:
    story.say(hour, events.ArrangementConfirmed(participant="victim", what=what))


def called(*, where: Where | None = EASTMERE) -> Story:
    """A victim whom the CPS calls to a trial on the 27th, with screens granted and travel arranged."""
    story = Story()
    moved(story, 1, on(27), where)
    story.say(2, events.CpsRequires(participant="victim"))
    measure(story, 3, "granted")
    travel_is_arranged(story, 4)
    return story


def to_confirm(story: Story) -> dict[str, tuple[str, ...]]:
    snapshot = story.play.snapshot
    assert snapshot.people == story.play.refolded().snapshot.people
    found = recheck.now_to_confirm("victim", snapshot.people["victim"], case_truth(snapshot))
    return {each.what: each.because for each in found}


def open_rows(story: Story):
    return [row for row in story.play.records.values() if row.topic == tasks.RECHECK and not row.closed_at]


def closed(story: Story) -> list[str]:
    return [row.closed_reason for row in story.play.records.values() if row.topic == tasks.RECHECK and row.closed_at]


def test_another_day_asks_about_everything_and_says_what_it_was_for():
    story = called()
    assert to_confirm(story) == {}
    moved(story, 6, on(28))
    assert to_confirm(story) == {SCREENS: (DAY,), TRAVEL: (DAY,)}
    [row] = open_rows(story)
    assert row.value["confirm"][SCREENS] == {
        "stands": "granted",
        "court": "Eastmere Crown Court",
        "trial": on(27).days[0].on.isoformat(),
    }
    assert row.value["trial"] == on(28).days[0].on.isoformat()


def test_another_court_on_the_same_day_asks_about_everything():
    story = called()
    moved(story, 6, on(27), WESTMARCH)
    assert to_confirm(story) == {SCREENS: (COURT,), TRAVEL: (COURT,)}


def test_another_room_asks_about_measures_only():
    story = called(where=replace(EASTMERE, room="Court 1"))
    moved(story, 6, on(27), replace(EASTMERE, room="Court 5"))
    assert to_confirm(story) == {SCREENS: (ROOM,)}
    assert open_rows(story)[0].value["room"] == "Court 5"


def test_a_room_that_comes_to_be_known_asks_nobody_and_the_next_one_does():
    story = called()
    moved(story, 6, on(27), replace(EASTMERE, room="Court 1"))
    assert to_confirm(story) == {}
    moved(story, 7, on(27), replace(EASTMERE, room="Court 5"))
    assert to_confirm(story) == {SCREENS: (ROOM,)}


def test_four_moves_in_a_day_leave_one_task_about_the_last_trial_on_the_first_clock():
    story = called()
    for hour, day in ((5, 28), (6, 29), (7, 30)):
        moved(story, hour, on(day))
    first = story.play.snapshot.topics["victim", tasks.RECHECK, tasks.RECHECK].history[0].received_at
    moved(story, 8, on(24), WESTMARCH)
    [row] = open_rows(story)
    assert (row.value["court"], row.value["trial"]) == ("Westmarch Crown Court", on(24).days[0].on.isoformat())
    assert row.clock_start == first
    assert closed(story) == []


def test_confirming_each_line_ends_the_task_as_done():
    story = called()
    moved(story, 6, on(28))
    confirm(story, 7, SCREENS)
    assert to_confirm(story) == {TRAVEL: (DAY,)}
    assert list(open_rows(story)[0].value["confirm"]) == [TRAVEL]
    confirm(story, 8, TRAVEL)
    assert (to_confirm(story), open_rows(story), closed(story)) == ({}, [], ["done"])


def test_what_was_confirmed_is_asked_about_again_when_the_trial_goes_back():
    story = called()
    moved(story, 6, on(28))
    confirm(story, 7, SCREENS)
    moved(story, 8, on(27))
    assert to_confirm(story) == {SCREENS: (DAY,)}


def test_a_trial_that_moves_back_has_nothing_to_be_confirmed():
    story = called()
    moved(story, 6, on(28))
    moved(story, 7, on(27))
    assert (to_confirm(story), open_rows(story), closed(story)) == ({}, [], ["not_owed"])


def test_a_new_decision_and_help_that_fell_through_end_it_too():
    story = called()
    moved(story, 6, on(28))
    measure(story, 7, "refused")
    story.say(8, events.NeedArranged(participant="victim", question="travel", arranged=False))
    assert (to_confirm(story), closed(story)) == ({}, ["done"])


def test_a_trial_without_a_date_asks_nobody_and_the_next_date_is_owed_on_the_first_clock():
    story = called()
    moved(story, 6, on(28))
    clock = open_rows(story)[0].clock_start
    story.say(7, events.TrialVacated(hearing="trial-1"))
    assert open_rows(story) == []
    story.say(8, events.TrialUnvacated(hearing="trial-1"))
    assert open_rows(story)[0].clock_start == clock


def test_what_was_granted_before_there_was_a_date_holds_for_the_first_one_and_not_for_the_next():
    story = Story()
    story.say(1, events.CpsRequires(participant="victim"))
    measure(story, 2, "granted")
    moved(story, 3, on(27))
    assert to_confirm(story) == {}
    moved(story, 4, on(28))
    assert to_confirm(story) == {SCREENS: (DAY,)}


def test_a_day_inside_the_week_that_was_known_is_no_other_day():
    story = Story()
    monday = on(27).days[0].on
    week = When(kind=DateKind.WEEK_COMMENCING, week_commencing=monday)
    moved(story, 1, week)
    story.say(2, events.CpsRequires(participant="victim"))
    measure(story, 3, "granted")
    moved(story, 4, on(29))
    assert to_confirm(story) == {}
    moved(story, 5, on(28))
    assert to_confirm(story) == {SCREENS: (DAY,)}


def test_a_day_fewer_asks_about_help_and_not_about_measures():
    story = Story()
    both = When(kind=DateKind.FIXED, days=(*on(27).days, *on(28).days))
    moved(story, 1, both)
    story.say(2, events.CpsRequires(participant="victim"))
    measure(story, 3, "granted")
    travel_is_arranged(story, 4)
    gone = HearingDay(on=on(28).days[0].on, cancelled=True)
    story.say(6, events.HearingDaysCancelled(hearing="trial-1", days=(gone,)))
    assert to_confirm(story) == {TRAVEL: (DAY,)}


def test_what_was_applied_for_is_to_be_confirmed_and_what_was_only_asked_for_is_not():
    story = Story()
    moved(story, 1, on(27))
    story.say(2, events.CpsRequires(participant="victim"))
    measure(story, 3, "applied")
    measure(story, 4, "asked", "live_link")
    moved(story, 5, on(28))
    assert to_confirm(story) == {SCREENS: (DAY,)}


def test_what_is_not_to_be_confirmed_cannot_be_confirmed():
    story = called()
    before = story.play.snapshot.people
    confirm(story, 6, SCREENS)
    confirm(story, 7, "measure:wigs_off")
    assert story.play.snapshot.people == before


def test_a_task_ended_as_done_confirms_everything_and_undone_it_is_owed_again():
    story = called()
    moved(story, 6, on(28))
    clock = open_rows(story)[0].clock_start
    story.say(7, events.DutyClosedByPerson(participant="victim", **DONE))
    assert (to_confirm(story), closed(story)) == ({}, ["done"])
    story.say(8, events.EntryUndone(message="message-7"))
    assert to_confirm(story) == {SCREENS: (DAY,), TRAVEL: (DAY,)}
    assert open_rows(story)[0].clock_start == clock


def test_a_confirmation_that_is_undone_is_asked_for_again_on_the_first_clock():
    story = called()
    moved(story, 6, on(28))
    clock = open_rows(story)[0].clock_start
    confirm(story, 7, TRAVEL)
    confirm(story, 8, SCREENS)
    assert open_rows(story) == []
    story.say(9, events.EntryUndone(message="message-8"))
    assert to_confirm(story) == {SCREENS: (DAY,)}
    assert open_rows(story)[0].clock_start == clock


def test_a_move_that_is_undone_leaves_nothing_to_confirm():
    story = called()
    moved(story, 6, on(28))
    assert to_confirm(story)
    story.say(7, events.EntryUndone(message="message-6"))
    assert (to_confirm(story), open_rows(story)) == ({}, [])


def test_whoever_need_not_come_is_asked_nothing():
    story = called()
    moved(story, 6, on(28))
    story.say(7, events.CpsNotRequired(participant="victim"))
    assert open_rows(story) == []


def test_what_must_be_confirmed_can_be_asked_of_a_trial_that_might_be():
    story = called()
    snapshot = story.play.snapshot
    case, victim = case_truth(snapshot), snapshot.people["victim"]
    trial = values.first_trial(victim, case)
    might_be = replace(trial, where=WESTMARCH)
    found = recheck.what_must_be_confirmed(victim, case, might_be)
    assert [(each.what, each.because) for each in found] == [(SCREENS, (COURT,)), (TRAVEL, (COURT,))]
    assert recheck.what_must_be_confirmed(victim, case, trial) == ()
    assert recheck.what_must_be_confirmed(victim, case, None) == ()


@pytest.mark.feature("D2")
@pytest.mark.parametrize("decision", events.MEASURE_NEWS)
def test_a_decision_is_told_whatever_it_is(decision):
    story = Story()
    measure(story, 1, "identified")
    measure(story, 2, "asked")
    measure(story, 3, "applied")
    assert not any(key[1] == values.SPECIAL_MEASURES for key in story.play.snapshot.topics)
    measure(story, 4, decision)
    [row] = [row for row in story.play.records.values() if row.topic == values.SPECIAL_MEASURES]
    assert row.value == {"measures": {"screens": decision}}
