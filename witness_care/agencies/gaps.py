"""Says what a case file lacks, from what the service can look at today, and which agency is to be asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.agencies import words
from witness_care.agencies.models import Agency, Kind
from witness_care.agencies.queries import QueryView
from witness_care.agencies.service import ask_for_missing
from witness_care.cases.models import CourtCase, Offence
from witness_care.people.models import ContactPoint, Participant, Person
from workflows import charges, snapshot
from workflows.snapshot import Snapshot

# Who is asked for what. Of the last three a file may hold more than is recorded here, so nobody can say what it lacks.
ASKED_OF: Mapping[str, Agency] = MappingProxyType(
    {
        "contact_details": Agency.POLICE,
        "safe_contact": Agency.POLICE,
        "date_of_birth": Agency.POLICE,
        "enhanced_rights": Agency.POLICE,
        "requirement": Agency.CPS,
        "offences": Agency.CPS,
        "availability": Agency.POLICE,
        "needs": Agency.POLICE,
        "special_measures": Agency.POLICE,
    }
)
NOT_RECORDED = ("availability", "needs", "special_measures")
CIVILIAN = "civilian"
SHOWN_NAMES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that a file lacks for some people, or of which nothing is recorded here; `asked` is who was asked."""

    subject: str
    people: tuple[sa.Row, ...]
    asked: tuple[QueryView, ...]

    @property
    def title(self) -> str:
        return words.SUBJECTS[self.subject]

    def question(self, about: Sequence[str]) -> str:
        """Give the words that ask for it, for some of its people by their ids."""
        names = "; ".join(f"{person.name} ({person.role})" for person in self.people if person.id in about)
        if self.is_not_recorded:
            return f"Please send us what you hold on {self.title.lower()} for: {names}."
        return f"Please send us, for the case file: {self.title.lower()}. It is missing for: {names}."

    @property
    def is_not_recorded(self) -> bool:
        """Whether nothing is recorded here, which does not say that the file has nothing."""
        return self.subject in NOT_RECORDED

    @property
    def agency_words(self) -> str:
        name = words.AGENCIES[ASKED_OF[self.subject]]
        return name if ASKED_OF[self.subject] is Agency.CPS else f"the {name.lower()}"

    @property
    def to_ask(self) -> tuple[sa.Row, ...]:
        """Those for whom nobody is being asked yet."""
        asked = {person for view in self.asked for person in view.row.about}
        return tuple(person for person in self.people if person.id not in asked)

    @property
    def names(self) -> str:
        """Whom it concerns: "Leah Jones, Nadia Ahmed and 3 others"."""
        named = [person.name for person in self.people[:SHOWN_NAMES]]
        more = len(self.people) - len(named)
        return ", ".join(named) + (f" and {more} other{'' if more == 1 else 's'}" if more else "")


def of_case(
    session: Session, case_id: str, state: Any, *, charged: bool, waiting: Sequence[QueryView]
) -> tuple[Gap, ...]:
    """Give what the file lacks of those who are on the case now.

    `state` is the case's, `charged` whether any offence is on it, `waiting` are its open questions.
    """
    people = session.execute(_people(case_id)).all()
    without_offence = _without_offence(state, people) if charged else frozenset()
    known = snapshot.load(state) if state else Snapshot(case=case_id)
    recorded = {
        "special_measures": frozenset(charges.measures(known.registers)),
        "availability": frozenset(each for each, person in known.people.items() if person.availability is not None),
        "needs": frozenset(each for each, standing in known.needs.items() if standing.answers),
    }
    lacking = _lacking(people, without_offence, recorded)
    return tuple(
        Gap(
            subject=subject,
            people=tuple(lacking[subject]),
            asked=tuple(view for view in waiting if view.row.kind == Kind.FILE_GAP and view.row.subject == subject),
        )
        for subject in ASKED_OF
        if lacking[subject]
    )


def ask(session: Session, case_id: str, subject: str, *, actor: Actor, now: datetime) -> str | None:
    """Ask the right agency once for what the file lacks; None when there is nothing left to ask for."""
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == case_id))
    offence = sa.select(Offence.id).where(Offence.case_id == case_id, Offence.removed_at.is_(None)).limit(1)
    charged = session.scalar(offence) is not None
    gaps = of_case(session, case_id, state, charged=charged, waiting=())
    found = next((gap for gap in gaps if gap.subject == subject), None)
    if found is None:
        return None
    people = [person.id for person in found.people]
    return ask_for_missing(case_id, ASKED_OF[subject], subject, found.question, people, actor=actor, now=now)


def _people(case_id: str) -> sa.Select:
    usable = sa.and_(
        ContactPoint.person_id == Person.id, ContactPoint.withdrawn_at.is_(None), ContactPoint.unsafe_since.is_(None)
    )
    return (
        sa.select(
            *(Participant.id, Participant.role, Participant.witness_kind, Participant.required, Participant.enhanced),
            Participant.victim_kind,
            *(Person.name, Person.date_of_birth),
            sa.func.count(ContactPoint.id).label("points"),
            sa.func.count(sa.case((ContactPoint.allowed != "not_asked", ContactPoint.id))).label("asked_about"),
        )
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(ContactPoint, usable)
        .where(Participant.case_id == case_id, Participant.left_at.is_(None), Person.deceased_on.is_(None))
        .group_by(Participant.id, Person.id)
        .order_by(Person.name, Participant.id)
    )


def _lacking(
    people: Sequence[Any], without_offence: frozenset[str], recorded: Mapping[str, frozenset[str]]
) -> dict[str, list[Any]]:
    """Sort people under each thing that is not known of them; who is a witness by office has their own ways.

    `recorded` names those of whom something is held already: a special measure, or any answer about their needs.
    """
    lacking: dict[str, list[Any]] = {subject: [] for subject in ASKED_OF}
    for person in people:
        victim, witness = person.role in ("victim", "both"), person.role in ("witness", "both")
        if witness and person.required is None:
            lacking["requirement"].append(person)
        if person.witness_kind != CIVILIAN:
            continue
        if not person.points:
            lacking["contact_details"].append(person)
        elif not person.asked_about:
            lacking["safe_contact"].append(person)
        if person.date_of_birth is None:
            lacking["date_of_birth"].append(person)
        if victim and person.victim_kind == "person" and person.enhanced == "not_asked":
            lacking["enhanced_rights"].append(person)
        if person.id in without_offence:
            lacking["offences"].append(person)
        for subject in NOT_RECORDED:
            if person.id not in recorded.get(subject, ()):
                lacking[subject].append(person)
    return lacking


def _without_offence(state: Any, people: Sequence[Any]) -> frozenset[str]:
    """Name the victims of whom nobody has said which charge is about them."""
    victims = [person.id for person in people if person.role in ("victim", "both")]
    standing = snapshot.load(state).people if state and victims else {}
    return frozenset(victim for victim in victims if victim in standing and not standing[victim].offences)
