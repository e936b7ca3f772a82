"""Where one person stands in one case, whatever happens to each defendant.

The table is domain.md section 5.2. A person's journey follows every defendant that matters to them: it stays in
`listing` while one of them is still to be tried, and reaches `outcome` only when all are concluded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from workflows.machines import STAY, Row, Step, events_that_move, machine_for, on, step
from workflows.proceedings import Proceedings


class Journey(StrEnum):
    """The six places a person passes through, from charge to the end of the unit's care."""

    CHARGE = "charge"
    LISTING = "listing"
    ADJOURNMENT = "adjournment"
    TRIAL = "trial"
    OUTCOME = "outcome"
    CLOSED = "closed"


EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "hearing_listed": "A hearing has a date, or another date",
        "proceedings_changed": "A plea, verdict, sentence, stop, appeal or retrial; other defendants matter",
        "hearing_put_off": "A hearing lost its date: adjourned, vacated, ineffective or undated",
        "trial_started": "A trial started",
        "close": "An officer confirms that nothing more is to be done",
        "close_early": "The person died, was added in error or was transferred",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyFacts:
    """What the journey looks at, once truth, proceedings, attendance and duties are settled (core.md rule 25)."""

    proceedings: tuple[Proceedings, ...]  # of every defendant that matters to this person
    another_hearing_is_live: bool  # a live hearing with a date concerns this person
    put_off_without_date: bool  # a hearing of theirs was put off and has no new date
    any_hearing_live_or_past: bool
    becomes_owed: bool  # something is owed to them now
    can_close: bool  # nothing open, and an officer confirms (core.md rule 27)


# --- guards: each name reads as the end of "only if …"; J 1 to 5 are those of domain.md section 5.2 --------------


def every_relevant_proceeding_is_concluded(facts: JourneyFacts) -> bool:
    """J 1. With no defendant known the case is at its beginning, not at its end."""
    return bool(facts.proceedings) and all(standing is Proceedings.CONCLUDED for standing in facts.proceedings)


def a_relevant_trial_is_running(facts: JourneyFacts) -> bool:
    """J 2."""
    return Proceedings.TRIAL_RUNNING in facts.proceedings


def a_hearing_is_off_and_no_other_is_live(facts: JourneyFacts) -> bool:
    """J 3. A hearing put off and given a new date in the same message is live, so it is not off."""
    return facts.put_off_without_date and not facts.another_hearing_is_live


def there_is_a_hearing_or_an_appeal(facts: JourneyFacts) -> bool:
    """J 4. A hearing that is over counts: the next one is awaited."""
    return facts.any_hearing_live_or_past or Proceedings.APPEAL in facts.proceedings


def something_becomes_owed(facts: JourneyFacts) -> bool:
    """The only thing that opens a closed journey again."""
    return facts.becomes_owed


def nothing_more_is_to_be_done(facts: JourneyFacts) -> bool:
    """The condition for closing at the outcome."""
    return facts.can_close


# --- the table --------------------------------------------------------------------------------------------------

J = Journey
BEFORE_THE_OUTCOME = (J.CHARGE, J.LISTING, J.ADJOURNMENT, J.TRIAL)
OPEN = (*BEFORE_THE_OUTCOME, J.OUTCOME)
AT_THE_END = (J.OUTCOME, J.CLOSED)


def follow_every_defendant(event: str, sources: Journey | Sequence[Journey]) -> tuple[Row[Journey], ...]:
    """Write the rows by which `event` takes a person to where all their defendants together stand: J, in its order."""
    return (
        on(event, sources, J.OUTCOME,     only_if=every_relevant_proceeding_is_concluded),
        on(event, sources, J.TRIAL,       only_if=a_relevant_trial_is_running),
        on(event, sources, J.ADJOURNMENT, only_if=a_hearing_is_off_and_no_other_is_live),
        on(event, sources, J.LISTING,     only_if=there_is_a_hearing_or_an_appeal),
        on(event, sources, J.CHARGE),
    )  # fmt: skip


TABLE: tuple[Row[Journey], ...] = (
    #  event                  from                to        only when
    *follow_every_defendant("hearing_listed", OPEN),
    on("hearing_listed",      J.CLOSED,           STAY,     unless=something_becomes_owed),
    *follow_every_defendant("hearing_listed", J.CLOSED),

    *follow_every_defendant("proceedings_changed", OPEN),
    on("proceedings_changed", J.CLOSED,           STAY,     unless=something_becomes_owed),
    *follow_every_defendant("proceedings_changed", J.CLOSED),

    *follow_every_defendant("hearing_put_off", OPEN),
    on("hearing_put_off",     J.CLOSED,           STAY),

    *follow_every_defendant("trial_started", BEFORE_THE_OUTCOME),
    on("trial_started",       AT_THE_END,         STAY,     flag="trial_started_after_the_outcome"),

    on("close",               BEFORE_THE_OUTCOME, STAY,     flag="close_before_the_outcome"),
    on("close",               J.OUTCOME,          J.CLOSED, only_if=nothing_more_is_to_be_done),
    on("close",               J.OUTCOME,          STAY,     flag="close_with_work_left"),
    on("close",               J.CLOSED,           STAY),

    on("close_early",         OPEN,               J.CLOSED),
    on("close_early",         J.CLOSED,           STAY),
)  # fmt: skip

MACHINE = machine_for(Journey, initial=J.CHARGE, events=EVENTS, table=TABLE)


# Everybody in a case is often asked the same question. "typed" keeps plain text from passing for a state.
@lru_cache(maxsize=4096, typed=True)
def next_state(state: Journey, event: str, facts: JourneyFacts) -> Step[Journey]:
    """Give where `event` takes a person who stands at `state`; `event` is a key of EVENTS.

    An event that does not fit keeps the state and raises a flag. A closed journey opens again only when something
    becomes owed. Raises ValueError for an unknown state or event. Source: domain.md section 5.2.
    """
    return step(MACHINE, state, event, facts)


def may_happen_next(state: Journey) -> tuple[str, ...]:
    """Name the events that can lead away from `state`, as the table has them; the facts still decide."""
    return events_that_move(MACHINE, state)
