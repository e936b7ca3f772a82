"""The forms in which a caller may say what a person was told: the same values the service itself works out.

Free text has no place in them: what was told goes into the journal, which holds no personal data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from witness_care import judgement_words
from witness_care.schemas import PlainDate, SafeString, StrictSchema, WholeNumber, YesNo
from workflows import events, judgements, values
from workflows.events import DateKind, HearingClass

HEARING_CLASSES = [each.value for each in HearingClass]
VERDICTS = ("guilty", "not_guilty", "guilty_of_alternative", "no_verdict", "withdrawn", "dismissed", "discontinued")
OFF_BECAUSE = ("vacated", "adjourned", "date_removed", "withdrawn", "days_cancelled")


class DayField(fields.Field[list[Any]]):
    """A day of a hearing in court time: ["2026-03-09", "10:30"], or null for a time to be confirmed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> list[Any]:
        if not (isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)):
            raise ValidationError('Expected a date and a time, for example ["2026-03-09", "10:30"].')
        try:
            on = date.fromisoformat(value[0])
            at = None if value[1] is None else time.fromisoformat(value[1])
        except (TypeError, ValueError):
            raise ValidationError('Expected a date and a time, for example ["2026-03-09", "10:30"].') from None
        return [on.isoformat(), None if at is None else at.isoformat("minutes")]


class ToldHearingSchema(StrictSchema):
    kind = SafeString(required=True, validate=validate.OneOf([DateKind.FIXED.value, DateKind.WEEK_COMMENCING.value]))
    hearing_class = SafeString(data_key="class", required=True, validate=validate.OneOf(HEARING_CLASSES))
    court = SafeString(load_default="", blank=True, longest=200)
    days = fields.List(DayField(), validate=validate.Length(min=1, max=100))
    week = PlainDate()
    weeks = WholeNumber(least=1, most=52)

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        common = {"kind": data["kind"], "class": data["hearing_class"], "court": data["court"]}
        if data["kind"] == DateKind.FIXED.value:
            if "days" not in data:
                raise ValidationError("Expected the days of the hearing.", "days")
            return common | {"days": data["days"]}
        if "week" not in data:
            raise ValidationError("Expected the first day of the week.", "week")
        return common | {"week": data["week"].isoformat(), "weeks": data.get("weeks", 1)}


class WhenWhereSchema(StrictSchema):
    state = SafeString(required=True, validate=validate.OneOf(["on", "off"]))
    hearing_class = SafeString(data_key="class", required=True, validate=validate.OneOf(HEARING_CLASSES))
    hearings = fields.List(fields.Nested(ToldHearingSchema), validate=validate.Length(min=1, max=20))
    why = SafeString(validate=validate.OneOf(OFF_BECAUSE))
    reason = SafeString(load_default="", blank=True, longest=64)
    next_kind = SafeString(
        data_key="next", load_default="to_be_fixed", validate=validate.OneOf(["to_be_fixed", "none"])
    )

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if data["state"] == "on":
            if "hearings" not in data:
                raise ValidationError("Expected the hearings that were told.", "hearings")
            return {"state": "on", "class": data["hearing_class"], "hearings": data["hearings"]}
        if "why" not in data:
            raise ValidationError("Expected why the hearing is off.", "why")
        return {
            "state": "off",
            "class": data["hearing_class"],
            "why": data["why"],
            "reason": data["reason"],
            "next": data["next_kind"],
        }


class AttendanceSchema(StrictSchema):
    required = YesNo(required=True)
    days = fields.List(WholeNumber(least=1, most=400), load_default=list)
    session = SafeString(load_default="", blank=True, longest=20)
    mode = SafeString(load_default="in_person", blank=True, longest=20)

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data if data["required"] else {"required": False}


class OutcomeSchema(StrictSchema):
    outcome = SafeString(
        required=True, validate=validate.OneOf(["adjourned", "ineffective", "cracked", "jury_discharged"])
    )
    reason = SafeString(load_default="", blank=True, longest=64)
    hearing_class = SafeString(data_key="class", required=True, validate=validate.OneOf(HEARING_CLASSES))

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"outcome": data["outcome"], "reason": data["reason"], "class": data["hearing_class"]}


class SentencePartSchema(StrictSchema):
    kind = SafeString(required=True, longest=20)
    label = SafeString(load_default="", blank=True, longest=300)
    length = SafeString(load_default="", blank=True, longest=40)


