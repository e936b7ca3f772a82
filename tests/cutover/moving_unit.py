"""The cases of a unit that moves over, as another system would send them, and what domain.md says is owed in them.

What is owed is worked out here from the plain words of domain.md sections 2 and 3, without the code that decides it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from tests.factories import COURT
from workflows.events import (
    About,
    DateKind,
    Fact,
    HearingAdjourned,
    HearingClass,
    HearingConfirmed,
    HearingDay,
    TrialVacated,
    VerdictRecorded,
    When,
)

TRIAL, PLEA = "trial", "plea"
DAY, PAST_DAY = "2027-03-09", "2026-11-23"
FUTURE, WEEK, NONE, VACATED, ADJOURNED, CONVICTED = "future", "week", "none", "vacated", "adjourned", "convicted"
DATE_TOLD_AT, NEWS_TOLD_AT = "2026-11-12T10:00:00Z", "2026-11-24T10:00:00Z"
PEOPLE = (("victim", ""), ("both", ""), ("witness", "civilian"), ("witness", "police"), ("witness", "expert"))


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person of a case, as the old system has them; `required` is what the CPS said, None nothing."""

    id: str
    role: str
    kind: str
    required: bool | None

    @property
    def is_victim(self) -> bool:
        return self.role != "witness"

    @property
    def is_civilian(self) -> bool:
        return self.is_victim or self.kind == "civilian"


@dataclass(frozen=True, slots=True)
class MovingCase:
    """One case: what has become of its trial, whether a plea hearing is to come, and who is on it."""

    urn: str
    trial: str
    has_plea_hearing: bool
    people: tuple[Somebody, ...]

    def document(self, *, with_told: bool) -> dict[str, Any]:
        """What the other system sends of the case, in the form of `PUT`."""
        return {
            "defendants": [
                {"id": "d1", "name": "Dexter Marrowby", "offences": [{"id": "o1", "cjs_code": "OF61102"}]},
            ],
            "participants": [self._participant(one, with_told) for one in self.people],
        }

    def facts(self, hearings: dict[str, str], defendant: str, offence: str) -> list[Fact]:
        """What the court has said of the case; `hearings` gives our ids."""
        said: list[Fact] = []
        if self.trial not in (NONE, CONVICTED):  # of a trial that is over, only what came of it is sent
            said.append(_listed(hearings[TRIAL], HearingClass.TRIAL, self.when))
        if self.has_plea_hearing:
            said.append(_listed(hearings[PLEA], HearingClass.PLEA, _on(DAY)))
        if self.trial == VACATED:
            said.append(TrialVacated(hearing=hearings[TRIAL]))
        if self.trial == ADJOURNED:
            said.append(HearingAdjourned(hearing=hearings[TRIAL]))
        if self.trial == CONVICTED:
            day = _on(PAST_DAY).days[0].on
            said.append(
                VerdictRecorded(
                    defendant=defendant, offence=offence, verdict="guilty", hearing=hearings[TRIAL], day=day, on=day
                )
            )
        return said

    @property
    def when(self) -> When:
        if self.trial == WEEK:
            return When(kind=DateKind.WEEK_COMMENCING, week_commencing=_on("2027-03-08").days[0].on, weeks=1)
        return _on(DAY)

    def owed(self, one: Somebody) -> set[str]:
        """What domain.md says is owed to somebody who was told nothing: topics, with the hearing where it is one."""
        found = set()
        comes = self.trial in (FUTURE, WEEK)
        if one.is_victim:
            found |= {"hearing.when_where trial"} if comes else set()
            found |= {"hearing.when_where plea"} if self.has_plea_hearing else set()
            found |= {"hearing.outcome trial"} if self.trial == ADJOURNED else set()
            found |= {"verdict"} if self.trial == CONVICTED else set()
        elif one.required and comes:
            found.add("hearing.when_where trial")  # a witness is asked to trials only, and only if they must come
        if one.required:
            found.add("attendance")  # nobody who was told nothing is owed that they need not come
        return found

    def keeps_in_touch(self, one: Somebody) -> bool:
        """Civilians, while they may be needed; a task, counted apart from what is to be told."""
        return one.is_civilian and (one.is_victim or one.required is not False)

    def _participant(self, one: Somebody, with_told: bool) -> dict[str, Any]:
        said: dict[str, Any] = {
            "id": one.id,
            "role": one.role,
            "person": {"id": f"{self.urn} {one.id}", "name": f"Made-up {one.id} of {self.urn}"},
            "defendants": ["d1"],
        }
        if one.kind:
            said["witness_kind"] = one.kind
        if one.required is not None:
            said["requirement"] = {"required": one.required}
        if with_told:
            said["told"] = list(self._told(one))
            said["contacts"] = [
                {"id": "c1", "at": "2026-11-10T10:00:00Z", "channel": "call", "outcome": "no_answer"},
                {"id": "c2", "at": NEWS_TOLD_AT, "channel": "call", "outcome": "reached"},
            ]
        return said

    def _told(self, one: Somebody) -> Iterator[dict[str, Any]]:
        """Everything that this person may want to know of the case, as the old system has told it."""
        knows_trial = self.trial not in (NONE, CONVICTED) and (one.is_victim or one.required)
        if knows_trial:
            yield self._telling("hearing.when_where", TRIAL, DATE_TOLD_AT, self._date())
        if knows_trial and self.trial in (VACATED, ADJOURNED):
            off = {"state": "off", "class": "trial", "why": self.trial}
            yield self._telling("hearing.when_where", TRIAL, NEWS_TOLD_AT, off)
        if knows_trial and self.trial == ADJOURNED and one.is_civilian:
            outcome = {"outcome": "adjourned", "class": "trial"}
            yield self._telling("hearing.outcome", TRIAL, NEWS_TOLD_AT, outcome)
        if one.is_victim and self.has_plea_hearing:
            plea = {"state": "on", "class": "plea", "hearings": [_fixed("plea", DAY)]}
            yield self._telling("hearing.when_where", PLEA, DATE_TOLD_AT, plea)
        if one.required:
            yield {"topic": "attendance", "at": DATE_TOLD_AT, "value": {"required": True}}
        if self.trial == CONVICTED and one.is_victim:
            yield {
                "topic": "verdict",
                "at": NEWS_TOLD_AT,
                "defendant": "d1",
                "value": {"offences": {"o1": "guilty"}},
            }

    def _date(self) -> dict[str, Any]:
        week = {"kind": "week_commencing", "class": "trial", "court": COURT.court, "week": "2027-03-08", "weeks": 1}
        hearing = week if self.trial == WEEK else _fixed("trial", DAY)
        return {"state": "on", "class": "trial", "hearings": [hearing]}

    def _telling(self, topic: str, hearing: str, at: str, value: dict[str, Any]) -> dict[str, Any]:
        return {"topic": topic, "hearing": f"{self.urn} {hearing}", "at": at, "value": value}


