"""What senders and officers do while the service is killed under their hands: every unit of work of both paths."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import sqlalchemy as sa

from tests.cases.documents import a_document
from tests.factories import MadeCase, a_case, a_mobile, a_trial, a_victim, open_duties, told_everything
from tests.feed import payloads
from tests.feed.conftest import the_case
from tests.reading import form_values, words_in
from tests.reliability.killing import Answer, Play
from witness_care.accounts.current import SYSTEM
from witness_care.cases.models import CourtMatch
from witness_care.cases.service import register_case
from witness_care.database import session
from witness_care.faultpoints import ANSWER_MADE, LEAD_TAKEN, Work
from witness_care.feed import replay
from witness_care.feed.models import FeedPart

LEAH = "Leah Jones"
EARLIER, TOLD_AT = "2026-01-12 10:00", "2026-01-12 11:00"
TRIAL, NEW_DAY, LAST_DAY = "2026-03-09T10:30:00Z", "2026-03-16T10:30:00Z", "2026-03-23T10:30:00Z"
MISTYPED = "42CF7700162"  # of the URN of the payloads
UNKNOWN = "42CF9999926"
GARBLED = "{nope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is there before, what is done, and the fault points at which every test run kills it.

    `before` runs in the test; `act` goes through the front door. `dies_first` is a point at which the web process dies
    even before the worker of a `by_worker` scenario is killed.
    """

    name: str
    before: Callable[[Play], Any]
    act: Callable[[Play, Any], None]
    kills: tuple[str, ...]
    by_worker: bool = False
    dies_first: str = ""


def both(work: Work) -> tuple[str, str]:
    return work.before, work.after


# --- what is there before -----------------------------------------------------------------------------------------


def nothing(_play: Play) -> None:
    """Only the units, their people and their programs."""


def the_courts_case(play: Play) -> str:
    """A case of Olivia's unit that the court knows by its own ids."""
    with play.app.app_context():
        return register_case(the_case(payloads.URN), actor=SYSTEM, now=play.now()).case_id


def the_courts_case_without_its_ids(play: Play) -> str:
    with play.app.app_context():
        return register_case(the_case(payloads.URN, court_ids=False), actor=SYSTEM, now=play.now()).case_id


def leah_is_owed_a_date(play: Play) -> MadeCase:
    """Leah's trial was listed yesterday, and Olivia is at her desk."""
    play.signs_in("olivia")
    with play.app.app_context():
        made = a_case(a_victim(LEAH, phones=[a_mobile()]), now="2026-01-05 09:00")
        a_trial(made, "2026-03-09 10:00", now=EARLIER)
        return made


def leah_was_told(play: Play) -> tuple[MadeCase, str]:
    made = leah_is_owed_a_date(play)
    with play.app.app_context():
        return made, told_everything(made[LEAH], now=TOLD_AT, by=play.cast.olivia)


def sams_desk_and_a_case(play: Play) -> str:
    play.signs_in("sam")
    return the_courts_case_without_its_ids(play)


# --- what a court sends -------------------------------------------------------------------------------------------


def moved_three_times() -> list[dict[str, Any]]:
    return [
        payloads.confirmed(TRIAL, envelope={"version": 1, "message_id": "listed"}),
        payloads.updated(NEW_DAY, envelope={"version": 2, "message_id": "moved"}),
        payloads.updated(LAST_DAY, envelope={"version": 3, "message_id": "moved-again"}),
    ]


def messages_that_are_applied(play: Play, _before: Any) -> None:
    for body in moved_three_times():
        assert play.send(body).json["state"] in ("applied", "duplicate")


def messages_before_their_case(play: Play, _before: Any) -> None:
    """The case arrives after its messages; its own sender gives no id, so only the content can tell a repeat."""
    for body in moved_three_times():
        play.send(body)
    document = a_document(
        identifiers=[{"namespace": "cp", "id": payloads.CASE}],
        participants=copy.deepcopy(a_document()["participants"]),
    )
    document["defendants"][0] |= {"identifiers": [{"namespace": "cp", "id": payloads.DEFENDANT}]}
    document["defendants"][0]["offences"][0] |= {"identifiers": [{"namespace": "cp", "id": payloads.OFFENCE}]}
    play.put_case(payloads.URN, document)


def a_batch_with_a_bad_line(play: Play, _before: Any) -> None:
    """Seven lines, two a chunk: one is not JSON, one repeats another, one waits, one contradicts."""
    listed, moved, again = moved_three_times()
    lines = [
        {"body": listed},
        GARBLED,
        {"body": moved},
        {"body": listed},
        {"body": payloads.listed(UNKNOWN, hearing=payloads.an_id("elsewhere"), message_id="waits")},
        {"body": {"hearingId": "one"}},
        {"body": again},
    ]
    answers = play.send_batch(*lines).lines
    assert [line["status"] < 300 for line in answers] == [True, False, True, True, True, False, True]
    assert answers[3]["state"] == "duplicate"


