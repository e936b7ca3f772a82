"""Finds which of our cases and hearings a message is about, and learns the sender's names for them.

Everything is read in a number of statements that does not grow with the number of messages; then each part is matched
in memory, so what one message teaches serves the next one in the same batch (feeds.md sections 4 and 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.identifiers import CASE, COURT, DEFENDANT, HEARING, OFFENCE, URN, Origin
from witness_care.cases.kin import Kin
from witness_care.cases.models import CourtCase, Identifier, Offence
from witness_care.cases.urn import normalise_urn
from witness_care.feed.fact_ids import ids_in, with_our_ids
from witness_care.feed.formats.translated import Note, Parked, Part, Said
from witness_care.feed.known_case import KnownCase, is_placeholder
from witness_care.feed.known_hearings import hearings_of_cases
from workflows.events import (
    HearingConfirmed,
    HearingListed,
    HearingMarkedDuplicate,
    HearingMoved,
    HearingSighted,
    VerdictRecorded,
)

MOST_PEOPLE = 20  # a case is found by some of its people; the rest of a long list adds nothing
ABOUT_ONE_HEARING = (HearingConfirmed, HearingMoved, HearingListed)
NEEDS_KNOWN_HEARINGS = (*ABOUT_ONE_HEARING, HearingMarkedDuplicate, HearingSighted)
Name = tuple[str, str, str]  # namespace, kind, value: the form of `identifier` and `feed_wait`


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a part says of one of our cases, in our ids. `facts` keep their ordinal in the part.

    `parked` says why nothing, or not everything, could be matched; any of `waits` may bring the rest back.
    """

    case_id: str | None = None
    hearing_id: str | None = None
    facts: tuple[tuple[int, Said], ...] = ()
    notes: tuple[Note, ...] = ()
    parked: Parked | None = None
    waits: tuple[Name, ...] = ()


