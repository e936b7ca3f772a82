"""The forms of a one-time link: who has it, and what they answer; and the officer's buttons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Regexp

from witness_care.form_fields import DayField
from witness_care.links.service import CANNOT_COME, DATES, LONGEST_MESSAGE, NO, NOT_SAID, NOTED, WILL_COME, YES, Given

READ_OUT = "read_out"
HOW = (WILL_COME, CANNOT_COME, DATES, f"{WILL_COME}+{DATES}", f"{CANNOT_COME}+{DATES}", NOTED)
RANGES = 3  # how many times away the form has room for
ORDER = "The last day cannot be before the first"
FOUR_NUMBERS = "Enter 4 numbers"
BOTH = "Enter the first day as well"


class ConfirmForm(FlaskForm):
    """Something that only they know. Whether it is right is not for the form to say."""

    said = StringField(
        validators=[InputRequired("Enter 4 numbers"), Regexp(r"^\s*\d{4}\s*$", message="Enter 4 numbers")]
    )


class AnswerForm(FlaskForm):
    """Whether they come, and when they cannot."""

    given_pass = HiddenField(validators=[InputRequired(), Length(max=64)])
    coming = RadioField(
        "Can you come to court?",
        choices=[
            SelectChoice(YES, "Yes, I will come"),
            SelectChoice(NO, "No, I cannot come"),
            SelectChoice(NOT_SAID, "I would like to talk about it first"),
        ],
        validators=[InputRequired("Choose an answer")],
    )
    from_1 = DayField("First day you cannot come", example="27 11 2026")
    to_1 = DayField("Last day you cannot come", example="27 11 2026")
    from_2 = DayField("First day, a second time", example="27 11 2026")
    to_2 = DayField("Last day, a second time", example="27 11 2026")
    from_3 = DayField("First day, a third time", example="27 11 2026")
    to_3 = DayField("Last day, a third time", example="27 11 2026")
    message = TextAreaField(
        "Anything else we should know",
        validators=[Length(max=LONGEST_MESSAGE, message=f"Use {LONGEST_MESSAGE} characters or fewer")],
    )

    @property
    def ranges(self) -> Iterator[tuple[Any, Any]]:
        return ((self[f"from_{n}"], self[f"to_{n}"]) for n in range(1, RANGES + 1))

    def is_acceptable(self) -> bool:
        """Check the whole: a time away begins before it ends; one day alone is a time of one day."""
        if not self.validate():
            return False
        for first, last in self.ranges:
            if last.data and not first.data:
                first.errors = [BOTH]
                return False
            if last.data and first.data and last.data < first.data:
                last.errors = [ORDER]
                return False
        return True

    def given(self) -> Given:
        away: list[tuple[date, date]] = [
            (first.data, last.data or first.data) for first, last in self.ranges if first.data
        ]
        return Given(
            coming=self.coming.data,
            away=tuple((first.isoformat(), last.isoformat()) for first, last in sorted(away)),
            message=(self.message.data or "").strip(),
        )


class MakeForm(FlaskForm):
    """How they get the link: by one of the ways that are safe now, or read out on the phone."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    way = RadioField("How do they get it?", validators=[InputRequired("Choose how they get the link")])

    def offer(self, ways: Iterable[tuple[str, str]]) -> None:
        self.way.choices = [
            *(SelectChoice(point_id, words) for point_id, words in ways),
            SelectChoice(READ_OUT, "I read it out on the phone"),
        ]


class DealForm(FlaskForm):
    """How a reply was dealt with."""

    how = HiddenField(validators=[AnyOf(HOW)])
