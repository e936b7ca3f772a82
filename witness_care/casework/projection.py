"""Writes what a decision changed: the state of each case, and the tables that pages and queues read.

Everything here is an array statement over all the cases of one `apply`. A stepped case writes what it touched; a
refolded one is compared with what is stored, and nothing that was closed is ever opened or deleted (core.md rule 16).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from witness_care.cases.models import CourtCase, Defendant, HearingDay, HearingLink, Offence, Result
from witness_care.cases.models import Hearing as HearingRow
from witness_care.casework import concerns, referral_rows, support_rows
from witness_care.casework.bulk import Row, delete_rows, insert_rows, sent_together, update_rows
from witness_care.casework.models import Transition
from witness_care.contacts.models import Duty, DutyHistory, Told
from witness_care.people.models import Participant
from workflows import charges, closing, needs, truth
from workflows import snapshot as snapshots
from workflows.decide import state_hash
from workflows.decision import Decision
from workflows.duty_rows import DutyRecord
from workflows.events import CpsRequires, DateKind, ResultsShared
from workflows.snapshot import Snapshot
from workflows.truth import Hearing, HearingStatus
from workflows.values import CaseTruth
from workflows.working_days import due_time, start_of_hearing

if TYPE_CHECKING:
    from witness_care.casework.apply import LockedCase

COURT_RESULT = "R8-COURT-IN"

_NAMESPACE = uuid.UUID("0e0f7a57-6c3e-5f1e-8f2b-0f2c8b1d5a11")

Decided = Sequence[tuple["LockedCase", Decision]]

DUTY_KEEPS = (
    "id",
    "unit_id",
    "case_id",
    "participant_id",
    "officer_id",
    "topic",
    "subject",
    "opened_at",
    "opened_by_event",
    "row_version",
)
HEARING_KEEPS = ("id", "case_id", "unit_id", "provenance")


def write(connection: sa.Connection, stepped: Decided, refolded: Decided, *, now: datetime) -> None:
    """Write everything these decisions changed, in a constant number of statements."""
    if refolded:
        refolded = _reconcile(connection, refolded, now=now)
    decided = [*stepped, *refolded]
    with sent_together(connection):
        _write_moves(connection, decided)
        _write_duties(connection, decided)
        _write_told(connection, decided)
        _write_hearings(connection, decided)
        _write_results(connection, decided)
        _write_people(connection, decided)
        referral_rows.write(connection, decided)
        support_rows.write(connection, decided)
        _write_offence_codes(connection, decided)
        _write_cases(connection, decided)
        concerns.write(connection, stepped, refolded, now=now)


def row_id(*parts: str) -> str:
    """Give an id that is the same however often the same thing is folded."""
    return str(uuid.uuid5(_NAMESPACE, "|".join(parts)))


# --- machines, duties, what was told ------------------------------------------------------------------------------


def _write_moves(connection: sa.Connection, decided: Decided) -> None:
    rows = [row for case, decision in decided for row in _moves(case, decision)]
    insert_rows(connection, Transition.__table__, rows, key=("id",))


def _moves(case: LockedCase, decision: Decision) -> Iterator[Row]:
    for n, move in enumerate(decision.moves):
        yield {
            "id": move_id(case.id, move.machine, move.subject, move.cause.id, move.event, move.before, move.after),
            "case_id": case.id,
            "unit_id": case.unit_id,
            "machine": move.machine,
            "subject": move.subject,
            "from_state": move.before,
            "to_state": move.after,
            "event": move.event,
            "event_id": move.cause.id,
            "position": n,
            "at": move.cause.received_at,
            "flag": move.flag,
        }


def move_id(*parts: str) -> str:
    return row_id("transition", *parts)


def _write_duties(connection: sa.Connection, decided: Decided) -> None:
    rows = [duty_row(record, case) for case, decision in decided for record in decision.duties.values()]
    # Rows that close come first: at no moment are two rows of one key open.
    rows.sort(key=lambda row: (row["closed_at"] is None, row["id"]))
    update = [name for name in (rows[0] if rows else {}) if name not in DUTY_KEEPS]
    insert_rows(connection, Duty.__table__, rows, key=("id",), update=update, count="row_version")
    history = [
        {
            "id": row_id("history", change.duty, change.event, change.action, change.value_hash),
            "duty_id": change.duty,
            "case_id": case.id,
            "event_id": change.event,
            "at": change.at,
            "action": change.action,
            "value_hash": change.value_hash,
            "due_at": change.due_at,
            "reason": change.reason,
        }
        for case, decision in decided
        for change in decision.duty_changes
    ]
    insert_rows(connection, DutyHistory.__table__, history, key=("id",))


def duty_row(record: DutyRecord, case: LockedCase) -> Row:
    return {
        "id": record.id,
        "unit_id": case.unit_id,
        "case_id": case.id,
        "participant_id": record.participant,
        "officer_id": case.officer_id,
        "topic": record.topic,
        "subject": record.subject,
        "value": record.value,
        "value_hash": record.value_hash,
        "told_value": record.told_value,
        "rule": record.rule,
        "rules": list(record.rules),
        "explanation": list(record.explanation),
        "hearing_id": record.hearing,
        "priority": record.priority,
        "clock_start": record.clock_start,
        "due_at": record.due_at,
        "opened_at": record.opened_at,
        "opened_by_event": record.opened_by,
        "closed_at": record.closed_at,
        "closed_reason": record.closed_reason,
        "closed_by": record.closed_by,
        "met": record.met,
        "row_version": 0,
    }


def _write_told(connection: sa.Connection, decided: Decided) -> None:
    rows = [
        {
            "id": told_id(telling.contact, telling.participant, telling.topic, telling.subject, telling.value_hash),
            "case_id": case.id,
            "participant_id": telling.participant,
            "contact_id": telling.contact or None,
            "topic": telling.topic,
            "subject": telling.subject,
            "value": telling.value,
            "value_hash": telling.value_hash,
            "told_at": telling.at,
            "void": False,
        }
        for case, decision in decided
        for telling in decision.tellings
    ]
    insert_rows(connection, Told.__table__, rows, key=("id",))
    void = sorted({contact for _, decision in decided for contact in decision.void_contacts})
    if void:
        connection.execute(sa.update(Told).where(Told.contact_id.in_(void)).values(void=True))


def told_id(contact: str, participant: str, topic: str, subject: str, value_hash: str) -> str:
    return row_id("told", contact, participant, topic, subject, value_hash)


# --- hearings and results -----------------------------------------------------------------------------------------


def _write_hearings(connection: sa.Connection, decided: Decided) -> None:
    touched = [
        (case, hearing, decision.truth) for case, decision in decided for hearing in _touched(decision, decision.truth)
    ]
    if not touched:
        return
    rows = [hearing_row(case, hearing, look) for case, hearing, look in touched]
    update = [name for name in rows[0] if name not in HEARING_KEEPS]
    insert_rows(connection, HearingRow.__table__, rows, key=("id",), update=update)
    delete_rows(connection, HearingDay.__table__, "hearing_id", [hearing.id for _, hearing, _ in touched])
    insert_rows(
        connection, HearingDay.__table__, [row for case, hearing, _ in touched for row in day_rows(case, hearing)]
    )
    links = [row for case, hearing, look in touched for row in link_rows(case, hearing, look)]
    insert_rows(connection, HearingLink.__table__, links, key=("hearing_id", "from_hearing_id", "kind"))


def _touched(decision: Decision, look: CaseTruth) -> Iterator[Hearing]:
    """Give the hearings a decision named, and those whose results of a day were replaced by it."""
    for hearing_id in sorted(decision.hearings):
        yield look.hearings[hearing_id]


def hearing_row(case: LockedCase, hearing: Hearing, look: CaseTruth) -> Row:
    when = hearing.when
    standing = hearing.standing_days
    return {
        "id": hearing.id,
        "case_id": case.id,
        "unit_id": case.unit_id,
        "thread": look.threads.get(hearing.id, ""),
        "status": hearing.status.value,
        "hearing_type": hearing.about.hearing_type,
        "hearing_class": hearing.about.hearing_class.value,
        "jurisdiction": hearing.about.jurisdiction,
        "date_kind": when.kind.value if when else None,
        "court": hearing.where.court if hearing.where else "",
        "court_code": hearing.where.court_code if hearing.where else "",
        "room": hearing.where.room if hearing.where else "",
        "reason": hearing.reason,
        "week_commencing": when.week_commencing if when else None,
        "weeks": when.weeks if when else 1,
        "starts_at": hearing.starts_at,
        "last_day": max((day.on for day in standing), default=None),
        "result_due_at": result_due_at(case, hearing),
        "provenance": "stated",
    }


def result_due_at(case: LockedCase, hearing: Hearing) -> datetime | None:
    """Give when the court's result is overdue: R8-COURT-IN counts from the last day that stands (domain.md 2)."""
    if hearing.status is not HearingStatus.LIVE or hearing.when is None or hearing.when.kind is not DateKind.FIXED:
        return None
    last = max(hearing.standing_days, key=lambda day: day.on, default=None)
    if last is None:
        return None
    ends = start_of_hearing(last.on, last.at)
    rules = (rule for rule in case.rules.book.rules if rule.id == COURT_RESULT and rule.is_in_force(last.on))
    rule = next(rules, None)
    if rule is None:  # the day lies before the Code: nobody chases its result
        return None
    return due_time(ends, rule.days(False), case.rules.calendar, basis=rule.days_basis).at


