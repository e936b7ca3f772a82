"""Logs questions to and from agencies and what becomes of them. Each has an owner and a time by which it is due.

None of it is owed to a person, so none of it goes through the fold of the case. Sent twice with the same one-use token,
a form is recorded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import AppUser, Unit, UserUnit
from witness_care.agencies.models import Agency, AgencyQuery, AgencyQueryStep, Direction, Kind
from witness_care.agencies.words import ANSWERED, NOT_NEEDED
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.casework.rules import rules_for_unit
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.faultpoints import Work
from witness_care.people.models import Participant
from witness_care.sealing import Plain
from workflows.entitlement import Rules
from workflows.rule_file import Setting
from workflows.working_days import due_time, instant_of, london_date

FIELDS = "query"
NOON = time(12)
WORKING_ROLES = ("officer", "supervisor")


class ClosedError(Exception):
    """The question was closed meanwhile; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as a form states it. `on` is the London date on which it was asked; `about` are participants."""

    agency: Agency
    direction: Direction
    kind: Kind
    subject: str
    text: str
    on: date
    submission: str
    participant_id: str | None = None
    about: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<asked: {self.agency}, {self.kind}>"


def ask(case_id: str, asked: Asked, *, actor: Actor, now: datetime) -> str:
    """Log a question about a case of this actor's units, and give its id. `now` is UTC.

    Its owner is the case's officer, else whoever logs it. Raises LookupError for a case that is not theirs.
    """
    with _working() as session:
        case = _case(session, actor, case_id)
        known = session.scalar(sa.select(AgencyQuery.id).where(AgencyQuery.submission == asked.submission))
        return known or _add(session, case, asked, actor=actor, now=now)


def ask_for_missing(
    case_id: str,
    agency: Agency,
    subject: str,
    words: Callable[[Sequence[str]], str],
    people: Sequence[str],
    *,
    actor: Actor,
    now: datetime,
) -> str | None:
    """Ask once for something a case file lacks; None when it has been asked for all of these people already.

    `words` makes the question from the ids of those for whom it has not been asked yet.
    """
    with _working() as session:
        case = _case(session, actor, case_id)
        missing = tuple(sorted(set(people) - asked_about(session, case_id, subject)))
        if not missing:
            return None
        asked = Asked(
            agency=agency,
            direction=Direction.ASKED,
            kind=Kind.FILE_GAP,
            subject=subject,
            text=words(missing),
            on=london_date(now),
            submission=new_id(),
            about=missing,
        )
        return _add(session, case, asked, actor=actor, now=now)


def asked_about(session: Session, case_id: str, subject: str) -> set[str]:
    """Name the people for whom this gap in the file is being asked for."""
    query = sa.select(AgencyQuery.about).where(
        AgencyQuery.case_id == case_id,
        AgencyQuery.kind == Kind.FILE_GAP,
        AgencyQuery.subject == subject,
        AgencyQuery.closed_at.is_(None),
    )
    return {person for about in session.scalars(query) for person in about}


def answer(query_id: str, text: str, who: str, on: date, *, submission: str, actor: Actor, now: datetime) -> None:
    """Record the answer, who gave it and on which day: that closes the question.

    This and the acts below raise ClosedError for one that is closed, LookupError for one that is not theirs.
    """
    with _working() as session:
        found = _open(session, actor, query_id, submission)
        if found is None:
            return
        found.answer, found.answered_by = Plain(text.strip(), query_id), Plain(who.strip(), query_id)
        found.answered_at = _moment(on, now)
        _close(session, found, ANSWERED, actor=actor, now=now)
        _step(session, found, "answered", submission=submission, actor=actor, now=now)


def chase(query_id: str, note: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """Record that the answer was asked for again. When it is due stays as it is."""
    with _working() as session:
        found = _open(session, actor, query_id, submission)
        if found is not None:
            found.chased, found.last_chased_at = found.chased + 1, now
            _step(session, found, "chased", submission=submission, note=note, actor=actor, now=now)


def hand_over(query_id: str, officer_id: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """Let somebody else of the unit look after it. Raises LookupError for somebody who does not work there."""
    with _working() as session:
        found = _open(session, actor, query_id, submission)
        if found is None:
            return
        if officer_id not in {row.id for row in colleagues(session, found.unit_id)}:
            raise LookupError("Expected somebody who works in the unit of the question; there is nobody by this id.")
        found.officer_id = officer_id
        _step(session, found, "handed_over", submission=submission, officer_id=officer_id, actor=actor, now=now)


def close(query_id: str, reason: str, note: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """Close it without an answer, for a reason that `words.CLOSED` knows."""
    with _working() as session:
        found = _open(session, actor, query_id, submission)
        if found is not None:
            _close(session, found, reason, actor=actor, now=now)
            _step(session, found, "closed", submission=submission, reason=reason, note=note, actor=actor, now=now)


def withdraw_questions(participant_id: str, subject: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """Close the open questions to agencies about one thing of one person: there is nothing to ask any more."""
    with _working() as session:
        query = scope.agency_queries(actor).where(
            AgencyQuery.participant_id == participant_id,
            AgencyQuery.subject == subject,
            AgencyQuery.direction == Direction.ASKED,
            AgencyQuery.closed_at.is_(None),
        )
        for query_id in session.scalars(query.with_only_columns(AgencyQuery.id).order_by(AgencyQuery.id)).all():
            close(query_id, NOT_NEEDED, "", submission=submission, actor=actor, now=now)


def colleagues(session: Session, unit_id: str) -> Sequence[sa.Row]:
    """List who may look after a question of a unit."""
    query = (
        sa.select(AppUser.id, AppUser.display_name)
        .join(UserUnit, UserUnit.user_id == AppUser.id)
        .where(UserUnit.unit_id == unit_id, AppUser.role.in_(WORKING_ROLES), AppUser.disabled_at.is_(None))
        .order_by(AppUser.display_name, AppUser.id)
    )
    return session.execute(query).all()


def days_to_answer(rules: Rules, asked: Asked) -> Setting:
    """Give the number of working days for an answer: for this agency and kind, else for the kind, else for any."""
    names = [f"answer_days_{asked.agency}_{asked.kind}", f"answer_days_{asked.kind}"]
    if asked.direction is Direction.RECEIVED:
        names = ["answer_days_received"]
    name = next((each for each in names if rules.book.has_setting(each)), "answer_days")
    return rules.book.setting_in_full(name, asked.on)


# --- inside a unit of work ------------------------------------------------------------------------------------------


@contextmanager
def _working() -> Iterator[Session]:
    with writing(Work.LOG_QUERY) as session:
        yield session


def _case(session: Session, actor: Actor, case_id: str) -> Any:
    """Read the case and lock it, so that nobody asks for the same gap at the same moment."""
    found = session.execute(
        scope.cases(actor)
        .join(Unit, Unit.id == CourtCase.unit_id)
        .where(CourtCase.id == case_id)
        .with_only_columns(CourtCase.id, CourtCase.unit_id, CourtCase.officer_id, Unit.settings)
        .with_for_update(of=CourtCase)
    ).first()
    if found is None:
        raise LookupError("Expected a case of this actor's units; there is none by this id.")
    return found


def _add(session: Session, case: Any, asked: Asked, *, actor: Actor, now: datetime) -> str:
    rules = rules_for_unit(case.settings)
    setting = days_to_answer(rules, asked)
    asked_at = _moment(asked.on, now)
    due = due_time(asked_at, setting.value, rules.calendar)
    query = AgencyQuery(
        id=new_id(),
        case_id=case.id,
        unit_id=case.unit_id,
        participant_id=asked.participant_id,
        about=list(asked.about),
        agency=asked.agency,
        direction=asked.direction,
        kind=asked.kind,
        subject=asked.subject,
        officer_id=case.officer_id or (actor.id if actor.kind == USER else None),
        submission=asked.submission,
        asked_by=actor.reference,
        asked_at=asked_at,
        logged_at=now,
        due_at=due.at,
        due_setting=setting.key,
        explanation=_explained(setting, due.working, asked.direction),
    )
    query.text = Plain(asked.text.strip(), query.id)
    session.add(query)
    session.flush()
    _step(session, query, "asked", submission=asked.submission, actor=actor, now=now, category=Category.COLLECTION)
    return query.id


def _explained(setting: Setting, working: Sequence[str], direction: Direction) -> list[str]:
    """Say why it is due then: the rule, where that is written, how sure it is, and the count of days."""
    sure = setting.reference.in_words
    rule = f"{setting.title}: {setting.value}. {setting.reference.source}{f' ({sure})' if sure else ''}"
    count = [line.replace("Received", "Asked", 1) for line in working] if direction is Direction.ASKED else working
    return [rule, *count]


def _moment(on: date, now: datetime) -> datetime:
    """Give the instant of something whose day is known: now when that is today, else the middle of its day."""
    return now if on == london_date(now) else min(instant_of(on, NOON), now)


def _open(session: Session, actor: Actor, query_id: str, submission: str) -> AgencyQuery | None:
    """Lock an open question of this actor's units; None when this very form was recorded before."""
    query = scope.agency_queries(actor).where(AgencyQuery.id == query_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise LookupError("Expected a question of this actor's units; there is none by this id.")
    same = sa.and_(AgencyQueryStep.query_id == query_id, AgencyQueryStep.submission == submission)
    if session.scalar(sa.select(AgencyQueryStep.id).where(same)) is not None:
        return None
    if found.closed_at is not None:
        raise ClosedError
    return found


def _close(session: Session, query: AgencyQuery, reason: str, *, actor: Actor, now: datetime) -> None:
    query.closed_at, query.closed_reason, query.closed_by = now, reason, actor.reference
    session.flush()


def _step(
    session: Session,
    query: AgencyQuery,
    what: str,
    *,
    submission: str,
    actor: Actor,
    now: datetime,
    note: str = "",
    officer_id: str | None = None,
    reason: str = "",
    category: Category = Category.ALTERATION,
) -> None:
    step_id = new_id()
    session.add(
        AgencyQueryStep(
            id=step_id,
            query_id=query.id,
            submission=submission,
            what=what,
            at=now,
            by=actor.reference,
            officer_id=officer_id,
            reason=reason,
            note=Plain(note.strip(), step_id) if note.strip() else None,
        )
    )
    session.flush()
    ledger.note(category, case_id=query.case_id, subjects=subjects(session, query), fields=FIELDS)


def subjects(session: Session, query: Any) -> list[tuple[str, Any]]:
    """Give whom a question is about, as the personal-data log names them."""
    people = sorted({*(query.about or ()), *((query.participant_id,) if query.participant_id else ())})
    if not people:
        return []
    rows = session.execute(sa.select(Participant.id, Participant.role).where(Participant.id.in_(people)))
    return [(row.id, ledger.category_of_role(row.role)) for row in rows]
