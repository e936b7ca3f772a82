"""Says which grounds for enhanced rights are suggested for a victim, and why; a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import dates
from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases.document import ParticipantGiven
from witness_care.cases.models import CourtCase, Offence
from witness_care.cases.service import change_participant
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.people.models import DeclinedSuggestion
from witness_care.people.page_queries import Who
from witness_care.sealing import Plain
from workflows import enhanced_rights, needs, needs_pack, snapshot
from workflows.decide import case_truth
from workflows.events import Answer, VictimKind

PERSISTENT_TARGET = "PERSISTENT_TARGET"
VICTIMS = ("victim", "both")
ENOUGH_CASES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A ground that waits for a decision, and in sentences what made the service ask."""

    ground: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """That somebody said no to a ground, or took it away: when, why, and how many cases were known by then."""

    ground: str
    at: datetime
    reason: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """How a victim stands to enhanced rights in one case. `before` are their other cases as a victim."""

    who: Who
    before: tuple[Any, ...]
    suggestions: tuple[Suggestion, ...]
    declined: tuple[Declined, ...]

    @property
    def confirmed(self) -> tuple[str, ...]:
        return tuple(self.who.row.enhanced_basis or ())

    @property
    def suggested(self) -> tuple[str, ...]:
        return tuple(suggestion.ground for suggestion in self.suggestions)

    @property
    def cases(self) -> int:
        return len(self.before) + 1

    @property
    def by_kind(self) -> str:
        """Give the kind that settles the matter: "parent", "bereaved_relative", "business"; empty for the victim."""
        kind = str(self.who.row.victim_kind)
        return "" if kind == VictimKind.PERSON else kind


def waiting(session: Session, who: Who, others: Iterable[Any]) -> tuple[str, ...]:
    """Give the grounds of a person that wait for a decision. `others` are their other cases that may be seen."""
    if who.row.role not in VICTIMS:
        return ()
    waits = set(who.row.suggested_grounds or ())
    if _is_asked_for_being_a_victim_before(session, who, _victim_before(others)):
        waits.add(PERSISTENT_TARGET)
    return tuple(key for key in enhanced_rights.shipped().by_key if key in waits)


def rights_of(session: Session, who: Who, others: Iterable[Any]) -> Rights:
    """Read all of it, with reasons; the reasons of earlier decisions are opened, which reaches the log."""
    before, others = _victim_before(others), tuple(others)
    because = _because(session, who, before)
    return Rights(
        who=who,
        before=before,
        suggestions=tuple(
            Suggestion(ground=ground, because=because.get(ground, ("An earlier entry asked for it.",)))
            for ground in waiting(session, who, others)
        ),
        declined=tuple(
            Declined(ground=row.ground, at=row.declined_at, reason=row.reason.open(row.id), cases=row.cases)
            for row in session.scalars(_declined(who.id))
        ),
    )


def decide(
    rights: Rights, enhanced: Answer, grounds: Sequence[str], reason: str, *, actor: Actor, now: datetime
) -> None:
    """Record what a person decided: the grounds that are met, and that the others suggested or held so far are not.

    Undecided leaves every suggestion where it is. A no keeps its reason, sealed.
    """
    met = tuple(sorted(grounds)) if enhanced is Answer.YES else ()
    refused = () if enhanced is Answer.NOT_ASKED else _refused(rights, met)
    given = ParticipantGiven(
        id=rights.who.id,
        enhanced=enhanced.value,
        enhanced_basis=rights.confirmed if enhanced is Answer.NOT_ASKED else met,
        declined_grounds=refused,
    )
    with writing() as session:
        change_participant(rights.who.urn, given, actor=actor, now=now)
        for ground in refused:
            made = new_id()
            session.add(
                DeclinedSuggestion(
                    id=made,
                    case_id=rights.who.row.case_id,
                    unit_id=rights.who.row.unit_id,
                    participant_id=rights.who.id,
                    ground=ground,
                    cases=rights.cases,
                    reason=Plain(reason.strip(), made),
                    declined_by=actor.reference,
                    declined_at=now,
                )
            )
        session.flush()
        subject = (rights.who.id, ledger.category_of_role(rights.who.row.role))
        ledger.note(Category.ALTERATION, case_id=rights.who.row.case_id, subjects=[subject], fields="enhanced rights")


