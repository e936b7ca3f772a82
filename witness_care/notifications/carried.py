"""The one-time link that a message carries: readable only as it leaves, and taken back with what waits for somebody.

A message holds the id of its link and never its token. The token stays sealed in the link's own row; where the text is
kept or shown, words stand in its place.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from witness_care.links.models import ASKS_ABOUT, OneTimeLink, still_open
from witness_care.notifications.placeholders import ALLOWED, LINK
from witness_care.notifications.rendering import CannotRender
from witness_care.people.models import ContactPoint, Person
from witness_care.reachability import Noted

SHOWN = ALLOWED[LINK].example  # what stands for it wherever the message is kept or shown
LINK_GONE, NO_ADDRESS = "link_gone", "no_public_address"


class LinkGone(CannotRender):
    """The link may not be used any more: it was used or withdrawn, is out of time, or is somebody else's."""

    reason = LINK_GONE


class NoPublicAddress(CannotRender):
    """Nobody has said where people outside reach this service."""

    reason = NO_ADDRESS


def topics_of(message: Any) -> tuple[str, ...]:
    """Give what the gate is asked about beside the news: a link asks about coming to court."""
    return ASKS_ABOUT if message.link_id else ()


def address_of(session: Session, message: Any, facts: Any, now: datetime) -> str:
    """Give the address of the link that a message carries, for whoever it goes to; empty when it carries none.

    Raises LinkGone, or NoPublicAddress. `facts` are the person's, read under lock in this transaction.
    """
    if not message.link_id:
        return ""
    unwanted = facts.standing is not None and set(facts.standing.opted_out).intersection(ASKS_ABOUT)
    link = session.execute(
        sa.select(OneTimeLink.id, OneTimeLink.sealed_token).where(
            OneTimeLink.id == message.link_id,
            OneTimeLink.participant_id == message.participant_id,
            OneTimeLink.contact_point_id == message.contact_point_id,
            still_open(now),
        )
    ).first()
    if link is None or link.sealed_token is None or unwanted:
        raise LinkGone("The link it carries was used, withdrawn, or is out of time. Make another one.")
    base = current_app.config["PUBLIC_ADDRESS"]
    if not base:
        raise NoPublicAddress("Nobody has said where people outside reach this service. Read the link out instead.")
    return f"{base}/r/{link.sealed_token.open(link.id)}"


def why_gone(session: Session, message: Any, facts: Any, now: datetime) -> str:
    """Say why a message may not leave on account of its link, as a code; empty when it may."""
    try:
        address_of(session, message, facts, now)
    except CannotRender as problem:
        return problem.reason
    return ""


def withdraw_noted(session: Session, noted: Noted, participants: set[str], now: datetime) -> None:
    """Withdraw the links of whoever must be left alone from now on, in the transaction that records it."""
    query = (
        sa.select(OneTimeLink.id, OneTimeLink.participant_id, Person.deceased_on)
        .add_columns(ContactPoint.unsafe_since, ContactPoint.withdrawn_at)
        .join(Person, Person.id == OneTimeLink.person_id)
        .outerjoin(ContactPoint, ContactPoint.id == OneTimeLink.contact_point_id)
        .where(
            sa.or_(
                OneTimeLink.person_id.in_(sorted(noted.persons)), OneTimeLink.participant_id.in_(sorted(participants))
            ),
            still_open(now),
        )
    )
    gone = [row.id for row in session.execute(query) if _must_go(row, noted)]
    if gone:
        session.execute(
            sa.update(OneTimeLink).where(OneTimeLink.id.in_(gone)).values(withdrawn_at=now, sealed_token=None),
            execution_options={"synchronize_session": False},
        )


def is_unwanted(participant_id: str, noted: Noted) -> bool:
    """Whether they said just now that they want to hear nothing of what a link asks about."""
    return any((participant_id, topic) in noted.opted_out for topic in ASKS_ABOUT)


def _must_go(row: Any, noted: Noted) -> bool:
    left_alone = row.deceased_on is not None or row.participant_id in noted.died | noted.left
    not_there = row.unsafe_since is not None or row.withdrawn_at is not None
    return left_alone or not_there or is_unwanted(row.participant_id, noted)
