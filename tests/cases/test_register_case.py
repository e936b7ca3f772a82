"""Cases and people in: what a submission adds, what it leaves alone, and what it is refused for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cases.conftest import Put, Sent
from tests.cases.documents import URN, a_document, a_mobile, a_victim, a_witness
from tests.cast import PASSWORD, Cast, a_key
from tests.factories import set_clock
from witness_care import clock
from witness_care.accounts import service
from witness_care.accounts.models import Unit
from witness_care.cases.models import CourtCase, DefendantEndpoint, Identifier, Offence
from witness_care.casework.models import JournalEvent
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session, writing
from witness_care.people.models import ContactPoint, Participant, Person

Read = Callable[..., Any]


def journal(app: Flask) -> list[JournalEvent]:
    with app.app_context():
        order = (JournalEvent.received_at, JournalEvent.message_id, JournalEvent.ordinal)
        return list(session().scalars(sa.select(JournalEvent).order_by(*order)))


def another_officer(app: Flask, unit_id: str) -> None:
    with app.app_context(), writing():
        service.create_user(
            sign_in_name="otto@unit.example",
            display_name="Otto",
            password=PASSWORD,
            role="officer",
            unit_ids=[unit_id],
            now=clock.now(),
        )


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return session().scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_new_case_is_registered_with_its_people(put: Put, read: Read) -> None:
    answer = put()

    assert answer.status_code == 201
    assert answer.get_json()["facts"] == [
        "CaseRegistered",
        "DefendantCharged",
        "OffenceDescribed",
        "ParticipantRecorded",
        "ParticipantRecorded",
        "CpsRequires",
    ]
    case = read()
    assert case["officer"] == "olivia@unit.example"
    assert [(person["name"], person["role"], person["journey"]) for person in case["participants"]] == [
        ("Vera Thistleham", "victim", "charge"),
        ("Wilf Otterstock", "witness", "charge"),
    ]
    assert case["participants"][1]["attendance"] == "required"
    assert {"namespace": "own", "id": "D1"} in case["defendants"][0]["identifiers"]


def test_every_fact_of_the_first_submission_is_marked_as_registration_and_in_one_message(app: Flask, put: Put) -> None:
    put()

    events = journal(app)
    assert {event.registration for event in events} == {True}
    assert len({event.message_id for event in events}) == 1
    assert [event.ordinal for event in events] == list(range(len(events)))
    assert {event.context for event in events} == {"unit", "cps"}


def test_the_same_document_again_changes_nothing(app: Flask, put: Put) -> None:
    put()
    before = {model: count(app, model) for model in (JournalEvent, Identifier, ContactPoint, Person, Duty)}

    answer = put()

    assert answer.status_code == 200
    assert answer.get_json()["state"] == "unchanged"
    assert {model: count(app, model) for model in before} == before


def test_what_is_left_out_stays(put: Put, read: Read) -> None:
    put()

    answer = put({"participants": [{"id": "P1", "enhanced": "yes", "enhanced_basis": ["HATE"]}]})

    assert answer.get_json()["facts"] == ["ParticipantRecorded"]
    victim = read()["participants"][0]
    assert (victim["name"], victim["role"], victim["enhanced"]) == ("Vera Thistleham", "victim", "yes")
    assert len(victim["offences"]) == 1


def test_removal_is_said_and_never_guessed(app: Flask, put: Put, read: Read) -> None:
    put()

    answer = put({"participants": [{"id": "P2", "remove": True, "remove_reason": "transferred"}]})

    assert answer.get_json()["facts"] == ["ParticipantLeft"]
    left = next(person for person in read()["participants"] if person["role"] == "witness")
    assert left["journey"] == "closed"
    assert left["left_at"] is not None
    with app.app_context():
        assert (
            session().scalar(sa.select(Duty.id).where(Duty.participant_id == left["id"], Duty.closed_at.is_(None)))
            is None
        )


def test_an_offence_that_is_removed_is_charged_no_more(app: Flask, put: Put) -> None:
    document = a_document()
    document["defendants"][0]["offences"].append({"id": "O2", "cjs_code": "CJ88116"})
    put(document)

    answer = put({"defendants": [{"id": "D1", "offences": [{"id": "O2", "remove": True}]}]})

    assert answer.get_json()["facts"] == ["DefendantCharged"]
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).where(Offence.removed_at.is_not(None))) == 1


def test_an_offence_added_later_is_charged_too(app: Flask, put: Put) -> None:
    put()

    put({"defendants": [{"id": "D1", "offences": [{"id": "O2"}]}]})

    charged = [event for event in journal(app) if event.kind == "DefendantCharged"]
    assert [len(event.payload["offences"]) for event in charged] == [1, 2]


@pytest.mark.feature("B1")
def test_one_person_in_two_cases_is_one_person_only_by_the_callers_id(app: Flask, put: Put) -> None:
    put()
    other = a_document(
        identifiers=[],
        participants=[a_victim(), a_witness(person={"id": "person-9", "name": "Wilf Otterstock"})],
    )
    other["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}

    put(other, urn="99AB7654326")

    with app.app_context():
        people = session().scalars(sa.select(Person.name).order_by(Person.name)).all()
        cases_of_vera = session().scalar(
            sa.select(sa.func.count(sa.distinct(Participant.case_id)))
            .join(Person, Person.id == Participant.person_id)
            .where(Person.name == "Vera Thistleham")
        )
    assert people == ["Vera Thistleham", "Wilf Otterstock", "Wilf Otterstock"]
    assert cases_of_vera == 2


def test_a_death_stops_contact_in_every_case_of_the_person(app: Flask, put: Put, read: Read) -> None:
    put()
    other = a_document(identifiers=[], participants=[a_victim()])
    other["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}
    put(other, urn="99AB7654326")

    put({"participants": [{"id": "P1", "person": {"deceased_on": "2026-11-20"}}]})

    for urn in (URN, "99AB7654326"):
        victim = next(person for person in read(urn)["participants"] if person["role"] == "victim")
        assert victim["journey"] == "closed"
        assert victim["duties"] == []


@pytest.mark.proves("SEC-25")
@pytest.mark.parametrize("spelling", ["07700900777", "+44 7700 900 777", "(07700) 900-777"])
def test_a_number_that_a_defendant_was_seen_with_is_never_offered(
    app: Flask, put: Put, read: Read, spelling: str
) -> None:
    document = a_document(
        participants=[a_victim(person={"name": "Vera Thistleham", "contact_points": [a_mobile(spelling)]})]
    )
    document["defendants"][0]["contact_points"] = [{"kind": "landline", "value": "07700 900777"}]

    answer = put(document)

    victim = read()["participants"][0]
    assert victim["contact_points"][0]["unsafe"] is True
    assert answer.get_json()["unsafe_contact_points_of"] == [victim["person"]]
    assert count(app, DefendantEndpoint) == 1


@pytest.mark.proves("SEC-25")
def test_it_does_not_matter_which_side_came_first(put: Put, read: Read) -> None:
    put()

    put({"defendants": [{"id": "D1", "contact_points": [{"kind": "mobile", "value": "07700900123"}]}]})

    assert read()["participants"][0]["contact_points"][0]["unsafe"] is True


@pytest.mark.proves("SEC-26")
def test_an_unsafe_number_does_not_become_safe_by_being_sent_again(app: Flask, put: Put, read: Read) -> None:
    put()
    put({"participants": [{"id": "P1", "person": {"contact_points": [a_mobile(unsafe=True)]}}]})
    put({"participants": [{"id": "P1", "person": {"contact_points": [a_mobile(remove=True)]}}]})

    put({"participants": [{"id": "P1", "person": {"contact_points": [a_mobile("+447700900123")]}}]})

    assert [point["unsafe"] for point in read()["participants"][0]["contact_points"]] == [True]
    with app.app_context():
        held = session().scalars(
            sa.select(ContactPoint.unsafe_since)
            .join(Person, Person.id == ContactPoint.person_id)
            .where(Person.name == "Vera Thistleham")
        )
        assert all(held)


@pytest.mark.proves("SEC-28")
def test_contact_details_are_sealed_and_open_only_in_their_own_row(app: Flask, put: Put) -> None:
    document = a_document(
        participants=[
            a_victim(
                person={
                    "name": "Vera Thistleham",
                    "contact_points": [a_mobile()],
                    "safe_contact": {"note": "Never after five.", "safe_word": "teapot"},
                }
            )
        ]
    )
    put(document)

    with app.app_context():
        point = session().scalars(sa.select(ContactPoint)).one()
        person = session().scalars(sa.select(Person)).one()
        assert point.sealed_value.open(point.id) == "07700 900123"
        assert person.safe_contact_note.open(person.id) == "Never after five."
        assert person.safe_word.open(person.id) == "teapot"
        raw = session().execute(sa.text("SELECT sealed_value FROM contact_point")).scalar()
    assert b"900123" not in bytes(raw)


def test_the_officer_is_found_by_who_has_least_to_do(app: Flask, put: Put, cast: Cast, read: Read) -> None:
    another_officer(app, cast.unit)
    put()

    second = a_document(identifiers=[], participants=[a_victim()])
    second["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}
    put(second, urn="99AB7654326")

    assert {read()["officer"], read("99AB7654326")["officer"]} == {"olivia@unit.example", "otto@unit.example"}


def test_a_case_may_wait_for_an_officer(put: Put, read: Read) -> None:
    put(a_document(officer=None))

    assert read()["officer"] is None


def test_a_case_given_to_another_officer_takes_its_open_duties_along(
    app: Flask, put: Put, read: Read, cast: Cast
) -> None:
    put(a_document(officer=None))

    put({"officer": "olivia@unit.example"})

    duties = [duty for person in read()["participants"] for duty in person["duties"]]
    assert duties
    assert {duty["officer"] for duty in duties} == {"olivia@unit.example"}


def test_a_submission_repeated_with_its_own_id_is_recorded_once_even_after_a_later_one(
    app: Flask, put: Put, read: Read
) -> None:
    put()
    first = {"message_id": "m-1", "participants": [{"id": "P2", "requirement": {"required": False}}]}
    put(first)
    set_clock(app, "2026-11-24 10:05")
    put({"participants": [{"id": "P2", "requirement": {"required": True}}]})

    answer = put(first)

    assert answer.get_json()["state"] == "unchanged"
    assert read()["participants"][1]["required"] is True


def test_what_was_told_elsewhere_leaves_nothing_to_tell(put: Put, read: Read) -> None:
    required = {"required": True, "days": [], "session": "", "mode": "in_person"}
    told = [{"topic": "attendance", "at": "2026-11-20T10:00:00Z", "value": required}]

    put(a_document(participants=[a_witness(told=told)]))

    assert [duty["topic"] for duty in read()["participants"][0]["duties"]] == ["task.keep_in_touch"]


UNREADABLE_NUMBER = a_victim(person={"name": "V", "contact_points": [a_mobile("not a number")]})
A_CALL = {"id": "c1", "at": "2026-11-20T10:00:00Z", "channel": "call", "outcome": "reached"}
TOLD_TOMORROW = {"topic": "attendance", "at": "2026-11-25T10:00:00Z", "value": {"required": True}}
TOLD_BY_NO_ANSWER = A_CALL | {"outcome": "no_answer", "told": [{"topic": "attendance", "value": {"required": True}}]}


def test_a_past_contact_comes_with_the_case_once_and_is_the_one_reported_by_itself(
    app: Flask, client: FlaskClient, headers: dict[str, str], put: Put, read: Read
) -> None:
    contact = A_CALL | {"told": [{"topic": "attendance", "value": {"required": True}}], "note": "Rang at work."}
    document = a_document(participants=[a_witness(contacts=[contact])])

    assert "ContactMade" in put(document).get_json()["facts"]
    assert put(document).get_json()["state"] == "unchanged"

    witness = read()["participants"][0]
    assert [duty["topic"] for duty in witness["duties"]] == ["task.keep_in_touch"]
    assert witness["last_two_way_at"] == "2026-11-20T10:00:00Z"
    reported = {"message_id": "c1", "channel": "call", "outcome": "reached", "happened_at": "2026-11-20T10:00:00Z"}
    answer = client.post(f"/api/v1/participants/{witness['id']}/contacts", json=reported, headers=headers)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "repeat")
    assert count(app, Contact) == 1


VERDICT_ON_NOBODY = a_witness(told=[{"topic": "verdict", "at": "2026-11-20T10:00:00Z", "value": {}}])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"participants": [a_victim(role="bystander")]}, "/participants/0/role"),
        ({"participants": [a_victim(defendants=["D1", "D7"])]}, "/participants/0/defendants/1"),
        ({"participants": [a_victim(person={"id": "x"})]}, "/participants/0/person/name"),
        ({"participants": [a_victim(favourite="tea")]}, "/participants/0/favourite"),
        ({"participants": [a_victim(), a_victim()]}, "/participants/1/id"),
        ({"participants": [UNREADABLE_NUMBER]}, "/participants/0/person/contact_points/0/value"),
        ({"unit": "NOPE"}, "/unit"),
        ({"officer": "noor@unit.example"}, "/officer"),
        ({"defendants": [{"id": "D1"}]}, "/defendants/0/name"),
        ({"received_at": "2026-11-20"}, "/received_at"),
        ({"participants": [VERDICT_ON_NOBODY]}, "/participants/0/told/0/defendant"),
        ({"participants": [a_witness(told=[TOLD_TOMORROW])]}, "/participants/0/told/0/at"),
        ({"participants": [a_witness(contacts=[A_CALL, A_CALL])]}, "/participants/0/contacts"),
        ({"participants": [a_witness(contacts=[TOLD_BY_NO_ANSWER])]}, "/participants/0/contacts/0/told"),
    ],
)  # fmt: skip
def test_a_refusal_says_where_and_changes_nothing(app: Flask, put: Put, change: dict[str, Any], where: str) -> None:
    answer = put(a_document(**change))

    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert answer.get_json()["where"] == where
    assert answer.get_json()["do"]
    assert count(app, CourtCase) == 0


def test_only_a_backfill_client_may_say_when_something_was_received(app: Flask, put: Put, cast: Cast) -> None:
    backfill = a_key(app, unit_ids=[cast.unit], scopes=("cases:write", "feed:backfill"), name="Loader")
    earlier = a_document(received_at="2026-10-01T09:00:00Z")

    assert put(earlier).status_code == 403
    assert put(a_document(received_at="2026-12-01T09:00:00Z"), key=backfill).status_code == 422
    assert put(earlier, key=backfill).status_code == 201
    assert {event.received_at.date().isoformat() for event in journal(app)} == {"2026-10-01"}


@pytest.mark.proves("SEC-04")
def test_a_case_of_another_unit_answers_like_one_that_does_not_exist(
    app: Flask, client: FlaskClient, put: Put, cast: Cast
) -> None:
    put()
    theirs = a_key(app, unit_ids=[cast.other_unit], scopes=("cases:read", "cases:write"), name="Other unit")

    unseen = client.get(f"/api/v1/cases/{URN}", headers=theirs)
    absent = client.get("/api/v1/cases/99ZZ9999926", headers=theirs)

    assert (unseen.status_code, unseen.data) == (absent.status_code, absent.data) == (404, unseen.data)
    assert put({"participants": []}, key=theirs).status_code == 404


def test_an_id_of_the_court_belongs_to_one_case_only(put: Put) -> None:
    put()

    answer = put(a_document(), urn="99AB7654326")

    assert answer.status_code == 422
    assert answer.get_json()["where"] == "/identifiers/0"


@pytest.mark.proves("SEC-19")
def test_a_document_may_be_a_mebibyte_and_no_more(put: Put) -> None:
    long_note = "x" * 2000
    people = [
        a_witness(id=f"W{n}", person={"name": f"Wilf {n}", "safe_contact": {"note": long_note}}) for n in range(200)
    ]

    assert put(a_document(participants=people)).status_code == 201
    assert put(a_document(participants=people * 4), urn="99AB7654326").status_code == 413


def test_the_number_of_statements_does_not_grow_with_the_number_of_people(put: Put, statements: Sent) -> None:
    def sent_for(people: int, urn: str) -> int:
        document = a_document(
            identifiers=[],
            participants=[
                a_witness(id=f"W{n}", person={"name": f"Wilf {n}", "contact_points": [a_mobile(f"077009{n:05d}")]})
                for n in range(people)
            ],
        )
        document["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}
        statements()
        assert put(document, urn=urn).status_code == 201
        return len(statements())

    put()  # so that nothing is done for the first time

    assert sent_for(3, "99AB0000326") == sent_for(40, "99AB0004026")


def test_a_person_of_another_case_can_be_named_by_our_own_id(app: Flask, put: Put, read: Read, cast: Cast) -> None:
    put()
    vera = read()["participants"][0]["person"]
    other = a_document(identifiers=[], participants=[a_victim(person={"id": vera})])
    other["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}

    put(other, urn="99AB7654326")

    assert read("99AB7654326")["participants"][0]["person"] == vera


def test_a_person_of_another_unit_cannot_be_taken_over_by_our_id(app: Flask, put: Put, read: Read, cast: Cast) -> None:
    put()
    vera = read()["participants"][0]["person"]
    theirs = a_key(app, unit_ids=[cast.other_unit], scopes=("cases:write", "cases:read"), name="Other unit")
    other = a_document(unit="WSX", identifiers=[], participants=[a_victim(person={"id": vera, "name": "Somebody"})])
    other["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}

    answer = put(other, urn="99AB7654326", key=theirs)

    assert answer.status_code == 201
    assert answer.get_json()["participants"][0]["person"] != vera
    assert read()["participants"][0]["name"] == "Vera Thistleham"


def test_the_units_setting_may_name_the_officer_of_a_court(app: Flask, put: Put, read: Read, cast: Cast) -> None:
    another_officer(app, cast.unit)
    with app.app_context(), writing() as open_session:
        setting = {"allocation": {"by_court": {"C99EM": "otto@unit.example"}, "otherwise": "nobody"}}
        open_session.execute(sa.update(Unit).where(Unit.id == cast.unit).values(settings=setting))

    put(a_document(court_code="C99EM07"))
    other = a_document(identifiers=[], participants=[a_victim()], court_code="C98WM00")
    other["defendants"][0] |= {"identifiers": [], "offences": [{"id": "O1"}]}
    put(other, urn="99AB7654326")

    assert read()["officer"] == "otto@unit.example"
    assert read("99AB7654326")["officer"] is None
