"""What somebody types in about a question to or from an agency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from witness_care import clock
from witness_care.agencies import words
from witness_care.agencies.models import Agency, Direction, Kind
from witness_care.agencies.words import ANSWERED
from witness_care.form_fields import DayField
from workflows.working_days import london_date

LONGEST = 4000
LONGEST_NOTE = 500
WHOLE_CASE = ""


def _choices(table: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(str(value), text) for value, text in table.items()]


def _note(label: str) -> TextAreaField:
    return TextAreaField(label, validators=[Length(max=LONGEST_NOTE, message="Shorten the note to 500 characters")])


class _OnceForm(FlaskForm):
    """A form whose token is good for one submission: sent twice, it is recorded once."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])


class AskForm(_OnceForm):
    agency = RadioField(
        "Which agency?", choices=_choices(words.AGENCIES), validators=[InputRequired("Choose an agency")]
    )
    direction = RadioField(
        "Who asks?",
        choices=_choices(words.DIRECTIONS),
        default=Direction.ASKED.value,
        validators=[InputRequired("Choose who asks")],
    )
    kind = RadioField(
        "What sort of question is it?",
        choices=_choices({kind: text for kind, text in words.KINDS.items() if kind != Kind.FILE_GAP}),
        default=Kind.QUESTION.value,
        validators=[InputRequired("Choose what sort of question it is")],
    )
    subject = SelectField("What is it about?", choices=_choices(words.SUBJECTS), default="something_else")
    person = SelectField("Whom is it about?", validate_choice=True)
    text = TextAreaField(
        "The question",
        validators=[
            DataRequired("Write the question"),
            Length(max=LONGEST, message="Shorten the question to 4,000 characters"),
        ],
    )
    on = DayField("On which day was it asked?", required="Enter the day on which it was asked", example="27 11 2026")

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        """Offer the whole case, and these people, given as (id, name)."""
        self.person.choices = [SelectChoice(WHOLE_CASE, "The case as a whole")]
        self.person.choices += [SelectChoice(value, name) for value, name in people]

    def validate_kind(self, field: RadioField) -> None:
        advice = (Kind.EARLY_ADVICE.value, Kind.STOP_REVIEW.value)
        if field.data == Kind.EARLY_ADVICE and (self.agency.data, self.direction.data) != (
            Agency.CPS.value,
            Direction.ASKED.value,
        ):
            raise ValidationError("Early advice is asked of the CPS: choose CPS, and that we ask them")
        if field.data in advice and self.agency.data not in (Agency.CPS.value, Agency.POLICE.value):
            raise ValidationError("The police or the CPS review a decision: choose one of them")

    def validate_on(self, field: DayField) -> None:
        _not_to_come(field.data)


class AnswerForm(_OnceForm):
    text = TextAreaField(
        "The answer",
        validators=[
            DataRequired("Write what the answer was"),
            Length(max=LONGEST, message="Shorten the answer to 4,000 characters"),
        ],
    )
    who = StringField(
        "Who gave it?",
        validators=[
            DataRequired("Enter who gave the answer, for example the lawyer's name"),
            Length(max=200, message="Shorten the name to 200 characters"),
        ],
    )
    on = DayField("On which day?", required="Enter the day on which the answer came", example="27 11 2026")

    asked_on: date | None = None  # the day of the question: no answer comes before it

    def validate_on(self, field: DayField) -> None:
        _not_to_come(field.data)
        if field.data and self.asked_on and field.data < self.asked_on:
            raise ValidationError("The answer cannot be older than the question")


class ChaseForm(_OnceForm):
    note = _note("Whom did you ask again, and how? (optional)")


class HandOverForm(_OnceForm):
    officer = SelectField("Who looks after it from now on?", validators=[InputRequired("Choose who looks after it")])

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        self.officer.choices = [SelectChoice("", "Choose"), *(SelectChoice(value, name) for value, name in people)]


class CloseForm(_OnceForm):
    reason = RadioField(
        "Why is it closed without an answer?",
        choices=_choices({reason: text.capitalize() for reason, text in words.CLOSED.items() if reason != ANSWERED}),
        validators=[InputRequired("Choose why it is closed")],
    )
    note = _note("What should somebody who reads this know? (optional)")


FORMS: Mapping[str, type[Any]] = {
    "answer": AnswerForm,
    "chase": ChaseForm,
    "hand_over": HandOverForm,
    "close": CloseForm,
}


def _not_to_come(day: date | None) -> None:
    if day and day > london_date(clock.now()):
        raise ValidationError("Enter today or a day that has passed")
