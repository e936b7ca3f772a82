"""Says each entry of a case's journal in one sentence an officer reads, with names put in only on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from witness_care import arrangement_words, dates, judgement_words, wording
from workflows import (
    availability,
    closing,
    closing_pack,
    codec,
    court_visit,
    enhanced_rights,
    events,
    needs_pack,
    referral,
    support,
)
from workflows.events import DateKind, HearingDay, Said, When, Where
from workflows.withdrawal import REASONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names by our ids, for one page: people, defendants, offences' titles, and hearings in a few words."""

    people: Mapping[str, str] = field(default_factory=dict)
    defendants: Mapping[str, str] = field(default_factory=dict)
    offences: Mapping[str, str] = field(default_factory=dict)
    hearings: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)  # of the directory, by their keys

    def person(self, participant: str) -> str:
        return self.people.get(participant, "somebody who is not on this case now")

    def defendant(self, defendant: str) -> str:
        return self.defendants.get(defendant, "a defendant who is not on this case now")

    def offence(self, offence: str) -> str:
        return self.offences.get(offence) or "an offence"

    def hearing(self, hearing: str) -> str:
        return self.hearings.get(hearing, "hearing")

    def service(self, key: str) -> str:
        return self.services.get(key, key)

    def subject(self, machine: str, subject: str) -> str:
        if machine == "referral":  # its subject is a pair: the entry itself says whom it is about
            return "referral to the Victim Contact Scheme"
        if machine in ("support", "court_visit"):  # of a person and a service: the entry says whose
            return "support by a service" if machine == "support" else "visit to the court"
        return self.defendant(subject) if machine == "proceedings" else self.person(subject)


def said(kind: str, payload: Any, names: Names) -> str:
    """Say one fact of the journal; a kind this version does not know is shown by its name."""
    try:
        fact = events.fact_from(kind, payload)
    except KeyError:
        return wording.sentence(kind)
    return in_words(fact, names)


def in_words(fact: events.Fact, names: Names) -> str:
    """Say one fact, whether it stands in a journal yet or not."""
    kind = type(fact).__name__
    words: Callable[[Any, Names], str] | None = _WORDS.get(kind)
    return wording.sentence(words(fact, names)) if words else wording.sentence(kind)


def moved(machine: str, before: str, after: str) -> str:
    """Say one step of a machine: "from Listing to Adjournment"."""
    table = {"journey": wording.JOURNEY, "attendance": wording.ATTENDANCE, "proceedings": wording.PROCEEDINGS}
    table |= {"referral": wording.REFERRALS, "support": wording.SUPPORT, "court_visit": wording.COURT_VISITS}
    words = table.get(machine, {})
    if not before:
        return f"“{wording.label(words, after)}”"
    return f"from “{wording.label(words, before)}” to “{wording.label(words, after)}”"


def duty_changed(
    action: str, reason: str | None, topic: str, value: Mapping[str, Any], told: Mapping[str, Any] | None
) -> str:
    """Say what one entry did to something that is owed."""
    what = wording.to_tell(topic, value, told)
    if action == "closed":
        return f"{what}: closed, {wording.closed(topic, reason)}"
    return f"{what}: {ACTIONS.get(action, action)}"


ACTIONS = {"opened": "now owed", "updated": "changed", "reassigned": "given to another officer"}


# --- each kind of fact --------------------------------------------------------------------------------------------


def _charged(fact: events.DefendantCharged, names: Names) -> str:
    offences = [names.offence(offence) for offence in fact.offences]
    return f"{names.defendant(fact.defendant)}: charged with {wording.listed(offences) if offences else 'nothing yet'}"


def _recorded(fact: events.ParticipantRecorded, names: Names) -> str:
    enhanced = wording.ENHANCED.get(fact.enhanced)
    rights = f", {enhanced}" if enhanced else ""
    part = wording.role_words(fact.role, fact.witness_kind, fact.victim_kind)
    return f"{names.person(fact.participant)}: recorded as {part}{rights}"


def _needs_asked(fact: events.NeedsAsked, names: Names) -> str:
    """Say what they need and what they would not say; of the rest only that it was asked."""
    parts = []
    for answer, words in ((Said.YES, "needed"), (Said.NO, "not needed"), (Said.DECLINED, "would not say")):
        asked = [_question(each.question) for each in fact.answers if each.answer is answer]
        parts += [f"{words}: {wording.listed(asked)}"] if asked else []
    taken_away = sum(each.answer is Said.NOT_ASKED for each in fact.answers)
    parts += [f"{taken_away} not asked after all"] if taken_away else []
    return f"{names.person(fact.participant)}: asked what they need. {wording.sentence('; '.join(parts))}"


