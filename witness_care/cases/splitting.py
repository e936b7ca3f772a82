"""Takes chosen defendants of a case out into a case of its own, by a supervisor's decision with a reason.

Nothing is deleted. Taking a split back is a merge of the two cases that remembers what stands in both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.permissions import Permission
from witness_care.cases import merged_rows, merging
from witness_care.cases.identifiers import CASE, URN, has_urn
from witness_care.cases.models import CaseCombination, CourtCase, Defendant, Identifier
from witness_care.cases.rows import insert_case
from witness_care.casework import carrying
from witness_care.casework.apply import apply
from witness_care.casework.dry_run import OPENS, Difference, try_out
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.database import session as current_session
from witness_care.database import writing
from witness_care.people import service as people
from witness_care.sealing import Plain
from workflows import events, severing
from workflows.severing import Severed

SPLIT = merging.SPLIT


class CannotBeSplitError(Exception):
    """A case cannot be split as asked: `words` say why, and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


NOBODY = "Choose the defendants who have a case of their own now"
EVERYBODY = "At least one defendant stays in this case. If all have another number, correct the number of the case"
TAKEN = "Another case has this URN, or had it. Enter the URN of the new case"
UNDONE_BEFORE = "This split was taken back before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Whom a split concerns: the participants who go, who stand in both cases, and what becomes of duties."""

    going: tuple[str, ...]
    in_both: tuple[str, ...]
    differences: tuple[Difference, ...]


def split(urn: str, defendants: Collection[str], new_urn: str, reason: str, *, actor: Actor, now: datetime) -> str:
    """Give chosen defendants of a case a case of their own; gives its URN. Runs in a unit of work of its own.

    Raises CannotBeSplitError, and LookupError for a case that is not theirs.
    """
    with writing() as session:
        _, cases = _split(urn, defendants, new_urn, reason, actor=actor, now=now)
        for case_id in cases:
            merging.note(session, case_id, "case split")
        return new_urn


def preview(urn: str, defendants: Collection[str], new_urn: str, *, actor: Actor, now: datetime) -> Preview:
    """Say what a split would change, and write nothing. Raises what `split` raises."""

    def act() -> tuple[Severed, Sequence[str]]:
        return _split(urn, defendants, new_urn, "tried out", actor=actor, now=now)

    trial = try_out(act)
    severed = trial.answer
    names = severed.same | {new: old for old, new in severed.subjects.items()}
    before = _open_before(urn)
    seen = merging.seen_as_one(trial, names, names)
    return Preview(
        going=tuple(sorted(severed.goes["participant"])),
        in_both=tuple(sorted(severed.both["participant"])),
        differences=tuple(
            each
            for each in seen
            if each.what != OPENS or (names.get(each.participant_id, each.participant_id), each.topic) not in before
        ),
    )


def take_back(combination_id: str, reason: str, *, actor: Actor, now: datetime) -> str:
    """Let the two cases of a split be one again, and give the URN of the one that stays."""
    session = current_session()
    old, new = _urns_of_split(session, actor, combination_id)
    return merging.merge(old, new, reason, actor=actor, now=now)


def preview_back(combination_id: str, *, actor: Actor, now: datetime) -> merging.Preview:
    """Say what taking a split back would change, and write nothing."""
    old, new = _urns_of_split(current_session(), actor, combination_id)
    return merging.preview_merge(old, new, actor=actor, now=now)


def _urns_of_split(session: Session, actor: Actor, combination_id: str) -> tuple[str, str]:
    found = merging.combination_of(session, actor, combination_id)
    if found is None or found.kind != SPLIT or not actor.may(Permission.COMBINE_CASES):
        raise LookupError("Expected a split of a case of this actor's units; there is none by this id.")
    if found.undone_at is not None:
        raise merging.CannotBeMergedError(UNDONE_BEFORE)
    rows = session.execute(
        sa.select(CourtCase.id, CourtCase.urn, CourtCase.merged_into).where(
            CourtCase.id.in_((found.case_id, found.other_case_id))
        )
    ).all()
    if any(row.merged_into for row in rows):  # its number means a third case now
        raise merging.CannotBeMergedError(merging.LATER_FIRST)
    urns = {row.id: row.urn for row in rows}
    return urns[found.case_id], urns[found.other_case_id]


def _open_before(urn: str) -> set[tuple[str, str]]:
    query = sa.select(Duty.participant_id, Duty.topic).join(CourtCase, CourtCase.id == Duty.case_id)
    return {
        (row.participant_id, row.topic)
        for row in current_session().execute(query.where(has_urn(urn), Duty.closed_at.is_(None)))
    }


