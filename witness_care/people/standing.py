"""Records whether a person came to court, and closes what the unit does for them in a case.

What may be said follows from where the person stands: the machines know which entries lead on, the case whether a day
at court has come and whether something is still owed. What does not fit is refused here, not only left off the page.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase, Hearing, HearingDay
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.database import writing
from witness_care.people.models import Participant
from witness_care.referrals.models import Referral
from workflows import attendance, journey
from workflows.attendance import Attendance
from workflows.events import Attended, CaseEvent, DidNotAttend, HearingClass, JourneyClosed
from workflows.journey import Journey
from workflows.referring import KEEPS_OPEN
from workflows.truth import HearingStatus
from workflows.working_days import london_date

CAME, DID_NOT_COME, CLOSE = "came", "did_not_come", "close"
FACTS: Mapping[str, type[Attended | DidNotAttend | JourneyClosed]] = {
    CAME: Attended,
    DID_NOT_COME: DidNotAttend,
    CLOSE: JourneyClosed,
}
NO_DAY_AT_COURT = (HearingStatus.WITHDRAWN.value, HearingStatus.DUPLICATE.value)

_MESSAGES = uuid.UUID("b2a4c9de-13c7-5c0e-8f5e-6e0f2d1f6a90")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a person stands, and what may be said of them now. `open_duties` are ids, the first due first."""

    participant_id: str
    case_id: str
    role: str
    attendance: Attendance
    journey: Journey
    a_day_has_come: bool
    open_duties: tuple[str, ...]
    referral_waits: bool = False  # to the Victim Contact Scheme: to be decided, sent or acknowledged

    @property
    def may_be_said(self) -> tuple[str, ...]:
        """Name what fits: who came and who did not once a trial day has come; closing when nothing is left."""
        leads_on = attendance.may_happen_next(self.attendance)
        said = [
            name
            for name, event in ((CAME, "attended"), (DID_NOT_COME, "did_not_attend"))
            if self.a_day_has_come and event in leads_on
        ]
        return (*said, CLOSE) if self.may_close else tuple(said)

    @property
    def may_close(self) -> bool:
        """Closing needs the outcome and nothing open (core.md rule 27)."""
        return self.is_at_the_end and not self.open_duties and not self.referral_waits

    @property
    def is_at_the_end(self) -> bool:
        return self.journey is Journey.OUTCOME and "close" in journey.may_happen_next(self.journey)


class DoesNotFitError(Exception):
    """What was said does not fit where the person stands now; nothing was recorded."""


def standing_of(session: Session, actor: Actor, participant_id: str, now: datetime) -> Standing | None:
    """Read where a person stands; None when they are not there, or not theirs to see. `now` is UTC."""
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.role, Participant.attendance, Participant.journey)
        )
    ).first()
    if row is None:
        return None
    day_at_court = (
        sa.select(HearingDay.hearing_id)
        .join(Hearing, Hearing.id == HearingDay.hearing_id)
        .where(
            Hearing.case_id == row.case_id,
            Hearing.hearing_class == HearingClass.TRIAL.value,
            Hearing.status.not_in(NO_DAY_AT_COURT),
            HearingDay.on_date <= london_date(now),
        )
    )
    return Standing(
        participant_id=row.id,
        case_id=row.case_id,
        role=row.role,
        attendance=Attendance(row.attendance),
        journey=Journey(row.journey),
        a_day_has_come=bool(session.scalar(sa.select(day_at_court.exists()))),
        open_duties=_open_duties(session, row.id),
        referral_waits=_referral_waits(session, row.id),
    )


def record(participant_id: str, said: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """Record what an officer says of a person: CAME, DID_NOT_COME or CLOSE. `now` is UTC.

    `submission` is the form's one-use token: sent twice, it is recorded once. Raises DoesNotFitError when it does not
    fit where the person stands by then, and LookupError when they are not there for this actor.
    """
    message_id = str(uuid.uuid5(_MESSAGES, f"{participant_id}|{submission}"))
    with writing() as session:
        case_id = sa.select(Participant.case_id).where(Participant.id == participant_id).scalar_subquery()
        session.execute(sa.select(CourtCase.id).where(CourtCase.id == case_id).with_for_update())
        standing = standing_of(session, actor, participant_id, now)
        if standing is None:
            raise LookupError("Expected a participant of this actor's units; there is none by this id.")
        if session.scalar(sa.select(JournalEvent.id).where(JournalEvent.message_id == message_id)) is not None:
            return
        if said not in standing.may_be_said:
            raise DoesNotFitError
        fact = FACTS[said](participant=participant_id)
        event = CaseEvent(
            id=new_id(),
            case_id=standing.case_id,
            what=fact,
            received_at=now,
            occurred_at=now,
            context="officer",
            message_id=message_id,
            actor=actor.reference,
            source="web",
        )
        apply([event], actor=actor.reference, now=now)
        subject = (participant_id, ledger.category_of_role(standing.role))
        ledger.note(Category.ALTERATION, case_id=standing.case_id, subjects=[subject], fields="attendance")


def _referral_waits(session: Session, participant_id: str) -> bool:
    waiting = sa.select(Referral.id).where(
        Referral.participant_id == participant_id, Referral.state.in_([state.value for state in KEEPS_OPEN])
    )
    return bool(session.scalar(sa.select(waiting.exists())))


def _open_duties(session: Session, participant_id: str) -> tuple[str, ...]:
    query = sa.select(Duty.id).where(Duty.participant_id == participant_id, Duty.closed_at.is_(None))
    found: Sequence[str] = session.scalars(query.order_by(Duty.due_at, Duty.id)).all()
    return tuple(found)
