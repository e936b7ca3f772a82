"""How one person wants to be told, and every way to reach them, as a page shows it and an officer changes it.

Whatever is written goes through `cases.service` and `people.service`, as what a program sends does: one write path.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import dates, wording
from witness_care.accounts.current import Actor
from witness_care.cases.document import KeepInTouchGiven, ParticipantGiven
from witness_care.cases.models import CourtCase, DefendantEndpoint
from witness_care.cases.service import change_participant
from witness_care.casework import rules
from witness_care.database import writing
from witness_care.people import reach, risk
from witness_care.people.document import ContactPointGiven, PersonGiven, SafeContactGiven
from witness_care.people.models import ContactPoint, Person, SafetyChange
from witness_care.people.page_queries import Who
from workflows import safe_contact, snapshot
from workflows.events import Answer
from workflows.working_days import london_date

CHANNELS = {
    "call": "By phone call",
    "text": "By text message",
    "email": "By e-mail",
    "letter": "By letter",
    "not_asked": "Not asked yet",
}
RELATIONS = {
    "parent": "Parent",
    "guardian": "Guardian or carer",
    "family": "Another member of the family",
    "friend": "Friend",
    "supporter": "Supporter or adviser, for example an IDVA",
    "solicitor": "Solicitor",
    "colleague": "Somebody at their work or business",
    "other": "Somebody else",
}
ANSWERS = {Answer.YES.value: "yes", Answer.NO.value: "no", Answer.NOT_ASKED.value: "not asked"}
TOLD_ALL_THE_SAME = {
    "always": "is told all the same",
    "required": "is told all the same while they must come to court",
    "warned": "is told all the same once they were told to come",
    "off_when_warned": "that they need not come is told all the same, once they were told to come",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One way to reach them, with what was asked of it. `say` is what stands in the way of using it, if anything."""

    row: Any
    say: str

    @property
    def title(self) -> str:
        return wording.sentence(wording.label(wording.CONTACT_POINTS, self.row.kind))

    @property
    def is_phone(self) -> bool:
        return self.row.kind in reach.PHONES

    @property
    def is_open(self) -> bool:
        """Whether its answers may still be changed: what is unsafe or withdrawn stays so."""
        return self.row.unsafe_since is None and self.row.withdrawn_at is None

    @property
    def hours(self) -> str:
        return wording.listed([reach.window_in_words(each) for each in self.row.windows]) if self.row.windows else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOuts:
    """What a person asked not to be told in a case, and what of it is told all the same (`carved_out`), in words."""

    topics: frozenset[str] = frozenset()
    carved_out: dict[str, str] | None = None


def points_of(session: Session, who: Who, now: datetime) -> tuple[Point, ...]:
    """Read every way there was to reach them, oldest first, and ask the gate about each."""
    found = session.execute(reach.points_of([who.row.person_id])).all()
    return tuple(Point(row=row, say=_say(who, row, now)) for row in found)


def _say(who: Who, row: Any, now: datetime) -> str:
    channel = "call" if row.kind in reach.PHONES else reach.OWN_CHANNEL[row.kind]
    answer = reach.ask(who.row, row, channel, now, neutral=True)
    return answer.words if not isinstance(answer, safe_contact.Allowed) else ""


def opt_outs(session: Session, case_id: str, participant_id: str, now: datetime) -> OptOuts:
    """Read what they opted out of, and which of it the rules in force today tell them all the same."""
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == case_id))
    person = snapshot.load(state).people.get(participant_id) if state else None
    topics = frozenset(person.opted_out) if person else frozenset()
    return OptOuts(topics=topics, carved_out=carve_outs(topics, now))


def carve_outs(topics: Sequence[str] | frozenset[str], now: datetime) -> dict[str, str]:
    """Say for each topic what is told even to somebody who opted out of it; a topic without such a rule is left out."""
    book, today = rules.rulebook(), london_date(now)
    found: dict[str, str] = {}
    for topic in sorted(topics):
        whens = {rule.carve_out_when for rule in book.rules_for(topic, today) if rule.carve_out}
        words = [text for when, text in TOLD_ALL_THE_SAME.items() if when in whens]
        if words:
            found[topic] = words[0]
    return found


def is_at_risk(session: Session, person_id: str) -> bool:
    """Say whether a change that widens how they are reached needs a second person."""
    return bool(session.scalar(sa.select(risk.IS_AT_RISK).where(Person.id == person_id)))


def waiting(session: Session, person_id: str) -> Sequence[Any]:
    """Give the changes that wait for a second person, without opening what is sealed in them."""
    columns = (SafetyChange.id, SafetyChange.kind, SafetyChange.widens, SafetyChange.proposed_at)
    query = sa.select(*columns, SafetyChange.proposed_by).where(
        SafetyChange.person_id == person_id, SafetyChange.state == risk.WAITING
    )
    return session.execute(query.order_by(SafetyChange.proposed_at, SafetyChange.id)).all()


