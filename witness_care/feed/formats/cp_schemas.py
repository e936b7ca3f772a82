"""Hearings and results as Common Platform messages carry them: what we read; what we know of and leave alone is named.

Written from the public JSON Schemas of the listing, hearing and results contexts (feeds.md sections 1 and 5).
"""

from __future__ import annotations

from witness_care.feed.formats.fields import (
    ExternalId,
    MaybeDate,
    MaybeInstant,
    MaybeNumber,
    MaybeYes,
    Words,
    many,
    one,
)
from witness_care.schemas import AwareInstant, FeedSchema


class HearingTypeSchema(FeedSchema):
    description = Words()
    also_seen = frozenset({"id", "welshDescription", "code"})


class CourtCentreSchema(FeedSchema):
    code = Words(20)
    name = Words()
    roomName = Words(100)
    also_seen = frozenset(
        {
            *("id", "roomId", "welshName", "welshRoomName", "lja", "courtHearingLocation", "courtLocationCode"),
            *("psaCode", "welshCourtCentre", "address", "defaultStartTime"),
        }
    )


class HearingDaySchema(FeedSchema):
    sittingDay = AwareInstant(required=True, any_year=True)
    isCancelled = MaybeYes()
    also_seen = frozenset(
        {
            *("courtCentreId", "courtRoomId", "listedDurationMinutes", "listingSequence", "hasSharedResults"),
            "isDraft",
        }
    )


class SeedingHearingSchema(FeedSchema):
    seedingHearingId = ExternalId()
    also_seen = frozenset({"jurisdictionType", "sittingDay"})


class NextHearingOffenceSchema(FeedSchema):
    id = ExternalId(needed=True)


class NextHearingDefendantSchema(FeedSchema):
    id = ExternalId(needed=True)
    offences = many(NextHearingOffenceSchema)


class NextHearingCaseSchema(FeedSchema):
    id = ExternalId(needed=True)
    defendants = many(NextHearingDefendantSchema)


class NextHearingSchema(FeedSchema):
    existingHearingId = ExternalId()
    type = one(HearingTypeSchema)
    jurisdictionType = Words(20)
    courtCentre = one(CourtCentreSchema)
    listedStartDateTime = MaybeInstant()
    weekCommencingDate = MaybeDate()
    dateToBeFixed = MaybeYes()
    adjournmentReason = Words(2000)
    nextHearingProsecutionCases = many(NextHearingCaseSchema)
    also_seen = frozenset(
        {
            *("bookingReference", "estimatedMinutes", "estimatedDuration", "hearingLanguage", "judiciary", "id"),
            *("reservedJudiciary", "reportingRestrictionReason", "nextHearingCourtApplicationId", "roomId"),
            *("isFirstReviewHearing", "secondaryReviewHearing", "exparteReviewHearing", "isGroupProceedings"),
            *("provisionalBookings", "orderName"),
        }
    )


# --- results -----------------------------------------------------------------------------------------------------


class DurationSchema(FeedSchema):
    primaryDurationValue = MaybeNumber()
    primaryDurationUnit = Words(5)
    secondaryDurationValue = MaybeNumber()
    secondaryDurationUnit = Words(5)
    tertiaryDurationValue = MaybeNumber()
    tertiaryDurationUnit = Words(5)
    also_seen = frozenset({"durationStartDate", "durationEndDate"})


class PromptSchema(FeedSchema):
    label = Words()
    value = Words()
    also_seen = frozenset(
        {
            *("promptReference", "promptSequence", "usergroups", "courtExtract", "judicialResultPromptTypeId", "type"),
            *("welshLabel", "welshValue", "isFinancialImposition", "durationSequence", "isDurationEndDate"),
            *("qualifier", "totalPenaltyPoints"),
        }
    )


class JudicialResultSchema(FeedSchema):
    cjsCode = Words(20)
    label = Words(300)
    category = Words(20)
    isAdjournmentResult = MaybeYes()
    isConvictedResult = MaybeYes()
    isDeleted = MaybeYes()
    lifeDuration = MaybeYes()
    offenceId = ExternalId()
    durationElement = one(DurationSchema)
    judicialResultPrompts = many(PromptSchema)
    nextHearing = one(NextHearingSchema)
    also_seen = frozenset(
        {
            *("judicialResultId", "judicialResultTypeId", "alwaysPublished", "amendmentDate", "amendmentReason"),
            *("amendmentReasonId", "approvedDate", "canBeSubjectOfBreach", "canBeSubjectOfVariation", "courtClerk"),
            *("canExtendActiveOrder", "d20", "delegatedPowers", "dvlaCode", "excludedFromResults", "fourEyesApproval"),
            *("isAvailableForCourtExtract", "isFinancialResult", "isNewAmendment", "isUnscheduled", "level", "rank"),
            *("lastSharedDateTime", "orderedDate", "orderedHearingId", "parentJudicialResultId", "qualifier"),
            *("parentJudicialResultTypeId", "policeSubjectLineTitle", "postHearingCustodyStatus", "publishedForNows"),
            *("preserveActiveOrder", "publishedAsAPrompt", "resultDefinitionGroup", "rollUpPrompts", "usergroups"),
            *("rootJudicialResultId", "rootJudicialResultTypeId", "terminatesOffenceProceedings", "urgent"),
            *("welshLabel", "secondaryCJSCodes", "nonStandaloneAncillaryResult", "validOffencesRequired"),
        }
    )


