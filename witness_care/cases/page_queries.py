"""What the pages of a case and of a hearing read: where everybody stands, who was told what, and the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser, Unit
from witness_care.cases.identifiers import has_urn
from witness_care.cases.models import CaseCombination, CourtCase, Defendant, Hearing, HearingDay, HearingLink, Offence
from witness_care.casework.models import JournalEvent, Transition
from witness_care.contacts import queries as contact_queries
from witness_care.contacts.duty_view import DutyView
from witness_care.contacts.models import Contact, Duty, DutyHistory, Told
from witness_care.feed.models import FeedPart
from witness_care.paging import Page
from witness_care.people import reach
from witness_care.people.models import Participant, Person
from workflows import snapshot, values

COURT_KINDS = (
    *(
        "HearingListed",
        "HearingConfirmed",
        "HearingMoved",
        "HearingSighted",
        "DateRemoved",
        "HearingDaysCancelled",
        "TrialVacated",
    ),
    *("TrialUnvacated", "HearingWithdrawn", "HearingMarkedDuplicate", "HearingAdjourned", "TrialIneffective"),
    *("TrialCracked", "JuryDischarged", "TrialStarted"),
)
MOST_STEPS = 50
MOST_HEARINGS = 300

HEARING_COLUMNS = tuple(
    getattr(Hearing, name)
    for name in (
        *("id", "case_id", "thread", "status", "hearing_type", "hearing_class", "date_kind", "court", "room", "reason"),
        *("week_commencing", "weeks", "starts_at", "last_day", "result_due_at", "provenance"),
    )
)


# --- one case ---------------------------------------------------------------------------------------------------


def case_by_urn(session: Session, actor: Actor, urn: str) -> sa.Row | None:
    """Read a case by its URN, or one it had before; None when it is not there or not theirs to see."""
    query = (
        scope.cases(actor)
        .join(Unit, Unit.id == CourtCase.unit_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(has_urn(urn))
        .with_only_columns(
            *(CourtCase.id, CourtCase.urn, CourtCase.unit_id, CourtCase.officer_id, CourtCase.created_at),
            CourtCase.state,
            Unit.name.label("unit"),
            AppUser.display_name.label("officer"),
            maintain_column_froms=True,
        )
    )
    return session.execute(query).first()


def urn_of(session: Session, actor: Actor, case_id: str) -> str | None:
    """Give the number of a case, or of the one it was merged into; None when it is not theirs to see."""
    into = sa.select(CourtCase.merged_into).where(CourtCase.id == case_id, CourtCase.merged_into.is_not(None))
    query = scope.cases(actor).where(sa.or_(CourtCase.id == case_id, CourtCase.id.in_(into)))
    return session.scalar(query.with_only_columns(CourtCase.urn))


def numbers_of(session: Session, case_ids: Sequence[str]) -> list[str]:
    """Give the own numbers of two cases of a merge, in this order, whichever of them is part of the other now."""
    rows = session.execute(sa.select(CourtCase.id, CourtCase.urn).where(CourtCase.id.in_(case_ids)))
    urns = {row.id: row.urn for row in rows}
    return [urns[case_id] for case_id in case_ids]


def people_by_id(session: Session, actor: Actor, participants: Sequence[str]) -> Sequence[sa.Row]:
    """Read the names of people of cases that this reader may see."""
    query = (
        scope.participants(actor)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.id.in_(sorted(set(participants))))
    )
    columns = (Participant.id, Participant.case_id, Participant.role, Person.name)
    return session.execute(query.with_only_columns(*columns, maintain_column_froms=True)).all()


def defendants(session: Session, case_id: str) -> Sequence[sa.Row]:
    query = sa.select(Defendant.id, Defendant.name, Defendant.proceedings).where(
        Defendant.case_id == case_id, Defendant.removed_at.is_(None)
    )
    return session.execute(query.order_by(Defendant.name, Defendant.id)).all()


def defendant(session: Session, actor: Actor, defendant_id: str) -> sa.Row | None:
    """Read one defendant with their case's number; None when it is not theirs to see."""
    query = (
        scope.cases(actor)
        .join(Defendant, Defendant.case_id == CourtCase.id)
        .where(Defendant.id == defendant_id, Defendant.removed_at.is_(None))
        .with_only_columns(Defendant.id, Defendant.name, Defendant.case_id, CourtCase.urn, maintain_column_froms=True)
    )
    return session.execute(query).first()


def offences(session: Session, case_id: str) -> Sequence[sa.Row]:
    query = sa.select(Offence.id, Offence.defendant_id, Offence.title, Offence.cjs_code).where(
        Offence.case_id == case_id, Offence.removed_at.is_(None)
    )
    return session.execute(query.order_by(Offence.defendant_id, Offence.title, Offence.id)).all()


