"""When somebody cannot come: asked on a page of its own, kept with its day, shown against each listing, and undone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_witness, open_duties, said, vacated
from tests.reading import text_of
from witness_care import clock
from witness_care.availability.models import AvailabilityNote
from witness_care.cases.models import Offence
from witness_care.casework.models import JournalEvent
from witness_care.casework.rebuild import differences
from witness_care.checks.every import check
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.database import session
from workflows import tasks
from workflows.events import PleaRecorded

pytestmark = [pytest.mark.sqlite_only, pytest.mark.feature("G1")]

NADIA, TOM = "Nadia Ahmed", "Tom Reed"
SECRET = "Her sister marries in Sligo"


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    return a_case(a_witness(NADIA, required=True), a_witness(TOM, required=True), now="2026-11-20 09:00")


def path(case: MadeCase, rest: str = "", name: str = NADIA) -> str:
    return f"/participants/{case[name]}/availability{rest}"


def read(desk: Desk, where: str) -> str:
    return text_of(desk.as_("olivia").get(where))


def seen(case: MadeCase, name: str = NADIA) -> str:
    """The entry that the page would name as the answer that stands."""
    query = (
        sa.select(JournalEvent.message_id)
        .where(JournalEvent.kind == "AvailabilityAsked")
        .order_by(JournalEvent.received_at.desc())
    )
    rows = session().scalars(query.where(JournalEvent.payload["participant"].as_string() == case[name]))
    return next(iter(rows), "")


def boxes(field: str, day: date | None) -> dict[str, str]:
    return {f"{field}-{box}": str(getattr(day, box)) if day else "" for box in ("day", "month", "year")}


def add(desk: Desk, case: MadeCase, first: date, last: date | None = None, name: str = NADIA, **more: str) -> Any:
    data = {"token": new_id(), "seen": seen(case, name), "because": "holiday"}
    data |= boxes("first", first) | boxes("last", last) | more
    return desk.as_("olivia").post(path(case, name=name), data=data)


def press(desk: Desk, case: MadeCase, button: str, name: str = NADIA, **more: str) -> int:
    data = {"token": new_id(), "seen": seen(case, name)} | more
    return desk.as_("olivia").post(path(case, f"-{button}", name), data=data).status_code


def owes_dates(case: MadeCase, name: str = NADIA) -> bool:
    return tasks.DATES_TO_AVOID in {duty.topic for duty in open_duties(case[name])}


def pleads_not_guilty(case: MadeCase, now: str = "2026-11-20 09:30") -> None:
    query = sa.select(Offence.defendant_id, Offence.id).where(Offence.case_id == case.id)
    for row in session().execute(query).all():
        said(case, PleaRecorded(defendant=row.defendant_id, offence=row.id, plea="not_guilty"), now=now)


def test_nobody_asked_is_not_free_and_an_answer_ends_the_task(desk: Desk, case: MadeCase):
    pleads_not_guilty(case)
    assert owes_dates(case)
    assert "Not asked. That does not mean that they can come on every day." in read(desk, path(case))
    assert "Dates they cannot come: Not asked." in read(desk, f"/participants/{case[NADIA]}")

    assert add(desk, case, date(2026, 12, 12), date(2026, 12, 16)).status_code == 303

    assert not owes_dates(case)
    assert owes_dates(case, TOM)
    words = read(desk, path(case))
    assert "Asked on Monday 30 November 2026 by Olivia" in words
    assert "Saturday 12 December 2026 to Wednesday 16 December 2026 Holiday" in words
    assert "Away Saturday 12 December 2026 to Wednesday 16 December 2026, asked" in read(
        desk, f"/participants/{case[NADIA]}"
    )
    assert list(check(clock.now(), only="I1")) == [] == list(differences())


def test_a_task_about_dates_leads_to_the_page_and_is_not_ticked_in_a_contact(desk: Desk, case: MadeCase):
    pleads_not_guilty(case)
    [duty] = [each for each in open_duties(case[NADIA]) if each.topic == tasks.DATES_TO_AVOID]
    assert path(case) in desk.as_("olivia").get(f"/duties/{duty.id}").text
    contact = desk.as_("olivia").get(f"/participants/{case[NADIA]}/contacts/new").text
    assert "The dates have a page of their own" in contact
    assert duty.id not in contact


def test_none_to_avoid_and_would_not_say_are_answers_and_a_lost_date_asks_again(desk: Desk, case: MadeCase):
    pleads_not_guilty(case)
    assert press(desk, case, "answered", said="no") == 303
    assert press(desk, case, "answered", TOM, said="declined") == 303
    assert not owes_dates(case)
    assert not owes_dates(case, TOM)
    closed = sa.select(Duty.closed_reason).where(Duty.topic == tasks.DATES_TO_AVOID, Duty.closed_at.is_not(None))
    assert [session().scalar(closed.where(Duty.participant_id == case[name])) for name in (NADIA, TOM)] == [
        "done",
        "declined",
    ]
    assert "They have no dates to avoid." in read(desk, path(case))
    assert "They would not say when they cannot come." in read(desk, path(case, name=TOM))

    desk.clock("2026-12-01 09:00")
    trial = a_trial(case, "2027-03-15 10:00", now="2026-12-01 09:10")
    vacated(case, trial, now="2026-12-01 09:20")

    assert owes_dates(case)
    assert owes_dates(case, TOM)
    assert "Not asked since Monday 30 November 2026." in read(desk, path(case))
    assert "Not asked since Monday 30 November 2026" in read(desk, f"/participants/{case[NADIA]}")
    desk.clock("2026-12-01 09:30")
    assert press(desk, case, "unchanged") == 303
    assert not owes_dates(case)
    assert "Asked on Tuesday 1 December 2026" in read(desk, path(case))


def test_each_listing_and_the_report_say_who_cannot_come_and_who_was_not_asked(desk: Desk, case: MadeCase):
    trial = a_trial(case, "2026-12-14 10:00", now="2026-11-20 10:00")
    add(desk, case, date(2026, 12, 12), date(2026, 12, 16), words=SECRET)
    page = read(desk, f"/hearings/{trial}")
    assert "Free? No, away Saturday 12 December 2026 to Wednesday 16 December 2026" in page
    assert "Free? Not asked" in page
    report = read(desk, f"/hearings/{trial}/availability")
    assert "1 of 2 cannot come ; 1 was not asked, which does not mean that they can" in report
    assert SECRET not in report

    desk.clock("2026-11-30 11:10")
    add(desk, case, date(2026, 12, 14), words="Hospital", because="medical", may_be_shared="y")
    assert "Hospital" in read(desk, f"/hearings/{trial}/availability")
    assert press(desk, case, "answered", TOM, said="no") == 303
    assert "Free? Yes, asked Monday 30 November 2026" in read(desk, f"/hearings/{trial}")


def test_what_is_written_beside_dates_is_sealed_and_never_in_the_journal(desk: Desk, case: MadeCase):
    add(desk, case, date(2026, 12, 12), words=SECRET)
    assert f"Holiday. {SECRET} (not to be shared)" in read(desk, path(case))
    payloads = session().scalars(sa.select(JournalEvent.payload)).all()
    assert SECRET not in str(payloads)
    held = session().execute(sa.text("SELECT text FROM availability_note")).scalar_one()
    assert SECRET.encode() not in bytes(held)
    desk.clock("2026-11-30 11:10")
    assert press(desk, case, "unchanged") == 303
    assert SECRET in read(desk, path(case))  # confirmed with what was written


def test_dates_taken_away_leave_the_others_and_the_last_leaves_none(desk: Desk, case: MadeCase):
    add(desk, case, date(2026, 12, 12))
    desk.clock("2026-11-30 11:10")
    add(desk, case, date(2027, 1, 4), date(2027, 1, 8))
    desk.clock("2026-11-30 11:20")
    one = boxes("first", date(2026, 12, 12)) | boxes("last", date(2026, 12, 12))
    assert press(desk, case, "removed", **one) == 303
    words = read(desk, path(case))
    assert "12 December" not in words
    assert "4 January 2027" in words
    desk.clock("2026-11-30 11:30")
    assert press(desk, case, "removed", **one) == 409
    assert press(desk, case, "removed", **boxes("first", date(2027, 1, 4)), **boxes("last", date(2027, 1, 8))) == 303
    assert "They have no dates to avoid." in read(desk, path(case))


def test_a_form_that_is_wrong_or_stale_says_so_and_records_nothing(desk: Desk, case: MadeCase):
    answer = add(desk, case, date(2026, 12, 12), date(2026, 12, 1), words="From Basildon")
    assert answer.status_code == 400
    assert "Enter a last day that is not before the first" in text_of(answer)
    assert "From Basildon" in answer.text
    assert add(desk, case, None, because="").status_code == 400
    assert add(desk, case, date(2026, 12, 12), seen="another").status_code == 409
    assert press(desk, case, "unchanged") == 409
    assert press(desk, case, "answered", said="perhaps") == 400
    assert session().scalars(sa.select(AvailabilityNote.id)).all() == []
    assert seen(case) == ""


def test_pressed_twice_is_saved_once_and_the_api_gives_the_dates(desk: Desk, case: MadeCase):
    token = new_id()
    for _ in range(2):
        data = (
            {"token": token, "seen": "", "because": "exam"} | boxes("first", date(2026, 12, 12)) | boxes("last", None)
        )
        assert desk.as_("olivia").post(path(case), data=data).status_code == 303
    count = sa.select(sa.func.count()).where(JournalEvent.kind == "AvailabilityAsked")
    assert session().scalar(count) == 1
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read"])
    document = desk.app.test_client().get(f"/api/v1/cases/{case.urn}", headers=key).json
    held = {each["id"]: each["availability"] for each in document["participants"]}
    assert held[case[TOM]] is None
    assert held[case[NADIA]]["away"] == [{"first": "2026-12-12", "last": "2026-12-12", "because": "exam"}]


def test_an_undone_answer_gives_back_the_one_before_and_the_task(desk: Desk, case: MadeCase):
    pleads_not_guilty(case)
    press(desk, case, "answered", said="no")
    wrong = session().scalar(sa.select(JournalEvent.id).where(JournalEvent.kind == "AvailabilityAsked"))
    assert "asked when they cannot come: none" in read(desk, f"/cases/{case.urn}")
    desk.clock("2026-11-30 12:00")
    undone = desk.as_("olivia").post(f"/entries/{wrong}/undo", data={"reason": "Another person"})
    assert undone.status_code == 303
    assert "Not asked." in read(desk, path(case))
    assert owes_dates(case)
    assert list(differences()) == []
