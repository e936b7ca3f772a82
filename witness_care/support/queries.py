"""What the pages of support read: one person's services and visit, and the unit's list of who has no support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging, wording
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.cases.models import CourtCase
from witness_care.paging import Page
from witness_care.people.models import Participant, Person
from witness_care.support import directory
from witness_care.support.models import Support, SupportService
from workflows import supporting
from workflows.journey import Journey
from workflows.support import DECIDED, WITNESS_SERVICE
from workflows.support import Support as State
from workflows.working_days import london_date

VISIT = supporting.VISIT_MACHINE
NOT_ABOUT_THE_CRIME = (WITNESS_SERVICE, VISIT)
CONTEXTS = ("DOMESTIC_ABUSE", "SEXUAL")
NOBODY, WAITING, FULL = "nobody", "waiting", "full"
LISTS = {
    NOBODY: "Neither referral nor refusal",
    WAITING: "Accepted or referred, and waiting",
    FULL: "Turned away: the service is full",
}
IN_WAITING = (State.ACCEPTED.value, State.WAITING.value)
DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One service, or the visit, as the page of a person shows it."""

    kind: str
    service: str
    name: str
    state: str
    since: datetime | None
    on: date | None

    @property
    def kind_words(self) -> str:
        return wording.sentence(wording.label(wording.SUPPORT_KINDS, self.kind))

    @property
    def title(self) -> str:
        """ "Lantern House, independent domestic violence adviser (IDVA)"."""
        return f"{self.name}, {wording.label(wording.SUPPORT_KINDS, self.kind)}" if self.name else self.kind_words

    @property
    def state_words(self) -> str:
        words = wording.COURT_VISITS if self.is_visit else wording.SUPPORT
        return wording.sentence(wording.label(words, self.state))

    @property
    def is_visit(self) -> bool:
        return self.kind == VISIT


def lines_of(session: Session, scoped_participant_id: str) -> tuple[Line, ...]:
    """Read a person's support, the visit last, in one statement. The caller has made sure they may see the person."""
    rows = session.execute(
        sa.select(Support.kind, Support.service, Support.state, Support.since, Support.on_date, SupportService.name)
        .outerjoin(SupportService, SupportService.key == Support.service)
        .where(Support.participant_id == scoped_participant_id)
        .order_by(Support.kind == VISIT, Support.kind, Support.service)
    ).all()
    return tuple(
        Line(
            kind=row.kind,
            service=row.service,
            name=row.name or "",
            state=row.state,
            since=row.since,
            on=row.on_date,
        )
        for row in rows
    )


# --- the unit's list ----------------------------------------------------------------------------------------------


def _victims(actor: Actor) -> sa.Select:
    """Victims of domestic abuse or a sexual offence, confirmed or suggested, for whom the unit still does something."""
    held = (Participant.enhanced_basis, Participant.suggested_grounds)
    about = [sa.cast(column, sa.Text).like(f'%"{ground}"%') for column in held for ground in CONTEXTS]
    return (
        _people(actor)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .where(Participant.role.in_(("victim", "both")), Participant.victim_kind != "business", sa.or_(*about))
    )


def _people(actor: Actor) -> sa.Select:
    """Those for whom the unit still does something: they are on a case, alive, and their journey is not closed."""
    return (
        scope.participants(actor)
        .join(Person, Person.id == Participant.person_id)
        .where(
            Participant.left_at.is_(None),
            Participant.journey != Journey.CLOSED.value,
            Person.deceased_on.is_(None),
        )
    )


def _has(*states: str) -> sa.ColumnElement[bool]:
    """Say whether a service that is about the crime has one of these states for a victim."""
    about = sa.select(Support.id).where(
        Support.participant_id == Participant.id,
        Support.kind.not_in(NOT_ABOUT_THE_CRIME),
        Support.state.in_(states),
    )
    return about.exists()


