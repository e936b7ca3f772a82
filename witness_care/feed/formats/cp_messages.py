"""The Common Platform messages we read, each with the keys it must have; what else comes is counted.

Written from the public JSON Schemas of the listing, hearing and progression contexts (feeds.md section 5).
"""

from __future__ import annotations

from marshmallow import fields

from witness_care.feed.formats.cp_schemas import (
    HearingDaySchema,
    HearingTypeSchema,
    ListedHearingSchema,
    NextHearingSchema,
    PleaSchema,
    ResultedHearingSchema,
    VerdictSchema,
)
from witness_care.feed.formats.fields import ExternalId, MaybeDate, MaybeInstant, MaybeYes, Words, many, one
from witness_care.schemas import AwareInstant, FeedSchema, PlainDate, YesNo

ENVELOPE = frozenset({"_metadata"})
NOTICES = frozenset({"sendNotificationToParties", "isNotificationAllocationFieldUpdated"})


class CaseUrnSchema(FeedSchema):
    caseURN = Words(64)
    caseUrn = Words(64)


class HearingListedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    hearingType = Words()
    caseUrns = many(CaseUrnSchema, needed=True)
    also_seen = ENVELOPE


class HearingConfirmedSchema(FeedSchema):
    confirmedHearing = one(ListedHearingSchema, needed=True)
    also_seen = ENVELOPE | NOTICES


class HearingUpdatedSchema(FeedSchema):
    updatedHearing = one(ListedHearingSchema, needed=True)
    also_seen = ENVELOPE | NOTICES


class HearingDaysSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    hearingDays = many(HearingDaySchema, needed=True)
    also_seen = ENVELOPE


class HearingUnallocatedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    also_seen = ENVELOPE | {"offenceIds"}


class HearingDeletedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    also_seen = ENVELOPE


class MarkedAsDuplicateSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    prosecutionCaseIds = fields.List(ExternalId(), allow_none=True, load_default=None)
    also_seen = ENVELOPE | {"defendantIds", "offenceIds"}


class NextHearingDayChangedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    seedingHearingId = ExternalId()
    hearingStartDate = AwareInstant(required=True, any_year=True)
    also_seen = ENVELOPE


class VacatedDefendantSchema(FeedSchema):
    defendantId = ExternalId()
    also_seen = frozenset(
        {"defendantFirstName", "defendantLastName", "defendantRemandStatus", "interpreterLanguageNeeds"}
    )


class VacatedCaseSchema(FeedSchema):
    caseId = ExternalId()
    caseURN = Words(64)
    caseUrn = Words(64)
    defendantDetails = many(VacatedDefendantSchema)


class TrialVacatedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    vacatedTrialReasonId = ExternalId()
    caseDetails = many(VacatedCaseSchema)
    also_seen = ENVELOPE | {"hasInterpreter", "hearingDateTime", "applicationDetails", "jurisdictionType"}


class VacatedTrialUpdatedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    isVacated = YesNo(required=True)
    vacatedTrialReasonId = ExternalId()
    also_seen = ENVELOPE | {"allocated"}


class AdjournedSchema(FeedSchema):
    adjournedHearing = ExternalId(needed=True)
    nextHearings = many(NextHearingSchema)
    also_seen = ENVELOPE


class PleaModelSchema(FeedSchema):
    offenceId = ExternalId(needed=True)
    defendantId = ExternalId(needed=True)
    prosecutionCaseId = ExternalId()
    plea = one(PleaSchema)
    also_seen = frozenset({"allocationDecision", "indicatedPlea", "applicationId"})


class PleaUpdatedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    pleaModel = one(PleaModelSchema, needed=True)
    also_seen = ENVELOPE


class VerdictUpdatedSchema(FeedSchema):
    hearingId = ExternalId(needed=True)
    verdict = one(VerdictSchema, needed=True)
    also_seen = ENVELOPE


class HearingResultedSchema(FeedSchema):
    hearing = one(ResultedHearingSchema, needed=True)
    hearingDay = MaybeDate()
    sharedTime = MaybeInstant()
    also_seen = ENVELOPE | {"isReshare", "shadowListedOffences"}


class AnnouncementSchema(FeedSchema):
    """A message that only announces another, or repeats what another says."""

    hearingId = ExternalId()
    also_seen = ENVELOPE | {"prosecutionCase"}


class ListedCaseSchema(FeedSchema):
    caseReference = Words(64)
    also_seen = frozenset({"authorityCode", "authorityId"})


class ListedOffenceSchema(FeedSchema):
    id = ExternalId(needed=True)
    also_seen = frozenset(
        {
            *("count", "offenceCode", "offenceDefinitionId", "offenceLegislation", "offenceLegislationWelsh"),
            *("offenceTitle", "offenceTitleWelsh", "orderIndex", "startDate", "endDate", "wording", "wordingWelsh"),
        }
    )


class ListedDefendantSchema(FeedSchema):
    id = ExternalId()
    prosecutionCaseId = Words(64)
    offences = many(ListedOffenceSchema)
    also_seen = frozenset(
        {"courtProceedingsInitiated", "legalEntityDefendant", "masterDefendantId", "personDefendant", "isYouth"}
    )


class ListedEntrySchema(FeedSchema):
    startTime = Words(40)
    hearingType = one(HearingTypeSchema, needed=True)
    weekCommencing = MaybeYes()
    caseIdentifier = one(ListedCaseSchema)
    defendants = many(ListedDefendantSchema)
    also_seen = frozenset(
        {"endTime", "restrictFromCourtList", "hasVideoLink", "committingCourtCentreId", "publicListNote"}
    )


class SittingSchema(FeedSchema):
    sittingDate = PlainDate(required=True)
    weekCommencing = MaybeYes()
    hearings = many(ListedEntrySchema, needed=True)
    also_seen = frozenset({"courtRoomId", "judiciary"})


class CourtListPublishedSchema(FeedSchema):
    courtCentreId = ExternalId()
    publishCourtListType = Words(20)
    requestedTime = MaybeInstant()
    startDate = MaybeDate()
    weekCommencing = MaybeYes()
    courtLists = many(SittingSchema, needed=True)
    also_seen = ENVELOPE | NOTICES | {"courtListId", "endDate"}
