"""What the officer's pages read: the ranked queue, one duty with its history, a person's open duties and contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.cases.models import CourtCase, Hearing, Offence
from witness_care.casework.models import JournalEvent
from witness_care.casework.rules import band_marks, edition_column
from witness_care.contacts.duty_view import DutyView, end_of_today
from witness_care.contacts.models import Contact, Duty, DutyHistory, Told
from witness_care.people import reach
from witness_care.people.models import Participant, Person
from workflows.events import ContactOutcome
from workflows.working_days import london_date

MISSED = tuple(outcome.value for outcome in ContactOutcome if outcome.is_missed)

ROWS_OF_A_PAGE = paging.ROWS
MOST_CLOSED = 100

# The one order of every queue (core.md rule 21).
ORDER = (Duty.priority, Duty.due_at, Duty.id)

VIEW_COLUMNS = tuple(
    getattr(Duty, name)
    for name in (
        *("id", "case_id", "participant_id", "officer_id", "topic", "subject", "value", "value_hash", "told_value"),
        *("rule", "explanation", "hearing_id", "priority", "clock_start", "due_at", "opened_at"),
        *("closed_at", "closed_reason", "closed_by"),
    )
)

OF_THE_HEARING = (
    Hearing.starts_at.label("hearing_starts_at"),
    Hearing.date_kind.label("hearing_date_kind"),
    Hearing.weeks.label("hearing_weeks"),
)
# The rules by which a due time is soon or critical, read with the duties, so that no page asks for them by itself.
EDITION = edition_column().label("edition")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of a queue: the duty, the person, and every way there is to reach them."""

    duty: DutyView
    name: str
    role: str
    enhanced: str
    language: str
    urn: str
    points: tuple[sa.Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many duties each tab of My day shows. `today` and `later` together are all that is open."""

    today: int
    hearing_soon: int
    overdue: int
    due_today: int
    later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    rows: tuple[QueueRow, ...]
    before: str | None
    after: str | None


# --- My day --------------------------------------------------------------------------------------------------------


def tab_conditions(now: datetime) -> Mapping[str, sa.ColumnElement[bool]]:
    """What each tab of My day shows. Lateness is asked of the clock, never stored."""
    tomorrow = end_of_today(now)
    return {
        "today": above_ordinary_work_due_at(tomorrow),
        "hearing-soon": Duty.priority == 0,
        "overdue": Duty.due_at < now,
        "due-today": sa.and_(Duty.due_at >= now, Duty.due_at < tomorrow),
        "later": sa.and_(Duty.priority != 0, Duty.due_at >= tomorrow),
    }


def above_ordinary_work_due_at(instant: datetime) -> sa.ColumnElement[bool]:
    """What every queue puts above ordinary work that is due then: the urgent, and what is due before.

    Written as one comparison with the order, so that the index is read only so far.
    """
    here = (sa.literal(1, Duty.priority.type), sa.literal(instant, Duty.due_at.type))
    return sa.tuple_(Duty.priority, Duty.due_at) < sa.tuple_(*here)


def open_duties_of_officer(actor: Actor) -> sa.Select:
    """An officer's own open duties, of the units they may see."""
    return scope.duties(actor).where(Duty.officer_id == actor.id, Duty.closed_at.is_(None))


def my_day_counts(session: Session, actor: Actor, now: datetime) -> Counts:
    counted = [
        sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name.replace("-", "_"))
        for name, condition in tab_conditions(now).items()
    ]
    row = session.execute(open_duties_of_officer(actor).with_only_columns(*counted)).one()
    return Counts(**row._mapping)


def my_day(
    session: Session, actor: Actor, *, tab: str, now: datetime, after: str | None = None, before: str | None = None
) -> Queue:
    """One page of an officer's queue, most urgent first."""
    query = with_person(open_duties_of_officer(actor).where(tab_conditions(now)[tab]))
    page = paging.page(session, query, order=ORDER, after=after, before=before, rows=ROWS_OF_A_PAGE)
    return Queue(rows=queue_rows(session, page.rows, now), before=page.before, after=page.after)


