"""What an officer types in about a case, its defendants and its hearings, when no feed says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from witness_care import wording
from witness_care.cases.urn import normalise_urn
from witness_care.form_fields import ClockField, DayField, NumberField
from workflows import trial_outcome_reasons
from workflows.events import DateKind, HearingClass

BY_RULE, MINE, NOBODY = "rule", "mine", "nobody"
NEW = "new"
FIXED, WEEK, TO_BE_FIXED = DateKind.FIXED.value, DateKind.WEEK_COMMENCING.value, DateKind.TO_BE_FIXED.value
MOST_DAYS = 200

MOVED, VACATED, ADJOURNED = "moved", "vacated", "adjourned"
DATE_REMOVED, ON_AGAIN, STARTED, WITHDRAWN = "date_removed", "on_again", "started", "withdrawn"
JURY_DISCHARGED = "jury_discharged"
NEWS = {
    MOVED: "It has another date, time or court",
    VACATED: "The trial is cancelled (vacated)",
    ADJOURNED: "It was adjourned",
    DATE_REMOVED: "Its date was taken away, and no other given",
    ON_AGAIN: "It is on again after it was cancelled",
    STARTED: "The trial has started",
    JURY_DISCHARGED: "The jury was discharged without a verdict",
    WITHDRAWN: "It was a mistake: there is no such hearing",
}


def choices(words: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, text) for value, text in words.items()]


class EntryForm(FlaskForm):
    """Every entry form carries a token that is good for one submission: sent twice, it is recorded once."""

    token = HiddenField(validators=[InputRequired(), Length(max=64)])


class CaseForm(EntryForm):
    urn = StringField(
        "Unique reference number (URN)", validators=[InputRequired("Enter the URN, for example 42AB1234526")]
    )
    officer = RadioField(
        "Whose case is it?",
        choices=choices(
            {BY_RULE: "By the unit's own rule", MINE: "Mine", NOBODY: "Nobody's yet: a supervisor allocates it"}
        ),
        default=BY_RULE,
        validators=[InputRequired("Choose whose case it is")],
    )
    unit = RadioField("Which unit?", validators=[Optional()], validate_choice=False)
    defendant = StringField(
        "Defendant's full name", validators=[InputRequired("Enter the defendant's full name"), Length(max=200)]
    )
    offence = StringField(
        "Offence", validators=[InputRequired("Enter the offence, for example Burglary"), Length(max=300)]
    )
    court_case_id = StringField("The court's own id of the case (optional)", validators=[Length(max=64)])
    court_defendant_id = StringField("The court's own id of the defendant (optional)", validators=[Length(max=64)])
    court_offence_id = StringField("The court's own id of the offence (optional)", validators=[Length(max=64)])

    def take_from(self, named: Mapping[str, str]) -> None:
        """Fill in what a court message calls the case and its people by: never a name, which an officer must know."""
        self.urn.data = named.get("urn", "")[:20]
        for field in (self.court_case_id, self.court_defendant_id, self.court_offence_id):
            field.data = named.get(field.name, "")[:64]

    def validate_urn(self, field: StringField) -> None:
        if normalise_urn(field.data or "") is None:
            raise ValidationError("Enter the URN as 5 to 20 letters and figures, for example 42AB1234526")


class DefendantForm(EntryForm):
    """A further defendant, or a further offence of one who is there."""

    who = RadioField("Who is it about?", validators=[InputRequired("Choose who it is about")])
    name = StringField("Full name of the new defendant", validators=[Length(max=200)])
    offence = StringField(
        "Offence", validators=[InputRequired("Enter the offence, for example Burglary"), Length(max=300)]
    )
    cjs_code = StringField("CJS offence code (optional)", validators=[Length(max=20)])
    court_defendant_id = StringField("The court's own id of the defendant (optional)", validators=[Length(max=64)])

    def offer(self, defendants: Iterable[tuple[str, str]]) -> None:
        known = [SelectChoice(defendant, f"{name}: a further offence") for defendant, name in defendants]
        self.who.choices = [*known, SelectChoice(NEW, "A new defendant")]

    def validate_name(self, field: StringField) -> None:
        if self.who.data == NEW and not (field.data or "").strip():
            raise ValidationError("Enter the defendant's full name")


class WhenAndWhereForm(EntryForm):
    """A date as the court gives it: a day, a week, or none yet."""

    date_kind = RadioField(
        "When?",
        choices=choices(
            {FIXED: "On a day", WEEK: "In a week that is still to be narrowed down", TO_BE_FIXED: "No date yet"}
        ),
        validators=[InputRequired("Choose when it is")],
    )
    day = DayField("First day, or the Monday of the week", example="14 12 2026")
    at = ClockField("Start (leave empty if it is to be confirmed)", validators=[Length(max=10)])
    length = NumberField("How many days, or weeks?", least=1, most=MOST_DAYS, default=1, validators=[Optional()])
    court = StringField("Court", validators=[Length(max=200)])
    room = StringField("Courtroom (optional)", validators=[Length(max=100)])

    def validate_day(self, field: DayField) -> None:
        self._check_day(field, wanted=self.date_kind.data in (FIXED, WEEK))

    def _check_day(self, field: DayField, *, wanted: bool) -> None:
        if not wanted:
            return
        if field.data is None:
            raise ValidationError("Enter the day, for example 14 12 2026")
        if self.date_kind.data == WEEK and field.data.weekday() != 0:
            raise ValidationError("Enter the Monday of the week")


class HearingForm(WhenAndWhereForm):
    hearing_class = RadioField(
        "What kind of hearing?",
        choices=choices({kind.value: wording.sentence(wording.HEARING_CLASSES[kind.value]) for kind in HearingClass}),
        validators=[InputRequired("Choose what kind of hearing it is")],
    )
    jurisdiction = RadioField(
        "Which court deals with it?",
        choices=choices({"CROWN": "Crown Court", "MAGISTRATES": "Magistrates' court"}),
        validators=[InputRequired("Choose which court deals with it")],
    )

    def validate_court(self, field: StringField) -> None:
        if self.date_kind.data == FIXED and not (field.data or "").strip():
            raise ValidationError("Enter the court, for example Northbridge Crown Court")


class HearingNewsForm(WhenAndWhereForm):
    """What was heard from the court about a hearing that is known here."""

    news = RadioField("What did you hear?", validators=[InputRequired("Choose what you heard")])
    reason = SelectField("The court's reason", default="", validate_choice=False)

    def offer(self, *, is_trial: bool, is_vacated: bool, jurisdiction: str) -> None:
        """Offer only what can be said of this hearing as it stands."""
        hidden = {ON_AGAIN} if not is_vacated else {VACATED}
        hidden |= set() if is_trial else {VACATED, STARTED, JURY_DISCHARGED, ON_AGAIN}
        self.news.choices = choices({news: words for news, words in NEWS.items() if news not in hidden})
        reasons = [
            reason
            for reason in trial_outcome_reasons.all_reasons()
            if reason.type == VACATED and (not jurisdiction or jurisdiction.casefold() in reason.jurisdictions)
        ]
        self.reason.choices = [
            SelectChoice("", "No reason given yet"),
            *(SelectChoice(reason.cp_ids[0], reason.words) for reason in reasons if reason.cp_ids),
        ]
        self.date_kind.validators = [Optional()]
        self.date_kind.choices[-1] = SelectChoice(TO_BE_FIXED, "No new date yet")

    @property
    def gives_a_date(self) -> bool:
        """Say whether the news comes with a date: a move always, one that was put off perhaps."""
        return self.news.data in (MOVED, VACATED, ADJOURNED, JURY_DISCHARGED) and self.date_kind.data in (FIXED, WEEK)

    def validate_day(self, field: DayField) -> None:
        self._check_day(field, wanted=self.news.data == MOVED or self.gives_a_date)

    def validate_date_kind(self, field: RadioField) -> None:
        if self.news.data == MOVED and field.data not in (FIXED, WEEK):
            raise ValidationError("Choose when it is now; if no date is given, choose “Its date was taken away”")

    def validate_reason(self, field: SelectField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Choose a reason from the list")


class RequirementForm(EntryForm):
    """What the CPS said about one person."""

    required = RadioField(
        "What did the CPS say?",
        choices=choices({"yes": "They are needed at the trial", "no": "They are not needed, or not any more"}),
        validators=[InputRequired("Choose what the CPS said")],
    )
    days = StringField("On which days of the trial? (optional)", validators=[Length(max=100)])
    session = RadioField(
        "When on those days?",
        choices=choices({"": "All day", "morning": "Morning only", "afternoon": "Afternoon only"}),
        default="",
        validators=[Optional()],
    )
    mode = RadioField(
        "How?",
        choices=choices({"in_person": "In person", "live_link": "By live link", "remote": "From another place"}),
        default="in_person",
        validators=[Optional()],
    )

    def validate_days(self, field: StringField) -> None:
        if self._positions() is None:
            raise ValidationError("Enter numbers of days, for example 1, 2. Leave it empty for every day")

    @property
    def positions(self) -> tuple[int, ...]:
        return self._positions() or ()

    def _positions(self) -> tuple[int, ...] | None:
        parts = (self.days.data or "").replace(",", " ").split()
        if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= MOST_DAYS for part in parts):
            return None
        return tuple(sorted({int(part) for part in parts}))


def typed_day(field: DayField) -> date:
    """Give the day of a field that was checked. Raises ValueError when it is empty."""
    if field.data is None:
        raise ValueError("Expected a checked day; the field is empty.")
    day: date = field.data
    return day


def as_text(value: Any) -> str:
    return (value or "").strip()
