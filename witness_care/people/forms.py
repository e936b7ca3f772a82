"""What an officer types in about a person's part in a case."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from witness_care import wording
from witness_care.cases.forms import EntryForm, as_text, choices
from witness_care.form_fields import DayField, TicksField
from witness_care.people.document import ContactPointGiven, PersonGiven, SafeContactGiven
from witness_care.people.normalise import normalise_email, normalise_phone
from workflows.events import Answer, Role, VictimKind

ANSWER_WORDS = {Answer.YES.value: "Yes", Answer.NO.value: "No", Answer.NOT_ASKED.value: "Not asked yet"}
STAYS, ADDED_IN_ERROR, TRANSFERRED = "", "added_in_error", "transferred"


class PersonForm(EntryForm):
    """A victim or witness, as far as the unit knows them now. Nothing but the name and the part is needed."""

    name = StringField("Full name", validators=[InputRequired("Enter the person's full name"), Length(max=200)])
    born_on = DayField("Date of birth (optional)", example="27 3 1990")
    language = StringField("Language they prefer", default="English", validators=[Length(max=20)])
    role = RadioField(
        "What part do they have?",
        choices=choices({role: wording.sentence(words) for role, words in wording.ROLES.items()}),
        validators=[InputRequired("Choose what part they have")],
    )
    witness_kind = RadioField(
        "If a witness: what kind?",
        choices=choices({kind: wording.sentence(words) for kind, words in wording.WITNESS_KINDS.items()}),
        default="civilian",
        validators=[Optional()],
    )
    victim_kind = RadioField(
        "If a victim: as what?",
        choices=choices({kind: wording.sentence(words) for kind, words in wording.VICTIM_KINDS.items()}),
        default="person",
        validators=[Optional()],
    )
    speaks_for_them = StringField("If a business: who speaks for it?", validators=[Length(max=200)])
    enhanced = RadioField(
        "If a victim: enhanced rights?",
        choices=choices({"yes": "Yes", "no": "No", "not_asked": "Not decided yet: worked at the shorter times"}),
        default="not_asked",
        validators=[Optional()],
    )
    offences = TicksField("Which offences concern them?", validate_choice=True)
    phone = StringField("Phone number (optional)", validators=[Length(max=40)])
    phone_allowed = RadioField("May we ring this number?", choices=choices(ANSWER_WORDS), default="not_asked")
    voicemail = RadioField("May we leave a voicemail there?", choices=choices(ANSWER_WORDS), default="not_asked")
    identify = RadioField("May we say who we are?", choices=choices(ANSWER_WORDS), default="not_asked")
    email = StringField("E-mail address (optional)", validators=[Length(max=254)])
    email_allowed = RadioField("May we write to this address?", choices=choices(ANSWER_WORDS), default="not_asked")
    safe_note = TextAreaField(
        "What makes contact safe or unsafe (optional)",
        validators=[Length(max=2000, message="Shorten this to 2000 characters")],
    )

    is_leaving = False
    has_representative = False  # somebody is recorded as speaking for them already

    def offer_offences(self, offences: Iterable[tuple[str, str]]) -> None:
        self.offences.choices = [SelectChoice(offence, title) for offence, title in offences]

    def validate_name(self, field: StringField) -> None:
        if not as_text(field.data):
            raise ValidationError("Enter the person's full name")

    def validate_speaks_for_them(self, field: StringField) -> None:
        if self.is_business and not (as_text(field.data) or self.has_representative or self.is_leaving):
            raise ValidationError("Enter the name of who speaks for the business")

    @property
    def is_business(self) -> bool:
        return self.role.data != Role.WITNESS and self.victim_kind.data == VictimKind.BUSINESS

    def validate_phone(self, field: StringField) -> None:
        if as_text(field.data) and normalise_phone(field.data) is None:
            raise ValidationError("Enter a phone number, for example 07700 900123")

    def validate_email(self, field: StringField) -> None:
        if as_text(field.data) and normalise_email(field.data) is None:
            raise ValidationError("Enter an e-mail address, for example name@post.example")

    def person(self) -> PersonGiven:
        """Give what the form says of the person; what was left empty was not said."""
        note = as_text(self.safe_note.data)
        speaks = as_text(self.speaks_for_them.data) if self.is_business else ""
        safe = SafeContactGiven(note=note or None, representative=speaks or None) if note or speaks else None
        return PersonGiven(
            name=as_text(self.name.data),
            date_of_birth=self.born_on.data,
            language=as_text(self.language.data) or None,
            safe_contact=safe,
            contact_points=tuple(self._points()),
        )

    def _points(self) -> Iterable[ContactPointGiven]:
        if phone := as_text(self.phone.data):
            yield ContactPointGiven(
                kind="mobile" if (normalise_phone(phone) or "").startswith("+447") else "landline",
                value=phone,
                allowed=self.phone_allowed.data,
                voicemail=self.voicemail.data,
                may_identify_us=self.identify.data,
            )
        if email := as_text(self.email.data):
            yield ContactPointGiven(kind="email", value=email, allowed=self.email_allowed.data)


class PersonChangeForm(PersonForm):
    """The same, for somebody who is there: also that they died, or leave the case."""

    enhanced = None  # decided on the page of the person, where a ground that is held goes only with a reason
    died_on = DayField("Date of death, if they have died", example="27 3 2026")
    leaves = RadioField(
        "Do they stay on this case?",
        choices=choices(
            {
                STAYS: "Yes",
                ADDED_IN_ERROR: "No, they were added in error",
                TRANSFERRED: "No, another unit looks after them now",
            }
        ),
        default=STAYS,
        validators=[Optional()],
    )

    @property
    def is_leaving(self) -> bool:  # type: ignore[override]
        return bool(self.leaves.data or self.died_on.data)

    def person(self) -> PersonGiven:
        given = super().person()
        return PersonGiven(
            name=given.name,
            date_of_birth=given.date_of_birth,
            language=given.language,
            safe_contact=given.safe_contact,
            contact_points=given.contact_points,
            deceased_on=self.died_on.data,
        )
