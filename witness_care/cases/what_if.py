"""Says what a proposed date of a hearing would mean: who cannot come, which measures break, what is owed.

Nothing is written: the date is entered on the very path of an officer's entry and taken back (`casework.dry_run`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from witness_care import database
from witness_care.accounts.current import Actor
from witness_care.calendars import unit_calendar
from witness_care.cases import at_hearing, service
from witness_care.cases.forms import MOST_DAYS
from witness_care.cases.models import CourtCase
from witness_care.casework.dry_run import Difference, try_out
from witness_care.form_fields import ClockField, DayField, NumberField
from workflows import events, recheck, values, working_days
from workflows.availability import CanCome, can_come
from workflows.events import DateKind, HearingDay, When, Where
from workflows.recheck import ToConfirm
from workflows.snapshot import Person


class ProposedForm(FlaskForm):
    """A date that is proposed. It is read from the address, so it has no token: it changes nothing."""

    class Meta:
        csrf = False

    day = DayField("Proposed first day", required="Enter the day, for example 14 12 2026", example="14 12 2026")
    at = ClockField("Start (leave empty if it is to be confirmed)", validators=[Length(max=10)])
    length = NumberField("How many days?", least=1, most=MOST_DAYS, default=1, validators=[Optional()])
    court = StringField("Court", validators=[InputRequired("Enter the court"), Length(max=200)])
    room = StringField("Courtroom (optional)", validators=[Length(max=100)])

    def is_to_come(self, now: datetime) -> bool:
        """Say whether the day is today or later, and say at the field what to enter where it is not. `now` is UTC."""
        if self.day.data is None or self.day.data >= working_days.london_date(now):
            return True
        self.day.errors = ["Enter a day that is not past"]
        return False

    @property
    def days(self) -> tuple[HearingDay, ...]:
        """Give the days that would be listed; those after the first are working days."""
        assert self.day.data is not None
        found = [HearingDay(on=self.day.data, at=self.at.time)]
        while len(found) < (self.length.data or 1):
            found.append(HearingDay(on=working_days.next_working_day(found[-1].on, unit_calendar())))
        return tuple(found)

    def fact(self, hearing: str) -> events.HearingMoved:
        """Give the news that would come if this date were fixed."""
        where = Where(court=(self.court.data or "").strip(), room=(self.room.data or "").strip())
        return events.HearingMoved(hearing=hearing, when=When(kind=DateKind.FIXED, days=self.days), where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldBe:
    """What a proposed date would mean, for each person required and for each duty it changes.

    Of a person: whether they can come, and which measures and help would then be for another trial.
    """

    can_come: Mapping[str, CanCome]
    to_confirm: Mapping[str, Sequence[ToConfirm]]
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    needed: Mapping[str, Person]
    days: Mapping[str, tuple[date, ...]]
    to_confirm: Mapping[str, Sequence[ToConfirm]]


def try_date(
    urn: str, case_id: str, hearing: str, fact: events.HearingMoved, *, actor: Actor, now: datetime
) -> WouldBe:
    """Enter a date, see what follows, and take it back. Raises what `record_court_fact` raises."""

    def act() -> tuple[_Answer, Sequence[str]]:
        service.record_court_fact(urn, [fact], actor=actor, now=now)
        database.session().expire_all()
        state = database.session().scalar(sa.select(CourtCase.state).where(CourtCase.id == case_id))
        return _who_is_needed(state, hearing), [case_id]

    trial = try_out(act)
    answer: _Answer = trial.answer
    found = {each: can_come(person.availability, answer.days[each]) for each, person in answer.needed.items()}
    return WouldBe(can_come=found, to_confirm=answer.to_confirm, differences=trial.differences)


def _who_is_needed(state: Any, hearing: str) -> _Answer:
    """Give who would be needed at this hearing, each with the days on which they would be."""
    found = at_hearing.known(state)
    if found is None or hearing not in found.truth.hearings:
        return _Answer(needed={}, days={}, to_confirm={})
    moved = found.truth.hearings[hearing]
    needed = {
        each: person
        for each, person in at_hearing.required(found).items()
        if moved.is_trial and moved.concerns(values.relevant_defendants(person, found.truth))
    }
    days = {
        each: tuple(
            day.on
            for day in values.own_days(moved, values.own_positions(each, person, found.truth))
            if not day.cancelled
        )
        for each, person in needed.items()
    }
    to_confirm = {each: recheck.now_to_confirm(each, person, found.truth) for each, person in needed.items()}
    return _Answer(needed=needed, days=days, to_confirm=to_confirm)