def moving_cases(number: int, prefix: str) -> list[MovingCase]:
    """As many cases as wanted, always the same: the URNs differ by `prefix` alone."""
    chance = random.Random(150)
    return [_a_case(chance, f"{prefix}{position:07}26") for position in range(number)]


def _a_case(chance: random.Random, urn: str) -> MovingCase:
    trial = chance.choice((FUTURE, FUTURE, WEEK, NONE, VACATED, ADJOURNED, CONVICTED))
    chosen = [PEOPLE[0], *chance.choices(PEOPLE, k=chance.randrange(3))]
    people = tuple(
        # Whether somebody must come is over once the trial is; whoever attended is another test's matter.
        Somebody(f"p{position}", role, kind, None if trial == CONVICTED else chance.choice((None, True, False)))
        for position, (role, kind) in enumerate(chosen)
    )
    return MovingCase(urn, trial, chance.random() < 0.3, people)


def _on(day: str) -> When:
    return When(kind=DateKind.FIXED, days=(HearingDay(date.fromisoformat(day), time(10)),))


def _fixed(kind: str, day: str) -> dict[str, Any]:
    return {"kind": "fixed", "class": kind, "court": COURT.court, "days": [[day, "10:00"]]}


def _listed(hearing: str, kind: HearingClass, when: When) -> Fact:
    about = About(hearing_type=kind.value.capitalize(), hearing_class=kind, jurisdiction="CROWN")
    return HearingConfirmed(hearing=hearing, when=when, where=COURT, about=about)