# --- splitting ----------------------------------------------------------------------------------------------------


def _split(
    urn: str, defendants: Collection[str], new_urn: str, reason: str, *, actor: Actor, now: datetime
) -> tuple[Severed, Sequence[str]]:
    with writing() as session:
        case = _locked(session, actor, urn)
        chosen = _chosen(session, case.id, defendants)
        if session.scalar(sa.select(CourtCase.id).where(sa.or_(CourtCase.urn == new_urn, has_urn(new_urn))).limit(1)):
            raise CannotBeSplitError(TAKEN)
        act, new_case = new_id(), new_id()
        [side] = merging.sides(session, case.id)
        severed = severing.sever(side, chosen, case=new_case, act=act)
        insert_case(
            session,
            case_id=new_case,
            unit_id=case.unit_id,
            urn=new_urn,
            officer_id=case.officer_id,
            allocated_by=case.allocated_by,
            received_at=case.without_officer_since or now,
            now=now,
        )
        session.execute(sa.update(CourtCase).where(CourtCase.id == new_case).values(split_from=case.id))
        _name(session, new_case, new_urn, now)
        going = merged_rows.move_apart(session, severed, case, new_case, now=now)
        session.add(
            CaseCombination(
                id=act,
                kind=SPLIT,
                case_id=case.id,
                unit_id=case.unit_id,
                other_case_id=new_case,
                moved={"same": severed.same, "subjects": {new: old for old, new in severed.subjects.items()}},
                reason=Plain(reason.strip(), act),
                done_by=actor.reference,
                done_at=now,
            )
        )
        session.flush()
        at = merging.after_both(side, side, now)
        old_mark = events.CaseSplit(act=act, case=new_case, replaced=severed.replaced, threads=severed.threads_here)
        new_mark = events.CaseSplitOff(act=act, case=case.id, threads=severed.threads)
        said = [
            *severed.staying,
            *severed.going,
            *merging.said([old_mark], case.id, act, at=at, actor=actor),
            *merging.said([new_mark], new_case, act, at=at, actor=actor),
        ]
        carrying.close_of_people(session, going, case.id, actor=actor.reference, cause=said[-1].id, now=now)
        subjects = {*severed.goes["defendant"], *severed.goes["hearing"], *_only_there(severed)}
        carrying.close_of_subjects(session, case.id, subjects, actor=actor.reference, cause=said[-2].id, now=now)
        apply(said, actor=actor.reference, now=now)
        merged_rows.keep_notes_of_both(session, severed.both["hearing"])
        carrying.forget_told(session, (case.id, new_case))
        carrying.keep_answers(session, case.id, new_case)
        people.mark_shared_points(session, [case.id, new_case], now)
        for each in (case.id, new_case):
            merging.redrive_waiting(each)
        return severed, [case.id, new_case]


def _name(session: Session, case_id: str, urn: str, now: datetime) -> None:
    """Keep the number as a name, which goes with what the case is part of later."""
    named = {"namespace": URN, "kind": CASE, "value": urn}
    session.add(Identifier(id=new_id(), case_id=case_id, target_id=case_id, created_at=now, **named))


def _only_there(severed: Severed) -> set[str]:
    """Give the threads that only the new case has now, under the names they keep."""
    here = {thread for _, thread in severed.threads_here}
    return {thread for _, thread in severed.threads} - here


def _locked(session: Session, actor: Actor, urn: str) -> Any:
    names = ("id", "urn", "unit_id", "officer_id", "allocated_by", "without_officer_since")
    columns = [getattr(CourtCase, name) for name in names]
    query = scope.cases(actor).where(has_urn(urn)).with_only_columns(*columns).with_for_update()
    found = session.execute(query).first()
    if found is None or not actor.may(Permission.COMBINE_CASES):
        raise LookupError("Expected a case of this actor's units; there is none by this URN.")
    return found


def _chosen(session: Session, case_id: str, defendants: Collection[str]) -> frozenset[str]:
    query = sa.select(Defendant.id).where(Defendant.case_id == case_id, Defendant.removed_at.is_(None))
    there = set(session.scalars(query))
    chosen = frozenset(defendants) & there
    if not chosen or len(chosen) != len(set(defendants)):
        raise CannotBeSplitError(NOBODY)
    if chosen == there:
        raise CannotBeSplitError(EVERYBODY)
    return chosen
