"""What a supervisor decides about a court message that waits, or was matched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from witness_care.feed.unmatched import NotOurs

BETWEEN = ":"


class MatchForm(FlaskForm):
    """The case a part is about, and which hearing of it; `typed` looks for a case by its URN."""

    choice = RadioField("Which case and hearing is it?", choices=[], validators=[InputRequired("Choose a case")])
    typed = StringField("URN of another case", validators=[Length(max=64)])

    def offer(self, cases: Iterable[tuple[str, str, Sequence[tuple[str, str]]]]) -> None:
        """Offer each case (id, URN, hearings as id and words) with its hearings, and with one we do not have yet."""
        self.choice.choices = [
            choice
            for case_id, urn, hearings in cases
            for choice in (
                *(
                    SelectChoice(f"{case_id}{BETWEEN}{hearing_id}", f"Case {urn}: {words}")
                    for hearing_id, words in hearings
                ),
                SelectChoice(case_id, f"Case {urn}: whichever of its hearings fits, or one we do not have yet"),
            )
        ]

    @property
    def case_id(self) -> str:
        return str(self.choice.data).split(BETWEEN)[0]

    @property
    def hearing_id(self) -> str | None:
        return str(self.choice.data).partition(BETWEEN)[2] or None


class SetAsideForm(FlaskForm):
    why = RadioField(
        "Why is nothing to be done with it?",
        choices=[
            SelectChoice(NotOurs.NOT_OUR_CASE.value, "It is about a case that is not ours"),
            SelectChoice(NotOurs.ENTERED_BY_HAND.value, "What it says was entered by hand"),
            SelectChoice(NotOurs.SENT_BY_MISTAKE.value, "It was sent by mistake, or as a test"),
        ],
        validators=[InputRequired("Choose why nothing is to be done with it")],
    )


class TakeBackForm(FlaskForm):
    reason = TextAreaField(
        "Why was it the wrong case or hearing?",
        validators=[
            DataRequired("Say why it was wrong"),
            Length(max=500, message="Shorten the reason to 500 characters"),
        ],
    )