def day_rows(case: LockedCase, hearing: Hearing) -> Iterator[Row]:
    for position, day in enumerate(hearing.days, 1):
        yield {
            "hearing_id": hearing.id,
            "position": position,
            "case_id": case.id,
            "on_date": day.on,
            "at_time": day.at,
            "cancelled": day.cancelled,
        }


def link_rows(case: LockedCase, hearing: Hearing, look: CaseTruth) -> Iterator[Row]:
    seeds = {seed: "seeded" for seed in hearing.about.seeded_from if seed != hearing.id}
    thread = look.threads.get(hearing.id)
    if thread and thread != hearing.id:
        seeds.setdefault(thread, "relisted")
    for seed, kind in seeds.items():
        yield {"hearing_id": hearing.id, "from_hearing_id": seed, "case_id": case.id, "kind": kind}


def _write_results(connection: sa.Connection, decided: Decided) -> None:
    """Replace the results of the cases in which a share of results was folded."""
    changed = [
        (case, decision)
        for case, decision in decided
        if any(key.startswith("results:") for key in decision.snapshot.registers) and decision.hearings
    ]
    if not changed:
        return
    delete_rows(connection, Result.__table__, "case_id", [case.id for case, _ in changed])
    insert_rows(
        connection,
        Result.__table__,
        [row for case, decision in changed for row in result_rows(case, decision.snapshot)],
    )


