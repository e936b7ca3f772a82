"""The form of the API's answers about cases, for its description; the answers themselves are made by queries."""

from __future__ import annotations

from marshmallow import Schema, fields

from witness_care.contacts.api_documents import DutyBody


class NameBody(Schema):
    namespace = fields.String(metadata={"description": "whose id it is: cp, urn, asn, or a client's"})
    id = fields.String()


class GivenDefendantBody(Schema):
    id = fields.String(metadata={"description": "the id you sent"})
    defendant = fields.String(metadata={"description": "our id"})


class GivenParticipantBody(Schema):
    id = fields.String(metadata={"description": "the id you sent"})
    participant = fields.String(metadata={"description": "our id of the person's part in this case"})
    person = fields.String(metadata={"description": "our id of the person"})


class RegisteredBody(Schema):
    id = fields.String()
    urn = fields.String()
    state = fields.String(metadata={"description": "registered, changed or unchanged"})
    facts = fields.List(fields.String(), metadata={"description": "the facts this added to the case's journal"})
    defendants = fields.List(fields.Nested(GivenDefendantBody))
    participants = fields.List(fields.Nested(GivenParticipantBody))
    unsafe_contact_points_of = fields.List(
        fields.String(), metadata={"description": "people with a contact detail that a defendant was seen with"}
    )
    matched_later = fields.Integer(metadata={"description": "parts of feed messages that had waited for this case"})


class OffenceBody(Schema):
    id = fields.String()
    cjs_code = fields.String()
    title = fields.String()
    charged_on = fields.Date(allow_none=True)
    identifiers = fields.List(fields.Nested(NameBody))


class DefendantBody(Schema):
    id = fields.String()
    name = fields.String()
    proceedings = fields.String()
    identifiers = fields.List(fields.Nested(NameBody))
    offences = fields.List(fields.Nested(OffenceBody))


class HearingDayBody(Schema):
    on = fields.Date()
    at = fields.String(allow_none=True, metadata={"description": "court time; null: to be confirmed"})
    cancelled = fields.Boolean()


class HearingLinkBody(Schema):
    hearing = fields.String()
    kind = fields.String()


class HearingBody(Schema):
    id = fields.String()
    thread = fields.String(metadata={"description": "the subject of what is told about it"})
    status = fields.String()
    hearing_type = fields.String()
    hearing_class = fields.String()
    jurisdiction = fields.String()
    date_kind = fields.String(allow_none=True)
    court = fields.String()
    court_code = fields.String()
    room = fields.String()
    reason = fields.String()
    week_commencing = fields.Date(allow_none=True)
    weeks = fields.Integer()
    starts_at = fields.AwareDateTime(allow_none=True)
    result_due_at = fields.AwareDateTime(allow_none=True)
    days = fields.List(fields.Nested(HearingDayBody))
    came_from = fields.List(fields.Nested(HearingLinkBody))
    identifiers = fields.List(fields.Nested(NameBody))


class ContactPointBody(Schema):
    id = fields.String(metadata={"description": "name it in a contact; the number itself is not given"})
    kind = fields.String()
    allowed = fields.String()
    voicemail = fields.String()
    may_identify_us = fields.String()
    windows = fields.List(fields.Dict(), metadata={"description": "weekdays (0 = Monday), starts, ends; London time"})
    unsafe = fields.Boolean()
    on_hold = fields.Boolean(metadata={"description": "a change waits for a second person: do not use it until then"})


class ToldBody(Schema):
    topic = fields.String()
    subject = fields.String()
    value = fields.Dict()
    value_hash = fields.String()
    at = fields.AwareDateTime()


class ReasonBody(Schema):
    factor = fields.String()
    points = fields.Integer(metadata={"description": "less than 0 where the fact takes points off"})
    words = fields.String()
    on = fields.Date()
    action = fields.String()


class ConcernBody(Schema):
    band = fields.String(metadata={"description": "not_followed, not_enough, routine, watch, raised or high"})
    counted_band = fields.String(metadata={"description": "what the facts add up to, whatever an officer decided"})
    points = fields.Integer()
    reasons = fields.List(fields.Nested(ReasonBody))
    lowered_by = fields.List(fields.String())
    suggested_action = fields.String()
    overridden_until = fields.AwareDateTime(allow_none=True)


