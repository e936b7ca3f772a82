"""The kinds of field other people's messages have: strict where we need the value, patient where we do not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import marshmallow as ma
from marshmallow import fields

from witness_care.feed.formats.translated import LONGEST_ID, FeedRefusal, Rejected
from witness_care.problems import described, first_problem
from witness_care.schemas import AwareInstant, FeedSchema, PlainDate, YesNo

MOST_UNKNOWN_PATHS = 100
LONGEST_PATH = 200
_WHITE_SPACE = re.compile(r"\s+")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]{0,59}\Z")


class ExternalId(fields.Field[Any]):
    """An id of the sender's: any text up to 64 characters; null and empty mean absent (feeds.md section 4)."""

    default_error_messages = {
        "needed": "Expected an id.",
        "text": f"Expected an id as text of at most {LONGEST_ID} characters.",
    }

    def __init__(self, *, needed: bool = False, **options: Any) -> None:
        super().__init__(required=needed, allow_none=True, load_default=None if not needed else ma.missing, **options)
        self.needed = needed

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        found = super().deserialize(value, attr, data, **kwargs)
        if found is None and self.needed:
            raise self.make_error("needed")
        return found

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str | None:
        if not isinstance(value, str):
            raise self.make_error("text")
        text = clean_text(value)
        if len(text) > LONGEST_ID:
            raise self.make_error("text")
        return text or None


class Words(fields.Field[Any]):
    """Free text, cleaned and cut to length rather than refused; anything else reads as no text."""

    def __init__(self, longest: int = 200, **options: Any) -> None:
        super().__init__(allow_none=True, load_default="", **options)
        self.longest = longest

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> str:
        return clean_text(value)[: self.longest].rstrip() if isinstance(value, str) else ""


class MaybeDate(PlainDate):
    """A date we are glad of but can do without: anything else reads as no date."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, load_default=None, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date | None:  # type: ignore[override]
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ma.ValidationError:
            return None


class MaybeInstant(AwareInstant):
    """An instant that may be absent, null or empty; one that is there must be readable."""

    def __init__(self, **options: Any) -> None:
        super().__init__(any_year=True, allow_none=True, load_default=None, **options)

    def _deserialize(  # type: ignore[override]
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime | None:
        return None if value == "" else super()._deserialize(value, attr, data, **kwargs)


class MaybeYes(YesNo):
    """True only when the message says true; null, absent and odd values read as not said."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, load_default=False, **options)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        # The library gives None for null before it asks us; a day would be neither cancelled nor standing.
        return super().deserialize(False if value is None else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        return value is True


class MaybeNumber(fields.Field[Any]):
    """A whole number from 0 that any database can hold, or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, load_default=None, **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> int | None:
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def one(schema: type[FeedSchema], *, needed: bool = False) -> fields.Nested:
    """An object within another; null and absent read as None."""
    return fields.Nested(schema, required=needed, allow_none=not needed, load_default=ma.missing if needed else None)


def many(schema: type[FeedSchema], *, needed: bool = False) -> fields.List:
    """A list of objects; null and absent read as None."""
    inner = fields.Nested(schema)
    return fields.List(inner, required=needed, allow_none=not needed, load_default=ma.missing if needed else None)


def clean_text(text: str) -> str:
    """Normalise text (NFC) without control characters or half characters, white space collapsed."""
    whole = "".join(
        " " if unicodedata.category(character) == "Cc" else character
        for character in text
        if not "\ud800" <= character <= "\udfff"
    )
    return _WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", whole)).strip()


@cache
def schema_of(kind: type[FeedSchema]) -> FeedSchema:
    """Give the one instance of a schema: making one costs more than reading a message with it."""
    return kind()


def read(kind: type[FeedSchema], body: Any) -> dict[str, Any]:
    """Read a body by its schema, or refuse it with the first place that is wrong."""
    try:
        return schema_of(kind).load(body)
    except ma.ValidationError as problem:
        first = first_problem(problem.normalized_messages(), body)
        raise FeedRefusal(
            Rejected.SCHEMA,
            where=first.where or "/",
            expected=first.expected,
            received=described(first.value, telling=True),
            do="Send the message as the format describes it.",
        ) from None


def unknown_paths(kind: type[FeedSchema], body: Any) -> tuple[str, ...]:
    """List the paths of fields the schema neither reads nor has seen before; never a value (feeds.md section 13).

    A schema's `also_seen` names the fields we know of and do not use.
    """
    found = dict.fromkeys(_unknown_in(schema_of(kind), body, ""))
    return tuple(path[:LONGEST_PATH] for path in list(found)[:MOST_UNKNOWN_PATHS])


def _unknown_in(schema: ma.Schema, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    also_seen: frozenset[str] = getattr(schema, "also_seen", frozenset())
    for key, inside in value.items():
        field = known.get(key)
        if field is None:
            if key not in also_seen:
                yield f"{path}/{key if _KEY.match(key) else '?'}"
        elif isinstance(field, fields.Nested):
            yield from _unknown_in(field.schema, inside, f"{path}/{key}")
        elif isinstance(field, fields.List) and isinstance(field.inner, fields.Nested) and isinstance(inside, list):
            for item in inside:
                yield from _unknown_in(field.inner.schema, item, f"{path}/{key}[]")