def hearings(session: Session, case_id: str) -> Sequence[sa.Row]:
    """Read the hearings of a case, those with a date first, the latest on top."""
    query = sa.select(*HEARING_COLUMNS).where(Hearing.case_id == case_id)
    return session.execute(query.order_by(Hearing.starts_at.is_(None), Hearing.starts_at.desc(), Hearing.id)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseParticipant:
    """One person in a case: where they stand and everything that is owed to them now."""

    row: sa.Row
    owed: tuple[DutyView, ...]


def participants(session: Session, case_id: str, now: datetime) -> tuple[CaseParticipant, ...]:
    """Read everybody in a case, whoever left it last."""
    rows = session.execute(
        _people_of(case_id).order_by(Participant.left_at.is_not(None), Person.name, Participant.id)
    ).all()
    duties = session.execute(
        contact_queries.view_query(sa.select(Duty))
        .where(Duty.case_id == case_id, Duty.closed_at.is_(None))
        .order_by(*contact_queries.ORDER)
    ).all()
    owed: dict[str, list[DutyView]] = {}
    for view in contact_queries.duty_views(session, duties, now):
        owed.setdefault(view.participant_id, []).append(view)
    return tuple(CaseParticipant(row=row, owed=tuple(owed.get(row.id, ()))) for row in rows)


def names_of_people(session: Session, case_id: str) -> Sequence[sa.Row]:
    """Name those who are on a case now, for a form that asks whom something is about."""
    query = (
        sa.select(Participant.id, Participant.role, Person.name)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.case_id == case_id, Participant.left_at.is_(None))
    )
    return session.execute(query.order_by(Person.name, Participant.id)).all()


def _people_of(case_id: str) -> sa.Select:
    return (
        sa.select(
            *(Participant.id, Participant.case_id, Participant.person_id, Participant.role, Participant.witness_kind),
            *(Participant.enhanced, Participant.journey, Participant.attendance, Participant.required),
            *(Participant.victim_kind, Participant.suggested_grounds),
            *(Participant.left_at, Participant.last_two_way_at, Person.name, Person.language),
            *reach.PERSON_COLUMNS,
        )
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.case_id == case_id)
    )


def open_questions(session: Session, case_id: str) -> Sequence[sa.Row]:
    """Read the flags of a case that nobody has answered, the oldest first."""
    query = sa.select(Transition.id, Transition.flag, Transition.at, Transition.machine, Transition.subject).where(
        Transition.case_id == case_id, Transition.flag.is_not(None), Transition.flag_closed_at.is_(None)
    )
    return session.execute(query.order_by(Transition.at, Transition.id)).all()


def waiting_updates(session: Session, case_id: str) -> Sequence[sa.Row]:
    """Read the parts of court messages that are about this case and could not be applied."""
    query = sa.select(FeedPart.id, FeedPart.message_row_id, FeedPart.reason).where(
        FeedPart.case_id == case_id, FeedPart.state == "parked"
    )
    return session.execute(query.order_by(FeedPart.id).limit(MOST_STEPS)).all()


# --- the journal --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """Some entries of the journal, newest first, with the moves and duty changes each of them caused."""

    entries: tuple[sa.Row, ...]
    moves: Mapping[str, Sequence[sa.Row]]
    duty_changes: Mapping[str, Sequence[sa.Row]]
    before: str | None
    after: str | None


def journal(session: Session, case_id: str, *, after: str | None, before: str | None, rows: int = 20) -> JournalPage:
    columns = (
        *("id", "kind", "payload", "received_at", "occurred_at", "source", "context", "actor", "registration"),
        "message_id",
    )
    event_id = sa.func.coalesce(JournalEvent.carried_from, JournalEvent.id).label("event_id")
    query = sa.select(*(getattr(JournalEvent, name) for name in columns), event_id).where(
        JournalEvent.case_id == case_id, *_shown_once(case_id)
    )
    order = (
        JournalEvent.received_at,
        JournalEvent.message_id,
        JournalEvent.part,
        JournalEvent.ordinal,
        JournalEvent.id,
    )
    page: Page = paging.page(session, query, order=order, descending=True, after=after, before=before, rows=rows)
    ids = [row.event_id for row in page.rows]
    return JournalPage(
        entries=page.rows,
        moves=_by_event(session.execute(_moves(case_id, ids)).all() if ids else ()),
        duty_changes=_by_event(session.execute(_duty_changes(case_id, ids)).all() if ids else ()),
        before=page.before,
        after=page.after,
    )


