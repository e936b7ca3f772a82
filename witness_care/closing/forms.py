"""The form of one section of the last talk: its questions, what is to be written down, and the buttons beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from witness_care.closing.models import LONGEST_NOTE
from witness_care.closing.service import Chosen
from witness_care.closing.talk import NOT_ASKED, Line, Part
from workflows import closing
from workflows.closing_pack import GIVEN

NOTHING_SAID = "Answer at least one question. Leave “Not asked” where you did not ask"
NO_REASON = "Choose at least one reason, or another answer"
TAKE_AWAY = "Not asked: take this answer away"


class EndForm(FlaskForm):
    """The buttons by which the talk is said to have been had, or not wanted."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    how = HiddenField(validators=[AnyOf(closing.HOW)])


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
    def answers(self) -> Mapping[str, Chosen]:
        """Give what was chosen."""
        return {
            line.question.key: Chosen(answer=self[line.question.key].data, codes=self._codes(line))
            for line in self.part.lines
        }

    def codes_of(self, key: str) -> Any:
        """Give the field of the reasons beside a question; None where there are none to choose."""
        return self._fields.get(f"{key}_codes")

    def _codes(self, line: Line) -> tuple[str, ...]:
        field = self.codes_of(line.question.key)
        return tuple(field.data or ()) if field is not None else ()

    def is_acceptable(self) -> bool:
        """Check the form as a whole: a section in which nothing was asked is not saved, nor a reason without one."""
        if not self.validate():
            return False
        for line in self.part.lines:
            field = self.codes_of(line.question.key)
            if field is not None and self[line.question.key].data == GIVEN and not field.data:
                field.errors = [NO_REASON]
                return False
        if all(self[line.question.key].data == NOT_ASKED and line.held is None for line in self.part.lines):
            next(self.questions).errors = [NOTHING_SAID]
            return False
        return True


def form_of(part: Part, *, note: str = "", token: str = "", empty: bool) -> SectionForm:
    """Make the form of a section; `empty` leaves out what was sent and shows what is held."""
    fields: dict[str, Any] = {line.question.key: _field_of(line) for line in part.lines}
    data: dict[str, Any] = {line.question.key: line.answer for line in part.lines}
    for line in part.lines:
        if line.question.codes:
            choices = [SelectChoice(code, words[:1].upper() + words[1:]) for code, words in line.question.codes.items()]
            fields[f"{line.question.key}_codes"] = SelectMultipleField("Their reasons", choices=choices)
            data[f"{line.question.key}_codes"] = list(line.held.codes) if line.held else []
    kind = type("FormOfSection", (SectionForm,), fields)
    data |= {"note": note, "token": token, "seen": part.seen}
    form: SectionForm = kind(formdata=None, data=data) if empty else kind()
    form.part = part
    return form


def _field_of(line: Line) -> RadioField:
    words = dict(line.question.words)
    words[NOT_ASKED] = TAKE_AWAY if line.held else "Not asked"
    return RadioField(
        line.question.ask,
        choices=[SelectChoice(answer, words) for answer, words in words.items()],
        default=NOT_ASKED,
        validators=[InputRequired("Choose an answer, or “Not asked”")],
    )
