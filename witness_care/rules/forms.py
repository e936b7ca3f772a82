"""What an administrator or a supervisor fills in about rule packs."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from witness_care.form_fields import DayField

LONGEST_PACK = 50_000
PASTED = "pasted"


def _reason(label: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[DataRequired(missing), Length(max=500, message="Shorten the reason to 500 characters")],
    )


class WhatIfForm(FlaskForm):
    """A pack that is off, or a text; and from when it would be in force."""

    pack = SelectField("Which pack?", default=PASTED, validators=[InputRequired("Choose a pack")])
    text = TextAreaField(
        "The text of the pack, if it is not one of these",
        validators=[Length(max=LONGEST_PACK, message="Shorten the pack to 50,000 characters")],
    )
    starts = DayField("From which day?", required="Enter the day from which it would be in force", example="1 2 2027")

    def offer(self, names: Iterable[str]) -> None:
        self.pack.choices = [SelectChoice(PASTED, "The text below"), *(SelectChoice(name, name) for name in names)]

    def validate_text(self, field: TextAreaField) -> None:
        if self.pack.data == PASTED and not (field.data or "").strip():
            raise ValidationError("Paste the text of the pack, or choose one that is here")


class AddPackForm(FlaskForm):
    name = StringField(
        "Name of the pack", validators=[DataRequired("Enter a name, for example local_policy_2027"), Length(max=60)]
    )
    text = TextAreaField(
        "The text of the pack",
        validators=[
            DataRequired("Paste the text of the pack"),
            Length(max=LONGEST_PACK, message="Shorten the pack to 50,000 characters"),
        ],
    )


class SwitchForm(FlaskForm):
    pack = SelectField("Which pack?", validators=[InputRequired("Choose a pack")])
    starts = DayField("From which day?", required="Enter the day from which it is in force", example="1 2 2027")
    reason = _reason("Why is it switched on?", "Say why it is switched on")

    def offer(self, names: Iterable[str]) -> None:
        self.pack.choices = [SelectChoice("", "Choose"), *(SelectChoice(name, name) for name in names)]


class TakeBackForm(FlaskForm):
    pack = SelectField("Which pack?", validators=[InputRequired("Choose a pack")])
    reason = _reason("Why is it taken back?", "Say why it is taken back")

    def offer(self, names: Iterable[str]) -> None:
        self.pack.choices = [SelectChoice("", "Choose"), *(SelectChoice(name, name) for name in names)]