def _shown_once(case_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Leave out what a merge says anew of the case's own entries, and what came with a merge that was taken apart."""
    own = sa.select(JournalEvent.id).where(JournalEvent.case_id == case_id, JournalEvent.act == "")
    apart = sa.select(CaseCombination.id).where(
        CaseCombination.case_id == case_id, CaseCombination.undone_at.is_not(None)
    )
    said_anew = sa.and_(JournalEvent.carried_from.is_not(None), JournalEvent.carried_from.in_(own))
    return (sa.or_(JournalEvent.act == "", sa.and_(~said_anew, JournalEvent.act.not_in(apart))),)


def _moves(case_id: str, event_ids: Sequence[str]) -> sa.Select:
    columns = (Transition.event_id, Transition.machine, Transition.subject, Transition.from_state, Transition.to_state)
    return (
        sa.select(*columns, Transition.flag)
        .where(Transition.case_id == case_id, Transition.event_id.in_(event_ids))
        .order_by(Transition.position, Transition.id)
    )


def _duty_changes(case_id: str, event_ids: Sequence[str]) -> sa.Select:
    return (
        sa.select(
            *(DutyHistory.event_id, DutyHistory.duty_id, DutyHistory.action, DutyHistory.reason, DutyHistory.due_at),
            *(Duty.participant_id, Duty.topic, Duty.value, Duty.told_value),
        )
        .join(Duty, Duty.id == DutyHistory.duty_id)
        .where(DutyHistory.case_id == case_id, DutyHistory.event_id.in_(event_ids))
        .order_by(DutyHistory.at, DutyHistory.id)
    )


def _by_event(rows: Iterable[sa.Row]) -> dict[str, list[sa.Row]]:
    found: dict[str, list[sa.Row]] = {}
    for row in rows:
        found.setdefault(row.event_id, []).append(row)
    return found


# --- one hearing --------------------------------------------------------------------------------------------------


def hearing(session: Session, actor: Actor, hearing_id: str) -> sa.Row | None:
    """Read one hearing with the URN of its case; None when it is not there or not theirs to see."""
    query = (
        scope.cases(actor)
        .join(Hearing, Hearing.case_id == CourtCase.id)
        .where(Hearing.id == hearing_id)
        .with_only_columns(
            *HEARING_COLUMNS, Hearing.adjournment_note, CourtCase.urn, CourtCase.state, maintain_column_froms=True
        )
    )
    return session.execute(query).first()


def hearing_days(session: Session, hearing_id: str) -> Sequence[sa.Row]:
    query = sa.select(HearingDay.position, HearingDay.on_date, HearingDay.at_time, HearingDay.cancelled)
    return session.execute(query.where(HearingDay.hearing_id == hearing_id).order_by(HearingDay.position)).all()


def linked_hearings(session: Session, hearing_id: str) -> Sequence[sa.Row]:
    """Read the hearings this one came from, and those that came of it."""
    columns = (
        *(HearingLink.kind, Hearing.id, Hearing.hearing_type, Hearing.starts_at, Hearing.status),
        *(Hearing.date_kind, Hearing.weeks),
    )
    earlier = (
        sa.select(sa.literal("from").label("direction"), *columns)
        .join(Hearing, Hearing.id == HearingLink.from_hearing_id)
        .where(HearingLink.hearing_id == hearing_id)
    )
    later = (
        sa.select(sa.literal("to").label("direction"), *columns)
        .join(Hearing, Hearing.id == HearingLink.hearing_id)
        .where(HearingLink.from_hearing_id == hearing_id)
    )
    return session.execute(sa.union_all(earlier, later).order_by("direction", "id")).all()


def hearing_steps(session: Session, case_id: str, hearing_id: str) -> Sequence[sa.Row]:
    """Read what was said of one hearing, newest first: every date it had, from whom and when."""
    query = (
        sa.select(
            *(JournalEvent.id, JournalEvent.kind, JournalEvent.payload, JournalEvent.received_at, JournalEvent.source),
            *(JournalEvent.occurred_at, JournalEvent.actor, JournalEvent.context),
            sa.func.coalesce(JournalEvent.carried_from, JournalEvent.id).label("event_id"),
        )
        .where(
            JournalEvent.case_id == case_id,
            JournalEvent.kind.in_(COURT_KINDS),
            JournalEvent.payload["hearing"].as_string() == hearing_id,
        )
        .order_by(
            JournalEvent.received_at.desc(), JournalEvent.message_id, JournalEvent.part, JournalEvent.ordinal.desc()
        )
        .limit(MOST_STEPS)
    )
    return session.execute(query).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Knows:
    """What one person knows of a hearing. `owed` is the open duty to tell them; `closed` the last one that ended."""

    row: sa.Row
    owed: DutyView | None
    closed: sa.Row | None
    told: sa.Row | None
    points: tuple[Any, ...]


def who_knows(session: Session, case_id: str, thread: str, now: datetime) -> tuple[Knows, ...]:
    """Set what is true of a hearing's thread against what each person in the case was last told of it."""
    rows = session.execute(
        _people_of(case_id).where(Participant.left_at.is_(None)).order_by(Person.name, Participant.id)
    ).all()
    duties = session.execute(
        contact_queries.view_query(sa.select(Duty))
        .where(Duty.case_id == case_id, Duty.topic == values.WHEN_WHERE, Duty.subject == thread)
        .order_by(Duty.opened_at, Duty.id)
    ).all()
    views = contact_queries.duty_views(session, [row for row in duties if row.closed_at is None], now)
    owed = {view.participant_id: view for view in views}
    closed = {row.participant_id: row for row in duties if row.closed_at is not None}
    told = {row.participant_id: row for row in session.execute(_last_told(case_id, thread))}
    points = _points(session, {row.person_id for row in rows})
    return tuple(
        Knows(
            row=row,
            owed=owed.get(row.id),
            closed=closed.get(row.id),
            told=told.get(row.id),
            points=points.get(row.person_id, ()),
        )
        for row in rows
    )


def _last_told(case_id: str, thread: str) -> sa.Select:
    return (
        sa.select(Told.participant_id, Told.value, Told.value_hash, Told.told_at, Contact.channel)
        .outerjoin(Contact, Contact.id == Told.contact_id)
        .where(Told.case_id == case_id, Told.topic == values.WHEN_WHERE, Told.subject == thread, ~Told.void)
        .order_by(Told.told_at, Told.id)
    )


def _points(session: Session, person_ids: set[str]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for point in session.execute(reach.points_of(person_ids)) if person_ids else ():
        found.setdefault(point.person_id, []).append(point)
    return {person: tuple(points) for person, points in found.items()}


# --- hearings of the unit -----------------------------------------------------------------------------------------


def hearings_between(session: Session, actor: Actor, since: datetime, until: datetime) -> Sequence[sa.Row]:
    """Read the hearings that start in a window of time, by time, each with how many contacts it has open."""
    waiting = (
        sa.select(sa.func.count(Duty.id))
        .where(Duty.hearing_id == Hearing.id, Duty.closed_at.is_(None))
        .scalar_subquery()
    )
    first_time = (
        sa.select(HearingDay.at_time)
        .where(HearingDay.hearing_id == Hearing.id, HearingDay.cancelled.is_(False))
        .order_by(HearingDay.position)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        scope.cases(actor)
        .join(Hearing, Hearing.case_id == CourtCase.id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(Hearing.starts_at >= since, Hearing.starts_at < until)
        .with_only_columns(
            *HEARING_COLUMNS,
            CourtCase.urn,
            AppUser.display_name.label("officer"),
            waiting.label("waiting"),
            first_time.label("first_time"),
            maintain_column_froms=True,
        )
        .order_by(Hearing.starts_at, Hearing.id)
        .limit(MOST_HEARINGS + 1)
    )
    return session.execute(query).all()


# --- what the entry forms need ------------------------------------------------------------------------------------


def participant(session: Session, actor: Actor, participant_id: str) -> sa.Row | None:
    """Read a person's part in a case as the form that changes it shows it; None when it is not theirs to see."""
    query = (
        scope.participants(actor)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .where(Participant.id == participant_id)
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.person_id, Participant.role, Participant.witness_kind),
            *(Participant.enhanced, Participant.required, Participant.attendance, Participant.left_at),
            *(Participant.victim_kind, Person.representative),
            *(Person.name, Person.language, Person.date_of_birth, Person.deceased_on),
            CourtCase.urn,
            maintain_column_froms=True,
        )
    )
    return session.execute(query).first()


def standing_of(state: Any, participant_id: str) -> snapshot.Person | None:
    """Give what the case's state holds of a person; None when it holds nothing."""
    return snapshot.load(state).people.get(participant_id) if state else None


def units_of(session: Session, actor: Actor) -> dict[str, str]:
    """Name the units of an officer, by code."""
    query = sa.select(Unit.code, Unit.name).where(Unit.id.in_(actor.unit_ids)).order_by(Unit.name, Unit.code)
    return {row.code: row.name for row in session.execute(query)}


def sign_in_name(session: Session, actor: Actor) -> str | None:
    return session.execute(sa.select(AppUser.sign_in_name).where(AppUser.id == actor.id)).scalar()
