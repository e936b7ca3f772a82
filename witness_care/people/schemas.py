"""The form of a person in our own API and forms; what is unknown is refused, with where it stands."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from witness_care.people.document import ContactPointGiven, EndpointKind, PersonGiven, SafeContactGiven
from witness_care.people.endpoints import is_readable
from witness_care.schemas import AwareInstant, PlainDate, SafeString, StrictSchema, YesNo
from workflows.events import Answer

ANSWERS = [answer.value for answer in Answer]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_CONTACT_POINTS = 20
CHANNELS = ("call", "text", "email", "letter", "not_asked")
RELATIONS = ("parent", "guardian", "family", "friend", "supporter", "solicitor", "colleague", "other")


class WindowSchema(StrictSchema):
    """Hours in which it is safe to ring, in London time."""

    weekdays = fields.List(
        SafeString(validate=validate.OneOf(WEEKDAYS)), required=True, validate=validate.Length(min=1, max=7)
    )
    starts = fields.Time(format="%H:%M", required=True)
    ends = fields.Time(format="%H:%M", required=True)

    @validates_schema
    def ends_after_it_starts(self, data: dict[str, Any], **_: Any) -> None:
        if data["ends"] <= data["starts"]:
            raise ValidationError("Expected an end after the start, on the same day.", "ends")

    @post_load
    def as_stored(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {
            "weekdays": sorted({WEEKDAYS.index(day) for day in data["weekdays"]}),
            "starts": data["starts"].strftime("%H:%M"),
            "ends": data["ends"].strftime("%H:%M"),
        }


class ContactPointSchema(StrictSchema):
    kind = SafeString(required=True, validate=validate.OneOf([kind.value for kind in EndpointKind]))
    value = SafeString(required=True, longest=400)
    allowed = SafeString(validate=validate.OneOf(ANSWERS))
    voicemail = SafeString(validate=validate.OneOf(ANSWERS))
    may_identify_us = SafeString(validate=validate.OneOf(ANSWERS))
    windows = fields.List(fields.Nested(WindowSchema), validate=validate.Length(max=14))
    unsafe = YesNo()
    remove = YesNo()

    @validates_schema
    def can_be_read(self, data: dict[str, Any], **_: Any) -> None:
        if not is_readable(data["kind"], data["value"]):
            raise ValidationError("Expected " + READS_AS[data["kind"]], "value")

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> ContactPointGiven:
        windows = data.pop("windows", None)
        return ContactPointGiven(windows=None if windows is None else tuple(windows), **data)


READS_AS = {
    "mobile": "a phone number, for example 07700 900123.",
    "landline": "a phone number, for example 01632 960123.",
    "email": "an e-mail address, for example name@post.example.",
    "address": "an address with a postcode.",
}


class SafeContactSchema(StrictSchema):
    note = SafeString(blank=True, lines=True, longest=2000)
    safe_word = SafeString(blank=True, longest=100)
    representative = SafeString(blank=True, lines=True, longest=400)
    interpreter = SafeString(
        blank=True, lines=True, longest=400, metadata={"description": "what an interpreter must know, in words"}
    )
    confirmed_at = AwareInstant()

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> SafeContactGiven:
        return SafeContactGiven(**data)


class PersonSchema(StrictSchema):
    id = SafeString(longest=64)
    name = SafeString(longest=200)
    date_of_birth = PlainDate()
    language = SafeString(longest=20)
    deceased_on = PlainDate()
    chosen_channel = SafeString(
        validate=validate.OneOf(CHANNELS),
        metadata={"description": "how they want to be told: call, text, email, letter, or not_asked"},
    )
    representative_relation = SafeString(blank=True, validate=validate.OneOf(("", *RELATIONS)))
    representative_forbidden = YesNo(
        metadata={"description": "the representative is a suspect or must never be contacted: nothing reaches them"}
    )
    safe_contact = fields.Nested(SafeContactSchema)
    contact_points = fields.List(fields.Nested(ContactPointSchema), validate=validate.Length(max=MOST_CONTACT_POINTS))

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> PersonGiven:
        return PersonGiven(contact_points=tuple(data.pop("contact_points", ())), **data)
