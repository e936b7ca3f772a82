"""Gives a death to every case of the person, under locks that cannot wait for a message that is being claimed.

Whoever claims a message locks its case and then the person. So a death locks all cases of the person, in the order of
their ids, before it locks the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases import rows
from witness_care.cases.document import CaseGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.identifiers import has_urn
from witness_care.cases.models import CourtCase
from witness_care.columns import new_id
from witness_care.people.document import PersonGiven
from witness_care.people.models import Participant
from workflows.events import CaseEvent, Fact, ParticipantDied


def lock_first(session: Session, given: CaseGiven) -> None:
    """Lock every case of everybody in a case that a death is recorded in, before the case itself is locked.

    Who died is known only once the case is read; that others' cases are locked with theirs does no harm.
    """
    if any(said.person is not None and said.person.deceased_on is not None for said in given.participants):
        here = sa.select(CourtCase.id).where(has_urn(given.urn), CourtCase.merged_into.is_(None))
        _lock_cases(session, sa.select(Participant.person_id).where(Participant.case_id.in_(here)))


def lock_cases_of(session: Session, persons: Mapping[str, PersonGiven]) -> None:
    """Lock every case of those who died; only who is new to this case adds anything to `lock_first`."""
    died = sorted(person for person, said in persons.items() if said.deceased_on is not None)
    if died:
        _lock_cases(session, died)


def _lock_cases(session: Session, persons: Any) -> None:
    theirs = sa.select(Participant.case_id).where(Participant.person_id.in_(persons))
    query = sa.select(CourtCase.id).where(CourtCase.id.in_(theirs)).order_by(CourtCase.id)
    session.execute(query.with_for_update())


def elsewhere(
    session: Session, facts: Iterable[Fact], changes: rows.RowChanges, held: HeldCase, *, template: list[CaseEvent]
) -> list[CaseEvent]:
    """Give the same death to every other case of the person: contact stops everywhere at once."""
    died = {fact.participant for fact in facts if isinstance(fact, ParticipantDied)}
    if not died:
        return []
    persons = [changes.person_of[participant] for participant in sorted(died)]
    others = session.execute(
        sa.select(Participant.id, Participant.case_id)
        .where(Participant.person_id.in_(persons), Participant.case_id != held.id, Participant.left_at.is_(None))
        .order_by(Participant.case_id, Participant.id)
    )
    pattern = template[0]
    return [
        replace(
            pattern,
            id=new_id(),
            case_id=other.case_id,
            what=ParticipantDied(participant=other.id),
            ordinal=position,
            registration=False,
        )
        for position, other in enumerate(others)
    ]
