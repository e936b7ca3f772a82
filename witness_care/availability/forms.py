"""What an officer enters of when somebody cannot come: the first and the last day, and why."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from witness_care import wording
from witness_care.availability.models import LONGEST_NOTE
from witness_care.form_fields import DayField
from workflows.availability import REASONS

LONGEST_RANGE = 366


class ActForm(FlaskForm):
    """A button; the token makes a second press harmless, `seen` names the answer that the page showed."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    seen = HiddenField(validators=[Length(max=64)])


class SaidForm(ActForm):
    """The button by which they have no dates to avoid, or would not say."""

    said = HiddenField(validators=[InputRequired()])

    def validate_said(self, field: HiddenField) -> None:
        if field.data not in ("no", "declined"):
            raise ValidationError("Choose one of the buttons of the page")


class RangeForm(ActForm):
    """A range of dates: the first and the last day may be the same."""

    first = DayField("First day they cannot come", required="Enter the first day, for example 14 12 2026")
    last = DayField("Last day they cannot come")

    @property
    def span(self) -> tuple[date, date]:
        """Give the first and the last day; call it only on a valid form."""
        first = self.first.data
        assert first is not None
        return first, self.last.data or first

    def validate_last(self, field: DayField) -> None:
        first = self.first.data
        if field.data and first and field.data < first:
            raise ValidationError("Enter a last day that is not before the first")
        if field.data and first and (field.data - first).days > LONGEST_RANGE:
            raise ValidationError("Enter a last day within a year of the first")


class AddForm(RangeForm):
    """A range to add, why, and words about it that stay sealed."""

    because = RadioField(
        "Why can they not come?",
        choices=[SelectChoice(key, wording.sentence(words)) for key, words in REASONS.items()],
        validators=[InputRequired("Choose why they cannot come")],
    )
    words = TextAreaField(
        "Anything to add",
        validators=[Length(max=LONGEST_NOTE, message=f"Shorten what you wrote to {LONGEST_NOTE} characters")],
    )
    may_be_shared = BooleanField("They agree that the CPS and the court see these words")
