"""Stories of several cases: their people, what a supervisor does to them on the pages, and what is owed to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast, signed_in
from tests.factories import _police, a_victim, at, told_everything
from tests.feed import payloads
from tests.reading import text_of
from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, OtherId
from witness_care.cases.models import CaseCombination, CourtCase, Defendant
from witness_care.cases.service import register_case
from witness_care.checks.every import check
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.people.models import Participant, Person
from workflows.working_days import local_time


def register(case: Mapping[str, Any]) -> None:
    """Take a case on. Who has one name in two cases is one person; a person without defendants concerns everybody."""
    by_court = case.get("known_by", "court") == "court"
    given = CaseGiven(
        urn=case["urn"],
        unit="ESX",
        officer="olivia@unit.example",
        identifiers=(OtherId("cp", case_id(case["urn"])),),
        defendants=tuple(
            DefendantGiven(
                id=name,
                name=name,
                arrest_summons_number=summons_number(name),
                identifiers=(OtherId("cp", defendant_id(name)),) if by_court else (),
                offences=(OffenceGiven(id=name, title="Wounding", identifiers=(OtherId("cp", offence_id(name)),)),),
            )
            for name in case["defendants"]
        ),
        participants=tuple(
            a_victim(name, person_id=name, defendants=tuple(concerned_by))
            for name, concerned_by in case["people"].items()
        ),
    )
    register_case(given, actor=_police(), now=at("2025-12-01 09:00"))


# --- what a court says --------------------------------------------------------------------------------------------


def case_id(urn: str) -> str:
    return payloads.an_id(f"case {urn}")


def defendant_id(name: str) -> str:
    return payloads.an_id(f"defendant {name}")


def offence_id(name: str) -> str:
    return payloads.an_id(f"offence of {name}")


def summons_number(name: str) -> str:
    return f"42/42CF/01/{sum(map(ord, name)):06d}A"


def _dated(make: Callable[..., dict[str, Any]], part: str) -> Callable[..., dict[str, Any]]:
    def message(days: Sequence[str], hearing: str, case: str, defendants: Sequence[str]) -> dict[str, Any]:
        body = make(*days, hearing=payloads.an_id(hearing), case=case_id(case), defendants=(), offences=())
        [of_case] = body[part]["prosecutionCases"]
        of_case["defendants"] = [
            {"id": defendant_id(name), "offences": [{"id": offence_id(name)}]} for name in defendants
        ]
        return body

    return message


def _results(hearing: str, case: str, defendants: Sequence[str], by: str = "court") -> dict[str, Any]:
    """A day's results; `by` "summons" names each defendant by an id that nobody knows and the summons number."""
    body = payloads.resulted(hearing=payloads.an_id(hearing), day="2026-01-13", shared="2026-01-13T09:00:00.000Z")
    [of_case] = body["hearing"]["prosecutionCases"]
    of_case |= {"id": case_id(case), "prosecutionCaseIdentifier": {"caseURN": case}}
    of_case["defendants"] = [
        {
            "id": defendant_id(name) if by == "court" else payloads.an_id(f"a later id of {name}"),
            "personDefendant": {"arrestSummonsNumber": summons_number(name), "personDetails": {"lastName": "T"}},
            "offences": [_convicted(offence_id(name))],
        }
        for name in defendants
    ]
    return body


def _convicted(offence: str) -> dict[str, Any]:
    verdict = payloads.a_verdict() | {"offenceId": offence}
    return payloads.an_offence(payloads.a_result(), offence=offence, verdict=verdict)


MESSAGES: Mapping[str, Callable[..., dict[str, Any]]] = MappingProxyType(
    {
        "announced": lambda hearing, case: payloads.listed(case, hearing=payloads.an_id(hearing)),
        "confirmed": _dated(payloads.confirmed, "confirmedHearing"),
        "updated": _dated(payloads.updated, "updatedHearing"),
        "vacated": lambda hearing: payloads.vacated_by_listing(hearing=payloads.an_id(hearing)),
        "results": _results,
    }
)

# --- what a supervisor does, on the pages -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Sam at her desk: each act of a story is a form that she sends, and that must be taken."""

    app: Flask
    cast: Cast

    def does(self, act: str, **said: Any) -> None:
        ACTS[act](self, **said)

    def merges(self, case: str, other: str) -> None:
        self._send(f"/cases/{case}/merge", urn=other)

    def takes_apart(self) -> None:
        self._send(f"/merges/{self._standing('merge')}/undo")

    def splits(self, case: str, defendants: Sequence[str], new: str) -> None:
        with self.app.app_context():
            query = sa.select(Defendant.id).where(Defendant.name.in_(defendants)).order_by(Defendant.id)
            chosen = list(session().scalars(query))
        self._send(f"/cases/{case}/split", urn=new, defendants=chosen)

    def takes_back(self) -> None:
        self._send(f"/splits/{self._standing('split')}/undo")

    def links(self, case: str, other: str) -> None:
        self._send(f"/cases/{case}/links/new", urn=other, kind="same_incident")

    def corrects(self, case: str, right: str) -> None:
        self._send(f"/cases/{case}/urn", urn=right)

    def tells(self, person: str, case: str, at: str) -> None:
        """Somebody is told all that is owed to them in a case, by the telephone call of an officer."""
        with self.app.app_context():
            told_everything(_participant(person, case), now=at, by=self.cast.olivia)

    def _send(self, address: str, **fields: Any) -> None:
        answer = signed_in(self.app, self.cast.sam).post(address, data=fields | {"reason": "As the court says."})
        assert answer.status_code == 303, text_of(answer)

    def _standing(self, kind: str) -> str:
        with self.app.app_context():
            query = sa.select(CaseCombination.id).where(CaseCombination.undone_at.is_(None))
            return session().scalars(query.where(CaseCombination.kind == kind)).one()


ACTS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "merge": Supervisor.merges,
        "take apart": Supervisor.takes_apart,
        "split": Supervisor.splits,
        "take back": Supervisor.takes_back,
        "link": Supervisor.links,
        "correct": Supervisor.corrects,
        "tell": Supervisor.tells,
    }
)


def _participant(name: str, urn: str) -> str:
    query = sa.select(Participant.id).join(Person, Person.id == Participant.person_id)
    query = query.join(CourtCase, CourtCase.id == Participant.case_id)
    return session().scalars(query.where(Person.name == name, CourtCase.urn == urn)).one()


# --- what follows -------------------------------------------------------------------------------------------------


def owed(app: Flask) -> list[Any]:
    """What is owed now, but for tasks: rows of name, urn, topic, value and the time (London) by which it is due."""
    query = (
        sa.select(Person.name, CourtCase.urn, Duty.topic, Duty.value, Duty.due_at)
        .join(Participant, Participant.id == Duty.participant_id)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Duty.case_id)
        .where(Duty.closed_at.is_(None), Duty.topic.not_like("task.%"))
    )
    with app.app_context():
        return [(*row[:4], f"{local_time(row.due_at):%Y-%m-%d %H:%M}") for row in session().execute(query)]


def nothing_is_wrong(app: Flask) -> bool:
    with app.app_context():
        return list(check(at("2026-02-01 09:00"))) == []
