"""Reads what the safe-contact gate must know of one person and one way to reach them, under lock, and asks it.

This is the only door to a message: its making, its sending and its claim all come through here, each time with rows
read in their own transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.models import Unit
from witness_care.cases.models import CourtCase
from witness_care.casework.rules import find_rule
from witness_care.contacts.models import Duty
from witness_care.people import reach
from witness_care.people.models import ContactPoint, Participant, Person
from workflows import snapshot as snapshots
from workflows.safe_contact import Answered, Reason, Refuse
from workflows.snapshot import Person as Standing
from workflows.working_days import london_date

LEFT, NOT_THEIRS = "left", "not_on_record"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One person in one case as they stand now: who they are, the way to reach them, and what is owed to them."""

    participant: Any
    point: Any | None
    standing: Standing | None
    unit: Any
    owed: Mapping[Key, Any]

    @property
    def has_left(self) -> bool:
        """Nobody writes to somebody who is no longer in the case, or whose case became part of another."""
        return self.participant.left_at is not None or self.participant.merged_into is not None


def read(session: Session, participant_id: str, contact_point_id: str) -> Facts | None:
    """Lock the case and then the person, and read what holds now; None when there is no such participant.

    Whoever records a death, an opt-out or an unsafe number takes the same locks.
    """
    case_id = sa.select(Participant.case_id).where(Participant.id == participant_id).scalar_subquery()
    case = session.execute(
        sa.select(CourtCase.id, CourtCase.state).where(CourtCase.id == case_id).with_for_update()
    ).first()
    person_id = sa.select(Participant.person_id).where(Participant.id == participant_id).scalar_subquery()
    session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())
    participant = session.execute(
        sa.select(
            *(Participant.id, Participant.case_id, Participant.unit_id, Participant.person_id, Participant.role),
            *(Participant.left_at, CourtCase.merged_into),
            *reach.PERSON_COLUMNS,
        )
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .where(Participant.id == participant_id)
    ).first()
    if case is None or participant is None:
        return None
    points = reach.points_of([participant.person_id], sealed_too=True).where(ContactPoint.id == contact_point_id)
    duties = sa.select(
        *(Duty.topic, Duty.subject, Duty.value, Duty.value_hash, Duty.told_value),
        *(Duty.due_at, Duty.rules, Duty.clock_start),
    ).where(Duty.participant_id == participant_id, Duty.closed_at.is_(None))
    unit = sa.select(Unit.id, Unit.name, Unit.settings).where(Unit.id == participant.unit_id)
    return Facts(
        participant=participant,
        point=session.execute(points).first(),
        standing=snapshots.load(case.state).people.get(participant_id) if case.state else None,
        unit=session.execute(unit).one(),
        owed={(duty.topic, duty.subject): duty for duty in session.execute(duties)},
    )


def ask(
    facts: Facts,
    channel: str,
    topics: Sequence[str],
    *,
    neutral: bool,
    now: datetime,
    due_at: datetime | None = None,
    set_aside: str = "",
) -> Answered:
    """Ask the gate. An endpoint that is not on the person's record is refused without asking."""
    if facts.point is None:
        return Refuse(Reason.WITHDRAWN, "Do not use: it is not on their record.", may_override=False)
    opted_out = frozenset(facts.standing.opted_out if facts.standing else ())
    return reach.ask(
        facts.participant,
        facts.point,
        channel,
        now,
        due_at,
        topics=tuple(topics),
        carved_out=_carved_out(facts),
        neutral=neutral,
        opted_out=opted_out,
        died=bool(facts.standing and facts.standing.died),
        set_aside=set_aside,
    )


def _carved_out(facts: Facts) -> frozenset[str]:
    """Give the topics that are owed even after an opt-out: the rules say which, and while which condition holds.

    A duty of an opted-out topic is open only while such a rule keeps it open.
    """
    return frozenset(
        duty.topic
        for duty in facts.owed.values()
        if any(
            rule.carve_out for key in duty.rules if (rule := find_rule(key, london_date(duty.clock_start))) is not None
        )
    )