def result_rows(case: LockedCase, snapshot: Snapshot) -> Iterator[Row]:
    for key in sorted(snapshot.registers):
        share = truth.standing(snapshot.registers, key) if key.startswith("results:") else None
        if share is None or not isinstance(share.said, ResultsShared):
            continue
        for n, result in enumerate(share.said.results):
            yield {
                "id": row_id("result", case.id, key, str(n)),
                "case_id": case.id,
                "hearing_id": share.said.hearing,
                "on_date": share.said.day,
                "defendant_id": result.defendant,
                "offence_id": result.offence,
                "kind": result.kind.value,
                "code": result.code,
                "label": result.label,
                "length": result.length,
                "final": result.final,
            }


# --- people and the case ------------------------------------------------------------------------------------------


def _write_people(connection: sa.Connection, decided: Decided) -> None:
    people = [row for case, decision in decided for row in _people(decision.snapshot, case_start=case.snapshot)]
    update_rows(connection, Participant.__table__, people)
    defendants = [
        {"id": defendant, "proceedings": standing.value}
        for case, decision in decided
        for defendant, standing in decision.snapshot.defendants.items()
        if case.snapshot.defendants.get(defendant) is not standing
    ]
    update_rows(connection, Defendant.__table__, defendants)


def _write_offence_codes(connection: sa.Connection, decided: Decided) -> None:
    """Let the rows of offences have the codes that the state has now, whoever said them."""
    rows = []
    for case, decision in decided:
        changed = {
            key
            for key, said in decision.snapshot.registers.items()
            if key.startswith("described:") and case.snapshot.registers.get(key) is not said
        }
        if changed:
            codes = charges.offence_codes({key: decision.snapshot.registers[key] for key in changed})
            rows += [{"id": offence, "cjs_code": code} for offence, code in sorted(codes.items())]
    update_rows(connection, Offence.__table__, rows)


def _people(snapshot: Snapshot, *, case_start: Snapshot) -> Iterator[Row]:
    for participant, person in snapshot.people.items():
        requirement_key = f"requirement:{participant}"
        same_requirement = snapshot.registers.get(requirement_key) == case_start.registers.get(requirement_key)
        was = case_start.people.get(participant)
        asked_nothing = snapshot.needs.get(participant) is case_start.needs.get(participant) and snapshot.closings.get(
            participant
        ) is case_start.closings.get(participant)
        if (
            same_requirement and asked_nothing and (was is person or was == person)
        ):  # `is` first: it is quick, and nearly everybody
            continue
        yield standing_row(snapshot, participant)


