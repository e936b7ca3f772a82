"""Takes a match back: the names it gave lead to the case no more, and what came through them waits again.

Nothing is deleted that anybody said: the case's journal keeps what courts said there and says that it counts no more;
the record of the match keeps its names, who took it back and why. The messages are read again with the time at which
they came, and go where they belong by now, or wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.cases.identifiers import COURT, DEFENDANT, HEARING
from witness_care.cases.models import CaseCombination, CourtCase, CourtMatch, DefendantEndpoint, Hearing, Identifier
from witness_care.cases.urn_correction import said_of_case
from witness_care.casework.apply import apply
from witness_care.casework.bulk import insert_rows
from witness_care.casework.dry_run import Trial, try_out
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.faultpoints import Work
from witness_care.feed import queries, replay, resting
from witness_care.feed.formats.translated import LONGEST_ID, Parked
from witness_care.feed.interpreting import said_again, write_states
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait
from witness_care.feed.resting import Rests, Standing
from witness_care.feed.states import Reason, State
from witness_care.sealing import Plain
from workflows.combining import PART_STEP
from workflows.events import MatchTakenBack

TAKEN_BACK_BEFORE = "This match was taken back before."
COMBINED_SINCE = (
    "The case was merged or split after this match, so that what came through it may stand in two cases. What it said "
    "wrongly is put right by entries"
)
FOUND_WITHOUT = (
    "The court's names lead to this case without the match: taking it back would change nothing. If they are wrong, "
    "ask the court, or whoever gave us the case with these names"
)
NOT_READABLE = "This version cannot read the message again, so that it could not wait. Tell your administrator"


class CannotBeTakenBackError(Exception):
    """The match stays: `words` say why, and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What went with a match: how many names, and each part with where it is now (`case_id` None: it waits)."""

    names: int
    parts: tuple[tuple[Standing, str | None], ...]


def match_of(session: Session, actor: Actor, match_id: str) -> CourtMatch | None:
    """Read a match; None when it is not there, or of a unit or a sender that is not this actor's."""
    return session.scalars(
        sa.select(CourtMatch)
        .join(FeedMessage, FeedMessage.id == CourtMatch.message_row_id)
        .where(CourtMatch.id == match_id, scope.within(actor, CourtMatch.unit_id), queries.visible(actor))
    ).first()


