"""Sends what waits: claim, commit, call without a database connection, and write down the answer.

Everything about a message is asked again when it is claimed: whether it is safe, whether the news is still owed, and
what it says now. The text is frozen in that transaction. A worker that dies in between leaves a message of which nobody
can tell whether it went; it is asked about, and never sent again on a guess (reliability.md section 4).
"""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import database
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.database import writing
from witness_care.faultpoints import AFTER_CALL, BEFORE_CALL, Work, faultpoint
from witness_care.notifications import carried, channels, gating, outcomes, queue, steps, telling, text
from witness_care.notifications.channels import Accepted, Outgoing, Provider, Refused, TryLater
from witness_care.notifications.models import LETTER, OUR_FAULT, MessageTemplate, OutboxMessage
from witness_care.notifications.rendering import CannotRender, Rendered
from witness_care.sealing import Plain
from witness_care.structured_log import describe, log
from workflows.outbox import Outbox
from workflows.safe_contact import OUTSIDE_HOURS, Allowed, Delay

ACTOR = "system:outbox"
BATCH = 200
GIVE_UP_AFTER = timedelta(hours=4)
FIRST_PAUSE, LONGEST_PAUSE = 60, 15 * 60


STARTED = uuid.uuid4().hex[:8]


def worker_id() -> str:
    """Name this process: whoever leads may tell its own messages from those of a process that is gone."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{STARTED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this worker has taken up, with the text that was frozen. It holds no connection."""

    id: str
    attempt: int
    outgoing: Outgoing
    provider: Provider


def send_waiting(now: datetime) -> int:
    """Send what is ready, and what has waited for its hour; gives how many were taken up. One at a time."""
    done, began = 0, monotonic()

    def at() -> datetime:
        """Give the present instant: each call may take long, and hours that were safe pass meanwhile."""
        return now + timedelta(seconds=int(monotonic() - began))

    for message_id in _due(now):
        try:
            claimed = claim(message_id, at())
            if claimed is not None:
                done += 1
                write_down(claimed, call(claimed), at())
        except Exception as error:
            # One that cannot be sent must not keep the others waiting.
            if database.is_cut_off(error):
                raise
            log.error("message_not_sent", message=message_id, **describe(error))
            _push_back(message_id, at())
    return done


def _due(now: datetime) -> Sequence[str]:
    session = database.session()
    waiting = OutboxMessage.state.in_([Outbox.READY.value, Outbox.HELD.value])
    query = sa.select(OutboxMessage.id).where(waiting, OutboxMessage.next_try_at <= now)
    found = session.scalars(query.order_by(OutboxMessage.next_try_at, OutboxMessage.id).limit(BATCH)).all()
    session.rollback()
    return found


def _push_back(message_id: str, now: datetime) -> None:
    """A message that trips over an error of ours waits, and says so: whoever watches sees it at once."""
    with writing() as session:
        waiting = OutboxMessage.state.in_([Outbox.READY.value, Outbox.HELD.value])
        session.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.id == message_id, waiting)
            .values(next_try_at=now + timedelta(seconds=LONGEST_PAUSE), reason=OUR_FAULT),
            execution_options=steps.NO_SYNC,
        )


# --- transaction 1 ------------------------------------------------------------------------------------------------


def claim(message_id: str, now: datetime) -> Claimed | None:
    """Take one message up if it may leave now; None when it may not, or somebody else has it."""
    with writing(Work.CLAIM_MESSAGE) as session:
        named = sa.select(OutboxMessage.participant_id, OutboxMessage.contact_point_id)
        row = session.execute(named.where(OutboxMessage.id == message_id)).first()
        facts = gating.read(session, row.participant_id, row.contact_point_id) if row else None
        if facts is None:
            return None
        message = queue.read_locked(session, message_id)
        if message.state not in (Outbox.READY, Outbox.HELD):
            return None
        provider = channels.provider_of(message.channel)
        template = session.get_one(MessageTemplate, message.template_id)
        news = queue.telling_now(facts, queue.keys_of(message), now)
        if not _may_leave(session, message, facts, news, neutral=template.neutral, now=now):
            return None
        if provider is None:
            _stop(session, message, "refused", "not_sent_here", now)
            return None
        try:
            link = carried.address_of(session, message, facts, now)
            whose = message.participant_id
            parts = text.text_of(session, template, whose, news, message.languages, facts.unit, link=link)
        except CannotRender as problem:
            _stop(session, message, "cancelled", problem.reason, now)
            return None
        return _take_up(session, message, facts, news, parts, provider, now, link=link)


def _may_leave(
    session: Session, message: OutboxMessage, facts: gating.Facts, news: Sequence[Any], *, neutral: bool, now: datetime
) -> bool:
    """Ask everything again on the rows of this transaction. What may not leave is taken where it belongs."""
    topics = queue.topics_of(message)
    answer = gating.ask(
        *(facts, message.channel, topics),
        neutral=neutral,
        now=now,
        due_at=message.due_at,
        set_aside=message.overridden,
    )
    if facts.has_left:
        return _stop(session, message, "cancelled", gating.LEFT, now)
    if not isinstance(answer, Allowed):
        if not isinstance(answer, Delay):
            return _stop(session, message, "refused", answer.reason.value, now)
        return _wait(session, message, answer, now)
    if message.telling and not news:
        return _stop(session, message, "cancelled", queue.NO_LONGER_OWED, now)
    if queue.was_sent(session, message.participant_id, message.channel, news):
        return _stop(session, message, "cancelled", queue.ALREADY_SENT, now)
    if message.channel == LETTER and _hashes(news) != _hashes(message.telling):
        return _stop(session, message, "cancelled", queue.OUT_OF_DATE, now)
    if message.channel == LETTER and not queue.is_approved(message):
        return _stop(session, message, "refused", "not_approved", now)
    return True


