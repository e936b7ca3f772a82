"""What an officer says about a referral: when it happened, why, and what the victim thinks of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from witness_care import wording
from witness_care.form_fields import DayField
from witness_care.referrals.service import DATED, SENT, Entry
from workflows.events import Answer
from workflows.working_days import london_date, start_of_hearing


class ReferralForm(FlaskForm):
    """One entry about a referral. Which of the fields are asked depends on what is entered."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    happened_on = DayField("When was that?", required="Enter the day, for example 27 11 2026", example="27 11 2026")
    reason = RadioField("Why?", validate_choice=False)
    told = RadioField("Have you told them about the referral?", validate_choice=False)
    objects = RadioField("Have they objected to it?", validate_choice=False)

    def ask(self, name: str, reasons: Mapping[str, str], now: datetime) -> None:
        """Keep the fields that this entry needs; the day is today unless another is entered."""
        self.now = now
        self.reason.choices = [SelectChoice(key, words) for key, words in reasons.items()]
        for field in (self.told, self.objects):
            field.choices = [SelectChoice(key, wording.sentence(words)) for key, words in wording.ANSWERS.items()]
        if not reasons:
            del self.reason
        if name not in DATED:
            del self.happened_on
        elif not self.is_submitted():
            self.happened_on.process(None, london_date(now))
        if name != SENT:
            del self.told
            del self.objects

    def validate_happened_on(self, field: DayField) -> None:
        if field.data and field.data > london_date(self.now):
            raise ValidationError("Enter a day that is not in the future")

    def validate_reason(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Choose the reason")

    def validate_told(self, field: RadioField) -> None:
        _one_of_the_answers(field, "Choose whether you have told them")

    def validate_objects(self, field: RadioField) -> None:
        _one_of_the_answers(field, "Choose whether they have objected")

    def entry(self, name: str) -> Entry:
        """Give what the form says; call it only on a valid form."""
        on = self.happened_on.data if "happened_on" in self else None
        at = min(start_of_hearing(on), self.now) if on and on != london_date(self.now) else self.now
        return Entry(
            name=name,
            at=at,
            reason=self.reason.data if "reason" in self else "",
            told=Answer(self.told.data) if "told" in self else Answer.NOT_ASKED,
            objects=Answer(self.objects.data) if "objects" in self else Answer.NOT_ASKED,
        )


def _one_of_the_answers(field: RadioField, words: str) -> None:
    if field.data not in wording.ANSWERS:
        raise ValidationError(words)