class VerdictSchema(StrictSchema):
    offences = fields.Dict(
        keys=SafeString(longest=64),
        values=SafeString(validate=validate.OneOf(VERDICTS)),
        required=True,
        validate=validate.Length(min=1, max=100),
    )


class SentenceSchema(StrictSchema):
    offences = fields.Dict(
        keys=SafeString(longest=64),
        values=fields.List(fields.Nested(SentencePartSchema), validate=validate.Length(min=1, max=50)),
        required=True,
        validate=validate.Length(min=1, max=100),
    )


class PleaSchema(StrictSchema):
    offences = fields.Dict(
        keys=SafeString(longest=64),
        values=SafeString(validate=validate.OneOf(list(judgement_words.PLEAS))),
        required=True,
        validate=validate.Length(min=1, max=100),
    )


class UndulyLenientSchema(StrictSchema):
    sentenced_on = PlainDate(required=True)
    earlier = fields.List(PlainDate(), load_default=list, validate=validate.Length(max=20))

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        earlier = sorted({day.isoformat() for day in data["earlier"]})
        return {"sentenced_on": data["sentenced_on"].isoformat()} | ({"earlier": earlier} if earlier else {})


class BailSchema(StrictSchema):
    status = SafeString(required=True, validate=validate.OneOf(events.BAIL_STATUSES))
    conditions = fields.List(
        SafeString(validate=validate.OneOf(list(judgement_words.BAIL_CONDITIONS))),
        load_default=list,
        validate=validate.Length(max=20),
    )
    mark = SafeString(load_default="", blank=True, longest=64)

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"conditions": sorted(set(data["conditions"]))}


class WarrantSchema(StrictSchema):
    status = SafeString(required=True, validate=validate.OneOf(events.WARRANT_STATUSES))
    outcome = SafeString(load_default="", blank=True, validate=validate.OneOf(("", *events.BAIL_STATUSES)))


class DecisionPartSchema(StrictSchema):
    decision = SafeString(required=True, validate=validate.OneOf(list(judgement_words.DECISIONS)))
    reason = SafeString(load_default="", blank=True, validate=validate.OneOf(("", *judgement_words.DECISION_REASONS)))
    review = YesNo(load_default=True)
    letter = PlainDate()

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        letter = data.pop("letter", None)
        return data | ({"letter": letter.isoformat()} if letter else {})


class DecisionSchema(StrictSchema):
    offences = fields.Dict(
        keys=SafeString(longest=64),
        values=fields.Nested(DecisionPartSchema),
        required=True,
        validate=validate.Length(min=1, max=100),
    )


class AppealNoticeSchema(StrictSchema):
    stage = SafeString(required=True, validate=validate.OneOf(events.APPEAL_STAGES))
    against = SafeString(load_default="conviction", validate=validate.OneOf(list(judgement_words.APPEAL_AGAINST)))
    on = PlainDate(allow_none=True, load_default=None)
    bail = YesNo(allow_none=True, load_default=None)

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"on": data["on"].isoformat() if data["on"] else None}


class AppealOutcomeSchema(StrictSchema):
    result = SafeString(required=True, validate=validate.OneOf(events.APPEAL_RESULTS))


class SpecialMeasuresSchema(StrictSchema):
    measures = fields.Dict(
        keys=SafeString(validate=validate.OneOf(list(judgement_words.MEASURES))),
        values=SafeString(validate=validate.OneOf(("granted", "refused", "withdrawn"))),
        required=True,
        validate=validate.Length(min=1, max=20),
    )


FORM_OF: Mapping[str, type[StrictSchema]] = MappingProxyType(
    {
        values.WHEN_WHERE: WhenWhereSchema,
        values.ATTENDANCE: AttendanceSchema,
        values.OUTCOME: OutcomeSchema,
        values.VERDICT: VerdictSchema,
        values.SENTENCE: SentenceSchema,
        judgements.PLEA: PleaSchema,
        judgements.ULS: UndulyLenientSchema,
        judgements.BAIL: BailSchema,
        judgements.WARRANT: WarrantSchema,
        judgements.NO_PROSECUTION: DecisionSchema,
        judgements.STOP: DecisionSchema,
        judgements.APPEAL_NOTICE: AppealNoticeSchema,
        judgements.APPEAL_OUTCOME: AppealOutcomeSchema,
        values.SPECIAL_MEASURES: SpecialMeasuresSchema,
    }
)
ABOUT_A_HEARING = (values.WHEN_WHERE, values.OUTCOME)
ABOUT_A_DEFENDANT = judgements.TOPICS
