"""What somebody types in to put a number right, to link cases, to merge two or split one, and to take that back."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from witness_care.cases import linking
from witness_care.cases.forms import choices
from witness_care.cases.urn import normalise_urn
from witness_care.form_fields import TicksField

LONGEST_REASON = 500


def _reason(label: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[DataRequired(missing), Length(max=LONGEST_REASON, message="Shorten the reason to 500 characters")],
    )


class UrnForm(FlaskForm):
    urn = StringField("The right number (URN)", validators=[InputRequired("Enter the right URN")])
    reason = _reason("Why is it corrected?", "Say why it is corrected")

    def validate_urn(self, field: StringField) -> None:
        _must_be_a_urn(field)


class LinkForm(FlaskForm):
    urn = StringField("The other case's number (URN)", validators=[InputRequired("Enter the URN of the other case")])
    kind = RadioField(
        "How are they linked?", choices=choices(linking.KINDS), validators=[InputRequired("Choose how they are linked")]
    )
    reason = _reason("What should somebody who reads this know?", "Say why they are linked")

    def validate_urn(self, field: StringField) -> None:
        _must_be_a_urn(field)


class UnlinkForm(FlaskForm):
    reason = _reason("Why are they not linked any more?", "Say why they are not linked any more")


class MergeForm(FlaskForm):
    urn = StringField(
        "Number (URN) of the case to merge into this one", validators=[InputRequired("Enter the URN of the other case")]
    )
    reason = _reason("Why are they one case?", "Say why they are one case")

    def validate_urn(self, field: StringField) -> None:
        _must_be_a_urn(field)


class UnmergeForm(FlaskForm):
    reason = _reason("Why are they two cases after all?", "Say why they are two cases")


class SplitForm(FlaskForm):
    defendants = TicksField("Who has a case of their own now?")
    urn = StringField("Number (URN) of the new case", validators=[InputRequired("Enter the URN of the new case")])
    reason = _reason("Why is the case split?", "Say why the case is split")

    def validate_urn(self, field: StringField) -> None:
        _must_be_a_urn(field)


class UnsplitForm(FlaskForm):
    reason = _reason("Why is it one case after all?", "Say why it is one case")


def _must_be_a_urn(field: StringField) -> None:
    if normalise_urn(field.data or "") is None:
        raise ValidationError("Enter the URN as 5 to 20 letters and figures, for example 42AB1234526")