def can_compare(session: Session, case_id: str) -> bool:
    """Say whether any number or address of a defendant of the case is held: else nothing can be compared (SEC-25)."""
    held = sa.select(DefendantEndpoint.id).where(DefendantEndpoint.case_id == case_id)
    return bool(session.scalar(sa.select(held.exists())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the form about preferences says; an empty text takes away what was held."""

    channel: str
    language: str
    interpreter: str
    representative: str
    relation: str
    forbidden: bool
    reached_directly: bool
    opted_out: tuple[str, ...]
    every_days: int | None


class ChangedMeanwhileError(Exception):
    """Somebody changed what the form showed: to save it would take that back."""


def version(session: Session, who: Who, now: datetime, point_id: str = "") -> str:
    """Give a trace of what a form shows: of one way, or without it of how they want to be told."""
    if point_id:
        names = (*risk.ANSWERS, "windows", "unsafe_since", "withdrawn_at")
        row = session.execute(
            sa.select(*(getattr(ContactPoint, name) for name in names)).where(ContactPoint.id == point_id)
        ).first()
        held: Any = [str(value) for value in row or ()]
        of_this = SafetyChange.contact_point_id == point_id
    else:
        counted = session.scalar(sa.select(Person.row_version).where(Person.id == who.row.person_id))
        held = [counted, sorted(opt_outs(session, who.row.case_id, who.id, now).topics)]
        of_this = SafetyChange.reaches == risk.PERSON
    waits = sa.select(SafetyChange.id).where(
        SafetyChange.person_id == who.row.person_id, SafetyChange.state == risk.WAITING, of_this
    )
    text = json.dumps([held, sorted(session.scalars(waits))])
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_what_is_stale(session: Session, who: Who, seen: str, now: datetime, point_id: str = "") -> None:
    """Compare under the locks that every writer takes, in their order: the case, then the person."""
    if not seen:
        return
    session.execute(sa.select(CourtCase.id).where(CourtCase.id == who.row.case_id).with_for_update())
    session.execute(sa.select(Person.id).where(Person.id == who.row.person_id).with_for_update())
    if version(session, who, now, point_id) != seen:
        raise ChangedMeanwhileError


def save(who: Who, wishes: Wishes, *, actor: Actor, now: datetime, seen: str = "") -> None:
    """Keep what they said of how they want to be told; what is the same as before changes nothing.

    `seen` is the version that the form showed. Raises ChangedMeanwhileError when another stands by now.
    """
    person = PersonGiven(
        language=wishes.language,
        chosen_channel=wishes.channel,
        representative_relation=wishes.relation,
        representative_forbidden=wishes.forbidden,
        reached_directly=wishes.reached_directly,
        safe_contact=SafeContactGiven(representative=wishes.representative, interpreter=wishes.interpreter),
    )
    often = KeepInTouchGiven(every_days=wishes.every_days)
    given = ParticipantGiven(id=who.id, person=person, opted_out=wishes.opted_out, keep_in_touch=often)
    with writing() as session:
        _refuse_what_is_stale(session, who, seen, now)
        change_participant(who.urn, given, actor=actor, now=now)


def confirm(who: Who, *, actor: Actor, now: datetime) -> None:
    """Keep that they were asked, and that all of it is as it stands."""
    person = PersonGiven(safe_contact=SafeContactGiven(confirmed_at=now))
    change_participant(who.urn, ParticipantGiven(id=who.id, person=person), actor=actor, now=now)


def change_point(who: Who, point: ContactPointGiven, *, actor: Actor, now: datetime, seen: str = "") -> None:
    """Add or change one way to reach them; of somebody at risk, what widens waits for a second person.

    `seen` is the version of it that the form showed. Raises ChangedMeanwhileError when another stands by now.
    """
    person = PersonGiven(contact_points=(point,))
    with writing() as session:
        _refuse_what_is_stale(session, who, seen, now, point.point_id)
        change_participant(who.urn, ParticipantGiven(id=who.id, person=person), actor=actor, now=now)


def names_a_defendant(representative: str, defendants: Sequence[str]) -> bool:
    """Say whether whoever may answer for them has the name of a defendant of the case."""
    named = " ".join(representative.casefold().split())
    return any(" ".join(name.casefold().split()) in named for name in defendants if name.strip())


def how_often(every_days: int | None) -> str:
    return f"At least every {every_days} days, as agreed with them" if every_days else "As often as the unit does"


def confirmed_words(confirmed_at: datetime | None) -> str:
    return f"Confirmed with them {dates.full_date(confirmed_at)}." if confirmed_at else "Never confirmed with them."