class SchemeBody(Schema):
    id = fields.String(metadata={"description": "the referral, as the file for the probation service names it"})
    defendant = fields.String()
    result = fields.String(metadata={"description": "eligible, possible, insufficient (cannot tell) or not_eligible"})
    reasons = fields.List(fields.String(), metadata={"description": "why, in sentences"})
    missing = fields.List(fields.String(), metadata={"description": "what must be found out"})
    state = fields.String(metadata={"description": "how far the referral has come"})
    sentenced_on = fields.Date(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    acknowledged_at = fields.AwareDateTime(allow_none=True)
    liaison_at = fields.AwareDateTime(allow_none=True)
    liaison_due_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(metadata={"description": "why it was rejected, withdrawn or not made; empty if it was not"})
    told = fields.String(metadata={"description": "whether they knew of it when it was sent: yes, no or not_asked"})
    objects = fields.String(metadata={"description": "whether they objected to it: yes, no or not_asked"})


class SupportBody(Schema):
    kind = fields.String(metadata={"description": "what kind of service: witness_service, idva, isva and so on"})
    service = fields.String(metadata={"description": "the service's key in the local directory; empty: not said"})
    state = fields.String(metadata={"description": "offered, accepted, declined, waiting, full, started or ended"})
    since = fields.AwareDateTime(allow_none=True)


class CourtVisitBody(Schema):
    state = fields.String(metadata={"description": "offered, accepted, declined, arranged or made"})
    since = fields.AwareDateTime(allow_none=True)
    on = fields.Date(allow_none=True, metadata={"description": "the day that is arranged, or on which they were there"})


class ArrangementBody(Schema):
    what = fields.String(metadata={"description": "measure:screens, need:travel: a special measure or practical help"})
    stands = fields.String(metadata={"description": "how far it has come; of help: arranged"})
    court = fields.String(metadata={"description": "the court it holds for; empty while that is not known"})
    days = fields.List(fields.Date(), metadata={"description": "the days it holds for; of a week its Monday"})
    confirmed_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "when it was said to hold for another trial than its first"}
    )
    to_confirm = fields.List(
        fields.String(),
        metadata={"description": "in what the trial differs by now: court, day or room; empty when in nothing"},
    )


class NeedAnswerBody(Schema):
    question = fields.String(metadata={"description": "the key of a question of the needs assessment"})
    answer = fields.String(metadata={"description": "yes, no or declined; a question that is not here was not asked"})
    asked_at = fields.AwareDateTime()
    arranged_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "when practical help was said to be arranged"}
    )


class NeedsBody(Schema):
    complete_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "when every required question had been answered, the last time"}
    )
    opened_again_at = fields.AwareDateTime(allow_none=True)
    opened_again_because = fields.String(
        allow_none=True, metadata={"description": "why they are to be asked again; null when they are not"}
    )
    answers = fields.List(fields.Nested(NeedAnswerBody))


class ClosingAnswerBody(Schema):
    question = fields.String(metadata={"description": "the key of a question of the last talk"})
    answer = fields.String(metadata={"description": "the key of the answer; a question that is not here was not asked"})
    codes = fields.List(fields.String(), metadata={"description": "the reasons they named, where they gave any"})
    asked_at = fields.AwareDateTime()


class ClosingBody(Schema):
    ended_as = fields.String(
        allow_none=True, metadata={"description": "done, or declined when they did not want it; null while it is not"}
    )
    ended_at = fields.AwareDateTime(allow_none=True)
    answers = fields.List(fields.Nested(ClosingAnswerBody))


class DatesAwayBody(Schema):
    first = fields.Date()
    last = fields.Date()
    because = fields.String(metadata={"description": "holiday, work, caring, medical, exam or other"})


class AvailabilityBody(Schema):
    answer = fields.String(metadata={"description": "yes with dates, no for none to avoid, or declined"})
    asked_at = fields.AwareDateTime()
    away = fields.List(fields.Nested(DatesAwayBody))


