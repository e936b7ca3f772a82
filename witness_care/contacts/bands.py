"""Asks of rows what `workflows.due_bands` says of one duty: which are critically overdue, and whose time is short."""

from __future__ import annotations

import sqlalchemy as sa

from witness_care.contacts.models import Duty
from witness_care.people.models import Participant
from workflows.due_bands import BandMarks


def critically_overdue(marks: BandMarks) -> sa.ColumnElement[bool]:
    """Give the condition for a query of open duties that has the person's part in the case beside it."""
    policy = marks.policy
    short = sa.or_(
        Duty.priority == 0,
        Duty.rule.in_(sorted(policy.short_rules)),
        sa.and_(Duty.rule.in_(sorted(policy.short_if_enhanced)), Participant.gets_enhanced_time),
    )
    return sa.or_(
        Duty.due_at < marks.critical_before,
        sa.and_(Duty.due_at < marks.critical_before_if_short, short),
    )
