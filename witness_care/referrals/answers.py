"""Gives the Victim Contact Scheme's answers of a case as JSON, for the document of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.referrals.models import Referral

SHOWN = (
    *("id", "result", "reasons", "missing", "state", "sentenced_on", "sent_at", "acknowledged_at"),
    *("liaison_at", "liaison_due_at", "reason", "told", "objects"),
)


def scheme_answers(session: Session, case_id: str) -> Mapping[str, list[dict[str, Any]]]:
    """Give, by person, the answer for each defendant with its reasons; nothing while nothing has ended."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = session.execute(
        sa.select(Referral.__table__)
        .where(Referral.case_id == case_id, Referral.result != "")
        .order_by(Referral.participant_id, Referral.defendant_id)
    )
    for row in rows:
        answer = {name: getattr(row, name) for name in SHOWN}
        found.setdefault(row.participant_id, []).append(answer | {"defendant": row.defendant_id})
    return found
