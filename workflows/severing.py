"""Takes some of the defendants of a case out into a case of their own (a severed indictment), with all that is theirs.

Whose everything is follows from the chosen defendants: their offences go; a hearing or a person goes when it is about
them alone, stays when it is about none of them, and stands in both cases when it is about both, or nobody said. What
stands in both has a new id in the new case. Facts are copied with their own times, so that every clock starts where it
started, and what a person was told counts in the case whose news it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workflows import events
from workflows.combining import Copies, Side
from workflows.events import CaseEvent, Fact
from workflows.parting import BOTH, GOES, JUDGED, OF_A_THREAD, STAYS, Owners
from workflows.renaming import ids_named, renamed
from workflows.values import STILL_TO_BE_TRIED, relevant_defendants

REQUIREMENT = (events.CpsRequires, events.CpsNotRequired)
DATED = (events.HearingConfirmed, events.HearingMoved, events.HearingSighted)

_NEW = uuid.UUID("5f0d8a52-6c1e-5e7b-8d55-0b1b6f1d9c37")


@dataclass(frozen=True, slots=True, kw_only=True)
class Severed:
    """What a split adds to both journals, and the rows of the old one that it replaces.

    `goes` are the ids that leave the old case, by kind; `both` the ids in the new case of what stands in both, by kind
    and id; `subjects` the same for what people are told about. `threads` keep the hearings of each case in theirs.
    """

    staying: tuple[CaseEvent, ...]
    replaced: tuple[str, ...]
    going: tuple[CaseEvent, ...]
    threads: tuple[tuple[str, str], ...]
    threads_here: tuple[tuple[str, str], ...]
    goes: Mapping[str, frozenset[str]]
    both: Mapping[str, Mapping[str, str]]
    subjects: Mapping[str, str]

    @property
    def same(self) -> dict[str, str]:
        """Our ids in the old case by those in the new one, for the way back."""
        return {new: old for ids in self.both.values() for old, new in ids.items()}


def sever(side: Side, chosen: frozenset[str], *, case: str, act: str) -> Severed:
    """Work out what becomes of a case when the `chosen` defendants go to `case`. `act` is the id of the split."""
    shares = Shares.of(side, chosen)
    shares.leave_out_what_nothing_speaks_of(side.counting)
    both = {
        kind: {name: new_id(act, kind, name) for name in shares.in_both(kind)} for kind in ("hearing", "participant")
    }
    names = both["hearing"] | both["participant"]
    subjects = {
        thread: names.get(thread) or new_id(act, "thread", thread)
        for thread, sides in shares.threads.items()
        if STAYS in sides
    }
    counting = side.counting
    stays = {event.row_id: shares.said(event.what, STAYS) for event in counting}
    goes = {
        event.row_id: tuple(
            renamed(fact, names, names | subjects | {side.case: case}) for fact in shares.said(event.what, GOES)
        )
        for event in counting
    }
    here, there = Copies(act=act, case=side.case, journal=side.journal), Copies(act=act, case=case, journal=())
    replaced = here.replace(counting, stays)
    there.carry(counting, goes)
    threads = {hearing: memory.thread for hearing, memory in side.snapshot.hearings.items() if memory.thread}
    return Severed(
        staying=tuple(here.made),
        replaced=replaced,
        going=tuple(there.made),
        threads=tuple(
            sorted(
                (names.get(hearing, hearing), subjects.get(thread, thread))
                for hearing, thread in threads.items()
                if shares.goes("hearing", hearing)
            )
        ),
        threads_here=tuple(
            sorted((hearing, thread) for hearing, thread in threads.items() if shares.stays("hearing", hearing))
        ),
        goes={kind: shares.only_goes(kind) for kind in ("defendant", "offence", "hearing", "participant")},
        both=both,
        subjects=subjects,
    )


def new_id(act: str, kind: str, name: str) -> str:
    """Give the id in the new case of what stands in both: the same however often it is worked out."""
    return str(uuid.uuid5(_NEW, f"{act}|{kind}|{name}"))


@dataclass(slots=True)
class Shares(Owners):
    """Knows of every id whose it is after a split; `threads` and `required` the same of threads, and requirements.

    `decided` has, by hearing, whose defendants something was decided about in it, whomever it was said to be about.
    """

    decided: dict[str, frozenset[str]] = field(default_factory=dict)
    threads: dict[str, frozenset[str]] = field(default_factory=dict)
    required: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, side: Side, chosen: frozenset[str]) -> Shares:  # type: ignore[override]
        owner = _owners_of_offences(side)
        shares = cls({("defendant", name): _only(name in chosen) for name in side.defendants() | chosen})
        shares.sides |= {("offence", name): _only(whose in chosen) for name, whose in owner.items()}
        for hearing in side.truth.hearings.values():
            shares.sides["hearing", hearing.id] = _sides(hearing.about.defendants, chosen)
        shares.decided = _decided(side, chosen)
        for participant, person in side.snapshot.people.items():
            relevant = relevant_defendants(person, side.truth)
            shares.sides["participant", participant] = sides = _sides(relevant, chosen)
            to_be_tried = [each for each in relevant if side.truth.proceedings.get(each) in STILL_TO_BE_TRIED]
            if to_be_tried and isinstance(side.truth.requirements.get(participant), events.CpsRequires):
                # Needed where somebody is still to be tried, and not called off in the other case.
                shares.required[participant] = _sides(to_be_tried, chosen) & sides
        for hearing_id, memory in side.snapshot.hearings.items():
            if memory.thread:
                known = shares.threads.get(memory.thread, frozenset())
                shares.threads[memory.thread] = known | shares.sides.get(("hearing", hearing_id), BOTH)
        return shares

    def leave_out_what_nothing_speaks_of(self, counting: Iterable[CaseEvent]) -> None:
        """Let a hearing that nobody described be of one case, where all that is said of it is of that case."""
        said = {
            side: {named for event in counting for fact in self.said(event.what, side) for named in ids_named(fact)}
            for side in BOTH
        }
        for hearing in self.in_both("hearing"):
            of = frozenset(side for side in BOTH if ("hearing", hearing) in said[side])
            self.sides["hearing", hearing] = of or BOTH

    def said(self, fact: Fact, side: str) -> tuple[Fact, ...]:
        if isinstance(fact, events.CaseRegistered):
            return (fact,)
        if isinstance(fact, REQUIREMENT) and side not in self.required.get(fact.participant, BOTH):
            return ()
        found = self.share(fact, side)
        if (
            found is None
            and isinstance(fact, events.VerdictRecorded)
            and self.sides.get(("hearing", fact.hearing)) == BOTH
        ):
            return (events.TrialStarted(hearing=fact.hearing),)  # in it was a verdict, though on the other defendant
        if isinstance(found, events.ParticipantRecorded) and _names_nobody(found) and not _names_nobody(fact):
            return ()  # what it spoke of is the other case's: "not said, so everybody's" is not what it says
        return (found,) if found is not None else ()

    def stays(self, kind: str, name: str) -> bool:
        return self._is(kind, name, STAYS)

    def in_both(self, kind: str) -> list[str]:
        return sorted(name for each, name in self.sides if each == kind and self._known_in(each, name) == BOTH)

    def only_goes(self, kind: str) -> frozenset[str]:
        return frozenset(name for each, name in self.sides if each == kind and self._known_in(each, name) == {GOES})

    def _known_in(self, kind: str, name: str) -> frozenset[str]:
        sides = self.sides[kind, name]
        return sides | self.decided.get(name, frozenset()) if kind == "hearing" else sides

    def _narrowed(self, fact: Fact, side: str) -> Fact | None:
        if isinstance(fact, events.ResultsShared) and self.sides.get(("hearing", fact.hearing)) == BOTH:
            results = tuple(each for each in fact.results if self._is("defendant", each.defendant, side))
            held = fact.elsewhere or bool(fact.results)  # that the day had results is known in both
            return replace(fact, results=results, elsewhere=held and not results)
        return Owners._narrowed(self, fact, side)

    def _about(self, fact: Fact, side: str) -> Fact | None:
        found = Owners._about(self, fact, side)
        if found is None and isinstance(fact, DATED):
            return replace(fact, about=None)  # the date is news of this case's hearing all the same
        return found

    def _is_subject(self, topic: str, subject: str, side: str) -> bool:
        if topic in OF_A_THREAD and subject in self.threads:
            return side in self.threads[subject]
        return Owners._is_subject(self, topic, subject, side)


def _owners_of_offences(side: Side) -> dict[str, str]:
    """Give, by offence, the defendant against whom it ever stood."""
    found: dict[str, str] = {}
    for event in side.counting:
        what: Any = event.what
        if isinstance(what, events.DefendantCharged):
            found |= dict.fromkeys(what.offences, what.defendant)
        for each in (what, *getattr(what, "results", ())):
            if getattr(each, "defendant", "") and getattr(each, "offence", ""):
                found.setdefault(each.offence, each.defendant)
    return found


def _decided(side: Side, chosen: frozenset[str]) -> dict[str, frozenset[str]]:
    """Give, by hearing, whose defendants had a plea, a verdict or a result in it."""
    found: dict[str, frozenset[str]] = {}
    for event in side.counting:
        what: Any = event.what
        if isinstance(what, (*JUDGED, events.ResultsShared)) and what.hearing:
            about = {each.defendant for each in (what.results if isinstance(what, events.ResultsShared) else (what,))}
            if about:
                found[what.hearing] = found.get(what.hearing, frozenset()) | _sides(about, chosen)
    return found


def _only(goes: bool) -> frozenset[str]:
    return frozenset((GOES if goes else STAYS,))


def _sides(defendants: Iterable[str], chosen: frozenset[str]) -> frozenset[str]:
    """Say whose it is what is about these defendants; about nobody means about everybody."""
    return frozenset(GOES if each in chosen else STAYS for each in defendants) or BOTH


def _names_nobody(fact: Any) -> bool:
    return not fact.defendants and not fact.offences
