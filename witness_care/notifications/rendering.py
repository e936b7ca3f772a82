"""Puts the values that stand now into the words somebody approved: plain text in, plain text out.

A template holds `((name))` from a list and nothing else: no expressions, no loops, never a template language, so
whoever may edit one can ask for nothing but a name. What cannot be filled in is never sent (SEC-23).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

ENGLISH, WELSH = "en", "cy"
LANGUAGES = (ENGLISH, WELSH)

LONGEST_TEXT = 4000
LONGEST_VALUE = 300
# The parts a text message may have: GOV.UK Notify sends no more than 918 characters.
MOST_PARTS = 6

PLACEHOLDER = re.compile(r"\(\(([a-z_]{1,40})\)\)")
NOT_IN_A_VALUE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€\f")


class CannotRender(ValueError):
    """A message that must not be sent; `reason` is a code that may be stored, `names` are names of placeholders."""

    reason = "cannot_render"

    def __init__(self, words: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(words)
        self.words = words
        self.names = names


class MissingPlaceholder(CannotRender):
    """A placeholder for which there is no value, or an empty one, just now."""

    reason = "missing_placeholder"


class UnknownPlaceholder(CannotRender):
    """A placeholder that is on no list, or brackets that hold none."""

    reason = "unknown_placeholder"


class NoTranslation(CannotRender):
    """No approved words in this language."""

    reason = "no_translation"


class NoBlockHere(CannotRender):
    """A block of lines where it must not stand: it may tell what kind of crime it was."""

    reason = "no_block_here"


class TooLong(CannotRender):
    """More than the channel carries."""

    reason = "too_long"


# A value is one line; a block is several, which are ours and never somebody's: one to a line.
Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one template: in English, and in Welsh where a translation was given."""

    channel: str
    body_en: str
    subject_en: str | None = None
    body_cy: str | None = None
    subject_cy: str | None = None
    neutral: bool = False

    @property
    def has_welsh(self) -> bool:
        """Whether all of it is there in Welsh: half a translation is none."""
        return bool((self.body_cy or "").strip()) and bool((self.subject_cy or "").strip() or not self.subject_en)

    def of(self, language: str) -> tuple[str, str]:
        """Give subject and body in one language; words that are not there are refused, never replaced by others."""
        if language == ENGLISH:
            return self.subject_en or "", self.body_en
        if language != WELSH or not self.has_welsh:
            raise NoTranslation(
                "Expected approved Welsh words, received none. Have them translated and approved, or ring."
            )
        return self.subject_cy or "", self.body_cy or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What a person will read, exactly; `language` is "en" or "cy"."""

    language: str
    subject: str
    body: str


def words_of(template: object) -> Words:
    """Read the words of a template from its row, or from anything with the same fields."""
    names = ("channel", "body_en", "subject_en", "body_cy", "subject_cy", "neutral")
    return Words(**{name: getattr(template, name) for name in names})


def render(template: object, values: Mapping[str, Value], language: str = ENGLISH) -> Rendered:
    """Fill in one language of a template. Raises `CannotRender`: what is missing, unknown or too long is not sent."""
    words = template if isinstance(template, Words) else words_of(template)
    subject, body = words.of(language)
    _refuse_blocks(words, subject, body, values)
    rendered = Rendered(language=language, subject=_fill(subject, values), body=_fill(body, values))
    if words.channel == "text" and text_parts(rendered.body) > MOST_PARTS:
        raise TooLong(f"Expected at most {MOST_PARTS} parts, received {text_parts(rendered.body)}. Shorten the words.")
    return rendered


def render_all(template: object, values: Mapping[str, Mapping[str, Value]], languages: str) -> tuple[Rendered, ...]:
    """Fill in each language that is asked for ("en", "cy" or "cy,en"), in that order; `values` holds each one's own."""
    return tuple(render(template, values.get(language, {}), language) for language in languages.split(","))


def placeholders_in(*texts: str | None) -> frozenset[str]:
    """Give the names of the placeholders in these texts."""
    return frozenset(name for text in texts if text for name in PLACEHOLDER.findall(text))


def stray_brackets(text: str) -> str:
    """Give the first double bracket that holds no placeholder, with what follows it; empty when there is none."""
    rest = PLACEHOLDER.sub("", text)
    found = re.search(r"\(\(|\)\)", rest)
    return rest[found.start() : found.start() + 20] if found else ""


def clean(value: str) -> str:
    """Give a value as one line of visible text: no controls, no marks that turn the writing round, no new lines."""
    kept = "".join(
        " " if unicodedata.category(letter) in NOT_IN_A_VALUE else letter for letter in value[:LONGEST_VALUE]
    )
    return " ".join(kept.split())


def is_plain(text: str) -> bool:
    """Whether a template's own words hold no controls but new lines."""
    return all(letter == "\n" or unicodedata.category(letter) not in NOT_IN_A_VALUE for letter in text)


def text_parts(body: str) -> int:
    """Count the parts in which a text message is sent; most accents of Welsh make a part less than half as long."""
    if all(letter in GSM or letter in GSM_TWICE for letter in body):
        units = sum(2 if letter in GSM_TWICE else 1 for letter in body)
        return _parts(units, alone=160, together=153)
    return _parts(len(body.encode("utf-16-le")) // 2, alone=70, together=67)


def _parts(units: int, *, alone: int, together: int) -> int:
    return 1 if units <= alone else -(-units // together)


def _fill(text: str, values: Mapping[str, Value]) -> str:
    if len(text) > LONGEST_TEXT:
        raise TooLong(f"Expected at most {LONGEST_TEXT} characters, received {len(text)}. Shorten the words.")
    if stray := stray_brackets(text):
        raise UnknownPlaceholder(f'Expected the name of a placeholder, received "{stray}". Correct the template.')
    cleaned = {name: _lines(values.get(name)) for name in placeholders_in(text)}
    if missing := tuple(sorted(name for name, value in cleaned.items() if not value)):
        raise MissingPlaceholder(
            f"Expected a value for {', '.join(missing)}, received none. Nothing is sent: ring instead.", missing
        )
    # One pass: what a value holds is never read as a placeholder.
    return PLACEHOLDER.sub(lambda found: cleaned[found[1]], text)


def _lines(value: Value | None) -> str:
    """Give a value as it stands in a message: each line of a block is cleaned by itself."""
    if isinstance(value, tuple):
        return "\n".join(filter(None, map(clean, value)))
    return clean(str(value or ""))


def _refuse_blocks(words: Words, subject: str, body: str, values: Mapping[str, Value]) -> None:
    """A block stands in the body of a naming e-mail or letter only, whatever a template asks for."""
    anywhere = words.neutral or words.channel == "text"
    read = f"{subject}\n{body}" if anywhere else subject
    if any(isinstance(values.get(name), tuple) for name in placeholders_in(read)):
        raise NoBlockHere("Expected no list of links here: it tells what kind of crime it was. Take it out, or ring.")
