"""Looks for damage: each invariant of the service that stored rows can show to be broken. It repairs nothing.

Findings name the invariant, the case and the row; never a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from witness_care.casework.models import JournalEvent
from witness_care.casework.rebuild import cases
from witness_care.contacts.models import Contact, Duty, DutyHistory, Told
from witness_care.database import session
from workflows import duties
from workflows.decide import case_truth
from workflows.duty_rows import Account, Cause
from workflows.events import CaseEvent, CaseRegistered, ContactOutcome

CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken invariant: which, in which case, at which row, in words."""

    invariant: str
    case_id: str
    row: str
    words: str


def check(now: datetime, *, only: str | None = None) -> Iterator[Finding]:
    """Run every check, or the one named, in the caller's read-only transaction. Raises KeyError for an unknown name."""
    chosen = CHECKS if only is None else {only: CHECKS[only]}
    for run in chosen.values():
        yield from run(now)


def every_owed_fact_has_its_duty(now: datetime) -> Iterator[Finding]:
    """I1: what the state owes and the open rows are the same, and working it out again changes nothing."""
    for case in cases():
        expected = {
            topic.duty.row: (key, topic.duty) for key, topic in case.snapshot.topics.items() if topic.duty is not None
        }
        rows = {
            row["id"]: row
            for row in _rows(sa.select(Duty.__table__).where(Duty.case_id == case.id, Duty.closed_at.is_(None)))
        }
        for row_id, (key, duty) in expected.items():
            row = rows.get(row_id)
            if row is None:
                yield _finding("I1", case.id, row_id, f"The state owes {key[1]}; no open duty row carries it.")
            elif (row["value_hash"], row["due_at"], row["rule"]) != (duty.value_hash, duty.due, duty.rule):
                yield _finding("I1", case.id, row_id, f"The duty row for {key[1]} differs from the state.")
        for row_id in rows.keys() - expected.keys():
            yield _finding("I1", case.id, row_id, f"A duty for {rows[row_id]['topic']} is open that nothing owes.")
        for row_id in _recomputed(case, now):
            yield _finding("I1", case.id, row_id, "Working out what is owed again gives another answer.")


def _recomputed(case: Any, now: datetime) -> Iterator[str]:
    """Settle every person again as if nothing had happened, and give the duties that this would change."""
    event = CaseEvent(
        id="check",
        case_id=case.id,
        what=CaseRegistered(),
        received_at=case.snapshot.last_key[1] if case.snapshot.last_key else now,
        occurred_at=now,
        context="check",
        message_id="check",
        actor="system:fsck",
    )
    account = Account(topics=dict(case.snapshot.topics), records={}, changes=[])
    look = case_truth(case.snapshot)
    for participant, person in case.snapshot.people.items():
        duties.settle_person(account, participant, person, look, case.rules, Cause(event=event))
    for change in account.changes:
        yield change.duty


def no_duty_disappears(now: datetime) -> Iterator[Finding]:
    """I2: every duty that was ever opened is still there, and every closed one says why, by whom and when."""
    lost = (
        sa.select(DutyHistory.case_id, DutyHistory.duty_id)
        .outerjoin(Duty, Duty.id == DutyHistory.duty_id)
        .where(Duty.id.is_(None))
        .distinct()
        .order_by(DutyHistory.duty_id)
    )
    for row in _rows(lost):
        yield _finding("I2", row["case_id"], row["duty_id"], "The history names a duty whose row is gone.")
    unexplained = sa.select(Duty.case_id, Duty.id).where(
        Duty.closed_at.is_not(None), sa.or_(Duty.closed_reason.is_(None), Duty.closed_by.is_(None))
    )
    for row in _rows(unexplained.order_by(Duty.id)):
        yield _finding("I2", row["case_id"], row["id"], "A duty is closed without a reason or an actor.")
    opened = sa.select(DutyHistory.duty_id).where(DutyHistory.action == "opened")
    for row in _rows(sa.select(Duty.case_id, Duty.id).where(Duty.id.not_in(opened)).order_by(Duty.id)):
        yield _finding("I2", row["case_id"], row["id"], "A duty has no line in the history that opened it.")


