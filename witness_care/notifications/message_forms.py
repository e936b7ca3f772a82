"""What an officer chooses about a message: which one, and when it is to leave."""

from __future__ import annotations

from datetime import date, datetime, time

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from witness_care.form_fields import ClockField, DayField, TicksField
from witness_care.notifications.composing import SENT_AS, Choice
from workflows.working_days import instant_of

NOW, LATER = "now", "later"


class ComposeForm(FlaskForm):
    """What to tell, and with which approved words by which way."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    news = TicksField("What do you want to tell them?", validate_choice=False)
    message = RadioField("Which message?", validate_choice=False)

    def offer(self, news: dict[str, str], choices: tuple[Choice, ...]) -> None:
        """Let these be chosen from: news by its key, messages by template and way."""
        self.news.choices = [SelectChoice(key, words) for key, words in news.items()]
        self.message.choices = [
            SelectChoice(choice.key, f"{SENT_AS[choice.way.channel]} to {choice.way.shown}: {choice.template.title}")
            for choice in choices
        ]

    def validate_message(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Choose a message")


class SendForm(FlaskForm):
    """When it is to leave, and why it may although it is outside their hours."""

    when = RadioField("When is it to go?", choices=[SelectChoice(NOW, "Now"), SelectChoice(LATER, "At a day and time")])
    send_on = DayField("On which day?", example="30 11 2026")
    send_at = ClockField("At what time?", validators=[Optional()])
    override_reason = TextAreaField("Why it has to go now", validators=[Optional(), Length(max=500)])

    def validate_when(self, field: RadioField) -> None:
        if field.data == LATER and (self.send_on.data is None or self.send_at.time is None):
            raise ValidationError("Enter the day and the time at which it is to go")

    def chosen_time(self) -> datetime | None:
        """Give when it is to leave (UTC); None for now."""
        on: date | None = self.send_on.data
        at: time | None = self.send_at.time
        return instant_of(on, at) if self.when.data == LATER and on and at else None
