"""Engagement concern: exactly the stated points, never fewer for a worse fact, and right until the next look."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engagement import NOT_FOLLOWED, Band, Concern, Facts, assess
from workflows.engagement_pack import FACTORS, default_engagement_pack

PACK = default_engagement_pack()
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def times(n: int) -> tuple[datetime, ...]:
    return tuple(ago(30 * (i + 1)) for i in range(n))


def silent(intervals: float) -> dict[str, Any]:
    return {"silent_since": ago(28 * intervals + 2), "agreed_days": 28}


# factor, the facts, the points: from the domain rules, section 8.
TABLE = [
    ("STATED_RELUCTANCE", {"reluctant_since": ago(3)}, 40),
    ("WITHDRAWN", {"withdrew_at": ago(3)}, 40),
    ("SAFETY_CONCERN", {"safety_concern_since": ago(3)}, 30),
    ("MISSED_CONTACT", {"missed_in_a_row": 1, "last_missed_at": ago(1)}, 0),
    ("MISSED_CONTACT", {"missed_in_a_row": 2, "last_missed_at": ago(1)}, 10),
    ("MISSED_CONTACT", {"missed_in_a_row": 3, "last_missed_at": ago(1)}, 20),
    ("MISSED_CONTACT", {"missed_in_a_row": 9, "last_missed_at": ago(1)}, 20),
    ("SILENCE", {"silent_since": ago(27), "agreed_days": 28}, 0),
    ("SILENCE", silent(1), 5),
    ("SILENCE", silent(2), 15),
    *(("RELIST_COUNT", {"relists": times(n)}, points) for n, points in enumerate((0, 5, 10, 15, 20, 20))),
    ("LATE_CHANGE", {"late_change_at": ago(4)}, 10),
    ("UNEXPLAINED_CHANGE", {"unexplained_change_at": ago(4)}, 10),
    *(("CASE_AGE", {"case_since": ago(d)}, points) for d, points in ((180, 0), (190, 5), (370, 10), (740, 15))),
    ("OFFENCE_CONTEXT", {"offence_context_since": ago(4)}, 10),
    ("NEEDS_ASSESSMENT_OVERDUE", {"needs_assessment_due_at": ago(1)}, 10),
    ("SPECIAL_MEASURES_UNRESOLVED", {"measures_asked_for_at": ago(9), "trial_at": ago(-27)}, 10),
    ("SPECIAL_MEASURES_UNRESOLVED", {"measures_asked_for_at": ago(9), "trial_at": ago(-28)}, 0),
    ("NO_SUPPORT_REFERRAL", {"no_support_referral_since": ago(4)}, 5),
    ("WCO_CHANGED", {"officer_changes": times(1)}, 0),
    ("WCO_CHANGED", {"officer_changes": times(2)}, 5),
    ("UNMET_PRACTICAL", {"practical_need_since": ago(4)}, 5),
    ("OVERDUE_DUTY", {"code_duties_due": (ago(-1),)}, 0),
    ("OVERDUE_DUTY", {"code_duties_due": (ago(1), ago(3), ago(-1))}, 10),
    ("SPOKE_LATELY", {"last_two_way_at": ago(14)}, -5),
    ("SPOKE_LATELY", {"last_two_way_at": ago(15)}, 0),
    ("SUPPORT_ENGAGED", {"support_engaged_since": ago(4)}, -5),
    ("VISIT_DONE", {"visited_court_at": ago(4)}, -5),
    ("MEASURES_GRANTED", {"measures_known_since": ago(4)}, -5),
]


@pytest.mark.feature("H1")
@pytest.mark.parametrize(("factor", "known", "points"), TABLE)
def test_each_fact_gives_exactly_the_points_of_the_table(factor, known, points):
    concern = assess(Facts(**known), PACK, NOW)
    assert [(reason.factor, reason.points) for reason in concern.reasons] == ([(factor, points)] if points else [])
    assert concern.points == max(0, points)


def test_every_factor_is_in_the_table():
    assert {factor for factor, _, points in TABLE if points} == set(FACTORS) == {row.key for row in PACK.factors}


@pytest.mark.feature("H1")
@pytest.mark.parametrize(("factor", "known", "points"), [row for row in TABLE if row[2]])
def test_every_point_names_its_fact_and_date(factor, known, points):
    (reason,) = assess(Facts(**known), PACK, NOW).reasons
    assert f"{reason.on.day} {reason.on:%B %Y}" in reason.words
    assert not reason.words[0].islower()
    assert reason.words.endswith(".")
    assert "{" not in reason.words


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("known", "band"),
    [
        ({}, Band.NOT_ENOUGH),
        ({"anything_recorded": True}, Band.ROUTINE),
        ({"anything_recorded": True, "relists": times(3)}, Band.ROUTINE),
        ({"relists": times(4)}, Band.WATCH),
        ({"relists": times(4), "missed_in_a_row": 3, "last_missed_at": ago(1)}, Band.RAISED),
        (
            {"relists": times(4), "missed_in_a_row": 3, "last_missed_at": ago(1), **silent(2), "case_since": ago(190)},
            60,
        ),
        ({"reluctant_since": ago(1), "last_two_way_at": ago(1)}, Band.HIGH),
        ({"safety_concern_since": ago(1)}, Band.HIGH),
        ({"withdrew_at": ago(1)}, Band.HIGH),
    ],
)
def test_the_bands_and_what_alone_makes_a_concern_high(known, band):
    assert assess(Facts(**known), PACK, NOW).band == (Band.HIGH if band == 60 else band)


def test_a_withdrawal_counts_in_place_of_a_stated_reluctance():
    concern = assess(Facts(reluctant_since=ago(9), withdrew_at=ago(1)), PACK, NOW)
    assert (concern.points, concern.suggested_action) == (40, "closure_discussion")


def test_what_to_do_first_is_about_fear_before_anything_that_counts_more_in_sum():
    known = Facts(safety_concern_since=ago(1), relists=times(4), missed_in_a_row=3, last_missed_at=ago(1))
    assert assess(known, PACK, NOW).suggested_action == "safety_review"


@pytest.mark.feature("H1")
def test_it_says_what_would_lower_it():
    concern = assess(Facts(missed_in_a_row=2, last_missed_at=ago(1), code_duties_due=(ago(2),)), PACK, NOW)
    assert concern.lowers == ("You speak with them.", "You tell them what is overdue.")


@pytest.mark.feature("H1")
def test_it_knows_nothing_of_who_a_person_is():
    """Section 8: never age, sex, ethnicity, nationality or another protected characteristic. It is right to add a field
    here only for something that happened, or that the person said or needs."""
    assert {field.name for field in dataclasses.fields(Facts)} == {
        *("reluctant_since", "withdrew_at", "safety_concern_since", "missed_in_a_row", "last_missed_at"),
        *("silent_since", "agreed_days", "relists", "late_change_at", "unexplained_change_at", "case_since"),
        *("offence_context_since", "code_duties_due", "last_two_way_at", "anything_recorded"),
        *("needs_assessment_due_at", "measures_asked_for_at", "trial_at", "no_support_referral_since"),
        *("officer_changes", "practical_need_since", "support_engaged_since", "visited_court_at"),
        "measures_known_since",
    }


def test_who_is_not_followed_has_no_points():
    assert Concern(points=0, band=Band.NOT_FOLLOWED) == NOT_FOLLOWED


# --- properties ---------------------------------------------------------------------------------------------------

moments = st.integers(-60 * 24, 900 * 24).map(lambda hours: NOW - timedelta(hours=hours))
past = st.integers(0, 900 * 24).map(lambda hours: NOW - timedelta(hours=hours))
maybe = st.none() | past


@st.composite
def facts(draw: Any) -> Facts:
    missed = draw(st.integers(0, 4))
    return Facts(
        **{
            name: draw(maybe)
            for name in (
                *("reluctant_since", "withdrew_at", "safety_concern_since", "silent_since", "late_change_at"),
                *("unexplained_change_at", "case_since", "offence_context_since", "last_two_way_at"),
                *("measures_asked_for_at", "no_support_referral_since", "practical_need_since"),
                *("support_engaged_since", "visited_court_at", "measures_known_since"),
            )
        },
        missed_in_a_row=missed,
        last_missed_at=draw(past) if missed else None,
        agreed_days=draw(st.sampled_from([0, 14, 28])),
        relists=tuple(draw(st.lists(past, max_size=5))),
        code_duties_due=tuple(draw(st.lists(moments, max_size=3))),
        anything_recorded=draw(st.booleans()),
        needs_assessment_due_at=draw(st.none() | moments),
        trial_at=draw(st.none() | moments),
        officer_changes=tuple(draw(st.lists(past, max_size=3))),
    )


EARLIER = timedelta(days=40)
# How each fact may be worse than it is.
WORSE: dict[str, Any] = {
    **{
        name: lambda value, name=name: {name: value or NOW - EARLIER}
        for name in (
            *("reluctant_since", "withdrew_at", "safety_concern_since", "late_change_at", "unexplained_change_at"),
            *("offence_context_since", "no_support_referral_since", "practical_need_since"),
        )
    },
    **{
        name: lambda value, name=name: {name: (value or NOW) - EARLIER}
        for name in ("silent_since", "case_since", "needs_assessment_due_at")
    },
    **{
        name: lambda value, name=name: {name: (*value, NOW - EARLIER)}
        for name in ("relists", "code_duties_due", "officer_changes")
    },
    **{
        name: lambda value, name=name: {name: None}
        for name in ("last_two_way_at", "support_engaged_since", "visited_court_at", "measures_known_since")
    },
    "missed_in_a_row": lambda value: {"missed_in_a_row": value + 1, "last_missed_at": NOW},
    "measures_asked_for_at": lambda value: {"measures_asked_for_at": value or NOW - EARLIER},
    "trial_at": lambda value: {"trial_at": min(value or NOW, NOW)},
}


@pytest.mark.feature("H1")
@given(facts(), st.sampled_from(sorted(WORSE)))
def test_a_worse_fact_never_lowers_the_points_or_the_band(known, name):
    worse = dataclasses.replace(known, **WORSE[name](getattr(known, name)))
    before, after = assess(known, PACK, NOW), assess(worse, PACK, NOW)
    assert after.points >= before.points
    assert after.band.rank >= before.band.rank


def test_every_fact_that_counts_can_be_made_worse_in_that_test():
    not_by_themselves = {"last_missed_at", "agreed_days", "anything_recorded"}
    assert {field.name for field in dataclasses.fields(Facts)} - not_by_themselves == set(WORSE)


@given(facts(), st.integers(-30, 60))
def test_points_are_the_sum_of_their_reasons_and_never_below_nothing(known, days):
    now = NOW + timedelta(days=days)
    concern = assess(known, PACK, now)
    assert concern.points == max(0, sum(reason.points for reason in concern.reasons))
    assert concern == assess(known, PACK, now)


@pytest.mark.feature("H1")
@given(facts())
def test_time_alone_changes_nothing_before_the_next_look_and_something_at_it(known):
    now = NOW
    for _ in range(6):
        concern = assess(known, PACK, now)
        at = concern.next_review_at
        if at is None:
            assert answer(assess(known, PACK, now + timedelta(days=4000))) == answer(concern)
            return
        assert at > now
        assert assess(known, PACK, at - TICK) == concern
        assert answer(assess(known, PACK, at)) != answer(concern)
        now = at


def answer(concern: Concern) -> Concern:
    return dataclasses.replace(concern, next_review_at=None)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"relists": times(1)}, "once"),
        ({"relists": times(2)}, "twice"),
        ({"relists": times(3)}, "three times"),
        ({"relists": times(4)}, "4 times"),
        (silent(1), "28 days"),
    ],
)
def test_a_reason_says_how_often_and_what_was_agreed(known, words):
    (reason,) = assess(Facts(**known), PACK, NOW).reasons

    assert words in reason.words


def test_a_factor_that_begins_or_ends_on_a_later_day_is_looked_at_again_then():
    def next_look(**period) -> datetime | None:
        factors = tuple(dataclasses.replace(factor, **period) for factor in PACK.factors if factor.key == "LATE_CHANGE")
        pack = dataclasses.replace(PACK, factors=factors)
        return assess(Facts(late_change_at=ago(4)), pack, NOW).next_review_at

    assert next_look(valid_from=date(2026, 12, 1)) == datetime(2026, 12, 1, tzinfo=UTC)
    assert next_look(valid_to=date(2026, 12, 1)) == datetime(2026, 12, 2, tzinfo=UTC)
    assert next_look() is None


@pytest.mark.parametrize(
    ("known", "on"),
    [
        ({"withdrew_at": ago(3), "reluctant_since": ago(9)}, ago(3)),
        ({"reluctant_since": ago(9)}, ago(9)),
        ({"missed_in_a_row": 2, "last_missed_at": ago(1)}, ago(1)),
        (silent(2), ago(58)),
        ({"relists": (ago(9), ago(2), ago(30))}, ago(2)),  # the last time
        ({"officer_changes": times(3)}, ago(30)),
        ({"case_since": ago(190)}, ago(190)),
        ({"needs_assessment_due_at": ago(4)}, ago(4)),
        ({"code_duties_due": (ago(1), ago(3), ago(-1))}, ago(3)),  # the first that is due
        ({"measures_asked_for_at": ago(9), "trial_at": ago(-5)}, ago(9)),
        ({"last_two_way_at": ago(2)}, ago(2)),
        ({"late_change_at": datetime(2026, 7, 1, 23, 30, tzinfo=UTC)}, datetime(2026, 7, 2, tzinfo=UTC)),  # in London
    ],
)
def test_a_reason_carries_the_london_date_of_its_fact(known, on):
    (reason,) = assess(Facts(**known), PACK, NOW).reasons

    assert reason.on == on.date()


def utc(day: int, month: int, year: int = 2026, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "next_look"),
    [
        pytest.param({}, None, id="nothing known"),
        pytest.param({"late_change_at": ago(4)}, None, id="time changes nothing"),
        pytest.param({"silent_since": ago(1), "agreed_days": 14}, utc(11, 12), id="one interval over"),
        pytest.param({"silent_since": ago(20), "agreed_days": 14}, utc(6, 12), id="two intervals over"),
        pytest.param({"silent_since": ago(90), "agreed_days": 14}, None, id="no further step"),
        pytest.param({"silent_since": ago(1)}, None, id="no interval was agreed"),
        pytest.param({"case_since": ago(1)}, utc(26, 5, 2027, 23), id="six months"),
        pytest.param({"case_since": ago(190)}, utc(21, 5, 2027, 23), id="a year"),
        pytest.param({"needs_assessment_due_at": ago(-3)}, ago(-3), id="falls due"),
        pytest.param({"needs_assessment_due_at": ago(3)}, None, id="is due"),
        pytest.param({"code_duties_due": (ago(-3), ago(-2))}, ago(-2), id="the first falls due"),
        pytest.param({"code_duties_due": (ago(-3), ago(2))}, None, id="only the first is named"),
        pytest.param({"code_duties_due": (NOW,)}, None, id="is due this moment"),
        pytest.param(
            {"measures_asked_for_at": ago(9), "trial_at": utc(11, 1, 2027, 10)}, utc(15, 12),
            id="the trial comes near",
        ),
        pytest.param({"measures_asked_for_at": ago(9)}, None, id="no trial"),
        pytest.param({"last_two_way_at": ago(1)}, utc(11, 12), id="a talk grows old"),
        pytest.param({"last_two_way_at": ago(15)}, None, id="a talk is old"),
        pytest.param(
            {"last_two_way_at": ago(1), "needs_assessment_due_at": ago(-3)}, ago(-3), id="the earliest of two",
        ),
    ],
)  # fmt: skip
def test_the_next_look_is_when_time_alone_first_changes_something(known, next_look):
    assert assess(Facts(**known), PACK, NOW).next_review_at == next_look


def test_reasons_come_with_what_counts_most_first_and_say_what_to_do():
    known = Facts(relists=times(1), missed_in_a_row=3, last_missed_at=ago(1), last_two_way_at=ago(2))
    concern = assess(known, PACK, NOW)

    assert [reason.factor for reason in concern.reasons] == ["MISSED_CONTACT", "RELIST_COUNT", "SPOKE_LATELY"]
    actions = {factor.key: factor.action for factor in PACK.factors}
    assert [reason.action for reason in concern.reasons] == [actions[reason.factor] for reason in concern.reasons]
    assert concern.suggested_action == actions["MISSED_CONTACT"]


def test_what_would_lower_it_is_said_once_for_each_thing_that_would():
    concern = assess(Facts(missed_in_a_row=2, last_missed_at=ago(1), **silent(1)), PACK, NOW)

    assert concern.lowers == ("You speak with them.",)


def test_without_a_reason_there_is_nothing_to_do_first():
    assert assess(Facts(last_two_way_at=ago(1)), PACK, NOW).suggested_action == ""
    assert assess(Facts(), PACK, NOW).suggested_action == ""
