"""What an administrator types: the words of a template, and the number on which people ring a unit."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from witness_care.form_fields import ClockField, TicksField
from witness_care.notifications.rendering import LONGEST_TEXT
from workflows import tasks, values

CHANNEL_WORDS = {"text": "Text message", "email": "E-mail", "letter": "Letter"}
NEUTRAL_WORDS = {
    "yes": "Neutral: says who to ring, and nothing that tells who we are",
    "no": "Naming: only for somebody who agreed that a message may say who we are",
}
TOPIC_WORDS = {
    f"{values.WHEN_WHERE}:on": "The date and place of a hearing",
    f"{values.WHEN_WHERE}:off": "A hearing is off",
    f"{values.WHEN_WHERE}:off_not_theirs": "A hearing is off, for a known reason that no witness gave",
    f"{values.ATTENDANCE}:required": "They are needed at court",
    f"{values.ATTENDANCE}:not_required": "They are not needed at court",
    f"{values.SPECIAL_MEASURES}:decided": "What the court decided on special measures",
    f"{tasks.INTRODUCTION}:rights": "First information for a victim: who to speak to, their rights, and support",
}
TOO_LONG = f"Enter at most {LONGEST_TEXT} characters"


class TemplateForm(FlaskForm):
    """One version of the words of a message."""

    key = StringField(
        "Short name, the same for each way of sending",
        validators=[
            InputRequired("Enter a short name, for example new_date"),
            Length(max=40),
            Regexp(r"[a-z][a-z0-9_]*\Z", message="Use small letters, figures and _, for example new_date"),
        ],
    )
    title = StringField("What it is for", validators=[InputRequired("Say what it is for"), Length(max=120)])
    channel = RadioField("How is it sent?", validate_choice=False)
    neutral = RadioField("What may it say?", validate_choice=False)
    topics = TicksField("What news does it tell?", validate_choice=False)
    subject_en = StringField("Subject in English (e-mail and letter)", validators=[Optional(), Length(max=200)])
    body_en = TextAreaField(
        "Words in English", validators=[InputRequired("Enter the words"), Length(max=LONGEST_TEXT, message=TOO_LONG)]
    )
    subject_cy = StringField("Subject in Welsh", validators=[Optional(), Length(max=200)])
    body_cy = TextAreaField(
        "Words in Welsh, by an approved translator",
        validators=[Optional(), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        for field, words in ((self.channel, CHANNEL_WORDS), (self.neutral, NEUTRAL_WORDS), (self.topics, TOPIC_WORDS)):
            field.choices = [SelectChoice(key, said) for key, said in words.items()]

    def validate_channel(self, field: RadioField) -> None:
        if field.data not in CHANNEL_WORDS:
            raise ValidationError("Choose how it is sent")

    def validate_neutral(self, field: RadioField) -> None:
        if field.data not in NEUTRAL_WORDS:
            raise ValidationError("Choose what it may say")

    def validate_topics(self, field: TicksField) -> None:
        if not set(field.data or ()) <= set(TOPIC_WORDS):
            raise ValidationError("Choose news from the list")

    def validate_subject_en(self, field: StringField) -> None:
        if self.channel.data in ("email", "letter") and not (field.data or "").strip():
            raise ValidationError("Enter a subject")

    @property
    def words(self) -> dict[str, Any]:
        """Give the words as the row of a template holds them; call it only on a valid form."""
        is_text = self.channel.data == "text"
        return {
            "title": self.title.data.strip(),
            "neutral": self.neutral.data == "yes",
            "topics": list(self.topics.data or ()),
            "subject_en": None if is_text else _plain(self.subject_en.data),
            "body_en": _plain(self.body_en.data) or "",
            "subject_cy": None if is_text else _plain(self.subject_cy.data),
            "body_cy": _plain(self.body_cy.data),
        }


class RingUsForm(FlaskForm):
    """The number on which people ring a unit, and when somebody answers it."""

    phone = StringField(
        "Number to ring",
        validators=[
            InputRequired("Enter the number on which people ring this unit"),
            Regexp(r"[0-9 +()]{5,20}\Z", message="Enter a phone number, for example 01632 960100"),
        ],
    )
    opens = ClockField("Answered from", validators=[InputRequired("Enter from when it is answered, for example 9am")])
    closes = ClockField("Answered until", validators=[InputRequired("Enter until when, for example 5pm")])


def _plain(text: str | None) -> str | None:
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return lines or None
