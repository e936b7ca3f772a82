"""Whether somebody came to court, and the end of what the unit does for them: only what fits where they stand."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_victim, a_witness, acquitted, sentenced, told_everything
from tests.reading import text_of
from witness_care.audit.models import Category, PersonalDataEntry
from witness_care.casework.models import JournalEvent, Transition
from witness_care.columns import new_id
from witness_care.database import session
from witness_care.people.models import Participant

pytestmark = pytest.mark.sqlite_only

NADIA = "Nadia Ahmed"
TRIAL = "2026-11-30 10:00"  # the day on which the desk is


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    return a_case(a_witness(required=True))


def warned(desk: Desk, case: MadeCase, day: str = TRIAL) -> str:
    trial = a_trial(case, day, now="2026-11-10 10:00")
    told_everything(case[NADIA], now="2026-11-10 11:00", by=desk.cast.olivia)
    return trial


def address(case: MadeCase, name: str = NADIA) -> str:
    return f"/participants/{case[name]}/standing"


def page(desk: Desk, case: MadeCase, name: str = NADIA) -> str:
    return text_of(desk.as_("olivia").get(address(case, name)))


def save(desk: Desk, case: MadeCase, said: str, name: str = NADIA, *, token: str = "") -> tuple[int, str]:
    olivia = desk.as_("olivia")
    answer = olivia.post(address(case, name), data={"said": said, "token": token or new_id()})
    if answer.status_code == 303:
        return 303, text_of(olivia.get(answer.location))
    return answer.status_code, text_of(answer)


def stands(case: MadeCase, name: str = NADIA) -> tuple[str, str]:
    session().rollback()
    row = session().execute(sa.select(Participant.attendance, Participant.journey).where(Participant.id == case[name]))
    return tuple(row.one())


@pytest.mark.feature("C1")
def test_somebody_who_was_expected_came(desk: Desk, case: MadeCase):
    warned(desk, case)
    assert "They came to court They did not come to court" in page(desk, case)

    code, words = save(desk, case, "came")

    assert code == 303
    assert "Saved Came to court. Their journey: listing." in words
    assert stands(case)[0] == "attended"


def test_somebody_who_was_expected_did_not_come_and_then_turns_out_to_have_come(desk: Desk, case: MadeCase):
    warned(desk, case)

    assert save(desk, case, "did_not_come")[0] == 303
    assert stands(case)[0] == "absent"
    offered = page(desk, case)
    assert "They came to court" in offered
    assert "They did not come to court If" not in offered
    assert save(desk, case, "came")[0] == 303
    assert stands(case)[0] == "attended"


def test_before_a_day_at_court_nobody_came_or_stayed_away(desk: Desk, case: MadeCase):
    warned(desk, case, "2026-12-01 10:00")

    assert "No day of a trial has come yet" in page(desk, case)
    code, words = save(desk, case, "came")
    assert code == 409
    assert "How things stand changed" in words
    assert stands(case)[0] == "warned"


def test_somebody_nobody_expected_cannot_have_stayed_away(desk: Desk, case: MadeCase):
    a_trial(case, TRIAL, now="2026-11-10 10:00")  # never told of it

    assert "They did not come to court" not in page(desk, case)
    assert save(desk, case, "did_not_come")[0] == 409
    flags = session().scalars(sa.select(Transition.flag).where(Transition.flag.is_not(None))).all()
    assert list(flags) == []


def over(desk: Desk) -> MadeCase:
    case = a_case(a_victim("Leah Jones"))
    trial = a_trial(case, "2026-11-20 10:00", now="2026-11-10 10:00")
    told_everything(case["Leah Jones"], now="2026-11-10 11:00", by=desk.cast.olivia)
    acquitted(case, trial, now="2026-11-20 16:00")
    return case


@pytest.mark.both_databases
@pytest.mark.feature("B2")
def test_a_journey_closes_at_the_outcome_when_everything_has_been_told(desk: Desk):
    case = over(desk)
    told_everything(case["Leah Jones"], now="2026-11-23 11:00", by=desk.cast.olivia)
    assert "Nothing more is to be done for them: close" in page(desk, case, "Leah Jones")

    code, words = save(desk, case, "close", "Leah Jones")

    assert code == 303
    assert "Their journey: closed." in words
    assert stands(case, "Leah Jones")[1] == "closed"
    assert "What you do for them is closed." in page(desk, case, "Leah Jones")


def test_a_referral_that_waits_stands_in_the_way_of_closing_and_is_named(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    sentenced(case, now="2026-11-20 16:00")  # for an offence whose code nobody gave
    told_everything(case["Leah Jones"], now="2026-11-23 11:00", by=desk.cast.olivia)

    shown = page(desk, case, "Leah Jones")

    assert "Referral to the Victim Contact Scheme" in shown
    assert "Nothing more is to be done for them: close" not in shown


@pytest.mark.feature("C1")
def test_what_is_still_open_stands_in_the_way_of_closing_and_is_named(desk: Desk):
    case = over(desk)

    words = page(desk, case, "Leah Jones")

    assert "It can be closed when nothing is open. Still open: Tell them the verdict" in words
    assert save(desk, case, "close", "Leah Jones")[0] == 409
    assert stands(case, "Leah Jones")[1] == "outcome"


def test_before_the_outcome_nothing_is_closed(desk: Desk, case: MadeCase):
    warned(desk, case)

    assert "It can be closed at the outcome" in page(desk, case)
    assert save(desk, case, "close")[0] == 409
    assert stands(case)[1] == "listing"


@pytest.mark.both_databases
def test_a_form_sent_twice_is_recorded_once(desk: Desk, case: MadeCase):
    warned(desk, case)
    token = new_id()

    assert [save(desk, case, "came", token=token)[0] for _ in range(2)] == [303, 303]

    session().rollback()
    came = sa.select(sa.func.count()).select_from(JournalEvent).where(JournalEvent.kind == "Attended")
    assert session().scalar(came) == 1


def test_a_form_without_a_choice_is_shown_again(desk: Desk, case: MadeCase):
    warned(desk, case)
    code, words = save(desk, case, "")
    assert code == 400
    assert "There is a problem Choose what to record" in words


@pytest.mark.proves("SEC-04")
def test_another_units_person_is_not_there(desk: Desk, case: MadeCase):
    warned(desk, case)
    noor = desk.as_("noor")
    assert noor.get(address(case)).status_code == 404
    assert noor.post(address(case), data={"said": "came", "token": new_id()}).status_code == 404
    assert stands(case)[0] == "warned"


@pytest.mark.proves("SEC-32")
def test_what_was_recorded_is_in_the_personal_data_log_as_a_change(desk: Desk, case: MadeCase):
    warned(desk, case)
    save(desk, case, "came")
    session().rollback()
    rows = session().execute(
        sa.select(PersonalDataEntry.category).where(
            PersonalDataEntry.route == "/participants/<participant_id>/standing"
        )
    )
    assert Category.ALTERATION in {row.category for row in rows}
