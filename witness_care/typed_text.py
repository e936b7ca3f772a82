"""Keeps out of every address and form what nobody types and no database can hold: control characters.

They come along when text is pasted from elsewhere, so a form loses them without a word; in an address they are nothing
of ours. Bodies of the API are read by schemas, which refuse them.
"""

from __future__ import annotations

import unicodedata
from typing import IO, Any

from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

LINE_BREAKS = "\n\r\t"


class TypedFormParser(FormDataParser):
    """Reads a form as werkzeug does, with every name and value cleaned."""

    def parse(self, *args: Any, **options: Any) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        stream, form, files = super().parse(*args, **options)
        cleaned = [(without_controls(name), without_controls(value)) for name, value in form.items(multi=True)]
        return stream, self.cls(cleaned), files


def without_controls(text: str) -> str:
    """Normalise text (NFC) and take control characters out; line breaks and tabs stay."""
    return "".join(character for character in unicodedata.normalize("NFC", text) if not is_control(character))


def is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in LINE_BREAKS


def has_controls(text: str) -> bool:
    return any(unicodedata.category(character) == "Cc" for character in text)