def _conditions() -> Mapping[str, sa.ColumnElement[bool]]:
    decided = tuple(state.value for state in DECIDED)
    return {
        NOBODY: sa.not_(_has(*decided, State.FULL.value)),
        WAITING: sa.and_(_has(*IN_WAITING), sa.not_(_has(State.STARTED.value))),
        FULL: sa.and_(_has(State.FULL.value), sa.not_(_has(*decided))),
    }


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """Count each list, with one statement."""
    columns = [
        sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name)
        for name, condition in _conditions().items()
    ]
    row = session.execute(_victims(actor).with_only_columns(*columns, maintain_column_froms=True)).one()
    return {name: int(row._mapping[name]) for name in LISTS}


def unit_list(session: Session, actor: Actor, show: str, *, after: str | None, before: str | None) -> Page:
    """Read one list, the longest on the case first."""
    query = (
        _victims(actor)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(_conditions()[show])
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.role, Participant.created_at),
            *(Participant.enhanced_basis, Participant.suggested_grounds, CourtCase.urn, Person.name),
            AppUser.display_name.label("officer"),
            maintain_column_froms=True,
        )
    )
    return paging.page(session, query, order=(Participant.created_at, Participant.id), after=after, before=before)


def lines_of_all(session: Session, scoped_participant_ids: Sequence[str]) -> dict[str, list[Line]]:
    """Read the support of the people of one page, without the witness service and visits, in two statements."""
    rows = session.execute(
        sa.select(Support.participant_id, Support.kind, Support.service, Support.state, Support.since)
        .where(Support.participant_id.in_(scoped_participant_ids), Support.kind.not_in(NOT_ABOUT_THE_CRIME))
        .order_by(Support.kind, Support.service)
    ).all()
    names = directory.names(session, (row.service for row in rows))
    found: dict[str, list[Line]] = {}
    for row in rows:
        name = names.get(row.service, "")
        line = Line(kind=row.kind, service=row.service, name=name, state=row.state, since=row.since, on=None)
        found.setdefault(row.participant_id, []).append(line)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFigures:
    """One service in numbers: of the unit's people now, and the wait the directory states beside the one seen here."""

    title: str
    by_state: Mapping[str, int]
    longest_wait: int | None  # weeks
    stated: str

    def count(self, *states: str) -> int:
        return sum(self.by_state.get(state, 0) for state in states)


def services_in_figures(session: Session, actor: Actor, now: datetime) -> tuple[ServiceFigures, ...]:
    """Count, service by service, who of an open case accepted, waits, was turned away and is in touch."""
    rows = session.execute(
        _people(actor)
        .join(Support, Support.participant_id == Participant.id)
        .where(Support.kind.not_in(NOT_ABOUT_THE_CRIME))
        .with_only_columns(
            *(Support.kind, Support.service, Support.state, sa.func.count().label("people")),
            sa.func.min(Support.since).label("first"),
            maintain_column_froms=True,
        )
        .group_by(Support.kind, Support.service, Support.state)
        .order_by(Support.kind, Support.service, Support.state)
    ).all()
    offers = {each.service.key: each for each in directory.offers(session, london_date(now))}
    names = directory.names(session, (row.service for row in rows))
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        found.setdefault((row.kind, row.service), []).append(row)
    return tuple(
        ServiceFigures(
            title=Line(kind=kind, service=service, name=names.get(service, ""), state="", since=None, on=None).title,
            by_state={row.state: row.people for row in theirs},
            longest_wait=_weeks_since((row.first for row in theirs if row.state == State.WAITING.value), now),
            stated=offers[service].capacity_words if service in offers else "",
        )
        for (kind, service), theirs in found.items()
    )


def _weeks_since(moments: Any, now: datetime) -> int | None:
    first = min((moment for moment in moments if moment is not None), default=None)
    return (london_date(now) - london_date(first)).days // DAYS_OF_A_WEEK if first else None
