"""Finds people: an officer's caseload as a list, and a search by name, URN, phone number or e-mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.cases.identifiers import has_urn
from witness_care.cases.models import CourtCase
from witness_care.cases.urn import normalise_urn
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.paging import Page
from witness_care.people.endpoints import EMAIL, PHONE, blind_index_of, is_readable
from witness_care.people.models import ContactPoint, Participant, Person, Search
from witness_care.sealing import Plain

MOST_FOUND = 50
SHORTEST_URN_PART = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Whose people, and which: `mine`, `role` and `journey` as the address gives them; empty means all."""

    mine: bool = False
    role: str = ""
    journey: str = ""


def people_page(
    session: Session, actor: Actor, wanted: PeopleFilter, *, after: str | None = None, before: str | None = None
) -> Page:
    """Read one page of the people who are still in a case, by name."""
    query = _people(actor).where(Participant.left_at.is_(None))
    if wanted.mine:
        query = query.where(CourtCase.officer_id == actor.id)
    if wanted.role:
        query = query.where(Participant.role == wanted.role)
    if wanted.journey:
        query = query.where(Participant.journey == wanted.journey)
    order = (sa.func.lower(Person.name), Participant.id)
    return paging.page(session, query, order=order, after=after, before=before)


def people_of(session: Session, actor: Actor, participant_ids: Collection[str]) -> dict[str, sa.Row]:
    """Read these people by id, as far as they are the reader's to see."""
    if not participant_ids:
        return {}
    rows = session.execute(_people(actor).where(Participant.id.in_(sorted(participant_ids))))
    return {row.id: row for row in rows}


def _people(actor: Actor) -> sa.Select:
    open_duties = sa.select(sa.func.count(Duty.id)).where(
        Duty.participant_id == Participant.id, Duty.closed_at.is_(None)
    )
    next_due = sa.select(sa.func.min(Duty.due_at)).where(
        Duty.participant_id == Participant.id, Duty.closed_at.is_(None)
    )
    return (
        scope.participants(actor)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .with_only_columns(
            *(Participant.id, Participant.case_id, Participant.role, Participant.enhanced, Participant.journey),
            *(Participant.attendance, Participant.left_at, Person.name, Person.language, CourtCase.urn),
            AppUser.display_name.label("officer"),
            open_duties.scalar_subquery().label("open"),
            next_due.scalar_subquery().label("next_due_at"),
            maintain_column_froms=True,
        )
    )


# --- search -------------------------------------------------------------------------------------------------------


def remember(session: Session, actor: Actor, words: str, now: datetime) -> str:
    """Keep what a user searched for, sealed, and give the token that stands for it in the address.

    Runs inside the caller's unit of work.
    """
    token = new_id()
    session.add(Search(id=token, user_id=actor.id, text=Plain(words, token), made_at=now))
    session.flush()
    return token


def words_of(session: Session, actor: Actor, token: str) -> str | None:
    """Give what a token stands for; None when it is not this user's."""
    found = session.get(Search, token)
    return found.text.open(token) if found is not None and found.user_id == actor.id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found; `more` when there was more than one page holds."""

    people: tuple[sa.Row, ...]
    cases: tuple[sa.Row, ...]
    more: bool


def search(session: Session, actor: Actor, words: str) -> Found:
    """Find people and cases. A number or an e-mail is compared by its blind index, a name by each of its words."""
    people = list(session.execute(_matching_people(actor, words).limit(MOST_FOUND + 1)))
    cases = list(session.execute(_matching_cases(actor, words).limit(MOST_FOUND + 1)))
    return Found(
        people=tuple(people[:MOST_FOUND]),
        cases=tuple(cases[:MOST_FOUND]),
        more=len(people) > MOST_FOUND or len(cases) > MOST_FOUND,
    )


def case_with_urn(session: Session, actor: Actor, words: str) -> str | None:
    """Give the URN when that is exactly what was typed, and the case is theirs to see."""
    urn = normalise_urn(words)
    if urn is None:
        return None
    return session.execute(scope.cases(actor).where(has_urn(urn)).with_only_columns(CourtCase.urn)).scalar()


def _matching_people(actor: Actor, words: str) -> sa.Select:
    condition = _by_contact_detail(words)
    if condition is None:
        condition = sa.and_(*(Person.name.icontains(word, autoescape=True) for word in words.split()))
    return _people(actor).where(condition).order_by(sa.func.lower(Person.name), Participant.id)


def _by_contact_detail(words: str) -> sa.ColumnElement[bool] | None:
    kind = EMAIL if "@" in words else PHONE
    if not is_readable(kind, words):
        return None
    return Participant.person_id.in_(
        sa.select(ContactPoint.person_id).where(ContactPoint.blind_index == blind_index_of(kind, words))
    )


def _matching_cases(actor: Actor, words: str) -> sa.Select:
    part = "".join(character for character in words.upper() if character.isalnum())
    looks_like_one = len(part) >= SHORTEST_URN_PART and any(character.isdigit() for character in part)
    query = scope.cases(actor).outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
    columns = (CourtCase.id, CourtCase.urn, AppUser.display_name.label("officer"))
    found = query.with_only_columns(*columns, maintain_column_froms=True).order_by(CourtCase.urn, CourtCase.id)
    return found.where(CourtCase.urn.contains(part, autoescape=True) if looks_like_one else sa.false())
