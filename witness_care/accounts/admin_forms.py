"""What an administrator fills in about users and programs."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from witness_care.accounts.api_clients import FEED_NAME
from witness_care.accounts.models import Role
from witness_care.accounts.permissions import FEED_SCOPE, SCOPES
from witness_care.accounts.service import WITHOUT_UNIT
from witness_care.form_fields import TicksField

ROLES = {
    Role.OFFICER: "Officer",
    Role.SUPERVISOR: "Supervisor",
    Role.ADMINISTRATOR: "Administrator: sees no cases",
    Role.AUDITOR: "Auditor: reads the personal-data log",
}
SCOPE_WORDS = {
    "cases:read": "Read cases and what is owed",
    "cases:write": "Send cases and people",
    "contacts:write": "Record contacts",
    "concerns:read": "Read engagement concerns",
    "needs:read": "Read what people said they need",
    "feed:backfill": "Say when older messages were received",
}


class UserForm(FlaskForm):
    role = RadioField(
        "Role",
        choices=[SelectChoice(role.value, words) for role, words in ROLES.items()],
        validators=[InputRequired("Choose a role")],
    )
    units = TicksField("Units they work in", validate_choice=True)

    def offer_units(self, units: Iterable[tuple[str, str]]) -> None:
        self.units.choices = [SelectChoice(unit, name) for unit, name in units]

    def validate_units(self, field: TicksField) -> None:
        sees_no_cases = self.role.data in WITHOUT_UNIT
        if not field.data and not sees_no_cases:
            raise ValidationError("Tick at least one unit")
        if field.data and sees_no_cases:
            raise ValidationError("An administrator or auditor works in no unit: take the ticks away")


class NewUserForm(UserForm):
    display_name = StringField("Name that colleagues see", validators=[InputRequired("Enter a name"), Length(max=120)])
    sign_in_name = StringField(
        "E-mail address they sign in with", validators=[InputRequired("Enter an e-mail address"), Length(max=254)]
    )
    password = PasswordField(
        "First password", validators=[InputRequired("Enter a password of at least 15 characters"), Length(max=500)]
    )


class PasswordForm(FlaskForm):
    password = PasswordField(
        "New password", validators=[InputRequired("Enter a password of at least 15 characters"), Length(max=500)]
    )


class ClientForm(FlaskForm):
    name = StringField("Name of the program", validators=[InputRequired("Enter a name"), Length(max=120)])
    units = TicksField("Units it speaks for", validators=[InputRequired("Tick at least one unit")])
    scopes = TicksField("What it may do", choices=[SelectChoice(scope, SCOPE_WORDS[scope]) for scope in SCOPES])
    feeds = StringField("Court feeds it sends (optional)", validators=[Optional(), Length(max=200)])

    def offer_units(self, units: Iterable[tuple[str, str]]) -> None:
        self.units.choices = [SelectChoice(unit, name) for unit, name in units]

    def validate_feeds(self, field: StringField) -> None:
        if not all(FEED_NAME.fullmatch(scope) for scope in self.feed_scopes):
            raise ValidationError("Enter names of feeds, for example common-platform, with commas between them")

    def validate_scopes(self, field: TicksField) -> None:
        if not field.data and not self.feed_scopes:
            raise ValidationError("Tick what it may do, or name a feed it sends")

    @property
    def feed_scopes(self) -> list[str]:
        names = (self.feeds.data or "").replace(",", " ").split()
        return [f"{FEED_SCOPE}{name}" for name in names]
