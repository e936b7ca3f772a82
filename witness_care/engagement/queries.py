"""What pages read of engagement concerns: one person's, those of a list of people, and the highest of a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.accounts.permissions import Permission
from witness_care.cases.models import CourtCase
from witness_care.engagement.models import Concern, ConcernDecision
from witness_care.engagement.service import ACCEPTED
from witness_care.people.models import Participant, Person
from workflows.engagement import Band
from workflows.engagement_pack import default_engagement_pack

MOST_TO_DO = 20

WORDS: Mapping[str, str] = {
    Band.NOT_FOLLOWED: "Not followed up",
    Band.NOT_ENOUGH: "Not enough information",
    Band.ROUTINE: "Routine",
    Band.WATCH: "Watch",
    Band.RAISED: "Raised",
    Band.HIGH: "High",
}
WORTH_A_WORD = (Band.WATCH.value, Band.RAISED.value, Band.HIGH.value)
COLUMNS = tuple(
    getattr(Concern, name)
    for name in (
        *("participant_id", "case_id", "points", "band", "reasons", "lowers", "suggested_action", "computed_at"),
        *("override_band", "override_until", "override_id", "override_counted", "action_id"),
    )
)


_RANKS = {each.value: each.rank for each in Band}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernView:
    """One person's concern as pages show it at a moment. `counted` is the band of the points, whatever was decided."""

    participant_id: str
    points: int
    counted: str
    band: str
    reasons: Sequence[Mapping[str, Any]]
    lowers: Sequence[str]
    suggested_action: str
    overridden_until: datetime | None
    override_id: str | None
    is_worse_than_overridden: bool
    action_id: str | None

    @property
    def words(self) -> str:
        return WORDS.get(self.band, self.band)

    @property
    def counted_words(self) -> str:
        return WORDS.get(self.counted, self.counted)

    @property
    def is_worth_a_word(self) -> bool:
        """Whether a list of people says something of it, beside the name."""
        return self.band in WORTH_A_WORD

    @property
    def is_high(self) -> bool:
        return self.band == Band.HIGH

    @property
    def is_followed(self) -> bool:
        return self.counted != Band.NOT_FOLLOWED

    @property
    def raising(self) -> Sequence[Mapping[str, Any]]:
        return [reason for reason in self.reasons if reason["points"] > 0]

    @property
    def lowering(self) -> Sequence[Mapping[str, Any]]:
        return [reason for reason in self.reasons if reason["points"] < 0]

    @property
    def first_reason(self) -> str:
        return str(self.raising[0]["words"]) if self.raising else ""

    @property
    def action_words(self) -> str:
        return action_words(self.suggested_action)


def action_words(action: str) -> str:
    return default_engagement_pack().actions.get(action, action)


def view(row: sa.Row, now: datetime) -> ConcernView:
    """Make of a row with COLUMNS what is shown at `now` (UTC).

    A decision counts no more once it has run out. One that sees less than is counted counts no more either once
    something worse has come than was counted when it was made.
    """
    not_over = row.override_until is not None and row.override_until > now
    counted = _RANKS.get(row.band, 0)
    worse = counted > max(_RANKS.get(row.override_counted, -1), _RANKS.get(row.override_band, -1))
    overridden = not_over and not worse
    return ConcernView(
        participant_id=row.participant_id,
        points=row.points,
        counted=row.band,
        band=row.override_band if overridden else row.band,
        reasons=row.reasons or (),
        lowers=row.lowers or (),
        suggested_action=row.suggested_action,
        overridden_until=row.override_until if overridden else None,
        override_id=row.override_id if overridden else None,
        is_worse_than_overridden=not_over and worse,
        action_id=row.action_id,
    )


def may_see(actor: Actor) -> bool:
    """Say whether somebody may see concerns at all: by their role, or a program by the scope of its key."""
    return actor.may_read(Permission.SEE_CONCERNS)


def document(concern: ConcernView) -> dict[str, Any]:
    """Give a concern as other systems read it: never the level without its reasons."""
    return {
        "band": concern.band,
        "counted_band": concern.counted,
        "points": concern.points,
        "reasons": [dict(reason) for reason in concern.reasons],
        "lowered_by": list(concern.lowers),
        "suggested_action": concern.suggested_action,
        "overridden_until": concern.overridden_until,
    }


def concerns_of(
    session: Session, actor: Actor, participant_ids: Iterable[str], now: datetime
) -> dict[str, ConcernView]:
    """The concern of each of these people whom the actor may see, by participant."""
    wanted = sorted(set(participant_ids))
    if not wanted or not may_see(actor):
        return {}
    query = sa.select(*COLUMNS).where(Concern.participant_id.in_(wanted), scope.within(actor, Concern.unit_id))
    return {row.participant_id: view(row, now) for row in session.execute(query)}