@dataclass(slots=True)
class Matcher:
    """The cases that some messages may be about, found by any of their names, and what is learnt while matching."""

    cases: Mapping[str, KnownCase]
    by_urn: dict[str, set[str]] = field(default_factory=dict)
    by_name: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # (kind, the court's id) -> cases
    kin: Kin = field(default_factory=Kin)

    def knows(self, case_id: str, urn: str, names: Iterable[Any]) -> None:
        """Let a case be found by its number and by these rows of names."""
        self.by_urn.setdefault(urn, set()).add(case_id)
        for name in names:
            if name.namespace == COURT:
                self.by_name.setdefault((name.kind, name.value), set()).add(case_id)
            elif name.namespace == URN:
                self.by_urn.setdefault(name.value, set()).add(case_id)

    def reads(self, origin: Origin) -> None:
        """Say which part of a message is matched next, and teaches what is learnt."""
        for case in self.cases.values():
            case.is_named_by(origin)

    def match(self, part: Part, unit_ids: frozenset[str] | None, *, alone: bool = True) -> list[Match]:
        """Match one part: usually to one case; a part that names only a hearing, to every case of the hearing.

        `unit_ids` are the units whose cases the sender may write to (None: all). `alone` says that no other case of
        the message is still unknown to us, so that the hearing alone may tell which case it is.
        """
        if part.parked in (Parked.UNSUPPORTED_TYPE, Parked.EMPTY_SNAPSHOT):
            return [Match(parked=part.parked)]
        found = self._cases_of(part, unit_ids, alone=alone)
        if isinstance(found, Parked):
            return [Match(parked=found, waits=_waits(part))]
        matches = [self._match_in(self.cases[case_id], part, found) for case_id in found]
        return matches if len(matches) == 1 else [each for each in matches if each.facts or each.parked] or matches[:1]

    def names_no_known_case(self, part: Part) -> bool:
        """Say whether a part names a case of its own that we do not know by that name."""
        return bool(part.case) and not self._by(CASE, part.case) and not self.by_urn.get(normalise_urn(part.urn) or "")

    def finds_a_case(self, part: Part, *, alone: bool) -> bool:
        """Say whether a part is about a case of these at all, by the names they have; nothing is learnt."""
        return not isinstance(self._cases_of(part, None, alone=alone), Parked)

    def new_rows(self) -> list[dict[str, Any]]:
        """Give the rows of `identifier` that were learnt."""
        return [row for case in self.cases.values() for row in case.new_rows]

    # --- which case -----------------------------------------------------------------------------------------------

    def _cases_of(self, part: Part, unit_ids: frozenset[str] | None, *, alone: bool) -> Sequence[str] | Parked:
        urn = normalise_urn(part.urn) if part.urn else None
        named = self._visible(self.by_urn.get(urn or "", set()) | self._by(CASE, part.case), unit_ids)
        if apart := self._split_off(named):
            return self._of_a_split(part, named, self._visible(apart, unit_ids))
        if len(named) > 1:
            return Parked.AMBIGUOUS_MATCH
        if named:
            return sorted(named)
        if urn:  # another case of the same hearing must not take what names a URN of its own
            return Parked.UNKNOWN_CASE
        if part.urn and not part.case and not part.hearing:
            return Parked.NEEDS_PERSON  # an odd URN and nothing else
        return self._by_hearing_or_people(part, unit_ids, alone=alone)

    def _split_off(self, named: Iterable[str]) -> set[str]:
        """Give the cases that have what was split off a named one: the court may go on using the old number."""
        return self.kin.of(set(named)) & self.cases.keys()

    def _is_known_otherwise(self, case: KnownCase, part: Part) -> bool:
        """Say whether the court's id of the part's case is that of the case from which this one was split."""
        urn = normalise_urn(part.urn) if part.urn else None
        named = self.by_urn.get(urn or "", set()) | self._by(CASE, part.case)
        return case.id not in named and case.id in self._split_off(named)

    def _of_a_split(self, part: Part, named: set[str], apart: set[str]) -> Sequence[str]:
        """Say which of a split case and what was split off it a part is about: by its people, else by its hearing.

        People of several make it news of each, with each case's own share; what names nobody known stays with the case
        it names.
        """
        among = named | apart
        for case_id in sorted(among):
            self.cases[case_id].recognise(part.defendants)
            self._remember(self.cases[case_id], part)
        of_people = self._by_people(part) & among
        of_hearing = self._by(HEARING, part.hearing) & among
        return sorted(of_people or of_hearing or named)

    def _by_hearing_or_people(
        self, part: Part, unit_ids: frozenset[str] | None, *, alone: bool
    ) -> Sequence[str] | Parked:
        of_hearing = self._visible(self._by(HEARING, part.hearing), unit_ids)
        of_people = self._visible(self._by_people(part), unit_ids)
        if part.case:  # it has another id in the court's system: another case of the same hearing
            of_hearing = {case for case in of_hearing if not self.cases[case].has_court_case_id}
            of_people = {case for case in of_people if not self.cases[case].has_court_case_id}
        pool = (of_hearing & of_people) or of_people or of_hearing
        if not pool:
            return Parked.UNKNOWN_CASE if part.case or not part.hearing else Parked.UNKNOWN_HEARING
        about_one_case = bool(part.case or part.defendants or part.offences)
        if about_one_case and (len(pool) > 1 or (part.case and not of_people and not alone)):
            return Parked.AMBIGUOUS_MATCH
        return sorted(pool)

    def _by_people(self, part: Part) -> set[str]:
        found = set()
        for defendant in part.defendants:
            found |= self._by(DEFENDANT, defendant.id)
        for offence in part.offences:
            found |= self._by(OFFENCE, offence.id)
        return found

    def _by(self, kind: str, name: str) -> set[str]:
        return self.by_name.get((kind, name), set()) if name else set()

    def _visible(self, case_ids: Iterable[str], unit_ids: frozenset[str] | None) -> set[str]:
        return {
            case_id
            for case_id in case_ids
            if (case := self.cases.get(case_id)) and (unit_ids is None or case.unit_id in unit_ids)
        }

    # --- within the case ------------------------------------------------------------------------------------------

    def _match_in(self, case: KnownCase, part: Part, among: Sequence[str]) -> Match:
        """Learn what the part teaches about the case, and put its facts into our ids.

        Of several cases that a part is about (`among`), each takes its own share: nobody is unknown whom another knows.
        """
        if part.case and not self._is_known_otherwise(case, part):
            case.learn_case(part.case)
        case.recognise(part.defendants)
        case.learn_offences(part.offences)
        not_placed = _learn_hearings(case, part)
        self._remember(case, part)
        hearing_id = case.find(HEARING, part.hearing) if part.hearing else None
        if part.parked or _needs_person(case, part):
            return Match(case_id=case.id, hearing_id=hearing_id, parked=part.parked or Parked.NEEDS_PERSON)
        unknown = [
            name
            for name in _named(part, DEFENDANT)
            if all(self.cases[each].find(DEFENDANT, name) is None for each in among)
        ]
        ownerless = _without_owner(case, part)
        nobody_known = bool(unknown) and len(unknown) == len(_named(part, DEFENDANT))
        waits = [(COURT, DEFENDANT, name) for name in unknown[:MOST_PEOPLE]]
        waits += [(COURT, OFFENCE, name) for name in ownerless]
        return Match(
            case_id=case.id,
            hearing_id=hearing_id,
            facts=() if nobody_known else tuple(_facts_in(case, part)),
            notes=tuple(
                replace(note, hearing=ours) for note in part.notes if (ours := case.find(HEARING, note.hearing))
            ),
            parked=Parked.UNKNOWN_DEFENDANT if unknown or ownerless else not_placed,
            waits=tuple(waits),
        )

    def _remember(self, case: KnownCase, part: Part) -> None:
        """Let later messages of this batch find the case by what this one taught."""
        for kind in (CASE, HEARING):
            for name in case.names(kind):
                self.by_name.setdefault((kind, name), set()).add(case.id)
        named = ((DEFENDANT, part.defendants), (OFFENCE, part.offences))
        for kind, people in named:
            for each in people:
                if case.find(kind, each.id):
                    self.by_name.setdefault((kind, each.id), set()).add(case.id)