def _need_arranged(fact: events.NeedArranged, names: Names) -> str:
    is_so = "is arranged" if fact.arranged else "is not arranged any more"
    return f"{names.person(fact.participant)}: {_question(fact.question)} {is_so}"


def _closing_asked(fact: events.ClosingAsked, names: Names) -> str:
    """Say what was asked in a last talk and what they would not say; never what they answered in their own words."""
    known = closing_pack.shipped()
    parts = []
    for said in fact.answers:
        question = known.question(said.question)
        label = question.label if question else said.question
        words = question.words.get(said.answer, said.answer) if question else said.answer
        codes = wording.listed([question.codes.get(code, code) for code in said.codes]) if question else ""
        parts.append(f"{label}: {_small(words or 'Not asked after all')}{f' ({codes})' if codes else ''}")
    return f"{names.person(fact.participant)}: last talk. {'; '.join(parts)}"


def _closing_finished(fact: events.ClosingFinished, names: Names) -> str:
    how = "they did not want the last talk" if fact.how == closing.DECLINED else "the last talk was had"
    return f"{names.person(fact.participant)}: {how}"


def _availability(fact: events.AvailabilityAsked, names: Names) -> str:
    said = {Said.NO: "none", Said.DECLINED: "they would not say"}.get(fact.answer)
    ranges = [
        f"{dates.day_range(each.first, each.last)} ({availability.REASONS.get(each.because, each.because)})"
        for each in fact.away
    ]
    return f"{names.person(fact.participant)}: asked when they cannot come: {said or wording.listed(ranges)}"


def _arrangement_confirmed(fact: events.ArrangementConfirmed, names: Names) -> str:
    return f"{names.person(fact.participant)}: {arrangement_words.name(fact.what)} confirmed for the trial as it is now"


def _question(key: str) -> str:
    known = needs_pack.shipped().question(key)
    return known.label.lower() if known else key


def _ground(fact: events.EnhancedGroundNoted, names: Names) -> str:
    words = wording.listed(enhanced_rights.words_of([fact.ground]))
    said = "suggested" if fact.answer == events.SUGGESTED else "decided against"
    return f"{names.person(fact.participant)}: enhanced rights {said}: {words}"


def _bail(fact: events.BailDecided, names: Names) -> str:
    value = {"status": fact.status, "conditions": fact.conditions}
    return f"{names.defendant(fact.defendant)}: {_small(wording.what('bail', value))}"


def _warrant(fact: events.WarrantStated, names: Names) -> str:
    value = {"status": fact.status, "outcome": fact.outcome}
    return f"{names.defendant(fact.defendant)}: {_small(wording.what('warrant', value))}"


def _decided(fact: events.ProsecutionDecided, names: Names) -> str:
    words = wording.label(judgement_words.DECISIONS, fact.decision)
    because = f", because {wording.label(judgement_words.DECISION_REASONS, fact.reason)}" if fact.reason else ""
    return f"{names.offence(fact.offence)}: {words}{because}"


def _appeal(fact: events.AppealStated, names: Names) -> str:
    value = {"stage": fact.stage, "against": fact.against, "on": fact.on.isoformat() if fact.on else None}
    return f"{names.defendant(fact.defendant)}: {_small(wording.what('appeal.notice', value))}"


def _appeal_decided(fact: events.AppealDecided, names: Names) -> str:
    return f"{names.defendant(fact.defendant)}: {_small(wording.what('appeal.outcome', {'result': fact.result}))}"


def _measure(fact: events.SpecialMeasureStated, names: Names) -> str:
    words = wording.what("special_measures.outcome", {"measures": {fact.measure: fact.decision}})
    return f"{names.person(fact.participant)}: {_small(words)}"


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _left(fact: events.ParticipantLeft, names: Names) -> str:
    return f"{names.person(fact.participant)}: taken off the case, {wording.label({}, fact.reason)}"


def _requires(fact: events.CpsRequires, names: Names) -> str:
    value = {"required": True, "days": list(fact.days), "session": fact.session, "mode": fact.mode}
    needed = wording.what("attendance", value)
    return f"{names.person(fact.participant)}: the CPS says, {needed[:1].lower()}{needed[1:]}"


def _opted(fact: events.OptedOut | events.OptedBackIn, names: Names) -> str:
    topics = wording.listed([wording.label(wording.TOPICS, topic).lower() for topic in fact.topics])
    wish = "does not want to be told" if isinstance(fact, events.OptedOut) else "wants to be told again"
    return f"{names.person(fact.participant)} {wish}: {topics}"


