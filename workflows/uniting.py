"""Makes one of a person who stands in two cases: the stricter of every two facts counts, whichever case said it.

Enhanced rights beat not decided, which beats none; whoever is required in one case is required; what they asked not to
be told in one case they are not told; we keep in touch at the shorter of two intervals; a victim in one and a witness
in the other is both. Only who left both has left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from workflows import events
from workflows.events import Answer, Fact, Role, VictimKind, WitnessKind

OTHER = {"target": "source", "source": "target"}
# What stands until it is said to have ended: fear or a withdrawal in one case is not ended by word of the other.
STARTS = (events.ReluctanceStated, events.SafetyConcernRaised, events.Withdrew)
ENDS: Mapping[type, type] = {
    events.ReluctanceEnded: events.ReluctanceStated,
    events.SafetyConcernResolved: events.SafetyConcernRaised,
    events.WithdrawalTakenBack: events.Withdrew,
}
STRICTEST = (Answer.YES, Answer.NOT_ASKED, Answer.NO)
MOST_OWED_FIRST = (VictimKind.BEREAVED_RELATIVE, VictimKind.PERSON, VictimKind.PARENT, VictimKind.BUSINESS)

Named = TypeVar("Named", str, int)


@dataclass(slots=True)
class Uniting:
    """Reads what two cases say, in the order of the fold, and says it for the one case they become.

    `same` are the participants of the target by those of the source; `meant` the defendants that a record which names
    none speaks of, by side; `offences` the charges of each side, by defendant. `shared` are the defendants whom the
    other case names for a hearing of both, by side and hearing.
    """

    same: Mapping[str, str]
    meant: Mapping[str, tuple[str, ...]]
    offences: Mapping[str, Mapping[str, frozenset[str]]]
    shared: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _records: dict[tuple[str, str], events.ParticipantRecorded] = field(default_factory=dict)
    _required: dict[tuple[str, str], events.CpsRequires | events.CpsNotRequired] = field(default_factory=dict)
    _opted_out: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _every: dict[tuple[str, str], int | None] = field(default_factory=dict)
    _noted: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _left: dict[tuple[str, str], events.ParticipantLeft] = field(default_factory=dict)
    _stands: set[tuple[str, str, type]] = field(default_factory=set)

    def say(self, side: str, fact: Fact) -> tuple[Fact, ...]:
        """Give what one fact of one case means in the case of both; ids are the target's already."""
        fact = self._narrowed(side, fact)
        participant = getattr(fact, "participant", "")
        if participant not in self.same.values():
            return (fact,)
        match fact:
            case events.ParticipantRecorded():
                self._records[side, participant] = fact
                self._left.pop((side, participant), None)
                return (self._record(participant),)
            case events.ParticipantLeft():
                self._left[side, participant] = fact
                return (self._record(participant),) if self._is_here(participant) else (fact,)
            case events.CpsRequires() | events.CpsNotRequired():
                self._required[side, participant] = fact
                return (self._requirement(participant),)
            case events.OptedOut():
                self._opted_out[side, participant] = self._wishes(side, participant) | set(fact.topics)
                return (fact,)
            case events.OptedBackIn():
                self._opted_out[side, participant] = self._wishes(side, participant) - set(fact.topics)
                topics = tuple(each for each in fact.topics if each not in self._wishes(OTHER[side], participant))
                return (replace(fact, topics=topics),) if topics else ()
            case events.FrequencyAgreed():
                self._every[side, participant] = fact.every_days
                agreed = (self._every[side, participant], self._every.get((OTHER[side], participant)))
                return (replace(fact, every_days=min((days for days in agreed if days), default=None)),)
            case events.EnhancedGroundNoted():
                self._noted[side, participant, fact.ground] = fact.answer
                return (fact,) if self._may_say(OTHER[side], participant, fact) else ()
            case _ if isinstance(fact, STARTS):
                self._stands.add((side, participant, type(fact)))
                return (fact,)
            case _ if type(fact) in ENDS:
                self._stands.discard((side, participant, ENDS[type(fact)]))
                return () if (OTHER[side], participant, ENDS[type(fact)]) in self._stands else (fact,)
            case _:
                return (fact,)

    def records(self) -> dict[str, events.ParticipantRecorded]:
        """Give the record of each united person as it stands after everything that was said."""
        return {
            participant: self._record(participant)
            for participant in self.same.values()
            if any(key[1] == participant for key in self._records)
        }

    def leavings(self) -> tuple[events.ParticipantLeft, ...]:
        """Give the leaving of each united person who has left both cases: their record does not bring them back."""
        gone = (name for name in self.records() if not self._is_here(name))
        return tuple(next(left for key, left in sorted(self._left.items()) if key[1] == name) for name in gone)

    def _is_here(self, participant: str) -> bool:
        return any(key[1] == participant and key not in self._left for key in self._records)

    def _narrowed(self, side: str, fact: Fact) -> Fact:
        """Name the defendants of its own case where a fact names none, which would mean those of both.

        What one case says of a hearing that both have is about the defendants of both, whichever spoke last.
        """
        meant = self.meant[side]
        if isinstance(fact, events.ParticipantRecorded):
            names_nobody = not fact.defendants and not fact.offences
            return replace(fact, defendants=meant) if meant and names_nobody else fact
        about = getattr(fact, "about", None)
        if about is None:
            return fact
        defendants = about.defendants or meant
        others = self.shared.get((side, getattr(fact, "hearing", "")))
        if others is not None:  # nobody named on either side: everybody
            further = tuple(each for each in others if each not in defendants)
            defendants = (*defendants, *further) if defendants and others else ()
        changes: dict[str, Any] = {"about": replace(about, defendants=defendants)}
        return fact if defendants == about.defendants else replace(fact, **changes)

    def _may_say(self, other: str, participant: str, fact: events.EnhancedGroundNoted) -> bool:
        """Say whether a ground that one case says no to is asked about in neither: a no counts for its own case."""
        knows_them = (other, participant) in self._records
        said_no = self._noted.get((other, participant, fact.ground)) == events.DECLINED
        return fact.answer != events.DECLINED or said_no or not knows_them

    def _wishes(self, side: str, participant: str) -> frozenset[str]:
        return self._opted_out.get((side, participant), frozenset())

    def _record(self, participant: str) -> events.ParticipantRecorded:
        held = {side: self._records[side, participant] for side in OTHER if (side, participant) in self._records}
        here = {side: each for side, each in held.items() if (side, participant) not in self._left} or held
        if len(here) == 1:
            return next(iter(here.values()))
        return replace(
            here["target"],
            role=_role(each.role for each in here.values()),
            witness_kind=_witness_kind(here["target"], here["source"]),
            victim_kind=_victim_kind(each.victim_kind for each in here.values() if each.role is not Role.WITNESS),
            enhanced=next(answer for answer in STRICTEST if any(each.enhanced is answer for each in here.values())),
            enhanced_basis=tuple(sorted({basis for each in here.values() for basis in each.enhanced_basis})),
            defendants=_all_or(each.defendants for each in here.values()),
            offences=self._offences_of(here),
        )

    def _offences_of(self, here: Mapping[str, events.ParticipantRecorded]) -> tuple[str, ...]:
        """Unite the offences; who names none in one case is concerned by all that were charged there."""
        if not any(each.offences for each in here.values()):
            return ()
        found: set[str] = set()
        for side, each in here.items():
            charged = self.offences[side]
            of_theirs = frozenset[str]().union(*(charged.get(name, ()) for name in each.defendants or charged))
            found |= set(each.offences) or of_theirs
        return tuple(sorted(found))

    def _requirement(self, participant: str) -> events.CpsRequires | events.CpsNotRequired:
        said = [each for key, each in sorted(self._required.items()) if key[1] == participant]
        required = [each for each in said if isinstance(each, events.CpsRequires)]
        if len(required) < 2:
            return required[0] if required else said[0]
        days = _all_or(each.days for each in required)
        one_session = {each.session for each in required}
        return replace(required[0], days=days, session=one_session.pop() if len(one_session) == 1 else "")


def _role(roles: Iterable[Role]) -> Role:
    found = set(roles)
    return found.pop() if len(found) == 1 else Role.BOTH


def _witness_kind(one: events.ParticipantRecorded, other: events.ParticipantRecorded) -> WitnessKind:
    """Somebody who is a civilian in one case is owed what a civilian is owed."""
    return one.witness_kind if one.witness_kind is other.witness_kind else WitnessKind.CIVILIAN


def _victim_kind(kinds: Iterable[VictimKind]) -> VictimKind:
    """Of two kinds the one that is owed more: a victim themselves is asked about and referred, also beside a child."""
    return min(kinds, key=MOST_OWED_FIRST.index, default=VictimKind.PERSON)


def _all_or(lists: Iterable[tuple[Named, ...]]) -> tuple[Named, ...]:
    """Unite lists of which an empty one means everything."""
    found = list(lists)
    return tuple(sorted({each for one in found for each in one})) if all(found) else ()
