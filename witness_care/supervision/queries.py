"""What a supervisor asks: what is late, whose is it, which cases has nobody, and what has the court not told us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from witness_care import database, paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser, UserUnit
from witness_care.cases.models import CourtCase, Hearing
from witness_care.casework.models import JournalEvent, Transition
from witness_care.casework.rules import band_marks, current_edition
from witness_care.contacts import queries as contact_queries
from witness_care.contacts.bands import critically_overdue
from witness_care.contacts.duty_view import DutyView, end_of_today
from witness_care.contacts.models import Duty
from witness_care.paging import Order, Page
from witness_care.people.models import Participant
from witness_care.supervision.lateness import Band
from workflows import working_days
from workflows.due_bands import BandMarks
from workflows.truth import HearingStatus

NOBODY = "nobody"  # the filter for what no officer holds
SOON_DAYS = 3
MOST_SELECTED = 1000
MOST_STUBS = 100

# An unknown date sorts after every known one.
_NO_DATE = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilter:
    """Which open contacts of the unit a page shows. Empty means all.

    `due` is late, today or later; `age` the key of a band of lateness; `preset` critical, soon or enhanced.
    """

    due: str = ""
    officer: str = ""
    topic: str = ""
    age: str = ""
    preset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The instants one page compares with, all from one reading of the clock."""

    now: datetime
    ends_today: datetime
    soon: datetime
    bands: tuple[Band, ...]
    marks: BandMarks


def moment(now: datetime, bands: tuple[Band, ...]) -> Moment:
    today = working_days.london_date(now)
    return Moment(
        now=now,
        ends_today=end_of_today(now),
        soon=working_days.instant_of(working_days.days_later(today, SOON_DAYS + 1), time(0)),
        bands=bands,
        marks=band_marks(now, current_edition()),
    )


# --- contacts that are owed -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One open contact as a supervisor's list shows it; `officer` is None when nobody holds it."""

    duty: DutyView
    name: str
    role: str
    enhanced: str
    urn: str
    officer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    rows: tuple[ContactRow, ...]
    before: str | None
    after: str | None


def contacts_page(
    actor: Actor,
    wanted: ContactFilter,
    at: Moment,
    *,
    sort: str = "",
    descending: bool = False,
    after: str | None = None,
    before: str | None = None,
) -> Contacts:
    """Read one page of the open contacts of the supervisor's units, the most urgent first unless sorted."""
    session = database.session()
    query = contact_queries.with_person(scope.duties(actor).where(Duty.closed_at.is_(None), *_conditions(wanted, at)))
    query = query.outerjoin(AppUser, AppUser.id == Duty.officer_id).add_columns(AppUser.display_name.label("officer"))
    page = paging.page(session, query, order=_order(sort), descending=descending, after=after, before=before)
    rows = tuple(
        ContactRow(duty=duty, name=row.name, role=row.role, enhanced=row.enhanced, urn=row.urn, officer=row.officer)
        for row, duty in zip(page.rows, contact_queries.duty_views(session, page.rows, at.now), strict=True)
    )
    return Contacts(rows=rows, before=page.before, after=page.after)


