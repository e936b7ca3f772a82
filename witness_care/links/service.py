"""Makes one-time links, lets the right person in once, and keeps what they answered until an officer looks at it.

A link is looked at afresh each time: whoever died, left, wants to hear nothing more of coming to court, or whose number
or address is unsafe by then has no link that works, from the commit on that said so.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from witness_care.accounts import scope, throttle
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.availability import service as availability
from witness_care.cases.held import load_case
from witness_care.cases.models import CourtCase
from witness_care.cases.service import after_the_last
from witness_care.casework.apply import apply
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.links.models import ASKS_ABOUT, MOST_WRONG, LinkReply, OneTimeLink, still_open
from witness_care.people.models import ContactPoint, Participant, Person
from witness_care.sealing import Plain, trace_of
from workflows import events, snapshot
from workflows.events import CaseEvent

ATTENDANCE = "attendance"
FORM_STAYS_OPEN = timedelta(minutes=30)
LONGEST_MESSAGE = 500
YES, NO, NOT_SAID = "yes", "no", "not_said"
WILL_COME, CANNOT_COME, NOTED = "will_come", "cannot_come", "noted"
DATES = "dates"  # alone, or after one of the others: "will_come+dates"
FACTS: dict[str, type[events.PersonConfirmed | events.CannotAttend]] = {
    WILL_COME: events.PersonConfirmed,
    CANNOT_COME: events.CannotAttend,
}

_MESSAGES = uuid.UUID("0d5b44c1-7f38-5c1f-9b4e-4f2c0d6a3e71")


class NotSafeError(Exception):
    """No link may be made for this person now; the reason is in words for the officer."""


class GoneError(Exception):
    """There is no link by this token that may be used now. Why is told to nobody."""


class DealtWithError(Exception):
    """Somebody dealt with this reply before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A link just made. The token, and the code if they confirm by one, are shown once and can never be read again."""

    id: str
    token: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody answered: whether they come, from when to when they cannot, and a short message."""

    coming: str
    away: tuple[tuple[str, str], ...] = ()
    message: str = ""


# --- made by an officer -------------------------------------------------------------------------------------------


def make(participant_id: str, *, actor: Actor, now: datetime, contact_point_id: str | None = None) -> Made:
    """Make a link for one person, and withdraw the one they had. Raises NotSafeError, and LookupError.

    `contact_point_id` is where it is going to be sent, and then its token stays sealed until it is used; without one
    the officer reads it out on the phone.
    """
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10_000):04}"
    with writing() as session:
        row = session.execute(
            scope.participants(actor)
            .where(Participant.id == participant_id)
            .join(Person, Person.id == Participant.person_id)
            .join(CourtCase, CourtCase.id == Participant.case_id)
            .with_only_columns(
                *(Participant.id, Participant.case_id, Participant.unit_id, Participant.person_id, Participant.role),
                *(Participant.left_at, Person.date_of_birth, Person.deceased_on, CourtCase.state),
            )
        ).first()
        if row is None:
            raise LookupError("Expected a participant of this actor's units; there is none by this id.")
        if (why := _why_not(row)) is not None:
            raise NotSafeError(why)
        _lock_case(session, row.case_id)
        _withdraw(session, row.id, now)
        link = OneTimeLink(
            id=new_id(),
            case_id=row.case_id,
            unit_id=row.unit_id,
            participant_id=row.id,
            person_id=row.person_id,
            purpose=ATTENDANCE,
            token_hash=_hash(token),
            contact_point_id=contact_point_id,
            made_by=actor.reference,
            made_at=now,
            expires_at=now + current_app.config["LINK_TIME"],
            attempts=0,
        )
        by_birthday = row.date_of_birth is not None
        link.code_hash = "" if by_birthday else _hash_of_code(link.id, code)
        link.sealed_token = Plain(token, link.id) if contact_point_id else None
        session.add(link)
        session.flush()
        subject = (row.id, ledger.category_of_role(row.role))
        ledger.note(Category.ALTERATION, case_id=row.case_id, subjects=[subject], fields="one-time link")
        return Made(id=link.id, token=token, code="" if by_birthday else code, expires_at=link.expires_at)


def withdraw(participant_id: str, *, actor: Actor, now: datetime) -> None:
    """Take back the link a person has, if it was not used. Raises LookupError."""
    with writing() as session:
        theirs = scope.participants(actor).where(Participant.id == participant_id)
        row = session.execute(theirs.with_only_columns(Participant.id, Participant.case_id, Participant.role)).first()
        if row is None:
            raise LookupError("Expected a participant of this actor's units; there is none by this id.")
        _lock_case(session, row.case_id)
        _withdraw(session, row.id, now)
        subject = (row.id, ledger.category_of_role(row.role))
        ledger.note(Category.ALTERATION, case_id=row.case_id, subjects=[subject], fields="one-time link")


