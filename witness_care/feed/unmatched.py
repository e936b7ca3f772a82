"""Ends the wait of a court message by a person's decision: which case or hearing it means, or that it is not ours.

Nothing is written over: a decision adds the names by which the court calls our case and hearing, and then the part goes
the way of every other message, with the time at which it came (feeds.md section 11).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import database
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.cases.document import OtherId
from witness_care.cases.identifiers import CASE, COURT, HEARING, URN, IdBook, Origin
from witness_care.cases.models import CourtCase, CourtMatch, Hearing, Identifier
from witness_care.cases.urn_correction import said_of_case
from witness_care.casework.apply import apply
from witness_care.casework.bulk import insert_rows
from witness_care.columns import new_id
from witness_care.faultpoints import Work
from witness_care.feed import replay
from witness_care.feed.formats.cp_next_hearings import INFERRED
from witness_care.feed.formats.translated import Parked, Part
from witness_care.feed.interpreting import write_states
from witness_care.feed.known_case import is_placeholder
from witness_care.feed.matching import ABOUT_ONE_HEARING
from witness_care.feed.models import FeedPart, FeedWait
from witness_care.feed.states import Reason, State
from witness_care.feed.unmatched_queries import MATCHABLE, NOT_TO_CHOOSE, WaitingPart
from workflows.events import MessageMatched


class NotOurs(StrEnum):
    """Why a person sets a part aside."""

    NOT_OUR_CASE = "not_our_case"
    ENTERED_BY_HAND = "entered_by_hand"
    SENT_BY_MISTAKE = "sent_by_mistake"


class DecidedAlreadyError(Exception):
    """The part waits no longer: somebody else decided, or its case has come."""


class NotPossibleError(Exception):
    """The case or hearing is not there for this person, or its names mean another one, or do not tell enough."""


def match(waiting: WaitingPart, case_id: str, hearing_id: str | None, *, actor: Actor, now: datetime) -> None:
    """Say which case a part is about, and which hearing of it, and apply it and whatever waits for the same names.

    Without a hearing it finds or makes its own, as a message would whose case was known. `now` is UTC.
    Raises DecidedAlreadyError when it waits no longer, NotPossibleError when the case or hearing cannot be meant, or
    the decision does not end the wait. Nothing is changed then.
    """
    if waiting.said is None:
        raise NotPossibleError
    with database.writing(Work.MATCH_PART) as session:
        _lock(session, waiting.row.id)
        case = session.execute(
            scope.cases(actor)
            .where(CourtCase.id == case_id)
            .with_only_columns(CourtCase.id, CourtCase.unit_id, CourtCase.urn)
            .with_for_update()
        ).first()
        if case is None or (hearing_id and not _may_be_chosen(session, case_id, hearing_id)):
            raise NotPossibleError
        match_id = new_id()
        rows = _names(session, waiting, case, hearing_id, origin=Origin(match=match_id), now=now)
        insert_rows(session.connection(), _table(Identifier), rows, key=("namespace", "kind", "value", "case_id"))
        ledger.note("alteration", case_id=case_id, fields="the court's names of a case", row_count=len(rows))
        taught = {(row["namespace"], row["kind"], row["value"]) for row in rows}
        replay.drive_part(waiting.row.id, taught, now=now)
        if _waits_as_before(session, waiting.row.id):
            raise NotPossibleError
        _decided(session, waiting.row.id, actor, now)
        _keep(session, match_id, waiting, case, hearing_id, actor=actor, now=now)


def _keep(
    session: Session,
    match_id: str,
    waiting: WaitingPart,
    case: sa.Row,
    hearing_id: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep who matched what, so that it can be taken back, and let the history of the case say so."""
    session.add(
        CourtMatch(
            id=match_id,
            case_id=case.id,
            unit_id=case.unit_id,
            part_id=waiting.row.id,
            message_row_id=waiting.row.message_row_id,
            part=waiting.row.part,
            hearing_id=hearing_id,
            matched_by=actor.reference,
            matched_at=now,
            names=[],
        )
    )
    session.flush()
    said = said_of_case(session, case.id, MessageMatched(match=match_id), actor=actor, now=now)
    apply([said], actor=actor.reference, now=now)


def set_aside(waiting: WaitingPart, why: NotOurs, *, actor: Actor, now: datetime) -> None:
    """Say that nothing is to be done with a part. It stays stored, and can be read by whoever may see messages.

    Raises DecidedAlreadyError when it waits no longer.
    """
    with database.writing(Work.SET_PART_ASIDE) as session:
        _lock(session, waiting.row.id)
        _decided(session, waiting.row.id, actor, now, state=State.REJECTED, reason=Reason.SET_ASIDE, detail=WORDS[why])
        session.execute(sa.delete(FeedWait).where(FeedWait.part_id == waiting.row.id))
        write_states(session, [waiting.row.message_row_id], now=now)


