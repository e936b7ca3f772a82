"""Reads the words of a template for what must not reach a person: hard words, blame, threats, and who we are.

It finds what a machine can find. A person approves every template, because only a person can judge whether it is kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from witness_care.notifications import placeholders
from witness_care.notifications.placeholders import ALLOWED, STATES
from witness_care.notifications.rendering import (
    LONGEST_TEXT,
    MOST_PARTS,
    PLACEHOLDER,
    is_plain,
    placeholders_in,
    stray_brackets,
    text_parts,
)
from workflows import values

EASY_ENOUGH = 65.0
LONGEST_SENTENCE = 25  # words

BLAME = (
    *("failure to", "fail to", "failed to", "failing to", "you must", "must attend", "breach", "breached"),
    *("penalty", "consequences", "contempt", "arrest", "arrested", "prosecuted", "punished", "obliged", "compelled"),
)
# Whoever reads over a shoulder learns nothing from a neutral message.
TELLS_WHO_WE_ARE = (
    *("court", "courts", "witness", "witnesses", "victim", "victims", "police", "crown", "cps", "prosecution"),
    *("prosecutor", "case", "cases", "trial", "hearing", "judge", "magistrate", "magistrates", "jury", "crime"),
    *("criminal", "offence", "evidence", "defendant", "solicitor", "barrister", "statement", "statements", "safety"),
    *("sentence", "verdict", "bail", "offender", "accused", "justice", "llys", "tyst", "heddlu", "achos", "troseddol"),
)
# A text message never holds an offence or a result, even to somebody who agreed that it may say who we are.
RESULTS = (
    *("guilty", "verdict", "sentence", "sentenced", "bail", "convicted", "acquitted", "prison", "offence", "offences"),
    *("defendant", "defendants", "accused", "assault", "rape", "robbery", "burglary", "abuse", "murder"),
)
CAPITALS_WE_ALLOW = frozenset(("I", "A"))
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
CAPITALS = re.compile(r"\b[^\W\d_a-z]{2,}\b")
VOWELS = re.compile(r"[aeiouy]+")
SPOKEN_ENDING = re.compile(r"([td]ed|([sxz]|ch|sh|[cg])es)$")


class HasWords(Protocol):
    """What is read of a template: its row, or a form that is being filled in."""

    channel: str
    neutral: bool
    topics: Sequence[str]
    subject_en: str | None
    body_en: str
    subject_cy: str | None
    body_cy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What stands in the way of sending a template for approval: a code, and what to do about it."""

    code: str
    words: str


def problems_of(template: HasWords) -> tuple[Problem, ...]:
    """Find everything that stands in the way of a template, the gravest first. None: it may be sent for approval."""
    found = [
        *_brackets(template),
        *_who_we_are(template),
        *_not_in_a_text(template),
        *_facts(template),
        *_manner(template),
        *_length(template),
        *_welsh(template),
    ]
    return tuple(found)


def reading_ease(text: str) -> float:
    """Give the Flesch reading ease of English words, from 100 (very easy) down; nothing to read is easy.

    What a placeholder stands for is not counted: nobody chose the name of a court.
    """
    sentences = _sentences(PLACEHOLDER.sub("it", text))
    words = [word for sentence in sentences for word in WORD.findall(sentence)]
    if not words:
        return 100.0
    return 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * sum(map(_syllables, words)) / len(words)


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"[.!?:]+(?:\s|$)|\n+", text) if WORD.search(part)]


def _syllables(word: str) -> int:
    lower = word.lower().strip("'’")
    count = len(VOWELS.findall(lower))
    # The e of "time" and of "called" is not spoken; that of "table" and "wanted" is.
    silent_e = lower.endswith("e") and not lower.endswith(("le", "ee", "ye"))
    silent_ending = lower.endswith(("ed", "es")) and not SPOKEN_ENDING.search(lower)
    if count > 1 and (silent_e or silent_ending):
        count -= 1
    return max(1, count)


def _brackets(template: HasWords) -> list[Problem]:
    found = []
    for text in _texts(template):
        if stray := stray_brackets(text):
            found.append(_problem("brackets", f'"{stray}" holds no placeholder. Use one of the list, in (( and )).'))
        if not is_plain(text):
            found.append(_problem("controls", "There are signs that cannot be seen. Type the words again."))
    found.extend(
        _problem("unknown", f"There is no placeholder called (({name})). Use one of the list.")
        for name in sorted(placeholders_in(*_texts(template)) - set(ALLOWED))
    )
    found.extend(
        _problem(
            "only_there", f"(({name})) stands in one template only, which the service fills in itself. Take it out."
        )
        for name in sorted(placeholders_in(*_texts(template)) & set(ALLOWED))
        if ALLOWED[name].only_in not in ("", getattr(template, "key", ""))
    )
    for named in template.topics:
        topic, _, state = named.partition(":")
        if topic not in placeholders.WRITTEN_TOPICS or (state and state not in STATES.get(topic, ())):
            found.append(_problem("topic", f'There is no news called "{named}". Choose from the list.'))
    return found


