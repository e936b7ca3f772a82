"""Makes cases, people, hearings and contacts for tests, through the service's own doors. Everybody is made up.

All of it runs inside an application context, with the unit and officers of `tests.cast`. Times are London times in
words ("2026-11-27 10:00"), so that a test reads as an officer would tell it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.cast import email_of
from witness_care.accounts.current import CLIENT, USER, Actor
from witness_care.accounts.models import Unit
from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, ParticipantGiven, RequirementGiven
from witness_care.cases.models import CourtCase
from witness_care.cases.service import record_court_fact, register_case
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.contacts.service import AS_NOW, Entry, Recorded, Shown, record_contact
from witness_care.database import session
from witness_care.people.document import ContactPointGiven, PersonGiven, SafeContactGiven
from workflows import tasks
from workflows.events import (
    About,
    ContactOutcome,
    DateKind,
    DutyClosedByPerson,
    Fact,
    HearingAdjourned,
    HearingClass,
    HearingConfirmed,
    HearingDay,
    HearingListed,
    HearingMoved,
    OffenceResult,
    ResultKind,
    ResultsShared,
    TrialVacated,
    VerdictRecorded,
    When,
    Where,
)
from workflows.working_days import instant_of, local_time

COURT = Where(court="Northbridge Crown Court", court_code="N01", room="Court 4")
WEEKDAYS_10_TO_2 = {"weekdays": [0, 1, 2, 3, 4], "starts": "10:00", "ends": "14:00"}

_numbers = itertools.count(1)


def at(text: str) -> datetime:
    """The instant (UTC) of a London time: "2026-11-27 10:00"."""
    day, clock = text.split(" ")
    return instant_of(date.fromisoformat(day), time.fromisoformat(clock))


def set_clock(app: Flask, text: str) -> datetime:
    """Let the application's clock stand at a London time."""
    now = at(text)
    app.config["CLOCK"] = lambda: now
    return now


# --- people ------------------------------------------------------------------------------------------------------


def a_mobile(
    number: str = "07700 900123", *, allowed: str = "yes", voicemail: str = "no", hours: Sequence[Any] = (), **more: Any
) -> ContactPointGiven:
    """A mobile phone; the number is from the range that Ofcom keeps for drama."""
    return ContactPointGiven(
        kind="mobile",
        value=number,
        allowed=allowed,
        voicemail=voicemail,
        may_identify_us="yes",
        windows=tuple(hours),
        **more,
    )


def a_victim(name: str = "Leah Jones", *, enhanced: bool = False, **more: Any) -> ParticipantGiven:
    return _participant(name, role="victim", enhanced="yes" if enhanced else "no", **more)


def a_witness(name: str = "Nadia Ahmed", *, required: bool | None = None, **more: Any) -> ParticipantGiven:
    """A witness; `required` says what the CPS has said, None that it has said nothing."""
    requirement = None if required is None else RequirementGiven(required=required)
    return _participant(name, role="witness", requirement=requirement, **more)


def _participant(
    name: str,
    *,
    phones: Sequence[ContactPointGiven] | None = None,
    language: str = "English",
    safe_word: str | None = None,
    note: str | None = None,
    born_on: date | None = None,
    died_on: date | None = None,
    person_id: str = "",
    **more: Any,
) -> ParticipantGiven:
    return ParticipantGiven(
        id=name,
        person=PersonGiven(
            id=person_id,
            name=name,
            language=language,
            date_of_birth=born_on,
            deceased_on=died_on,
            contact_points=(a_mobile(),) if phones is None else tuple(phones),
            safe_contact=SafeContactGiven(note=note, safe_word=safe_word),
        ),
        **more,
    )


# --- cases and hearings ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MadeCase:
    """A case of a test: its ids, and its people by name."""

    id: str
    urn: str
    people: dict[str, str] = field(default_factory=dict)
    defendants: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The participant's id of somebody in the case."""
        return self.people[name]


def a_case(
    *people: ParticipantGiven,
    now: str = "2026-11-09 09:00",
    officer: str | None = "Olivia",
    unit: str = "ESX",
    defendants: Sequence[str] = ("Aaron Smith",),
    code: str = "",
) -> MadeCase:
    """Register a case with these people; Olivia holds it unless told otherwise. `code` is the CJS code of the offences.

    The offence of a defendant has the id "theft by <name>", for people whom it concerns.
    """
    urn = f"42AB{next(_numbers):07d}"
    given = CaseGiven(
        urn=urn,
        unit=unit,
        officer=email_of(officer) if officer else "",
        defendants=tuple(
            DefendantGiven(
                id=name,
                name=name,
                offences=(OffenceGiven(id=f"theft by {name}", title="Theft", cjs_code=code or None),),
            )
            for name in defendants
        ),
        participants=people or (a_victim(),),
    )
    made = register_case(given, actor=_police(), now=at(now))
    return MadeCase(id=made.case_id, urn=urn, people=dict(made.participants), defendants=dict(made.defendants))


def a_trial(
    case: MadeCase, on: str = "2026-12-02 10:00", *, now: str, kind: HearingClass = HearingClass.TRIAL, days: int = 1
) -> str:
    """List a hearing, and give its id."""
    hearing = new_id()
    about = About(hearing_type=kind.value.capitalize(), hearing_class=kind, jurisdiction="CROWN")
    said(
        case,
        HearingListed(hearing=hearing, about=about),
        HearingConfirmed(hearing=hearing, when=_when(on, days), where=COURT, about=about),
        now=now,
    )
    return hearing