def _frequency(fact: events.FrequencyAgreed, names: Names) -> str:
    if fact.every_days is None:
        return f"{names.person(fact.participant)}: we keep in touch as often as the unit does"
    return f"{names.person(fact.participant)}: we keep in touch at least every {fact.every_days} days, as agreed"


def _announced(fact: events.HearingListed, names: Names) -> str:
    return f"{fact.about.hearing_type or names.hearing(fact.hearing)}: announced, without a date yet"


def _listed(fact: events.HearingConfirmed, names: Names) -> str:
    return f"{_name(fact, names)}: listed {_leading(fact.when, 'for ')}{when_and_where(fact.when, fact.where)}"


def _sighted(fact: events.HearingSighted, names: Names) -> str:
    return f"{_name(fact, names)}: on a court list {_leading(fact.when, 'for ')}{when_and_where(fact.when, None)}"


def _moved(fact: events.HearingMoved, names: Names) -> str:
    moved = _leading(fact.when, "moved to ", week="moved, now ")
    return f"{_name(fact, names)}: {moved}{when_and_where(fact.when, fact.where)}"


def _leading(when: When, words: str, *, week: str = "") -> str:
    """Give the words that lead to a day; those of a week say "in" themselves."""
    is_week = when.kind is DateKind.WEEK_COMMENCING and when.week_commencing
    return week if is_week else words


def _name(fact: events.HearingConfirmed | events.HearingMoved | events.HearingSighted, names: Names) -> str:
    return (fact.about.hearing_type if fact.about else "") or names.hearing(fact.hearing)


def _days_cancelled(fact: events.HearingDaysCancelled, names: Names) -> str:
    gone = [dates.full_date(day.on) for day in fact.days if day.cancelled]
    return f"{names.hearing(fact.hearing)}: cancelled on {wording.listed(gone) if gone else 'no day'}"


def _vacated(fact: events.TrialVacated, names: Names) -> str:
    return f"{names.hearing(fact.hearing)}: cancelled by the court (vacated). Reason: {wording.reason(fact.reason)}"


def _adjourned(fact: events.HearingAdjourned, names: Names) -> str:
    following = {
        DateKind.FIXED: ", with a new date",
        DateKind.WEEK_COMMENCING: ", to a week still to be narrowed down",
        DateKind.TO_BE_FIXED: ", the new date is to be fixed",
    }
    return f"{names.hearing(fact.hearing)}: adjourned{following.get(fact.next_kind, '') if fact.next_kind else ''}"


def _jury(fact: events.JuryDischarged, names: Names) -> str:
    return f"{names.hearing(fact.hearing)}: {wording.OUTCOMES['jury_discharged']}"


def _outcome(fact: events.TrialIneffective | events.TrialCracked, names: Names) -> str:
    word = "ineffective" if isinstance(fact, events.TrialIneffective) else "cracked"
    return f"{names.hearing(fact.hearing)}: {wording.OUTCOMES[word]}. Reason: {wording.reason(fact.reason)}"


def _plea(fact: events.PleaRecorded, names: Names) -> str:
    plea = {"guilty": "guilty", "not_guilty": "not guilty"}.get(fact.plea, fact.plea)
    return f"{names.defendant(fact.defendant)}: plea {plea}, {names.offence(fact.offence)}"


def _verdict(fact: events.VerdictRecorded, names: Names) -> str:
    verdict = wording.label(wording.VERDICTS, fact.verdict)
    return f"{names.defendant(fact.defendant)}: verdict {verdict}, {names.offence(fact.offence)}"


def _results(fact: events.ResultsShared, names: Names) -> str:
    count = len(fact.results)
    what = f"{count} result{'' if count == 1 else 's'}" if count else "no results any more"
    return f"{names.hearing(fact.hearing)}: {what} of {dates.full_date(fact.day)}"


def _contact(fact: events.ContactMade, names: Names) -> str:
    told = wording.listed([wording.label(wording.TOPICS, telling.topic).lower() for telling in fact.told])
    outcome = wording.label(wording.CONTACT_OUTCOMES, fact.outcome)
    return (
        f"{names.person(fact.participant)}: {outcome[:1].lower()}{outcome[1:]}{f', told them: {told}' if told else ''}"
    )


def _closed(fact: events.DutyClosedByPerson, names: Names) -> str:
    topic = wording.label(wording.TOPICS, fact.topic).lower()
    return f"{names.person(fact.participant)}: “{topic}” ended by hand, {wording.closed(fact.topic, fact.reason)}"


