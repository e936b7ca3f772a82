"""A whole case, and what is owed in it, as another system reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cases.conftest import Put, Sent
from tests.cases.documents import URN, a_document, a_mobile, a_victim, a_witness
from tests.cast import Cast, a_key
from tests.factories import at, set_clock
from witness_care.accounts.current import SYSTEM
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases.service import record_court_fact
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.database import session, writing
from workflows.events import About, DateKind, HearingClass, HearingConfirmed, HearingDay, When, Where

Read = Callable[..., Any]
TRIAL = new_id()


def list_trial(app: Flask, day: str, *, now: str, urn: str = URN) -> None:
    """An officer enters what the court said of the trial."""
    starts = at(day)
    fact = HearingConfirmed(
        hearing=TRIAL,
        when=When(kind=DateKind.FIXED, days=(HearingDay(on=starts.date(), at=starts.time()),)),
        where=Where(court="Eastmere Crown Court"),
        about=About(hearing_type="Trial", hearing_class=HearingClass.TRIAL),
    )
    with app.app_context():
        record_court_fact(urn, [fact], actor=SYSTEM, now=at(now))


def duty_about_the_trial(case: Any, role: str) -> Any:
    person = next(person for person in case["participants"] if person["role"] == role)
    return next(duty for duty in person["duties"] if duty["topic"] == "hearing.when_where")


def test_a_case_shows_hearings_people_and_what_each_is_owed(app: Flask, put: Put, read: Read) -> None:
    put()
    list_trial(app, "2027-01-12 10:00", now="2026-11-24 11:00")

    case = read()

    assert case["hearings"][0]["court"] == "Eastmere Crown Court"
    assert case["hearings"][0]["days"] == [{"on": "2027-01-12", "at": "10:00", "cancelled": False}]
    assert {person["journey"] for person in case["participants"]} == {"listing"}
    duty = duty_about_the_trial(case, "victim")
    assert duty["rule"] == "R8-DATE@victims_code_2021"
    assert duty["due_at"] == "2026-11-25T17:00:00Z"
    assert duty["reason"]
    assert duty["overdue"] is False


def test_an_overdue_duty_says_so_by_the_clock_alone(app: Flask, put: Put, read: Read) -> None:
    put()
    list_trial(app, "2027-01-12 10:00", now="2026-11-24 11:00")

    set_clock(app, "2026-11-25 17:01")

    assert duty_about_the_trial(read(), "victim")["overdue"] is True


def test_no_number_and_no_address_is_in_it(put: Put, client: FlaskClient, headers: dict[str, str]) -> None:
    put()

    body = client.get(f"/api/v1/cases/{URN}", headers=headers).get_data(as_text=True)

    assert "900123" not in body.replace(" ", "")


@pytest.mark.proves("SEC-32")
def test_everybody_in_the_answer_is_in_the_log_before_it_leaves(app: Flask, put: Put, read: Read) -> None:
    put()

    answer = read()
    people = {somebody["id"] for somebody in (*answer["participants"], *answer["defendants"])}

    with app.app_context():
        entry = (
            session().scalars(sa.select(PersonalDataEntry).where(PersonalDataEntry.category == "consultation")).one()
        )
    assert {subject["participant"] for subject in entry.subjects} == people
    assert (entry.actor_type, entry.route) == ("client", "/api/v1/cases/<urn>")


@pytest.mark.proves("SEC-32")
def test_a_registration_is_logged_as_collection_and_a_change_as_alteration(app: Flask, put: Put) -> None:
    put()
    put({"participants": [{"id": "P1", "person": {"language": "Welsh"}}]})

    with app.app_context():
        entries = session().scalars(sa.select(PersonalDataEntry).order_by(PersonalDataEntry.seq)).all()
    assert [entry.category.value for entry in entries] == ["collection", "alteration"]
    assert [len(entry.subjects) for entry in entries] == [2, 1]


def test_reading_costs_the_same_for_many_people_as_for_few(put: Put, read: Read, statements: Sent, app: Flask) -> None:
    def sent_for(people: int, urn: str) -> int:
        document = a_document(
            identifiers=[],
            participants=[
                a_witness(id=f"W{n}", person={"name": f"W {n}", "contact_points": [a_mobile(f"077009{n:05d}")]})
                for n in range(people)
            ],
        )
        document["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}
        put(document, urn=urn)
        statements()
        read(urn)
        return len(statements())

    assert sent_for(2, "99AB0000226") == sent_for(40, "99AB0004026") <= 20


# --- duties -------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_duties(app: Flask, put: Put, client: FlaskClient, headers: dict[str, str]) -> list[Any]:
    put()
    list_trial(app, "2027-01-12 10:00", now="2026-11-24 11:00")
    answer = client.get("/api/v1/duties?limit=100", headers=headers).get_json()
    duties: list[Any] = answer["duties"]
    return duties


def test_duties_come_in_the_one_order_and_page_by_page(
    two_duties: list[Any], client: FlaskClient, headers: dict[str, str]
) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"/api/v1/duties?limit=2{cursor}", headers=headers).get_json()
        seen += [duty["id"] for duty in page["duties"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert seen == [duty["id"] for duty in two_duties]
    order = [(duty["priority"], duty["due_at"], duty["id"]) for duty in two_duties]
    assert order == sorted(order)
    assert len(order) > 2


def test_only_what_is_late_is_in_the_overdue_list(
    app: Flask, two_duties: list[Any], client: FlaskClient, headers: dict[str, str]
) -> None:
    assert client.get("/api/v1/duties?state=overdue", headers=headers).get_json()["duties"] == []

    set_clock(app, "2026-11-26 09:00")

    late = client.get("/api/v1/duties?state=overdue", headers=headers).get_json()["duties"]
    assert {duty["topic"] for duty in late} == {"attendance", "hearing.when_where"}
    assert {duty["band"] for duty in late} == {"critically_overdue"}, "1 working day late, and 1 day is all there was"
    critical = client.get("/api/v1/duties?state=critically_overdue", headers=headers).get_json()["duties"]
    assert critical == late


def test_duties_can_be_asked_for_by_officer_and_unit(
    two_duties: list[Any], client: FlaskClient, headers: dict[str, str]
) -> None:
    def count(query: str) -> int:
        return len(client.get(f"/api/v1/duties?{query}", headers=headers).get_json()["duties"])

    assert count("officer=olivia@unit.example&unit=ESX") == len(two_duties)
    assert count("officer=") == 0
    assert count("unit=WSX") == 0


def test_one_duty_is_explained_with_its_rule_and_where_that_is_written(
    two_duties: list[Any], client: FlaskClient, headers: dict[str, str]
) -> None:
    chosen = next(duty for duty in two_duties if duty["rule"].startswith("R8-DATE"))

    duty = client.get(f"/api/v1/duties/{chosen['id']}", headers=headers).get_json()

    assert any("Wednesday 25 November 2026 is working day 1" in sentence for sentence in duty["explanation"])
    assert duty["band"] == "due_soon"
    assert (duty["due_soon_from"], duty["due_at"], duty["critically_overdue_from"]) == (
        "2026-11-24T00:00:00Z",
        "2026-11-25T17:00:00Z",
        "2026-11-26T00:00:00Z",
    )
    rule = duty["rule_in_full"]
    assert rule["id"] == "R8-DATE"
    assert rule["basis"] == "code"
    assert rule["source"]
    assert isinstance(rule["verified"], bool)
    assert [(change["action"], change["caused_by"]) for change in duty["history"]] == [("opened", "HearingConfirmed")]


@pytest.mark.proves("SEC-04")
def test_a_duty_of_another_unit_answers_like_one_that_does_not_exist(
    app: Flask, two_duties: list[Any], client: FlaskClient, cast: Cast
) -> None:
    theirs = a_key(app, unit_ids=[cast.other_unit], scopes=("cases:read", "contacts:write"), name="Other unit")
    duty = two_duties[0]

    unseen = client.get(f"/api/v1/duties/{duty['id']}", headers=theirs)
    absent = client.get(f"/api/v1/duties/{new_id()}", headers=theirs)
    told = client.post(f"/api/v1/participants/{duty['participant']}/contacts", json=a_call(), headers=theirs)
    nobody = client.post(f"/api/v1/participants/{new_id()}/contacts", json=a_call(), headers=theirs)

    assert (unseen.status_code, unseen.data) == (404, absent.data)
    assert (told.status_code, told.data) == (404, nobody.data)
    assert client.get("/api/v1/duties", headers=theirs).get_json()["duties"] == []


# --- contacts -----------------------------------------------------------------------------------------------------


def a_call(**changes: Any) -> dict[str, Any]:
    call = {
        "message_id": "call-1",
        "channel": "in_person",
        "outcome": "reached",
        "happened_at": "2026-11-24T09:50:00Z",
        "told": [],
    }
    return call | changes


def what_was_told(duty: Any) -> dict[str, Any]:
    return {name: duty[name] for name in ("topic", "subject", "value_hash")}


def test_a_reported_contact_closes_what_it_told(
    app: Flask, two_duties: list[Any], client: FlaskClient, headers: dict[str, str]
) -> None:
    set_clock(app, "2026-11-24 12:00")
    duty = next(duty for duty in two_duties if duty["role"] == "victim" and duty["topic"] == "hearing.when_where")
    call = a_call(happened_at="2026-11-24T11:30:00Z", told=[what_was_told(duty)])

    answer = client.post(f"/api/v1/participants/{duty['participant']}/contacts", json=call, headers=headers)
    again = client.post(f"/api/v1/participants/{duty['participant']}/contacts", json=call, headers=headers)

    assert (answer.status_code, answer.get_json()["state"]) == (201, "recorded")
    assert (again.status_code, again.get_json()["state"], again.get_json()["id"]) == (
        200,
        "repeat",
        answer.get_json()["id"],
    )
    closed = client.get(f"/api/v1/duties/{duty['id']}", headers=headers).get_json()
    assert (closed["closed_reason"], closed["met"]) == ("done", True)


def test_a_value_that_changed_meanwhile_is_a_conflict(
    app: Flask, two_duties: list[Any], client: FlaskClient, headers: dict[str, str]
) -> None:
    duty = next(duty for duty in two_duties if duty["role"] == "victim" and duty["topic"] == "hearing.when_where")
    list_trial(app, "2027-02-01 10:00", now="2026-11-24 11:40")
    set_clock(app, "2026-11-24 12:00")
    call = a_call(happened_at="2026-11-24T11:30:00Z", told=[what_was_told(duty)])
    path = f"/api/v1/participants/{duty['participant']}/contacts"

    conflict = client.post(path, json=call, headers=headers)
    settled = client.post(path, json=call | {"if_changed": "as_shown"}, headers=headers)

    assert (conflict.status_code, conflict.get_json()["error"]) == (409, "changed_meanwhile")
    assert settled.status_code == 201
    left = client.get("/api/v1/duties?limit=100", headers=headers).get_json()["duties"]
    assert duty["participant"] in {each["participant"] for each in left if each["topic"] == "hearing.when_where"}


@pytest.mark.proves("SEC-24")
def test_a_voicemail_nobody_agreed_to_is_refused_without_a_reason(
    app: Flask, put: Put, read: Read, client: FlaskClient, headers: dict[str, str]
) -> None:
    put(a_document(participants=[a_victim()]))
    victim = read()["participants"][0]
    call = a_call(channel="call", outcome="voicemail", contact_point=victim["contact_points"][0]["id"])

    refused = client.post(f"/api/v1/participants/{victim['id']}/contacts", json=call, headers=headers)
    explained = client.post(
        f"/api/v1/participants/{victim['id']}/contacts",
        json=call | {"override_reason": "The machine picked up before I could hang up."},
        headers=headers,
    )

    assert (refused.status_code, refused.get_json()["error"]) == (422, "not_safe")
    assert explained.get_json()["safety_incident"] is True


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"happened_at": "2026-11-25T10:00:00Z"}, "/happened_at"),
        ({"happened_at": "2026-11-24T09:00:00"}, "/happened_at"),
        ({"outcome": "waved"}, "/outcome"),
        ({"mood": "good"}, "/mood"),
        ({"told": [{"topic": "verdict"}]}, "/told/0"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_with_where(
    put: Put, read: Read, client: FlaskClient, headers: dict[str, str], change: dict[str, Any], where: str
) -> None:
    put()
    victim = read()["participants"][0]

    answer = client.post(f"/api/v1/participants/{victim['id']}/contacts", json=a_call(**change), headers=headers)

    assert answer.status_code == 422
    assert answer.get_json()["where"].startswith(where)


def test_a_program_that_walks_the_list_is_not_thrown_back_when_its_cursor_closes(
    app: Flask, two_duties: list[Any], client: FlaskClient, headers: dict[str, str]
) -> None:
    first = client.get("/api/v1/duties?limit=2", headers=headers).get_json()
    with app.app_context(), writing() as open_session:
        closed = {"closed_at": at("2026-11-24 11:30"), "closed_reason": "declined", "closed_by": "user:1"}
        open_session.execute(sa.update(Duty).where(Duty.id == first["next"]).values(**closed))

    second = client.get(f"/api/v1/duties?limit=100&cursor={first['next']}", headers=headers).get_json()

    assert [duty["id"] for duty in second["duties"]] == [duty["id"] for duty in two_duties[2:]]
    assert client.get(f"/api/v1/duties?cursor={new_id()}", headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("address", "name", "expected", "do"),
    [
        ("duties?stat=overdue", "stat", "one of cursor, limit, officer, state, unit", "Did you mean state?"),
        ("duties?state=overdue&urn=42CF1234525", "urn", "one of cursor, limit, officer, state, unit", "Leave it out."),
        ("cases/42CF1234525?as_known=2026-11-27", "as_known", "one of as_known_at", "Did you mean as_known_at?"),
        ("duties/0b7f2f1c-3a8e-4a43-9f6e-0a9a2d6f1c11?full=1", "full", "no query parameter", "Leave it out."),
    ],
)
def test_a_query_parameter_that_is_not_known_is_refused_rather_than_passed_over(
    client: FlaskClient, headers: dict[str, str], address: str, name: str, expected: str, do: str
) -> None:
    answer = client.get(f"/api/v1/{address}", headers=headers)

    assert answer.status_code == 422
    assert answer.get_json() == {
        "error": "not_valid",
        "where": f"/{name}",
        "expected": expected,
        "received": name,
        "do": do,
    }


def test_a_parameter_that_is_no_name_is_not_echoed_and_nobody_learns_names_without_a_key(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    odd = client.get("/api/v1/duties?07700%20900123=x", headers=headers)

    assert odd.status_code == 422
    assert odd.get_json()["where"] == "query"
    assert "900123" not in odd.get_data(as_text=True)
    assert client.get("/api/v1/duties?stat=overdue").status_code == 401


def test_what_is_not_there_says_what_to_check_and_the_same_of_what_may_not_be_seen(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    case = client.get("/api/v1/cases/42ZZ9999999", headers=headers)
    duty = client.get(f"/api/v1/duties/{new_id()}", headers=headers)

    assert (case.status_code, duty.status_code) == (404, 404)
    assert (case.get_json()["where"], duty.get_json()["where"]) == ("urn", "duty_id")
    for answer in (case, duty):
        assert answer.get_json()["expected"] == "what is here, in a unit of your key"
        assert answer.get_json()["received"]
        assert "units of your key" in answer.get_json()["do"]
    assert "42ZZ9999999" not in case.get_data(as_text=True)


def test_a_case_larger_than_may_be_sent_is_refused_with_both_sizes(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    sent = b'{"court_code": "' + b"x" * (1024 * 1024) + b'"}'
    answer = client.put("/api/v1/cases/42CF1234525", data=sent, content_type="application/json", headers=headers)

    assert answer.status_code == 413
    assert answer.get_json() == {
        "error": "too_large",
        "where": "body",
        "expected": f"at most {1024 * 1024} bytes",
        "received": f"{len(sent)} bytes",
        "do": "Send it in parts.",
    }
