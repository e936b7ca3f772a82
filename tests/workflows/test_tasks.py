"""What is to be done for a person beside telling them news: on which occasion, for whom, and when it is no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.workflows.standing import HAPPENED, JOINED, at, case, change, ended_by_hand, hearing, person, spoken, told
from workflows import needs, tasks
from workflows.charges import OffenceTruth
from workflows.events import (
    About,
    ContactOutcome,
    CpsNotRequired,
    CpsRequires,
    DateKind,
    HearingClass,
    OffenceResult,
    ResultKind,
    Role,
    When,
)
from workflows.journey import Journey
from workflows.proceedings import Proceedings
from workflows.snapshot import Topic, Withdrawal
from workflows.truth import HearingStatus
from workflows.working_days import instant_of

WITNESS = person(Role.WITNESS)
VICTIM = person(Role.VICTIM)
CALLED = {"requirements": {"p": CpsRequires(participant="p")}}
NOT_CALLED = {"requirements": {"p": CpsNotRequired(participant="p")}}
PLEADED = {"offences": {"o1": OffenceTruth(plea="not_guilty")}}
CONCLUDED = {"proceedings": {"d1": Proceedings.CONCLUDED}}
SENTENCE = (OffenceResult(defendant="d1", offence="o1", kind=ResultKind.CUSTODY, length="4 Y", final=True),)
WITHDREW = Withdrawal(at=at(9), reason="afraid", stage=Journey.LISTING)


def occasions(who, truth, topics=None, *, taken_over=True):
    """Give the occasion of each task of a person; the introduction only for those nobody looked after before us."""
    held = {("p", topic, topic): standing for topic, standing in (topics or {}).items()}
    found = list(tasks.tasks_for("p", who, truth, held, needs.NOTHING, taken_over=taken_over))
    assert all(topic == subject for topic, subject, _ in found)
    return {topic: value for topic, _, value in found}


def contents(who, truth, topics=None, **more):
    return {topic: value.content for topic, value in occasions(who, truth, topics, **more).items()}


def test_every_task_is_known_as_one_and_news_is_not():
    assert all(tasks.is_task(topic) for topic in (*tasks.TASKS, "task.keep_in_touch", "task.vcs_referral"))
    assert not tasks.is_task("hearing.when_where")


# Who, in which case, and each task there is with its occasion.
TABLE = {
    "a witness of whom nothing is known yet": (WITNESS, {}, {}),
    "a victim of whom nothing is known yet": (VICTIM, {}, {}),
    "a victim after a plea of not guilty": (
        VICTIM,
        PLEADED,
        {tasks.NEEDS: {"because": "not_guilty_plea"}, tasks.DATES_TO_AVOID: {"because": "not_guilty_plea"}},
    ),
    "a witness after a plea of not guilty": (
        WITNESS,
        PLEADED,
        {tasks.DATES_TO_AVOID: {"because": "not_guilty_plea"}},
    ),
    "somebody who is victim and witness": (
        person(Role.BOTH),
        PLEADED,
        {tasks.NEEDS: {"because": "not_guilty_plea"}, tasks.DATES_TO_AVOID: {"because": "not_guilty_plea"}},
    ),
    "a victim whose defendant pleaded guilty": (VICTIM, {"offences": {"o1": OffenceTruth(plea="guilty")}}, {
        tasks.PERSONAL_STATEMENT: {"defendants": 1}, tasks.MEETING_BEFORE_SENTENCE: {"defendants": 1},
    }),
    "a witness who is called": (
        WITNESS,
        CALLED,
        {tasks.NEEDS: {"because": "cps_list"}, tasks.PRE_TRIAL_VISIT: {}, tasks.WITNESS_SERVICE: {}},
    ),
    "a victim who is called after a plea": (
        VICTIM,
        CALLED | PLEADED,
        {
            tasks.NEEDS: {"because": "cps_list"},
            tasks.DATES_TO_AVOID: {"because": "not_guilty_plea"},
            tasks.PRE_TRIAL_VISIT: {},
            tasks.WITNESS_SERVICE: {},
        },
    ),
    "a witness who is not called is asked for nothing": (WITNESS, NOT_CALLED | PLEADED, {}),
    "a victim who is not called still has needs": (
        VICTIM,
        NOT_CALLED | PLEADED,
        {tasks.NEEDS: {"because": "not_guilty_plea"}},
    ),
    "a witness when all is over": (WITNESS, CONCLUDED | CALLED, {tasks.CLOSURE: {"because": "end_of_case"}}),
    "a victim when all is over": (VICTIM, CONCLUDED | CALLED, {tasks.CLOSURE: {"because": "end_of_case"}}),
    "a victim who withdrew": (
        person(withdrawal=WITHDREW), PLEADED,
        {
            tasks.CLOSURE: {"because": "withdrawal"},
            tasks.NEEDS: {"because": "not_guilty_plea"},
            tasks.DATES_TO_AVOID: {"because": "not_guilty_plea"},
        },
    ),
    "somebody who withdrew, and then it was over": (
        person(Role.WITNESS, withdrawal=WITHDREW), CONCLUDED, {tasks.CLOSURE: {"because": "withdrawal"}},
    ),
    "somebody whose journey is closed": (person(journey=Journey.CLOSED), CONCLUDED | CALLED | PLEADED, {}),
    "a case without a defendant is not over": (VICTIM, {"charged": {}, "proceedings": {}}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_what_is_to_be_done_for_whom(name):
    who, stands, expected = TABLE[name]

    assert contents(who, case(**stands)) == expected


def test_a_case_is_over_for_a_person_only_when_each_of_their_defendants_has_been_dealt_with():
    two = case(
        charged={"d1": ("o1",), "d2": ("o2",)},
        proceedings={"d1": Proceedings.CONCLUDED, "d2": Proceedings.AWAITING_TRIAL},
    )

    assert tasks.CLOSURE not in contents(WITNESS, two)
    assert tasks.CLOSURE in contents(person(Role.WITNESS, defendants=("d1",)), two)
    assert tasks.CLOSURE not in contents(person(Role.WITNESS, defendants=("d2",)), two)


# --- the introduction


@pytest.mark.parametrize(("who", "rights"), [(VICTIM, True), (person(Role.BOTH), True), (WITNESS, False)])
def test_everybody_is_introduced_to_unless_somebody_looked_after_them_before_or_it_is_over(who, rights):
    assert contents(who, case(), taken_over=False) == {tasks.INTRODUCTION: {"rights": rights}}
    assert contents(who, case(), taken_over=True) == {}
    assert tasks.INTRODUCTION not in contents(who, case(**CONCLUDED), taken_over=False)


def part(*names, rights=True):
    return {"rights": rights, "parts": list(names)}


WHO, EXPECT, SUPPORT = tasks.INTRODUCED
WHOLE = {"rights": True}
AS_WITNESS = {"rights": False}
INTRODUCED = {
    "nothing told": (Topic(), WHOLE),
    "all told": (Topic(told=(told(WHOLE),)), WHOLE),
    "one part told": (Topic(told=(told(part(WHO)),)), part(EXPECT, SUPPORT)),
    "two parts told in two talks": (
        Topic(told=(told(part(WHO), at(3)), told(part(SUPPORT), at(4)))), part(EXPECT),
    ),
    "the last part told: that stands": (
        Topic(told=(told(part(WHO, SUPPORT), at(3)), told(part(EXPECT), at(4)))), part(EXPECT),
    ),
    "told in one talk, the later contact stands": (
        Topic(told=(told(part(WHO, SUPPORT), at(3), contact="b"), told(part(EXPECT), at(3), contact="a"))),
        part(WHO, SUPPORT),
    ),
    "written down late: the talk counts": (
        Topic(told=(told(part(EXPECT), at(4)), told(part(WHO, SUPPORT), at(3)))), part(EXPECT),
    ),
    "a talk that never was": (Topic(told=(told(part(WHO), void=True),)), WHOLE),
    "a talk that never was after one that was": (
        Topic(told=(told(part(WHO), at(3)), told(part(EXPECT, SUPPORT), at(4), void=True))), part(EXPECT, SUPPORT),
    ),
    "told as a witness": (Topic(told=(told(AS_WITNESS),)), WHOLE),
    "told as a victim, then as a witness": (
        Topic(told=(told(part(WHO), at(3)), told(AS_WITNESS, at(4)))), WHOLE,
    ),
    "told as a witness, then in part as a victim": (
        Topic(told=(told(AS_WITNESS, at(3)), told(part(WHO), at(4)))), part(EXPECT, SUPPORT),
    ),
    "ended by hand": (ended_by_hand(WHOLE), WHOLE),
    "ended by hand as a witness": (ended_by_hand(AS_WITNESS), WHOLE),
    "what was left ended by hand": (
        replace(ended_by_hand(part(EXPECT, SUPPORT)), told=(told(part(WHO)),)), part(EXPECT, SUPPORT),
    ),
    "a part ended by hand, nothing told": (ended_by_hand(part(EXPECT)), part(WHO, SUPPORT)),
    "ended, and nothing since": (Topic(history=(change(WHOLE),)), WHOLE),
    "the one that was ended counts, not another": (
        Topic(history=(change(part(WHO), "first"), change(part(EXPECT))), waived=HAPPENED), part(WHO, SUPPORT),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INTRODUCED)
def test_an_introduction_is_about_what_is_left_to_be_said(name):
    held, left = INTRODUCED[name]

    found = contents(VICTIM, case(), {tasks.INTRODUCTION: held}, taken_over=False)

    assert found == {tasks.INTRODUCTION: left}


@pytest.mark.parametrize(
    ("introduction", "parts", "said"),
    [
        (WHOLE, (SUPPORT, WHO, EXPECT), WHOLE),
        (WHOLE, (SUPPORT, WHO), part(WHO, SUPPORT)),
        (part(EXPECT, SUPPORT), (SUPPORT, EXPECT), part(EXPECT, SUPPORT)),
        (part(EXPECT, SUPPORT), (WHO,), part(WHO)),
        (AS_WITNESS, (WHO, "another question"), part(WHO, rights=False)),
        ({}, (WHO,), part(WHO, rights=False)),
    ],
)
def test_what_was_told_is_the_whole_or_the_parts_that_were_answered(introduction, parts, said):
    assert tasks.only_parts(introduction, parts) == said


# --- who was looked after before us


@pytest.mark.parametrize(
    ("contact", "taken_over"),
    [
        (spoken(JOINED - timedelta(hours=1)), True),
        (spoken(JOINED), False),
        (spoken(JOINED - timedelta(hours=1), void=True), False),
        (spoken(JOINED - timedelta(hours=1), ContactOutcome.NO_ANSWER), False),
        (spoken(JOINED - timedelta(hours=1), ContactOutcome.DELIVERED_AS_CHOSEN), True),
    ],
)
def test_whoever_was_spoken_with_or_told_something_before_they_joined_was_taken_over(contact, taken_over):
    assert tasks.was_taken_over(person(contacts=(contact,)), []) is taken_over


@pytest.mark.parametrize(
    ("value", "taken_over"),
    [
        (told(WHOLE, contact=""), True),
        (told(WHOLE, contact="", void=True), False),
        (told(WHOLE, JOINED - timedelta(hours=1)), True),
        (told(WHOLE, JOINED), False),
    ],
)
def test_whoever_was_told_something_without_a_contact_of_ours_was_taken_over(value, taken_over):
    assert tasks.was_taken_over(VICTIM, [Topic(told=(value,))]) is taken_over


# --- needs


PLEA, LIST = {"because": "not_guilty_plea"}, {"because": "cps_list"}


@pytest.mark.parametrize(
    ("held", "stands", "expected"),
    [
        pytest.param(Topic(told=(told(PLEA),)), PLEADED, PLEA, id="asked after the plea"),
        pytest.param(Topic(told=(told(PLEA),)), CALLED, LIST, id="asked after the plea, and now called: asked again"),
        pytest.param(Topic(told=(told(LIST),)), PLEADED, LIST, id="asked when called: not again after a plea"),
        pytest.param(Topic(told=(told(LIST, void=True),)), PLEADED, PLEA, id="a talk that never was"),
        pytest.param(Topic(told=(told(LIST), told(PLEA))), PLEADED, PLEA, id="the last time counts"),
        pytest.param(ended_by_hand(LIST), PLEADED, LIST, id="ended by hand when called"),
        pytest.param(ended_by_hand(PLEA), CALLED, LIST, id="ended by hand after the plea, and now called"),
        pytest.param(Topic(history=(change(LIST),)), PLEADED, PLEA, id="owed when called, and never asked"),
    ],
)
def test_needs_are_asked_about_again_only_on_a_wider_occasion(held, stands, expected):
    assert contents(VICTIM, case(**stands), {tasks.NEEDS: held})[tasks.NEEDS] == expected


def test_what_is_done_before_a_trial_is_due_before_the_first_one():
    found = occasions(VICTIM, case(hearings=(hearing("b", date(2026, 6, 1)), hearing("a")), **CALLED | PLEADED))

    for topic in (tasks.NEEDS, tasks.PRE_TRIAL_VISIT, tasks.WITNESS_SERVICE):
        assert (found[topic].hearing, found[topic].starts_at) == ("a", at(11, month=5))
    assert tasks.DATES_TO_AVOID not in found  # there is a date


# --- dates to avoid


FOR_A_PLEA = About(hearing_class=HearingClass.PLEA)


def adjourned(name="trial-0", day=date(2026, 4, 1), status=HearingStatus.ADJOURNED, **more):
    return hearing(name, day, status=status, **more)


@pytest.mark.parametrize(
    ("hearings", "expected"),
    [
        pytest.param((hearing(),), None, id="there is a date"),
        pytest.param((hearing(day=None),), PLEA, id="a trial whose date is to be fixed"),
        pytest.param((adjourned(),), {"instead_of": "2026-04-01"}, id="a trial put off"),
        pytest.param((adjourned(), hearing()), None, id="put off, and there is another date"),
        pytest.param(
            (adjourned(), adjourned("trial-1", date(2026, 4, 9))), {"instead_of": "2026-04-09"}, id="put off twice",
        ),
        pytest.param((adjourned(day=None),), {"instead_of": ""}, id="put off, and nobody knows from when"),
        pytest.param(
            (hearing(when=When(kind=DateKind.WEEK_COMMENCING, week_commencing=date(2026, 5, 4))),), PLEA,
            id="a week is no date",
        ),
        pytest.param((hearing(when=None, days=()),), PLEA, id="a trial of which no date ever came"),
        pytest.param((adjourned(about=FOR_A_PLEA),), PLEA, id="a hearing for a plea put off"),
        pytest.param((hearing(about=FOR_A_PLEA),), PLEA, id="a hearing for a plea has a date"),
        pytest.param((adjourned(status=HearingStatus.VACATED),), {"instead_of": "2026-04-01"}, id="a trial vacated"),
        pytest.param((adjourned(status=HearingStatus.WITHDRAWN),), PLEA, id="a trial withdrawn is not put off"),
    ],
)  # fmt: skip
def test_dates_to_avoid_are_asked_for_while_a_trial_needs_a_date(hearings, expected):
    assert contents(WITNESS, case(hearings=hearings, **PLEADED)).get(tasks.DATES_TO_AVOID) == expected


# --- special measures that nobody decided on


def test_undecided_measures_are_chased_from_28_days_before_the_trial():
    measures = {"p": {"video_link": "granted", "screens": "asked", "intermediary": "asked"}}
    found = occasions(WITNESS, case(hearings=(hearing(),), measures=measures, **CALLED))[tasks.SPECIAL_MEASURES_CHASE]

    assert found.content == {"measures": ["intermediary", "screens"], "trial": "2026-05-11"}
    assert (found.hearing, found.not_before) == ("trial-1", instant_of(date(2026, 4, 13), tasks.STARTS_AT_MIDNIGHT))


@pytest.mark.parametrize(
    ("hearings", "measures", "requirement"),
    [
        pytest.param((), {"p": {"screens": "asked"}}, CALLED, id="no trial"),
        pytest.param((hearing(day=None),), {"p": {"screens": "asked"}}, CALLED, id="no date"),
        pytest.param((hearing(),), {"p": {"screens": "granted"}}, CALLED, id="decided"),
        pytest.param((hearing(),), {"another": {"screens": "asked"}}, CALLED, id="somebody else's"),
        pytest.param((hearing(),), {"p": {"screens": "asked"}}, {}, id="not called"),
    ],
)
def test_nothing_is_chased_without_a_trial_a_call_or_a_measure_that_waits(hearings, measures, requirement):
    truth = case(hearings=hearings, measures=measures, **requirement)

    assert tasks.SPECIAL_MEASURES_CHASE not in occasions(WITNESS, truth)


# --- around the sentence


GUILTY = OffenceTruth(verdict="guilty")
SENTENCED = OffenceTruth(verdict="guilty", sentence=SENTENCE, final=True)
BEFORE_SENTENCE = (tasks.PERSONAL_STATEMENT, tasks.MEETING_BEFORE_SENTENCE)


def two(first: OffenceTruth, second: OffenceTruth, **more):
    return case(
        charged={"d1": ("o1",), "d2": ("o2",)},
        offences={"o1": first, "o2": second},
        proceedings={"d1": Proceedings.AWAITING_SENTENCE, "d2": Proceedings.AWAITING_SENTENCE},
        **more,
    )


@pytest.mark.parametrize(
    ("first", "second", "before", "after"),
    [
        (GUILTY, OffenceTruth(), 1, None),
        (GUILTY, GUILTY, 2, None),
        (GUILTY, SENTENCED, 2, 1),
        (SENTENCED, SENTENCED, None, 2),
        (SENTENCED, OffenceTruth(verdict="not_guilty", final=True), None, 1),
        (OffenceTruth(), OffenceTruth(verdict="not_guilty"), None, None),
        (replace(GUILTY, final=True), OffenceTruth(), None, None),  # ended without a sentence: a death
        (replace(GUILTY, sentence=SENTENCE), OffenceTruth(), None, 1),
    ],
)
def test_a_victim_is_offered_a_statement_and_a_meeting_before_and_a_meeting_after_each_sentence(
    first, second, before, after
):
    found = contents(VICTIM, two(first, second))

    assert {topic: found.get(topic) for topic in BEFORE_SENTENCE} == dict.fromkeys(
        BEFORE_SENTENCE, before and {"defendants": before}
    )
    assert found.get(tasks.MEETING_AFTER_SENTENCE) == (after and {"defendants": after})
    assert not {*BEFORE_SENTENCE, tasks.MEETING_AFTER_SENTENCE} & set(contents(WITNESS, two(first, second)))


def test_only_the_defendants_and_offences_of_a_victim_count():
    own = person(offences=("o2",))

    assert contents(own, two(GUILTY, OffenceTruth())) == {}
    assert contents(own, two(GUILTY, SENTENCED)) == {tasks.MEETING_AFTER_SENTENCE: {"defendants": 1}}


ONE, TWO = {"defendants": 1}, {"defendants": 2}


@pytest.mark.parametrize(
    ("held", "now", "expected"),
    [
        pytest.param(Topic(told=(told(ONE),)), (GUILTY, OffenceTruth()), ONE, id="offered for the one"),
        pytest.param(Topic(told=(told(ONE),)), (GUILTY, GUILTY), TWO, id="another is convicted: offered again"),
        pytest.param(Topic(told=(told(TWO),)), (GUILTY, OffenceTruth()), TWO, id="a conviction fell: not again"),
        pytest.param(Topic(told=(told(TWO),)), (GUILTY, GUILTY), TWO, id="offered for both"),
        pytest.param(ended_by_hand(TWO), (GUILTY, OffenceTruth()), TWO, id="ended by hand"),
        pytest.param(Topic(told=(told({}),)), (GUILTY, OffenceTruth()), ONE, id="another system's words"),
    ],
)
def test_an_offer_is_made_again_only_for_another_defendant(held, now, expected):
    found = contents(VICTIM, two(*now), dict.fromkeys(BEFORE_SENTENCE, held))

    assert [found[topic] for topic in BEFORE_SENTENCE] == [expected, expected]


def test_a_meeting_after_the_sentence_is_offered_again_only_for_another_sentence():
    held = {tasks.MEETING_AFTER_SENTENCE: Topic(told=(told(ONE),))}

    assert contents(VICTIM, two(SENTENCED, GUILTY), held)[tasks.MEETING_AFTER_SENTENCE] == ONE
    assert contents(VICTIM, two(SENTENCED, SENTENCED), held)[tasks.MEETING_AFTER_SENTENCE] == TWO


def test_what_is_offered_before_the_sentence_is_due_before_the_hearing_that_passes_it():
    for_sentence = About(hearing_class=HearingClass.SENTENCE)
    hearings = (hearing(), hearing("sentence", date(2026, 6, 1), about=for_sentence))
    found = occasions(VICTIM, two(GUILTY, SENTENCED, hearings=hearings))

    assert [found[topic].hearing for topic in BEFORE_SENTENCE] == ["sentence", "sentence"]
    assert found[tasks.PERSONAL_STATEMENT].starts_at == at(1, month=6)
    assert found[tasks.MEETING_AFTER_SENTENCE].hearing is None


# --- the last talk


END, GAVE_UP = {"because": "end_of_case"}, {"because": "withdrawal"}


@pytest.mark.parametrize("held", [Topic(told=(told(GAVE_UP),)), ended_by_hand(GAVE_UP)])
def test_a_last_talk_that_was_had_after_a_withdrawal_is_not_owed_again_at_the_end(held):
    assert contents(WITNESS, case(**CONCLUDED), {tasks.CLOSURE: held}) == {tasks.CLOSURE: GAVE_UP}


def test_a_last_talk_that_never_was_is_owed_at_the_end():
    held = Topic(told=(told(GAVE_UP, void=True),))

    assert contents(WITNESS, case(**CONCLUDED), {tasks.CLOSURE: held}) == {tasks.CLOSURE: END}
