"""What the pages of the Victim Contact Scheme read: one person's answers with their reasons, and the unit's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import dates, paging, wording
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import AppUser
from witness_care.calendars import unit_calendar
from witness_care.cases.models import CourtCase, Defendant, Offence, Result
from witness_care.contacts.models import Duty
from witness_care.paging import Page
from witness_care.people.models import Participant, Person
from witness_care.referrals.models import Referral
from workflows import offence_classes, referral, referring
from workflows import snapshot as snapshots
from workflows.decide import case_truth
from workflows.events import Answer as Said
from workflows.events import ResultKind
from workflows.referral import Referral as State
from workflows.victim_contact_scheme import Judged
from workflows.victim_contact_scheme import Result as Answer
from workflows.working_days import instant_of, london_date, previous_working_day

INSUFFICIENT_AFTER_DAYS = 5
CUSTODY = (ResultKind.CUSTODY.value, ResultKind.LIFE.value, ResultKind.ACTIVATED.value, ResultKind.HOSPITAL.value)
# An unknown day sorts after every known one.
_NO_DATE = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceLine:
    """One sentence of one offence, with what the rules say of it."""

    offence: str
    sentence: str
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeOf:
    """The Victim Contact Scheme for one person because of one defendant, as their page shows it."""

    now: datetime
    defendant_id: str
    defendant: str
    result: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    lines: tuple[SentenceLine, ...]
    unverified: tuple[str, ...]
    state: State
    told: Said
    objects: Said
    row: Any
    duty: Any

    @property
    def result_words(self) -> str:
        return wording.sentence(wording.label(wording.SCHEME_RESULTS, self.result))

    @property
    def state_words(self) -> str:
        return wording.sentence(wording.label(wording.REFERRALS, self.state.value))

    @property
    def has_answer(self) -> bool:
        return bool(self.result)

    @property
    def came_late(self) -> bool:
        """Whether the result reached the unit only after the referral was due."""
        return bool(self.duty and self.duty.opened_at > self.duty.due_at)

    @property
    def reason_words(self) -> str:
        """Why a person ended, rejected or withdrew it; empty when nobody did."""
        return wording.label(wording.REFERRAL_REASONS, self.row.reason) if self.row and self.row.reason else ""

    @property
    def liaison_is_late(self) -> bool:
        return bool(self.row and self.row.liaison_due_at and self.row.liaison_due_at < self.now)

    @property
    def may_be_exported(self) -> bool:
        """Whether there is a referral to send, or one that was sent."""
        return self.state in (State.DUE, State.SENT, State.ACKNOWLEDGED, State.REJECTED)


def scheme_of(session: Session, case_id: str, participant_id: str, now: datetime) -> tuple[SchemeOf, ...]:
    """Work out the answers for one person from the case's state, with the reasons of every sentence."""
    state = session.scalar(sa.select(CourtCase.state).where(CourtCase.id == case_id))
    snapshot = snapshots.load(state) if state else snapshots.Snapshot(case=case_id)
    if participant_id not in snapshot.people:
        return ()
    names = _by_id(session, sa.select(Defendant.id, Defendant.name).where(Defendant.case_id == case_id))
    titles = {
        row.id: row.title or row.cjs_code
        for row in session.execute(
            sa.select(Offence.id, Offence.title, Offence.cjs_code).where(Offence.case_id == case_id)
        )
    }
    rows = {
        row.defendant_id: row
        for row in session.execute(sa.select(Referral.__table__).where(Referral.participant_id == participant_id))
    }
    due = {
        row.subject: row
        for row in session.execute(
            sa.select(Duty.id, Duty.subject, Duty.due_at, Duty.opened_at).where(
                Duty.participant_id == participant_id, Duty.topic == referral.TOPIC, Duty.closed_at.is_(None)
            )
        )
    }
    found = []
    for defendant, answer in referring.assessments(snapshot, case_truth(snapshot), participant_id):
        standing = snapshot.referrals.get(referring.key_of(participant_id, defendant), snapshots.ReferralStanding())
        judged = answer.per_sentence if answer else ()
        found.append(
            SchemeOf(
                now=now,
                defendant_id=defendant,
                defendant=names.get(defendant, "A defendant who is not on this case now"),
                result=answer.result.value if answer else "",
                reasons=answer.reasons if answer else (),
                missing=answer.missing if answer else (),
                lines=tuple(_line(each, titles) for each in judged if each.offence),
                unverified=tuple(sorted({limb for each in judged for limb in each.unverified})),
                state=standing.state,
                told=standing.told,
                objects=standing.objects,
                row=rows.get(defendant),
                duty=due.get(defendant),
            )
        )
    return tuple(found)