class PleaSchema(FeedSchema):
    pleaValue = Words(80)
    pleaDate = MaybeDate()
    also_seen = frozenset(
        {"offenceId", "originatingHearingId", "delegatedPowers", "lesserOrAlternativeOffence", "applicationId"}
    )


class VerdictTypeSchema(FeedSchema):
    category = Words(80)
    categoryType = Words(80)
    cjsVerdictCode = Words(10)
    also_seen = frozenset({"id", "sequence", "description", "verdictCode", "welshDescription"})


class OtherOffenceSchema(FeedSchema):
    offenceCode = Words(20)
    also_seen = frozenset(
        {
            *("offenceDefinitionId", "offenceLegislation", "offenceLegislationWelsh", "offenceTitle"),
            "offenceTitleWelsh",
        }
    )


class VerdictSchema(FeedSchema):
    offenceId = ExternalId()
    verdictDate = MaybeDate()
    verdictType = one(VerdictTypeSchema)
    lesserOrAlternativeOffence = one(OtherOffenceSchema)
    also_seen = frozenset({"originatingHearingId", "jurors", "applicationId"})


class OffenceSchema(FeedSchema):
    id = ExternalId(needed=True)
    offenceCode = Words(20)
    convictionDate = MaybeDate()
    seedingHearing = one(SeedingHearingSchema)
    plea = one(PleaSchema)
    verdict = one(VerdictSchema)
    judicialResults = many(JudicialResultSchema)
    also_seen = frozenset(
        {
            *("allocationDecision", "aquittalDate", "arrestDate", "chargeDate", "convictingCourt", "count"),
            *("custodyTimeLimit", "dateHeldInCustodySince", "dateOfInformation", "dvlaOffenceCode", "endDate"),
            *("endorsableFlag", "indicatedPlea", "introducedAfterInitialProceedings", "isDisposed"),
            *("isDiscontinued", "isIntroduceAfterInitialProceedings", "laaApplnReference", "lastAdjournDate"),
            *("lastAdjournedHearingType", "laidDate", "listingNumber", "maxPenalty", "modeOfTrial", "notifiedPlea"),
            *("offenceDateCode", "offenceDefinitionId", "offenceLegislation"),
            *("offenceLegislationWelsh", "offenceTitle", "offenceTitleWelsh", "orderIndex", "proceedingsConcluded"),
            *("reportingRestrictions", "startDate", "victims", "wording", "wordingWelsh", "civilOffence"),
            *("committingCourt", "ctlExtension", "previousDaysHeldInCustody", "shadowListed", "existingOffence"),
        }
    )


class BailStatusSchema(FeedSchema):
    code = Words(10)
    also_seen = frozenset({"id", "description", "custodyTimeLimit"})


class PersonDefendantSchema(FeedSchema):
    arrestSummonsNumber = Words(40)
    bailStatus = one(BailStatusSchema)
    also_seen = frozenset(
        {
            *("bailConditions", "bailReasons", "custodialEstablishment", "custodyTimeLimit"),
            *(
                "perceivedBirthYear",
                "personDetails",
                "policeBailConditions",
                "policeBailStatus",
                "vehicleOperatorLicenceNumber",
            ),
        }
    )


class DefendantSchema(FeedSchema):
    id = ExternalId(needed=True)
    masterDefendantId = ExternalId()
    personDefendant = one(PersonDefendantSchema)
    offences = many(OffenceSchema)
    judicialResults = many(JudicialResultSchema)
    defendantCaseJudicialResults = many(JudicialResultSchema)
    also_seen = frozenset(
        {
            *("courtProceedingsInitiated", "isYouth", "laaApplnReference", "legalAidStatus", "legalEntityDefendant"),
            *("proceedingsConcluded", "prosecutionAuthorityReference", "prosecutionCaseId", "aliases"),
            *("isAttending", "defendantAliases", "offenceCount", "splitProsecutorCaseReference"),
        }
    )


class CaseIdentifierSchema(FeedSchema):
    caseURN = Words(64)
    caseUrn = Words(64)
    also_seen = frozenset(
        {
            *("majorCreditorCode", "prosecutionAuthorityCode", "prosecutionAuthorityId", "prosecutionAuthorityName"),
            *("prosecutionAuthorityOUCode", "prosecutionAuthorityReference", "prosecutorCategory"),
        }
    )


