"""Records what was offered to a person, what they answered, and what a service said: one step at a time.

What may be said follows from how far it has come; what does not fit is refused here, not only left off the page.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import arrangements, dates
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.arrangements import Arrangements
from witness_care.cases.held import load_case
from witness_care.cases.models import CourtCase
from witness_care.cases.service import after_the_last
from witness_care.database import writing
from witness_care.people import entering
from witness_care.people.entering import Whose
from witness_care.people.models import Participant
from witness_care.support import directory
from workflows import recheck, supporting, values
from workflows import snapshot as snapshots
from workflows.decide import case_truth
from workflows.events import ArrangementConfirmed, CourtVisitStated, SupportStated
from workflows.recheck import ToConfirm
from workflows.snapshot import Person
from workflows.support import KINDS, Support
from workflows.values import CaseTruth
from workflows.working_days import london_date

_MESSAGES = uuid.UUID("c8e2a7c4-6a4d-5b0f-8e43-2d1b7f0a9e65")


Entry = SupportStated | CourtVisitStated | ArrangementConfirmed


class DoesNotFitError(Exception):
    """What was said does not fit how far it has come by now; nothing was recorded."""


class NotOfferedError(DoesNotFitError):
    """The service was taken off the directory or is out of its time, and this would be the first thing said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person as their case holds them, with what may be said of their support and their visit."""

    participant_id: str
    case_id: str
    role: str
    person: Person
    truth: CaseTruth
    arranged: Arrangements
    offered_at: Mapping[str, datetime]  # by task, when a contact made the offer last (UTC)

    @property
    def is_here(self) -> bool:
        return not self.person.left and not self.person.died

    @property
    def is_required(self) -> bool:
        return values.is_required(self.participant_id, self.person, self.truth)

    @property
    def to_confirm(self) -> tuple[ToConfirm, ...]:
        return recheck.now_to_confirm(self.participant_id, self.person, self.truth)

    @property
    def trial_words(self) -> str:
        """Name the trial that a visit is for: "Eastmere Crown Court, Monday 9 March 2026"; empty without a date."""
        about = supporting.visit_occasion(values.first_trial(self.person, self.truth))
        day = dates.full_date(date.fromisoformat(about["trial"])) if about.get("trial") else ""
        return ", ".join(part for part in (about.get("court", ""), day) if part)

    def support_steps(self, kind: str, service: str) -> tuple[str, ...]:
        return supporting.support_steps(self.person, self.truth, kind, service) if self.is_here else ()

    def visit_steps(self) -> tuple[str, ...]:
        return supporting.visit_steps(self.person, self.truth) if self.is_here else ()


def standing_of(session: Session, actor: Actor, participant_id: str) -> Standing | None:
    """Read how a person's support stands; None when they are not there, or not theirs to see."""
    row = session.execute(
        scope.participants(actor)
        .where(Participant.id == participant_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .with_only_columns(Participant.id, Participant.case_id, Participant.role, CourtCase.state)
    ).first()
    snapshot = snapshots.load(row.state) if row is not None and row.state else None
    if row is None or snapshot is None or row.id not in snapshot.people:
        return None
    return Standing(
        participant_id=row.id,
        case_id=row.case_id,
        role=row.role,
        person=snapshot.people[row.id],
        truth=case_truth(snapshot),
        arranged=arrangements.of_one(snapshot, row.id),
        offered_at={
            task: topic.last_told.at
            for task in (supporting.VISIT_TASK, supporting.WITNESS_SERVICE_TASK)
            if (topic := snapshot.topics.get((row.id, task, task))) is not None and topic.last_told is not None
        },
    )


def is_a_service(session: Session, kind: str, service: str) -> bool:
    """Say whether this is a kind of service, and the service one of that kind in the directory, if one is named."""
    return kind in KINDS and (not service or directory.kind_of(session, service) == kind)


def record_support(
    participant_id: str,
    kind: str,
    service: str,
    step: str,
    *,
    at: datetime,
    submission: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Record one step of support by a service, which happened at `at` (UTC).

    `submission` is the form's one-use token: sent twice, it is recorded once. Raises DoesNotFitError when it does not
    fit by then (NotOfferedError when the directory has the service no more), and LookupError when the person is not
    there for this actor.
    """
    fact = SupportStated(participant=participant_id, kind=kind, service=service, step=step)
    _record(fact, at=at, submission=submission, actor=actor, now=now)


def record_visit(
    participant_id: str, step: str, *, on: date | None, at: datetime, submission: str, actor: Actor, now: datetime
) -> None:
    """Record one step of a visit to the court; `on` is its London date. Raises what `record_support` raises."""
    fact = CourtVisitStated(participant=participant_id, step=step, on=on)
    _record(fact, at=at, submission=submission, actor=actor, now=now)


def confirm_arrangement(
    participant_id: str, what: str, *, trial: str, submission: str, actor: Actor, now: datetime
) -> None:
    """Record that a measure or help holds for the trial as it is now; `trial` is the one that the page named.

    Raises what `record_support` raises: also when it is not to be confirmed any more, or the trial moved meanwhile.
    """
    fact = ArrangementConfirmed(participant=participant_id, what=what)
    _record(fact, trial=trial, at=now, submission=submission, actor=actor, now=now)


def _record(fact: Entry, *, trial: str = "", at: datetime, submission: str, actor: Actor, now: datetime) -> None:
    message_id = entering.message_of(_MESSAGES, fact.participant, submission)
    with writing() as session:
        case_id = sa.select(Participant.case_id).where(Participant.id == fact.participant).scalar_subquery()
        row = session.execute(
            sa.select(CourtCase.id, CourtCase.urn, CourtCase.unit_id, CourtCase.officer_id, CourtCase.state)
            .where(CourtCase.id == case_id)
            .with_for_update()
        ).first()
        standing = standing_of(session, actor, fact.participant)
        if row is None or standing is None:
            raise LookupError("Expected a participant of this actor's units; there is none by this id.")
        if entering.is_entered(session, message_id):
            return
        if not _fits(session, standing, fact, trial):
            raise DoesNotFitError
        if isinstance(fact, SupportStated) and not _may_begin(session, standing, fact, now):
            raise NotOfferedError
        received_at = after_the_last(load_case(session, row), now)
        entering.enter(
            *(Whose(participant_id=fact.participant, role=standing.role, case=row), fact, message_id),
            about="support",
            received_at=received_at,
            occurred_at=at,
            actor=actor,
            now=now,
        )


def _fits(session: Session, standing: Standing, fact: Entry, trial: str) -> bool:
    if isinstance(fact, ArrangementConfirmed):
        return any(each.what == fact.what and arrangements.mark(each.now) == trial for each in standing.to_confirm)
    if isinstance(fact, CourtVisitStated):
        return fact.step in standing.visit_steps()
    if not is_a_service(session, fact.kind, fact.service):
        return False
    return fact.step in standing.support_steps(fact.kind, fact.service)


def _may_begin(session: Session, standing: Standing, fact: SupportStated, now: datetime) -> bool:
    """Say whether something may be begun with a service. What was begun goes on, also when the directory dropped it."""
    held = supporting.standing_of(standing.person, fact.kind, fact.service)
    begins = held.state is Support.NONE or fact.step == "offered"
    return not fact.service or not begins or directory.is_offered(session, fact.service, london_date(now))
