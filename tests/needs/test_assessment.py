"""The page of a needs assessment: asked section by section, saved in part, complete, opened again, and undone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_victim, a_witness, at, open_duties
from tests.reading import form_values, text_of
from witness_care import clock
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.audit.models import Category, PersonalDataEntry
from witness_care.cases.document import CaseGiven, ParticipantGiven, RequirementGiven
from witness_care.cases.service import register_case
from witness_care.casework.models import JournalEvent
from witness_care.casework.rebuild import differences
from witness_care.checks.every import check
from witness_care.columns import new_id
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.engagement.models import Concern
from witness_care.needs.models import NeedNote
from witness_care.people.document import PersonGiven
from witness_care.people.models import Participant
from workflows import needs, needs_pack, tasks

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = pytest.mark.sqlite_only

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
SECTIONS = [section.key for section in needs_pack.shipped().sections]
SECRET = "Sylheti, and a woman to interpret"


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    leah = a_victim(LEAH, requirement=RequirementGiven(required=True))
    made = a_case(leah, a_witness(NADIA, required=True), now="2026-11-20 09:00")
    a_trial(made, "2027-03-15 10:00", now="2026-11-20 10:00")
    return made


def page(case: MadeCase, rest: str = "", name: str = NADIA) -> str:
    return f"/participants/{case[name]}/needs{rest}"


def read(desk: Desk, path: str, who: str = "olivia") -> str:
    return text_of(desk.as_(who).get(path))


def save(desk: Desk, case: MadeCase, section: str, *, name: str = NADIA, every: str = "no", **more: str):
    """Fill in a section and save it: the same answer to every question, but for those that are named."""
    path = page(case, f"/{section}", name)
    values = form_values(desk.as_("olivia").get(path), path)
    asked = {key: every for key in values if needs_pack.shipped().question(key)}
    return desk.as_("olivia").post(path, data=values | asked | {"later": "yes"} | more)


def save_all(desk: Desk, case: MadeCase, *, name: str = NADIA, **more: str) -> None:
    for section in SECTIONS:
        here = {key: value for key, value in more.items() if needs_pack.shipped().question(key).section == section}
        assert save(desk, case, section, name=name, **here).status_code == 303


def press(desk: Desk, case: MadeCase, button: str, *, name: str = NADIA, **data: str) -> int:
    path = f"/participants/{case[name]}/needs-{button}"
    return desk.as_("olivia").post(path, data={"token": new_id()} | data).status_code


def the_duty(case: MadeCase, name: str = NADIA) -> Duty | None:
    found = [duty for duty in open_duties(case[name]) if duty.topic == tasks.NEEDS]
    return found[0] if found else None


def because(case: MadeCase, name: str = NADIA) -> str:
    duty = the_duty(case, name)
    return duty.value["because"] if duty is not None else ""


@pytest.mark.feature("S6", "D1")
def test_each_section_says_what_to_record_and_not_asked_is_no_answer(desk: Desk, case: MadeCase):
    words = read(desk, page(case))
    assert "0 of 7 sections asked. Nobody has asked them yet. That does not mean that they need nothing." in words
    assert words.count("Not asked") >= len(needs_pack.shipped().questions) - 1
    for section in needs_pack.shipped().sections:
        assert section.record in read(desk, page(case, f"/{section.key}"))
    assert "Not asked. That does not mean that they need nothing." in read(desk, f"/participants/{case[NADIA]}")


@pytest.mark.feature("D1")
def test_a_section_saved_in_part_stays_and_the_task_is_done_only_when_everything_was_asked(desk: Desk, case: MadeCase):
    duty = the_duty(case)
    assert save(desk, case, "practical", every="not_asked", travel="yes").status_code == 303
    words = read(desk, page(case))
    assert "Coming to court In part: 1 of 5 Care for somebody Not asked Travel Yes Mon 30 Nov, Olivia" in words
    assert the_duty(case).id == duty.id

    save_all(desk, case, travel="yes", mental_health="declined")

    assert "Complete since Monday 30 November 2026" in read(desk, page(case))
    assert "Closed: done." in read(desk, f"/duties/{duty.id}")
    assert because(case) == needs.MONTHS_OVER
    summary = read(desk, f"/participants/{case[NADIA]}")
    assert "Needed: Travel. Not arranged: Travel. Would not say: Mental health. Asked about everything" in summary
    assert list(check(clock.now(), only="I4")) == [] == list(check(clock.now(), only="I1"))


def test_saving_goes_on_to_the_next_section_that_is_still_to_be_asked(desk: Desk, case: MadeCase):
    answer = save(desk, case, "practical", later="")
    assert answer.location.endswith(page(case, "/evidence"))


def test_a_section_in_which_nothing_was_asked_is_refused_and_keeps_what_was_typed(desk: Desk, case: MadeCase):
    answer = save(desk, case, "practical", every="not_asked", note="From Basildon")
    assert answer.status_code == 400
    assert "Answer at least one question" in text_of(answer)
    assert "From Basildon" in answer.text
    assert session().scalars(sa.select(NeedNote.id)).all() == []


@pytest.mark.feature("S6")
def test_what_is_written_down_is_sealed_and_stays_out_of_the_journal_and_the_log(desk: Desk, case: MadeCase, caplog):
    save(desk, case, "communication", interpreter="yes", note=SECRET)

    assert SECRET in read(desk, page(case))
    held = session().execute(sa.text("SELECT text FROM need_note")).scalar_one()
    assert SECRET.encode() not in bytes(held)
    payloads = session().scalars(sa.select(JournalEvent.payload)).all()
    assert not any("Sylheti" in str(payload) for payload in payloads)
    assert "Sylheti" not in caplog.text


def test_a_form_sent_twice_is_saved_once_and_one_that_is_stale_shows_what_another_saved(desk: Desk, case: MadeCase):
    path = page(case, "/practical")
    mine = form_values(desk.as_("olivia").get(path), path) | {"travel": "no"}
    theirs = form_values(desk.as_("sam").get(path), path) | {"travel": "yes"}
    for _ in range(2):
        assert desk.as_("sam").post(path, data=theirs).status_code == 303
    said = sa.select(sa.func.count()).select_from(JournalEvent).where(JournalEvent.kind == "NeedsAsked")
    assert session().scalar(said) == 1

    answer = desk.as_("olivia").post(path, data=mine)

    assert answer.status_code == 409
    words = text_of(answer)
    assert "Somebody saved this section while you had it open" in words
    assert "Held since Monday 30 November 2026: Yes." in words
    again = form_values(answer, path)
    assert again["travel"] == ["no"]
    assert desk.as_("olivia").post(path, data=again).status_code == 303


@pytest.mark.feature("D1")
def test_asked_again_nothing_is_chosen_for_them_and_only_what_was_chosen_is_said_again(desk: Desk, case: MadeCase):
    save_all(desk, case, travel="yes")
    desk.clock("2026-12-01 09:00")
    assert press(desk, case, "again") == 303
    path = page(case, "/practical")
    form = desk.as_("olivia").get(path)
    values = form_values(form, path)
    assert not [key for key in values if needs_pack.shipped().question(key)]
    assert "Said before: Yes, Mon 30 Nov." in text_of(form)

    nothing = desk.as_("olivia").post(path, data=values)
    assert nothing.status_code == 400
    assert desk.as_("olivia").post(path, data=values | {"caring": "yes", "later": "yes"}).status_code == 303

    words = read(desk, page(case))
    assert "Coming to court In part: 1 of 5 Care for somebody Yes Tue 1 Dec, Olivia" in words
    assert "Travel Yes Mon 30 Nov, Olivia. Not asked again yet" in words


@pytest.mark.feature("D1")
def test_after_some_months_nothing_is_chosen_for_them_either(desk: Desk, case: MadeCase):
    save_all(desk, case, travel="yes")
    path = page(case, "/practical")
    assert form_values(desk.as_("olivia").get(path), path)["travel"] == ["yes"]  # to correct what was just said
    desk.clock("2027-06-01 09:00")
    assert "travel" not in form_values(desk.as_("olivia").get(path), path)


def test_an_answer_is_taken_away_only_by_who_chooses_so(desk: Desk, case: MadeCase):
    path = page(case, "/practical")
    stale = form_values(desk.as_("olivia").get(path), path) | {"caring": "no"}
    save(desk, case, "practical", every="not_asked", travel="yes")
    assert "Not asked: take this answer away" in read(desk, path)

    answer = desk.as_("olivia").post(path, data=stale)

    assert answer.status_code == 409
    desk.clock("2026-11-30 09:50")
    again = form_values(answer, path)
    assert "travel" not in again  # it said "Not asked", for nobody had asked by then
    assert desk.as_("olivia").post(path, data=again | {"later": "yes"}).status_code == 303
    words = read(desk, page(case))
    assert "Travel Yes Mon 30 Nov" in words
    assert "Care for somebody No Mon 30 Nov" in words

    desk.clock("2026-11-30 09:55")
    assert save(desk, case, "practical", every="no", travel="not_asked").status_code == 303
    assert "Travel Not asked" in read(desk, page(case))


def test_what_another_wrote_meanwhile_is_shown_before_it_is_replaced_and_stays_with_its_entry(
    desk: Desk, case: MadeCase
):
    path = page(case, "/practical")
    mine = form_values(desk.as_("olivia").get(path), path) | {"travel": "no", "note": "Lives next door"}
    theirs = form_values(desk.as_("sam").get(path), path) | {"travel": "yes", "note": "Cannot walk far"}
    desk.as_("sam").post(path, data=theirs)
    desk.clock("2026-11-30 12:00")

    answer = desk.as_("olivia").post(path, data=mine)

    assert answer.status_code == 409
    assert "Sam wrote: Cannot walk far" in text_of(answer)
    again = form_values(answer, path)
    assert again["note"] == ["Lives next door"]
    assert desk.as_("olivia").post(path, data=again | {"later": "yes"}).status_code == 303
    assert "wrote:" not in read(desk, path)
    history = read(desk, page(case)).split("What was entered")[1]
    assert "Written down: Lives next door" in history
    assert "Written down: Cannot walk far" in history


def test_what_a_refusal_shows_stands_in_the_log_of_personal_data_like_any_page(desk: Desk, case: MadeCase):
    path = page(case, "/practical")
    mine = form_values(desk.as_("olivia").get(path), path) | {"travel": "no"}
    save(desk, case, "practical", travel="yes")
    for send in (lambda: desk.as_("olivia").post(path, data=mine).status_code, lambda: press(desk, case, "unchanged")):
        before = shown(case)
        assert send() == 409
        assert shown(case) == before + 1
    before = shown(case)
    assert save(desk, case, "wishes", every="not_asked").status_code == 400
    assert shown(case) == before + 2  # the form, and the form with what is wrong with it


def shown(case: MadeCase) -> int:
    """Count how often the log says that somebody's needs were shown."""
    session().rollback()
    entries = session().scalars(sa.select(PersonalDataEntry).where(PersonalDataEntry.case_id == case.id))
    return sum(entry.category == Category.CONSULTATION and "needs" in entry.field_groups for entry in entries)


