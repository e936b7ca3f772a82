"""The words that reach people: filled in exactly or not at all, easy to read, and neutral where they must be."""

from __future__ import annotations

import random
import re

import pytest

from tests.figures import reached, size
from witness_care.notifications import placeholders, rendering, shipped, words
from witness_care.notifications.placeholders import ALLOWED
from witness_care.notifications.rendering import (
    CannotRender,
    MissingPlaceholder,
    NoTranslation,
    TooLong,
    UnknownPlaceholder,
    Words,
    clean,
    render,
    render_all,
    text_parts,
)
from workflows import values
from workflows.strict_toml import RuleFileError

SHIPPED = shipped.every()
TRIAL = {
    "topic": values.WHEN_WHERE,
    "subject": "thread",
    "value": {
        "state": "on",
        "class": "trial",
        "hearings": [
            {"class": "trial", "court": "Eastmere Crown Court", "kind": "fixed", "days": [["2026-12-14", "10:00"]]}
        ],
    },
}
ABOUT = {"name": "Leah Jones", "officer_name": "Olivia", "unit_name": "Eastshire", "phone": "01632 960100"}
ABOUT |= {"hours": "9am to 5pm"}


def off(reason: str = "", why: str = "vacated") -> dict:
    value = {"state": "off", "class": "trial", "why": why, "reason": reason, "next": "to_be_fixed"}
    return {"topic": values.WHEN_WHERE, "subject": "thread", "value": value}


def text(body: str, **more: object) -> Words:
    return Words(channel="text", body_en=body, **more)


def found(key: str, channel: str) -> shipped.Shipped:
    return next(each for each in SHIPPED if (each.key, each.channel) == (key, channel))


# --- filling in ---------------------------------------------------------------------------------------------------


@pytest.mark.proves("SEC-27")
@pytest.mark.parametrize("channel", ["text", "email", "letter"])
def test_a_neutral_message_says_who_to_ring_and_nothing_else(channel: str):
    rendered = render(found("please_ring", channel), ABOUT)

    assert "Please ring us on 01632 960100. We are there 9am to 5pm." in rendered.body
    everything = f"{rendered.subject} {rendered.body}".lower()
    for canary in ("leah", "olivia", "eastshire", "court", "witness", "victim", "police", "case", "trial", "hearing"):
        assert canary not in everything


def test_a_new_date_reads_exactly_so():
    rendered = render(found("new_date", "text"), placeholders.in_words([TRIAL], "en", ABOUT))

    assert rendered.body == (
        "The trial has a new date: Monday 14 December 2026 at 10am, at Eastmere Crown Court. It is set down for 1 day. "
        "Please forget the old date. If the new one is hard for you, ring us on 01632 960100, 9am to 5pm."
    )


def test_a_date_in_welsh_is_worked_out_and_no_other_welsh_is_made_up():
    told = placeholders.in_words([TRIAL], "cy", {})

    assert told == {
        "court": "Eastmere Crown Court",
        "hearing_date": "dydd Llun 14 Rhagfyr 2026",
        "hearing_time": "10:00",
    }
    assert "off_reason" not in placeholders.in_words([off("x")], "cy", {})


@pytest.mark.proves("SEC-23")
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ("Ring ((phone)), ((nobody))", MissingPlaceholder),
        ("((hearing_date))", MissingPlaceholder),
        ("((defendant))", MissingPlaceholder),
        ("((phone.format))", UnknownPlaceholder),
        ("((7*7))", UnknownPlaceholder),
        ("(( phone ))", UnknownPlaceholder),
        ("((phone", UnknownPlaceholder),
        ("x" * 4001, TooLong),
        ("Ring. " * 300, TooLong),
    ],
)
def test_what_cannot_be_filled_in_is_not_sent(body: str, refused: type[CannotRender]):
    with pytest.raises(refused):
        render(text(body), ABOUT)