def _line(judged: Judged, titles: Mapping[str, str]) -> SentenceLine:
    words = wording.result_in_words({"label": judged.label, "kind": judged.kind, "length": judged.length})
    day = f", {dates.full_date(judged.sentenced_on)}" if judged.sentenced_on else ""
    return SentenceLine(
        offence=titles.get(judged.offence) or "Offence",
        sentence=f"{words}{day}" if judged.kind else "No sentence",
        judged=judged,
    )


# --- the unit's lists ---------------------------------------------------------------------------------------------

NOT_SENT, UNDECIDED, UNCLEAR, LIAISON, EXPLAINED = "not_sent", "undecided", "unclear", "liaison", "explained"
LISTS = {
    NOT_SENT: "Eligible, not referred",
    UNDECIDED: "May be eligible, not decided",
    UNCLEAR: f"Cannot tell for over {INSUFFICIENT_AFTER_DAYS} working days",
    LIAISON: "No contact by a liaison officer in time",
    EXPLAINED: "Eligible, not referred or withdrawn for a reason",
}


def conditions(now: datetime) -> Mapping[str, sa.ColumnElement[bool]]:
    """Give what puts a referral on each list of the reconciliation (domain.md section 7)."""
    unclear_since = _working_days_ago(now, INSUFFICIENT_AFTER_DAYS)
    eligible = Referral.result == Answer.ELIGIBLE.value
    ended = Referral.state.in_([state.value for state in referral.ENDED])
    undecided = Referral.state.in_((State.NONE.value, State.REVIEW.value))
    return {
        NOT_SENT: sa.or_(
            Referral.state.in_([state.value for state in referral.NOT_SENT]),
            sa.and_(eligible, sa.or_(undecided, sa.and_(ended, Referral.reason == ""))),
        ),
        UNDECIDED: sa.and_(Referral.result == Answer.POSSIBLE.value, Referral.state == State.REVIEW.value),
        UNCLEAR: sa.and_(
            Referral.result == Answer.INSUFFICIENT.value,
            Referral.state == State.REVIEW.value,
            Referral.since < unclear_since,
        ),
        LIAISON: Referral.liaison_due_at < now,
        EXPLAINED: sa.and_(eligible, ended, Referral.reason != ""),
    }


