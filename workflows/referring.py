"""Works out, after each message, who is eligible for the Victim Contact Scheme, and takes the steps of each referral.

Eligibility is asked again for every victim and defendant whenever anything is known to have ended for the defendant:
a result shared again, another sentence, an appeal, an activated sentence, a hospital order, another offence or another
link is a new answer. A new answer is an event of the referral's machine; what a person enters is another.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflows import charges, codec, events, referral, truth, values
from workflows.decision import move_of
from workflows.duty_rows import Cause, close_row, open_row, update_row
from workflows.entitlement import earliest, rules_that_apply, why_not
from workflows.events import Answer, CaseEvent, VictimKind
from workflows.referral import Referral, ReferralFacts
from workflows.rulebook import Rule
from workflows.snapshot import Change, Person, ReferralStanding, Snapshot, Topic
from workflows.truth import CHANGED, NO_CHANGE
from workflows.values import CaseTruth
from workflows.victim_contact_scheme import Assessment, Charged, Result, Victim, assess
from workflows.working_days import start_of_hearing

if TYPE_CHECKING:
    from workflows.fold import Fold

MACHINE = "referral"
ENTRIES = (
    *(events.ReferralDecided, events.ReferralSent, events.ReferralAcknowledged, events.ReferralRejected),
    *(events.LiaisonOfficerContacted, events.ReferralWithdrawn),
)
TAKES_BACK = (events.EntryUndone, events.MatchTakenBack)
EVENT_OF_RESULT = {
    Result.ELIGIBLE: "eligible",
    Result.POSSIBLE: "review_needed",
    Result.INSUFFICIENT: "review_needed",
    Result.NOT_ELIGIBLE: "not_eligible",
}
DONE = (Referral.SENT, Referral.ACKNOWLEDGED, Referral.REJECTED, Referral.VLO_CONTACTED)
# While a referral stands at one of these, nobody closes the person's case.
KEEPS_OPEN = (Referral.REVIEW, Referral.DUE, Referral.SENT, Referral.REJECTED)

_NAMESPACE = uuid.UUID("9b6f0c86-1c3f-5e0a-8f3f-6f4e0c9d2b57")
_SEPARATOR = "|"


def key_of(participant: str, defendant: str) -> str:
    """Give the name of a referral in a snapshot."""
    return f"{participant}{_SEPARATOR}{defendant}"


def pair_of(key: str) -> tuple[str, str]:
    """Give the participant and the defendant of a referral."""
    participant, _, defendant = key.partition(_SEPARATOR)
    return participant, defendant


def referral_id(participant: str, defendant: str) -> str:
    """Give the id of a referral's row and of its moves: the same in every refold."""
    return str(uuid.uuid5(_NAMESPACE, key_of(participant, defendant)))


# --- asking the rules ---------------------------------------------------------------------------------------------


def assess_pair(
    person: Person, defendant: str, now: CaseTruth, registers: truth.Registers, *, answered: bool = False
) -> Assessment | None:
    """Say whether a person is eligible because of a defendant. None while nothing has ended: there is no answer yet.

    `answered` says that there was an answer before: then there is one whatever has become of the case.
    """
    theirs = now.charged.get(defendant, ())
    own: frozenset[str] | None = frozenset(theirs) & frozenset(person.offences)
    if not answered and not any(_has_ended(now, offence) for offence in own or theirs):
        return None
    if not own and defendant in values.relevant_defendants(person, now):
        own = None  # they have to do with this defendant, but not said is by which offence
    question = ("scheme", person.is_victim, person.victim_kind, own, person.grounds, defendant)
    return now.remember(question, lambda: _assess(person, defendant, own, now, registers))


def _has_ended(now: CaseTruth, offence: str) -> bool:
    known = now.offences.get(offence)
    return known is not None and (known.final or bool(known.sentence))


def _assess(
    person: Person, defendant: str, own: frozenset[str] | None, now: CaseTruth, registers: truth.Registers
) -> Assessment:
    victim = Victim(
        is_victim=person.is_victim,
        offences=own,
        grounds=person.grounds,
        is_business=person.victim_kind is VictimKind.BUSINESS,
        is_for_a_child=person.victim_kind is VictimKind.PARENT,
    )
    codes = now.remember("codes", lambda: charges.offence_codes(registers))
    latest = now.remember("latest results", lambda: charges.latest_results(registers))
    theirs = now.charged.get(defendant, ())
    fell = frozenset(offence for offence in theirs if charges.conviction_fell(registers, defendant, offence))
    return assess(victim, tuple(_charged(offence, now, codes, latest, fell) for offence in theirs))


