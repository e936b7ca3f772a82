"""Makes one case of two, and two of one again, by a supervisor's decision with a reason (feeds.md section 4).

Nothing is deleted: the case that was merged keeps its journal and its number, which lead to the one it is part of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.permissions import Permission
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases import identifiers, merged_rows
from witness_care.cases.models import CaseCombination, CourtCase
from witness_care.cases.same_in_both import same_in_both
from witness_care.casework import carrying
from witness_care.casework.apply import apply, read_journals
from witness_care.casework.dry_run import CHANGES, ENDS, OPENS, Difference, Trial, try_out
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people import service as people
from witness_care.sealing import Plain
from workflows import combining, events, parting, snapshot
from workflows.combining import Merged, Side
from workflows.decide import case_truth
from workflows.events import CaseEvent, Fact


class CannotBeMergedError(Exception):
    """Two cases cannot become one, or one two: `words` say why, and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


MERGE, SPLIT = "merge", "split"
NOT_THERE = "There is no case with this URN in your unit. Check the URN; a case of another unit cannot be merged"
ITSELF = "This is the same case. Enter the URN of the other one"
OTHER_UNIT = "The two cases are held by two units. Ask for one to be handed to the other unit first, then merge them"
LATER_FIRST = "One of the cases was merged or split later. Take that back first"
UNDONE_BEFORE = "This merge was taken apart before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Whom a merge, or its end, concerns: united people by the participant who stays, and what becomes of duties."""

    united: tuple[str, ...]
    differences: tuple[Difference, ...]


def merge(urn: str, other_urn: str, reason: str, *, actor: Actor, now: datetime) -> str:
    """Make the case with `other_urn` part of the case with `urn`, and give the URN of the case that stays.

    Runs in a unit of work of its own. Raises CannotBeMergedError, and LookupError for a first case that is not theirs.
    """
    with writing() as session:
        stays, _, cases = _merge(urn, other_urn, reason, actor=actor, now=now)
        note(session, cases[0], "cases merged")
        return stays


def preview_merge(urn: str, other_urn: str, *, actor: Actor, now: datetime) -> Preview:
    """Say what a merge would change, and write nothing. Raises what `merge` raises."""
    made: list[Merged] = []

    def act() -> tuple[str, Sequence[str]]:
        stays, merged, cases = _merge(urn, other_urn, "tried out", actor=actor, now=now)
        made.append(merged)
        return stays, cases

    trial = try_out(act)
    return Preview(united=tuple(sorted(made[0].united)), differences=seen_as_one(trial, made[0].same, made[0].subjects))


def take_apart(combination_id: str, reason: str, *, actor: Actor, now: datetime) -> str:
    """Let two merged cases stand apart again, and give the URN of the one that comes back.

    Raises CannotBeMergedError, and LookupError for a merge that is not theirs to see.
    """
    with writing() as session:
        urn, _, cases = _take_apart(combination_id, reason, actor=actor, now=now)
        for case_id in cases:
            note(session, case_id, "merge undone")
        return urn


def preview_apart(combination_id: str, *, actor: Actor, now: datetime) -> Preview:
    """Say what taking a merge apart would change, and write nothing."""
    names: list[Mapping[str, Any]] = []

    def act() -> tuple[str, Sequence[str]]:
        urn, moved, cases = _take_apart(combination_id, "tried out", actor=actor, now=now)
        names.append(moved)
        return urn, cases

    trial = try_out(act)
    return Preview(
        united=tuple(sorted(names[0]["united"])),
        differences=seen_as_one(trial, names[0]["same"], names[0]["subjects"]),
    )


def combination_of(session: Session, actor: Actor, combination_id: str) -> CaseCombination | None:
    """Read a merge by its id; None when it is not there, or not theirs to see."""
    of_theirs = scope.cases(actor).with_only_columns(CourtCase.id)
    return session.scalars(
        sa.select(CaseCombination).where(CaseCombination.id == combination_id, CaseCombination.case_id.in_(of_theirs))
    ).first()


