"""Says when each person was last told whom to speak to, what to expect and what support there is; and how many were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import task_words, wording
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.contacts.models import Contact, Duty, Told
from witness_care.people.models import Participant
from workflows import tasks
from workflows.journey import Journey

VICTIMS = ("victim", "both")
BY_HAND = "user:"

# How the introduction of somebody ends who need not be told: they are not among those who should be.
NOT_NEEDED = ("declined", "not_applicable", "not_owed", "opted_out", "deceased", "superseded", "corrected")


# --- one person -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One of the three questions for one person: the last contact that answered it; `at` is None when none did."""

    question: str
    at: datetime | None = None
    by: str = ""
    contact_id: str | None = None
    how: str = ""


def answered(session: Session, participant_id: str, role: str) -> tuple[Answered, ...]:
    """Read when each question was last answered, by whom and how. The caller has made sure they may see the person."""
    is_victim = role in VICTIMS
    rows = session.execute(
        sa.select(Told.value, Told.told_at, Told.contact_id, Contact.channel, Contact.recorded_by, AppUser.display_name)
        .outerjoin(Contact, Contact.id == Told.contact_id)
        .outerjoin(AppUser, sa.literal(BY_HAND) + AppUser.id == Contact.recorded_by)
        .where(Told.participant_id == participant_id, Told.topic == tasks.INTRODUCTION, Told.void.is_(False))
        .order_by(Told.told_at.desc(), Told.id.desc())
    ).all()
    return tuple(_last_answer(part, rows, is_victim=is_victim) for part in tasks.INTRODUCED)


def _last_answer(part: str, rows: Sequence[sa.Row], *, is_victim: bool) -> Answered:
    question = wording.sentence(task_words.part_words(part, is_victim=is_victim))
    for row in rows:
        if part in tasks.parts_of(row.value) and row.value.get("rights") == is_victim:
            names = {row.recorded_by.partition(":")[2]: row.display_name} if row.display_name else {}
            return Answered(
                question=question,
                at=row.told_at,
                by=wording.actor(row.recorded_by or "", names),
                contact_id=row.contact_id,
                how=wording.label(wording.CHANNELS, row.channel) if row.channel else "told before this service",
            )
    return Answered(question=question)


# --- a unit ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of the people who should have been told by now, how many were. `by_question` is in the order of the questions.

    `ended_by_hand`: an officer said that it is done, and no contact says all of it. `not_yet`: their time is to come.
    """

    role: str
    due: int
    by_question: Mapping[str, int]
    all_three: int
    ended_by_hand: int
    not_yet: int


def shares(session: Session, actor: Actor, now: datetime) -> tuple[Share, ...]:
    """Count victims and other witnesses apart, in one statement."""
    rows = {bool(row.is_victim): row for row in session.execute(_counts(actor, now))}
    return tuple(_share(rows.get(is_victim), is_victim=is_victim) for is_victim in (True, False))


def _share(row: sa.Row | None, *, is_victim: bool) -> Share:
    found = row._mapping if row is not None else {}
    return Share(
        role="Victims" if is_victim else "Witnesses who are not victims",
        due=found.get("due", 0),
        by_question={
            wording.sentence(task_words.part_words(part, is_victim=is_victim)): found.get(part, 0)
            for part in tasks.INTRODUCED
        },
        all_three=found.get("all_three", 0),
        ended_by_hand=found.get("ended_by_hand", 0),
        not_yet=found.get("not_yet", 0),
    )


def _counts(actor: Actor, now: datetime) -> sa.Select:
    """Count each person once, whatever the number of introductions that were owed to them."""
    is_victim = sa.case((Participant.role.in_(VICTIMS), 1), else_=0)
    needed = sa.or_(Duty.closed_reason.is_(None), Duty.closed_reason.not_in(NOT_NEEDED))
    late_when_not_owed = sa.and_(Duty.closed_reason == "not_owed", Duty.met.is_(False))
    due = _owed(sa.or_(needed, late_when_not_owed), Duty.due_at < now)
    later = _owed(Duty.closed_at.is_(None), Duty.due_at >= now)
    told = {part: _told(part) for part in tasks.INTRODUCED}
    people = (
        scope.participants(actor)
        .where(Participant.left_at.is_(None), Participant.journey != Journey.CLOSED.value, sa.or_(due, later))
        .with_only_columns(
            is_victim.label("is_victim"),
            due.label("due"),
            later.label("later"),
            *(condition.label(part) for part, condition in told.items()),
            sa.and_(_owed(Duty.closed_reason == "done"), sa.not_(_owed(Duty.closed_at.is_(None)))).label("done"),
        )
        .subquery()
    )
    c = people.c

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((sa.and_(*conditions), 1)))

    every = [c[part] for part in tasks.INTRODUCED]
    return sa.select(
        c.is_victim,
        count(c.due).label("due"),
        *(count(c.due, c[part]).label(part) for part in tasks.INTRODUCED),
        count(c.due, *every).label("all_three"),
        count(c.due, c.done, sa.not_(sa.and_(*every))).label("ended_by_hand"),
        count(sa.not_(c.due), c.later).label("not_yet"),
    ).group_by(c.is_victim)


def _owed(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    row = sa.select(Duty.id).where(Duty.participant_id == Participant.id, Duty.topic == tasks.INTRODUCTION, *conditions)
    return row.exists()


def _told(part: str) -> sa.ColumnElement[bool]:
    """Whether a contact that stands answered this question, in the words for this person: only a victim has rights."""
    parts = Told.value["parts"].as_string()
    row = sa.select(Told.id).where(
        Told.participant_id == Participant.id,
        Told.topic == tasks.INTRODUCTION,
        Told.void.is_(False),
        Told.value["rights"].as_boolean() == Participant.role.in_(VICTIMS),
        sa.or_(parts.is_(None), parts.contains(f'"{part}"')),
    )
    return row.exists()