def _withdraw(session: Session, participant_id: str, now: datetime) -> None:
    session.execute(
        sa.update(OneTimeLink)
        .where(
            OneTimeLink.participant_id == participant_id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, sealed_token=None)
    )


def _lock_case(session: Session, case_id: str) -> None:
    """Take the lock that whoever records a death or a claim takes first, so that nobody waits for the other."""
    session.execute(sa.select(CourtCase.id).where(CourtCase.id == case_id).with_for_update())


def forget_tokens(now: datetime) -> int:
    """Take away the tokens of links that are out of time or were closed; gives how many."""
    with writing() as session:
        useless = sa.and_(OneTimeLink.sealed_token.is_not(None), sa.not_(still_open(now)))
        gone = session.execute(
            sa.update(OneTimeLink).where(useless).values(sealed_token=None),
            execution_options={"synchronize_session": False},
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]  # an update has a count


def _why_not(row: Any) -> str | None:
    """Say why nobody may be asked by a link; None when they may."""
    if row.deceased_on is not None:
        return "They have died."
    if row.left_at is not None:
        return "They are no longer part of this case."
    held = snapshot.load(row.state).people.get(row.id) if row.state else None
    if held is not None and set(ASKS_ABOUT) & set(held.opted_out):
        return "They asked not to be told about coming to court."
    return None


# --- used by whoever has it ---------------------------------------------------------------------------------------