def combinations_of(session: Session, case_id: str) -> Sequence[sa.Row]:
    """Read the cases that are part of this one, and those it was split with (`is_here`: from which), the latest first.

    A case that is part of another has no page, so a merge is read from the side of the one that stays.
    """
    is_here = CaseCombination.case_id == case_id
    other = sa.case((is_here, CaseCombination.other_case_id), else_=CaseCombination.case_id)
    split_off = sa.and_(CaseCombination.other_case_id == case_id, CaseCombination.kind == SPLIT)
    query = (
        sa.select(CaseCombination.id, CaseCombination.kind, CaseCombination.done_at, CourtCase.urn)
        .add_columns(is_here.label("is_here"))
        .join(CourtCase, CourtCase.id == other)
        .where(sa.or_(is_here, split_off), CaseCombination.undone_at.is_(None))
    )
    return session.execute(query.order_by(CaseCombination.done_at.desc(), CaseCombination.id)).all()


# --- merging ------------------------------------------------------------------------------------------------------


def _merge(urn: str, other_urn: str, reason: str, *, actor: Actor, now: datetime) -> tuple[str, Merged, Sequence[str]]:
    with writing() as session:
        stays, goes = _both(session, actor, urn, other_urn)
        act = new_id()
        target, source = sides(session, stays.id, goes.id)
        of_split = _known_of_split(session, stays.id, goes.id)
        same = same_in_both(session, goes.id, stays.id)
        if of_split is not None:
            same = _one_to_one(_in_both_still(of_split["same"], source, target), same)
        merged = combining.merge(target, source, same, act=act)
        at = after_both(target, source, now)
        marks: list[Fact] = [
            events.CaseMergedHere(act=act, case=goes.id, replaced=merged.replaced, threads=merged.threads),
            *merged.records,
        ]
        news = [
            *merged.events,
            *said(marks, stays.id, act, at=at, actor=actor),
            *said([events.CaseMergedAway(act=act, case=stays.id)], goes.id, act, at=at, actor=actor),
        ]
        known = [event.row_id for event in target.journal]
        moved = merged_rows.move(session, merged, stays, goes, known=known, now=now)
        if of_split is not None:
            moved["split"] = of_split["split"]
            _mark_split(session, of_split["split"], reason, actor=actor.reference, now=now)
        session.add(
            CaseCombination(
                id=act,
                case_id=stays.id,
                unit_id=stays.unit_id,
                other_case_id=goes.id,
                moved=moved,
                reason=Plain(reason.strip(), act),
                done_by=actor.reference,
                done_at=now,
            )
        )
        carrying.close_left_behind(session, goes.id, actor=actor.reference, cause=news[-1].id, now=now)
        session.execute(sa.update(CourtCase).where(CourtCase.id == goes.id).values(merged_into=stays.id))
        session.flush()
        apply(news, actor=actor.reference, now=now)
        carrying.keep_answers(session, goes.id, stays.id)
        people.mark_shared_points(session, [stays.id], now)
        redrive_waiting(stays.id)
        return stays.urn, merged, [stays.id, goes.id]


def _known_of_split(session: Session, case_id: str, other: str) -> Mapping[str, Any] | None:
    """Give what a standing split between two cases remembers of what is in both: ids of the old by those of the new."""
    found = session.scalars(
        sa.select(CaseCombination).where(
            CaseCombination.kind == SPLIT,
            CaseCombination.undone_at.is_(None),
            CaseCombination.case_id.in_((case_id, other)),
            CaseCombination.other_case_id.in_((case_id, other)),
        )
    ).first()
    if found is None:
        return None
    same = dict(found.moved["same"])
    # `same` names what the merged case has, as the case that stays calls it.
    return {"split": found.id, "same": same if found.case_id == case_id else {old: new for new, old in same.items()}}


