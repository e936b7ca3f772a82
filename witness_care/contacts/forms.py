"""The form on which an officer says what happened in a contact, and the two short ones beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from witness_care import dates, wording
from witness_care.contacts.duty_view import DutyView
from witness_care.contacts.models import LONGEST_NOTE
from witness_care.contacts.service import ASK, CANNOT_COME, IN, OUT, WILL_COME, Entry, Shown
from witness_care.form_fields import TicksField, day_of_boxes, time_of_day
from workflows import tasks
from workflows.events import ContactOutcome
from workflows.working_days import instant_of, local_time

TOLD, NOT_TOLD, NO_ANSWER, VOICEMAIL = "told", "not_told", "no_answer", "voicemail"
THEY_CONTACTED_US = "they_contacted_us"
REPRESENTATIVE, DECLINED, WRONG_NUMBER, UNSAFE = "representative", "declined", "wrong_number", "unsafe"
OTHER_WAY_TOLD, OTHER_WAY_VOICEMAIL = "other_way_told", "other_way_voicemail"

OUTCOMES = {
    TOLD: ContactOutcome.REACHED,
    NOT_TOLD: ContactOutcome.REACHED,
    NO_ANSWER: ContactOutcome.NO_ANSWER,
    VOICEMAIL: ContactOutcome.VOICEMAIL,
    THEY_CONTACTED_US: ContactOutcome.REACHED,
    REPRESENTATIVE: ContactOutcome.REPRESENTATIVE,
    DECLINED: ContactOutcome.DECLINED,
    WRONG_NUMBER: ContactOutcome.WRONG_NUMBER,
    UNSAFE: ContactOutcome.UNSAFE,
    OTHER_WAY_TOLD: ContactOutcome.REACHED,
    OTHER_WAY_VOICEMAIL: ContactOutcome.VOICEMAIL,
}
TELLS = (TOLD, THEY_CONTACTED_US, REPRESENTATIVE, OTHER_WAY_TOLD)
# The note of these is the reason that goes to the supervisor.
NOT_AGREED = (OTHER_WAY_TOLD, OTHER_WAY_VOICEMAIL)

ELSE_WORDS = {
    DECLINED: "They did not want to talk",
    UNSAFE: "It was not safe for them to talk",
    WRONG_NUMBER: "Wrong number, or somebody else answered",
    REPRESENTATIVE: "Told their representative what is ticked",
    OTHER_WAY_TOLD: "Told them what is ticked, in a way not agreed as safe",
    OTHER_WAY_VOICEMAIL: "Left a voicemail that is not agreed as safe",
}
COMING_WORDS = {"": "Not asked", WILL_COME: "They will come", CANNOT_COME: "They cannot come"}
SPOKEN_CHANNELS = ("call", "in_person", "video")

BAD_DATE = "Enter the date you spoke, for example 2 3 2026"
BAD_TIME = "Enter the time you spoke, for example 9:42am"
NOT_AGREED_NOW = (
    "A voicemail is not agreed as safe now. If you left one, choose "
    "“Left a voicemail that is not agreed as safe” and say why in the note"
)
IN_THE_FUTURE = "Enter a date and time that is not in the future"


class ToldField(TicksField):
    """What was told. What is not offered any more is kept, and asked about."""

    def pre_validate(self, form: Any) -> None:
        """A value that changed meanwhile is no mistake of the officer: the service asks which one was told."""


class OutcomeField(RadioField):
    """What happened. What the page offered when it was opened may be saved, though by now it would not be offered."""

    def pre_validate(self, form: Any) -> None:
        if self.data == VOICEMAIL and not form.offers_voicemail:
            raise ValidationError(NOT_AGREED_NOW)
        if self.data not in OUTCOMES:
            raise ValidationError(self.gettext("Not a valid choice."))


class ContactForm(FlaskForm):
    """Everything is filled in but what happened: open, choose, save."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])
    duty = HiddenField(validators=[Length(max=36)])
    if_changed = HiddenField(default=ASK)
    tell = ToldField("To tell them", validate_choice=False)
    done = ToldField("To ask and offer", validate_choice=False)
    outcome = OutcomeField("What happened?", validators=[InputRequired("Choose what happened")])
    coming = RadioField("If you spoke: are they coming to court?", default="", validators=[Optional()])
    note = TextAreaField(
        "Note (optional)",
        validators=[Length(max=LONGEST_NOTE, message=f"Shorten the note to {LONGEST_NOTE} characters")],
    )
    override_reason = TextAreaField(
        "Why this way, or this time?", validators=[Length(max=500, message="Shorten the reason to 500 characters")]
    )
    channel = RadioField("How?", default="call")
    contact_point = RadioField("Which number?", validators=[Optional()], validate_choice=False)
    day = StringField("Day", name="happened-day", validators=[Length(max=2)])
    month = StringField("Month", name="happened-month", validators=[Length(max=2)])
    year = StringField("Year", name="happened-year", validators=[Length(max=4)])
    at = StringField("Time", validators=[Length(max=10)])

    happened_at: datetime | None = None
    usual: Sequence[SelectChoice] = ()
    rare: Sequence[SelectChoice] = ()

    def offer(
        self,
        *,
        duties: Sequence[DutyView],
        to_do: Sequence[DutyView],
        numbers: dict[str, str],
        attempt: int,
        voicemail: bool,
        representative: bool,
    ) -> None:
        """Set the choices of this person at this moment: a way that is forbidden is not among them.

        What was chosen stays a choice, though somebody else may have told them, or a number may have gone, meanwhile.
        """
        self.tell.choices = [SelectChoice(duty.shown, duty.what) for duty in duties]
        self.done.choices = [SelectChoice(sent, words) for duty in to_do for sent, words, _ in duty.ticks]
        told = "what is ticked" if duties else "nothing new"
        happened = {
            TOLD: f"Spoke, and told them {told}" if duties else "Spoke with them",
            NO_ANSWER: f"No answer (attempt {attempt})" if numbers or self.chosen == NO_ANSWER else "",
            VOICEMAIL: "Left a voicemail" if voicemail else "",
            NOT_TOLD: "Spoke, but could not tell them" if duties or self.chosen == NOT_TOLD else "",
            THEY_CONTACTED_US: "They contacted us" + (f", and were told {told}" if duties else ""),
        }
        self.usual = [SelectChoice(key, words) for key, words in happened.items() if words]
        self.rare = [
            SelectChoice(key, words)
            for key, words in ELSE_WORDS.items()
            if key != REPRESENTATIVE or representative or self.chosen == REPRESENTATIVE
        ]
        self.outcome.choices = [*self.usual, *self.rare]
        self.coming.choices = [SelectChoice(key, words) for key, words in COMING_WORDS.items()]
        called = self.is_submitted() and self.channel.data == "call"
        spoken = SPOKEN_CHANNELS if numbers or called else SPOKEN_CHANNELS[1:]
        self.channel.choices = [SelectChoice(key, wording.label(wording.CHANNELS, key)) for key in spoken]
        self.contact_point.choices = [SelectChoice(point, words) for point, words in numbers.items()]

    def fill_in(self, *, duty: DutyView | None, token: str, now: datetime, contact_point: str | None) -> None:
        """Fill in what is known: the duty of the link, how, with which number, and that it is now."""
        local = local_time(now)
        self.token.data, self.duty.data = token, duty.id if duty else ""
        self.tell.data = [duty.shown] if duty and duty.is_told_by_talking else []
        # What has several parts is ticked by hand: each tick says that this was told.
        self.done.data = [duty.shown] if duty and duty.is_done_with_them and len(duty.ticks) == 1 else []
        self.channel.data = "call" if contact_point else "in_person"
        self.contact_point.data = contact_point
        self.day.data, self.month.data, self.year.data = str(local.day), str(local.month), str(local.year)
        self.at.data = dates.clock_time(now)

    def is_acceptable(self, now: datetime) -> bool:
        """Check everything that can be checked without the database; errors stand at their fields."""
        is_valid = self.validate()
        self.happened_at = self._instant(now)
        if self.chosen in NOT_AGREED and not (self.note.data or "").strip():
            self._fault(self.note, "Say what happened and why it was done in this way")
        if self.chosen in TELLS and self.tell.choices and not self.tell.data and not self.done.data:
            self._fault(self.tell, "Tick what you told them, or choose “Spoke, but could not tell them”")
        return is_valid and not self.errors

    @property
    def chosen(self) -> str:
        return self.outcome.data or ""

    @property
    def chose_something_rare(self) -> bool:
        return self.chosen in ELSE_WORDS

    @property
    def offers_voicemail(self) -> bool:
        return any(choice.value == VOICEMAIL for choice in self.usual)

    def entry(self, participant_id: str) -> Entry:
        """Give what the form says, for the service; call it only on an acceptable form."""
        if self.happened_at is None:
            raise ValueError("Expected an acceptable form; this one has no time. Call is_acceptable first.")
        incoming = self.chosen == THEY_CONTACTED_US
        note = (self.note.data or "").strip()
        outcome = OUTCOMES[self.chosen]
        by_phone = self.channel.data == "call"
        return Entry(
            participant_id=participant_id,
            channel=self.channel.data,
            outcome=outcome,
            happened_at=self.happened_at,
            token=self.token.data,
            told=tuple(self._shown()),
            note=note,
            contact_point_id=self.contact_point.data if by_phone and not incoming else None,
            direction=IN if incoming else OUT,
            override_reason=note if self.chosen in NOT_AGREED else (self.override_reason.data or ""),
            says=self.coming.data if outcome.is_two_way else "",
            if_changed=self.if_changed.data or ASK,
        )

    def stated_time(self, now: datetime) -> str:
        """When the form says that it happened, in words: what stands on the line that can be changed."""
        day, at = self._date(), time_of_day(self.at.data or "")
        return dates.today_or_short(instant_of(day, at), now) if day and at else "time to be corrected"

    def _shown(self) -> list[Shown]:
        """Give what counts: of a talk in which the news could not be told, what was asked and offered all the same."""
        told = (self.tell.data or ()) if self.chosen in TELLS else ()
        done = (self.done.data or ()) if self.chosen in (*TELLS, NOT_TOLD) else ()
        shown: dict[tuple[str, ...], tuple[str, ...]] = {}
        for text in (*told, *done):
            key = tuple(text.split("|"))
            if len(key) == 3:
                shown[key] = ()
            elif len(key) == 4 and key[3] in tasks.INTRODUCED:
                shown[key[:3]] = (*shown.get(key[:3], ()), key[3])
        return [
            Shown(topic=topic, subject=subject, value_hash=value_hash, parts=parts)
            for (topic, subject, value_hash), parts in shown.items()
        ]

    def _instant(self, now: datetime) -> datetime | None:
        day, at = self._date(), time_of_day(self.at.data or "")
        if day is None:
            self._fault(self.day, BAD_DATE)
        if at is None:
            self._fault(self.at, BAD_TIME)
        if day is None or at is None:
            return None
        if local_time(now).replace(second=0, microsecond=0, tzinfo=None) == datetime.combine(day, at):
            return now  # unchanged since the page was opened: the exact moment, not its minute
        instant = instant_of(day, at)
        if instant > now:
            self._fault(self.day, IN_THE_FUTURE)
            return None
        return instant

    def _date(self) -> date | None:
        return day_of_boxes(self.day.data or "", self.month.data or "", self.year.data or "")

    @staticmethod
    def _fault(field: Any, words: str) -> None:
        field.errors = [*field.errors, words]


class CorrectionForm(FlaskForm):
    reason = TextAreaField(
        "What was wrong?",
        validators=[
            DataRequired("Say what was wrong"),
            Length(max=500, message="Shorten the reason to 500 characters"),
        ],
    )


class EndDutyForm(FlaskForm):
    """Choices only: a reason in free words would tell about the person where no words may stand."""

    reason = RadioField("Why do they not need to be told?", validators=[InputRequired("Choose a reason")])
