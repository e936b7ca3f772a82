"""Records what an officer says about a referral to the Victim Contact Scheme.

What may be said follows from how far the referral has come, and what needs a supervisor is refused to others here, not
only left off the page.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.held import load_case
from witness_care.cases.models import CourtCase
from witness_care.cases.service import after_the_last
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people.models import Participant
from witness_care.referrals.models import Referral
from workflows import events, referral, referring
from workflows.events import Answer, CaseEvent
from workflows.victim_contact_scheme import Result

_MESSAGES = uuid.UUID("6f4c1fb8-5a0d-5a3b-9f0e-7b1d3b0c8e21")

REFER, DO_NOT_REFER, SENT = "refer", "do-not-refer", "sent"
ACKNOWLEDGED, REJECTED, CONTACTED, WITHDRAW = "acknowledged", "rejected", "liaison-contact", "withdraw"
# What an officer may say, by its name in the address: the event of the machine, and the reasons to choose from.
ENTRIES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    REFER: ("refer", {}),
    SENT: ("sent", {}),
    ACKNOWLEDGED: ("acknowledged", {}),
    REJECTED: ("rejected", referral.REASONS_OF_REJECTION),
    CONTACTED: ("vlo_contacted", {}),
    DO_NOT_REFER: ("do_not_refer", referral.REASONS_NOT_TO_REFER),
    WITHDRAW: ("withdraw", referral.REASONS_TO_WITHDRAW),
}
DATED = (SENT, ACKNOWLEDGED, REJECTED, CONTACTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far one referral has come, with what it takes to say something about it."""

    case_id: str
    participant_id: str
    defendant_id: str
    role: str
    state: referral.Referral
    result: str

    def may_be_said(self, actor: Actor) -> tuple[str, ...]:
        """Name what fits, for this actor: not to refer somebody who is eligible is a supervisor's to decide."""
        return tuple(name for name in self._fitting() if _supervises(actor) or not self._ends_it_unsent(name))

    def waits_for_supervisor(self, actor: Actor) -> tuple[str, ...]:
        """Name what fits too, but not by this actor's word."""
        return tuple(name for name in self._fitting() if not _supervises(actor) and self._ends_it_unsent(name))

    def _fitting(self) -> tuple[str, ...]:
        leads_on = referral.may_happen_next(self.state)
        return tuple(name for name, (event, _) in ENTRIES.items() if event in leads_on)

    def _ends_it_unsent(self, name: str) -> bool:
        """Whether this would leave somebody who is eligible without a referral that the probation service has."""
        ends = name == DO_NOT_REFER or (name == WITHDRAW and self.state in referral.NOT_SENT)
        return ends and self.result == Result.ELIGIBLE.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an officer says. `at` (UTC) is when it happened; `told` and `objects` are asked when a referral is sent."""

    name: str
    at: datetime
    reason: str = ""
    told: Answer = Answer.NOT_ASKED
    objects: Answer = Answer.NOT_ASKED


class DoesNotFitError(Exception):
    """What was said does not fit how far the referral has come; nothing was recorded."""


def standing_of(session: Session, actor: Actor, participant_id: str, defendant_id: str) -> Standing | None:
    """Read how far a referral has come; None when there is none, or it is not theirs to see."""
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .join(Referral, Referral.participant_id == Participant.id)
        .where(Referral.defendant_id == defendant_id)
        .with_only_columns(Participant.case_id, Participant.role, Referral.state, Referral.result)
    ).first()
    if row is None:
        return None
    return Standing(
        case_id=row.case_id,
        participant_id=participant_id,
        defendant_id=defendant_id,
        role=row.role,
        state=referral.Referral(row.state),
        result=row.result,
    )


def record(
    participant_id: str, defendant_id: str, entry: Entry, *, submission: str, actor: Actor, now: datetime
) -> None:
    """Record one entry. `submission` is the form's one-use token: sent twice, it is recorded once.

    Raises DoesNotFitError when it does not fit by then, or not for this actor, and LookupError when there is no such
    referral for them.
    """
    message_id = str(uuid.uuid5(_MESSAGES, f"{participant_id}|{defendant_id}|{submission}"))
    with writing() as session:
        case_id = sa.select(Participant.case_id).where(Participant.id == participant_id).scalar_subquery()
        row = session.execute(
            sa.select(CourtCase).where(CourtCase.id == case_id).with_for_update()
        ).scalar_one_or_none()
        standing = standing_of(session, actor, participant_id, defendant_id)
        if standing is None:
            raise LookupError("Expected a referral of this actor's units; there is none by these ids.")
        if session.scalar(sa.select(JournalEvent.id).where(JournalEvent.message_id == message_id)) is not None:
            return
        if entry.name not in standing.may_be_said(actor):
            raise DoesNotFitError
        event = CaseEvent(
            id=new_id(),
            case_id=standing.case_id,
            what=_fact(participant_id, defendant_id, entry),
            received_at=after_the_last(load_case(session, row), now),
            occurred_at=entry.at,
            context="officer",
            message_id=message_id,
            actor=actor.reference,
            source="web",
        )
        apply([event], actor=actor.reference, now=now)
        subject = (participant_id, ledger.category_of_role(standing.role))
        ledger.note(Category.ALTERATION, case_id=standing.case_id, subjects=[subject], fields="referral")


def _fact(participant: str, defendant: str, entry: Entry) -> events.Fact:
    whom = {"participant": participant, "defendant": defendant}
    match entry.name:
        case "refer":
            return events.ReferralDecided(**whom, refer=True)
        case "do-not-refer":
            return events.ReferralDecided(**whom, refer=False, reason=entry.reason)
        case "sent":
            return events.ReferralSent(**whom, at=entry.at, told=entry.told, objects=entry.objects)
        case "acknowledged":
            return events.ReferralAcknowledged(**whom, at=entry.at)
        case "rejected":
            return events.ReferralRejected(**whom, at=entry.at, reason=entry.reason)
        case "liaison-contact":
            return events.LiaisonOfficerContacted(**whom, at=entry.at)
        case _:
            return events.ReferralWithdrawn(**whom, reason=entry.reason)


def _supervises(actor: Actor) -> bool:
    return actor.role is Role.SUPERVISOR


def row_of(participant_id: str, defendant_id: str) -> str:
    """Give the id of a referral's row: what a program or the probation service may quote."""
    return referring.referral_id(participant_id, defendant_id)
