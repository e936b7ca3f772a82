"""Where one defendant stands, settled from the facts that are known now: charged, awaiting trial … concluded.

This is not a machine that steps: the facts alone decide, so the order in which news arrived cannot matter. What a
message may not mean where the defendant stood is in a table of its own: the fact is kept, and a person is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Proceedings(StrEnum):
    """The places a defendant's proceedings pass through (domain.md section 5.1)."""

    CHARGED = "charged"
    AWAITING_TRIAL = "awaiting_trial"
    TRIAL_LISTED = "trial_listed"
    TRIAL_RUNNING = "trial_running"
    AWAITING_SENTENCE = "awaiting_sentence"
    CONCLUDED = "concluded"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefendantFacts:
    """What is known of one defendant. An offence is final once sentenced, acquitted, stopped or ended by death."""

    offences_total: int
    offences_final: int
    offences_left_to_try: int
    unsentenced: int  # convicted, or guilty by plea, and not yet final
    trial_begun: bool
    trial_ended: bool
    live_trial_listing: bool
    not_guilty_plea_or_retrial: bool
    appeal_pending: bool
    died: bool = False


# --- guards: S 1 to 6 of domain.md section 5.1; S 7 is what is left ----------------------------------------------


def every_offence_is_final(facts: DefendantFacts) -> bool:
    """S 2. A defendant whose offences are not known yet is at the beginning, unless they have died."""
    return facts.died or (facts.offences_total > 0 and facts.offences_final >= facts.offences_total)


def every_offence_is_final_and_an_appeal_is_pending(facts: DefendantFacts) -> bool:
    """S 1."""
    return every_offence_is_final(facts) and facts.appeal_pending


def nothing_is_left_to_try_and_a_sentence_is_due(facts: DefendantFacts) -> bool:
    """S 3."""
    return facts.offences_left_to_try == 0 and facts.unsentenced > 0


def a_trial_has_begun_and_not_ended(facts: DefendantFacts) -> bool:
    """S 4. Part-heard is still running."""
    return facts.trial_begun and not facts.trial_ended


def a_trial_is_listed(facts: DefendantFacts) -> bool:
    """S 5."""
    return facts.live_trial_listing


def the_plea_is_not_guilty_or_a_retrial_is_ordered(facts: DefendantFacts) -> bool:
    """S 6."""
    return facts.not_guilty_plea_or_retrial


# --- where the facts lead: the first guard that holds -----------------------------------------------------------

P = Proceedings

SETTLED_BY: tuple[tuple[Callable[[DefendantFacts], bool], Proceedings], ...] = (
    (every_offence_is_final_and_an_appeal_is_pending, P.APPEAL),
    (every_offence_is_final,                          P.CONCLUDED),
    (nothing_is_left_to_try_and_a_sentence_is_due,    P.AWAITING_SENTENCE),
    (a_trial_has_begun_and_not_ended,                 P.TRIAL_RUNNING),
    (a_trial_is_listed,                               P.TRIAL_LISTED),
    (the_plea_is_not_guilty_or_a_retrial_is_ordered,  P.AWAITING_TRIAL),
)  # fmt: skip
OTHERWISE = P.CHARGED


def settle(facts: DefendantFacts) -> Proceedings:
    """Give where a defendant stands; `charged` when nothing more is known of them.

    Runs after every change that touches the defendant. Source: domain.md section 5.1, S 1 to 7.
    """
    return next((standing for guard, standing in SETTLED_BY if guard(facts)), OTHERWISE)


# --- what a person is asked: the P cells of domain.md section 5.1 ------------------------------------------------

LISTED = ("TrialListed", "TrialMoved", "TrialUnvacated")
DATE_LOST = ("TrialVacated", "DateRemoved")
STARTED = ("TrialStarted",)
INEFFECTIVE = ("TrialIneffective",)
CRACKED = ("TrialCracked",)
DECIDED = ("PleaRecorded", "VerdictRecorded")
TRIED_AGAIN = ("JuryDischarged", "RetrialOrdered")
DISPOSED = ("Sentenced", "Stopped", "Amended", "SetAside", "Died")
APPEALED = ("AppealLodged", "AppealDecided")
EVENTS = LISTED + DATE_LOST + STARTED + INEFFECTIVE + CRACKED + DECIDED + TRIED_AGAIN + DISPOSED + APPEALED

STILL_TO_BE_TRIED = (P.CHARGED, P.AWAITING_TRIAL, P.TRIAL_LISTED, P.TRIAL_RUNNING)
BEYOND_TRIAL = (P.AWAITING_SENTENCE, P.CONCLUDED, P.APPEAL)

_ASKED = (
    # events      where the defendant stood            flag
    (LISTED,      (P.AWAITING_SENTENCE, P.CONCLUDED),  "nothing_left_to_try"),
    (DATE_LOST,   (P.CHARGED,),                        "trial_not_known"),
    (DATE_LOST,   (P.TRIAL_RUNNING,),                  "trial_already_begun"),
    (STARTED,     BEYOND_TRIAL,                        "nothing_left_to_try"),
    (INEFFECTIVE, (P.CHARGED,),                        "trial_not_known"),
    (INEFFECTIVE, BEYOND_TRIAL,                        "nothing_left_to_try"),
    (CRACKED,     (P.CHARGED,),                        "trial_not_known"),
    (CRACKED,     (P.APPEAL,),                         "nothing_left_to_try"),
    (DECIDED,     (P.CONCLUDED, P.APPEAL),             "proceedings_had_ended"),
    (TRIED_AGAIN, (P.CHARGED,),                        "trial_not_known"),
    (TRIED_AGAIN, (P.AWAITING_SENTENCE,),              "nothing_left_to_try"),
    (APPEALED,    STILL_TO_BE_TRIED,                   "appeal_before_the_end"),
)  # fmt: skip

FLAG_TABLE: Mapping[tuple[str, Proceedings], str] = MappingProxyType(
    {(event, standing): flag for events, standings, flag in _ASKED for event in events for standing in standings}
)


def flag_for(event: str, state: Proceedings) -> str | None:
    """Give the flag that `event` raises for a defendant who stood at `state` before it; None when it fits.

    An event that is not in EVENTS (another kind of hearing, bail, a warrant) is a plain fact and raises none. Source:
    the P cells of domain.md section 5.1; the words are in `workflows.flags.FLAGS`.
    """
    return FLAG_TABLE.get((event, state))
