"""The log of questions to and from police and CPS: an owner, a due time from a pack, an age, and who is late."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_mobile, a_victim, a_witness
from tests.reading import form_values, text_of, words_in
from witness_care import database, paging
from witness_care.accounts.current import SYSTEM, USER, Actor
from witness_care.accounts.models import Role
from witness_care.agencies.models import AgencyQuery, AgencyQueryStep
from witness_care.cases.merging import merge
from witness_care.cases.service import record_participant
from witness_care.clock import now

QUESTION = "Has the suspect been bailed?"


def ask(browser: FlaskClient, case: MadeCase, **said: str) -> str:
    """Log a question by the form, and give the address of its page."""
    page = f"/cases/{case.urn}/queries/new"
    values = form_values(browser.get(page), page) | {
        "agency": "police",
        "subject": "bail",
        "person": "",
        "text": QUESTION,
        **said,
    }
    answer = browser.post(page, data=values)
    assert answer.status_code == 303, words_in(answer.text)
    return str(answer.location).partition("?")[0]


def act(browser: FlaskClient, page: str, what: str, **said: str) -> Any:
    values = form_values(browser.get(page), f"{page}/{what}")
    prefix = what.replace("-", "_")
    return browser.post(f"{page}/{what}", data=values | {f"{prefix}-{name}": value for name, value in said.items()})


@pytest.mark.feature("M1")
def test_a_question_ages_by_its_own_clock_until_it_is_answered(desk: Desk) -> None:
    case, olivia = a_case(a_victim()), desk.as_("olivia")

    page = ask(olivia, case)
    asked = text_of(olivia.get(page))
    desk.clock("2026-12-09 10:00")
    olivia = desk.as_("olivia")
    late = text_of(olivia.get(page))
    act(olivia, page, "answer", text="Yes, until 4 January.", who="PC Dale")
    desk.clock("2026-12-21 10:00")
    closed = text_of(desk.as_("olivia").get(page))

    assert "To the police: bail and its conditions" in asked
    assert "Looked after by Olivia" in asked
    assert "Due Mon 7 Dec, 5pm" in asked
    assert "Working days for an answer from another agency: 5. Local policy; no published limit was found" in asked
    assert "Monday 7 December 2026 is working day 5" in asked
    assert "2 working days late" in late
    assert "Has waited 7 working days" in late
    assert "Closed: answered." in closed
    assert "Yes, until 4 January." in closed
    assert "Given by PC Dale, Wednesday 9 December 2026" in closed
    assert "Waited 7 working days" in closed


@pytest.mark.feature("S8")
@pytest.mark.sqlite_only
def test_sam_sees_who_lets_the_unit_wait_by_agency_with_owner_and_age(desk: Desk) -> None:
    olivia = desk.as_("olivia")
    for agency, kind in (("cps", "question"), ("cps", "stop_review"), ("police", "question")):
        ask(olivia, a_case(a_victim()), agency=agency, kind=kind)
    ask(olivia, a_case(a_victim()), agency="cps", direction="received")
    desk.clock("2026-12-08 10:00")
    sam = desk.as_("sam")

    everything, late = (text_of(sam.get(f"/unit/queries{only}")) for only in ("", "?due=late&agency=cps"))
    today = text_of(sam.get("/unit"))

    assert "Questions to and from agencies: 4" in everything
    assert "CPS 3 open: CPS 2 late: CPS Police 1 open: Police 1 late: Police" in everything
    assert "Questions to and from agencies: 2" in late
    assert "From CPS: bail and its conditions" in late
    assert "4 working days late" in late  # ours to the CPS: two working days
    assert "Has waited 6 working days Looked after by Olivia" in late
    assert "review, bail" not in late
    assert "3 Questions to or from agencies late" in today


@pytest.mark.sqlite_only
def test_the_list_goes_on_where_its_page_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(paging.page.__kwdefaults__, "rows", 2)
    olivia, case = desk.as_("olivia"), a_case(a_victim())
    for day in range(26, 30):
        ask(olivia, case, **{"on-day": str(day), "on-month": "11", "on-year": "2026"})

    first = olivia.get("/queries")
    second = olivia.get(next(part for part in first.text.split('"') if part.startswith("/queries?after=")))

    assert "agencies: 4" in text_of(first)
    assert first.text.count("/queries/") - first.text.count('"/queries/new') == 2
    assert second.text.count('href="/queries/') == 2


@pytest.mark.feature("S15")
@pytest.mark.sqlite_only
def test_early_advice_is_seen_on_the_case_before_anybody_is_charged(desk: Desk) -> None:
    case, olivia = a_case(a_victim(), defendants=()), desk.as_("olivia")

    page = ask(olivia, case, agency="cps", kind="early_advice", subject="charge", text="Which charge fits?")
    waiting = text_of(olivia.get(f"/cases/{case.urn}"))
    act(olivia, page, "answer", text="Assault, if the medical notes come.", who="A. Lawyer")
    answered = text_of(olivia.get(f"/cases/{case.urn}"))
    shown = text_of(olivia.get(page))

    assert "No defendant recorded yet" in waiting
    assert "To CPS: early advice, the charge . Due Mon 14 Dec, 5pm" in waiting
    assert "To CPS: early advice, the charge , asked Monday 30 November 2026 : answered Mon 30 Nov" in answered
    for words in ("Which charge fits?", "Assault, if the medical notes come.", "Given by A. Lawyer"):
        assert words in shown


@pytest.mark.sqlite_only
def test_early_advice_is_asked_of_the_cps_and_of_nobody_else(desk: Desk) -> None:
    case, olivia = a_case(a_victim()), desk.as_("olivia")
    page = f"/cases/{case.urn}/queries/new"

    said = form_values(olivia.get(page), page) | {"agency": "police", "kind": "early_advice", "text": "What now?"}
    answer = olivia.post(page, data=said | {"subject": "charge", "person": ""})

    assert answer.status_code == 400
    assert "Early advice is asked of the CPS" in text_of(answer)
    assert "What now?" in answer.text


@pytest.mark.feature("S16")
def test_what_a_file_lacks_is_listed_and_asked_for_once(desk: Desk) -> None:
    case = a_case(
        a_victim("Leah Jones", phones=[]),
        a_victim("Una Winter", phones=[a_mobile("07700 900559", allowed="not_asked")]),
        a_witness("Nadia Ahmed"),
    )
    olivia, press = desk.as_("olivia"), f"/cases/{case.urn}/gaps/ask"
    before = text_of(olivia.get(f"/cases/{case.urn}"))

    for _ in range(2):
        olivia.post(press, data={"subject": "contact_details"})
    after = text_of(olivia.get(f"/cases/{case.urn}"))

    assert "Contact details : Leah Jones. Ask the police" in before
    assert "Safe contact : Una Winter. Ask the police" in before
    assert "Who is needed at court : Nadia Ahmed. Ask CPS" in before
    assert "Needs (nothing is recorded here; ask what they hold)" in before
    assert "Contact details : Leah Jones. Asked Mon 30 Nov" in after
    assert "To the police: contact details . Due Thu 3 Dec, 5pm" in after
    query = database.session().scalars(sa.select(AgencyQuery)).one()
    assert query.about == [case["Leah Jones"]]
    assert "Leah Jones (victim)" in query.text.open(query.id)


@pytest.mark.feature("S16")
@pytest.mark.sqlite_only
def test_somebody_who_joins_later_is_asked_for_too(desk: Desk) -> None:
    case, olivia = a_case(a_victim("Leah Jones", phones=[])), desk.as_("olivia")
    press = f"/cases/{case.urn}/gaps/ask"
    olivia.post(press, data={"subject": "contact_details"})
    record_participant(case.urn, a_victim("Una Winter", phones=[]), actor=SYSTEM, now=now())

    olivia.post(press, data={"subject": "contact_details"})

    asked = {tuple(row.about): row.text.open(row.id) for row in database.session().scalars(sa.select(AgencyQuery))}
    assert len(asked) == 2
    assert "Leah Jones" in asked.pop((case["Leah Jones"],))
    [later] = asked.values()
    assert "Una Winter" in later
    assert "Leah Jones" not in later, "it has been asked for her"


@pytest.mark.sqlite_only
def test_a_form_that_is_sent_twice_is_logged_once_and_a_chase_does_not_move_the_due_time(desk: Desk) -> None:
    case, olivia = a_case(a_victim()), desk.as_("olivia")
    page = f"/cases/{case.urn}/queries/new"
    said = form_values(olivia.get(page), page)
    said |= {"agency": "police", "subject": "bail", "person": case["Leah Jones"], "text": QUESTION}
    first, again = (olivia.post(page, data=said).location for _ in range(2))
    query = str(first).partition("?")[0]
    due = database.session().scalar(sa.select(AgencyQuery.due_at))
    desk.clock("2026-12-09 10:00")
    olivia = desk.as_("olivia")
    chasing = form_values(olivia.get(query), f"{query}/chase") | {"chase-note": "Rang the desk."}
    for _ in range(2):
        olivia.post(f"{query}/chase", data=chasing)
    act(olivia, query, "hand-over", officer=desk.cast.sam)

    shown = text_of(olivia.get(query))
    row = database.session().scalars(sa.select(AgencyQuery)).one()
    steps = database.session().scalars(sa.select(AgencyQueryStep.what).order_by(AgencyQueryStep.at)).all()

    assert first == again
    assert (row.chased, row.due_at, row.officer_id) == (1, due, desk.cast.sam)
    assert sorted(steps) == ["asked", "chased", "handed_over"]
    assert "Chased 1 time, last Wednesday 9 December 2026 at 10am" in shown
    assert "Handed over to Sam" in shown
    assert "Rang the desk." in shown
    assert "Leah Jones" in shown


@pytest.mark.sqlite_only
def test_an_answer_without_its_day_is_refused_and_nothing_typed_is_lost(desk: Desk) -> None:
    case, olivia = a_case(a_victim()), desk.as_("olivia")
    page = ask(olivia, case)
    no_day = {f"on-{part}": "" for part in ("day", "month", "year")}

    refused = act(olivia, page, "answer", text="Yes.", who="PC Dale", **no_day)

    assert refused.status_code == 400
    assert "Yes." in refused.text
    assert database.session().scalar(sa.select(AgencyQuery.closed_at)) is None


@pytest.mark.sqlite_only
def test_what_was_closed_meanwhile_is_not_answered_and_nothing_typed_is_lost(desk: Desk) -> None:
    case, olivia = a_case(a_victim()), desk.as_("olivia")
    page = ask(olivia, case)
    answering = form_values(olivia.get(page), f"{page}/answer") | {"answer-text": "No.", "answer-who": "PC Dale"}
    closed = act(olivia, page, "close", reason="not_needed")

    late = olivia.post(f"{page}/answer", data=answering)

    assert closed.status_code == 303
    assert late.status_code == 409
    assert "This was closed while you had the page open" in text_of(late)
    assert "What you had typed (The answer): No." in text_of(late)
    assert "Closed: not needed any more." in text_of(olivia.get(page))
    assert database.session().scalar(sa.select(AgencyQuery.answer)) is None


@pytest.mark.sqlite_only
def test_the_questions_of_a_case_that_was_merged_are_those_of_the_case_it_became(desk: Desk) -> None:
    stays, goes, olivia = a_case(a_victim()), a_case(a_victim("Una Winter")), desk.as_("olivia")
    ask(olivia, goes)
    sam = Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))

    merge(stays.urn, goes.urn, "It was charged twice.", actor=sam, now=now())
    database.session().rollback()

    assert "To the police: bail and its conditions . Due" in text_of(olivia.get(f"/cases/{stays.urn}"))
    assert f"Case {stays.urn}" in text_of(olivia.get("/queries"))


@pytest.mark.feature("M1")
@pytest.mark.sqlite_only
def test_a_program_reads_the_open_questions_of_a_case_without_their_words(desk: Desk) -> None:
    case, olivia = a_case(a_victim()), desk.as_("olivia")
    ask(olivia, case)
    closed = ask(olivia, case, subject="property")
    act(olivia, closed, "close", reason="by_mistake")
    desk.clock("2026-12-09 10:00")
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read"])

    found = desk.app.test_client().get(f"/api/v1/cases/{case.urn}", headers=key)

    [query] = found.json["queries"]
    assert (query["agency"], query["kind"], query["subject"], query["late"]) == ("police", "question", "bail", True)
    assert query["due_at"].startswith("2026-12-07T17:00:00")
    assert QUESTION not in found.text