@pytest.mark.feature("D1", "C5")
def test_an_answer_that_was_undone_counts_no_more_and_what_was_written_with_it_goes(desk: Desk, case: MadeCase):
    save(desk, case, "communication", interpreter="no", note="None needed")
    desk.clock("2026-12-01 09:00")
    save(desk, case, "communication", interpreter="yes", note=SECRET)
    wrong = (
        session()
        .scalars(
            sa.select(JournalEvent.id)
            .where(JournalEvent.kind == "NeedsAsked")
            .order_by(JournalEvent.received_at.desc())
        )
        .first()
    )

    undone = desk.as_("olivia").post(f"/entries/{wrong}/undo", data={"reason": "Another person’s answers"})

    assert undone.status_code == 303
    words = read(desk, page(case))
    assert SECRET not in words
    assert "None needed" in words
    assert "Undone: it counts no more." in words


@pytest.mark.feature("D1")
def test_fear_opens_it_again_with_the_reason_in_words_and_one_press_confirms_what_stands(desk: Desk, case: MadeCase):
    save_all(desk, case, travel="yes")
    desk.clock("2026-11-30 12:00")
    save(desk, case, "practical", travel="yes", note="By train from Basildon")
    desk.clock("2026-12-01 09:00")
    afraid = {"said": "afraid", "token": new_id()}
    assert desk.as_("olivia").post(f"/participants/{case[NADIA]}/concern/say", data=afraid).status_code == 303

    assert because(case) == needs.SAFETY
    words = read(desk, page(case))
    assert "To be asked again. On Tuesday 1 December 2026 there was fear for their safety" in words
    assert "0 of 7 sections asked." in words
    assert "Yes Mon 30 Nov, Olivia. Not asked again yet" in words  # what they said stays

    assert confirm(desk, case) == 303

    words = read(desk, page(case))
    assert "Complete since Tuesday 1 December 2026" in words
    assert "By train from Basildon" in words
    assert because(case) == needs.MONTHS_OVER


