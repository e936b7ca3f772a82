"""A person's concern on their page, in My day and on the supervisor's list; what an officer does with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import (
    MadeCase,
    a_case,
    a_trial,
    a_victim,
    a_witness,
    at,
    attempted,
    moved,
    open_duties,
    told_everything,
)
from tests.reading import text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.agencies.models import AgencyQuery
from witness_care.audit.models import Category, PersonalDataEntry
from witness_care.cases import merging
from witness_care.checks.every import check
from witness_care.columns import new_id
from witness_care.database import session
from witness_care.engagement.models import Concern, ConcernDecision
from workflows.events import ContactOutcome

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = pytest.mark.sqlite_only

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
NEXT_WEEK = {"until-day": "7", "until-month": "12", "until-year": "2026"}


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    """Leah's trial moved twice, and nobody gave a reason; two attempts did not reach her."""
    made = a_case(a_victim(LEAH), a_witness(NADIA, required=True), now="2026-11-10 09:00", officer="Olivia")
    trial = a_trial(made, "2026-12-14 10:00", now="2026-11-10 10:00")
    told_everything(made[LEAH], now="2026-11-10 11:00", by=desk.cast.olivia)
    moved(made, trial, "2026-12-16 10:00", now="2026-11-24 10:00")
    moved(made, trial, "2026-12-18 10:00", now="2026-11-26 10:00")
    for hour in (10, 11):
        attempted(made[LEAH], ContactOutcome.NO_ANSWER, now=f"2026-11-27 {hour}:00", by=desk.cast.olivia)
    return made


def address(case: MadeCase, rest: str = "", name: str = LEAH) -> str:
    return f"/participants/{case[name]}/concern{rest}"


def read(desk: Desk, path: str, who: str = "olivia") -> str:
    return text_of(desk.as_(who).get(path))


def send(desk: Desk, path: str, who: str = "olivia", **data: str) -> tuple[int, str]:
    browser = desk.as_(who)
    answer = browser.post(path, data={"token": new_id(), **data})
    return answer.status_code, text_of(browser.get(answer.location) if answer.status_code == 303 else answer)


def take_up(desk: Desk, case: MadeCase, **data: str) -> tuple[int, str]:
    """Press the button under the suggested action, as the page has it now."""
    return send(desk, address(case, "/accept"), **{"action": stored(case).suggested_action, **data})


def stored(case: MadeCase, name: str = LEAH) -> Concern:
    session().rollback()
    return session().execute(sa.select(Concern).where(Concern.participant_id == case[name])).scalar_one()


@pytest.mark.feature("H1")
def test_the_page_says_why_with_dates_what_to_do_and_what_would_lower_it(desk: Desk, case: MadeCase):
    words = read(desk, address(case))

    assert "The date of the trial changed twice, last on Thursday 26 November 2026." in words
    assert "2 attempts in a row did not reach them, the last on Friday 27 November 2026." in words
    assert "The date of the trial changed on Thursday 26 November 2026, and no reason is recorded." in words
    assert "What would lower it You speak with them." in words
    assert "How soon to help: Raised" in words
    assert list(check(desk_now(), only="I4")) == []


def desk_now():
    from witness_care import clock

    return clock.now()


@pytest.mark.feature("H1")
def test_one_press_puts_the_action_on_the_list_of_the_cases_officer_until_it_is_done(desk: Desk, case: MadeCase):
    assert "You said you would" not in read(desk, "/my-day")
    token = new_id()

    for _ in range(2):  # a second press of the same button
        code, words = take_up(desk, case, token=token)

    assert (code, "Saved It is on the list" in words) == (303, True)
    [decision] = session().scalars(sa.select(ConcernDecision)).all()
    assert "You said you would Try another safe way or another time of day" in read(desk, "/my-day")
    assert "Try another safe way or another time of day Taken up Mon 30 Nov, not done" in read(
        desk, "/unit/concerns", "sam"
    )

    code, words = send(desk, f"/concern-actions/{decision.id}/done")

    assert (code, "Done Monday 30 November 2026" in words) == (303, True)
    assert "You said you would" not in read(desk, "/my-day")
    assert "Done Mon 30 Nov" in read(desk, "/unit/concerns", "sam")


def test_an_action_on_the_list_is_not_offered_or_taken_up_again_until_it_is_done(desk: Desk, case: MadeCase):
    shown = stored(case).suggested_action
    assert f'name="action" value="{shown}"' in desk.as_("olivia").get(address(case)).text
    take_up(desk, case)

    words = read(desk, address(case))
    assert ("It is on the list of the officer" in words, "Accept: put it" in words) == (True, False)
    code, words = take_up(desk, case)  # from a page opened before
    assert (code, "The suggested action changed, or is on the list already" in words) == (409, True)
    [decision] = session().scalars(sa.select(ConcernDecision.id)).all()

    send(desk, f"/concern-actions/{decision}/done")
    assert take_up(desk, case)[0] == 303


