"""Writes the rows of referrals to the Victim Contact Scheme that a decision changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from witness_care.casework.bulk import Row, delete_rows, insert_rows
from witness_care.referrals.models import Referral
from workflows import referring
from workflows.decision import Decision
from workflows.referral import LIAISON_RULE
from workflows.referral import Referral as State
from workflows.snapshot import ReferralStanding, Snapshot
from workflows.values import CaseTruth
from workflows.working_days import due_time, london_date

if TYPE_CHECKING:
    from witness_care.casework.apply import LockedCase

WAITS_FOR_LIAISON = (State.SENT, State.ACKNOWLEDGED)


def write(connection: sa.Connection, decided: Sequence[tuple[LockedCase, Decision]]) -> None:
    """Bring the rows of each case in line with its referrals; nothing that did not change is written."""
    rows: list[Row] = []
    gone: list[str] = []
    for case, decision in decided:
        held, now = case.snapshot.referrals, decision.snapshot.referrals
        gone += [referring.referral_id(*referring.pair_of(key)) for key in held.keys() - now.keys()]
        rows += referral_rows(case, decision.snapshot, decision.truth, unlike=held)
    delete_rows(connection, Referral.__table__, "id", sorted(gone))
    update = [name for name in (rows[0] if rows else {}) if name != "id"]
    insert_rows(connection, Referral.__table__, rows, key=("id",), update=update)


def referral_rows(
    case: LockedCase, snapshot: Snapshot, truth: CaseTruth, *, unlike: dict[str, ReferralStanding] | None = None
) -> Iterator[Row]:
    """Give the rows of a case's referrals; with `unlike`, of those only that stand otherwise there."""
    for key, standing in sorted(snapshot.referrals.items()):
        participant, defendant = referring.pair_of(key)
        person = snapshot.people.get(participant)
        if person is None or (unlike is not None and unlike.get(key) == standing):
            continue
        answer = referring.assess_pair(person, defendant, truth, snapshot.registers, answered=True)
        yield {
            "id": referring.referral_id(participant, defendant),
            "case_id": case.id,
            "unit_id": case.unit_id,
            "participant_id": participant,
            "defendant_id": defendant,
            "state": standing.state.value,
            "result": standing.result,
            "reasons": list(answer.reasons) if answer else [],
            "missing": list(answer.missing) if answer else [],
            "sentenced_on": standing.sentenced_on,
            "since": standing.since,
            "sent_at": standing.sent_at,
            "acknowledged_at": standing.acknowledged_at,
            "liaison_at": standing.liaison_at,
            "liaison_due_at": liaison_due_at(case, standing),
            "reason": standing.reason,
            "told": standing.told.value,
            "objects": standing.objects.value,
        }


def liaison_due_at(case: LockedCase, standing: ReferralStanding) -> datetime | None:
    """Give when a liaison officer should have been in touch: R11-VLO counts from the sending (domain.md section 4)."""
    if standing.sent_at is None or standing.state not in WAITS_FOR_LIAISON:
        return None
    sent_on = london_date(standing.sent_at)
    rules = (rule for rule in case.rules.book.rules if rule.id == LIAISON_RULE and rule.is_in_force(sent_on))
    rule = next(rules, None)
    if rule is None:
        return None
    return due_time(standing.sent_at, rule.days(False), case.rules.calendar, basis=rule.days_basis).at
