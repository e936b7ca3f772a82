"""Puts together what a person needs for the trial and how far it has come: needed, asked for, granted, in place, told.

Not asked is never shown as none needed. What was granted or arranged for another trial is to be confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from witness_care import arrangement_words, judgement_words, wording
from workflows import codec, needs, needs_pack, recheck, values
from workflows.decide import case_truth
from workflows.events import MEASURE_NEWS, Said
from workflows.occasions import Occasion
from workflows.recheck import MEASURE, NEED, ToConfirm
from workflows.snapshot import NeedAnswer, Person, Snapshot
from workflows.values import CaseTruth

# The questions of the needs assessment that are about a special measure: a question and its measure have one name.
ASKED_ABOUT = ("screens", "live_link", "recorded_evidence", "intermediary")
NEEDED = {Said.YES: "Yes", Said.NO: "No", Said.DECLINED: "They would not say", Said.NOT_ASKED: "Not asked yet"}
NOT_ASKED, NONE_ASKED_FOR = "Not asked yet", "None asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure, or one kind of help. `confirm` is set where it was for another trial than the one there is."""

    what: str
    needed: Said
    needed_at: datetime | None
    stands: str  # a decision on a measure, "arranged", or empty
    place: str = ""  # the trial that it holds for, in words
    confirm: ToConfirm | None = None
    told_at: datetime | None = None
    is_to_be_told: bool = False

    @property
    def name(self) -> str:
        return wording.sentence(arrangement_words.name(self.what))

    @property
    def is_measure(self) -> bool:
        return recheck.kind_of(self.what) == MEASURE

    @property
    def needed_words(self) -> str:
        return NEEDED[self.needed]

    @property
    def stands_words(self) -> str:
        """Say how far it has come: "Applied for, not decided", "Not asked for yet", "Not arranged"."""
        if self.stands == recheck.ARRANGED:
            return "Arranged"
        if self.stands:
            return wording.sentence(wording.label(judgement_words.MEASURE_DECISIONS, self.stands))
        if self.needed is not Said.YES:
            return ""
        return "Not asked for yet" if self.is_measure else "Not arranged"

    @property
    def reason(self) -> str:
        """Say why it is to be confirmed; empty when it is not."""
        return arrangement_words.reason(self.confirm) if self.confirm else ""

    @property
    def trial_mark(self) -> str:
        """Give the name of the trial for which it is to be confirmed, which the button sends back."""
        return mark(self.confirm.now) if self.confirm else ""

    @property
    def is_in_place(self) -> bool:
        return self.stands in ("granted", recheck.ARRANGED) and self.confirm is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangements:
    """What one person needs for the trial. `may_confirm`: they are on the case, and alive."""

    measures: tuple[Line, ...] = ()
    help: tuple[Line, ...] = ()
    trial: str = ""
    may_confirm: bool = False

    @property
    def to_confirm(self) -> tuple[Line, ...]:
        return tuple(line for line in (*self.measures, *self.help) if line.confirm)

    @property
    def no_measures(self) -> str:
        """Say that none was asked for, where each was asked about, else that nobody asked; empty when one was."""
        if any(line.stands or line.needed is Said.YES for line in self.measures):
            return ""
        asked = {line.what: line.needed for line in self.measures}
        about = [asked.get(recheck.named(MEASURE, measure), Said.NOT_ASKED) for measure in ASKED_ABOUT]
        return NOT_ASKED if Said.NOT_ASKED in about else NONE_ASKED_FOR

    @property
    def measures_in_short(self) -> str:
        """Say in a cell where their measures stand: "To confirm: screens. Granted: live link"."""
        groups: dict[str, list[str]] = {}
        for line in self.measures:
            if line.stands or line.needed is Said.YES:
                words = "To confirm" if line.confirm else line.stands_words
                groups.setdefault(words, []).append(line.name.lower())
        order = sorted(groups, key=lambda words: (words != "To confirm", words))
        return ". ".join(f"{words}: {', '.join(groups[words])}" for words in order) or self.no_measures