def next_due(session: Session, actor: Actor) -> datetime | None:
    """When the officer's next open duty is due; None when nothing is open."""
    return session.execute(open_duties_of_officer(actor).with_only_columns(sa.func.min(Duty.due_at))).scalar_one()


def next_in_queue(
    session: Session, actor: Actor, *, done: DutyView | None, skip_participant: str, now: datetime
) -> sa.Row | None:
    """The duty that follows in the officer's queue: below the one just handled, and about somebody else.

    Today's work ends with today: what comes after it follows only on something that was itself due later.
    """
    query = open_duties_of_officer(actor).where(Duty.participant_id != skip_participant)
    if done is None or done.is_for_today:
        query = query.where(tab_conditions(now)["today"])
    if done is not None:
        keys = sa.tuple_(*ORDER)
        place = (done.priority, done.due_at, done.id)
        here = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(place, ORDER, strict=True)))
        query = query.where(keys > here)
    return session.execute(query.with_only_columns(Duty.id, Duty.participant_id).order_by(*ORDER).limit(1)).first()


def with_person(duties: sa.Select) -> sa.Select:
    """Add to a select of duties what a queue row shows of the person, the case and the hearing."""
    return (
        duties.with_only_columns(
            *VIEW_COLUMNS,
            *OF_THE_HEARING,
            Person.id.label("person_id"),
            Person.name,
            Person.language,
            Participant.role,
            Participant.enhanced,
            Participant.gets_enhanced_time,
            CourtCase.urn,
            EDITION,
        )
        .join(Participant, Participant.id == Duty.participant_id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Duty.case_id)
        .outerjoin(Hearing, Hearing.id == Duty.hearing_id)
    )


def queue_rows(session: Session, rows: Sequence[sa.Row], now: datetime) -> tuple[QueueRow, ...]:
    """Make lines of a queue of what `with_person` found, each with every way there is to reach the person."""
    points = contact_points(session, {row.person_id for row in rows})
    views = duty_views(session, rows, now)
    return tuple(
        QueueRow(
            duty=view,
            name=row.name,
            role=row.role,
            enhanced=row.enhanced,
            language=row.language,
            urn=row.urn,
            points=points.get(row.person_id, ()),
        )
        for row, view in zip(rows, views, strict=True)
    )


# --- duties --------------------------------------------------------------------------------------------------------


def duty(session: Session, actor: Actor, duty_id: str, now: datetime) -> DutyView | None:
    """One duty, open or closed; None when it is not there or not theirs to see."""
    found = session.execute(view_query(scope.duties(actor).where(Duty.id == duty_id))).first()
    return duty_views(session, [found], now)[0] if found else None


def open_duties(session: Session, actor: Actor, participant_id: str, now: datetime) -> tuple[DutyView, ...]:
    """What is owed to one person in one case, most urgent first."""
    return open_duties_of(session, actor, [participant_id], now)[participant_id]


def open_duties_of(
    session: Session, actor: Actor, participant_ids: Sequence[str], now: datetime
) -> dict[str, tuple[DutyView, ...]]:
    """What is owed to each of these, most urgent first; nothing for one whose case the actor may not see."""
    query = scope.duties(actor).where(Duty.participant_id.in_(participant_ids), Duty.closed_at.is_(None))
    found = duty_views(session, session.execute(view_query(query).order_by(*ORDER)).all(), now)
    return {each: tuple(duty for duty in found if duty.participant_id == each) for each in participant_ids}


def closed_duties(session: Session, actor: Actor, participant_id: str, now: datetime) -> tuple[DutyView, ...]:
    """What is not owed to one person any more, the last that ended first; at most MOST_CLOSED."""
    query = scope.duties(actor).where(Duty.participant_id == participant_id, Duty.closed_at.is_not(None))
    latest = view_query(query).order_by(Duty.closed_at.desc(), Duty.id).limit(MOST_CLOSED)
    return duty_views(session, session.execute(latest).all(), now)


