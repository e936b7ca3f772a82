"""How far support by a service and a visit to the court have come: both tables, written here once more by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.workflows.test_duties import MONDAY, TRIAL, Story, on
from tests.workflows.truth_table import is_caught, mistakes, seeded_faults
from workflows import court_visit, events, support, supporting, tasks
from workflows.court_visit import CourtVisit
from workflows.decide import case_truth
from workflows.events import Answer, Role, VictimKind
from workflows.support import Support

pytestmark = pytest.mark.feature("D4")

# =: stay. P: stay, and a person is asked.
SUPPORT = {
    #             none        offered     accepted    declined    waiting     full        started  ended
    "offered":  ("offered",  "=",        "=",        "offered",  "=",        "offered",  "=",     "offered"),
    "accepted": ("accepted", "accepted", "=",        "accepted", "=",        "accepted", "=",     "accepted"),
    "declined": ("declined", "declined", "declined", "=",        "declined", "declined", "P",     "declined"),
    "referred": ("waiting",  "waiting",  "waiting",  "waiting",  "=",        "waiting",  "=",     "waiting"),
    "full":     ("full",     "full",     "full",     "P",        "full",     "=",        "P",     "P"),
    "started":  ("started",  "started",  "started",  "started",  "started",  "started",  "=",     "started"),
    "ended":    ("P",        "P",        "ended",    "P",        "ended",    "P",        "ended", "="),
}  # fmt: skip
VISIT = {
    #                 none        offered     accepted    declined    arranged    made
    "offered":      ("offered",  "=",        "=",        "offered",  "=",        "offered"),
    "accepted":     ("accepted", "accepted", "=",        "accepted", "=",        "accepted"),
    "declined":     ("declined", "declined", "declined", "=",        "declined", "declined"),
    "arranged":     ("arranged", "arranged", "arranged", "arranged", "=",        "arranged"),
    "made":         ("made",     "made",     "made",     "made",     "made",     "="),
    "fell_through": ("P",        "P",        "P",        "P",        "accepted", "P"),
}  # fmt: skip


def expectation(cells, states, flag):
    def expected(state, event, answers):
        cell = cells[event][tuple(states).index(state)]
        return (state if cell in ("=", "P") else states(cell)), (flag if cell == "P" else None)

    return expected


TABLES = {
    support: expectation(SUPPORT, Support, "support_entry_does_not_fit"),
    court_visit: expectation(VISIT, CourtVisit, "visit_entry_does_not_fit"),
}


@pytest.mark.parametrize("module", TABLES, ids=lambda module: module.__name__)
def test_the_table_is_the_one_written_by_hand(module):
    assert list(mistakes(module.TABLE, module=module, guards=(), expected=TABLES[module])) == []


@pytest.mark.parametrize(
    ("module", "what", "table"),
    [
        pytest.param(module, what, table, id=f"{module.__name__} {what}")
        for module in TABLES
        for what, table in seeded_faults(module.TABLE)
    ],
)
def test_a_wrong_row_is_noticed(module, what, table):
    assert is_caught(table, module=module, guards=(), expected=TABLES[module]), what


# --- what it means in a case --------------------------------------------------------------------------------------


BASILDON, SOUTHEND = events.Where(court="Basildon Crown Court"), events.Where(court="Southend Crown Court")


def listed(story: Story, hour: float, when: events.When, where: events.Where = BASILDON) -> None:
    story.say(hour, events.HearingMoved(hearing="trial-1", when=when, where=where, about=TRIAL))


def called() -> Story:
    """A victim whom the CPS calls to a trial."""
    story = Story()
    listed(story, 1, on(27))
    story.say(2, events.CpsRequires(participant="victim"))
    return story


def person(story: Story):
    snapshot = story.play.snapshot
    assert snapshot.people == story.play.refolded().snapshot.people
    return snapshot.people["victim"]


def offers(story: Story) -> set[str]:
    both = {tasks.PRE_TRIAL_VISIT, tasks.WITNESS_SERVICE}
    open_now = {key[1] for key, topic in story.play.snapshot.topics.items() if topic.duty is not None}
    assert open_now == {
        key[1] for key, topic in story.play.refolded().snapshot.topics.items() if topic.duty is not None
    }
    return both & open_now


def stated(step: str, kind: str = support.WITNESS_SERVICE, service: str = "") -> events.SupportStated:
    return events.SupportStated(participant="victim", kind=kind, service=service, step=step)


def visit(step: str, day: date | None = None) -> events.CourtVisitStated:
    return events.CourtVisitStated(participant="victim", step=step, on=day)


BOTH = {tasks.PRE_TRIAL_VISIT, tasks.WITNESS_SERVICE}


def test_an_offer_without_an_answer_leaves_the_task_and_an_answer_ends_it():
    story = called()
    assert offers(story) == BOTH
    story.say(3, stated("offered"))
    story.say(4, visit("offered"))
    assert offers(story) == BOTH
    story.say(5, stated("accepted"))
    story.say(6, visit("declined"))
    assert offers(story) == set()


def test_another_day_asks_about_the_visit_and_another_court_about_both():
    story = called()
    story.say(3, stated("accepted"))
    story.say(4, visit("accepted"))
    listed(story, 24, on(28))
    assert offers(story) == {tasks.PRE_TRIAL_VISIT}
    story.say(25, visit("accepted"))
    assert offers(story) == set()
    listed(story, 48, on(28), SOUTHEND)
    assert offers(story) == BOTH
    assert set(supporting.visit_steps(person(story), case_truth(story.play.snapshot))) >= {"accepted", "declined"}


def test_who_has_seen_the_court_has_seen_it_whatever_the_day_of_the_trial():
    story = called()
    story.say(3, visit("made", date(2026, 3, 2)))
    listed(story, 24, on(28))
    assert tasks.PRE_TRIAL_VISIT not in offers(story)
    listed(story, 48, on(28), SOUTHEND)
    assert tasks.PRE_TRIAL_VISIT in offers(story)


def test_an_offer_that_was_ticked_in_a_contact_is_made_again_when_the_trial_moves():
    story = called()
    values = {key[1]: topic.history[-1].value for key, topic in story.play.snapshot.topics.items() if key[1] in BOTH}
    told = tuple(events.Telling(topic=topic, subject=topic, value=value) for topic, value in values.items())
    story.say(
        3,
        events.ContactMade(
            participant="victim",
            contact="talk",
            at=MONDAY + timedelta(hours=3),
            outcome=events.ContactOutcome.REACHED,
            told=told,
        ),
    )
    assert offers(story) == set()
    listed(story, 24, on(28))
    assert offers(story) == {tasks.PRE_TRIAL_VISIT}


def test_an_offer_that_was_ended_by_hand_because_they_decline_is_an_answer_and_undone_with_its_entry():
    story = called()
    for hour, topic in ((3, tasks.WITNESS_SERVICE), (4, tasks.PRE_TRIAL_VISIT)):
        story.say(
            hour,
            events.DutyClosedByPerson(participant="victim", topic=topic, subject=topic, reason="declined"),
        )
    held = person(story)
    assert [each.state for each in held.support] == [Support.DECLINED]
    assert held.visit is not None
    assert held.visit.state is CourtVisit.DECLINED
    assert offers(story) == set()
    story.say(5, events.EntryUndone(message="message-3"))
    assert person(story).support == ()
    assert offers(story) == {tasks.WITNESS_SERVICE}


def test_an_answer_that_is_undone_brings_back_the_one_before_it_and_what_does_not_fit_changes_nothing():
    story = called()
    story.say(3, stated("accepted", "idva", "lantern"))
    story.say(4, stated("started", "idva", "lantern"))
    assert story.say(5, stated("declined", "idva", "lantern")) == ["no-change"]
    assert [move.flag for move in story.play.refolded().moves if move.flag] == ["support_entry_does_not_fit"]
    story.say(6, events.EntryUndone(message="message-4"))
    [held] = person(story).support
    # Without the entry that was wrong, the refusal that did not fit it fits.
    assert held.state is Support.DECLINED


def test_no_referral_counts_for_enhanced_rights_and_from_when_a_service_turned_them_away():
    story = Story()
    assert supporting.no_referral_since(person(story)) is None  # the standard victim of these stories
    story.say(
        1,
        events.ParticipantRecorded(participant="victim", role=Role.VICTIM, enhanced=Answer.YES),
    )
    joined = person(story).joined_at
    assert supporting.no_referral_since(person(story)) == joined
    story.say(2, stated("accepted"))
    assert supporting.no_referral_since(person(story)) == joined  # the witness service is for the days at court
    story.say(3, stated("referred", "isva"))
    assert supporting.no_referral_since(person(story)) is None
    story.say(4, stated("full", "isva"))
    assert supporting.no_referral_since(person(story)) == MONDAY + timedelta(hours=4)
    story.say(5, stated("declined", "victim_support"))
    assert supporting.no_referral_since(person(story)) is None
    story.say(6, stated("started", "isva"))
    assert supporting.engaged_since(person(story)) == MONDAY + timedelta(hours=6)
    story.say(
        7,
        events.ParticipantRecorded(
            participant="victim", role=Role.VICTIM, enhanced=Answer.YES, victim_kind=VictimKind.BUSINESS
        ),
    )
    assert supporting.no_referral_since(person(story)) is None


def test_a_visit_that_was_made_counts_from_its_day():
    story = called()
    story.say(3, visit("arranged", date(2026, 3, 9)))
    assert supporting.visited_at(person(story)) is None
    story.say(4, visit("fell_through"))
    assert supporting.visited_at(person(story)) is None
    story.say(5, visit("made", date(2026, 3, 2)))
    assert supporting.visited_at(person(story)) == datetime(2026, 3, 2, 10, tzinfo=UTC)


def how_the_visit_closed(story: Story) -> list[tuple[str | None, bool | None]]:
    rows = [record for record in story.play.records.values() if record.topic == tasks.PRE_TRIAL_VISIT]
    return [(row.closed_reason, row.met) for row in sorted(rows, key=lambda row: row.opened_at)]


@pytest.mark.parametrize(("step", "first"), [("declined", ("declined", None)), ("accepted", ("done", True))])
def test_an_offer_made_again_that_loses_its_trial_was_answered_by_nobody_and_the_next_date_has_its_first_clock(
    step: str, first: tuple[str, bool | None]
):
    story = called()
    story.say(3, visit(step))
    listed(story, 24, on(28))
    [due] = [
        row.due_at for row in story.play.records.values() if row.topic == tasks.PRE_TRIAL_VISIT and not row.closed_at
    ]
    story.say(30, events.TrialVacated(hearing="trial-1"))
    assert tasks.PRE_TRIAL_VISIT not in offers(story)
    assert how_the_visit_closed(story) == [first, ("not_owed", None)]
    story.say(72, events.HearingMoved(hearing="trial-2", when=on(29), where=BASILDON, about=TRIAL))
    assert tasks.PRE_TRIAL_VISIT in offers(story)
    [again] = [row for row in story.play.records.values() if row.topic == tasks.PRE_TRIAL_VISIT and not row.closed_at]
    assert (again.due_at, again.clock_start) == (due, MONDAY + timedelta(hours=24))


def test_an_offer_made_again_ends_unanswered_when_the_trial_goes_back_to_the_day_they_answered_for():
    story = called()
    story.say(3, visit("accepted"))
    listed(story, 24, on(28))
    listed(story, 30, on(27))
    assert tasks.PRE_TRIAL_VISIT not in offers(story)
    assert how_the_visit_closed(story) == [("done", True), ("not_owed", None)]
    listed(story, 72, on(29))
    [again] = [row for row in story.play.records.values() if row.topic == tasks.PRE_TRIAL_VISIT and not row.closed_at]
    assert again.clock_start == MONDAY + timedelta(hours=72)


def test_a_witness_service_that_turns_them_away_leaves_the_offer_open_on_its_first_clock():
    story = called()
    [first] = [row for row in story.play.records.values() if row.topic == tasks.WITNESS_SERVICE]
    story.say(3, stated("offered"))
    story.say(4, stated("full"))
    [row] = [row for row in story.play.records.values() if row.topic == tasks.WITNESS_SERVICE]
    assert (row.id, row.closed_reason, row.due_at) == (first.id, None, first.due_at)
    truth = case_truth(story.play.snapshot)
    assert "full" not in supporting.support_steps(person(story), truth, support.WITNESS_SERVICE, "")
    listed(story, 24, on(27), SOUTHEND)
    truth = case_truth(story.play.snapshot)
    assert "full" in supporting.support_steps(person(story), truth, support.WITNESS_SERVICE, "")


@pytest.mark.parametrize(
    "recorded",
    [
        events.ParticipantRecorded(participant="victim", role=Role.VICTIM, enhanced=Answer.NOT_ASKED),
        events.ParticipantRecorded(participant="victim", role=Role.VICTIM, victim_kind=VictimKind.PARENT),
    ],
    ids=["undecided", "parent"],
)
def test_no_referral_counts_for_whoever_is_worked_with_enhanced_rights(recorded):
    story = Story()
    story.say(1, recorded)
    assert supporting.no_referral_since(person(story)) == person(story).joined_at


def test_an_offer_that_a_wrong_answer_closed_has_its_first_clock_though_an_earlier_one_was_ended_by_hand():
    story = called()
    visit_task = {"topic": tasks.PRE_TRIAL_VISIT, "subject": tasks.PRE_TRIAL_VISIT}
    story.say(3, events.DutyClosedByPerson(participant="victim", reason="not_applicable", **visit_task))
    listed(story, 48, on(28))
    [first] = [row for row in story.play.records.values() if row.topic == tasks.PRE_TRIAL_VISIT and not row.closed_at]
    story.say(72, visit("accepted"))
    assert tasks.PRE_TRIAL_VISIT not in offers(story)
    story.say(192, events.EntryUndone(message="message-72"))
    assert tasks.PRE_TRIAL_VISIT in offers(story)
    [again] = [row for row in story.play.records.values() if row.topic == tasks.PRE_TRIAL_VISIT and not row.closed_at]
    assert (again.clock_start, again.due_at) == (first.clock_start, first.due_at)
