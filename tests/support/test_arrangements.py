"""Measures and help as officers see them: needed, granted, to confirm after a move, confirmed with one press."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_witness, at, entered, moved, open_duties
from tests.reading import text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases.queries import case_as_known, case_document
from witness_care.casework import rebuild
from witness_care.checks.every import check
from witness_care.clock import now
from witness_care.contacts.models import Duty
from witness_care.database import session
from workflows import tasks
from workflows.events import NeedArranged, NeedSaid, NeedsAsked, Said, SpecialMeasureStated

pytestmark = [pytest.mark.feature("D3"), pytest.mark.sqlite_only]

NADIA = "Nadia Ahmed"
NOTHING = "This is not to be confirmed any more"


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    """Nadia is called to a trial; screens are granted, and her way to court is arranged. Then the trial moves."""
    made = a_case(a_witness(NADIA, required=True), now="2026-11-24 09:00", officer="Olivia")
    hearing = a_trial(made, "2026-12-14 10:00", now="2026-11-24 10:00")
    asked = (NeedSaid(question="travel", answer=Said.YES),)
    for minute, fact in enumerate(
        (
            SpecialMeasureStated(participant=made[NADIA], measure="screens", decision="granted"),
            NeedsAsked(participant=made[NADIA], answers=asked),
            NeedArranged(participant=made[NADIA], question="travel"),
        )
    ):
        entered(made, fact, now=f"2026-11-25 10:0{minute}", by=desk.cast.olivia)
    moved(made, hearing, "2026-12-21 10:00", now="2026-11-27 10:00")
    return made


def rechecks(case: MadeCase) -> list[Duty]:
    session().rollback()
    return [duty for duty in open_duties(case[NADIA]) if duty.topic == tasks.RECHECK]


def forms_of(page: str) -> list[dict[str, str]]:
    """Give what each Confirm button of a page sends."""
    found = re.findall(r"<form[^>]*arrangements-confirmed.*?</form>", page, re.DOTALL)
    return [dict(re.findall(r'name="(token|what|trial)" value="([^"]*)"', each)) for each in found]


def test_what_was_for_the_old_day_is_to_confirm_by_itself_and_each_line_has_its_button(desk: Desk, case: MadeCase):
    olivia, address = desk.as_("olivia"), f"/participants/{case[NADIA]}"
    page = olivia.get(f"{address}/support").get_data(as_text=True)
    words = text_of(olivia.get(f"{address}/support"))
    assert "2 to confirm" in words
    assert "granted for " in words
    assert "Monday 14 December 2026; the trial is now" in words

    first, second = forms_of(page)
    assert olivia.post(f"{address}/arrangements-confirmed", data=first).status_code == 303
    assert olivia.post(f"{address}/arrangements-confirmed", data=first).status_code == 303  # pressed twice
    assert [list(duty.value["confirm"]) for duty in rechecks(case)] == [["need:travel"]]
    assert olivia.post(f"{address}/arrangements-confirmed", data=second).status_code == 303

    assert rechecks(case) == []
    ended = session().scalars(sa.select(Duty.closed_reason).where(Duty.topic == tasks.RECHECK)).all()
    assert ended == ["done"]
    words = text_of(olivia.get(f"{address}/support"))
    assert "to confirm" not in words.lower()
    assert "In place: " in words
    assert list(check(now())) == []
    assert list(rebuild.differences()) == []


def test_a_confirmation_that_does_not_fit_is_refused(desk: Desk, case: MadeCase):
    olivia, address = desk.as_("olivia"), f"/participants/{case[NADIA]}"
    [screens, _] = forms_of(olivia.get(f"{address}/support").get_data(as_text=True))
    confirm = f"{address}/arrangements-confirmed"
    for code, sent in (
        (400, {"token": "one"}),
        (409, screens | {"what": "measure:wigs_off", "token": "two"}),
        (409, screens | {"trial": "another", "token": "three"}),
    ):
        answer = olivia.post(confirm, data=sent)
        assert (answer.status_code, NOTHING in text_of(answer)) == (code, True)
    assert desk.as_("noor").post(confirm, data=screens).status_code == 404
    assert len(rechecks(case)[0].value["confirm"]) == 2


def test_the_duty_says_what_it_was_for_and_leads_to_the_list(desk: Desk, case: MadeCase):
    [duty] = rechecks(case)
    words = text_of(desk.as_("olivia").get(f"/duties/{duty.id}"))
    assert "Confirm their measures and help for the trial as it is now" in words
    assert "screens granted for" in words.lower()
    assert "Confirm line by line" in words
    assert "LP-RECHECK" in words


def test_the_page_of_the_hearing_says_where_the_measures_of_each_stand(desk: Desk, case: MadeCase):
    [duty] = rechecks(case)
    assert "Measures: To confirm: screens" in text_of(desk.as_("olivia").get(f"/hearings/{duty.hearing_id}"))


@pytest.mark.feature("D2")
def test_none_asked_for_is_not_the_same_as_not_asked_yet(desk: Desk):
    made = a_case(a_witness(NADIA, required=True), now="2026-11-24 09:00", officer="Olivia")
    address = f"/participants/{made[NADIA]}/support"
    assert "Special measures Not asked yet." in text_of(desk.as_("olivia").get(address))
    asked = ("screens", "live_link", "recorded_evidence", "intermediary")
    said = tuple(NeedSaid(question=each, answer=Said.NO) for each in asked)
    entered(made, NeedsAsked(participant=made[NADIA], answers=said), now="2026-11-25 10:00", by=desk.cast.olivia)
    words = text_of(desk.as_("olivia").get(address))
    assert "Screens Needed? No" in words
    assert "None asked for" in words


def test_the_document_of_the_case_says_what_is_to_be_confirmed_and_what_it_was_for(desk: Desk, case: MadeCase):
    reader = Actor(kind=USER, id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))
    [person] = case_document(session(), reader, case.urn, now=now())["participants"]
    screens, travel = person["arrangements"]
    assert (screens["what"], screens["stands"], screens["to_confirm"]) == ("measure:screens", "granted", ["day"])
    assert (travel["what"], travel["days"]) == ("need:travel", [date(2026, 12, 14)])
    then = case_as_known(session(), reader, case.urn, at=at("2026-11-26 09:00"))["participants"][0]
    assert [each["to_confirm"] for each in then["arrangements"]] == [[], []]
