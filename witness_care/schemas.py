"""What every schema builds on: our own API and forms refuse what they do not know; feeds ignore and count it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

LARGEST_INTEGER = 2**53 - 1  # what every JSON reader holds exactly
LINE_BREAKS = "\n\t"
# Whatever is dated in a case or a life; beyond, calendars and time zones have no answer.
YEARS = range(1900, 2200)
CALENDAR_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class StrictSchema(ma.Schema):
    """For our own API and forms: an unknown field is an error, at every level."""

    class Meta:
        unknown = ma.RAISE


class FeedSchema(ma.Schema):
    """For other people's formats: what we do not know is left out (and counted by the inbox), at every level.

    A parent's choice does not reach a nested schema, so nest only schemas that derive from this one.
    """

    class Meta:
        unknown = ma.EXCLUDE


class SafeString(fields.String):
    """Text every database and page can hold: normalised (NFC), of a given length, without control characters.

    `lines=True` lets line breaks and tabs pass, for notes. Spaces at either end are taken off; `blank=True` lets
    nothing remain.
    """

    default_error_messages = {
        "control": "Expected text without control characters; there is one. Take it out.",
        "surrogate": "Expected whole characters; there is half of one. Send UTF-8.",
        "long": "Expected at most {longest} characters; received {length}. Shorten it.",
        "blank": "Expected some text; received none.",
    }

    def __init__(self, *, longest: int = 200, lines: bool = False, blank: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.longest, self.lines, self.blank = longest, lines, blank

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.make_error("surrogate")
        text = unicodedata.normalize("NFC", text)
        if self.lines:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = text.strip()
        allowed = LINE_BREAKS if self.lines else ""
        if any(unicodedata.category(character) == "Cc" and character not in allowed for character in text):
            raise self.make_error("control")
        if len(text) > self.longest:
            raise self.make_error("long", longest=self.longest, length=len(text))
        if not text and not self.blank:
            raise self.make_error("blank")
        return text


class WholeNumber(fields.Integer):
    """A JSON integer within bounds: "7", 7.9 and a number of 400 digits are refused."""

    def __init__(self, *, least: int = 0, most: int = LARGEST_INTEGER, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class YesNo(fields.Boolean):
    """JSON true or false, and nothing that merely looks like it."""

    truthy = {True}
    falsy = {False}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class AwareInstant(fields.AwareDateTime):
    """A date and time with an offset, ISO 8601; one without is refused. The value is in UTC.

    `any_year=True` leaves it to the reader of the value what to make of a year that nothing of ours can have.
    """

    default_error_messages = {
        "invalid": "Expected a date and time with an offset, for example 2026-03-09T10:00:00Z.",
        "invalid_awareness": "Expected a date and time with an offset, for example 2026-03-09T10:00:00Z.",
        "years": f"Expected a year from {YEARS[0]} to {YEARS[-1]}.",
    }

    def __init__(self, *, any_year: bool = False, **options: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **options)
        self.any_year = any_year

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        instant = super()._deserialize(value, attr, data, **kwargs)
        if instant.year not in YEARS and not self.any_year:
            raise self.make_error("years")
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None


class PlainDate(fields.Date):
    """A calendar date without a time, `2026-03-09`; never a week date or a date with a time."""

    default_error_messages = {
        "invalid": "Expected a date, for example 2026-03-09.",
        "years": f"Expected a year from {YEARS[0]} to {YEARS[-1]}.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if not isinstance(value, str) or not CALENDAR_DATE.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if day.year not in YEARS:
            raise self.make_error("years")
        return day
