"""Says whether it is safe to reach a person in one way at one moment: yes, later, or no and why.

The order of the refusals is that of the domain rules, section 10. No word below tells how to reach anybody.
"""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from workflows.events import Answer
from workflows.working_days import days_later, instant_in_words, instant_of, local_time

CALL, VOICEMAIL, TEXT, EMAIL, LETTER = "call", "voicemail", "text", "email", "letter"

KINDS_OF_CHANNEL = {
    CALL: ("mobile", "landline"),
    VOICEMAIL: ("mobile", "landline"),
    TEXT: ("mobile",),
    EMAIL: ("email",),
    LETTER: ("address",),
}
SPOKEN = (CALL, VOICEMAIL)
DAYS_IN_A_WEEK = 7


class Reason(StrEnum):
    """Why someone may not be reached in this way, in the order in which they are asked."""

    DECEASED = "deceased"
    WITHDRAWN = "withdrawn"
    UNSAFE = "unsafe"
    SHARED = "shared"
    ON_HOLD = "on_hold"
    NEVER_CONTACT = "never_contact"
    WRONG_CHANNEL = "wrong_channel"
    NOT_ALLOWED = "not_allowed"
    NOT_ASKED = "not_asked"
    NO_VOICEMAIL = "no_voicemail"
    VOICEMAIL_NOT_ASKED = "voicemail_not_asked"
    OPTED_OUT = "opted_out"
    CHILD = "child"
    IDENTIFIES_US = "identifies_us"


OUTSIDE_HOURS = "outside_hours"
NEVER_OVERRIDDEN = frozenset(
    {
        *(Reason.DECEASED, Reason.WITHDRAWN, Reason.UNSAFE),
        *(Reason.SHARED, Reason.ON_HOLD, Reason.NEVER_CONTACT, Reason.WRONG_CHANNEL),
    }
)

WORDS = {
    Reason.DECEASED: "Do not contact: this person has died.",
    Reason.WITHDRAWN: "Do not use: this way to reach them was withdrawn.",
    Reason.UNSAFE: "Do not use: this way to reach them is not safe.",
    Reason.SHARED: "Do not use: it is shared with a defendant, a suspect or someone who must never be contacted.",
    Reason.ON_HOLD: "Do not use: a change waits for a second person. Until then neither old nor new is used.",
    Reason.NEVER_CONTACT: "Do not contact the representative: they must never be contacted.",
    Reason.WRONG_CHANNEL: "Not possible: this is not a way to send that.",
    Reason.NOT_ALLOWED: "Do not use: they said no to being reached in this way.",
    Reason.NOT_ASKED: "Not yet: nobody has asked whether this way is safe. An officer may call and ask.",
    Reason.NO_VOICEMAIL: "No voicemail: they said no to it.",
    Reason.VOICEMAIL_NOT_ASKED: "No voicemail: nobody has asked whether it is safe.",
    Reason.OPTED_OUT: "They asked not to be told about this.",
    Reason.CHILD: "Speak with the representative only: this person is under 18.",
    Reason.IDENTIFIES_US: "Neutral words only: nobody has agreed that a message may say who we are.",
}

