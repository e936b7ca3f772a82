"""What is to be done for a person beside telling them news: on the form, on its own page, and when it ends."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_witness, open_duties
from tests.reading import form_values, text_of
from witness_care.audit.models import PersonalDataEntry
from witness_care.casework.models import JournalEvent
from witness_care.contacts.models import Duty
from witness_care.database import session
from workflows import tasks

NADIA = "Nadia Ahmed"


@pytest.fixture
def nadia(desk: Desk) -> str:
    """A witness whom the CPS requires, with a trial in two weeks; nobody has spoken with her yet."""
    made: MadeCase = a_case(a_witness(NADIA, required=True), now="2026-11-26 09:00")
    a_trial(made, "2026-12-14 10:00", now="2026-11-26 10:00")
    return made[NADIA]


def the_task(participant: str, topic: str) -> Duty:
    return session().scalars(sa.select(Duty).where(Duty.participant_id == participant, Duty.topic == topic)).one()


def to_do(participant: str) -> set[str]:
    return {duty.topic for duty in open_duties(participant)} & set(tasks.TASKS)


def record(desk: Desk, participant: str, duty: Duty, **more: object):
    page = f"/participants/{participant}/contacts/new"
    opened = desk.as_("olivia").get(f"{page}?duty={duty.id}")
    values = form_values(opened, page) | {"then": "stay", "outcome": "told"} | more
    return desk.as_("olivia").post(page, data=values)


@pytest.mark.feature("D4")
def test_what_is_to_be_done_is_ticked_on_the_contact_and_the_rest_stays(desk: Desk, nadia: str):
    before = to_do(nadia)
    assert before == {tasks.INTRODUCTION, tasks.NEEDS, tasks.PRE_TRIAL_VISIT, tasks.WITNESS_SERVICE}
    visit = the_task(nadia, tasks.PRE_TRIAL_VISIT)

    assert record(desk, nadia, visit).status_code == 303

    assert to_do(nadia) == before - {tasks.PRE_TRIAL_VISIT}
    page = text_of(desk.as_("olivia").get(f"/duties/{visit.id}"))
    assert "Closed: done." in page


def test_the_form_says_what_each_is_about_and_speaks_of_no_rights_to_a_witness(desk: Desk, nadia: str):
    page = text_of(desk.as_("olivia").get(f"/participants/{nadia}/contacts/new"))

    assert "To ask and offer" in page
    for question in ("who they can speak to", "what they can expect", "which support there is"):
        assert f"Introduce yourself: {question}" in page
    assert "rights" not in page.split("To ask and offer")[1].split("What happened?")[0]


def test_what_was_asked_counts_though_the_news_could_not_be_told(desk: Desk, nadia: str):
    visit = the_task(nadia, tasks.PRE_TRIAL_VISIT)
    news = {duty.id for duty in open_duties(nadia) if duty.topic == "hearing.when_where"}

    assert record(desk, nadia, visit, outcome="not_told").status_code == 303

    assert tasks.PRE_TRIAL_VISIT not in to_do(nadia)
    assert news <= {duty.id for duty in open_duties(nadia)}


def test_nothing_is_done_by_a_call_that_nobody_answered(desk: Desk, nadia: str):
    before = to_do(nadia)

    assert record(desk, nadia, the_task(nadia, tasks.WITNESS_SERVICE), outcome="no_answer").status_code == 303

    assert to_do(nadia) == before


@pytest.mark.parametrize(
    ("how", "words"),
    [("done", "done"), ("declined", "they did not want it"), ("not_applicable", "does not apply to them")],
)
def test_a_task_is_also_ended_by_hand(desk: Desk, nadia: str, how: str, words: str):
    visit = the_task(nadia, tasks.PRE_TRIAL_VISIT)

    answer = desk.as_("olivia").post(f"/duties/{visit.id}/not-needed", data={"reason": how})

    assert answer.status_code == 303
    assert tasks.PRE_TRIAL_VISIT not in to_do(nadia)
    assert f"Closed: {words}." in text_of(desk.as_("olivia").get(f"/duties/{visit.id}"))


def test_news_does_not_end_as_done_by_hand(desk: Desk, nadia: str):
    news = next(duty for duty in open_duties(nadia) if duty.topic == "hearing.when_where")

    assert desk.as_("olivia").post(f"/duties/{news.id}/not-needed", data={"reason": "done"}).status_code == 400
    assert news.id in {duty.id for duty in open_duties(nadia)}


def test_a_task_that_was_ended_by_mistake_is_owed_again_with_its_first_time(desk: Desk, nadia: str):
    visit = the_task(nadia, tasks.PRE_TRIAL_VISIT)
    due, topic = visit.due_at, visit.topic
    desk.as_("olivia").post(f"/duties/{visit.id}/not-needed", data={"reason": "not_applicable"})
    entry = session().scalars(sa.select(JournalEvent.id).where(JournalEvent.kind == "DutyClosedByPerson")).one()

    answer = desk.as_("olivia").post(f"/entries/{entry}/undo", data={"reason": "It was another person."})

    assert answer.status_code == 303, text_of(answer)
    [again] = [duty for duty in open_duties(nadia) if duty.topic == topic]
    assert again.due_at == due


def test_undecided_measures_are_asked_of_the_cps_not_of_the_person(desk: Desk, nadia: str):
    browser = desk.as_("olivia")
    page = f"/participants/{nadia}/special-measures"
    asked = {"token": "asked-1", "measure": "screens", "decision": "asked"}
    assert browser.post(page, data=asked).status_code == 303
    chase = the_task(nadia, tasks.SPECIAL_MEASURES_CHASE)

    about = browser.get(f"/duties/{chase.id}")

    assert "Asked for and not decided: screens. The trial is on Monday 14 December 2026" in text_of(about)
    assert "Ask the CPS" in text_of(about)
    assert chase.id not in browser.get(f"/participants/{nadia}/contacts/new").text
    assert "special measures" not in text_of(browser.get(f"/participants/{nadia}/contacts/new")).casefold()


def test_a_program_reports_a_task_as_done_within_a_contact(desk: Desk, nadia: str):
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["contacts:write", "cases:read"])
    visit = the_task(nadia, tasks.PRE_TRIAL_VISIT)
    told = [{"topic": visit.topic, "subject": visit.subject, "value_hash": visit.value_hash}]
    contact = {
        "message_id": "talk-1",
        "channel": "in_person",
        "outcome": "reached",
        "happened_at": "2026-11-30T09:30:00Z",
        "told": told,
    }

    answer = desk.app.test_client().post(f"/api/v1/participants/{nadia}/contacts", json=contact, headers=key)

    assert answer.status_code == 201, answer.json
    assert tasks.PRE_TRIAL_VISIT not in to_do(nadia)


@pytest.mark.sqlite_only
def test_ending_a_task_by_hand_is_in_the_log_of_personal_data(desk: Desk, nadia: str):
    visit = the_task(nadia, tasks.PRE_TRIAL_VISIT)

    desk.as_("olivia").post(f"/duties/{visit.id}/not-needed", data={"reason": "declined"})

    kept = session().scalars(sa.select(PersonalDataEntry).where(PersonalDataEntry.category == "alteration")).all()
    assert "duty" in {group for entry in kept for group in entry.field_groups}
