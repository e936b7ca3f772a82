"""Who do I speak to, what are my rights, what support is there: each told by itself, with its date, and counted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim, a_witness, open_duties, said
from tests.reading import form_values, text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.casework import rebuild
from witness_care.casework.models import JournalEvent
from witness_care.clock import now
from witness_care.contacts import introductions
from witness_care.contacts.introductions import Share
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session
from workflows import tasks
from workflows.events import ParticipantLeft

WHO, EXPECT, SUPPORT = tasks.INTRODUCED
JOINED = "2026-11-16 09:00"  # 5 working days: due Monday 23 November


def the_duty(participant: str) -> Duty:
    [duty] = [duty for duty in open_duties(participant) if duty.topic == tasks.INTRODUCTION]
    return duty


def tell(desk: Desk, participant: str, *parts: str, officer: str = "olivia") -> None:
    """Record a talk by the form, with these questions ticked."""
    browser, page = desk.as_(officer), f"/participants/{participant}/contacts/new"
    duty = the_duty(participant)
    shown = f"{duty.topic}|{duty.subject}|{duty.value_hash}"
    values = form_values(browser.get(f"{page}?duty={duty.id}"), page)
    assert not values.get("done"), "nothing is ticked before it was said"
    done = [f"{shown}|{part}" for part in parts]
    answer = browser.post(page, data=values | {"then": "stay", "outcome": "told", "done": done})
    assert answer.status_code == 303, text_of(answer)


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    return a_case(a_victim("Leah Jones"), a_witness("Nadia Ahmed"), now=JOINED)


@pytest.mark.feature("S4")
@pytest.mark.sqlite_only
def test_who_was_told_two_of_three_is_still_owed_the_third(desk: Desk, case: MadeCase) -> None:
    leah = case["Leah Jones"]
    first = the_duty(leah)
    due = first.due_at

    desk.clock("2026-11-18 10:00")
    tell(desk, leah, WHO, SUPPORT)
    left = the_duty(leah)
    form = text_of(desk.as_("olivia").get(f"/participants/{leah}/contacts/new"))
    assert (left.id, left.due_at) == (first.id, due), "one duty with its first time"
    assert left.value == {"rights": True, "parts": [EXPECT]}
    assert "Introduce yourself: what their rights are" in form
    assert "Introduce yourself: who they can speak to" not in form

    desk.clock("2026-11-20 15:00")
    tell(desk, leah, EXPECT, officer="sam")

    closed = session().get_one(Duty, first.id)
    assert (closed.closed_reason, closed.met) == ("done", True)
    page = text_of(desk.as_("olivia").get(f"/participants/{leah}"))
    assert "Who they can speak to Wednesday 18 November 2026, Olivia, by phone" in page
    assert "What their rights are Friday 20 November 2026, Sam, by phone" in page
    assert "Which support there is Wednesday 18 November 2026, Olivia, by phone" in page
    journalled = session().scalars(sa.select(JournalEvent.payload).where(JournalEvent.kind == "ContactMade")).all()
    assert sorted(told["value"]["parts"] for fact in journalled for told in fact["told"]) == [[EXPECT], [WHO, SUPPORT]]
    assert list(rebuild.differences()) == []


@pytest.mark.sqlite_only
def test_a_contact_that_was_wrong_takes_back_only_what_it_told(desk: Desk, case: MadeCase) -> None:
    nadia = case["Nadia Ahmed"]
    desk.clock("2026-11-18 10:00")
    tell(desk, nadia, WHO)
    wrong = session().scalars(sa.select(Contact.id)).one()
    desk.clock("2026-11-19 10:00")
    tell(desk, nadia, EXPECT, SUPPORT)

    desk.clock("2026-11-20 10:00")
    desk.as_("olivia").post(f"/contacts/{wrong}/correct", data={"reason": "It was somebody else."})

    again = the_duty(nadia)
    assert again.value == {"rights": False, "parts": [WHO]}
    page = text_of(desk.as_("olivia").get(f"/participants/{nadia}"))
    assert "Who they can speak to No contact says so" in page
    assert "What they can expect Thursday 19 November 2026, Olivia" in page
    assert list(rebuild.differences()) == []


@pytest.mark.sqlite_only
def test_what_was_left_and_ended_by_hand_does_not_stand_for_what_a_wrong_contact_had_told(
    desk: Desk, case: MadeCase
) -> None:
    nadia = case["Nadia Ahmed"]
    desk.clock("2026-11-18 10:00")
    tell(desk, nadia, WHO)
    wrong = session().scalars(sa.select(Contact.id)).one()
    desk.clock("2026-11-18 10:05")
    desk.as_("olivia").post(f"/duties/{the_duty(nadia).id}/not-needed", data={"reason": "done"})
    assert tasks.INTRODUCTION not in {duty.topic for duty in open_duties(nadia)}

    desk.clock("2026-11-20 10:00")
    desk.as_("olivia").post(f"/contacts/{wrong}/correct", data={"reason": "It was somebody else."})

    assert the_duty(nadia).value == {"rights": False, "parts": [WHO]}
    assert list(rebuild.differences()) == []


@pytest.mark.sqlite_only
def test_two_officers_who_answer_different_questions_at_once_lose_nothing(desk: Desk, case: MadeCase) -> None:
    leah = case["Leah Jones"]
    stale = the_duty(leah)
    shown = f"{stale.topic}|{stale.subject}|{stale.value_hash}"
    page = f"/participants/{leah}/contacts/new"
    opened = form_values(desk.as_("olivia").get(page), page)
    tell(desk, leah, WHO)

    answer = desk.as_("olivia").post(
        page, data=opened | {"then": "stay", "outcome": "told", "done": [f"{shown}|{EXPECT}", f"{shown}|{SUPPORT}"]}
    )

    assert answer.status_code == 303
    assert tasks.INTRODUCTION not in {duty.topic for duty in open_duties(leah)}


@pytest.mark.feature("S4")
def test_the_share_told_counts_each_question_of_those_whose_time_has_come(desk: Desk) -> None:
    victims = a_case(*(a_victim(f"Victim {letter}") for letter in "ABCDE"), a_witness("Witness A"), now=JOINED)
    desk.clock("2026-11-18 10:00")
    tell(desk, victims["Victim A"], WHO, EXPECT, SUPPORT)
    tell(desk, victims["Victim B"], WHO)
    desk.clock("2026-11-30 09:42")
    tell(desk, victims["Victim C"], SUPPORT)  # late, and told all the same
    for name, how in (("Victim D", "declined"), ("Witness A", "done")):
        desk.as_("olivia").post(f"/duties/{the_duty(victims[name]).id}/not-needed", data={"reason": how})
    said(victims, ParticipantLeft(participant=victims["Victim E"], reason="transferred"), now="2026-11-30 09:42")
    a_case(a_victim("Not yet"), now="2026-11-27 09:00")
    a_case(a_victim("Elsewhere"), unit="WSX", officer=None, now=JOINED)
    sam = Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))

    counted = introductions.shares(session(), sam, now())

    questions = {"Who they can speak to": 2, "What their rights are": 1, "Which support there is": 2}
    theirs = Share(role="Victims", due=3, by_question=questions, all_three=1, ended_by_hand=0, not_yet=1)
    none = {"Who they can speak to": 0, "What they can expect": 0, "Which support there is": 0}
    others = Share(
        role="Witnesses who are not victims", due=1, by_question=none, all_three=0, ended_by_hand=1, not_yet=0
    )
    assert counted == (theirs, others)
    page = text_of(desk.as_("sam").get("/unit/introductions"))
    assert "Who they can speak to 2 of 3 What their rights are 1 of 3 Which support there is 2 of 3" in page
    assert "All three 1 of 3" in page
    assert "1 was ended as done by hand" in page
    assert desk.as_("olivia").get("/unit/introductions").status_code == 403