def the_same_message_twice(play: Play, _before: Any) -> None:
    listed = moved_three_times()[0]
    play.send(listed)
    assert play.send(listed).json["state"] == "duplicate"
    nameless = payloads.days_changed(NEW_DAY)  # without an id only its content can tell
    del nameless["_metadata"]["id"]
    play.send(nameless)
    assert play.send(nameless).json["state"] == "duplicate"


def results_shared_again(play: Play, _before: Any) -> None:
    """Eleven months become four years: the latest share replaces what the first one said."""
    play.send(payloads.confirmed("2026-01-12T10:00:00Z", envelope={"version": 1, "message_id": "listed"}))
    for shared, length in (("2026-01-12T15:00:00Z", (11, "M")), ("2026-01-12T17:00:00Z", (4, "Y"))):
        offence = payloads.an_offence(payloads.a_result(length=length), verdict=payloads.a_verdict())
        play.send(payloads.resulted(offence, shared=shared, envelope={"message_id": f"shared-{shared[11:13]}"}))


# --- what an officer does -----------------------------------------------------------------------------------------


def a_contact_by_the_form(play: Play, made: MadeCase) -> None:
    page = f"/participants/{made[LEAH]}/contacts/new"
    with play.app.app_context():
        duty = next(duty.id for duty in open_duties(made[LEAH]) if duty.topic == "hearing.when_where")
        session().rollback()
    opened = play.open("olivia", f"{page}?duty={duty}")
    values = form_values(opened, page) | {"outcome": "told", "then": "stay"}
    words = words_in(play.submit("olivia", page, values).text)
    assert "Saved" in words or "Already recorded" in words


def a_contact_by_the_api(play: Play, made: MadeCase) -> None:
    found = play.get(f"/api/v1/cases/{made.urn}").json
    owed = [duty for person in found["participants"] for duty in person["duties"]]
    told = [
        {name: duty[name] for name in ("topic", "subject", "value_hash")}
        for duty in owed
        if duty["topic"] == "hearing.when_where"
    ]
    assert told
    contact = {
        "message_id": "call-1",
        "channel": "in_person",
        "outcome": "reached",
        "happened_at": "2026-01-13T09:20:00Z",
        "told": told,
    }
    assert play.report_contact(made[LEAH], contact).json["state"] in ("recorded", "repeat")


def a_contact_is_corrected(play: Play, before: tuple[MadeCase, str]) -> None:
    page = f"/contacts/{before[1]}/correct"
    values = form_values(play.open("olivia", page), page) | {"reason": "It was her sister"}
    assert "owed again" in words_in(play.submit("olivia", page, values).text)


def a_duty_is_ended(play: Play, made: MadeCase) -> None:
    with play.app.app_context():
        duty = next(duty.id for duty in open_duties(made[LEAH]) if duty.topic == "hearing.when_where")
        session().rollback()
    page = f"/duties/{duty}/not-needed"
    values = form_values(play.open("olivia", f"/duties/{duty}"), page) | {"reason": "declined"}
    assert "they did not want to be told" in words_in(play.submit("olivia", page, values).text)


def a_question_to_the_police(play: Play, made: MadeCase) -> None:
    """Olivia asks, and chases."""
    page = f"/cases/{made.urn}/queries/new"
    values = form_values(play.open("olivia", page), page)
    values |= {"agency": "police", "subject": "bail", "person": made[LEAH], "text": "Was he bailed?"}
    asked = play.submit("olivia", page, values)
    query = re.search(r'action="(/queries/[^"]+)/chase"', asked.text)
    assert query, words_in(asked.text)
    chase = f"{query[1]}/chase"
    play.submit("olivia", chase, form_values(asked, chase) | {"chase-note": "By phone."})


# --- what a supervisor does ---------------------------------------------------------------------------------------


def the_waiting_part(play: Play) -> str:
    return the_part(play, "parked")


def the_part(play: Play, state: str) -> str:
    with play.app.app_context():
        part = session().scalars(sa.select(FeedPart.id).where(FeedPart.state == state)).one()
        session().rollback()
        return part


def a_part_is_matched(play: Play, case_id: str) -> None:
    play.send(payloads.listed(MISTYPED, message_id="mistyped"))
    play.settle(by_worker=False)
    page = f"/feed/unmatched/{the_waiting_part(play)}"
    values = form_values(play.open("sam", page), f"{page}/match") | {"choice": case_id}
    play.submit("sam", f"{page}/match", values, decided="It does not wait any more")


def a_match_is_taken_back(play: Play, case_id: str) -> None:
    a_part_is_matched(play, case_id)
    with play.app.app_context():
        found = session().scalars(sa.select(CourtMatch.id)).one()
        session().rollback()
    page = f"/feed/unmatched/matches/{found}/take-back"
    values = form_values(play.open("sam", page), page) | {"reason": "Another case."}
    play.submit("sam", page, values, decided="This match was taken back before.")