@pytest.mark.feature("D1")
def test_whoever_was_threatened_is_asked_about_a_safety_concern_until_one_stands(desk: Desk, case: MadeCase):
    say = f"/participants/{case[NADIA]}/concern/say"
    assert save(desk, case, "safety", every="no", later="").location.endswith("/needs/support")
    desk.clock("2026-11-30 11:00")
    answer = save(desk, case, "safety", every="no", safety="yes", later="")
    assert "/needs?saved=section" in answer.location  # not to the next section: this comes first
    shown_then = desk.as_("olivia").get(answer.location)
    assert "An answer alone raises no alarm. Record a concern for their safety" in text_of(shown_then)
    assert f'href="{say}"' in shown_then.text

    desk.as_("olivia").post(say, data={"said": "afraid", "token": new_id()})

    assert "raises no alarm" not in read(desk, page(case))


def test_of_somebody_who_died_the_page_says_that_no_entry_can_be_made(desk: Desk, case: MadeCase):
    assert "No entry can be made" not in read(desk, page(case))
    died = ParticipantGiven(id=case[NADIA], person=PersonGiven(deceased_on=at("2026-11-29 10:00").date()))
    officer = Actor(kind="user", id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))
    register_case(CaseGiven(urn=case.urn, participants=(died,)), actor=officer, now=at("2026-11-30 09:30"))
    assert "No entry can be made: they have died or left this case." in read(desk, page(case))