def _charged(
    offence: str,
    now: CaseTruth,
    codes: dict[str, str],
    latest: dict[str, charges.LatestResults],
    fell: frozenset[str],
) -> Charged:
    if offence in fell:  # an appeal took the conviction away: what was passed for it does not stand
        return Charged(offence=offence, code=codes.get(offence, ""), verdict="not_guilty")
    known = now.offences.get(offence, charges.OffenceTruth())
    shared = latest.get(offence)
    if known.final and shared is None and not known.convicted:  # it ended with nothing judged: stopped, or by a death
        return Charged(offence=offence, code=codes.get(offence, ""), verdict="not_guilty")
    return Charged(
        offence=offence,
        code=codes.get(offence, ""),
        plea=known.plea,
        verdict=known.verdict,
        results=shared.results if shared else (),
        sentenced_on=shared.on if shared else None,
    )


def assessments(snapshot: Snapshot, now: CaseTruth, participant: str) -> Iterator[tuple[str, Assessment | None]]:
    """Give each defendant who matters to a person, or once did, with the answer; None while there is none."""
    person = snapshot.people[participant]
    before = _answered(snapshot.referrals, participant)
    for defendant in sorted(values.relevant_defendants(person, now) | before):
        yield (
            defendant,
            assess_pair(person, defendant, now, snapshot.registers, answered=defendant in before),
        )


def _answered(referrals: Mapping[str, ReferralStanding], participant: str) -> frozenset[str]:
    pairs = (pair_of(key) for key, standing in referrals.items() if standing.result)
    return frozenset(defendant for victim, defendant in pairs if victim == participant)


def reassess(fold: Fold, event: CaseEvent) -> None:
    """Ask the rules again for every victim and defendant; an answer that changed is a step of the referral."""
    if not fold.referrals and not any(known.final or known.sentence for known in fold.truth.offences.values()):
        return  # nothing has ended yet: nearly always
    for participant, person in fold.people.items():
        before = _answered(fold.referrals, participant)
        if why_not(person) or not (person.is_victim or before):
            continue
        for defendant in sorted(values.relevant_defendants(person, fold.truth) | before):
            answer = assess_pair(person, defendant, fold.truth, fold.registers, answered=defendant in before)
            held = fold.referrals.get(key_of(participant, defendant), ReferralStanding())
            if answer is not None and (answer.result.value, answer.version) != (held.result, held.version):
                _take_answer(fold, participant, defendant, answer, event)


def _take_answer(fold: Fold, participant: str, defendant: str, answer: Assessment, event: CaseEvent) -> None:
    key = key_of(participant, defendant)
    held = fold.referrals.get(key, ReferralStanding())
    step = _step(fold, key, held, EVENT_OF_RESULT[answer.result], event, new_version=answer.version != held.decided)
    fold.referrals[key] = replace(
        held,
        state=step,
        result=answer.result.value,
        version=answer.version,
        decided=answer.version if step in referral.ENDED and held.state not in referral.ENDED else held.decided,
        sentenced_on=answer.clock_from or held.sentenced_on,
        since=event.received_at if answer.result.value != held.result else held.since,
        reason="" if step is not held.state else held.reason,
    )


def _step(fold: Fold, key: str, held: ReferralStanding, name: str, event: CaseEvent, *, new_version: bool) -> Referral:
    step = referral.next_state(held.state, name, ReferralFacts(new_version=new_version))
    if step.moved or step.flag:
        fold.moves.append(move_of(MACHINE, referral_id(*pair_of(key)), held.state, step.state, name, event, step.flag))
    return step.state


# --- what a person enters -----------------------------------------------------------------------------------------


def take_entry(fold: Fold, event: CaseEvent) -> str:
    """Take in what a person says about a referral. What does not fit is kept, and asks a person."""
    what: Any = event.what
    key = key_of(what.participant, what.defendant)
    held = fold.referrals.get(key, ReferralStanding())
    name, changes = _entry(what, held)
    state = _step(fold, key, held, name, event, new_version=True)
    if state is held.state:
        return NO_CHANGE
    fold.referrals[key] = replace(held, state=state, **changes)
    return CHANGED


