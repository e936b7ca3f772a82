"""A case as it was known on a day: what had been received by then, folded, beside today."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import MadeCase, a_case, a_trial, a_victim, at, moved, told_everything, vacated
from tests.reading import text_of
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases.models import CourtCase
from witness_care.casework.as_known import as_known
from witness_care.casework.models import JournalEvent
from witness_care.database import session
from workflows import snapshot
from workflows.decide import state_hash


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("olivia")


@pytest.fixture
def case(desk: Desk) -> MadeCase:  # noqa: F811
    """Told of a trial on 7 December, which was moved on the 26th and vacated today."""
    made = a_case(a_victim("Leah Jones"), now="2026-11-10 09:00")
    trial = a_trial(made, "2026-12-07 10:00", now="2026-11-12 10:00")
    told_everything(made["Leah Jones"], now="2026-11-13 11:00", by=desk.cast.olivia)
    moved(made, trial, to="2026-12-14 10:00", now="2026-11-26 10:00")
    vacated(made, trial, now="2026-11-30 09:00")
    return made


def words_on(client: FlaskClient, case: MadeCase, day: str) -> str:
    response = client.get(f"/cases/{case.urn}/as-known?on={day}")
    assert response.status_code == 200, response.text[:3000]
    return text_of(response)


@pytest.mark.feature("C4")
def test_a_day_shows_what_was_known_then_beside_today(olivia: FlaskClient, case: MadeCase) -> None:
    words = words_on(olivia, case, "2026-11-27")

    assert "as known on Friday 27 November 2026" in words
    assert "Monday 14 December 2026 at 10am, Northbridge Crown Court, Court 4. Listed" in words, "then"
    assert "Cancelled by the court (vacated)" in words, "now"
    assert "Owed: tell them the new trial date. By Friday 27 November 2026 at 5pm (late)" in words, "then"
    assert "Owed: tell them the trial is off" in words, "now"
    assert "They have: Trial, Mon 7 Dec, 10am" in words
    assert "Changed since" in words


@pytest.mark.feature("C4")
def test_before_the_move_nothing_was_to_be_told(olivia: FlaskClient, case: MadeCase) -> None:
    words = words_on(olivia, case, "2026-11-20")

    assert "Friday 20 November 2026: Monday 7 December 2026 at 10am" in words
    assert words.count("Owed: tell them") == 1, "only what is owed now"


def test_before_the_case_came_nothing_was_known(olivia: FlaskClient, case: MadeCase) -> None:
    words = words_on(olivia, case, "2026-11-09")

    assert "Nothing of this case had been received by the end of that day" in words
    assert "Not on the case yet" in words


@pytest.mark.sqlite_only
@pytest.mark.parametrize("day", ["soon", "2026-12-01", "0001-01-01", "2026-02-30"])
def test_a_day_that_cannot_be_shown_says_what_to_enter(olivia: FlaskClient, case: MadeCase, day: str) -> None:
    response = olivia.get(f"/cases/{case.urn}/as-known?on={day}")

    assert response.status_code == 400
    assert "Enter a day from the past" in text_of(response)


@pytest.mark.proves("SEC-32")
def test_looking_back_is_written_to_the_log_with_whose_record_it_was(olivia: FlaskClient, case: MadeCase) -> None:
    words_on(olivia, case, "2026-11-27")

    rows = session().execute(
        sa.select(PersonalDataEntry.subjects, PersonalDataEntry.category).where(
            PersonalDataEntry.case_id == case.id, PersonalDataEntry.route.like("%as_known%")
        )
    )
    seen = [subject for row in rows for subject in row.subjects]
    assert case["Leah Jones"] in str(seen)


@pytest.mark.feature("C4")
def test_the_api_gives_the_same(desk: Desk, case: MadeCase) -> None:  # noqa: F811
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read"])
    client = desk.app.test_client()

    then = client.get(f"/api/v1/cases/{case.urn}?as_known_at=2026-11-27T23:00:00Z", headers=key).json
    before = client.get(f"/api/v1/cases/{case.urn}?as_known_at=2026-11-20T23:00:00Z", headers=key).json

    [person] = then["participants"]
    assert then["hearings"][0]["status"] == "live"
    assert then["hearings"][0]["days"][0]["on"] == "2026-12-14"
    assert "hearing.when_where" in [duty["topic"] for duty in person["duties"]]
    assert person["told"][0]["value"]["hearings"][0]["days"] == [["2026-12-07", "10:00"]]
    assert [duty["topic"] for duty in before["participants"][0]["duties"]] == ["task.keep_in_touch"]
    assert before["hearings"][0]["days"][0]["on"] == "2026-12-07"


def test_the_api_refuses_a_moment_to_come_and_one_without_an_offset(desk: Desk, case: MadeCase) -> None:  # noqa: F811
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read"])
    client = desk.app.test_client()

    for moment in ("2027-01-01T00:00:00Z", "2026-11-20T23:00:00", "yesterday"):
        answer = client.get(f"/api/v1/cases/{case.urn}?as_known_at={moment}", headers=key)
        assert answer.status_code == 422
        assert "expected" in answer.json


def test_now_is_what_is_stored(desk: Desk, case: MadeCase) -> None:  # noqa: F811
    [known] = as_known(session(), case.id, at=(at("2026-11-30 09:42"),))
    stored = session().scalar(sa.select(CourtCase.state).where(CourtCase.id == case.id))

    assert state_hash(known.snapshot) == state_hash(snapshot.load(stored))


def test_a_journal_is_read_once_however_many_moments_are_asked_for(desk: Desk, case: MadeCase) -> None:  # noqa: F811
    entries = session().scalar(sa.select(sa.func.count()).where(JournalEvent.case_id == case.id))
    earlier, now = as_known(session(), case.id, at=(at("2026-11-09 09:00"), at("2026-11-30 09:42")))

    assert (earlier.entries, now.entries) == (0, entries)
