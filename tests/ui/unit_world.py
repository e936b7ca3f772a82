"""What supervisors and administrators look at: late work, court messages that wait, a hand-over, a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast, a_key
from tests.factories import (
    MadeCase,
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    at,
    convicted,
    open_duties,
    told_everything,
)
from tests.feed import payloads
from witness_care import clock, database
from witness_care.accounts.current import SYSTEM, Actor
from witness_care.accounts.models import ApiClient, Role
from witness_care.agencies import service as agencies
from witness_care.agencies.models import Agency, Direction
from witness_care.agencies.models import Kind as KindOfQuestion
from witness_care.agencies.service import Asked
from witness_care.cases.models import CourtMatch
from witness_care.cases.service import record_court_fact
from witness_care.closing import service as closing
from witness_care.cutover import service as imports
from witness_care.cutover.columns import Kind
from witness_care.cutover.queries import import_file
from witness_care.feed.models import FeedMessage, FeedPart
from witness_care.feed.unmatched import match
from witness_care.feed.unmatched_queries import waiting_part
from witness_care.links import service as links
from witness_care.links.models import LinkReply
from witness_care.needs import service as needs
from witness_care.people import finding
from witness_care.supervision import service
from workflows import events
from workflows.events import Said


def a_unit_with_late_work(app: Flask, cast: Cast) -> dict[str, str]:
    """Late contacts, a hand-over to confirm and one that is done, a search, and messages that wait or were refused."""
    sam = Actor(kind="user", id=cast.sam, role=Role.SUPERVISOR, unit_ids=(cast.unit,))
    olivia = Actor(kind="user", id=cast.olivia, role=Role.OFFICER, unit_ids=(cast.unit,))
    late = a_case(*(a_victim(f"Late Person {number}") for number in range(3)), now="2026-11-20 09:00")
    a_trial(late, "2027-02-01 10:00", now="2026-11-20 10:00")
    _a_hearing_without_result()
    _news_that_did_not_fit()
    now = clock.now()
    duties = [duty.id for name in late.people for duty in open_duties(late[name])]
    selection = service.freeze(sam, service.DUTY, duties[:1], now)
    done = service.freeze(sam, service.DUTY, duties[1:3], now)
    if selection is None or done is None:
        raise AssertionError("There should be late contacts to select.")
    service.hand_over(sam, done, cast.sam, with_cases=False, now=now)
    with database.writing() as session:
        search = finding.remember(session, olivia, "Late", now)
    return {
        "selection": selection,
        "done": done,
        "search": search,
        "olivia": cast.olivia,
        "ada": cast.ada,
        **_files(cast, late.urn),
        **_questions_to_agencies(cast, late),
        **_a_victim_of_two_cases(),
        **_somebody_who_was_asked(olivia),
        **_somebody_who_withdrew(olivia),
        **_messages(app, cast),
    }


def _somebody_who_was_asked(olivia: Actor) -> dict[str, str]:
    """Zara Bell was asked about a part of what she needs; travel is not arranged."""
    case = a_case(a_witness("Zara Bell", required=True), now="2026-11-20 09:00", officer="Olivia")
    asked = case["Zara Bell"]
    answers = {"travel": Said.YES, "caring": Said.NO, "work_leave": Said.DECLINED}
    needs.save_section(
        asked, "practical", answers, "From Basildon", seen="", submission="asked", actor=olivia, now=clock.now()
    )
    return {"asked": asked}


def _somebody_who_withdrew(olivia: Actor) -> dict[str, str]:
    """Gwen Hart withdrew, and the last talk with her was begun: there is a worry for her safety."""
    case = a_case(a_victim("Gwen Hart"), now="2026-11-20 09:00", officer="Olivia")
    gone = case["Gwen Hart"]
    withdrew = events.Withdrew(participant=gone, reason="fear")
    record_court_fact(case.urn, [withdrew], actor=SYSTEM, now=at("2026-11-20 10:00"))
    answers = {"worry": closing.Chosen(answer="yes")}
    closing.save_section(
        gone, "safeguarding", answers, "Afraid to go home", seen="", submission="t", actor=olivia, now=clock.now()
    )
    made = links.make(gone, actor=olivia, now=clock.now())
    given_pass = links.confirm(made.token, made.code, address="", now=clock.now())
    given = links.Given(coming="no", away=(("2026-12-01", "2026-12-04"),), message="I cannot face it")
    links.answer(made.token, given_pass or "", given, now=clock.now())
    reply = database.session().scalars(sa.select(LinkReply.id)).one()
    link = links.make(gone, actor=olivia, now=clock.now()).token
    return {"withdrew": gone, "reply": reply, "one_time_link": link}


def _a_victim_of_two_cases() -> dict[str, str]:
    """Zoe Frost was a victim in two cases, and nobody has decided whether she is persistently targeted."""
    first, second = (
        a_case(a_victim("Zoe Frost", person_id="zoe"), now=f"2026-11-2{day} 09:00", officer="Olivia") for day in (3, 4)
    )
    return {"repeat_victim": second["Zoe Frost"], "first_of_two": first.urn}


def _questions_to_agencies(cast: Cast, case: MadeCase) -> dict[str, str]:
    """A late question to the CPS, one to the police that was chased, early advice that came, and one of theirs."""
    olivia = Actor(kind="user", id=cast.olivia, role=Role.OFFICER, unit_ids=(cast.unit,))
    now, ids = clock.now(), []
    for number, (agency, direction, kind) in enumerate(
        (
            (Agency.POLICE, Direction.ASKED, KindOfQuestion.QUESTION),
            (Agency.CPS, Direction.ASKED, KindOfQuestion.QUESTION),
            (Agency.CPS, Direction.ASKED, KindOfQuestion.EARLY_ADVICE),
            (Agency.CPS, Direction.RECEIVED, KindOfQuestion.QUESTION),
        )
    ):
        asked = Asked(
            agency=agency,
            direction=direction,
            kind=kind,
            subject="hearing",
            text="Who will prosecute?",
            on=date(2026, 11, 16 + number),
            submission=f"question-{number}",
            participant_id=case["Late Person 0"],
        )
        ids.append(agencies.ask(case.id, asked, actor=olivia, now=now))
        if kind is KindOfQuestion.EARLY_ADVICE:
            agencies.answer(
                ids[-1], "Not yet.", "A lawyer", date(2026, 11, 20), submission="answered", actor=olivia, now=now
            )
    agencies.chase(ids[0], "By phone.", submission="chased", actor=olivia, now=now)
    return {"query": ids[0]}


def _files(cast: Cast, urn: str) -> dict[str, str]:
    """A file that waits to be confirmed, and one that was imported and had a row that nobody has mended."""
    olivia = Actor(kind="user", id=cast.olivia, role=Role.OFFICER, unit_ids=(cast.unit,))
    rows = [f"{urn},new-{number},Newly Imported {number},victim" for number in range(2)]
    content = "\n".join(("urn,participant,name,role", *rows, f"{urn},odd,Odd One,bystander")).encode()
    ids = {}
    for name in ("imported", "import"):
        with database.writing() as session:
            ids[name] = imports.take_on(
                session, content, Kind.PARTICIPANTS, unit_id=cast.unit, actor=olivia, now=clock.now()
            )
        content = content.replace(b"new-", b"newer-")
    kept = import_file(database.session(), olivia, ids["imported"])
    if kept is None or imports.confirm(kept, actor=olivia, now=clock.now()) is None:
        raise AssertionError("A file should be imported.")
    return ids


def a_search_without_results(cast: Cast) -> dict[str, str]:
    olivia = Actor(kind="user", id=cast.olivia, role=Role.OFFICER, unit_ids=(cast.unit,))
    with database.writing() as session:
        return {"search": finding.remember(session, olivia, "Nobody Atall", clock.now())}


def _a_hearing_without_result() -> None:
    silent = a_case(a_victim("Sid Silent"), now="2026-11-02 09:00")
    a_trial(silent, "2026-11-12 10:00", now="2026-11-03 09:00")


def _news_that_did_not_fit() -> None:
    """A trial is listed for somebody who has been convicted of everything."""
    odd = a_case(a_victim("Odd News"), now="2026-11-02 09:00")
    convicted(odd, a_trial(odd, "2026-11-19 10:00", now="2026-11-03 09:00"), now="2026-11-19 16:00")
    a_trial(odd, "2026-12-09 10:00", now="2026-11-20 10:00")


def _messages(app: Flask, cast: Cast) -> dict[str, str]:
    key = a_key(app, unit_ids=[cast.unit], scopes=["feed:common-platform"], name="Court link")
    sent = key | {"Content-Type": "application/json"}
    client = app.test_client()
    for body in (json.dumps(payloads.listed("42ZZ0000199")), "{not json"):
        client.post("/api/v1/feeds/common-platform/messages", data=body, headers=sent)
    session = database.session()
    session.rollback()
    message = session.scalar(sa.select(FeedMessage.id).where(FeedMessage.state == "parked"))
    client_id = session.scalar(sa.select(ApiClient.id))
    if message is None or client_id is None:
        raise AssertionError("A message about an unknown case should wait.")
    part = session.scalar(sa.select(FeedPart.id).where(FeedPart.message_row_id == message))
    return {"message": message, "part": str(part), "program": client_id, "match": _a_wrong_match(app, sent, cast)}


def _a_wrong_match(app: Flask, sent: Mapping[str, str], cast: Cast) -> str:
    """A new date that Sam took for Yan's trial, and of which Yan was told."""
    with app.app_context():
        case = a_case(
            a_victim("Yan Quiet", phones=[a_mobile("07700 900563")]), now="2026-11-02 09:00", officer="Olivia"
        )
        hearing = a_trial(case, "2026-12-17 10:00", now="2026-11-03 09:00")
        told_everything(case["Yan Quiet"], now="2026-11-03 11:00", by=cast.olivia)
    body = payloads.updated("2027-02-08T10:30:00Z", envelope={"created": "2026-11-27T09:00:00.000Z"}, defendants=())
    app.test_client().post("/api/v1/feeds/common-platform/messages", data=json.dumps(body), headers=sent)
    with app.app_context():
        session = database.session()
        sam = Actor(kind="user", id=cast.sam, role=Role.SUPERVISOR, unit_ids=(cast.unit,))
        part = session.scalar(sa.select(FeedPart.id).where(FeedPart.state == "parked", FeedPart.urn == ""))
        waiting = waiting_part(sam, str(part))
        if waiting is None:
            raise AssertionError("A message about an unknown case should wait.")
        match(waiting, case.id, hearing, actor=sam, now=clock.now())
        told_everything(case["Yan Quiet"], now="2026-11-30 09:42", by=cast.olivia)
        return session.scalars(sa.select(CourtMatch.id)).one()
