"""Refuses a parent or guardian who is a defendant of the case: a child is never reached through them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.document import CaseGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.refusal import NotAcceptedError
from witness_care.people.models import Participant, Person
from workflows.events import VictimKind


def refuse_a_defendant(session: Session, given: CaseGiven, held: HeldCase) -> None:
    """Refuse a parent or guardian with the name of a defendant of the case (domain.md section 3).

    Names alone do not tell people apart, so it asks for more. Reads nothing when the document names no parent. Raises
    NotAcceptedError, which repeats no name.
    """
    named = {
        position: said
        for position, said in enumerate(given.participants)
        if said.victim_kind == VictimKind.PARENT and not said.remove
    }
    if not named:
        return
    defendants = {_plain(row.name) for row in held.defendants.values() if row.removed_at is None and row.name}
    defendants |= {_plain(said.name) for said in given.defendants if said.name and not said.remove}
    here = session.execute(
        sa.select(Participant.id, Person.name)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.id.in_([said.id for said in named.values()]), Participant.case_id == held.id)
    )
    names = {row.id: row.name for row in here}
    for position, said in named.items():
        name = (said.person.name if said.person else None) or names.get(said.id) or ""
        if _plain(name) in defendants:
            raise NotAcceptedError(
                f"/participants/{position}/victim_kind",
                expected="a parent or guardian who is no defendant of the case",
                received="",
                do="If it is somebody else of the same name, add what tells them apart, for example a middle name.",
            )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
