"""The form of the API's answers about duties and contacts, for its description."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from workflows.due_bands import DueBand


class DutyBody(Schema):
    id = fields.String()
    participant = fields.String()
    topic = fields.String()
    subject = fields.String()
    hearing = fields.String(allow_none=True)
    value = fields.Raw(metadata={"description": "what is true and to be told"})
    value_hash = fields.String(metadata={"description": "send it back with the contact that told this value"})
    told_value = fields.Raw(allow_none=True, metadata={"description": "what the person was last told"})
    reason = fields.String(metadata={"description": "what is to be done, in words"})
    rule = fields.String()
    rules = fields.List(fields.String())
    priority = fields.Integer(metadata={"description": "0: someone may travel for nothing"})
    clock_start = fields.AwareDateTime()
    due_at = fields.AwareDateTime()
    overdue = fields.Boolean()
    band = fields.String(
        allow_none=True,
        validate=validate.OneOf([band.value for band in DueBand]),
        metadata={"description": "how it stands with its time, by local policy; null when it is closed"},
    )
    opened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    closed_reason = fields.String(allow_none=True)
    met = fields.Boolean(allow_none=True)
    officer = fields.String(allow_none=True)


class ListedDutyBody(DutyBody):
    urn = fields.String()
    role = fields.String()


class DutiesBody(Schema):
    duties = fields.List(fields.Nested(ListedDutyBody))
    next = fields.String(allow_none=True, metadata={"description": "the cursor of the next page; null on the last"})


class RuleBody(Schema):
    id = fields.String()
    pack = fields.String()
    title = fields.String()
    plain_action = fields.String()
    basis = fields.String(metadata={"description": "code, local_policy or statute"})
    source = fields.String()
    evidence = fields.String()
    verified = fields.Boolean()
    standard_days = fields.Integer(allow_none=True)
    enhanced_days = fields.Integer(allow_none=True)
    days_basis = fields.String()
    days_source = fields.String()
    days_verified = fields.Boolean()


class DutyChangeBody(Schema):
    at = fields.AwareDateTime()
    action = fields.String()
    value_hash = fields.String()
    due_at = fields.AwareDateTime()
    reason = fields.String()
    caused_by = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    received_at = fields.AwareDateTime(allow_none=True)


class DutyInFullBody(ListedDutyBody):
    case = fields.String()
    due_soon_from = fields.AwareDateTime(metadata={"description": "the reminder: from then on it is due soon"})
    critically_overdue_from = fields.AwareDateTime(
        metadata={"description": "the escalation: from then on, while it is open, it is critically overdue"}
    )
    explanation = fields.List(fields.String(), metadata={"description": "the working, sentence by sentence"})
    rule_in_full = fields.Nested(RuleBody, allow_none=True)
    history = fields.List(fields.Nested(DutyChangeBody))


class ContactBody(Schema):
    id = fields.String()
    state = fields.String(metadata={"description": "recorded, or repeat when this token was used before"})
    safety_incident = fields.Boolean()
