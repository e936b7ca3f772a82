"""Drafts, sends, approves, cancels and settles messages, as officers do; every way leads through the gate.

A message says which news it is to tell, not with which words: those are made when it leaves. So there is one waiting
message for each piece of news, and it carries the last date.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.notifications import carried, gating, placeholders, steps, text
from witness_care.notifications.answers import (
    ALREADY_SENT,
    APPROVED,
    BY_HAND,
    CHOSEN_HOUR,
    DAY_IS_PAST,
    LEFT_THE_CASE,
    NO_LONGER_OWED,
    NOT_A_DRAFT,
    NOT_APPROVED,
    NOT_IN_DOUBT,
    NOT_OWED,
    ONE_IS_WAITING,
    OUT_OF_DATE,
    RUNG,
    SECOND_PERSON,
    SENT_AGAIN,
    AlreadyWaiting,
    Changed,
    Drafted,
    NewMessage,
    Refused,
    Sent,
    UnknownMessage,
    reason_in_words,
)
from witness_care.notifications.gating import Facts
from witness_care.notifications.models import LETTER, MessageTemplate, OutboxKey, OutboxMessage
from witness_care.notifications.rendering import CannotRender
from witness_care.sealing import Plain
from workflows.outbox import WAITING_TO_LEAVE, Outbox
from workflows.safe_contact import OUTSIDE_HOURS, Allowed, Answered, Delay, Refuse
from workflows.working_days import london_date

# --- drafting -----------------------------------------------------------------------------------------------------


def draft(new: NewMessage, *, actor: str, now: datetime) -> Drafted | AlreadyWaiting | Refused:
    """Make a message that waits to be checked. What the gate refuses is kept as blocked, so that it is seen."""
    with writing() as session:
        facts = gating.read(session, new.participant_id, new.contact_point_id)
        if facts is None:
            raise UnknownMessage(f"Expected the participant {new.participant_id}; there is none.")
        if done := _by_token(session, new):
            return done
        template = session.get(MessageTemplate, new.template_id)
        if refused := _not_possible(facts, template, new):
            return refused
        assert template is not None
        telling = telling_now(facts, new.topics, now)
        if len(telling) < len(new.topics):
            return Refused(reason_in_words(DAY_IS_PAST), DAY_IS_PAST)
        if waiting := _waiting(session, new):
            return AlreadyWaiting(waiting)
        if was_sent(session, new.participant_id, new.channel, telling):
            return Refused(reason_in_words(ALREADY_SENT), ALREADY_SENT)
        try:
            carried.address_of(session, new, facts, now)
            link = carried.SHOWN if new.link_id else ""
            text.text_of(session, template, new.participant_id, telling, new.languages, facts.unit, link=link)
        except CannotRender as problem:
            return Refused(problem.words, problem.reason)
        topics = [*carried.topics_of(new), *(topic for topic, _ in new.topics)]
        answer, overridden = gating.ask(facts, new.channel, topics, neutral=template.neutral, now=now), ""
        if isinstance(answer, Refuse) and answer.may_override and new.override_reason.strip():
            overridden = answer.reason.value
            answer = gating.ask(facts, new.channel, topics, neutral=template.neutral, now=now, set_aside=overridden)
        return _keep(session, facts, new, telling, answer, overridden, actor=actor, now=now)


def _by_token(session: Session, new: NewMessage) -> Drafted | Refused | None:
    columns = (OutboxMessage.id, OutboxMessage.participant_id, OutboxMessage.state, OutboxMessage.reason)
    row = session.execute(sa.select(*columns).where(OutboxMessage.submission_token == new.token)).first()
    if row is None:
        return None
    if row.participant_id != new.participant_id:
        raise ValueError("The token of this form was used for somebody else. Open the form again.")
    if row.state == Outbox.BLOCKED:
        return Refused(reason_in_words(row.reason), row.reason, id=row.id)
    return Drafted(row.id, repeat=True)


def _not_possible(facts: Facts, template: MessageTemplate | None, new: NewMessage) -> Refused | None:
    if facts.has_left:
        return Refused(LEFT_THE_CASE, gating.LEFT)
    if template is None or template.state != APPROVED or template.channel != new.channel:
        return Refused(NOT_APPROVED, "template_not_approved")
    if any(key not in facts.owed for key in new.topics):
        return Refused(NOT_OWED, NO_LONGER_OWED)
    return None


def telling_now(facts: Facts, keys: Collection[tuple[str, str]], now: datetime) -> list[dict[str, Any]]:
    """Give the news that is still owed and not of a day that is past, as it stands now, in the order of `keys`."""
    today = london_date(now)
    return [
        {"topic": duty.topic, "subject": duty.subject, "value": duty.value, "value_hash": duty.value_hash}
        for key in keys
        if (duty := facts.owed.get(key)) is not None
        and not placeholders.is_over(duty.topic, duty.value, duty.told_value, today)
    ]


def was_sent(session: Session, participant_id: str, channel: str, telling: Sequence[Any]) -> bool:
    """Say whether any of this news, as it stands now, went to them in this way before and did not fail."""
    if not telling:
        return False
    keys = [(news["topic"], news["subject"]) for news in telling]
    query = (
        sa.select(OutboxMessage.telling)
        .join(OutboxKey, OutboxKey.outbox_id == OutboxMessage.id)
        .where(
            OutboxMessage.participant_id == participant_id,
            OutboxMessage.channel == channel,
            OutboxMessage.state.in_((Outbox.ACCEPTED.value, Outbox.DELIVERED.value)),
            sa.tuple_(OutboxKey.topic, OutboxKey.subject).in_(keys),
        )
    )
    sent = {_as_sent(news) for message in session.scalars(query) for news in message}
    return any(_as_sent(news) in sent for news in telling)


def _as_sent(news: Any) -> tuple[str, str, str]:
    return news["topic"], news["subject"], news["value_hash"]


def keys_of(message: Any) -> tuple[tuple[str, str], ...]:
    return tuple((news["topic"], news["subject"]) for news in message.telling)


def topics_of(message: Any) -> tuple[str, ...]:
    """Give the topics the gate is asked about: those of the news, and what a link asks."""
    return (*carried.topics_of(message), *(topic for topic, _ in keys_of(message)))


def _waiting(session: Session, new: NewMessage) -> str | None:
    wanted = sa.tuple_(OutboxKey.topic, OutboxKey.subject).in_(list(new.topics))
    query = sa.select(OutboxKey.outbox_id).where(
        OutboxKey.participant_id == new.participant_id, OutboxKey.waiting, wanted
    )
    return session.scalar(query.order_by(OutboxKey.outbox_id).limit(1)) if new.topics else None


def _keep(
    session: Session,
    facts: Facts,
    new: NewMessage,
    telling: Sequence[dict[str, Any]],
    answer: Answered,
    overridden: str,
    *,
    actor: str,
    now: datetime,
) -> Drafted | Refused:
    refusal = answer if isinstance(answer, Refuse) else None
    blocked = refusal is not None
    state = Outbox.BLOCKED if blocked else Outbox.DRAFT
    message_id = new_id()
    due = [facts.owed[key].due_at for key in new.topics]
    session.add(
        OutboxMessage(
            id=message_id,
            unit_id=facts.participant.unit_id,
            case_id=facts.participant.case_id,
            participant_id=new.participant_id,
            person_id=facts.participant.person_id,
            contact_point_id=new.contact_point_id,
            channel=new.channel,
            template_id=new.template_id,
            languages=new.languages,
            telling=list(telling),
            due_at=min(due, default=None),
            state=state.value,
            reason=refusal.reason.value if refusal else "",
            overridden="" if blocked else overridden,
            override_reason=Plain(new.override_reason.strip(), message_id) if overridden and not blocked else None,
            link_id=new.link_id,
            created_at=now,
            created_by=actor,
            submission_token=new.token,
            empty_answers=0,
            attempt=0,
            row_version=0,
        )
    )
    session.flush()
    if new.topics:
        keys = [{"outbox_id": message_id, "topic": topic, "subject": subject} for topic, subject in new.topics]
        more = {"participant_id": new.participant_id, "waiting": not blocked}
        session.execute(sa.insert(OutboxKey), [key | more for key in keys])
    reason = refusal.reason.value if refusal else overridden
    steps.keep_step(session, message_id, "", state.value, actor=actor, now=now, reason=reason)
    _note(facts, Category.COLLECTION)
    if blocked:
        assert refusal is not None
        return Refused(refusal.words, refusal.reason.value, refusal.may_override, message_id)
    return Drafted(message_id)


# --- sending ------------------------------------------------------------------------------------------------------


def send(
    message_id: str,
    *,
    seen_hashes: Collection[str],
    send_at: datetime | None = None,
    override_reason: str = "",
    actor: str,
    now: datetime,
) -> Sent | Changed | Refused:
    """Let a draft leave: now, or at the next safe or the chosen hour. What was seen must be what stands.

    `seen_hashes` are the value hashes of what the officer read. A letter needs the approval of a second person.
    """
    with writing() as session:
        message, facts = _locked(session, message_id)
        if message.state != Outbox.DRAFT:
            return Refused(NOT_A_DRAFT, "not_a_draft", id=message_id)
        if message.channel == LETTER and not is_approved(message):
            return Refused(SECOND_PERSON, "not_approved", id=message_id)
        if stopped := _overtaken(session, message, facts, seen_hashes, actor=actor, now=now):
            return stopped
        template = session.get_one(MessageTemplate, message.template_id)
        overridden, reason = message.overridden, override_reason.strip()

        def ask(set_aside: str) -> Answered:
            return gating.ask(
                *(facts, message.channel, topics_of(message)),
                neutral=template.neutral,
                now=max(now, send_at or now),
                due_at=message.due_at,
                set_aside=set_aside,
            )

        answer = ask(overridden)
        # What the officer read was the hour, and a reason sets that aside and nothing else that came up meanwhile.
        if isinstance(answer, Delay) and reason and not overridden:
            answer, overridden = ask(OUTSIDE_HOURS), OUTSIDE_HOURS
        result = _let_go(session, message, answer, send_at, overridden, reason, actor=actor, now=now)
        _note(facts, Category.ALTERATION)
        return result


def is_approved(message: Any) -> bool:
    return bool(message.approved_by) and message.approved_by != message.created_by


def _overtaken(
    session: Session, message: Any, facts: Facts, seen: Collection[str], *, actor: str, now: datetime
) -> Changed | Refused | None:
    """Say whether what the message is about is still what somebody read; a letter that is not is cancelled."""
    telling = telling_now(facts, keys_of(message), now)
    if facts.has_left or (message.telling and not telling):
        reason = gating.LEFT if facts.has_left else NO_LONGER_OWED
        steps.move(session, message, "cancelled", actor=actor, now=now, reason=reason)
        return Refused(reason_in_words(reason), reason, id=message.id)
    if reason := carried.why_gone(session, message, facts, now):
        steps.move(session, message, "cancelled", actor=actor, now=now, reason=reason)
        return Refused(reason_in_words(reason), reason, id=message.id)
    hashes = {news["value_hash"] for news in telling}
    if hashes == {news["value_hash"] for news in message.telling} == set(seen):
        return None
    if message.channel == LETTER:
        if hashes != {news["value_hash"] for news in message.telling}:
            steps.move(session, message, "cancelled", actor=actor, now=now, reason=OUT_OF_DATE)
    else:
        _tell_instead(session, message.id, telling)
    return Changed(tuple(telling)) if hashes != set(seen) or message.channel == LETTER else None


def _tell_instead(session: Session, message_id: str, telling: Sequence[dict[str, Any]]) -> None:
    which = OutboxMessage.id == message_id
    session.execute(
        sa.update(OutboxMessage).where(which).values(telling=list(telling)), execution_options=steps.NO_SYNC
    )


def _let_go(
    session: Session,
    message: Any,
    answer: Answered,
    send_at: datetime | None,
    overridden: str,
    reason: str,
    *,
    actor: str,
    now: datetime,
) -> Sent | Refused:
    values: dict[str, Any] = {"sent_by": actor, "next_try_at": now}
    if overridden != message.overridden:
        values |= {"overridden": overridden, "override_reason": Plain(reason, message.id)}
    if isinstance(answer, Refuse):
        if not answer.may_override:
            steps.move(session, message, "refused", actor=actor, now=now, reason=answer.reason.value)
        return Refused(answer.words, answer.reason.value, answer.may_override, message.id)
    until = answer.until if isinstance(answer, Delay) else send_at
    if until is not None and until > now:
        why = OUTSIDE_HOURS if isinstance(answer, Delay) else CHOSEN_HOUR
        steps.move(
            session,
            message,
            "put_off",
            actor=actor,
            now=now,
            reason=why,
            **values | {"not_before": until, "next_try_at": until},
        )
        return Sent(Outbox.HELD, until)
    steps.move(session, message, "sent", actor=actor, now=now, reason=overridden, **values)
    return Sent(Outbox.READY)


def approve(message_id: str, *, seen_hashes: Collection[str], actor: str, now: datetime) -> Sent | Changed | Refused:
    """Approve a letter that somebody else drafted; one that quotes an old date is cancelled instead."""
    with writing() as session:
        message, facts = _locked(session, message_id)
        if message.state != Outbox.DRAFT:
            return Refused(NOT_A_DRAFT, "not_a_draft", id=message_id)
        if message.created_by == actor:
            return Refused(SECOND_PERSON, "not_approved", id=message_id)
        if stopped := _overtaken(session, message, facts, seen_hashes, actor=actor, now=now):
            return stopped
        _set(session, message_id, approved_by=actor, approved_at=now)
        here = message.state
        steps.keep_step(session, message_id, here, here, actor=actor, now=now, reason=APPROVED, attempt=message.attempt)
        _note(facts, Category.ALTERATION)
        return Sent(Outbox.DRAFT)


def may_be_printed(message_id: str, *, now: datetime) -> bool:
    """Say whether an approved letter may leave as it was read: to print it is to send it, so the gate is asked.

    What has left may be printed again; what was stopped, quotes an old date or would now be refused may not.
    """
    with writing() as session:
        message, facts = _locked(session, message_id)
        if message.state not in (*WAITING_TO_LEAVE, Outbox.SENDING, Outbox.ACCEPTED, Outbox.DELIVERED):
            return False
        if message.state not in WAITING_TO_LEAVE:
            return True
        news = telling_now(facts, keys_of(message), now)
        if facts.has_left or {each["value_hash"] for each in news} != {each["value_hash"] for each in message.telling}:
            return False
        template = session.get_one(MessageTemplate, message.template_id)
        topics = topics_of(message)
        answer = gating.ask(*(facts, LETTER, topics), neutral=template.neutral, now=now, set_aside=message.overridden)
        return isinstance(answer, Allowed)


def cancel(message_id: str, reason: str = BY_HAND, *, actor: str, now: datetime) -> Sent | Refused:
    """Stop a message that has not left yet. `reason` is a code."""
    with writing() as session:
        message, facts = _locked(session, message_id)
        if steps.move(session, message, "cancelled", actor=actor, now=now, reason=reason) is None:
            return Refused("It has left, or was stopped before.", "not_waiting", id=message_id)
        _note(facts, Category.ALTERATION)
        return Sent(Outbox.CANCELLED)


def resend(message_id: str, *, actor: str, owner_id: str | None = None, now: datetime) -> Sent | Refused:
    """Send a message in doubt again, knowing that they may get it twice."""
    with writing() as session:
        message, facts = _locked(session, message_id)
        keys = NewMessage(
            participant_id=message.participant_id,
            contact_point_id=message.contact_point_id,
            channel=message.channel,
            template_id=message.template_id,
            topics=keys_of(message),
            token="",
        )
        if message.state == Outbox.ESCALATED and _waiting(session, keys):
            return Refused(ONE_IS_WAITING, "already_waiting", id=message_id)
        values: dict[str, Any] = {"next_try_at": now, "first_tried_at": None, "owner_id": owner_id, "sent_by": actor}
        values |= {"empty_answers": 0, "asked_at": None, "provider_id": None, "provider_status": None}
        moved = steps.move(session, message, "sent_again", actor=actor, now=now, reason=SENT_AGAIN, **values)
        if moved is None:
            return Refused(NOT_IN_DOUBT, "not_escalated", id=message_id)
        _note(facts, Category.ALTERATION)
        return Sent(moved)


def rung(message_id: str, *, actor: str, owner_id: str | None = None, now: datetime) -> Sent | Refused:
    """Somebody rang instead: the message counts as failed, and what was said is recorded as a contact."""
    with writing() as session:
        message, facts = _locked(session, message_id)
        values = {"owner_id": owner_id, "dealt_with_at": now}
        moved = steps.move(session, message, "rung", actor=actor, now=now, reason=RUNG, **values)
        if moved is None:
            return Refused(NOT_IN_DOUBT, "not_escalated", id=message_id)
        _note(facts, Category.ALTERATION)
        return Sent(moved)


def deal_with(message_id: str, *, actor: str, owner_id: str | None, now: datetime) -> bool:
    """Take a failed, blocked or escalated message off the list of what failed. False: somebody did before."""
    with writing() as session:
        message, facts = _locked(session, message_id)
        open_ones = (Outbox.FAILED, Outbox.BLOCKED, Outbox.ESCALATED)
        if message.state not in open_ones or message.dealt_with_at is not None:
            return False
        # One in doubt gets somebody who looks after it; whether it went is still to be found out.
        settled = {} if message.state == Outbox.ESCALATED else {"dealt_with_at": now}
        _set(session, message_id, owner_id=owner_id, **settled)
        here, reason = message.state, "dealt_with"
        steps.keep_step(session, message_id, here, here, actor=actor, now=now, reason=reason, attempt=message.attempt)
        _note(facts, Category.ALTERATION)
        return True


# --- inside the transaction ---------------------------------------------------------------------------------------


def _locked(session: Session, message_id: str) -> tuple[OutboxMessage, Facts]:
    """Lock the case, the person and then the message, and read all of it."""
    named = sa.select(OutboxMessage.participant_id, OutboxMessage.contact_point_id)
    row = session.execute(named.where(OutboxMessage.id == message_id)).first()
    facts = gating.read(session, row.participant_id, row.contact_point_id) if row else None
    if row is None or facts is None:
        raise UnknownMessage(f"Expected the message {message_id}; there is none.")
    return read_locked(session, message_id), facts


def read_locked(session: Session, message_id: str) -> OutboxMessage:
    query = sa.select(OutboxMessage).where(OutboxMessage.id == message_id).with_for_update()
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()


def _set(session: Session, message_id: str, **values: Any) -> None:
    changed = values | {"row_version": OutboxMessage.row_version + 1}
    which = OutboxMessage.id == message_id
    session.execute(sa.update(OutboxMessage).where(which).values(**changed), execution_options=steps.NO_SYNC)


def _note(facts: Facts, category: Category) -> None:
    subject = (facts.participant.id, ledger.category_of_role(facts.participant.role))
    ledger.note(category, case_id=facts.participant.case_id, subjects=[subject], fields=("message",))