def no_due_time_moves_later(now: datetime) -> Iterator[Finding]:
    """I5: inside one duty the due time only moves earlier, unless a contact or its correction moved the clock."""
    lines = (
        sa.select(DutyHistory.case_id, DutyHistory.duty_id, DutyHistory.due_at, JournalEvent.kind)
        .outerjoin(JournalEvent, JournalEvent.id == DutyHistory.event_id)
        .order_by(DutyHistory.duty_id, DutyHistory.at, DutyHistory.id)
    )
    before: Any = None
    for row in _rows(lines):
        same = before is not None and before["duty_id"] == row["duty_id"]
        by_contact = row["kind"] in ("ContactMade", "ContactCorrected")
        if same and row["due_at"] > before["due_at"] and not by_contact:
            yield _finding("I5", row["case_id"], row["duty_id"], "The due time of an open duty moved later.")
        before = row
    last = (
        sa.select(Duty.case_id, Duty.id, Duty.due_at, sa.func.min(DutyHistory.due_at).label("lowest"))
        .join(DutyHistory, DutyHistory.duty_id == Duty.id)
        .where(Duty.closed_at.is_(None))
        .group_by(Duty.case_id, Duty.id, Duty.due_at)
        .order_by(Duty.id)
    )
    corrected = sa.select(DutyHistory.duty_id).join(JournalEvent, JournalEvent.id == DutyHistory.event_id)
    excused = set(session().execute(corrected.where(JournalEvent.kind == "ContactCorrected")).scalars())
    for row in _rows(last):
        if row["due_at"] > row["lowest"] and row["id"] not in excused:
            yield _finding("I5", row["case_id"], row["id"], "A duty is due later than its own history says.")


def what_was_told_has_its_contact(now: datetime) -> Iterator[Finding]:
    """I9: whatever counts as told names a contact that reached the person, or was carried over from another system."""
    telling = [outcome.value for outcome in ContactOutcome if outcome.tells]
    unfounded = (
        sa.select(Told.case_id, Told.id, Contact.id.label("contact"), Contact.outcome)
        .outerjoin(Contact, Contact.id == Told.contact_id)
        .where(Told.void.is_(False), Told.contact_id.is_not(None))
        .where(sa.or_(Contact.id.is_(None), Contact.outcome.not_in(telling), Contact.corrected_at.is_not(None)))
        .order_by(Told.id)
    )
    for row in _rows(unfounded):
        words = (
            "Something counts as told by a contact that is not there."
            if row["contact"] is None
            else "Something counts as told by a contact that did not reach the person, or was corrected."
        )
        yield _finding("I9", row["case_id"], row["id"], words)


def the_queues_add_up(now: datetime) -> Iterator[Finding]:
    """I13: every open duty stands in exactly one officer's queue, its case's, or waits without an officer."""
    from witness_care.cases.models import CourtCase

    total = session().scalar(sa.select(sa.func.count()).select_from(Duty).where(Duty.closed_at.is_(None))) or 0
    queues = session().execute(
        sa.select(Duty.unit_id, Duty.officer_id, sa.func.count())
        .join(CourtCase, sa.and_(CourtCase.id == Duty.case_id, CourtCase.unit_id == Duty.unit_id))
        .where(Duty.closed_at.is_(None))
        .group_by(Duty.unit_id, Duty.officer_id)
    )
    added = sum(row[2] for row in queues)
    if added != total:
        words = f"The queues hold {added} duties; {total} are open. Some stand in no unit's queue, or in two."
        yield _finding("I13", "", "", words)


def overdue_is_what_a_scan_finds(now: datetime) -> Iterator[Finding]:
    """I16: the query for what is overdue finds what reading every open row finds."""
    asked = _asked_overdue(now)
    for row in _rows(sa.select(Duty.id, Duty.case_id, Duty.due_at, Duty.closed_at).order_by(Duty.id)):
        late = row["closed_at"] is None and (now - row["due_at"]).total_seconds() > 0
        if late is not (row["id"] in asked):
            yield _finding("I16", row["case_id"], row["id"], "The overdue queue and a scan of every row disagree.")


def _asked_overdue(now: datetime) -> set[str]:
    return set(session().execute(sa.select(Duty.id).where(Duty.closed_at.is_(None), Duty.due_at < now)).scalars())


CHECKS: dict[str, Callable[[datetime], Iterator[Finding]]] = {
    "I1": every_owed_fact_has_its_duty,
    "I2": no_duty_disappears,
    "I5": no_due_time_moves_later,
    "I9": what_was_told_has_its_contact,
    "I13": the_queues_add_up,
    "I16": overdue_is_what_a_scan_finds,
}


def _rows(statement: sa.Select) -> Iterator[Any]:
    """Read rows a chunk at a time, as mappings of their columns."""
    yield from session().connection().execute(statement, execution_options={"yield_per": CHUNK}).mappings()


def _finding(invariant: str, case_id: str, row: str, words: str) -> Finding:
    return Finding(invariant=invariant, case_id=case_id, row=row, words=words)
