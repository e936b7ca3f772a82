"""The first lock: every read of a case begins with one of these queries, limited to what the reader may see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from witness_care.accounts.current import CLIENT, Actor
from witness_care.accounts.permissions import FEED_SCOPE, SCOPES, TABLE, Permission


def cases(actor: Actor) -> sa.Select:
    """The cases this actor may see. One that was merged into another is that one: it stands on no list."""
    from witness_care.cases.models import CourtCase

    return sa.select(CourtCase).where(within(actor, CourtCase.unit_id), CourtCase.merged_into.is_(None))


def participants(actor: Actor) -> sa.Select:
    """The participants of those cases."""
    from witness_care.people.models import Participant

    return sa.select(Participant).where(within(actor, Participant.unit_id), Participant.case_id.not_in(_merged_away()))


def duties(actor: Actor) -> sa.Select:
    """What is or was owed in those cases."""
    from witness_care.contacts.models import Duty

    return sa.select(Duty).where(within(actor, Duty.unit_id))


def agency_queries(actor: Actor) -> sa.Select:
    """The questions to and from agencies about those cases."""
    from witness_care.agencies.models import AgencyQuery

    return sa.select(AgencyQuery).where(within(actor, AgencyQuery.unit_id))


def _merged_away() -> sa.Select:
    from witness_care.cases.models import CourtCase

    return sa.select(CourtCase.id).where(CourtCase.merged_into.is_not(None))


def within(actor: Actor, unit_id: Any) -> sa.ColumnElement[bool]:
    """The condition on a case-owned row's unit. An administrator, an auditor and nobody see no row at all.

    A program sees its units' cases with any scope that concerns them: to read, to send, or to report contacts.
    """
    if actor.is_system:
        return sa.true()
    if not (actor.may(Permission.SEE_CASES) or _a_program_for_cases(actor)) or not actor.unit_ids:
        return sa.false()
    return unit_id.in_(actor.unit_ids)


def _a_program_for_cases(actor: Actor) -> bool:
    about_cases = {
        TABLE[named].scope for named in (Permission.SEE_CASES, Permission.RECORD_CONTACTS, Permission.WRITE_CASES)
    }
    feeds = any(scope.startswith(FEED_SCOPE) for scope in actor.scopes.difference(SCOPES))
    return actor.kind == CLIENT and (feeds or bool(about_cases & actor.scopes))
