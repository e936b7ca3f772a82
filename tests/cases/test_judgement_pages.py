"""What an officer heard about a defendant, or of special measures, is owed to whom it concerns, like a court's news."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cases.test_entry_pages import sent
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import a_case, a_victim, a_witness
from tests.reading import text_of
from witness_care.cases.models import Defendant, Offence
from witness_care.casework.models import JournalEvent
from witness_care.contacts.models import Duty
from witness_care.database import session

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("olivia")


@pytest.fixture
def case(desk: Desk) -> Any:  # noqa: F811
    return a_case(a_victim("Leah Jones"), a_witness("Nadia Ahmed"))


def the_defendant() -> str:
    return session().scalars(sa.select(Defendant.id)).one()


def the_offence() -> str:
    return session().scalars(sa.select(Offence.id)).first() or ""


def owed() -> dict[str, Any]:
    return {
        duty.topic: duty
        for duty in session().scalars(sa.select(Duty).where(Duty.closed_at.is_(None)))
        if not duty.topic.startswith("task.")
    }


BAIL = {"status": "conditional_bail", "conditions": ["curfew", "no_contact"]}
ARRESTED = {"status": "executed", "outcome": "custody"}
AN_APPEAL = {"stage": "notice", "against": "sentence"}
NEWS: list[tuple[str, dict[str, Any], str, str]] = [
    ("bail", BAIL, "bail", "On bail with conditions: to stay at home at stated hours, not to contact people named"),
    (
        "warrant",
        {"status": "executed", "outcome": "custody"},
        "warrant",
        "They were arrested on the warrant. In custody",
    ),
    (
        "appeal",
        {"stage": "notice", "against": "sentence"},
        "appeal.notice",
        "has asked to appeal, against the sentence",
    ),
    ("appeal-outcome", {"result": "dismissed"}, "appeal.outcome", "The appeal was dismissed"),
    ("death", {}, "decision.stop", "the prosecution stopped this charge, because the defendant has died"),
]


@pytest.mark.parametrize(("kind", "typed", "topic", "words"), NEWS)
def test_what_was_heard_about_a_defendant_is_owed_to_the_victim(
    olivia: FlaskClient,
    case: Any,
    kind: str,
    typed: dict[str, Any],
    topic: str,
    words: str,
) -> None:
    assert sent(olivia, f"/defendants/{the_defendant()}/news/{kind}", **typed).status_code == 303
    duty = owed()[topic]
    assert words in text_of(olivia.get(f"/duties/{duty.id}"))


@pytest.mark.both_databases
def test_a_stopped_charge_is_told_with_its_reason_and_the_last_day_to_ask_for_a_review(
    olivia: FlaskClient,
    case: Any,
) -> None:
    typed = {"offence": the_offence(), "decision": "stopped", "reason": "not_enough_evidence", "may_be_reviewed": "yes"}
    letter = {"letter_on-day": "27", "letter_on-month": "11", "letter_on-year": "2026"}
    assert sent(olivia, f"/defendants/{the_defendant()}/news/decision", **typed, **letter).status_code == 303
    page = text_of(olivia.get(f"/duties/{owed()['decision.stop'].id}"))
    assert "the prosecution stopped this charge, because there was not enough evidence" in page
    assert "They may ask the CPS or the police to look at the decision again by Friday 11 December 2026" in page
    assert "R6-STOP" in page
    assert "Time limit not checked against the Code" in page


def test_a_plea_and_a_verdict_that_came_by_phone_are_recorded(olivia: FlaskClient, case: Any) -> None:
    address = f"/defendants/{the_defendant()}/news"
    assert sent(olivia, f"{address}/plea", offence=the_offence(), plea="not_guilty").status_code == 303
    assert sent(olivia, f"{address}/verdict", offence=the_offence(), verdict="guilty").status_code == 303
    assert {"plea", "verdict"} <= owed().keys()
    page = text_of(olivia.get(f"/cases/{case.urn}"))
    assert "pleaded not guilty" in text_of(olivia.get(f"/duties/{owed()['plea'].id}"))
    assert "guilty" in page


def test_what_stands_about_a_defendant_is_shown_on_the_case(olivia: FlaskClient, case: Any) -> None:
    sent(olivia, f"/defendants/{the_defendant()}/news/bail", status="custody")
    assert "In custody" in text_of(olivia.get(f"/cases/{case.urn}"))


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("bail", {"status": "custody", "conditions": ["curfew"]}, "Choose “On bail with conditions”"),
        ("warrant", {"status": "issued", "outcome": "bail"}, "Choose “They were arrested on the warrant”"),
        ("decision", {}, "Choose which offence it is about"),
    ],
)
def test_what_cannot_be_is_refused_and_kept_as_typed(
    olivia: FlaskClient,
    case: Any,
    kind: str,
    typed: dict[str, Any],
    says: str,
) -> None:
    before = session().scalar(sa.select(sa.func.count()).select_from(JournalEvent))
    answer = sent(olivia, f"/defendants/{the_defendant()}/news/{kind}", **typed)
    assert answer.status_code == 400
    assert says in text_of(answer)
    assert session().scalar(sa.select(sa.func.count()).select_from(JournalEvent)) == before


def test_another_units_officer_finds_no_defendant_to_say_anything_of(desk: Desk, case: Any) -> None:  # noqa: F811
    assert desk.as_("noor").get(f"/defendants/{the_defendant()}/news").status_code == 404
    assert desk.as_("noor").get(f"/defendants/{the_defendant()}/news/bail").status_code == 404


def test_a_refused_special_measure_is_to_be_told_and_one_only_asked_for_is_not(
    olivia: FlaskClient,
    case: Any,
) -> None:
    address = f"/participants/{case['Nadia Ahmed']}/special-measures"
    assert "No special measure is recorded yet" in text_of(olivia.get(address))
    sent(olivia, address, measure="screens", decision="asked")
    assert "special_measures.outcome" not in owed()
    sent(olivia, address, measure="screens", decision="refused")
    duty = owed()["special_measures.outcome"]
    page = text_of(olivia.get(f"/duties/{duty.id}"))
    assert "Screens: refused" in page
    assert "WC-SM" in page
    assert "unit policy" in page.lower()
    assert "Screens Needed? Yes How far: Refused" in text_of(olivia.get(address))