def view_query(duties: sa.Select) -> sa.Select:
    """Ask of these duties what `duty_views` makes a view of."""
    return (
        duties.with_only_columns(*VIEW_COLUMNS, *OF_THE_HEARING, Participant.gets_enhanced_time, EDITION)
        .join(Participant, Participant.id == Duty.participant_id)
        .outerjoin(Hearing, Hearing.id == Duty.hearing_id)
    )


def duty_views(session: Session, rows: Sequence[sa.Row], now: datetime) -> tuple[DutyView, ...]:
    """Make of rows of `view_query` or `with_person` what pages show of a duty, with attempts so far."""
    if not rows:
        return ()
    marks = band_marks(now, rows[0].edition)
    attempts = _attempts(session, [row.id for row in rows])
    offences = offence_titles(session, {row.case_id for row in rows if row.topic in ("verdict", "sentence")})
    names = [column.key for column in VIEW_COLUMNS]
    return tuple(
        DutyView(
            now=now,
            marks=marks,
            gets_enhanced_time=row.gets_enhanced_time,
            **{name: getattr(row, name) for name in names if name != "explanation"},
            explanation=tuple(row.explanation or ()),
            hearing_starts_at=row.hearing_starts_at,
            hearing_date_kind=row.hearing_date_kind,
            hearing_weeks=row.hearing_weeks,
            attempts=attempts[row.id].attempts if row.id in attempts else 0,
            last_attempt_at=attempts[row.id].last if row.id in attempts else None,
            offences=offences,
        )
        for row in rows
    )


def _attempts(session: Session, duty_ids: Sequence[str]) -> dict[str, sa.Row]:
    """How often we tried in vain since each duty's clock began, and when last."""
    if not duty_ids:
        return {}
    query = (
        sa.select(Duty.id, sa.func.count().label("attempts"), sa.func.max(Contact.happened_at).label("last"))
        .join(Contact, Contact.participant_id == Duty.participant_id)
        .where(
            Duty.id.in_(duty_ids),
            Contact.outcome.in_(MISSED),
            Contact.corrected_at.is_(None),
            Contact.happened_at >= Duty.clock_start,
        )
        .group_by(Duty.id)
    )
    return {row.id: row for row in session.execute(query)}


def attempts_since(session: Session, view: DutyView) -> tuple[tuple[date, sa.Row], ...]:
    """Every attempt in vain since a duty's clock began, oldest first, each with its London date."""
    found = session.execute(
        sa.select(Contact.id, Contact.happened_at, Contact.outcome, Contact.channel)
        .where(
            Contact.participant_id == view.participant_id,
            Contact.outcome.in_(MISSED),
            Contact.corrected_at.is_(None),
            Contact.happened_at >= view.clock_start,
        )
        .order_by(Contact.happened_at, Contact.id)
        .limit(paging.MOST_ROWS)
    )
    return tuple((london_date(row.happened_at), row) for row in found)


def offence_titles(session: Session, case_ids: Iterable[str]) -> dict[str, str]:
    wanted = sorted(case_ids)
    if not wanted:
        return {}
    found = session.execute(sa.select(Offence.id, Offence.title).where(Offence.case_id.in_(wanted)))
    return {row.id: row.title for row in found}


