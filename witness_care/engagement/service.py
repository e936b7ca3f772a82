"""Records what officers decide about a concern, and what a person says of going on with the case."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.agencies.models import Agency, Direction, Kind
from witness_care.agencies.service import Asked, ask, withdraw_questions
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.models import CourtCase
from witness_care.casework import concerns
from witness_care.casework.apply import apply
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.engagement.models import Concern, ConcernDecision
from witness_care.people.models import Participant
from witness_care.sealing import Plain
from workflows import events
from workflows.events import CaseEvent, Fact
from workflows.snapshot import Person, Snapshot
from workflows.snapshot import load as load_snapshot
from workflows.withdrawal import REASONS
from workflows.working_days import london_date

ACCEPTED, OVERRIDDEN, OVERRIDE_ENDED = "accepted", "overridden", "override_ended"
RELUCTANT, GOES_ON, AFRAID, SAFE = "reluctant", "goes_on", "afraid", "safe"
WITHDREW, CAME_BACK, EXPLAINED = "withdrew", "came_back", "explained"
FACTS: Mapping[str, type[Any]] = {
    RELUCTANT: events.ReluctanceStated,
    GOES_ON: events.ReluctanceEnded,
    AFRAID: events.SafetyConcernRaised,
    SAFE: events.SafetyConcernResolved,
    WITHDREW: events.Withdrew,
    CAME_BACK: events.WithdrawalTakenBack,
    EXPLAINED: events.ChangeExplained,
}
MOST_CHUNKS = 10_000
ABOUT_WITHDRAWAL = "withdrawal"  # as agencies.words names the subject of a question

_MESSAGES = uuid.UUID("6e0d7f1a-5f5c-5d3a-8c41-0d5a3b9f6c72")
_DECISIONS = uuid.UUID("a0c6f3de-0f6b-5b5e-9d1c-9a2e4b7c8d13")


class DoesNotFitError(Exception):
    """What was said does not fit how things stand by now; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    """A person of a case that this unit of work may change."""

    participant_id: str
    case_id: str
    unit_id: str
    role: str
    person: Person | None


def review_all_due(now: datetime) -> int:
    """Count again every concern that time alone has changed, a chunk a unit of work; give how many."""
    total = 0
    for _ in range(MOST_CHUNKS):
        with writing() as session:
            reviewed = concerns.review_due(session.connection(), now)
        total += reviewed
        if reviewed < concerns.CHUNK:
            break
    return total


# --- what a person says -------------------------------------------------------------------------------------------


def may_be_said(person: Person | None) -> tuple[str, ...]:
    """Name what fits now: somebody who withdrew may come back, and so on. Nothing of somebody who is gone."""
    if person is None or person.left or person.died:
        return ()
    withdrew = person.withdrawal is not None
    return (
        *((GOES_ON,) if person.reluctant_since else () if withdrew else (RELUCTANT,)),
        *((SAFE,) if person.safety_concern_since else (AFRAID,)),
        *((CAME_BACK,) if withdrew else (WITHDREW,)),
        EXPLAINED,
    )


def record(participant_id: str, said: str, *, reason: str = "", submission: str, actor: Actor, now: datetime) -> None:
    """Record what a person says of going on, or of their safety; `reason` is why they withdrew. `now` is UTC.

    A withdrawal is put to the CPS at once, in the log of questions. The talk that it opens is owed by the rules.
    `submission` is the form's one-use token: sent twice, it is recorded once. Raises DoesNotFitError when it does not
    fit by then, and LookupError when they are not there for this actor.
    """
    message_id = str(uuid.uuid5(_MESSAGES, f"{participant_id}|{submission}"))
    with writing() as session:
        who = _lock(session, actor, participant_id)
        if session.scalar(sa.select(JournalEvent.id).where(JournalEvent.message_id == message_id)) is not None:
            return
        if said not in may_be_said(who.person):
            raise DoesNotFitError
        event = CaseEvent(
            id=new_id(),
            case_id=who.case_id,
            what=_fact(said, participant_id, reason),
            received_at=now,
            occurred_at=now,
            context="officer",
            message_id=message_id,
            actor=actor.reference,
            source="web",
        )
        apply([event], actor=actor.reference, now=now)
        if said == WITHDREW:
            _ask_the_cps(who, reason, message_id, actor=actor, now=now)
        if said == CAME_BACK:
            withdraw_questions(who.participant_id, ABOUT_WITHDRAWAL, submission=message_id, actor=actor, now=now)
        _note(who, "withdrawal" if said in (WITHDREW, CAME_BACK) else "engagement")


def _ask_the_cps(who: _Locked, reason: str, submission: str, *, actor: Actor, now: datetime) -> None:
    """Log the question to the CPS whether the case goes on after a withdrawal: it ages until they answer."""
    because = REASONS.get(reason, reason)
    asked = Asked(
        agency=Agency.CPS,
        direction=Direction.ASKED,
        kind=Kind.QUESTION,
        subject=ABOUT_WITHDRAWAL,
        text=f"They withdrew their support: {because}. Does the case go on without them, and what may we tell them?",
        on=london_date(now),
        submission=submission,
        participant_id=who.participant_id,
    )
    ask(who.case_id, asked, actor=actor, now=now)


