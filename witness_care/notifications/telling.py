"""What a message that arrived, or did not, means for its case.

A delivered message counts as told only where that is the way in which the person chose to be told; otherwise somebody
rings. One that failed is an attempt that missed: what is owed stays owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.casework.apply import apply
from witness_care.columns import new_id
from witness_care.contacts.models import Contact
from witness_care.notifications import placeholders
from witness_care.notifications.models import MessageTemplate, OutboxMessage
from witness_care.people.models import Participant, Person
from workflows.events import CaseEvent, ContactMade, ContactOutcome, Telling

SOURCE = "outbox"


def delivered(session: Session, message: Any, *, actor: str, now: datetime) -> bool:
    """Record a delivered message as told, where they chose this way. Says whether it was."""
    template = session.get_one(MessageTemplate, message.template_id)
    chosen = session.scalar(sa.select(Person.chosen_channel).where(Person.id == message.person_id))
    if chosen != message.channel or not message.telling or not placeholders.tells_anything(template.topics or ()):
        return False
    told = tuple(Telling(topic=news["topic"], subject=news["subject"], value=news["value"]) for news in message.telling)
    _keep(session, message, ContactOutcome.DELIVERED_AS_CHOSEN, told, actor=actor, now=now)
    return True


def failed(session: Session, message: Any, *, actor: str, now: datetime) -> None:
    """Record an attempt that did not reach them."""
    _keep(session, message, ContactOutcome.BOUNCED, (), actor=actor, now=now)


def lock_case(session: Session, participant_id: str) -> None:
    """The case comes before the message, as everywhere."""
    case_id = sa.select(Participant.case_id).where(Participant.id == participant_id).scalar_subquery()
    session.execute(sa.select(CourtCase.id).where(CourtCase.id == case_id).with_for_update())


def _keep(
    session: Session, message: Any, outcome: ContactOutcome, told: Sequence[Telling], *, actor: str, now: datetime
) -> None:
    columns = (Participant.id, Participant.case_id, Participant.unit_id, Participant.role)
    whose = session.execute(sa.select(*columns).where(Participant.id == message.participant_id)).one()
    contact_id = new_id()
    session.add(
        Contact(
            id=contact_id,
            unit_id=whose.unit_id,
            case_id=whose.case_id,
            participant_id=whose.id,
            channel=message.channel,
            contact_point_id=message.contact_point_id,
            direction="out",
            outcome=outcome.value,
            happened_at=now,
            recorded_at=now,
            recorded_by=actor,
            safety_incident=False,
            submission_token=f"outbox:{message.id}",
        )
    )
    session.flush()
    made = ContactMade(participant=whose.id, contact=contact_id, at=now, outcome=outcome, told=tuple(told))
    event = CaseEvent(
        id=new_id(),
        case_id=whose.case_id,
        what=made,
        received_at=now,
        occurred_at=now,
        context="officer",
        message_id=new_id(),
        actor=actor,
        source=SOURCE,
    )
    apply([event], actor=actor, now=now)
    which = OutboxMessage.id == message.id
    session.execute(
        sa.update(OutboxMessage).where(which).values(contact_id=contact_id),
        execution_options={"synchronize_session": False},
    )
    subject = (whose.id, ledger.category_of_role(whose.role))
    ledger.note(Category.COLLECTION, case_id=whose.case_id, subjects=[subject], fields=("contact",))