@pytest.mark.proves("SEC-23")
def test_a_value_is_one_line_and_is_never_read_as_a_placeholder():
    rendered = render(text("Hello ((name))"), {"name": "Leah\r\n\u202e ((phone)) {{ 7*7 }}\x00", "phone": "canary"})

    assert rendered.body == "Hello Leah ((phone)) {{ 7*7 }}"
    assert clean("a\tb\u2028c") == "a b c"


def test_no_placeholder_is_about_an_address_a_defendant_or_an_offence():
    for name in ALLOWED:
        assert not re.search("address|defendant|offence|postcode|street|charge|suspect", name)


def test_news_with_two_dates_fills_in_neither():
    other = {**TRIAL, "subject": "another"}
    other["value"] = {**TRIAL["value"], "hearings": [{**TRIAL["value"]["hearings"][0], "days": [["2027-01-11", None]]}]}

    told = placeholders.in_words([TRIAL, other])

    assert "hearing_date" not in told
    assert told["court"] == "Eastmere Crown Court"


def test_the_reason_and_that_it_is_not_theirs_are_said_only_where_that_is_known():
    from workflows.trial_outcome_reasons import _by_id

    by_no_witness = next(key for key, reason in _by_id().items() if reason.witness_related == "no")
    perhaps_ours = next(key for key, reason in _by_id().items() if reason.witness_related == "maybe")
    with_reason = found("date_off_with_reason", "email").topics

    assert placeholders.can_tell(with_reason, [off(by_no_witness)])
    assert "off_reason" in placeholders.in_words([off(by_no_witness)])
    for reason in (perhaps_ours, "", "never heard of"):
        assert not placeholders.can_tell(with_reason, [off(reason)])
        assert "off_reason" not in placeholders.in_words([off(reason)])
        assert placeholders.can_tell(found("date_off", "email").topics, [off(reason)])


def test_words_about_a_date_cannot_tell_that_it_is_off():
    assert placeholders.can_tell(found("new_date", "text").topics, [TRIAL])
    assert not placeholders.can_tell(found("new_date", "text").topics, [TRIAL, off()])
    assert placeholders.can_tell((), [off()])


@pytest.mark.feature("P2")
def test_without_an_approved_translation_nothing_is_sent_to_somebody_who_reads_welsh():
    with pytest.raises(NoTranslation):
        render_all(found("please_ring", "letter"), {"en": ABOUT, "cy": ABOUT}, "cy,en")

    half = Words(channel="email", subject_en="A", body_en="B", body_cy="C")
    with pytest.raises(NoTranslation):
        render(half, ABOUT, "cy")


@pytest.mark.feature("P2")
def test_a_letter_puts_the_welsh_first():
    letter = Words(channel="letter", subject_en="E", body_en="Ring ((phone))", subject_cy="C", body_cy="Ffon ((phone))")

    both = render_all(letter, {"en": ABOUT, "cy": ABOUT}, "cy,en")

    assert [(part.language, part.body) for part in both] == [
        ("cy", "Ffon 01632 960100"),
        ("en", "Ring 01632 960100"),
    ]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("ŵ" * 70, 1),
        ("ŵ" * 71, 2),
        ("", 1),
    ],
)
def test_parts_of_a_text_message_are_counted_as_the_networks_count_them(body: str, parts: int):
    assert text_parts(body) == parts


@pytest.mark.proves("SEC-23")
@pytest.mark.figure("fuzzed templates")
def test_no_template_whatever_is_in_it_gives_more_than_its_values():
    canary = "kestrel-secret"
    pieces = [
        "((",
        "))",
        "(((",
        "phone",
        "name",
        "{{",
        "}}",
        "{%",
        "%}",
        "__class__",
        "ring us",
        "\n",
        "\u202e",
        "\x00",
    ]
    pieces += ["((phone))", "((name))", "((config))", "((name|upper))", "%s", "{0}", "${phone}", "\\1", "é", "ŵ", "7*7"]
    chance = random.Random(26)
    sent = refused = 0
    for _ in range(size(3_000, 100_000)):
        body = "".join(chance.choices(pieces, k=chance.randrange(1, 12)))
        given = {"phone": "01632 960100", "name": "((config)) {{ 7*7 }}", "secret": canary}
        try:
            read = render(text(body), given).body
        except CannotRender:
            refused += 1
            continue
        sent += 1
        assert read == re.sub(r"\(\((name|phone)\)\)", lambda hit, told=given: told[hit[1]], body)
        assert canary not in read
    assert sent
    assert refused
    reached("Fuzzed templates", "rendering", templates=sent + refused, sent_wrongly=0)


