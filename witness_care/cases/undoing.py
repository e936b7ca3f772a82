"""Takes back what an officer or supervisor entered wrongly, with a reason. Nothing is deleted: history shows both."""

from __future__ import annotations

import uuid
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
from witness_care.cases.models import CourtCase, Defendant, Offence
from witness_care.casework.apply import apply
from witness_care.casework.bulk import update_rows
from witness_care.casework.dry_run import Trial, try_out
from witness_care.casework.journal import event_of
from witness_care.casework.models import JournalEvent, Transition, UndoneEntry
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people.models import Participant, Person
from witness_care.sealing import Plain
from workflows import charges, referral, referring, undoing
from workflows import snapshot as snapshots
from workflows.decide import case_truth
from workflows.events import (
    CaseEvent,
    DutyClosedByPerson,
    EntryUndone,
    OffenceDescribed,
    ParticipantDied,
    ParticipantLeft,
    ParticipantRecorded,
    ReferralDecided,
    ReferralWithdrawn,
)

BY_A_PERSON = "user:"
BY_A_SUPERVISOR = "attempts_exhausted"  # how only a supervisor ends a duty

_MESSAGES = uuid.UUID("3f6a3a51-7a0d-5b6e-9d57-2f0d8f8f1b54")


class CannotBeUndoneError(Exception):
    """The entry came from a system, was undone before, or says something that is changed by saying what is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message of a person, in one case: `rows` are what it said, in order."""

    case_id: str
    unit_id: str
    urn: str
    message_id: str
    rows: tuple[sa.Row, ...]
    undone: bool
    ended_unsent: bool = False  # it took back a referral that the probation service did not have

    @property
    def may_be_undone(self) -> bool:
        """Whether it can be taken back as a whole, and was not before."""
        facts = [event_of(row._mapping).what for row in self.rows]
        by_a_person = all(row.actor.startswith(BY_A_PERSON) for row in self.rows)
        return by_a_person and not self.undone and undoing.may_be_undone(facts)

    @property
    def needs_a_supervisor(self) -> bool:
        return self.ended_unsent or any(
            (row.kind == DutyClosedByPerson.__name__ and row.payload["reason"] == BY_A_SUPERVISOR)
            or (row.kind == ReferralDecided.__name__ and not row.payload["refer"])
            for row in self.rows
        )


def may_undo(entry: Entry, actor: Actor) -> bool:
    """Say whether this person may undo the entry: what only a supervisor may do, only a supervisor takes back."""
    return entry.may_be_undone and (not entry.needs_a_supervisor or actor.may(Permission.ASSIGN))


def entry_of(session: Session, actor: Actor, event_id: str) -> Entry | None:
    """Read the message that an entry of the journal belongs to; None when it is not there or not theirs to see."""
    found = session.execute(
        scope.cases(actor)
        .join(JournalEvent, JournalEvent.case_id == CourtCase.id)
        .where(JournalEvent.id == event_id)
        .with_only_columns(
            *(CourtCase.id, CourtCase.unit_id, CourtCase.urn, JournalEvent.message_id), maintain_column_froms=True
        )
    ).first()
    if found is None:
        return None
    rows = session.execute(
        sa.select(JournalEvent.__table__)
        .where(
            JournalEvent.case_id == found.id,
            JournalEvent.message_id == found.message_id,
            # What a merge of cases says anew is the same entry once more.
            sa.or_(JournalEvent.carried_from.is_(None), JournalEvent.carried_from.not_in(_own(found.id))),
        )
        .order_by(JournalEvent.part, JournalEvent.ordinal)
    ).all()
    withdrawals = [row.id for row in rows if row.kind == ReferralWithdrawn.__name__]
    return Entry(
        case_id=found.id,
        unit_id=found.unit_id,
        urn=found.urn,
        message_id=found.message_id,
        rows=tuple(rows),
        undone=found.message_id in undone_in(session, found.id),
        ended_unsent=_ended_unsent(session, found.id, withdrawals),
    )