def find(session: Session, token: str, now: datetime, *, lock: bool = False) -> Any:
    """Give the link of a token if it may be used now. Raises GoneError, whatever the reason."""
    query = (
        sa.select(OneTimeLink, Participant.role, Participant.left_at, Person.date_of_birth, Person.deceased_on)
        .join(Participant, Participant.id == OneTimeLink.participant_id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .outerjoin(ContactPoint, ContactPoint.id == OneTimeLink.contact_point_id)
        .add_columns(CourtCase.state, ContactPoint.unsafe_since, ContactPoint.withdrawn_at.label("gone_since"))
        .add_columns(Participant.id.label("id"))
        .where(OneTimeLink.token_hash == _hash(token))
    )
    row = session.execute(query.with_for_update(of=OneTimeLink) if lock else query).first()
    if row is None or not _is_live(row.OneTimeLink, now) or _why_not(row) is not None:
        raise GoneError
    if row.unsafe_since is not None or row.gone_since is not None:
        raise GoneError
    return row


def _is_live(link: OneTimeLink, now: datetime) -> bool:
    is_open = link.used_at is None and link.withdrawn_at is None and link.attempts < MOST_WRONG
    return is_open and now < link.expires_at


def confirm(token: str, said: str, *, address: str, now: datetime) -> str | None:
    """Let somebody in who knows the code, or the day and month of birth as DDMM: gives a pass for the form.

    None when it was wrong; after three wrong ones, and where there is no link, GoneError. Each try is counted before it
    is looked at, by the link and by the address it came from.
    """
    with writing() as session:
        tried = throttle.count_a_try(f"one-time link {_hash(token)}", address, now=now)
        if isinstance(tried, datetime):
            raise GoneError
        try:
            row = find(session, token, now, lock=True)
        except GoneError:
            row = None
        if row is not None:
            link = row.OneTimeLink
            if _is_right(link, row.date_of_birth, said):
                throttle.take_back(tried)
                link.confirmed_at = now
                session.flush()
                return _pass_of(link)
            link.attempts += 1
            session.flush()
            if link.attempts < MOST_WRONG:
                return None
    raise GoneError


def count_a_guess(token: str, *, address: str, now: datetime) -> None:
    """Count a try at a link that does not work, so that an address cannot go on guessing."""
    with writing():
        throttle.count_a_try(f"one-time link {_hash(token)}", address, now=now)


def _is_right(link: OneTimeLink, born: date | None, said: str) -> bool:
    if link.code_hash:
        return secrets.compare_digest(link.code_hash, _hash_of_code(link.id, said))
    return born is not None and secrets.compare_digest(f"{born:%d%m}".encode(), said.encode())


def answer(token: str, given_pass: str, given: Given, *, now: datetime) -> None:
    """Keep what somebody answered, once, sealed, for the officer. Raises GoneError. It changes nothing in the case."""
    with writing() as session:
        _lock_case(session, find(session, token, now).OneTimeLink.case_id)
        row = find(session, token, now, lock=True)
        link = row.OneTimeLink
        is_open = link.confirmed_at is not None and now < link.confirmed_at + FORM_STAYS_OPEN
        if not is_open or not secrets.compare_digest(_pass_of(link).encode(), given_pass.encode()):
            raise GoneError
        link.used_at, link.sealed_token = now, None
        made = new_id()
        session.add(
            LinkReply(
                id=made,
                case_id=link.case_id,
                unit_id=link.unit_id,
                participant_id=link.participant_id,
                link_id=link.id,
                text=Plain(json.dumps(asdict(given)), made),
                received_at=now,
                dealt_by="",
                dealt_as="",
            )
        )
        session.flush()
        subject = (link.participant_id, ledger.category_of_role(row.role))
        ledger.note(Category.COLLECTION, case_id=link.case_id, subjects=[subject], fields="reply")


def _hash(token: str) -> str:
    return trace_of("one-time link", token)


def _hash_of_code(link_id: str, code: str) -> str:
    return trace_of("code of a one-time link", f"{link_id}|{code}")


def _pass_of(link: OneTimeLink) -> str:
    """Give what the form carries to show that they confirmed: good for this confirmation only."""
    at = link.confirmed_at.isoformat() if link.confirmed_at else ""
    return trace_of("form of a one-time link", f"{link.id}|{at}")


# --- dealt with by an officer -------------------------------------------------------------------------------------


def given_by(reply: LinkReply) -> Given:
    """Open what was answered."""
    held = json.loads(reply.text.open(reply.id))
    away = tuple((first, last) for first, last in held["away"])
    return Given(coming=held["coming"], away=away, message=held["message"])


def deal_with(reply_id: str, how: str, *, actor: Actor, now: datetime) -> None:
    """Take up a reply: what they said becomes a fact of the case; or note that it was dealt with.

    `how` is NOTED, or what is taken up: whether they come, the dates they cannot, or both. Raises DealtWithError when
    somebody did before, TooManyError with too many dates, and LookupError when it is not there for this actor.
    """
    with writing() as session:
        theirs = scope.participants(actor).with_only_columns(Participant.id)
        _lock_case_of(session, reply_id)
        reply = session.scalars(
            sa.select(LinkReply).where(LinkReply.id == reply_id, LinkReply.participant_id.in_(theirs)).with_for_update()
        ).first()
        if reply is None:
            raise LookupError("Expected a reply to this actor's units; there is none by this id.")
        if reply.dealt_at is not None:
            raise DealtWithError
        if how != NOTED:
            _apply(session, reply, how, actor=actor, now=now)
        reply.dealt_at, reply.dealt_by, reply.dealt_as = now, actor.reference, how
        session.flush()
        role = session.scalar(sa.select(Participant.role).where(Participant.id == reply.participant_id))
        subject = (reply.participant_id, ledger.category_of_role(role or ""))
        ledger.note(Category.ALTERATION, case_id=reply.case_id, subjects=[subject], fields="reply")


def _lock_case_of(session: Session, reply_id: str) -> None:
    """Lock the case before the reply, as a merge does that carries replies along: two would wait for each other."""
    of_reply = sa.select(LinkReply.case_id).where(LinkReply.id == reply_id)
    locked = None
    while (case_id := session.scalar(of_reply)) != locked:  # a merge moved it while we waited
        session.execute(sa.select(CourtCase.id).where(CourtCase.id == case_id).with_for_update())
        locked = case_id


def _apply(session: Session, reply: LinkReply, how: str, *, actor: Actor, now: datetime) -> None:
    case = session.execute(sa.select(CourtCase.__table__).where(CourtCase.id == reply.case_id).with_for_update()).one()
    received_at = after_the_last(load_case(session, case), now)
    entered = [
        CaseEvent(
            id=new_id(),
            case_id=reply.case_id,
            what=fact,
            # What is entered at one instant has no order of its own.
            received_at=received_at + timedelta(microseconds=number),
            occurred_at=reply.received_at,
            context="officer",
            message_id=str(uuid.uuid5(_MESSAGES, reply.id if number == 0 else f"{reply.id}|{number}")),
            actor=actor.reference,
            source="web",
        )
        for number, fact in enumerate(_facts(reply, how, case.state))
    ]
    apply(entered, actor=actor.reference, now=now)


def _facts(reply: LinkReply, how: str, state: Any) -> list[events.Fact]:
    whose, parts = reply.participant_id, how.split("+")
    found: list[events.Fact] = [FACTS[part](participant=whose) for part in parts if part in FACTS]
    if DATES in parts:
        person = availability.person_of(state, whose)
        spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in given_by(reply).away]
        found.append(availability.with_more(whose, person.availability if person else None, spans))
    return found
