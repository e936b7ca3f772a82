"""One duty as another system reads it: what is owed, by when, under which rule, and the working in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import wording
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser, Unit
from witness_care.calendars import unit_calendar
from witness_care.cases.models import CourtCase
from witness_care.casework.models import JournalEvent
from witness_care.casework.rules import band_marks, current_edition, find_rule
from witness_care.contacts import bands
from witness_care.contacts.models import Duty, DutyHistory
from witness_care.people.models import Participant
from workflows.due_bands import BandMarks, band_of, critical_from, soon_from
from workflows.working_days import london_date

Document = dict[str, Any]

DUTY_COLUMNS = (
    *(
        getattr(Duty, name)
        for name in (
            *("id", "case_id", "participant_id", "topic", "subject", "hearing_id", "value", "value_hash"),
            *("told_value", "rule", "rules", "explanation", "priority", "clock_start", "due_at", "opened_at"),
            *("closed_at", "closed_reason", "met"),
        )
    ),
    AppUser.sign_in_name.label("officer"),
    Participant.gets_enhanced_time,
)


def duty_document(row: Any, marks: BandMarks) -> Document:
    """Give one duty at the moment of `marks`, from a row of DUTY_COLUMNS.

    `reason` says what is to be done, the explanation why and by when.
    """
    is_open = row.closed_at is None
    return {
        "id": row.id,
        "participant": row.participant_id,
        "topic": row.topic,
        "subject": row.subject,
        "hearing": row.hearing_id,
        "value": row.value,
        "value_hash": row.value_hash,
        "told_value": row.told_value,
        "reason": wording.to_tell(row.topic, row.value, row.told_value),
        "rule": row.rule,
        "rules": row.rules,
        "priority": row.priority,
        "clock_start": row.clock_start,
        "due_at": row.due_at,
        "overdue": is_open and row.due_at < marks.now,
        "band": band_of(row.due_at, marks, is_short=_is_short(row, marks)).value if is_open else None,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "closed_reason": row.closed_reason,
        "met": row.met,
        "officer": row.officer,
    }


def _is_short(row: Any, marks: BandMarks) -> bool:
    return marks.policy.is_short(row.rule, priority=row.priority, gets_enhanced_time=row.gets_enhanced_time)


def open_duties(
    actor: Actor, *, unit: str | None, officer: str | None, state: str = "open", marks: BandMarks
) -> sa.Select:
    """Give the query of what is open, for paging by (priority, due_at, id).

    `unit` is a code, `officer` a sign-in name ("" for nobody's); `state` leaves out what is not overdue, or not
    critically.
    """
    query = (
        scope.duties(actor)
        .with_only_columns(*DUTY_COLUMNS, CourtCase.urn, Participant.role)
        .join(CourtCase, CourtCase.id == Duty.case_id)
        .join(Participant, Participant.id == Duty.participant_id)
        .outerjoin(AppUser, AppUser.id == Duty.officer_id)
        .where(Duty.closed_at.is_(None))
    )
    if unit is not None:
        query = query.where(Duty.unit_id == sa.select(Unit.id).where(Unit.code == unit).scalar_subquery())
    if officer is not None:
        query = query.where(AppUser.sign_in_name == officer.lower() if officer else Duty.officer_id.is_(None))
    if state == "overdue":
        query = query.where(Duty.due_at < marks.now)
    if state == "critically_overdue":
        query = query.where(bands.critically_overdue(marks))
    return query


def duty_in_full(session: Session, actor: Actor, duty_id: str, now: datetime) -> Document | None:
    """Give one duty with its working, its rule with reference, and each change; None when the reader may not see it."""
    row = session.execute(
        scope.duties(actor)
        .with_only_columns(*DUTY_COLUMNS, CourtCase.urn, Participant.role)
        .join(CourtCase, CourtCase.id == Duty.case_id)
        .join(Participant, Participant.id == Duty.participant_id)
        .outerjoin(AppUser, AppUser.id == Duty.officer_id)
        .where(Duty.id == duty_id)
    ).first()
    if row is None:
        return None
    history = session.execute(
        sa.select(
            DutyHistory.at,
            DutyHistory.action,
            DutyHistory.value_hash,
            DutyHistory.due_at,
            DutyHistory.reason,
            JournalEvent.kind,
            JournalEvent.source,
            JournalEvent.received_at,
        )
        .outerjoin(JournalEvent, JournalEvent.id == DutyHistory.event_id)
        .where(DutyHistory.duty_id == duty_id)
        .order_by(DutyHistory.at, DutyHistory.id)
    )
    marks = band_marks(now, current_edition())
    is_short = _is_short(row, marks)
    return duty_document(row, marks) | {
        "due_soon_from": soon_from(row.due_at, marks.policy, unit_calendar()),
        "critically_overdue_from": critical_from(row.due_at, marks.policy, unit_calendar(), is_short=is_short),
        "urn": row.urn,
        "role": row.role,
        "case": row.case_id,
        "explanation": row.explanation,
        "rule_in_full": rule_document(row.rule, row.clock_start),
        "history": [
            {
                "at": change.at,
                "action": change.action,
                "value_hash": change.value_hash,
                "due_at": change.due_at,
                "reason": change.reason,
                "caused_by": change.kind,
                "source": change.source,
                "received_at": change.received_at,
            }
            for change in history
        ],
    }


def rule_document(key: str, clock_start: datetime) -> Document | None:
    """Give a rule with where it is written and how sure that is; None when its pack is not shipped any more."""
    rule = find_rule(key, london_date(clock_start))
    if rule is None:
        return None
    return {
        "id": rule.id,
        "pack": rule.pack,
        "title": rule.title,
        "plain_action": rule.plain_action,
        "basis": rule.basis,
        "source": rule.source,
        "evidence": rule.evidence,
        "verified": rule.verified,
        "checked": rule.checked_in_words,
        "standard_days": rule.standard,
        "enhanced_days": rule.enhanced,
        "days_basis": rule.days_basis,
        "days_source": rule.days_reference.source,
        "days_verified": rule.days_reference.verified,
    }