def _ended_unsent(session: Session, case_id: str, event_ids: Sequence[str]) -> bool:
    """Say whether one of these withdrawals was of a referral that was still to be sent: a supervisor's to decide."""
    if not event_ids:
        return False
    found = sa.select(Transition.id).where(
        Transition.case_id == case_id,
        Transition.event_id.in_(event_ids),
        Transition.machine == referring.MACHINE,
        Transition.from_state.in_([state.value for state in referral.NOT_SENT]),
        Transition.to_state == referral.Referral.WITHDRAWN.value,
    )
    return session.scalar(found.limit(1)) is not None


def _own(case_id: str) -> sa.Select:
    return sa.select(JournalEvent.id).where(JournalEvent.case_id == case_id)


def undone_in(session: Session, case_id: str) -> Mapping[str, UndoneEntry]:
    """Give what was undone in a case, by the id of the message that was taken back."""
    rows = session.scalars(sa.select(UndoneEntry).where(UndoneEntry.case_id == case_id))
    return {row.message_id: row for row in rows}


def is_offered(row: Any, undone: Mapping[str, UndoneEntry]) -> bool:
    """Say whether the journal offers to undo this entry; its page then looks at the whole message."""
    kinds = {kind.__name__ for kind in undoing.MAY_BE_UNDONE}
    return row.actor.startswith(BY_A_PERSON) and row.kind in kinds and row.message_id not in undone


