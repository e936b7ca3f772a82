"""What an officer may say on the pages of a concern."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from witness_care.engagement.models import LONGEST_REASON
from witness_care.engagement.queries import WORDS
from witness_care.engagement.service import AFRAID, CAME_BACK, EXPLAINED, GOES_ON, RELUCTANT, SAFE, WITHDREW
from witness_care.form_fields import DayField
from workflows.engagement import Band
from workflows.withdrawal import REASONS
from workflows.working_days import days_later

LONGEST_OVERRIDE_DAYS = 92
SAID = {
    RELUCTANT: "They do not want to go on",
    GOES_ON: "They want to go on after all",
    AFRAID: "They are afraid, or there is a concern for their safety",
    SAFE: "The safety concern is resolved",
    WITHDREW: "They withdraw their support",
    CAME_BACK: "They take their withdrawal back",
    EXPLAINED: "I explained to them why the date of the trial changed",
}
MAY_BE_SET = (Band.ROUTINE, Band.WATCH, Band.RAISED, Band.HIGH)


class ActForm(FlaskForm):
    """A button; the token makes a second press harmless."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])


class AcceptForm(ActForm):
    """The button that takes up the suggested action: the one that stood on the page, and no other."""

    action = HiddenField(validators=[InputRequired(), Length(max=40)])


class SayForm(FlaskForm):
    """What the person says. Choices only: a reason in free words would tell about them where no words may stand."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    said = RadioField(
        "What do you want to record?", validate_choice=False, validators=[InputRequired("Choose what to record")]
    )
    reason = RadioField(
        "If they withdraw: why, in their view?",
        choices=[SelectChoice(key, words[:1].upper() + words[1:]) for key, words in REASONS.items()],
        validate_choice=False,
    )

    def validate_reason(self, field: Any) -> None:
        if self.said.data == WITHDREW and field.data not in REASONS:
            raise ValidationError("Choose why they withdraw, or that they did not say")


class DisagreeForm(FlaskForm):
    """Seeing a concern otherwise, with the reason, until a day."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    band = RadioField(
        "How do you see it?",
        choices=[SelectChoice(band.value, WORDS[band]) for band in MAY_BE_SET],
        validators=[InputRequired("Choose how you see it")],
    )
    until = DayField("Until when?", required="Enter the last day on which this counts", example="14 12 2026")
    reason = TextAreaField(
        "Why?",
        validators=[
            DataRequired("Say why you see it otherwise"),
            Length(max=LONGEST_REASON, message=f"Shorten the reason to {LONGEST_REASON} characters"),
        ],
    )

    def last_day(self, today: date) -> date | None:
        """Give the day until which it counts; None when the form is not complete or the day does not fit."""
        complete = bool(self.validate())
        day: date | None = self.until.data
        if day is not None and not today < day <= days_later(today, LONGEST_OVERRIDE_DAYS):
            self.until.errors = [f"Enter a day after today, and within {LONGEST_OVERRIDE_DAYS} days"]
            return None
        return day if complete else None
