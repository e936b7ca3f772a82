"""What a person needs to take part: answers, when the assessment is complete, and why it is opened again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from importlib import resources

import pytest

from tests.workflows.test_decide_properties import RULES
from tests.workflows.test_duties import MONDAY, Story
from workflows import enhanced_rights, events, needs, needs_pack, snapshot, tasks
from workflows.engagement_facts import concerns_of
from workflows.engagement_pack import default_engagement_pack
from workflows.events import NeedSaid, NeedsAsked, Role, Said
from workflows.snapshot import NeedsStanding, Topic
from workflows.strict_toml import RuleFileError
from workflows.working_days import london_date

PACK = needs_pack.shipped()
KEY = ("victim", tasks.NEEDS, tasks.NEEDS)
PLEA = events.PleaRecorded(defendant="defendant", offence="offence", plea="not_guilty")


def everything(answer: Said = Said.NO, **other: Said) -> NeedsAsked:
    said = dict.fromkeys((question.key for question in PACK.questions), answer) | other
    return asked(**said)


def asked(**said: Said) -> NeedsAsked:
    return NeedsAsked(
        participant="victim", answers=tuple(NeedSaid(question=key, answer=answer) for key, answer in said.items())
    )


def standing(story: Story) -> NeedsStanding:
    assert story.play.snapshot.needs == story.play.refolded().snapshot.needs
    return story.play.snapshot.needs.get("victim", needs.NOTHING)


def topic(story: Story) -> Topic:
    return story.play.snapshot.topics.get(KEY, Topic())


def owed_because(story: Story) -> str:
    """Give why they are to be asked now; empty when they are not, or only once some months are over."""
    held = topic(story)
    if held.duty is None:
        return ""
    because = str(held.history[-1].value["because"])
    return "" if because == needs.MONTHS_OVER else because


def called(story: Story, hour: float = 1) -> None:
    story.say(hour, events.CpsRequires(participant="victim"))


# --- the questions ------------------------------------------------------------------------------------------------


def test_every_fact_of_a_needs_assessment_is_a_question_and_each_section_says_what_to_record():
    assert {question.key for question in PACK.questions} == {
        *("interpreter", "reading", "senses_mobility", "mental_health", "learning", "intermediary", "fear", "safety"),
        *("support_person", "caring", "travel", "work_leave", "expenses", "oath", "preferences", "availability"),
        *("screens", "live_link", "recorded_evidence", "visit", "statement_refresh", "personal_statement"),
    }
    assert {question.key for question in PACK.questions if question.practical} == {
        *("travel", "caring", "interpreter", "work_leave"),
    }
    assert all(
        section.record and PACK.asked_of(Role.VICTIM, date(2026, 3, 2), section.key) for section in PACK.sections
    )


def test_a_witness_is_not_asked_for_a_victim_personal_statement():
    day = date(2026, 3, 2)
    keys = {role: {each.key for each in PACK.asked_of(role, day)} for role in (Role.WITNESS, Role.VICTIM)}
    assert keys[Role.VICTIM] - keys[Role.WITNESS] == {"personal_statement"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ('key = "travel"\nsection = "practical"', 'there is no section "practicall"'),
        ('key = "caring"', "once"),
        ("practical = true", "unknown key"),
    ],
)
def test_a_file_of_questions_that_is_not_understood_is_refused_with_where(wrong: str, words: str):
    text = (resources.files("workflows") / "rule_packs" / needs_pack.FILE).read_text(encoding="utf-8")
    changed = {
        'key = "travel"\nsection = "practical"': 'key = "travel"\nsection = "practicall"',
        'key = "caring"': 'key = "travel"',
        "practical = true": "practicable = true",
    }[wrong]
    with pytest.raises(RuleFileError, match=words):
        needs_pack.load(text.replace(wrong, changed, 1))


def test_a_question_counts_only_between_its_days():
    first = PACK.questions[0]
    ended = replace(first, valid_from=date(2026, 2, 1), valid_to=date(2026, 2, 28))
    assert [ended.is_for(Role.VICTIM, date(2026, month, day)) for month, day in ((1, 31), (2, 1), (2, 28), (3, 1))] == [
        *(False, True, True, False)
    ]


# --- complete -----------------------------------------------------------------------------------------------------


@pytest.mark.feature("D1")
def test_the_task_is_done_when_nothing_required_is_left_unasked_and_not_before():
    story = Story()
    called(story)
    assert owed_because(story) == needs.CPS_LIST
    row = topic(story).duty
    story.say(2, asked(travel=Said.YES, interpreter=Said.NO))
    assert (standing(story).complete_at, topic(story).duty) == (None, row)

    rest = {each.key: Said.DECLINED for each in PACK.questions if each.key not in ("travel", "interpreter")}
    story.say(30, asked(**rest))

    assert standing(story).complete_at == MONDAY + timedelta(hours=30)
    assert owed_because(story) == ""
    closed = next(record for record in story.play.refolded().duties.values() if row and record.id == row.row)
    assert (closed.closed_reason, closed.met) == ("done", True)
    assert needs.answer_to(standing(story), "travel").answer is Said.YES  # of another day, and kept


def test_no_answer_is_not_a_no_and_an_answer_may_be_taken_away():
    story = Story()
    story.say(1, asked(travel=Said.NO))
    assert needs.answer_to(standing(story), "caring") is None
    story.say(2, asked(travel=Said.NOT_ASKED))
    assert needs.answer_to(standing(story), "travel") is None


@pytest.mark.feature("D1")
def test_after_six_months_they_are_asked_again_and_answering_earlier_counts_the_months_anew():
    story = Story()
    called(story)
    story.say(2, everything())
    held = topic(story)
    assert held.duty is not None
    assert held.history[-1].value["because"] == needs.MONTHS_OVER
    assert london_date(held.duty.clock_start) == date(2026, 9, 2)  # MONDAY is 2 March 2026
    first = held.duty.due
    working = next(each.explanation for each in story.play.refolded().duties.values() if each.id == held.duty.row)
    assert working[0].startswith("Counted from Wednesday 2 September 2026")

    story.say(24 * 30, everything())
    again = topic(story).duty
    assert again is not None
    assert again.due > first
    assert again.row != held.duty.row


@pytest.mark.parametrize(
    ("trigger", "because"),
    [
        (PLEA, needs.NOT_GUILTY_PLEA),
        (events.CpsRequires(participant="victim", days=(2,)), needs.NEW_REQUIREMENT),
        (events.SafetyConcernRaised(participant="victim"), needs.SAFETY),
        (events.NeedsToBeAskedAgain(participant="victim"), needs.REQUESTED),
        (
            events.ParticipantRecorded(
                participant="victim",
                role=Role.VICTIM,
                enhanced=events.Answer.YES,
                enhanced_basis=("HATE",),
            ),
            needs.VULNERABLE,
        ),
    ],
)
@pytest.mark.feature("D1")
def test_what_changes_their_situation_opens_a_complete_assessment_again(trigger: events.Fact, because: str):
    story = Story()
    called(story)
    story.say(2, everything())
    story.say(50, trigger)

    assert owed_because(story) == because
    assert not needs.is_complete(standing(story))
    assert needs.sections_asked(standing(story), story.play.snapshot.people["victim"], MONDAY) == ()
    assert needs.answer_to(standing(story), "travel") is not None  # what they said is kept until they say otherwise

    story.say(52, everything(travel=Said.YES))
    assert needs.is_complete(standing(story))
    assert owed_because(story) == ""


def test_a_repeat_opens_nothing_and_a_second_reason_keeps_the_first_time():
    story = Story()
    called(story)
    story.say(2, everything())
    called(story, 50)  # the same requirement
    assert owed_because(story) == ""
    story.say(60, events.SafetyConcernRaised(participant="victim"))
    due = topic(story).duty.due
    story.say(80, events.NeedsToBeAskedAgain(participant="victim"))
    assert owed_because(story) == needs.SAFETY
    assert topic(story).duty.due == due


@pytest.mark.parametrize(
    ("trigger", "because"),
    [
        (events.SafetyConcernRaised(participant="victim"), needs.SAFETY),
        (events.NeedsToBeAskedAgain(participant="victim"), needs.REQUESTED),
    ],
)
@pytest.mark.feature("D1")
def test_fear_while_they_are_half_way_asks_again_what_they_had_answered_and_keeps_the_first_time(
    trigger: events.Fact, because: str
):
    story = Story()
    called(story)
    first = topic(story).duty
    story.say(2, asked(fear=Said.NO, safety=Said.NO))
    story.say(3, trigger)
    rest = {each.key: Said.NO for each in PACK.questions if each.key not in ("fear", "safety")}
    story.say(4, asked(**rest))

    assert standing(story).complete_at is None
    assert owed_because(story) == because
    assert (topic(story).duty.row, topic(story).duty.due) == (first.row, first.due)

    story.say(5, asked(fear=Said.YES, safety=Said.NO))
    assert needs.is_complete(standing(story))
    assert owed_because(story) == ""


def test_a_further_reason_before_anybody_was_asked_leaves_it_as_it_is():
    story = Story()
    called(story)
    held = topic(story)
    story.say(3, events.SafetyConcernRaised(participant="victim"))
    assert (topic(story), standing(story)) == (held, needs.NOTHING)


@pytest.mark.parametrize("again", [events.CpsRequires(participant="victim", days=(2,)), PLEA])
@pytest.mark.feature("D1")
def test_whoever_need_not_come_any_more_is_not_asked_again_for_it(again: events.Fact):
    story = Story()
    called(story)
    story.say(2, everything())
    if again is not PLEA:
        story.say(3, again)
        assert owed_because(story) == needs.NEW_REQUIREMENT
    story.say(4, events.CpsNotRequired(participant="victim"))
    assert owed_because(story) == ""
    assert topic(story).duty is None
    if again is PLEA:
        story.say(5, again)
        assert owed_because(story) == needs.NOT_GUILTY_PLEA  # a victim is asked after a plea, called or not
    story.say(6, events.SafetyConcernRaised(participant="victim"))
    assert owed_because(story) in (needs.SAFETY, needs.NOT_GUILTY_PLEA)


@pytest.mark.parametrize(
    ("trigger", "because"),
    [(PLEA, needs.NOT_GUILTY_PLEA), (events.CpsRequires(participant="victim", days=(2,)), needs.NEW_REQUIREMENT)],
)
@pytest.mark.feature("D1")
def test_whose_assessment_was_once_ended_by_hand_is_asked_again_all_the_same(trigger: events.Fact, because: str):
    story = Story()
    called(story)
    story.say(2, events.DutyClosedByPerson(participant="victim", topic=tasks.NEEDS, subject=tasks.NEEDS, reason="done"))
    assert topic(story).duty is None
    story.say(50, trigger)
    assert topic(story).duty is not None
    assert owed_because(story) == because


@pytest.mark.feature("D1")
def test_a_list_while_they_are_half_way_the_first_time_stays_the_first_time():
    story = Story()
    story.say(1, PLEA)
    story.say(2, asked(travel=Said.YES))
    called(story, 3)
    assert standing(story).again is None
    rest = {each.key: Said.NO for each in PACK.questions if each.key != "travel"}
    story.say(4, asked(**rest))
    assert needs.is_complete(standing(story))


def test_a_ground_that_their_own_answers_suggested_does_not_open_the_assessment_it_came_from():
    story = Story()
    called(story)
    story.say(2, everything(mental_health=Said.YES))
    basis = ("MENTAL_HEALTH_CAPACITY",)
    story.say(
        3,
        events.ParticipantRecorded(
            participant="victim", role=Role.VICTIM, enhanced=events.Answer.YES, enhanced_basis=basis
        ),
    )
    assert owed_because(story) == ""


def test_an_officer_may_ask_for_it_before_anything_else_does_and_once_is_enough():
    story = Story()
    story.say(1, events.NeedsToBeAskedAgain(participant="victim"))
    assert owed_because(story) == needs.REQUESTED
    opened = topic(story).duty
    story.say(2, events.NeedsToBeAskedAgain(participant="victim"))
    assert topic(story).duty == opened


def test_answers_taken_down_before_the_plea_do_not_make_the_plea_pass_unasked():
    story = Story()
    story.say(1, everything())
    assert owed_because(story) == ""
    story.say(20, PLEA)
    assert owed_because(story) == needs.NOT_GUILTY_PLEA


# --- undone -------------------------------------------------------------------------------------------------------


def test_answers_that_were_undone_leave_the_task_open_on_its_first_clock():
    story = Story()
    called(story)
    first = topic(story).duty
    story.say(2, everything())
    story.say(40, events.EntryUndone(message="message-2"))
    assert standing(story) == needs.NOTHING
    assert owed_because(story) == needs.CPS_LIST
    assert (topic(story).duty.due, topic(story).duty.clock_start) == (first.due, first.clock_start)


def test_a_request_that_was_undone_leaves_the_assessment_complete():
    story = Story()
    called(story)
    story.say(2, everything())
    story.say(10, events.NeedsToBeAskedAgain(participant="victim"))
    story.say(12, events.EntryUndone(message="message-10"))
    assert needs.is_complete(standing(story))
    assert owed_because(story) == ""


# --- help that is not arranged, and what answers suggest ----------------------------------------------------------


def test_practical_help_counts_for_the_concern_until_it_is_arranged_and_again_when_it_falls_through():
    story = Story()
    called(story, 0.5)
    story.say(1, asked(travel=Said.YES, caring=Said.NO, screens=Said.YES))
    assert [each.question for each in needs.not_arranged(standing(story))] == ["travel"]
    assert "UNMET_PRACTICAL" in factors(story)
    story.say(5, events.NeedArranged(participant="victim", question="travel"))
    assert "UNMET_PRACTICAL" not in factors(story)
    story.say(6, asked(travel=Said.YES))  # said again, and still arranged
    assert "UNMET_PRACTICAL" not in factors(story)
    story.say(7, events.NeedArranged(participant="victim", question="travel", arranged=False))
    assert "UNMET_PRACTICAL" in factors(story)
    story.say(8, asked(travel=Said.NO))
    story.say(9, asked(travel=Said.YES))
    assert "UNMET_PRACTICAL" in factors(story)


def test_help_counts_only_for_whom_must_come_and_since_they_first_said_that_they_need_it():
    story = Story()
    story.say(1, asked(travel=Said.YES))
    assert "UNMET_PRACTICAL" not in factors(story)
    called(story, 2)
    assert "UNMET_PRACTICAL" in factors(story)
    assert needs.answer_to(standing(story), "travel").since == MONDAY + timedelta(hours=1)
    story.say(30, asked(travel=Said.YES))  # confirmed
    assert practical_since(story) == london_date(MONDAY)
    story.say(40, events.CpsNotRequired(participant="victim"))
    assert "UNMET_PRACTICAL" not in factors(story)
    called(story, 50)
    story.say(60, asked(travel=Said.NO))
    story.say(70, asked(travel=Said.YES))
    assert practical_since(story) == london_date(MONDAY + timedelta(hours=70))


def practical_since(story: Story) -> date:
    now = MONDAY + timedelta(hours=100)
    found = concerns_of(story.play.snapshot, ["victim"], RULES, default_engagement_pack(), now)["victim"]
    return next(reason.on for reason in found.reasons if reason.factor == "UNMET_PRACTICAL")


def factors(story: Story) -> set[str]:
    now = MONDAY + timedelta(hours=100)
    found = concerns_of(story.play.snapshot, ["victim"], RULES, default_engagement_pack(), now)["victim"]
    assert (
        found
        == concerns_of(story.play.refolded().snapshot, ["victim"], RULES, default_engagement_pack(), now)["victim"]
    )
    return {reason.factor for reason in found.reasons}


def test_an_answer_suggests_a_ground_for_enhanced_rights_and_nothing_is_granted():
    story, in_force = Story(), 24 * 280
    story.say(in_force, asked(fear=Said.YES, senses_mobility=Said.YES, learning=Said.NO, reading=Said.YES))
    person = story.play.snapshot.people["victim"]
    assert set(person.suggested) == {"INTIMIDATED", "DISABILITY"}
    assert (person.enhanced_basis, person.gets_enhanced_time) == ((), True)
    story.say(in_force + 1, asked(fear=Said.NO, senses_mobility=Said.DECLINED))
    assert story.play.snapshot.people["victim"].suggested == ()


def test_only_questions_that_are_asked_suggest_a_ground():
    named = {key for ground in enhanced_rights.shipped().by_key.values() for key in ground.needs}
    assert named == {"fear", "safety", "mental_health", "learning", "senses_mobility"}
    assert all(PACK.question(key) for key in named)
    text = '[[grounds]]\nground="X"\nwords="x"\nevidence="memory"\nverified=false\nneeds=["fears"]\n'
    head = 'title="t"\nsource="s"\nevidence="memory"\nverified=false\neffective_from=2026-11-01\n'
    with pytest.raises(RuleFileError, match='there is no question "fears"'):
        enhanced_rights.load(head + text)


def test_what_was_said_survives_being_stored():
    story = Story()
    story.say(1, everything(travel=Said.YES))
    stored = snapshot.dump(story.play.snapshot)
    assert snapshot.load(stored).needs == story.play.snapshot.needs
