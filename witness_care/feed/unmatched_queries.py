"""What the page about one waiting court message reads: the part, what it says, and the cases it may be about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

import sqlalchemy as sa

from witness_care import database
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import ApiClientUnit, AppUser
from witness_care.cases.identifiers import COURT, HEARING, has_urn
from witness_care.cases.models import CourtCase, Hearing, HearingDay, Identifier
from witness_care.cases.page_queries import HEARING_COLUMNS
from witness_care.cases.urn import normalise_urn
from witness_care.feed import queries, reading
from witness_care.feed.formats.translated import Parked, Part
from witness_care.feed.models import FeedMessage, FeedPart
from witness_care.feed.states import Reason, State
from workflows.events import HearingConfirmed, HearingMoved
from workflows.truth import HearingStatus

# Why a part may wait that a person can end by saying which case, or which hearing, is meant.
MATCHABLE = frozenset({Parked.UNKNOWN_CASE, Parked.UNKNOWN_HEARING, Parked.AMBIGUOUS_MATCH})
MOST_CANDIDATES = 5
MOST_LOOKED_AT = 50
ALIKE_ENOUGH = 0.8
NOT_TO_CHOOSE = (HearingStatus.DUPLICATE.value, HearingStatus.WITHDRAWN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPart:
    """One part of a stored message, read again. `said` is None when this version cannot read it."""

    row: sa.Row
    said: Part | None

    @property
    def is_waiting(self) -> bool:
        return bool(self.row.state == State.PARKED)

    @property
    def is_set_aside(self) -> bool:
        return bool(self.row.state == State.REJECTED and self.row.reason == Reason.SET_ASIDE)

    @property
    def may_be_matched(self) -> bool:
        return self.is_waiting and self.row.reason in MATCHABLE and self.said is not None

    @property
    def urn(self) -> str:
        return (normalise_urn(self.said.urn) or "") if self.said and self.said.urn else ""

    @property
    def court_names(self) -> Mapping[str, str]:
        """What the message calls the case by, for the form that adds it: the court's ids and the URN, never a name.

        Of several defendants none is taken: which of them somebody means to enter, the message cannot say.
        """
        if self.said is None:
            return {}
        people = {each.id for each in self.said.defendants} | {each.defendant for each in self.said.offences}
        people.discard("")
        offences = {each.id for each in self.said.offences}
        named = {
            "urn": self.urn,
            "court_case_id": self.said.case,
            "court_defendant_id": people.pop() if len(people) == 1 else "",
            "court_offence_id": offences.pop() if len(offences) == 1 else "",
        }
        return {field: value for field, value in named.items() if value}

    @property
    def days(self) -> frozenset[date]:
        """The London dates it gives a hearing."""
        facts = self.said.facts if self.said else ()
        dated = (said.what for said in facts if isinstance(said.what, HearingConfirmed | HearingMoved))
        return frozenset(day.on for what in dated for day in what.when.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A case that a part may be about, why, and its hearings."""

    row: sa.Row
    why: str
    hearings: Sequence[sa.Row]


def waiting_part(actor: Actor, part_id: str) -> WaitingPart | None:
    """Read a part and what its message says; None when it is not there, or of units the reader does not work for."""
    columns = (FeedPart.id, FeedPart.message_row_id, FeedPart.part, FeedPart.state, FeedPart.reason, FeedPart.detail)
    query = (
        sa.select(*columns, FeedMessage.message_type, FeedMessage.received_at, FeedMessage.feed, FeedMessage.client_id)
        .join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
        .where(queries.visible(actor), FeedPart.id == part_id)
    )
    row = database.session().execute(query).first()
    if row is None:
        return None
    message = database.session().scalars(sa.select(FeedMessage).where(FeedMessage.id == row.message_row_id)).one()
    translated = reading.again(message)
    said = translated.parts[row.part] if translated is not None and row.part < len(translated.parts) else None
    return WaitingPart(row=row, said=said)


