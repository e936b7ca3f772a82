"""What GOV.UK Notify sends when it knows what became of a message."""

from __future__ import annotations

import marshmallow as ma

from witness_care.schemas import FeedSchema, SafeString


class ReceiptSchema(FeedSchema):
    """The parts of a receipt that we read; whom the message went to is left out."""

    id = SafeString(required=True, longest=100)
    reference = SafeString(load_default="", longest=100, blank=True, allow_none=True)
    status = SafeString(required=True, longest=40)


class ReceiptBody(ma.Schema):
    """What became of a receipt."""

    result = ma.fields.String(metadata={"description": "taken, no-change, or unknown: it is of no message of ours"})