def test_only_the_action_that_was_shown_is_taken_up(desk: Desk, case: MadeCase):
    shown = stored(case).suggested_action
    send(desk, address(case, "/say"), said="afraid")
    assert stored(case).suggested_action != shown

    code, words = send(desk, address(case, "/accept"), action=shown)

    assert (code, "The suggested action changed, or is on the list already" in words) == (409, True)
    assert send(desk, address(case, "/accept"))[0] == 400  # no action was shown
    assert session().scalars(sa.select(ConcernDecision.id)).all() == []


@pytest.mark.feature("H1")
def test_an_officer_sees_it_otherwise_with_a_reason_until_a_day(desk: Desk, case: MadeCase):
    form = {"band": "watch", "reason": "She wrote that she is on holiday.", **NEXT_WEEK}

    code, words = send(desk, address(case, "/disagree"), **form)

    assert code == 303
    assert "How soon to help: Watch" in words
    assert "The facts add up to “Raised”" in words
    assert "She wrote that she is on holiday." in words
    desk.clock("2026-12-08 09:00")  # the day after
    assert "How soon to help: Watch" not in read(desk, address(case))


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Choose how you see it"),
        ({"band": "watch", "reason": "Why", **NEXT_WEEK, "until-day": "30", "until-month": "11"}, "a day after today"),
        ({"band": "watch", "reason": "Why", **NEXT_WEEK, "until-year": "2027"}, "within 92 days"),
        ({"band": "watch", **NEXT_WEEK}, "Say why you see it otherwise"),
    ],
)
def test_seeing_it_otherwise_needs_a_level_a_day_and_a_reason(desk: Desk, case: MadeCase, form, words):
    code, page = send(desk, address(case, "/disagree"), **form)

    assert (code, words in page) == (400, True)
    assert stored(case).override_band is None


@pytest.mark.feature("H1")
@pytest.mark.both_databases
def test_what_was_seen_as_less_ends_when_something_worse_comes(desk: Desk, case: MadeCase):
    send(desk, address(case, "/disagree"), band="watch", reason="She wrote that she is on holiday.", **NEXT_WEEK)
    assert "How soon to help: Watch" in read(desk, address(case))

    send(desk, address(case, "/say"), said="afraid")
    words = read(desk, address(case))
    assert "How soon to help: High" in words
    assert "Something worse has come since" in words
    assert "High" in read(desk, "/unit/concerns", who="sam")

    send(desk, address(case, "/disagree"), band="routine", reason="The police have seen to it.", **NEXT_WEEK)
    assert "How soon to help: Routine" in read(desk, address(case)), "an officer may see that otherwise too"
    send(desk, address(case, "/say"), said="withdrew", reason="fear")
    assert "How soon to help: High" in read(desk, address(case)), "as high as before, but for a new reason"


def test_what_was_seen_as_more_stays_when_the_facts_add_up_to_more(desk: Desk, case: MadeCase):
    send(desk, address(case, "/disagree"), band="high", reason="She cried.", **NEXT_WEEK)
    send(desk, address(case, "/say"), said="afraid")
    send(desk, address(case, "/say"), said="safe")
    assert "How soon to help: High" in read(desk, address(case))


def test_what_was_seen_as_less_stays_when_the_case_is_merged_and_nothing_new_was_said(desk: Desk, case: MadeCase):
    send(desk, address(case, "/say"), said="reluctant")
    send(desk, address(case, "/disagree"), band="watch", reason="She has an adviser now.", **NEXT_WEEK)
    other = a_case(a_witness("Ben Frost"), now="2026-11-20 09:00")
    sam = Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))

    merging.merge(other.urn, case.urn, "One incident.", actor=sam, now=at("2026-11-30 11:00"))

    assert "How soon to help: Watch" in read(desk, address(case))


def test_it_is_shown_as_counted_again_when_the_officer_says_so(desk: Desk, case: MadeCase):
    send(desk, address(case, "/disagree"), band="high", reason="She cried.", **NEXT_WEEK)

    code, words = send(desk, address(case, "/as-counted"))

    assert (code, "How soon to help: Raised" in words) == (303, True)
    assert "She cried." in words  # what was decided stays


@pytest.mark.feature("H1")
def test_fear_is_high_at_once_and_ends_when_it_is_resolved(desk: Desk, case: MadeCase):
    code, words = send(desk, address(case, "/say", NADIA), said="afraid")

    assert (code, "How soon to help: High" in words) == (303, True)
    assert "Suggested Review their safety with the police" in words
    assert "The safety concern is resolved" in read(desk, address(case, "/say", NADIA))
    assert "High concern : A concern for their safety was raised on Monday 30 November 2026" in read(desk, "/my-day")
    desk.clock("2026-11-30 09:43")
    assert send(desk, address(case, "/say", NADIA), said="safe")[0] == 303
    assert stored(case, NADIA).band != "high"


