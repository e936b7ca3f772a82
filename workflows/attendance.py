"""Whether one person is needed at court, has been warned, will come, and came.

The table is domain.md section 5.3. The CPS says who is needed; the court says when; only a conversation warns a person.
Nothing is refused: an entry that does not fit is kept, keeps the state and asks a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from workflows.machines import STAY, Row, Step, events_that_move, machine_for, on, step


class Attendance(StrEnum):
    """How things stand between one person and the court (domain.md section 5.3)."""

    UNDECIDED = "undecided"
    NOT_REQUIRED = "not_required"
    REQUIRED = "required"
    WARNED = "warned"
    CONFIRMED = "confirmed"
    DE_WARNED = "de_warned"
    ATTENDED = "attended"
    ABSENT = "absent"


EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "cps_requires": "The CPS requires this person",
        "cps_not_required": "The CPS no longer requires this person",
        "not_required": "Nobody who matters to this person is still to be tried",
        "told_required": "They were told of the current requirement",
        "person_confirms": "They say that they will come",
        "cannot_attend": "They say that they cannot come",
        "own_days_changed": "The date, time, court or their own days changed",
        "put_off": "The hearing is off and has no new date",
        "unvacated": "The hearing is on again",
        "attended": "They attended",
        "did_not_attend": "They did not attend, says an officer",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceFacts:
    """What attendance looks at, as it stands once the event's own truth is known (core.md rule 25)."""

    requirement_stands: bool  # the CPS's requirement outlives a lost date
    ever_told: bool  # ever told of the requirement, or of the trial
    told_now: bool  # has been told of the requirement as it is now
    new_trial: bool  # the requirement is for another trial than the one attended


# --- guards: each name reads as the end of "only if …" or "unless …" --------------------------------------------


def the_requirement_stands(facts: AttendanceFacts) -> bool:
    """The CPS still needs this person, whatever became of the date."""
    return facts.requirement_stands


def they_were_ever_told(facts: AttendanceFacts) -> bool:
    """Someone who never heard of it need not be told that it is off."""
    return facts.ever_told


def they_are_told_now(facts: AttendanceFacts) -> bool:
    """They hold what is true: only then are they warned, and a yes counts only for what they were told."""
    return facts.told_now


def it_is_for_another_trial(facts: AttendanceFacts) -> bool:
    """Someone who has given evidence is needed again only for another trial."""
    return facts.new_trial


# --- the table --------------------------------------------------------------------------------------------------

A = Attendance
NOT_NEEDED = (A.UNDECIDED, A.NOT_REQUIRED, A.DE_WARNED)
EXPECTED = (A.WARNED, A.CONFIRMED)
NEEDED = (A.REQUIRED, *EXPECTED)
YET_TO_BE_WARNED = (A.UNDECIDED, A.NOT_REQUIRED, A.REQUIRED)
AFTER_THE_DAY = (A.ATTENDED, A.ABSENT)
EVERYONE = tuple(A)


def all_but(state: Attendance) -> tuple[Attendance, ...]:
    """Name every other state."""
    return tuple(other for other in A if other is not state)


def no_longer_needed(event: str) -> tuple[Row[Attendance], ...]:
    """Write the rows of an event after which this person is not needed, whoever says so."""
    return (
        on(event, (A.UNDECIDED, A.NOT_REQUIRED), A.NOT_REQUIRED),
        on(event, A.REQUIRED,                    A.DE_WARNED,    only_if=they_were_ever_told),
        on(event, A.REQUIRED,                    A.NOT_REQUIRED),
        on(event, (*EXPECTED, A.DE_WARNED),      A.DE_WARNED),
        on(event, AFTER_THE_DAY,                 STAY),
    )  # fmt: skip


TABLE: tuple[Row[Attendance], ...] = (
    #  event               from                                      to           only when
    on("cps_requires",     (*NOT_NEEDED, A.ABSENT),                  A.REQUIRED),
    on("cps_requires",     NEEDED,                                   STAY),
    on("cps_requires",     A.ATTENDED,                               A.REQUIRED,  only_if=it_is_for_another_trial),
    on("cps_requires",     A.ATTENDED,                               STAY),

    *no_longer_needed("cps_not_required"),
    *no_longer_needed("not_required"),

    on("told_required",    A.REQUIRED,                               A.WARNED),
    on("told_required",    (*EXPECTED, *AFTER_THE_DAY),              STAY),
    on("told_required",    NOT_NEEDED,                               STAY,        flag="told_to_come_when_not_needed"),

    on("person_confirms",  A.REQUIRED,                               A.CONFIRMED, only_if=they_are_told_now),
    on("person_confirms",  A.REQUIRED,                               STAY,        flag="confirmed_without_being_told"),
    on("person_confirms",  EXPECTED,                                 A.CONFIRMED),
    on("person_confirms",  AFTER_THE_DAY,                            STAY),
    on("person_confirms",  NOT_NEEDED,                               STAY,        flag="confirmed_when_not_needed"),

    on("cannot_attend",    A.CONFIRMED,                              A.WARNED),
    on("cannot_attend",    all_but(A.CONFIRMED),                     STAY),

    on("own_days_changed", EXPECTED,                                 A.REQUIRED),
    on("own_days_changed", (A.DE_WARNED, *AFTER_THE_DAY),            A.REQUIRED,  only_if=the_requirement_stands),
    on("own_days_changed", (A.DE_WARNED, *AFTER_THE_DAY),            STAY),
    on("own_days_changed", YET_TO_BE_WARNED,                         STAY),

    on("put_off",          NEEDED,                                   A.DE_WARNED),
    on("put_off",          (*NOT_NEEDED, *AFTER_THE_DAY),            STAY),

    on("unvacated",        A.DE_WARNED,                              STAY,        unless=the_requirement_stands),
    on("unvacated",        A.DE_WARNED,                              A.WARNED,    only_if=they_are_told_now),
    on("unvacated",        A.DE_WARNED,                              A.REQUIRED),
    on("unvacated",        all_but(A.DE_WARNED),                     STAY),

    on("attended",         EVERYONE,                                 A.ATTENDED),

    on("did_not_attend",   (*EXPECTED, A.ABSENT),                    A.ABSENT),
    on("did_not_attend",   (*NOT_NEEDED, A.REQUIRED),                STAY,        flag="absent_when_not_expected"),
    on("did_not_attend",   A.ATTENDED,                               STAY,        flag="absent_after_attending"),
)  # fmt: skip

MACHINE = machine_for(Attendance, initial=A.UNDECIDED, events=EVENTS, table=TABLE)


# Everybody in a case is often asked the same question. "typed" keeps plain text from passing for a state.
@lru_cache(maxsize=4096, typed=True)
def next_state(state: Attendance, event: str, facts: AttendanceFacts) -> Step[Attendance]:
    """Give where `event` takes a person whose attendance stands at `state`; `event` is a key of EVENTS.

    An entry that does not fit keeps the state and raises a flag; none waits and none is refused. Raises ValueError for
    an unknown state or event. Source: domain.md section 5.3.
    """
    return step(MACHINE, state, event, facts)


def may_happen_next(state: Attendance) -> tuple[str, ...]:
    """Name the events that can lead away from `state`, as the table has them; the facts still decide."""
    return events_that_move(MACHINE, state)