def _of_person(words: str) -> Callable[[Any, Names], str]:
    return lambda fact, names: f"{names.person(fact.participant)}: {words}"


def _of_hearing(words: str) -> Callable[[Any, Names], str]:
    return lambda fact, names: f"{names.hearing(fact.hearing)}: {words}"


def _counts_no_more(fact: events.MatchTakenBack) -> str:
    count = len(fact.entries)
    return f"; {count} {'entry counts' if count == 1 else 'entries count'} no more" if count else ""


def _of_referral(words: str) -> Callable[[Any, Names], str]:
    def say(fact: Any, names: Names) -> str:
        who = f"{names.person(fact.participant)} because of {names.defendant(fact.defendant)}"
        return f"Victim Contact Scheme, {who}: {words}"

    return say


def _referral_decided(fact: events.ReferralDecided, names: Names) -> str:
    why = _reason(referral.REASONS_NOT_TO_REFER, fact.reason)
    return _of_referral("to be referred" if fact.refer else f"not to be referred. Reason: {why}")(fact, names)


def _referral_sent(fact: events.ReferralSent, names: Names) -> str:
    told = {"yes": "they know of it", "no": "they were not told of it"}.get(fact.told, "whether they know is not said")
    objects = {"yes": "they objected", "no": "they did not object"}.get(fact.objects, "they were not asked yet")
    return _of_referral(f"referral sent; {told}, {objects}")(fact, names)


def _referral_ended(reasons: Mapping[str, str], words: str) -> Callable[[Any, Names], str]:
    return lambda fact, names: _of_referral(f"{words}. Reason: {_reason(reasons, fact.reason)}")(fact, names)


def _support(fact: events.SupportStated, names: Names) -> str:
    kind = wording.label(wording.SUPPORT_KINDS, fact.kind) + (
        f", {names.service(fact.service)}" if fact.service else ""
    )
    said = support.EVENTS.get(fact.step, fact.step)
    return f"{names.person(fact.participant)}, {kind}: {said[:1].lower()}{said[1:]}"


def _visit(fact: events.CourtVisitStated, names: Names) -> str:
    said = court_visit.EVENTS.get(fact.step, fact.step)
    day = f", {dates.full_date(fact.on)}" if fact.on else ""
    return f"{names.person(fact.participant)}: {said[:1].lower()}{said[1:]}{day}"


def _reason(reasons: Mapping[str, str], key: str) -> str:
    return wording.label({**reasons, **referral.FORMER_REASONS}, key)