def entered(case: MadeCase, *facts: Fact, now: str, by: str) -> str:
    """An officer enters something by hand; gives the id of its first entry in the journal."""
    officer = Actor(kind=USER, id=by, unit_ids=(unit_of(case),))
    outcomes = record_court_fact(case.urn, facts, actor=officer, now=at(now))
    return next(iter(outcomes))


def unit_of(case: MadeCase) -> str:
    return session().scalars(sa.select(CourtCase.unit_id).where(CourtCase.id == case.id)).one()


def moved(case: MadeCase, hearing: str, to: str, *, now: str) -> None:
    said(case, HearingMoved(hearing=hearing, when=_when(to), where=COURT), now=now)


def vacated(case: MadeCase, hearing: str, *, now: str, reason: str = "") -> None:
    said(case, TrialVacated(hearing=hearing, reason=reason), now=now)


def adjourned(case: MadeCase, hearing: str, *, now: str) -> None:
    said(case, HearingAdjourned(hearing=hearing), now=now)


def convicted(case: MadeCase, hearing: str, *, now: str) -> None:
    """The court finds every defendant guilty of what they are charged with, and shares its results."""
    _found(case, "guilty", hearing, now)


def acquitted(case: MadeCase, hearing: str, *, now: str) -> None:
    """The court finds every defendant not guilty: the outcome."""
    _found(case, "not_guilty", hearing, now)


def _found(case: MadeCase, verdict: str, hearing: str, now: str) -> None:
    day = local_time(at(now)).date()
    verdicts = [
        VerdictRecorded(defendant=defendant, offence=offence, verdict=verdict, hearing=hearing, day=day, on=day)
        for defendant, offence in _charges(case)
    ]
    said(case, *verdicts, ResultsShared(hearing=hearing, day=day, shared_at=at(now)), now=now)


def sentenced(
    case: MadeCase,
    *,
    now: str,
    length: str = "4 Y",
    kind: ResultKind = ResultKind.CUSTODY,
    label: str = "Imprisonment",
    whom: str = "",
) -> None:
    """The court finds the defendants (`whom`: that one) guilty of what they are charged with, and sentences them."""
    day, hearing = local_time(at(now)).date(), new_id()
    charges = [pair for pair in _charges(case) if not whom or pair[0] == case.defendants[whom]]
    verdicts = [
        VerdictRecorded(defendant=defendant, offence=offence, verdict="guilty", hearing=hearing, day=day, on=day)
        for defendant, offence in charges
    ]
    results = tuple(
        OffenceResult(defendant=defendant, offence=offence, kind=kind, label=label, length=length, final=True)
        for defendant, offence in charges
    )
    said(case, *verdicts, ResultsShared(hearing=hearing, day=day, shared_at=at(now), results=results), now=now)


def said(case: MadeCase, *facts: Fact, now: str) -> None:
    """Something a court says, received at `now`."""
    record_court_fact(case.urn, facts, actor=_police(), now=at(now))


def _police() -> Actor:
    """A program that may send cases to every unit; its ids for people hold from one case to the next."""
    units = tuple(session().execute(sa.select(Unit.id)).scalars())
    return Actor(kind=CLIENT, id="police-system", unit_ids=units, scopes=frozenset({"cases:write"}))


def _when(text: str, days: int = 1) -> When:
    first, clock = text.split(" ")
    start = date.fromisoformat(first)
    listed = tuple(
        HearingDay(
            on=date.fromordinal(start.toordinal() + number), at=time.fromisoformat(clock) if not number else None
        )
        for number in range(days)
    )
    return When(kind=DateKind.FIXED, days=listed)


def _charges(case: MadeCase) -> Sequence[tuple[str, str]]:
    from witness_care.cases.models import Offence

    query = sa.select(Offence.defendant_id, Offence.id).where(Offence.case_id == case.id).order_by(Offence.id)
    return [(row.defendant_id, row.id) for row in session().execute(query)]


# --- contacts ----------------------------------------------------------------------------------------------------


def open_duties(participant_id: str) -> list[Duty]:
    """What is owed to somebody now, most urgent first."""
    query = sa.select(Duty).where(Duty.participant_id == participant_id, Duty.closed_at.is_(None))
    found = session().execute(
        query.order_by(Duty.priority, Duty.due_at, Duty.id).execution_options(populate_existing=True)
    )
    return list(found.scalars())


def introduced(case: MadeCase, *, now: str = "2026-11-09 09:01") -> MadeCase:
    """The same case, with nothing left to be done for its people but keeping in touch."""
    done = [
        DutyClosedByPerson(participant=participant, topic=duty.topic, subject=duty.subject, reason="done")
        for participant in case.people.values()
        for duty in open_duties(participant)
        if duty.topic in tasks.TASKS
    ]
    record_court_fact(case.urn, done, actor=_police(), now=at(now))
    return case


def told_everything(participant_id: str, *, now: str, by: str) -> str:
    """Somebody is told all that is owed to them, in person; gives the contact's id."""
    return attempted(participant_id, ContactOutcome.REACHED, now=now, by=by)


def attempted(participant_id: str, outcome: ContactOutcome, *, now: str, by: str) -> str:
    """Record one contact or attempt by a user; news is told only where the outcome tells."""
    shown = [
        Shown(duty.topic, duty.subject, duty.value_hash)
        for duty in open_duties(participant_id)
        if duty.topic not in tasks.OTHER_TASKS
    ]
    entry = Entry(
        participant_id=participant_id,
        channel="in_person",
        outcome=outcome,
        happened_at=at(now),
        token=new_id(),
        told=shown if outcome.tells else (),
        if_changed=AS_NOW,
    )
    done = record_contact(entry, actor=f"user:{by}", now=at(now))
    assert isinstance(done, Recorded)
    return done.contact_id
