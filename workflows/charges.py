"""What stands of each charge and each defendant: pleas, verdicts, sentences, decisions, appeals, measures, a death.

Read from the registers of `truth`, so it depends on no order of messages either (core.md rule 4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from workflows import events
from workflows.events import ResultKind
from workflows.proceedings import DefendantFacts
from workflows.snapshot import Stated, Statement
from workflows.truth import Hearing, HearingStatus, Registers, standing
from workflows.working_days import london_date

STOPPED = (ResultKind.WITHDRAWN, ResultKind.DISMISSED, ResultKind.DISCONTINUED)
SENTENCES = (
    ResultKind.CUSTODY,
    ResultKind.LIFE,
    ResultKind.SUSPENDED,
    ResultKind.ACTIVATED,
    ResultKind.HOSPITAL,
    ResultKind.COMMUNITY,
    ResultKind.FINE,
    ResultKind.DISCHARGE,
    ResultKind.ORDER,
    ResultKind.OTHER_SENTENCE,
)
GUILTY = ("guilty", "guilty_of_alternative")
NO_VERDICT = ("", "no_verdict")  # a jury that could not decide leaves a plea of guilty as it is


def is_conviction(plea: str, verdict: str) -> bool:
    """Say whether a plea and a verdict, each empty when there is none, leave somebody convicted of an offence."""
    return verdict in GUILTY or (plea == "guilty" and verdict in NO_VERDICT)


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceTruth:
    """Where one offence stands: plea, verdict, how it was stopped, and the sentence of its latest sentencing day."""

    plea: str = ""
    verdict: str = ""
    stopped: str = ""
    sentence: tuple[events.OffenceResult, ...] = ()
    sentenced_on: date | None = None  # the day of the hearing that gave the sentence
    sentenced_in: str = ""  # that hearing
    final: bool = False

    @property
    def convicted(self) -> bool:
        return is_conviction(self.plea, self.verdict)


def offences(registers: Registers) -> dict[str, OffenceTruth]:
    """Give every offence of the case on which anything is known beyond the charge."""
    found: dict[str, OffenceTruth] = {}
    latest = latest_results(registers)
    named = {key.split(":", 1)[1] for key in registers if key.startswith(("plea:", "verdict:", DECISION))}
    for offence in named | set(latest):
        known = _offence(registers, offence, latest.get(offence))
        # What was said and does not stand, or decides nothing, tells nothing of the offence (core.md rule 4).
        if known != OffenceTruth():
            found[offence] = known
    for offence in _ended_by_death(registers):
        found[offence] = replace(found.get(offence, OffenceTruth()), final=True)
    return found


def _ended_by_death(registers: Registers) -> dict[str, str]:
    """Give each offence charged against a defendant who has died, with that defendant."""
    gone = {key.removeprefix(DIED) for key in registers if key.startswith(DIED) and standing(registers, key)}
    if not gone:
        return {}  # nearly always
    charged = defendants(registers)
    return {offence: defendant for defendant in gone for offence in charged.get(defendant, ())}


@dataclass(frozen=True, slots=True)
class LatestResults:
    """The results of one offence on the latest day that decided anything about it, in which hearing."""

    on: date
    hearing: str
    results: tuple[events.OffenceResult, ...]


def latest_results(registers: Registers) -> dict[str, LatestResults]:
    """Give each offence's results of the latest day that decided anything about it, with that day."""
    shares = [
        stated.said
        for key in registers
        if key.startswith("results:")
        and (stated := standing(registers, key)) is not None
        and isinstance(stated.said, events.ResultsShared)
    ]
    found: dict[str, LatestResults] = {}
    for share in sorted(shares, key=lambda share: (share.day, share.shared_at)):
        for offence in {result.offence for result in share.results}:
            of_the_day = tuple(result for result in share.results if result.offence == offence)
            # A result for an earlier hearing that comes late undoes nothing (feeds.md section 7): days are in order,
            # and a day that decides nothing final does not replace one that did.
            if offence not in found or _decides(of_the_day) or not _decides(found[offence].results):
                found[offence] = LatestResults(share.day, share.hearing, of_the_day)
    return found


def _decides(results: tuple[events.OffenceResult, ...]) -> bool:
    return any(result.final for result in results)


def _offence(registers: Registers, offence: str, latest: LatestResults | None) -> OffenceTruth:
    results = latest.results if latest else ()
    plea = standing(registers, f"plea:{offence}")
    verdict = standing(registers, f"verdict:{offence}")
    said_plea = plea.said.plea if plea and isinstance(plea.said, events.PleaRecorded) else ""
    said_verdict = verdict.said.verdict if verdict and isinstance(verdict.said, events.VerdictRecorded) else ""
    stopped = next((result.kind.value for result in results if result.kind in STOPPED and result.final), "")
    sentence = tuple(result for result in results if result.kind in SENTENCES and result.final)
    adjourned = any(result.kind is ResultKind.ADJOURNED for result in results)
    return OffenceTruth(
        plea=said_plea,
        verdict=said_verdict,
        stopped=stopped,
        sentence=sentence,
        sentenced_on=latest.on if latest and sentence else None,
        sentenced_in=latest.hearing if latest and sentence else "",
        # A final disposal beside a next hearing is not an end (feeds.md section 15).
        final=said_verdict == "not_guilty"
        or (bool(stopped or sentence) and not adjourned)
        or _was_given_up(registers, offence, said_verdict),
    )


