"""What an officer reads of an answer about the Victim Contact Scheme: the rule, why in words, and what to find out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.workflows.charged import (
    ABH,
    AFFRAY,
    CLASS_A,
    COERCIVE,
    EXTREME,
    GBH,
    MURDER,
    ORDER_BREACH,
    ROBBERY,
    SENTENCED,
    THEFT,
    WITH_INTENT,
    guilty,
)
from workflows import offence_classes
from workflows.events import ResultKind
from workflows.victim_contact_scheme import Assessment, Charged, Result, Victim, assess

pytestmark = pytest.mark.feature("I1")

E, P, I, N = Result.ELIGIBLE, Result.POSSIBLE, Result.INSUFFICIENT, Result.NOT_ELIGIBLE  # noqa: E741  # as in the table
K = ResultKind
second, after_another = {"offence": "o2"}, {"served": "consecutive"}
BEFORE = date(2026, 11, 20)
CHILD, ABUSED = {"grounds": frozenset({"UNDER_18"})}, {"grounds": frozenset({"DOMESTIC_ABUSE"})}

ABH_WORDS = "Assault occasioning actual bodily harm (Offences against the Person Act 1861, section 47)"
ROBBERY_WORDS = "Robbery or assault with intent to rob (Theft Act 1968, section 8)"
IMAGES = "Possessing extreme pornographic images (Criminal Justice and Immigration Act 2008, section 63)"
DRUGS = "Supplying or offering to supply a Class A drug (Misuse of Drugs Act 1971, section 4(3))"
NOTIFIED = "an offence that makes the offender subject to sexual offence notification requirements"
IMAGES_PERHAPS = (
    f"{IMAGES} is not in the schedule, but it may be {NOTIFIED} (section 45(2)(b)); "
    "with this sentence the scheme would then be for this person."
)
NOT_CUSTODY = "The sentence is neither immediate custody nor a hospital order."
NO_CONVICTION = "There is no conviction for this offence."
NO_VERDICT = "No verdict or guilty plea is recorded for this offence."
NO_SENTENCE = "The defendant is convicted of this offence, and no sentence for it is recorded."
INTERIM = "An interim hospital order or a secure accommodation order was made; the final order decides."


def ask(*offences: Charged, **about) -> Assessment:
    return assess(Victim(**({"is_victim": True, "offences": frozenset({"o1"})} | about)), offences)


# The offence, its answer and the rule that gave it, why in words, what to find out, and the limbs of section 45(2) that
# the answer rests on and nobody has checked.
WORDS = {
    "not guilty, and custody": (
        guilty(ROBBERY, length="4 Y", verdict="not_guilty"),
        *(I, 2, "The verdict is not guilty, but a sentence of custody was passed for the same offence."),
        *("which of verdict and sentence holds", ""),
    ),
    "no verdict of the jury, and custody": (
        guilty(ROBBERY, K.ACTIVATED, "4 Y", verdict="no_verdict"),
        I,
        2,
        "The verdict is that the jury could not decide, but a sentence of custody was passed for the same offence.",
        *("which of verdict and sentence holds", ""),
    ),
    "not guilty": (guilty(ABH, None, verdict="not_guilty"), N, 2, NO_CONVICTION, "", ""),
    "the jury could not decide": (guilty(ABH, None, verdict="no_verdict"), N, 2, NO_CONVICTION, "", ""),
    "withdrawn": (guilty(ABH, K.WITHDRAWN, verdict=""), N, 2, NO_CONVICTION, "", ""),
    "dismissed": (guilty(ABH, K.DISMISSED, verdict=""), N, 2, NO_CONVICTION, "", ""),
    "discontinued": (guilty(ABH, K.DISCONTINUED, verdict=""), N, 2, NO_CONVICTION, "", ""),
    "withdrawn, but not for good": (
        guilty(ABH, K.WITHDRAWN, verdict="", final=False),
        I,
        2,
        NO_VERDICT,
        "the verdict",
        "",
    ),
    "nothing known": (guilty(ABH, None, verdict=""), I, 2, NO_VERDICT, "the verdict", ""),
    "custody without a verdict": (guilty(ABH, length="4 Y", verdict=""), I, 2, NO_VERDICT, "the verdict", ""),
    "a plea of not guilty": (guilty(ABH, None, verdict="", plea="not_guilty"), I, 2, NO_VERDICT, "the verdict", ""),
    "no sentence": (guilty(ABH, None), I, 3, NO_SENTENCE, "the sentence", ""),
    "a sentence that is not final": (guilty(ABH, length="4 Y", final=False), I, 3, NO_SENTENCE, "the sentence", ""),
    "suspended": (
        guilty(GBH, K.SUSPENDED, "18 M"),
        *(N, 3, "The sentence is suspended, so it is not custody unless it is activated.", "", ""),
    ),
    "a community order": (guilty(GBH, K.COMMUNITY), N, 3, NOT_CUSTODY, "", ""),
    "a fine": (guilty(GBH, K.FINE), N, 3, NOT_CUSTODY, "", ""),
    "a code that is never custody": (guilty(GBH, length="4 Y", result_code="1509"), N, 3, NOT_CUSTODY, "", ""),
    "another kind": (
        guilty(ROBBERY, K.OTHER_SENTENCE),
        I,
        3,
        "It is not clear what kind of sentence was passed: the court's code and its words do not settle it.",
        *("the kind of sentence", ""),
    ),
    "no code": (
        guilty("", length="3 Y"),
        *(I, 4, "The offence code is not recorded.", "the class of the offence", ""),
    ),
    "an unknown code": (
        guilty("ZZ99999", length="3 Y"),
        *(I, 4, "The offence code ZZ99999 is not in our list of offence classes.", "the class of the offence", ""),
    ),
    "an alternative": (
        guilty(ROBBERY, length="3 Y", verdict="guilty_of_alternative"),
        *(I, 4, "The conviction is for an alternative offence, and which one is not recorded."),
        *("the class of the offence", ""),
    ),
    "a hospital order": (
        guilty(ROBBERY, K.HOSPITAL),
        *(E, 5, f"{ROBBERY_WORDS} is a listed violent offence, and a hospital order was made.", "", "a"),
    ),
    "murder": (
        guilty(MURDER, K.LIFE, "life"),
        E,
        5,
        "Murder (common law) is murder, and the sentence is for life or without a limit of time.",
        *("", "a"),
    ),
    "listed, 12 months or more": (
        guilty(ROBBERY, length="4 Y"),
        E,
        5,
        f"{ROBBERY_WORDS} is a listed violent offence, and the sentence of 4 years is 12 months or more.",
        *("", "a"),
    ),
    "listed, without a length": (
        guilty(ROBBERY),
        I,
        6,
        f"{ROBBERY_WORDS} is a listed violent offence and custody was passed, but its length is missing or not clear.",
        *("the length of the sentence", "a"),
    ),
    "an interim order": (guilty(ROBBERY, K.ORDER, result_code="3132"), P, 7, INTERIM, "", "a"),
    "an interim order, shared as what is to follow": (
        guilty(ROBBERY, K.ADJOURNED, result_code="3132", final=False),
        *(P, 7, INTERIM, "", "a"),
    ),
    "an interim order, given as a hospital order": (
        guilty(ROBBERY, K.HOSPITAL, result_code="3132"),
        *(P, 7, INTERIM, "", "a"),
    ),
    "within a week of a year": (
        guilty(AFFRAY, length="52 W"),
        *(P, 7, "The sentence of 52 weeks is within 7 days of 12 months.", "", "a"),
    ),
    "coercive control": (
        guilty(COERCIVE, length="24 M"),
        P,
        7,
        "Custody was passed in a case of controlling or coercive behaviour: "
        "the scheme may be offered at its discretion.",
        *("", ""),
    ),
    "breach of an order": (
        guilty(ORDER_BREACH, K.ACTIVATED, "6 M"),
        P,
        7,
        "Custody was passed in a case of breach of a protective order: the scheme may be offered at its discretion.",
        *("", ""),
    ),
    "limb b perhaps": (guilty(EXTREME, length="2 Y"), P, 8, IMAGES_PERHAPS, f"whether it is {NOTIFIED}", "b"),
    "limb b perhaps, just below a year": (
        guilty(EXTREME, length="52 W"),
        *(P, 8, IMAGES_PERHAPS, f"whether it is {NOTIFIED}", "b"),
    ),
    "limb b perhaps, and too short": (
        guilty(EXTREME, length="6 M"),
        N,
        9,
        f"Even if {IMAGES} met a limb of section 45(2), a sentence of 6 months would be under 12 months.",
        *("", "abc"),
    ),
    "limb c perhaps": (
        guilty(CLASS_A, length="3 Y"),
        P,
        8,
        f"{DRUGS} is not in the schedule, but it may be an offence against a child (section 45(2)(c)); "
        "with this sentence the scheme would then be for this person.",
        *("whether it is an offence against a child", "c"),
    ),
    "listed, under 12 months": (
        guilty(ROBBERY, length="11 M"),
        N,
        9,
        f"{ROBBERY_WORDS} is a listed violent offence, but a sentence of 11 months is under 12 months.",
        *("", "abc"),
    ),
    "no limb": (
        guilty(THEFT, length="24 M"),
        N,
        9,
        "Theft (Theft Act 1968, section 1) meets no limb of section 45(2), "
        "so a sentence of 24 months does not bring it into the scheme.",
        *("", "abc"),
    ),
    "no limb, without a length": (
        guilty(THEFT),
        N,
        9,
        "Theft (Theft Act 1968, section 1) meets no limb of section 45(2), "
        "so the sentence does not bring it into the scheme.",
        *("", "abc"),
    ),
}


def test_every_answer_says_its_rule_and_why_and_what_to_find_out():
    said = {}
    for case, (offence, *_) in WORDS.items():
        answer = ask(offence)
        (judged,) = answer.per_sentence
        assert (answer.result, answer.reasons, answer.missing) == (judged.result, (judged.reason,), judged.missing)
        assert judged.offence == "o1"
        said[case] = (
            offence, judged.result, judged.rule, judged.reason, "; ".join(judged.missing), "".join(judged.unverified)
        )  # fmt: skip

    assert said == WORDS


@pytest.mark.parametrize(
    ("offences", "about", "result", "rule", "reason", "missing"),
    [
        pytest.param(
            [guilty(ROBBERY, length="4 Y")], {"is_business": True},
            N, 1, "A business is not offered the scheme.", (), id="a business",
        ),
        pytest.param(
            [guilty(ROBBERY, length="4 Y")], {"is_victim": False},
            N, 1, "A witness who is not a victim is not offered the scheme.", (), id="a witness",
        ),
        pytest.param(
            [guilty(ROBBERY, length="4 Y")], {"is_for_a_child": True},
            N, 1, "The scheme is offered to the child, who is the victim.", (), id="a parent",
        ),
        pytest.param(
            [guilty(ROBBERY, length="4 Y")], {"offences": None},
            I, 1, "It is not recorded which of the offences were against this person.",
            ("which offences were against this person",), id="nobody knows of what",
        ),
        pytest.param(
            [guilty(ABH, length="12 M")], {"offences": frozenset({"o9"})},
            N, 2, "This defendant is charged with no offence against this person.", (), id="of nothing against them",
        ),
    ],
)  # fmt: skip
def test_an_answer_for_the_whole_case_belongs_to_no_offence(offences, about, result, rule, reason, missing):
    answer = ask(*offences, **about)

    (judged,) = answer.per_sentence
    assert (judged.offence, judged.result, judged.rule, judged.reason) == ("", result, rule, reason)
    assert judged.missing == missing
    assert (answer.result, answer.reasons, answer.missing, answer.clock_from) == (result, (reason,), missing, None)


@pytest.mark.parametrize(
    ("offences", "about", "reason", "missing", "limbs"),
    [
        pytest.param(
            [guilty(ABH, length="11 M")], ABUSED,
            "Custody was passed in a case of domestic abuse: the scheme may be offered at its discretion.", (), "a",
            id="domestic abuse, for a listed offence",
        ),
        pytest.param(
            [guilty(THEFT, length="11 M")], ABUSED,
            "Custody was passed in a case of domestic abuse: the scheme may be offered at its discretion.", (), "",
            id="domestic abuse, for another offence",
        ),
        pytest.param(
            [guilty(ABH, length="8 M", **after_another), guilty(THEFT, length="8 M", **after_another, **second)],
            {},
            f"{ABH_WORDS} is listed; its own term is under 12 months, but the defendant's terms together may be "
            "12 months or more.", (), "a",
            id="terms one after another",
        ),
        pytest.param(
            [guilty(EXTREME, length="6 M", served="consecutive"), guilty(THEFT, length="6 M", **second)], {},
            IMAGES_PERHAPS, (f"whether it is {NOTIFIED}",), "b",
            id="terms together, for what is perhaps listed",
        ),
    ],
)  # fmt: skip
def test_what_the_scheme_may_take_on_says_why(offences, about, reason, missing, limbs):
    answer = ask(*offences, **about)

    (judged,) = answer.per_sentence
    assert (answer.result, judged.reason, judged.missing, "".join(judged.unverified)) == (P, reason, missing, limbs)


def test_a_drug_sold_to_a_child_counts_as_an_offence_against_a_child():
    (judged,) = ask(guilty(CLASS_A, length="3 Y"), **CHILD).per_sentence

    assert judged.reason == f"{DRUGS} is an offence against a child, and the sentence of 3 years is 12 months or more."
    assert (judged.result, judged.unverified) == (E, ("c",))


def test_domestic_abuse_brings_nobody_in_without_custody():
    assert ask(guilty(THEFT, K.HOSPITAL), **ABUSED).result is N


def test_a_limb_that_was_checked_is_no_longer_named_as_unchecked():
    shipped = offence_classes.shipped()
    checked = replace(shipped, limbs=shipped.limbs | {"a": replace(shipped.limbs["a"], verified=True)})
    victim = Victim(is_victim=True, offences=frozenset({"o1"}))

    (judged,) = assess(victim, [guilty(ROBBERY, length="11 M")], checked).per_sentence

    assert judged.unverified == ("b", "c")


@pytest.mark.parametrize("offences", [frozenset({"o1"}), None])
def test_the_classes_given_are_the_ones_asked(offences):
    classes = replace(offence_classes.shipped(), by_code={})

    answer = assess(Victim(is_victim=True, offences=offences), [guilty(THEFT, length="4 Y")], classes)

    assert answer.result is I


def test_the_sentence_behind_an_answer_is_shown_as_the_court_gave_it():
    (judged,) = ask(guilty(ROBBERY, length="4 Y", label="Imprisonment")).per_sentence
    assert (judged.label, judged.kind, judged.length, judged.sentenced_on) == (
        *("Imprisonment", "custody", "4 Y", SENTENCED),
    )

    (judged,) = ask(guilty(ROBBERY, None)).per_sentence
    assert (judged.label, judged.kind, judged.length, judged.sentenced_on) == ("", "", "", None)


@pytest.mark.parametrize("kind", [K.OTHER_SENTENCE, K.FINE, K.CUSTODY, K.HOSPITAL])
@pytest.mark.parametrize("code", ["ZZ99999", ROBBERY, THEFT, EXTREME])
@pytest.mark.parametrize("result_code", ["", "3132"])
def test_whatever_the_answer_is_it_shows_the_sentence_it_was_given_for(kind, code, result_code):
    (judged,) = ask(guilty(code, kind, label="As ordered", result_code=result_code)).per_sentence

    assert (judged.label, judged.kind, judged.sentenced_on) == ("As ordered", kind.value, SENTENCED)


@pytest.mark.parametrize(
    ("first", "other", "strongest"),
    [
        (guilty(THEFT, length="1 M"), {"code": COERCIVE, "length": "4 M"}, P),  # not eligible, and possible
        (guilty(ROBBERY), {"code": COERCIVE, "length": "4 M"}, P),  # cannot tell, and possible
        (guilty(ROBBERY), {"code": THEFT, "length": "4 M"}, I),  # cannot tell, and not eligible
        (guilty(COERCIVE, length="1 M"), {"code": ROBBERY, "length": "4 Y"}, E),  # possible, and eligible
    ],
)
def test_the_strongest_answer_counts_and_its_reasons_alone_are_given(first, other, strongest):
    answer = ask(first, guilty(**other, **second), offences=frozenset({"o1", "o2"}))

    assert answer.result is strongest
    behind = [each.reason for each in answer.per_sentence if each.result is strongest]
    assert (list(answer.reasons), len(answer.per_sentence)) == (behind, 2)


def test_the_same_reason_and_the_same_question_are_given_once():
    answer = ask(guilty(ROBBERY), guilty(ROBBERY, **second), offences=frozenset({"o1", "o2"}))

    assert (len(answer.per_sentence), len(answer.reasons)) == (2, 1)
    assert answer.missing == ("the length of the sentence",)


def test_what_is_missing_of_a_weaker_answer_is_asked_for_as_well():
    answer = ask(guilty(ROBBERY), guilty(ROBBERY, length="4 Y", **second), offences=frozenset({"o1", "o2"}))

    assert (answer.result, answer.missing) == (E, ("the length of the sentence",))


def test_the_time_for_a_referral_runs_from_the_first_sentence_that_gave_the_answer():
    def clock(**first) -> date | None:
        third = guilty(THEFT, length="1 M", offence="o3", sentenced_on=date(2026, 1, 5))
        later = guilty(WITH_INTENT, length="5 Y", **second)
        return ask(
            guilty(ROBBERY, length="4 Y", **first), later, third, offences=frozenset({"o1", "o2", "o3"})
        ).clock_from

    assert clock(sentenced_on=BEFORE) == BEFORE
    assert clock(sentenced_on=None) == SENTENCED


def test_a_sentence_of_an_unknown_day_starts_no_time():
    answer = ask(guilty(ROBBERY, length="4 Y", sentenced_on=None))

    assert (answer.result, answer.clock_from) == (E, None)


def test_only_terms_of_custody_whose_length_is_known_are_added_up():
    def result(**other) -> Result:
        return ask(guilty(ABH, length="6 M", served="consecutive"), guilty(THEFT, **other, **second)).result

    assert result(length="6 M", served="consecutive") is P
    assert result(length="") is N
    assert result(kind=K.SUSPENDED, length="18 M") is N
    assert result(length="6 M", final=False) is N


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([("11 M", "concurrent"), ("11 M", "concurrent")], N),
        ([("7 M", "concurrent"), ("5 M", "consecutive")], P),
        ([("7 M", "concurrent"), ("4 M", "consecutive")], N),
        ([("7 M", "concurrent"), ("4 M", "")], N),
        ([("4 M", ""), ("4 M", ""), ("4 M", "")], P),
        ([("4 M", "concurrent"), ("6 M", ""), ("5 M", "")], N),
        ([("7 M", ""), ("5 M", "consecutive")], P),
    ],
)
def test_terms_served_together_count_once_and_others_one_after_another(terms, expected):
    offences = [
        guilty(ABH, length=length, served=served, offence=f"o{number}")
        for number, (length, served) in enumerate(terms, start=1)
    ]

    assert ask(*offences).result is expected


def test_one_term_of_which_nothing_is_said_is_certain_beside_consecutive_ones():
    answer = ask(guilty(ABH, length="7 M"), guilty(ABH, length="5 M", served="consecutive", **second))

    assert (answer.result, answer.missing) == (P, ())


def test_the_version_of_an_answer_changes_with_the_sentence_behind_it_and_with_nothing_else():
    four = ask(guilty(ROBBERY, length="4 Y"), guilty(THEFT, K.FINE, **second), offences=frozenset({"o1", "o2"}))
    same = ask(guilty(ROBBERY, length="4 Y"), guilty(THEFT, K.COMMUNITY, **second), offences=frozenset({"o1", "o2"}))
    longer = ask(guilty(ROBBERY, length="5 Y"))
    later = ask(guilty(ROBBERY, length="4 Y", sentenced_on=BEFORE))

    assert four.version == same.version
    assert len({four.version, longer.version, later.version}) == 3
    assert len(four.version) == 16
