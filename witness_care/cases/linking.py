"""Links two cases that have to do with each other: both pages show it, and nothing that is owed changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.identifiers import has_urn
from witness_care.cases.models import CaseLink, CourtCase
from witness_care.cases.urn_correction import said_of_case
from witness_care.casework.apply import apply
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.sealing import Plain
from workflows.events import CasesLinked, CasesUnlinked, Fact

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "same_incident": "They are about the same incident",
        "same_people": "The same people are in both",
        "linked_trial": "They may be tried together",
        "other": "Something else",
    }
)


class NotLinkedError(Exception):
    """The other case is not there for this person, is the same one, or is linked already: `words` say which."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """One link as the page of one of its cases shows it: `urn` is the other case's number."""

    link: CaseLink
    urn: str


def link(urn: str, other_urn: str, kind: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Link two cases of this actor's units. `kind` is a key of KINDS. Runs in a unit of work of its own.

    Raises NotLinkedError, and LookupError for a first case that is not theirs.
    """
    with writing() as session:
        case, other = _case(session, actor, urn), _case(session, actor, other_urn)
        if case is None:
            raise LookupError("Expected a case of this actor's units; there is none by this number.")
        if other is None:
            raise NotLinkedError("There is no case with this URN in your unit. Check the URN")
        if other.id == case.id:
            raise NotLinkedError("This is the same case. Enter the URN of the other one")
        if any(other.id in (each.link.case_id, each.link.other_case_id) for each in links_of(session, actor, case.id)):
            raise NotLinkedError("These two cases are linked already")
        made = new_id()
        session.add(
            CaseLink(
                id=made,
                case_id=case.id,
                unit_id=case.unit_id,
                other_case_id=other.id,
                kind=kind,
                reason=Plain(reason.strip(), made),
                linked_by=actor.reference,
                linked_at=now,
            )
        )
        _say_in_both(session, (case.id, other.id), CasesLinked(link=made), actor=actor, now=now)


def unlink(link_id: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """End a link, with a reason. Raises LookupError for one that is not theirs, or has ended."""
    with writing() as session:
        found = link_by_id(session, actor, link_id)
        if found is None:
            raise LookupError("Expected a link between cases of this actor's units that stands; there is none.")
        found.unlink_reason = Plain(reason.strip(), found.id)
        found.unlinked_by, found.unlinked_at = actor.reference, now
        _say_in_both(session, (found.case_id, found.other_case_id), CasesUnlinked(link=link_id), actor=actor, now=now)


def link_by_id(session: Session, actor: Actor, link_id: str) -> CaseLink | None:
    """Read a link that stands between two cases of this actor's units."""
    theirs = scope.cases(actor).with_only_columns(CourtCase.id)
    query = sa.select(CaseLink).where(
        CaseLink.id == link_id,
        CaseLink.unlinked_at.is_(None),
        sa.or_(CaseLink.case_id.in_(theirs), CaseLink.other_case_id.in_(theirs)),
    )
    return session.scalars(query).first()


def links_of(session: Session, actor: Actor, case_id: str) -> Sequence[Linked]:
    """Read the links of a case, and of the cases that were merged into it, to other cases of this actor's units."""
    of_this = sa.or_(CourtCase.id == case_id, CourtCase.merged_into == case_id)
    ids = set(session.scalars(sa.select(CourtCase.id).where(of_this)))
    rows = session.scalars(
        sa.select(CaseLink)
        .where(CaseLink.unlinked_at.is_(None), sa.or_(CaseLink.case_id.in_(ids), CaseLink.other_case_id.in_(ids)))
        .order_by(CaseLink.linked_at, CaseLink.id)
    ).all()
    if not rows:  # as for nearly every case
        return []
    others = {row.id: row.other_case_id if row.case_id in ids else row.case_id for row in rows}
    now_part_of = sa.func.coalesce(CourtCase.merged_into, CourtCase.id)
    survivors = {
        row.id: row.survivor
        for row in session.execute(
            sa.select(CourtCase.id, now_part_of.label("survivor")).where(CourtCase.id.in_(others.values()))
        )
    }
    seen = scope.cases(actor).where(CourtCase.id.in_(survivors.values()))
    urns = {row.id: row.urn for row in session.execute(seen.with_only_columns(CourtCase.id, CourtCase.urn))}
    return [
        Linked(link=row, urn=urns[other])
        for row in rows
        if (other := survivors[others[row.id]]) in urns and other != case_id
    ]


def _case(session: Session, actor: Actor, urn: str) -> sa.Row | None:
    columns = (CourtCase.id, CourtCase.urn, CourtCase.unit_id)
    return session.execute(scope.cases(actor).where(has_urn(urn)).with_only_columns(*columns)).first()


def _say_in_both(session: Session, case_ids: Sequence[str], fact: Fact, *, actor: Actor, now: datetime) -> None:
    session.flush()
    said = [said_of_case(session, case_id, fact, actor=actor, now=now) for case_id in sorted(case_ids)]
    apply(said, actor=actor.reference, now=now)
    for case_id in case_ids:
        ledger.note(Category.COMBINATION, case_id=case_id, fields="linked cases")