def contact_ids(actor: Actor, wanted: ContactFilter, at: Moment) -> list[str]:
    """Name every contact of a view, most urgent first, for a selection of all of them."""
    query = _open(actor).where(*_conditions(wanted, at)).with_only_columns(Duty.id, maintain_column_froms=True)
    return list(database.session().scalars(query.order_by(*contact_queries.ORDER).limit(MOST_SELECTED)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCounts:
    """How many contacts are open. `late`, `today` and `later` add up to `open`; `by_band` adds up to `late`."""

    open: int
    in_view: int
    late: int
    today: int
    later: int
    critical: int  # among those due as the view asks
    soon: int  # among those due as the view asks
    enhanced: int  # among those due as the view asks
    by_band: Mapping[str, int]


def contact_counts(actor: Actor, wanted: ContactFilter, at: Moment) -> ContactCounts:
    """Count the open contacts in one statement: by when they are due, by age, the presets and the view asked for."""
    due = _due(wanted.due, at)
    columns = {
        "open": sa.true(),
        "in_view": sa.and_(sa.true(), *_conditions(wanted, at)),
        "late": _due("late", at),
        "today": _due("today", at),
        "later": _due("later", at),
        "critical": sa.and_(due, critically_overdue(at.marks)),
        "soon": sa.and_(due, _soon(at)),
        "enhanced": sa.and_(due, _enhanced()),
    }
    for number, band in enumerate(at.bands):
        columns[f"band_{number}"] = _in_band(band)
    counted = [sa.func.count(sa.case((condition, Duty.id))).label(name) for name, condition in columns.items()]
    row = (
        database.session().execute(_open(actor).with_only_columns(*counted, maintain_column_froms=True)).one()._mapping
    )
    return ContactCounts(
        **{name: row[name] for name in columns if not name.startswith("band_")},
        by_band={band.key: row[f"band_{number}"] for number, band in enumerate(at.bands)},
    )


def contacts_by_officer(actor: Actor, at: Moment) -> list[sa.Row]:
    """Count the open contacts each officer holds; what nobody holds comes last."""
    query = (
        _open(actor)
        .outerjoin(AppUser, AppUser.id == Duty.officer_id)
        .with_only_columns(
            Duty.officer_id,
            AppUser.display_name.label("officer"),
            sa.func.count(Duty.id).label("open"),
            *(sa.func.count(sa.case((_due(name, at), Duty.id))).label(name) for name in ("late", "today", "later")),
            maintain_column_froms=True,
        )
        .group_by(Duty.officer_id, AppUser.display_name)
        .order_by(AppUser.display_name.is_(None), AppUser.display_name, Duty.officer_id)
    )
    return list(database.session().execute(query))


def topics_in_view(actor: Actor, wanted: ContactFilter, at: Moment) -> list[str]:
    """Name the kinds of contact that can be asked for, whatever kind is asked for now."""
    query = (
        _open(actor)
        .where(_due(wanted.due, at))
        .with_only_columns(Duty.topic, maintain_column_froms=True)
        .distinct()
        .order_by(Duty.topic)
    )
    return list(database.session().scalars(query))


def next_due_at(actor: Actor, at: Moment) -> datetime | None:
    """Say when the next contact falls due, for a page with nothing late on it."""
    query = (
        _open(actor)
        .where(Duty.due_at >= at.now)
        .with_only_columns(sa.func.min(Duty.due_at), maintain_column_froms=True)
    )
    return database.session().scalar(query)


def _open(actor: Actor) -> sa.Select:
    return (
        scope.duties(actor)
        .join(Participant, Participant.id == Duty.participant_id)
        .outerjoin(Hearing, Hearing.id == Duty.hearing_id)
        .where(Duty.closed_at.is_(None))
    )


def _order(sort: str) -> Order:
    if sort == "due":
        return (Duty.due_at, Duty.id)
    if sort == "hearing":
        return (sa.func.coalesce(Hearing.starts_at, sa.literal(_NO_DATE, Hearing.starts_at.type)), Duty.id)
    return contact_queries.ORDER


def _conditions(wanted: ContactFilter, at: Moment) -> list[sa.ColumnElement[bool]]:
    conditions = [_due(wanted.due, at)]
    if wanted.officer:
        conditions.append(Duty.officer_id.is_(None) if wanted.officer == NOBODY else Duty.officer_id == wanted.officer)
    if wanted.topic:
        conditions.append(Duty.topic == wanted.topic)
    conditions += [_in_band(band) for band in at.bands if band.key == wanted.age]
    if wanted.preset == "critical":
        conditions.append(critically_overdue(at.marks))
    if wanted.preset == "soon":
        conditions.append(_soon(at))
    if wanted.preset == "enhanced":
        conditions.append(_enhanced())
    return conditions


def _due(when: str, at: Moment) -> sa.ColumnElement[bool]:
    if when == "late":
        return sa.and_(Duty.due_at < at.now, contact_queries.above_ordinary_work_due_at(at.now))
    if when == "today":
        return sa.and_(Duty.due_at >= at.now, Duty.due_at < at.ends_today)
    if when == "later":
        return Duty.due_at >= at.ends_today
    return sa.true()


def _in_band(band: Band) -> sa.ColumnElement[bool]:
    before = Duty.due_at < band.until
    return before if band.since is None else sa.and_(before, Duty.due_at >= band.since)


def _soon(at: Moment) -> sa.ColumnElement[bool]:
    return sa.and_(Hearing.starts_at >= at.now, Hearing.starts_at < at.soon)


def _enhanced() -> sa.ColumnElement[bool]:
    # Undecided is worked at enhanced time (domain.md section 3), so it belongs to this view.
    gets_enhanced_time: sa.ColumnElement[bool] = Participant.gets_enhanced_time.is_(True)
    return gets_enhanced_time


# --- cases without an officer, and officers without too much ---------------------------------------------------


def unallocated_page(actor: Actor, at: Moment, *, after: str | None = None, before: str | None = None) -> Page:
    """Read the cases that no officer holds, the longest waiting first, each with what is owed on it."""
    owed = sa.select(sa.func.count(Duty.id)).where(Duty.case_id == CourtCase.id, Duty.closed_at.is_(None))
    people = sa.select(sa.func.count(Participant.id)).where(
        Participant.case_id == CourtCase.id, Participant.left_at.is_(None)
    )
    coming = aliased(Hearing)
    next_hearing = (
        sa.select(coming.id)
        .where(coming.case_id == CourtCase.id, coming.status == "live", coming.starts_at >= at.now)
        .order_by(coming.starts_at, coming.id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        _without_officer(actor)
        .with_only_columns(
            CourtCase.id,
            CourtCase.urn,
            CourtCase.without_officer_since,
            people.scalar_subquery().label("people"),
            owed.scalar_subquery().label("open"),
            owed.where(Duty.due_at < at.now).scalar_subquery().label("late"),
            Hearing.starts_at.label("next_hearing_at"),
            Hearing.date_kind.label("next_hearing_kind"),
            Hearing.weeks.label("next_hearing_weeks"),
        )
        .outerjoin(Hearing, Hearing.id == next_hearing)
    )
    return paging.page(
        database.session(), query, order=(CourtCase.without_officer_since, CourtCase.id), after=after, before=before
    )


def unallocated_ids(actor: Actor) -> list[str]:
    """Name every case that no officer holds, the longest waiting first, for a selection of all of them."""
    order = (CourtCase.without_officer_since, CourtCase.id)
    query = _without_officer(actor).with_only_columns(CourtCase.id).order_by(*order)
    return list(database.session().scalars(query.limit(MOST_SELECTED)))


def unallocated_count(actor: Actor) -> int:
    query = _without_officer(actor).with_only_columns(sa.func.count(CourtCase.id))
    return database.session().scalar(query) or 0


def officers_to_choose(actor: Actor) -> list[sa.Row]:
    """List the officers who may be given work in the supervisor's units, with how many contacts each holds now."""
    held = sa.select(sa.func.count(Duty.id)).where(Duty.officer_id == AppUser.id, Duty.closed_at.is_(None))
    query = (
        sa.select(AppUser.id, AppUser.display_name, held.scalar_subquery().label("open"))
        .join(UserUnit, UserUnit.user_id == AppUser.id)
        .where(
            UserUnit.unit_id.in_(actor.unit_ids),
            AppUser.role.in_(("officer", "supervisor")),
            AppUser.disabled_at.is_(None),
        )
        .distinct()
        .order_by(AppUser.display_name, AppUser.id)
    )
    return list(database.session().execute(query))


def _without_officer(actor: Actor) -> sa.Select:
    return scope.cases(actor).where(CourtCase.officer_id.is_(None))


# --- what the court has not told us ------------------------------------------------------------------------------


def court_information_page(actor: Actor, at: Moment, *, after: str | None = None, before: str | None = None) -> Page:
    """Read the hearings whose result should have reached us, the longest waiting first."""
    query = (
        _result_missing(actor, at)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .with_only_columns(
            Hearing.id,
            Hearing.hearing_type,
            Hearing.court,
            Hearing.starts_at,
            Hearing.last_day,
            Hearing.result_due_at,
            CourtCase.urn,
            AppUser.display_name.label("officer"),
            maintain_column_froms=True,
        )
    )
    return paging.page(database.session(), query, order=(Hearing.result_due_at, Hearing.id), after=after, before=before)


def court_information_count(actor: Actor, at: Moment) -> int:
    query = _result_missing(actor, at).with_only_columns(sa.func.count(Hearing.id), maintain_column_froms=True)
    return database.session().scalar(query) or 0


def _result_missing(actor: Actor, at: Moment) -> sa.Select:
    return scope.cases(actor).join(Hearing, Hearing.case_id == CourtCase.id).where(Hearing.result_due_at < at.now)


# --- questions that news has raised ------------------------------------------------------------------------------


def open_questions_page(actor: Actor, *, after: str | None = None, before: str | None = None) -> Page:
    """Read the flags that nobody has answered, the oldest first."""
    query = _questions(actor).outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
    columns = (Transition.id, Transition.flag, Transition.at, Transition.machine)
    query = query.with_only_columns(
        *columns, CourtCase.urn, AppUser.display_name.label("officer"), maintain_column_froms=True
    )
    return paging.page(database.session(), query, order=(Transition.at, Transition.id), after=after, before=before)


def open_questions_count(actor: Actor) -> int:
    query = _questions(actor).with_only_columns(sa.func.count(Transition.id), maintain_column_froms=True)
    return database.session().scalar(query) or 0


def hearings_known_by_name_only(actor: Actor, *, most: int = MOST_STUBS) -> Sequence[sa.Row]:
    """Read the hearings that a court has spoken of and never listed: nothing is owed for one (core.md rule 5)."""
    first_said = (
        sa.select(sa.func.min(JournalEvent.received_at))
        .where(JournalEvent.case_id == Hearing.case_id, JournalEvent.payload["hearing"].as_string() == Hearing.id)
        .scalar_subquery()
    )
    query = (
        scope.cases(actor)
        .join(Hearing, Hearing.case_id == CourtCase.id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(Hearing.status == HearingStatus.STUB.value)
        .with_only_columns(
            *(Hearing.id, Hearing.hearing_type, Hearing.hearing_class, CourtCase.urn),
            AppUser.display_name.label("officer"),
            first_said.label("first_said_at"),
            maintain_column_froms=True,
        )
        .order_by(CourtCase.urn, Hearing.id)
        .limit(most)
    )
    return database.session().execute(query).all()


def _questions(actor: Actor) -> sa.Select:
    return (
        scope.cases(actor)
        .join(Transition, Transition.case_id == CourtCase.id)
        .where(Transition.flag.is_not(None), Transition.flag_closed_at.is_(None))
    )
