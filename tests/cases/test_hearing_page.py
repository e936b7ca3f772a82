"""The hearing's page: how it stands and why, what it was before, and who still has the old date."""

import pytest
from flask.testing import FlaskClient

from tests.desk import Desk, desk  # noqa: F401
from tests.factories import (
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    adjourned,
    attempted,
    moved,
    told_everything,
    vacated,
)
from tests.reading import text_of
from workflows.events import ContactOutcome
from workflows.trial_outcome_reasons import all_reasons


@pytest.fixture
def olivia(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("olivia")


def words_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.text[:3000]
    return text_of(response)


def test_who_still_has_the_old_date_is_told_per_person(desk: Desk, olivia: FlaskClient) -> None:  # noqa: F811
    case = a_case(
        a_victim("Leah Jones"),
        a_witness("Nadia Ahmed", required=True, phones=(a_mobile("07700 900456"),)),
        a_witness("Tom Bold", required=False),
        a_witness("Nell Nophone", required=True, phones=()),
        a_victim("Una Told"),
        now="2026-11-02 09:00",
    )
    trial = a_trial(case, "2026-12-07 10:00", now="2026-11-10 10:00")
    for name in ("Leah Jones", "Nadia Ahmed", "Una Told"):
        told_everything(case[name], now="2026-11-10 11:00", by=desk.cast.olivia)
    moved(case, trial, "2026-12-14 10:30", now="2026-11-27 15:00")
    attempted(case["Nadia Ahmed"], ContactOutcome.NO_ANSWER, now="2026-11-27 16:10", by=desk.cast.olivia)
    told_everything(case["Una Told"], now="2026-11-27 16:30", by=desk.cast.olivia)

    words = words_of(olivia, f"/hearings/{trial}")

    assert "Before that Monday 7 December 2026 at 10am" in words
    assert "When Monday 14 December 2026 at 10:30am" in words
    assert "3 people are still to be told. 1 told. 1 not required or nothing to tell." in words
    assert "Leah Jones , victim Not told yet Has: Trial, Mon 7 Dec, 10am" in words
    assert "Not reached: 1 attempt, last Fri 27 Nov, 4:10pm Has: Trial, Mon 7 Dec, 10am" in words
    assert "Cannot be told yet. Safe contact: no contact details recorded." in words
    assert "Not required: the CPS does not need them at court" in words
    assert "Told Fri 27 Nov, 4:30pm, in person Has: Trial, Mon 14 Dec, 10:30am" in words
    assert words.index("Leah Jones ,") < words.index("Una Told ,"), "those still to be told come first"


def test_a_vacated_trial_says_why_in_words(olivia: FlaskClient) -> None:
    reason = next(reason for reason in all_reasons() if reason.type == "vacated" and reason.cp_ids)
    case = a_case(a_victim("Leah Jones"), now="2026-11-02 09:00")
    trial = a_trial(case, "2026-12-07 10:00", now="2026-11-10 10:00")
    vacated(case, trial, now="2026-11-27 15:00", reason=reason.cp_ids[0])

    words = words_of(olivia, f"/hearings/{trial}")

    assert f"Cancelled by the court (vacated). Reason: {reason.words}" in words
    assert "It was to be Monday 7 December 2026 at 10am" in words


@pytest.mark.parametrize("reason", ["", "no-such-reason"])
def test_no_reason_or_an_unknown_one_is_no_reason_given_yet(olivia: FlaskClient, reason: str) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-02 09:00")
    trial = a_trial(case, "2026-12-07 10:00", now="2026-11-10 10:00")
    vacated(case, trial, now="2026-11-27 15:00", reason=reason)

    assert "Reason: no reason given yet" in words_of(olivia, f"/hearings/{trial}")


def test_an_adjourned_hearing_says_so(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-02 09:00")
    trial = a_trial(case, "2026-11-27 10:00", now="2026-11-10 10:00")
    adjourned(case, trial, now="2026-11-27 15:00")

    assert "Adjourned. Reason: no reason given yet" in words_of(olivia, f"/hearings/{trial}")


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-04")
def test_noor_does_not_find_a_hearing_of_olivias_unit(desk: Desk) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), now="2026-11-02 09:00")
    trial = a_trial(case, "2026-12-07 10:00", now="2026-11-10 10:00")
    noor = desk.as_("noor")

    unseen, absent = noor.get(f"/hearings/{trial}"), noor.get("/hearings/00000000-0000-4000-8000-000000000000")

    assert unseen.status_code == absent.status_code == 404
    assert noor.get(f"/cases/{case.urn}").status_code == 404
    assert case.urn not in words_of(noor, "/hearings")


def test_the_next_fourteen_days_stand_day_by_day(olivia: FlaskClient) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-02 09:00")
    a_trial(case, "2026-12-07 10:00", now="2026-11-10 10:00")
    later = a_case(a_victim("Bea Late"), now="2026-11-02 09:00")
    a_trial(later, "2026-12-20 10:00", now="2026-11-10 10:00")

    words = words_of(olivia, "/hearings")

    assert "1 hearing, Monday 30 November 2026 to Sunday 13 December 2026" in words
    assert "Monday 7 December 2026" in words
    assert later.urn not in words
    assert later.urn in words_of(olivia, "/hearings?from=2026-12-14&to=2026-12-31")


def test_days_without_hearings_say_so_and_lead_on(olivia: FlaskClient) -> None:
    assert "No hearings in these dates." in words_of(olivia, "/hearings?from=2030-01-01")
