"""Is every duty there, due when it should be, and in exactly one queue?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from witness_care.accounts.models import UserUnit
from witness_care.cases.models import CourtCase
from witness_care.casework import projection
from witness_care.casework.apply import read_journals
from witness_care.casework.models import JournalEvent
from witness_care.casework.rebuild import cases
from witness_care.checks.combined import Combined
from witness_care.checks.findings import Finding, finding, rows
from witness_care.contacts.models import Duty, DutyHistory
from witness_care.database import session
from witness_care.people.models import Participant, Person
from workflows import duties, values
from workflows.decide import case_truth, refold
from workflows.duty_rows import Account, Cause
from workflows.events import CaseEvent, CaseRegistered
from workflows.needs import NOTHING
from workflows.snapshot import Topics

BY_CONTACT = ("ContactMade", "ContactCorrected")
AGREED_ANEW = ("FrequencyAgreed", "EntryUndone")  # a longer interval is agreed, or a shorter one taken back
LAST = datetime.max.replace(tzinfo=UTC)
MOVED_LATER = "The due time of an open duty moved later."
LATER_THAN_HISTORY = "A duty is due later than its own history says."


def every_owed_fact_has_its_duty(now: datetime) -> Iterator[Finding]:
    """I1: what the state owes and the open rows are the same, and working it out again changes nothing."""
    for case in cases():
        expected = {
            topic.duty.row: (key, topic.duty) for key, topic in case.snapshot.topics.items() if topic.duty is not None
        }
        stored = {
            row["id"]: row
            for row in rows(sa.select(Duty.__table__).where(Duty.case_id == case.id, Duty.closed_at.is_(None)))
        }
        for row_id, (key, duty) in expected.items():
            row = stored.get(row_id)
            if row is None:
                yield finding("I1", case.id, row_id, f"The state owes {key[1]}; no open duty row carries it.")
            elif (row["value_hash"], row["due_at"], row["rule"]) != (duty.value_hash, duty.due, duty.rule):
                yield finding("I1", case.id, row_id, f"The duty row for {key[1]} differs from the state.")
        for row_id in stored.keys() - expected.keys():
            yield finding("I1", case.id, row_id, f"A duty for {stored[row_id]['topic']} is open that nothing owes.")
        for row_id in _recomputed(case, now):
            yield finding("I1", case.id, row_id, "Working out what is owed again gives another answer.")


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
    account = Account(topics=Topics(case.snapshot.topics), records={}, changes=[])
    look = case_truth(case.snapshot)
    for participant, person in case.snapshot.people.items():
        asked = case.snapshot.needs.get(participant, NOTHING)
        duties.settle_person(account, participant, person, look, case.rules, Cause(event=event), asked)
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
    for row in rows(lost):
        yield finding("I2", row["case_id"], row["duty_id"], "The history names a duty whose row is gone.")
    unexplained = sa.select(Duty.case_id, Duty.id).where(
        Duty.closed_at.is_not(None), sa.or_(Duty.closed_reason.is_(None), Duty.closed_by.is_(None))
    )
    for row in rows(unexplained.order_by(Duty.id)):
        yield finding("I2", row["case_id"], row["id"], "A duty is closed without a reason or an actor.")
    opened = sa.select(DutyHistory.duty_id).where(DutyHistory.action == "opened")
    for row in rows(sa.select(Duty.case_id, Duty.id).where(Duty.id.not_in(opened)).order_by(Duty.id)):
        yield finding("I2", row["case_id"], row["id"], "A duty has no line in the history that opened it.")


def no_due_time_moves_later(now: datetime) -> Iterator[Finding]:
    """I5: inside one duty the due time only moves earlier, unless a contact or its correction moved the clock.

    A talk that is owed at an interval also moves later when a longer one is agreed.
    The lines of a case that was ever merged or split also hold what was owed while it was another one: there the fold
    of its journal as it counts now gives the lines.
    """
    combined = Combined.read().group.keys()
    yield from _later_where_combined(combined)
    lines = (
        sa.select(DutyHistory.case_id, DutyHistory.duty_id, DutyHistory.due_at, JournalEvent.kind, Duty.topic)
        .outerjoin(Duty, Duty.id == DutyHistory.duty_id)
        .outerjoin(JournalEvent, JournalEvent.id == DutyHistory.event_id)
        .order_by(DutyHistory.duty_id, DutyHistory.at, DutyHistory.id)
    )
    before: Any = None
    for row in rows(lines):
        same = before is not None and before["duty_id"] == row["duty_id"]
        may_be_later = _may_be_later(row["kind"], row["topic"])
        if same and row["due_at"] > before["due_at"] and not may_be_later and row["case_id"] not in combined:
            yield finding("I5", row["case_id"], row["duty_id"], MOVED_LATER)
        before = row
    last = (
        sa.select(Duty.case_id, Duty.id, Duty.due_at, sa.func.min(DutyHistory.due_at).label("lowest"))
        .join(DutyHistory, DutyHistory.duty_id == Duty.id)
        .where(Duty.closed_at.is_(None))
        .group_by(Duty.case_id, Duty.id, Duty.due_at)
        .order_by(Duty.id)
    )
    excused = set(session().execute(_moved_later_by_right()).scalars())
    for row in rows(last):
        if row["due_at"] > row["lowest"] and row["id"] not in excused and row["case_id"] not in combined:
            yield finding("I5", row["case_id"], row["id"], LATER_THAN_HISTORY)


def _may_be_later(kind: str | None, topic: str | None) -> bool:
    return kind in BY_CONTACT or (kind in AGREED_ANEW and topic == values.KEEP_IN_TOUCH)


def _moved_later_by_right() -> sa.Select[str]:
    return (
        sa.select(DutyHistory.duty_id)
        .join(JournalEvent, JournalEvent.id == DutyHistory.event_id)
        .join(Duty, Duty.id == DutyHistory.duty_id)
        .where(
            sa.or_(
                JournalEvent.kind == "ContactCorrected",
                sa.and_(JournalEvent.kind.in_(AGREED_ANEW), Duty.topic == values.KEEP_IN_TOUCH),
            )
        )
    )


def _later_where_combined(combined: Collection[str]) -> Iterator[Finding]:
    for case in cases():
        if case.id not in combined:
            continue
        journal = read_journals(session().connection(), [case.id]).get(case.id, [])
        kinds = {event.id: event.kind for event in journal}
        stored = list(rows(sa.select(Duty.id, Duty.due_at, Duty.closed_at, Duty.topic).where(Duty.case_id == case.id)))
        closed = {row["id"] for row in stored if row["closed_at"] is not None}
        topics = {row["id"]: row["topic"] for row in stored}
        lowest: dict[str, datetime] = {}
        for change in refold(case.id, journal, case.rules).duty_changes:
            topic = topics.get(projection.row_to_carry(change.duty, closed))
            excused = _may_be_later(kinds.get(change.event), topic)
            if change.due_at > lowest.get(change.duty, LAST) and not excused:
                yield finding("I5", case.id, change.duty, MOVED_LATER)
            lowest[change.duty] = change.due_at if excused else min(change.due_at, lowest.get(change.duty, LAST))
        by_row = {projection.row_to_carry(duty, closed): due for duty, due in lowest.items()}
        for row in stored:
            if row["closed_at"] is None and row["due_at"] > by_row.get(row["id"], row["due_at"]):
                yield finding("I5", case.id, row["id"], LATER_THAN_HISTORY)


def the_queues_add_up(now: datetime) -> Iterator[Finding]:
    """I13: every open duty stands in exactly one officer's queue, its case's, or waits without an officer."""
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
        yield finding("I13", "", "", words)

    yield from _officers_of_elsewhere()


def _officers_of_elsewhere() -> Iterator[Finding]:
    """Whoever holds a case or a duty works for its unit; else nobody's list shows it."""
    works_there = sa.select(UserUnit.user_id).where(
        UserUnit.user_id == CourtCase.officer_id, UserUnit.unit_id == CourtCase.unit_id
    )
    chosen = sa.select(CourtCase.id).where(CourtCase.officer_id.is_not(None), ~works_there.exists())
    for row in rows(chosen.order_by(CourtCase.id)):
        yield finding("I13", row["id"], row["id"], "The officer of a case does not work for its unit.")
    holds = sa.select(UserUnit.user_id).where(UserUnit.user_id == Duty.officer_id, UserUnit.unit_id == Duty.unit_id)
    held = sa.select(Duty.id, Duty.case_id).where(
        Duty.closed_at.is_(None), Duty.officer_id.is_not(None), ~holds.exists()
    )
    for row in rows(held.order_by(Duty.id)):
        yield finding("I13", row["case_id"], row["id"], "The officer of an open duty does not work for its unit.")