def candidates(actor: Actor, waiting: WaitingPart, typed_urn: str = "") -> tuple[Candidate, ...]:
    """Give the cases this may be about, the likeliest first: at most five, and the one whose URN was typed.

    Only cases the reader may see, of units the sender may write to: the one that has the hearing, those with a URN
    almost like it, and those with a hearing on the same day.
    """
    found: dict[str, str] = {}
    if typed := normalise_urn(typed_urn) if typed_urn else None:
        found |= dict.fromkeys(_ids(actor, waiting, has_urn(typed)), "You typed its URN")
    if waiting.said and waiting.said.hearing:
        named = sa.select(Identifier.case_id).where(
            Identifier.namespace == COURT, Identifier.kind == HEARING, Identifier.value == waiting.said.hearing
        )
        _add(found, _ids(actor, waiting, CourtCase.id.in_(named)), "It has this hearing")
    if waiting.urn:
        _add(found, _alike(actor, waiting), "Its URN is almost the same")
    if waiting.days:
        of_the_day = sa.select(HearingDay.case_id).where(HearingDay.on_date.in_(sorted(waiting.days)))
        _add(found, _ids(actor, waiting, CourtCase.id.in_(of_the_day)), "It has a hearing on that day")
    chosen = dict(list(found.items())[: MOST_CANDIDATES + bool(typed)])
    rows = {row.id: row for row in _cases(actor, chosen)}
    hearings = _hearings(chosen)
    return tuple(
        Candidate(row=rows[case_id], why=why, hearings=hearings.get(case_id, ()))
        for case_id, why in chosen.items()
        if case_id in rows
    )


def _add(found: dict[str, str], case_ids: Iterable[str], why: str) -> None:
    for case_id in case_ids:
        found.setdefault(case_id, why)


def _ids(actor: Actor, waiting: WaitingPart, which: sa.ColumnElement[bool]) -> list[str]:
    query = _reachable(actor, waiting).where(which).with_only_columns(CourtCase.id, maintain_column_froms=True)
    return list(database.session().scalars(query.order_by(CourtCase.urn).limit(MOST_LOOKED_AT)))


def _reachable(actor: Actor, waiting: WaitingPart) -> sa.Select:
    senders = sa.select(ApiClientUnit.unit_id).where(ApiClientUnit.client_id == waiting.row.client_id)
    return scope.cases(actor).where(CourtCase.unit_id.in_(senders))


def _alike(actor: Actor, waiting: WaitingPart) -> list[str]:
    """Give the cases whose URN differs in little: one sign changed, two swapped, one too many or too few."""
    wanted = waiting.urn
    patterns = {f"{wanted[:at]}_{wanted[at + 1 :]}" for at in range(len(wanted))}
    patterns |= {f"{wanted[:at]}{wanted[at + 1 :]}" for at in range(len(wanted))}
    patterns |= {f"{wanted[:at]}_{wanted[at:]}" for at in range(len(wanted) + 1)}
    patterns |= {f"{wanted[:at]}{wanted[at + 1]}{wanted[at]}{wanted[at + 2 :]}" for at in range(len(wanted) - 1)}
    query = (
        _reachable(actor, waiting)
        .where(sa.or_(*(CourtCase.urn.like(pattern) for pattern in sorted(patterns))))
        .with_only_columns(CourtCase.id, CourtCase.urn, maintain_column_froms=True)
        .order_by(CourtCase.urn)
        .limit(MOST_LOOKED_AT)
    )
    rows = database.session().execute(query).all()
    likeness = {row.id: SequenceMatcher(None, wanted, row.urn).ratio() for row in rows}
    return sorted((each for each in likeness if likeness[each] >= ALIKE_ENOUGH), key=lambda each: -likeness[each])


def _cases(actor: Actor, case_ids: Iterable[str]) -> Sequence[sa.Row]:
    query = (
        scope.cases(actor)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(CourtCase.id.in_(list(case_ids)))
        .with_only_columns(
            CourtCase.id, CourtCase.urn, AppUser.display_name.label("officer"), maintain_column_froms=True
        )
    )
    return database.session().execute(query).all()


def _hearings(case_ids: Iterable[str]) -> Mapping[str, list[sa.Row]]:
    query = sa.select(*HEARING_COLUMNS).where(Hearing.case_id.in_(list(case_ids)), Hearing.status.not_in(NOT_TO_CHOOSE))
    found: dict[str, list[sa.Row]] = {}
    for row in database.session().execute(query.order_by(Hearing.starts_at.is_(None), Hearing.starts_at, Hearing.id)):
        found.setdefault(row.case_id, []).append(row)
    return found
