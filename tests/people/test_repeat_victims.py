"""A victim who was one before: the cases are shown, a ground for enhanced rights is suggested, a person decides."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import a_case, a_victim, a_witness
from tests.reading import text_of
from witness_care import database
from witness_care.accounts.current import SYSTEM
from witness_care.cases.document import ParticipantGiven
from witness_care.cases.service import change_participant
from witness_care.clock import now
from witness_care.people.models import DeclinedSuggestion, Participant

ZOE = {"person_id": "zoe"}
ASKED = "Persistently targeted? Decide"


def basis_of(participant: str) -> tuple[str, list[str]]:
    row = (
        database.session()
        .execute(sa.select(Participant.enhanced, Participant.enhanced_basis).where(Participant.id == participant))
        .one()
    )
    database.session().rollback()
    return row.enhanced, row.enhanced_basis


@pytest.mark.feature("S22")
def test_a_victim_of_two_cases_is_shown_with_both_and_a_person_adds_the_ground(desk: Desk) -> None:
    first = a_case(a_victim("Zoe Frost", **ZOE))
    second = a_case(a_victim("Zoe Frost", **ZOE, enhanced_basis=("DISABILITY",)))
    zoe, olivia = second["Zoe Frost"], desk.as_("olivia")
    shown = text_of(olivia.get(f"/participants/{zoe}"))
    assert basis_of(zoe) == ("no", ["DISABILITY"])  # nothing by itself

    answer = olivia.post(f"/participants/{zoe}/repeat-victim", data={"decision": "confirm"})

    assert f"A victim in 2 cases: {first.urn} , and this one." in shown
    assert ASKED in shown
    assert answer.status_code == 303
    assert basis_of(zoe) == ("yes", ["DISABILITY", "PERSISTENT_TARGET"])
    after = text_of(olivia.get(f"/participants/{zoe}"))
    assert "Persistently targeted: confirmed." in after
    assert ASKED not in after


@pytest.mark.feature("S22")
def test_a_no_is_remembered_with_its_reason_until_there_is_another_case(desk: Desk) -> None:
    a_case(a_victim("Zoe Frost", **ZOE))
    zoe, olivia = a_case(a_victim("Zoe Frost", **ZOE))["Zoe Frost"], desk.as_("olivia")
    page = f"/participants/{zoe}/repeat-victim"

    silent = olivia.post(page, data={"decision": "decline", "reason": " "})
    olivia.post(page, data={"decision": "decline", "reason": "Two thefts in a shop."})
    decided = text_of(olivia.get(f"/participants/{zoe}"))
    a_case(a_victim("Zoe Frost", **ZOE))

    assert silent.status_code == 400
    assert "Say why they are not persistently targeted" in text_of(silent)
    assert ASKED not in decided
    assert "What was decided" in decided
    assert basis_of(zoe) == ("no", [])
    assert ASKED in text_of(olivia.get(f"/participants/{zoe}"))
    assert "Two thefts in a shop." in text_of(olivia.get(page))
    assert database.session().scalars(sa.select(DeclinedSuggestion.cases)).all() == [2]


@pytest.mark.sqlite_only
def test_a_witness_of_one_case_and_a_victim_of_another_is_not_asked_about_and_rights_stay(desk: Desk) -> None:
    a_case(a_witness("Zoe Frost", **ZOE))
    case = a_case(a_victim("Zoe Frost", **ZOE, enhanced=True))
    olivia = desk.as_("olivia")

    assert "A victim in" not in text_of(olivia.get(f"/participants/{case['Zoe Frost']}"))
    assert "there is nothing to decide" in text_of(olivia.get(f"/participants/{case['Zoe Frost']}/repeat-victim"))
    change_participant(case.urn, ParticipantGiven(id=case["Zoe Frost"], role="victim"), actor=SYSTEM, now=now())
    assert basis_of(case["Zoe Frost"])[0] == "yes"
