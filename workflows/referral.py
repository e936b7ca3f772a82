"""How far the referral of one victim to the Victim Contact Scheme has come, because of one defendant.

The table is domain.md section 5.5. A sentence that brings a victim into the scheme makes a referral due; nothing that
comes later takes one back by itself: a lower sentence or a quashed conviction asks a person what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workflows.machines import STAY, Row, Step, events_that_move, machine_for, on, step


class Referral(StrEnum):
    """Where a referral stands (domain.md section 5.5)."""

    NONE = "none"
    REVIEW = "review"
    DUE = "due"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    VLO_CONTACTED = "vlo_contacted"
    NOT_REFERRED = "not_referred"
    WITHDRAWN = "withdrawn"


EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "eligible": "A sentence makes them eligible",
        "review_needed": "They may be eligible, or it cannot be told",
        "not_eligible": "They are not eligible as things stand",
        "refer": "An officer decides to refer them",
        "do_not_refer": "An officer decides not to refer them, with a reason",
        "sent": "The referral is sent",
        "acknowledged": "The probation service acknowledges it",
        "rejected": "The probation service rejects it, with a reason",
        "vlo_contacted": "A victim liaison officer has been in touch with them",
        "withdraw": "An officer takes the referral back, with a reason",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralFacts:
    """What the machine looks at beside the event."""

    new_version: bool  # the sentences behind the answer are not those that the referral ended with


def the_sentence_is_another(facts: ReferralFacts) -> bool:
    """A referral that ended opens again only for another sentence."""
    return facts.new_version


R = Referral
ENDED = (R.NOT_REFERRED, R.WITHDRAWN)
WITH_PROBATION = (R.SENT, R.ACKNOWLEDGED, R.REJECTED)
UNDER_WAY = (R.DUE, *WITH_PROBATION)
# To be sent, for the first time or again: to take one back here is to decide that they are not referred.
NOT_SENT = (R.DUE, R.REJECTED)

TABLE: tuple[Row[Referral], ...] = (
    #  event            from                                    to               only when
    on("eligible",      (R.NONE, R.REVIEW),                     R.DUE),
    on("eligible",      (*UNDER_WAY, R.VLO_CONTACTED),          STAY),
    on("eligible",      ENDED,                                  R.DUE,           only_if=the_sentence_is_another),
    on("eligible",      ENDED,                                  STAY),

    on("review_needed", R.NONE,                                 R.REVIEW),
    on("review_needed", (R.REVIEW, R.VLO_CONTACTED),            STAY),
    on("review_needed", UNDER_WAY,                              STAY,            flag="referral_no_longer_certain"),
    on("review_needed", ENDED,                                  R.REVIEW,        only_if=the_sentence_is_another),
    on("review_needed", ENDED,                                  STAY),

    on("not_eligible",  (R.NONE, R.VLO_CONTACTED, *ENDED),      STAY),
    on("not_eligible",  R.REVIEW,                               R.NOT_REFERRED),
    on("not_eligible",  UNDER_WAY,                              STAY,            flag="referral_no_longer_eligible"),

    on("refer",         (R.NONE, R.REVIEW, R.REJECTED, *ENDED), R.DUE),
    on("refer",         (R.DUE, R.SENT, R.ACKNOWLEDGED, R.VLO_CONTACTED), STAY),

    on("do_not_refer",  (R.REVIEW, R.DUE, R.REJECTED),          R.NOT_REFERRED),
    on("do_not_refer",  ENDED,                                  STAY),
    on("do_not_refer",  (R.NONE, R.SENT, R.ACKNOWLEDGED, R.VLO_CONTACTED), STAY, flag="referral_entry_does_not_fit"),

    on("sent",          (R.DUE, R.REJECTED),                    R.SENT),
    on("sent",          (R.SENT, R.ACKNOWLEDGED, R.VLO_CONTACTED), STAY),
    on("sent",          (R.NONE, R.REVIEW, *ENDED),             STAY,            flag="referral_entry_does_not_fit"),

    on("acknowledged",  (R.SENT, R.REJECTED),                   R.ACKNOWLEDGED),
    on("acknowledged",  (R.ACKNOWLEDGED, R.VLO_CONTACTED),      STAY),
    on("acknowledged",  (R.NONE, R.REVIEW, R.DUE, *ENDED),      STAY,            flag="referral_entry_does_not_fit"),

    on("rejected",      (R.SENT, R.ACKNOWLEDGED),               R.REJECTED),
    on("rejected",      R.REJECTED,                             STAY),
    on("rejected",      (R.NONE, R.REVIEW, R.DUE, R.VLO_CONTACTED, *ENDED), STAY, flag="referral_entry_does_not_fit"),

    on("vlo_contacted", (R.REVIEW, *UNDER_WAY),                 R.VLO_CONTACTED),
    on("vlo_contacted", (R.VLO_CONTACTED, *ENDED),              STAY),
    on("vlo_contacted", R.NONE,                                 STAY,            flag="referral_entry_does_not_fit"),

    on("withdraw",      UNDER_WAY,                              R.WITHDRAWN),
    on("withdraw",      ENDED,                                  STAY),
    on("withdraw",      (R.NONE, R.REVIEW, R.VLO_CONTACTED),    STAY,            flag="referral_entry_does_not_fit"),
)  # fmt: skip

MACHINE = machine_for(Referral, initial=R.NONE, events=EVENTS, table=TABLE, final=(R.VLO_CONTACTED,))


def next_state(state: Referral, event: str, facts: ReferralFacts) -> Step[Referral]:
    """Give where `event` takes a referral that stands at `state`; `event` is a key of EVENTS.

    An entry that does not fit keeps the state and raises a flag. Raises ValueError for an unknown state or event.
    """
    return step(MACHINE, state, event, facts)


def may_happen_next(state: Referral) -> tuple[str, ...]:
    """Name the events that can lead away from `state`, as the table has them; the facts still decide."""
    return events_that_move(MACHINE, state)


# --- the reasons a person may give, and how the duty is known -----------------------------------------------------

TOPIC = "task.vcs_referral"
LIAISON_RULE = "R11-VLO"

REASONS_NOT_TO_REFER: Mapping[str, str] = MappingProxyType(
    {
        "not_eligible_after_check": "Checked: the sentence or the offence does not bring them into the scheme",
        "already_referred": "Already referred by another unit or in another case",
        "victim_died": "The victim has died, and relatives are referred in their own right",
        "scheme_not_offered": "The probation service said that it does not offer the scheme here",
    }
)
REASONS_OF_REJECTION: Mapping[str, str] = MappingProxyType(
    {
        "not_eligible": "The probation service says that they are not eligible",
        "details_missing": "Details are missing or wrong",
        "wrong_area": "Another probation area is responsible",
        "already_known": "They are in the scheme already",
    }
)
REASONS_TO_WITHDRAW: Mapping[str, str] = MappingProxyType(
    {
        "no_longer_eligible": "The sentence or conviction was changed, and they are no longer eligible",
        "wrong_person": "It was about the wrong person or defendant",
        "victim_died": "The victim has died",
    }
)
# Once offered, and no more: there is no note in which it could stand. Old entries with it are still said in words.
FORMER_REASONS: Mapping[str, str] = MappingProxyType({"other": "Another reason, which is not recorded"})