def _entry(what: Any, held: ReferralStanding) -> tuple[str, dict[str, Any]]:
    match what:
        case events.ReferralDecided(refer=True):
            return "refer", {"decided": held.version, "reason": ""}
        case events.ReferralDecided():
            return "do_not_refer", {"decided": held.version, "reason": what.reason}
        case events.ReferralSent():
            said = {"told": _latest(what.told, held.told), "objects": _latest(what.objects, held.objects)}
            return "sent", {"sent_at": what.at, "acknowledged_at": None, "reason": "", **said}
        case events.ReferralAcknowledged():
            return "acknowledged", {"acknowledged_at": what.at, "reason": ""}
        case events.ReferralRejected():
            return "rejected", {"reason": what.reason}
        case events.LiaisonOfficerContacted():
            return "vlo_contacted", {"liaison_at": what.at, "reason": ""}
        case _:
            return "withdraw", {"decided": held.version, "reason": what.reason}


def _latest(said: Answer, before: Answer) -> Answer:
    """Give what somebody said last: an objection does not end because they were not asked again."""
    return before if said is Answer.NOT_ASKED else said


def take_back(fold: Fold, without: Fold, taken_back: Sequence[CaseEvent]) -> None:
    """Bring referrals back to where they were without what was taken back.

    A referral that somebody has sent or decided about stays as it is when only what a court said is taken back: the
    rules then ask about it. What was entered about a referral counts no more.
    """
    entered = {
        key_of(event.what.participant, event.what.defendant) for event in taken_back if isinstance(event.what, ENTRIES)
    }
    for key, held in list(fold.referrals.items()):
        untouched = held.sent_at is None and not held.decided and held.liaison_at is None
        if key not in entered and not untouched:
            continue
        # One that there would not be stays as an empty one: the duty it had is closed with it.
        fold.referrals[key] = without.referrals.get(key, ReferralStanding())


def note_taken_back(fold: Fold, event: CaseEvent, before: dict[str, ReferralStanding]) -> None:
    """Keep where a referral went back to when an entry was undone."""
    if isinstance(event.what, TAKES_BACK):
        for key in sorted(before.keys() | fold.referrals.keys()):
            was, now = (each.get(key, ReferralStanding()).state for each in (before, fold.referrals))
            if was is not now:
                fold.moves.append(move_of(MACHINE, referral_id(*pair_of(key)), was, now, "undone", event))


# --- the duty: refer them within the time the rules give ----------------------------------------------------------


def settle_duties(fold: Fold, cause: Cause) -> None:
    """Open the duty of each referral that is due, and close it once the referral is sent or ended (R11-VCS)."""
    for key, standing in fold.referrals.items():
        participant, defendant = pair_of(key)
        person = fold.people.get(participant)
        if person is not None:
            _settle_duty(fold, participant, defendant, person, standing, cause)


def _settle_duty(
    fold: Fold, participant: str, defendant: str, person: Person, standing: ReferralStanding, cause: Cause
) -> None:
    key = (participant, referral.TOPIC, defendant)
    topic = fold.account.topics.get(key, Topic())
    refusal = why_not(person)
    clock = _counts_from(standing)
    applying = (
        ()
        if refusal or standing.state is not Referral.DUE or clock is None
        else rules_that_apply(fold.rules, referral.TOPIC, person, {}, on=clock, required=False, warned=False)
    )
    if not applying or clock is None:
        if topic.duty is not None:
            why = "done" if standing.state in DONE else "not_owed"
            close_row(fold.account, key, topic, fold.rules, person, cause, refusal or why)
            del fold.account.topics[key]
        return
    change = _owed(fold, applying, clock, standing, enhanced=person.gets_enhanced_time)
    if topic.duty is not None and change.due > topic.duty.due:
        change = replace(change, due=topic.duty.due)  # another sentence never makes it later
    if topic.history != (change,):
        topic = replace(topic, history=(change,))
    settle = open_row if topic.duty is None else update_row
    fold.account.topics[key] = settle(fold.account, key, topic, fold.rules, person, topic.history, cause)


def _counts_from(standing: ReferralStanding) -> datetime | None:
    """Give the start of the clock (UTC): the day of the sentence, not of its receipt (domain.md section 7)."""
    return start_of_hearing(standing.sentenced_on) if standing.sentenced_on else standing.since


def _owed(
    fold: Fold, applying: tuple[Rule, ...], clock: datetime, standing: ReferralStanding, *, enhanced: bool
) -> Change:
    due, rule = earliest(fold.rules, applying, clock, enhanced=enhanced, hearing_start=None)
    content = {"sentenced_on": str(standing.sentenced_on or ""), "result": standing.result}
    return Change(
        event=clock.isoformat(),
        received_at=clock,
        value=content,
        value_hash=codec.value_hash(content),
        due=due.at,
        rule=rule.key,
        rules=tuple(sorted(each.key for each in applying)),
    )