def load(session: Session, parts: Sequence[Part], *, now: datetime) -> Matcher:
    """Read and lock the cases these parts may be about, with every name they have: at most six statements."""
    urns = {urn for part in parts if part.urn and (urn := normalise_urn(part.urn))}
    named, kin = _cases_named(session, parts, urns)
    cases = _lock_cases(session, named, urns, kin)
    if not cases:
        return Matcher(cases={})
    names: dict[str, list[Any]] = {case_id: [] for case_id in cases}
    for row in _names_of(session, cases):
        names[row.case_id].append(row)
    facts = [said.what for part in parts for said in part.facts]
    hearings = (
        hearings_of_cases(session, list(cases)) if any(isinstance(fact, NEEDS_KNOWN_HEARINGS) for fact in facts) else {}
    )
    ownerless = any(isinstance(fact, VerdictRecorded) and not fact.defendant for fact in facts)
    owners = _owners_of_offences(session, list(cases)) if ownerless else {}
    matcher = Matcher(
        cases={
            case_id: KnownCase(
                case_id=case_id,
                unit_id=row.unit_id,
                rows=names[case_id],
                hearings=hearings.get(case_id, {}),
                owners=owners,
                now=now,
            )
            for case_id, row in cases.items()
        },
        kin=kin,
    )
    for case_id, row in cases.items():
        matcher.knows(case_id, row.urn, names[case_id])
    return matcher


def _cases_named(session: Session, parts: Iterable[Part], urns: set[str]) -> tuple[set[str], Kin]:
    """Find cases by what the parts name: case, hearing and people, and offences where nobody else is named.

    Those that were split or merged come with them, in the same statement.
    """
    court: set[str] = set()
    for part in parts:
        court |= {part.case, part.hearing, *(defendant.id for defendant in part.defendants[:MOST_PEOPLE])}
        if not part.defendants:
            court |= {offence.id for offence in part.offences[:MOST_PEOPLE]}
    court.discard("")
    if not court and not urns:
        return set(), Kin()
    named = sa.or_(
        sa.and_(Identifier.namespace == COURT, Identifier.value.in_(sorted(court))),
        sa.and_(Identifier.namespace == URN, Identifier.kind == CASE, Identifier.value.in_(sorted(urns))),
    )
    none = [sa.null().label(name) for name in ("urn", "split_from", "merged_into")]
    found = sa.select(Identifier.case_id.label("id"), *none).where(named, Identifier.case_id != "").distinct()
    rows = session.execute(found.union_all(Kin.query())).all()
    kin = Kin({row.id: row for row in rows if row.split_from or row.merged_into})
    return {row.id for row in rows if row.urn is None}, kin


