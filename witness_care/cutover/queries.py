"""Reads imports for the officers of a unit, and for an administrator how far each unit has come. No name is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import ApiClientUnit, Unit
from witness_care.cases.models import CourtCase, Hearing
from witness_care.casework.models import JournalEvent, Transition
from witness_care.contacts.models import Contact
from witness_care.cutover.csv_file import Refusal
from witness_care.cutover.models import ImportFile, ImportRefusal
from witness_care.feed.models import FeedMessage
from witness_care.feed.states import State
from witness_care.people.models import ContactPoint, Participant
from workflows.truth import HearingStatus

MOST_SHOWN = 50
WITHOUT_BODY = (
    *(ImportFile.id, ImportFile.unit_id, ImportFile.kind, ImportFile.made_at, ImportFile.started_at),
    *(ImportFile.done_at, ImportFile.rows, ImportFile.added, ImportFile.changed, ImportFile.unchanged),
    ImportFile.refused,
)


def imports(session: Session, actor: Actor) -> Sequence[Any]:
    """The newest imports of the actor's units, with how many of their refused rows wait for somebody."""
    waiting = (
        sa.select(sa.func.count(ImportRefusal.id))
        .where(ImportRefusal.import_id == ImportFile.id, ImportRefusal.settled_at.is_(None))
        .scalar_subquery()
    )
    query = (
        sa.select(*WITHOUT_BODY, waiting.label("waiting"))
        .where(scope.within(actor, ImportFile.unit_id))
        .order_by(ImportFile.made_at.desc(), ImportFile.id)
        .limit(MOST_SHOWN)
    )
    return session.execute(query).all()


def import_file(session: Session, actor: Actor, import_id: str) -> Any | None:
    """One import with what it says, still sealed; None when it is not theirs to see, or gone."""
    query = sa.select(*WITHOUT_BODY, ImportFile.body).where(
        scope.within(actor, ImportFile.unit_id), ImportFile.id == import_id
    )
    return session.execute(query).first()


def refusals(session: Session, import_id: str) -> tuple[Refusal, ...]:
    """The rows of an import that were refused, in the order of the file."""
    query = (
        sa.select(ImportRefusal.line, ImportRefusal.column_name, ImportRefusal.expected, ImportRefusal.advice)
        .where(ImportRefusal.import_id == import_id)
        .order_by(ImportRefusal.line, ImportRefusal.id)
    )
    return tuple(Refusal(row.line, row.column_name, row.expected, row.advice) for row in session.execute(query))


def open_refusals(session: Session, import_id: str) -> int:
    query = sa.select(sa.func.count(ImportRefusal.id)).where(
        ImportRefusal.import_id == import_id, ImportRefusal.settled_at.is_(None)
    )
    return session.scalar(query) or 0


# --- the administrator's page --------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class UnitProgress:
    """How far one unit has come, in numbers, and what of it waits for a person."""

    code: str
    name: str
    numbers: dict[str, int] = field(default_factory=dict)
    last_load_at: datetime | None = None
    waiting: dict[str, int] = field(default_factory=dict)
    parked: dict[str, int] = field(default_factory=dict)

    @property
    def waits(self) -> int:
        return sum(self.waiting.values()) + sum(self.parked.values())


def progress(session: Session) -> list[UnitProgress]:
    """Every unit with what was loaded and what waits, in a number of statements that does not depend on how many."""
    rows = session.execute(sa.select(Unit.id, Unit.code, Unit.name).order_by(Unit.name, Unit.id))
    units = {row.id: UnitProgress(code=row.code, name=row.name) for row in rows}
    for name, query in _loaded().items():
        _enter(units, session.execute(query), lambda unit, row, name=name: unit.numbers.__setitem__(name, row.n))
    for name, query in _waiting().items():
        _enter(units, session.execute(query), lambda unit, row, name=name: unit.waiting.__setitem__(name, row.n))
    for row in session.execute(_imports()):
        if row.unit_id in units:
            units[row.unit_id].numbers |= {
                "imports": row.imports,
                "rows_in": row.rows_in,
                "rows_unchanged": row.unchanged,
                "rows_refused": row.refused,
            }
    _enter(units, session.execute(_last_loads()), _enter_last_load)
    _enter(units, session.execute(_parked()), lambda unit, row: unit.parked.__setitem__(row.reason, row.n))
    return list(units.values())


