"""Reads the templates for the administrator's pages, and those that may be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.models import AppUser, Unit
from witness_care.notifications.models import MessageTemplate

APPROVED = "approved"
NOT_ON_THE_LIST = ("retired",)


def listed(session: Session, *, retired: bool = False) -> Sequence[MessageTemplate]:
    """Every version that is not retired (or every one that is), by what it is for."""
    is_retired = MessageTemplate.state.in_(NOT_ON_THE_LIST)
    query = sa.select(MessageTemplate).where(is_retired if retired else ~is_retired)
    order = (MessageTemplate.key, MessageTemplate.channel, MessageTemplate.version.desc(), MessageTemplate.id)
    return session.scalars(query.order_by(*order)).all()


def one(session: Session, template_id: str) -> MessageTemplate | None:
    """One version; None when there is none."""
    return session.get(MessageTemplate, template_id)


def in_use(session: Session, channels: Iterable[str]) -> Sequence[MessageTemplate]:
    """The approved versions for these ways of sending, in the order in which they are offered."""
    query = sa.select(MessageTemplate).where(
        MessageTemplate.state == APPROVED, MessageTemplate.channel.in_(sorted(channels))
    )
    return session.scalars(query.order_by(MessageTemplate.title, MessageTemplate.channel, MessageTemplate.id)).all()


def names(session: Session, actors: Iterable[str | None]) -> dict[str, str]:
    """Name those who did something, by how they are referred to; the service itself has no name of a person."""
    ids = {actor.partition(":")[2] for actor in actors if actor and actor.startswith("user:")}
    found = session.execute(sa.select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(sorted(ids))))
    return {f"user:{row.id}": row.display_name for row in found}


def units(session: Session) -> Sequence[sa.Row]:
    """Every unit with its settings, by name."""
    return session.execute(sa.select(Unit.id, Unit.name, Unit.settings).order_by(Unit.name, Unit.id)).all()
