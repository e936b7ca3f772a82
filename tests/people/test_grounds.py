"""Enhanced rights: what suggests them is shown with its reason, the shorter time counts, and a person decides."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import load_only
from werkzeug.test import TestResponse

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim, a_witness
from tests.reading import text_of
from witness_care import database
from witness_care.accounts.current import SYSTEM, USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases import merging
from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, ParticipantGiven
from witness_care.cases.refusal import NotAcceptedError
from witness_care.cases.service import change_participant, register_case
from witness_care.checks.every import check
from witness_care.clock import now
from witness_care.people.document import PersonGiven
from witness_care.people.models import DeclinedSuggestion, Participant

ZOE = {"person_id": "zoe"}
DECIDE = "Decide on enhanced rights"
WOUNDING, ROBBERY = "OF61016", "TH68023"


def row_of(participant: str) -> Participant:
    columns = (Participant.enhanced, Participant.enhanced_basis, Participant.suggested_grounds, Participant.victim_kind)
    found = database.session().get_one(Participant, participant, options=[load_only(*columns)])
    database.session().rollback()
    return found


def basis_of(participant: str) -> tuple[str, list[str]]:
    row = row_of(participant)
    return row.enhanced, row.enhanced_basis


def decide(client: FlaskClient, page: str, said: dict[str, object]) -> TestResponse:
    """Fill in the page as it is now and send it."""
    shown = re.search(r'name="shown"[^>]*value="([^"]*)"', client.get(page).text)
    return client.post(page, data={"shown": shown[1] if shown else ""} | said)


def described(case: MadeCase, code: str) -> None:
    offences = (OffenceGiven(id="offence", title="Wounding with intent", cjs_code=code),)
    given = CaseGiven(urn=case.urn, defendants=(DefendantGiven(id="defendant", name="Dan Smith", offences=offences),))
    register_case(given, actor=SYSTEM, now=now())


@pytest.mark.feature("B5")
def test_an_offence_suggests_a_ground_with_its_reason_and_a_person_confirms_it(desk: Desk) -> None:
    case = a_case(a_victim("Zoe Frost"))
    zoe, olivia = case["Zoe Frost"], desk.as_("olivia")
    described(case, WOUNDING)

    shown = text_of(olivia.get(f"/participants/{zoe}"))
    page = text_of(olivia.get(f"/participants/{zoe}/enhanced-rights"))
    listed = text_of(desk.as_("sam").get("/unit/contacts"))
    before = (basis_of(zoe), row_of(zoe).suggested_grounds)
    answer = decide(olivia, f"/participants/{zoe}/enhanced-rights", {"enhanced": "yes", "grounds": ["GBH_INTENT"]})

    assert "Enhanced rights suggested: a victim of wounding or grievous bodily harm with intent" in shown
    assert "at the shorter times" in listed
    assert DECIDE in shown
    assert "Suggested. An offence of this case: Wounding with intent." in page
    assert before == (("no", []), ["GBH_INTENT"])  # nothing by itself
    assert answer.status_code == 303
    assert (basis_of(zoe), row_of(zoe).suggested_grounds) == (("yes", ["GBH_INTENT"]), [])
    after = text_of(olivia.get(f"/participants/{zoe}"))
    assert "Grounds for enhanced rights: a victim of wounding" in after
    assert DECIDE not in after
    assert DECIDE not in text_of(olivia.get(f"/cases/{case.urn}"))
    assert [finding for finding in check(now()) if finding.case_id == case.id] == []


@pytest.mark.feature("B5")
def test_a_no_needs_a_reason_which_is_kept_and_shown(desk: Desk) -> None:
    case = a_case(a_victim("Zoe Frost"))
    zoe, olivia = case["Zoe Frost"], desk.as_("olivia")
    described(case, WOUNDING)
    page = f"/participants/{zoe}/enhanced-rights"

    silent = decide(olivia, page, {"enhanced": "no", "reason": " "})
    later = decide(olivia, page, {"enhanced": "not_asked"})
    waits = row_of(zoe).suggested_grounds
    said = decide(olivia, page, {"enhanced": "no", "reason": "The charge is against somebody else."})

    assert silent.status_code == 400
    assert "Say why a ground that was suggested, or was held, is not met" in text_of(silent)
    assert (later.status_code, waits) == (303, ["GBH_INTENT"])
    assert said.status_code == 303
    assert (basis_of(zoe), row_of(zoe).suggested_grounds) == (("no", []), [])
    assert "The charge is against somebody else." in text_of(olivia.get(page))
    described(case, ROBBERY)
    described(case, WOUNDING)
    assert row_of(zoe).suggested_grounds == []  # what was said no to is not asked again


@pytest.mark.sqlite_only
def test_a_no_goes_with_its_person_when_their_case_is_merged_into_another(desk: Desk) -> None:
    case, other = a_case(a_victim("Zoe Frost")), a_case(a_victim("Ann Marsh"))
    described(case, WOUNDING)
    page = f"/participants/{case['Zoe Frost']}/enhanced-rights"
    decide(desk.as_("olivia"), page, {"enhanced": "no", "reason": "The charge is against somebody else."})
    sam = Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))

    merging.merge(other.urn, case.urn, "One incident.", actor=sam, now=now())

    assert database.session().scalars(sa.select(DeclinedSuggestion.case_id)).all() == [other.id]
    assert "The charge is against somebody else." in text_of(desk.as_("olivia").get(page))
    assert [*check(now())] == []


@pytest.mark.sqlite_only
def test_a_page_that_was_open_meanwhile_decides_nothing_it_did_not_show(desk: Desk) -> None:
    case = a_case(a_victim("Zoe Frost"))
    zoe, olivia = case["Zoe Frost"], desk.as_("olivia")
    page = f"/participants/{zoe}/enhanced-rights"
    described(case, WOUNDING)

    late = olivia.post(page, data={"shown": ";", "enhanced": "no", "reason": "Nothing was suggested."})
    unsaid = decide(olivia, page, {"enhanced": "not_asked", "grounds": ["HATE"]})

    assert (late.status_code, unsaid.status_code) == (400, 400)
    assert "changed while you had this page open" in text_of(late)
    assert "Say that they have enhanced rights on these grounds" in text_of(unsaid)
    assert (basis_of(zoe), row_of(zoe).suggested_grounds) == (("no", []), ["GBH_INTENT"])


@pytest.mark.sqlite_only
def test_the_form_that_changes_a_person_leaves_their_enhanced_rights_alone(desk: Desk) -> None:
    case = a_case(a_victim("Zoe Frost", enhanced=True, enhanced_basis=("HATE",)))
    zoe, olivia = case["Zoe Frost"], desk.as_("olivia")
    change = {"token": "change", "name": "Zoe Frost", "role": "victim", "victim_kind": "person", "enhanced": "no"}

    assert olivia.post(f"/participants/{zoe}/change", data=change).status_code == 303
    assert basis_of(zoe) == ("yes", ["HATE"])


@pytest.mark.sqlite_only
def test_of_a_witness_who_becomes_a_victim_enhanced_rights_are_not_decided_yet(desk: Desk) -> None:
    case = a_case(a_witness("Zoe Frost"))
    zoe, olivia = case["Zoe Frost"], desk.as_("olivia")
    change = {"token": "change", "name": "Zoe Frost", "role": "both", "victim_kind": "person"}

    assert olivia.post(f"/participants/{zoe}/change", data=change).status_code == 303
    assert basis_of(zoe) == ("not_asked", [])
    assert row_of(zoe).suggested_grounds == []


@pytest.mark.sqlite_only
def test_who_left_the_case_is_not_asked_about_and_not_taken_on_again(desk: Desk) -> None:
    case = a_case(a_victim("Zoe Frost"))
    zoe, olivia = case["Zoe Frost"], desk.as_("olivia")
    described(case, WOUNDING)
    change_participant(case.urn, ParticipantGiven(id=zoe, remove=True), actor=SYSTEM, now=now())

    page = f"/participants/{zoe}/enhanced-rights"
    assert row_of(zoe).suggested_grounds == []
    assert "They have left this case" in text_of(olivia.get(page))
    assert decide(olivia, page, {"enhanced": "yes", "grounds": ["HATE"]}).status_code == 303
    assert basis_of(zoe) == ("no", [])
    assert [finding for finding in check(now()) if finding.case_id == case.id] == []


@pytest.mark.sqlite_only
def test_a_child_whose_date_of_birth_is_held_is_asked_about_in_a_further_case(desk: Desk) -> None:
    a_case(a_victim("Zoe Frost", born_on=date(2012, 5, 1), **ZOE))
    second = a_case(a_victim("Zoe Frost", **ZOE))
    assert row_of(second["Zoe Frost"]).suggested_grounds == ["UNDER_18"]


@pytest.mark.sqlite_only
def test_a_ground_that_was_held_goes_only_with_a_reason(desk: Desk) -> None:
    zoe = a_case(a_victim("Zoe Frost", enhanced=True, enhanced_basis=("DISABILITY", "HATE")))["Zoe Frost"]
    olivia, page = desk.as_("olivia"), f"/participants/{zoe}/enhanced-rights"

    silent = decide(olivia, page, {"enhanced": "yes", "grounds": ["HATE"]})
    nothing = decide(olivia, page, {"enhanced": "yes"})
    both = decide(olivia, page, {"enhanced": "no", "grounds": ["HATE"]})
    assert basis_of(zoe) == ("yes", ["DISABILITY", "HATE"])
    decide(olivia, page, {"enhanced": "yes", "grounds": ["HATE"], "reason": "Entered for her sister."})

    assert (silent.status_code, nothing.status_code, both.status_code) == (400, 400, 400)
    assert "Tick at least one ground" in text_of(nothing)
    assert "Untick every ground" in text_of(both)
    assert basis_of(zoe) == ("yes", ["HATE"])
    assert "Entered for her sister." in text_of(olivia.get(page))


def test_a_date_of_birth_that_shows_a_child_asks_and_the_same_one_again_does_not(desk: Desk) -> None:
    child, adult = date(2008, 11, 10), date(2008, 11, 9)  # 18 the day after it was entered, and on that day
    case = a_case(a_victim("Zoe Frost", born_on=child), a_victim("Ben Frost", born_on=adult))
    zoe, olivia = case["Zoe Frost"], desk.as_("olivia")

    assert row_of(zoe).suggested_grounds == ["UNDER_18"]
    assert row_of(case["Ben Frost"]).suggested_grounds == []
    page = f"/participants/{zoe}/enhanced-rights"
    assert "They were under 18 when their date of birth was entered." in text_of(olivia.get(page))
    decide(olivia, page, {"enhanced": "no", "reason": "The date was wrong."})
    said_again = ParticipantGiven(id=zoe, person=PersonGiven(date_of_birth=child))
    change_participant(case.urn, said_again, actor=SYSTEM, now=now())
    assert row_of(zoe).suggested_grounds == []


# --- victims of more than one case --------------------------------------------------------------------------------


@pytest.mark.feature("S22")
def test_a_victim_of_two_cases_is_shown_with_both_and_a_person_adds_the_ground(desk: Desk) -> None:
    first = a_case(a_victim("Zoe Frost", **ZOE))
    second = a_case(a_victim("Zoe Frost", **ZOE, enhanced_basis=("DISABILITY",)))
    zoe, olivia = second["Zoe Frost"], desk.as_("olivia")
    shown = text_of(olivia.get(f"/participants/{zoe}"))
    assert basis_of(zoe) == ("no", ["DISABILITY"])  # nothing by itself

    chosen = {"enhanced": "yes", "grounds": ["DISABILITY", "PERSISTENT_TARGET"]}
    answer = decide(olivia, f"/participants/{zoe}/enhanced-rights", chosen)

    assert f"A victim in 2 cases: {first.urn} , and this one." in shown
    assert "Enhanced rights suggested: persistently targeted" in shown
    assert answer.status_code == 303
    assert basis_of(zoe) == ("yes", ["DISABILITY", "PERSISTENT_TARGET"])
    assert DECIDE not in text_of(olivia.get(f"/participants/{zoe}"))


@pytest.mark.feature("S22")
def test_a_no_to_being_targeted_is_remembered_until_there_is_another_case(desk: Desk) -> None:
    a_case(a_victim("Zoe Frost", **ZOE))
    zoe, olivia = a_case(a_victim("Zoe Frost", **ZOE))["Zoe Frost"], desk.as_("olivia")
    page = f"/participants/{zoe}/enhanced-rights"

    decide(olivia, page, {"enhanced": "no", "reason": "Two thefts in a shop."})
    decided = text_of(olivia.get(f"/participants/{zoe}"))
    a_case(a_victim("Zoe Frost", **ZOE))

    assert DECIDE not in decided
    assert basis_of(zoe) == ("no", [])
    assert DECIDE in text_of(olivia.get(f"/participants/{zoe}"))
    assert "with 2 cases known. Two thefts in a shop." in text_of(olivia.get(page))
    assert database.session().scalars(sa.select(DeclinedSuggestion.cases)).all() == [2]


@pytest.mark.sqlite_only
def test_a_witness_of_one_case_and_a_victim_of_another_is_not_asked_about_and_rights_stay(desk: Desk) -> None:
    other = a_case(a_witness("Zoe Frost", **ZOE))
    case = a_case(a_victim("Zoe Frost", **ZOE, enhanced=True, enhanced_basis=("HATE",)))
    olivia = desk.as_("olivia")

    assert "A victim in" not in text_of(olivia.get(f"/participants/{case['Zoe Frost']}"))
    as_witness = f"/participants/{other['Zoe Frost']}/enhanced-rights"
    assert "there is nothing to decide" in text_of(olivia.get(as_witness))
    assert decide(olivia, as_witness, {"enhanced": "yes", "grounds": ["HATE"]}).status_code == 303
    assert basis_of(other["Zoe Frost"]) == ("no", [])
    change_participant(case.urn, ParticipantGiven(id=case["Zoe Frost"], role="victim"), actor=SYSTEM, now=now())
    assert basis_of(case["Zoe Frost"])[0] == "yes"


# --- kinds of victim ----------------------------------------------------------------------------------------------


@pytest.mark.feature("B5")
def test_an_officer_enters_a_shop_by_who_speaks_for_it_and_a_mother_by_the_child(desk: Desk) -> None:
    case = a_case(a_victim("Zoe Frost"))
    olivia, page = desk.as_("olivia"), f"/cases/{case.urn}/participants/new"
    shop = {"token": "shop", "name": "Corner Stores", "role": "victim", "victim_kind": "business"}

    nobody = decide(olivia, page, shop)
    decide(olivia, page, shop | {"speaks_for_them": "Ann Hill, manager"})
    mother = {"token": "mother", "name": "Mary Frost", "role": "both", "victim_kind": "parent"}
    decide(olivia, page, mother)

    assert nobody.status_code == 400
    assert "Enter the name of who speaks for the business" in text_of(nobody)
    shown = text_of(olivia.get(f"/cases/{case.urn}"))
    assert "Corner Stores , victim (business)" in shown
    assert "Mary Frost , victim and witness (parent or guardian)" in shown
    kinds = database.session().execute(sa.select(Participant.id, Participant.victim_kind)).all()
    of_shop = next(row.id for row in kinds if row.victim_kind == "business")
    of_mother = next(row.id for row in kinds if row.victim_kind == "parent")
    assert "Representative: Ann Hill, manager" in text_of(olivia.get(f"/participants/{of_shop}"))
    assert "has the standard times" in text_of(olivia.get(f"/participants/{of_shop}/enhanced-rights"))
    assert "has the rights of the child" in text_of(olivia.get(f"/participants/{of_mother}/enhanced-rights"))


def test_a_parent_is_never_a_defendant_of_the_case(desk: Desk) -> None:
    case = a_case(a_victim("Zoe Frost"))
    described(case, ROBBERY)  # by which the defendant has a name
    parent = a_victim("dan  SMITH", victim_kind="parent")

    with pytest.raises(NotAcceptedError) as refusal:
        register_case(CaseGiven(urn=case.urn, participants=(parent,)), actor=SYSTEM, now=now())

    assert refusal.value.expected == "a parent or guardian who is no defendant of the case"
    assert "smith" not in str(refusal.value).casefold()
    register_case(
        CaseGiven(urn=case.urn, participants=(a_victim("Dan Robert Smith", victim_kind="parent"),)),
        actor=SYSTEM,
        now=now(),
    )