class ParticipantBody(Schema):
    id = fields.String()
    person = fields.String()
    name = fields.String()
    language = fields.String()
    chosen_channel = fields.String(metadata={"description": "call, text, email, letter or not_asked"})
    identifiers = fields.List(fields.Nested(NameBody))
    role = fields.String()
    witness_kind = fields.String()
    victim_kind = fields.String(
        metadata={"description": "as what they are on the victim's side: person, parent, bereaved_relative or business"}
    )
    enhanced = fields.String()
    enhanced_basis = fields.List(fields.String())
    suggested_grounds = fields.List(
        fields.String(),
        metadata={
            "description": "grounds for enhanced rights that wait for a decision; until then the shorter times count"
        },
    )
    defendants = fields.List(fields.String())
    offences = fields.List(fields.String())
    journey = fields.String()
    attendance = fields.String()
    required = fields.Boolean(allow_none=True)
    missed_in_a_row = fields.Integer()
    last_two_way_at = fields.AwareDateTime(allow_none=True)
    keep_in_touch_days = fields.Integer(
        allow_none=True, metadata={"description": "at least how often, as agreed with them; null: as the unit does"}
    )
    left_at = fields.AwareDateTime(allow_none=True)
    contact_points = fields.List(fields.Nested(ContactPointBody))
    duties = fields.List(fields.Nested(DutyBody), metadata={"description": "what is open, the most pressing first"})
    victim_contact_scheme = fields.List(
        fields.Nested(SchemeBody), metadata={"description": "one answer for each defendant, once something has ended"}
    )
    support = fields.List(fields.Nested(SupportBody), metadata={"description": "what support was offered to them"})
    court_visit = fields.Nested(
        CourtVisitBody, allow_none=True, metadata={"description": "their visit to the court before the trial"}
    )
    told = fields.List(
        fields.Nested(ToldBody), metadata={"description": "with as_known_at: what they had last been told of each"}
    )
    availability = fields.Nested(
        AvailabilityBody,
        allow_none=True,
        metadata={"description": "the dates on which they cannot come; null when nobody asked"},
    )
    arrangements = fields.List(
        fields.Nested(ArrangementBody),
        metadata={"description": "special measures and practical help, and whether they hold for the trial as it is"},
    )
    needs = fields.Nested(
        NeedsBody,
        metadata={"description": "what they said they need, without what was written down: for a key with needs:read"},
    )
    last_talk = fields.Nested(
        ClosingBody, metadata={"description": "what they said at the end; what was written down in words is not in it"}
    )
    concern = fields.Nested(
        ConcernBody, metadata={"description": "how soon to help, with every reason: for a key with concerns:read only"}
    )


class QueryBody(Schema):
    id = fields.String()
    agency = fields.String(metadata={"description": "police, cps, court, probation or other"})
    direction = fields.String(metadata={"description": "asked: by the unit; received: by the agency"})
    kind = fields.String()
    subject = fields.String()
    participant = fields.String(allow_none=True)
    asked_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime()
    late = fields.Boolean()
    chased = fields.Integer(metadata={"description": "how often the answer was asked for again"})


class CaseBody(Schema):
    id = fields.String()
    as_known_at = fields.AwareDateTime(
        metadata={"description": "present when a past moment was asked for; then without officer and contact points"}
    )
    entries = fields.Integer(metadata={"description": "with as_known_at: entries of the journal received by then"})
    urn = fields.String()
    unit = fields.String()
    officer = fields.String(allow_none=True)
    allocated_by = fields.String(allow_none=True)
    registered_at = fields.AwareDateTime()
    identifiers = fields.List(fields.Nested(NameBody))
    defendants = fields.List(fields.Nested(DefendantBody))
    hearings = fields.List(fields.Nested(HearingBody))
    participants = fields.List(fields.Nested(ParticipantBody))
    queries = fields.List(
        fields.Nested(QueryBody),
        metadata={"description": "open questions to and from agencies, the first due first; not with as_known_at"},
    )
