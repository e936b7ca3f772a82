"""Takes a merged case apart again: each case stands as if they had never been one, and nothing said meanwhile is lost.

What the merge carried counts no more. What came while they were one goes to the case it is about: by the defendant, the
hearing and the person it names, by whose they were before, and for those who came meanwhile by the defendants they
belong to. What concerns both stands in both, each with its own part of it. What a person was told meanwhile counts in
the case whose news it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from workflows import events, judgements, referral, values
from workflows.combining import Copies, Side
from workflows.events import CaseEvent, Fact
from workflows.renaming import ids_named, renamed

STAYS, GOES = "stays", "goes"
BOTH = frozenset((STAYS, GOES))
OF_A_THREAD = (values.WHEN_WHERE, values.OUTCOME)
OF_A_DEFENDANT = (*judgements.TOPICS, referral.TOPIC)
JUDGED = (events.PleaRecorded, events.VerdictRecorded, events.BailDecided, events.WarrantStated)
IN_BOTH = ("hearing", "participant")
Named = tuple[str, str]  # kind and id

_NEW = uuid.UUID("0b5b1c0e-7b0c-5c39-9f5e-3c3d4f6d9a21")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """What the end of a merge adds to both journals, and the rows of the case that stays which it replaces.

    `goes` are the ids that came meanwhile and belong to the other case alone, by kind; `both` the ids in the other case
    of the hearings and people that came meanwhile and concern defendants of both, by id. `threads` keep the hearings
    that came meanwhile in their threads, `threads_here` those of the case that stays.
    """

    staying: tuple[CaseEvent, ...]
    replaced: tuple[str, ...]
    going: tuple[CaseEvent, ...]
    threads: tuple[tuple[str, str], ...]
    threads_here: tuple[tuple[str, str], ...]
    goes: Mapping[str, frozenset[str]]
    both: Mapping[str, Mapping[str, str]]


def part(
    target: Side,
    source: Side,
    *,
    merge: str,
    act: str,
    same: Mapping[str, str],
    subjects: Mapping[str, str],
    known: frozenset[str],
) -> Parted:
    """Work out what becomes of a merge that is undone.

    `same` and `subjects` are those of the merge. `known` are the rows of the target's journal from before it.
    """
    carried = [event for event in target.journal if event.act == merge]
    before = [event for event in target.journal if event.row_id in known]
    owners = Owners.of(before, carried, same)
    meanwhile = [event for event in target.counting if event.row_id not in known and event.act != merge]
    owners.learn(meanwhile)
    both = {kind: {name: _new_id(act, kind, name) for name in owners.of_both(kind)} for kind in IN_BOTH}
    names = both["hearing"] | both["participant"]
    back = {theirs: ours for ours, theirs in same.items()} | names
    back_subjects = {theirs: ours for ours, theirs in subjects.items()} | both["hearing"] | {target.case: source.case}
    stays = {event.row_id: _one(owners.share(event.what, STAYS)) for event in meanwhile}
    goes = {
        event.row_id: tuple(renamed(fact, back, back_subjects) for fact in _one(owners.share(event.what, GOES)))
        for event in meanwhile
    }
    here, there = (
        Copies(act=act, case=target.case, journal=target.journal),
        Copies(act=act, case=source.case, journal=source.journal),
    )
    replaced = here.replace(meanwhile, stays)
    for message in _messages(meanwhile):
        if any(goes[event.row_id] for event in message):
            there.carry(message, goes)
    threads = {
        back.get(hearing, hearing): back_subjects.get(memory.thread, memory.thread)
        for hearing, memory in target.snapshot.hearings.items()
        if memory.thread and ("hearing", hearing) in owners.came and owners.goes("hearing", hearing)
    }
    return Parted(
        staying=tuple(here.made),
        replaced=replaced,
        going=tuple(there.made),
        threads=tuple(sorted(threads.items())),
        threads_here=owners.threads_here(target),
        goes=owners.newcomers(),
        both=both,
    )


def _new_id(act: str, kind: str, name: str) -> str:
    """Give the id in the other case of what came meanwhile and stands in both: the same however often worked out."""
    return str(uuid.uuid5(_NEW, f"{act}|{kind}|{name}"))


def _one(fact: Fact | None) -> tuple[Fact, ...]:
    return (fact,) if fact is not None else ()


def _messages(counting: Sequence[CaseEvent]) -> Iterable[list[CaseEvent]]:
    for _, group in groupby(counting, key=lambda event: event.fold_key[:3]):
        yield list(group)


@dataclass(slots=True)
class Owners:
    """Knows of every id of the merged case whose it is: of the case that stays, of the one that goes, or of both."""

    sides: dict[Named, frozenset[str]]
    came: set[Named] = field(default_factory=set)  # what came while they were one

    @classmethod
    def of(cls, before: Iterable[CaseEvent], carried: Iterable[CaseEvent], same: Mapping[str, str]) -> Owners:
        found: dict[Named, set[str]] = {}
        for event in before:
            for named in ids_named(event.what):
                found.setdefault(named, set()).add(STAYS)
        united = set(same.values())
        ours = {event.id for event in before}
        for event in carried:
            if event.id in ours:  # one of the target's own, said anew
                continue
            for named in ids_named(event.what):
                if named not in found or named[1] in united or GOES in found[named]:
                    found.setdefault(named, set()).add(GOES)
        return cls({named: frozenset(sides) for named, sides in found.items()})

    def learn(self, meanwhile: Sequence[CaseEvent]) -> None:
        """Find whose each newcomer is: by the defendants it names, else the case that stays.

        A hearing or a person of defendants of both is in both.
        """
        named = {each for event in meanwhile for each in ids_named(event.what)} - self.sides.keys()
        self.came = named
        clues: dict[Named, set[str]] = {}
        by_defendant: set[Named] = set()
        for event in meanwhile:
            names = set(ids_named(event.what))
            by_defendant |= names & named if any(kind == "defendant" for kind, _ in names) else set()
            for newcomer in names & named:
                clues.setdefault(newcomer, set()).update(self._clues(newcomer, event.what))
        for newcomer in named:
            sides = clues[newcomer]
            of_both = newcomer[0] in IN_BOTH and sides == BOTH and newcomer in by_defendant
            self.sides[newcomer] = BOTH if of_both else frozenset((GOES,) if sides == {GOES} else (STAYS,))

    def _clues(self, newcomer: Named, fact: Fact) -> Iterable[str]:
        if newcomer[0] == "defendant":
            return ()
        named = [self.sides.get(each, frozenset()) for each in ids_named(fact) if each[0] == "defendant"]
        if not named and newcomer[0] in ("hearing", "participant"):
            named = [self.sides.get(each, frozenset()) for each in ids_named(fact) if each != newcomer]
        return {side for sides in named for side in sides}

    def of_both(self, kind: str) -> list[str]:
        return sorted(name for each, name in self.came if each == kind and self.sides[each, name] == BOTH)

    def newcomers(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {"defendant": set(), "offence": set(), "hearing": set(), "participant": set()}
        for kind, name in self.came:
            if self.sides[kind, name] == {GOES}:
                found[kind].add(name)
        return {kind: frozenset(names) for kind, names in found.items()}

    def threads_here(self, target: Side) -> tuple[tuple[str, str], ...]:
        """Give the thread of each hearing that came meanwhile and stays."""
        memories = target.snapshot.hearings.items()
        return tuple(
            sorted(
                (hearing, memory.thread)
                for hearing, memory in memories
                if memory.thread and ("hearing", hearing) in self.came and self._is("hearing", hearing, STAYS)
            )
        )

    # --- one side's share of a fact -------------------------------------------------------------------------------

    def share(self, fact: Fact, side: str) -> Fact | None:
        """Give what of a fact is about one side; None when nothing is."""
        if isinstance(fact, events.CaseRegistered):
            return fact if side == STAYS else None
        if isinstance(fact, events.EntryUndone | events.MatchTakenBack):
            return fact
        for kind in ("participant", "defendant", "offence"):
            name = getattr(fact, kind, "")
            if name and not self._is(kind, name, side):
                return None
        hearing = getattr(fact, "hearing", "")
        about_a_person = isinstance(fact, JUDGED)
        if hearing and not about_a_person and not self._is("hearing", hearing, side):
            return None
        return self._narrowed(fact, side)

    def goes(self, kind: str, name: str) -> bool:
        return self._is(kind, name, GOES)

    def _is(self, kind: str, name: str, side: str) -> bool:
        return side in self.sides.get((kind, name), (STAYS,))

    def _narrowed(self, fact: Fact, side: str) -> Fact | None:
        match fact:
            case events.ParticipantRecorded() | events.DefendantCharged():
                return replace(fact, **self._lists(fact, side))
            case events.ResultsShared() if fact.results:
                results = tuple(each for each in fact.results if self._is("defendant", each.defendant, side))
                return replace(fact, results=results) if results else None
            case events.ContactMade() | events.ToldCarriedOver():
                told = tuple(each for telling in fact.told if (each := self._telling(telling, side)) is not None)
                return replace(fact, told=told)
            case events.DutyClosedByPerson():
                return fact if self._is_subject(fact.topic, fact.subject, side) else None
            case events.HearingAdjourned():
                following = tuple(each for each in fact.next_hearings if self._is("hearing", each, side))
                return replace(fact, next_hearings=following)
            case _:
                return self._about(fact, side)

    def _about(self, fact: Fact, side: str) -> Fact | None:
        about = getattr(fact, "about", None)
        if about is None or not about.defendants:
            return fact
        lists = self._lists(about, side)
        if not lists["defendants"]:
            return None
        changes: dict[str, Any] = {"about": replace(about, **lists)}
        return replace(fact, **changes)

    def _lists(self, named: Any, side: str) -> dict[str, Any]:
        kinds = {"defendants": "defendant", "offences": "offence"}
        return {
            field_name: tuple(each for each in getattr(named, field_name) if self._is(kind, each, side))
            for field_name, kind in kinds.items()
            if hasattr(named, field_name)
        }

    def _telling(self, telling: events.Telling, side: str) -> events.Telling | None:
        if not self._is_subject(telling.topic, telling.subject, side):
            return None
        offences = telling.value.get("offences") if isinstance(telling.value, dict) else None
        if not isinstance(offences, dict):
            return telling
        theirs = {name: said for name, said in offences.items() if self._is("offence", name, side)}
        return replace(telling, value=telling.value | {"offences": theirs})

    def _is_subject(self, topic: str, subject: str, side: str) -> bool:
        if topic in OF_A_THREAD:
            return self._is("hearing", subject, side)
        return self._is("defendant", subject, side) if topic in OF_A_DEFENDANT else True
