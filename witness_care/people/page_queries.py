"""What a page about one person reads: who they are in this case, whose case it is, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import wording
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.cases.models import CourtCase, Defendant, Hearing, HearingDay
from witness_care.casework.models import Transition
from witness_care.people import reach
from witness_care.people.models import Participant, Person
from workflows.truth import HearingStatus

HEARINGS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One participant as the identity bar shows them. `row` holds the columns the gate and the sealed values need."""

    row: sa.Row
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
        return wording.role_words(self.row.role, self.row.witness_kind, self.row.victim_kind)

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
    rows = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .outerjoin(Defendant, sa.and_(Defendant.case_id == Participant.case_id, Defendant.removed_at.is_(None)))
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.person_id, Participant.role, Participant.witness_kind),
            *(Participant.enhanced, Participant.journey, Participant.attendance),
            *(Participant.unit_id, Participant.victim_kind, Participant.enhanced_basis, Participant.suggested_grounds),
            *(Participant.left_at, Participant.gets_enhanced_time, Participant.keep_in_touch_days),
            *(Person.name, Person.language, Person.safe_contact_note, Person.safe_word, Person.representative),
            *(Person.interpreter, Person.representative_relation),
            *reach.PERSON_COLUMNS,
            CourtCase.urn,
            Defendant.name.label("defendant"),
            Defendant.id.label("defendant_id"),
        )
        .order_by(Defendant.name, Defendant.id)
    ).all()
    if not rows:
        return None
    # "R v Smith" stands at the head of every page of a person: whoever is named there is on record too.
    suspects = [(row.defendant_id, "suspect") for row in rows if row.defendant]
    ledger.note("consultation", case_id=rows[0].case_id, subjects=suspects, fields="name")
    return Who(row=rows[0], defendants=tuple(row.defendant for row in rows if row.defendant))


def stands_as(session: Session, actor: Actor, participant_id: str) -> str:
    """Give the participant as whom somebody stands since their case was merged; else the same id.

    Who was in both cases is one now: the id in the case that was merged leads to the one in the case that stays.
    """
    of_merged = (
        sa.select(Participant.person_id, CourtCase.merged_into)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .where(Participant.id == participant_id, CourtCase.merged_into.is_not(None))
        .subquery()
    )
    here = sa.and_(Participant.person_id == of_merged.c.person_id, Participant.case_id == of_merged.c.merged_into)
    query = scope.participants(actor).join(of_merged, here).order_by(Participant.left_at.is_not(None), Participant.id)
    return session.scalar(query.with_only_columns(Participant.id).limit(1)) or participant_id


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


def phones(ways: Sequence[reach.Way], points: Sequence[sa.Row]) -> tuple[Phone, ...]:
    """Open the phone numbers of these ways, from points read with what is sealed; each opening reaches the log."""
    sealed = {point.id: point.sealed_value for point in points}
    return tuple(Phone(way=way, number=sealed[way.point_id].open(way.point_id)) for way in ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHearing:
    row: sa.Row
    days: tuple[sa.Row, ...]


def next_hearings(session: Session, case_ids: Sequence[str], now: datetime) -> dict[str, tuple[NextHearing, ...]]:
    """The hearings of each case that still lie ahead, soonest first, each with its days."""
    rows = session.execute(
        sa.select(
            *(Hearing.id, Hearing.case_id, Hearing.hearing_type, Hearing.hearing_class, Hearing.court, Hearing.room),
            *(Hearing.date_kind, Hearing.starts_at, Hearing.week_commencing, Hearing.weeks),
            *(HearingDay.on_date, HearingDay.at_time, HearingDay.cancelled),
        )
        .outerjoin(HearingDay, HearingDay.hearing_id == Hearing.id)
        .where(Hearing.case_id.in_(case_ids), Hearing.status == HearingStatus.LIVE, Hearing.starts_at >= now)
        .order_by(Hearing.starts_at, Hearing.id, HearingDay.position)
    ).all()
    found = [tuple(days) for _, days in groupby(rows, key=lambda row: row.id)]
    return {
        case_id: tuple(
            NextHearing(row=days[0], days=tuple(day for day in days if day.on_date is not None))
            for days in islice((days for days in found if days[0].case_id == case_id), HEARINGS_SHOWN)
        )
        for case_id in case_ids
    }


def journey_steps(session: Session, participant_id: str) -> tuple[sa.Row, ...]:
    """Every state this person's journey has entered, oldest first."""
    query = (
        sa.select(Transition.to_state, Transition.at)
        .where(Transition.machine == "journey", Transition.subject == participant_id)
        .where(Transition.from_state != Transition.to_state)
        .order_by(Transition.at, Transition.id)
    )
    return tuple(session.execute(query))


def other_cases(session: Session, actor: Actor, who: Who) -> tuple[sa.Row, ...]:
    """The same person's other cases that the actor may see, each noted as consulted."""
    query = (
        scope.participants(actor)
        .where(Participant.person_id == who.row.person_id, Participant.id != who.id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.role, Participant.journey, Participant.attendance),
            CourtCase.urn,
        )
        .order_by(CourtCase.urn, Participant.id)
        .limit(20)
    )
    found = tuple(session.execute(query))
    ledger.note_participants([(row.case_id, row.id, row.role) for row in found], fields=("name", "role", "case"))
    return found
