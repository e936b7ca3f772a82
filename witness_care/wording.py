"""Puts what the service holds into the words staff read: the only place that turns a stored value into a sentence.

Plain verbs ("Tell them the new trial date"), sentence case, no blame, no capitals for shouting. A value this version
does not know is shown with its own name rather than hidden. What a person outside the unit reads is never made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from witness_care import dates, judgement_words, task_words
from workflows import referral, rulebook, support, tasks, values
from workflows.working_days import days_later

Value = Mapping[str, Any]

HEARING_CLASSES = {
    "trial": "trial",
    "sentence": "sentence hearing",
    "plea": "plea hearing",
    "first": "first hearing",
    "appeal": "appeal hearing",
    "other": "hearing",
}
ROLES = {"victim": "victim", "witness": "witness", "both": "victim and witness"}
WITNESS_KINDS = {
    "civilian": "civilian",
    "police": "police officer",
    "professional": "professional witness",
    "expert": "expert witness",
}
VICTIM_KINDS = {
    "person": "the victim",
    "parent": "parent or guardian",
    "bereaved_relative": "bereaved relative",
    "business": "business",
}
ENHANCED = {"yes": "enhanced rights", "not_asked": "enhanced rights not decided"}
JOURNEY = {
    "charge": "Charge",
    "listing": "Listing",
    "adjournment": "Adjournment",
    "trial": "Trial",
    "outcome": "Outcome",
    "closed": "Closed",
}
ATTENDANCE = {
    "undecided": "not known yet whether they are needed at court",
    "not_required": "not needed at court",
    "required": "needed at court, not told yet",
    "warned": "needed at court, told",
    "confirmed": "said they will come to court",
    "de_warned": "told they need not come, or to be told",
    "attended": "came to court",
    "absent": "did not come to court",
}
PROCEEDINGS = {
    "charged": "charged",
    "awaiting_trial": "awaiting trial",
    "trial_listed": "trial listed",
    "trial_running": "trial running",
    "awaiting_sentence": "awaiting sentence",
    "concluded": "concluded",
    "appeal": "appeal",
}
HEARING_STATUS = {
    "stub": "known by name only",
    "undated": "no date yet",
    "live": "listed",
    "heard": "heard",
    "vacated": "vacated",
    "adjourned": "adjourned",
    "date_removed": "date taken away",
    "withdrawn": "withdrawn",
    "duplicate": "duplicate of another entry",
}
TOPICS = {
    values.WHEN_WHERE: "Date and place of a hearing",
    values.ATTENDANCE: "Whether they are needed at court",
    values.OUTCOME: "What happened at a hearing",
    values.VERDICT: "Verdict",
    values.SENTENCE: "Sentence",
    values.SPECIAL_MEASURES: "Special measures",
    **judgement_words.TOPICS,
    **task_words.TOPICS,
    values.KEEP_IN_TOUCH: "Keeping in touch",
    referral.TOPIC: "Referral to the Victim Contact Scheme",
}
CONTACT_OUTCOMES = {
    "reached": "Spoke with them",
    "representative": "Spoke with their representative",
    "delivered_as_chosen": "Message delivered in the way they chose",
    "voicemail": "Left a voicemail",
    "no_answer": "No answer",
    "wrong_number": "Wrong number",
    "bounced": "Message came back",
    "declined": "They did not want to talk",
    "unsafe": "It was not safe to talk",
}
CHANNELS = {
    "call": "By phone",
    "in_person": "In person",
    "video": "By video call",
    "text": "By text message",
    "email": "By e-mail",
    "letter": "By letter",
}
CONTACT_POINTS = {"mobile": "mobile", "landline": "landline", "email": "e-mail", "address": "post"}
# What a change that waits for a second person is about: a way to reach them, or the person themselves.
SAFETY_CHANGES = CONTACT_POINTS | {"person": "who is spoken with", "risk": "being at risk"}
# What an act that is only tried out would do to a duty (`casework.dry_run`).
DIFFERENCES = {
    "opens": "will be owed",
    "changes": "will be owed instead",
    "ends": "will not be owed any more",
}
CLOSED = {
    "done": "told",
    "as_last_told": "back to what they were last told",
    "not_owed": "no longer to be told",
    "superseded": "replaced by newer news",
    "opted_out": "they asked not to be told",
    "deceased": "the person has died",
    "attempts_exhausted": "could not be reached",
    "declined": "they did not want to be told",
    "corrected": "a record was corrected",
    "moved": "owed under another case now",
}
DUE_BANDS = {
    "not_due_yet": "Not due yet",
    "due_soon": "Due soon",
    "overdue": "Overdue",
    "critically_overdue": "Critically overdue",
}
DUTY_ACTIONS = {"opened": "Opened", "updated": "Changed", "closed": "Closed"}
EVENTS = {
    "CaseRegistered": "case taken on",
    "MessageMatched": "court update matched to the case",
    "MatchTakenBack": "match of a court update taken back",
    "UrnCorrected": "number of the case corrected",
    "CasesLinked": "case linked to another",
    "CasesUnlinked": "link to another case ended",
    "CaseMergedHere": "another case merged into this one",
    "CaseMergedAway": "case merged into another",
    "MergeUndone": "merged cases taken apart",
    "CaseSplit": "defendants moved to a case of their own",
    "CaseSplitOff": "case split off another",
    "DefendantCharged": "defendant charged",
    "DefendantRemoved": "defendant removed",
    "OffenceDescribed": "offence code given",
    "ParticipantRecorded": "person recorded",
    "EnhancedGroundNoted": "ground for enhanced rights suggested or declined",
    "ParticipantLeft": "person left the case",
    "ParticipantDied": "person died",
    "CpsRequires": "CPS requires them",
    "CpsNotRequired": "CPS does not require them",
    "OptedOut": "asked not to be told",
    "OptedBackIn": "asked to be told again",
    "FrequencyAgreed": "how often to keep in touch",
    "HearingListed": "hearing announced",
    "HearingConfirmed": "hearing date set",
    "HearingMoved": "hearing moved",
    "HearingSighted": "hearing seen on a court list",
    "DateRemoved": "date taken away",
    "HearingDaysCancelled": "hearing days cancelled",
    "TrialVacated": "trial vacated",
    "TrialUnvacated": "trial put back in the list",
    "HearingWithdrawn": "hearing withdrawn",
    "HearingMarkedDuplicate": "hearing marked as a duplicate",
    "HearingAdjourned": "hearing adjourned",
    "TrialIneffective": "trial did not go ahead",
    "TrialCracked": "trial ended without a hearing",
    "JuryDischarged": "jury discharged",
    "TrialStarted": "trial started",
    "PleaRecorded": "plea",
    "VerdictRecorded": "verdict",
    "ResultsShared": "results shared",
    "BailDecided": "bail decided",
    "WarrantStated": "warrant",
    "ProsecutionDecided": "decision of the prosecution",
    "DefendantDied": "defendant died",
    "AppealStated": "appeal",
    "AppealDecided": "appeal decided",
    "SpecialMeasureStated": "special measure",
    "ContactMade": "contact",
    "ContactCorrected": "contact corrected",
    "ToldCarriedOver": "told before this service",
    "DutyClosedByPerson": "ended without telling",
    "EntryUndone": "an earlier entry undone",
    "PersonConfirmed": "said they will come",
    "CannotAttend": "said they cannot come",
    "Attended": "came to court",
    "DidNotAttend": "did not come to court",
    "JourneyClosed": "closed by an officer",
    "ReluctanceStated": "said they do not want to go on",
    "ReluctanceEnded": "said they want to go on",
    "SafetyConcernRaised": "safety concern raised",
    "SafetyConcernResolved": "safety concern resolved",
    "Withdrew": "withdrew their support",
    "WithdrawalTakenBack": "took their withdrawal back",
    "ChangeExplained": "change of the trial explained",
    "OfficerChanged": "another officer",
    "SupportStated": "support by a service",
    "CourtVisitStated": "visit to the court",
    "NeedsAsked": "asked what they need",
    "NeedArranged": "practical help arranged, or not any more",
    "AvailabilityAsked": "asked when they cannot come",
    "ArrangementConfirmed": "what was arranged holds for the new trial",
    "NeedsToBeAskedAgain": "needs to be asked about again",
    "ClosingAsked": "last talk, in part or whole",
    "ClosingFinished": "last talk ended",
    "ReferralDecided": "decision about the Victim Contact Scheme",
    "ReferralSent": "referral to the Victim Contact Scheme sent",
    "ReferralAcknowledged": "referral acknowledged",
    "ReferralRejected": "referral rejected",
    "LiaisonOfficerContacted": "victim liaison officer in touch",
    "ReferralWithdrawn": "referral withdrawn",
}
# The Victim Contact Scheme: the four answers, and how far a referral has come.
SCHEME_RESULTS = {
    "eligible": "eligible",
    "possible": "may be eligible",
    "insufficient": "cannot tell",
    "not_eligible": "not eligible",
}
REFERRALS = {
    "none": "no referral",
    "review": "to be decided",
    "due": "to be sent",
    "sent": "sent",
    "acknowledged": "acknowledged",
    "rejected": "rejected",
    "vlo_contacted": "liaison officer in touch",
    "not_referred": "not referred",
    "withdrawn": "withdrawn",
}
# Support by a service, and a visit to the court before the trial: how far they have come.
SUPPORT = {
    "none": "nothing said yet",
    "offered": "offered, no answer yet",
    "accepted": "accepted, not referred yet",
    "declined": "declined",
    "waiting": "referred, waiting",
    "full": "refused: the service is full",
    "started": "in touch with the service",
    "ended": "ended",
}
COURT_VISITS = {
    "none": "nothing said yet",
    "offered": "offered, no answer yet",
    "accepted": "wants to visit",
    "declined": "declined",
    "arranged": "arranged",
    "made": "they visited the court",
}
SUPPORT_KINDS = {**support.KINDS, "court_visit": "visit to the court"}
REFERRAL_REASONS = {
    **referral.REASONS_NOT_TO_REFER,
    **referral.REASONS_OF_REJECTION,
    **referral.REASONS_TO_WITHDRAW,
    **referral.FORMER_REASONS,
}
ANSWERS = {"yes": "yes", "no": "no", "not_asked": "not asked yet"}
BASIS = {"code": "Victims' Code", "local_policy": "unit policy", "statute": "Act of Parliament"}
VERDICTS = {
    "guilty": "guilty",
    "not_guilty": "not guilty",
    "guilty_of_alternative": "guilty of another offence",
    "no_verdict": "no verdict",
    "withdrawn": "withdrawn",
    "dismissed": "dismissed",
    "discontinued": "stopped by the prosecution",
}
OUTCOMES = {
    "adjourned": "put off to another day",
    "ineffective": "did not go ahead",
    "cracked": "ended without a trial",
    "jury_discharged": "ended without a verdict: the jury was let go",
}
WHY_OFF = {
    "vacated": "the court cancelled it (vacated)",
    "adjourned": "the court put it off (adjourned)",
    "date_removed": "the court took its date away",
    "withdrawn": "the court withdrew it",
    "days_cancelled": "the court cancelled the days they were needed for",
}
MODES = {
    "in_person": "in person",
    "video": "by video link",
    "live_link": "by live link",
    "remote": "from another place",
}
SESSIONS = {
    "am": "morning only",
    "pm": "afternoon only",
    "morning": "morning only",
    "afternoon": "afternoon only",
}
SOURCES = {"web": "an officer", "api": "another system", "import": "an import", "system": "the service"}


def role_words(role: str, witness_kind: str = "civilian", victim_kind: str = "person") -> str:
    """Say somebody's part: "victim", "witness (police officer)", "victim (parent or guardian)"."""
    kinds = []
    if role != "witness" and victim_kind != "person":
        kinds.append(label(VICTIM_KINDS, victim_kind))
    if witness_kind != "civilian":
        kinds.append(label(WITNESS_KINDS, witness_kind))
    return label(ROLES, role) + (f" ({', '.join(kinds)})" if kinds else "")


