"""What the pages about court messages read: by state, each with the parts that wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from witness_care import database, paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor
from witness_care.accounts.models import ApiClient, ApiClientUnit, AppUser
from witness_care.accounts.permissions import Extent, Permission
from witness_care.cases.models import CourtCase, CourtMatch
from witness_care.feed.models import FeedMessage, FeedPart
from witness_care.paging import Page

STATES = ("parked", "rejected", "received", "applied", "stale", "duplicate")


def messages_page(actor: Actor, state: str, *, after: str | None = None, before: str | None = None) -> Page:
    """Read one page of the messages in a state, the newest first; those that wait, the longest waiting first."""
    columns = (
        *("id", "feed", "message_type", "message_id", "headers", "received_at", "state", "reason", "detail"),
        "repeats",
    )
    query = (
        sa.select(*(getattr(FeedMessage, name) for name in columns), ApiClient.name.label("client"))
        .outerjoin(ApiClient, ApiClient.id == FeedMessage.client_id)
        .where(visible(actor), FeedMessage.state == state)
    )
    return paging.page(
        database.session(),
        query,
        order=(FeedMessage.received_at, FeedMessage.id),
        descending=state not in ("parked", "received"),
        after=after,
        before=before,
    )


def message(actor: Actor, row_id: str) -> sa.Row | None:
    """Read one message; None when it is not there, or of units the reader does not work for."""
    columns = (
        *("id", "feed", "message_type", "message_id", "headers", "received_at", "occurred_at", "handled_at", "state"),
        *("reason", "detail", "repeats", "size", "body", "body_sha256", "stream", "source_version"),
    )
    query = (
        sa.select(*(getattr(FeedMessage, name) for name in columns), ApiClient.name.label("client"))
        .outerjoin(ApiClient, ApiClient.id == FeedMessage.client_id)
        .where(visible(actor), FeedMessage.id == row_id)
    )
    return database.session().execute(query).first()


def parts_of(actor: Actor, message_ids: Sequence[str]) -> Mapping[str, list[sa.Row]]:
    """Read the parts of messages; the URN of a case is named only to those who may open it."""
    if not message_ids:
        return {}
    may_open = CourtCase.unit_id.in_(actor.unit_ids) if actor.may(Permission.SEE_CASES) else sa.false()
    rows = database.session().execute(
        sa.select(
            *(FeedPart.id, FeedPart.message_row_id, FeedPart.part, FeedPart.state, FeedPart.reason, FeedPart.events),
            *(FeedPart.detail, FeedPart.decided_at, AppUser.display_name.label("decided_by")),
            FeedPart.urn.label("urn_as_sent"),
            CourtCase.urn.label("case_urn"),
        )
        .select_from(FeedPart)
        .outerjoin(CourtCase, sa.and_(CourtCase.id == FeedPart.case_id, may_open))
        .outerjoin(AppUser, FeedPart.decided_by == sa.literal("user:") + AppUser.id)
        .where(FeedPart.message_row_id.in_(message_ids))
        .order_by(FeedPart.message_row_id, FeedPart.part, FeedPart.id)
    )
    found: dict[str, list[sa.Row]] = {}
    for row in rows:
        found.setdefault(row.message_row_id, []).append(row)
    return found


def numbers_of(actor: Actor, case_ids: Collection[str]) -> dict[str, str]:
    """Give the numbers of these cases, of those that are of the reader's units; also of one that was merged."""
    theirs = sa.select(CourtCase.id, CourtCase.urn).where(scope.within(actor, CourtCase.unit_id))
    rows = database.session().execute(theirs.where(CourtCase.id.in_(sorted(case_ids))))
    return {row.id: row.urn for row in rows}


def matches_of(actor: Actor, message_row_id: str) -> Mapping[str, sa.Row]:
    """Read the matches of a message's parts, by part, in the units of the reader."""
    taker = aliased(AppUser)
    rows = database.session().execute(
        sa.select(
            *(CourtMatch.id, CourtMatch.part_id, CourtMatch.matched_at, CourtMatch.taken_back_at, CourtMatch.reason),
            *(AppUser.display_name.label("matched_by"), taker.display_name.label("taken_back_by")),
        )
        .select_from(CourtMatch)
        .outerjoin(AppUser, CourtMatch.matched_by == sa.literal("user:") + AppUser.id)
        .outerjoin(taker, CourtMatch.taken_back_by == sa.literal("user:") + taker.id)
        .where(CourtMatch.message_row_id == message_row_id, scope.within(actor, CourtMatch.unit_id))
        .order_by(CourtMatch.matched_at, CourtMatch.id)
    )
    return {row.part_id: row for row in rows}


def counts_by_state(actor: Actor) -> dict[str, int]:
    query = (
        sa.select(FeedMessage.state, sa.func.count().label("found")).where(visible(actor)).group_by(FeedMessage.state)
    )
    return {row.state: row.found for row in database.session().execute(query)}


def waiting_count(actor: Actor) -> int:
    """Count the messages that could not be applied yet."""
    query = sa.select(sa.func.count()).select_from(FeedMessage)
    return database.session().scalar(query.where(visible(actor), FeedMessage.state == "parked")) or 0


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Say which messages a reader may see: an administrator all; a supervisor those of the units' own senders."""
    reach = actor.extent(Permission.SEE_FEED)
    if reach is Extent.YES:
        return sa.true()
    if reach is Extent.NO:
        return sa.false()
    senders = sa.select(ApiClientUnit.client_id).where(ApiClientUnit.unit_id.in_(actor.unit_ids))
    return FeedMessage.client_id.in_(senders)


def sent_message(client_id: str, feed: str, row_id: str) -> tuple[FeedMessage, Sequence[FeedPart]] | None:
    """Read a message and its parts for the program that sent it; None when it is not one of theirs."""
    session = database.session()
    message = session.scalar(
        sa.select(FeedMessage).where(
            FeedMessage.id == row_id, FeedMessage.feed == feed, FeedMessage.client_id == client_id
        )
    )
    if message is None:
        return None
    parts = session.scalars(
        sa.select(FeedPart).where(FeedPart.message_row_id == row_id).order_by(FeedPart.part, FeedPart.id)
    )
    return message, parts.all()
