"""Tells the journal of a case of before an upgrade what only its rows hold: offence codes and enhanced grounds.

The Victim Contact Scheme is worked out from the journal alone. A sweep of a hundred cases a minute: each is told what
its state does not know yet, is folded anew, and marked as told, on its own. Twice does no harm.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import database
from witness_care.cases.models import CourtCase, Offence
from witness_care.casework.apply import apply
from witness_care.casework.rebuild import rebuild_some
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people.models import Participant
from witness_care.structured_log import describe, log
from workflows import charges, truth
from workflows import snapshot as snapshots
from workflows.decide import case_truth
from workflows.events import CaseEvent, Fact, OffenceDescribed, ParticipantRecorded
from workflows.snapshot import Snapshot

CASES = 100
ACTOR = "system:journals"

_MESSAGES = uuid.UUID("3c8a53a0-55c7-5b0f-a1f4-0d7f6a8d2c11")


def journal_rows(now: datetime) -> int:
    """Tell up to a hundred journals, each in a unit of work of its own; gives the number of cases.

    One that cannot be told is logged and left for the next sweep; the others do not wait for it. One that is part of
    another case waits for its own.
    """
    told, after = 0, ""
    while told < CASES and (case_id := _next(after)):
        try:
            told += _tell(case_id, now)
        except Exception as error:  # a database that is away fails the sweep when it is asked for the next
            log.error("journal_not_told", case_id=case_id, **describe(error))
        after = case_id
    return told


def _next(after: str) -> str | None:
    query = _not_told().where(CourtCase.id > after).order_by(CourtCase.id).limit(1)
    return database.session().scalar(query.with_only_columns(CourtCase.id))


def _not_told() -> sa.Select:
    return sa.select(CourtCase.id, CourtCase.state).where(~CourtCase.rows_journalled, CourtCase.merged_into.is_(None))


def _tell(case_id: str, now: datetime) -> bool:
    """Tell one journal; False when it was told meanwhile, or became part of another case."""
    with writing() as work:
        case = work.execute(_not_told().where(CourtCase.id == case_id).with_for_update()).first()
        if case is None:
            return False
        apply(list(_events(work, case, now)), actor=ACTOR, now=now)
        rebuild_some([case_id], now=now)
        done = sa.update(CourtCase).where(CourtCase.id == case_id).values(rows_journalled=True)
        work.execute(done, execution_options={"synchronize_session": False})
    return True


def _events(session: Session, case: Any, now: datetime) -> Iterator[CaseEvent]:
    snapshot = snapshots.load(case.state) if case.state else Snapshot(case=case.id)
    facts = (*_offences(session, snapshot), *_grounds(session, snapshot))
    for ordinal, fact in enumerate(facts):
        yield CaseEvent(
            id=new_id(),
            case_id=case.id,
            what=fact,
            received_at=now,
            occurred_at=now,
            context="system",
            message_id=str(uuid.uuid5(_MESSAGES, case.id)),
            actor=ACTOR,
            source="system",
            ordinal=ordinal,
        )


def _offences(session: Session, snapshot: Snapshot) -> Iterator[Fact]:
    known = charges.offence_codes(snapshot.registers)
    charged = {offence for theirs in case_truth(snapshot).charged.values() for offence in theirs}
    rows = session.execute(
        sa.select(Offence.id, Offence.defendant_id, Offence.cjs_code)
        .where(Offence.case_id == snapshot.case, Offence.cjs_code != "", Offence.removed_at.is_(None))
        .order_by(Offence.id)
    )
    for row in rows:
        if row.id in charged and row.id not in known:
            yield OffenceDescribed(defendant=row.defendant_id, offence=row.id, cjs_code=row.cjs_code)


def _grounds(session: Session, snapshot: Snapshot) -> Iterator[Fact]:
    rows = session.execute(
        sa.select(Participant.id, Participant.enhanced_basis)
        .where(Participant.case_id == snapshot.case, Participant.left_at.is_(None))
        .order_by(Participant.id)
    )
    for row in rows:
        stands = truth.standing(snapshot.registers, f"recorded:{row.id}")
        if not row.enhanced_basis or stands is None or not isinstance(stands.said, ParticipantRecorded):
            continue
        if not stands.said.enhanced_basis:
            yield replace(stands.said, enhanced_basis=tuple(sorted(row.enhanced_basis)))
