"""Tells everybody who still has the old date of a hearing: each through the gate, and nobody against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.contacts import queries as contact_queries
from witness_care.contacts.duty_view import DutyView
from witness_care.contacts.models import Duty
from witness_care.notifications import composing, queue
from witness_care.notifications.composing import SENT_AS, Choice
from witness_care.notifications.models import EMAIL, TEXT
from witness_care.notifications.queue import Drafted, NewMessage, Sent
from witness_care.people import page_queries, reach
from witness_care.people.page_queries import Who
from workflows import values

MOST = 100
CHOSE_CALLS = "They chose to be rung."
NEUTRAL_ONLY = "Only a neutral message may go, and that tells no date. Ring them."
NO_WAY = "There is no text or e-mail that may be used. Ring them."
NO_WORDS = "No approved words fit what they are to be told. Ring them."
CHANGED = "What they would get changed while you were looking. Open the page again."
WAITS = "One about this is waiting already; it will carry the last date."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person who still has the old date: the message they would get, or why they get none."""

    who: Who
    duty: DutyView
    choice: Choice | None
    why_not: str
    note: str = ""

    @property
    def tick(self) -> str:
        """Name all that is shown of the message: who gets which words with which news by which way."""
        if self.choice is None:
            return ""
        news = [[duty.topic, duty.subject, duty.value_hash] for duty in self.choice.tells]
        words = [[part.language, part.subject, part.body] for part in self.choice.parts]
        shown = json.dumps([self.choice.key, self.choice.way.shown, news, words])
        return f"{self.who.id}|{hashlib.sha256(shown.encode()).hexdigest()}"


def lines(session: Session, actor: Actor, case_id: str, thread: str, now: datetime) -> list[Line]:
    """Give a line for each person who is still to be told of this hearing, the most urgent first."""
    still = (Duty.case_id == case_id, Duty.topic == values.WHEN_WHERE, Duty.subject == thread, Duty.closed_at.is_(None))
    query = (
        scope.duties(actor).where(*still).with_only_columns(Duty.participant_id, Duty.priority, Duty.due_at, Duty.id)
    )
    order = (Duty.priority, Duty.due_at, Duty.id)
    people = [row.participant_id for row in session.execute(query.order_by(*order).limit(MOST))]
    owed = contact_queries.open_duties_of(session, actor, people, now)
    found = []
    for participant_id in people:
        who = page_queries.who(session, actor, participant_id)
        duties = tuple(duty for duty in owed.get(participant_id, ()) if duty.is_told_by_talking)
        line = _line(session, who, duties, thread, now) if who is not None else None
        if line is not None:
            found.append(line)
    return found


def _line(session: Session, who: Who, duties: Sequence[DutyView], thread: str, now: datetime) -> Line | None:
    """Give the line of one person; None when they were told between two readings."""
    date = next((duty for duty in duties if (duty.topic, duty.subject) == (values.WHEN_WHERE, thread)), None)
    if date is None:
        return None
    points = session.execute(reach.points_of([who.row.person_id], sealed_too=True)).all()
    about = composing.values_about(session, who.row)
    templates = composing.templates_for(session, points)
    # Somebody who is needed is told that with the date: it is the same talk, and the same message.
    beside = tuple(duty for duty in duties if duty.topic == values.ATTENDANCE)
    offer = composing.offer(session, who.row, points, (date, *beside), templates, about, now=now)
    chosen = who.row.chosen_channel
    if who.row.left_at is not None:
        return Line(who=who, duty=date, choice=None, why_not=queue.LEFT_THE_CASE)
    if chosen == "call":
        return Line(who=who, duty=date, choice=None, why_not=CHOSE_CALLS)
    choice = best(offer.choices, date, chosen)
    if choice is None:
        return Line(who=who, duty=date, choice=None, why_not=_why_not(offer, who, points, now))
    note = "" if chosen == choice.way.channel else "They did not choose this way: ring them too."
    return Line(who=who, duty=date, choice=choice, why_not="", note=note)


def best(choices: Sequence[Choice], date: DutyView, chosen: str) -> Choice | None:
    """Give the text or e-mail that tells the date: by the way they chose, and in words that fit what is new."""
    usable = [choice for choice in choices if choice.way.channel in (TEXT, EMAIL) and date in choice.tells]
    return composing.suggested(usable, chosen)


def _why_not(offer: composing.Offer, who: Who, points: Sequence[Any], now: datetime) -> str:
    ways, _ = composing.ways_of(who.row, points, now)
    writing = [way for way in ways if way.channel in (TEXT, EMAIL)]
    if not writing:
        return " ".join((NO_WAY, *offer.forbidden))
    if not any(way.may_name_us for way in writing):
        return NEUTRAL_ONLY
    return next(iter(offer.left_out), NO_WORDS)


def tell(line: Line, run: str, *, actor: str, now: datetime) -> str:
    """Make one message and let it leave; give words why not, or nothing. No gate is ever overridden here."""
    choice = line.choice
    assert choice is not None
    answer = queue.draft(
        NewMessage(
            participant_id=line.who.id,
            contact_point_id=choice.way.point_id,
            channel=choice.way.channel,
            template_id=choice.template.id,
            topics=choice.topics,
            languages=composing.languages_of(line.who.row),
            token=f"{run}:{line.who.id}",
        ),
        actor=actor,
        now=now,
    )
    if not isinstance(answer, Drafted):
        return WAITS if isinstance(answer, queue.AlreadyWaiting) else answer.words
    sent = queue.send(answer.id, seen_hashes=[duty.value_hash for duty in choice.tells], actor=actor, now=now)
    if isinstance(sent, Sent) or answer.repeat:
        return ""
    return sent.words if isinstance(sent, queue.Refused) else CHANGED


def way_in_words(choice: Choice) -> str:
    """Say how it would go: "Text message to 07700 900123"."""
    return f"{SENT_AS[choice.way.channel]} to {choice.way.shown}"
