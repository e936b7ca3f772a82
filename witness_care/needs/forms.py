"""The form of one section: its questions, and what is to be written down; and the buttons beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from witness_care.needs.assessment import WORDS, Part
from witness_care.needs.models import LONGEST_NOTE
from workflows.events import Said

NOTHING_SAID = "Answer at least one question. Leave “Not asked” where you did not ask"


class ActForm(FlaskForm):
    """A button; the token makes a second press harmless."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])


class ArrangedForm(ActForm):
    """The button by which practical help is said to be arranged, or not any more."""

    question = HiddenField(validators=[InputRequired(), Length(max=40)])
    arranged = BooleanField()


class SectionForm(FlaskForm):
    """One section. The fields of the questions are added by `form_of`."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    seen = HiddenField(validators=[Length(max=2000)])
    note = TextAreaField(
        "What to record",
        validators=[Length(max=LONGEST_NOTE, message=f"Shorten what you wrote to {LONGEST_NOTE} characters")],
    )
    later = HiddenField()

    part: Part

    @property
    def questions(self) -> Iterator[Any]:
        """Give the field of each question, in the order in which it is asked."""
        return (self[line.question.key] for line in self.part.lines)

    @property
    def answers(self) -> Mapping[str, Said]:
        return {field.name: Said(field.data) for field in self.questions}

    def is_acceptable(self) -> bool:
        """Check the form as a whole: a section in which nothing was asked is not saved."""
        if not self.validate():
            return False
        nothing = all(answer is Said.NOT_ASKED for answer in self.answers.values())
        if nothing and not any(line.held for line in self.part.lines):
            first = next(self.questions)
            first.errors = [NOTHING_SAID]
            return False
        return True


def form_of(part: Part, *, note: str = "", token: str = "", empty: bool) -> SectionForm:
    """Make the form of a section; `empty` leaves out what was sent and shows what is held."""
    fields: dict[str, Any] = {
        line.question.key: RadioField(
            line.question.ask,
            choices=[SelectChoice(answer.value, WORDS[answer]) for answer in Said],
            default=Said.NOT_ASKED.value,
            validators=[InputRequired("Choose an answer, or “Not asked”")],
        )
        for line in part.lines
    }
    kind = type("FormOfSection", (SectionForm,), fields)
    held = {line.question.key: line.answer for line in part.lines}
    data = {**held, "note": note, "token": token, "seen": part.seen}
    form: SectionForm = kind(formdata=None, data=data) if empty else kind()
    form.part = part
    return form
