"""One case while messages are matched to it: every name it has, and the names these messages add."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from witness_care.cases.document import OtherId
from witness_care.cases.identifiers import ASN, CASE, COURT, DEFENDANT, HEARING, OFFENCE, IdBook, Origin
from witness_care.columns import new_id
from witness_care.feed.formats.cp_next_hearings import INFERRED
from witness_care.feed.formats.translated import NamedDefendant, NamedOffence, Parked
from witness_care.feed.known_hearings import Dated, KnownHearing, is_telling
from workflows.events import HearingListed, HearingSighted

_NOT_IN_A_NUMBER = re.compile(r"[^A-Z0-9]+")


class KnownCase:
    """The names of one case in the court's own system, and the hearings that a message may mean."""

    def __init__(
        self,
        *,
        case_id: str,
        unit_id: str,
        rows: Sequence[Any],
        hearings: Mapping[str, KnownHearing],
        owners: Mapping[str, str],
        now: datetime,
    ) -> None:
        self.id = case_id
        self.unit_id = unit_id
        self.owners = owners
        self._book = IdBook(case_id=case_id, namespace=COURT, rows=rows, ours=(), now=now)
        self._hearings = {ours: hearing for ours, hearing in hearings.items() if hearing.is_live}
        self._off = {ours: hearing for ours, hearing in hearings.items() if not hearing.is_live}
        self._inferred = {row.value: row.target_id for row in rows if row.namespace == INFERRED}
        self._by_summons = {
            _summons(row.value): row.target_id for row in rows if row.namespace == ASN and row.kind == DEFENDANT
        }
        self._court_names = {
            kind: {row.value: row.target_id for row in rows if row.namespace == COURT and row.kind == kind}
            for kind in (CASE, HEARING, DEFENDANT, OFFENCE)
        }

    @property
    def new_rows(self) -> list[dict[str, Any]]:
        """The rows of `identifier` that matching adds."""
        return self._book.new_rows

    @property
    def has_court_case_id(self) -> bool:
        return bool(self._court_names[CASE])

    def is_named_by(self, origin: Origin) -> None:
        """Say which part of a message is read now, and teaches what is learnt."""
        self._book.origin = origin

    def names(self, kind: str) -> Iterable[str]:
        return self._court_names[kind]

    def find(self, kind: str, name: str) -> str | None:
        """Give our id of what the court calls `name`; a placeholder of a hearing is a name too."""
        if kind == HEARING and is_placeholder(name):
            return self._inferred.get(name)
        return self._book.find(kind, name)

    def find_or_make(self, kind: str, name: str) -> str:
        return self.find(kind, name) or self._learn(kind, new_id(), name)

    def learn_case(self, name: str) -> None:
        if name not in self._court_names[CASE]:
            self._learn(CASE, self.id, name)

    def recognise(self, defendants: Iterable[NamedDefendant]) -> None:
        """Learn the court's id of a defendant we know by the arrest summons number."""
        for defendant in defendants:
            ours = self._by_summons.get(_summons(defendant.arrest_summons_number))
            if ours and self.find(DEFENDANT, defendant.id) is None:
                self._learn(DEFENDANT, ours, defendant.id)

    def learn_offences(self, offences: Iterable[NamedOffence]) -> None:
        """Give an id to every offence of a defendant we know: what is said of it must not be lost for being early."""
        for offence in offences:
            if offence.defendant and self.find(DEFENDANT, offence.defendant):
                self.find_or_make(OFFENCE, offence.id)

    def place(self, what: Dated | HearingListed) -> Parked | None:
        """Find or make the hearing a fact is about (feeds.md section 8, rules 1 to 3).

        A hearing the court's id of which is new adopts the one hearing without such an id that it fits. A placeholder
        that fits several hearings is not placed.
        """
        put_off = self._came_of(what)
        ours = self.find(HEARING, what.hearing)
        if ours is None and is_placeholder(what.hearing):
            fitting = self._meant_by_placeholder(what, put_off)
            if len(fitting) > 1:
                return Parked.AMBIGUOUS_MATCH
            ours = fitting[0] if fitting else new_id()
            self._inferred[what.hearing] = ours
            self._book.learn(HEARING, ours, [OtherId(INFERRED, what.hearing)])
        elif ours is None:
            ours = self._learn(HEARING, self._adoptable(what, put_off) or new_id(), what.hearing)
        self._hearings.setdefault(ours, KnownHearing(ours, "")).now_stands(what, put_off - {ours})
        return None

    def place_sighted(self, seen: HearingSighted) -> Parked | None:
        """Find or make the hearing that a court list shows, which it gives no id (feeds.md section 8, rule 2).

        That of its class which has such a day; else the only one of its class, which then has another date; else one
        that lost its date; else a new one. A day on which a vacated hearing was to be contradicts the vacation, which
        only the court that vacated it takes back: it waits.
        """
        kind = seen.about.hearing_class if seen.about else ""
        among = {ours: hearing for ours, hearing in self._hearings.items() if hearing.hearing_class == kind}
        fitting = [ours for ours, hearing in among.items() if hearing.is_shown_by(seen)]
        off = {ours: hearing for ours, hearing in self._off.items() if hearing.hearing_class == kind}
        if not fitting and any(hearing.is_vacated and hearing.is_shown_by(seen) for hearing in off.values()):
            return Parked.CONTRADICTORY
        if not fitting and is_telling(kind):
            fitting = list(among) or [ours for ours, hearing in off.items() if not hearing.is_vacated]
        if len(fitting) > 1:
            return Parked.AMBIGUOUS_MATCH
        ours = fitting[0] if fitting else new_id()
        self._inferred[seen.hearing] = ours
        self._hearings.setdefault(ours, self._off.pop(ours, KnownHearing(ours, kind))).is_now_shown(seen)
        return None

    def is_double_of_nothing(self, name: str) -> bool:
        """Say whether a hearing called a duplicate has a date here, and not exactly one other is like it.

        Then nobody knows which hearing stays: people must not be told that theirs is off (feeds.md section 8, rule 6).
        """
        duplicate = self._hearings.get(self.find(HEARING, name) or "")
        if duplicate is None or not duplicate.has_date:
            return False
        alike = [other for other in self._hearings.values() if other is not duplicate and other.is_alike(duplicate)]
        return len(alike) != 1

    def is_known_as(self, name: str, placeholder: str) -> None:
        """Learn that a hearing with a court id is the one an earlier result may have named without an id."""
        ours, inferred = self.find(HEARING, name), self._inferred.get(placeholder)
        if ours is None and inferred is not None and inferred not in self._court_names[HEARING].values():
            self._learn(HEARING, inferred, name)
        elif inferred is None:
            ours = self.find_or_make(HEARING, name)
            self._inferred[placeholder] = ours
            self._book.learn(HEARING, ours, [OtherId(INFERRED, placeholder)])

    def _meant_by_placeholder(self, what: Dated | HearingListed, put_off: set[str]) -> list[str]:
        """Give the hearings a next hearing without an id may be: of that court, day and class, else announced only."""
        among = {ours: hearing for ours, hearing in self._hearings.items() if ours not in put_off}
        fitting = [] if isinstance(what, HearingListed) else _fitting(what, among)
        if fitting:
            return fitting
        announced = [ours for ours in self._of_class(what, among) if not among[ours].has_date]
        return announced if len(announced) == 1 else []

    def _adoptable(self, what: Dated | HearingListed, put_off: set[str]) -> str | None:
        """Give the one hearing without a court id that a new court id means; None when there is none, or several.

        For a date: that of the same court, day and class, else the one put off from the same hearing. For an
        announcement: the only one of the class.
        """
        named = set(self._court_names[HEARING].values())
        nameless = {
            ours: hearing for ours, hearing in self._hearings.items() if ours not in named and ours not in put_off
        }
        same_class = self._of_class(what, nameless)
        if isinstance(what, HearingListed):
            return same_class[0] if len(same_class) == 1 else None
        of_one_origin = [ours for ours in same_class if nameless[ours].came_of & put_off]
        fitting = _fitting(what, nameless) or of_one_origin
        return fitting[0] if len(fitting) == 1 else None

    def _came_of(self, what: Dated | HearingListed) -> set[str]:
        names = what.about.seeded_from if what.about else ()
        return {self.find_or_make(HEARING, name) for name in names}

    def _of_class(self, what: Dated | HearingListed, among: Mapping[str, KnownHearing]) -> list[str]:
        kind = what.about.hearing_class if what.about else ""
        return [ours for ours, hearing in among.items() if hearing.hearing_class == kind and is_telling(kind)]

    def _learn(self, kind: str, ours: str, name: str) -> str:
        self._court_names[kind][name] = ours
        self._book.learn(kind, ours, [OtherId(COURT, name)])
        return ours


def _fitting(what: Dated, among: Mapping[str, KnownHearing]) -> list[str]:
    fitting = [ours for ours, hearing in among.items() if hearing.fits(what)]
    if len(fitting) > 1:
        exact = [ours for ours in fitting if among[ours].fits_to_the_minute(what)]
        return exact if len(exact) == 1 else fitting
    return fitting


def is_placeholder(name: str) -> bool:
    """Say whether a translator made this name for a next hearing that has no id."""
    return name.startswith(f"{INFERRED}:")


def _summons(number: str) -> str:
    """Write an arrest summons number in one way; empty when there is none, which equals nothing held."""
    return _NOT_IN_A_NUMBER.sub("", number.upper())
