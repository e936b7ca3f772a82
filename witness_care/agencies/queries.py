"""Reads questions to and from agencies: of one case, of one officer, of a whole unit by who lets us wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from witness_care import dates, paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.agencies import words
from witness_care.agencies.models import AgencyQuery, AgencyQueryStep, Direction
from witness_care.calendars import unit_calendar
from witness_care.cases.models import CourtCase
from witness_care.paging import Page
from witness_care.people.models import Participant, Person
from workflows.working_days import working_days_between

NOBODY = "nobody"
ORDER = (AgencyQuery.due_at, AgencyQuery.id)
MOST_CLOSED = 10
MOST_OF_A_CASE = 200
_INTO = aliased(CourtCase)

COLUMNS = (
    *(AgencyQuery.id, AgencyQuery.case_id, AgencyQuery.unit_id, AgencyQuery.participant_id, AgencyQuery.about),
    *(AgencyQuery.agency, AgencyQuery.direction, AgencyQuery.kind, AgencyQuery.subject, AgencyQuery.officer_id),
    *(AgencyQuery.asked_at, AgencyQuery.asked_by, AgencyQuery.due_at, AgencyQuery.chased, AgencyQuery.last_chased_at),
    *(AgencyQuery.answered_at, AgencyQuery.closed_at, AgencyQuery.closed_reason, AgencyQuery.closed_by),
    sa.func.coalesce(_INTO.urn, CourtCase.urn).label("urn"),
    AppUser.display_name.label("officer"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryView:
    """One question at one moment; a template asks it and never compares a status."""

    row: Any
    now: datetime

    @property
    def title(self) -> str:
        return words.title(self.row.agency, self.row.direction, self.row.kind, self.row.subject)

    @property
    def due_at(self) -> datetime:
        due_at: datetime = self.row.due_at
        return due_at

    @property
    def is_open(self) -> bool:
        return self.row.closed_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.row.due_at < self.now

    @property
    def is_due_today(self) -> bool:
        return self.is_open and not self.is_overdue and dates.is_today(self.row.due_at, self.now)

    @property
    def lateness(self) -> str:
        return dates.lateness(self.row.due_at, self.now) if self.is_open else ""

    @property
    def hearing_in(self) -> str:
        return ""

    @property
    def age(self) -> str:
        """How long it has waited, or waited until it was closed: "3 working days"."""
        until = self.row.answered_at or self.row.closed_at or self.now
        days = working_days_between(self.row.asked_at, max(until, self.row.asked_at), unit_calendar())
        return f"{days} working day{'' if days == 1 else 's'}" if days else "less than a working day"

    @property
    def closed_words(self) -> str:
        return words.CLOSED.get(self.row.closed_reason or "", self.row.closed_reason or "")

    @property
    def is_ours_to_answer(self) -> bool:
        return bool(self.row.direction == Direction.RECEIVED)


def of_case(session: Session, case_id: str, now: datetime) -> tuple[Sequence[QueryView], Sequence[QueryView]]:
    """Read a case's open questions, the first due first, and the last ones that were closed.

    Those of a case that was merged into it are its own. The caller has asked whether the case may be seen.
    """
    of_this = AgencyQuery.case_id.in_(
        sa.select(CourtCase.id).where(sa.or_(CourtCase.id == case_id, CourtCase.merged_into == case_id))
    )
    # The open ones come first, so that however many were closed they are all there.
    order = (AgencyQuery.closed_at.is_not(None), AgencyQuery.closed_at.desc(), *ORDER)
    query = _with_names(sa.select(AgencyQuery).where(of_this)).order_by(*order).limit(MOST_OF_A_CASE)
    found = _views(session.execute(query).all(), now)
    closed = [view for view in found if not view.is_open]
    return [view for view in found if view.is_open], closed[:MOST_CLOSED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One question in full: its sealed words opened, what was done about it, and whom it is about."""

    row: AgencyQuery
    view: QueryView
    people: Sequence[sa.Row]
    steps: Sequence[AgencyQueryStep]


def story(session: Session, actor: Actor, query_id: str, now: datetime) -> Story | None:
    """Read one question; None when it is not there or not theirs to see."""
    row = session.scalars(scope.agency_queries(actor).where(AgencyQuery.id == query_id)).first()
    if row is None:
        return None
    shown = session.execute(_with_names(sa.select(AgencyQuery).where(AgencyQuery.id == query_id))).one()
    concerned = sorted({*(row.about or ()), *((row.participant_id,) if row.participant_id else ())})
    people = session.execute(
        sa.select(Participant.id, Participant.case_id, Participant.role, Person.name)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.id.in_(concerned))
        .order_by(Person.name, Participant.id)
    ).all()
    steps = session.scalars(
        sa.select(AgencyQueryStep)
        .where(AgencyQueryStep.query_id == query_id)
        .order_by(AgencyQueryStep.at, AgencyQueryStep.id)
    ).all()
    return Story(row=row, view=QueryView(row=shown, now=now), people=people, steps=steps)


