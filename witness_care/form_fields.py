"""Fields that more than one form has: a date in three boxes, a time as people type it, check boxes that keep."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from wtforms import Field, IntegerField, SelectMultipleField, StringField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from witness_care.schemas import YEARS

BOXES = ("day", "month", "year")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?\s*(?P<half>am|pm)?", re.IGNORECASE)


class TicksField(SelectMultipleField):
    """Check boxes, of which any number may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(Field):
    """A date in three boxes. `data` is a date, or None; `typed` is what stands in the boxes, kept as it was typed."""

    def __init__(self, label: str, *, required: str = "", example: str = "2 3 2026", **more: Any) -> None:
        super().__init__(label, **more)
        self.required, self.example = required, example
        self.typed = dict.fromkeys(BOXES, "")
        self.id = f"{self.name}-day"  # where a link from the error summary leads

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is not None and any(self._key(box) in formdata for box in BOXES):
            self.typed = {box: formdata.get(self._key(box), "").strip()[:10] for box in BOXES}
            self.data = self._date()
        elif self.data is not None:
            self.typed = {box: str(getattr(self.data, box)) for box in BOXES}

    def pre_validate(self, form: Any) -> None:
        if self.data is None and any(self.typed.values()):
            raise ValidationError(f"Enter a real date, for example {self.example}")
        if self.data is None and self.required:
            raise ValidationError(self.required)

    def _key(self, box: str) -> str:
        return f"{self.name}-{box}"

    def _date(self) -> date | None:
        return day_of_boxes(self.typed["day"], self.typed["month"], self.typed["year"])


class ClockField(StringField):
    """A time of day as people type it: "9:42am", "9.42", "1430", "2pm", "midday". Empty is no time."""

    @property
    def time(self) -> time | None:
        return time_of_day(self.data or "")

    def pre_validate(self, form: Any) -> None:
        if (self.data or "").strip() and self.time is None:
            raise ValidationError("Enter a time, for example 10am or 2:15pm")


class NumberField(IntegerField):
    """A whole number from `least` to `most`; anything else gets the same words, however many digits it has."""

    def __init__(self, label: str, *, least: int, most: int, **more: Any) -> None:
        super().__init__(label, **more)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(self.most)) else None
        if self.data is None or not self.least <= self.data <= self.most:
            self.data = None
            raise ValueError(f"Enter a number from {self.least} to {self.most}")


def day_of_boxes(day: str, month: str, year: str) -> date | None:
    """Read a date as it stands in three boxes; None when it is none, or in a year that nothing here can have."""
    try:
        read = date(int(year), int(month), int(day))
    except (ValueError, OverflowError):  # a year of ten digits is no ValueError
        return None
    return read if read.year in YEARS else None


def time_of_day(text: str) -> time | None:
    """Read a time as people type it; None when it is not one."""
    words = text.strip().lower()
    if words in ("midday", "midnight"):
        return time(12 if words == "midday" else 0)
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"] or ""
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
