"""How somebody wants to be told, every way to reach them, and changes that need a second person."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim, at, attempted
from tests.reading import text_of
from witness_care.cases.models import Defendant, DefendantEndpoint
from witness_care.casework.models import JournalEvent
from witness_care.checks.every import check
from witness_care.columns import new_id
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session, snapshot, writing
from witness_care.people.endpoints import blind_index_of
from witness_care.people.models import ContactPoint, SafetyChange
from workflows.events import ContactOutcome

pytestmark = pytest.mark.sqlite_only

LEAH = "Leah Jones"
OTHER_NUMBER = "07700 900456"


def made(**more: Any) -> MadeCase:
    return a_case(a_victim(LEAH, **more))


def points() -> list[ContactPoint]:
    session().rollback()
    return list(session().scalars(sa.select(ContactPoint).order_by(ContactPoint.created_at, ContactPoint.id)))


def page(desk: Desk, case: MadeCase, who: str = "olivia") -> str:
    return text_of(desk.as_(who).get(f"/participants/{case[LEAH]}/preferences"))


def post(desk: Desk, path: str, data: dict[str, Any] | None = None, who: str = "olivia") -> tuple[int, str]:
    browser = desk.as_(who)
    answer = browser.post(path, data=data or {})
    return answer.status_code, text_of(browser.get(answer.location) if answer.status_code == 303 else answer)


WISHES = {
    "how_often": "usual",
    "channel": "letter",
    "language": "Welsh",
    "relation": "parent",
    "representative": "Mair Jones",
}


@pytest.mark.feature("B3")
def test_what_was_not_asked_is_shown_as_such_and_a_change_shows_on_both_pages(desk: Desk):
    case = made()
    shown = page(desk, case)
    assert "Wants to be told Not asked yet" in shown
    assert "Never confirmed with them." in shown
    assert "Not checked against the defendants" in shown

    code, after = post(desk, f"/participants/{case[LEAH]}/preferences/edit", WISHES | {"opted_out": ["verdict"]})

    assert code == 303
    assert "Wants to be told By letter Keep in touch As often as the unit does Language Welsh" in after
    assert "Mair Jones, parent" in after
    assert "Does not want to be told Verdict" in after
    assert "Wants to be told: by letter." in text_of(desk.as_("olivia").get(f"/participants/{case[LEAH]}"))


@pytest.mark.feature("B3")
def test_opted_out_of_whether_they_must_come_is_told_all_the_same_and_the_page_says_so(desk: Desk):
    case = made()
    _, after = post(desk, f"/participants/{case[LEAH]}/preferences/edit", WISHES | {"opted_out": ["attendance"]})

    assert "Whether they are needed at court (" in after
    assert "told all the same" in after


@pytest.mark.feature("B3")
def test_how_often_we_keep_in_touch_follows_what_was_agreed_and_saving_it_again_changes_nothing(desk: Desk):
    case = made()
    path = f"/participants/{case[LEAH]}/preferences/edit"
    assert "Keep in touch As often as the unit does" in page(desk, case)

    code, refused = post(desk, path, WISHES | {"how_often": "another", "every_days": "400"})
    assert code == 400
    assert "Enter a number of days from 1 to 84" in refused
    code, after = post(desk, path, WISHES | {"how_often": "another", "every_days": "5"})

    assert code == 303
    assert "Keep in touch At least every 5 days, as agreed with them" in after
    post(desk, path, WISHES | {"how_often": "another", "every_days": "5"})
    agreed = sa.select(sa.func.count()).where(JournalEvent.kind == "FrequencyAgreed")
    assert session().scalar(agreed) == 1
    assert "at least every 5 days, as agreed" in text_of(desk.as_("olivia").get(f"/participants/{case[LEAH]}"))
    assert 'value="5"' in desk.as_("olivia").get(path).text

    assert "As often as the unit does" in post(desk, path, WISHES)[1]


@pytest.mark.feature("B3")
@pytest.mark.feature("Q1")
def test_a_longer_interval_moves_the_next_talk_later_and_the_checks_know_that_it_may(desk: Desk):
    case = made()
    talk = sa.select(Duty.due_at).where(
        Duty.participant_id == case[LEAH], Duty.topic == "task.keep_in_touch", Duty.closed_at.is_(None)
    )
    path = f"/participants/{case[LEAH]}/preferences/edit"
    before = session().scalars(talk).one()

    post(desk, path, WISHES | {"how_often": "56"})

    session().rollback()
    assert session().scalars(talk).one() > before
    session().rollback()
    with snapshot():
        assert list(check(at("2026-11-30 12:00"), only="I5")) == []


@pytest.mark.feature("B3")
def test_one_press_confirms_that_nothing_changed(desk: Desk):
    case = made()
    code, after = post(desk, f"/participants/{case[LEAH]}/preferences/confirm")
    assert code == 303
    assert "Confirmed with them Monday 30 November 2026." in after


@pytest.mark.feature("B6")
def test_a_representative_with_the_name_of_a_defendant_is_only_kept_as_never_to_be_contacted(desk: Desk):
    case = made()
    path = f"/participants/{case[LEAH]}/preferences/edit"
    suspect = WISHES | {"representative": next(iter(case.defendants))}

    code, refused = post(desk, path, suspect)
    assert code == 400
    assert "This is the name of a defendant of the case" in refused

    code, after = post(desk, path, suspect | {"forbidden": "y"})
    assert code == 303
    assert "Must never be contacted" in after
    person = desk.as_("olivia").get(f"/participants/{case[LEAH]}")
    assert "Do not contact the representative" in text_of(person)


@pytest.mark.feature("B6")
def test_a_representative_who_was_named_before_the_defendant_is_pointed_out(desk: Desk):
    case = made()
    known = WISHES | {"representative": "Owen Late"}
    assert "name of a defendant" not in post(desk, f"/participants/{case[LEAH]}/preferences/edit", known)[1]

    with writing() as writer:
        writer.execute(sa.update(Defendant).where(Defendant.case_id == case.id).values(name="Owen Late"))

    assert "Decide Who may answer for them has the name of a defendant of the case" in page(desk, case)


@pytest.mark.feature("B4")
def test_a_number_is_added_with_its_hours_and_narrowed_at_once(desk: Desk):
    case = made()
    new = {"kind": "mobile", "value": OTHER_NUMBER, "allowed": "yes", "voicemail": "no", "identify": "no"}
    hours = {"days_1": ["0", "1"], "from_1": "10am", "to_1": "2pm"}

    code, refused = post(desk, f"/participants/{case[LEAH]}/ways/new", new | hours | {"to_1": "9am"})
    assert code == 400
    assert "a later one until which" in refused
    code, after = post(desk, f"/participants/{case[LEAH]}/ways/new", new | hours)
    assert code == 303
    assert "Mondays and Tuesdays 10am to 2pm" in after
    _, added = points()
    path = f"/participants/{case[LEAH]}/ways/{added.id}"
    assert post(desk, path, {"allowed": "no", "voicemail": "no", "identify": "no"})[0] == 303
    assert points()[1].allowed == "no"
    assert not session().scalars(sa.select(SafetyChange)).all()


@pytest.mark.feature("B4")
def test_no_hours_are_lost_when_there_are_more_than_the_form_first_shows(desk: Desk):
    hours = [{"weekdays": [day], "starts": "10:00", "ends": "14:00"} for day in range(5)]
    case = made()
    number = points()[0]
    with writing() as writer:
        writer.execute(sa.update(ContactPoint).where(ContactPoint.id == number.id).values(windows=hours))
    path = f"/participants/{case[LEAH]}/ways/{number.id}"
    form = desk.as_("olivia").get(path).text
    assert 'name="from_6"' in form
    assert 'name="from_7"' not in form

    said: dict[str, Any] = {"allowed": "yes", "voicemail": "no", "identify": "no"}
    for row, day in enumerate(range(6), 1):
        said |= {f"days_{row}": [str(day)], f"from_{row}": "10am", f"to_{row}": "2pm"}

    assert post(desk, path, said)[0] == 303
    assert [window["weekdays"] for window in points()[0].windows] == [[0], [1], [2], [3], [4], [5]]


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-26")
def test_an_unsafe_number_is_never_used_again_and_does_not_become_safe_by_being_typed_in_again(desk: Desk):
    case = made()
    number = points()[0]
    _, after = post(desk, f"/participants/{case[LEAH]}/ways/{number.id}/unsafe")
    assert "unsafe since Monday 30 November 2026" in after
    assert desk.as_("olivia").get(f"/participants/{case[LEAH]}/ways/{number.id}").status_code == 303

    sealed = points()[0].sealed_value.open(number.id)
    post(desk, f"/participants/{case[LEAH]}/ways/new", {"kind": "mobile", "value": sealed, "allowed": "yes"})

    assert all(point.unsafe_since for point in points())


def at_risk(desk: Desk) -> MadeCase:
    return made(enhanced=True, enhanced_basis=("DOMESTIC_ABUSE",))


def proposed(desk: Desk, case: MadeCase) -> SafetyChange:
    new = {"kind": "mobile", "value": OTHER_NUMBER, "allowed": "yes", "voicemail": "no", "identify": "no"}
    assert post(desk, f"/participants/{case[LEAH]}/ways/new", new)[0] == 303
    session().rollback()
    return session().scalars(sa.select(SafetyChange)).one()


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-26")
def test_of_somebody_at_risk_neither_the_old_nor_the_new_number_is_used_until_another_person_confirms(desk: Desk):
    case = at_risk(desk)
    change = proposed(desk, case)
    assert len(points()) == 1
    person = text_of(desk.as_("olivia").get(f"/participants/{case[LEAH]}"))
    assert "There is no number that may be called" in person
    assert "a change waits for a second person" in person

    own, words = post(desk, f"/safety-changes/{change.id}", {"answer": "confirm"})
    assert own == 409
    assert "You proposed this yourself" in words
    code, after = post(desk, f"/safety-changes/{change.id}", {"answer": "confirm"}, who="sam")

    assert code == 303
    assert "Nothing waits." in after
    assert [point.allowed for point in points()] == ["yes", "yes"]
    assert OTHER_NUMBER.replace(" ", "") in text_of(desk.as_("olivia").get(f"/participants/{case[LEAH]}")).replace(
        " ", ""
    )
    assert post(desk, f"/safety-changes/{change.id}", {"answer": "confirm"}, who="sam")[0] == 409


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-26")
def test_a_rejected_change_leaves_all_as_it_was_and_needs_a_reason(desk: Desk):
    case = at_risk(desk)
    change = proposed(desk, case)

    assert post(desk, f"/safety-changes/{change.id}", {"answer": "reject"}, who="sam")[0] == 400
    assert post(desk, f"/safety-changes/{change.id}", {"answer": "reject", "reason": "Not hers"}, who="sam")[0] == 303

    assert len(points()) == 1
    assert "There is no number" not in text_of(desk.as_("olivia").get(f"/participants/{case[LEAH]}"))


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-26")
def test_of_somebody_at_risk_what_narrows_counts_at_once_and_only_the_rest_waits(desk: Desk):
    case = at_risk(desk)
    number = points()[0]
    held = {"allowed": number.allowed, "voicemail": "no" if number.voicemail != "no" else "yes", "identify": "no"}
    path = f"/participants/{case[LEAH]}/ways/{number.id}"
    post(desk, path, held | {"voicemail": "no"})
    assert points()[0].voicemail == "no"
    assert not session().scalars(sa.select(SafetyChange)).all()

    post(desk, path, held | {"voicemail": "yes", "days_1": ["0"], "from_1": "10am", "to_1": "2pm"})

    assert points()[0].voicemail == "no"
    assert points()[0].windows == [{"weekdays": [0], "starts": "10:00", "ends": "14:00"}]
    assert session().scalars(sa.select(SafetyChange)).one().widens == ["voicemail"]


def test_addresses_are_shown_only_when_asked_for(desk: Desk):
    case = made()
    new = {"kind": "email", "value": "leah@post.example", "allowed": "yes", "identify": "yes"}
    _, after = post(desk, f"/participants/{case[LEAH]}/ways/new", new)
    assert "leah@post.example" not in after

    shown = desk.as_("olivia").post(f"/participants/{case[LEAH]}/preferences/addresses")

    assert "leah@post.example" in text_of(shown)


def test_nobody_of_another_unit_finds_the_pages(desk: Desk):
    case = at_risk(desk)
    change = proposed(desk, case)
    noor = desk.as_("noor")

    assert "Nothing waits." in text_of(noor.get("/safety-changes"))
    assert noor.get(f"/safety-changes/{change.id}").status_code == 404
    assert noor.post(f"/safety-changes/{change.id}", data={"answer": "confirm"}).status_code == 404
    assert noor.get(f"/participants/{case[LEAH]}/preferences").status_code == 404


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-25")
def test_a_number_that_a_defendant_was_seen_with_is_blocked_when_it_is_added_and_the_supervisor_sees_it(desk: Desk):
    case = made()
    with writing() as writer:
        writer.add(
            DefendantEndpoint(
                id=new_id(),
                case_id=case.id,
                defendant_id=next(iter(case.defendants.values())),
                external_id="d1",
                kind="phone",
                blind_index=blind_index_of("mobile", OTHER_NUMBER),
                seen_at=at("2026-11-20 10:00"),
            )
        )
    assert "Not checked" not in page(desk, case)

    new = {"kind": "mobile", "value": "+44 7700 900456", "allowed": "yes", "voicemail": "no", "identify": "no"}
    _, after = post(desk, f"/participants/{case[LEAH]}/ways/new", new)

    assert "unsafe since Monday 30 November 2026: shared with a defendant" in after
    assert "found in the last 90 days: 1" in text_of(desk.as_("sam").get("/unit/overrides"))


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-24")
def test_a_contact_not_agreed_as_safe_waits_until_a_supervisor_has_looked_at_it(desk: Desk):
    case = made()
    attempted(case[LEAH], ContactOutcome.UNSAFE, now="2026-11-30 09:00", by=desk.cast.olivia)
    shown = text_of(desk.as_("sam").get("/unit/overrides"))
    assert "Contacts not agreed as safe: 1" in shown
    contact = session().scalars(sa.select(Contact.id)).one()

    assert post(desk, f"/unit/overrides/{contact}", who="olivia")[0] == 403
    assert post(desk, f"/unit/overrides/{contact}", who="sam")[0] == 400
    code, after = post(desk, f"/unit/overrides/{contact}", {"note": "Spoke with Olivia"}, who="sam")

    assert code == 303
    assert "Nothing waits to be looked at." in after
    seen = session().scalars(sa.select(Contact)).one()
    assert seen.safety_seen_note.open(contact) == "Spoke with Olivia"