def label(table: Mapping[str, str], key: str | None) -> str:
    """Give the words for a stored key; a key this version does not know is shown as it is, never hidden."""
    return table.get(key or "", (key or "not recorded").replace("_", " ").replace(".", ": "))


def sentence(text: str) -> str:
    """Begin with a capital letter and change nothing else."""
    return text[:1].upper() + text[1:]


def listed(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


# --- what a person is to be told ----------------------------------------------------------------------------------


def to_tell(topic: str, value: Value, told: Value | None) -> str:
    """Say in a few words what is to be done: "Tell them the new trial date"."""
    hearing = HEARING_CLASSES.get(value.get("class", "other"), "hearing")
    match topic:
        case values.WHEN_WHERE if value.get("state") == "off":
            return f"Tell them the {hearing} is off"
        case values.WHEN_WHERE:
            return f"Tell them the {'new ' if told else ''}{hearing} date"
        case values.ATTENDANCE if value.get("required"):
            return "Tell them they are needed at court" if not told else "Tell them what changed about attending court"
        case values.ATTENDANCE:
            return "Tell them they are not needed at court"
        case values.OUTCOME:
            return f"Tell them what happened at the {hearing}"
        case values.VERDICT:
            return "Tell them the verdict"
        case values.SENTENCE:
            return "Tell them the sentence"
        case values.SPECIAL_MEASURES:
            return "Tell them which special measures the court decided on"
        case values.KEEP_IN_TOUCH:
            return "Keep in touch"
        case referral.TOPIC:
            return "Refer them to the Victim Contact Scheme"
        case _ if topic in task_words.TO_DO:
            return task_words.TO_DO[topic]
        case _ if topic in judgement_words.TO_TELL:
            return judgement_words.TO_TELL[topic]
        case _:
            return f"Tell them: {label({}, topic)}"


def what(topic: str, value: Value, offences: Mapping[str, str] | None = None, *, short: bool = False) -> str:
    """Say a value in words: what the officer reads out. `offences` gives titles by id; `short` suits a table."""
    match topic:
        case values.WHEN_WHERE if value.get("state") == "off":
            return _off(value)
        case values.WHEN_WHERE:
            return listed([_hearing(hearing, short=short) for hearing in value.get("hearings", ())])
        case values.ATTENDANCE:
            return _attendance(value)
        case values.OUTCOME:
            return _outcome(value)
        case values.VERDICT:
            return _per_offence(value, offences or {}, lambda word: label(VERDICTS, word))
        case values.SENTENCE:
            return _per_offence(value, offences or {}, _sentences)
        case values.KEEP_IN_TOUCH:
            agreed = ", as agreed with them" if value.get("agreed") else ""
            return f"Speak with them at least every {value.get('every_days')} days{agreed}"
        case values.SPECIAL_MEASURES:
            return judgement_words.measures(value) or judgement_words.GONE
        case referral.TOPIC:
            day = value.get("sentenced_on")
            return (
                f"Sentence of {dates.full_date(date.fromisoformat(day))}"
                if day
                else "The day of the sentence is not known"
            )
        case _ if topic in task_words.TOPICS:
            return task_words.what(topic, value)
        case _:
            return judgement_words.what(topic, value, offences or {})


def details(topic: str, value: Value, offences: Mapping[str, str] | None = None) -> str:
    """Say what stands beside `to_tell` in a row: short, and without saying the same again."""
    if topic == values.WHEN_WHERE and value.get("state") == "off":
        return _why_off(value)
    if topic == values.ATTENDANCE and not value.get("required"):
        return ""
    return what(topic, value, offences, short=True)


def last_told(topic: str, told: Value | None, offences: Mapping[str, str] | None = None) -> str:
    """Say what the person was last told: "They have: trial, Wed 2 Dec, 10am"."""
    if tasks.is_task(topic):
        return ""
    return f"They have: {what(topic, told, offences, short=True)}" if told else "They have not been told anything yet"


def closed(topic: str, how: str | None) -> str:
    """Say how a duty ended: "told", and of something that was to be done, "done"."""
    own = task_words.CLOSED if tasks.is_task(topic) else {}
    return own.get(how or "") or label(CLOSED, how)


def reason(reason_id: str) -> str:
    """Say why a trial did not go ahead, by the court's own reason id; unknown and empty are said alike."""
    known = rulebook.trial_outcome_reason(reason_id)
    return known.words if known else "no reason given yet"


def _hearing(hearing: Value, *, short: bool) -> str:
    name = sentence(HEARING_CLASSES.get(hearing.get("class", "other"), "hearing"))
    parts = [name, hearing.get("court") or "court to be confirmed", _when(hearing, short=short)]
    return ", ".join([parts[0], parts[2]] if short else parts)


def _when(hearing: Value, *, short: bool) -> str:
    if hearing.get("kind") == "week_commencing":
        return in_the_week_of(date.fromisoformat(hearing["week"]), hearing.get("weeks", 1))
    days = [(date.fromisoformat(day), time.fromisoformat(at) if at else None) for day, at in hearing.get("days", ())]
    if not days:
        return "date to be fixed"
    (first, at), last = days[0], days[-1][0]
    starts = f"{dates.short_date(first) if short else dates.full_date(first)}{_at(at, short=short)}"
    if len(days) == 1:
        return starts
    until = dates.short_date(last) if short else dates.full_date(last)
    return f"{starts}, {len(days)} days to {until}"


def _at(at: time | None, *, short: bool) -> str:
    if at is None:
        return ", time to be confirmed"
    return f"{',' if short else ' at'} {dates.clock_time(at)}"


def in_the_week_of(monday: date, weeks: int = 1) -> str:
    """Say a window without ever naming a day: "in the week of 9 March 2026"."""
    day = f"{monday.day} {dates.full_date(monday).split(' ', 2)[2]}"
    if weeks == 1:
        return f"in the week of {day}"
    last = days_later(monday, 7 * weeks - 1)
    return f"in the {weeks} weeks from {day} to {dates.full_date(last).split(' ', 1)[1]}"


def _off(value: Value) -> str:
    hearing = sentence(HEARING_CLASSES.get(value.get("class", "other"), "hearing"))
    return f"{hearing} is off. {_why_off(value)}"


def _why_off(value: Value) -> str:
    text = sentence(label(WHY_OFF, value.get("why")))
    if value.get("why") in ("vacated", "adjourned"):
        text = f"{text}. Reason: {reason(value.get('reason', ''))}".removesuffix(".")
    return f"{text}. A new date is to be fixed" if value.get("next") == "to_be_fixed" else text


def _attendance(value: Value) -> str:
    if not value.get("required"):
        return "Not needed at court"
    days = value.get("days") or []
    when = f"on day {listed([str(day) for day in days])} of the trial" if days else "on every day of the trial"
    session = SESSIONS.get(str(value.get("session", "")).lower(), "")
    how = label(MODES, value["mode"]) if value.get("mode") else ""
    return ", ".join(part for part in (f"Needed at court {when}", session, how) if part)


def _outcome(value: Value) -> str:
    hearing = sentence(HEARING_CLASSES.get(value.get("class", "other"), "hearing"))
    return f"{hearing} {label(OUTCOMES, value.get('outcome'))}. Reason: {reason(value.get('reason', ''))}"


def _per_offence(value: Value, titles: Mapping[str, str], words: Any) -> str:
    found = value.get("offences", {})
    if not found:
        return judgement_words.GONE
    return "; ".join(
        f"{titles.get(offence) or 'Offence'}: {words(result)}" for offence, result in sorted(found.items())
    )


def _sentences(results: Sequence[Value]) -> str:
    return listed([result_in_words(result) for result in results])


LENGTHS = {"Y": "year", "M": "month", "W": "week", "D": "day", "H": "hour"}


def result_in_words(result: Value) -> str:
    """Say one result: "Imprisonment, 11 months". A length not like "11 M" is shown as the court sent it."""
    words = [result.get("label") or label({}, result.get("kind"))]
    if result.get("length"):
        words.append(_length(result["length"]))
    return ", ".join(words)


def _length(text: str) -> str:
    parts = text.split()
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    if len(parts) % 2 or not all(count.isdigit() and unit in LENGTHS for count, unit in pairs):
        return text
    return listed([f"{count} {LENGTHS[unit]}{'' if count == '1' else 's'}" for count, unit in pairs])


# --- why it is due -------------------------------------------------------------------------------------------------


def basis(of: str) -> str:
    """Say what kind of rule it is. Policy is never called a right."""
    return label(BASIS, of)


def source(name: str) -> str:
    """Say who brought a piece of news: an officer, another system, or a court's feed by its name."""
    return SOURCES.get(name) or (f"court feed ({name})" if name else "not recorded")


def actor(text: str, names: Mapping[str, str] | None = None) -> str:
    """Say who did something: an officer by name, else what kind of hand it was."""
    kind, _, who = text.partition(":")
    if kind == "user":
        return (names or {}).get(who, "an officer")
    return {"client": "another system", "feed": f"the court feed {who}", "system": "the service"}.get(kind, text)
