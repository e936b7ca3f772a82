"""Reads stored messages again: those nobody has read yet, and those that waited for a case, a hearing or a person.

Each message is read from the reduced body that was stored, with its first time of receipt, so that clocks start when it
came and not when it was matched (feeds.md section 11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import sqlalchemy.exc
from flask import has_request_context
from sqlalchemy.orm import Session

from witness_care import clock, database
from witness_care.accounts.models import ApiClientUnit
from witness_care.audit import ledger
from witness_care.cases.identifiers import COURT, URN
from witness_care.cases.models import Identifier
from witness_care.faultpoints import Work
from witness_care.feed import reading
from witness_care.feed.formats.translated import Parked, Translated
from witness_care.feed.interpreting import Outcome, Stored, WaitingPart, interpret
from witness_care.feed.matching import Name
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait
from witness_care.feed.states import Reason, State
from witness_care.structured_log import describe, log

NOT_READ_AFTER = timedelta(minutes=2)
TRY_AGAIN_AFTER = timedelta(minutes=5)  # a stored message for which the database failed, so that it holds up no other
MOST_AT_ONCE = 500
MOST_ROUNDS = 10  # a message that was waiting may teach a name that others wait for


def interpret_each(messages: Sequence[Stored], *, now: datetime) -> dict[str, Outcome]:
    """Apply messages in one unit of work of their own, and whatever was waiting for what they teach.

    One that cannot be applied is parked alone, the others go through. Raises SQLAlchemyError when the database is
    cut off (`database.is_cut_off`); nothing was changed then.
    """
    if not messages:
        return {}
    with database.writing(Work.APPLY_MESSAGES) as session:
        outcomes, learnt = _interpret_or_park(session, messages, now=now)
        _wake(session, learnt, now=now)
    return outcomes


def redrive(case_id: str) -> int:
    """Apply everything that was waiting for this case, in order of receipt; give how many parts found their place.

    Runs inside the caller's unit of work, after the case and its names are written.
    """
    session = database.session()
    columns = (Identifier.namespace, Identifier.kind, Identifier.value)
    names = session.execute(
        sa.select(*columns).where(Identifier.case_id == case_id, Identifier.namespace.in_((COURT, URN)))
    )
    return _wake(session, {(row.namespace, row.kind, row.value) for row in names}, now=clock.now())


def retry(message_row_ids: Collection[str], *, now: datetime) -> frozenset[str]:
    """Read stored messages again, in order of receipt, as somebody asked; give the cases they are about.

    Of a message that was cut into parts only those that wait are tried; one that could not be read is read as a whole.
    """
    wanted = FeedMessage.id.in_(sorted(message_row_ids))
    with database.writing(Work.TRY_AGAIN) as session:
        parts = session.execute(
            sa.select(FeedPart.id, FeedPart.message_row_id)
            .join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
            .where(wanted, FeedPart.state == State.PARKED)
            .order_by(FeedMessage.received_at, FeedPart.id)
        ).all()
        if parts:
            _drive(session, [row.id for row in parts], now=now)
        unread = FeedMessage.state.in_((State.RECEIVED, State.PARKED))
        cut = {row.message_row_id for row in parts}
        _interpret_stored(session, sa.and_(wanted, unread, FeedMessage.id.not_in(cut)), now=now)
        about = sa.select(FeedPart.case_id).where(FeedPart.message_row_id.in_(sorted(message_row_ids)))
        return frozenset(case_id for case_id in session.scalars(about.distinct()) if case_id)


def drive_part(part_id: str, names: Collection[Name], *, now: datetime) -> None:
    """Apply one part that waits, and whatever else waits for these names, which somebody has just given it.

    Runs inside the caller's unit of work, after the names are written.
    """
    session = database.session()
    _drive(session, [part_id], now=now)
    _wake(session, names, now=now)


def drive_again(part_ids: Sequence[str], *, now: datetime) -> None:
    """Try parts that wait again since a match was taken back: what has its place elsewhere by now goes there.

    Runs inside the caller's unit of work, after the names are gone.
    """
    _drive(database.session(), part_ids, now=now)


def retry_parked(now: datetime) -> int:
    """Apply what waits for a name that is known by now; gives how many parts found their place.

    News of a case, a hearing or a person brings back what waited for it by itself; this sweep finds what slipped by.
    """
    with database.writing(Work.TRY_PARKED) as session:
        known = sa.and_(
            Identifier.namespace == FeedWait.namespace,
            Identifier.kind == FeedWait.kind,
            Identifier.value == FeedWait.value,
        )
        parts = session.execute(
            sa.select(FeedWait.part_id, FeedPart.message_row_id)
            .join(Identifier, known)
            .join(FeedPart, FeedPart.id == FeedWait.part_id)
            .join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
            .where(sa.or_(FeedMessage.next_try_at.is_(None), FeedMessage.next_try_at <= now))
            .order_by(FeedMessage.received_at, FeedWait.part_id)
            .limit(MOST_AT_ONCE)
        ).all()
        if not parts:
            return 0
        driven = sorted({row.message_row_id for row in parts})
        session.execute(
            sa.update(FeedMessage).where(FeedMessage.id.in_(driven)).values(next_try_at=now + timedelta(hours=1))
        )
        return _drive(session, sorted({row.part_id for row in parts}), now=now)


def interpret_waiting(now: datetime) -> int:
    """Read messages that were stored and not read, because the service stopped or could not write; gives how many.

    Each is read in a unit of work of its own: one for which the database fails undoes no other, and is tried again
    later. Raises SQLAlchemyError when the database takes no note even of that.
    """
    return sum(_interpret_alone(row_id, now=now) for row_id in _never_read(now))


def _never_read(now: datetime) -> Sequence[str]:
    query = (
        sa.select(FeedMessage.id)
        .where(
            FeedMessage.state == State.RECEIVED,
            FeedMessage.stored_at <= now - NOT_READ_AFTER,
            sa.or_(FeedMessage.next_try_at.is_(None), FeedMessage.next_try_at <= now),
        )
        .order_by(FeedMessage.received_at, FeedMessage.id)
        .limit(MOST_AT_ONCE)
    )
    return database.session().scalars(query).all()


def _interpret_alone(row_id: str, *, now: datetime) -> int:
    unread = sa.and_(FeedMessage.id == row_id, FeedMessage.state == State.RECEIVED)
    try:
        with database.writing(Work.READ_STORED) as session:
            return _interpret_stored(session, unread, now=now)
    except sqlalchemy.exc.SQLAlchemyError as error:
        if not database.is_cut_off(error):
            raise
        log.error("feed_message_waits", message_id=row_id, **describe(error))
    _put_off(row_id, now=now)
    return 0


def _put_off(row_id: str, *, now: datetime) -> None:
    with database.writing() as session:
        session.execute(
            sa.update(FeedMessage).where(FeedMessage.id == row_id).values(next_try_at=now + TRY_AGAIN_AFTER)
        )


# --- applying -----------------------------------------------------------------------------------------------------


def _interpret_or_park(
    session: Session, messages: Sequence[Stored], *, now: datetime
) -> tuple[dict[str, Outcome], Collection[Name]]:
    """Apply messages together; when that fails, in halves, until the one that cannot be applied stands alone."""
    try:
        with session.begin_nested():
            interpreted = interpret(messages, now=now)
        return dict(interpreted.outcomes), interpreted.learnt
    except Exception as error:
        if database.is_cut_off(error):
            raise
        if len(messages) == 1:
            return {messages[0].id: _park(session, messages[0], error, now=now)}, ()
    half = len(messages) // 2
    first, taught = _interpret_or_park(session, messages[:half], now=now)
    second, taught_too = _interpret_or_park(session, messages[half:], now=now)
    return first | second, {*taught, *taught_too}


def _park(session: Session, message: Stored, error: Exception, *, now: datetime) -> Outcome:
    log.error("feed_message_not_applied", feed=message.feed, message_id=message.id, **describe(error))
    session.execute(
        sa.update(FeedMessage)
        .where(FeedMessage.id == message.id)
        .values(
            state=State.PARKED,
            reason=Parked.NEEDS_PERSON,
            detail=f"It could not be applied: {type(error).__name__}.",
        )
    )
    return Outcome(State.PARKED, Parked.NEEDS_PERSON)


# --- bringing back what waited ------------------------------------------------------------------------------------


def _wake(session: Session, names: Collection[Name], *, now: datetime) -> int:
    """Apply the parts that wait for any of these names, and then those that wait for what these teach."""
    placed = 0
    for _ in range(MOST_ROUNDS):
        parts = _waiting_for(session, names)
        if not parts:
            break
        stored = _stored(session, parts)
        outcomes, names = _interpret_or_park(session, stored, now=now) if stored else ({}, ())
        placed += _placed(outcomes)
    return placed


def _drive(session: Session, part_ids: Sequence[str], *, now: datetime) -> int:
    stored = _stored(session, part_ids)
    if not stored:
        return 0
    outcomes, learnt = _interpret_or_park(session, stored, now=now)
    return _placed(outcomes) + _wake(session, learnt, now=now)


def _placed(outcomes: dict[str, Outcome]) -> int:
    return sum(part.again and part.state != State.PARKED for outcome in outcomes.values() for part in outcome.parts)


def _waiting_for(session: Session, names: Collection[Name]) -> list[str]:
    if not names:
        return []
    wanted = sa.tuple_(FeedWait.namespace, FeedWait.kind, FeedWait.value).in_(sorted(names))
    return list(
        session.scalars(
            sa.select(FeedWait.part_id)
            .join(FeedPart, FeedPart.id == FeedWait.part_id)
            .join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
            .where(wanted, sa.or_(FeedPart.state == State.PARKED, FeedPart.reason == Reason.OUT_OF_SCOPE))
            .group_by(FeedWait.part_id, FeedMessage.received_at)
            .order_by(FeedMessage.received_at, FeedWait.part_id)
            .limit(MOST_AT_ONCE)
        )
    )


def _stored(session: Session, part_ids: Sequence[str]) -> list[Stored]:
    """Open the messages of waiting parts, each with the parts to try again."""
    parts = session.execute(
        sa.select(FeedPart.id, FeedPart.message_row_id, FeedPart.part, FeedPart.drives, FeedPart.reason)
        .where(FeedPart.id.in_(part_ids))
        .order_by(FeedPart.part, FeedPart.id)
    ).all()
    not_built = {row.message_row_id for row in parts if row.reason == Parked.UNSUPPORTED_TYPE}
    waiting: dict[str, list[WaitingPart]] = {}
    for row in parts:
        waiting.setdefault(row.message_row_id, []).append(WaitingPart(id=row.id, part=row.part, drives=row.drives))
    if not_built:  # a newer version may read such a message in other parts
        session.execute(sa.delete(FeedPart).where(FeedPart.message_row_id.in_(not_built)))
    opened = _open(session, FeedMessage.id.in_(list(waiting)))
    return [
        _as_stored(row, translated, units, None if row.id in not_built else tuple(waiting[row.id]))
        for row, translated, units in opened
    ]


def _interpret_stored(session: Session, which: sa.ColumnElement[bool], *, now: datetime) -> int:
    order = (FeedMessage.received_at, FeedMessage.id)
    row_ids = session.scalars(sa.select(FeedMessage.id).where(which).order_by(*order).limit(MOST_AT_ONCE)).all()
    if not row_ids:
        return 0
    opened = _open(session, FeedMessage.id.in_(row_ids))
    stored = [_as_stored(row, translated, units, None) for row, translated, units in opened]
    if stored:
        _, learnt = _interpret_or_park(session, stored, now=now)
        _wake(session, learnt, now=now)
    # What still cannot be read would be tried at every sweep: a person must look.
    session.execute(
        sa.update(FeedMessage)
        .where(FeedMessage.id.in_(row_ids), FeedMessage.state == State.RECEIVED)
        .values(state=State.PARKED, reason=Parked.NEEDS_PERSON)
        .execution_options(synchronize_session=False)
    )
    return len(stored)


def _open(session: Session, which: sa.ColumnElement[bool]) -> list[tuple[FeedMessage, Translated, frozenset[str]]]:
    rows = session.scalars(sa.select(FeedMessage).where(which).order_by(FeedMessage.received_at, FeedMessage.id)).all()
    units = _units_of(session, {row.client_id for row in rows})
    opened = []
    for row in rows:
        translated = reading.again(row)
        if translated is not None:
            opened.append((row, translated, units[row.client_id]))
    if opened and has_request_context():
        ledger.note("consultation", fields="court message", row_count=len(opened))
    return opened


def _units_of(session: Session, client_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    wanted = sorted(client_ids)
    found: dict[str, set[str]] = {client_id: set() for client_id in wanted}
    if wanted:
        rows = session.execute(
            sa.select(ApiClientUnit.client_id, ApiClientUnit.unit_id).where(ApiClientUnit.client_id.in_(wanted))
        )
        for row in rows:
            found[row.client_id].add(row.unit_id)
    return {client_id: frozenset(units) for client_id, units in found.items()}


def _as_stored(
    row: FeedMessage, translated: Translated, units: frozenset[str], waiting: tuple[WaitingPart, ...] | None
) -> Stored:
    return Stored(
        id=row.id,
        feed=row.feed,
        message_id=row.message_id,
        received_at=row.received_at,
        unit_ids=units,
        translated=translated,
        waiting=waiting,
    )