def _enter_last_load(unit: UnitProgress, row: Any) -> None:
    unit.last_load_at = row.at


def _enter(units: Mapping[str, UnitProgress], rows: Iterable[Any], enter: Any) -> None:
    for row in rows:
        if row.unit_id in units:
            enter(units[row.unit_id], row)


def _count(unit_id: Any, *conditions: Any, of: Any = None) -> sa.Select:
    counted = sa.func.count() if of is None else sa.func.count(sa.distinct(of))
    return sa.select(unit_id.label("unit_id"), counted.label("n")).where(*conditions).group_by(unit_id)


def _loaded() -> dict[str, sa.Select]:
    before = sa.and_(Contact.case_id == CourtCase.id, Contact.happened_at < CourtCase.created_at)
    return {
        "cases": _count(CourtCase.unit_id),
        "participants": _count(Participant.unit_id, Participant.left_at.is_(None)),
        "told": _count(JournalEvent.unit_id, JournalEvent.kind == "ToldCarriedOver"),
        "contacts": sa.select(Contact.unit_id, sa.func.count().label("n"))
        .join(CourtCase, before)
        .group_by(Contact.unit_id),
    }


def _imports() -> sa.Select:
    total = sa.func.sum
    return (
        sa.select(
            ImportFile.unit_id,
            sa.func.count(ImportFile.id).label("imports"),
            total(ImportFile.added + ImportFile.changed).label("rows_in"),
            total(ImportFile.unchanged).label("unchanged"),
            total(ImportFile.refused).label("refused"),
        )
        .where(ImportFile.done_at.is_not(None))
        .group_by(ImportFile.unit_id)
    )


def _last_loads() -> sa.Select:
    """When something was last loaded: a case taken on by a program or by hand, or a file imported."""
    cases = sa.select(CourtCase.unit_id, CourtCase.created_at.label("at"))
    files = sa.select(ImportFile.unit_id, ImportFile.done_at.label("at")).where(ImportFile.done_at.is_not(None))
    both = sa.union_all(cases, files).subquery()
    return sa.select(both.c.unit_id, sa.func.max(both.c.at).label("at")).group_by(both.c.unit_id)


def _waiting() -> dict[str, sa.Select]:
    return {
        "refused": _count(ImportRefusal.unit_id, ImportRefusal.settled_at.is_(None)),
        "unconfirmed": _count(ImportFile.unit_id, ImportFile.done_at.is_(None)),
        "unallocated": _count(CourtCase.unit_id, CourtCase.officer_id.is_(None)),
        "unreachable": _unreachable(),
        "undated": _count(Hearing.unit_id, Hearing.status.in_((HearingStatus.STUB, HearingStatus.UNDATED))),
        "questions": _questions(),
    }


def _unreachable() -> sa.Select:
    """People with no way to reach them that somebody said is allowed and nobody found unsafe."""
    usable = (
        sa.select(ContactPoint.id)
        .where(
            ContactPoint.person_id == Participant.person_id,
            ContactPoint.allowed == "yes",
            ContactPoint.unsafe_since.is_(None),
            ContactPoint.withdrawn_at.is_(None),
        )
        .exists()
    )
    return _count(Participant.unit_id, Participant.left_at.is_(None), sa.not_(usable))


def _questions() -> sa.Select:
    return _count(Transition.unit_id, Transition.flag.is_not(None), Transition.flag_closed_at.is_(None))


def _parked() -> sa.Select:
    """Messages that wait, by the reason, for each unit that their sender works for."""
    return (
        sa.select(ApiClientUnit.unit_id, FeedMessage.reason, sa.func.count(FeedMessage.id).label("n"))
        .join(ApiClientUnit, ApiClientUnit.client_id == FeedMessage.client_id)
        .where(FeedMessage.state == State.PARKED)
        .group_by(ApiClientUnit.unit_id, FeedMessage.reason)
        .order_by(FeedMessage.reason)
    )
