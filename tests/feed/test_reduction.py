"""What is taken out of a message before it is stored, and what of it can still be compared."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from tests.feed import payloads
from tests.feed.conftest import CourtLink
from witness_care.cases.models import DefendantEndpoint
from witness_care.feed.models import FeedMessage
from witness_care.feed.reduction import content_hash, endpoints_in, reduced
from witness_care.people.endpoints import blind_index_of
from witness_care.people.models import ContactPoint

GONE = ("07700 900555", "Testy@Mail.Example", "1 Test Street", "ZZ1 1ZZ", "QQ123456C", "observedEthnicityCode")
KEPT = ("Testy", "1990-01-02", payloads.DEFENDANT, "42/42CF/01/77001A", payloads.URN)


@pytest.mark.proves("SEC-25")
def test_how_to_reach_a_defendant_is_dropped_and_who_they_are_is_kept():
    text = json.dumps(reduced(payloads.resulted(payloads.an_offence())))
    assert [word for word in GONE if word in text] == []
    assert [word for word in KEPT if word not in text] == []


def test_names_of_dropped_fields_count_at_any_depth_and_in_any_case():
    body = {"a": [{"b": {"Address": {"address1": "1 Test Street"}, "EMAIL": "x@mail.example", "id": "kept"}}]}
    assert reduced(body) == {"a": [{"b": {"id": "kept"}}]}


def test_of_a_results_prompts_only_lengths_and_dates_keep_their_value():
    prompts = [
        {"label": "Imprisonment Period", "value": "2 Years"},
        {"label": "End Date", "value": "30/04/2027"},
        {"label": "Minor creditor first name", "value": "Leah"},
        {"label": "Not to contact", "value": "Leah Testperson at 1 Test Street"},
        {"label": "Date of birth", "value": "1990-01-02"},
    ]
    kept = reduced({"judicialResultPrompts": prompts})["judicialResultPrompts"]
    assert [prompt.get("value") for prompt in kept] == ["2 Years", "30/04/2027", None, None, None]


def test_what_a_message_says_is_hashed_without_its_envelope_and_its_order():
    first, second = payloads.vacated(message_id="one"), payloads.vacated(message_id="two")
    shuffled = dict(reversed(list(second.items())))
    assert content_hash(first) == content_hash(shuffled)
    assert content_hash(first) != content_hash(payloads.vacated(reason=None))


def test_contact_details_of_defendants_are_found_and_nobody_elses():
    body = payloads.resulted(payloads.an_offence())
    body["hearing"]["defenceCounsels"] = [{"id": "counsel", "contact": {"mobile": "07700 900999"}}]
    found = endpoints_in(body)
    assert {(endpoint.defendant, endpoint.kind) for endpoint in found} == {
        (payloads.DEFENDANT, "phone"),
        (payloads.DEFENDANT, "email"),
        (payloads.DEFENDANT, "address"),
    }
    assert "900555" not in repr(found)


@pytest.mark.proves("SEC-25", "SEC-29")
def test_a_defendants_contact_details_leave_only_their_blind_index(court: CourtLink):
    court.register()
    court.send(payloads.resulted(payloads.an_offence()))
    court.send(payloads.resulted(payloads.an_offence(), shared="2026-01-12T16:00:00.000Z"))
    columns = (DefendantEndpoint.blind_index, DefendantEndpoint.case_id, DefendantEndpoint.defendant_id)
    rows = court.rows(sa.select(*columns))
    with court.app.app_context():
        assert sorted(row.blind_index for row in rows) == sorted(
            [
                blind_index_of("phone", "+44 7700 900555"),
                blind_index_of("email", "testy@mail.example"),
                blind_index_of("address", "1 Test Street, Testham, ZZ1 1ZZ"),
            ]
        )
    assert all(row.case_id and row.defendant_id for row in rows)


@pytest.mark.proves("SEC-25")
@pytest.mark.parametrize("message_first", [True, False])
def test_a_phone_that_a_defendant_answers_is_never_offered_whichever_came_first(court: CourtLink, message_first):
    message = payloads.resulted(payloads.an_offence())
    person = message["hearing"]["prosecutionCases"][0]["defendants"][0]["personDefendant"]["personDetails"]
    person["contact"] = {"mobile": "+44 (0)7700 900123"}
    if message_first:
        court.send(message)
        court.register()
    else:
        court.register()
        court.send(message)
    unsafe = [row.unsafe_since for row in court.rows(sa.select(ContactPoint.unsafe_since))]
    assert unsafe
    assert all(unsafe)


@pytest.mark.proves("SEC-28")
def test_a_stored_body_is_sealed_and_reduced(court: CourtLink):
    court.send(payloads.resulted(payloads.an_offence()))
    assert b"Testy" not in court.row(sa.select(FeedMessage.body)).blob
    opened = court.opened_body()
    assert "Testy" in opened
    assert "07700" not in opened
