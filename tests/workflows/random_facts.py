"""What may be said in a made-up case: one line for each kind of fact, in the table of whoever says it.

A new kind of fact needs one line here; a test fails while a kind is in no table (test_every_kind_is_drawn).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from workflows import closing, closing_pack, court_visit, events, needs_pack, referral, support, values, withdrawal
from workflows.enhanced_rights import shipped
from workflows.events import About, DateKind, HearingClass, HearingDay, ResultKind, Said, VictimKind, When, Where

# --- who and what there is in it ----------------------------------------------------------------------------------

START = datetime(2026, 10, 30, 8, tzinfo=UTC)  # grounds for enhanced rights are suggested from 1 November on
DEFENDANTS = {"first": ("robbery", "assault"), "second": ("theft",)}
DEFENDANT_OF = {offence: defendant for defendant, theirs in DEFENDANTS.items() for offence in theirs}
PEOPLE = {
    "victim": events.ParticipantRecorded(participant="victim", role=events.Role.VICTIM, offences=("robbery",)),
    "witness": events.ParticipantRecorded(participant="witness", role=events.Role.WITNESS),
    "both": events.ParticipantRecorded(
        participant="both", role=events.Role.BOTH, defendants=("second",), enhanced=events.Answer.NOT_ASKED
    ),
}
LATE_PEOPLE = {
    "neighbour": events.ParticipantRecorded(participant="neighbour", role=events.Role.WITNESS, defendants=("first",)),
    "sister": events.ParticipantRecorded(participant="sister", role=events.Role.VICTIM, offences=("theft",)),
    "mother": events.ParticipantRecorded(
        participant="mother", role=events.Role.VICTIM, offences=("assault",), victim_kind=VictimKind.PARENT
    ),
    "widower": events.ParticipantRecorded(
        participant="widower", role=events.Role.BOTH, victim_kind=VictimKind.BEREAVED_RELATIVE
    ),
    "shop": events.ParticipantRecorded(
        participant="shop", role=events.Role.VICTIM, offences=("theft",), victim_kind=VictimKind.BUSINESS
    ),
}
HEARINGS = {
    "trial-1": About(hearing_class=HearingClass.TRIAL, defendants=("first", "second"), jurisdiction="CROWN"),
    "trial-2": About(hearing_class=HearingClass.TRIAL, defendants=("first", "second")),
    "trial-3": About(hearing_class=HearingClass.TRIAL, defendants=("second",), seeded_from=("trial-1",)),
    "sentence-1": About(hearing_class=HearingClass.SENTENCE, jurisdiction="CROWN"),
}
DAYS = (date(2027, 1, 11), date(2027, 1, 12), date(2027, 2, 8))  # ahead of every message
# Kidnapping, murder, wounding with intent, coercive control: each asks about another ground. The last is no code.
CODES = ("COML020", "COML025", "OF61016", "SC15004", "ZZ00001")
MEASURES = ("screens", "live_link")

people = st.sampled_from(sorted(PEOPLE))
late_people = st.sampled_from(sorted(LATE_PEOPLE))
hearings = st.sampled_from(["trial-1", "trial-1", "trial-1", "trial-1", *sorted(HEARINGS)])
trials = st.sampled_from(["trial-1", "trial-1", "trial-1", "trial-2", "trial-3"])
defendants = st.sampled_from(sorted(DEFENDANTS))
offences = st.sampled_from(sorted(DEFENDANT_OF))
days = st.sampled_from(DAYS)
reasons = st.sampled_from(["", "no-court-time"])
grounds = st.sampled_from(sorted(shipped().by_key))
moments = st.integers(0, 20_000).map(lambda minutes: START + timedelta(minutes=minutes))
answers = st.sampled_from(events.Answer)
acts = st.sampled_from(["one", "two"])


# --- facts that need more than a line -----------------------------------------------------------------------------


@st.composite
def dates(draw: Any) -> When:
    kind = draw(st.sampled_from(["fixed", "fixed", "fixed", "week", "open"]))
    if kind == "week":
        return When(kind=DateKind.WEEK_COMMENCING, week_commencing=DAYS[0])
    if kind == "open":
        return When(kind=DateKind.TO_BE_FIXED)
    chosen = sorted(draw(st.sets(days, min_size=1, max_size=2)))
    return When(kind=DateKind.FIXED, days=tuple(HearingDay(day, time(10)) for day in chosen))


@st.composite
def listed(draw: Any, kind: type[Any]) -> events.Fact:
    hearing = draw(hearings)
    court = draw(st.sampled_from(["Fernbridge", "Fernbridge", "Ashmere"]))
    room = draw(st.sampled_from(["", "", "Court 1", "Court 2"]))
    return kind(hearing=hearing, when=draw(dates()), where=Where(court=court, room=room), about=HEARINGS[hearing])


@st.composite
def _sighted(draw: Any) -> events.Fact:
    hearing = draw(hearings)
    when = draw(dates().filter(lambda when: when.kind is not DateKind.TO_BE_FIXED))
    return events.HearingSighted(hearing=hearing, when=when, about=HEARINGS[hearing])


@st.composite
def _announced(draw: Any) -> events.Fact:
    hearing = draw(st.sampled_from(["trial-2", "trial-2", "sentence-1"]))
    return events.HearingListed(hearing=hearing, about=HEARINGS[hearing])


@st.composite
def _cancelled(draw: Any) -> events.Fact:
    marks = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    marked = tuple(HearingDay(day, cancelled=gone) for day, gone in zip(DAYS, marks, strict=True))
    return events.HearingDaysCancelled(hearing=draw(trials), days=marked)


@st.composite
def result(draw: Any) -> Any:
    """The results of a day, with the verdict that came with them or without."""
    hearing, offence, day = draw(hearings), draw(offences), draw(days)
    kind = draw(st.sampled_from([ResultKind.CUSTODY, ResultKind.WITHDRAWN, ResultKind.OTHER, *ResultKind]))
    said_of_it = events.OffenceResult(
        defendant=DEFENDANT_OF[offence],
        offence=offence,
        kind=kind,
        length=draw(st.sampled_from(["11 M", "4 Y"])),
        final=kind not in (ResultKind.OTHER, ResultKind.ADJOURNED),
    )
    shared_at = draw(moments)
    share = events.ResultsShared(hearing=hearing, day=day, shared_at=shared_at, results=(said_of_it,))
    if not draw(st.booleans()):
        return share
    verdict = draw(st.sampled_from(["guilty", "not_guilty"]))
    said = events.VerdictRecorded(
        defendant=DEFENDANT_OF[offence], offence=offence, verdict=verdict, hearing=hearing, day=day
    )
    return (said, share)


@st.composite
def _of_an_offence(draw: Any, kind: type[Any], **more: st.SearchStrategy[Any]) -> events.Fact:
    offence = draw(offences)
    words = {name: draw(drawn) for name, drawn in more.items()}
    return kind(defendant=DEFENDANT_OF[offence], offence=offence, **words)


@st.composite
def _charged(draw: Any) -> events.Fact:
    """A defendant's charges as they now are: all that we know of, or one of them dropped."""
    defendant = draw(defendants)
    return events.DefendantCharged(defendant=defendant, offences=DEFENDANTS[defendant][: draw(st.integers(1, 2))])


