"""Puts together what the pages show of one last talk: each section, its questions and answers, what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.closing.models import ClosingNote
from workflows import closing, closing_pack, snapshot
from workflows.closing_pack import Question, Section
from workflows.snapshot import ClosingAnswer, ClosingStanding, Person, Topic
from workflows.working_days import london_date

NOT_ASKED = "not_asked"  # how a form says it; a question without an answer is not held at all
WORRY = "worry"  # the question whose yes is a concern for their safety, once a person records it
REFERRALS = "referrals"

ENDED = {closing.DONE: "The last talk was had", closing.DECLINED: "They did not want the last talk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question as it stands. Not asked is never shown as declined."""

    question: Question
    held: ClosingAnswer | None

    @property
    def answer(self) -> str:
        return self.held.answer if self.held else NOT_ASKED

    @property
    def words(self) -> str:
        return self.question.words.get(self.answer, self.answer) if self.held else "Not asked"

    @property
    def reasons(self) -> tuple[str, ...]:
        """What was chosen beside the answer, in words."""
        codes = self.held.codes if self.held else ()
        return tuple(self.question.codes.get(code, code) for code in codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section as it stands. `note` is what was written down beside its answers, still sealed."""

    section: Section
    lines: tuple[Line, ...]
    note: ClosingNote | None = None

    @property
    def key(self) -> str:
        return self.section.key

    @property
    def asked(self) -> int:
        return sum(line.held is not None for line in self.lines)

    @property
    def is_asked(self) -> bool:
        return self.asked == len(self.lines)

    @property
    def is_needed(self) -> bool:
        """Whether the talk may not be ended as had while something of this section is unanswered."""
        return any(line.question.required for line in self.lines)

    @property
    def state(self) -> str:
        """How far it was asked: "Asked", "In part: 1 of 3", "Not asked"."""
        if self.is_asked:
            return "Asked"
        return f"In part: {self.asked} of {len(self.lines)}" if self.asked else "Not asked"

    @property
    def seen(self) -> str:
        """Name what the form shows as held, so that it is not saved over what somebody else saved meanwhile."""
        held = sorted(f"{line.question.key}={line.held.message}" for line in self.lines if line.held)
        return hashlib.sha256("|".join(held).encode()).hexdigest() if held else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The last talk with one person in one case. `person` is None for somebody whom the case does not know."""

    person: Person | None
    standing: ClosingStanding
    topic: Topic
    parts: tuple[Part, ...]
    to_ask: tuple[Question, ...]

    @property
    def is_owed(self) -> bool:
        return self.topic.duty is not None

    @property
    def was_begun(self) -> bool:
        return bool(self.standing.answers)

    @property
    def is_ended(self) -> bool:
        return bool(self.standing.how) and not self.is_owed

    @property
    def was_ended_otherwise(self) -> bool:
        """Whether a tick in a contact, or a person by hand, ended it without any answer."""
        return not self.is_owed and not self.standing.how and bool(self.topic.told or self.topic.waived)

    @property
    def may_be_recorded(self) -> bool:
        """Whether something can be said of it: feedback may come before the end, and is kept then as well."""
        return self.person is not None and not self.person.left and not self.person.died

    @property
    def may_be_ended(self) -> bool:
        return self.is_owed and self.may_be_recorded and not self.to_ask

    @property
    def asks_for_concern(self) -> bool:
        """Whether they said that there is a worry for their safety, and no concern stands."""
        person = self.person
        return person is not None and person.safety_concern_since is None and closing.is_worried(self.standing)

    @property
    def ended_words(self) -> str:
        return ENDED.get(self.standing.how, "")

    @property
    def last_at(self) -> datetime | None:
        return closing.last_at(self.standing)

    @property
    def progress(self) -> str:
        """ "2 of 6 sections asked, 1 in part"."""
        whole = sum(part.is_asked for part in self.parts)
        begun = sum(not part.is_asked and part.asked > 0 for part in self.parts)
        return f"{whole} of {len(self.parts)} sections asked" + (f", {begun} in part" if begun else "")

    @property
    def to_ask_words(self) -> tuple[str, ...]:
        """The sections that are to be answered before it may be ended, in words."""
        missing = {question.section for question in self.to_ask}
        return tuple(part.section.title for part in self.parts if part.key in missing)

    def part(self, key: str) -> Part | None:
        return next((part for part in self.parts if part.key == key), None)

    def after(self, key: str) -> Part | None:
        """Give the section that follows this one; None after the last."""
        keys = [part.key for part in self.parts]
        return next(iter(self.parts[keys.index(key) + 1 :]), None)


def talk_of(
    session: Session, state: Any, participant_id: str, unit_id: str, now: datetime, *, with_notes: bool = False
) -> Talk:
    """Read the last talk with one participant from the state of their case; notes stay sealed until they are shown."""
    held = snapshot.load(state) if state else None
    person = held.people.get(participant_id) if held else None
    standing = held.closings.get(participant_id, closing.NOTHING) if held else closing.NOTHING
    topic = held.topics.get((participant_id, closing.TOPIC, closing.TOPIC), Topic()) if held else Topic()
    notes = _notes(session, standing, unit_id) if with_notes else {}
    return Talk(
        person=person,
        standing=standing,
        topic=topic,
        parts=_parts(standing, person, now, notes) if person is not None else (),
        to_ask=closing.still_to_ask(standing, person, now) if person is not None else (),
    )


def _parts(
    standing: ClosingStanding, person: Person, now: datetime, notes: Mapping[tuple[str, str], ClosingNote]
) -> tuple[Part, ...]:
    pack, on = closing_pack.shipped(), london_date(now)
    asked = ((section, pack.asked_of(person.role, on, section.key)) for section in pack.sections)
    return tuple(_part(standing, section, questions, notes) for section, questions in asked if questions)


def _part(
    standing: ClosingStanding,
    section: Section,
    questions: Iterable[Question],
    notes: Mapping[tuple[str, str], ClosingNote],
) -> Part:
    lines = tuple(Line(question=each, held=closing.answer_to(standing, each.key)) for each in questions)
    last = max((line.held for line in lines if line.held), key=lambda held: (held.at, held.message), default=None)
    return Part(section=section, lines=lines, note=notes.get((last.message, section.key)) if last else None)


def _notes(session: Session, standing: ClosingStanding, unit_id: str) -> dict[tuple[str, str], ClosingNote]:
    messages = sorted({answer.message for answer in standing.answers})
    query = sa.select(ClosingNote).where(ClosingNote.message_id.in_(messages), ClosingNote.unit_id == unit_id)
    return {(note.message_id, note.section): note for note in session.scalars(query)} if messages else {}


def in_short(standing: ClosingStanding) -> str:
    """Say in one sentence how far a last talk had come, for another page; empty when it was not begun."""
    if not standing.answers and not standing.how:
        return ""
    return ENDED.get(standing.how, f"Last talk begun: {len(standing.answers)} answers")


def document(standing: ClosingStanding) -> dict[str, Any]:
    """Give a last talk as the API says it: which answers stand, and nothing that was written down in words."""
    return {
        "ended_as": standing.how or None,
        "ended_at": standing.at,
        "answers": [
            {
                "question": answer.question,
                "answer": answer.answer,
                "codes": list(answer.codes),
                "asked_at": answer.at,
            }
            for answer in standing.answers
        ],
    }