ASK_FIRST = "Nobody has asked whether this number is safe: ask before you say anything else."
DO_NOT_SAY_WHO_WE_ARE = "Do not say who we are until you know that you are speaking with them."
BRIEF_VOICEMAIL = "Leave no offence, no names and no result in a voicemail."
NEUTRAL_VOICEMAIL = 'Say only whom to ring: not "court", "witness" or "victim".'
ASK_FOR_THE_SAFE_WORD = "Ask for the safe word."


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Hours in which it is safe to make contact: London time, Monday is 0, the end not included."""

    weekdays: frozenset[int]
    starts: time
    ends: time

    def __post_init__(self) -> None:
        # A window that never opens would hold a message for ever.
        if not self.weekdays or not self.weekdays <= frozenset(range(DAYS_IN_A_WEEK)):
            raise ValueError(f"Window: expected weekdays from 0 to 6, received {sorted(self.weekdays)}. Ask again.")
        if self.starts >= self.ends:
            raise ValueError(f"Window: expected a start before the end, received {self.starts} to {self.ends}.")

    def is_open(self, instant: datetime) -> bool:
        """Whether the window is open at this instant."""
        local = local_time(instant)
        return local.weekday() in self.weekdays and self.starts <= local.time() < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One way to reach a person, by its id only. Each answer is "yes", "no" or "not_asked".

    No windows: any time. `shared_with_forbidden`: a defendant, a suspect or someone on the never-contact list has it
    too. `of_representative`: it reaches the agreed representative, not the person. `on_hold`: a change of how they are
    reached in this way waits for a second person (SEC-26).
    """

    id: str
    kind: str
    allowed: str = Answer.NOT_ASKED
    windows: tuple[Window, ...] = ()
    voicemail: str = Answer.NOT_ASKED
    may_identify_us: str = Answer.NOT_ASKED
    withdrawn: bool = False
    unsafe: bool = False
    shared_with_forbidden: bool = False
    on_hold: bool = False
    of_representative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPerson:
    """What the gate must know of a person. `opted_out_topics` are topics of the rules, each opted out of.

    `child_reached_directly`: recorded that this person under 18 is reached without the representative.
    `representative_forbidden`: the representative is a suspect, a defendant or on the never-contact list.
    """

    deceased: bool = False
    opted_out_topics: frozenset[str] = frozenset()
    is_child: bool = False
    child_reached_directly: bool = False
    representative_forbidden: bool = False
    has_safe_word: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go ahead, minding the notes, which an officer reads above the number."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delay:
    """Not now: wait until the next safe hour (UTC). `past_due`: that is too late, so an officer must find a way."""

    until: datetime
    words: str
    past_due: bool
    may_override: bool = True


@dataclass(frozen=True, slots=True)
class Refuse:
    """No. With `may_override` an officer may go ahead, giving a reason that a supervisor sees."""

    reason: Reason
    words: str
    may_override: bool


Answered = Allowed | Delay | Refuse


def gate(
    person: ContactPerson,
    endpoint: Endpoint | None,
    channel: str,
    *,
    now: datetime,
    topics: tuple[str, ...] = (),
    carved_out: frozenset[str] = frozenset(),
    neutral: bool = False,
    due_at: datetime | None = None,
    set_aside: str = "",
) -> Answered:
    """Whether this person may be reached at this endpoint, by this channel, at `now` (aware).

    Without an endpoint nothing is recorded: an officer may call a number found elsewhere, and nothing more.
    `topics` are what would be told; `carved_out` those of them that are sent even after an opt-out. `neutral` says
    that the message is of the neutral class. Ask again when the message leaves: the answer may have changed.
    Anything that is not a clear "yes" is never taken for one. `set_aside` names the one objection that an officer
    overrode with a reason, a `Reason` or OUTSIDE_HOURS: everything else is asked all the same.
    """
    if channel not in KINDS_OF_CHANNEL:
        known = ", ".join(KINDS_OF_CHANNEL)
        raise ValueError(f'Expected a channel, one of {known}, received "{channel}". Correct the caller.')
    endpoint = endpoint or Endpoint(id="", kind=KINDS_OF_CHANNEL[channel][0])
    objections = (
        _never(person, endpoint, channel),
        _not_agreed(endpoint, channel),
        _not_wanted(person, topics, carved_out),
        _not_with_a_child(person, endpoint),
        _says_too_much(endpoint, channel, neutral=neutral),
    )
    reason = next((each for each in objections if each and (each != set_aside or each in NEVER_OVERRIDDEN)), None)
    if reason:
        return Refuse(reason, WORDS[reason], may_override=reason not in NEVER_OVERRIDDEN)
    if channel == LETTER or set_aside == OUTSIDE_HOURS or _is_open(endpoint.windows, now):
        return Allowed(_notes(person, endpoint, channel))
    until = _next_opening(endpoint.windows, now)
    words = f"Outside the hours that are safe for them: wait until {instant_in_words(until)}."
    return Delay(until, words, past_due=due_at is not None and until > due_at)


