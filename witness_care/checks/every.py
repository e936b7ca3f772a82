"""All the checks by the number of their invariant (reliability.md section 2).

Findings name the invariant, the case and the row; never a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from witness_care.checks import clock, duties, messages, outbox, rows, state
from witness_care.checks.findings import Finding


def _nobody_is_contacted_who_must_not_be(now: datetime) -> Iterator[Finding]:
    yield from duties.nothing_is_owed_to_who_is_gone(now)
    yield from outbox.nothing_was_claimed_against_the_record(now)


CHECKS: Mapping[str, Callable[[datetime], Iterator[Finding]]] = MappingProxyType(
    {
        "I1": duties.every_owed_fact_has_its_duty,
        "I2": duties.no_duty_disappears,
        "I4": state.every_case_is_what_its_journal_says,
        "I5": duties.no_due_time_moves_later,
        "I6": outbox.nobody_is_told_twice_by_message,
        "I7": outbox.no_message_sits_unseen,
        "I8": _nobody_is_contacted_who_must_not_be,
        "I9": state.what_was_told_has_its_contact,
        "I10": messages.every_message_is_there,
        "I12": clock.every_job_ran_lately,
        "I13": duties.the_queues_add_up,
        "I14": rows.all_of_a_case_is_of_its_unit,
        "I16": duties.overdue_is_what_a_scan_finds,
        "I17": rows.the_journal_is_whole,
        "I18": rows.every_name_means_something,
        "I19": rows.every_seal_opens,
    }
)


def check(now: datetime, *, only: str | None = None) -> Iterator[Finding]:
    """Run every check, or the one named, in the caller's read-only transaction. Raises KeyError for an unknown name."""
    chosen = CHECKS if only is None else {only: CHECKS[only]}
    for run in chosen.values():
        yield from run(now)
