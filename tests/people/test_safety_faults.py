"""What would let somebody at risk be reached in more ways by one person alone, whichever way it is entered."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim
from tests.reading import text_of
from witness_care import clock
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.cases.document import ParticipantGiven
from witness_care.cases.service import change_participant
from witness_care.database import session
from witness_care.people import preferences
from witness_care.people.document import ContactPointGiven, PersonGiven, SafeContactGiven
from witness_care.people.models import ContactPoint, Person, SafetyChange

pytestmark = [pytest.mark.sqlite_only, pytest.mark.feature("B4"), pytest.mark.proves("SEC-26")]

LEAH = "Leah Jones"
OTHER_NUMBER = "07700 900456"
ABUSE = ("DOMESTIC_ABUSE",)
NEW_WAY = ContactPointGiven(kind="mobile", value=OTHER_NUMBER, allowed="yes")


def made(*grounds: str) -> MadeCase:
    return a_case(a_victim(LEAH, enhanced=bool(grounds), enhanced_basis=grounds))


def say(desk: Desk, case: MadeCase, **more: Any) -> None:
    olivia = Actor(kind="user", id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))
    change_participant(case.urn, ParticipantGiven(id=case[LEAH], **more), actor=olivia, now=clock.now())
    session().rollback()


def leah() -> Person:
    session().rollback()
    return session().scalars(sa.select(Person)).one()


def points() -> list[ContactPoint]:
    session().rollback()
    return list(session().scalars(sa.select(ContactPoint).order_by(ContactPoint.created_at, ContactPoint.id)))


def changes(state: str = "waiting") -> list[SafetyChange]:
    session().rollback()
    return list(session().scalars(sa.select(SafetyChange).where(SafetyChange.state == state)))


def confirm(desk: Desk, change: SafetyChange) -> None:
    answer = desk.as_("sam").post(f"/safety-changes/{change.id}", data={"answer": "confirm"})
    assert answer.status_code == 303


# --- a second person ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "after"), [("reached_directly", False, True), ("representative_forbidden", True, False)]
)
def test_who_is_spoken_with_is_widened_by_a_second_person_only(desk: Desk, name: str, before: bool, after: bool):
    case = made()
    say(desk, case, person=PersonGiven(**{name: before}))
    say(desk, case, enhanced="yes", enhanced_basis=ABUSE)

    say(desk, case, person=PersonGiven(**{name: after}, language="Welsh"))

    assert getattr(leah(), name) is before
    assert leah().language == "Welsh"
    (change,) = changes()
    assert change.widens == [name]
    assert "who is spoken with" in text_of(desk.as_("sam").get("/safety-changes"))
    assert desk.as_("sam").get(f"/safety-changes/{change.id}").status_code == 200
    confirm(desk, change)
    assert getattr(leah(), name) is after


def test_a_later_no_takes_back_that_somebody_is_spoken_with_directly(desk: Desk):
    case = made(*ABUSE)
    say(desk, case, person=PersonGiven(reached_directly=True))
    say(desk, case, person=PersonGiven(reached_directly=True))
    assert len(changes()) == 1

    say(desk, case, person=PersonGiven(reached_directly=False))

    assert not changes()


def test_a_document_that_puts_somebody_at_risk_cannot_add_a_number_with_it(desk: Desk):
    case = made()
    say(desk, case, enhanced="yes", enhanced_basis=ABUSE, person=PersonGiven(contact_points=(NEW_WAY,)))
    assert (len(points()), len(changes())) == (1, 1)


def test_a_document_that_marks_a_number_as_unsafe_cannot_add_another_with_it(desk: Desk):
    case = made()
    old = ContactPointGiven(kind="mobile", value="", point_id=points()[0].id, unsafe=True)
    say(desk, case, person=PersonGiven(contact_points=(old, NEW_WAY)))
    assert [point.unsafe_since is not None for point in points()] == [True]
    assert len(changes()) == 1


def test_taking_the_ground_away_does_not_switch_the_rule_off_until_a_second_person_agrees(desk: Desk):
    case = made(*ABUSE)
    say(desk, case, enhanced="no", enhanced_basis=(), person=PersonGiven(contact_points=(NEW_WAY,)))
    assert len(points()) == 1
    risk, number = sorted(changes(), key=lambda change: change.kind != "risk")
    assert (risk.kind, number.kind) == ("risk", "mobile")
    assert preferences.is_at_risk(session(), leah().id)
    assert "being at risk" in text_of(desk.as_("olivia").get(f"/participants/{case[LEAH]}/preferences")).casefold()

    confirm(desk, risk)

    assert not preferences.is_at_risk(session(), leah().id)


def test_a_rejected_end_of_risk_leaves_them_at_risk(desk: Desk):
    case = made(*ABUSE)
    say(desk, case, enhanced="no", enhanced_basis=())
    (change,) = changes()
    path = f"/safety-changes/{change.id}"
    assert desk.as_("sam").post(path, data={"answer": "reject", "reason": "Still in danger"}).status_code == 303
    assert preferences.is_at_risk(session(), leah().id)


@pytest.mark.parametrize("answer", [{"voicemail": "no"}, {"unsafe": True}])
def test_any_answer_given_for_a_number_takes_the_place_of_what_waits_for_it(desk: Desk, answer: dict[str, Any]):
    case = made(*ABUSE)
    number = points()[0].id
    for said in ({"voicemail": "no"}, {"voicemail": "yes"}):
        point = ContactPointGiven(kind="mobile", value="", point_id=number, **said)
        say(desk, case, person=PersonGiven(contact_points=(point,)))
    assert len(changes()) == 1

    point = ContactPointGiven(kind="mobile", value="", point_id=number, **answer)
    say(desk, case, person=PersonGiven(contact_points=(point,)))

    assert not changes()
    assert len(changes("replaced")) == 1


# --- a form that somebody else overtook ---------------------------------------------------------------------------


def seen_in(answer: Any) -> str:
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text)
    return found[1] if found else ""


@pytest.mark.feature("B3")
def test_a_stale_form_of_preferences_takes_nothing_back_and_shows_how_it_stands(desk: Desk):
    case = made()
    path = f"/participants/{case[LEAH]}/preferences/edit"
    shown = desk.as_("olivia").get(path)
    stale = {"seen": seen_in(shown), "channel": "text", "language": "English"}
    say(
        desk, case, person=PersonGiven(representative_forbidden=True, safe_contact=SafeContactGiven(representative="X"))
    )

    answer = desk.as_("olivia").post(path, data=stale)

    assert answer.status_code == 409
    assert "Somebody changed this while you were writing" in text_of(answer)
    assert leah().representative_forbidden
    again = {"seen": seen_in(answer), "channel": "text", "language": "English"}
    assert desk.as_("olivia").post(path, data=again).status_code == 303
    assert leah().chosen_channel == "text"


def test_a_stale_form_of_preferences_does_not_take_back_an_opt_out(desk: Desk):
    case = made()
    path = f"/participants/{case[LEAH]}/preferences/edit"
    stale = {"seen": seen_in(desk.as_("olivia").get(path)), "channel": "text"}
    say(desk, case, opted_out=("verdict",))
    assert desk.as_("olivia").post(path, data=stale | {"language": "English"}).status_code == 409


def test_a_stale_form_of_a_number_does_not_take_back_a_no(desk: Desk):
    case = made()
    number = points()[0].id
    path = f"/participants/{case[LEAH]}/ways/{number}"
    seen = seen_in(desk.as_("olivia").get(path))
    no = ContactPointGiven(kind="mobile", value="", point_id=number, allowed="no")
    say(desk, case, person=PersonGiven(contact_points=(no,)))

    stale = {"seen": seen, "allowed": "yes", "voicemail": "yes", "identify": "yes"}
    answer = desk.as_("olivia").post(path, data=stale)

    assert answer.status_code == 409
    assert points()[0].allowed == "no"
    assert seen_in(answer) != seen