def _fact(said: str, participant_id: str, reason: str) -> Fact:
    if said == WITHDREW:
        return events.Withdrew(participant=participant_id, reason=reason)
    fact: Fact = FACTS[said](participant=participant_id)
    return fact


# --- what an officer decides --------------------------------------------------------------------------------------


def accept(participant_id: str, *, action: str, submission: str, actor: Actor, now: datetime) -> None:
    """Take up the action that was shown: from now on it is on the list of the case's officer until it is done.

    Raises DoesNotFitError when another is suggested by now, or when it is on the list already.
    """
    _decide(participant_id, ACCEPTED, action=action, submission=submission, actor=actor, now=now)


def is_on_the_list(session: Session, participant_id: str, action: str) -> bool:
    """Say whether this action was taken up for this person and is not done yet."""
    found = sa.select(ConcernDecision.id).where(
        ConcernDecision.participant_id == participant_id,
        ConcernDecision.kind == ACCEPTED,
        ConcernDecision.action == action,
        ConcernDecision.done_at.is_(None),
    )
    return session.scalar(found.limit(1)) is not None


def override(
    participant_id: str, *, band: str, until: datetime, reason: str, submission: str, actor: Actor, now: datetime
) -> None:
    """See the concern as another one until a moment (UTC), with the reason; it is counted all the same."""
    _decide(
        participant_id, OVERRIDDEN, band=band, until=until, reason=reason, submission=submission, actor=actor, now=now
    )


def end_override(participant_id: str, *, submission: str, actor: Actor, now: datetime) -> None:
    """Go by what is counted again."""
    _decide(participant_id, OVERRIDE_ENDED, submission=submission, actor=actor, now=now)


def done(decision_id: str, *, actor: Actor, now: datetime) -> None:
    """Say that an action which was taken up is done. Done twice is done once."""
    with writing() as session:
        participant_id = session.scalar(
            sa.select(ConcernDecision.participant_id).where(
                ConcernDecision.id == decision_id, ConcernDecision.kind == ACCEPTED
            )
        )
        who = _lock(session, actor, participant_id or "")
        table: Any = ConcernDecision.__table__
        session.execute(
            sa.update(table)
            .where(table.c.id == decision_id, table.c.done_at.is_(None))
            .values(done_at=now, done_by=actor.reference)
        )
        _note(who, "engagement")


def _decide(
    participant_id: str,
    kind: str,
    *,
    action: str = "",
    band: str | None = None,
    until: datetime | None = None,
    reason: str = "",
    submission: str,
    actor: Actor,
    now: datetime,
) -> None:
    decision_id = str(uuid.uuid5(_DECISIONS, f"{participant_id}|{submission}"))
    with writing() as session:
        who = _lock(session, actor, participant_id)
        if session.get(ConcernDecision, decision_id) is not None:
            return
        concern = session.get(Concern, participant_id)
        if concern is None or (kind == ACCEPTED and not _may_be_taken_up(session, concern, action)):
            raise DoesNotFitError
        session.add(
            ConcernDecision(
                id=decision_id,
                unit_id=who.unit_id,
                case_id=who.case_id,
                participant_id=participant_id,
                kind=kind,
                points=concern.points,
                counted_band=concern.band,
                action=action,
                band=band,
                until=until,
                reason=Plain(reason, decision_id) if reason else None,
                decided_by=actor.reference,
                decided_at=now,
            )
        )
        if kind == ACCEPTED:
            concern.action_id = decision_id
        else:
            concern.override_band, concern.override_until = band, until
            concern.override_id = decision_id if kind == OVERRIDDEN else None
            concern.override_counted = concern.band if kind == OVERRIDDEN else None
        _note(who, "engagement")


def _may_be_taken_up(session: Session, concern: Concern, action: str) -> bool:
    is_suggested = bool(action) and action == concern.suggested_action
    return is_suggested and not is_on_the_list(session, concern.participant_id, action)


def _lock(session: Session, actor: Actor, participant_id: str) -> _Locked:
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .with_only_columns(Participant.id, Participant.case_id, Participant.unit_id, Participant.role)
    ).first()
    if row is None:
        raise LookupError("Expected a participant of this actor's units; there is none by this id.")
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == row.case_id).with_for_update())
    snapshot = load_snapshot(state) if state else Snapshot(case=row.case_id)
    return _Locked(
        participant_id=row.id,
        case_id=row.case_id,
        unit_id=row.unit_id,
        role=row.role,
        person=snapshot.people.get(row.id),
    )


def _note(who: _Locked, field_group: str) -> None:
    subject = (who.participant_id, ledger.category_of_role(who.role))
    ledger.note(Category.ALTERATION, case_id=who.case_id, subjects=[subject], fields=field_group)
