"""A waiting court message and the cases it may be about: match it, or set it aside; nobody else's case is offered."""

import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import at
from tests.feed import payloads
from tests.feed.conftest import CourtLink, the_case
from tests.reading import text_of
from witness_care.accounts.current import SYSTEM
from witness_care.cases import forms
from witness_care.cases.models import CourtCase, Hearing, Identifier
from witness_care.cases.service import register_case
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.feed.models import FeedPart, FeedWait

pytestmark = pytest.mark.sqlite_only

MISTYPED = "42CF7700162"  # of 42CF7700126
TRIAL = "2027-03-09T10:30:00Z"
CREATED = "2026-11-27T11:00:00.000Z"


@pytest.fixture
def court(desk: Desk) -> CourtLink:  # noqa: F811
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["feed:common-platform"])
    return CourtLink(desk.app, key)


@pytest.fixture
def sam(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("sam")


def case(*, urn: str = payloads.URN, unit: str = "ESX", court_ids: bool = False) -> str:
    given = the_case(urn, unit=unit, court_ids=court_ids)
    return register_case(given, actor=SYSTEM, now=at("2026-11-02 09:00")).case_id


def the_part() -> Any:
    session().rollback()
    return session().execute(sa.select(FeedPart)).scalars().one()


def listing_of(urn: str = MISTYPED) -> dict[str, Any]:
    return payloads.listed(urn, created=CREATED)


@pytest.mark.feature("A4")
def test_a_case_with_almost_the_same_urn_is_offered_with_its_hearings(court: CourtLink, sam: FlaskClient) -> None:
    case(), case(urn="42CF9900126")
    court.send(listing_of())

    words = text_of(sam.get(f"/feed/unmatched/{the_part().id}"))

    assert "Which case is this court update about?" in words
    assert f"Case {payloads.URN} Its URN is almost the same." in words
    assert "42CF9900126" not in words
    assert "Trial: announced, without a date yet" in words


@pytest.mark.both_databases
@pytest.mark.feature("A4")
def test_matching_teaches_the_urn_and_applies_everything_that_waits_for_it(
    desk: Desk,  # noqa: F811
    court: CourtLink,
    sam: FlaskClient,
) -> None:
    case_id = case(court_ids=True)
    first = payloads.vacated(urn=MISTYPED, created=CREATED, hearing=payloads.an_id("one"))
    first["caseDetails"][0] |= {"caseId": None, "defendantDetails": []}
    court.send(listing_of())
    court.send(first)
    session().rollback()
    part = session().execute(sa.select(FeedPart).order_by(FeedPart.id)).scalars().first()

    answer = sam.post(f"/feed/unmatched/{part.id}/match", data={"choice": case_id})

    assert answer.status_code == 303
    assert "It now stands as: applied" in text_of(sam.get(answer.location))
    session().rollback()
    assert set(session().scalars(sa.select(FeedPart.state))) == {"applied"}
    urns = sa.select(Identifier.value).where(Identifier.namespace == "urn", Identifier.case_id == case_id)
    assert set(session().scalars(urns)) == {payloads.URN, MISTYPED}
    assert session().scalar(sa.select(sa.func.count()).select_from(FeedWait)) == 0
    part = session().get(FeedPart, part.id)
    assert (part.decided_by, part.decided_at is not None) == (f"user:{desk.cast.sam}", True)


def test_the_clock_of_a_matched_message_starts_when_it_came(desk: Desk, court: CourtLink) -> None:  # noqa: F811
    case_id = case(court_ids=True)
    body = payloads.confirmed(TRIAL, case="nobody knows this", envelope={"created": CREATED})
    body["confirmedHearing"]["prosecutionCases"][0]["prosecutionCaseIdentifier"] = {"caseURN": MISTYPED}
    court.send(body)
    came = the_part_came()
    desk.clock("2026-12-02 09:00")

    desk.as_("sam").post(f"/feed/unmatched/{the_part().id}/match", data={"choice": case_id})

    session().rollback()
    starts = set(session().scalars(sa.select(Duty.clock_start).where(Duty.topic == "hearing.when_where")))
    assert starts == {came}


def the_part_came() -> Any:
    from witness_care.feed.models import FeedMessage

    session().rollback()
    return session().scalar(sa.select(FeedMessage.received_at))


@pytest.mark.feature("A4")
def test_news_of_an_unknown_hearing_is_given_to_the_hearing_a_person_names(court: CourtLink, sam: FlaskClient) -> None:
    case(court_ids=True)
    court.send(payloads.confirmed(TRIAL, envelope={"created": CREATED}))
    session().rollback()
    hearing = session().execute(sa.select(Hearing.id, Hearing.case_id)).one()
    answer = court.send(payloads.vacated_by_listing(hearing="another name", created="2026-11-27T12:00:00.000Z"))
    assert answer.json["reason"] == "unknown-hearing"
    session().rollback()
    part = session().execute(sa.select(FeedPart.id).where(FeedPart.state == "parked")).scalar_one()

    found = text_of(sam.get(f"/feed/unmatched/{part}?urn={payloads.URN}"))
    assert "You typed its URN." in found
    sam.post(
        f"/feed/unmatched/{part}/match",
        data={"choice": f"{hearing.case_id}:{hearing.id}", "typed": payloads.URN},
    )

    session().rollback()
    assert session().scalar(sa.select(Hearing.status).where(Hearing.id == hearing.id)) == "vacated"


def test_what_was_decided_meanwhile_is_not_decided_again(court: CourtLink, sam: FlaskClient) -> None:
    case_id = case()
    court.send(listing_of())
    address = f"/feed/unmatched/{the_part().id}"
    assert sam.post(f"{address}/match", data={"choice": case_id}).status_code == 303

    for act, data in (("match", {"choice": case_id}), ("set-aside", {"why": "not_our_case"})):
        again = sam.post(f"{address}/{act}", data=data)
        assert again.status_code == 409
        assert "It does not wait any more" in text_of(again)


@pytest.mark.feature("A4")
def test_what_is_not_ours_is_set_aside_with_the_reason_and_kept(court: CourtLink, sam: FlaskClient) -> None:
    court.send(listing_of())
    part = the_part()

    answer = sam.post(f"/feed/unmatched/{part.id}/set-aside", data={"why": "not_our_case"})

    words = text_of(sam.get(answer.location))
    assert "Set aside by a person: not a case of ours. Sam" in words
    assert court.states() == [("rejected", "set-aside")]
    assert case(urn=MISTYPED)
    assert court.states() == [("rejected", "set-aside")]  # a later case does not bring it back


def test_nothing_is_decided_without_a_choice(court: CourtLink, sam: FlaskClient) -> None:
    case()
    court.send(listing_of())
    for act, words in (("match", "Choose a case"), ("set-aside", "Choose why nothing is to be done with it")):
        answer = sam.post(f"/feed/unmatched/{the_part().id}/{act}", data={})
        assert answer.status_code == 400
        assert words in text_of(answer)
    assert court.states() == [("parked", "unknown-case")]


def test_a_case_of_another_unit_is_neither_offered_nor_taken(desk: Desk, court: CourtLink, sam: FlaskClient) -> None:  # noqa: F811
    theirs = case(unit="WSX")
    court.send(listing_of())
    address = f"/feed/unmatched/{the_part().id}"

    assert "No case of your units looks like it." in text_of(sam.get(f"{address}?urn={payloads.URN}"))
    assert sam.post(f"{address}/match", data={"choice": theirs, "typed": payloads.URN}).status_code == 400
    assert court.states() == [("parked", "unknown-case")]
    for who in ("olivia", "ada"):
        assert desk.as_(who).get(address).status_code == 403


def test_a_name_that_means_another_case_is_not_given_away(court: CourtLink, sam: FlaskClient) -> None:
    case_id = case(court_ids=True)
    case(urn="42CF7700127")
    body = payloads.vacated(urn="42CF7700127", created=CREATED)  # the URN of one, the court's id of the other
    court.send(body)
    assert court.states() == [("parked", "ambiguous-match")]

    answer = sam.post(f"/feed/unmatched/{the_part().id}/match", data={"choice": case_id, "typed": payloads.URN})

    assert answer.status_code == 400
    assert "its names already mean another case" in text_of(answer)
    assert court.states() == [("parked", "ambiguous-match")]


@pytest.mark.both_databases
@pytest.mark.feature("A4")
def test_the_case_of_a_waiting_message_is_added_with_what_the_message_calls_it_and_the_message_is_applied(
    court: CourtLink, sam: FlaskClient
) -> None:
    court.send(payloads.confirmed(TRIAL, envelope={"created": CREATED}))
    court.send(payloads.vacated(urn=payloads.URN, created="2026-11-27T12:00:00.000Z"))
    session().rollback()
    assert set(session().scalars(sa.select(FeedPart.state))) == {"parked"}
    of_listing = session().scalars(sa.select(FeedPart).order_by(FeedPart.hearing, FeedPart.urn)).first()
    address = href_of(sam.get(f"/feed/unmatched/{of_listing.id}").text, "add the case")
    form = fields_of(sam.get(address).text)
    assert (form["court_case_id"], form["court_defendant_id"], form["court_offence_id"]) == (
        payloads.CASE,
        payloads.DEFENDANT,
        payloads.OFFENCE,
    )
    assert (form["defendant"], form["offence"]) == ("", "")

    names = {name: value for name, value in form.items() if name.startswith("court_")}
    typed = {"urn": payloads.URN, "defendant": "Testy Testperson", "offence": "Wounding"}
    chosen = {"officer": forms.NOBODY, "unit": "ESX", "token": "the form's own"}
    answer = sam.post("/cases/new", data=names | typed | chosen)

    assert answer.status_code == 303
    assert "2 court updates that had waited for this are applied now" in text_of(sam.get(answer.location))
    session().rollback()
    assert set(session().scalars(sa.select(FeedPart.reason))) == {"matched-later"}
    assert session().execute(sa.select(Hearing.status)).scalars().one() == "vacated"


@pytest.mark.feature("A4")
def test_a_message_alone_adds_no_case(court: CourtLink, sam: FlaskClient) -> None:
    court.send(payloads.confirmed(TRIAL, envelope={"created": CREATED}))
    sam.get(f"/feed/unmatched/{the_part().id}")
    assert session().scalars(sa.select(CourtCase.id)).all() == []


@pytest.mark.feature("C5")
def test_what_was_set_aside_is_taken_up_again_and_waits_or_is_applied(court: CourtLink, sam: FlaskClient) -> None:
    court.send(listing_of(payloads.URN))
    part = the_part().id
    sam.post(f"/feed/unmatched/{part}/set-aside", data={"why": "not_our_case"})
    message = f"/feed/messages/{the_part().message_row_id}"
    assert f"/feed/unmatched/{part}" in sam.get(message).text
    assert "Take it up again" in text_of(sam.get(f"/feed/unmatched/{part}"))

    assert sam.post(f"/feed/unmatched/{part}/take-up").status_code == 303
    assert (the_part().state, the_part().reason) == ("parked", "unknown-case")
    assert sam.post(f"/feed/unmatched/{part}/take-up").status_code == 409

    case()
    assert (the_part().state, the_part().reason) == ("applied", "matched-later")


def href_of(page: str, words: str) -> str:
    found = re.search(rf'href="([^"]+)">{words}<', page)
    assert found, words
    return html.unescape(found[1])


def fields_of(page: str) -> dict[str, str]:
    """What the text fields and hidden fields of a page hold."""
    inputs = [
        dict(re.findall(r'(name|value|type|checked)="?([^">]*)', each)) for each in re.findall("<input([^>]*)>", page)
    ]
    kept = [each for each in inputs if each.get("name") and (each.get("type") != "radio" or "checked" in each)]
    return {each["name"]: html.unescape(each.get("value", "")) for each in kept}