@st.composite
def _recorded_anew(draw: Any) -> events.Fact:
    """Somebody of the case as the unit holds them now: another part, another kind of victim, other grounds."""
    known = PEOPLE[draw(people)]
    return events.ParticipantRecorded(
        participant=known.participant,
        role=draw(st.sampled_from([known.role, known.role, *events.Role])),
        witness_kind=draw(st.sampled_from([*events.WitnessKind, events.WitnessKind.CIVILIAN])),
        defendants=known.defendants,
        offences=known.offences,
        enhanced=draw(answers),
        enhanced_basis=draw(st.sampled_from([(), (), ("BEREAVED",), ("DOMESTIC_ABUSE", "UNDER_18")])),
        victim_kind=draw(st.sampled_from([VictimKind.PERSON, *VictimKind])),
    )


def _of_a_referral(kind: type[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, participant=st.just("victim") | people, defendant=defendants, **more)


@st.composite
def _whether_to_refer(draw: Any) -> events.Fact:
    refer = draw(st.booleans())
    reason = "" if refer else draw(st.sampled_from(sorted(referral.REASONS_NOT_TO_REFER)))
    return events.ReferralDecided(participant=draw(people), defendant=draw(defendants), refer=refer, reason=reason)


SETS_OF_ANSWERS = (
    (events.NeedSaid(question="travel", answer=events.Said.YES),),
    (events.NeedSaid(question="travel", answer=events.Said.NOT_ASKED),),
    tuple(events.NeedSaid(question=each.key, answer=events.Said.NO) for each in needs_pack.shipped().questions),
)
CLOSING_ANSWERS = (
    (events.ClosingSaid(question="worry", answer="yes"),),
    (events.ClosingSaid(question="worry", answer=""),),
    (events.ClosingSaid(question="reasons", answer="given", codes=("delay", "fear")),),
    tuple(
        events.ClosingSaid(question=each.key, answer=closing_pack.DECLINED) for each in closing_pack.shipped().questions
    ),
)
topics = st.lists(st.sampled_from((*values.TOLD_TOPICS, values.KEEP_IN_TOUCH)), min_size=1, max_size=2).map(tuple)

# --- the tables ---------------------------------------------------------------------------------------------------

Table = Mapping[type[Any], st.SearchStrategy[Any]]

COURTS_SAY: Table = {
    events.HearingListed: _announced(),
    events.HearingConfirmed: listed(events.HearingConfirmed),
    events.HearingMoved: listed(events.HearingMoved),
    events.DateRemoved: st.builds(events.DateRemoved, hearing=hearings),
    events.HearingDaysCancelled: _cancelled(),
    events.TrialVacated: st.builds(events.TrialVacated, hearing=trials, reason=reasons),
    events.TrialUnvacated: st.builds(events.TrialUnvacated, hearing=trials),
    events.HearingWithdrawn: st.builds(events.HearingWithdrawn, hearing=hearings),
    events.HearingAdjourned: st.builds(
        events.HearingAdjourned,
        hearing=hearings,
        day=st.none() | days,
        next_hearings=st.sampled_from([(), ("trial-3",)]),
    ),
    events.TrialIneffective: st.builds(events.TrialIneffective, hearing=trials, day=st.none() | days, reason=reasons),
    events.TrialCracked: st.builds(events.TrialCracked, hearing=trials, reason=reasons),
    events.JuryDischarged: st.builds(events.JuryDischarged, hearing=trials, day=st.none() | days),
    events.TrialStarted: st.builds(events.TrialStarted, hearing=trials),
    events.PleaRecorded: _of_an_offence(
        events.PleaRecorded,
        plea=st.sampled_from(["guilty", "not_guilty"]),
        hearing=st.sampled_from(["", "trial-1"]),
        day=st.none() | days,
    ),
    events.VerdictRecorded: _of_an_offence(
        events.VerdictRecorded,
        verdict=st.sampled_from(["guilty", "guilty_of_alternative", "not_guilty", "no_verdict"]),
        hearing=st.sampled_from(["", "trial-1"]),
    ),
    events.ResultsShared: result(),
}
# Of a defendant beyond pleas, verdicts and results, as a court, the CPS or the police say it.
OF_DEFENDANTS: Table = {
    events.BailDecided: st.builds(
        events.BailDecided,
        defendant=defendants,
        status=st.sampled_from([*events.BAIL_STATUSES, "conditional_bail"]),
        conditions=st.sampled_from([(), ("curfew",), ("no_contact", "tag")]),
        mark=st.sampled_from(["", "mark-1", "mark-2"]),
    ),
    events.WarrantStated: st.builds(
        events.WarrantStated,
        defendant=defendants,
        status=st.sampled_from(events.WARRANT_STATUSES),
        outcome=st.sampled_from(["", *events.BAIL_STATUSES]),
    ),
    events.ProsecutionDecided: _of_an_offence(
        events.ProsecutionDecided,
        decision=st.sampled_from([events.NO_PROSECUTION, events.STOPPED, events.ALTERED]),
        reason=st.sampled_from(["", "not_enough_evidence", "out_of_court"]),
        may_be_reviewed=st.booleans(),
        letter_on=st.none() | st.just(START.date()),
    ),
    events.DefendantDied: st.builds(events.DefendantDied, defendant=defendants),
    events.AppealStated: st.builds(
        events.AppealStated,
        defendant=defendants,
        stage=st.sampled_from(events.APPEAL_STAGES),
        on=st.none() | days,
        bail=st.none() | st.booleans(),
    ),
    events.AppealDecided: st.builds(
        events.AppealDecided, defendant=defendants, result=st.sampled_from(events.APPEAL_RESULTS)
    ),
    events.SpecialMeasureStated: st.builds(
        events.SpecialMeasureStated,
        participant=people,
        measure=st.sampled_from(MEASURES),
        decision=st.sampled_from(events.MEASURE_DECISIONS),
    ),
    events.OffenceDescribed: _of_an_offence(events.OffenceDescribed, cjs_code=st.sampled_from(CODES)),
}
LISTS_SHOW: Table = {events.HearingSighted: _sighted()}  # without a version
THE_CPS_SAYS: Table = {
    events.CpsRequires: st.builds(events.CpsRequires, participant=people, days=st.sampled_from([(), (), (1,), (2,)])),
    events.CpsNotRequired: st.builds(events.CpsNotRequired, participant=people),
}
THE_UNIT_SAYS: Table = {
    events.DefendantCharged: _charged(),
    events.DefendantRemoved: st.builds(events.DefendantRemoved, defendant=st.just("second")),
    events.ParticipantRecorded: _recorded_anew(),
    events.EnhancedGroundNoted: st.builds(
        events.EnhancedGroundNoted,
        participant=people,
        ground=grounds,
        answer=st.sampled_from([events.SUGGESTED, events.DECLINED]),
    ),
    events.ParticipantDied: st.builds(events.ParticipantDied, participant=people),
    events.ParticipantLeft: st.builds(
        events.ParticipantLeft, participant=people, reason=st.sampled_from(["added_in_error", "transferred"])
    ),
    events.OptedOut: st.builds(events.OptedOut, participant=people, topics=topics),
    events.OptedBackIn: st.builds(events.OptedBackIn, participant=people, topics=topics),
    events.HearingMarkedDuplicate: st.builds(events.HearingMarkedDuplicate, hearing=trials),
    events.MessageMatched: st.builds(events.MessageMatched, match=acts),
    events.UrnCorrected: st.builds(events.UrnCorrected, correction=acts),
    events.CasesLinked: st.builds(events.CasesLinked, link=acts),
    events.CasesUnlinked: st.builds(events.CasesUnlinked, link=acts),
}
OFFICERS_SAY: Table = {
    events.FrequencyAgreed: st.builds(
        events.FrequencyAgreed, participant=people, every_days=st.sampled_from([None, 7, 21, 56])
    ),
    events.PersonConfirmed: st.builds(events.PersonConfirmed, participant=people),
    events.CannotAttend: st.builds(events.CannotAttend, participant=people),
    events.Attended: st.builds(events.Attended, participant=people),
    events.DidNotAttend: st.builds(events.DidNotAttend, participant=people),
    events.JourneyClosed: st.builds(events.JourneyClosed, participant=people),
    events.ReluctanceStated: st.builds(events.ReluctanceStated, participant=people),
    events.ReluctanceEnded: st.builds(events.ReluctanceEnded, participant=people),
    events.SafetyConcernRaised: st.builds(events.SafetyConcernRaised, participant=people),
    events.SafetyConcernResolved: st.builds(events.SafetyConcernResolved, participant=people),
    events.Withdrew: st.builds(events.Withdrew, participant=people, reason=st.sampled_from(sorted(withdrawal.REASONS))),
    events.WithdrawalTakenBack: st.builds(events.WithdrawalTakenBack, participant=people),
    events.ChangeExplained: st.builds(events.ChangeExplained, participant=people),
    events.OfficerChanged: st.builds(events.OfficerChanged, participant=people, back=st.booleans()),
    events.NeedsAsked: st.builds(events.NeedsAsked, participant=people, answers=st.sampled_from(SETS_OF_ANSWERS)),
    events.NeedArranged: st.builds(
        events.NeedArranged, participant=people, question=st.just("travel"), arranged=st.booleans()
    ),
    events.ClosingAsked: st.builds(events.ClosingAsked, participant=people, answers=st.sampled_from(CLOSING_ANSWERS)),
    events.ClosingFinished: st.builds(events.ClosingFinished, participant=people, how=st.sampled_from(closing.HOW)),
    events.AvailabilityAsked: st.builds(
        events.AvailabilityAsked, participant=people, answer=st.sampled_from([Said.NO, Said.DECLINED])
    )
    | st.builds(
        events.AvailabilityAsked,
        participant=people,
        answer=st.just(Said.YES),
        away=st.builds(lambda day: (events.DatesAway(first=day, last=day, because="holiday"),), st.sampled_from(DAYS)),
    ),
    events.ArrangementConfirmed: st.builds(
        events.ArrangementConfirmed,
        participant=people,
        what=st.sampled_from(["measure:screens", "measure:live_link", "need:travel"]),
    ),
    events.NeedsToBeAskedAgain: st.builds(events.NeedsToBeAskedAgain, participant=people),
    events.SupportStated: st.builds(
        events.SupportStated,
        participant=people,
        kind=st.sampled_from(["witness_service", "idva"]),
        step=st.sampled_from(list(support.EVENTS)),
    ),
    events.CourtVisitStated: st.builds(
        events.CourtVisitStated, participant=people, step=st.sampled_from(list(court_visit.EVENTS))
    ),
}
OF_REFERRALS: Table = {
    events.ReferralDecided: _whether_to_refer(),
    events.ReferralSent: _of_a_referral(events.ReferralSent, at=moments, told=answers, objects=answers),
    events.ReferralAcknowledged: _of_a_referral(events.ReferralAcknowledged, at=moments),
    events.ReferralRejected: _of_a_referral(
        events.ReferralRejected, at=moments, reason=st.sampled_from(sorted(referral.REASONS_OF_REJECTION))
    ),
    events.LiaisonOfficerContacted: _of_a_referral(events.LiaisonOfficerContacted, at=moments),
    events.ReferralWithdrawn: _of_a_referral(
        events.ReferralWithdrawn, reason=st.sampled_from(sorted(referral.REASONS_TO_WITHDRAW))
    ),
}
SAID_ANYHOW: Table = {
    **COURTS_SAY, **OF_DEFENDANTS, **LISTS_SHOW, **THE_CPS_SAYS, **THE_UNIT_SAYS, **OFFICERS_SAY, **OF_REFERRALS,
}  # fmt: skip
SAID_AT_THE_BEGINNING = (events.CaseRegistered,)
# What an officer says depends on how the case stands then: the steps of random_cases say these.
SAID_AS_THE_CASE_STANDS = (
    *(events.ContactMade, events.ContactCorrected, events.ToldCarriedOver, events.DutyClosedByPerson),
    *(events.EntryUndone, events.MatchTakenBack),
)
# It takes two cases to say these: test_combining and test_severing do, of stories drawn here.
SAID_OF_TWO_CASES = (
    *(events.CaseMergedHere, events.CaseMergedAway, events.MergeUndone, events.CaseSplit, events.CaseSplitOff),
)
