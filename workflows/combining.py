"""Makes two cases one: carries what is known of the one into the journal of the other, and says which of it counts.

Nothing is rewritten and nothing is deleted. Each event of the merged case is copied with its own times, so that every
clock starts where it started; the copies stand under the merge's id, and count only while the merge stands. A person
who is in both cases becomes one, with the stricter of every two facts. core.md section 1 decides what is true of the
rest: the fold of both journals together is the state of the merged case.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from workflows import events
from workflows.events import CaseEvent, Fact, ParticipantLeft, ParticipantRecorded
from workflows.renaming import renamed
from workflows.snapshot import Snapshot
from workflows.truth import Hearing
from workflows.uniting import Uniting
from workflows.values import CaseTruth
from workflows.working_days import london_date

SPLITS = (events.CaseSplit, events.CaseSplitOff)
MARKS = (events.CaseMergedHere, events.CaseMergedAway, events.MergeUndone, *SPLITS)
OF_ONE_CASE = (*MARKS, events.MessageMatched, events.UrnCorrected, events.CasesLinked, events.CasesUnlinked)
PART_STEP = 1000  # copies of a message stand in later parts than its own, so that no two rows are one

_COPIES = uuid.UUID("a94b6c8e-0f1d-5b7c-9a83-2c7b1d0e64f5")


# --- which events count -------------------------------------------------------------------------------------------


def in_force(journal: Iterable[CaseEvent]) -> list[CaseEvent]:
    """Give the events of a journal that count: without what a merge, its end or a split has replaced or taken away."""
    journal = list(journal)
    marks = [event.what for event in journal if isinstance(event.what, MARKS)]
    undone = {mark.merge for mark in marks if isinstance(mark, events.MergeUndone)}
    standing = [mark for mark in marks if isinstance(mark, events.MergeUndone) or mark.act not in undone]
    acts = {"", *(mark.act for mark in standing)}
    replaced = {row for mark in standing for row in getattr(mark, "replaced", ())}
    if is_merged_away(journal):
        return [event for event in journal if isinstance(event.what, MARKS)]
    return [event for event in journal if event.act in acts and event.row_id not in replaced]


def is_merged_away(journal: Iterable[CaseEvent]) -> bool:
    """Say whether the case is part of another one now."""
    marks = [event.what for event in journal if isinstance(event.what, MARKS)]
    undone = {mark.merge for mark in marks if isinstance(mark, events.MergeUndone)}
    return any(isinstance(mark, events.CaseMergedAway) and mark.act not in undone for mark in marks)


def threads_kept(journal: Iterable[CaseEvent]) -> dict[str, str]:
    """Give the thread of each hearing that had one before its case was merged, split or taken apart."""
    journal = list(journal)
    undone = {event.what.merge for event in journal if isinstance(event.what, events.MergeUndone)}
    kept: dict[str, str] = {}
    for event in journal:
        mark = event.what
        if isinstance(mark, events.MergeUndone | events.CaseSplit | events.CaseSplitOff) or (
            isinstance(mark, events.CaseMergedHere) and mark.act not in undone
        ):
            kept |= {pair[0]: pair[1] for pair in mark.threads if len(pair) == 2}  # whatever the journal holds
    return kept


# --- what is the same in both -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two cases: all of its journal, and its state."""

    journal: Sequence[CaseEvent]
    snapshot: Snapshot
    truth: CaseTruth

    @property
    def case(self) -> str:
        return self.snapshot.case

    @property
    def counting(self) -> list[CaseEvent]:
        """The events that count, in fold order, without what is said of the case as such."""
        found = [event for event in in_force(self.journal) if not isinstance(event.what, OF_ONE_CASE)]
        return sorted(found, key=lambda event: event.fold_key)

    def defendants(self) -> frozenset[str]:
        """Everybody ever charged in the case."""
        return frozenset(
            event.what.defendant for event in self.counting if isinstance(event.what, events.DefendantCharged)
        )


def hearings_alike(target: Side, source: Side, same: Mapping[str, str]) -> dict[str, str]:
    """Give, by hearing of the source, the hearing of the target that it can only be: of one class, court and day.

    One that fits several, or is the same as another already, is left out: a doubtful match makes two duties rather than
    a silent one.
    """
    taken = set(same.values())
    ours = [hearing for hearing in target.truth.hearings.values() if hearing.is_live and hearing.id not in taken]
    theirs = [hearing for hearing in source.truth.hearings.values() if hearing.is_live and hearing.id not in same]
    found: dict[str, str] = {}
    for hearing in theirs:
        fitting = [other for other in ours if _is_one(other, hearing, same)]
        if len(fitting) == 1 and sum(_is_one(fitting[0], each, same) for each in theirs) == 1:
            found[hearing.id] = fitting[0].id
    return found