def _never(person: ContactPerson, endpoint: Endpoint, channel: str) -> Reason | None:
    if person.deceased:
        return Reason.DECEASED
    if endpoint.withdrawn:
        return Reason.WITHDRAWN
    if endpoint.unsafe:
        return Reason.UNSAFE
    if endpoint.shared_with_forbidden:
        return Reason.SHARED
    if endpoint.on_hold:
        return Reason.ON_HOLD
    if endpoint.of_representative and person.representative_forbidden:
        return Reason.NEVER_CONTACT
    if endpoint.kind not in KINDS_OF_CHANNEL[channel]:
        return Reason.WRONG_CHANNEL
    return None


def _not_agreed(endpoint: Endpoint, channel: str) -> Reason | None:
    if endpoint.allowed not in (Answer.YES, Answer.NOT_ASKED):
        return Reason.NOT_ALLOWED
    if channel == VOICEMAIL:
        return _no_voicemail(endpoint)
    if endpoint.allowed == Answer.NOT_ASKED and channel != CALL:
        return Reason.NOT_ASKED
    return None


def _no_voicemail(endpoint: Endpoint) -> Reason | None:
    if endpoint.voicemail not in (Answer.YES, Answer.NOT_ASKED):
        return Reason.NO_VOICEMAIL
    if Answer.NOT_ASKED in (endpoint.voicemail, endpoint.allowed):
        return Reason.VOICEMAIL_NOT_ASKED
    return None


def _not_wanted(person: ContactPerson, topics: tuple[str, ...], carved_out: frozenset[str]) -> Reason | None:
    unwanted = person.opted_out_topics.intersection(topics) - carved_out
    return Reason.OPTED_OUT if unwanted else None


def _not_with_a_child(person: ContactPerson, endpoint: Endpoint) -> Reason | None:
    if person.is_child and not person.child_reached_directly and not endpoint.of_representative:
        return Reason.CHILD
    return None


def _says_too_much(endpoint: Endpoint, channel: str, *, neutral: bool) -> Reason | None:
    # An officer who speaks follows the notes; a written message cannot be taken back.
    if channel in SPOKEN or neutral or endpoint.may_identify_us == Answer.YES:
        return None
    return Reason.IDENTIFIES_US


def _notes(person: ContactPerson, endpoint: Endpoint, channel: str) -> tuple[str, ...]:
    unnamed = endpoint.may_identify_us != Answer.YES
    if channel == VOICEMAIL:
        return (BRIEF_VOICEMAIL, NEUTRAL_VOICEMAIL) if unnamed else (BRIEF_VOICEMAIL,)
    if channel != CALL:
        return ()
    no_voicemail = _no_voicemail(endpoint)
    notes = (
        ASK_FIRST if endpoint.allowed == Answer.NOT_ASKED else "",
        ASK_FOR_THE_SAFE_WORD if person.has_safe_word else "",
        DO_NOT_SAY_WHO_WE_ARE if unnamed else "",
        WORDS[no_voicemail] if no_voicemail else "",
    )
    return tuple(note for note in notes if note)


def _is_open(windows: tuple[Window, ...], instant: datetime) -> bool:
    return not windows or any(window.is_open(instant) for window in windows)


def _next_opening(windows: tuple[Window, ...], now: datetime) -> datetime:
    """The next instant at which a window opens. Two weeks hold one, even past the hour that a clock change skips."""
    today = local_time(now).date()
    days = [days_later(today, offset) for offset in range(2 * DAYS_IN_A_WEEK + 1)]
    openings = [(window, instant_of(day, window.starts)) for window in windows for day in days]
    return min(opens for window, opens in openings if opens > now and window.is_open(opens))
