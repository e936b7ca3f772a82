"""Support as officers and supervisors see it: what was offered, what they answered, who waits, who has nobody."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_victim, a_witness, at, moved, open_duties, told_everything
from tests.reading import text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.audit.models import Category, PersonalDataEntry
from witness_care.cases import merging, splitting, undoing
from witness_care.cases.models import CaseCombination, CourtCase
from witness_care.casework import rebuild
from witness_care.casework.models import JournalEvent
from witness_care.checks.every import check
from witness_care.clock import now
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.database import session, writing
from witness_care.engagement.models import Concern
from witness_care.support import service
from witness_care.support.models import Support

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
TODAY = {"happened_on-day": "30", "happened_on-month": "11", "happened_on-year": "2026"}
VISIT, WITNESS_SERVICE = "task.pre_trial_visit", "task.witness_service"


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    """Leah, a victim of domestic abuse, and Nadia, whom the CPS calls to a trial in two weeks."""
    made = a_case(
        a_victim(LEAH, enhanced=True, enhanced_basis=("DOMESTIC_ABUSE",)),
        a_witness(NADIA, required=True),
        now="2026-11-24 09:00",
        officer="Olivia",
    )
    a_trial(made, "2026-12-14 10:00", now="2026-11-24 10:00")
    return made


def address(case: MadeCase, name: str, rest: str = "support") -> str:
    return f"/participants/{case[name]}/{rest}"


def send(desk: Desk, path: str, who: str = "olivia", **data: str) -> tuple[int, str]:
    browser = desk.as_(who)
    answer = browser.post(path, data={"token": new_id(), **TODAY, **data})
    return answer.status_code, text_of(browser.get(answer.location) if answer.status_code == 303 else answer)


def support_by(desk: Desk, case: MadeCase, name: str, kind: str, *steps: str) -> tuple[int, str]:
    for step in steps:
        answer = send(desk, address(case, name, f"support/entry?kind={kind}"), step=step)
    return answer


def officer(desk: Desk) -> Actor:
    return Actor(kind=USER, id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))


def topics(case: MadeCase, name: str) -> list[str]:
    session().rollback()
    return [duty.topic for duty in open_duties(case[name])]


def closed(case: MadeCase, name: str, topic: str) -> list[tuple[str, bool | None]]:
    query = sa.select(Duty.closed_reason, Duty.met).where(
        Duty.participant_id == case[name], Duty.topic == topic, Duty.closed_at.is_not(None)
    )
    return [tuple(row) for row in session().execute(query.order_by(Duty.closed_at))]


def factors(case: MadeCase, name: str) -> dict[str, int]:
    session().rollback()
    concern = session().get(Concern, case[name], populate_existing=True)
    return {reason["factor"]: reason["points"] for reason in concern.reasons}


def undo_last(desk: Desk, kind: str) -> None:
    query = sa.select(JournalEvent.id).where(JournalEvent.kind == kind).order_by(JournalEvent.received_at.desc())
    undoing.undo(session().scalars(query).first(), "Another person was meant.", actor=officer(desk), now=now())


@pytest.mark.feature("D4")
def test_an_answer_about_the_witness_service_ends_the_task_and_is_shown_on_the_page_of_the_person(
    desk: Desk, case: MadeCase
):
    assert WITNESS_SERVICE in topics(case, NADIA)

    code, words = support_by(desk, case, NADIA, "witness_service", "offered")
    assert (code, "Witness service Offered, no answer yet. Since Monday 30 November 2026" in words) == (303, True)
    assert WITNESS_SERVICE in topics(case, NADIA)

    support_by(desk, case, NADIA, "witness_service", "accepted", "referred")

    assert WITNESS_SERVICE not in topics(case, NADIA)
    assert closed(case, NADIA, WITNESS_SERVICE) == [("done", True)]
    person = text_of(desk.as_("olivia").get(f"/participants/{case[NADIA]}"))
    assert "Support Witness service: referred, waiting, since Mon 30 Nov" in person
    assert list(check(now())) == []
    assert list(rebuild.differences()) == []


@pytest.mark.feature("D4")
def test_a_visit_that_was_declined_is_asked_again_when_the_trial_moves(desk: Desk, case: MadeCase):
    path = address(case, NADIA, "court-visit")
    code, words = send(desk, path, step="declined")
    assert (code, "Declined. Since Monday 30 November 2026" in words) == (303, True)
    assert closed(case, NADIA, VISIT) == [("declined", None)]
    assert VISIT not in topics(case, NADIA)

    hearing = session().scalar(sa.text("SELECT id FROM hearing"))
    moved(case, hearing, "2026-12-16 10:00", now="2026-11-30 10:00")

    assert VISIT in topics(case, NADIA)
    assert "The trial moved since they answered. Ask again." in text_of(desk.as_("olivia").get(address(case, NADIA)))
    desk.clock("2026-11-30 10:30")
    code, _ = send(desk, path, step="declined")  # the same answer, for the new day
    assert code == 303
    assert VISIT not in topics(case, NADIA)
    assert list(rebuild.differences()) == []


@pytest.mark.feature("D4")
def test_a_visit_has_a_day_and_lowers_the_concern_once_it_was_made(desk: Desk, case: MadeCase):
    path = address(case, NADIA, "court-visit")
    day = {"visit_on-day": "4", "visit_on-month": "12", "visit_on-year": "2026"}

    code, words = send(desk, path, step="arranged")
    assert (code, "Enter the day of the visit" in words) == (400, True)
    code, words = send(desk, path, step="arranged", **day)
    assert (code, "Arranged: Friday 4 December 2026" in words) == (303, True)
    code, words = send(desk, path, step="made", **day)
    assert (code, "Enter a day that is not in the future" in words) == (400, True)

    desk.clock("2026-12-04 15:00")
    send(desk, path, step="made", **day)

    assert factors(case, NADIA)["VISIT_DONE"] == -5
    assert "They visited the court: Friday 4 December 2026" in text_of(desk.as_("olivia").get(address(case, NADIA)))


@pytest.mark.feature("S14")
def test_a_victim_of_domestic_abuse_with_neither_referral_nor_refusal_is_listed_until_one_is_recorded(
    desk: Desk, case: MadeCase
):
    def listed(show: str = "nobody", who: str = "sam") -> str:
        return text_of(desk.as_(who).get(f"/without-support?show={show}"))

    assert "Neither referral nor refusal: 1 Neither referral nor refusal, the longest on a case first" in listed()
    assert LEAH in listed(who="olivia")
    assert NADIA not in listed()  # a witness, and not a victim of such a crime
    assert factors(case, LEAH)["NO_SUPPORT_REFERRAL"] == 5
    support_by(desk, case, LEAH, "witness_service", "accepted")
    assert LEAH in listed()  # the witness service is for the days at court

    support_by(desk, case, LEAH, "idva", "offered", "accepted", "referred")

    assert LEAH not in listed()
    assert "NO_SUPPORT_REFERRAL" not in factors(case, LEAH)
    assert "(IDVA): referred, waiting, since Mon 30 Nov" in listed("waiting")

    support_by(desk, case, LEAH, "idva", "full")

    assert "(IDVA): refused: the service is full" in listed("full")
    assert "Turned away, full 1" in listed("full")
    assert factors(case, LEAH)["NO_SUPPORT_REFERRAL"] == 5

    support_by(desk, case, LEAH, "idva", "started")

    assert factors(case, LEAH)["SUPPORT_ENGAGED"] == -5
    assert all(LEAH not in listed(show) for show in ("nobody", "waiting", "full"))


def test_the_count_of_the_day_has_the_words_of_its_page_and_services_count_whoever_has_an_open_case(
    desk: Desk, case: MadeCase
):
    support_by(desk, case, LEAH, "idva", "offered", "accepted")
    support_by(desk, case, LEAH, "isva", "offered")
    assert "0 Domestic abuse or sexual offence: neither referral nor refusal" in text_of(desk.as_("sam").get("/unit"))
    words = text_of(desk.as_("sam").get("/without-support"))
    assert "By service: everybody of the unit with an open case" in words
    assert "(IDVA) Accepted 1" in words
    with writing() as closing:
        closing.execute(sa.text("UPDATE participant SET journey = 'closed'"))
    assert "No support by a service is recorded for anybody" in text_of(desk.as_("sam").get("/without-support"))


@pytest.mark.feature("C5")
def test_an_answer_that_was_wrong_is_undone_and_the_task_is_owed_again_on_its_first_clock(desk: Desk, case: MadeCase):
    due = next(duty.due_at for duty in open_duties(case[NADIA]) if duty.topic == WITNESS_SERVICE)
    support_by(desk, case, NADIA, "witness_service", "declined")
    send(desk, address(case, NADIA, "court-visit"), step="accepted")
    desk.clock("2026-11-30 10:00")

    undo_last(desk, "SupportStated")

    session().rollback()
    [duty] = [duty for duty in open_duties(case[NADIA]) if duty.topic == WITNESS_SERVICE]
    assert duty.due_at == due
    assert VISIT not in topics(case, NADIA)  # what was said of the visit stands
    page = text_of(desk.as_("olivia").get(f"/cases/{case.urn}"))
    assert "Nadia Ahmed, witness service: they decline it" in page
    assert [row.kind for row in session().scalars(sa.select(Support))] == ["court_visit"]
    assert list(check(now())) == []
    assert list(rebuild.differences()) == []


def test_an_offer_that_was_ticked_in_a_contact_is_said_on_the_page_and_a_refusal_by_hand_is_an_answer(
    desk: Desk, case: MadeCase
):
    assert "nobody has recorded an offer of a visit" in text_of(desk.as_("olivia").get(address(case, NADIA)))
    [duty] = [duty for duty in open_duties(case[NADIA]) if duty.topic == WITNESS_SERVICE]
    assert "Record what they answered" in text_of(desk.as_("olivia").get(f"/duties/{duty.id}"))
    answer = desk.as_("olivia").post(f"/duties/{duty.id}/not-needed", data={"token": "one", "reason": "declined"})
    assert answer.status_code == 303
    told_everything(case[NADIA], now="2026-11-30 09:30", by=desk.cast.olivia)

    words = text_of(desk.as_("olivia").get(address(case, NADIA)))

    assert "Witness service Declined. Since Monday 30 November 2026" in words
    assert "Offered in a contact on Monday 30 November 2026; what they answered is not recorded." in words


def test_the_check_of_the_database_notices_a_row_of_support_that_is_not_what_the_journal_says(
    desk: Desk, case: MadeCase
):
    support_by(desk, case, LEAH, "idva", "offered")
    row_id = session().scalar(sa.select(Support.id))
    assert list(check(now(), only="I4")) == []
    for damage in (sa.update(Support).values(state="started"), sa.delete(Support)):
        with writing() as damaged:
            damaged.execute(damage)
        assert [found.row for found in check(now(), only="I4")] == [row_id]


def test_what_does_not_fit_is_refused_and_nothing_is_recorded(desk: Desk, case: MadeCase):
    support_by(desk, case, LEAH, "idva", "started")

    code, words = support_by(desk, case, LEAH, "idva", "declined")

    assert (code, "Choose what happened" in words) == (400, True)
    with pytest.raises(service.DoesNotFitError):
        service.record_support(
            case[LEAH], "idva", "", "declined", at=now(), submission="late", actor=officer(desk), now=now()
        )
    assert desk.as_("olivia").get(address(case, LEAH, "support/entry?kind=plumber")).status_code == 404
    assert desk.as_("olivia").get(address(case, LEAH, "support/entry?service=nobody")).status_code == 404
    assert session().scalars(sa.select(Support.state)).all() == ["started"]


def test_a_form_that_is_sent_twice_is_recorded_once(desk: Desk, case: MadeCase):
    token = new_id()
    for _ in range(2):
        send(desk, address(case, LEAH, "support/entry"), kind="isva", step="offered", token=token)

    assert len(session().scalars(sa.select(JournalEvent).where(JournalEvent.kind == "SupportStated")).all()) == 1


def test_the_api_gives_support_and_the_visit_now_and_as_they_were_known(desk: Desk, case: MadeCase):
    desk.clock("2026-11-30 11:00")
    support_by(desk, case, LEAH, "idva", "accepted")
    send(desk, address(case, NADIA, "court-visit"), step="accepted")
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read"])

    def people(query: str = "") -> dict[str, dict]:
        answer = desk.app.test_client().get(f"/api/v1/cases/{case.urn}{query}", headers=key)
        return {person["name"]: person for person in answer.json["participants"]}

    assert people()[LEAH]["support"] == [
        {"kind": "idva", "service": "", "state": "accepted", "since": "2026-11-30T11:00:00Z"}
    ]
    assert people()[NADIA]["court_visit"] == {"state": "accepted", "since": "2026-11-30T11:00:00Z", "on": None}
    before = people("?as_known_at=2026-11-30T10:00:00Z")
    assert (before[LEAH]["support"], before[NADIA]["court_visit"]) == ([], None)
    desk.clock("2026-12-01 09:00")
    known = text_of(desk.as_("olivia").get(f"/cases/{case.urn}/as-known?on=2026-11-30"))
    assert "Visit to the court: wants to visit" in known


def rows(case: MadeCase) -> list[tuple[str, str]]:
    session().rollback()
    query = sa.select(Support.kind, Support.state).where(Support.case_id == case.id).order_by(Support.kind)
    return [tuple(row) for row in session().execute(query)]


def test_a_merge_carries_support_of_who_is_in_one_case_or_in_both_and_its_end_gives_it_back(desk: Desk):
    sam = Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))
    first = a_case(a_victim(LEAH, person_id="leah"), now="2026-11-24 09:00", officer="Olivia")
    both = (a_victim(LEAH, person_id="leah"), a_victim("Mo Khan"))
    second = a_case(*both, now="2026-11-24 09:30", officer="Olivia")
    support_by(desk, first, LEAH, "idva", "offered")
    support_by(desk, second, LEAH, "idva", "accepted")
    support_by(desk, second, "Mo Khan", "counselling", "accepted")
    send(desk, address(second, "Mo Khan", "court-visit"), step="accepted")
    of_second = [("counselling", "accepted"), ("court_visit", "accepted"), ("idva", "accepted")]

    merging.merge(first.urn, second.urn, "The same incident.", actor=sam, now=at("2026-11-30 10:00"))

    assert (rows(first), rows(second)) == (of_second, [])
    assert list(check(at("2026-11-30 10:01"))) == []
    assert list(rebuild.differences()) == []

    merge = session().scalar(sa.select(CaseCombination.id))
    merging.take_apart(merge, "They are two incidents.", actor=sam, now=at("2026-11-30 11:00"))

    assert (rows(first), rows(second)) == ([("idva", "offered")], of_second)
    assert list(check(at("2026-11-30 11:01"))) == []
    assert list(rebuild.differences()) == []


def test_a_split_leaves_support_with_the_person_on_either_side(desk: Desk):
    sam = Actor(kind=USER, id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))
    case = a_case(a_victim(LEAH), defendants=("Aaron Smith", "Bo Lee"), now="2026-11-24 09:00", officer="Olivia")
    support_by(desk, case, LEAH, "idva", "accepted", "referred")

    splitting.split(
        case.urn, [case.defendants["Bo Lee"]], "42AB0077726", "Tried apart.", actor=sam, now=at("2026-11-30 10:00")
    )

    other = session().scalar(sa.select(CourtCase.id).where(CourtCase.urn == "42AB0077726"))
    states = session().execute(sa.select(Support.case_id, Support.state)).all()
    assert {tuple(row) for row in states} == {(case.id, "waiting"), (other, "waiting")}
    assert list(check(at("2026-11-30 10:01"))) == []


def test_what_is_read_and_recorded_stands_in_the_log_of_personal_data_and_noor_sees_nothing(desk: Desk, case: MadeCase):
    support_by(desk, case, LEAH, "idva", "offered")
    desk.as_("olivia").get(address(case, LEAH))

    entries = session().scalars(sa.select(PersonalDataEntry)).all()
    assert {entry.category for entry in entries if "support" in entry.field_groups} >= {
        Category.CONSULTATION,
        Category.ALTERATION,
    }
    for rest in ("support", "support/entry", "support/services", "court-visit"):
        assert desk.as_("noor").get(address(case, LEAH, rest)).status_code == 404
    assert LEAH not in text_of(desk.as_("noor").get("/without-support"))
    assert session().scalar(sa.select(CourtCase.id).where(CourtCase.id == case.id))