def _who_we_are(template: HasWords) -> list[Problem]:
    # A subject shows on a locked screen, whatever was agreed for the message itself.
    neutral = [text for text in (template.subject_en, template.subject_cy) if text]
    if template.neutral:
        neutral = _texts(template)
    found = [
        _problem("names_us", f"“{word}” tells who we are or what it is about. Say only who to ring.")
        for word in _words_in(neutral, TELLS_WHO_WE_ARE)
    ]
    found.extend(
        _problem("names_us", f"(({name})) tells who they are or what it is about. Take it out here.")
        for name in sorted(placeholders_in(*neutral))
        if name in ALLOWED and ALLOWED[name].naming
    )
    if template.neutral and template.topics:
        found.append(
            _problem("neutral_tells", "A neutral message tells no news. Choose none, or make it a naming one.")
        )
    return found


def _not_in_a_text(template: HasWords) -> list[Problem]:
    if template.channel != "text":
        return []
    found = [
        _problem("result_in_text", f"“{word}” must not stand in a text message. Ask them to ring instead.")
        for word in _words_in(_texts(template), RESULTS)
    ]
    return found + [
        _problem("name_in_text", f"(({name})) must not stand in a text message. Take it out.")
        for name in sorted(placeholders_in(*_texts(template)))
        if name in ALLOWED and ALLOWED[name].personal
    ]


def _facts(template: HasWords) -> list[Problem]:
    """The main facts that somebody needs: the day, the place, and whom to ring."""
    wanted = {"phone": "whom to ring"}
    if f"{values.WHEN_WHERE}:on" in template.topics:
        wanted |= {"hearing_date": "the day", "court": "the place"}
    found: list[Problem] = []
    for language, text in (("English", template.body_en), ("Welsh", template.body_cy)):
        held = placeholders_in(text)
        if text and "hearing_week" in held:
            held |= {"hearing_date"}
        found.extend(
            _problem("fact", f"The {language} words do not say {words}. Put in (({name})).")
            for name, words in wanted.items()
            if text and name not in held
        )
    return found


def _manner(template: HasWords) -> list[Problem]:
    english = [text for text in (template.subject_en, template.body_en) if text]
    found = [
        _problem("blame", f"“{word}” sounds like blame or a threat. Say what to do, kindly.")
        for word in _words_in(english, BLAME)
    ]
    found.extend(
        _problem("capitals", f"“{word}” is in capitals. Spell it out, or write it small.")
        for word in sorted({word for text in english for word in CAPITALS.findall(PLACEHOLDER.sub("", text))})
        if word not in CAPITALS_WE_ALLOW
    )
    ease = reading_ease(template.body_en)
    if ease < EASY_ENOUGH:
        found.append(
            _problem("hard", f"Reading ease is {ease:.0f}; it is to be {EASY_ENOUGH:.0f} or more. Use short words.")
        )
    for sentence in _sentences(PLACEHOLDER.sub("it", template.body_en)):
        if len(WORD.findall(sentence)) > LONGEST_SENTENCE:
            found.append(_problem("long_sentence", f"One sentence has over {LONGEST_SENTENCE} words. Make two of it."))
            break
    return found


def _length(template: HasWords) -> list[Problem]:
    if any(len(text) > LONGEST_TEXT for text in _texts(template)):
        return [_problem("too_long", f"There are more than {LONGEST_TEXT} characters. Shorten the words.")]
    if template.channel != "text":
        return []
    parts = max(text_parts(example(text)) for text in (template.body_en, template.body_cy) if text is not None)
    if parts > MOST_PARTS:
        return [_problem("too_long", f"A text message may have {MOST_PARTS} parts; this one has {parts}.")]
    return []


def _welsh(template: HasWords) -> list[Problem]:
    if not (template.body_cy or template.subject_cy):
        return []
    if not template.body_cy or (template.subject_en and not template.subject_cy):
        return [_problem("half_welsh", "Part of the Welsh is missing. Give all of it, or none.")]
    return []


def example(text: str) -> str:
    """Fill the placeholders of a text with their examples: what the preview of a template shows."""
    return PLACEHOLDER.sub(lambda found: ALLOWED[found[1]].example if found[1] in ALLOWED else found[0], text)


def can_be_said_in_welsh(template: HasWords) -> tuple[str, ...]:
    """Give the placeholders of the Welsh words that have no Welsh value yet, so that nothing would be sent."""
    held = placeholders_in(template.subject_cy, template.body_cy)
    return tuple(sorted(held & placeholders.ENGLISH_ONLY))


def _texts(template: HasWords) -> list[str]:
    return [
        text
        for text in (template.subject_en, template.body_en, template.subject_cy, template.body_cy)
        if text is not None
    ]


def _words_in(texts: Sequence[str], forbidden: Sequence[str]) -> list[str]:
    whole = " ".join(PLACEHOLDER.sub(" ", text) for text in texts).lower()
    return [word for word in forbidden if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", whole)]


def _problem(code: str, words: str) -> Problem:
    return Problem(code=code, words=words)
