"""Refuses a parent or guardian who is a defendant of the case: a child is never reached through them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.document import CaseGiven, ParticipantGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.identifiers import PARTICIPANT, IdBook
from witness_care.cases.refusal import NotAcceptedError
from witness_care.people.models import Participant, Person
from workflows.events import Role, VictimKind


def refuse_a_defendant(session: Session, given: CaseGiven, held: HeldCase, book: IdBook) -> None:
    """Refuse a parent or guardian with the name of a defendant of the case (domain.md section 3).

    Names alone do not tell people apart, so it asks for more. Reads nothing when the document names no parent. Raises
    NotAcceptedError, which repeats no name.
    """
    named = {
        position: (said, book.find(PARTICIPANT, said.id) or "")
        for position, said in enumerate(given.participants)
        if not said.remove
    }
    named = {
        position: (said, ours)
        for position, (said, ours) in named.items()
        if _is_parent(said, held.participants.get(ours))
    }
    if not named:
        return
    defendants = {_plain(row.name) for row in held.defendants.values() if row.removed_at is None and row.name}
    defendants |= {_plain(said.name) for said in given.defendants if said.name and not said.remove}
    here = session.execute(
        sa.select(Participant.id, Person.name)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.id.in_([ours for _, ours in named.values()]), Participant.case_id == held.id)
    )
    names = {row.id: row.name for row in here}
    for position, (said, ours) in named.items():
        name = (said.person.name if said.person else None) or names.get(ours) or ""
        if _plain(name) in defendants:
            raise NotAcceptedError(
                f"/participants/{position}/victim_kind",
                expected="a parent or guardian who is no defendant of the case",
                received="",
                do="If it is somebody else of the same name, add what tells them apart, for example a middle name.",
            )


def _is_parent(said: ParticipantGiven, row: Any) -> bool:
    """Say whether somebody is a parent or guardian after this document."""
    kind = said.victim_kind or (row.victim_kind if row is not None else "")
    role = said.role or (row.role if row is not None else "")
    return kind == VictimKind.PARENT and role != Role.WITNESS


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
