"""Keeps the blind indexes of defendants' contact details, so that a person is never called where a defendant answers.

The details themselves are dropped before a message is stored (security.md SEC-25, SEC-29).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.models import DefendantEndpoint
from witness_care.casework.bulk import insert_rows, update_rows
from witness_care.columns import new_id
from witness_care.feed.reduction import SeenEndpoint
from witness_care.people.endpoints import blind_index_of
from witness_care.people.service import mark_shared_points


def keep(session: Session, seen: Iterable[SeenEndpoint], *, now: datetime) -> None:
    """Keep the blind index of each contact detail that is not held yet, under the sender's id of the defendant."""
    wanted: dict[tuple[str, str, str], None] = {}
    for endpoint in seen:
        index = blind_index_of(endpoint.kind, endpoint.value)
        if index:
            wanted[(endpoint.defendant, endpoint.kind, index)] = None
    if not wanted:
        return
    columns = (DefendantEndpoint.external_id, DefendantEndpoint.kind, DefendantEndpoint.blind_index)
    names = sorted({defendant for defendant, _, _ in wanted})
    held = {tuple(row) for row in session.execute(sa.select(*columns).where(DefendantEndpoint.external_id.in_(names)))}
    insert_rows(
        session.connection(),
        _table(DefendantEndpoint),
        [
            {"id": new_id(), "external_id": defendant, "kind": kind, "blind_index": index, "seen_at": now}
            for defendant, kind, index in wanted
            if (defendant, kind, index) not in held
        ],
    )


def attach(session: Session, defendants: Mapping[str, tuple[str, str]], *, now: datetime) -> None:
    """Say whose they are, now that the defendants are known: (our defendant, case) by the sender's id.

    A contact point that a person of the case shares with the defendant is marked unsafe at once.
    """
    if not defendants:
        return
    waiting = session.scalars(
        sa.select(DefendantEndpoint.external_id)
        .where(DefendantEndpoint.external_id.in_(sorted(defendants)), DefendantEndpoint.case_id.is_(None))
        .distinct()
    ).all()
    owners = [(name, *defendants[name]) for name in sorted(waiting)]
    update_rows(
        session.connection(),
        _table(DefendantEndpoint),
        [{"external_id": name, "defendant_id": ours, "case_id": case_id} for name, ours, case_id in owners],
        key="external_id",
    )
    for case_id in sorted({case_id for _, _, case_id in owners}):
        mark_shared_points(session, [case_id], now)


def _table(model: Any) -> Any:
    return model.__table__