def _working_days_ago(now: datetime, days: int) -> datetime:
    day, calendar = london_date(now), unit_calendar()
    for _ in range(days):
        day = previous_working_day(day, calendar)
    return instant_of(day, time(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The counts that stand above the lists: recommendation 5 asks that none is left without a reason and a name."""

    by_list: Mapping[str, int]
    eligible: int
    referred: int
    acknowledged: int
    in_touch: int
    refused_with_reason: int
    no_victim: int

    @property
    def unexplained(self) -> int:
        return self.by_list[NOT_SENT]


def _here(actor: Actor) -> sa.Select:
    present = (Participant.left_at.is_(None), CourtCase.merged_into.is_(None))
    return (
        scope.cases(actor)
        .join(Referral, Referral.case_id == CourtCase.id)
        .join(Participant, Participant.id == Referral.participant_id)
        .where(*present)
    )


def not_referred_count(session: Session, actor: Actor, now: datetime) -> int:
    """Count who is eligible, and neither sent nor refused with a reason."""
    query = _here(actor).where(conditions(now)[NOT_SENT])
    return session.scalar(query.with_only_columns(sa.func.count(), maintain_column_froms=True)) or 0


def figures(session: Session, actor: Actor, now: datetime) -> Figures:
    """Count every list, and how far the referrals of the unit have come, with one statement."""

    def count(condition: sa.ColumnElement[bool]) -> Any:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    sent = (State.SENT, State.ACKNOWLEDGED, State.REJECTED, State.VLO_CONTACTED)
    row = session.execute(
        _here(actor).with_only_columns(
            *(count(condition).label(name) for name, condition in conditions(now).items()),
            count(Referral.result == Answer.ELIGIBLE.value).label("eligible"),
            count(Referral.state.in_([each.value for each in sent])).label("referred"),
            count(Referral.state.in_((State.ACKNOWLEDGED.value, State.VLO_CONTACTED.value))).label("acknowledged"),
            count(Referral.state == State.VLO_CONTACTED.value).label("in_touch"),
            count(sa.and_(Referral.state.in_([state.value for state in referral.ENDED]), Referral.reason != "")).label(
                "refused"
            ),
            maintain_column_froms=True,
        )
    ).one()
    return Figures(
        by_list={name: row._mapping[name] for name in LISTS},
        eligible=row.eligible,
        referred=row.referred,
        acknowledged=row.acknowledged,
        in_touch=row.in_touch,
        refused_with_reason=row.refused,
        no_victim=len(without_victim(session, actor)),
    )


def reconciliation(
    session: Session, actor: Actor, show: str, now: datetime, *, after: str | None, before: str | None
) -> Page:
    """Read one list, the longest waiting first: each line with its reasons, the person and who holds the case."""
    query = (
        _here(actor)
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(Defendant, Defendant.id == Referral.defendant_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .outerjoin(
            Duty,
            sa.and_(
                Duty.participant_id == Referral.participant_id,
                Duty.topic == referral.TOPIC,
                Duty.subject == Referral.defendant_id,
                Duty.closed_at.is_(None),
            ),
        )
        .where(conditions(now)[show])
        .with_only_columns(
            *(Referral.id, Referral.case_id, Referral.participant_id, Referral.state, Referral.result),
            *(Referral.reasons, Referral.sentenced_on, Referral.since, Referral.sent_at, Referral.liaison_due_at),
            *(Referral.defendant_id, Referral.reason, Duty.due_at, CourtCase.urn, Person.name, Participant.role),
            Defendant.name.label("defendant"),
            AppUser.display_name.label("officer"),
            maintain_column_froms=True,
        )
    )
    order = (sa.func.coalesce(Referral.since, _no_date()), Referral.id)
    return paging.page(session, query, order=order, after=after, before=before)


def _no_date() -> Any:
    return sa.bindparam("no_date", _NO_DATE, type_=Referral.since.type)


def without_victim(session: Session, actor: Actor) -> Sequence[Any]:
    """Read the defendants in custody for a listed offence in whose case no victim has an answer because of them."""
    listed = sorted(code for each in offence_classes.shipped().classes if each.is_listed for code in each.cjs_codes)
    answered = sa.select(Referral.id).where(Referral.case_id == CourtCase.id, Referral.defendant_id == Defendant.id)
    query = (
        scope.cases(actor)
        .join(Defendant, Defendant.case_id == CourtCase.id)
        .join(Offence, Offence.defendant_id == Defendant.id)
        .join(Result, Result.offence_id == Offence.id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(
            Defendant.removed_at.is_(None),
            Result.kind.in_(CUSTODY),
            Result.final.is_(True),
            sa.func.substr(Offence.cjs_code, 1, 7).in_(listed),
            ~answered.exists(),
        )
        .with_only_columns(
            *(CourtCase.urn, CourtCase.id.label("case_id"), Defendant.id, Defendant.name.label("defendant")),
            AppUser.display_name.label("officer"),
            sa.func.max(Result.on_date).label("sentenced_on"),
            maintain_column_froms=True,
        )
        .group_by(CourtCase.urn, CourtCase.id, Defendant.id, Defendant.name, AppUser.display_name)
        .order_by(CourtCase.urn, Defendant.id)
        .limit(paging.MOST_ROWS)
    )
    return session.execute(query).all()


def _by_id(session: Session, query: sa.Select) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(query)}