def needs_a_reason(rights: Rights, enhanced: Answer, grounds: Sequence[str]) -> bool:
    """Say whether a decision says no to something that was suggested, or takes away a ground that was held."""
    if enhanced is Answer.NOT_ASKED:
        return False
    return bool(_refused(rights, grounds if enhanced is Answer.YES else ()))


def _refused(rights: Rights, met: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*rights.suggested, *rights.confirmed} - set(met)))


# --- what makes the service ask ---------------------------------------------------------------------------------------


def _victim_before(others: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(row for row in others if row.role in VICTIMS)


def _is_asked_for_being_a_victim_before(session: Session, who: Who, before: Sequence[Any]) -> bool:
    """Say whether somebody is to decide: not decided yet, or another case has come since a no."""
    cases = len(before) + 1
    if cases < ENOUGH_CASES or PERSISTENT_TARGET in (who.row.enhanced_basis or ()):
        return False
    if who.row.victim_kind != VictimKind.PERSON:
        return False
    last = session.scalars(_declined(who.id).where(DeclinedSuggestion.ground == PERSISTENT_TARGET).limit(1)).first()
    return last is None or last.cases < cases


def _declined(participant_id: str) -> Any:
    return (
        sa.select(DeclinedSuggestion)
        .where(DeclinedSuggestion.participant_id == participant_id)
        .order_by(DeclinedSuggestion.declined_at.desc(), DeclinedSuggestion.id)
    )


def _because(session: Session, who: Who, before: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == who.row.case_id))
    held = snapshot.load(state) if state else None
    person = held.people.get(who.id) if held else None
    if held is None or person is None:
        return {}
    found: dict[str, list[str]] = {}
    asked_by = tuple(enhanced_rights.grounds_of_offences(person, case_truth(held), held.registers))
    titles = _titles(session, who.row.case_id, {offence for _, offence in asked_by})
    whose = "An offence against them" if person.offences else "An offence of this case"
    for ground, offence in asked_by:
        found.setdefault(ground, []).append(f"{whose}: {titles.get(offence) or 'without a title'}.")
    for ground, words in (*_flags(person, len(before) + 1), *_answers(held.needs.get(who.id))):
        found.setdefault(ground, []).append(words)
    return {ground: tuple(dict.fromkeys(words)) for ground, words in found.items()}


def _flags(person: snapshot.Person, cases: int) -> Iterator[tuple[str, str]]:
    for ground in enhanced_rights.shipped().by_key.values():
        if enhanced_rights.UNDER_18 in ground.flags:
            yield ground.ground, "They were under 18 when their date of birth was entered."
        if enhanced_rights.SAFETY_CONCERN in ground.flags and person.safety_concern_since is not None:
            day = dates.full_date(person.safety_concern_since)
            yield ground.ground, f"A concern for their safety stands since {day}."
        if enhanced_rights.VICTIM_BEFORE in ground.flags and cases >= ENOUGH_CASES:
            yield ground.ground, f"They are a victim in {cases} cases."


def _answers(asked: snapshot.NeedsStanding | None) -> Iterator[tuple[str, str]]:
    """Name the answers of their needs assessment that make the service ask."""
    needed = needs.needed(asked)
    for ground in enhanced_rights.shipped().by_key.values():
        for key in ground.needs:
            question = needs_pack.shipped().question(key)
            if key in needed and question is not None:
                day = dates.full_date(needed[key].at)
                yield ground.ground, f"They were asked what they need, and said yes on {day}: {question.label.lower()}."


def _titles(session: Session, case_id: str, offences: Iterable[str]) -> dict[str, str]:
    query = sa.select(Offence.id, Offence.title).where(Offence.case_id == case_id, Offence.id.in_(sorted(offences)))
    return {row.id: row.title for row in session.execute(query)}
