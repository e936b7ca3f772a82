"""Who is eligible for the Victim Contact Scheme: the 27 cases of the truth table, each limb, and what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workflows.charged import (
    ABH,
    AFFRAY,
    CHILD,
    CLASS_A,
    COERCIVE,
    EXTREME,
    GBH,
    MURDER,
    ORDER_BREACH,
    RAPE,
    ROBBERY,
    SENTENCED,
    THEFT,
    WITH_INTENT,
    guilty,
)
from workflows import offence_classes, strict_toml
from workflows.events import ResultKind
from workflows.sentence_length import length_of
from workflows.victim_contact_scheme import Charged, Result, Victim, assess

pytestmark = pytest.mark.feature("I1")

E, P, I, N = Result.ELIGIBLE, Result.POSSIBLE, Result.INSUFFICIENT, Result.NOT_ELIGIBLE  # noqa: E741  # as in the table
K = ResultKind


def ask(*offences: Charged, grounds: tuple[str, ...] = (), against: tuple[str, ...] = ("o1",), is_victim: bool = True):
    victim = Victim(is_victim=is_victim, offences=frozenset(against), grounds=frozenset(grounds))
    return assess(victim, offences)


second = {"offence": "o2"}
TABLE = {
    "ABH 12 months": (E, [guilty(ABH, length="12 M")]),
    "ABH 11 months": (N, [guilty(ABH, length="11 M")]),
    "ABH 11 months and domestic abuse": (P, [guilty(ABH, length="11 M")], {"grounds": ("DOMESTIC_ABUSE",)}),
    "coercive control 24 months": (P, [guilty(COERCIVE, length="24 M")]),
    "robbery, hospital order": (E, [guilty(ROBBERY, K.HOSPITAL)]),
    "section 20, suspended 18 months": (N, [guilty(GBH, K.SUSPENDED, "18 M")]),
    "section 20, activated 18 months": (E, [guilty(GBH, K.ACTIVATED, "18 M")]),
    "section 20, activated 8 months": (N, [guilty(GBH, K.ACTIVATED, "8 M")]),
    "murder, life": (E, [guilty(MURDER, K.LIFE, "life")]),
    "rape, extended 10 years + 4": (E, [guilty(RAPE, length="10 Y")]),
    "two ABH, 8 + 8 consecutive": (
        P,
        [guilty(ABH, length="8 M"), guilty(ABH, length="8 M", served="consecutive", **second)],
        {"against": ("o1", "o2")},
    ),
    "two ABH, 8 + 8 concurrent": (
        N,
        [guilty(ABH, length="8 M"), guilty(ABH, length="8 M", served="concurrent", **second)],
        {"against": ("o1", "o2")},
    ),
    "theft 24 months": (N, [guilty(THEFT, length="24 M")]),
    "ABH 6 concurrent with theft 24": (
        P,
        [guilty(ABH, length="6 M", served="concurrent"), guilty(THEFT, length="24 M", **second)],
    ),
    "acquitted of s.18; 14 months for bail breach": (
        N,
        [guilty(WITH_INTENT, None, verdict="not_guilty"), guilty("BA76001", length="14 M", **second)],
    ),
    "s.18 on A 5 years: A": (
        E,
        [guilty(WITH_INTENT, length="5 Y"), guilty(ABH, length="6 M", served="concurrent", **second)],
    ),
    "s.18 on A 5 years, ABH on B 6 months concurrent: B": (
        P,
        [guilty(WITH_INTENT, length="5 Y"), guilty(ABH, length="6 M", served="concurrent", **second)],
        {"against": ("o2",)},
    ),
    "D1 s.20 30 months": (E, [guilty(GBH, length="30 M")]),
    "D2 s.20 community order": (N, [guilty(GBH, K.COMMUNITY)]),
    "listed, custody, no length": (I, [guilty(ROBBERY)]),
    "unknown code 3 years": (I, [guilty("ZZ99999", length="3 Y")]),
    "affray 52 weeks": (P, [guilty(AFFRAY, length="52 W")]),
    "robbery 11 months, before the reshare": (N, [guilty(ROBBERY, length="11 M")]),
    "robbery reshared: 4 years": (E, [guilty(ROBBERY, length="4 Y")]),
    "appeal: 18 months become 9": (N, [guilty(ABH, length="9 M")]),
    "appeal: quashed": (N, [guilty(ABH, None, verdict="not_guilty")]),
    "youth robbery, detention and training 12 months": (E, [guilty(ROBBERY, length="12 M", result_code="1081")]),
    "witness only, rape 8 years": (N, [guilty(RAPE, length="8 Y")], {"is_victim": False}),
    "restraining-order breach 6 months": (P, [guilty(ORDER_BREACH, length="6 M")]),
    "a jury that could not decide, then a plea of guilty": (
        E,
        [guilty(ROBBERY, length="5 Y", verdict="no_verdict", plea="guilty")],
    ),
    "a jury that could not decide, and custody all the same": (
        I,
        [guilty(ROBBERY, length="5 Y", verdict="no_verdict")],
    ),
    "verdict Guilty typed NOT_GUILTY": (I, [guilty(ROBBERY, length="4 Y", verdict="not_guilty")]),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_truth_table(case):
    expected, offences, *more = TABLE[case]

    answer = ask(*offences, **(more[0] if more else {}))

    assert answer.result is expected, answer.reasons
    assert answer.reasons
    assert all(reason[0].isupper() and reason.endswith(".") for reason in answer.reasons)
    assert (answer.clock_from == SENTENCED) is (expected in (E, P))


@pytest.mark.parametrize(
    ("limb", "code", "grounds", "length", "expected"),
    [
        pytest.param("a", ABH, (), "12 M", E, id="a holds: listed"),
        pytest.param("a", MURDER, (), "12 Y", E, id="a holds: murder"),
        pytest.param("b", EXTREME, (), "2 Y", P, id="b unknown: notification depends"),
        pytest.param("b", EXTREME, (), "6 M", N, id="b unknown, and the sentence would not do"),
        pytest.param("c", CHILD, (), "12 M", E, id="c holds: against a child by its nature"),
        pytest.param("c", CHILD, (), "11 M", N, id="c holds, and the sentence is under 12 months"),
        pytest.param("c", CLASS_A, ("UNDER_18",), "3 Y", E, id="c holds: the victim is a child"),
        pytest.param("c", CLASS_A, (), "3 Y", P, id="c unknown: the victim's age is not recorded"),
        pytest.param("c", "CH84003", (), "3 Y", P, id="c unknown: not checked for this section"),
        pytest.param("none", THEFT, ("UNDER_18",), "3 Y", N, id="no limb: theft from a child"),
    ],
)
def test_every_limb_of_section_45_is_asked_before_anybody_is_not_eligible(limb, code, grounds, length, expected):
    answer = ask(guilty(code, length=length), grounds=grounds)

    assert answer.result is expected, answer.reasons
    if limb != "none" and expected is not N:
        assert limb in answer.per_sentence[0].unverified  # no limb has been held against the Act in force yet


def test_limb_b_that_holds_is_as_good_as_listed():
    classes = offence_classes.shipped()
    certain = replace(classes.of(EXTREME), notification="yes")
    classes = replace(classes, by_code={EXTREME: certain})

    answer = assess(Victim(is_victim=True, offences=frozenset({"o1"})), [guilty(EXTREME, length="2 Y")], classes)

    assert answer.result is E


@pytest.mark.parametrize("limb", "abc")
def test_every_limb_is_cited_and_says_whether_it_was_checked(limb):
    cited = offence_classes.shipped().limbs[limb]

    assert f"section 45(2)({limb})" in cited.source
    assert cited.verified is False


def test_an_unknown_link_between_victim_and_offence_is_never_no():
    answer = assess(
        Victim(is_victim=True, offences=None), [guilty(THEFT, K.FINE), guilty(ROBBERY, length="4 Y", offence="o2")]
    )

    assert (answer.result, answer.missing) == (I, ("which offences were against this person",))


def test_an_unknown_link_does_not_matter_where_no_offence_would_do():
    assert assess(Victim(is_victim=True, offences=None), [guilty(THEFT, K.FINE)]).result is N


def test_a_business_is_not_offered_the_scheme():
    victim = Victim(is_victim=True, is_business=True, offences=frozenset({"o1"}))

    assert assess(victim, [guilty(ROBBERY, length="4 Y")]).result is N


def test_insanity_with_a_hospital_order_counts_without_a_conviction():
    assert ask(guilty(MURDER, K.HOSPITAL, verdict="not_guilty")).result is E


@pytest.mark.parametrize("code", ["3132", "3053"])
def test_an_interim_order_leaves_it_open(code):
    assert ask(guilty(ROBBERY, K.ORDER, result_code=code)).result is P


def test_a_conviction_for_an_alternative_is_of_a_class_we_do_not_know():
    assert ask(guilty(WITH_INTENT, length="4 Y", verdict="guilty_of_alternative")).result is I


def test_a_sentence_of_an_unclear_kind_is_not_guessed():
    assert ask(guilty(ROBBERY, K.OTHER_SENTENCE, "4 Y", result_code="1002")).result is I


def test_life_may_stand_in_the_length_alone():
    assert ask(guilty(ROBBERY, length="life", result_code="1024")).result is E


def test_terms_of_which_nothing_is_said_may_be_consecutive():
    answer = ask(guilty(ABH, length="6 M"), guilty(ABH, length="6 M", **second), against=("o1", "o2"))

    assert (answer.result, answer.missing) == (P, ("whether the terms are consecutive or concurrent",))


@pytest.mark.parametrize("letter", "ABCEI")
def test_attempts_and_the_like_count_as_the_offence(letter):
    assert ask(guilty(f"{WITH_INTENT}{letter}", length="12 M")).result is E


@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ("SC15004", False), ("PH97004", False), ("PH97006", False), ("CJ88001", False), ("RT88564", False),
        ("TH68036", False), ("PH97009", True), ("PH97011", True), ("TH68045", True), ("CD71015", True),
    ],
)  # fmt: skip
def test_what_is_listed_and_what_is_not(code, listed):
    assert offence_classes.shipped().of(code).is_listed is listed


@pytest.mark.parametrize(
    ("text", "a_year", "just_below"),
    [
        ("12 M", True, False), ("1 Y", True, False), ("11 M", False, False), ("52 W", False, True),
        ("358 D", False, True), ("357 D", False, False), ("365 D", True, False), ("1 Y 6 M", True, False),
        ("11 M 28 D", False, True), ("6 M 26 W", False, True),
    ],
)  # fmt: skip
def test_how_long_a_sentence_is(text, a_year, just_below):
    length = length_of(text)

    assert (length.is_a_year_or_more, length.is_just_below_a_year) == (a_year, just_below)


@pytest.mark.parametrize("text", ["", "life", "12", "soon", "0 M", "12 M or so"])
def test_a_length_that_is_not_understood_is_none(text):
    assert length_of(text) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('part = "murder"', 'part = "murdre"'),
        ('cjs_codes = ["COML020"]', 'cjs_codes = ["COML025"]'),
        ('class = "kidnapping"', 'class = "murder"'),
        ('limb = "c"', 'limb = "b"'),
        ('aliases = ["Kidnap"]', 'alias = ["Kidnap"]'),
        ('cjs_codes = ["COML020"]', "cjs_codes = []"),
    ],
)
def test_the_file_of_classes_is_read_strictly(wrong, said):
    from importlib import resources

    text = resources.files("workflows").joinpath("rule_packs", "offence_classes.toml").read_text(encoding="utf-8")

    with pytest.raises(strict_toml.RuleFileError):
        offence_classes.load(text.replace(wrong, said, 1))


@pytest.mark.parametrize("for_life", [(K.LIFE, ""), (K.CUSTODY, "life")])
def test_a_sentence_for_life_for_another_offence_counts_as_a_year_when_terms_are_added_up(for_life):
    answer = ask(guilty(ABH, length="6 M"), guilty(WITH_INTENT, *for_life, **second))

    assert answer.result is P


def test_terms_are_added_up_with_certainty_only_when_the_court_said_how_they_are_served():
    def missing(served: str) -> tuple[str, ...]:
        eight = {"length": "8 M", "served": served}
        return ask(guilty(ABH, **eight), guilty(ABH, **eight, **second), against=("o1", "o2")).missing

    assert missing("consecutive") == ()
    assert missing("") == ("whether the terms are consecutive or concurrent",)