# --- what ships ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", SHIPPED, ids=lambda each: f"{each.key}-{each.channel}")
def test_every_template_that_ships_passes_the_check_and_is_easy_to_read(template: shipped.Shipped):
    assert words.problems_of(template) == ()
    assert words.reading_ease(template.body_en) >= words.EASY_ENOUGH
    assert template.body_cy is None  # no Welsh is made up: it awaits an approved translation


def test_every_naming_message_has_a_neutral_one_to_fall_back_on():
    neutral = {each.channel for each in SHIPPED if each.neutral}

    assert {each.channel for each in SHIPPED} <= neutral


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"body_en": "Come to court. Ring ((phone)).", "neutral": True}, "names_us"),
        ({"body_en": "Hello ((name)). Ring ((phone)).", "neutral": True}, "names_us"),
        ({"topics": ("hearing.when_where:on",), "neutral": True, "body_en": "Ring ((phone))."}, "neutral_tells"),
        ({"body_en": "You must come. Ring ((phone))."}, "blame"),
        ({"body_en": "Failure to come is bad. Ring ((phone))."}, "blame"),
        ({"body_en": "COME NOW. Ring ((phone))."}, "capitals"),
        ({"body_en": "Hello."}, "fact"),
        ({"body_en": "Ring ((phone)).", "topics": ("hearing.when_where:on",)}, "fact"),
        ({"body_en": "He was found guilty. Ring ((phone))."}, "result_in_text"),
        ({"body_en": "Hello ((name)). Ring ((phone))."}, "name_in_text"),
        ({"body_en": "Ring ((phone)) ((x.y))."}, "brackets"),
        ({"body_en": "Ring ((phone)) ((address))."}, "unknown"),
        ({"body_en": "Ring ((phone)).", "topics": ("nothing",)}, "topic"),
        ({"body_en": "Organisational considerations necessitate immediate communication. Ring ((phone))."}, "hard"),
        ({"body_en": "Ring ((phone)). " + "and so on " * 12}, "long_sentence"),
        ({"body_en": "Ring ((phone)). " * 100}, "too_long"),
        ({"channel": "email", "subject_en": "Your trial", "body_en": "Ring ((phone))."}, "names_us"),
        ({"channel": "email", "subject_en": "Hello", "subject_cy": "Helo", "body_en": "Ring ((phone))."}, "half_welsh"),
    ],
)
def test_the_check_finds_what_must_not_reach_a_person(change: dict, code: str):
    whole = {"key": "x", "channel": "text", "neutral": False, "title": "X", "topics": (), "subject_en": None} | change

    assert code in {problem.code for problem in words.problems_of(shipped.Shipped(**whole))}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[templates]]\nkey="a"', "channel"),
        ('[[templates]]\nkey="a"\nchannel="fax"\nneutral=true\ntitle="T"\nbody="B"', "fax"),
        ('[[templates]]\nkey="a"\nchannel="text"\nneutral=true\ntitle="T"\nbody="B"\nsubject="S"', "subject"),
        ('[[templates]]\nkey="a"\nchannel="text"\nneutral=true\ntitle="T"\nbody="B"\nbdoy="S"', "Did you mean"),
    ],
)
def test_a_file_of_templates_that_is_not_understood_is_refused_with_the_place(text: str, said: str):
    with pytest.raises(RuleFileError, match=said):
        shipped.load(text, "some.toml")


def test_a_placeholder_in_an_example_is_always_known():
    for template in SHIPPED:
        assert rendering.placeholders_in(template.subject_en, template.body_en) <= set(ALLOWED)