def contact_points(session: Session, person_ids: Iterable[str]) -> dict[str, tuple[sa.Row, ...]]:
    """Every way recorded to reach each of these people."""
    wanted = sorted(person_ids)
    found: dict[str, list[sa.Row]] = {}
    for row in session.execute(reach.points_of(wanted)) if wanted else ():
        found.setdefault(row.person_id, []).append(row)
    return {person: tuple(rows) for person, rows in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyStory:
    """All that answers "why is this due?": the news that opened it and every change since."""

    opened_by: sa.Row | None
    history: tuple[sa.Row, ...]
    officer: str
    names: Mapping[str, str]


def duty_story(session: Session, view: DutyView) -> DutyStory:
    """Read the journal entry that opened a duty, its history, and the names of the officers in it."""
    history = session.execute(
        sa.select(
            *(DutyHistory.id, DutyHistory.at, DutyHistory.action, DutyHistory.due_at, DutyHistory.reason),
            *(DutyHistory.value_hash, JournalEvent.kind, JournalEvent.source, JournalEvent.received_at),
            *(JournalEvent.occurred_at, JournalEvent.actor, DutyHistory.event_id),
        )
        .outerjoin(JournalEvent, JournalEvent.id == DutyHistory.event_id)
        .where(DutyHistory.duty_id == view.id)
        .order_by(DutyHistory.at, DutyHistory.id)
    ).all()
    opening = sa.select(JournalEvent).join(Duty, Duty.opened_by_event == JournalEvent.id).where(Duty.id == view.id)
    columns = (JournalEvent.kind, JournalEvent.source, JournalEvent.received_at, JournalEvent.occurred_at)
    opened_by = session.execute(opening.with_only_columns(*columns, JournalEvent.actor)).first()
    actors = {row.actor for row in history if row.actor} | {view.closed_by or ""}
    users = {who.partition(":")[2] for who in actors if who.startswith("user:")} | {view.officer_id or ""}
    names = user_names(session, users)
    return DutyStory(
        opened_by=opened_by, history=tuple(history), officer=names.get(view.officer_id or "", ""), names=names
    )


def user_names(session: Session, user_ids: Iterable[str]) -> dict[str, str]:
    wanted = sorted(filter(None, user_ids))
    if not wanted:
        return {}
    found = session.execute(sa.select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(wanted)))
    return {row.id: row.display_name for row in found}


# --- contacts ------------------------------------------------------------------------------------------------------


CONTACT_COLUMNS = tuple(
    getattr(Contact, name)
    for name in (
        *("id", "case_id", "participant_id", "channel", "contact_point_id", "direction", "outcome", "note"),
        *("happened_at", "recorded_at", "recorded_by", "override_reason", "safety_incident"),
        *("corrected_at", "corrected_by", "correction_reason"),
    )
)


NEWEST_FIRST = (Contact.happened_at, Contact.id)


def contacts_of(scoped_participant_id: str) -> sa.Select:
    """Every contact and attempt with one person, newest first. The caller has made sure they may see the person."""
    return (
        sa.select(*CONTACT_COLUMNS)
        .where(Contact.participant_id == scoped_participant_id)
        .order_by(*(column.desc() for column in NEWEST_FIRST))
    )


def contact_page(session: Session, scoped_participant_id: str, *, after: str | None, before: str | None) -> paging.Page:
    """One page of those contacts."""
    query = contacts_of(scoped_participant_id)
    return paging.page(session, query, order=NEWEST_FIRST, descending=True, after=after, before=before)


def contact(session: Session, actor: Actor, contact_id: str) -> sa.Row | None:
    """One contact and whom it was with; None when it is not there, or with a person the actor may not see."""
    query = (
        scope.participants(actor)
        .with_only_columns(*CONTACT_COLUMNS, Person.name, Participant.role)
        .join(Contact, Contact.participant_id == Participant.id)
        .join(Person, Person.id == Participant.person_id)
        .where(Contact.id == contact_id)
    )
    return session.execute(query).first()


def told_in(session: Session, contact_ids: Sequence[str]) -> dict[str, tuple[sa.Row, ...]]:
    """What each of these contacts told, by contact."""
    if not contact_ids:
        return {}
    columns = (Told.contact_id, Told.topic, Told.subject, Told.value)
    query = sa.select(*columns).where(Told.contact_id.in_(contact_ids)).order_by(Told.topic, Told.id)
    found: dict[str, list[sa.Row]] = {}
    for row in session.execute(query):
        found.setdefault(row.contact_id, []).append(row)
    return {contact: tuple(rows) for contact, rows in found.items()}
