"""Writes, submits, approves and retires the words of messages: nobody approves what they wrote or submitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.models import Unit
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.notifications import shipped
from witness_care.notifications.models import MessageTemplate
from witness_care.notifications.placeholders import RING_US
from witness_care.notifications.words import problems_of

DRAFT, SUBMITTED, APPROVED, RETIRED = "draft", "submitted", "approved", "retired"
WORDS = ("title", "neutral", "topics", "subject_en", "body_en", "subject_cy", "body_cy")
COMES_WITH_THE_SERVICE = "system"

SECOND_PERSON = "Somebody else has to approve it: you wrote it or sent it for approval."
NOT_IN_THAT_STATE = "It was changed meanwhile. Look at it again."


class TemplateRefusedError(Exception):
    """What was asked for is not possible; the message says why and what to do."""


def new_version(key: str, channel: str, words: Mapping[str, Any], *, actor: str, now: datetime) -> str:
    """Write a new version of a template, as a draft; give its id. No version is ever changed once it was approved."""
    with writing() as session:
        template = _add(session, key, channel, words, actor=actor, now=now)
        return template.id


def change_draft(template_id: str, words: Mapping[str, Any], *, actor: str) -> None:
    """Change the words of a draft. Whoever changes them has written them, and cannot approve them."""
    with writing() as session:
        template = _locked(session, template_id, DRAFT)
        for name in WORDS:
            setattr(template, name, words[name])
        template.written_by = actor


def submit(template_id: str, *, actor: str, now: datetime) -> None:
    """Send a draft for approval; one in which something stands in the way is refused."""
    with writing() as session:
        template = _locked(session, template_id, DRAFT)
        if found := problems_of(template):
            raise TemplateRefusedError(found[0].words)
        template.state, template.submitted_by, template.submitted_at = SUBMITTED, actor, now


def send_back(template_id: str) -> None:
    """Make a submitted version a draft again."""
    with writing() as session:
        template = _locked(session, template_id, SUBMITTED)
        template.state, template.submitted_by, template.submitted_at = DRAFT, None, None


def approve(template_id: str, *, actor: str, now: datetime) -> None:
    """Approve what somebody else wrote and submitted; the version that was in use until now is retired."""
    with writing() as session:
        template = _locked(session, template_id, SUBMITTED)
        if actor in (template.written_by, template.submitted_by):
            raise TemplateRefusedError(SECOND_PERSON)
        if found := problems_of(template):
            raise TemplateRefusedError(found[0].words)
        _put_in_use(session, template, actor=actor, now=now)


def retire(template_id: str, *, now: datetime) -> None:
    """Take an approved version out of use; messages that were made from it keep it."""
    with writing() as session:
        template = _locked(session, template_id, APPROVED)
        template.state, template.retired_at = RETIRED, now


def load_shipped(*, now: datetime, submitted_by: str = "", approved_by: str = "") -> int:
    """Add the templates that come with the service, unless these words are there; give how many were added.

    They are drafts, which two people of the service have to put in use. A demonstration names two itself.
    """
    added = 0
    with writing() as session:
        known = {
            (row.key, row.channel, row.subject_en, row.body_en) for row in session.scalars(sa.select(MessageTemplate))
        }
        for each in shipped.every():
            if (each.key, each.channel, each.subject_en, each.body_en) in known:
                continue
            words = {name: value for name, value in asdict(each).items() if name in WORDS}
            template = _add(session, each.key, each.channel, words, actor=COMES_WITH_THE_SERVICE, now=now)
            added += 1
            if submitted_by and approved_by and submitted_by != approved_by:
                template.submitted_by, template.submitted_at = submitted_by, now
                _put_in_use(session, template, actor=approved_by, now=now)
    return added


def set_ring_us(unit_id: str, *, phone: str, opens: str, closes: str) -> None:
    """Say on which number people ring a unit, and when it is answered ("09:00")."""
    with writing() as session:
        unit = session.execute(sa.select(Unit).where(Unit.id == unit_id).with_for_update()).scalar_one()
        unit.settings = {**(unit.settings or {}), RING_US: {"phone": phone, "opens": opens, "closes": closes}}


def _add(
    session: Session, key: str, channel: str, words: Mapping[str, Any], *, actor: str, now: datetime
) -> MessageTemplate:
    of_its_kind = (MessageTemplate.key == key, MessageTemplate.channel == channel)
    last = session.scalar(sa.select(sa.func.max(MessageTemplate.version)).where(*of_its_kind)) or 0
    template = MessageTemplate(
        id=new_id(),
        key=key,
        channel=channel,
        version=last + 1,
        state=DRAFT,
        written_by=actor,
        written_at=now,
        **{name: list(words[name]) if name == "topics" else words[name] for name in WORDS},
    )
    session.add(template)
    session.flush()
    return template


def _put_in_use(session: Session, template: MessageTemplate, *, actor: str, now: datetime) -> None:
    in_use = sa.select(MessageTemplate).where(
        MessageTemplate.key == template.key,
        MessageTemplate.channel == template.channel,
        MessageTemplate.state == APPROVED,
    )
    for former in session.scalars(in_use):
        former.state, former.retired_at = RETIRED, now
    template.state, template.approved_by, template.approved_at = APPROVED, actor, now


def _locked(session: Session, template_id: str, state: str) -> MessageTemplate:
    query = sa.select(MessageTemplate).where(MessageTemplate.id == template_id).with_for_update()
    template = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if template is None or template.state != state:
        raise TemplateRefusedError(NOT_IN_THAT_STATE)
    return template