def standing_row(snapshot: Snapshot, participant: str) -> Row:
    """Give what the row of a participant shows of the state."""
    person = snapshot.people[participant]
    requirement = truth.standing(snapshot.registers, f"requirement:{participant}")
    talk = snapshot.closings.get(participant)
    return {
        "id": participant,
        "journey": person.journey.value,
        "attendance": person.attendance.value,
        "required": isinstance(requirement.said, CpsRequires) if requirement else None,
        "missed_in_a_row": person.missed_in_a_row,
        "last_two_way_at": person.last_two_way_at,
        "keep_in_touch_days": person.every_days,
        "gets_enhanced_time": person.gets_enhanced_time,
        "suggested_grounds": list(person.suggested),
        "closing": {"how": talk.how, "answers": closing.counted(talk)} if talk else None,
        "closing_at": closing.last_at(talk) if talk else None,
        "needs_asked": needs.how_many_asked(snapshot.needs.get(participant, needs.NOTHING), person),
    }


def _write_cases(connection: sa.Connection, decided: Decided) -> None:
    rows = [
        {
            "id": case.id,
            "state": snapshots.dump(decision.snapshot, before=case.snapshot, stored=case.stored),
            "state_hash": state_hash(decision.snapshot, decision.truth),
        }
        for case, decision in decided
    ]
    update_rows(connection, CourtCase.__table__, rows)


# --- a refolded case against what is stored -----------------------------------------------------------------------


def _reconcile(connection: sa.Connection, refolded: Decided, *, now: datetime) -> Decided:
    """Bring a refold's rows together with the stored ones (core.md rule 16), three statements for all cases."""
    case_ids = [case.id for case, _ in refolded]
    stored = connection.execute(
        sa.select(Duty.id, Duty.case_id, Duty.participant_id, Duty.topic, Duty.subject, Duty.closed_at).where(
            Duty.case_id.in_(case_ids)
        )
    ).all()
    moves = {row["id"] for case, decision in refolded for row in _moves(case, decision)}
    connection.execute(
        sa.update(Transition)
        .where(
            Transition.case_id.in_(case_ids),
            Transition.flag.is_not(None),
            Transition.flag_closed_at.is_(None),
            Transition.id.not_in(moves),
        )
        .values(flag_closed_at=now, flag_closed_by="system:refold")
    )
    closed = {row.id for row in stored if row.closed_at is not None}
    still_open = {row.id for row in stored if row.closed_at is None}
    kept = [(case, _keep_closed(decision, closed, still_open)) for case, decision in refolded]
    gone = still_open - {duty for _, decision in kept for duty in decision.duties}
    if gone:
        connection.execute(
            sa.update(Duty)
            .where(Duty.id.in_(sorted(gone)))
            .values(closed_at=now, closed_reason="corrected", closed_by="system:refold")
        )
    return kept


def _keep_closed(decision: Decision, closed: set[str], still_open: set[str]) -> Decision:
    """A stored closed row stays closed; where the fold has it open, a new row carries the same clock."""
    duties: dict[str, DutyRecord] = {}
    renamed: dict[str, str] = {}
    for record in decision.duties.values():
        row = row_to_carry(record.id, closed)
        if row == record.id:
            duties[row] = record
        elif record.closed_at is None or row in still_open:
            renamed[record.id] = row
            duties[row] = replace(record, id=row)
    topics = {
        key: replace(topic, duty=replace(topic.duty, row=renamed[topic.duty.row]))
        if topic.duty is not None and topic.duty.row in renamed
        else topic
        for key, topic in decision.snapshot.topics.items()
    }
    known = closed | still_open | set(duties)
    changes = [replace(change, duty=renamed.get(change.duty, change.duty)) for change in decision.duty_changes]
    return replace(
        decision,
        duties=duties,
        duty_changes=tuple(change for change in changes if change.duty in known),
        snapshot=replace(decision.snapshot, topics=topics),
    )


def row_to_carry(row: str, closed: set[str]) -> str:
    """Give the first row of a chain of rows for the same duty that is not stored as closed."""
    while row in closed:
        row = row_id("again", row)
    return row
