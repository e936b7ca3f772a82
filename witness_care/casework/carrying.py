"""Gives the rows of one case to another, as they are and with their ids: for a merge of cases, and for its end.

The journal and the moves of machines stay where they are, as does what both cases have. What the fold of a journal
makes is written by `apply`, which follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.availability.models import AvailabilityNote
from witness_care.cases.models import (
    CourtCase,
    Defendant,
    DefendantEndpoint,
    Hearing,
    HearingDay,
    HearingLink,
    Identifier,
    Offence,
    Result,
)
from witness_care.casework.models import Transition, UndoneEntry
from witness_care.closing.models import ClosingNote
from witness_care.columns import new_id
from witness_care.contacts.models import Contact, Duty, DutyHistory, Told
from witness_care.engagement.models import Concern, ConcernDecision
from witness_care.links.models import LinkReply, OneTimeLink
from witness_care.needs.models import NeedNote
from witness_care.notifications.models import OutboxMessage
from witness_care.people.models import DeclinedSuggestion, Participant
from workflows import snapshot

MOVED = "moved"  # why something that was owed twice is owed once now
Pairs = list[tuple[str, str]]


def move_people(session: Session, participants: Collection[str], case_id: str, officer_id: str | None) -> None:
    """Give people to a case, with every conversation, and all that is or was owed to them and told."""
    theirs = sorted(participants)
    duties = sa.select(Duty.id).where(Duty.participant_id.in_(theirs))
    _update(session, DutyHistory, DutyHistory.duty_id.in_(duties), case_id=case_id)
    open_ones = sa.and_(Duty.participant_id.in_(theirs), Duty.closed_at.is_(None))
    _update(session, Duty, open_ones, officer_id=officer_id)
    notes = (NeedNote, ClosingNote, AvailabilityNote)
    for model in (
        Duty,
        Told,
        Contact,
        Concern,
        ConcernDecision,
        *notes,
        DeclinedSuggestion,
        OneTimeLink,
        LinkReply,
        OutboxMessage,
    ):
        _update(session, model, model.participant_id.in_(theirs), case_id=case_id)
    _update(session, Participant, Participant.id.in_(theirs), case_id=case_id)


def move_contacts(session: Session, contacts: Mapping[str, str], case_id: str) -> None:
    """Give conversations to the person that somebody became; `contacts` maps conversations to participants."""
    for participant in sorted(set(contacts.values())):
        of_one = sorted(contact for contact, whose in contacts.items() if whose == participant)
        _update(session, Contact, Contact.id.in_(of_one), case_id=case_id, participant_id=participant)


def forget_told(session: Session, case_ids: Collection[str]) -> None:
    """Take off the table what these cases no longer say was told, after `apply`; the journals keep it."""
    for case_id in case_ids:
        state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == case_id))
        if not state:
            continue
        known = {
            (participant, topic, told.value_hash, told.contact)
            for (participant, topic, _), held in snapshot.load(state).topics.items()
            for told in held.told
        }
        columns = (Told.id, Told.participant_id, Told.topic, Told.value_hash, Told.contact_id)
        stored = session.execute(sa.select(*columns).where(Told.case_id == case_id, Told.void.is_(False)))
        gone = [row.id for row in stored if (*row[1:4], row.contact_id or "") not in known]
        session.execute(sa.delete(Told).where(Told.id.in_(gone)), execution_options={"synchronize_session": False})


def move_prosecution(session: Session, moved: Mapping[str, Any], case_id: str) -> None:
    """Give defendants, offences and hearings to a case: `moved` holds their ids, an offence's with its defendant's."""
    _update(session, Defendant, Defendant.id.in_(moved["defendants"]), case_id=case_id)
    for offence, defendant in moved["offences"]:
        _update(session, Offence, Offence.id == offence, case_id=case_id, defendant_id=defendant)
    for model in (HearingDay, HearingLink):
        _update(session, model, model.hearing_id.in_(moved["hearings"]), case_id=case_id)
    _update(session, Hearing, Hearing.id.in_(moved["hearings"]), case_id=case_id)


def move_names(session: Session, names: Iterable[tuple[str, str]], case_id: str) -> None:
    """Give names to a case: (row of `identifier`, what it means there)."""
    for row, target in names:
        _update(session, Identifier, Identifier.id == row, case_id=case_id, target_id=target)


def move_endpoints(session: Session, endpoints: Iterable[tuple[str, str | None]], case_id: str) -> None:
    """Give what a defendant was seen with to a case: (row of `defendant_endpoint`, defendant)."""
    for row, defendant in endpoints:
        which = DefendantEndpoint.id == row
        _update(session, DefendantEndpoint, which, case_id=case_id, defendant_id=defendant)


def move_undone(session: Session, rows: Collection[str], case_id: str) -> None:
    _update(session, UndoneEntry, UndoneEntry.id.in_(sorted(rows)), case_id=case_id)


def drop_results(session: Session, case_ids: Collection[str]) -> None:
    """Clear the table of results of these cases, which the fold writes anew."""
    which = Result.case_id.in_(sorted(case_ids))
    session.execute(sa.delete(Result).where(which), execution_options={"synchronize_session": False})


def close_left_behind(session: Session, from_case: str, *, actor: str, cause: str, now: Any) -> None:
    """End what is open under a case that its people are owed under another now: whether they must come to court.

    People who are in both leave everything behind; hearings that both have are hidden there.
    """
    left = sa.or_(Duty.case_id == from_case, Duty.subject == from_case)
    _close(session, sa.and_(left, Duty.closed_at.is_(None)), actor=actor, cause=cause, now=now)
    _update(session, Hearing, Hearing.case_id == from_case, status="duplicate", result_due_at=None)


def close_of_people(
    session: Session, participants: Collection[str], subject: str, *, actor: str, cause: str, now: Any
) -> None:
    """End what people who go back have open under the case they leave."""
    theirs = sa.and_(Duty.participant_id.in_(sorted(participants)), Duty.subject == subject)
    _close(session, sa.and_(theirs, Duty.closed_at.is_(None)), actor=actor, cause=cause, now=now)


def close_of_subjects(
    session: Session, case_id: str, subjects: Collection[str], *, actor: str, cause: str, now: Any
) -> None:
    """End what is open in a case about defendants and hearings that another case has now."""
    theirs = sa.and_(Duty.case_id == case_id, Duty.subject.in_(sorted(subjects)))
    _close(session, sa.and_(theirs, Duty.closed_at.is_(None)), actor=actor, cause=cause, now=now)


def _close(session: Session, which: Any, *, actor: str, cause: str, now: Any) -> None:
    rows = session.execute(sa.select(Duty.id, Duty.case_id, Duty.value_hash, Duty.due_at).where(which)).all()
    if rows:
        _update(
            session,
            Duty,
            Duty.id.in_([row.id for row in rows]),
            closed_at=now,
            closed_reason=MOVED,
            closed_by=actor,
        )
        lines = [
            {
                "id": new_id(),
                "duty_id": row.id,
                "case_id": row.case_id,
                "event_id": cause,
                "at": now,
                "action": "closed",
                "value_hash": row.value_hash,
                "due_at": row.due_at,
                "reason": MOVED,
            }
            for row in rows
        ]
        session.execute(sa.insert(DutyHistory), lines)


def keep_answers(session: Session, from_case: str, to_case: str) -> None:
    """Let a question that somebody has answered stay answered when the other case's journal asks it again."""
    answered = session.execute(
        sa.select(Transition).where(
            Transition.case_id == from_case,
            Transition.flag_closed_at.is_not(None),
            Transition.flag_closed_by != "system:refold",
        )
    ).scalars()
    for row in answered.all():
        again = sa.and_(
            Transition.case_id == to_case,
            Transition.event_id == row.event_id,
            Transition.machine == row.machine,
            Transition.event == row.event,
            Transition.flag == row.flag,
            Transition.flag_closed_at.is_(None),
        )
        _update(session, Transition, again, flag_closed_at=row.flag_closed_at, flag_closed_by=row.flag_closed_by)


def ask_again(session: Session, questions: Collection[str]) -> None:
    """Open the questions of a case again that were open when it was merged."""
    which = sa.and_(Transition.id.in_(sorted(questions)), Transition.flag_closed_by == "system:refold")
    _update(session, Transition, which, flag_closed_at=None, flag_closed_by=None)


def open_questions(session: Session, case_id: str) -> list[str]:
    query = sa.select(Transition.id).where(
        Transition.case_id == case_id, Transition.flag.is_not(None), Transition.flag_closed_at.is_(None)
    )
    return list(session.scalars(query.order_by(Transition.id)))


def _update(session: Session, model: Any, which: Any, **values: Any) -> None:
    session.execute(sa.update(model).where(which).values(**values), execution_options={"synchronize_session": False})