_WORDS: Mapping[str, Callable[[Any, Names], str]] = {
    "CaseRegistered": lambda fact, names: "the unit took the case on",
    "DefendantCharged": _charged,
    "DefendantRemoved": lambda fact, names: f"{names.defendant(fact.defendant)}: taken off the case",
    "OffenceDescribed": lambda fact, names: f"{names.offence(fact.offence)}: offence code {fact.cjs_code}",
    "ParticipantRecorded": _recorded,
    "ParticipantLeft": _left,
    "EnhancedGroundNoted": _ground,
    "ParticipantDied": _of_person("has died"),
    "CpsRequires": _requires,
    "CpsNotRequired": _of_person("the CPS does not need them at court"),
    "OptedOut": _opted,
    "OptedBackIn": _opted,
    "FrequencyAgreed": _frequency,
    "HearingListed": _announced,
    "HearingConfirmed": _listed,
    "HearingMoved": _moved,
    "HearingSighted": _sighted,
    "DateRemoved": _of_hearing("its date was taken away"),
    "HearingDaysCancelled": _days_cancelled,
    "TrialVacated": _vacated,
    "TrialUnvacated": _of_hearing("on again, no longer vacated"),
    "HearingWithdrawn": _of_hearing("withdrawn by the court"),
    "HearingMarkedDuplicate": _of_hearing("marked as a duplicate of another entry"),
    "HearingAdjourned": _adjourned,
    "TrialIneffective": _outcome,
    "TrialCracked": _outcome,
    "JuryDischarged": _jury,
    "DefendantDied": lambda fact, names: f"{names.defendant(fact.defendant)}: has died",
    "TrialStarted": _of_hearing("started"),
    "PleaRecorded": _plea,
    "VerdictRecorded": _verdict,
    "ResultsShared": _results,
    "BailDecided": _bail,
    "WarrantStated": _warrant,
    "ProsecutionDecided": _decided,
    "AppealStated": _appeal,
    "AppealDecided": _appeal_decided,
    "SpecialMeasureStated": _measure,
    "ContactMade": _contact,
    "ContactCorrected": _of_person("a recorded contact was corrected; what it told counts no more"),
    "ToldCarriedOver": _of_person("what they had been told before was taken over"),
    "DutyClosedByPerson": _closed,
    "PersonConfirmed": _of_person("says they will come"),
    "CannotAttend": _of_person("says they cannot come"),
    "Attended": _of_person("came to court"),
    "DidNotAttend": _of_person("did not come to court"),
    "EntryUndone": lambda fact, names: "an earlier entry was undone",
    "MessageMatched": lambda fact, names: "a waiting court update was matched to this case",
    "MatchTakenBack": lambda fact, names: f"the match of a court update was taken back{_counts_no_more(fact)}",
    "UrnCorrected": lambda fact, names: "the case's number (URN) was corrected",
    "CasesLinked": lambda fact, names: "linked to another case",
    "CasesUnlinked": lambda fact, names: "not linked to another case any more",
    "CaseMergedHere": lambda fact, names: "another case was merged into this one",
    "CaseMergedAway": lambda fact, names: "merged into another case",
    "MergeUndone": lambda fact, names: "two merged cases were taken apart",
    "CaseSplit": lambda fact, names: "defendants got a case of their own",
    "CaseSplitOff": lambda fact, names: "split off another case",
    "JourneyClosed": _of_person("nothing more is to be done; closed by an officer"),
    "ReluctanceStated": _of_person("says they do not want to go on"),
    "ReluctanceEnded": _of_person("says they want to go on after all"),
    "SafetyConcernRaised": _of_person("a concern for their safety was raised"),
    "SafetyConcernResolved": _of_person("the concern for their safety is resolved"),
    "Withdrew": lambda fact, names: (
        f"{names.person(fact.participant)}: withdrew their support, {REASONS.get(fact.reason, fact.reason)}"
    ),
    "WithdrawalTakenBack": _of_person("took their withdrawal back"),
    "ChangeExplained": _of_person("an officer explained why the date of the trial changed"),
    "OfficerChanged": lambda fact, names: (
        f"{names.person(fact.participant)}: "
        + ("their former officer looks after them again" if fact.back else "another officer looks after them")
    ),
    "SupportStated": _support,
    "CourtVisitStated": _visit,
    "NeedsAsked": _needs_asked,
    "NeedArranged": _need_arranged,
    "ClosingAsked": _closing_asked,
    "ClosingFinished": _closing_finished,
    "AvailabilityAsked": _availability,
    "ArrangementConfirmed": _arrangement_confirmed,
    "NeedsToBeAskedAgain": _of_person("an officer says that they are to be asked again what they need"),
    "ReferralDecided": _referral_decided,
    "ReferralSent": _referral_sent,
    "ReferralAcknowledged": _of_referral("referral acknowledged"),
    "ReferralRejected": _referral_ended(referral.REASONS_OF_REJECTION, "referral rejected"),
    "LiaisonOfficerContacted": _of_referral("a victim liaison officer has been in touch"),
    "ReferralWithdrawn": _referral_ended(referral.REASONS_TO_WITHDRAW, "referral withdrawn"),
}
SAID_KINDS = frozenset(_WORDS)


# --- a date as a court gave it ------------------------------------------------------------------------------------


def when_and_where(when: When, where: Where | None = None) -> str:
    """Say a date as it was given, with the place when that was given too."""
    place = ", ".join(part for part in (where.court, where.room) if part) if where else ""
    return f"{_when(when)}{f', {place}' if place else ''}"


def _when(when: When) -> str:
    if when.kind is DateKind.WEEK_COMMENCING and when.week_commencing:
        return wording.in_the_week_of(when.week_commencing, when.weeks)
    days = [day for day in when.days if not day.cancelled]
    if when.kind is DateKind.TO_BE_FIXED or not days:
        return "a date to be fixed"
    first, last = days[0], days[-1]
    if len(days) > 2 and all(day.at in (None, first.at) for day in days):
        return f"{_day(first)}, {len(days)} days to {dates.full_date(last.on)}"
    return wording.listed([_day(day) for day in days])


def _day(day: HearingDay) -> str:
    at = f"at {dates.clock_time(day.at)}" if day.at else "time to be confirmed"
    return f"{dates.full_date(day.on)} {at}" if day.at else f"{dates.full_date(day.on)}, {at}"


def stated_when(payload: Mapping[str, Any]) -> str:
    """Say a date from the journal's own JSON."""
    return wording.sentence(_when(codec.from_json(When, payload)))
