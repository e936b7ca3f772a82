"""Says, beside the entries about a case as such, what was done and why: its number, links, merges, splits, matches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.models import CaseCombination, CaseLink, CourtCase, CourtMatch, UrnCorrection
from witness_care.casework.models import JournalEvent

NUMBER = "UrnCorrected"
LINKS = ("CasesLinked", "CasesUnlinked")
TAKEN_BACK = "MatchTakenBack"
BY_A_COURT = "feed:"
MERGES = ("CaseMergedHere", "CaseMergedAway", "MergeUndone", "CaseSplit", "CaseSplitOff")


def reasons(session: Session, case_id: str, entries: Iterable[Any]) -> Mapping[str, str]:
    """Give, by entry, the numbers it speaks of and the reason that was given; four statements, and none for most."""
    by_kind: dict[str, list[Any]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry)
    found: dict[str, str] = {}
    if NUMBER in by_kind:
        found |= _numbers(session, by_kind[NUMBER])
    linked = [entry for kind in LINKS for entry in by_kind.get(kind, ())]
    if linked:
        found |= _links(session, case_id, linked)
    if TAKEN_BACK in by_kind:
        found |= _taken_back(session, by_kind[TAKEN_BACK])
    merged = [entry for kind in MERGES for entry in by_kind.get(kind, ())]
    return found | (_merges(session, case_id, merged) if merged else {})


def unmatched(session: Session, case_id: str, entries: Iterable[Any]) -> Mapping[str, CourtMatch]:
    """Give the record of each match that was taken back in a case, by the entries that count no more since.

    No statement where no court said any of `entries`.
    """
    if not any(entry.actor.startswith(BY_A_COURT) for entry in entries):
        return {}
    of_case = sa.select(JournalEvent.payload).where(JournalEvent.case_id == case_id, JournalEvent.kind == TAKEN_BACK)
    said = session.scalars(of_case).all()
    if not said:
        return {}
    rows = _matches(session, [fact["match"] for fact in said])
    return {entry: rows[fact["match"]] for fact in said if fact["match"] in rows for entry in fact["entries"]}


def _taken_back(session: Session, entries: list[Any]) -> dict[str, str]:
    rows = _matches(session, [entry.payload["match"] for entry in entries])
    return {
        entry.id: row.reason.open(row.id)
        for entry in entries
        if (row := rows.get(entry.payload["match"])) and row.reason is not None
    }


def _matches(session: Session, ids: Iterable[str]) -> dict[str, CourtMatch]:
    return {row.id: row for row in session.scalars(sa.select(CourtMatch).where(CourtMatch.id.in_(list(ids))))}


def _numbers(session: Session, entries: list[Any]) -> dict[str, str]:
    ids = [entry.payload["correction"] for entry in entries]
    rows = {row.id: row for row in session.scalars(sa.select(UrnCorrection).where(UrnCorrection.id.in_(ids)))}
    return {
        entry.id: f"From {row.urn_before} to {row.urn}: {row.reason.open(row.id)}"
        for entry in entries
        if (row := rows.get(entry.payload["correction"]))
    }


def _links(session: Session, case_id: str, entries: list[Any]) -> dict[str, str]:
    ids = [entry.payload["link"] for entry in entries]
    rows = {row.id: row for row in session.scalars(sa.select(CaseLink).where(CaseLink.id.in_(ids)))}
    urns = _urns(session, rows.values())
    found = {}
    for entry in entries:
        row = rows.get(entry.payload["link"])
        if row is not None:
            why = row.unlink_reason if entry.kind == "CasesUnlinked" else row.reason
            found[entry.id] = f"Case {urns[_other(row, case_id)]}: {why.open(row.id)}"
    return found


def _merges(session: Session, case_id: str, entries: list[Any]) -> dict[str, str]:
    ids = {entry.id: entry.payload.get("merge") or entry.payload["act"] for entry in entries}
    query = sa.select(CaseCombination).where(CaseCombination.id.in_(ids.values()))
    rows = {row.id: row for row in session.scalars(query)}
    urns = _urns(session, rows.values())
    found = {}
    for entry in entries:
        row = rows.get(ids[entry.id])
        if row is not None:
            why = row.undo_reason if entry.kind == "MergeUndone" else row.reason
            found[entry.id] = f"Case {urns[_other(row, case_id)]}: {why.open(row.id)}"
    return found


def _urns(session: Session, rows: Iterable[Any]) -> dict[str, str]:
    ids = {case_id for row in rows for case_id in (row.case_id, row.other_case_id)}
    found = session.execute(sa.select(CourtCase.id, CourtCase.urn).where(CourtCase.id.in_(ids)))
    return {row.id: row.urn for row in found}


def _other(row: Any, case_id: str) -> str:
    return str(row.other_case_id if row.case_id == case_id else row.case_id)
