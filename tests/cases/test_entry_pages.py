"""The entry forms: what an officer types goes the same way as what a feed says, and nothing typed is lost."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.desk import Desk, desk  # noqa: F401
from tests.factories import a_case, a_trial, a_victim, a_witness, open_duties, told_everything
from tests.reading import text_of
from witness_care.cases.models import CourtCase, Defendant, Hearing, Offence
from witness_care.casework.models import JournalEvent
from witness_care.database import session
from witness_care.people.models import ContactPoint, Participant, Person
from workflows.trial_outcome_reasons import all_reasons

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("olivia")


def sent(client: FlaskClient, address: str, **typed: Any) -> Any:
    """Open the form, fill in what is given over what it holds, and send it."""
    page = client.get(address)
    assert page.status_code == 200, page.text[:2000]
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page.text)
    assert token
    return client.post(address, data={"token": token[1], **typed})


A_PERSON = {
    "name": "Leah Jones",
    "role": "victim",
    "language": "English",
    "enhanced": "yes",
    "phone": "07700 900123",
    "phone_allowed": "yes",
    "voicemail": "no",
    "identify": "yes",
    "email_allowed": "not_asked",
}
A_TRIAL = {
    "hearing_class": "trial",
    "jurisdiction": "CROWN",
    "date_kind": "fixed",
    "day-day": "14",
    "day-month": "12",
    "day-year": "2026",
    "at": "10.30am",
    "length": "3",
    "court": "Northbridge Crown Court",
}


@pytest.mark.both_databases
@pytest.mark.feature("A6")
def test_a_case_a_person_and_a_trial_typed_in_by_hand_make_the_same_duty_as_a_feed(olivia: FlaskClient) -> None:
    added = sent(olivia, "/cases/new", urn="42 ab 1234526", officer="mine", defendant="Aaron Smith", offence="Burglary")
    assert added.status_code == 303, text_of(added)
    assert added.location.startswith("/cases/42AB1234526")
    assert sent(olivia, "/cases/42AB1234526/participants/new", **A_PERSON).status_code == 303
    assert sent(olivia, "/cases/42AB1234526/hearings/new", **A_TRIAL).status_code == 303

    person = session().execute(sa.select(Participant.id)).scalar_one()
    duty = next(duty for duty in open_duties(person) if duty.topic == "hearing.when_where")

    assert duty.value["hearings"][0]["days"] == [
        ["2026-12-14", "10:30"],
        ["2026-12-15", None],
        ["2026-12-16", None],
    ]
    assert duty.rule.startswith("R8-DATE")
    page = text_of(olivia.get("/cases/42AB1234526"))
    assert "Leah Jones" in page
    assert "Trial: listed for Monday 14 December 2026 at 10:30am, 3 days to Wednesday 16 December 2026" in page


@pytest.mark.both_databases
def test_the_same_form_sent_twice_is_recorded_once(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    for address, typed in (
        (f"/cases/{case.urn}/hearings/new", A_TRIAL),
        (f"/cases/{case.urn}/participants/new", {**A_PERSON, "name": "Tom Bold"}),
        (f"/cases/{case.urn}/defendants/new", {"who": "new", "name": "Bill Smith", "offence": "Theft"}),
    ):
        first = sent(olivia, address, **typed)
        token = session().execute(sa.select(sa.func.count(JournalEvent.id))).scalar_one()
        again = olivia.post(address, data={"token": "the same token", **typed})
        once = session().execute(sa.select(sa.func.count(JournalEvent.id))).scalar_one()
        twice = olivia.post(address, data={"token": "the same token", **typed})

        assert {first.status_code, again.status_code, twice.status_code} == {303}
        assert once > token
        assert session().execute(sa.select(sa.func.count(JournalEvent.id))).scalar_one() == once


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Enter the person's full name"),
        ("role", "", "Choose what part they have"),
        ("phone", "not a number", "Enter a phone number, for example 07700 900123"),
        ("email", "nowhere", "Enter an e-mail address, for example name@post.example"),
        ("born_on-day", "31", "Enter a real date, for example 27 3 1990"),
    ],
)
def test_an_error_stands_at_its_field_and_in_the_summary_and_keeps_what_was_typed(
    olivia: FlaskClient, field: str, value: str, words: str
) -> None:
    case = a_case(a_victim("Tom Bold"), now="2026-11-20 09:00")

    answer = sent(
        olivia, f"/cases/{case.urn}/participants/new", **{**A_PERSON, "safe_note": "Ring twice", field: value}
    )

    assert answer.status_code == 400
    assert "<title>Error: Add a person" in " ".join(answer.text.split())
    assert answer.text.count(words.replace("'", "&#39;")) == 2
    assert "Ring twice" in answer.text
    assert session().execute(sa.select(sa.func.count(Person.id))).scalar_one() == 1


def test_a_person_is_corrected_without_losing_what_was_not_touched(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jnoes", enhanced=True), now="2026-11-20 09:00")
    person = case["Leah Jnoes"]
    page = olivia.get(f"/participants/{person}/change").text
    assert 'value="Leah Jnoes"' in page

    answer = sent(olivia, f"/participants/{person}/change", name="Leah Jones", role="victim", enhanced="yes")

    assert answer.status_code == 303, text_of(answer)
    assert session().execute(sa.select(Person.name)).scalar_one() == "Leah Jones"
    assert session().execute(sa.select(sa.func.count(ContactPoint.id))).scalar_one() == 1
    assert session().execute(sa.select(Participant.enhanced)).scalar_one() == "yes"


def test_who_was_added_in_error_leaves_the_case_and_is_owed_nothing(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), a_victim("Tom Wrong"), now="2026-11-20 09:00")
    a_trial(case, "2026-12-14 10:00", now="2026-11-27 10:00")
    assert open_duties(case["Tom Wrong"])

    answer = sent(
        olivia,
        f"/participants/{case['Tom Wrong']}/change",
        name="Tom Wrong",
        role="victim",
        enhanced="no",
        leaves="added_in_error",
    )

    assert answer.status_code == 303, text_of(answer)
    assert open_duties(case["Tom Wrong"]) == []
    assert open_duties(case["Leah Jones"])


def test_what_the_cps_says_is_told_to_the_person_and_may_be_taken_back(olivia: FlaskClient, desk: Desk) -> None:  # noqa: F811
    case = a_case(a_witness("Nadia Ahmed"), now="2026-11-20 09:00")
    person = case["Nadia Ahmed"]
    a_trial(case, "2026-12-14 10:00", now="2026-11-27 10:00", days=3)

    sent(
        olivia, f"/participants/{person}/requirement", required="yes", days="1, 3", session="morning", mode="in_person"
    )
    duty = next(duty for duty in open_duties(person) if duty.topic == "attendance")
    assert duty.value == {"required": True, "days": [1, 3], "session": "morning", "mode": "in_person"}
    assert "Needed at court on day 1 and 3 of the trial, morning only" in text_of(olivia.get(f"/duties/{duty.id}"))

    told_everything(person, now="2026-11-30 09:50", by=desk.cast.olivia)
    desk.clock("2026-11-30 10:00")
    sent(olivia, f"/participants/{person}/requirement", required="no")
    assert "Tell them they are not needed at court" in text_of(olivia.get(f"/cases/{case.urn}"))


def hearing_row() -> Any:
    return session().execute(sa.select(Hearing.status, Hearing.reason, Hearing.starts_at)).one()


def test_a_trial_heard_to_be_vacated_carries_the_courts_reason(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-12-14 10:00", now="2026-11-27 10:00")
    reason = next(reason for reason in all_reasons() if reason.type == "vacated" and "crown" in reason.jurisdictions)

    answer = sent(olivia, f"/hearings/{trial}/change", news="vacated", reason=reason.cp_ids[0])

    assert answer.status_code == 303, text_of(answer)
    assert hearing_row().status == "vacated"
    page = text_of(olivia.get(f"/hearings/{trial}"))
    assert f"Cancelled by the court (vacated). Reason: {reason.words}" in page
    assert "from an officer (Olivia)" in page


def test_a_jury_that_was_discharged_puts_the_trial_off_and_may_come_with_the_new_date(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-11-30 10:00", now="2026-11-27 10:00")
    again = {"date_kind": "fixed", "day-day": "8", "day-month": "2", "day-year": "2027", "at": "10am", "court": "Here"}

    sent(olivia, f"/hearings/{trial}/change", news="started")
    answer = sent(olivia, f"/hearings/{trial}/change", news="jury_discharged", **again)

    assert answer.status_code == 303, text_of(answer)
    page = text_of(olivia.get(f"/cases/{case.urn}"))
    assert "ended without a verdict: the jury was let go" in page
    assert "8 February 2027" in page


def test_a_move_needs_a_date_and_then_moves_the_one_hearing(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-12-14 10:00", now="2026-11-27 10:00")
    refused = sent(olivia, f"/hearings/{trial}/change", news="moved", date_kind="fixed")
    assert refused.status_code == 400
    assert "Enter the day, for example 14 12 2026" in refused.text

    moved = {"day-day": "16", "day-month": "12", "day-year": "2026", "at": "2pm"}
    answer = sent(olivia, f"/hearings/{trial}/change", news="moved", date_kind="fixed", length="1", **moved)

    assert answer.status_code == 303
    assert hearing_row().starts_at.isoformat() == "2026-12-16T14:00:00+00:00"


def test_a_trial_of_two_days_is_offered_as_two_days_when_it_moves(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-12-14 10:00", now="2026-11-27 10:00", days=2)

    page = olivia.get(f"/hearings/{trial}/change").text

    offered = re.search(r'<input\b[^>]*name="length"[^>]*>', page)
    assert offered
    assert 'value="2"' in offered[0]


def test_an_adjournment_with_a_new_date_makes_one_news_for_the_person(olivia: FlaskClient, desk: Desk) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-11-30 10:00", now="2026-11-23 10:00")
    told_everything(case["Leah Jones"], now="2026-11-23 11:00", by=desk.cast.olivia)

    following = {"day-day": "11", "day-month": "1", "day-year": "2027", "at": "", "court": "Northbridge Crown Court"}
    sent(olivia, f"/hearings/{trial}/change", news="adjourned", date_kind="fixed", length="1", **following)

    duties = [duty for duty in open_duties(case["Leah Jones"]) if duty.topic == "hearing.when_where"]
    assert len(duties) == 1
    assert duties[0].value["hearings"][0]["days"] == [["2027-01-11", None]]
    statuses = session().execute(sa.select(Hearing.status).order_by(Hearing.starts_at)).scalars().all()
    assert statuses == ["adjourned", "live"]


def test_only_what_can_be_said_of_a_hearing_is_offered(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-12-14 10:00", now="2026-11-27 10:00")

    page = olivia.get(f"/hearings/{trial}/change").text

    assert 'value="vacated"' in page
    assert 'value="on_again"' not in page
    assert sent(olivia, f"/hearings/{trial}/change", news="on_again").status_code == 400


def test_a_further_offence_joins_the_defendant_who_is_there(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")

    answer = sent(olivia, f"/cases/{case.urn}/defendants/new", who=case.defendants["Aaron Smith"], offence="Affray")

    assert answer.status_code == 303, text_of(answer)
    assert session().execute(sa.select(sa.func.count(Defendant.id))).scalar_one() == 1
    assert set(session().execute(sa.select(Offence.title)).scalars()) == {"Theft", "Affray"}


def test_a_urn_that_is_here_already_leads_to_its_case(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")

    answer = sent(olivia, "/cases/new", urn=case.urn, officer="mine", defendant="Bill Smith", offence="Theft")

    assert answer.status_code == 400
    assert f"Open case {case.urn}" in text_of(answer)
    assert session().execute(sa.select(sa.func.count(CourtCase.id))).scalar_one() == 1


@pytest.mark.feature("N1")
def test_noor_can_enter_nothing_into_olivias_cases(desk: Desk) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    trial = a_trial(case, "2026-12-14 10:00", now="2026-11-27 10:00")
    noor = desk.as_("noor")
    for address in (
        f"/cases/{case.urn}/participants/new",
        f"/cases/{case.urn}/hearings/new",
        f"/cases/{case.urn}/defendants/new",
        f"/participants/{case['Leah Jones']}/change",
        f"/participants/{case['Leah Jones']}/requirement",
        f"/hearings/{trial}/change",
    ):
        assert noor.get(address).status_code == 404
        assert noor.post(address, data={"token": "one"}).status_code == 404
    before = session().execute(sa.select(sa.func.count(CourtCase.id))).scalar_one()
    answer = sent(noor, "/cases/new", urn=case.urn, officer="mine", defendant="Bill Smith", offence="Theft")
    assert answer.status_code == 400
    assert case.urn not in text_of(answer).replace("URN", "").split("Open case")[-1] or "Open case" not in text_of(
        answer
    )
    assert session().execute(sa.select(sa.func.count(CourtCase.id))).scalar_one() == before