def take_back(match_id: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a match back, in a unit of work of its own. `now` is UTC.

    Raises CannotBeTakenBackError, and LookupError for a match that is not this actor's.
    """
    _take_back(match_id, reason, actor=actor, now=now)


def preview(match_id: str, *, actor: Actor, now: datetime) -> Trial:
    """Say what taking a match back would change, and write nothing. Raises what `take_back` raises."""

    def act() -> tuple[TakenBack, Sequence[str]]:
        return _take_back(match_id, "tried out", actor=actor, now=now)

    return try_out(act)


def _take_back(match_id: str, reason: str, *, actor: Actor, now: datetime) -> tuple[TakenBack, Sequence[str]]:
    with writing(Work.TAKE_MATCH_BACK) as session:
        match, rests = _lock(session, match_id, actor)
        entries = _entries(session, match.case_id, rests.parts)
        _give_names_back(session, match, rests.names)
        match.names = [[row.namespace, row.kind, row.value, row.target_id] for row in rests.names]
        match.reason = Plain(reason.strip(), match.id)
        match.taken_back_by, match.taken_back_at = actor.reference, now
        session.flush()
        fact = MatchTakenBack(match=match.id, entries=entries)
        said = said_of_case(session, match.case_id, fact, actor=actor, now=now)
        apply([said], actor=actor.reference, now=now)
        _keep_notes_of_the_rest(session, match.case_id, rests)
        waiting = _wait_again(session, rests.parts, actor=actor, now=now)
        replay.drive_again(sorted(waiting), now=now)
        write_states(session, sorted({each.message.id for each in rests.parts}), now=now)
        placed = _placed(session, waiting)
        _refuse_if_it_is_back(match, placed)
        fields = "the court's names of a case, taken back"
        ledger.note("alteration", case_id=match.case_id, fields=fields, row_count=len(rests.names))
        cases = {match.case_id, *(row.case_id for row, _ in placed if row.case_id)}
        parts = tuple((each, row.case_id if row.state != State.PARKED else None) for row, each in placed)
        return TakenBack(names=len(rests.names), parts=parts), sorted(cases)


# --- may it be taken back -----------------------------------------------------------------------------------------


def _lock(session: Session, match_id: str, actor: Actor) -> tuple[CourtMatch, Rests]:
    """Lock the part and the case, in the order in which a match locks them; say what goes with the match."""
    match = match_of(session, actor, match_id)
    if match is None:
        raise LookupError("Expected a match in a case of this actor's units; there is none by this id.")
    session.execute(sa.select(FeedPart.id).where(FeedPart.id == match.part_id).with_for_update())
    session.execute(sa.select(CourtCase.id).where(CourtCase.id == match.case_id).with_for_update())
    session.refresh(match)
    if match.taken_back_at is not None:
        raise CannotBeTakenBackError(TAKEN_BACK_BEFORE)
    of_it = sa.or_(CaseCombination.case_id == match.case_id, CaseCombination.other_case_id == match.case_id)
    since = sa.select(CaseCombination.id).where(of_it, CaseCombination.done_at >= match.matched_at)
    if session.scalar(since.limit(1)) is not None:
        raise CannotBeTakenBackError(COMBINED_SINCE)
    rests = resting.what_rests_on(session, match)
    if rests is None:
        raise CannotBeTakenBackError(FOUND_WITHOUT)
    if (match.message_row_id, match.part) not in {each.key for each in rests.parts}:
        raise CannotBeTakenBackError(NOT_READABLE)
    return match, rests


def _refuse_if_it_is_back(match: CourtMatch, placed: Sequence[tuple[FeedPart, Standing]]) -> None:
    """What finds its old place by itself was not brought there by the match."""
    for row, each in placed:
        is_there = row.case_id == match.case_id and match.hearing_id in (None, row.hearing_id)
        if each.key == (match.message_row_id, match.part) and row.state != State.PARKED and is_there:
            raise CannotBeTakenBackError(FOUND_WITHOUT)


# --- what goes ----------------------------------------------------------------------------------------------------


def _entries(session: Session, case_id: str, parts: Sequence[Standing]) -> tuple[str, ...]:
    """Give the events of these parts in the journal of the case, by the ids they have in every copy."""
    wanted = {
        (said_again(each.message.message_id, drives), each.message.feed, each.position)
        for each in parts
        for drives in range(each.drives + 1)
    }
    event_id = sa.func.coalesce(JournalEvent.carried_from, JournalEvent.id).label("event_id")
    rows = session.execute(
        sa.select(event_id, JournalEvent.message_id, JournalEvent.source, JournalEvent.part)
        .where(
            JournalEvent.case_id == case_id,
            JournalEvent.message_id.in_(sorted({name for name, _, _ in wanted})),
            JournalEvent.actor.like("feed:%"),
        )
        .order_by(JournalEvent.received_at, JournalEvent.message_id, JournalEvent.part, JournalEvent.ordinal)
    )
    found = [row.event_id for row in rows if (row.message_id, row.source, row.part % PART_STEP) in wanted]
    return tuple(dict.fromkeys(found))


def _give_names_back(session: Session, match: CourtMatch, names: Sequence[Any]) -> None:
    _delete(session, Identifier, Identifier.id.in_([row.id for row in names]))
    defendants = [row.value for row in names if row.kind == DEFENDANT and row.namespace == COURT]
    session.execute(
        sa.update(DefendantEndpoint)
        .where(DefendantEndpoint.external_id.in_(defendants), DefendantEndpoint.case_id == match.case_id)
        .values(case_id=None, defendant_id=None),
        execution_options={"synchronize_session": False},
    )


def _keep_notes_of_the_rest(session: Session, case_id: str, rests: Rests) -> None:
    """Take away the court's words on an adjournment that came with the match; the last that stays stands again."""
    columns = (Identifier.namespace, Identifier.kind, Identifier.value, Identifier.target_id)
    left = session.execute(sa.select(*columns).where(Identifier.case_id == case_id)).all()
    before = {(row.namespace, row.kind, row.value): row.target_id for row in (*left, *rests.names)}
    wrong = {before.get((COURT, HEARING, note.hearing)) for each in rests.parts for note in each.said.notes}
    for hearing_id in sorted(filter(None, wrong)):
        hearing = session.get(Hearing, hearing_id)
        if hearing is None:
            continue
        book = {(row.namespace, row.kind, row.value): row.target_id for row in left}
        notes = [
            note.text
            for each in rests.stays
            for note in each.said.notes
            if book.get((COURT, HEARING, note.hearing)) == hearing_id
        ]
        hearing.adjournment_note = Plain(notes[-1], hearing_id) if notes else None
    session.flush()


# --- what waits again ---------------------------------------------------------------------------------------------


def _wait_again(session: Session, parts: Sequence[Standing], *, actor: Actor, now: datetime) -> dict[str, Standing]:
    """Let these parts wait, each as a new row: the old ones say that they stood in the case until now."""
    old = [row.id for each in parts for row in each.rows]
    _delete(session, FeedWait, FeedWait.part_id.in_(old))
    session.execute(
        sa.update(FeedPart)
        .where(FeedPart.id.in_(old))
        .values(state=State.REJECTED, reason=Reason.TAKEN_BACK, detail="", decided_by=actor.reference, decided_at=now),
        execution_options={"synchronize_session": False},
    )
    waiting = {new_id(): each for each in parts}
    insert_rows(
        session.connection(),
        _table(FeedPart),
        [
            {
                "id": part_id,
                "message_row_id": each.message.id,
                "part": each.position,
                "urn": each.rows[0].urn,
                "hearing": each.said.hearing[:LONGEST_ID],
                "state": str(State.PARKED),
                "reason": str(Parked.NEEDS_PERSON),
                "detail": "",
                "events": [],
                "drives": each.drives + 1,
            }
            for part_id, each in waiting.items()
        ],
    )
    return waiting


def _placed(session: Session, waiting: dict[str, Standing]) -> list[tuple[FeedPart, Standing]]:
    rows = session.scalars(sa.select(FeedPart).where(FeedPart.id.in_(sorted(waiting))))
    return sorted(
        ((row, waiting[row.id]) for row in rows),
        key=lambda pair: (pair[1].message.received_at, pair[1].key),
    )


def _delete(session: Session, model: Any, which: sa.ColumnElement[bool]) -> None:
    session.execute(sa.delete(model).where(which), execution_options={"synchronize_session": False})


def _table(model: Any) -> Any:
    return model.__table__
