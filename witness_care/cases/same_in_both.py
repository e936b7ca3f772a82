"""Finds what two cases have in common: by the court's ids, by arrest summons number, and by who a person is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.identifiers import ASN, COURT, DEFENDANT, HEARING, OFFENCE
from witness_care.cases.models import Defendant, Identifier, Offence
from witness_care.people.models import Participant


def same_in_both(session: Session, source: str, target: str) -> dict[str, str]:
    """Give our ids in `target` by those in `source`. Never by a name: two people may have one."""
    named = _by_name(session, source, target)
    defendants = _one_to_one([*named[DEFENDANT], *_by_summons(session, source, target)])
    offences = _one_to_one([*named[OFFENCE], *_by_code(session, source, target, defendants)])
    people = _one_to_one(_people(session, source, target))
    return defendants | offences | people | _one_to_one(named[HEARING])


def _by_name(session: Session, source: str, target: str) -> dict[str, list[tuple[str, str]]]:
    theirs, ours = Identifier.__table__.alias("theirs"), Identifier.__table__.alias("ours")
    same_name = sa.and_(
        theirs.c.namespace == ours.c.namespace, theirs.c.kind == ours.c.kind, theirs.c.value == ours.c.value
    )
    rows = session.execute(
        sa.select(theirs.c.kind, theirs.c.target_id, ours.c.target_id.label("ours"))
        .join(ours, same_name)
        .where(
            theirs.c.case_id == source,
            ours.c.case_id == target,
            theirs.c.namespace.in_((COURT, ASN)),
            theirs.c.kind.in_((DEFENDANT, OFFENCE, HEARING)),
        )
        .order_by(theirs.c.namespace.desc(), theirs.c.value, theirs.c.id)
    )
    found: dict[str, list[tuple[str, str]]] = {DEFENDANT: [], OFFENCE: [], HEARING: []}
    for row in rows:
        found[row.kind].append((row.target_id, row.ours))
    return found


def _by_summons(session: Session, source: str, target: str) -> list[tuple[str, str]]:
    theirs, ours = Defendant.__table__.alias("theirs"), Defendant.__table__.alias("ours")
    query = (
        sa.select(theirs.c.id, ours.c.id.label("ours"))
        .join(ours, ours.c.arrest_summons_number == theirs.c.arrest_summons_number)
        .where(theirs.c.case_id == source, ours.c.case_id == target, theirs.c.arrest_summons_number != "")
    )
    return [(row.id, row.ours) for row in session.execute(query.order_by(theirs.c.id, ours.c.id))]


def _by_code(session: Session, source: str, target: str, defendants: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the offences of one defendant in both that have one code, where no other of theirs has it."""
    rows = session.execute(
        sa.select(Offence.id, Offence.case_id, Offence.defendant_id, Offence.cjs_code)
        .where(Offence.case_id.in_((source, target)), Offence.cjs_code != "", Offence.removed_at.is_(None))
        .order_by(Offence.id)
    ).all()
    charged: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        defendant = defendants.get(row.defendant_id, row.defendant_id)
        charged.setdefault((row.case_id, defendant, row.cjs_code), []).append(row.id)
    found = []
    for (case_id, defendant, code), theirs in charged.items():
        ours = charged.get((target, defendant, code), [])
        if case_id == source and len(theirs) == len(ours) == 1:
            found.append((theirs[0], ours[0]))
    return found


def _people(session: Session, source: str, target: str) -> list[tuple[str, str]]:
    theirs, ours = Participant.__table__.alias("theirs"), Participant.__table__.alias("ours")
    query = (
        sa.select(theirs.c.id, ours.c.id.label("ours"))
        .join(ours, ours.c.person_id == theirs.c.person_id)
        .where(theirs.c.case_id == source, ours.c.case_id == target)
        # Somebody who left and was taken on again stands twice: the one who is there now is meant.
        .order_by(theirs.c.left_at.is_not(None), ours.c.left_at.is_not(None), theirs.c.id, ours.c.id)
    )
    return [(row.id, row.ours) for row in session.execute(query)]


def _one_to_one(pairs: Sequence[tuple[Any, Any]]) -> dict[str, str]:
    """Take each of both sides once, the first match first."""
    found: dict[str, str] = {}
    for theirs, ours in pairs:
        if theirs not in found and ours not in found.values():
            found[theirs] = ours
    return found