def test_an_officer_opens_it_again_and_what_is_not_complete_cannot_be_confirmed(desk: Desk, case: MadeCase):
    assert press(desk, case, "unchanged") == 409
    save_all(desk, case)
    desk.clock("2026-12-01 09:00")
    assert press(desk, case, "again") == 303
    assert because(case) == needs.REQUESTED


def confirm(desk: Desk, case: MadeCase, *, on: Any = None) -> int:
    """Press "They were asked, and nothing has changed" on the page as it is, or as it was `on` an earlier answer."""
    there = f"{page(case)}-unchanged"
    values = form_values(on or desk.as_("olivia").get(page(case)), there)
    return desk.as_("olivia").post(there, data=values).status_code


@pytest.mark.feature("D1")
def test_what_another_changed_since_the_page_was_opened_is_not_confirmed(desk: Desk, case: MadeCase):
    save_all(desk, case, travel="yes")
    desk.clock("2026-12-01 09:00")
    shown_then = desk.as_("olivia").get(page(case))
    save(desk, case, "practical", travel="no")
    assert confirm(desk, case, on=shown_then) == 409
    assert "Travel No Tue 1 Dec" in read(desk, page(case))

    shown_then = desk.as_("olivia").get(page(case))
    assert press(desk, case, "again") == 303
    assert confirm(desk, case, on=shown_then) == 409  # there is a reason to ask that was not seen
    assert because(case) == needs.REQUESTED
    assert confirm(desk, case) == 303


@pytest.mark.feature("H1", "D1")
def test_help_that_is_not_arranged_raises_the_concern_until_it_is(desk: Desk, case: MadeCase):
    save(desk, case, "practical", travel="yes")
    assert "UNMET_PRACTICAL" in factors(case)
    desk.clock("2026-11-30 11:00")
    assert press(desk, case, "arranged", question="travel", arranged="y") == 303
    assert "UNMET_PRACTICAL" not in factors(case)
    assert "Travel Yes Mon 30 Nov, Olivia Arranged Mon 30 Nov." in read(desk, page(case))
    assert press(desk, case, "arranged", question="travel", arranged="y") == 409  # it is already
    assert press(desk, case, "arranged", question="screens", arranged="y") == 409  # nobody arranges that here
    desk.clock("2026-11-30 12:00")
    assert press(desk, case, "arranged", question="travel") == 303
    assert "UNMET_PRACTICAL" in factors(case)


def factors(case: MadeCase, name: str = NADIA) -> set[str]:
    session().rollback()
    reasons = session().scalars(sa.select(Concern.reasons).where(Concern.participant_id == case[name])).one()
    return {reason["factor"] for reason in reasons}


@pytest.mark.feature("B5", "D1")
def test_an_answer_suggests_enhanced_rights_with_its_day_and_a_person_decides(desk: Desk, case: MadeCase):
    save(desk, case, "safety", name=LEAH, fear="yes")
    words = read(desk, f"/participants/{case[LEAH]}/enhanced-rights")
    assert "They were asked what they need, and said yes on Monday 30 November 2026: fear of giving evidence." in words
    row = session().execute(sa.select(Participant.enhanced_basis).where(Participant.id == case[LEAH])).one()
    assert row.enhanced_basis == []