def _in_both_still(same: Mapping[str, str], source: Side, target: Side) -> dict[str, str]:
    """Leave out who and what went to a third case since, by a later split."""
    here, there = ({*side.snapshot.people, *side.snapshot.hearings, *side.truth.hearings} for side in (target, source))
    return {new: old for new, old in same.items() if new in there and old in here}


def _one_to_one(known: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """Add to what is known to be the same what was found to be, where neither side is known already."""
    taken = set(known.values())
    return dict(known) | {new: old for new, old in found.items() if new not in known and old not in taken}


def _mark_split(session: Session, combination_id: str, reason: str, *, actor: str, now: datetime) -> None:
    split = session.get_one(CaseCombination, combination_id)
    split.undone_by, split.undone_at = actor, now
    split.undo_reason = Plain(reason.strip(), split.id)


def _both(session: Session, actor: Actor, urn: str, other_urn: str) -> tuple[Any, Any]:
    """Lock both cases in id order. Raises CannotBeMergedError when they cannot become one."""
    ids: dict[str, str | None] = {}
    for number in (urn, other_urn):
        query = scope.cases(actor).where(identifiers.has_urn(number)).with_only_columns(CourtCase.id)
        ids[number] = session.scalar(query)
    first, second = ids[urn], ids[other_urn]
    if first is None or not actor.may(Permission.COMBINE_CASES):
        raise LookupError("Expected a case of this actor's units; there is none by this URN.")
    if second is None:
        raise CannotBeMergedError(NOT_THERE)
    if first == second:
        raise CannotBeMergedError(ITSELF)
    rows = _locked(session, (first, second))
    stays, goes = rows[first], rows[second]
    if stays.unit_id != goes.unit_id:
        raise CannotBeMergedError(OTHER_UNIT)
    if stays.merged_into or goes.merged_into:
        raise CannotBeMergedError(ITSELF)
    return stays, goes


def _locked(session: Session, case_ids: Sequence[str]) -> dict[str, Any]:
    columns = (CourtCase.id, CourtCase.urn, CourtCase.unit_id, CourtCase.officer_id, CourtCase.merged_into)
    rows = session.execute(
        sa.select(*columns).where(CourtCase.id.in_(sorted(case_ids))).order_by(CourtCase.id).with_for_update()
    )
    return {row.id: row for row in rows}


def sides(session: Session, *case_ids: str) -> list[Side]:
    journals = read_journals(session.connection(), case_ids)
    states = {
        row.id: row.state
        for row in session.execute(sa.select(CourtCase.id, CourtCase.state).where(CourtCase.id.in_(case_ids)))
    }
    found = []
    for case_id in case_ids:
        now_held = snapshot.load(states[case_id]) if states[case_id] else snapshot.Snapshot(case=case_id)
        found.append(Side(journal=journals.get(case_id, []), snapshot=now_held, truth=case_truth(now_held)))
    return found


def after_both(one: Side, other: Side, now: datetime) -> datetime:
    """Give a time of receipt after everything that was said in either case."""
    last = max((event.received_at for event in (*one.journal, *other.journal)), default=now)
    return max(now, last + timedelta(microseconds=1))


def said(
    facts: Sequence[Fact], case_id: str, act: str, *, at: datetime, actor: Actor, message: str = ""
) -> list[CaseEvent]:
    return [
        CaseEvent(
            id=new_id(),
            case_id=case_id,
            what=fact,
            received_at=at,
            occurred_at=at,
            context="officer",
            message_id=message or act,
            actor=actor.reference,
            source="web",
            ordinal=ordinal,
            act="" if isinstance(fact, combining.MARKS) else act,
        )
        for ordinal, fact in enumerate(facts)
    ]


def redrive_waiting(case_id: str) -> None:
    from witness_care.feed.replay import redrive  # the inbox itself builds on cases

    redrive(case_id)


def note(session: Session, case_id: str, what: str) -> None:
    ledger.note(Category.COMBINATION, case_id=case_id, subjects=merged_rows.subjects(session, case_id), fields=what)


# --- taking apart -------------------------------------------------------------------------------------------------


def _take_apart(
    combination_id: str, reason: str, *, actor: Actor, now: datetime
) -> tuple[str, Mapping[str, Any], Sequence[str]]:
    with writing() as session:
        found = combination_of(session, actor, combination_id)
        if found is None or found.kind != MERGE or not actor.may(Permission.COMBINE_CASES):
            raise LookupError("Expected a merge of a case of this actor's units; there is none by this id.")
        rows = _locked(session, [found.case_id, found.other_case_id])
        session.refresh(found)
        _refuse_unless_last(session, found)
        stays, goes = rows[found.case_id], rows[found.other_case_id]
        target, source = sides(session, stays.id, goes.id)
        moved, act = found.moved, new_id()
        parted = parting.part(
            target,
            source,
            merge=found.id,
            act=act,
            same=moved["same"],
            subjects=moved["subjects"],
            known=frozenset(moved["known"]),
        )
        at = after_both(target, source, now)
        here = events.MergeUndone(merge=found.id, act=act, replaced=parted.replaced, threads=parted.threads_here)
        there = events.MergeUndone(merge=found.id, act=act, threads=parted.threads)
        people_back = merged_rows.move_back(session, moved, parted, stays, goes, now=now)
        found.undone_by, found.undone_at = actor.reference, now
        found.undo_reason = Plain(reason.strip(), found.id)
        session.execute(sa.update(CourtCase).where(CourtCase.id == goes.id).values(merged_into=None))
        if "split" in moved:  # it stands again
            split = session.get_one(CaseCombination, moved["split"])
            split.undone_by = split.undone_at = split.undo_reason = None
        session.flush()
        news = [
            *parted.staying,
            *parted.going,
            *said([here], stays.id, act, at=at, actor=actor),
            *said([there], goes.id, act, at=at, actor=actor),
        ]
        carrying.close_of_people(session, people_back, stays.id, actor=actor.reference, cause=news[-1].id, now=now)
        apply(news, actor=actor.reference, now=now)
        merged_rows.keep_notes_of_both(session, parted.both["hearing"])
        carrying.forget_told(session, (stays.id, goes.id))
        carrying.keep_answers(session, stays.id, goes.id)
        carrying.ask_again(session, moved["questions"])
        return goes.urn, moved, [stays.id, goes.id]


def _refuse_unless_last(session: Session, found: CaseCombination) -> None:
    if found.undone_at is not None:
        raise CannotBeMergedError(UNDONE_BEFORE)
    both = (found.case_id, found.other_case_id)
    later = sa.select(CaseCombination.id).where(
        CaseCombination.id != found.id,
        CaseCombination.undone_at.is_(None),
        CaseCombination.done_at >= found.done_at,
        sa.or_(CaseCombination.case_id.in_(both), CaseCombination.other_case_id.in_(both)),
    )
    if session.scalar(later.limit(1)) is not None:
        raise CannotBeMergedError(LATER_FIRST)


# --- what changes -------------------------------------------------------------------------------------------------


def seen_as_one(trial: Trial, same: Mapping[str, str], subjects: Mapping[str, str]) -> tuple[Difference, ...]:
    """Leave out what is owed before and after alike, only under the other case or the other id of a person."""

    def key(each: Difference) -> tuple[str, str, str]:
        person = same.get(each.participant_id, each.participant_id)
        return person, each.topic, subjects.get(each.subject, each.subject)

    opens = {key(each): each for each in trial.differences if each.what == OPENS}
    ends = [each for each in trial.differences if each.what == ENDS]
    found = [each for each in trial.differences if each.what == CHANGES]
    for each in ends:
        again = opens.pop(key(each), None)
        if again is None:
            found.append(each)
        elif (again.value, again.due_at) != (each.value, each.due_at):
            found.append(again.changed())
    return (*opens.values(), *found)
