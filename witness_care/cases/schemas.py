"""The form of `PUT /api/v1/cases/<urn>`; what is unknown is refused, with where it stands."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from witness_care import wording
from witness_care.cases.document import (
    CaseGiven,
    ContactGiven,
    DefendantGiven,
    OffenceGiven,
    OtherId,
    ParticipantGiven,
    RequirementGiven,
    ToldGiven,
)
from witness_care.cases.told_values import ABOUT_A_DEFENDANT, ABOUT_A_HEARING, FORM_OF
from witness_care.contacts.models import LONGEST_NOTE
from witness_care.people.schemas import ANSWERS, ContactPointSchema, PersonSchema
from witness_care.schemas import AwareInstant, PlainDate, SafeString, StrictSchema, WholeNumber, YesNo
from workflows import enhanced_rights
from workflows.events import ContactOutcome, Role, VictimKind, WitnessKind

ENHANCED_BASES = tuple(enhanced_rights.shipped().by_key)
OPT_OUT_TOPICS = tuple(FORM_OF)
LEAVING = ("added_in_error", "transferred")
MODES = ("in_person", "live_link", "remote")
SESSIONS = ("", "morning", "afternoon")


def _id() -> SafeString:
    return SafeString(required=True, longest=64)


def _ids() -> fields.List[Any]:
    return fields.List(SafeString(longest=64), validate=validate.Length(max=200))


class OtherIdSchema(StrictSchema):
    namespace = SafeString(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]{0,39}$"))
    id = _id()

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> OtherId:
        return OtherId(**data)


class OffenceSchema(StrictSchema):
    id = _id()
    cjs_code = SafeString(blank=True, longest=20)
    title = SafeString(blank=True, longest=300)
    charged_on = PlainDate()
    identifiers = fields.List(fields.Nested(OtherIdSchema), validate=validate.Length(max=20))
    remove = YesNo()

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> OffenceGiven:
        return OffenceGiven(identifiers=tuple(data.pop("identifiers", ())), **data)


class DefendantSchema(StrictSchema):
    id = _id()
    name = SafeString(longest=200)
    date_of_birth = PlainDate()
    arrest_summons_number = SafeString(blank=True, longest=40)
    identifiers = fields.List(fields.Nested(OtherIdSchema), validate=validate.Length(max=20))
    offences = fields.List(fields.Nested(OffenceSchema), validate=validate.Length(max=200))
    contact_points = fields.List(fields.Nested(ContactPointSchema), validate=validate.Length(max=20))
    remove = YesNo()

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> DefendantGiven:
        lists: dict[str, Any] = {
            name: tuple(data.pop(name, ())) for name in ("identifiers", "offences", "contact_points")
        }
        return DefendantGiven(**lists, **data)


class RequirementSchema(StrictSchema):
    required = YesNo(required=True)
    days = fields.List(WholeNumber(least=1, most=400), validate=validate.Length(max=100))
    session = SafeString(blank=True, validate=validate.OneOf(SESSIONS))
    mode = SafeString(validate=validate.OneOf(MODES))

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> RequirementGiven:
        return RequirementGiven(days=tuple(sorted(set(data.pop("days", ())))), **data)


class SaidSchema(StrictSchema):
    """A value that was told: of which topic, about which hearing or defendant."""

    topic = SafeString(required=True, validate=validate.OneOf(list(FORM_OF)))
    hearing = SafeString(longest=64)
    defendant = SafeString(longest=64)
    value = fields.Dict(required=True)

    @validates_schema
    def names_its_subject(self, data: dict[str, Any], **_: Any) -> None:
        for name, topics in (("hearing", ABOUT_A_HEARING), ("defendant", ABOUT_A_DEFENDANT)):
            if (data["topic"] in topics) != (name in data):
                expected = f"Expected the {name}" if data["topic"] in topics else f"Expected no {name}"
                raise ValidationError(f"{expected} for the topic {data['topic']}.", name)

    @post_load
    def as_told(self, data: dict[str, Any], **_: Any) -> Any:
        try:
            value = FORM_OF[data["topic"]]().load(data.pop("value"))
        except ValidationError as problem:
            raise ValidationError({"value": problem.messages}) from None
        return data | {"value": value}


class CarriedOverSchema(SaidSchema):
    """What somebody had been told, and when, without saying by which contact."""

    at = AwareInstant(required=True)

    @post_load
    def as_told(self, data: dict[str, Any], **more: Any) -> ToldGiven:
        return ToldGiven(**super().as_told(data, **more))


class PastContactSchema(StrictSchema):
    """A contact or an attempt before the case came to this service. The same id again is the same contact."""

    id = _id()
    at = AwareInstant(required=True, metadata={"description": "when it took place"})
    channel = SafeString(required=True, validate=validate.OneOf(list(wording.CHANNELS)))
    outcome = SafeString(required=True, validate=validate.OneOf([outcome.value for outcome in ContactOutcome]))
    direction = SafeString(validate=validate.OneOf(["out", "in"]))
    note = SafeString(blank=True, lines=True, longest=LONGEST_NOTE)
    told = fields.List(
        fields.Nested(SaidSchema),
        validate=validate.Length(max=50),
        metadata={"description": "what was said in it; only where the outcome reached them"},
    )

    @validates_schema
    def tells_only_whom_it_reached(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("told") and not ContactOutcome(data["outcome"]).tells:
            raise ValidationError("Expected nothing told in a contact that did not reach them.", "told")

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> ContactGiven:
        told = tuple(ToldGiven(at=data["at"], **said) for said in data.pop("told", ()))
        return ContactGiven(told=told, **data)


class ParticipantSchema(StrictSchema):
    id = _id()
    person = fields.Nested(PersonSchema)
    role = SafeString(validate=validate.OneOf([role.value for role in Role]))
    witness_kind = SafeString(validate=validate.OneOf([kind.value for kind in WitnessKind]))
    victim_kind = SafeString(
        validate=validate.OneOf([kind.value for kind in VictimKind]),
        metadata={
            "description": "as what they are on the victim's side. A parent or guardian has the rights of a victim "
            "under 18 and is never a defendant; a business has the standard times, by a named contact"
        },
    )
    defendants = _ids()
    offences = _ids()
    requirement = fields.Nested(RequirementSchema)
    enhanced = SafeString(validate=validate.OneOf(ANSWERS))
    enhanced_basis = fields.List(SafeString(validate=validate.OneOf(ENHANCED_BASES)), validate=validate.Length(max=20))
    declined_grounds = fields.List(
        SafeString(validate=validate.OneOf(ENHANCED_BASES)),
        validate=validate.Length(max=20),
        metadata={"description": "grounds for enhanced rights that somebody decided against: not suggested any more"},
    )
    opted_out = fields.List(SafeString(validate=validate.OneOf(OPT_OUT_TOPICS)), validate=validate.Length(max=20))
    told = fields.List(fields.Nested(CarriedOverSchema), validate=validate.Length(max=100))
    contacts = fields.List(
        fields.Nested(PastContactSchema),
        validate=validate.Length(max=500),
        metadata={"description": "contacts and attempts before the case came to this service, at their own times"},
    )
    remove = YesNo()
    remove_reason = SafeString(validate=validate.OneOf(LEAVING))

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> ParticipantGiven:
        for name in ("defendants", "offences", "enhanced_basis", "declined_grounds", "opted_out"):
            if name in data:
                data[name] = tuple(dict.fromkeys(data[name]))
        lists: dict[str, Any] = {name: tuple(data.pop(name, ())) for name in ("told", "contacts")}
        return ParticipantGiven(**lists, **data)

    @validates_schema
    def each_contact_once(self, data: dict[str, Any], **_: Any) -> None:
        ids = [contact.id for contact in data.get("contacts", ())]
        if len(set(ids)) < len(ids):
            raise ValidationError("Expected each contact's id once.", "contacts")


class CaseQuerySchema(StrictSchema):
    """The query of `GET /api/v1/cases/<urn>`."""

    as_known_at = AwareInstant(metadata={"description": "a past moment with its offset: the case as it was known then"})


class CaseSchema(StrictSchema):
    """The body of `PUT /api/v1/cases/<urn>`. What is left out stays; `remove` takes away."""

    message_id = SafeString(longest=64)
    received_at = AwareInstant()
    unit = SafeString(longest=40)
    officer = SafeString(allow_none=True, longest=200)
    court_code = SafeString(blank=True, longest=20)
    identifiers = fields.List(fields.Nested(OtherIdSchema), validate=validate.Length(max=20))
    defendants = fields.List(fields.Nested(DefendantSchema), validate=validate.Length(max=100))
    participants = fields.List(fields.Nested(ParticipantSchema), validate=validate.Length(max=500))

    @validates_schema
    def each_id_once(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("defendants", "participants"):
            seen: set[str] = set()
            for position, given in enumerate(data.get(name, ())):
                if given.id in seen:
                    raise ValidationError({name: {position: {"id": ["Expected each id once in one document."]}}})
                seen.add(given.id)

    def given(self, urn: str, data: dict[str, Any]) -> CaseGiven:
        """Give the document that `load` read, for the case with this URN."""
        lists: dict[str, Any] = {
            name: tuple(data.pop(name, ())) for name in ("identifiers", "defendants", "participants")
        }
        if "officer" in data and data["officer"] is None:
            data["officer"] = ""
        return CaseGiven(urn=urn, **lists, **data)