@pytest.mark.feature("S6")
def test_sam_sees_which_assessments_are_late_and_how_far_each_was_asked(desk: Desk, case: MadeCase):
    save(desk, case, "safety")
    words = read(desk, "/unit/needs", "sam")
    assert "Needs assessments not complete: 2, 2 late" in words
    assert "1 of 7 sections" in words
    assert "0 of 7 sections" in words
    assert "claims to meet none" in words
    assert desk.as_("olivia").get("/unit/needs").status_code == 403
    assert "2 Needs assessments late" in read(desk, "/unit", "sam")

    save_all(desk, case)

    words = read(desk, "/unit/needs", "sam")
    assert "not complete: 1, 1 late" in words  # in six months it is asked again, which is not now
    assert NADIA not in words


@pytest.mark.feature("S16")
def test_the_file_lacks_needs_only_of_those_whom_nobody_asked(desk: Desk, case: MadeCase):
    before = read(desk, f"/cases/{case.urn}")
    save(desk, case, "practical")
    after = read(desk, f"/cases/{case.urn}")
    line = "Needs"
    assert line in before
    assert before != after


@pytest.mark.feature("C4")
def test_the_api_says_what_stands_and_what_was_known_before(desk: Desk, case: MadeCase):
    save(desk, case, "practical", travel="yes", note="By train")
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read", "needs:read"])
    now = needs_of(desk, case, key)
    assert {each["question"]: each["answer"] for each in now["answers"]}["travel"] == "yes"
    assert "train" not in str(now)
    assert needs_of(desk, case, key, "?as_known_at=2026-11-25T09:00:00Z")["answers"] == []
    then = read(desk, f"/cases/{case.urn}/as-known?on=2026-11-25")
    assert "Needs: not asked" in then
    assert "Needs, not everything asked: needed: travel; not needed: care for somebody" in then


def test_a_program_reads_what_they_need_only_with_the_scope(desk: Desk, case: MadeCase):
    save(desk, case, "practical", travel="yes")
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read"])
    for query in ("", "?as_known_at=2026-11-25T09:00:00Z"):
        document = desk.app.test_client().get(f"/api/v1/cases/{case.urn}{query}", headers=key).json
        assert document["participants"]
        assert all("needs" not in person for person in document["participants"])


def needs_of(desk: Desk, case: MadeCase, key: dict[str, str], query: str = "") -> dict:
    document = desk.app.test_client().get(f"/api/v1/cases/{case.urn}{query}", headers=key).json
    return next(each["needs"] for each in document["participants"] if each["id"] == case[NADIA])


def test_needs_are_asked_on_their_page_and_never_ticked_in_a_contact(desk: Desk, case: MadeCase):
    form = desk.as_("olivia").get(f"/participants/{case[NADIA]}/contacts/new")
    assert "Ask what they need to take part" not in text_of(form).split("What happened?")[0]
    assert "The answers have a page of their own" in text_of(form)
    assert page(case) not in form.text.split("<form", 1)[1]  # a link there would lose what is typed
    duty = read(desk, f"/duties/{the_duty(case).id}")
    assert "What they need" in duty
    assert "It is done" not in duty.split("It is done, or not needed")[1]


def test_after_a_contact_one_press_leads_to_what_they_need_while_they_are_to_be_asked(desk: Desk, case: MadeCase):
    form = f"/participants/{case[NADIA]}/contacts/new"
    there = form
    for is_offered in (True, False):
        values = form_values(desk.as_("olivia").get(form), there) | {"outcome": "no_answer", "then": "stay"}
        answer = desk.as_("olivia").post(there, data=values)
        assert answer.status_code == 303
        banner = desk.as_("olivia").get(answer.location).text.split("<h1", 1)[0]
        assert (page(case) in banner) is is_offered
        save_all(desk, case)
        desk.clock("2026-11-30 11:00")


def test_folding_the_journal_from_nothing_gives_the_same_assessment(desk: Desk, case: MadeCase):
    save_all(desk, case, travel="yes")
    desk.clock("2026-11-30 11:00")
    press(desk, case, "arranged", question="travel", arranged="y")
    assert list(differences()) == []
