"""Says in words why a court message was not applied, and what to do about it (feeds.md section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Reason:
    """What happened, and what somebody can do."""

    what: str
    do: str


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "unknown-case": Reason(
            "No case here has this URN or court id yet.",
            "It is applied by itself when the case arrives. If the case should be here, ask whoever sends us cases.",
        ),
        "unknown-hearing": Reason(
            "It speaks of a hearing that no case here has.",
            "It is applied by itself when the hearing is announced. If it waits for days, ask the court.",
        ),
        "unknown-defendant": Reason(
            "It names a defendant who is not on the case.",
            "Add the defendant with the court's id; then it is applied by itself.",
        ),
        "ambiguous-match": Reason(
            "It fits more than one hearing of the case.", "Ask the court which hearing is meant, and enter it by hand."
        ),
        "contradictory": Reason(
            "It says two things that cannot both be true.",
            "Ask the court which is right. Nobody is told until then.",
        ),
        "unsupported-type": Reason(
            "This version does not read this kind of message yet.",
            "Nothing to do: it is kept, and read once the service can.",
        ),
        "empty-snapshot": Reason("The list came without any entry.", "Ask the sender whether the list was complete."),
        "suspicious-date": Reason(
            "It gives a date that cannot be right.", "Ask the court for the date, and enter it by hand."
        ),
        "needs-person": Reason("Somebody has to decide what it means.", "Open the case, decide, and enter it by hand."),
        "malformed": Reason("It could not be read.", "Ask the sender to send it again in the feed's own format."),
        "unsafe-xml": Reason("It holds XML that is not safe to read.", "Ask the sender to send it without entities."),
        "too-large": Reason("It was larger than this feed may send.", "Ask the sender to send it in parts."),
        "too-deep": Reason("It was nested deeper than is safe to read.", "Ask the sender to check what was sent."),
        "wrong-media-type": Reason(
            "It is not the kind of content this feed sends.", "Ask the sender to check the type."
        ),
        "type-missing": Reason("It does not say what kind of message it is.", "Ask the sender to name the type."),
        "schema": Reason(
            "Something it must say is missing or wrong.", "Ask the sender to correct it and send it again."
        ),
        "id-conflict": Reason(
            "A message with this id came before with other content.", "Ask the sender: a correction needs a new id."
        ),
        "same-id": Reason("It came before.", "Nothing to do."),
        "same-content": Reason("It says what the last message already said.", "Nothing to do."),
        "older-version": Reason("A newer message on this was here already.", "Nothing to do."),
        "older-share": Reason("Newer results of that day were here already.", "Nothing to do."),
        "older-list": Reason("A newer list was here already.", "Nothing to do."),
        "older-snapshot": Reason("A newer picture of this was here already.", "Nothing to do."),
        "changed": Reason("It changed a case.", "Nothing to do."),
        "no-change": Reason("What it says was known already.", "Nothing to do."),
        "poke": Reason("It only announces other messages.", "Nothing to do."),
        "out-of-scope": Reason("It is about a case that is not ours.", "Nothing to do."),
        "set-aside": Reason("Somebody looked at it and set it aside.", "Nothing to do."),
        "taken-back": Reason("It had been matched to a case by mistake, and that was taken back.", "Nothing to do."),
        "matched-later": Reason("It waited, and was applied when its case arrived.", "Nothing to do."),
    }
)
UNKNOWN = Reason("It was kept, but not applied.", "Tell your administrator the message's id.")


def words(reason: str) -> Reason:
    """Give the words for a reason; one this version does not know is shown as kept, never hidden."""
    return REASONS.get(reason, UNKNOWN)