def take_up(waiting: WaitingPart, *, actor: Actor, now: datetime) -> None:
    """Take back that a part was set aside: it is read again, and applied if its case is here by now, else it waits.

    Raises DecidedAlreadyError when it is not set aside, NotPossibleError when this version cannot read it.
    """
    if waiting.said is None:
        raise NotPossibleError
    with database.writing(Work.TAKE_PART_UP) as session:
        _lock(session, waiting.row.id, state=State.REJECTED)
        waits = {"state": State.PARKED, "reason": Parked.NEEDS_PERSON, "detail": ""}
        _decided(session, waiting.row.id, actor, now, **waits)
        ledger.note("alteration", fields="court message", row_count=1)
        replay.drive_part(waiting.row.id, (), now=now)
        write_states(session, [waiting.row.message_row_id], now=now)


WORDS: Mapping[NotOurs, str] = {
    NotOurs.NOT_OUR_CASE: "Set aside by a person: not a case of ours.",
    NotOurs.ENTERED_BY_HAND: "Set aside by a person: it was entered by hand.",
    NotOurs.SENT_BY_MISTAKE: "Set aside by a person: sent by mistake, or a test.",
}


def _lock(session: Session, part_id: str, *, state: State = State.PARKED) -> None:
    found = session.scalar(sa.select(FeedPart.state).where(FeedPart.id == part_id).with_for_update())
    if found != state:
        raise DecidedAlreadyError


def _decided(session: Session, part_id: str, actor: Actor, now: datetime, **changes: Any) -> None:
    session.execute(
        sa.update(FeedPart)
        .where(FeedPart.id == part_id)
        .values(decided_by=actor.reference, decided_at=now, **changes)
        .execution_options(synchronize_session=False)
    )


def _waits_as_before(session: Session, part_id: str) -> bool:
    """Say whether the decision was not enough. What waits now for a defendant, say, has at least found its case."""
    row = session.execute(sa.select(FeedPart.state, FeedPart.reason).where(FeedPart.id == part_id)).one()
    return bool(row.state == State.PARKED and row.reason in MATCHABLE)


def _may_be_chosen(session: Session, case_id: str, hearing_id: str) -> bool:
    query = sa.select(Hearing.id).where(
        Hearing.id == hearing_id, Hearing.case_id == case_id, Hearing.status.not_in(NOT_TO_CHOOSE)
    )
    return session.scalar(query) is not None


def _names(
    session: Session, waiting: WaitingPart, case: sa.Row, hearing_id: str | None, *, origin: Origin, now: datetime
) -> list[dict[str, Any]]:
    """Give the names to add to the case. Raises NotPossibleError when one of them means another row already."""
    said = waiting.said
    assert said is not None
    columns = (Identifier.namespace, Identifier.kind, Identifier.value, Identifier.target_id)
    held = session.execute(sa.select(*columns).where(Identifier.case_id == case.id)).all()
    book = IdBook(case_id=case.id, namespace=COURT, rows=held, ours=(), now=now)
    book.origin = origin
    of_the_case = [OtherId(COURT, said.case)] if said.case else []
    if waiting.urn and waiting.urn != case.urn:
        of_the_case.append(OtherId(URN, waiting.urn))
    _refuse_names_of_others(session, case.id, of_the_case)
    book.learn(CASE, case.id, of_the_case)
    hearings = _hearings_without_a_place(said, book, held)
    if hearing_id and hearings:
        book.learn(HEARING, hearing_id, hearings[:1])
    elif waiting.row.reason == Parked.UNKNOWN_HEARING and said.hearing and not book.find(HEARING, said.hearing):
        book.learn(HEARING, new_id(), [OtherId(COURT, said.hearing)])
    return book.new_rows


def _refuse_names_of_others(session: Session, case_id: str, names: Sequence[OtherId]) -> None:
    if not names:
        return
    taken = sa.select(Identifier.id).where(
        sa.tuple_(Identifier.namespace, Identifier.value).in_([(name.namespace, name.id) for name in names]),
        Identifier.kind == CASE,
        Identifier.case_id != case_id,
    )
    if session.scalar(taken.limit(1)) is not None:
        raise NotPossibleError


def _hearings_without_a_place(said: Part, book: IdBook, held: Collection[Any]) -> list[OtherId]:
    """Give the names of hearings in a part that mean none of the case's hearings yet."""
    inferred = {row.value for row in held if row.namespace == INFERRED}
    named = [each.what.hearing for each in said.facts if isinstance(each.what, ABOUT_ONE_HEARING)] + [said.hearing]
    return [
        OtherId(INFERRED if is_placeholder(name) else COURT, name)
        for name in dict.fromkeys(named)
        if name and name not in inferred and book.find(HEARING, name) is None
    ]


def _table(model: Any) -> Any:
    return model.__table__