def mark(trial: Occasion) -> str:
    """Give a short name of a trial as a page showed it: another one as soon as its court, room or days are others."""
    return codec.value_hash(codec.to_json(trial))


def of_one(snapshot: Snapshot | None, participant: str, *, hearing: str = "") -> Arrangements:
    """Give what a person needs and how far it has come.

    For the trial of that id, where one is named and is on; else for the one they are to come to first.
    """
    if snapshot is None or participant not in snapshot.people:
        return Arrangements()
    return _of_one(snapshot, case_truth(snapshot), participant, hearing)


def of_all(snapshot: Snapshot | None, *, hearing: str) -> dict[str, Arrangements]:
    """Give the same for everybody of a case, for one hearing."""
    if snapshot is None:
        return {}
    truth = case_truth(snapshot)
    return {participant: _of_one(snapshot, truth, participant, hearing) for participant in snapshot.people}


def _of_one(snapshot: Snapshot, truth: CaseTruth, participant: str, hearing: str) -> Arrangements:
    person = snapshot.people[participant]
    named = truth.hearings.get(hearing)
    trial = named if named is not None and named.is_trial and named.is_live else values.first_trial(person, truth)
    positions = tuple(sorted(values.own_positions(participant, person, truth)))
    is_here = not person.left and not person.died
    asked = recheck.what_must_be_confirmed(person, truth, trial, participant=participant) if is_here and trial else ()
    lines = [
        replace(
            line,
            confirm=next((each for each in asked if each.what == line.what), None),
            place=_place_of(person, line.what),
        )
        for line in (*_measures(snapshot, truth, participant), *_help(snapshot, participant))
    ]
    return Arrangements(
        measures=tuple(line for line in lines if line.is_measure),
        help=tuple(line for line in lines if not line.is_measure),
        trial=arrangement_words.place(recheck.occasion_of(trial, truth, positions)),
        may_confirm=is_here,
    )


def _place_of(person: Person, what: str) -> str:
    held = next((each for each in person.held if each.what == what), None)
    return arrangement_words.place(held.occasion) if held else ""


def _measures(snapshot: Snapshot, truth: CaseTruth, participant: str) -> Iterator[Line]:
    decided = truth.measures.get(participant, {})
    standing = snapshot.needs.get(participant, needs.NOTHING)
    told = snapshot.topics.get((participant, values.SPECIAL_MEASURES, truth.case))
    last = told.last_told if told else None
    known: Any = last.value.get("measures", {}) if last and isinstance(last.value, dict) else {}
    for measure in judgement_words.MEASURES:
        answer = needs.answer_to(standing, measure) if measure in ASKED_ABOUT else None
        stands = decided.get(measure, "")
        if not stands and answer is None:
            continue
        is_told = bool(stands) and known.get(measure) == stands
        yield Line(
            what=recheck.named(MEASURE, measure),
            needed=Said.YES if stands and answer is None else _said(answer),
            needed_at=answer.at if answer else None,
            stands=stands,
            told_at=last.at if last and is_told else None,
            is_to_be_told=stands in MEASURE_NEWS and not is_told,
        )


def _help(snapshot: Snapshot, participant: str) -> Iterator[Line]:
    standing = snapshot.needs.get(participant, needs.NOTHING)
    for question in needs_pack.shipped().questions:
        if not question.practical:
            continue
        answer = needs.answer_to(standing, question.key)
        is_arranged = answer is not None and answer.arranged_at is not None
        yield Line(
            what=recheck.named(NEED, question.key),
            needed=_said(answer),
            needed_at=answer.at if answer else None,
            stands=recheck.ARRANGED if is_arranged else "",
        )


def _said(answer: NeedAnswer | None) -> Said:
    return answer.answer if answer is not None else Said.NOT_ASKED