def _is_one(ours: Hearing, theirs: Hearing, same: Mapping[str, str]) -> bool:
    if ours.starts_at is None or theirs.starts_at is None or ours.where is None or theirs.where is None:
        return False
    if london_date(ours.starts_at) != london_date(theirs.starts_at):
        return False
    of_one_class = ours.about.hearing_class is theirs.about.hearing_class is not events.HearingClass.OTHER
    of_one_court = "".join(ours.where.court.upper().split()) == "".join(theirs.where.court.upper().split())
    named = {same.get(defendant, defendant) for defendant in theirs.about.defendants}
    return of_one_class and of_one_court and ours.concerns(frozenset(named))


# --- carrying -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge adds to the journal of the case that stays, and which rows of it no longer count.

    `same` are our ids of the target, by those of the source; `subjects` the threads of hearings. `united` are the
    records of the people who were in both, `left` says who of them had left both.
    """

    events: tuple[CaseEvent, ...]
    replaced: tuple[str, ...]
    threads: tuple[tuple[str, str], ...]
    same: Mapping[str, str]
    subjects: Mapping[str, str]
    united: Mapping[str, ParticipantRecorded] = field(default_factory=dict)
    left: tuple[ParticipantLeft, ...] = ()

    @property
    def records(self) -> tuple[Fact, ...]:
        """What is said of the people who were in both, at the time of the merge."""
        return (*(record for _, record in sorted(self.united.items())), *self.left)


def merge(target: Side, source: Side, same: Mapping[str, str], *, act: str) -> Merged:
    """Work out what `target` is to hold once `source` is part of it.

    `same` says which defendants, offences, hearings and people of the source are ones of the target. Where one case has
    defendants that the other has not, "not said, so everybody's" is said anew as the defendants of its own case: nobody
    becomes entitled to news of people they have nothing to do with.
    """
    same = {**same, **hearings_alike(target, source, same), source.case: target.case}
    subjects, threads = _threads(target, source, same)
    uniting = Uniting(
        same={ours: theirs for ours, theirs in same.items() if ours in source.snapshot.people},
        meant=_meant(target, source, same),
        offences=_offences(target, source, same),
        shared=_shared(target, source, same),
    )
    theirs = [("source", event) for event in source.counting]
    ours = [("target", event) for event in target.counting]
    rewritten: dict[str, tuple[Fact, ...]] = {}
    for side, event in sorted(theirs + ours, key=_as_it_counts):
        fact = event.what if side == "target" else renamed(event.what, same, subjects)
        rewritten[event.row_id] = uniting.say(side, fact)
    copies = Copies(act=act, case=target.case, journal=target.journal)
    replaced = copies.replace(target.counting, rewritten)
    copies.carry(source.counting, rewritten)
    for name, of_case in (("target", target), ("source", source)):
        for hearing, event in _never_described(of_case).items():
            about = events.About(defendants=uniting.meant[name])
            if about.defendants and hearing not in same and hearing not in same.values():
                copies.add(event, events.HearingListed(hearing=hearing, about=about))
    return Merged(
        events=tuple(copies.made),
        replaced=replaced,
        threads=threads,
        same=same,
        subjects=subjects,
        united=uniting.records(),
        left=uniting.leavings(),
    )


def _as_it_counts(said: tuple[str, CaseEvent]) -> tuple[object, ...]:
    """Order what two cases say as it will count: of one message in both, the target's share is folded first.

    Of two records of one message the first stands, so it must be the united one; of two leavings the last counts.
    """
    side, event = said
    last = "source" if isinstance(event.what, events.ParticipantLeft) else "target"
    return event.fold_key, side == last


def _never_described(side: Side) -> dict[str, CaseEvent]:
    """Give the hearings of which nobody ever said whom they are about, each with the event that first named it."""
    first: dict[str, CaseEvent] = {}
    described = set()
    for event in side.counting:
        if hearing := getattr(event.what, "hearing", ""):
            first.setdefault(hearing, event)
            if getattr(event.what, "about", None) is not None:
                described.add(hearing)
    return {hearing: event for hearing, event in first.items() if hearing not in described}


def _threads(target: Side, source: Side, same: Mapping[str, str]) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Keep every hearing in its thread; two threads that have a hearing in common become the target's."""
    kept = {hearing: memory.thread for hearing, memory in target.snapshot.hearings.items() if memory.thread}
    theirs = {hearing: memory.thread for hearing, memory in source.snapshot.hearings.items() if memory.thread}
    subjects = dict(same)
    for hearing, thread in sorted(theirs.items()):
        met = kept.get(same.get(hearing, ""))
        if met is not None:
            subjects[thread] = met
    for hearing, thread in theirs.items():
        kept.setdefault(same.get(hearing, hearing), subjects.get(thread, thread))
    return subjects, tuple(sorted(kept.items()))