@pytest.mark.feature("H2")
def test_a_withdrawal_needs_a_reason_and_is_shown_with_its_stage(desk: Desk, case: MadeCase):
    code, words = send(desk, address(case, "/say"), said="withdrew")
    assert (code, "Choose why they withdraw, or that they did not say" in words) == (400, True)

    code, words = send(desk, address(case, "/say"), said="withdrew", reason="delay")

    assert code == 303
    assert (
        "Withdrew their support on Monday 30 November 2026, at the stage “Listing”. Reason: it takes too long" in words
    )
    assert "withdrew their support, it takes too long" in read(desk, f"/cases/{case.urn}")
    assert stored(case).band == "high"
    assert any(duty.topic == "task.closure_discussion" for duty in open_duties(case["Leah Jones"]))


@pytest.mark.feature("H2")
def test_a_withdrawal_is_put_to_the_cps_once_and_ages_in_the_log_until_they_answer(desk: Desk, case: MadeCase):
    send(desk, address(case, "/say"), said="withdrew", reason="delay")
    open_before = read(desk, "/queries")
    asked = session().scalars(sa.select(AgencyQuery)).all()

    assert [(each.agency, each.subject, each.participant_id) for each in asked] == [
        ("cps", "withdrawal", case["Leah Jones"])
    ]
    page = read(desk, f"/queries/{asked[0].id}")
    assert "They withdrew their support: it takes too long. Does the case go on without them" in page
    assert "(1) My questions to agencies" in open_before
    send(desk, address(case, "/say"), said="came_back")
    assert "(1)" not in read(desk, "/queries")
    assert "not needed any more" in read(desk, f"/queries/{asked[0].id}")


@pytest.mark.feature("H3")
def test_the_case_shows_what_rested_on_who_withdrew(desk: Desk, case: MadeCase):
    assert "withdrew" not in read(desk, f"/cases/{case.urn}")

    send(desk, address(case, "/say"), said="withdrew", reason="fear")
    words = read(desk, f"/cases/{case.urn}")

    assert "A person withdrew their support Leah Jones on Monday 30 November 2026" in words
    assert "Tell the CPS what rested on them" in words
    rested = words.split("Tell the CPS what rested on them: ")[1].split(" Defendants ")[0]
    assert rested.startswith("Aaron Smith: ")
    assert "Trial, Fri 18 Dec" in rested
    assert "Nobody else" not in rested  # Nadia has not withdrawn


def test_what_does_not_fit_by_now_is_refused(desk: Desk, case: MadeCase):
    code, words = send(desk, address(case, "/say"), said="came_back")

    assert (code, "How things stand changed while you had this page open" in words) == (409, True)


def test_noor_sees_nothing_of_it_and_an_auditor_no_reasons(desk: Desk, case: MadeCase):
    for who, code in (("noor", 404), ("aud", 403), ("ada", 403)):
        assert desk.as_(who).get(address(case)).status_code == code
    take_up(desk, case)
    decision = session().scalars(sa.select(ConcernDecision.id)).one()
    assert desk.as_("noor").post(f"/concern-actions/{decision}/done").status_code == 404
    assert desk.as_("olivia").get("/unit/concerns").status_code == 403


def test_looking_at_it_and_deciding_are_in_the_log(desk: Desk, case: MadeCase):
    read(desk, address(case))
    take_up(desk, case)

    entries = session().scalars(sa.select(PersonalDataEntry).where(PersonalDataEntry.route.like("%concern%"))).all()
    about = {entry.category for entry in entries if "engagement" in entry.field_groups}
    assert about >= {Category.CONSULTATION, Category.ALTERATION}


@pytest.mark.feature("H1")
def test_the_list_of_the_unit_has_the_highest_first_and_says_where_nothing_was_done(desk: Desk, case: MadeCase):
    send(desk, address(case, "/say", NADIA), said="reluctant")

    words = read(desk, "/unit/concerns", "sam")

    assert "People who may not go on: 2" in words
    assert words.index(NADIA) < words.index(LEAH)
    assert "None taken Suggested: Listen to them, ask what would help, and tell the CPS" in words
    assert "2 People who may not go on" in read(desk, "/unit", "sam")


@pytest.mark.feature("H1")
def test_a_program_reads_it_with_its_reasons_only_with_the_scope(desk: Desk, case: MadeCase):
    def people(*scopes: str) -> dict:
        headers = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=scopes, name=" ".join(scopes))
        answer = desk.app.test_client().get(f"/api/v1/cases/{case.urn}", headers=headers)
        return {person["name"]: person for person in answer.get_json()["participants"]}

    assert "concern" not in people("cases:read")[LEAH]
    found = people("cases:read", "concerns:read")[LEAH]["concern"]
    assert found["band"] == "raised"
    assert found["points"] == sum(reason["points"] for reason in found["reasons"])
    assert all(reason["words"] and reason["on"] for reason in found["reasons"])


def test_my_day_asks_for_concerns_once_however_many_people_it_shows(
    desk: Desk, case: MadeCase, statements: Callable[[], list[str]]
):
    olivia = desk.as_("olivia")
    olivia.get("/my-day")
    statements()
    olivia.get("/my-day")
    asked = [statement for statement in statements() if "FROM concern" in statement]
    assert len(asked) == 1
