"""Why something is due: every open duty shows its news, its rule and its calculation."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import (
    MadeCase,
    a_case,
    a_trial,
    a_victim,
    a_witness,
    attempted,
    moved,
    open_duties,
    told_everything,
)
from tests.reading import link_with_text, text_of
from witness_care.contacts.duty_view import rule_in_words
from witness_care.contacts.models import Duty
from witness_care.database import session
from workflows.events import ContactOutcome
from workflows.rulebook import default_rulebook
from workflows.working_days import london_date

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    made = a_case(a_victim("Leah Jones"), a_witness("Nadia Ahmed", required=True))
    hearing = a_trial(made, "2026-12-14 10:00", now="2026-11-10 10:00")
    for name in made.people:
        told_everything(made[name], now="2026-11-10 11:00", by=desk.cast.olivia)
    moved(made, hearing, "2027-01-18 10:00", now="2026-11-27 16:55")
    return made


def new_date(participant: str) -> str:
    return next(duty.id for duty in open_duties(participant) if duty.topic == "hearing.when_where")


def page(desk: Desk, duty_id: str, name: str = "olivia") -> str:
    answer = desk.as_(name).get(f"/duties/{duty_id}")
    assert answer.status_code == 200
    return text_of(answer)


@pytest.mark.feature("E2")
@pytest.mark.feature("C2")
def test_the_page_explains_a_duty_of_the_code(desk: Desk, case: MadeCase):
    words = page(desk, new_date(case["Leah Jones"]))

    assert "Tell them the new trial date" in words
    assert "They were last told Trial, Northbridge Crown Court, Monday 14 December 2026 at 10am" in words
    assert "Received by the unit Friday 27 November 2026 at 4:55pm" in words
    assert "(R8-DATE) Kind Victims' Code" in words
    assert "Saturday 28 November 2026 is a weekend day" in words
    assert "Due Monday 30 November 2026 at 5pm" in words


def test_policy_is_never_called_a_right(desk: Desk, case: MadeCase):
    words = page(desk, new_date(case["Nadia Ahmed"]))

    assert "(WC-ATTEND) Kind Unit policy" in words
    assert "Victims' Code" not in words
    assert "Checked " in words


def test_every_open_duty_can_be_explained(desk: Desk, case: MadeCase):
    browser = desk.as_("olivia")
    for duty_id in session().execute(sa.select(Duty.id).where(Duty.closed_at.is_(None))).scalars().all():
        words = text_of(browser.get(f"/duties/{duty_id}"))
        for part in ("News from", "Received by the unit", "Kind", "Written in", "Pack", "Due "):
            assert part in words, f"{part} should be on the page of each open duty"
        duty = session().get_one(Duty, duty_id)
        rule = default_rulebook().rule(duty.rule, london_date(duty.clock_start))
        for key, said in rule_in_words(rule).items():
            assert f"{key} {said}" in words, "the page says of the rule what the golden files of tests/workflows hold"
        for line in duty.explanation:
            assert line in words


def test_attempts_and_history_are_listed(desk: Desk, case: MadeCase):
    attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now="2026-11-30 09:10", by=desk.cast.olivia)

    words = page(desk, new_date(case["Leah Jones"]))

    assert "Monday 30 November 2026 at 9:10am: No answer" in words
    assert "Opened Friday 27 November 2026 at 4:55pm" in words
    assert "hearing moved" in words


def test_an_officer_may_record_that_they_do_not_want_to_be_told(desk: Desk, case: MadeCase):
    duty_id = new_date(case["Leah Jones"])

    answer = desk.as_("olivia").post(f"/duties/{duty_id}/not-needed", data={"reason": "declined"})

    assert answer.status_code == 303
    assert "Closed: they did not want to be told." in page(desk, duty_id)
    assert "Olivia" in page(desk, duty_id)


def test_ending_without_a_reason_is_refused(desk: Desk, case: MadeCase):
    duty_id = new_date(case["Leah Jones"])

    answer = desk.as_("olivia").post(f"/duties/{duty_id}/not-needed", data={})

    assert answer.status_code == 400
    assert "<title>Error: Why this is due" in answer.text
    assert "Choose a reason" in text_of(answer)


@pytest.mark.feature("E4")
@pytest.mark.parametrize(
    ("attempts", "who", "may"),
    [
        (["2026-11-27 17:10", "2026-11-30 09:05", "2026-11-30 09:30"], "sam", True),
        (["2026-11-27 17:10", "2026-11-30 09:05", "2026-11-30 09:30"], "olivia", False),
        (["2026-11-30 09:05", "2026-11-30 09:15", "2026-11-30 09:30"], "sam", False),
        (["2026-11-27 17:10", "2026-11-30 09:05"], "sam", False),
    ],
)
def test_only_a_supervisor_gives_up_and_only_after_three_attempts_on_two_days(
    desk: Desk, case: MadeCase, attempts: list[str], who: str, may: bool
):
    for when in attempts:
        attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now=when, by=desk.cast.olivia)
    duty_id = new_date(case["Leah Jones"])

    answer = desk.as_(who).post(f"/duties/{duty_id}/not-needed", data={"reason": "attempts_exhausted"})

    duty = session().get_one(Duty, duty_id)
    assert answer.status_code == (303 if may else 400)
    assert (duty.closed_reason, duty.met) == (("attempts_exhausted", False) if may else (None, None))


@pytest.mark.feature("N1")
def test_noor_cannot_open_a_duty_of_olivias_unit(desk: Desk, case: MadeCase):
    duty_id = new_date(case["Leah Jones"])
    noor = desk.as_("noor")

    assert noor.get(f"/duties/{duty_id}").status_code == 404
    assert noor.post(f"/duties/{duty_id}/not-needed", data={"reason": "declined"}).status_code == 404
    assert session().get_one(Duty, duty_id).closed_at is None


def test_the_page_takes_at_most_fifteen_queries(desk: Desk, case: MadeCase, statements):
    browser, duty_id = desk.as_("olivia"), new_date(case["Leah Jones"])
    browser.get(f"/duties/{duty_id}")
    statements()

    browser.get(f"/duties/{duty_id}")

    sent = statements()
    assert len(sent) <= 15, "\n".join(sent)


@pytest.mark.feature("E4")
def test_what_is_not_owed_any_more_is_found_from_the_persons_contacts(desk: Desk, case: MadeCase):
    browser = desk.as_("olivia")
    told_everything(case["Leah Jones"], now="2026-11-30 09:30", by=desk.cast.olivia)

    answer = browser.get(f"/participants/{case['Leah Jones']}/contacts")
    there = link_with_text(answer, "Tell them the new trial date , closed Monday 30 November 2026 at 9:30am")

    assert "Tell them the new trial date" in text_of(answer).split("What is not owed any more")[1]
    assert "Closed: told." in text_of(browser.get(there))
