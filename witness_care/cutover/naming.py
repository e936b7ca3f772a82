"""Finds out whom and what the ids of a row mean on its case; what is not clear is refused, never guessed.

A file names people by the unit's own ids, or by ours. Defendants, offences and hearings were sent by others, and are
found by whatever they were called, as long as that means one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from witness_care.cases import rows
from witness_care.cases.document import ParticipantGiven, ToldGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.identifiers import DEFENDANT, HEARING, OFFENCE, PARTICIPANT, PERSON, IdBook
from witness_care.cases.refusal import NotAcceptedError
from witness_care.cutover.columns import THE_ONLY_ONE, Kind, Line


def namespace_of(unit_id: str) -> str:
    """Give the namespace of the ids in a unit's files: nobody else's ids mean the same people."""
    return unit_id


class Naming:
    """The names of one case, as a file of its unit may use them."""

    def __init__(self, held: HeldCase, names: Iterable[Any], ours: Iterable[tuple[str, str]], now: datetime) -> None:
        self.held = held
        known = [name for name in names if name.case_id in (held.id, "")]
        self.book = IdBook(
            case_id=held.id,
            namespace=namespace_of(held.unit_id),
            rows=known,
            ours=[*rows.our_ids(held), *ours],
            now=now,
        )
        self._meant: dict[tuple[str, str], set[str]] = {}
        for name in known:
            self._meant.setdefault((name.kind, name.value), set()).add(name.target_id)

    def named(self, kind: Kind, line: Line) -> ParticipantGiven:
        """Give what a row says, with our ids of what others named. Raises NotAcceptedError."""
        if kind is Kind.TOLD:
            [told] = line.given.told
            return replace(line.given, id=self._somebody_here(line.given.id), told=(self._told(told),))
        self._refuse_a_doubtful_person(line.given)
        return replace(
            line.given,
            defendants=self._things(DEFENDANT, line.given.defendants, "/defendants"),
            offences=self._things(OFFENCE, line.given.offences, "/offences"),
        )

    def _refuse_a_doubtful_person(self, given: ParticipantGiven) -> None:
        """Somebody new needs a name and a part, and an id that nobody else on the case has from another system."""
        if self.book.find(PARTICIPANT, given.id) in self.held.participants:
            return
        if self._meant.get((PARTICIPANT, given.id)):
            raise NotAcceptedError(
                "/id",
                expected="an id that no other system gave to somebody on this case",
                received=given.id,
                do="If it is the same person, send our id of them; else give another id.",
            )
        person = given.person
        known = person is not None and person.id and self.book.find(PERSON, person.id)
        if not known and not (person and person.name):
            raise _new_somebody("/person/name", "the name of somebody who is new")
        if given.role is None:
            raise _new_somebody("/role", "victim, witness or both, for somebody who is new")

    def _somebody_here(self, name: str) -> str:
        found = self.book.find(PARTICIPANT, name) or self._the_one(PARTICIPANT, name)
        if found in self.held.participants:
            return str(found)
        raise NotAcceptedError(
            "/id",
            expected="the id of somebody on this case",
            received=name,
            do="Import the person first, or correct the id.",
        )

    def _things(self, kind: str, names: tuple[str, ...] | None, where: str) -> tuple[str, ...] | None:
        if names is None:
            return None
        return tuple(self._thing(kind, name, f"{where}/{position}") for position, name in enumerate(names))

    def _thing(self, kind: str, name: str, where: str) -> str:
        found = self.book.find(kind, name) or self._the_one(kind, name)
        if found is None:
            raise NotAcceptedError(
                where,
                expected=f"the id of a {kind} of this case, by which one is meant",
                received=name,
                do=f"Look up the {kind} on the page of the case, and correct the id.",
            )
        return found

    def _the_one(self, kind: str, name: str) -> str | None:
        """Give what a name means that others gave, if it means one thing on this case."""
        meant = self._meant.get((kind, name), set())
        return next(iter(meant)) if len(meant) == 1 else None

    def _told(self, told: ToldGiven) -> ToldGiven:
        if told.defendant:
            value = told.value
            offences = {self._thing(OFFENCE, name, "/value"): said for name, said in value["offences"].items()}
            return replace(
                told,
                defendant=self._thing(DEFENDANT, told.defendant, "/defendant"),
                value=value | {"offences": offences},
            )
        if not told.hearing:
            return told
        if told.hearing == THE_ONLY_ONE:
            return replace(told, hearing=self._only_hearing())
        return replace(told, hearing=self._thing(HEARING, told.hearing, "/hearing"))

    def _only_hearing(self) -> str:
        """Give the one hearing of the case; one that was relisted under another id is still that one."""
        threads: dict[str, str] = {}
        for hearing, memory in self.held.snapshot.hearings.items():
            if memory.thread:
                threads.setdefault(memory.thread, hearing)
        if len(threads) == 1:
            return next(iter(threads.values()))
        raise NotAcceptedError(
            "/hearing",
            expected=f"the court's id of the hearing, since the case has {len(threads)}",
            received="",
            do="Send the id, or wait for the hearing if the court has not sent it yet.",
        )


def _new_somebody(where: str, expected: str) -> NotAcceptedError:
    return NotAcceptedError(where, expected=expected, received="", do="Fill in the cell, or correct the id.")
