"""Finds what rests on a match: the names it gave a case, and the parts of messages that stand there only through them.

Everything the case was told since is read again with the names it has from elsewhere. What then still finds the case
stays, with the names it teaches; so does what another match brought here. The rest came through the match.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.identifiers import CASE, COURT, DEFENDANT, HEARING, OFFENCE, URN
from witness_care.cases.models import CourtCase, CourtMatch, Identifier
from witness_care.cases.urn import normalise_urn
from witness_care.feed import reading
from witness_care.feed.fact_ids import ids_in
from witness_care.feed.formats.cp_next_hearings import INFERRED
from witness_care.feed.formats.translated import Part, Translated
from witness_care.feed.known_case import KnownCase, is_placeholder
from witness_care.feed.matching import Matcher, Name
from witness_care.feed.models import FeedMessage, FeedPart
from witness_care.feed.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One part of one message, as it stands in the case: its rows, and what it says."""

    message: FeedMessage
    translated: Translated
    position: int
    rows: tuple[Any, ...]

    @property
    def key(self) -> tuple[str, int]:
        return self.message.id, self.position

    @property
    def said(self) -> Part:
        return self.translated.parts[self.position]

    @property
    def drives(self) -> int:
        return max(int(row.drives) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rests:
    """What goes when a match is taken back. `names` are rows of `identifier`; `stays` what the case keeps."""

    names: tuple[Any, ...]
    parts: tuple[Standing, ...]
    stays: tuple[Standing, ...]


def what_rests_on(session: Session, match: CourtMatch) -> Rests | None:
    """Say what goes with a match; None when the case is found without it, so that there is nothing to take back.

    Where the court's own names lead to the case, only the hearing that somebody chose is taken back.
    """
    standing = _standing(session, match.case_id)
    reading_again = _Again(
        match=match,
        names=tuple(session.execute(sa.select(*COLUMNS).where(Identifier.case_id == match.case_id)).all()),
        elsewhere=_named_before_a_split(session, match.case_id),
        urns=_numbers(session, match.case_id),
    )
    matched = (match.message_row_id, match.part)
    others = {
        (row.message_row_id, row.part)
        for row in session.execute(
            sa.select(CourtMatch.message_row_id, CourtMatch.part).where(
                CourtMatch.case_id == match.case_id, CourtMatch.taken_back_at.is_(None), CourtMatch.id != match.id
            )
        )
    }
    found = reading_again.found_without(standing, others - {matched})
    lost = tuple(name for name in reading_again.names if name not in reading_again.kept)
    hearings = {_name(row) for row in lost if row.kind == HEARING}
    rests = [
        each for each in standing if each.key not in found or each.key == matched or hearings & names_in(each.said)
    ]
    if matched in found and not any(row.match_id == match.id for row in lost):
        return None
    return Rests(names=lost, parts=tuple(rests), stays=tuple(each for each in standing if each not in rests))


COLUMNS = (
    *(Identifier.id, Identifier.namespace, Identifier.kind, Identifier.value, Identifier.target_id),
    *(Identifier.created_at, Identifier.taught_by, Identifier.taught_part, Identifier.match_id),
)


@dataclass(slots=True, kw_only=True)
class _Again:
    """Reads everything of a case again, from the names that nobody gave it through the match."""

    match: CourtMatch
    names: Sequence[Any]
    elsewhere: Sequence[Any]
    urns: Sequence[str]
    kept: set[Any] = field(default_factory=set)

    def found_without(self, standing: Sequence[Standing], others: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
        """Give the parts that find the case by what is known from elsewhere, and by what those teach."""
        there = {each.key for each in standing}
        self.kept = {row for row in self.names if self._is_from_elsewhere(row, there)}
        found: set[tuple[str, int]] = set()
        news = [each for each in standing if each.key in others or self._is_earlier(each)]
        while True:
            found |= {each.key for each in news}
            for each in news:
                self._teaches(each)
            matcher = self._matcher()
            news = [each for each in standing if each.key not in found and _finds(matcher, each)]
            if not news:
                return found

    def _is_from_elsewhere(self, row: Any, there: Collection[tuple[str, int]]) -> bool:
        if row.match_id == self.match.id:
            return False
        earlier = row.created_at < self.match.matched_at
        return bool(earlier or row.match_id or not row.taught_by or (row.taught_by, row.taught_part) not in there)

    def _is_earlier(self, each: Standing) -> bool:
        done = each.message.handled_at
        return done is not None and done < self.match.matched_at

    def _teaches(self, each: Standing) -> None:
        """Keep what this part taught; and what it calls the case and its people by, whoever said so first."""
        named = names_in(each.said)
        for row in self.names:
            if row.kind == HEARING:
                its_own = row.match_id is None and (row.taught_by, row.taught_part) == each.key
            else:
                its_own = _name(row) in named
            if its_own:
                self.kept.add(row)

    def _matcher(self) -> Matcher:
        case_id = self.match.case_id
        known = [*self.kept, *self.elsewhere]
        case = KnownCase(
            case_id=case_id,
            unit_id=self.match.unit_id,
            rows=known,
            hearings={},
            owners={},
            now=self.match.matched_at,
        )
        matcher = Matcher(cases={case_id: case})
        for urn in self.urns:
            matcher.knows(case_id, urn, known)
        return matcher


def _finds(matcher: Matcher, each: Standing) -> bool:
    strangers = {part.case for part in each.translated.parts if matcher.names_no_known_case(part)}
    return matcher.finds_a_case(each.said, alone=strangers <= {each.said.case})


def _standing(session: Session, case_id: str) -> list[Standing]:
    """Read every part that stands in the case, with its message, in order of receipt; what cannot be read stays."""
    here = sa.and_(FeedPart.case_id == case_id, FeedPart.state != State.REJECTED)
    columns = (FeedPart.id, FeedPart.message_row_id, FeedPart.part, FeedPart.urn, FeedPart.drives)
    rows: dict[tuple[str, int], list[Any]] = {}
    for row in session.execute(sa.select(*columns).where(here).order_by(FeedPart.message_row_id, FeedPart.id)):
        rows.setdefault((row.message_row_id, row.part), []).append(row)
    ids = sorted({message for message, _ in rows})
    order = (FeedMessage.received_at, FeedMessage.id)
    found = []
    for message in session.scalars(sa.select(FeedMessage).where(FeedMessage.id.in_(ids)).order_by(*order)):
        translated = reading.again(message)
        found += [
            Standing(message=message, translated=translated, position=position, rows=tuple(its))
            for (message_id, position), its in sorted(rows.items())
            if translated is not None and message_id == message.id and position < len(translated.parts)
        ]
    return found


def _numbers(session: Session, case_id: str) -> Sequence[str]:
    """Give the number of the case, and of the one it was split off."""
    parent = sa.select(CourtCase.split_from).where(CourtCase.id == case_id).scalar_subquery()
    return session.scalars(sa.select(CourtCase.urn).where(CourtCase.id.in_([case_id, parent]))).all()


def _named_before_a_split(session: Session, case_id: str) -> Sequence[Any]:
    """Give what the case it was split off is called: the court may go on naming it so."""
    parent = sa.select(CourtCase.split_from).where(CourtCase.id == case_id).scalar_subquery()
    names = sa.select(*COLUMNS).where(Identifier.case_id == parent, Identifier.kind == CASE)
    return session.execute(names.where(Identifier.namespace.in_((COURT, URN)))).all()


def names_in(part: Part) -> frozenset[Name]:
    """Give everything a part calls by a name, in the form of `identifier`."""
    urn = normalise_urn(part.urn) if part.urn else None
    said: Iterable[tuple[str, str]] = (
        *(pair for each in part.facts for pair in ids_in(each.what)),
        *((HEARING, name) for name in (part.hearing, part.known_as, *(note.hearing for note in part.notes))),
        *((DEFENDANT, each.id) for each in part.defendants),
        *((OFFENCE, each.id) for each in part.offences),
        (CASE, part.case),
    )
    names = {
        (INFERRED if kind == HEARING and is_placeholder(name) else COURT, kind, name) for kind, name in said if name
    }
    return frozenset(names | ({(URN, CASE, urn)} if urn else set()))


def _name(row: Any) -> Name:
    return row.namespace, row.kind, row.value
