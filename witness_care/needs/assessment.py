"""Puts together what the pages show of one assessment: each section, its questions and answers, what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.needs.models import NeedNote
from workflows import needs, needs_pack, snapshot
from workflows.events import Said
from workflows.needs_pack import Question, Section
from workflows.snapshot import NeedAnswer, NeedsStanding, Person
from workflows.working_days import london_date

THREATENED = "safety"  # the question whose yes is a concern for their safety, once a person records it

WORDS: Mapping[str, str] = {
    Said.YES: "Yes",
    Said.NO: "No",
    Said.DECLINED: "They would not say",
    Said.NOT_ASKED: "Not asked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question as it stands. Not asked is never shown as no."""

    question: Question
    held: NeedAnswer | None
    is_asked: bool  # since the assessment was last opened
    is_from_before: bool = False  # what is held was said on an earlier occasion than the one that is now

    @property
    def answer(self) -> str:
        return self.held.answer.value if self.held else Said.NOT_ASKED.value

    @property
    def words(self) -> str:
        return WORDS[self.answer]

    @property
    def is_needed(self) -> bool:
        return self.answer == Said.YES

    @property
    def is_to_arrange(self) -> bool:
        """Whether somebody has to see to it that they get this."""
        return self.is_needed and self.question.practical

    @property
    def is_arranged(self) -> bool:
        return self.held is not None and self.held.arranged_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section as it stands. `note` is what was written down beside its answers, still sealed."""

    section: Section
    lines: tuple[Line, ...]
    note: NeedNote | None = None

    @property
    def key(self) -> str:
        return self.section.key

    @property
    def asked(self) -> int:
        return sum(line.is_asked for line in self.lines if line.question.required)

    @property
    def of(self) -> int:
        return sum(line.question.required for line in self.lines)

    @property
    def is_asked(self) -> bool:
        return self.asked == self.of

    @property
    def state(self) -> str:
        """How far it was asked: "Asked", "In part: 1 of 3", "Not asked", "To ask again"."""
        if self.is_asked:
            return "Asked"
        if self.asked:
            return f"In part: {self.asked} of {self.of}"
        return "To ask again" if any(line.held for line in self.lines) else "Not asked"

    @property
    def seen(self) -> str:
        """Name what the form shows as held, so that it is not saved over what somebody else saved meanwhile."""
        return seen_of(self.lines)


def seen_of(lines: Iterable[Line], *also: str) -> str:
    """Give the name of what is held of these questions: another one as soon as any of it is another; empty of none."""
    held = sorted(f"{line.question.key}={line.held.message}" for line in lines if line.held)
    return hashlib.sha256("|".join((*held, *also)).encode()).hexdigest() if held else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The whole assessment of one person in one case. `person` is None for somebody whom the case does not know."""

    person: Person | None
    standing: NeedsStanding
    parts: tuple[Part, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def asked(self) -> int:
        """How many sections were asked since it was last opened."""
        return sum(part.is_asked for part in self.parts)

    @property
    def is_complete(self) -> bool:
        return needs.is_complete(self.standing)

    @property
    def was_begun(self) -> bool:
        return bool(self.standing.answers)

    @property
    def may_be_recorded(self) -> bool:
        return self.person is not None and not self.person.left and not self.person.died

    @property
    def asks_for_concern(self) -> bool:
        """Whether they said just now that they were threatened, and no concern for their safety stands."""
        person = self.person
        if person is None or not self.may_be_recorded or person.safety_concern_since is not None:
            return False
        threatened = (each for each in self.lines if each.question.key == THREATENED)
        return any(each.is_needed and not each.is_from_before for each in threatened)

    @property
    def may_be_confirmed(self) -> bool:
        """Whether every question has an answer, so that one press can say that nothing has changed."""
        return all(line.held for line in self.lines if line.question.required) and bool(self.lines)

    @property
    def seen(self) -> str:
        """Name all that is held, and why it was opened again: nobody confirms what changed after they looked."""
        again = self.standing.again
        return seen_of(self.lines, again.at.isoformat() if again else "")

    @property
    def last_asked_at(self) -> datetime | None:
        return max((answer.at for answer in self.standing.answers), default=None)

    @property
    def progress(self) -> str:
        """ "2 of 7 sections asked, 1 in part"."""
        begun = sum(not part.is_asked and part.asked > 0 for part in self.parts)
        return f"{self.asked} of {len(self.parts)} sections asked" + (f", {begun} in part" if begun else "")

    def part(self, key: str) -> Part | None:
        return next((part for part in self.parts if part.key == key), None)

    def after(self, key: str) -> Part | None:
        """Give the next section that is still to be asked, going on from this one."""
        keys = [part.key for part in self.parts]
        place = keys.index(key) + 1
        following = (*self.parts[place:], *self.parts[: place - 1])
        return next((part for part in following if not part.is_asked), None)

    def labels(self, answer: Said) -> tuple[str, ...]:
        return tuple(line.question.label for line in self.lines if line.answer == answer.value)

    @property
    def not_arranged(self) -> tuple[str, ...]:
        return tuple(line.question.label for line in self.lines if line.is_to_arrange and not line.is_arranged)


def assessment_of(
    session: Session, state: Any, participant_id: str, unit_id: str, now: datetime, *, with_notes: bool = False
) -> Assessment:
    """Read the assessment of one participant from the state of their case; notes stay sealed until they are shown."""
    held = snapshot.load(state) if state else None
    person = held.people.get(participant_id) if held else None
    standing = held.needs.get(participant_id, needs.NOTHING) if held else needs.NOTHING
    notes = _notes(session, standing, unit_id) if with_notes else {}
    parts = _parts(standing, person, now, notes) if person is not None else ()
    return Assessment(person=person, standing=standing, parts=parts)


def _parts(
    standing: NeedsStanding, person: Person, now: datetime, notes: Mapping[tuple[str, str], NeedNote]
) -> tuple[Part, ...]:
    pack, on = needs_pack.shipped(), london_date(now)
    return tuple(
        _part(standing, section, pack.asked_of(person.role, on, section.key), notes, now)
        for section in pack.sections_of(person.role, on)
    )


def _part(
    standing: NeedsStanding,
    section: Section,
    questions: Sequence[Question],
    notes: Mapping[tuple[str, str], NeedNote],
    now: datetime,
) -> Part:
    lines = tuple(
        Line(
            question=question,
            held=needs.answer_to(standing, question.key),
            is_asked=needs.was_asked(standing, question.key),
            is_from_before=needs.is_from_before(standing, question.key, now),
        )
        for question in questions
    )
    last = max((line.held for line in lines if line.held), key=lambda held: (held.at, held.message), default=None)
    return Part(section=section, lines=lines, note=notes.get((last.message, section.key)) if last else None)


def _notes(session: Session, standing: NeedsStanding, unit_id: str) -> dict[tuple[str, str], NeedNote]:
    messages = sorted({answer.message for answer in standing.answers})
    query = sa.select(NeedNote).where(NeedNote.message_id.in_(messages), NeedNote.unit_id == unit_id)
    return {(note.message_id, note.section): note for note in session.scalars(query)} if messages else {}


def in_short(standing: NeedsStanding) -> str:
    """Say in one sentence what was known of their needs: for a page that is about something else."""
    if not standing.answers:
        return "Needs: not asked"
    said = {
        "needed": _labels(standing, Said.YES),
        "not needed": _labels(standing, Said.NO),
        "would not say": _labels(standing, Said.DECLINED),
    }
    whole = "everything asked" if needs.is_complete(standing) else "not everything asked"
    return f"Needs, {whole}: " + "; ".join(f"{how}: {what}" for how, what in said.items() if what)


def _labels(standing: NeedsStanding, answer: Said) -> str:
    given = {each.question for each in standing.answers if each.answer is answer}
    labels = [question.label for question in needs_pack.shipped().questions if question.key in given]
    return ", ".join(label[:1].lower() + label[1:] for label in labels)


def document(standing: NeedsStanding) -> dict[str, Any]:
    """Give an assessment as the API says it: which answers stand, and nothing that was written down in words."""
    again = standing.again if needs.is_open_again(standing) else None
    return {
        "complete_at": standing.complete_at,
        "opened_again_at": again.at if again else None,
        "opened_again_because": again.because if again else None,
        "answers": [
            {
                "question": answer.question,
                "answer": answer.answer.value,
                "asked_at": answer.at,
                "arranged_at": answer.arranged_at,
            }
            for answer in standing.answers
        ],
    }
