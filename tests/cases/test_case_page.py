"""The case's page: where defendants and people stand, what is owed, questions, and the journal in words."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.desk import Desk, desk, statements  # noqa: F401
from tests.factories import a_case, a_trial, a_victim, a_witness, convicted, told_everything, vacated
from tests.reading import text_of
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases import journal_words
from witness_care.casework.models import Transition
from witness_care.database import session
from workflows.events import KINDS


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("olivia")


def words_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.text[:3000]
    return text_of(response)


def test_a_case_shows_everybody_with_what_they_are_to_be_told(olivia: FlaskClient, desk: Desk) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), a_witness("Tom Bold", required=False), now="2026-11-20 09:00")
    a_trial(case, "2026-12-07 10:00", now="2026-11-27 10:00")

    words = words_of(olivia, f"/cases/{case.urn}")

    assert f"Case {case.urn}" in words
    assert "Officer: Olivia" in words
    assert "Aaron Smith: trial listed" in words
    assert "Listing. Not known yet whether they are needed at court" in words
    assert "Tell them the trial date" in words
    assert "Listing. Not needed at court" in words


def test_the_journal_says_in_words_what_each_entry_changed(olivia: FlaskClient, desk: Desk) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-12-07 10:00", now="2026-11-27 10:00")
    told_everything(case["Leah Jones"], now="2026-11-27 11:00", by=desk.cast.olivia)
    vacated(case, trial, now="2026-11-30 09:00")

    words = words_of(olivia, f"/cases/{case.urn}")

    assert "Trial: cancelled by the court (vacated). Reason: no reason given yet" in words
    assert "Leah Jones: Tell them the trial is off: now owed" in words
    assert "Leah Jones: from “Listing” to “Adjournment”" in words
    assert "Leah Jones: spoke with them, told them:" in words
    assert "from an officer (Olivia)" in words
    assert words.index("cancelled by the court") < words.index("listed for"), "newest first"


def test_results_stand_beside_their_offence(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-11-26 10:00", now="2026-11-23 10:00")
    convicted(case, trial, now="2026-11-26 16:00")

    assert "Theft. Verdict guilty" in words_of(olivia, f"/cases/{case.urn}")


@pytest.mark.feature("C1")
def test_a_question_about_news_that_did_not_fit_waits_until_somebody_answers_it(
    olivia: FlaskClient,
    desk: Desk,  # noqa: F811
) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-11-26 10:00", now="2026-11-23 10:00")
    convicted(case, trial, now="2026-11-26 16:00")
    a_trial(case, "2026-12-09 10:00", now="2026-11-27 10:00")
    assert "question" in words_of(olivia, f"/cases/{case.urn}")
    assert "Case " + case.urn in words_of(desk.as_("sam"), "/unit/questions")
    question = session().scalar(
        sa.select(Transition.id).where(Transition.case_id == case.id, Transition.flag.is_not(None))
    )

    answer = olivia.post(f"/cases/{case.urn}/questions/{question}/answered")

    assert answer.status_code == 303
    assert "No open questions" in words_of(desk.as_("sam"), "/unit/questions")
    closed = session().execute(sa.select(Transition.flag_closed_by).where(Transition.id == question)).scalar_one()
    assert closed == f"user:{desk.cast.olivia}"


def test_every_kind_of_fact_has_words() -> None:
    assert set(KINDS) == journal_words.SAID_KINDS


@pytest.mark.feature("N2")
@pytest.mark.proves("SEC-32")
def test_opening_a_case_logs_everybody_it_shows(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), a_witness("Tom Bold"), now="2026-11-20 09:00")

    olivia.get(f"/cases/{case.urn}")

    rows = session().execute(
        sa.select(PersonalDataEntry.subjects).where(
            PersonalDataEntry.case_id == case.id,
            PersonalDataEntry.category == "consultation",
            PersonalDataEntry.route == "/cases/<urn>",
        )
    )
    seen = {subject["participant"] for row in rows for subject in row.subjects}
    assert {case["Leah Jones"], case["Tom Bold"], case.defendants["Aaron Smith"]} <= seen


def test_a_case_costs_the_same_number_of_queries_for_any_number_of_people(olivia: FlaskClient, statements) -> None:  # noqa: F811
    small = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    large = a_case(*(a_victim(f"Person {number}") for number in range(25)), now="2026-11-20 09:00")
    for case in (small, large):
        a_trial(case, "2026-12-07 10:00", now="2026-11-27 10:00")

    counts = []
    for case in (small, large):
        statements()
        olivia.get(f"/cases/{case.urn}")
        counts.append(len([one for one in statements() if one.startswith("SELECT")]))

    assert counts[1] <= counts[0]
    # one of them for linked cases, one for merged and split ones, one for questions to agencies, one for file gaps
    assert counts[0] <= 22


def test_a_long_journal_is_paged(olivia: FlaskClient) -> None:
    case = a_case(*(a_victim(f"Person {number}") for number in range(25)), now="2026-11-20 09:00")

    page = olivia.get(f"/cases/{case.urn}").text
    following = re.search(r'href="(/cases/[^"]+after=[^"]+)"', page)

    assert following
    assert "The unit took the case on" not in page
    assert "The unit took the case on" in olivia.get(following[1].replace("&amp;", "&")).text