def _lock_cases(session: Session, case_ids: set[str], urns: set[str], kin: Kin) -> dict[str, Any]:
    """Lock the cases in id order before their names are read, so that two messages cannot name one hearing twice."""
    if not case_ids and not urns:
        return {}
    wanted = sorted(case_ids | kin.of(case_ids | kin.by_urn(urns)))
    rows = session.execute(
        sa.select(CourtCase.id, CourtCase.urn, CourtCase.unit_id)
        .where(
            sa.or_(CourtCase.id.in_(wanted), CourtCase.urn.in_(sorted(urns))),
            CourtCase.merged_into.is_(None),  # the case it is part of has its names
        )
        .order_by(CourtCase.id)
        .with_for_update()
    )
    return {row.id: row for row in rows}


def _names_of(session: Session, case_ids: Iterable[str]) -> Iterable[Any]:
    columns = (Identifier.case_id, Identifier.namespace, Identifier.kind, Identifier.value, Identifier.target_id)
    return session.execute(sa.select(*columns).where(Identifier.case_id.in_(sorted(case_ids))))


def _owners_of_offences(session: Session, case_ids: Sequence[str]) -> dict[str, str]:
    rows = session.execute(sa.select(Offence.id, Offence.defendant_id).where(Offence.case_id.in_(case_ids)))
    return {row.id: row.defendant_id for row in rows}


def _learn_hearings(case: KnownCase, part: Part) -> Parked | None:
    """Give every hearing of the part an id of ours; say why when one of them fits several."""
    not_placed = None
    if part.known_as:
        case.is_known_as(part.hearing, part.known_as)
    for said in part.facts:
        if isinstance(said.what, ABOUT_ONE_HEARING):
            not_placed = case.place(said.what) or not_placed
        elif isinstance(said.what, HearingSighted):
            not_placed = case.place_sighted(said.what) or not_placed
    for name in (part.hearing, *_named(part, HEARING)):
        if name and not is_placeholder(name):
            case.find_or_make(HEARING, name)
    return not_placed


def _needs_person(case: KnownCase, part: Part) -> bool:
    return any(
        isinstance(said.what, HearingMarkedDuplicate) and case.is_double_of_nothing(said.what.hearing)
        for said in part.facts
    )


def _named(part: Part, wanted: str) -> list[str]:
    return list(dict.fromkeys(name for said in part.facts for kind, name in ids_in(said.what) if kind == wanted))


def _without_owner(case: KnownCase, part: Part) -> list[str]:
    """Give the offences of verdicts that name no defendant, when we do not know whose they are."""
    return [
        said.what.offence
        for said in part.facts
        if isinstance(said.what, VerdictRecorded)
        and not said.what.defendant
        and case.owners.get(case.find(OFFENCE, said.what.offence) or "") is None
    ]


def _facts_in(case: KnownCase, part: Part) -> Iterator[tuple[int, Said]]:
    """Give the facts in our ids with their ordinals, without those about nobody we know."""
    for ordinal, said in enumerate(part.facts):
        fact = with_our_ids(said.what, case.find, case.owners.get)
        if fact is not None and not _lost_everybody(said.what, fact):
            yield ordinal, Said(fact, said.context)


def _lost_everybody(before: Any, after: Any) -> bool:
    """Say whether a fact named people and now names none: "no defendants" would mean every defendant of the case."""
    about, still_about = getattr(before, "about", None), getattr(after, "about", None)
    if about is not None and still_about is not None and about.defendants and not still_about.defendants:
        return True
    return bool(getattr(before, "results", ())) and not getattr(after, "results", ())


def _waits(part: Part) -> tuple[Name, ...]:
    """List every identifier that may bring a part back when somebody teaches it."""
    urn = normalise_urn(part.urn) if part.urn else None
    names = [(URN, CASE, urn), (COURT, CASE, part.case), (COURT, HEARING, part.hearing)]
    names += [(COURT, DEFENDANT, defendant.id) for defendant in part.defendants[:MOST_PEOPLE]]
    names += [(COURT, OFFENCE, offence.id) for offence in part.offences[:MOST_PEOPLE]]
    return tuple((namespace, kind, value) for namespace, kind, value in dict.fromkeys(names) if value)
