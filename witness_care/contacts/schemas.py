"""The form of a contact that another system reports."""

from __future__ import annotations

from marshmallow import fields, validate

from witness_care import wording
from witness_care.contacts.models import LONGEST_NOTE
from witness_care.contacts.service import AS_NOW, AS_SHOWN, ASK, CANNOT_COME, IN, OUT, WILL_COME
from witness_care.schemas import AwareInstant, SafeString, StrictSchema
from workflows.events import ContactOutcome

MOST_TOLD = 50


class TellingSchema(StrictSchema):
    """A value the person was told, as `GET` of the case or of a duty showed it."""

    topic = SafeString(required=True, longest=40)
    subject = SafeString(required=True, longest=36)
    value_hash = SafeString(required=True, longest=32)


class ContactSchema(StrictSchema):
    """The body of `POST /api/v1/participants/<id>/contacts`."""

    message_id = SafeString(
        required=True,
        longest=64,
        metadata={"description": "your id of this contact; the same id again is recorded once"},
    )
    channel = SafeString(required=True, validate=validate.OneOf(list(wording.CHANNELS)))
    outcome = SafeString(required=True, validate=validate.OneOf([outcome.value for outcome in ContactOutcome]))
    happened_at = AwareInstant(required=True)
    received_at = AwareInstant(metadata={"description": "only with scope feed:backfill"})
    told = fields.List(fields.Nested(TellingSchema), validate=validate.Length(max=MOST_TOLD), load_default=list)
    note = SafeString(load_default="", blank=True, lines=True, longest=LONGEST_NOTE)
    contact_point = SafeString(longest=36)
    direction = SafeString(load_default=OUT, validate=validate.OneOf([OUT, IN]))
    override_reason = SafeString(load_default="", blank=True, lines=True, longest=1000)
    says = SafeString(load_default="", blank=True, validate=validate.OneOf(["", WILL_COME, CANNOT_COME]))
    if_changed = SafeString(load_default=ASK, validate=validate.OneOf([ASK, AS_SHOWN, AS_NOW]))


class DutiesQuerySchema(StrictSchema):
    """The query of `GET /api/v1/duties`."""

    unit = SafeString(longest=20, metadata={"description": "the code of a unit"})
    officer = SafeString(blank=True, longest=254, metadata={"description": "a sign-in name; empty: nobody's"})
    state = SafeString(load_default="open", validate=validate.OneOf(["open", "overdue", "critically_overdue"]))
    cursor = SafeString(longest=36, metadata={"description": "`next` of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
