"""Sends a one-time link by text or e-mail: the ways that the gate allows, and a message that is checked before it goes.

The message names the link and holds nothing of it; its address is made when the message leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.database import writing
from witness_care.links import service
from witness_care.links.service import Made
from witness_care.notifications import composing, queue, template_queries
from witness_care.notifications.composing import SENT_AS, Way
from witness_care.notifications.models import EMAIL, TEXT, MessageTemplate, OutboxMessage
from witness_care.notifications.placeholders import ASK_BY_LINK
from witness_care.notifications.queue import Drafted, NewMessage
from witness_care.people import reach

NO_ADDRESS = "Links are not sent from here: nobody has said where people outside reach this service. Read it out."
NO_WORDS = "No approved words for a link by this way."


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWay:
    """One way by which the link may go to somebody, with the approved words for it."""

    way: Way
    template_id: str

    @property
    def words(self) -> str:
        return f"{SENT_AS[self.way.channel]} to {self.way.shown}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWays:
    """The ways that are open now, and in words those that are not."""

    open: tuple[LinkWay, ...] = ()
    closed: tuple[str, ...] = ()
    languages: str = "en"

    def chosen(self, point_id: str) -> LinkWay | None:
        return next((each for each in self.open if each.way.point_id == point_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message that waits to be checked, and the link it carries; no link: the same form came before.

    With `why_not`, in words for the officer, there is neither: the refusal is kept, and the link was withdrawn.
    """

    message_id: str = ""
    made: Made | None = None
    why_not: str = ""


def ways(session: Session, person: Any, now: datetime) -> LinkWays:
    """Ask the gate by which ways the link may go; a way that it refuses is not among them."""
    if not current_app.config["PUBLIC_ADDRESS"]:
        return LinkWays(closed=(NO_ADDRESS,))
    points = session.execute(reach.points_of([person.person_id], sealed_too=True)).all()
    usable, closed = composing.ways_of(person, [point for point in points if point.kind != "address"], now)
    languages = composing.languages_of(person)
    templates = _templates(session)
    found, without = [], []
    for way in usable:
        template = templates.get(way.channel)
        if template is None:
            without.append(f"{SENT_AS[way.channel]}: {NO_WORDS}")
        elif "cy" in languages and not template.body_cy:
            without.append(f"{SENT_AS[way.channel]}: {composing.NO_WELSH}")
        else:
            found.append(LinkWay(way=way, template_id=template.id))
    return LinkWays(open=tuple(found), closed=(*closed, *dict.fromkeys(without)), languages=languages)


def _templates(session: Session) -> dict[str, MessageTemplate]:
    in_use: Sequence[MessageTemplate] = template_queries.in_use(session, (TEXT, EMAIL))
    return {each.channel: each for each in in_use if each.key == ASK_BY_LINK}


def write(
    session: Session, participant_id: str, way: LinkWay, languages: str, token: str, *, actor: Actor, now: datetime
) -> Written:
    """Make a link and a draft that carries it. Raises NotSafeError, and LookupError.

    `token` makes a second submission of the form harmless: it gives the draft that is there.
    """
    came_before = sa.select(OutboxMessage.id).where(
        OutboxMessage.submission_token == token, OutboxMessage.participant_id == participant_id
    )
    if (there := session.scalar(came_before)) is not None:
        return Written(message_id=there)
    with writing():
        return _write(participant_id, way, languages, token, actor=actor, now=now)


def _write(participant_id: str, way: LinkWay, languages: str, token: str, *, actor: Actor, now: datetime) -> Written:
    made = service.make(participant_id, actor=actor, now=now, contact_point_id=way.way.point_id)
    new = NewMessage(
        participant_id=participant_id,
        contact_point_id=way.way.point_id,
        channel=way.way.channel,
        template_id=way.template_id,
        topics=(),
        languages=languages,
        token=token,
        link_id=made.id,
    )
    answer = queue.draft(new, actor=actor.reference, now=now)
    if not isinstance(answer, Drafted):
        service.withdraw(participant_id, actor=actor, now=now)
        return Written(why_not=answer.words if isinstance(answer, queue.Refused) else queue.ONE_IS_WAITING)
    return Written(message_id=answer.id, made=made)
