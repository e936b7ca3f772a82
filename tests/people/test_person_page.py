"""The person's page: everything an officer needs while on the phone."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import (
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    adjourned,
    attempted,
    told_everything,
    vacated,
)
from tests.reading import link_with_text, text_of
from witness_care.audit.models import PersonalDataEntry
from witness_care.database import session
from workflows.events import ContactOutcome

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = pytest.mark.sqlite_only


def person(desk: Desk, participant: str, name: str = "olivia") -> str:
    answer = desk.as_(name).get(f"/participants/{participant}")
    assert answer.status_code == 200
    return text_of(answer)


def test_the_page_tells_who_they_are_and_how_to_reach_them(desk: Desk):
    case = a_case(a_victim("Leah Jones", enhanced=True), defendants=("Aaron Smith", "Bo Lee"))

    page = person(desk, case["Leah Jones"])

    assert "Leah Jones Victim Enhanced rights English R v Smith and 1 other" in page
    assert case.urn in page
    assert "Safe contact: mobile only, no voicemail." in page
    assert "Mobile 07700 900123 (safe to call now)" in page


def test_the_page_tells_what_is_owed_the_next_hearing_and_the_last_contacts(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")
    attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now="2026-11-27 16:10", by=desk.cast.olivia)

    page = person(desk, case["Leah Jones"])

    assert "Tell them the trial date Trial, Northbridge Crown Court, Monday 1 February 2027 at 10am" in page
    assert "Next hearing Trial , Northbridge Crown Court, Court 4 Monday 1 February 2027 at 10am" in page
    assert "No answer: in person Friday 27 November 2026 at 4:10pm , Olivia" in page


def test_someone_who_has_been_told_everything_is_said_to_be(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    trial = a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")
    told_everything(case["Leah Jones"], now="2026-11-27 11:00", by=desk.cast.olivia)
    assert trial

    page = person(desk, case["Leah Jones"])

    assert "Told: Trial, Northbridge Crown Court, Monday 1 February 2027 at 10am" in page


@pytest.mark.feature("B2")
def test_the_journey_is_told_in_words_with_its_repeats(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    for first, second in (("2026-12-02 10:00", "2026-11-10 10:00"), ("2026-12-09 10:00", "2026-11-12 10:00")):
        hearing = a_trial(case, first, now=second)
        adjourned(case, hearing, now=second.replace("10:00", "12:00"))

    page = person(desk, case["Leah Jones"])

    assert "Adjournment (twice) now" in page
    assert "Charge , done" in page


@pytest.mark.feature("B1")
def test_someone_in_two_cases_has_one_page_with_what_is_owed_in_each_kept_apart(desk: Desk):
    both = {"person_id": "the same person"}
    first, second = a_case(a_victim("Leah Jones", **both)), a_case(a_witness("Leah Jones", required=True, **both))
    a_trial(first, "2027-02-01 10:00", now="2026-11-27 10:00")
    a_trial(second, "2027-03-01 10:00", now="2026-11-27 10:00")
    browser = desk.as_("olivia")

    answer = browser.get(f"/participants/{first['Leah Jones']}")

    of_this, of_the_other = text_of(answer).split("Next hearing", 1)[0].split(f"In their case {second.urn}", 1)
    assert "Monday 1 February 2027" in of_this
    assert "Monday 1 March 2027" not in of_this
    assert "Monday 1 March 2027 at 10am" in of_the_other
    assert "Monday 1 February 2027" not in of_the_other
    assert link_with_text(answer, f"Their page in this case {second.urn}") == f"/participants/{second['Leah Jones']}"
    there = link_with_text(answer, f"Record contact in this case {second.urn}")
    assert there.startswith(f"/participants/{second['Leah Jones']}/contacts/new?duty=")
    assert "1 March 2027" in text_of(browser.get(there))


@pytest.mark.feature("B1")
def test_what_is_owed_in_a_case_of_another_unit_is_not_shown(desk: Desk):
    both = {"person_id": "the same person"}
    first = a_case(a_victim("Leah Jones", **both))
    elsewhere = a_case(a_victim("Leah Jones", **both), unit="WSX", officer="Noor")
    a_trial(elsewhere, "2027-03-01 10:00", now="2026-11-27 10:00")

    page = person(desk, first["Leah Jones"])

    assert elsewhere.urn not in page
    assert "1 March 2027" not in page


@pytest.mark.feature("B1")
def test_more_cases_of_one_person_take_no_more_queries(desk: Desk, statements):
    both = {"person_id": "the same person"}
    first = a_case(a_victim("Leah Jones", **both))
    counts = []
    for month in ("02", "03", "04"):
        more = a_case(a_witness("Leah Jones", required=True, **both))
        a_trial(more, f"2027-{month}-01 10:00", now="2026-11-27 10:00")
        statements()
        assert f"In their case {more.urn}" in person(desk, first["Leah Jones"])
        counts.append(len(statements()))
    assert counts[1] == counts[2]


@pytest.mark.feature("B4")
def test_someone_who_has_died_is_not_to_be_contacted(desk: Desk):
    case = a_case(a_victim("Leah Jones", died_on=date(2026, 11, 20)))

    page = person(desk, case["Leah Jones"])

    assert "Do not contact: this person has died." in page
    assert "900123" not in page


def test_the_safe_word_is_shown_only_when_it_is_asked_for(desk: Desk):
    case = a_case(a_victim("Leah Jones", safe_word="lighthouse"))
    browser, page = desk.as_("olivia"), f"/participants/{case['Leah Jones']}"

    assert "lighthouse" not in browser.get(page).text
    assert "lighthouse" in browser.post(f"{page}/safe-word").text
    logged = session().execute(sa.select(PersonalDataEntry).order_by(PersonalDataEntry.seq.desc())).scalars().first()
    assert "safe_word" in logged.field_groups


@pytest.mark.proves("SEC-28")
@pytest.mark.proves("SEC-32")
def test_opening_a_person_is_logged_with_what_was_unsealed(desk: Desk):
    case = a_case(a_victim("Leah Jones", note="Her brother may answer"))

    desk.as_("olivia").get(f"/participants/{case['Leah Jones']}")

    query = sa.select(PersonalDataEntry).where(PersonalDataEntry.case_id == case.id)
    rows = [row for row in session().execute(query).scalars() if row.category == "consultation"]
    subjects = [(subject["participant"], subject["category"]) for row in rows for subject in row.subjects]
    assert (case["Leah Jones"], "victim") in subjects
    assert {category for subject, category in subjects if subject != case["Leah Jones"]} == {"suspect"}
    assert {"contact_point.sealed_value", "person.safe_contact_note"} <= set(rows[0].field_groups)
    assert {row.actor_id for row in rows} == {desk.cast.olivia}


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-04")
@pytest.mark.parametrize("page", ["", "/contacts"])
def test_noor_gets_the_same_answer_as_for_nobody(desk: Desk, page: str):
    case = a_case(a_victim("Leah Jones"))
    noor = desk.as_("noor")

    theirs = noor.get(f"/participants/{case['Leah Jones']}{page}")
    nobodys = noor.get(f"/participants/00000000-0000-4000-8000-000000000000{page}")

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert text_of(theirs) == text_of(nobodys)


def test_no_name_is_in_an_address_or_a_title(desk: Desk):
    case = a_case(a_victim("Leah Jones"))

    answer = desk.as_("olivia").get(f"/participants/{case['Leah Jones']}")

    assert "<title>Person – Witness care</title>" in answer.text
    assert "Leah" not in "".join(part.split('"')[0] for part in answer.text.split('href="')[1:])


def test_a_person_page_takes_at_most_seventeen_queries_whatever_is_owed(desk: Desk, statements):
    case = a_case(a_victim("Leah Jones", phones=[a_mobile(), a_mobile("07700 900222")]))
    browser, page = desk.as_("olivia"), f"/participants/{case['Leah Jones']}"
    for number in range(1, 6):
        hearing = a_trial(case, f"2027-02-0{number} 10:00", now="2026-11-27 10:00")
        vacated(case, hearing, now="2026-11-27 11:00")
        attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now="2026-11-27 12:00", by=desk.cast.olivia)
    browser.get(page)
    statements()

    browser.get(page)

    sent = statements()
    # one for when they were last told whom to speak to, one for what they need, one for the support they have
    assert len(sent) <= 17, "\n".join(sent)


def test_every_contact_is_in_the_history_by_day_newest_first(desk: Desk):
    case = a_case(a_victim("Leah Jones"))
    for day in ("2026-11-10 10:00", "2026-11-11 10:00"):
        attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now=day, by=desk.cast.olivia)

    page = text_of(desk.as_("olivia").get(f"/participants/{case['Leah Jones']}/contacts"))

    assert page.index("Wednesday 11 November 2026") < page.index("Tuesday 10 November 2026")