def a_part_is_set_aside(play: Play, _case_id: str) -> None:
    play.send(payloads.listed(UNKNOWN, message_id="not-ours"))
    play.settle(by_worker=False)
    page = f"/feed/unmatched/{the_waiting_part(play)}"
    values = form_values(play.open("sam", page), f"{page}/set-aside") | {"why": "not_our_case"}
    play.submit("sam", f"{page}/set-aside", values, decided="Take it up again")


def a_part_is_taken_up_again(play: Play, _case_id: str) -> None:
    a_part_is_set_aside(play, _case_id)
    page = f"/feed/unmatched/{the_part(play, 'rejected')}"
    values = form_values(play.open("sam", page), f"{page}/take-up")
    play.submit("sam", f"{page}/take-up", values, decided="Cases it may be about")  # it waits again


def waiting_messages_are_tried_again(play: Play, _case_id: str) -> None:
    the_case_slips_by(play, None)
    page = "/feed/replay"
    opened = play.open("sam", page).text
    second_form = opened[opened.index(f'<form action="{page}" method="post"') :]  # the first one only filters
    play.submit("sam", page, form_values(Answer(200, second_form), page))


def the_case_slips_by(play: Play, _before: Any) -> None:
    """Its messages wait, and when it comes nothing wakes them, as when both came at one moment."""
    for body in moved_three_times():
        play.send(body)
    play.settle(by_worker=False)
    with mock.patch.object(replay, "redrive", return_value=0):
        the_courts_case(play)


# --- all of them --------------------------------------------------------------------------------------------------


def sams_desk(play: Play) -> None:
    play.signs_in("sam")


SCENARIOS = (
    Scenario(
        name="messages are applied",
        before=the_courts_case,
        act=messages_that_are_applied,
        kills=(*both(Work.KEY_SEEN), *both(Work.STORE_MESSAGES), *both(Work.APPLY_MESSAGES)),
    ),
    Scenario(
        name="messages come before their case",
        before=nothing,
        act=messages_before_their_case,
        kills=(*both(Work.REGISTER_CASE), Work.STORE_MESSAGES.after),
    ),
    Scenario(
        name="a batch with a bad line",
        before=the_courts_case,
        act=a_batch_with_a_bad_line,
        kills=(f"{Work.STORE_MESSAGES.after}:2", f"{Work.APPLY_MESSAGES.after}:2"),
    ),
    Scenario(
        name="the same message twice",
        before=the_courts_case,
        act=the_same_message_twice,
        kills=(f"{Work.APPLY_MESSAGES.before}:2",),
    ),
    Scenario(
        name="results are shared again",
        before=the_courts_case,
        act=results_shared_again,
        kills=(f"{Work.STORE_MESSAGES.after}:3",),
    ),
    Scenario(
        name="a contact by the form",
        before=leah_is_owed_a_date,
        act=a_contact_by_the_form,
        kills=(*both(Work.SIGN_IN_SEEN), *both(Work.LOG_READING), *both(Work.RECORD_CONTACT), f"{ANSWER_MADE}:2"),
    ),
    Scenario(
        name="a contact by the API",
        before=leah_is_owed_a_date,
        act=a_contact_by_the_api,
        kills=(Work.RECORD_CONTACT.after,),
    ),
    Scenario(
        name="a contact is corrected",
        before=leah_was_told,
        act=a_contact_is_corrected,
        kills=both(Work.CORRECT_CONTACT),
    ),
    Scenario(name="a duty is ended", before=leah_is_owed_a_date, act=a_duty_is_ended, kills=both(Work.END_DUTY)),
    Scenario(
        name="a question to the police",
        before=leah_is_owed_a_date,
        act=a_question_to_the_police,
        kills=(Work.LOG_QUERY.before, f"{Work.LOG_QUERY.after}:2"),
    ),
    Scenario(name="a part is matched", before=sams_desk_and_a_case, act=a_part_is_matched, kills=both(Work.MATCH_PART)),
    Scenario(
        name="a part is set aside",
        before=sams_desk_and_a_case,
        act=a_part_is_set_aside,
        kills=both(Work.SET_PART_ASIDE),
    ),
    Scenario(
        name="a part is taken up again",
        before=sams_desk_and_a_case,
        act=a_part_is_taken_up_again,
        kills=both(Work.TAKE_PART_UP),
    ),
    Scenario(
        name="waiting messages are tried again",
        before=sams_desk,
        act=waiting_messages_are_tried_again,
        kills=both(Work.TRY_AGAIN),
    ),
    Scenario(
        name="a stored message that nobody read",
        before=the_courts_case,
        act=messages_that_are_applied,
        kills=(LEAD_TAKEN, *both(Work.READ_STORED), *both(Work.BEGIN_JOB), *both(Work.END_JOB)),
        by_worker=True,
        dies_first=f"{Work.STORE_MESSAGES.after}:2",
    ),
    Scenario(
        name="a case that slipped by",
        before=nothing,
        act=the_case_slips_by,
        kills=both(Work.TRY_PARKED),
        by_worker=True,
    ),
    Scenario(
        name="a match is taken back",
        before=sams_desk_and_a_case,
        act=a_match_is_taken_back,
        kills=both(Work.TAKE_MATCH_BACK),
    ),
)