def nothing_is_owed_to_who_is_gone(now: datetime) -> Iterator[Finding]:
    """I8: to somebody who died, or is no longer on the case, nothing is owed."""
    gone = (
        sa.select(Duty.id, Duty.case_id)
        .join(Participant, Participant.id == Duty.participant_id)
        .join(Person, Person.id == Participant.person_id)
        .where(Duty.closed_at.is_(None))
        .where(sa.or_(Person.deceased_on.is_not(None), Participant.left_at.is_not(None)))
        .order_by(Duty.id)
    )
    for row in rows(gone):
        yield finding("I8", row["case_id"], row["id"], "A duty is open to somebody who died or is not on the case.")


def overdue_is_what_a_scan_finds(now: datetime) -> Iterator[Finding]:
    """I16: the query for what is overdue finds what reading every open row finds."""
    asked = _asked_overdue(now)
    for row in rows(sa.select(Duty.id, Duty.case_id, Duty.due_at, Duty.closed_at).order_by(Duty.id)):
        late = row["closed_at"] is None and (now - row["due_at"]).total_seconds() > 0
        if late is not (row["id"] in asked):
            yield finding("I16", row["case_id"], row["id"], "The overdue queue and a scan of every row disagree.")


def _asked_overdue(now: datetime) -> set[str]:
    return set(session().execute(sa.select(Duty.id).where(Duty.closed_at.is_(None), Duty.due_at < now)).scalars())
