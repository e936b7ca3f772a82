"""What an officer asks for when they write to somebody, what may be answered, and what each reason means in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from witness_care.notifications import carried, gating
from workflows.safe_contact import OUTSIDE_HOURS, WORDS, Reason

APPROVED = "approved"
DAY_IS_PAST = "day_is_past"
OUT_OF_DATE, NO_LONGER_OWED, BY_HAND = "out_of_date", "no_longer_owed", "by_hand"
ALREADY_SENT = "already_sent"
WAS_LEAVING = "was_leaving"  # when it was recorded that they must be left alone
RUNG, SENT_AGAIN, CHOSEN_HOUR = "rung", "sent_again", "chosen_hour"

NOT_OWED = "Nothing of this is owed to them now: there is nothing to tell."
LEFT_THE_CASE = "They are no longer part of this case, so nothing is sent to them."
NOT_APPROVED = "This template is not approved for this way of sending. Choose another one."
NOT_A_DRAFT = "This message is not a draft any more. Look at how far it has come."
SECOND_PERSON = "A letter is approved by somebody else than whoever drafted it."
NOT_IN_DOUBT = "Nobody has to decide about this message any more."
ONE_IS_WAITING = "Another message about this is waiting; it will carry the last date."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What an officer asks for. `topics` are pairs of topic and subject; `token` makes a second submission harmless."""

    participant_id: str
    contact_point_id: str
    channel: str
    template_id: str
    topics: tuple[tuple[str, str], ...]
    languages: str = "en"
    token: str
    link_id: str | None = None
    override_reason: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    id: str
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class AlreadyWaiting:
    """One about this news is waiting; it will carry the last date."""

    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Not done. `reason` is a code, `words` say why; with `may_override` an officer may go ahead, giving a reason."""

    words: str
    reason: str
    may_override: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """It will leave: at once ("ready"), or not before `until` ("held"). Of a letter or a draft: how it stands."""

    state: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """Nothing was sent: what is to be told is not what was seen. `telling` is what stands now."""

    telling: tuple[dict[str, Any], ...]


class UnknownMessage(LookupError):
    """There is no such message."""


REASONS = {
    NO_LONGER_OWED: NOT_OWED,
    DAY_IS_PAST: "The day it is about is past. This is only for a talk.",
    OUT_OF_DATE: "It quotes a date or news that has changed since. Draft it anew.",
    ALREADY_SENT: "This was sent to them in this way before, and has not changed since. Ring, or choose another way.",
    gating.LEFT: LEFT_THE_CASE,
    OUTSIDE_HOURS: "It waits for an hour that is safe for them.",
    CHOSEN_HOUR: "It waits for the hour that was chosen.",
    BY_HAND: "An officer stopped it.",
    RUNG: "An officer rang instead.",
    SENT_AGAIN: "An officer sent it again, knowing that they may get it twice.",
    carried.LINK_GONE: "The link it carries was used, withdrawn, or is out of time. Make another one.",
    carried.NO_ADDRESS: "Nobody has said where people outside reach this service. Read the link out instead.",
    WAS_LEAVING: "It was already leaving when it was recorded that they must be left alone.",
    "died": "They have died, so nothing is sent to them.",
    "opted_out": "They asked not to be told about this.",
    "unsafe": "This way to reach them is not safe any more.",
    "withdrawn": "This way to reach them was withdrawn.",
    "no_answer": "The provider did not say in time whether it took it.",
    "worker_died": "The program ended while it was being sent.",
    "too_long_ago": "The provider did not take it for four hours.",
    "no_receipt": "The provider never said what became of it.",
    "not_taken": "The provider's list shows that it never came, so it is tried again.",
    "not_sent_here": "Nothing is sent in this way by this service.",
    "permanent-failure": "The number or address does not exist. Ask for another one.",
    "temporary-failure": "It could not be delivered now: the phone was off or the mailbox full.",
    "technical-failure": "The provider could not deliver it.",
    "refused_by_provider": "The provider refused it.",
}


def reason_in_words(reason: str) -> str:
    """Say what a reason means; the gate's own words for one of the gate's reasons."""
    if reason in REASONS:
        return REASONS[reason]
    return WORDS[Reason(reason)] if reason in {each.value for each in Reason} else ""
