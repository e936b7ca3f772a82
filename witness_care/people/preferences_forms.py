"""What an officer types in about how somebody wants to be told, and about each way to reach them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from witness_care.cases.forms import as_text, choices
from witness_care.form_fields import ClockField, TicksField
from witness_care.people.document import ContactPointGiven
from witness_care.people.endpoints import is_readable
from witness_care.people.forms import ANSWER_WORDS
from witness_care.people.preferences import CHANNELS, RELATIONS, Wishes, names_a_defendant
from witness_care.people.schemas import READS_AS, WEEKDAYS
from workflows import frequency

ENGLISH, WELSH, OTHER = "English", "Welsh", "other"
AS_THE_UNIT, ANOTHER = "usual", "another"
KINDS = {"mobile": "A mobile number", "landline": "Another phone", "email": "An e-mail address", "address": "Post"}
DAYS = {str(number): day.capitalize() for number, day in enumerate(WEEKDAYS)}
FEWEST_ROWS_OF_HOURS, MOST_ROWS_OF_HOURS = 3, 50
TOO_LONG = "Shorten this to 400 characters"


class PreferencesForm(FlaskForm):
    """How they want to be told, in which language, who may answer for them, and what they do not want to hear of."""

    seen = HiddenField(validators=[Length(max=64)])  # what the page showed
    channel = RadioField("How do they want to be told?", choices=choices(CHANNELS), default="not_asked")
    language = RadioField(
        "Language", choices=choices({ENGLISH: "English", WELSH: "Welsh", OTHER: "Another language"}), default=ENGLISH
    )
    other_language = StringField("Which other language?", validators=[Length(max=20, message="Use at most 20 letters")])
    interpreter = TextAreaField(
        "What an interpreter must know (optional)", validators=[Length(max=400, message=TOO_LONG)]
    )
    representative = StringField("Who may answer for them? (optional)", validators=[Length(max=200)])
    relation = RadioField("What are they to them?", choices=choices(RELATIONS), validators=[Optional()])
    forbidden = BooleanField("This person must never be contacted: a suspect, a defendant, or a danger to them")
    directly = BooleanField("Somebody under 18 is spoken with directly, without a representative")
    how_often = RadioField("How often do we keep in touch?", default=AS_THE_UNIT)
    every_days = StringField("Which other number of days?", validators=[Length(max=4, message="Use a whole number")])
    opted_out = TicksField("What do they not want to be told?", validate_choice=True)

    defendants: tuple[str, ...] = ()

    def offer_topics(self, topics: Iterable[tuple[str, str]]) -> None:
        self.opted_out.choices = [SelectChoice(topic, words) for topic, words in topics]

    def offer_intervals(self) -> None:
        offered = {str(each.every_days): each.words for each in frequency.shipped().offered}
        usual, another = "As often as the unit does", "Another number of days"
        self.how_often.choices = choices({AS_THE_UNIT: usual, **offered, ANOTHER: another})

    def validate_every_days(self, field: StringField) -> None:
        limits, typed = frequency.shipped(), as_text(field.data)
        is_number = typed.isascii() and typed.isdigit()
        if self.how_often.data == ANOTHER and not (is_number and limits.may_be_agreed(int(typed))):
            raise ValidationError(f"Enter a number of days from {limits.shortest} to {limits.longest}")

    def validate_other_language(self, field: StringField) -> None:
        if self.language.data == OTHER and not as_text(field.data):
            raise ValidationError("Enter the language they prefer")

    def validate_representative(self, field: StringField) -> None:
        named = as_text(field.data)
        if not named and self.forbidden.data:
            raise ValidationError("Enter the name of the person who must never be contacted")
        if names_a_defendant(named, self.defendants) and not self.forbidden.data:
            raise ValidationError("This is the name of a defendant of the case: say that they must never be contacted")

    def wishes(self, stays: Iterable[str]) -> Wishes:
        """Give what the form says; `stays` are topics opted out of that this page does not offer."""
        language = as_text(self.other_language.data) if self.language.data == OTHER else self.language.data
        return Wishes(
            channel=self.channel.data,
            language=language,
            interpreter=(self.interpreter.data or "").strip(),
            representative=as_text(self.representative.data),
            relation=self.relation.data or "",
            forbidden=bool(self.forbidden.data),
            reached_directly=bool(self.directly.data),
            opted_out=tuple(sorted({*(self.opted_out.data or ()), *stays})),
            every_days=self._days(),
        )

    def _days(self) -> int | None:
        chosen = self.how_often.data
        if chosen == AS_THE_UNIT:
            return None
        return int(as_text(self.every_days.data) if chosen == ANOTHER else chosen)


def held_interval(every_days: int | None) -> dict[str, str]:
    """Give what the form shows of how often was agreed, before anybody changes it."""
    if every_days is None:
        return {"how_often": AS_THE_UNIT}
    if every_days in {each.every_days for each in frequency.shipped().offered}:
        return {"how_often": str(every_days)}
    return {"how_often": ANOTHER, "every_days": str(every_days)}


class AnswersForm(FlaskForm):
    """What was asked of one way to reach them, and the hours in which it is safe, in rows."""

    seen = HiddenField(validators=[Length(max=64)])  # what the page showed
    allowed = RadioField("May we use it?", choices=choices(ANSWER_WORDS), default="not_asked")
    voicemail = RadioField("May we leave a voicemail?", choices=choices(ANSWER_WORDS), default="not_asked")
    identify = RadioField("May a message say who we are?", choices=choices(ANSWER_WORDS), default="not_asked")
    rows_of_hours = 0

    def hours(self) -> list[tuple[TicksField, ClockField, ClockField]]:
        return [
            (self[f"days_{row}"], self[f"from_{row}"], self[f"to_{row}"]) for row in range(1, self.rows_of_hours + 1)
        ]

    def fill_in(self, row: Any) -> None:
        """Show what is held of a way."""
        self.allowed.data, self.voicemail.data = row.allowed, row.voicemail
        self.identify.data = row.may_identify_us
        for (days, starts, ends), window in zip(self.hours(), row.windows or (), strict=False):
            days.data = [str(day) for day in window["weekdays"]]
            starts.data, ends.data = window["starts"], window["ends"]

    def validate(self, extra_validators: Any = None) -> bool:
        fits = super().validate(extra_validators)
        for days, starts, ends in self.hours():
            if not (days.data or starts.data or ends.data) or starts.errors or ends.errors:
                continue
            if not days.data:
                days.errors = ["Tick the days on which these hours are safe"]
            elif starts.time is None or ends.time is None or starts.time >= ends.time:
                starts.errors = ["Enter a time from which, and a later one until which, it is safe"]
            fits = fits and not (days.errors or starts.errors)
        return fits

    def windows(self) -> tuple[dict[str, Any], ...]:
        return tuple(
            {
                "weekdays": sorted(int(day) for day in days.data),
                "starts": starts.time.strftime("%H:%M"),
                "ends": ends.time.strftime("%H:%M"),
            }
            for days, starts, ends in self.hours()
            if days.data and starts.time and ends.time
        )

    def point(self, kind: str, value: str = "", point_id: str = "") -> ContactPointGiven:
        return ContactPointGiven(
            kind=kind,
            value=value,
            point_id=point_id,
            allowed=self.allowed.data,
            voicemail=self.voicemail.data if kind in ("mobile", "landline") else None,
            may_identify_us=self.identify.data,
            windows=self.windows(),
        )


class NewWayForm(AnswersForm):
    """A way to reach them that is not held yet."""

    kind = RadioField("What is it?", choices=choices(KINDS), validators=[InputRequired("Choose what it is")])
    value = TextAreaField("The number or address", validators=[Length(max=400, message=TOO_LONG)])

    def validate_value(self, field: TextAreaField) -> None:
        if self.kind.data in KINDS and not is_readable(self.kind.data, field.data or ""):
            raise ValidationError("Enter " + READS_AS[self.kind.data].rstrip("."))


Answers = TypeVar("Answers", bound=AnswersForm)


def with_rows(form: type[Answers], held: int, sent: Collection[str] = ()) -> type[Answers]:
    """Give the form with a row for each of the hours held, and one more; and with every row that was `sent`.

    What is saved takes the place of what is held, so a row that is not shown would be lost.
    """
    came = sum(name.startswith("from_") for name in sent)
    rows = max(FEWEST_ROWS_OF_HOURS, held + 1, min(came, MOST_ROWS_OF_HOURS))
    fields: dict[str, Any] = {"rows_of_hours": rows}
    for row in range(1, rows + 1):
        words = "Safe hours: which days?" if row == 1 else f"Safe hours {row}: which days?"
        fields[f"days_{row}"] = TicksField(words, choices=choices(DAYS))
        fields[f"from_{row}"], fields[f"to_{row}"] = ClockField("From"), ClockField("To")
    return type(form.__name__, (form,), fields)


class DecisionForm(FlaskForm):
    """What a second person says of a change that waits."""

    answer = RadioField(
        "What do you decide?",
        choices=choices({"confirm": "Confirm: it is safe, and they agreed", "reject": "Reject: leave all as it was"}),
        validators=[InputRequired("Choose whether to confirm or reject it")],
    )
    reason = TextAreaField("Why", validators=[Length(max=1000, message="Shorten this to 1000 characters")])

    def validate_reason(self, field: TextAreaField) -> None:
        if self.answer.data == "reject" and not (field.data or "").strip():
            raise ValidationError("Say why you reject it")
