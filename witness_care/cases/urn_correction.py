"""Puts the number (URN) of a case right: the old one stays a name of it, and what waited for the right one is applied.

Taking a correction back is the same act the other way round; the history of the case shows both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.identifiers import CASE, URN, has_urn
from witness_care.cases.models import CourtCase, Identifier, UrnCorrection
from witness_care.casework.apply import apply
from witness_care.casework.bulk import insert_rows
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.sealing import Plain
from workflows.events import CaseEvent, Fact, UrnCorrected


class TakenError(Exception):
    """Another case has this number, or had it."""


class UnchangedError(Exception):
    """The case has this number already."""


def correct_urn(urn: str, right: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Give a case its right number. `right` is normalised; `now` is UTC. Runs in a unit of work of its own.

    Raises TakenError, UnchangedError, and LookupError for a case that is not this actor's.
    """
    with writing() as session:
        case = session.execute(
            scope.cases(actor)
            .where(has_urn(urn))
            .with_only_columns(CourtCase.id, CourtCase.urn, CourtCase.unit_id)
            .with_for_update()
        ).first()
        if case is None:
            raise LookupError("Expected a case of this actor's units; there is none by this number.")
        if case.urn == right:
            raise UnchangedError
        _refuse_if_taken(session, case.id, right)
        correction = new_id()
        session.execute(sa.update(CourtCase).where(CourtCase.id == case.id).values(urn=right))
        _keep_both_names(session, case, right, now)
        session.add(
            UrnCorrection(
                id=correction,
                case_id=case.id,
                unit_id=case.unit_id,
                urn_before=case.urn,
                urn=right,
                reason=Plain(reason.strip(), correction),
                corrected_by=actor.reference,
                corrected_at=now,
            )
        )
        session.flush()
        apply(
            [said_of_case(session, case.id, UrnCorrected(correction=correction), actor=actor, now=now)],
            actor=actor.reference,
            now=now,
        )
        _redrive(case.id)
        ledger.note(Category.ALTERATION, case_id=case.id, fields="the case's number")


def corrections_of(session: Session, case_id: str) -> Sequence[UrnCorrection]:
    """Read every correction of a case's number, the newest first."""
    query = sa.select(UrnCorrection).where(UrnCorrection.case_id == case_id)
    return session.scalars(query.order_by(UrnCorrection.corrected_at.desc(), UrnCorrection.id)).all()


def said_of_case(session: Session, case_id: str, fact: Fact, *, actor: Actor, now: datetime) -> CaseEvent:
    """Give the event of something a person says of a case as such, after all that was said of it before."""
    last = session.scalar(sa.select(sa.func.max(JournalEvent.received_at)).where(JournalEvent.case_id == case_id))
    at = max(now, last + timedelta(microseconds=1)) if last is not None else now
    event_id = new_id()
    return CaseEvent(
        id=event_id,
        case_id=case_id,
        what=fact,
        received_at=at,
        occurred_at=at,
        context="officer",
        message_id=event_id,
        actor=actor.reference,
        source="web",
    )


def _refuse_if_taken(session: Session, case_id: str, urn: str) -> None:
    query = sa.select(CourtCase.id).where(sa.or_(CourtCase.urn == urn, has_urn(urn)), CourtCase.id != case_id)
    if session.scalar(query.limit(1)) is not None:
        raise TakenError


def _keep_both_names(session: Session, case: Any, right: str, now: datetime) -> None:
    rows = [
        {
            "id": new_id(),
            "namespace": URN,
            "kind": CASE,
            "value": value,
            "case_id": case.id,
            "target_id": case.id,
            "created_at": now,
        }
        for value in (case.urn, right)
    ]
    insert_rows(session.connection(), _table(Identifier), rows, key=("namespace", "kind", "value", "case_id"))


def _redrive(case_id: str) -> None:
    from witness_care.feed.replay import redrive  # the inbox itself builds on cases

    redrive(case_id)


def _table(model: Any) -> Any:
    return model.__table__
