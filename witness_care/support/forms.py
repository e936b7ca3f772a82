"""What an officer says about support: which service, what happened, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from witness_care import wording
from witness_care.form_fields import DayField
from workflows import court_visit, support
from workflows.working_days import london_date, start_of_hearing

DATED = ("arranged", "made")


class EntryForm(FlaskForm):
    """One step, and the day on which it was said or happened."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    step = RadioField("What happened?", validate_choice=False)
    happened_on = DayField(
        "On which day was that?", required="Enter the day, for example 27 11 2026", example="27 11 2026"
    )

    def offer(self, steps: Iterable[str], words: Mapping[str, str], now: datetime) -> None:
        """Let these steps be chosen from, in the words of their table; the day is today unless another is entered."""
        self.now = now
        wanted = set(steps)
        self.step.choices = [SelectChoice(key, said) for key, said in words.items() if key in wanted]
        if not self.is_submitted():
            self.happened_on.process(None, london_date(now))

    def validate_step(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Choose what happened")

    def validate_happened_on(self, field: DayField) -> None:
        if field.data and field.data > london_date(self.now):
            raise ValidationError("Enter a day that is not in the future")

    @property
    def at(self) -> datetime:
        """Give when it happened (UTC); call it only on a valid form."""
        on = self.happened_on.data
        assert on is not None
        return min(start_of_hearing(on), self.now) if on != london_date(self.now) else self.now


class SupportForm(EntryForm):
    kind = RadioField("Which kind of service?", validate_choice=False)

    def ask(self, kind: str, steps: Iterable[str], now: datetime) -> None:
        """Ask which kind of service, unless that is known."""
        self.offer(steps, support.EVENTS, now)
        self.kind.choices = [SelectChoice(key, wording.sentence(said)) for key, said in support.KINDS.items()]
        if kind:
            del self.kind

    def validate_kind(self, field: RadioField) -> None:
        if field.data not in support.KINDS:
            raise ValidationError("Choose the kind of service")


class VisitForm(EntryForm):
    visit_on = DayField("Which day is, or was, the visit?", example="27 11 2026")

    def ask(self, steps: Iterable[str], now: datetime) -> None:
        self.offer(steps, court_visit.EVENTS, now)

    def validate_visit_on(self, field: Field) -> None:
        if self.step.data not in DATED:
            return
        if field.data is None:
            raise ValidationError("Enter the day of the visit, for example 27 11 2026")
        if self.step.data == "made" and field.data > london_date(self.now):
            raise ValidationError("Enter a day that is not in the future")


class ConfirmForm(FlaskForm):
    """One press: this holds for the trial that the page named."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    what = HiddenField(validators=[InputRequired(), Length(max=64)])
    trial = HiddenField(validators=[InputRequired(), Length(max=64)])