def undo(event_id: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take an entry back in every case it was made in, inside one unit of work. `now` is UTC.

    Raises CannotBeUndoneError, and LookupError when there is no such entry for this actor.
    """
    with writing():
        _undo(event_id, reason, actor=actor, now=now)


def preview(event_id: str, *, actor: Actor, now: datetime) -> Trial:
    """Say what undoing an entry would change, and write nothing. Raises what `undo` raises."""

    def act() -> tuple[None, Sequence[str]]:
        return None, _undo(event_id, "tried out", actor=actor, now=now)

    return try_out(act)


def _undo(event_id: str, reason: str, *, actor: Actor, now: datetime) -> list[str]:
    with writing() as session:
        entry = entry_of(session, actor, event_id)
        if entry is None:
            raise LookupError("Expected an entry of this actor's units; there is none by this id.")
        cases = _lock(session, entry.message_id)
        entry = entry_of(session, actor, event_id)
        if entry is None or not may_undo(entry, actor):
            raise CannotBeUndoneError
        events = [_event(row, entry.message_id, actor=actor, now=now) for row in cases]
        session.add_all(
            UndoneEntry(
                id=event.id,
                case_id=row.id,
                unit_id=row.unit_id,
                message_id=entry.message_id,
                reason=Plain(reason.strip(), event.id),
                undone_by=actor.reference,
                undone_at=now,
            )
            for row, event in zip(cases, events, strict=True)
        )
        session.flush()
        _bring_back_people(session, entry.message_id)
        apply(events, actor=actor.reference, now=now)
        _bring_back_parts_and_charges(session, entry, now=now)
        for row in cases:
            ledger.note(Category.ALTERATION, case_id=row.id, subjects=_subjects(session, entry), fields="undone entry")
        return [row.id for row in cases]


def _lock(session: Session, message_id: str) -> Sequence[Any]:
    """Lock every case in which the message was said (a death is said in all cases of a person), in id order."""
    cases = sa.select(JournalEvent.case_id).where(JournalEvent.message_id == message_id)
    return session.execute(
        sa.select(CourtCase.id, CourtCase.unit_id, _last_receipt().label("last_received_at"))
        .where(CourtCase.id.in_(cases))
        .order_by(CourtCase.id)
        .with_for_update()
    ).all()


def _last_receipt() -> sa.ScalarSelect[datetime]:
    return (
        sa.select(sa.func.max(JournalEvent.received_at)).where(JournalEvent.case_id == CourtCase.id).scalar_subquery()
    )


def _event(case: Any, message_id: str, *, actor: Actor, now: datetime) -> CaseEvent:
    # The fold runs in order of receipt: taking back comes after everything that was said until now.
    last = case.last_received_at
    received_at = max(now, last + timedelta(microseconds=1)) if last is not None else now
    return CaseEvent(
        id=new_id(),
        case_id=case.id,
        what=EntryUndone(message=message_id),
        received_at=received_at,
        occurred_at=received_at,
        context="officer",
        message_id=str(uuid.uuid5(_MESSAGES, f"{case.id}|{message_id}")),
        actor=actor.reference,
        source="web",
    )


def _bring_back_people(session: Session, message_id: str) -> None:
    """What the rows of people hold beside the journal: that somebody left the case, or died."""
    of_message = JournalEvent.message_id == message_id
    named = JournalEvent.payload["participant"].as_string()
    left = sa.select(named).where(of_message, JournalEvent.kind == ParticipantLeft.__name__)
    died = sa.select(named).where(of_message, JournalEvent.kind == ParticipantDied.__name__)
    persons = sa.select(Participant.person_id).where(Participant.id.in_(died))
    session.execute(sa.update(Participant).where(Participant.id.in_(left)).values(left_at=None))
    session.execute(
        sa.update(Person).where(Person.id.in_(persons)).values(deceased_on=None),
        execution_options={"synchronize_session": False},
    )


def _bring_back_parts_and_charges(session: Session, entry: Entry, *, now: datetime) -> None:
    """Let the rows of people and defendants show again what the state now says of their part and their charges."""
    said = [event_of(row._mapping).what for row in entry.rows]
    people = {fact.participant for fact in said if isinstance(fact, ParticipantRecorded)}
    defendants = {fact.defendant for fact in said if isinstance(fact, undoing.CHARGES)}
    if not people | defendants:
        return
    state = session.execute(sa.select(CourtCase.state).where(CourtCase.id == entry.case_id)).scalar_one()
    stands = snapshots.load(state)
    rows = [
        {
            "id": participant,
            "role": person.role.value,
            "witness_kind": person.witness_kind.value,
            "victim_kind": person.victim_kind.value,
            "enhanced": person.enhanced.value,
            "enhanced_basis": list(person.enhanced_basis),
            "left_at": now if person.left else None,
        }
        for participant in sorted(people)
        if (person := stands.people.get(participant))
    ]
    update_rows(session.connection(), _table(Participant), rows)
    codes = charges.offence_codes(stands.registers)
    described = {fact.offence for fact in said if isinstance(fact, OffenceDescribed)}
    update_rows(
        session.connection(),
        _table(Offence),
        [{"id": offence, "cjs_code": codes.get(offence, "")} for offence in sorted(described)],
    )
    charged = case_truth(stands).charged
    for defendant in sorted(defendants):
        offences = charged.get(defendant, ())
        _set_removed(session, sa.update(Defendant).where(Defendant.id == defendant), defendant not in charged, now)
        theirs = sa.update(Offence).where(Offence.defendant_id == defendant)
        _set_removed(session, theirs.where(Offence.id.in_(offences)), False, now)
        if defendant in charged:  # the offences of somebody who is off the case keep what they had
            gone = theirs.where(Offence.id.not_in(offences), Offence.removed_at.is_(None))
            _set_removed(session, gone, True, now)


def _set_removed(session: Session, update: sa.Update, removed: bool, now: datetime) -> None:
    values = update.values(removed_at=now if removed else None)
    session.execute(values, execution_options={"synchronize_session": False})


def _table(model: Any) -> Any:
    return model.__table__


def _subjects(session: Session, entry: Entry) -> list[tuple[str, Any]]:
    named = {row.payload.get("participant") for row in entry.rows} - {None}
    if not named:
        return []
    rows = session.execute(sa.select(Participant.id, Participant.role).where(Participant.id.in_(sorted(named))))
    return [(row.id, ledger.category_of_role(row.role)) for row in rows]