def _was_given_up(registers: Registers, offence: str, verdict: str) -> bool:
    """Say whether the police or the CPS decided not to go on with an offence, also where it is dealt with out of court.

    Nobody is to come for a charge that is stopped, though the court has not said so yet. A verdict, or a plea after the
    decision, says that it goes on, as it may after a review.
    """
    decided = standing(registers, f"{DECISION}{offence}")
    if decided is None or not isinstance(decided.said, events.ProsecutionDecided):
        return False
    plea = standing(registers, f"plea:{offence}")
    goes_on = bool(verdict) or (plea is not None and plea.occurred_at > decided.occurred_at)
    return decided.said.decision in (events.NO_PROSECUTION, events.STOPPED) and not goes_on


def defendants(registers: Registers) -> dict[str, tuple[str, ...]]:
    """Give each defendant now charged, with the offences against them."""
    found = {}
    for key in registers:
        if key.startswith("charged:"):
            charged = standing(registers, key)
            if charged is not None and isinstance(charged.said, events.DefendantCharged):
                found[charged.said.defendant] = charged.said.offences
    return found


DECISION = "decision:"
DIED = "died:"
RETRIAL_ORDERED, CONVICTION_QUASHED = "retrial_ordered", "conviction_quashed"
CONDITIONAL_BAIL = "conditional_bail"
STATED_OF_DEFENDANTS = ("bail:", "warrant:", DECISION, "appeal:", "appeal-decided:")
MEASURE = "measure:"


def said_of_defendants(registers: Registers) -> dict[str, Stated]:
    """Give what stands of bail, warrants, decisions of the prosecution and appeals, by register.

    A charge that ended by the death of the defendant stands as stopped for that reason.
    """
    found = {
        key: _with_conditions(registers[key], stands)
        for key in registers
        if key.startswith(STATED_OF_DEFENDANTS) and (stands := standing(registers, key)) is not None
    }
    return found | _said_by_death(registers) if any(key.startswith(DIED) for key in registers) else found


def _said_by_death(registers: Registers) -> dict[str, Stated]:
    """Give what follows from the death of a defendant: charges that had not ended, or are to be tried again, stop."""
    found: dict[str, Stated] = {}
    latest = latest_results(registers)
    for offence, defendant in _ended_by_death(registers).items():
        died = standing(registers, f"{DIED}{defendant}")
        assert died is not None
        charged = defendants(registers).get(defendant, ())
        if _has_pending_appeal(registers, defendant):
            found[f"appeal-decided:{defendant}"] = events.AppealDecided(
                defendant=defendant, result=events.ENDED_BY_DEATH
            )
        had_ended = _had_ended(registers, offence, latest.get(offence), london_date(died.occurred_at))
        if had_ended and not _is_to_be_tried_again(registers, defendant, charged):
            continue
        found[f"{DECISION}{offence}"] = events.ProsecutionDecided(
            defendant=defendant,
            offence=offence,
            decision=events.STOPPED,
            reason="defendant_died",
            may_be_reviewed=False,
        )
    return found


def _had_ended(registers: Registers, offence: str, latest: LatestResults | None, died_on: date) -> bool:
    """Say whether an offence had ended before the death. That a court stops it because of the death is no other end."""
    known = _offence(registers, offence, latest)
    if known.stopped and not known.sentence and known.verdict != "not_guilty" and latest is not None:
        decided = standing(registers, f"{DECISION}{offence}")
        return latest.on < died_on or decided is not None
    return known.final


def _with_conditions(held: tuple[Statement, ...], stands: Statement) -> Stated:
    """Give what stands; of bail with the conditions stated last, where a newer message says the same without them.

    A court's results say "on bail with conditions" and not which: what an officer heard of them is not gone by that.
    """
    said = stands.said
    if not isinstance(said, events.BailDecided) or said.status != CONDITIONAL_BAIL or said.conditions or said.mark:
        return said
    before = [each for each in held if (each.occurred_at, each.message_id) < (stands.occurred_at, stands.message_id)]
    for earlier in sorted(before, key=lambda each: (each.occurred_at, each.message_id), reverse=True):
        if not isinstance(earlier.said, events.BailDecided) or earlier.said.status != CONDITIONAL_BAIL:
            return said
        if earlier.said.conditions or earlier.said.mark:
            return replace(said, conditions=earlier.said.conditions, mark=earlier.said.mark)
    return said