# --- lists ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFilter:
    """Which open questions a list shows. Empty means all; `due` may be "late"."""

    due: str = ""
    agency: str = ""
    kind: str = ""
    direction: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    rows: Sequence[QueryView]
    before: str | None
    after: str | None


def open_page(
    session: Session,
    actor: Actor,
    wanted: QueryFilter,
    now: datetime,
    *,
    after: str | None = None,
    before: str | None = None,
) -> Queries:
    """Read one page of open questions, the first due first."""
    query = _with_names(_waiting(actor).where(*_conditions(wanted, now)))
    page: Page = paging.page(session, query, order=ORDER, after=after, before=before)
    return Queries(rows=_views(page.rows, now), before=page.before, after=page.after)


def counts_by_agency(session: Session, actor: Actor, now: datetime) -> Sequence[sa.Row]:
    """Count the open and the late questions by who is asked, or asks."""
    late = sa.func.count(sa.case((AgencyQuery.due_at < now, AgencyQuery.id)))
    query = (
        _waiting(actor)
        .with_only_columns(
            AgencyQuery.agency,
            sa.func.count(AgencyQuery.id).label("open"),
            late.label("late"),
            maintain_column_froms=True,
        )
        .group_by(AgencyQuery.agency)
        .order_by(AgencyQuery.agency)
    )
    return session.execute(query).all()


def owners(session: Session, actor: Actor) -> Sequence[sa.Row]:
    """List who looks after open questions, with how many; nobody comes last."""
    query = (
        _waiting(actor)
        .outerjoin(AppUser, AppUser.id == AgencyQuery.officer_id)
        .with_only_columns(
            AgencyQuery.officer_id,
            AppUser.display_name.label("officer"),
            sa.func.count(AgencyQuery.id).label("open"),
            maintain_column_froms=True,
        )
        .group_by(AgencyQuery.officer_id, AppUser.display_name)
        .order_by(AppUser.display_name.is_(None), AppUser.display_name, AgencyQuery.officer_id)
    )
    return session.execute(query).all()


def open_count(session: Session, actor: Actor, wanted: QueryFilter, now: datetime) -> int:
    query = _waiting(actor).where(*_conditions(wanted, now))
    return session.scalar(query.with_only_columns(sa.func.count(AgencyQuery.id))) or 0


def _waiting(actor: Actor) -> sa.Select:
    return scope.agency_queries(actor).where(AgencyQuery.closed_at.is_(None))


def _conditions(wanted: QueryFilter, now: datetime) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.due == "late":
        conditions.append(AgencyQuery.due_at < now)
    for name in ("agency", "kind", "direction"):
        if value := getattr(wanted, name):
            conditions.append(getattr(AgencyQuery, name) == value)
    if wanted.officer:
        nobodys = AgencyQuery.officer_id.is_(None)
        conditions.append(nobodys if wanted.officer == NOBODY else AgencyQuery.officer_id == wanted.officer)
    return conditions


def _with_names(query: sa.Select) -> sa.Select:
    return (
        query.join(CourtCase, CourtCase.id == AgencyQuery.case_id)
        .outerjoin(_INTO, _INTO.id == CourtCase.merged_into)
        .outerjoin(AppUser, AppUser.id == AgencyQuery.officer_id)
        .with_only_columns(*COLUMNS, maintain_column_froms=True)
    )


def _views(rows: Sequence[Any], now: datetime) -> tuple[QueryView, ...]:
    return tuple(QueryView(row=row, now=now) for row in rows)


# --- for other systems ----------------------------------------------------------------------------------------------


def documents(session: Session, case_id: str, now: datetime) -> list[dict[str, Any]]:
    """Give a case's open questions for the API: ids and codes, never the words that were exchanged."""
    waiting, _ = of_case(session, case_id, now)
    return [
        {
            "id": view.row.id,
            "agency": view.row.agency.value,
            "direction": view.row.direction.value,
            "kind": view.row.kind.value,
            "subject": view.row.subject,
            "participant": view.row.participant_id,
            "asked_at": view.row.asked_at,
            "due_at": view.row.due_at,
            "late": view.is_overdue,
            "chased": view.row.chased,
        }
        for view in waiting
    ]
