"""Counts the engagement concern of whoever an event touched, and of those for whom time alone has changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from witness_care.casework.bulk import Row, insert_rows
from witness_care.engagement.models import Concern as ConcernRow
from workflows.engagement import NOT_FOLLOWED, Concern
from workflows.engagement_facts import concerns_of
from workflows.engagement_pack import default_engagement_pack
from workflows.entitlement import Rules
from workflows.snapshot import Person, Snapshot

if TYPE_CHECKING:
    from witness_care.casework.apply import LockedCase
    from workflows.decision import Decision

COUNTED = (
    *("unit_id", "case_id", "points", "band", "reasons", "lowers", "suggested_action"),
    *("next_review_at", "computed_at"),
)
CHUNK = 500
ALARMING = ("reluctant_since", "safety_concern_since", "withdrawal")
NOTHING = ""  # what was counted at an override that ended because something worse came


def write(
    connection: sa.Connection,
    stepped: Sequence[tuple[LockedCase, Decision]],
    refolded: Sequence[tuple[LockedCase, Decision]],
    *,
    now: datetime,
) -> None:
    """Count again whoever these decisions touched, with one statement for all; after a refold, everybody."""
    gone: dict[str, Row] = {}
    found: dict[str, Row] = {}
    before = {name: person for case, _ in (*stepped, *refolded) for name, person in case.snapshot.people.items()}
    alarmed: set[str] = set()
    for case, decision in stepped:
        touched = _touched(case.snapshot, decision.snapshot)
        found |= rows(case, decision.snapshot, case.rules, touched, now=now)
        alarmed |= _newly_alarmed(before, decision.snapshot, touched)
    for case, decision in refolded:
        found |= rows(case, decision.snapshot, case.rules, decision.snapshot.people, now=now)
        alarmed |= _newly_alarmed(before, decision.snapshot, decision.snapshot.people)
        left = case.snapshot.people.keys() - decision.snapshot.people.keys()  # part of another case now
        gone |= {participant: row(case, participant, NOT_FOLLOWED, now) for participant in sorted(left)}
    _put(connection, list((gone | found).values()))
    if alarmed:
        ended = sa.update(ConcernRow).where(
            ConcernRow.participant_id.in_(sorted(alarmed)), ConcernRow.override_until.is_not(None)
        )
        connection.execute(ended.values(override_counted=NOTHING))


def review_due(connection: sa.Connection, now: datetime) -> int:
    """Count again those whose next look is due, one chunk of them; give how many. Runs in a unit of work of its own.

    Whoever a merge or a split has moved before the cases are locked is left for the next chunk.
    """
    from witness_care.casework.apply import lock_cases

    due = connection.execute(
        sa.select(ConcernRow.participant_id, ConcernRow.case_id)
        .where(ConcernRow.next_review_at.is_not(None), ConcernRow.next_review_at <= now)
        .order_by(ConcernRow.next_review_at, ConcernRow.participant_id)
        .limit(CHUNK)
    ).all()
    if not due:
        return 0
    locked = lock_cases(connection, {each.case_id for each in due})
    by_case = _still_of_their_cases(connection, {each.participant_id: each.case_id for each in due})
    found: dict[str, Row] = {}
    for case_id, participants in by_case.items():
        case = locked[case_id]
        found |= rows(case, case.snapshot, case.rules, participants, now=now)
    _put(connection, list(found.values()))
    return len(due)


def _still_of_their_cases(connection: sa.Connection, due: dict[str, str]) -> dict[str, list[str]]:
    """Give, by case, who is still in the case they were in when its lock was asked for."""
    query = sa.select(ConcernRow.participant_id, ConcernRow.case_id).where(ConcernRow.participant_id.in_(due))
    by_case: dict[str, list[str]] = {}
    for row in connection.execute(query.order_by(ConcernRow.case_id, ConcernRow.participant_id)):
        if due[row.participant_id] == row.case_id:
            by_case.setdefault(row.case_id, []).append(row.participant_id)
    return by_case


def rows(
    case: LockedCase, snapshot: Snapshot, rules: Rules, participants: Iterable[str], *, now: datetime
) -> dict[str, Row]:
    """Give the rows of these people as their case stands."""
    concerns = concerns_of(snapshot, sorted(participants), rules, default_engagement_pack(), now)
    return {participant: row(case, participant, concern, now) for participant, concern in concerns.items()}


def row(case: LockedCase, participant: str, concern: Concern, now: datetime) -> Row:
    return {
        "participant_id": participant,
        "unit_id": case.unit_id,
        "case_id": case.id,
        "points": concern.points,
        "band": concern.band.value,
        "reasons": [
            {
                "factor": reason.factor,
                "points": reason.points,
                "words": reason.words,
                "on": reason.on.isoformat(),
                "action": reason.action,
            }
            for reason in concern.reasons
        ],
        "lowers": list(concern.lowers),
        "suggested_action": concern.suggested_action,
        "next_review_at": concern.next_review_at,
        "computed_at": now,
    }


def _put(connection: sa.Connection, wanted: list[Row]) -> None:
    insert_rows(connection, ConcernRow.__table__, wanted, key=("participant_id",), update=COUNTED)


def _newly_alarmed(before: Mapping[str, Person], after: Snapshot, participants: Iterable[str]) -> set[str]:
    """Give who says for the first time, or again, what alone makes a concern high: nobody has looked at that yet.

    `before` are the people of every case that is written together: somebody whose case is merged or split says nothing
    new by that.
    """
    found = set()
    for participant in participants:
        was, person = before.get(participant), after.people.get(participant)
        if person is not None and any(getattr(person, name) and not (was and getattr(was, name)) for name in ALARMING):
            found.add(participant)
    return found


def _touched(before: Snapshot, after: Snapshot) -> set[str]:
    """Give whoever stands otherwise than before, or is owed or was told something else."""
    asked = {each for each, standing in after.needs.items() if before.needs.get(each) is not standing}
    return {*_changed_people(before, after), *_changed_topics(before, after), *asked}


def _changed_people(before: Snapshot, after: Snapshot) -> Iterator[str]:
    for participant, person in after.people.items():
        was = before.people.get(participant)
        if was is not person and was != person:
            yield participant


def _changed_topics(before: Snapshot, after: Snapshot) -> Iterator[str]:
    for key, topic in after.topics.items():
        was = before.topics.get(key)
        if was is not topic and was != topic:
            yield key[0]
    for key in before.topics.keys() - after.topics.keys():  # nothing is left of it, and nothing owed of it
        yield key[0]
