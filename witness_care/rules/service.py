"""Adds a pack of rules and switches packs on from a day to come, each as an act that stands in the log.

A rule is chosen by the London date on which its clock starts. So a pack that begins on a day to come changes nothing
that is owed now, and no due time moves later; one that began today or before could, and is refused (core.md rule 22).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.casework.models import RulePack, RulePackSwitch
from witness_care.casework.rules import current_edition, packs_at
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.rules import queries
from witness_care.sealing import Plain
from workflows.rule_file import load
from workflows.rulebook import SHIPPED, Rulebook
from workflows.strict_toml import RuleFileError
from workflows.working_days import days_later, london_date

NAME = re.compile(r"[a-z][a-z0-9_]{2,59}")
NOT_A_NAME = "Use 3 to 60 small letters, figures and underscores, for example local_policy_2027"


class RefusedError(Exception):
    """The pack cannot be added or switched: `words` say why and what to do, `where` which field it is about."""

    def __init__(self, words: str, where: str = "pack") -> None:
        super().__init__(words)
        self.words, self.where = words, where


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules would be with one more pack."""

    title: str
    book: Rulebook


def add_pack(name: str, text: str, *, actor: Actor, now: datetime) -> None:
    """Keep a pack's text under a new name, which stays on every duty it makes. It is not in force by that.

    Raises RefusedError for a name that is taken, and for a text that the strict reader does not understand.
    """
    if not NAME.fullmatch(name):
        raise RefusedError(NOT_A_NAME, "name")
    tomorrow = days_later(london_date(now), 1)
    with writing() as session:
        if name in SHIPPED or session.scalar(sa.select(RulePack.id).where(RulePack.name == name)) is not None:
            raise RefusedError(f"There is a pack {name} already. Give the new version another name", "name")
        pack = book_with(name, text, tomorrow)
        session.add(
            RulePack(id=new_id(), name=name, title=pack.title[:300], text=text, added_by=actor.reference, added_at=now)
        )
        ledger.note(Category.ALTERATION, fields="rule packs", reason_code="rule_pack_added")


def switch_on(name: str, starts_on: date, reason: str, *, actor: Actor, now: datetime) -> None:
    """Switch a pack on from a London date that is still to come. `now` is UTC."""
    today = london_date(now)
    if starts_on <= today:
        raise RefusedError(
            "Choose a day after today. A pack that starts today or earlier would move due times of what is open",
            "starts",
        )
    with writing() as session:
        texts = queries.texts()
        if name not in texts:
            raise RefusedError("Choose a pack that is switched off")
        last = _last_switch(session, name)
        if last is not None and last.starts_on is not None:
            begun = last.starts_on <= today
            raise RefusedError(
                "This pack is in force. Add another one that replaces it"
                if begun
                else "This pack is switched on already. Take that back first"
            )
        book_with(name, texts[name], starts_on)
        _switch(session, name, starts_on, reason, actor=actor, now=now)


def take_back(name: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a switch back before its pack begins. What is in force stays: another pack may replace it."""
    with writing() as session:
        last = _last_switch(session, name)
        if last is None or last.starts_on is None:
            raise RefusedError("This pack is not switched on")
        if last.starts_on <= london_date(now):
            raise RefusedError("This pack is in force, and duties run under it. Add another one that replaces it")
        _switch(session, name, None, reason, actor=actor, now=now)


def book_with(name: str, text: str, starts: date) -> Candidate:
    """Put the packs together with one more that starts on a London date. Raises RefusedError with what is wrong."""
    known = packs_at(current_edition())
    try:
        pack = load(text, name, starts=starts)
        book = Rulebook((known | {name: pack}).values())
    except RuleFileError as fault:
        raise RefusedError(str(fault), "text") from None
    return Candidate(pack.title, book)


def _last_switch(session: Session, name: str) -> RulePackSwitch | None:
    """Read the switch that counts for a pack, and let no other process switch at the same moment."""
    query = sa.select(RulePackSwitch).where(RulePackSwitch.pack == name).order_by(RulePackSwitch.number.desc())
    return session.scalars(query.limit(1)).first()


def _switch(session: Session, name: str, starts_on: date | None, reason: str, *, actor: Actor, now: datetime) -> None:
    # Two switches at one moment would have the same number: the second is refused by the table.
    number = (session.scalar(sa.select(sa.func.max(RulePackSwitch.number))) or 0) + 1
    made = new_id()
    session.add(
        RulePackSwitch(
            id=made,
            number=number,
            pack=name,
            starts_on=starts_on,
            reason=Plain(reason.strip(), made),
            switched_by=actor.reference,
            switched_at=now,
        )
    )
    session.flush()
    code = "rule_pack_switched_on" if starts_on else "rule_pack_switch_taken_back"
    ledger.note(Category.ALTERATION, fields="rule packs", reason_code=code)