def measures(registers: Registers) -> dict[str, dict[str, str]]:
    """Give, for each person, where each special measure asked for them stands."""
    found: dict[str, dict[str, str]] = {}
    for key in registers:
        stands = standing(registers, key) if key.startswith(MEASURE) else None
        if stands is not None and isinstance(stands.said, events.SpecialMeasureStated):
            found.setdefault(stands.said.participant, {})[stands.said.measure] = stands.said.decision
    return found


def appeal_is_pending(registers: Registers, defendant: str) -> bool:
    """Say whether an appeal of this defendant waits for its outcome; it ends when they die."""
    return f"{DIED}{defendant}" not in registers and _has_pending_appeal(registers, defendant)


def _has_pending_appeal(registers: Registers, defendant: str) -> bool:
    stated = standing(registers, f"appeal:{defendant}")
    if stated is None or not isinstance(stated.said, events.AppealStated):
        return False
    if stated.said.stage in ("leave_refused", "abandoned"):
        return False
    decided = standing(registers, f"appeal-decided:{defendant}")
    return decided is None or decided.occurred_at < stated.occurred_at


def retrial_is_due(registers: Registers, defendant: str, offences_charged: tuple[str, ...]) -> bool:
    """Say whether an appeal ordered a retrial of which no verdict has come since, and the defendant lives."""
    return f"{DIED}{defendant}" not in registers and _is_to_be_tried_again(registers, defendant, offences_charged)


def _is_to_be_tried_again(registers: Registers, defendant: str, offences_charged: tuple[str, ...]) -> bool:
    decided = standing(registers, f"appeal-decided:{defendant}")
    if decided is None or not isinstance(decided.said, events.AppealDecided):
        return False
    since = any(_was_judged_since(registers, offence, decided.occurred_at) for offence in offences_charged)
    return decided.said.result == RETRIAL_ORDERED and not since


def _was_judged_since(registers: Registers, offence: str, moment: datetime) -> bool:
    """Say whether a verdict, a plea of guilty, an ending by results or a decision to stop came after a moment (UTC)."""
    verdict, plea = standing(registers, f"verdict:{offence}"), standing(registers, f"plea:{offence}")
    decision = standing(registers, f"{DECISION}{offence}")
    said = [verdict, decision, plea if plea and getattr(plea.said, "plea", "") == "guilty" else None]
    said += [
        share
        for key in registers
        if key.startswith("results:")
        and (share := standing(registers, key)) is not None
        and isinstance(share.said, events.ResultsShared)
        and any(result.offence == offence and result.final for result in share.said.results)
    ]
    return any(each is not None and each.occurred_at > moment for each in said)


def conviction_fell(registers: Registers, defendant: str, offence: str) -> bool:
    """Say whether an appeal quashed the conviction, or ordered a retrial, and nothing was judged since."""
    decided = standing(registers, f"appeal-decided:{defendant}")
    if decided is None or not isinstance(decided.said, events.AppealDecided):
        return False
    fell = decided.said.result in (CONVICTION_QUASHED, RETRIAL_ORDERED)
    return fell and not _was_judged_since(registers, offence, decided.occurred_at)


def offence_codes(registers: Registers) -> dict[str, str]:
    """Give the CJS code of each offence of which it is known."""
    found = {}
    for key in registers:
        if key.startswith("described:"):
            described = standing(registers, key)
            if described is not None and isinstance(described.said, events.OffenceDescribed):
                found[described.said.offence] = described.said.cjs_code
    return found


def defendant_facts(
    registers: Registers,
    offences_charged: tuple[str, ...],
    known: dict[str, OffenceTruth],
    hearings: tuple[Hearing, ...],
    defendant: str,
) -> DefendantFacts:
    """Count what `proceedings.settle` looks at, for one defendant. A retrial begins as if nothing had been judged."""
    retrial = retrial_is_due(registers, defendant, offences_charged)
    if retrial:
        known = {}
    each = [known.get(offence, OffenceTruth()) for offence in offences_charged]
    trials = [each for each in hearings if each.is_trial and each.concerns(frozenset((defendant,)))]
    left = sum(not offence.final and not offence.convicted for offence in each)
    begun = [trial for trial in trials if trial.started]
    return DefendantFacts(
        offences_total=len(each),
        offences_final=sum(offence.final for offence in each),
        offences_left_to_try=left,
        unsentenced=sum(offence.convicted and not offence.final for offence in each),
        trial_begun=bool(begun) and not retrial,
        trial_ended=left == 0 or all(trial.status.is_off or trial.status is HearingStatus.HEARD for trial in begun),
        live_trial_listing=any(trial.is_live for trial in trials),
        died=f"{DIED}{defendant}" in registers,
        not_guilty_plea_or_retrial=retrial or any(offence.plea == "not_guilty" for offence in each),
        appeal_pending=appeal_is_pending(registers, defendant),
    )
