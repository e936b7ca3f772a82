"""The last talk: saved section by section, not ended while something required is not asked, declined, and undone."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim, a_witness, at, open_duties
from tests.reading import form_values, text_of
from witness_care import clock
from witness_care.accounts.current import SYSTEM
from witness_care.cases.service import record_court_fact
from witness_care.casework.models import JournalEvent
from witness_care.casework.rebuild import differences
from witness_care.checks.every import check
from witness_care.closing.models import ClosingNote
from witness_care.contacts.models import Duty
from witness_care.database import session
from workflows import closing_pack, events, tasks

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.feature("S5"), pytest.mark.feature("K3")]

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
SECRET = "Nobody rang me for nine weeks"


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    made = a_case(a_victim(LEAH), a_witness(NADIA), now="2026-11-20 09:00", officer="Olivia")
    withdrew = events.Withdrew(participant=made[LEAH], reason="delay")
    record_court_fact(made.urn, [withdrew], actor=SYSTEM, now=at("2026-11-23 10:00"))
    return made


def page(case: MadeCase, rest: str = "", name: str = LEAH) -> str:
    return f"/participants/{case[name]}/feedback{rest}"


def read(desk: Desk, path: str, who: str = "olivia") -> str:
    return text_of(desk.as_(who).get(path))


def save(desk: Desk, case: MadeCase, section: str, *, note: str = "", **answers: object):
    path = page(case, f"/{section}")
    values = form_values(desk.as_("olivia").get(path), path)
    return desk.as_("olivia").post(path, data=values | {"note": note} | answers)


def end(desk: Desk, case: MadeCase, how: str):
    token = re.search(r'name="token"[^>]* value="([^"]+)"', desk.as_("olivia").get(page(case)).text)
    csrf = form_values(desk.as_("olivia").get(page(case, "/more")), page(case, "/more"))["csrf_token"]
    given = token.group(1) if token else "t"
    return desk.as_("olivia").post(page(case, "-ended"), data={"csrf_token": csrf, "token": given, "how": how})


def is_owed(case: MadeCase, name: str = LEAH) -> bool:
    return any(duty.topic == tasks.CLOSURE for duty in open_duties(case[name]))


def have_the_required(desk: Desk, case: MadeCase) -> None:
    rights = {"unduly_lenient": "told", "right_to_review": "told", "contact_scheme": "declined"}
    assert save(desk, case, "rights", **rights, how_to_complain="told").status_code == 303
    assert save(desk, case, "safeguarding", worry="no").status_code == 303
    assert save(desk, case, "referrals", support_after="declined").status_code == 303


def test_a_withdrawal_opens_the_talk_and_nothing_is_said_for_anybody(desk: Desk, case: MadeCase) -> None:
    words = read(desk, page(case))
    assert words.count("Not asked") >= len(closing_pack.shipped().questions)
    assert "To be answered before it can be ended" in words
    assert is_owed(case)
    assert not is_owed(case, NADIA)


def test_it_is_saved_in_part_and_cannot_be_ended_before_rights_safety_and_support(desk: Desk, case: MadeCase) -> None:
    answer = save(desk, case, "feedback", feedback="yes", told_in_time="partly", note=SECRET, later="yes")
    assert answer.status_code == 303
    assert answer.location.endswith("#result")
    assert end(desk, case, "done").status_code == 409
    assert is_owed(case)
    have_the_required(desk, case)
    assert end(desk, case, "done").status_code == 303
    words = read(desk, page(case))
    assert "The last talk was had" in words
    assert SECRET in words
    assert "They did not want to hear of it" in words
    assert not is_owed(case)
    closed = session().scalars(sa.select(Duty.closed_reason).where(Duty.topic == tasks.CLOSURE)).all()
    assert closed == ["done"]
    assert list(differences()) == []


def test_reasons_are_codes_and_their_own_words_stay_sealed_beside_the_journal(desk: Desk, case: MadeCase) -> None:
    refused = save(desk, case, "reasons", reasons="given")
    assert refused.status_code == 400
    assert "Choose at least one reason" in refused.text
    saved = save(desk, case, "reasons", reasons="given", reasons_codes=["delay", "not_informed"], note=SECRET)
    assert saved.status_code == 303
    payloads = session().scalars(sa.select(JournalEvent.payload).where(JournalEvent.kind == "ClosingAsked")).all()
    assert [each["codes"] for each in payloads[0]["answers"]] == [["delay", "not_informed"]]
    assert SECRET not in str(payloads)
    held = session().execute(sa.text("SELECT text FROM closing_note")).scalar_one()
    assert SECRET.encode() not in bytes(held)
    assert "It takes too long; they were not kept informed" in read(desk, page(case))


def test_declined_is_an_answer_with_who_and_when_and_not_asked_is_none(desk: Desk, case: MadeCase) -> None:
    assert end(desk, case, "declined").status_code == 303
    words = read(desk, page(case))
    assert "They did not want the last talk. " in words
    assert "Olivia" in words
    assert not is_owed(case)
    assert session().scalars(sa.select(Duty.closed_reason).where(Duty.topic == tasks.CLOSURE)).all() == ["declined"]


def test_a_worry_leads_to_a_concern_for_their_safety(desk: Desk, case: MadeCase) -> None:
    answer = save(desk, case, "safeguarding", worry="yes")
    assert answer.location.endswith("#result"), "Nobody is led on to the next section past a worry."
    assert f"/participants/{case[LEAH]}/concern/say" in desk.as_("olivia").get(
        page(case)
    ).text or "Record a concern" in (read(desk, page(case)))


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(desk: Desk, case: MadeCase) -> None:
    path = page(case, "/safeguarding")
    old = form_values(desk.as_("olivia").get(path), path)
    save(desk, case, "safeguarding", worry="yes")
    assert desk.as_("olivia").post(path, data=old | {"worry": "no"}).status_code == 409
    assert session().scalars(sa.select(ClosingNote.id)).all() == []


def test_a_contact_offers_no_tick_and_leads_to_the_page(desk: Desk, case: MadeCase) -> None:
    form = desk.as_("olivia").get(f"/participants/{case[LEAH]}/contacts/new").text
    assert "What they say has a page of its own" in form
    assert f"{tasks.CLOSURE}|" not in form
    duty = next(duty.id for duty in open_duties(case[LEAH]) if duty.topic == tasks.CLOSURE)
    words = desk.as_("olivia").get(f"/duties/{duty}").text
    assert f"/participants/{case[LEAH]}/feedback" in words
    assert 'value="not_applicable"' in words
    assert 'value="done"' not in words


def test_undoing_the_end_opens_the_task_on_its_first_clock(desk: Desk, case: MadeCase) -> None:
    due = next(duty.due_at for duty in open_duties(case[LEAH]) if duty.topic == tasks.CLOSURE)
    have_the_required(desk, case)
    end(desk, case, "done")
    event = session().scalars(sa.select(JournalEvent.id).where(JournalEvent.kind == "ClosingFinished")).one()
    path = f"/entries/{event}/undo"
    link = re.search(r'href="([^"]*undo[^"]*)"', desk.as_("olivia").get(page(case)).text)
    path = link.group(1) if link else path
    values = form_values(desk.as_("olivia").get(path), path)
    assert desk.as_("olivia").post(path, data=values | {"reason": "Wrong person"}).status_code == 303
    again = [duty.due_at for duty in open_duties(case[LEAH]) if duty.topic == tasks.CLOSURE]
    assert again == [due]
    assert "They have support already" not in read(desk, page(case))
    assert list(check(clock.now(), only="I4")) == [] == list(check(clock.now(), only="I1"))


def test_a_supervisor_sees_who_waits_and_small_figures_only_as_small(desk: Desk, case: MadeCase) -> None:
    have_the_required(desk, case)
    words = read(desk, "/unit/feedback", who="sam")
    assert "Last talks to be had: 1, 0 late" in words
    assert LEAH in words
    assert "fewer than 10" in words
    assert LEAH in read(desk, "/unit/feedback/worry/no", who="sam")
    assert LEAH not in read(desk, "/unit/feedback/worry/yes", who="sam")
    assert desk.as_("sam").get("/unit/feedback/worry/nonsense").status_code == 404
    assert desk.as_("olivia").get("/unit/feedback").status_code == 403


def test_a_program_reads_what_they_said_without_what_was_written(desk: Desk, case: MadeCase) -> None:
    save(desk, case, "safeguarding", worry="no", note=SECRET)
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read", "needs:read"])
    answer = desk.app.test_client().get(f"/api/v1/cases/{case.urn}", headers=key)
    leah = next(each for each in answer.get_json()["participants"] if each["id"] == case[LEAH])
    assert leah["last_talk"]["ended_as"] is None
    assert [(each["question"], each["answer"]) for each in leah["last_talk"]["answers"]] == [("worry", "no")]
    assert SECRET not in answer.text