def _hashes(news: Sequence[Any]) -> set[str]:
    return {each["value_hash"] for each in news}


def _stop(session: Session, message: OutboxMessage, event: str, reason: str, now: datetime) -> bool:
    steps.move(session, message, event, actor=ACTOR, now=now, reason=reason)
    return False


def _wait(session: Session, message: OutboxMessage, answer: Delay, now: datetime) -> bool:
    until = {"not_before": answer.until, "next_try_at": answer.until}
    if steps.move(session, message, "put_off", actor=ACTOR, now=now, reason=OUTSIDE_HOURS, **until) is None:
        # It was held already, and its hours have changed since.
        session.execute(
            sa.update(OutboxMessage).where(OutboxMessage.id == message.id).values(**until),
            execution_options=steps.NO_SYNC,
        )
    return False


def _take_up(
    session: Session,
    message: OutboxMessage,
    facts: gating.Facts,
    news: Sequence[Any],
    parts: Sequence[Rendered],
    provider: Provider,
    now: datetime,
    *,
    link: str,
) -> Claimed | None:
    if message.state == Outbox.HELD:
        if steps.move(session, message, "hour_came", actor=ACTOR, now=now) is None:
            return None
        session.refresh(message)
    attempt = message.attempt + 1
    assert facts.point is not None
    outgoing = Outgoing(
        reference=message.id,
        channel=message.channel,
        to=facts.point.sealed_value.open(facts.point.id),
        subject=" / ".join(part.subject for part in parts if part.subject),
        body="\n\n".join(part.body for part in parts),
    )
    moved = steps.move(
        session,
        message,
        "claimed",
        actor=ACTOR,
        now=now,
        attempt=attempt,
        worker=worker_id(),
        claimed_at=now,
        first_tried_at=message.first_tried_at or now,
        telling=list(news),
        sealed_text=Plain(json.dumps([_frozen(part, link) for part in parts], ensure_ascii=False), message.id),
        provider=provider.name,
        asked_at=None,
        empty_answers=0,
    )
    if moved is None:
        return None
    who = facts.participant
    ledger.note(
        Category.DISCLOSURE,
        case_id=who.case_id,
        subjects=[(who.id, ledger.category_of_role(who.role))],
        fields=("message", "contact_point"),
        recipient=f"the person themselves, by {message.channel} ({provider.name})",
    )
    return Claimed(id=message.id, attempt=attempt, outgoing=outgoing, provider=provider)


def _frozen(part: Rendered, link: str) -> dict[str, str]:
    """Keep the words; a link that opens something is not kept with them."""
    body = part.body.replace(link, carried.SHOWN) if link else part.body
    return {"language": part.language, "subject": part.subject, "body": body}


# --- the call, without a transaction ------------------------------------------------------------------------------


def call(claimed: Claimed) -> channels.Answer | None:
    """Hand the message over, if the claim still holds; None: it does not, and nothing was sent."""
    session = database.session()
    held = session.execute(
        sa.select(OutboxMessage.id).where(
            OutboxMessage.id == claimed.id,
            OutboxMessage.attempt == claimed.attempt,
            OutboxMessage.state == Outbox.SENDING.value,
        )
    ).first()
    session.close()  # no connection is held while a provider takes its time
    if held is None:
        return None
    faultpoint(BEFORE_CALL)
    try:
        answer = claimed.provider.deliver(claimed.outgoing)
    except Exception as error:
        log.error("provider_failed", message=claimed.id, provider=claimed.provider.name, **describe(error))
        answer = channels.Unsure()
    faultpoint(AFTER_CALL)
    return answer


# --- transaction 2 ------------------------------------------------------------------------------------------------


def write_down(claimed: Claimed, answer: channels.Answer | None, now: datetime) -> None:
    """Write what the provider said, unless somebody else has settled this try meanwhile."""
    if answer is None:
        return
    with writing(Work.ANSWERED_MESSAGE) as session:
        message = locked_try(session, claimed.id, claimed.attempt)
        if message is None:
            return
        name = claimed.provider.name
        if isinstance(answer, Accepted):
            outcomes.taken(session, message, name, answer.provider_id, answer.status, actor=ACTOR, now=now)
        elif isinstance(answer, Refused):
            outcomes.refuse(session, message, answer.reason, actor=ACTOR, now=now)
        elif isinstance(answer, TryLater):
            _try_later(session, message, answer, now)
        else:
            steps.move(session, message, "lost_sight", actor=ACTOR, now=now, reason=answer.reason)


def locked_try(session: Session, message_id: str, attempt: int | None = None) -> OutboxMessage | None:
    """Lock the case and the message, and read it; None when it is another try by now."""
    participant = session.scalar(sa.select(OutboxMessage.participant_id).where(OutboxMessage.id == message_id))
    if participant is None:
        return None
    telling.lock_case(session, participant)
    message = queue.read_locked(session, message_id)
    return message if attempt is None or message.attempt == attempt else None


def _try_later(session: Session, message: OutboxMessage, answer: TryLater, now: datetime) -> None:
    first = message.first_tried_at or now
    if now - first >= GIVE_UP_AFTER:
        steps.move(session, message, "gave_up", actor=ACTOR, now=now, reason="too_long_ago")
        return
    pause = max(answer.seconds, min(FIRST_PAUSE * 2 ** min(message.attempt - 1, 10), LONGEST_PAUSE))
    steps.move(session, message, "try_later", actor=ACTOR, now=now, next_try_at=now + timedelta(seconds=pause))
