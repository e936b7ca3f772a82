"""The form of one section: its questions, and what is to be written down; and the buttons beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from witness_care.needs.assessment import WORDS, Line, Part
from witness_care.needs.models import LONGEST_NOTE
from workflows.events import Said

NOTHING_SAID = "Answer at least one question. Leave “Not asked” where you did not ask"


TAKE_AWAY = "Not asked: take this answer away"


class ActForm(FlaskForm):
    """A button; the token makes a second press harmless."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])


class UnchangedForm(ActForm):
    """The button by which they are said to have been asked, with nothing changed in what the page `seen` showed."""

    seen = HiddenField(validators=[Length(max=64)])


class ArrangedForm(ActForm):
    """The button by which practical help is said to be arranged, or not any more."""

    question = HiddenField(validators=[InputRequired(), Length(max=40)])
    arranged = BooleanField()


class AnswerField(RadioField):
    """The answers to one question. One that has an answer already may be left without a choice: it stays as it is."""

    def pre_validate(self, form: Any) -> None:
        if self.data is not None:
            super().pre_validate(form)


class SectionForm(FlaskForm):
    """One section. The fields of the questions are added by `form_of`."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    seen = HiddenField(validators=[Length(max=64)])
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
        """Give what was chosen. A question that is left without a choice is not among them."""
        return {field.name: Said(field.data) for field in self.questions if field.data is not None}

    def leave_what_another_saved(self) -> None:
        """Choose nothing where the form said "Not asked" and somebody asked since: a stale form takes nothing away."""
        for line in self.part.lines:
            field = self[line.question.key]
            if line.held and field.data == Said.NOT_ASKED:
                field.data = None

    def is_acceptable(self) -> bool:
        """Check the form as a whole: a section in which nothing was asked is not saved."""
        if not self.validate():
            return False
        held = {line.question.key for line in self.part.lines if line.held}
        if not any(answer is not Said.NOT_ASKED or key in held for key, answer in self.answers.items()):
            first = next(self.questions)
            first.errors = [NOTHING_SAID]
            return False
        return True


def form_of(part: Part, *, note: str = "", token: str = "", empty: bool) -> SectionForm:
    """Make the form of a section; `empty` leaves out what was sent and shows what is held."""
    kind = type("FormOfSection", (SectionForm,), {line.question.key: _field_of(line) for line in part.lines})
    held = {line.question.key: None if line.is_from_before else line.answer for line in part.lines}
    data = {**held, "note": note, "token": token, "seen": part.seen}
    form: SectionForm = kind(formdata=None, data=data) if empty else kind()
    form.part = part
    return form


def _field_of(line: Line) -> AnswerField:
    """Make the field of a question. What was said on an earlier occasion is not chosen again for them."""
    words: dict[str, str] = dict(WORDS)
    if line.held:
        words[Said.NOT_ASKED] = TAKE_AWAY
    return AnswerField(
        line.question.ask,
        choices=[SelectChoice(answer.value, words[answer]) for answer in Said],
        default=None if line.held else Said.NOT_ASKED.value,
        validators=[Optional() if line.held else InputRequired("Choose an answer, or “Not asked”")],
    )
