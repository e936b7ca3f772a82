"""My day: one ranked list, whose counts are links, that says why and how it is safe to call."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import (
    WEEKDAYS_10_TO_2,
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    attempted,
    introduced,
    moved,
    open_duties,
    told_everything,
    vacated,
)
from tests.reading import link_with_text, text_of
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.audit.models import PersonalDataEntry
from witness_care.contacts import queries
from witness_care.database import session
from workflows.events import ContactOutcome

pytestmark = pytest.mark.sqlite_only


@pytest.mark.both_databases
def test_an_officers_day_begins_with_whoever_may_be_travelling(desk: Desk):
    late = a_case(a_victim("Nadia Ahmed"))
    a_trial(late, "2027-02-01 10:00", now="2026-11-25 10:00")
    today = a_case(a_victim("Leah Jones"))
    hearing = a_trial(today, "2026-11-30 14:00", now="2026-11-10 10:00")
    told_everything(today["Leah Jones"], now="2026-11-10 11:00", by=desk.cast.olivia)
    vacated(today, hearing, now="2026-11-30 09:30")

    page = text_of(desk.as_("olivia").get("/my-day"))

    assert page.index("Leah Jones") < page.index("Nadia Ahmed")
    assert "Tell them the trial is off" in page
    assert "May be travelling" in page
    assert "2 working days late" in page


def test_the_title_counts_what_is_to_be_done_today(desk: Desk):
    case = introduced(a_case(a_victim("Leah Jones"), a_victim("Nadia Ahmed")))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")

    page = desk.as_("olivia").get("/my-day")

    assert "<title>(2) My day – Witness care</title>" in page.text


def test_the_tabs_together_hold_every_open_duty(desk: Desk):
    urgent = introduced(a_case(a_victim("Leah Jones")))
    a_trial(urgent, "2027-02-01 10:00", now="2026-11-25 10:00")
    later = introduced(a_case(a_victim("Nadia Ahmed")))
    a_trial(later, "2027-02-01 10:00", now="2026-11-30 09:00")

    actor = _actor(desk, "olivia")
    counts = queries.my_day_counts(session(), actor, desk.app.config["CLOCK"]())

    # Both are also to be kept in touch with, which is due next week.
    assert (counts.today, counts.later) == (1, 3)
    assert counts.today + counts.later == len(open_duties(urgent["Leah Jones"]) + open_duties(later["Nadia Ahmed"]))
    assert "Nadia Ahmed" in desk.as_("olivia").get("/my-day?show=later").text


@pytest.mark.feature("B4")
def test_each_row_says_in_words_how_it_is_safe_to_call(desk: Desk):
    case = a_case(a_victim("Leah Jones", phones=[a_mobile(hours=[WEEKDAYS_10_TO_2])]))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")

    page = text_of(desk.as_("olivia").get("/my-day"))

    assert "Safe contact: mobile only, weekdays 10am to 2pm, no voicemail" in page


def test_a_row_counts_the_attempts_and_says_when_the_last_one_was(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")
    attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now="2026-11-27 11:00", by=desk.cast.olivia)
    attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now="2026-11-27 16:10", by=desk.cast.olivia)

    assert "2 attempts, last Fri 27 Nov, 4:10pm" in text_of(desk.as_("olivia").get("/my-day"))


def test_a_moved_trial_shows_the_new_date_and_the_one_they_have(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    hearing = a_trial(case, "2026-12-02 10:00", now="2026-11-10 10:00")
    told_everything(case["Leah Jones"], now="2026-11-10 11:00", by=desk.cast.olivia)
    moved(case, hearing, "2026-12-14 10:00", now="2026-11-27 10:00")

    page = text_of(desk.as_("olivia").get("/my-day"))

    assert "Tell them the new trial date" in page
    assert "Mon 14 Dec, 10am" in page
    assert "They have: Trial, Wed 2 Dec, 10am" in page


def test_an_empty_day_names_the_next_date(desk: Desk):
    case = introduced(a_case(a_victim("Leah Jones")))
    a_trial(case, "2027-02-01 10:00", now="2026-11-30 09:00")

    page = text_of(desk.as_("olivia").get("/my-day"))

    assert "Nothing is due today. Next: Tuesday 1 December 2026 at 5pm." in page


def test_a_day_without_any_work_says_so(desk: Desk):
    assert "No contact is open for you." in text_of(desk.as_("olivia").get("/my-day"))


@pytest.mark.feature("N1")
def test_noor_sees_nothing_of_olivias_unit(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")

    assert "Leah Jones" not in desk.as_("noor").get("/my-day").text


@pytest.mark.proves("SEC-32")
@pytest.mark.feature("N2")
def test_every_name_in_the_list_is_in_the_log(desk: Desk):
    case = a_case(a_victim("Leah Jones"), a_witness("Nadia Ahmed", required=True))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")

    desk.as_("olivia").get("/my-day")

    rows = session().execute(sa.select(PersonalDataEntry).where(PersonalDataEntry.case_id == case.id)).scalars()
    seen = {subject["participant"] for row in rows if row.route == "/my-day" for subject in row.subjects}
    assert seen == {case["Leah Jones"], case["Nadia Ahmed"]}


@pytest.mark.both_databases
def test_the_number_of_queries_does_not_grow_with_the_rows(desk: Desk, statements):
    a_trial(a_case(a_victim("Leah Jones")), "2027-02-01 10:00", now="2026-11-27 10:00")
    browser = desk.as_("olivia")
    browser.get("/my-day")
    statements()
    browser.get("/my-day")
    few = statements()
    for number in range(12):
        a_trial(a_case(a_victim(f"Person {number}")), "2027-02-01 10:00", now="2026-11-27 10:00")
    statements()
    browser.get("/my-day")
    many = statements()

    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= 15, "\n".join(many)


@pytest.mark.both_databases
def test_a_long_queue_is_read_in_pages_that_keep_the_tab(desk: Desk, monkeypatch):
    monkeypatch.setattr(queries, "ROWS_OF_A_PAGE", 2)
    for number in range(3):
        a_trial(
            introduced(a_case(a_victim(f"Person {number}"))), "2027-02-01 10:00", now=f"2026-11-2{4 + number} 10:00"
        )
    browser = desk.as_("olivia")

    first = browser.get("/my-day?show=overdue")
    following = link_with_text(first, "Next")
    second = browser.get(following)

    assert "show=overdue" in following
    assert ["Person 0" in first.text, "Person 1" in first.text, "Person 2" in first.text] == [True, True, False]
    assert ["Person 0" in second.text, "Person 1" in second.text, "Person 2" in second.text] == [False, False, True]
    assert link_with_text(second, "Previous") is not None


def _actor(desk: Desk, name: str) -> Actor:
    return Actor(kind="user", id=getattr(desk.cast, name), role=Role.OFFICER, unit_ids=(desk.cast.unit,))
