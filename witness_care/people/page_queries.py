"""What a page about one person reads: who they are in this case, whose case it is, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import wording
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.cases.models import CourtCase, Defendant, Hearing, HearingDay
from witness_care.casework.models import Transition
from witness_care.people import reach
from witness_care.people.models import ContactPoint, Participant, Person

LIVE_HEARINGS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One participant as the identity bar shows them. `row` holds the columns the gate and the sealed values need."""

    row: sa.Row[Any]
    defendants: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.row.id)

    @property
    def name(self) -> str:
        return str(self.row.name)

    @property
    def role_words(self) -> str:
        """ "victim", "witness (police officer)"."""
        kind = wording.label(wording.WITNESS_KINDS, self.row.witness_kind)
        civilian = self.row.witness_kind == "civilian"
        return wording.label(wording.ROLES, self.row.role) + ("" if civilian else f" ({kind})")

    @property
    def enhanced_words(self) -> str:
        return wording.ENHANCED.get(self.row.enhanced, "")

    @property
    def language(self) -> str:
        return str(self.row.language)

    @property
    def urn(self) -> str:
        return str(self.row.urn)

    @property
    def case_title(self) -> str:
        """ "R v Smith", "R v Smith and 2 others"."""
        if not self.defendants:
            return "No defendant recorded"
        first, others = self.defendants[0], len(self.defendants) - 1
        surname = first.split()[-1]
        return f"R v {surname}" + ({0: "", 1: " and 1 other"}.get(others, f" and {others} others"))


def who(session: Session, actor: Actor, participant_id: str) -> Who | None:
    """Read one participant; None when there is none, or not theirs to see."""
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.person_id, Participant.role, Participant.witness_kind),
            *(Participant.enhanced, Participant.enhanced_basis, Participant.journey, Participant.attendance),
            *(Participant.required, Participant.missed_in_a_row, Participant.last_two_way_at, Participant.left_at),
            *(Person.name, Person.language, Person.safe_contact_note, Person.safe_word, Person.representative),
            *reach.PERSON_COLUMNS,
            *(CourtCase.urn, CourtCase.officer_id),
        )
    ).first()
    if row is None:
        return None
    names = session.execute(
        sa.select(Defendant.name)
        .where(Defendant.case_id == row.case_id, Defendant.removed_at.is_(None))
        .order_by(Defendant.name, Defendant.id)
    ).scalars()
    return Who(row=row, defendants=tuple(names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number that may be shown, with what the gate says of it; the words stand directly above it."""

    way: reach.Way
    number: str

    @property
    def words(self) -> str:
        return f"{wording.sentence(wording.label(wording.CONTACT_POINTS, self.way.kind))} {self.number}"

    @property
    def link(self) -> str:
        return f"tel:{''.join(self.number.split())}"


def phones(session: Session, ways: Sequence[reach.Way]) -> tuple[Phone, ...]:
    """Open the phone numbers of these ways. Each opening reaches the personal-data log."""
    if not ways:
        return ()
    query = sa.select(ContactPoint.id, ContactPoint.sealed_value)
    found = session.execute(query.where(ContactPoint.id.in_([way.point_id for way in ways])))
    numbers = {row.id: row.sealed_value.open(row.id) for row in found}
    return tuple(Phone(way=way, number=numbers[way.point_id]) for way in ways)


def next_hearings(session: Session, case_id: str, now: datetime) -> tuple[sa.Row[Any], ...]:
    """The hearings of a case that still lie ahead, soonest first, with the first day that stands."""
    first_day = (
        sa.select(HearingDay.hearing_id, HearingDay.on_date, HearingDay.at_time, HearingDay.position)
        .where(HearingDay.cancelled.is_(False))
        .subquery()
    )
    earliest = (
        sa.select(sa.func.min(first_day.c.position)).where(first_day.c.hearing_id == Hearing.id).scalar_subquery()
    )
    query = (
        sa.select(
            *(Hearing.id, Hearing.hearing_class, Hearing.court, Hearing.room, Hearing.date_kind, Hearing.starts_at),
            *(Hearing.week_commencing, Hearing.weeks, Hearing.last_day, Hearing.status),
            *(first_day.c.on_date, first_day.c.at_time),
        )
        .outerjoin(first_day, sa.and_(first_day.c.hearing_id == Hearing.id, first_day.c.position == earliest))
        .where(Hearing.case_id == case_id, Hearing.status == "live", Hearing.starts_at >= now)
        .order_by(Hearing.starts_at, Hearing.id)
        .limit(LIVE_HEARINGS_SHOWN)
    )
    return tuple(session.execute(query))


def journey_steps(session: Session, participant_id: str) -> tuple[sa.Row[Any], ...]:
    """Every state this person's journey has entered, oldest first."""
    query = (
        sa.select(Transition.to_state, Transition.at)
        .where(Transition.machine == "journey", Transition.subject == participant_id)
        .where(Transition.from_state != Transition.to_state)
        .order_by(Transition.at, Transition.id)
    )
    return tuple(session.execute(query))


def other_cases(session: Session, actor: Actor, who: Who) -> tuple[sa.Row[Any], ...]:
    """The same person's other cases that the actor may see."""
    query = (
        scope.participants(actor)
        .where(Participant.person_id == who.row.person_id, Participant.id != who.id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .with_only_columns(Participant.id, Participant.case_id, Participant.role, Participant.journey, CourtCase.urn)
        .order_by(CourtCase.urn, Participant.id)
        .limit(20)
    )
    return tuple(session.execute(query))