def state_of(session: Session, actor: Actor, participant_id: str) -> Any:
    """The stored state of the case a person is in; None when they are not the actor's to see."""
    query = scope.participants(actor).where(Participant.id == participant_id)
    here = query.join(CourtCase, CourtCase.id == Participant.case_id).with_only_columns(CourtCase.state)
    return session.scalar(here)


def decisions_of(session: Session, scoped_participant_id: str) -> Sequence[sa.Row]:
    """What was decided about one person's concern, newest first. The caller has made sure they may see the person."""
    query = (
        sa.select(ConcernDecision.__table__)
        .where(ConcernDecision.participant_id == scoped_participant_id)
        .order_by(ConcernDecision.decided_at.desc(), ConcernDecision.id)
        .limit(paging.ROWS)
    )
    return session.execute(query).all()


def whose_action(session: Session, actor: Actor, decision_id: str) -> str | None:
    """The participant for whom an action was taken up; None when it is not there or not the actor's to see."""
    query = (
        scope.participants(actor)
        .join(ConcernDecision, ConcernDecision.participant_id == Participant.id)
        .where(ConcernDecision.id == decision_id, ConcernDecision.kind == ACCEPTED)
        .with_only_columns(Participant.id)
    )
    return session.scalar(query)


def actions_to_do(session: Session, actor: Actor) -> Sequence[sa.Row]:
    """The actions that were taken up in the officer's own cases and are not done, oldest first."""
    query = (
        scope.participants(actor)
        .join(ConcernDecision, ConcernDecision.participant_id == Participant.id)
        .join(CourtCase, CourtCase.id == ConcernDecision.case_id)
        .join(Person, Person.id == Participant.person_id)
        .where(CourtCase.officer_id == actor.id, ConcernDecision.kind == ACCEPTED, ConcernDecision.done_at.is_(None))
        .with_only_columns(
            *(ConcernDecision.id, ConcernDecision.action, ConcernDecision.decided_at),
            *(Participant.id.label("participant_id"), Participant.case_id, Participant.role, Person.name),
        )
        .order_by(ConcernDecision.decided_at, ConcernDecision.id)
        .limit(MOST_TO_DO)
    )
    return session.execute(query).all()


# --- a unit's list ------------------------------------------------------------------------------------------------


def _is_overridden(now: datetime) -> sa.ColumnElement[bool]:
    counted = _rank(Concern.band, 0)
    not_worse = sa.or_(counted <= _rank(Concern.override_counted, -1), counted <= _rank(Concern.override_band, -1))
    return sa.and_(Concern.override_until > now, not_worse)


def _shown_band(now: datetime) -> sa.ColumnElement[str]:
    return sa.case((_is_overridden(now), Concern.override_band), else_=Concern.band)


def _rank(band: Any, otherwise: int) -> sa.ColumnElement[int]:
    return sa.case(*((band == name, rank) for name, rank in _RANKS.items()), else_=otherwise)


def unit_concerns(actor: Actor, now: datetime) -> sa.Select:
    """The people of the actor's units whose concern is worth a word, or whom an officer sees otherwise."""
    worth = sa.or_(_shown_band(now).in_(WORTH_A_WORD), _is_overridden(now))
    taken = sa.orm.aliased(ConcernDecision)
    return (
        scope.participants(actor)
        .join(Concern, Concern.participant_id == Participant.id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .outerjoin(taken, taken.id == Concern.action_id)
        .where(worth)
        .with_only_columns(
            *COLUMNS,
            *(Participant.id, Participant.role, Participant.journey, Person.name, CourtCase.urn),
            AppUser.display_name.label("officer"),
            *(taken.action.label("taken"), taken.decided_at.label("taken_at"), taken.done_at.label("taken_done_at")),
        )
    )


def unit_concerns_page(
    session: Session, actor: Actor, now: datetime, *, after: str | None, before: str | None
) -> paging.Page:
    """One page of those, the highest first."""
    order = (_rank(_shown_band(now), 0), Concern.points, Participant.id)
    query = unit_concerns(actor, now)
    return paging.page(session, query, order=order, descending=True, after=after, before=before)


def unit_concerns_count(session: Session, actor: Actor, now: datetime) -> int:
    rows = unit_concerns(actor, now).order_by(None).with_only_columns(Participant.id, maintain_column_froms=True)
    return session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
