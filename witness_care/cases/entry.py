"""Turns what an officer typed about a hearing into the facts a court feed would have brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from witness_care import clock, wording
from witness_care.calendars import unit_calendar
from witness_care.cases import forms
from witness_care.cases.forms import HearingForm, HearingNewsForm, WhenAndWhereForm, as_text, typed_day
from witness_care.columns import new_id
from workflows import events, snapshot, truth, working_days
from workflows.events import About, DateKind, Fact, HearingClass, HearingDay, When, Where
from workflows.working_days import london_date


def new_hearing(form: HearingForm) -> tuple[str, Sequence[Fact]]:
    """Give the id and the facts of a hearing that no feed has announced."""
    hearing_class = HearingClass(form.hearing_class.data)
    about = About(
        hearing_type=wording.sentence(wording.HEARING_CLASSES[hearing_class.value]),
        hearing_class=hearing_class,
        jurisdiction=form.jurisdiction.data,
    )
    hearing = new_id()
    return hearing, [
        events.HearingListed(hearing=hearing, about=about),
        events.HearingConfirmed(hearing=hearing, when=_when(form), where=_where(form), about=about),
    ]


def news_of(form: HearingNewsForm, hearing: str, about: About) -> Sequence[Fact]:
    """Give the facts of what was heard about a hearing. A new date after it was put off is a new hearing."""
    news = form.news.data
    if news == forms.MOVED:
        return [events.HearingMoved(hearing=hearing, when=_when(form), where=_where(form))]
    if news == forms.VACATED:
        vacated = events.TrialVacated(hearing=hearing, reason=form.reason.data or "")
        return [vacated, *_relisted(form, hearing, about)[1]]
    if news == forms.ADJOURNED:
        following, facts = _relisted(form, hearing, about)
        kind = DateKind(form.date_kind.data) if following else DateKind.TO_BE_FIXED
        return [events.HearingAdjourned(hearing=hearing, next_kind=kind, next_hearings=following), *facts]
    if news == forms.JURY_DISCHARGED:
        return [
            events.JuryDischarged(hearing=hearing, day=london_date(clock.now())),
            *_relisted(form, hearing, about)[1],
        ]
    simple: dict[str, Fact] = {
        forms.DATE_REMOVED: events.DateRemoved(hearing=hearing),
        forms.ON_AGAIN: events.TrialUnvacated(hearing=hearing),
        forms.STARTED: events.TrialStarted(hearing=hearing),
        forms.WITHDRAWN: events.HearingWithdrawn(hearing=hearing),
    }
    return [simple[news]]


def about_hearing(state: Any, hearing: str) -> About:
    """Give what is known of a hearing's kind and defendants, from the case's state."""
    return truth.hearing(snapshot.load(state).registers, hearing).about if state else About()


def _relisted(form: HearingNewsForm, hearing: str, about: About) -> tuple[tuple[str, ...], list[Fact]]:
    if not form.gives_a_date:
        return (), []
    following = new_id()
    seeded = replace(about, seeded_from=(hearing,))
    return (following,), [
        events.HearingConfirmed(hearing=following, when=_when(form), where=_where(form), about=seeded)
    ]


def _when(form: WhenAndWhereForm) -> When:
    kind = DateKind(form.date_kind.data)
    if kind is DateKind.TO_BE_FIXED:
        return When(kind=kind)
    day, length = typed_day(form.day), form.length.data or 1
    if kind is DateKind.WEEK_COMMENCING:
        return When(kind=kind, week_commencing=day, weeks=length)
    days = [HearingDay(day, form.at.time)]
    calendar = unit_calendar()
    while len(days) < length:
        days.append(HearingDay(working_days.next_working_day(days[-1].on, calendar)))
    return When(kind=kind, days=tuple(days))


def _where(form: WhenAndWhereForm) -> Where | None:
    court = as_text(form.court.data)
    return Where(court=court, room=as_text(form.room.data)) if court else None