def _meant(target: Side, source: Side, same: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Give, by side, the defendants that "not said" means; nothing where the other case brings nobody new."""
    ours, theirs = target.defendants(), frozenset(same.get(each, each) for each in source.defendants())
    return {
        "target": tuple(sorted(ours)) if theirs - ours else (),
        "source": tuple(sorted(theirs)) if ours - theirs else (),
    }


def _shared(target: Side, source: Side, same: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Give, by side and hearing of both cases, the defendants whom the other case names for it; none: everybody."""
    meant = _meant(target, source, same)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for theirs, ours in same.items():
        if theirs in source.truth.hearings and ours in target.truth.hearings:
            named = source.truth.hearings[theirs].about.defendants
            found["source", ours] = target.truth.hearings[ours].about.defendants or meant["target"]
            found["target", ours] = tuple(same.get(each, each) for each in named) or meant["source"]
    return found


def _offences(target: Side, source: Side, same: Mapping[str, str]) -> dict[str, dict[str, frozenset[str]]]:
    """Give, by side and defendant (in ids of the target), every offence ever charged in that case."""
    found: dict[str, dict[str, frozenset[str]]] = {"target": {}, "source": {}}
    for name, side, names in (("target", target, {}), ("source", source, same)):
        for event in side.counting:
            if isinstance(event.what, events.DefendantCharged):
                defendant = names.get(event.what.defendant, event.what.defendant)
                charged = frozenset(names.get(each, each) for each in event.what.offences)
                found[name][defendant] = found[name].get(defendant, frozenset()) | charged
    return found


@dataclass(slots=True)
class Copies:
    """Makes the copies of one act in one journal, each with a row and a place of its own."""

    act: str
    case: str
    journal: Sequence[CaseEvent]
    made: list[CaseEvent] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)  # rows that this act replaces

    def replace(self, counting: Sequence[CaseEvent], rewritten: Mapping[str, tuple[Fact, ...]]) -> tuple[str, ...]:
        """Say every message anew of which anything reads otherwise now; give the rows that this replaces."""
        replaced: list[str] = []
        for _, group in groupby(counting, key=lambda event: event.fold_key[:3]):
            message = list(group)
            if any(rewritten[event.row_id] != (event.what,) for event in message):
                replaced += [event.row_id for event in message]
                self._say(message, rewritten, again=True)
        self.gone |= set(replaced)
        return tuple(replaced)

    def carry(self, counting: Sequence[CaseEvent], rewritten: Mapping[str, tuple[Fact, ...]]) -> None:
        """Copy messages of another case, but for what this journal has from the same message already."""
        gone = self.gone | {event.row_id for event in self.journal} - {event.row_id for event in in_force(self.journal)}
        unmatched = _unmatched(self.journal)
        gone |= {event.row_id for event in self.journal if event.id in unmatched}
        held = {
            (event.message_id, repr(event.what)) for event in (*self.journal, *self.made) if event.row_id not in gone
        }
        for _, group in groupby(counting, key=lambda event: event.fold_key[:3]):
            message = list(group)
            news = {
                event.row_id: tuple(
                    fact for fact in rewritten[event.row_id] if (event.message_id, repr(fact)) not in held
                )
                for event in message
            }
            self._say(message, news, again=False)

    def add(self, event: CaseEvent, fact: Fact) -> None:
        """Say something more beside an event, which nobody said."""
        self._say([event], {event.row_id: (fact,)}, again=True)

    def _say(self, message: Sequence[CaseEvent], facts: Mapping[str, tuple[Fact, ...]], *, again: bool) -> None:
        taken = {
            (event.part, event.ordinal)
            for event in (*self.journal, *self.made)
            if event.message_id == message[0].message_id
        }
        step = PART_STEP if again else 0
        while any((event.part + step, event.ordinal) in taken for event in message):
            step += PART_STEP
        for event in message:
            for number, fact in enumerate(facts[event.row_id]):
                row = f"{self.act}|{self.case}|{event.row_id}|{event.part + step}|{number}"
                self.made.append(
                    replace(
                        event,
                        case_id=self.case,
                        what=fact,
                        act=self.act,
                        copy=str(uuid.uuid5(_COPIES, row)),
                        part=event.part + step,
                    )
                )


def _unmatched(journal: Sequence[CaseEvent]) -> frozenset[str]:
    """Give the events that a wrong match had brought here: the same said rightly is no repeat of them."""
    marks = (event.what for event in journal)
    return frozenset(entry for mark in marks if isinstance(mark, events.MatchTakenBack) for entry in mark.entries)