class ProsecutionCaseSchema(FeedSchema):
    id = ExternalId(needed=True)
    prosecutionCaseIdentifier = one(CaseIdentifierSchema)
    defendants = many(DefendantSchema)
    judicialResults = many(JudicialResultSchema)
    also_seen = frozenset(
        {
            *("caseMarkers", "caseStatus", "cpsOrganisation", "cpsOrganisationId", "initiationCode", "prosecutor"),
            *("originatingOrganisation", "isCpsOrgVerifyError", "trialReceiptType", "isGroupMember", "groupId"),
            *(
                "isGroupMaster",
                "isCivil",
                "policeOfficerInCase",
                "appealProceedingsPending",
                "breachProceedingsPending",
            ),
            *("classOfCase", "removalReason", "relatedUrn"),
        }
    )


class CourtOrderOffenceSchema(FeedSchema):
    prosecutionCaseId = ExternalId()
    prosecutionCaseIdentifier = one(CaseIdentifierSchema)
    offence = one(OffenceSchema)


class CourtOrderSchema(FeedSchema):
    courtOrderOffences = many(CourtOrderOffenceSchema)
    also_seen = frozenset(
        {
            *("id", "canBeSubjectOfBreachProceedings", "canBeSubjectOfVariationProceedings", "defendantIds"),
            *("endDate", "expiryDate", "isSJPOrder", "judicialResultTypeId", "label", "masterDefendantId"),
            *("orderDate", "orderingCourt", "orderingHearingId", "startDate"),
        }
    )


class ApplicationCaseSchema(FeedSchema):
    prosecutionCaseId = ExternalId()
    prosecutionCaseIdentifier = one(CaseIdentifierSchema)
    offences = many(OffenceSchema)
    also_seen = frozenset({"caseStatus", "isSJP"})


class CourtApplicationSchema(FeedSchema):
    courtApplicationCases = many(ApplicationCaseSchema)
    courtOrder = one(CourtOrderSchema)
    judicialResults = many(JudicialResultSchema)
    linkedCaseId = ExternalId()
    also_seen = frozenset(
        {
            *("id", "type", "applicant", "respondents", "subject", "applicationReference", "applicationStatus"),
            *("applicationReceivedDate", "applicationParticulars", "applicationDecisionSoughtByDate", "plea"),
            *("verdict", "convictionDate", "allocationDecision", "thirdParties", "parentApplicationId"),
            *("outOfTimeReasons", "removalReason", "orderingCourt", "hasSummonsSupplied"),
        }
    )


class CrackedIneffectiveSchema(FeedSchema):
    id = ExternalId()
    code = Words(10)
    type = Words(40)
    also_seen = frozenset({"date", "description"})


class DefendantResultSchema(FeedSchema):
    masterDefendantId = ExternalId()
    judicialResult = one(JudicialResultSchema)


# --- hearings ----------------------------------------------------------------------------------------------------

HEARING_ALSO_SEEN = frozenset(
    {
        *("applicantCounsels", "applicationPartyCounsels", "approvalsRequested", "companyRepresentatives"),
        *(
            "courtApplicationPartyAttendance",
            "defendantAttendance",
            "defendantHearingYouthMarkers",
            "earliestNextHearingDate",
        ),
        *("defendantReferralReasons", "estimatedDuration", "estimatedMinutes", "hasSharedResults", "hearingCaseNotes"),
        *("hearingLanguage", "hearingState", "interpreterIntermediaries", "isBoxHearing", "isEffectiveTrial"),
        *(
            "isGroupProceedings",
            "isSJPHearing",
            "isVacatedTrial",
            "isVirtualBoxHearing",
            "judiciary",
            "numberOfGroupCases",
        ),
        *("panel", "prosecutionReplies", "reportingRestrictionReason", "respondentCounsels", "seedingHearing"),
        *("shadowListedOffences", "sittingDay", "startTime", "supplementaryNowsRequested", "targets", "witnesses"),
        *("youthCourt", "youthCourtDefendantIds", "isPossibleDisqualification", "hearingDate"),
    }
)


class ListedHearingSchema(FeedSchema):
    id = ExternalId(needed=True)
    type = one(HearingTypeSchema)
    jurisdictionType = Words(20)
    courtCentre = one(CourtCentreSchema)
    hearingDays = many(HearingDaySchema, needed=True)
    prosecutionCases = many(ProsecutionCaseSchema)
    courtApplications = many(CourtApplicationSchema)
    also_seen = HEARING_ALSO_SEEN


class ResultedHearingSchema(FeedSchema):
    id = ExternalId(needed=True)
    type = one(HearingTypeSchema)
    jurisdictionType = Words(20)
    courtCentre = one(CourtCentreSchema)
    hearingDays = many(HearingDaySchema)
    prosecutionCases = many(ProsecutionCaseSchema)
    courtApplications = many(CourtApplicationSchema)
    crackedIneffectiveTrial = one(CrackedIneffectiveSchema)
    defendantJudicialResults = many(DefendantResultSchema)
    also_seen = HEARING_ALSO_SEEN
