"""Do the rows fit each other: one unit for all that a case has, names that mean something, seals that open?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from witness_care.availability.models import AvailabilityNote
from witness_care.cases.models import (
    CaseCombination,
    CaseLink,
    CourtCase,
    Defendant,
    Hearing,
    HearingDay,
    HearingLink,
    Identifier,
    Offence,
    Result,
)
from witness_care.casework.models import JournalEvent, Transition
from witness_care.checks.combined import Combined
from witness_care.checks.findings import Finding, finding, rows
from witness_care.closing.models import ClosingNote
from witness_care.columns import SealedColumn
from witness_care.contacts.models import Contact, Duty, DutyHistory, Told
from witness_care.database import Base
from witness_care.engagement.models import Concern, ConcernDecision
from witness_care.links.models import LinkReply, OneTimeLink
from witness_care.needs.models import NeedNote
from witness_care.notifications.models import OutboxMessage
from witness_care.people.models import ContactPoint, DeclinedSuggestion, Participant, Person, SafetyChange
from witness_care.support.models import Support
from workflows.events import ParticipantDied

DEATH = ParticipantDied.__name__
REASSIGNED = "reassigned"  # a hand-over is no event of a case

# What belongs to something that itself belongs to a case: the row, its link, and what it belongs to.
BELONGS: tuple[tuple[Any, Any, Any], ...] = (
    (HearingDay, HearingDay.hearing_id, Hearing),
    (HearingLink, HearingLink.hearing_id, Hearing),
    (Result, Result.hearing_id, Hearing),
    (Offence, Offence.defendant_id, Defendant),
    (Duty, Duty.participant_id, Participant),
    (Contact, Contact.participant_id, Participant),
    (Told, Told.participant_id, Participant),
    (DutyHistory, DutyHistory.duty_id, Duty),
    (Concern, Concern.participant_id, Participant),
    (ConcernDecision, ConcernDecision.participant_id, Participant),
    (Support, Support.participant_id, Participant),
    (NeedNote, NeedNote.participant_id, Participant),
    (ClosingNote, ClosingNote.participant_id, Participant),
    (AvailabilityNote, AvailabilityNote.participant_id, Participant),
    (OneTimeLink, OneTimeLink.participant_id, Participant),
    (LinkReply, LinkReply.participant_id, Participant),
    (DeclinedSuggestion, DeclinedSuggestion.participant_id, Participant),
    (OutboxMessage, OutboxMessage.participant_id, Participant),
)
# A name may come before the row it will have (a hearing nobody has dated, an offence only a court named), not these.
NAMED: tuple[tuple[str, Any], ...] = (
    ("case", CourtCase),
    ("defendant", Defendant),
    ("participant", Participant),
    ("person", Person),
)
OF_A_CASE: tuple[tuple[str, Any], ...] = (
    ("defendant", Defendant),
    ("offence", Offence),
    ("hearing", Hearing),
    ("participant", Participant),
)


def all_of_a_case_is_of_its_unit(now: datetime) -> Iterator[Finding]:
    """I14: every row of a case has the unit of that case, and belongs to something of the same case."""
    for table in Base.metadata.sorted_tables:
        if not {"case_id", "unit_id", "id"} <= set(table.c.keys()):
            continue
        elsewhere = (
            sa.select(table.c.id, table.c.case_id)
            .outerjoin(CourtCase, CourtCase.id == table.c.case_id)
            .where(sa.or_(CourtCase.id.is_(None), CourtCase.unit_id != table.c.unit_id))
        )
        for row in rows(elsewhere.order_by(table.c.id)):
            yield finding("I14", row["case_id"], row["id"], f"A row of {table.name} is not of the unit of its case.")
    yield from _of_another_case()
    yield from _of_two_cases()
    yield from _safety_changes()


def _safety_changes() -> Iterator[Finding]:
    """A change that waits or waited for a second person is of a way of that very person, and nobody decided their own.

    One about a way that is not held yet names none.
    """
    changes = sa.select(SafetyChange.id).order_by(SafetyChange.id)
    of_others = changes.outerjoin(ContactPoint, ContactPoint.id == SafetyChange.contact_point_id).where(
        SafetyChange.contact_point_id.is_not(None),
        sa.or_(ContactPoint.id.is_(None), ContactPoint.person_id != SafetyChange.person_id),
    )
    for row in rows(of_others):
        yield finding(
            "I14", "", row["id"], "A change of safety is of a way to reach somebody else, or of none there is."
        )
    for row in rows(changes.where(SafetyChange.decided_by == SafetyChange.proposed_by)):
        yield finding("I14", "", row["id"], "A change of safety was decided by whoever proposed it.")


def _of_two_cases() -> Iterator[Finding]:
    """Whatever is of two cases means two that are there; of a merge or a split that stands, each case says the same."""
    for model in (CaseCombination, CaseLink):
        lost = sa.select(model.id, model.case_id).outerjoin(CourtCase, CourtCase.id == model.other_case_id)
        for row in rows(lost.where(CourtCase.id.is_(None)).order_by(model.id)):
            words = f"A row of {model.__tablename__} means another case that is not there."
            yield finding("I14", row["case_id"], row["id"], words)
    for kind, said in (("merge", CourtCase.merged_into), ("split", CourtCase.split_from)):
        other = (
            sa.select(CaseCombination.id, CaseCombination.case_id)
            .join(CourtCase, CourtCase.id == CaseCombination.other_case_id)
            .where(
                CaseCombination.kind == kind,
                CaseCombination.undone_at.is_(None),
                sa.or_(said.is_(None), said != CaseCombination.case_id),
            )
        )
        for row in rows(other.order_by(CaseCombination.id)):
            yield finding("I14", row["case_id"], row["id"], f"A {kind} stands of which its other case says nothing.")


def _of_another_case() -> Iterator[Finding]:
    for model, link, owner in BELONGS:
        table, key = model.__table__, model.__table__.c.get("id", link)
        astray = (
            sa.select(key.label("row"), table.c.case_id)
            .outerjoin(owner, owner.id == link)
            .where(sa.or_(owner.id.is_(None), owner.case_id != table.c.case_id))
            .order_by(key)
        )
        for row in rows(astray):
            words = f"A row of {table.name} belongs to something of another case, or to nothing."
            yield finding("I14", row["case_id"], row["row"], words)


def the_journal_is_whole(now: datetime) -> Iterator[Finding]:
    """I17: what names an entry of the journal finds it, and nothing that a person or program said has a gap.

    Rows that a merge or a split gave to another case may name an entry of the case they were in.
    """
    combined = Combined.read()
    for model, event_id, but in (
        (Transition, Transition.event_id, sa.true()),
        (DutyHistory, DutyHistory.event_id, DutyHistory.action != REASSIGNED),
        (Duty, Duty.opened_by_event, sa.true()),
    ):
        lost = (
            sa.select(model.id, model.case_id, event_id.label("event"))
            .outerjoin(JournalEvent, sa.and_(JournalEvent.id == event_id, JournalEvent.case_id == model.case_id))
            .where(but, JournalEvent.id.is_(None))
            .order_by(model.id)
        )
        naming = {row["id"]: (row["case_id"], row["event"]) for row in rows(lost)}
        for row_id in combined.unfounded(naming):
            words = f"A row of {model.__tablename__} names an entry that the journal does not have."
            yield finding("I17", naming[row_id][0], row_id, words)
    copied, original = JournalEvent.__table__.alias("copied"), JournalEvent.__table__.alias("original")
    lost_originals = (
        sa.select(copied.c.id, copied.c.case_id)
        .outerjoin(original, original.c.id == copied.c.carried_from)
        .where(copied.c.carried_from.is_not(None), original.c.id.is_(None))
        .order_by(copied.c.id)
    )
    for row in rows(lost_originals):
        words = "An entry that a merge or a split copied names an original that the journal does not have."
        yield finding("I17", row["case_id"], row["id"], words)
    yield from _gaps()


def _gaps() -> Iterator[Finding]:
    """What a court said may have gaps: facts about people we did not know yet are said again later.

    So may a death that was said in another case of the person, and what a merge or a split carried: only a share of it.
    """
    count, last = sa.func.count(), sa.func.max(JournalEvent.ordinal)
    broken = (
        sa.select(JournalEvent.case_id, JournalEvent.message_id)
        .where(JournalEvent.actor.not_like("feed:%"), JournalEvent.act == "")
        .group_by(JournalEvent.case_id, JournalEvent.message_id, JournalEvent.part)
        .having(count != last + 1, sa.func.max(sa.case((JournalEvent.kind == DEATH, 0), else_=1)) == 1)
        .order_by(JournalEvent.case_id, JournalEvent.message_id)
    )
    for row in rows(broken):
        yield finding("I17", row["case_id"], row["message_id"], "An entry is missing from the middle of a submission.")


def every_name_means_something(now: datetime) -> Iterator[Finding]:
    """I18: every name by which others know a row means a row that is there, of the same case.

    A merged case keeps the names that the case it is part of has as well, for another row.
    """
    combined = Combined.read()
    for kind, model in NAMED:
        lost = (
            sa.select(Identifier.id, Identifier.case_id)
            .outerjoin(model, model.id == Identifier.target_id)
            .where(Identifier.kind == kind, model.id.is_(None))
            .order_by(Identifier.id)
        )
        for row in rows(lost):
            yield finding("I18", row["case_id"], row["id"], f"A name means a {kind} that is not there.")
    for kind, model in OF_A_CASE:
        astray = (
            sa.select(Identifier.id, Identifier.case_id, model.case_id.label("of_case"))
            .join(model, model.id == Identifier.target_id)
            .where(Identifier.kind == kind, model.case_id != Identifier.case_id)
            .order_by(Identifier.id)
        )
        for row in rows(astray):
            if row["case_id"] in combined.left and combined.together(row["case_id"], row["of_case"]):
                continue
            yield finding("I18", row["case_id"], row["id"], f"A name in one case means a {kind} of another.")


def every_seal_opens(now: datetime) -> Iterator[Finding]:
    """I19: every sealed value opens in the row in which it stands. What it says is thrown away."""
    for table in Base.metadata.sorted_tables:
        sealed = [column for column in table.c if isinstance(column.type, SealedColumn)]
        if not sealed:
            continue
        held = sa.or_(*(column.is_not(None) for column in sealed))
        case = table.c.get("case_id", sa.literal(""))
        for row in rows(sa.select(table.c.id, case.label("case_id"), *sealed).where(held).order_by(table.c.id)):
            for column in sealed:
                value = row[column.name]
                if value is not None and not value.opens(row["id"]):
                    words = f"{table.name}.{column.name} does not open: altered, moved, or its key is gone."
                    yield finding("I19", row["case_id"], row["id"], words)
